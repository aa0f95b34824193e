"""What the program chooses is what trying every choice finds."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.siting.model import ConflictKind, SitingProblem, SitingSettings, SitingStatus
from spatial.siting.solve import solve_siting


class Tried(NamedTuple):
    cost: float | None
    most_in_zone: list[int]
    most_covered: float


def small_problem(seed: int, n: int = 9) -> tuple[SitingProblem, SitingSettings]:
    """Return a random question so small that every choice can be tried."""
    rng = np.random.default_rng(seed)
    n_zones = int(rng.integers(1, 4))
    member = rng.random((n, n_zones)) < 0.55
    at, zone = np.nonzero(member)
    whole = bool(rng.random() < 0.5)
    cost = rng.integers(1, 5, n).astype(float) if whole else np.round(rng.uniform(0.5, 2.0, n), 3)
    demand = rng.uniform(0.0, 500.0, (12, 2))
    problem = SitingProblem(
        zone_ids=tuple("ABC"[:n_zones]),
        required_count=rng.integers(2, 5, n_zones),
        before=rng.integers(0, 3, n_zones),
        candidate_ids=tuple(f"P{row}" for row in range(n)),
        candidate_xy_m=rng.uniform(0.0, 500.0, (n, 2)),
        member_candidate=at.astype(np.int64),
        member_zone=zone.astype(np.int64),
        cost=cost if rng.random() < 0.7 else np.zeros(0),
        usable=rng.random(n) < 0.9,
        existing_xy_m=rng.uniform(0.0, 500.0, (2, 2)),
        demand_xy_m=demand,
        demand_weight=rng.integers(0, 4, 12).astype(float) if rng.random() < 0.5 else np.zeros(0),
    )
    asked = SitingSettings(
        min_separation_m=float(rng.choice([0.0, 80.0, 150.0])),
        apart_from_existing=bool(rng.random() < 0.3),
        cover_share=float(rng.choice([0.5, 0.7, 0.9])) if rng.random() < 0.6 else None,
        radius_m=120.0,
        budget_per_zone=float(rng.choice([3.0, 5.0])) if rng.random() < 0.4 else None,
    )
    return problem, asked


def try_all(problem: SitingProblem, asked: SitingSettings, *, budget: bool = True) -> Tried:
    """Try every set of poles that keeps the separation and the budget."""
    xy, poles = problem.candidate_xy_m, np.flatnonzero(problem.usable)
    if asked.apart_from_existing:
        near = np.hypot(*(xy[poles][:, None] - problem.existing_xy_m[None]).transpose(2, 0, 1)).min(axis=1)
        poles = poles[near >= asked.min_separation_m]
    member = np.zeros((problem.n_candidates, problem.n_zones), dtype=bool)
    member[problem.member_candidate, problem.member_zone] = True
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) >= asked.min_separation_m
    reach = _within(problem.demand_xy_m, xy, asked.radius_m)
    before = _within(problem.demand_xy_m, problem.existing_xy_m, asked.radius_m).any(axis=1)
    best, most, covered = None, [0] * problem.n_zones, 0.0
    for size in range(len(poles) + 1):
        for chosen in map(list, combinations(poles.tolist(), size)):
            spent = (member[chosen] * problem.cost[chosen][:, None]).sum(axis=0)
            if not all(apart[one, other] for one, other in combinations(chosen, 2)):
                continue
            if budget and asked.budget_per_zone is not None and (spent > asked.budget_per_zone + 1e-9).any():
                continue
            gained = member[chosen].sum(axis=0)
            most = np.maximum(most, gained).tolist()
            weight = problem.demand_weight[before | reach[:, chosen].any(axis=1)].sum()
            covered = max(covered, float(weight / problem.demand_weight.sum()))
            enough = (problem.before + gained >= problem.required_count).all()
            if asked.cover_share is not None:
                enough &= weight >= asked.cover_share * problem.demand_weight.sum() - 1e-9
            cost = float(problem.cost[chosen].sum())
            if enough and (best is None or cost < best):
                best = cost
    return Tried(best, most, covered)


def _within(places, sites, radius_m):
    return np.hypot(*(places[:, None] - sites[None]).transpose(2, 0, 1)) <= radius_m


@given(st.integers(0, 10_000_000))
@settings(max_examples=60, deadline=None)
def test_no_choice_is_cheaper(seed: int) -> None:
    problem, asked = small_problem(seed)
    tried, found = try_all(problem, asked), solve_siting(problem, asked)
    if tried.cost is None:
        assert found.status == SitingStatus.INFEASIBLE
        assert found.objective is None
        assert not len(found.selected)
        return
    assert found.status == SitingStatus.OPTIMAL
    assert found.objective == pytest.approx(tried.cost)
    assert found.bound == found.objective
    assert found.gap == 0.0
    assert found.objective == pytest.approx(problem.cost[found.selected].sum())
    assert all(zone.after >= zone.required_count or zone.before == zone.after for zone in found.zones)


@given(st.integers(0, 10_000_000))
@settings(max_examples=60, deadline=None)
def test_what_is_said_to_be_impossible_is(seed: int) -> None:
    problem, asked = small_problem(seed, n=7)
    found = solve_siting(problem, asked)
    for conflict in found.infeasible_because:
        assert conflict.message("zh")
        assert conflict.message("en")
        at = problem.zone_ids.index(conflict.zone_id) if conflict.zone_id else -1
        if conflict.constraint in (ConflictKind.CANDIDATES, ConflictKind.SEPARATION):
            tried = try_all(problem, asked, budget=False)
            assert tried.most_in_zone[at] <= conflict.available < conflict.needed
        elif conflict.constraint == ConflictKind.BUDGET:
            assert conflict.needed > conflict.available == asked.budget_per_zone
            assert try_all(problem, asked).most_in_zone[at] < problem.required_count[at] - problem.before[at]
        elif conflict.constraint == ConflictKind.COVERAGE:
            assert conflict.needed == asked.cover_share
            assert conflict.available < conflict.needed
            if conflict.key == "solver.coverage":
                assert try_all(problem, asked).most_covered <= conflict.available + 1e-9
        else:
            assert try_all(problem, asked).cost is None
    assert bool(found.infeasible_because) == (found.status == SitingStatus.INFEASIBLE)


@given(st.integers(0, 10_000_000))
@settings(max_examples=40, deadline=None)
def test_a_quick_answer_holds_and_its_bound_is_true(seed: int) -> None:
    problem, asked = small_problem(seed)
    quick = SitingSettings(**{**vars(asked), "heuristic_only": True})
    best, found = try_all(problem, asked).cost, solve_siting(problem, quick)
    if found.objective is not None:
        assert best is not None
        assert found.bound <= best + 1e-6 <= found.objective + 2e-6
        assert 0.0 <= found.gap <= 1.0
    elif best is not None:
        assert found.status == SitingStatus.UNKNOWN
        assert found.bound <= best + 1e-6
