"""Tables and features from which the inventory tests are made."""

from __future__ import annotations

import json
from pathlib import Path

from spatial.inventory import read_inventory

DATA = Path(__file__).parent.parent / "data"


def read(text: str, *, name: str = "t.csv", crs: str | None = "wgs84", **options):
    return read_inventory(text.encode(), name=name, crs=crs, **options)


def reasons(inventory) -> list[tuple[int, str, str, str]]:
    return [tuple(row) for row in inventory.rejected.itertuples(index=False)]


def notice_keys(inventory) -> list[str]:
    return [notice.key for notice in inventory.notices]


def geojson(*features: object, **members: object) -> str:
    return json.dumps({"type": "FeatureCollection", **members, "features": features})


def point(position: object, **properties: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": position},
        "properties": properties,
    }
