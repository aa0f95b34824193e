"""Zones that share ground, and which of the others takes a point on a common edge."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial.errors import GeometryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = ["OVERLAP_TOLERANCE", "LayerKind", "first_of_rivals", "overlapping_pairs"]

OVERLAP_TOLERANCE: Final = 1e-4
"""Share of the smaller zone's area up to which an overlap is a digitising sliver."""

MAX_NEIGHBOURS: Final = 1_000_000
"""Pairs of zones that touch or overlap; a tiling of 200,000 zones has some 600,000."""


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
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    if len(first) > MAX_NEIGHBOURS:
        raise GeometryError("verdict.too_many_overlaps", count=len(first), allowed=MAX_NEIGHBOURS)
    size = shapely.area(polygons)
    common = shapely.area(shapely.intersection(polygons[first], polygons[second]))
    real = common > OVERLAP_TOLERANCE * np.minimum(size[first], size[second])
    return np.column_stack([first[real], second[real]])


def first_of_rivals(zone_rows: Rows, point_rows: Rows, overlaps: Rows, *, n_zones: int) -> NDArray[np.bool_]:
    """Tell which pairs stay; of zones that do not overlap, the first in order takes the point.

    The pairs are ordered by point, then by zone in the order of precedence.
    """
    both = np.concatenate([overlaps, overlaps[:, ::-1]])
    sharing = both[:, 0] * n_zones + both[:, 1]
    _, start, size = np.unique(point_rows, return_index=True, return_counts=True)
    step = np.arange(len(point_rows)) - np.repeat(start, size)
    kept = np.ones(len(point_rows), dtype=bool)
    for later in range(1, int(size.max(initial=0))):
        here = np.flatnonzero(step == later)
        for earlier in range(later):
            there = here - later + earlier
            rivals = ~np.isin(zone_rows[there] * n_zones + zone_rows[here], sharing)
            kept[here] &= ~(kept[there] & rivals)
    return kept
