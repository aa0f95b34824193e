"""Read and write the GeoJSON and CSV files of `geodata/`, the same bytes for the same content.

GeoJSON follows RFC 7946: WGS 84, exterior rings counter-clockwise, no crs member. Coordinates are
written with seven decimals (about a centimetre) and one feature stands on one line, so that a
changed outline shows as one changed line.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely.geometry import mapping, shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    Feature = tuple[Mapping[str, Any], BaseGeometry]

__all__ = [
    "AREA_DECIMALS",
    "COORDINATE_DECIMALS",
    "GEOGRAPHY_DIR",
    "INVENTORIES_DIR",
    "PACK_DIR",
    "read_features",
    "read_rows",
    "write_features",
    "write_rows",
]

PACK_DIR: Final = Path(__file__).resolve().parents[1] / "plans" / "haizhu"
GEOGRAPHY_DIR: Final = PACK_DIR / "geography"
INVENTORIES_DIR: Final = PACK_DIR / "inventories"
COORDINATE_DECIMALS: Final = 7
AREA_DECIMALS: Final = 6


def write_features(path: Path, features: Iterable[Feature]) -> None:
    """Write ``(properties, geometry in WGS 84 degrees)`` pairs as one FeatureCollection."""
    lines = [json.dumps(_feature(*feature), ensure_ascii=False) for feature in features]
    body = ",\n".join(lines)
    text = f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'
    path.write_text(text, encoding="utf-8", newline="\n")


def read_features(path: Path) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """Return the ``(properties, geometry)`` pairs of a file that `write_features` wrote."""
    collection = json.loads(path.read_text(encoding="utf-8"))
    return [(item["properties"], shape(item["geometry"])) for item in collection["features"]]


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as CSV with exactly ``columns``; None becomes an empty field."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file as text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _feature(properties: Mapping[str, Any], geometry: BaseGeometry) -> dict[str, Any]:
    """Return one RFC 7946 feature with rounded coordinates."""
    turned = shapely.orient_polygons(geometry)
    rounded = mapping(shapely.transform(turned, lambda xy: xy.round(COORDINATE_DECIMALS)))
    return {"type": "Feature", "properties": dict(properties), "geometry": rounded}
