"""Polygons from untrusted geometry: built, closed, repaired or refused, and never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from spatial.geojson import read_position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

__all__ = ["CleanPolygon", "clean_polygon", "count_vertices", "is_tangle", "polygon_from_json"]

_MIN_CORNERS: Final = 3
_MAX_CROSSINGS: Final = 20_000
"""Self-crossings up to which a boundary is mended: more take minutes, and are no boundary."""
_EDGES_AT_ONCE: Final = 500


class CleanPolygon(NamedTuple):
    """A polygon that can be measured, and whether it had to be repaired."""

    geometry: BaseGeometry
    repaired: bool


def polygon_from_json(geometry: Mapping[str, Any] | None) -> BaseGeometry | None:
    """Return the polygon of a GeoJSON geometry; None where it is none or its positions are not valid.

    Heights are left out. A ring whose last position is not its first is closed.
    """
    if geometry is None:
        return None
    coordinates = geometry.get("coordinates")
    if geometry["type"] == "Polygon":
        return _polygon(coordinates)
    if geometry["type"] != "MultiPolygon" or not isinstance(coordinates, list):
        return None
    parts = [_polygon(part) for part in coordinates]
    polygons = [part for part in parts if part is not None]
    return MultiPolygon(polygons) if polygons and len(polygons) == len(parts) else None


def clean_polygon(geometry: BaseGeometry | None) -> CleanPolygon | None:
    """Return the areal part of a geometry, repaired where its boundary crosses itself.

    None where nothing with an area is left, a coordinate is not finite, or the boundary crosses itself
    too often to be one.
    """
    if geometry is None or not isinstance(geometry, Polygon | MultiPolygon):
        return None
    bounds = shapely.bounds(geometry)
    if geometry.is_empty or not bool((abs(bounds) < float("inf")).all()):
        return None
    if geometry.is_valid:
        return CleanPolygon(shapely.force_2d(geometry), repaired=False)
    if is_tangle(geometry):
        return None
    mended = shapely.make_valid(shapely.force_2d(geometry), method="structure", keep_collapsed=False)
    areas = [part for part in _parts(mended) if isinstance(part, Polygon) and part.area > 0.0]
    if not areas:
        return None
    return CleanPolygon(areas[0] if len(areas) == 1 else MultiPolygon(areas), repaired=True)


def count_vertices(geometry: Mapping[str, Any] | None) -> int:
    """Return how many arrays of a GeoJSON geometry hold no further array: its positions."""
    level, n = [geometry.get("coordinates") if geometry else None], 0
    while level:
        arrays = [value for value in level if isinstance(value, list)]
        n += sum(1 for array in arrays if array and not isinstance(array[0], list))
        level = [member for array in arrays for member in array]
    return n


def is_tangle(geometry: BaseGeometry) -> bool:
    """Tell a boundary with more than `_MAX_CROSSINGS`, without finding them all."""
    rings = shapely.get_rings(shapely.force_2d(shapely.get_parts(geometry)))
    lines = [shapely.get_coordinates(ring) for ring in rings]
    edges = np.concatenate([shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)) for xy in lines])
    tree = shapely.STRtree(edges)
    # Each pair is found from both ends; an edge meets itself and its two neighbours anyway.
    met, allowed = 0, 2 * _MAX_CROSSINGS + 3 * len(edges)
    for start in range(0, len(edges), _EDGES_AT_ONCE):
        met += tree.query(edges[start : start + _EDGES_AT_ONCE], predicate="intersects").shape[1]
        if met > allowed:
            return True
    return False


def _parts(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the simple geometries of a geometry, at whatever depth."""
    parts = list(shapely.get_parts(geometry))
    return (
        parts
        if all(not hasattr(part, "geoms") for part in parts)
        else [inner for part in parts for inner in _parts(part)]
    )


def _polygon(rings: object) -> Polygon | None:
    """Return a polygon of GeoJSON rings."""
    if not isinstance(rings, list) or not rings:
        return None
    closed = [_ring(ring) for ring in rings]
    sound = [ring for ring in closed if ring is not None]
    return Polygon(sound[0], sound[1:]) if len(sound) == len(closed) else None


def _ring(positions: object) -> list[tuple[float, float]] | None:
    """Return the finite positions of a ring; None where there are too few or one is not valid."""
    if not isinstance(positions, list):
        return None
    ring = []
    for position in positions:
        read = read_position(position)
        if read is None:
            return None
        ring.append((read[0], read[1]))
    corners = ring[:-1] if ring and ring[0] == ring[-1] else ring
    return ring if len(corners) >= _MIN_CORNERS else None
