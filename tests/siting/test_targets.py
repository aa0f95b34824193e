"""What other targets take of the same poles, and the highest that they can reach."""

from __future__ import annotations

import pytest

from spatial.check import check_zones
from spatial.siting.model import SitingSettings, SitingStatus
from spatial.siting.problem import siting_case
from spatial.siting.proposal import propose
from spatial.siting.targets import at_target, by_target, targets_around
from spatial.tally import survey
from spatial.target import Target
from tests.siting.conftest import inventory_of, terms


@pytest.fixture
def found(zones, sites):
    return survey(zones, sites)


def few(poles, zones, n):
    """Return the poles of the west and ``n`` of the east."""
    east = poles.within(zones.geometry.iloc[1])
    return poles[~east | (east.cumsum() <= n)].reset_index(drop=True)


def test_a_case_at_another_target_is_the_case_made_anew(found, poles, zones, sites):
    case = siting_case(found, inventory_of(poles), terms(20.0))
    there, anew = at_target(case, found, 33.0), siting_case(found, inventory_of(poles), terms(33.0))
    assert there.problem.required_count.tolist() == anew.problem.required_count.tolist()
    assert there.terms == anew.terms
    rows = check_zones(zones, sites, definition=case.terms.definition, target=Target(value_per_km2=33.0)).rows
    assert there.check.rows["required_count"].tolist() == rows["required_count"].tolist()
    part = siting_case(found, inventory_of(poles), terms(20.0, zone_ids=("east",)))
    assert at_target(part, found, 33.0).problem.required_count.tolist() == [33]


def test_without_conditions_each_target_takes_the_gap(found, poles):
    proposal = propose(siting_case(found, inventory_of(poles), terms(20.0)), SitingSettings())
    answers = by_target(proposal, found, [30.0, 20.0])
    assert [each.case.terms.target.value_per_km2 for each in answers] == [20.0, 30.0]
    assert [each.solution.objective for each in answers] == [35.0, 55.0]
    assert answers[0].solution.objective == proposal.solution.objective


def test_the_list_ends_with_the_highest_target_and_the_first_beyond_it(found, poles, zones):
    case = siting_case(found, inventory_of(few(poles, zones, 43)), terms(20.0))
    proposal = propose(case, SitingSettings())
    assert proposal.highest_target_per_km2 is None
    answers = by_target(proposal, found, [20.0, 50.0, 60.0])
    asked = [each.case.terms.target.value_per_km2 for each in answers]
    assert asked == [20.0, 43.0, 50.0]
    assert [each.solution.status for each in answers] == [
        SitingStatus.OPTIMAL,
        SitingStatus.OPTIMAL,
        SitingStatus.INFEASIBLE,
    ]
    assert answers[-1].highest_target_per_km2 == 43.0
    assert answers[1].solution.zones[1].after == 43


def test_what_one_reason_leaves_open_is_asked_of_the_others_too(found, poles, zones):
    # Far above there are too few poles; with enough of them the budget does not reach.
    case = siting_case(found, inventory_of(few(poles, zones, 43)), terms(1.0))
    proposal = propose(case, SitingSettings(budget_per_zone=10))
    first, reached, *refused = by_target(proposal, found, [1.0, 60.0])
    assert first.answered
    assert reached.answered
    assert len(refused) > 1
    below = [each.case.terms.target.value_per_km2 for each in (reached, *refused[:-1])]
    assert [each.highest_target_per_km2 for each in refused] == below


def test_a_budget_in_money_says_nothing_of_a_highest_target(found, poles):
    settings = SitingSettings(budget_per_zone=10.0)
    counted = propose(siting_case(found, inventory_of(poles), terms(20.0)), settings)
    assert counted.highest_target_per_km2 == 10.0
    paid = propose(siting_case(found, inventory_of(poles), terms(20.0, cost="cost")), settings)
    assert [str(each.constraint) for each in paid.solution.infeasible_because] == ["budget", "budget"]
    assert paid.highest_target_per_km2 is None


def test_reasons_call_zones_by_their_names(found, poles):
    proposal = propose(siting_case(found, inventory_of(poles), terms(2_000.0)), SitingSettings())
    assert proposal.reasons({"east": "东区"}, "zh")[1].startswith("片区“东区”还需")
    told = proposal.to_dict("en")
    assert told["highest_target_per_km2"] == proposal.highest_target_per_km2
    assert all(each["message"] for each in told["infeasible_because"])


def test_targets_around_one_are_whole_and_hold_it():
    assert targets_around(52.0) == [47.0, 52.0, 60.0, 68.0, 78.0, 104.0]
    assert targets_around(26.5) == [24.0, 26.5, 30.0, 34.0, 40.0, 53.0]
    assert targets_around(0.2) == [0.2, 1.0]
