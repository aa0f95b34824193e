"""A grid over zones, and how it settles points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from spatial.zone_grid.edges import passed_edges
from spatial.zone_grid.ranges import expand, odd_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]
    Labels = NDArray[np.int32]

__all__ = ["ONE_ZONE", "Settled", "ZoneGrid", "zone_codes"]

ONE_ZONE: Final = 1 << 32
"""A sum of zones: how many times this, and the sum of their rows beside it."""

_MOST_TESTS: Final = 1 << 19
"""Pairs of a point and an edge that are held at once: some 60 MB."""


class Settled(NamedTuple):
    """Where the points of one batch lie.

    Attributes
    ----------
    labels : ndarray of int32, shape (n,)
        Row of the set of zones that holds the point; -1 where pairs are given or it is hard.
    point_rows, zone_rows : ndarray of int64, shape (k,)
        Each zone that holds a point whose label is -1 and which is not hard.
    hard : ndarray of int64
        Points that only the exact predicate settles; their label is -1.
    """

    labels: Labels
    point_rows: Rows
    zone_rows: Rows
    hard: Rows


@dataclass(frozen=True, kw_only=True)
class ZoneGrid:
    """A grid over zones; see `spatial.zone_grid.build_grid`.

    Attributes
    ----------
    n_zones : int
        How many zones there are, empty ones too.
    west, south, per_degree : float
        Where the grid begins, in canonical degrees, and how many cells a degree holds.
    n_columns, n_rows : int
        Its size. The outermost cells hold nothing: what is beyond is read as if it were there.
    labels : ndarray of int32, shape (n_rows * n_columns,)
        Of each cell: the set of zones that holds it, or ``-1 - crossed cell``.
    set_starts, set_zones : ndarray of int64
        The zones of each set, one set after the other. Set 0 is that of no zone, set 1 + z that of
        zone z alone.
    set_codes : ndarray of float, shape (n_sets,)
        The sum of the codes of its zones; see `zone_codes`.
    crossed_sets : ndarray of int64, shape (n_crossed,)
        The set at the centre of each crossed cell; -1 where all its points are hard.
    crossed_starts, crossed_edges : ndarray
        The edges of each crossed cell, one cell after the other.
    ends : ndarray of float, shape (n_edges, 5)
        Of each edge, in cells: x and y of its start and end, and half the width of its band.
    edge_codes : ndarray of float, shape (n_edges,)
        The code of its zone, which lies on its left hand; see `zone_codes`.
    """

    n_zones: int
    west: float
    south: float
    per_degree: float
    n_columns: int
    n_rows: int
    labels: Labels
    set_starts: Rows
    set_zones: Rows
    set_codes: Floats
    crossed_sets: Rows
    crossed_starts: Rows
    crossed_edges: Labels
    ends: Floats
    edge_codes: Floats

    @property
    def n_sets(self) -> int:
        """How many sets of zones there are."""
        return len(self.set_starts) - 1

    def settle(self, lon: Floats, lat: Floats) -> Settled:
        """Tell in which zones points lie.

        Parameters
        ----------
        lon, lat : ndarray of float, shape (n,)
            Canonical degrees. What is not finite or beyond the grid is in no zone.
        """
        x = _on_axis(lon, self.west, self.per_degree, self.n_columns)
        y = _on_axis(lat, self.south, self.per_degree, self.n_rows)
        cells = y.astype(np.int64)
        cells *= self.n_columns
        cells += x.astype(np.int64)
        # Every cell is on the grid; clipping saves the look whether it is.
        labels = np.take(self.labels, cells, mode="clip")
        rows = np.flatnonzero(labels < 0)
        crossed = -1 - labels[rows].astype(np.int64)
        centre_set = self.crossed_sets[crossed]
        labels[rows] = centre_set
        hard = [rows[centre_set < 0]]
        soft = np.flatnonzero(centre_set >= 0)
        rows, crossed = rows[soft], crossed[soft]
        pairs = []
        for part in self._parts(crossed):
            at = rows[part]
            found = self._settle_crossed(crossed[part], x[at], y[at], cells[at])
            labels[at] = found.labels
            pairs.append((at[found.point_rows], found.zone_rows))
            hard.append(at[found.hard])
        none = np.zeros(0, dtype=np.int64)
        point_rows = np.concatenate([none, *(points for points, _ in pairs)])
        zone_rows = np.concatenate([none, *(zones for _, zones in pairs)])
        return Settled(labels, point_rows, zone_rows, np.sort(np.concatenate(hard)))

    def _parts(self, crossed: Rows) -> Iterator[slice]:
        """Cut points in crossed cells into runs that take a bounded number of tests."""
        tests = np.cumsum(self.crossed_starts[crossed + 1] - self.crossed_starts[crossed])
        begin = 0
        while begin < len(crossed):
            done = int(tests[begin - 1]) if begin else 0
            end = max(int(np.searchsorted(tests, done + _MOST_TESTS, side="right")), begin + 1)
            yield slice(begin, end)
            begin = end

    def _settle_crossed(self, crossed: Rows, x: Floats, y: Floats, cells: Rows) -> Settled:
        """Settle points of crossed cells whose centres are settled."""
        point, entry = expand(self.crossed_starts[crossed], self.crossed_starts[crossed + 1])
        edge = np.take(self.crossed_edges, entry)
        centre_x, centre_y = cells % self.n_columns + 0.5, cells // self.n_columns + 0.5
        passed, entered, unsure = passed_edges(
            np.take(self.ends, edge, axis=0),
            (x[point], y[point]),
            ((centre_x - x)[point], (centre_y - y)[point]),
        )
        hard = np.zeros(len(x), dtype=bool)
        hard[point[unsure]] = True
        centre_set = self.crossed_sets[crossed]
        point, edge = point[passed], edge[passed]
        codes = np.where(entered, self.edge_codes[edge], -self.edge_codes[edge])
        total = self.set_codes[centre_set] + np.bincount(point, weights=codes, minlength=len(x))
        count = np.floor(total / ONE_ZONE)
        hard |= count < 0.0
        labels = np.where(count == 1.0, total - ONE_ZONE + 1.0, 0.0).astype(np.int32)
        several = count > 1.0
        labels[several] = -1
        labels[hard] = -1
        several &= ~hard
        if not several.any():
            none = np.zeros(0, dtype=np.int64)
            return Settled(labels, none, none, np.flatnonzero(hard))
        held, member = expand(self.set_starts[centre_set[several]], self.set_starts[centre_set[several] + 1])
        concerned = several[point]
        point_rows, zone_rows = odd_pairs(
            np.concatenate([np.flatnonzero(several)[held], point[concerned]]),
            np.concatenate([self.set_zones[member], self.edge_zones(edge[concerned])]),
            n_second=self.n_zones,
        )
        return Settled(labels, point_rows, zone_rows, np.flatnonzero(hard))

    def edge_zones(self, edge: Labels) -> Rows:
        """Return the zones of edges."""
        zones: Rows = (self.edge_codes[edge] - ONE_ZONE).astype(np.int64)
        return zones


def zone_codes(zone_rows: Rows) -> Floats:
    """Return a number for each zone, such that a sum over up to a million of them tells the only one."""
    codes: Floats = (zone_rows + ONE_ZONE).astype(float)
    return codes


def _on_axis(degrees: Floats, start: float, per_degree: float, n_cells: int) -> Floats:
    """Return places along one axis of the grid; what is not a number lies at its beginning."""
    place = degrees - start
    place *= per_degree
    np.fmax(place, 0.0, out=place)
    np.fmin(place, n_cells - 0.5, out=place)
    return place
