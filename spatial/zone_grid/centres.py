"""Which zones hold the centre of each cell, found along the middles of the rows of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from spatial.zone_grid.grid import ONE_ZONE
from spatial.zone_grid.ranges import distinct, expand, odd_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Labels = NDArray[np.int32]

__all__ = ["Centres", "centre_sets"]

_MOST_MEMBERS: Final = 1 << 24
"""Zones of all sets together: 128 MiB."""

_MOST_CHANGES: Final = 1 << 26
_CHANGES_AT_ONCE: Final = 1 << 21
"""Changes that are gone through to name the zones of the sets: some ten seconds, and 100 MB at once."""


class Centres(NamedTuple):
    """The set of zones at the centre of each cell, and the zones of each set."""

    labels: Labels
    set_starts: Rows
    set_zones: Rows


class _Changes(NamedTuple):
    """Where a zone begins or ends along the middle of a row, from the west on."""

    cell: Rows
    zone: Rows
    begins: NDArray[np.bool_]


def centre_sets(
    bands: Floats, zone: Rows, size: tuple[int, int], *, n_zones: int, bounded: bool
) -> Centres | None:
    """Return the set of zones that hold the centre of each cell of a grid; None of too many sets.

    Parameters
    ----------
    bands : ndarray of float, shape (n_edges, 5)
        Ends of the edges in cells.
    zone : ndarray of int64, shape (n_edges,)
        The zone on the left hand of each.
    size : tuple of two int
        Columns and rows of the grid.
    n_zones : int
        How many zones there are.
    bounded : bool
        Whether there may be too many sets.
    """
    changes = _changes(bands, zone, size)
    # Every row ends where it began, in no zone, so that one sum runs through all of them.
    codes = changes.zone + ONE_ZONE
    sums = np.cumsum(np.where(changes.begins, codes, -codes))
    last = np.append(changes.cell[1:] != changes.cell[:-1], [True])[: len(sums)]
    at, sums = changes.cell[last], sums[last]
    count, only = sums >> 32, sums & (ONE_ZONE - 1)
    set_of = np.where(count == 1, only + 1, 0)
    set_starts, set_zones = np.arange(n_zones + 1), np.arange(n_zones)
    several = np.flatnonzero(count > 1)
    if several.size:
        most = (_MOST_CHANGES, _MOST_MEMBERS) if bounded else (np.inf, np.inf)
        found = _several(changes, last, several, size[0], n_zones=n_zones, most=most)
        if found is None:
            return None
        which, starts, zones = found
        set_of[several] = n_zones + 1 + which
        set_starts = np.concatenate([set_starts, starts[1:] + n_zones])
        set_zones = np.concatenate([set_zones, zones])
    n_cells = size[0] * size[1]
    run = np.diff(np.concatenate([[0], at, [n_cells]]))
    labels = np.repeat(np.append(0, set_of).astype(np.int32), run)
    return Centres(labels, np.append(0, set_starts), set_zones)


def _changes(bands: Floats, zone: Rows, size: tuple[int, int]) -> _Changes:
    """Return the changes in the order of the cells whose centres are the first behind them."""
    y0, y1 = bands[:, 1], bands[:, 3]
    first = np.ceil(np.minimum(y0, y1) - 0.5).astype(np.int64)
    last = np.ceil(np.maximum(y0, y1) - 0.5).astype(np.int64)
    crossing = np.flatnonzero(first < last)
    edge, row = expand(first[crossing], last[crossing])
    edge = crossing[edge]
    x0, y0, x1, y1, _ = np.take(bands, edge, axis=0).T
    share = np.clip((row + 0.5 - y0) / (y1 - y0), 0.0, 1.0)
    column = np.clip(np.ceil(x0 + share * (x1 - x0) - 0.5).astype(np.int64), 0, size[0] - 1)
    bits = max(len(edge), 1).bit_length()
    codes = ((row * size[0] + column) << bits) | np.arange(len(edge))
    codes.sort()
    order = codes & ((1 << bits) - 1)
    edge = edge[order]
    # An edge that runs south has its zone in the east.
    return _Changes(codes >> bits, zone[edge], bands[edge, 3] < bands[edge, 1])


def _several(
    changes: _Changes,
    last: NDArray[np.bool_],
    several: Rows,
    n_columns: int,
    *,
    n_zones: int,
    most: tuple[float, float],
) -> tuple[Rows, Rows, Rows] | None:
    """Return a number for each set of two zones or more, and the zones of each; None of too many."""
    # A sum of one random number for each zone tells one set from another.
    keys = np.random.default_rng(0).integers(1, 1 << 62, n_zones, dtype=np.int64)[changes.zone]
    sums = np.cumsum(np.where(changes.begins, keys, -keys))[last][several]
    names, example, which = distinct(sums)
    end = np.flatnonzero(last)[several[example]]
    row = changes.cell // n_columns
    begin = np.searchsorted(row, row[end])
    gone_through = np.cumsum(end + 1 - begin)
    if gone_through[-1] > most[0]:
        return None
    # The sets one run after the other, so that what is held at once is bounded.
    cuts = np.searchsorted(gone_through, np.arange(0, gone_through[-1], _CHANGES_AT_ONCE)[1:])
    sizes, members = [], []
    for part in np.split(np.arange(len(names)), np.unique(cuts)):
        at, entry = expand(begin[part], end[part] + 1)
        of_set, zones = odd_pairs(at, changes.zone[entry], n_second=n_zones)
        sizes.append(np.bincount(of_set, minlength=len(part)))
        members.append(zones)
        if sum(map(len, members)) > most[1]:
            return None
    return which, np.append(0, np.cumsum(np.concatenate(sizes))), np.concatenate(members)
