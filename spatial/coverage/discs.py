"""The ground within the radius of some site, as polygons between which the true discs lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

__all__ = ["CHORD_SHARE", "EVEN", "GridScale", "Ground", "covered_ground", "needed_discs"]

_QUADRANT_SEGMENTS: Final = 32
_INNER: Final = math.cos(math.pi / (4 * _QUADRANT_SEGMENTS))
CHORD_SHARE: Final = 1.0 - _INNER
"""How far the sides of a disc's polygon lie within its circle at most, as a share of the radius."""

_SAFETY: Final = 1e-9


class GridScale(NamedTuple):
    """Between which lengths on the metric grid a length of 1 on the ellipsoid lies, over one layer."""

    low: float
    high: float


EVEN: Final = GridScale(1.0, 1.0)


class Ground(NamedTuple):
    """Covered ground on the metric grid.

    Attributes
    ----------
    covered : geometry
        What is shown and measured.
    surely, possibly : geometry
        The true discs, whose radii are lengths on the ellipsoid, hold the first and lie in the second.
    """

    covered: BaseGeometry
    surely: BaseGeometry
    possibly: BaseGeometry


def needed_discs(
    xy_m: Floats, radius_m: Floats, zones: Geometries, scale: GridScale = EVEN
) -> NDArray[np.int64]:
    """Return the rows of the discs that reach a zone, without those that lie within another one."""
    rows = np.flatnonzero((radius_m > 0.0) & np.isfinite(xy_m).all(axis=1))
    rows = rows[_reaching(xy_m[rows], radius_m[rows] * scale.high, zones)]
    # Widest first, so that of sites in one place the widest stays.
    rows = rows[np.lexsort((rows, xy_m[rows, 1], xy_m[rows, 0], -radius_m[rows]))]
    _, first = np.unique(xy_m[rows], axis=0, return_index=True)
    rows = np.sort(rows[first])
    return rows[~_within_wider(xy_m[rows], radius_m[rows] * scale.low)]


def covered_ground(xy_m: Floats, radius_m: Floats, scale: GridScale = EVEN) -> Ground:
    """Return the union of discs.

    It is drawn with polygons of 128 sides whose corners lie on the circles at the least scale, and never
    says too much: their sides are `CHORD_SHARE` of the radius within the circle at most.
    """
    points = shapely.points(xy_m)
    within = radius_m * scale.low
    inner = shapely.union_all(shapely.buffer(points, within, quad_segs=_QUADRANT_SEGMENTS))
    around = radius_m * scale.high / _INNER * (1.0 + _SAFETY)
    outer = shapely.union_all(shapely.buffer(points, around, quad_segs=_QUADRANT_SEGMENTS))
    return Ground(inner, inner, outer)


def _reaching(xy_m: Floats, radius_m: Floats, zones: Geometries) -> NDArray[np.bool_]:
    """Tell which discs come near a zone."""
    found = np.zeros(len(xy_m), dtype=bool)
    if len(xy_m):
        tree = shapely.STRtree(zones)
        points, _ = tree.query(shapely.points(xy_m), predicate="dwithin", distance=radius_m)
        found[points] = True
    return found


def _within_wider(xy_m: Floats, radius_m: Floats) -> NDArray[np.bool_]:
    """Tell which discs lie within the polygon of a wider one."""
    from scipy.spatial import cKDTree  # noqa: PLC0415 - for coverage alone

    within = np.zeros(len(xy_m), dtype=bool)
    steps = np.unique(radius_m)
    for at, wide in enumerate(steps):
        tree = cKDTree(xy_m[radius_m == wide])
        for narrow in steps[:at]:
            away = wide * _INNER - narrow
            rows = np.flatnonzero((radius_m == narrow) & ~within)
            if away <= 0.0 or not len(rows):
                continue
            found, _ = tree.query(xy_m[rows], distance_upper_bound=away)
            within[rows] = np.isfinite(found)
    return within
