"""Covered ground by cells, for more discs than are drawn: coarse where it is certain, fine where not.

A cell whose centre is deeper within a disc than its own half diagonal is covered all over; one whose
centre is farther from every disc than that is not covered anywhere. Any other is cut in four, down to
the finest size, so that the true discs always lie between what is surely and what is possibly covered.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial.coverage.discs import EVEN, GridScale, Ground

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Cells = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = ["USUAL_CELL_M", "cell_size", "covered_cells"]

USUAL_CELL_M: Final = 10.0
"""Side of the finest cell, where the area allows it."""

_DOUBLINGS: Final = 5
"""The coarsest cell has 2⁵ times the side of the finest."""

_MOST_COARSE_CELLS: Final = 200_000
_MOST_FINE_CELLS: Final = 400_000
"""Cells are cut no further where the next ones would be more: what is put together stays small."""

_SAFETY_M: Final = 1e-6


def cell_size(zones: Geometries, finest_m: float = USUAL_CELL_M) -> float:
    """Return the side of the finest cell in metres: ``finest_m``, doubled until there are few enough."""
    low, high = np.split(shapely.bounds(zones[~shapely.is_empty(zones)]), 2, axis=1)
    side = finest_m
    while np.prod((high - low) / (side * 2**_DOUBLINGS) + 2.0, axis=1).sum() > _MOST_COARSE_CELLS:
        side *= 2.0
    return side


def covered_cells(
    xy_m: Floats, radius_m: Floats, zones: Geometries, cell_m: float, scale: GridScale = EVEN
) -> tuple[Ground, float]:
    """Return the ground that discs, one at least, cover where zones lie, and the side of its finest cell.

    Cells are cut down to ``cell_m``, or as far as their number allows.
    """
    discs, spare = _Clearance(xy_m, radius_m * scale.low), float(radius_m.max()) * (scale.high - scale.low)
    side = cell_m * 2**_DOUBLINGS
    cells = _coarse_cells(zones[~shapely.is_empty(zones)], side)
    surely: list[Geometries] = []
    while True:
        centres: Floats = (cells + 0.5) * np.float64(side)
        clearance = discs.at(centres)
        half = side / math.sqrt(2.0) + _SAFETY_M
        inside, near = clearance <= -half, (clearance > -half) & (clearance < half + spare)
        surely.append(_strips(cells[inside], side))
        if side <= cell_m or 4 * int(near.sum()) > _MOST_FINE_CELLS:
            break
        cells, side = _quarters(cells[near]), side / 2.0
    sure = shapely.union_all(np.concatenate(surely))
    by_centre = shapely.union_all(_strips(cells[near & (clearance <= 0.0)], side))
    maybe = shapely.union_all(_strips(cells[near], side))
    return Ground(shapely.union(sure, by_centre), sure, shapely.union(sure, maybe)), side


class _Clearance:
    """Tells how far places are from the nearest circle: negative inside a disc."""

    def __init__(self, xy_m: Floats, radius_m: Floats) -> None:
        from scipy.spatial import cKDTree  # noqa: PLC0415 - for coverage alone

        self._trees = [(radius, cKDTree(xy_m[radius_m == radius])) for radius in np.unique(radius_m)]

    def at(self, places: Floats) -> Floats:
        """Return metres to the nearest circle, shape (n,)."""
        nearest = np.full(len(places), np.inf)
        for radius, tree in self._trees:
            away, _ = tree.query(places)
            np.minimum(nearest, away - radius, out=nearest)
        return nearest


def _coarse_cells(zones: Geometries, side: float) -> Cells:
    """Return column and row of the cells that touch a zone, each once."""
    low, high = np.split(np.floor(shapely.bounds(zones) / side).astype(np.int64), 2, axis=1)
    spans = zip(low, high + 1, strict=True)
    grids = [
        np.stack(np.meshgrid(*map(np.arange, *span), indexing="ij"), -1).reshape(-1, 2) for span in spans
    ]
    cells: Cells = np.unique(np.concatenate(grids), axis=0)
    tree = shapely.STRtree(_boxes(cells, side))
    touched: Cells = np.unique(tree.query(zones, predicate="intersects")[1])
    return cells[touched]


def _quarters(cells: Cells) -> Cells:
    corners = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
    quarters: Cells = (cells[:, None, :] * 2 + corners).reshape(-1, 2)
    return quarters


def _strips(cells: Cells, side: float) -> Geometries:
    """Return the cells, those that follow one another in a row as one box: far fewer to put together."""
    cells = cells[np.lexsort((cells[:, 0], cells[:, 1]))]
    ends = np.ones(len(cells) + 1, dtype=bool)
    ends[1:-1] = (np.diff(cells[:, 0]) != 1) | (np.diff(cells[:, 1]) != 0)
    first, last = cells[ends[:-1]], cells[ends[1:]]
    return _spans(first, last, side)


def _boxes(cells: Cells, side: float) -> Geometries:
    return _spans(cells, cells, side)


def _spans(first: Cells, last: Cells, side: float) -> Geometries:
    low, high = first * side, (last + 1) * side
    boxes: Geometries = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return boxes
