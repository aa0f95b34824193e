"""Counts of whole batches: per set of zones, per zone, per category and per grid cell.

A `Tally` belongs to one thread and takes batch after batch; `Counts` is what it came to: small, and
the same whatever the order in which counts are added.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.density.categories import Categories
from spatial.density.grid_cells import CellTally
from spatial.density.sparse_counts import SparseCounts, counted
from spatial.errors import UsageError
from spatial.zone_grid.ranges import expand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from spatial.zone_index import ZoneIndex

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["POINTS_AT_ONCE", "Counts", "Tally"]

POINTS_AT_ONCE: Final = 1 << 16
"""Points settled at once: what a step leaves is still in the cache for the next."""

MOST_CATEGORIES: Final = 100_000
"""Combinations of values by which counts are split; more are the mark of a column of ids."""

_MOST_PENDING: Final = 1 << 18


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many sites each place holds.

    Attributes
    ----------
    per_set : ndarray of int64, shape (n_sets,)
        Sites whose cell tells the set of their zones.
    per_zone : ndarray of int64, shape (n_zones,)
        Of the other sites, those that each zone holds.
    n_sites, n_outside : int
        Sites, and those of the sites without a set that lie in no zone.
    names : tuple of tuple of str
        Combinations of category values that occur, in order.
    split : SparseCounts
        Sites by ``combination × (n_sets + n_zones) + place``: a set, or ``n_sets`` + a zone.
    cells : SparseCounts
        Sites by grid cell, see `spatial.density.grid_cells`.
    beyond_area, without_cell : int
        Sites beyond the area of use of the grid, and those that it has no cell for.
    """

    per_set: Rows
    per_zone: Rows
    n_sites: int = 0
    n_outside: int = 0
    names: tuple[tuple[str, ...], ...] = ()
    split: SparseCounts = field(default_factory=SparseCounts.none)
    cells: SparseCounts = field(default_factory=SparseCounts.none)
    beyond_area: int = 0
    without_cell: int = 0

    @classmethod
    def joined(cls, several: Sequence[Counts]) -> Counts:
        """Return the sums of several counts over one index."""
        n_places = len(several[0].per_set) + len(several[0].per_zone)
        names = tuple(sorted({name for counts in several for name in counts.names}))
        check_categories(len(names))
        row = {name: number for number, name in enumerate(names)}
        return cls(
            per_set=np.sum([counts.per_set for counts in several], axis=0),
            per_zone=np.sum([counts.per_zone for counts in several], axis=0),
            n_sites=sum(counts.n_sites for counts in several),
            n_outside=sum(counts.n_outside for counts in several),
            names=names,
            split=SparseCounts.joined([_renamed(counts, row, n_places) for counts in several]),
            cells=SparseCounts.joined([counts.cells for counts in several]),
            beyond_area=sum(counts.beyond_area for counts in several),
            without_cell=sum(counts.without_cell for counts in several),
        )

    def zone_counts(self, index: ZoneIndex) -> tuple[Rows, int]:
        """Return the sites of each zone, and how many lie in none."""
        starts, zones = index.set_members()
        counts = self.per_zone + _of_zones(starts, zones, np.arange(len(self.per_set)), self.per_set, index)
        empty = starts[1:] == starts[:-1]
        return counts, self.n_outside + int(self.per_set[empty].sum())

    def split_counts(self, index: ZoneIndex) -> Mapping[tuple[str, ...], Rows]:
        """Return the sites of each zone by combination of category values."""
        starts, zones = index.set_members()
        n_sets = len(self.per_set)
        combination, place = np.divmod(self.split.codes, n_sets + len(self.per_zone))
        bounds = np.searchsorted(combination, np.arange(len(self.names) + 1))
        found: dict[tuple[str, ...], Rows] = {}
        for name, begin, end in zip(self.names, bounds[:-1], bounds[1:], strict=True):
            at, n = place[begin:end], self.split.n[begin:end]
            one = at >= n_sets
            counts = _of_zones(starts, zones, at[~one], n[~one], index)
            counts[at[one] - n_sets] += n[one]
            found[name] = counts
        return found


class Tally:
    """Counts batch after batch, in one thread.

    Parameters
    ----------
    index : ZoneIndex
        The zones.
    n_by : int
        How many columns split the counts.
    grid_m : int, optional
        Side of the grid cells that are counted as well.
    """

    def __init__(self, index: ZoneIndex, *, n_by: int, grid_m: int | None) -> None:
        starts, _ = index.set_members()
        self._index = index
        self._n_sets = len(starts) - 1
        # The first stands for points that have no set.
        self._per_label = np.zeros(self._n_sets + 1, dtype=np.int64)
        self._per_zone = np.zeros(index.n_zones, dtype=np.int64)
        self._n_placed = 0
        self._categories = Categories(n_by) if n_by else None
        self._split: list[SparseCounts] = []
        self._cells = CellTally(grid_m) if grid_m else None

    def add(self, lon: Floats, lat: Floats, by: Sequence[pa.Array] = ()) -> None:
        """Count sites at canonical degrees, with the values of the columns that split the counts."""
        for begin in range(0, len(lon), POINTS_AT_ONCE):
            end = begin + POINTS_AT_ONCE
            self._add(lon[begin:end], lat[begin:end], [column[begin:end] for column in by])

    def counts(self) -> Counts:
        """Return what all batches came to."""
        names = () if self._categories is None else self._categories.names
        unsorted = Counts(
            per_set=self._per_label[1:].copy(),
            per_zone=self._per_zone.copy(),
            n_sites=int(self._per_label.sum()),
            n_outside=int(self._per_label[0]) - self._n_placed,
            names=names,
            split=SparseCounts.joined([SparseCounts.none(), *self._split]),
            **({} if self._cells is None else self._cells.totals()),
        )
        return Counts.joined([unsorted])

    def _add(self, lon: Floats, lat: Floats, by: Sequence[pa.Array]) -> None:
        settled = self._index.settle(lon, lat)
        self._per_label += np.bincount(settled.labels + 1, minlength=self._n_sets + 1)
        points, zones = settled.point_rows, settled.zone_rows
        if len(zones):
            self._per_zone += np.bincount(zones, minlength=len(self._per_zone))
            self._n_placed += 1 + int(np.count_nonzero(points[1:] != points[:-1]))
        if self._categories is not None:
            combination = self._categories.codes(by)
            check_categories(len(self._categories.names))
            n_places = self._n_sets + len(self._per_zone)
            known = settled.labels >= 0
            self._note(
                np.concatenate(
                    [
                        combination[known] * n_places + settled.labels[known],
                        combination[points] * n_places + self._n_sets + zones,
                    ]
                )
            )
        if self._cells is not None:
            self._cells.add(lon, lat)

    def _note(self, codes: Rows) -> None:
        """Keep the counts of these codes, and join what was kept once it has grown long."""
        self._split.append(counted(codes))
        if sum(len(counts.codes) for counts in self._split[1:]) > _MOST_PENDING:
            self._split = [SparseCounts.joined(self._split)]


def check_categories(count: int) -> None:
    """Refuse more combinations of values than a table by category can be meant to have.

    Raises
    ------
    UsageError
        If they are more than `MOST_CATEGORIES`.
    """
    if count > MOST_CATEGORIES:
        raise UsageError("density.too_many_categories", count=count, allowed=MOST_CATEGORIES)


def _of_zones(starts: Rows, zones: Rows, sets: Rows, n: Rows, index: ZoneIndex) -> Rows:
    """Return the sites of each zone from the sites of sets of zones."""
    counts = np.zeros(index.n_zones, dtype=np.int64)
    owner, member = expand(starts[sets], starts[sets + 1])
    np.add.at(counts, zones[member], n[owner])
    return counts


def _renamed(counts: Counts, row: Mapping[tuple[str, ...], int], n_places: int) -> SparseCounts:
    """Return the split counts with the rows that all names together have."""
    if not len(counts.split.codes):
        return counts.split
    rows = np.array([row[name] for name in counts.names], dtype=np.int64)
    combination, place = np.divmod(counts.split.codes, n_places)
    return SparseCounts(rows[combination] * n_places + place, counts.split.n)
