"""Areas that a planner draws, and the words of the tools that draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from layers.geometry import encode_rings
from layers.zone_layer import tip_lines
from spatial.drawn_areas.areas import MOST_AREAS
from spatial.drawn_areas.shapes import LEAST_RADIUS_M, MOST_CORNERS, MOST_RADIUS_M, ShapeKind
from spatial.text import text

if TYPE_CHECKING:
    from layers.scene import Drawing
    from spatial.drawn_areas.areas import DrawnArea

__all__ = ["drawing_layer"]

WORDS: Final = (
    "tools", "tool_polygon", "tool_rectangle", "tool_circle", "tool_finish", "tool_back", "tool_off",
    "help_polygon", "help_rectangle", "help_circle", "help_keys",
    "live_radius", "live_crossing", "live_crossing_moved", "live_few", "live_many",
    "handle_corner", "handle_between", "handle_centre", "handle_rim", "shape_label",
)  # fmt: skip


def drawing_layer(drawing: Drawing, *, lang: str) -> dict[str, Any]:
    """Return the drawn areas, which of them is in hand, and the tools, as the map's script reads them."""
    # The smallest last, so that it lies above the others and can be taken in hand.
    areas = sorted(drawing.areas, key=lambda each: -each.shape.area_km2)
    return {
        "areas": [_area(each, drawing, lang=lang) for each in areas],
        "chosen": drawing.chosen_id,
        "answered": drawing.answered,
        "tools": [str(kind) for kind in ShapeKind] if len(drawing.areas) < MOST_AREAS else [],
        "most_corners": MOST_CORNERS,
        "radius_m": [LEAST_RADIUS_M, MOST_RADIUS_M],
        "text": {name: text(f"drawn.{name}", lang) for name in WORDS},
    }


def _area(area: DrawnArea, drawing: Drawing, *, lang: str) -> dict[str, Any]:
    shape = area.shape
    anchor = shape.outline.representative_point()
    return {
        "id": area.area_id,
        "name": area.name,
        "second": {"tag": text("drawn.tag", lang), "words": drawing.said.get(area.area_id, "")},
        "kind": str(shape.kind),
        "tip": _tip(area, drawing, lang=lang),
        "rings": encode_rings(shape.outline),
        "anchor": [round(anchor.y, 6), round(anchor.x, 6)],
        # What is not moved is sent back as it was, to the last decimal.
        "corners": [[lat, lon] for lon, lat in shape.corners],
        "radius_m": shape.radius_m,
    }


def _tip(area: DrawnArea, drawing: Drawing, *, lang: str) -> list[list[str]]:
    """Return what is said of the area under the pointer; nothing where it was not counted."""
    if drawing.found is None:
        return []
    rows = drawing.found[drawing.found["zone_id"] == area.area_id]
    return [
        line for _, row in rows.iterrows() for line in tip_lines(row, lang=lang, synthetic=row["synthetic"])
    ]
