"""What is marked on the map, drawn whether or not the layer it belongs to is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.geometry import encode_polygons, located
from layers.wording import as_number, as_text, localised

if TYPE_CHECKING:
    from layers.scene import MapScene

__all__ = ["selection_layer"]


def selection_layer(scene: MapScene, *, lang: str) -> dict[str, Any]:
    """Return the marked zone's rings and the marked place's position, as far as they are known."""
    return {
        "zone": scene.selected_zone_id,
        "rings": _rings(scene),
        "place": scene.highlighted_place_id,
        "spot": _spot(scene, lang=lang),
    }


def _rings(scene: MapScene) -> list[list[list[int]]]:
    """Return the rings of the zone, part or district of the selected id."""
    for areas in (scene.zones, scene.parts, scene.district):
        if areas is None or scene.selected_zone_id is None:
            continue
        ids = [as_text(value) for value in areas["zone_id"]]
        if scene.selected_zone_id in ids:
            return encode_polygons(areas)[ids.index(scene.selected_zone_id)]
    return []


def _spot(scene: MapScene, *, lang: str) -> dict[str, Any] | None:
    """Return the highlighted place, or None where it is not located."""
    places = scene.place_points
    if places is None or scene.highlighted_place_id is None:
        return None
    for _, row in located(places[places["place_id"] == scene.highlighted_place_id]).iterrows():
        return {
            "at": [round(row.geometry.y, 6), round(row.geometry.x, 6)],
            "confidence_m": as_number(row.get("confidence_m")),
            "name": localised(row, "short", lang) or localised(row, "name", lang),
        }
    return None
