"""The second look: what holds passes it, and each condition that is broken is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spatial.errors import SitingCheckError
from spatial.siting import checker
from spatial.siting.checker import recheck
from spatial.siting.model import SitingSettings, SitingStatus, ZoneOutcome
from spatial.siting.problem import siting_case
from spatial.tally import survey
from tests.siting.conftest import inventory_of, terms
from tests.siting.instances import at_metres, square_zones, zone_case
from tests.siting.plain_solver import outcome_of, solve_plainly


@pytest.fixture
def solution(case, settings):
    return solve_plainly(case.problem, settings)


def refused(case, settings, solution) -> str:
    with pytest.raises(SitingCheckError) as caught:
        recheck(case, settings, solution)
    return str(caught.value.params["constraint"])


def with_rows(case, settings, rows):
    return outcome_of(case.problem, settings, [int(row) for row in rows])


def test_an_answer_that_holds_every_condition_passes(case, settings, solution):
    assert len(solution.selected) > 30
    recheck(case, settings, solution)


def test_positions_are_carried_to_the_grid_once_however_many_zones(case, settings, solution, monkeypatch):
    assert len(case.zones) > 1
    carried = []
    monkeypatch.setattr(
        checker, "_flat", lambda given, of, carry=checker._flat: carried.append(given) or carry(given, of)
    )
    list(checker._in_zones(case.existing, case))
    assert len(carried) == 2


@pytest.mark.parametrize("seed", range(6))
def test_answers_on_streets_of_the_district_pass(seed):
    zone, sites, poles = zone_case(seed, side_m=700.0)
    made = siting_case(
        survey(zone, sites),
        inventory_of(poles),
        terms(80.0, mountable="mountable", cost="cost"),
        demand=100.0,
    )
    settings = SitingSettings(min_separation_m=40.0, cover_share=0.5, radius_m=150.0)
    recheck(made, settings, solve_plainly(made.problem, settings))


def test_a_pole_that_is_no_candidate(case, settings, solution):
    rows = np.append(solution.selected[:-1], case.problem.n_candidates)
    assert refused(case, settings, replace(solution, selected=rows)) == "candidate"


def test_a_pole_that_is_chosen_twice(case, settings, solution):
    rows = np.append(solution.selected, solution.selected[-1])
    assert refused(case, settings, replace(solution, selected=rows)) == "once"


def test_a_pole_that_cannot_carry_a_station(case, settings, solution):
    poles = case.candidates.copy()
    poles.loc[solution.selected[3], "can_mount"] = False
    assert refused(replace(case, candidates=poles), settings, solution) == "mountable"


def test_a_pole_where_nothing_may_be_built(case, settings, solution):
    hole = square_zones(("hole",), side_m=900.0)
    assert refused(replace(case, no_build=hole), settings, solution) == "no_build"


def test_a_pole_of_the_hole_is_never_a_candidate(case, settings):
    inside = np.flatnonzero(case.candidates["in_no_build"])
    assert len(inside) == 9
    assert not case.problem.usable[inside].any()
    assert refused(case, settings, with_rows(case, settings, inside)) == "no_build"


def test_a_count_before_that_is_not_the_outline_s(case, settings, solution):
    first, *rest = solution.zones
    told = (replace(first, before=first.before + 1, after=first.after + 1), *rest)
    assert refused(case, settings, replace(solution, zones=told)) == "before"


def test_a_count_after_that_is_not_the_choice_s(case, settings, solution):
    *rest, last = solution.zones
    assert (
        refused(case, settings, replace(solution, zones=(*rest, replace(last, after=last.after + 1))))
        == "after"
    )


def test_a_zone_that_lacks_one(case, settings, solution):
    rows = np.delete(solution.selected, 0)
    assert refused(case, settings, with_rows(case, settings, rows)) == "required_count"


def test_a_required_count_that_is_not_the_target_s(case, settings, solution):
    first, *rest = solution.zones
    told = (replace(first, required_count=first.required_count - 1), *rest)
    assert refused(case, settings, replace(solution, zones=told)) == "required_count"


def test_zones_that_were_not_asked_for(case, settings, solution):
    told = (*solution.zones[:1], ZoneOutcome("north", 0, 0, 0))
    assert refused(case, settings, replace(solution, zones=told)) == "zones"


def test_an_area_that_is_not_the_outline_s(case, settings, solution):
    rows = case.check.rows.assign(area_km2=case.check.rows["area_km2"] * 1.001)
    assert refused(replace(case, check=replace(case.check, rows=rows)), settings, solution) == "area"


def test_poles_too_near_to_each_other(case, settings, solution):
    taken = set(solution.selected.tolist())
    apart = np.hypot(*(case.problem.candidate_xy_m - case.problem.candidate_xy_m[solution.selected[-1]]).T)
    near = next(row for row in np.argsort(apart)[1:] if int(row) not in taken and apart[row] < 100.0)
    rows = [*solution.selected, near]
    assert refused(case, settings, with_rows(case, settings, rows)) == "min_separation"


def test_two_poles_on_one_spot_are_too_near(case, settings, solution):
    places = case.candidates.geometry.to_numpy().copy()
    places[solution.selected[0]] = places[solution.selected[1]]
    moved = replace(case, candidates=case.candidates.set_geometry(places, crs=case.candidates.crs))
    assert refused(moved, settings, solution) == "min_separation"


def test_a_pole_too_near_to_a_station_where_that_is_asked(case, settings, solution):
    strict = replace(settings, apart_from_existing=True)
    assert refused(case, strict, solution) == "min_separation"


def test_a_zone_above_its_budget(case, settings, solution):
    assert refused(case, replace(settings, budget_per_zone=30.0), solution) == "budget_per_zone"


def test_a_share_that_is_not_the_covered_one(case, settings, solution):
    told = replace(solution, coverage_after=solution.coverage_after + 0.01)
    assert refused(case, settings, told) == "coverage"
    assert refused(case, settings, replace(solution, coverage_before=None)) == "coverage"


def test_a_share_below_the_one_asked_for(case, settings, solution):
    assert refused(case, replace(settings, cover_share=0.99), solution) == "cover_share"


def test_an_objective_that_is_not_the_sum_of_costs(case, settings, solution):
    assert refused(case, settings, replace(solution, objective=solution.objective - 1.0)) == "objective"
    assert refused(case, settings, replace(solution, objective=None)) == "objective"


def test_a_bound_above_the_objective(case, settings, solution):
    assert refused(case, settings, replace(solution, bound=solution.objective + 1.0)) == "bound"


@pytest.mark.parametrize("status", [SitingStatus.INFEASIBLE, SitingStatus.UNKNOWN])
def test_no_answer_chooses_nothing(case, settings, solution, status):
    assert refused(case, settings, replace(solution, status=status)) == "selection"
    recheck(case, settings, replace(solution, status=status, selected=np.zeros(0, dtype=np.int64)))


def test_a_pole_on_a_common_edge_counts_in_one_zone_alone(zones, sites):
    poles = at_metres(zones, np.array([(1_000.0, 500.0), (500.0, 500.0), (1_500.0, 500.0)])).assign(
        site_id=["edge", "west", "east"]
    )
    made = siting_case(survey(zones, sites), inventory_of(poles), terms(1.0))
    settings = SitingSettings()
    answer = with_rows(made, settings, [0, 1, 2])
    assert [zone.after - zone.before for zone in answer.zones] in ([2, 1], [1, 2])
    recheck(made, settings, answer)


def test_the_error_names_condition_and_figures_in_both_languages(case, settings, solution):
    with pytest.raises(SitingCheckError) as caught:
        recheck(case, replace(settings, budget_per_zone=30.0), solution)
    for lang in ("zh", "en"):
        assert "budget_per_zone" in caught.value.message(lang)
        assert "budget 30.0" in caught.value.message(lang)
    assert caught.value.exit_code == 3
