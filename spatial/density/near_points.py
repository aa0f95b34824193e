"""Which points are linked by steps of at most so many metres, however thick they lie.

Points are sorted into cubic cells so small that all points of a cell are within the distance of each
other. Cells are linked where a pair of their points is; most cells side by side show it by their first
points, and only cells that nothing else links are looked at point by point. So a thousand points in one
place are one cell, not half a million pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from spatial.zone_grid.ranges import expand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy.spatial import cKDTree

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["linked"]

_CELL: Final = 0.57
"""Side of a cell in distances: below 1 / sqrt(3), the diagonal being shorter than the distance."""

_MARGIN: Final = 4
"""Cells kept free beyond the least position, so that no neighbour falls on another row of cells."""

_MOST_PAIRS_TRIED: Final = 4096
"""Pairs of points of two cells that are all tried; of more, a tree finds the nearest."""

_PAIRS_AT_ONCE: Final = 1 << 20

# Of each two neighbours one looks for the other. Two cells away is the farthest: 2 × 0.57 > 1.
_COLUMNS: Final = ((0, 0), (0, 1), (0, 2), *((x, y) for x in (1, 2) for y in (-2, -1, 0, 1, 2)))


class _Cells(NamedTuple):
    """Points in the order of their cells; the cells by code, with where their points begin and end."""

    xyz: Floats
    codes: Rows
    starts: Rows
    ends: Rows


def linked(xyz: Floats, group: Rows, distance_m: float) -> Rows:
    """Return the number of the cluster of each point, shape (n,), from nought on.

    Parameters
    ----------
    xyz : ndarray of float, shape (n, 3)
        Positions in metres; those of one group near their origin.
    group : ndarray of int64, shape (n,)
        Points of different groups, numbered from nought on, are never linked.
    distance_m : float
        The longest step.
    """
    if not len(xyz):
        return np.zeros(0, dtype=np.int64)
    cell = np.floor(xyz / (_CELL * distance_m)).astype(np.int64)
    cell += _MARGIN - cell.min(axis=0)
    size = cell.max(axis=0) + _MARGIN
    code = ((group * size[0] + cell[:, 0]) * size[1] + cell[:, 1]) * size[2] + cell[:, 2]
    order = np.argsort(code, kind="stable")
    codes, starts = np.unique(code[order], return_index=True)
    cells = _Cells(xyz[order], codes, starts, np.append(starts[1:], len(order)))
    cluster = _cell_clusters(cells, size, distance_m)
    found = np.empty(len(order), dtype=np.int64)
    found[order] = np.repeat(cluster, cells.ends - cells.starts)
    return found


def _cell_clusters(cells: _Cells, size: Rows, distance_m: float) -> Rows:
    """Return the number of the cluster of each cell."""
    n_cells = len(cells.codes)
    edges, open_pairs = [], []
    for one, other in _neighbours(cells.codes, size):
        near = _within(cells.xyz[cells.starts[one]], cells.xyz[cells.starts[other]], distance_m)
        edges.append((one[near], other[near]))
        several = ~near & (_n_pairs(cells, one, other) > 1)
        open_pairs.append((one[several], other[several]))
    cluster = _components(edges, n_cells)
    one, other = (np.concatenate(ends) for ends in zip(*open_pairs, strict=True))
    apart = cluster[one] != cluster[other]
    one, other = one[apart], other[apart]
    few = _n_pairs(cells, one, other) <= _MOST_PAIRS_TRIED
    near = _any_within(cells, one[few], other[few], distance_m)
    edges.append((one[few][near], other[few][near]))
    cluster = _components(edges, n_cells)
    return _with_crowds(cells, cluster, one[~few], other[~few], distance_m)


def _neighbours(codes: Rows, size: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Yield the pairs of cells near enough to be linked, one row of cells after the other."""
    for x, y in _COLUMNS:
        middle = codes + (x * size[1] + y) * size[2]
        first = middle + 1 if (x, y) == (0, 0) else middle - 2
        yield expand(np.searchsorted(codes, first), np.searchsorted(codes, middle + 2, side="right"))


def _n_pairs(cells: _Cells, one: Rows, other: Rows) -> Rows:
    """Return how many pairs of points two cells have."""
    count = cells.ends - cells.starts
    pairs: Rows = count[one] * count[other]
    return pairs


def _within(one: Floats, other: Floats, distance_m: float) -> NDArray[np.bool_]:
    """Tell which positions are within the distance of each other."""
    away = one - other
    near: NDArray[np.bool_] = (away * away).sum(axis=1) <= distance_m * distance_m
    return near


def _any_within(cells: _Cells, one: Rows, other: Rows, distance_m: float) -> NDArray[np.bool_]:
    """Tell which pairs of cells have points within the distance, trying every pair of points."""
    count = cells.ends - cells.starts
    found = np.zeros(len(one), dtype=bool)
    chunk = np.cumsum(_n_pairs(cells, one, other)) // _PAIRS_AT_ONCE
    for rows in np.split(np.arange(len(one)), np.flatnonzero(np.diff(chunk)) + 1):
        pair, point = expand(cells.starts[one[rows]], cells.ends[one[rows]])
        there = other[rows][pair]
        entry, opposite = expand(cells.starts[there], cells.starts[there] + count[there])
        near = _within(cells.xyz[point[entry]], cells.xyz[opposite], distance_m)
        found[rows[pair[entry[near]]]] = True
    return found


def _with_crowds(cells: _Cells, cluster: Rows, one: Rows, other: Rows, distance_m: float) -> Rows:
    """Return clusters after looking into pairs of crowded cells, as long as nothing else links them."""
    into = np.arange(len(cells.codes))
    nearest = _Nearest(cells)
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        first, second = _end(into, int(cluster[a])), _end(into, int(cluster[b]))
        if first != second and nearest.is_within(a, b, distance_m):
            into[max(first, second)] = min(first, second)
    joined = np.array([_end(into, number) for number in range(int(cluster.max()) + 1)])
    return np.unique(joined, return_inverse=True)[1][cluster]


class _Nearest:
    """Finds the nearest points of crowded cells by a tree over one of them, made once."""

    def __init__(self, cells: _Cells) -> None:
        self._cells = cells
        self._trees: dict[int, cKDTree] = {}

    def is_within(self, one: int, other: int, distance_m: float) -> bool:
        """Tell whether two cells have points within the distance."""
        from scipy.spatial import cKDTree  # noqa: PLC0415 - for crowded cells alone

        count = self._cells.ends - self._cells.starts
        large, small = (one, other) if count[one] >= count[other] else (other, one)
        if large not in self._trees:
            self._trees[large] = cKDTree(self._points(large))
        # A little farther, so that rounding here decides nothing.
        _, found = self._trees[large].query(self._points(small), distance_upper_bound=distance_m * 1.000001)
        there = found < count[large]
        near = _within(self._points(small)[there], self._points(large)[found[there]], distance_m)
        return bool(near.any())

    def _points(self, cell: int) -> Floats:
        return self._cells.xyz[self._cells.starts[cell] : self._cells.ends[cell]]


def _end(into: Rows, number: int) -> int:
    """Return the cluster into which another has gone, and shorten the way there."""
    while into[number] != number:
        into[number] = into[into[number]]
        number = int(into[number])
    return number


def _components(edges: list[tuple[Rows, Rows]], n: int) -> Rows:
    """Return the number of the connected component of each of ``n`` nodes."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - for this way to merge rows alone
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    one, other = (np.concatenate(ends) for ends in zip(*edges, strict=True))
    graph = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(n, n))
    component: Rows = connected_components(graph, directed=False)[1].astype(np.int64)
    return component
