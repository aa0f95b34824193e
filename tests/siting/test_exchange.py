"""Exchanges make a choice cheaper and break nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.siting.candidates import choice_of
from spatial.siting.exchange import cheaper_by_exchange
from spatial.siting.heuristic import greedy_choice, holds
from spatial.siting.model import SitingProblem, SitingSettings
from tests.siting.test_siting_optimum import small_problem


@given(st.integers(0, 10_000_000))
@settings(max_examples=80, deadline=None)
def test_what_is_exchanged_still_holds_and_costs_no_more(seed):
    problem, asked = small_problem(seed, n=40)
    choice = choice_of(problem, asked)
    found = greedy_choice(choice)
    if found is None:
        return
    # From a choice made without regard to costs: what was found with these, in the dearest order.
    turned = choice_of(
        type(problem)(**{**vars(problem), "cost": problem.cost.max() + 1 - problem.cost}), asked
    )
    dear = greedy_choice(turned)
    for start in (found, dear):
        if start is not None and holds(choice, start):
            after = cheaper_by_exchange(choice, start)
            assert holds(choice, after)
            assert len(after) == len(start)
            assert choice.cost[after].sum() <= choice.cost[start].sum() + 1e-9


def line(cost, zones, *, needed=1, **more) -> tuple[SitingProblem, SitingSettings]:
    """Return poles 40 m apart on a line, each in the zones of its row; rivals below 50 m."""
    member = np.array(zones, dtype=bool)
    at, zone = np.nonzero(member)
    settings_of = {name: more.pop(name) for name in ("cover_share", "budget_per_zone") if name in more}
    problem = SitingProblem(
        zone_ids=tuple("ABC"[: member.shape[1]]),
        required_count=np.full(member.shape[1], needed),
        before=np.zeros(member.shape[1], dtype=np.int64),
        candidate_ids=tuple(map(str, range(len(cost)))),
        candidate_xy_m=np.column_stack([40.0 * np.arange(len(cost)), np.zeros(len(cost))]),
        member_candidate=at,
        member_zone=zone,
        cost=np.array(cost, dtype=float),
        **more,
    )
    return problem, SitingSettings(min_separation_m=50.0, radius_m=10.0, **settings_of)


@pytest.mark.parametrize(
    ("cost", "zones", "more", "start", "after"),
    [
        # A rival, and a pole far away.
        ([5, 1, 9], [[1], [1], [1]], {}, [0], [1]),
        ([5, 9, 1], [[1], [1], [1]], {}, [0], [2]),
        # It stands in the way of both, or the zone of the dearer would fall short.
        ([5, 1, 9], [[1], [1], [1]], {"needed": 2}, [0, 2], [0, 2]),
        ([5, 1], [[1, 1], [1, 0]], {}, [0], [0]),
        # Budget of the zone that the cheaper one is in as well.
        ([5, 4, 9, 3], [[1, 0], [1, 1], [0, 0], [0, 1]], {"budget_per_zone": 6.0}, [0, 3], [0, 3]),
        ([5, 4, 9, 3], [[1, 0], [1, 1], [0, 0], [0, 1]], {"budget_per_zone": 7.0}, [0, 3], [1, 3]),
        # Only the dearer covers the place.
        ([5, 1], [[1], [1]], {"demand_xy_m": np.array([[0.0, 5.0]]), "cover_share": 1.0}, [0], [0]),
        ([5, 1], [[1], [1]], {"demand_xy_m": np.array([[40.0, 5.0]]), "cover_share": 1.0}, [0], [1]),
    ],
)
def test_only_what_breaks_nothing_is_exchanged(cost, zones, more, start, after):
    choice = choice_of(*line(cost, zones, **more))
    found = cheaper_by_exchange(choice, np.searchsorted(choice.rows, start))
    assert choice.rows[found].tolist() == after
