"""Zones that share ground, and which of the others takes a point on a common edge."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial.apart import MATCH_DEG, shared_ground
from spatial.errors import GeometryError
from spatial.zone_grid.ranges import starts_of_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.zone_grid.edges import Edges

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = ["OVERLAP_TOLERANCE", "LayerKind", "first_of_rivals", "maybe_overlapping", "overlapping_pairs"]

OVERLAP_TOLERANCE: Final = 1e-4
"""Share of the smaller zone's area up to which an overlap is a digitising sliver."""

MAX_NEIGHBOURS: Final = 1_000_000
"""Pairs of zones that touch or overlap; a tiling of 200,000 zones has some 600,000."""


_SURE: Final = 0.25
"""Share of the tolerance up to which a bound by degrees decides for metres."""


class LayerKind(StrEnum):
    """How the zones of a layer lie to each other; a tiling may leave gaps."""

    TILING = "tiling"
    OVERLAPPING = "overlapping"


def overlapping_pairs(polygons: Geometries) -> Rows:
    """Return the pairs of rows that overlap, shape (n, 2), the lower row first.

    Parameters
    ----------
    polygons : ndarray of geometry
        On a metric grid, whose flat areas serve here for a ratio alone.

    Raises
    ------
    GeometryError
        If more than `MAX_NEIGHBOURS` pairs of zones meet: a layer laid upon itself many times over.
    """
    # A ring that is simple in degrees may cross itself where its edges run straight in metres.
    twisted = ~shapely.is_valid(polygons)
    if twisted.any():
        polygons = polygons.copy()
        polygons[twisted] = shapely.make_valid(polygons[twisted])
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    if len(first) > MAX_NEIGHBOURS:
        raise GeometryError("verdict.too_many_overlaps", count=len(first), allowed=MAX_NEIGHBOURS)
    size = shapely.area(polygons)
    common = shapely.area(shapely.intersection(polygons[first], polygons[second]))
    real = common > OVERLAP_TOLERANCE * np.minimum(size[first], size[second])
    return np.column_stack([first[real], second[real]])


def maybe_overlapping(polygons: Geometries, edges: Edges, bows: Floats) -> Rows:
    """Return the rows of the zones that may overlap another on the metric grid.

    Parameters
    ----------
    polygons : ndarray of geometry
        In canonical degrees.
    edges : Edges
        Of them.
    bows : ndarray of float
        How far each may run from itself on the metric grid, in degrees.
    """
    everyone = np.arange(len(polygons))
    shared = shared_ground(edges)
    if shared is None or not np.isfinite(bows).all():
        return everyone
    length = np.abs(edges.ends[:, :2] - edges.ends[:, 2:]).sum(axis=1)
    fringe = np.bincount(edges.zone, weights=length * (bows + 2.0 * MATCH_DEG), minlength=len(polygons))
    size = shapely.area(polygons)
    there = np.flatnonzero(np.isfinite(shapely.bounds(polygons)).all(axis=1))
    west, south, east, north = shapely.bounds(polygons[there]).T
    reach = 2.0 * (float(bows.max(initial=0.0)) + MATCH_DEG)
    windows = shapely.box(west - reach, south - reach, east + reach, north + reach)
    tree = shapely.STRtree(windows)
    # Two zones share no more than the shared ground about each and what their fringes differ by.
    ground, row = tree.query(shared)
    fringe += np.bincount(there[row], weights=shapely.area(shared)[ground], minlength=len(polygons))
    first, second = there[tree.query(windows)]
    allowed = _SURE * OVERLAP_TOLERANCE * np.minimum(size[first], size[second])
    doubtful = (first != second) & (fringe[first] + fringe[second] > allowed)
    found = np.zeros(len(polygons), dtype=bool)
    found[first[doubtful]] = True
    return np.flatnonzero(found)


def first_of_rivals(zone_rows: Rows, point_rows: Rows, overlaps: Rows, *, n_zones: int) -> NDArray[np.bool_]:
    """Tell which pairs stay; of zones that do not overlap, the first in order takes the point.

    The pairs are ordered by point, then by zone in the order of precedence.
    """
    both = np.concatenate([overlaps, overlaps[:, ::-1]])
    sharing = both[:, 0] * n_zones + both[:, 1]
    start = starts_of_runs(point_rows)
    size = np.diff(np.append(start, len(point_rows)))
    step = np.arange(len(point_rows)) - np.repeat(start, size)
    kept = np.ones(len(point_rows), dtype=bool)
    for later in range(1, int(size.max(initial=0))):
        here = np.flatnonzero(step == later)
        for earlier in range(later):
            there = here - later + earlier
            rivals = ~np.isin(zone_rows[there] * n_zones + zone_rows[here], sharing)
            kept[here] &= ~(kept[there] & rivals)
    return kept
