"""Zones ready to be counted in, under the edge rule of the project.

A point in a zone or on its edge belongs to it. Of zones that do not overlap, the one whose
``zone_id`` sorts first takes a point that several have; zones that overlap each count it.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import numpy as np
import shapely

from spatial.edge_rule import band_widths_deg, bows_deg
from spatial.errors import DuplicateIdError, GeometryError
from spatial.exact_places import ExactPlaces, on_metric_grid
from spatial.metric_grid import central_meridian, metric_code_for
from spatial.overlaps import LayerKind, first_of_rivals, maybe_overlapping, overlapping_pairs
from spatial.zone_grid import build_grid
from spatial.zone_grid.edges import edges_of
from spatial.zone_grid.ranges import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from spatial.zone_grid import ZoneGrid
    from spatial.zone_grid.edges import Edges

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Labels = NDArray[np.int32]
    Geometries = NDArray[np.object_]

__all__ = ["Pairs", "SettledPoints", "ZoneIndex"]


_POLYGON, _MULTIPOLYGON = 3, 6
_SHOWN: Final = 5
_MANY_EDGES: Final = 100_000

_One = TypeVar("_One")
_Other = TypeVar("_Other")


class Pairs(NamedTuple):
    """Points and the zones that count them, ordered by point, then by ``zone_id``."""

    point_rows: Rows
    zone_rows: Rows


class SettledPoints(NamedTuple):
    """Where the points of one batch lie.

    Attributes
    ----------
    labels : ndarray of int32, shape (n,)
        Row of the set of zones that counts the point, 0 where none does; -1 where pairs are given.
    point_rows, zone_rows : ndarray of int64, shape (k,)
        The zones of each point whose label is -1, ordered by point, then by ``zone_id``.
    """

    labels: Labels
    point_rows: Rows
    zone_rows: Rows


@dataclass(frozen=True, kw_only=True)
class ZoneIndex:
    """Zones ready to be counted in; see `ZoneIndex.of`. It may be pickled and shared by threads.

    Attributes
    ----------
    zone_ids : tuple of str
        In the order of the layer.
    overlaps : ndarray of int64, shape (n, 2)
        The pairs of rows that share ground, the lower row first.
    metric_code : int
        EPSG code of the grid on which the layer is measured.
    """

    zone_ids: tuple[str, ...]
    overlaps: Rows
    metric_code: int
    # Inside, a zone's number is its rank in the order of ids; the rows of the ranks lead back.
    row_of_rank: Rows
    overlaps_of_ranks: Rows
    grid: ZoneGrid
    exact: ExactPlaces
    set_starts: Rows
    set_ranks: Rows

    @classmethod
    def of(cls, polygons: Geometries, zone_ids: Sequence[str], *, n_points: int) -> ZoneIndex:
        """Make zones ready.

        Parameters
        ----------
        polygons : ndarray of Polygon or MultiPolygon, shape (n_zones,)
            Valid outlines in canonical degrees; empty ones hold nothing.
        zone_ids : sequence of str
            Their ids, each another.
        n_points : int
            How many points will be placed, roughly; it decides how fine the grid is.

        Raises
        ------
        GeometryError
            If there are no zones, one is no valid polygon or lies where its metric grid has no
            coordinates, they reach too far round the Earth, or overlap without measure.
        DuplicateIdError
            If an id is empty or repeated.
        """
        ids = _checked_ids(zone_ids)
        if not ids:
            raise GeometryError("verdict.no_zones")
        outlines = np.asarray(polygons, dtype=object)
        _require_polygons(outlines)
        row_of_rank = np.argsort(np.array(ids, dtype=object), kind="stable")
        ranked = outlines[row_of_rank]
        code = metric_code_for(ranked)
        edges = edges_of(ranked)
        bows = bows_deg(edges.ends, central_meridian(code))
        widths = band_widths_deg(edges.ends, bows)
        reaches = np.zeros(len(ids))
        np.maximum.at(reaches, edges.zone, widths)
        grid, overlaps = _side_by_side(
            lambda: build_grid(edges, widths, n_zones=len(ids), n_points=n_points),
            lambda: _overlaps(outlines, row_of_rank, edges, bows, code),
            worth_it=len(edges.zone) > _MANY_EDGES,
        )
        set_starts, set_ranks = _reduced_sets(grid, overlaps)
        return cls(
            zone_ids=ids,
            overlaps=_in_order(row_of_rank[overlaps]),
            metric_code=code,
            row_of_rank=row_of_rank,
            overlaps_of_ranks=overlaps,
            grid=grid,
            exact=ExactPlaces(ranked, reaches, code),
            set_starts=set_starts,
            set_ranks=set_ranks,
        )

    @property
    def n_zones(self) -> int:
        """How many zones there are."""
        return len(self.zone_ids)

    @property
    def n_sets(self) -> int:
        """How many sets of zones a label may name; the first is that of no zone."""
        return len(self.set_starts) - 1

    @property
    def kind(self) -> LayerKind:
        """Whether zones overlap."""
        return LayerKind.OVERLAPPING if len(self.overlaps) else LayerKind.TILING

    def set_members(self) -> tuple[Rows, Rows]:
        """Return where the zones of each set begin, and the rows of those zones."""
        return self.set_starts, self.row_of_rank[self.set_ranks]

    def settle(self, lon: Floats, lat: Floats) -> SettledPoints:
        """Tell which zones count each point.

        Parameters
        ----------
        lon, lat : ndarray of float, shape (n,)
            Canonical degrees. What is not finite is in no zone.
        """
        labels, point_rows, ranks = self._settled(lon, lat)
        return SettledPoints(labels, point_rows, self.row_of_rank[ranks])

    def place(self, lon: Floats, lat: Floats) -> Pairs:
        """Return each point with each zone that counts it; parameters as for `settle`."""
        labels, point_rows, ranks = self._settled(lon, lat)
        held = np.flatnonzero(labels > 0)
        at, member = expand(self.set_starts[labels[held]], self.set_starts[labels[held] + 1])
        # Each part is in order, and so is the whole once the points are.
        points, found = (
            np.concatenate([held[at], point_rows]),
            np.concatenate([self.set_ranks[member], ranks]),
        )
        if len(point_rows):
            order = np.argsort(points, kind="stable")
            points, found = points[order], found[order]
        return Pairs(points, self.row_of_rank[found])

    def _settled(self, lon: Floats, lat: Floats) -> tuple[Labels, Rows, Rows]:
        """Return labels, and pairs of ranks where there are several."""
        found = self.grid.settle(lon, lat)
        labels, point_rows, ranks = found.labels, found.point_rows, found.zone_rows
        if len(found.hard):
            at, of_hard = self.exact.pairs(lon[found.hard], lat[found.hard])
            point_rows = np.concatenate([point_rows, found.hard[at]])
            ranks = np.concatenate([ranks, of_hard])
            order = np.argsort(point_rows, kind="stable")
            point_rows, ranks = point_rows[order], ranks[order]
            labels[found.hard] = 0
        if not len(point_rows):
            return labels, point_rows, ranks
        kept = first_of_rivals(ranks, point_rows, self.overlaps_of_ranks, n_zones=self.n_zones)
        point_rows, ranks = point_rows[kept], ranks[kept]
        alone = np.ones(len(point_rows), dtype=bool)
        same = point_rows[1:] == point_rows[:-1]
        alone[1:] &= ~same
        alone[:-1] &= ~same
        labels[point_rows] = np.where(alone, ranks + 1, -1)
        return labels, point_rows[~alone], ranks[~alone]


def _checked_ids(zone_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the ids; refuse empty and repeated ones."""
    ids = tuple(zone_ids)
    if "" in ids or len(set(ids)) < len(ids):
        times = Counter(ids)
        faulty = sorted(name for name in times if name and times[name] > 1)
        count = times[""] + sum(times[name] for name in faulty)
        raise DuplicateIdError("verdict.zone_ids_not_unique", count=count, ids=faulty)
    return ids


def _require_polygons(outlines: Geometries) -> None:
    """Raise unless each outline is a valid polygon or multipolygon, or none."""
    flat = np.isin(shapely.get_type_id(outlines), (-1, _POLYGON, _MULTIPOLYGON))
    for faulty, key in (
        (~flat, "verdict.not_polygons"),
        (flat & ~shapely.is_missing(outlines) & ~shapely.is_valid(outlines), "verdict.invalid_polygons"),
    ):
        if faulty.any():
            rows = [int(row) + 1 for row in np.flatnonzero(faulty)[:_SHOWN]]
            raise GeometryError(key, layer="zones", count=int(faulty.sum()), rows=rows)


def _side_by_side(
    one: Callable[[], _One], other: Callable[[], _Other], *, worth_it: bool
) -> tuple[_One, _Other]:
    """Return what both give; at once where that is worth a thread."""
    if not worth_it:
        return one(), other()
    # NumPy sorts and shapely joins side by side: each lets the other go on.
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(other)
        return one(), asked.result()


def _overlaps(outlines: Geometries, row_of_rank: Rows, edges: Edges, bows: Floats, code: int) -> Rows:
    """Return the pairs of ranks whose zones overlap on the metric grid."""
    ranked = outlines[row_of_rank]
    ranks = maybe_overlapping(ranked, edges, bows)
    if not len(ranks):
        return np.zeros((0, 2), dtype=np.int64)
    flat = on_metric_grid(ranked[ranks], code)
    there = ~(shapely.is_missing(flat) | shapely.is_empty(ranked[ranks]))
    lost = there & ~np.isfinite(shapely.bounds(flat)).all(axis=1)
    if lost.any():
        rows = [int(row) + 1 for row in np.sort(row_of_rank[ranks[lost]])[:_SHOWN]]
        raise GeometryError("verdict.off_the_grid", count=int(lost.sum()), rows=rows)
    found: Rows = ranks[overlapping_pairs(flat)]
    return found


def _reduced_sets(grid: ZoneGrid, overlaps: Rows) -> tuple[Rows, Rows]:
    """Return the zones of each set of the grid that count what is in all of them."""
    of_set = np.repeat(np.arange(grid.n_sets), np.diff(grid.set_starts))
    kept = first_of_rivals(grid.set_zones, of_set, overlaps, n_zones=grid.n_zones)
    return np.searchsorted(of_set[kept], np.arange(grid.n_sets + 1)), grid.set_zones[kept]


def _in_order(pairs: Rows) -> Rows:
    """Return pairs of rows, the lower first, in order."""
    pairs = np.sort(pairs, axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
