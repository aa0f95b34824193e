"""The search: the same answer twice, the clock kept, every pair of rivals ruled out, faults refused."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.errors import UsageError
from spatial.siting import candidates, infeasible
from spatial.siting import solve as solving
from spatial.siting.candidates import choice_of, cliques_of, pairs_within
from spatial.siting.heuristic import cost_bound, greedy_choice, holds
from spatial.siting.model import ConflictKind, SitingProblem, SitingSettings, SitingStatus
from spatial.siting.program import Answer, ask, program_of, unit_of, whole_units
from spatial.siting.solve import solve_siting


def town(seed: int = 3, n: int = 600, *, needed: int = 40, costs: bool = False) -> SitingProblem:
    """Return poles over two square kilometres, two zones side by side and one over both."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform((0.0, 0.0), (2_000.0, 1_000.0), (n, 2))
    east = (xy[:, 0] >= 1_000.0).astype(np.int64)
    every = np.arange(n)
    return SitingProblem(
        zone_ids=("west", "east", "both"),
        required_count=np.array([needed, needed, 2 * needed]),
        before=np.array([3, 0, 3]),
        candidate_ids=tuple(map(str, every)),
        candidate_xy_m=xy,
        member_candidate=np.concatenate([every, every]),
        member_zone=np.concatenate([east, np.full(n, 2)]),
        cost=np.round(rng.uniform(6.0, 14.0, n), 1) if costs else np.zeros(0),
        existing_xy_m=rng.uniform((0.0, 0.0), (1_000.0, 1_000.0), (3, 2)),
        demand_xy_m=rng.uniform((0.0, 0.0), (2_000.0, 1_000.0), (300, 2)),
    )


TERMS = SitingSettings(min_separation_m=100.0, cover_share=0.9, radius_m=110.0)


def gaps_m(problem: SitingProblem, rows: np.ndarray) -> np.ndarray:
    xy = problem.candidate_xy_m[rows]
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return apart[np.triu_indices(len(rows), 1)]


@pytest.mark.parametrize("costs", [False, True])
def test_an_answer_holds_every_condition_and_comes_again(costs):
    problem = town(costs=costs)
    first, second = (solve_siting(problem, replace(TERMS, gap=0.01)) for _ in range(2))
    assert first.status in (SitingStatus.OPTIMAL, SitingStatus.FEASIBLE)
    assert first.gap <= 0.01
    assert first.bound <= first.objective == pytest.approx(problem.cost[first.selected].sum())
    assert all(zone.after >= zone.required_count for zone in first.zones)
    assert first.coverage_before < 0.9 <= first.coverage_after
    assert gaps_m(problem, first.selected).min() >= 100.0
    assert np.array_equal(first.selected, second.selected)
    assert (first.objective, first.bound) == (second.objective, second.bound)


def test_the_warm_start_and_the_search_agree_with_a_cold_one():
    problem = town(n=250, needed=20, costs=True)
    choice = choice_of(problem, TERMS)
    cold = ask(program_of(choice, cliques_of(choice.rivals)), time_limit_s=60.0)
    assert solve_siting(problem, TERMS).objective == pytest.approx(cold.objective)


def test_a_search_that_finds_nothing_says_how_far_its_choice_may_be(monkeypatch):
    nothing = Answer(infeasible=False, values=None, objective=None, bound=-np.inf)
    monkeypatch.setattr(solving, "ask", lambda *_, **__: nothing)
    found = solve_siting(town(needed=60, costs=True), replace(TERMS, min_separation_m=70.0))
    assert found.status == SitingStatus.FEASIBLE
    assert found.gap > 0.0
    assert found.bound < found.objective


@pytest.mark.parametrize("share", [None, 0.9])
def test_without_time_nothing_is_said_to_be_chosen(share):
    terms = replace(TERMS, min_separation_m=70.0, cover_share=share, time_limit_s=1e-6)
    nothing = solve_siting(town(needed=60, costs=True), terms)
    assert nothing.status == SitingStatus.UNKNOWN
    assert nothing.objective is None
    assert nothing.gap is None
    assert nothing.bound > 0.0
    assert not len(nothing.selected)
    assert [zone.after for zone in nothing.zones] == [zone.before for zone in nothing.zones]


@pytest.mark.parametrize("wide", ["greedy_choice", "cliques_of"])
def test_the_clock_holds_while_a_question_is_made_ready(monkeypatch, wide):
    """Dense rivals: sets of them, and the quick choice, are given up when the time is over."""
    problem, late = town(n=400), time.perf_counter() - 1.0
    choice = choice_of(problem, replace(TERMS, min_separation_m=400.0))
    assert cliques_of(choice.rivals, until=late) is None
    assert greedy_choice(choice, ends=late) is None
    # Whatever takes the time, the answer is given at once afterwards.
    monkeypatch.setattr(solving, wide, lambda *_, **__: None)
    found = solve_siting(problem, replace(TERMS, time_limit_s=1e-6))
    assert found.status == SitingStatus.UNKNOWN
    assert not found.infeasible_because


def test_reasons_that_are_counted_are_told_though_the_time_is_over():
    problem = replace(town(n=60, needed=100), required_count=np.array([500, 1, 1]))
    found = solve_siting(problem, replace(TERMS, cover_share=None, time_limit_s=1e-6))
    assert found.status == SitingStatus.INFEASIBLE
    assert [conflict.zone_id for conflict in found.infeasible_because] == ["west"]


def test_poles_at_one_spot_are_one_set_of_rivals():
    """Found at once: the time for it would not do for one look at each pair for each pole."""
    spot = replace(town(n=300, needed=1), candidate_xy_m=np.zeros((300, 2)))
    rivals = choice_of(spot, replace(TERMS, cover_share=None)).rivals
    together = cliques_of(rivals, until=time.perf_counter() + 5.0).toarray()
    assert together.shape == (1, rivals.shape[0])
    assert together.all()


def test_too_many_rivals_are_refused_before_they_are_listed(monkeypatch):
    monkeypatch.setattr(candidates, "MOST_PAIRS", 1_000)
    spot = np.zeros((40, 2))
    assert len(pairs_within(spot, 1.0)) == 40 * 39 // 2
    with pytest.raises(UsageError) as told:
        solve_siting(town(), replace(TERMS, min_separation_m=1_000.0))
    assert told.value.params["pairs"] > 1_000
    assert "1000 m" in told.value.message("en")


@pytest.mark.parametrize("amount", [1e-9, 1e-3, 1e6])
def test_the_unit_of_money_changes_no_choice(amount):
    problem = town(n=200, needed=20, costs=True)
    plain, other = (
        solve_siting(replace(problem, cost=problem.cost * factor), TERMS) for factor in (1.0, amount)
    )
    assert other.status == SitingStatus.OPTIMAL
    assert other.objective == pytest.approx(plain.objective * amount)


def test_where_nothing_is_lacking_nothing_is_chosen():
    problem = replace(town(), before=np.array([50, 50, 100]))
    found = solve_siting(problem, replace(TERMS, cover_share=None))
    assert (found.status, found.objective, found.bound, found.gap) == (SitingStatus.OPTIMAL, 0.0, 0.0, 0.0)
    assert not len(found.selected)


def test_too_dense_a_target_is_refused_with_the_number_that_fits():
    found = solve_siting(town(n=1_500, needed=200), replace(TERMS, cover_share=None))
    assert found.status == SitingStatus.INFEASIBLE
    told = {conflict.zone_id: conflict for conflict in found.infeasible_because}
    assert set(told) == {"west", "east", "both"}
    assert {conflict.constraint for conflict in told.values()} == {ConflictKind.SEPARATION}
    assert told["west"].needed == 197
    # A hundred metres apart in a hexagonal pattern, edges included, 132 fit a square kilometre.
    assert 60 <= told["west"].available <= 132
    assert told["both"].available <= told["west"].available + told["east"].available
    assert "197" in told["west"].message("zh")


def test_the_reason_of_neighbours_is_told_as_theirs():
    """Two zones meet at an edge; each has a pole beside it, and both cannot be had."""
    problem = SitingProblem(
        zone_ids=("west", "east"),
        required_count=np.array([1, 1]),
        before=np.zeros(2, dtype=np.int64),
        candidate_ids=("a", "b"),
        candidate_xy_m=np.array([[-10.0, 0.0], [10.0, 0.0]]),
        member_candidate=np.array([0, 1]),
        member_zone=np.array([0, 1]),
    )
    (told,) = solve_siting(problem, SitingSettings(min_separation_m=50.0)).infeasible_because
    assert (told.constraint, told.zone_id, told.needed, told.available) == ("combination", None, 2, 1)
    assert told.to_dict("en")["message"].startswith("Each zone can reach its target alone")
    assert solve_siting(problem, SitingSettings(min_separation_m=20.0)).objective == 2.0


def test_stations_that_stand_count_for_the_separation_only_where_asked():
    problem = town(n=300, needed=20)
    found = solve_siting(problem, replace(TERMS, cover_share=None, apart_from_existing=True))
    near = problem.candidate_xy_m[found.selected][:, None] - problem.existing_xy_m[None]
    assert np.hypot(*near.transpose(2, 0, 1)).min() >= 100.0
    crowded = replace(problem, existing_xy_m=problem.candidate_xy_m)
    (west, *_) = solve_siting(
        crowded, replace(TERMS, cover_share=None, apart_from_existing=True)
    ).infeasible_because
    assert (west.constraint, west.available, west.key) == ("separation", 0, "solver.near_existing")


@given(st.integers(0, 10_000), st.integers(2, 120))
@settings(max_examples=40, deadline=None)
def test_each_set_of_rivals_is_one_and_each_pair_is_in_one(seed, n):
    xy = np.random.default_rng(seed).uniform(0.0, 600.0, (n, 2))
    pairs = pairs_within(xy, 100.0)
    gaps = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    assert {tuple(pair) for pair in pairs.tolist()} == {
        (one, other) for one in range(n) for other in range(one + 1, n) if gaps[one, other] < 100.0
    }
    problem = SitingProblem(
        zone_ids=("z",),
        required_count=np.array([1]),
        before=np.array([0]),
        candidate_ids=tuple(map(str, range(n))),
        candidate_xy_m=xy,
        member_candidate=np.arange(n),
        member_zone=np.zeros(n, dtype=np.int64),
    )
    cliques = cliques_of(choice_of(problem, SitingSettings(min_separation_m=100.0)).rivals)
    together = (cliques.T @ cliques).toarray() > 0
    assert np.array_equal(together & ~np.eye(n, dtype=bool), (gaps < 100.0) & ~np.eye(n, dtype=bool))


def test_a_quick_choice_is_good_in_a_town():
    for costs in (False, True):
        problem = town(costs=costs)
        quick = solve_siting(problem, replace(TERMS, heuristic_only=True))
        assert quick.objective is not None
        assert quick.gap <= 0.05
        choice = choice_of(problem, TERMS)
        greedy = greedy_choice(choice)
        assert holds(choice, greedy)
        assert not holds(choice, greedy[:-1])
        assert cost_bound(choice) <= quick.bound + 1e-9


def test_places_that_the_same_poles_cover_are_one():
    problem = replace(
        town(n=40),
        demand_xy_m=np.repeat([[1_900.0, 900.0], [1_500.0, 500.0]], [5, 3], axis=0),
        demand_weight=np.zeros(0),
        existing_xy_m=np.zeros((0, 2)),
    )
    choice = choice_of(problem, replace(TERMS, radius_m=300.0, cover_share=1.0))
    assert sorted(choice.weight.tolist()) == [3.0, 5.0]
    assert choice.cover_need == 8.0


@pytest.mark.parametrize(
    ("costs", "unit"), [([2.0, 4.0], 2.0), ([0.3, 0.5], 0.1), ([1 / 3], 0.0), ([], 0.0), ([1e9, 1.0], 0.0)]
)
def test_a_bound_is_raised_to_the_next_possible_cost(costs, unit):
    assert unit_of(np.array(costs)) == pytest.approx(unit)
    assert whole_units(7.01, 2.0) == 8.0
    assert whole_units(8.0 + 1e-9, 2.0) == 8.0
    assert whole_units(7.01, 0.0) == 7.01
    assert whole_units(-np.inf, 1.0) == -np.inf


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("zone_ids", ("a", "a", "b")),
        ("candidate_ids", ("a",) * 600),
        ("required_count", np.zeros(2, dtype=np.int64)),
        ("required_count", np.array([np.nan, 1.0, 1.0])),
        ("before", np.full(3, 1.5)),
        ("cost", np.zeros(600)),
        ("cost", np.full(600, np.nan)),
        ("candidate_xy_m", np.full((600, 2), np.inf)),
        ("member_zone", np.full(1_200, 3)),
        ("member_candidate", np.full(1_200, -1)),
        ("member_zone", np.zeros(3, dtype=np.int64)),
        ("demand_weight", np.full(300, -1.0)),
    ],
)
def test_data_that_do_not_fit_are_refused_by_name(what, value):
    with pytest.raises(UsageError) as told:
        replace(town(), **{what: value})
    assert what in told.value.message("en")


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("min_separation_m", -1.0),
        ("cover_share", 1.1),
        ("radius_m", 0.0),
        ("budget_per_zone", -1.0),
        ("time_limit_s", 0.0),
        ("gap", 2.0),
    ],
)
def test_settings_out_of_range_are_refused_by_name(what, value):
    with pytest.raises(UsageError) as told:
        replace(TERMS, **{what: value})
    assert what in told.value.message("en")


def test_a_share_of_no_demand_is_refused():
    with pytest.raises(UsageError):
        solve_siting(replace(town(), demand_xy_m=np.zeros((0, 2)), demand_weight=np.zeros(0)), TERMS)


def test_without_a_pole_there_is_a_reason_for_zones_and_for_demand():
    nobody = replace(
        town(),
        candidate_ids=(),
        candidate_xy_m=np.zeros((0, 2)),
        member_candidate=np.zeros(0, dtype=np.int64),
        member_zone=np.zeros(0, dtype=np.int64),
        cost=np.zeros(0),
        usable=np.zeros(0, dtype=bool),
    )
    found = solve_siting(nobody, TERMS)
    assert [conflict.constraint for conflict in found.infeasible_because] == ["candidates"] * 3 + ["coverage"]
    assert found.infeasible_because[3].available == pytest.approx(found.coverage_before)


def test_where_no_plainer_reason_is_found_in_time_the_proof_is_told(monkeypatch):
    problem, terms = town(n=60, needed=10), replace(TERMS, cover_share=0.5)
    nothing = Answer(infeasible=False, values=None, objective=None, bound=-np.inf)
    monkeypatch.setattr(infeasible, "ask", lambda *_, **__: nothing)
    choice = choice_of(problem, terms)
    (told,) = infeasible.explain(problem, terms, choice, cliques_of(choice.rivals), time_limit_s=0.0)
    assert (told.constraint, told.zone_id, told.key) == ("combination", None, "solver.no_choice")
    assert told.to_dict("en")["available"] is None
