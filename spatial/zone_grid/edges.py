"""The edges of zones: where they run, which side is inside, and how near a point is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]
    Geometries = NDArray[np.object_]

__all__ = ["ROUNDING_CELLS", "Edges", "edges_of", "passed_edges", "squared_distance"]

ROUNDING_CELLS: Final = 1e-6
"""Far above what is lost in a product of places on the grid, far below the width of a cell."""


class Edges(NamedTuple):
    """Straight edges, each with its zone on its left hand.

    Attributes
    ----------
    ends : ndarray of float, shape (n, 4)
        x and y of the start, then of the end. No edge has both in one place.
    zone : ndarray of int64, shape (n,)
        Row of its zone.
    """

    ends: Floats
    zone: Rows


def edges_of(polygons: Geometries) -> Edges:
    """Return the edges of valid polygons and multipolygons; empty and missing ones have none."""
    parts, zone_of_part = shapely.get_parts(polygons, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
    moved = (xy[1:, 0] != xy[:-1, 0]) | (xy[1:, 1] != xy[:-1, 1])
    joined = (ring_of_vertex[1:] == ring_of_vertex[:-1]) & moved
    before = np.flatnonzero(joined)
    ring = ring_of_vertex[before]
    ends = np.concatenate([xy[before], xy[before + 1]], axis=1)
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = part_of_ring[1:] == part_of_ring[:-1]
    turned = (_runs_clockwise(ends, ring, n_rings=len(rings)) != hole)[ring]
    ends[turned] = ends[turned][:, [2, 3, 0, 1]]
    return Edges(ends, zone_of_part[part_of_ring[ring]])


def _runs_clockwise(ends: Floats, ring: Rows, *, n_rings: int) -> Mask:
    """Tell which rings enclose their area on the right hand."""
    origin = np.zeros((n_rings, 2))
    origin[ring[::-1]] = ends[::-1, :2]
    # From a vertex of its own on, so that no digit is lost far from the origin.
    away = origin[ring]
    x0, y0 = ends[:, 0] - away[:, 0], ends[:, 1] - away[:, 1]
    x1, y1 = ends[:, 2] - away[:, 0], ends[:, 3] - away[:, 1]
    return np.asarray(np.bincount(ring, weights=x0 * y1 - x1 * y0, minlength=n_rings) < 0.0)


def squared_distance(ends: Floats, x: Floats, y: Floats) -> Floats:
    """Return the squared distance of each point from the edge of the same row."""
    ax, ay = ends[:, 0] - x, ends[:, 1] - y
    dx, dy = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    # The square of a very short edge may vanish.
    length2 = np.maximum(dx * dx + dy * dy, np.finfo(float).tiny)
    share = np.clip(-(ax * dx + ay * dy) / length2, 0.0, 1.0)
    away: Floats = (ax + share * dx) ** 2 + (ay + share * dy) ** 2
    return away


def passed_edges(
    bands: Floats, point: tuple[Floats, Floats], centre: tuple[Floats, Floats]
) -> tuple[Rows, Mask, Rows]:
    """Tell which edges lie between a point and the centre of its cell.

    Parameters
    ----------
    bands : ndarray of float, shape (n, 5)
        Ends of the edges in cells, and half the widths of their bands.
    point : tuple of two ndarrays of float
        The points, in cells.
    centre : tuple of two ndarrays of float
        The way from each point to the centre of its cell.

    Returns
    -------
    passed : ndarray of int
        The rows whose edge lies between.
    entered : ndarray of bool
        Of those, the ones whose zone holds the point's side.
    unsure : ndarray of int
        The rows whose point is in the band, or where rounding could decide.
    """
    ax, ay = bands[:, 0] - point[0], bands[:, 1] - point[1]
    bx, by = bands[:, 2] - point[0], bands[:, 3] - point[1]
    cx, cy = centre
    # A vertex on the line belongs to the side of its left hand, for both edges that share it.
    ends_apart = (cx * ay >= cy * ax) != (cx * by >= cy * bx)
    dx, dy = bx - ax, by - ay
    side = dy * ax - dx * ay
    # At least the length of the edge, so that a side as great as this is out of the band.
    length = np.abs(dx) + np.abs(dy)
    maybe_near = np.flatnonzero(np.abs(side) <= bands[:, 4] * length)
    near = squared_distance(bands[maybe_near], point[0][maybe_near], point[1][maybe_near])
    near_rows = maybe_near[near <= bands[maybe_near, 4] ** 2]
    between = np.flatnonzero(ends_apart)
    side, dx, dy, length = side[between], dx[between], dy[between], length[between]
    of_centre = side + dx * cy[between] - dy * cx[between]
    close = np.minimum(np.abs(side), np.abs(of_centre)) <= ROUNDING_CELLS * length
    apart = (side >= 0.0) != (of_centre >= 0.0)
    return between[apart], side[apart] >= 0.0, np.concatenate([near_rows, between[close]])
