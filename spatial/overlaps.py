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
    from collections.abc import Callable

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

_MOST_ZONES_IN_A_TABLE: Final = 4096
"""16 MiB of one byte for each pair."""

_PAIRS_AT_ONCE: Final = 1 << 14

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
    common = np.zeros(len(first))
    # What is cut is not held for all pairs at once.
    for begin in range(0, len(first), _PAIRS_AT_ONCE):
        part = slice(begin, begin + _PAIRS_AT_ONCE)
        common[part] = shapely.area(shapely.intersection(polygons[first[part]], polygons[second[part]]))
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
    kept = np.zeros(len(point_rows), dtype=bool)
    share = _sharing(overlaps, n_zones)
    undecided = np.arange(len(point_rows))
    # In each round the first zone left at a point takes it, and its rivals there go.
    while len(undecided):
        begins = starts_of_runs(point_rows[undecided])
        sizes = np.diff(np.append(begins, len(undecided)))
        kept[undecided[begins]] = True
        taker = np.repeat(zone_rows[undecided[begins]], sizes)
        stays = share(taker, zone_rows[undecided])
        stays[begins] = False
        undecided = undecided[stays]
    return kept


def _sharing(overlaps: Rows, n_zones: int) -> Callable[[Rows, Rows], NDArray[np.bool_]]:
    """Return what tells of zones, row by row, which share ground."""
    if not len(overlaps):
        return lambda one, _: np.zeros(len(one), dtype=bool)
    if n_zones <= _MOST_ZONES_IN_A_TABLE:
        table = np.zeros((n_zones, n_zones), dtype=bool)
        table[overlaps[:, 0], overlaps[:, 1]] = table[overlaps[:, 1], overlaps[:, 0]] = True
        return lambda one, other: table[one, other]
    both = np.concatenate([overlaps, overlaps[:, ::-1]])
    codes = np.append(np.sort(both[:, 0] * n_zones + both[:, 1]), np.iinfo(np.int64).max)

    def found(one: Rows, other: Rows) -> NDArray[np.bool_]:
        asked = one * n_zones + other
        same: NDArray[np.bool_] = codes[np.searchsorted(codes, asked)] == asked
        return same

    return found
