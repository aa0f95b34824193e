"""The zones as the map's script reads them: rings, look, label and tooltip of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.classification import CLASSIFICATION
from layers.geometry import anchors, encode_polygons, outline_groups
from layers.wording import as_number, as_text, decimal, localised, metres, whole, word
from spatial.text import text
from spatial.verdict import Status

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import Series

__all__ = ["area_layer", "zone_layer", "zone_status"]

Line = list[str]


def zone_layer(zones: GeoDataFrame, *, lang: str, synthetic: bool) -> dict[str, Any]:
    """Return the zones with their verdicts.

    Parameters
    ----------
    zones : GeoDataFrame
        Zone frame; the columns of a check result are used where they are present.
    lang : str
        Language of labels and tooltips.
    synthetic : bool
        Whether the verdicts rest on a generated inventory.
    """
    items = _base_items(zones, lang=lang)
    for item, (_, row) in zip(items, zones.iterrows(), strict=True):
        status = zone_status(row)
        flagged = synthetic or bool(as_number(row.get("synthetic")))
        item["status"] = status.value if status else None
        item["second"] = _second_line(row, status, lang=lang, synthetic=flagged)
        item["brief"] = CLASSIFICATION[status].symbol if status else ""
        item["tip"] = tip_lines(row, lang=lang, synthetic=flagged)
    return {"items": items, "lines": outline_groups(zones)}


def area_layer(areas: GeoDataFrame, *, lang: str) -> dict[str, Any]:
    """Return polygons without a verdict: parts of a zone, the district."""
    return {"items": _base_items(areas, lang=lang), "lines": outline_groups(areas)}


def tip_lines(row: Series, *, lang: str, synthetic: bool) -> list[Line]:
    """Return the name and the words of each fact of an area: its verdict, then its outline."""
    status = zone_status(row)
    return [
        *_verdict_lines(row, status, lang=lang, synthetic=synthetic),
        *_geometry_lines(row, lang=lang),
    ]


def zone_status(row: Series) -> Status | None:
    """Return the status of a zone, or None where no check was made."""
    value = as_text(row.get("status"))
    return Status(value) if value else None


def _base_items(areas: GeoDataFrame, *, lang: str) -> list[dict[str, Any]]:
    items = []
    shapes = zip(areas.iterrows(), encode_polygons(areas), anchors(areas), strict=True)
    for (_, row), rings, anchor in shapes:
        name = localised(row, "name", lang) or as_text(row.get("zone_id"))
        items.append(
            {
                "id": as_text(row.get("zone_id")),
                "name": name,
                "short": localised(row, "short", lang) or name,
                "rings": rings,
                "anchor": anchor,
                "tip": _geometry_lines(row, lang=lang),
            }
        )
    return items


def _geometry_lines(row: Series, *, lang: str) -> list[Line]:
    lines = []
    area = as_number(row.get("area_km2", row.get("area_geometry_km2")))
    if area is not None:
        lines.append([text("map.tip_area", lang), text("map.area_km2", lang, value=decimal(area, 2))])
    basis = word("map.basis", row.get("geometry_basis"), lang)
    accuracy = metres(row.get("position_accuracy_m"), lang)
    if basis or accuracy:
        lines.append([text("map.tip_geometry", lang), " ".join(filter(None, (basis, accuracy)))])
    return lines


def _status_word(status: Status, *, lang: str, synthetic: bool) -> str:
    look = CLASSIFICATION[status]
    mark = f"{text('verdict.badge_synthetic', lang)} · " if synthetic else ""
    return f"{mark}{look.symbol} {look.label(lang)}"


def _second_line(row: Series, status: Status | None, *, lang: str, synthetic: bool) -> dict[str, str] | None:
    """Return what stands under a zone's name: a tag, the status's sign and the density.

    The legend gives the sign's word; where there is no figure the word itself stands here.
    """
    if status is None:
        return None
    look, density = CLASSIFICATION[status], as_number(row.get("density_per_km2"))
    value = look.label(lang)
    if density is not None:
        value = text("map.per_km2_short", lang, value=decimal(density))
    tag = text("verdict.badge_synthetic", lang) if synthetic else ""
    return {"tag": tag, "words": f"{look.symbol} {value}"}


def _verdict_lines(row: Series, status: Status | None, *, lang: str, synthetic: bool) -> list[Line]:
    if status is None:
        return []
    lines = [[text("map.tip_status", lang), _status_word(status, lang=lang, synthetic=synthetic)]]
    density = as_number(row.get("density_per_km2"))
    if density is not None:
        lines.append([text("map.tip_density", lang), text("map.per_km2", lang, value=decimal(density))])
    target = as_number(row.get("target_per_km2"))
    if target is not None:
        reference = row.get("target_scope") == "district_reference"
        key = "map.target_reference" if reference else "map.per_km2"
        lines.append([text("map.tip_target", lang), text(key, lang, value=f"{target:,g}")])
    if as_number(row.get("count")) is not None:
        lines.append([text("map.tip_count", lang), _count_line(row, lang)])
    return lines


def _count_line(row: Series, lang: str) -> str:
    count, gap = whole(row.get("count")), as_number(row.get("gap_count"))
    if as_number(row.get("required_count")) is None:
        return text("map.count_only", lang, count=count)
    required = whole(row.get("required_count"))
    if not gap:
        return text("map.count_enough", lang, count=count, required=required)
    return text("map.count_gap", lang, count=count, required=required, gap=whole(gap))
