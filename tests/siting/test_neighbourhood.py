"""Settled part by part, a choice becomes cheaper, and nothing that was held is broken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.siting import neighbourhood
from spatial.siting import solve as solving
from spatial.siting.candidates import choice_of, cliques_of
from spatial.siting.heuristic import greedy_choice, holds
from spatial.siting.model import SitingSettings
from spatial.siting.neighbourhood import better_by_parts
from spatial.siting.program import ask, program_of
from spatial.siting.solve import solve_siting
from tests.siting.test_siting_optimum import small_problem
from tests.siting.test_siting_search import TERMS, town


@given(st.integers(0, 10_000_000))
@settings(max_examples=60, deadline=None)
def test_parts_break_nothing_and_cost_no_more(seed):
    problem, asked = small_problem(seed, n=40)
    choice = choice_of(problem, asked)
    start = greedy_choice(choice)
    if start is None or not len(start):
        return
    cliques = cliques_of(choice.rivals)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbourhood, "POLES_AT_ONCE", 12)
        found = better_by_parts(
            choice,
            program_of(choice, cliques),
            problem.candidate_xy_m[choice.rows],
            start,
            price=0.2,
            enough=lambda _: False,
            time_limit_s=30.0,
        )
    assert holds(choice, found)
    assert choice.cost[found].sum() <= choice.cost[start].sum() + 1e-9


@pytest.mark.parametrize("costs", [False, True])
def test_a_town_is_settled_by_its_parts(monkeypatch, costs):
    problem, terms = town(needed=20, costs=costs), replace(TERMS, cover_share=0.95)
    choice = choice_of(problem, terms)
    start = greedy_choice(choice)
    program = program_of(choice, cliques_of(choice.rivals))
    relaxed = ask(program, time_limit_s=60.0, whole=False)
    monkeypatch.setattr(neighbourhood, "POLES_AT_ONCE", 150)
    found = better_by_parts(
        choice,
        program,
        problem.candidate_xy_m,
        start,
        price=float(relaxed.duals[-1]),
        enough=lambda _: False,
        time_limit_s=60.0,
    )
    assert holds(choice, found)
    before, after = (choice.cost[rows].sum() for rows in (start, found))
    # More than half of what the quick choice costs too much is saved.
    assert after - relaxed.bound < 0.5 * (before - relaxed.bound)


def test_a_large_question_needs_no_search_where_its_parts_are_enough(monkeypatch):
    problem = town(costs=True)
    terms = SitingSettings(min_separation_m=60.0, cover_share=0.9, radius_m=110.0, gap=0.02)
    monkeypatch.setattr(neighbourhood, "POLES_AT_ONCE", 150)
    monkeypatch.setattr(solving, "POLES_AT_ONCE", 150)
    monkeypatch.setattr(solving._Search, "search", None)
    found = solve_siting(problem, terms)
    assert 0.0 < found.gap <= 0.02
    assert np.array_equal(found.selected, solve_siting(problem, terms).selected)
