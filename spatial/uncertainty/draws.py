"""Counting the same points again and again, each time where they might as well be.

Only points that an edge is within reach of are moved. In each draw the boundary's own shift and
offset are known first; a point farther from every edge than those and `reach_in_sigmas` of its own error
together stays where it is. So no shift and no offset is ever cut off, and in one draw the chance that any
point was left wrongly is at most `NEGLECTED`: no probability is off by more.

Points are placed by the zone index that counts them everywhere else.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import numpy as np
import shapely

from spatial.density.feed import usable_cores
from spatial.edge_rule import bows_m
from spatial.metric_grid import central_meridian
from spatial.uncertainty.offsets import OffsetPairs
from spatial.zone_grid.edges import edges_of
from spatial.zone_grid.ranges import expand
from spatial.zone_index import ZoneIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spatial.uncertainty.laid import LaidPoints, LaidZones
    from spatial.uncertainty.offsets import Turned
    from spatial.zone_index import SettledPoints

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]
    Geometries = NDArray[np.object_]

__all__ = ["NEGLECTED", "MovedCounts", "moved_counts", "reach_in_sigmas"]

NEGLECTED: Final = 1e-3
"""Chance, in one draw, that any of the points that were not moved should have changed sides."""

_BLOCK: Final = 25
_AXIS_M: Final = 6_378_137.0
_FLATTENING: Final = 1.0 / 298.257222101


@dataclass(frozen=True)
class MovedCounts:
    """What the draws add to the counts as drawn.

    Parameters
    ----------
    changes : ndarray of int, shape (draws, n_zones)
        Stations more or fewer than as drawn.
    movable : ndarray of int
        Rows of the points that an edge is within reach of, in order.
    """

    changes: Rows
    movable: Rows


def reach_in_sigmas(n_points: int) -> float:
    """Return how many standard deviations none of so many points strays beyond, but for `NEGLECTED`.

    The distance of an error that is normal in two dimensions is beyond k standard deviations with the
    chance exp(-k²/2); for n points together it is at most n times that.
    """
    return float(np.sqrt(2.0 * np.log(max(n_points, 1) / NEGLECTED)))


def moved_counts(
    points: LaidPoints, zones: LaidZones, *, shifts: Floats, offsets: Floats, seed: Sequence[int]
) -> MovedCounts:
    """Count moved points in moved zones.

    Parameters
    ----------
    points : LaidPoints
        Points with a weight above nought.
    zones : LaidZones
        The zones.
    shifts : ndarray of float, shape (draws, 2)
        Standard normal numbers: how far each draw moves the zones east and north.
    offsets : ndarray of float, shape (draws,)
        Standard normal numbers: how far each draw moves every outline outward.
    seed : sequence of int
        Names the stream of the points' own errors.
    """
    index = ZoneIndex.of(zones.canonical, zones.zone_ids, n_points=len(points.lon) * len(shifts))
    shifts_m, offsets_m = shifts * zones.sigma_m, offsets * zones.offset_sigma_m
    shifted = np.hypot(*shifts_m.T)
    far = shifted + np.abs(offsets_m)
    farthest = float(far.max(initial=0.0))
    slack = _to_nearest_edge(points, zones, index, farthest=farthest)
    order = np.argsort(slack, kind="stable")
    order = order[: np.searchsorted(slack[order], farthest, side="right")]
    near, slack = points.rows(order), slack[order]
    pairs = None
    if offsets_m.any():
        pairs = OffsetPairs.of(
            near,
            zones.metric,
            _members(index, near.lon, near.lat),
            reach_m=reach_in_sigmas(len(points.lon)) * near.sigma_m,
            slack_m=slack,
            farthest_m=farthest,
        )
    # A point whose slack is above nought stays in a draw that moves the zones by less.
    ends = _Ends(
        np.asarray(np.searchsorted(slack, far, side="right")),
        np.asarray(np.searchsorted(slack, shifted, side="right")),
    )
    draws = _Draws(index, near, pairs, shifts_m, offsets_m, far, ends, seed)
    starts = range(0, len(shifts), _BLOCK)
    with ThreadPoolExecutor(usable_cores()) as pool:
        parts = list(pool.map(draws.block, starts))
    return MovedCounts(np.concatenate(parts), np.sort(order))


class _Ends(NamedTuple):
    """How many of the points, nearest first, a draw may carry across an edge: with its offset, without."""

    moved: Rows
    shifted: Rows


@dataclass(frozen=True)
class _Draws:
    """All that the draws have in common."""

    index: ZoneIndex
    near: LaidPoints
    pairs: OffsetPairs | None
    shifts_m: Floats
    offsets_m: Floats
    far_m: Floats
    ends: _Ends
    seed: Sequence[int]

    def block(self, start: int) -> Rows:
        """Return the changes of some draws; each block has a stream of its own."""
        span = slice(start, min(start + _BLOCK, len(self.shifts_m)))
        upto = self.ends.moved[span]
        n_draws = len(upto)
        draw, row = expand(np.zeros(n_draws, dtype=np.int64), upto)
        rng = np.random.default_rng([*self.seed, start])
        east = rng.standard_normal(len(row))
        north = rng.standard_normal(len(row))
        sigma = self.near.sigma_m[row]
        east *= sigma
        north *= sigma
        # To move the zones one way is to move the points the other.
        east -= self.shifts_m[span, 0][draw]
        north -= self.shifts_m[span, 1][draw]
        offset = None
        if self.pairs is not None:
            offset = self.pairs.turned(
                (east, north),
                np.cumsum(upto) - upto,
                far_m=self.far_m[span],
                offsets_m=self.offsets_m[span],
            )
        shifted = row < self.ends.shifted[span][draw]
        if not shifted.all():
            draw, row, east, north = draw[shifted], row[shifted], east[shifted], north[shifted]
        per_east, per_north = _degrees_per_m(self.near.lat)
        east *= per_east[row]
        north *= per_north[row]
        east += self.near.lon[row]
        north += self.near.lat[row]
        weights = self.near.weights[row]
        settled = self.index.settle(east, north)
        moved = _summed(self.index, settled, draw, weights, n_draws)
        as_drawn = self.index.settle(self.near.lon[row], self.near.lat[row])
        moved -= _summed(self.index, as_drawn, draw, weights, n_draws)
        return moved if offset is None else moved + self._offset(offset, shifted, settled, span)

    def _offset(self, turned: Turned, shifted: Mask, settled: SettledPoints, span: slice) -> Rows:
        """Return what offsets add: each pair once, and only if the moved point is not there already."""
        pairs = cast("OffsetPairs", self.pairs)
        zone = pairs.zone[turned.pair]
        inside = pairs.depth_m[turned.pair] > 0.0
        placed = np.flatnonzero(shifted[turned.at])
        rows = (np.cumsum(shifted) - 1)[turned.at[placed]]
        inside[placed] = _holds(self.index, settled, rows, zone[placed])
        offsets_m = self.offsets_m[span]
        outward = offsets_m[turned.draw] > 0.0
        signs = outward.astype(np.int64) - inside
        codes = turned.draw * self.index.n_zones + zone
        added = np.bincount(
            codes, weights=signs * pairs.weights[turned.pair], minlength=len(offsets_m) * self.index.n_zones
        )
        return np.rint(added).astype(np.int64).reshape(len(offsets_m), -1)


def _holds(index: ZoneIndex, settled: SettledPoints, rows: Rows, zone: Rows) -> Mask:
    """Tell of some settled points whether a given zone holds them."""
    starts, members = index.set_members()
    label = np.maximum(settled.labels[rows], 0)
    owner, at = expand(starts[label], np.where(settled.labels[rows] > 0, starts[label + 1], 0))
    held = np.zeros(len(rows), dtype=bool)
    held[owner[members[at] == zone[owner]]] = True
    single = settled.point_rows * index.n_zones + settled.zone_rows
    held |= np.isin(rows * index.n_zones + zone, single)
    return held


def _members(index: ZoneIndex, lon: Floats, lat: Floats) -> tuple[Rows, Rows]:
    """Return the rows of points and of the zones that hold them."""
    settled = index.settle(lon, lat)
    starts, members = index.set_members()
    held = np.flatnonzero(settled.labels > 0)
    owner, at = expand(starts[settled.labels[held]], starts[settled.labels[held] + 1])
    point = np.concatenate([held[owner], settled.point_rows])
    return point, np.concatenate([members[at], settled.zone_rows])


def _summed(index: ZoneIndex, settled: SettledPoints, draw: Rows, weights: Rows, n_draws: int) -> Rows:
    """Return the summed weights of each draw and zone, shape (n_draws, n_zones)."""
    starts, members = index.set_members()
    held = np.maximum(settled.labels, 0)
    codes = draw * index.n_sets + held
    sets = np.bincount(codes, weights=weights * (settled.labels > 0), minlength=n_draws * index.n_sets)
    of_sets = sets.reshape(n_draws, index.n_sets)
    owner, at = expand(starts[:-1], starts[1:])
    counts = np.zeros((index.n_zones, n_draws))
    np.add.at(counts, members[at], of_sets[:, owner].T)
    pairs = draw[settled.point_rows] * index.n_zones + settled.zone_rows
    single = np.bincount(pairs, weights=weights[settled.point_rows], minlength=counts.size)
    return np.rint(counts.T + single.reshape(n_draws, -1)).astype(np.int64)


def _to_nearest_edge(points: LaidPoints, zones: LaidZones, index: ZoneIndex, *, farthest: float) -> Floats:
    """Return how far an edge is beyond the reach of each point's own error; infinite where too far."""
    edges = edges_of(zones.metric)
    lines: Geometries = np.asarray(shapely.linestrings(edges.ends.reshape(-1, 2, 2)))
    bows = bows_m(edges_of(zones.canonical).ends, central_meridian(index.metric_code))
    bow = float(bows.max(initial=0.0))
    own = reach_in_sigmas(len(points.lon)) * points.sigma_m
    reach = own.max(initial=0.0) + farthest + bow
    slack = np.full(len(points.lon), np.inf)
    if not np.isfinite(reach):
        return np.zeros_like(slack)
    places = shapely.points(points.x, points.y)
    (rows, _), distances = shapely.STRtree(lines.tolist()).query_nearest(
        places, max_distance=max(reach, 1e-6), return_distance=True, all_matches=False
    )
    slack[rows] = np.maximum(distances - own[rows] - bow, 0.0)
    # What neither errs nor is moved stays, even on the edge.
    still = (own == 0.0) & (farthest == 0.0)
    slack[still] = np.inf
    return slack


def _degrees_per_m(lat: Floats) -> tuple[Floats, Floats]:
    """Return the degrees of longitude and latitude that a metre is at each latitude."""
    e2 = _FLATTENING * (2.0 - _FLATTENING)
    sine = np.sin(np.radians(lat))
    across = _AXIS_M / np.sqrt(1.0 - e2 * sine**2)
    along = across * (1.0 - e2) / (1.0 - e2 * sine**2)
    return np.degrees(1.0 / (across * np.cos(np.radians(lat)))), np.degrees(1.0 / along)
