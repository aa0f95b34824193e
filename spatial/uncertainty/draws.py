"""Counting the same points again and again, each time where they might as well be.

Only points that an edge is within reach of are moved. In each draw the boundary's own shift is known
first; a point farther from every edge than that shift and `reach_in_sigmas` of its own error together
stays where it is. So no shift is ever cut off, and in one draw the chance that any point was left
wrongly is at most `NEGLECTED`: no probability is off by more.

Points are placed by the zone index that counts them everywhere else.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from spatial.density.feed import usable_cores
from spatial.edge_rule import bows_m
from spatial.metric_grid import central_meridian
from spatial.zone_grid.edges import edges_of
from spatial.zone_grid.ranges import expand
from spatial.zone_index import ZoneIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = ["NEGLECTED", "LaidPoints", "LaidZones", "MovedCounts", "moved_counts", "reach_in_sigmas"]

NEGLECTED: Final = 1e-3
"""Chance, in one draw, that any of the points that were not moved should have changed sides."""

_BLOCK: Final = 25
_AXIS_M: Final = 6_378_137.0
_FLATTENING: Final = 1.0 / 298.257222101


class LaidPoints(NamedTuple):
    """Points that may be counted, in canonical degrees and on the metric grid of the zones.

    Attributes
    ----------
    lon, lat, x, y, sigma_m : ndarray of float, shape (n,)
        ``sigma_m`` is nought where no error is drawn.
    weights : ndarray of int, shape (n,)
        How often each counts.
    """

    lon: Floats
    lat: Floats
    x: Floats
    y: Floats
    sigma_m: Floats
    weights: Rows

    def rows(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> LaidPoints:
        """Return some of the points."""
        return LaidPoints(
            lon=self.lon[chosen],
            lat=self.lat[chosen],
            x=self.x[chosen],
            y=self.y[chosen],
            sigma_m=self.sigma_m[chosen],
            weights=self.weights[chosen],
        )


class LaidZones(NamedTuple):
    """Zones whose boundaries have one source and one accuracy, so that they move together.

    Attributes
    ----------
    canonical, metric : ndarray of geometry, shape (n_zones,)
        Their outlines in canonical degrees and on the metric grid.
    zone_ids : sequence of str
        Their ids.
    sigma_m : float
        Of their common shift; nought where none is drawn.
    """

    canonical: Geometries
    metric: Geometries
    zone_ids: Sequence[str]
    sigma_m: float


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


def moved_counts(points: LaidPoints, zones: LaidZones, *, shifts: Floats, seed: Sequence[int]) -> MovedCounts:
    """Count moved points in moved zones.

    Parameters
    ----------
    points : LaidPoints
        Points with a weight above nought.
    zones : LaidZones
        The zones.
    shifts : ndarray of float, shape (draws, 2)
        Standard normal numbers: how far each draw moves the zones east and north.
    seed : sequence of int
        Names the stream of the points' own errors.
    """
    index = ZoneIndex.of(zones.canonical, zones.zone_ids, n_points=len(points.lon) * len(shifts))
    shifts_m = shifts * zones.sigma_m
    far = np.hypot(*shifts_m.T)
    slack = _to_nearest_edge(points, zones, index, farthest=float(far.max(initial=0.0)))
    order = np.argsort(slack, kind="stable")
    order = order[: np.searchsorted(slack[order], far.max(initial=0.0), side="right")]
    near = points.rows(order)
    # A point whose slack is above nought stays in a draw that moves the zones by less.
    ends: Rows = np.asarray(np.searchsorted(slack[order], far, side="right"))
    block = partial(_block, index, near, shifts_m, ends, seed)
    starts = range(0, len(shifts), _BLOCK)
    with ThreadPoolExecutor(usable_cores()) as pool:
        parts = list(pool.map(block, starts))
    return MovedCounts(np.concatenate(parts), np.sort(order))


def _block(
    index: ZoneIndex, near: LaidPoints, shifts_m: Floats, ends: Rows, seed: Sequence[int], start: int
) -> Rows:
    """Return the changes of some draws; each block has a stream of its own."""
    n_draws = min(_BLOCK, len(shifts_m) - start)
    upto = ends[start : start + n_draws]
    draw, row = expand(np.zeros(n_draws, dtype=np.int64), upto)
    rng = np.random.default_rng([*seed, start])
    east = rng.standard_normal(len(row))
    north = rng.standard_normal(len(row))
    sigma = near.sigma_m[row]
    east *= sigma
    north *= sigma
    # To move the zones one way is to move the points the other.
    east -= shifts_m[start : start + n_draws, 0][draw]
    north -= shifts_m[start : start + n_draws, 1][draw]
    per_east, per_north = _degrees_per_m(near.lat)
    east *= per_east[row]
    north *= per_north[row]
    east += near.lon[row]
    north += near.lat[row]
    weights = near.weights[row]
    moved = _zones_of(index, east, north, draw, weights, n_draws)
    return moved - _zones_of(index, near.lon[row], near.lat[row], draw, weights, n_draws)


def _zones_of(index: ZoneIndex, lon: Floats, lat: Floats, draw: Rows, weights: Rows, n_draws: int) -> Rows:
    """Return the summed weights of each draw and zone, shape (n_draws, n_zones)."""
    settled = index.settle(lon, lat)
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
