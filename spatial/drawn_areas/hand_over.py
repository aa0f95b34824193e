"""Drawn areas as a GeoJSON file that says what it is, and that `check --zones` reads back as drawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from spatial.text import LANGUAGES, text
from spatial.zone_columns import DRAWN_BASIS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from spatial.check_result import CheckResult
    from spatial.drawn_areas.areas import DrawnArea

__all__ = ["drawn_geojson"]

_FIGURES: Final = (
    "area_km2",
    "count",
    "density_per_km2",
    "density_low",
    "density_high",
    "target_per_km2",
    "target_scope",
    "required_count",
    "gap_count",
    "attainment_ratio",
    "status",
    "synthetic",
)


def drawn_geojson(
    areas: Sequence[DrawnArea], result: CheckResult, *, made_at: dt.datetime, inventory: str
) -> bytes:
    """Return the areas with what was found in them.

    Parameters
    ----------
    areas : sequence of DrawnArea
        The areas.
    result : CheckResult
        The check of just these areas.
    made_at : datetime
        When the file is made; it stands in each feature.
    inventory : str
        What the counted inventory is called.

    Returns
    -------
    bytes
        RFC 7946 in UTF-8: WGS 84 degrees to seven decimals, ``zone_id``, ``name_zh``, and in each
        feature 用户绘制, the definition in words, the date and the inventory.
    """
    answer: Any = result.to_dict()
    found = {row["zone_id"]: row for row in answer["zones"]}
    stated = {
        "geometry_basis": DRAWN_BASIS,
        **{f"geometry_status_{lang}": text("drawn.status", lang) for lang in LANGUAGES},
        **{f"definition_{lang}": result.definition.label(lang) for lang in LANGUAGES},
        "inventory": inventory,
        "made_at": made_at.isoformat(timespec="seconds"),
    }
    document = {
        "type": "FeatureCollection",
        "definition": answer["definition"],
        "notices": answer["notices"],
        "features": [_feature(each, found[each.area_id], stated) for each in areas],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _feature(area: DrawnArea, row: Mapping[str, Any], stated: Mapping[str, str]) -> dict[str, Any]:
    shape = area.shape
    ring = [[lon, lat] for lon, lat in shape.outline.exterior.coords]
    circle = {}
    if shape.radius_m is not None:
        lon, lat = shape.corners[0]
        circle = {
            "circle_lon": lon,
            "circle_lat": lat,
            "circle_radius_m": shape.radius_m,
            "circle_outline_error_m": round(shape.outline_error_m or 0.0, 3),
        }
    return {
        "type": "Feature",
        "id": area.area_id,
        "properties": {
            "zone_id": area.area_id,
            "name_zh": area.name,
            "drawn_as": str(shape.kind),
            **circle,
            "outline_area_km2": shape.area_km2,
            **{name: row[name] for name in _FIGURES},
            **stated,
        },
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
