"""Drawn areas from the GeoJSON file that `hand_over` wrote, perhaps changed elsewhere since.

Either the whole file comes back or nothing of it: a sentence names the first feature that cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from spatial.drawn_areas.areas import MOST_AREAS, plain_name
from spatial.drawn_areas.shapes import MOST_CORNERS, DrawnShape, ShapeKind
from spatial.errors import AtlasError, GeometryError, LimitExceededError, UnknownCrsError
from spatial.geojson import read_geojson, read_position
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.text import LANGUAGES
from spatial.zone_columns import DRAWN_BASIS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.drawn_areas.shapes import Position
    from spatial.geojson import Feature

__all__ = ["MOST_BYTES", "drawn_from_geojson"]

MOST_BYTES: Final = 4_000_000
"""Of a file: twice what the most areas with the most corners take."""

_SAME_DEG: Final = 5e-7
"""Half a decimetre: a circle whose outline was moved no farther is the circle that was drawn."""
_DEGREES: Final = frozenset({None, "wgs84", "EPSG:4326", "EPSG:4490"})
_SINGLE: Final = {"Polygon", "MultiPolygon"}


def drawn_from_geojson(
    data: bytes, *, name: str, limits: Limits = DEFAULT_LIMITS
) -> tuple[tuple[str, DrawnShape], ...]:
    """Return the name and the shape of each area, in the order of the file.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name, for messages alone.
    limits : Limits
        Size, depth, features and columns are held to it, and to `MOST_BYTES`.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError
        If it is no GeoJSON.
    UnknownCrsError
        If its positions are no degrees.
    GeometryError
        If a feature was not drawn here, or can no longer be measured.
    LimitExceededError
        If a limit is passed.
    """
    if len(data) > MOST_BYTES:
        raise LimitExceededError("drawn.file_too_large", name=name, bytes=len(data), allowed=MOST_BYTES)
    collection = read_geojson(data, name=name, limits=limits)
    if collection.crs not in _DEGREES:
        raise UnknownCrsError("drawn.file_no_degrees", name=name, crs=str(collection.crs))
    if len(collection.features) > MOST_AREAS:
        raise LimitExceededError("drawn.too_many_areas", allowed=MOST_AREAS)
    return tuple(_area(each, name) for each in collection.features)


def _area(feature: Feature, file: str) -> tuple[str, DrawnShape]:
    where: dict[str, Any] = {"name": file, "number": feature.index + 1}
    facts = feature.properties
    if facts.get("geometry_basis") != DRAWN_BASIS:
        raise GeometryError("drawn.file_not_drawn", **where)
    try:
        shape = _shape(_corners(feature.geometry), facts)
        return plain_name(str(facts.get("name_zh") or facts.get("zone_id") or "")), shape
    except AtlasError as fault:
        reason = {lang: fault.message(lang) for lang in LANGUAGES}
        raise GeometryError("drawn.file_refused", **where, reason=reason) from fault


def _shape(corners: tuple[Position, ...], facts: Mapping[str, Any]) -> DrawnShape:
    """Return what was drawn; a circle or a rectangle whose corners were moved since is a polygon."""
    polygon = DrawnShape(kind=ShapeKind.POLYGON, corners=corners)
    drawn = polygon.outline.normalize()
    for meant in (_circle(facts), _rectangle(polygon, facts)):
        if meant is not None and meant.outline.normalize().equals_exact(drawn, _SAME_DEG):
            return meant
    return polygon


def _circle(facts: Mapping[str, Any]) -> DrawnShape | None:
    centre = read_position([facts.get("circle_lon"), facts.get("circle_lat")])
    radius = read_position([facts.get("circle_radius_m"), 0])
    if facts.get("drawn_as") != ShapeKind.CIRCLE or centre is None or radius is None:
        return None
    return DrawnShape(kind=ShapeKind.CIRCLE, corners=(centre[:2],), radius_m=radius[0])


def _rectangle(polygon: DrawnShape, facts: Mapping[str, Any]) -> DrawnShape | None:
    west, south, east, north = polygon.outline.bounds
    if facts.get("drawn_as") != ShapeKind.RECTANGLE:
        return None
    return DrawnShape(kind=ShapeKind.RECTANGLE, corners=((west, south), (east, north)))


def _corners(geometry: Mapping[str, Any] | None) -> tuple[Position, ...]:
    """Return the corners of the one ring that a drawn area has."""
    if geometry is None or geometry["type"] not in _SINGLE:
        raise GeometryError("drawn.file_not_a_polygon")
    rings = geometry.get("coordinates")
    if geometry["type"] == "MultiPolygon" and isinstance(rings, list) and len(rings) == 1:
        rings = rings[0]
    if not (isinstance(rings, list) and len(rings) == 1 and isinstance(rings[0], list)):
        raise GeometryError("drawn.file_not_a_polygon")
    if len(rings[0]) > MOST_CORNERS + 1:
        raise LimitExceededError("drawn.too_many_corners", n=len(rings[0]) - 1, allowed=MOST_CORNERS)
    places = [read_position(each) for each in rings[0]]
    known = [each[:2] for each in places if each is not None]
    if len(known) < len(places):
        raise GeometryError("drawn.file_not_a_polygon")
    return tuple(known[:-1] if known and known[0] == known[-1] else known)
