"""The poles that matter to a question, and how they stand to each other, to zones and to demand."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from spatial.errors import UsageError
from spatial.siting.deficits import ROUNDING, covered_by, deficits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.siting.model import SitingProblem, SitingSettings

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

MOST_PAIRS: Final = 2_500_000
"""So many pairs of poles may stand too near each other: a few hundred megabytes."""

__all__ = ["MOST_PAIRS", "Choice", "choice_of", "cliques_of", "merged_places", "pairs_within"]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A question reduced to what decides it; columns are the poles that may be chosen.

    Attributes
    ----------
    rows : ndarray of int64, shape (n,)
        Row of each pole in the problem.
    cost : ndarray of float, shape (n,)
        Cost of each.
    zones : csr_array of float, shape (n_zones, n)
        1 where a zone counts a pole.
    need : ndarray of int64, shape (n_zones,)
        Stations that each zone still lacks.
    budget : float
        The most the poles of one zone may cost; infinite where no budget is set.
    rivals : csr_array of float, shape (n, n)
        1 where two poles are too near each other.
    covers : csr_array of float, shape (n_places, n)
        1 where a pole covers a place that no station covers yet. Places that the same poles cover
        are one.
    weight : ndarray of float, shape (n_places,)
        What each place counts for.
    cover_need : float
        Weight that still has to be covered; 0 where none has.
    """

    rows: Rows
    cost: Floats
    zones: sparse.csr_array
    need: Rows
    budget: float
    rivals: sparse.csr_array
    covers: sparse.csr_array
    weight: Floats
    cover_need: float

    @property
    def n(self) -> int:
        """How many poles may be chosen."""
        return len(self.rows)

    # One by one, plain lists are several times quicker than arrays. Nobody changes them.
    @cached_property
    def zones_of(self) -> list[list[int]]:
        """The zones that count each pole."""
        return _columns_of_rows(sparse.csr_array(self.zones.T))

    @cached_property
    def rivals_of(self) -> list[list[int]]:
        """The poles that each pole is too near to."""
        return _columns_of_rows(self.rivals)

    @cached_property
    def places_of(self) -> list[list[int]]:
        """The places that each pole covers."""
        return _columns_of_rows(sparse.csr_array(self.covers.T))

    def only(self, kept: Flags) -> Choice:
        """Return the question about some of the poles."""
        covers = self.covers[:, kept]
        return Choice(
            rows=self.rows[kept],
            cost=self.cost[kept],
            zones=self.zones[:, kept],
            need=self.need,
            budget=self.budget,
            rivals=self.rivals[kept][:, kept],
            covers=covers,
            weight=self.weight,
            cover_need=self.cover_need,
        )


def choice_of(problem: SitingProblem, settings: SitingSettings) -> Choice:
    """Reduce a question to what decides it."""
    zones = sparse.csr_array(
        (np.ones(len(problem.member_zone)), (problem.member_zone, problem.member_candidate)),
        shape=(problem.n_zones, problem.n_candidates),
    )
    # A pair that is given twice is still one.
    zones.data[:] = 1.0
    need = deficits(problem)
    covers, weight, cover_need = _places(problem, settings)
    free = problem.usable & _clear_of_existing(problem, settings)
    helps = np.asarray(zones[need > 0].sum(axis=0)) + np.asarray(covers.sum(axis=0)) > 0
    rows = np.flatnonzero(free & helps)
    covers, weight = merged_places(covers[:, rows], weight)
    return Choice(
        rows=rows,
        cost=problem.cost[rows],
        zones=zones[:, rows],
        need=need,
        budget=np.inf if settings.budget_per_zone is None else settings.budget_per_zone,
        rivals=_rivals(problem.candidate_xy_m[rows], settings.min_separation_m),
        covers=covers,
        weight=weight,
        cover_need=cover_need,
    )


def pairs_within(xy_m: Floats, distance_m: float) -> Rows:
    """Return the pairs of places nearer to each other than a distance, shape (k, 2), in order.

    Raises
    ------
    UsageError
        If there are more than `MOST_PAIRS`.
    """
    if distance_m <= ROUNDING or len(xy_m) < 2:  # noqa: PLR2004 - a pair
        return np.zeros((0, 2), dtype=np.int64)
    tree = cKDTree(xy_m)
    # Each pair is counted from both ends, and each place with itself.
    count = (int(tree.count_neighbors(tree, distance_m)) - len(xy_m)) // 2
    if count > MOST_PAIRS:
        raise UsageError(
            "solver.too_close", pairs=count, most=MOST_PAIRS, poles=len(xy_m), distance=f"{distance_m:g}"
        )
    pairs = tree.query_pairs(distance_m, output_type="ndarray").astype(np.int64)
    gaps = np.hypot(*(xy_m[pairs[:, 0]] - xy_m[pairs[:, 1]]).T)
    pairs = np.sort(pairs[gaps < distance_m - ROUNDING], axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def cliques_of(rivals: sparse.csr_array, *, until: float = math.inf) -> sparse.csr_array | None:
    """Return sets of poles of which one at most can be chosen; each pair of rivals is in one.

    Each set is as large as it can be: no further pole is a rival of all that are in it.

    Parameters
    ----------
    rivals : csr_array, shape (n, n)
        1 where two poles are too near each other.
    until : float
        Reading of `time.perf_counter` at which to give up.

    Returns
    -------
    csr_array of float, shape (n_sets, n), or None
        None where the time ran out.
    """
    n = rivals.shape[0]
    near = [set(part.tolist()) for part in np.split(rivals.indices, rivals.indptr[1:-1])]
    left = [set(others) for others in near]
    members: list[int] = []
    ends = [0]
    for first in range(n):
        while left[first]:
            if time.perf_counter() > until:
                return None
            second = min(left[first])
            clique = [first, second]
            common = near[first] & near[second]
            while common:
                if time.perf_counter() > until:
                    return None
                kept = {one: len(common & near[one]) for one in common}
                if min(kept.values()) == len(common) - 1:
                    # All are rivals of each other.
                    clique += sorted(common)
                    break
                # The one that leaves most to choose from; of equals the one with most pairs not yet in a set.
                best = max(common, key=lambda one: (kept[one], len(left[one]), -one))
                clique.append(best)
                common &= near[best]
            for one in clique:
                left[one].difference_update(clique)
            members += clique
            ends.append(len(members))
    shape = (len(ends) - 1, n)
    return sparse.csr_array(
        (np.ones(len(members)), np.array(members, dtype=np.int64), np.array(ends)), shape=shape
    )


def _rivals(xy_m: Floats, distance_m: float) -> sparse.csr_array:
    pairs = pairs_within(xy_m, distance_m)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    rivals = sparse.csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(len(xy_m), len(xy_m)))
    rivals.sort_indices()
    return rivals


def _clear_of_existing(problem: SitingProblem, settings: SitingSettings) -> Flags:
    """Tell which poles are far enough from the stations that stand, where that is asked."""
    if not (settings.apart_from_existing and len(problem.existing_xy_m) and problem.n_candidates):
        return np.ones(problem.n_candidates, dtype=bool)
    distance, _ = cKDTree(problem.existing_xy_m).query(problem.candidate_xy_m)
    return np.asarray(distance >= settings.min_separation_m - ROUNDING, dtype=bool)


def _places(problem: SitingProblem, settings: SitingSettings) -> tuple[sparse.csr_array, Floats, float]:
    """Return which pole covers which place not yet covered, their weights and the weight still needed."""
    none = sparse.csr_array((0, problem.n_candidates)), np.zeros(0), 0.0
    if settings.cover_share is None or not len(problem.demand_xy_m):
        return none
    open_ = ~covered_by(problem, settings, np.zeros(0, dtype=np.int64))
    total = float(problem.demand_weight.sum())
    asked = settings.cover_share * total
    if (problem.demand_weight == np.round(problem.demand_weight)).all():
        # Of places that count whole, a whole number is covered.
        asked = float(np.ceil(asked - ROUNDING * total))
    lacking = asked - float(problem.demand_weight[~open_].sum())
    if lacking <= ROUNDING * total:
        return none
    if not problem.n_candidates:
        return (*none[:2], lacking)
    open_rows = np.flatnonzero(open_ & (problem.demand_weight > 0))
    places = cKDTree(problem.demand_xy_m[open_rows])
    near = places.query_ball_point(problem.candidate_xy_m, settings.radius_m + ROUNDING, return_sorted=True)
    counts = np.array([len(part) for part in near], dtype=np.int64)
    at = np.concatenate([np.asarray(part, dtype=np.int64) for part in near])
    covers = sparse.csr_array(
        (np.ones(len(at)), (at, np.repeat(np.arange(len(near)), counts))),
        shape=(len(open_rows), problem.n_candidates),
    )
    return covers, problem.demand_weight[open_rows], lacking


def merged_places(covers: sparse.csr_array, weight: Floats) -> tuple[sparse.csr_array, Floats]:
    """Return one place for those that the same poles cover; those that none covers are left out."""
    covers.sort_indices()
    firsts: dict[bytes, int] = {}
    of = np.full(covers.shape[0], -1, dtype=np.int64)
    rows: list[int] = []
    for row, (begin, end) in enumerate(zip(covers.indptr[:-1], covers.indptr[1:], strict=True)):
        if end > begin:
            key = covers.indices[begin:end].tobytes()
            if key not in firsts:
                firsts[key] = len(rows)
                rows.append(row)
            of[row] = firsts[key]
    summed: Floats = np.bincount(of[of >= 0], weights=weight[of >= 0], minlength=len(rows)).astype(float)
    return covers[np.array(rows, dtype=np.int64)], summed


def _columns_of_rows(matrix: sparse.csr_array) -> list[list[int]]:
    """Return the columns of each row as plain lists."""
    flat, ends = matrix.indices.tolist(), matrix.indptr.tolist()
    return [flat[begin:end] for begin, end in pairwise(ends)]
