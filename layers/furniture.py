"""Legend, badges and the lines at the map's foot: what the picture says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.classification import CLASSIFICATION
from layers.geometry import SHORT_DASH, SOLID, outline_groups
from layers.registry import LayerId
from layers.wording import as_number
from layers.zone_layer import zone_status
from spatial.text import text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from layers.scene import MapScene

__all__ = ["badges", "foot_lines", "is_synthetic", "legend", "status_styles"]


def status_styles() -> dict[str, dict[str, str]]:
    """Return status value -> colour, ink and hatching, as the script fills the zones."""
    return {
        look.status.value: {"colour": look.colour, "ink": look.ink, "hatching": look.hatching.value}
        for look in CLASSIFICATION.classes
    }


def is_synthetic(scene: MapScene) -> bool:
    """Return whether any verdict, or the coverage, on the map rests on a generated inventory."""
    if scene.coverage is not None and scene.coverage.synthetic:
        return True
    if scene.zones is None or "status" not in scene.zones:
        return False
    return scene.stations_synthetic or _any_flag(scene.zones, "synthetic")


def _any_flag(zones: GeoDataFrame, column: str) -> bool:
    return column in zones and bool((zones[column] == True).any())  # noqa: E712


def badges(scene: MapScene, *, lang: str) -> list[dict[str, str]]:
    """Return the badges that apply: 示意, 模拟, 参照."""
    shown_synthetic = is_synthetic(scene) or any(
        flag and layer in scene.layers_on
        for flag, layer in (
            (scene.stations_synthetic and scene.stations is not None, LayerId.STATIONS),
            (scene.poles_synthetic and scene.poles is not None, LayerId.POLES),
        )
    )
    applies = {
        "schematic": any(set(_styles(frame)) - {SOLID} for frame in (scene.zones, scene.parts)),
        "synthetic": shown_synthetic or (scene.grid is not None and scene.stations_synthetic),
        "reference": _is_reference(scene.zones),
    }
    found = [
        {"word": text(f"verdict.badge_{name}", lang), "why": text(f"map.badge_{name}_title", lang)}
        for name, applied in applies.items()
        if applied
    ]
    if _is_drawn_on(scene):
        found.append({"word": text("drawn.status", lang), "why": text("drawn.meaning", lang)})
    return found


def _is_drawn_on(scene: MapScene) -> bool:
    return scene.drawing is not None and bool(scene.drawing.areas)


def _styles(frame: GeoDataFrame | None) -> list[str]:
    return [] if frame is None or frame.empty else list(outline_groups(frame))


def _is_reference(zones: GeoDataFrame | None) -> bool:
    return (
        zones is not None
        and "target_scope" in zones
        and bool((zones["target_scope"] == "district_reference").any())
    )


def legend(scene: MapScene, *, lang: str) -> dict[str, Any]:
    """Return the legend's contents from the objects that drew the map."""
    lines = [
        {"style": style, "word": text(f"map.line_{style}", lang)}
        for style in (SOLID, "long", SHORT_DASH)
        if any(style in _styles(frame) for frame in (scene.district, scene.zones, scene.parts))
    ]
    if _is_drawn_on(scene):
        lines.append({"style": "drawn", "word": text("drawn.status", lang)})
    return {
        "status": _status_rows(scene.zones, lang=lang),
        "status_title": text("map.legend_status", lang),
        "status_notes": _status_notes(scene, lang=lang),
        "lines": lines,
        "lines_title": text("map.legend_lines", lang),
    }


def _status_rows(zones: GeoDataFrame | None, *, lang: str) -> list[dict[str, Any]]:
    """Return every class with the number of zones that have it; the scale is always whole."""
    if zones is None or "status" not in zones:
        return []
    found = [zone_status(row) for _, row in zones.iterrows()]
    return [
        {
            "status": look.status.value,
            "symbol": look.symbol,
            "word": look.label(lang),
            "count": found.count(look.status),
        }
        for look in CLASSIFICATION.classes
    ]


def _status_notes(scene: MapScene, *, lang: str) -> list[str]:
    """Return the lines under the legend's title: the target, and that a verdict is simulated."""
    if scene.zones is None or "status" not in scene.zones:
        return []
    notes = []
    targets = {as_number(value) for value in scene.zones.get("target_per_km2", [])} - {None}
    if len(targets) == 1:
        key = "map.legend_reference" if _is_reference(scene.zones) else "map.legend_target"
        notes.append(text(key, lang, target=f"{targets.pop():,g}"))
    elif targets:
        notes.append(text("map.legend_own_targets", lang))
    if is_synthetic(scene):
        notes.append(text("map.badge_synthetic_title", lang))
    return notes


def foot_lines(scene: MapScene, *, lang: str) -> dict[str, str]:
    """Return what stands at the foot: review number or internal use, disclaimer, sources."""
    if scene.review_number:
        review = text("map.review_number", lang, number=scene.review_number)
    else:
        review = text("map.internal_use", lang)
    return {
        "review": review,
        "disclaimer": text("map.disclaimer", lang),
        "sources": scene.attribution,
    }
