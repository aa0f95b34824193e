"""What a proposal says of its poles, and the file that it leaves."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from spatial.check import check_zones
from spatial.definition import Definition, LifecycleStatus, Numerator, Shared
from spatial.errors import SitingCheckError, UsageError
from spatial.inventory import read_inventory
from spatial.siting import proposal as proposal_module
from spatial.siting.model import SitingSettings, SitingStatus
from spatial.siting.planned_sites import planned_sites, planned_sites_file
from spatial.siting.problem import siting_case
from spatial.siting.proposal import Proposal, propose
from spatial.tally import survey
from tests.siting.conftest import inventory_of, terms
from tests.siting.plain_solver import outcome_of, solve_plainly


@pytest.fixture
def proposal(case, settings) -> Proposal:
    return Proposal(case=case, settings=settings, solution=solve_plainly(case.problem, settings))


def test_the_solver_s_answer_is_looked_at_a_second_time(case, settings, monkeypatch):
    found = propose(case, settings)
    assert found.answered
    assert found.solution.objective <= solve_plainly(case.problem, settings).objective

    def wrong(problem, _settings):
        return replace(outcome_of(problem, settings, [0, 1]), status=SitingStatus.OPTIMAL)

    monkeypatch.setattr(proposal_module, "solve_siting", wrong)
    with pytest.raises(SitingCheckError):
        propose(case, settings)


def test_steps_add_up_to_the_answer(proposal, case):
    steps, problem = proposal.steps, case.problem
    assert sorted(steps["row"]) == proposal.solution.selected.tolist()
    assert steps["total_cost"].iloc[-1] == pytest.approx(proposal.solution.objective)
    assert steps["closes"].sum() == np.maximum(problem.required_count - problem.before, 0).sum()
    assert steps["closed_share"].iloc[-1] == 1.0
    assert steps["covered_share"].iloc[-1] == pytest.approx(proposal.solution.coverage_after)
    assert steps["order"].tolist() == list(range(1, len(steps) + 1))


def test_each_step_is_the_one_that_brings_most_after_those_before_it(proposal, case):
    problem, rows = case.problem, proposal.steps["row"].tolist()
    zones_of = [problem.member_zone[problem.member_candidate == row] for row in range(problem.n_candidates)]
    apart = np.hypot(*(problem.demand_xy_m[:, None] - problem.existing_xy_m[None]).transpose(2, 0, 1))
    covered = (apart <= 150.0).any(axis=1)
    lacking = problem.required_count - problem.before
    for at, row in enumerate(rows):
        gains = {}
        for other in rows[at:]:
            reach = np.hypot(*(problem.demand_xy_m - problem.candidate_xy_m[other]).T) <= 150.0
            gains[other] = (int((lacking[zones_of[other]] > 0).sum()), int((reach & ~covered).sum()))
        assert gains[row] == max(gains.values())
        step = proposal.steps.iloc[at]
        assert (step["closes"], step["covers"]) == gains[row]
        lacking[zones_of[row]] -= 1
        covered |= np.hypot(*(problem.demand_xy_m - problem.candidate_xy_m[row]).T) <= 150.0


def test_without_demand_nothing_is_covered(zones, sites, poles):
    case = siting_case(survey(zones, sites), inventory_of(poles), terms())
    settings = SitingSettings()
    found = Proposal(case=case, settings=settings, solution=solve_plainly(case.problem, settings))
    assert found.steps["covered_share"].isna().all()
    assert (found.steps["covers"] == 0).all()


def test_plain_values_are_json(proposal):
    told = json.loads(json.dumps(proposal.to_dict("en"), allow_nan=False))
    assert len(told["selected"]) == len(proposal.solution.selected)
    assert told["selected"][0]["order"] == 1
    assert set(told["selected"][0]["zone_ids"]) <= {"west", "east"}


def test_nothing_chosen_is_a_file_with_its_heads_alone(case, settings):
    nothing = replace(outcome_of(case.problem, settings, []), status=SitingStatus.INFEASIBLE)
    found = Proposal(case=case, settings=settings, solution=nothing)
    assert not found.answered
    assert found.settled
    assert planned_sites_file(found, "a.csv", source="x").decode("utf-8-sig").split() == [
        "site_id,lon,lat,status"
    ]
    assert json.loads(planned_sites_file(found, "a.geojson", source="x"))["features"] == []


@pytest.mark.parametrize("pole_id", ["L{}", "S{}"])
@pytest.mark.parametrize("name", ["planned.geojson", "planned.csv", "PLANNED.JSON"])
@pytest.mark.parametrize(
    ("numerator", "shared"),
    [
        (None, Shared.ONCE),
        (Numerator.AS_GIVEN, Shared.PER_OPERATOR),
        (Numerator.PHYSICAL_SITE, Shared.ONCE),
        (Numerator.LOGICAL_STATION, Shared.ONCE),
        (Numerator.LOGICAL_STATION, Shared.PER_OPERATOR),
    ],
)
def test_check_counts_what_was_promised(zones, sites, poles, name, numerator, shared, pole_id):
    # Poles may bear the numbers of stations: they are not merged with them.
    poles = poles.assign(site_id=[pole_id.format(at) for at in range(len(poles))])
    ids = [f"S{at}" for at in range(len(sites))]
    known = sites.assign(physical_site_id=ids, logical_station_id=ids, shared=True, status="existing")
    asked = replace(terms(), definition=Definition(numerator=numerator, shared=shared))
    case = siting_case(survey(zones, known), inventory_of(poles), asked)
    settings = SitingSettings()
    found = Proposal(case=case, settings=settings, solution=solve_plainly(case.problem, settings))
    if shared == Shared.PER_OPERATOR:
        assert found.solution.zones[0].before == 10
    data = planned_sites_file(found, name, source="poles.csv")
    planned = read_inventory(data, name=name, crs="wgs84")
    assert (planned.n_used, planned.n_reported) == (len(found.solution.selected), 0)
    together = gpd.GeoDataFrame(pd.concat([known, planned.points], ignore_index=True), crs=known.crs)
    together["shared"] = together["shared"].fillna(value=False).astype(bool)
    later = replace(asked.definition, status=LifecycleStatus.ALL)
    rows = check_zones(zones, together, definition=later, target=asked.target).rows
    assert rows["count"].tolist() == [zone.after for zone in found.solution.zones]
    unplanned = check_zones(zones, together, definition=asked.definition, target=asked.target).rows
    assert unplanned["count"].tolist() == [zone.before for zone in found.solution.zones]


def test_a_table_holds_no_formula_and_reads_back_its_positions(zones, sites, poles):
    named = poles.assign(site_id=[f"=L{at}" for at in range(len(poles))], position_accuracy_m=5.0)
    named.loc[0, "position_accuracy_m"] = np.nan
    case = siting_case(survey(zones, sites), inventory_of(named), terms())
    settings = SitingSettings()
    found = Proposal(case=case, settings=settings, solution=solve_plainly(case.problem, settings))
    rows = list(
        csv.DictReader(io.StringIO(planned_sites_file(found, "a.csv", source="=x").decode("utf-8-sig")))
    )
    assert all(row["site_id"].startswith("'=L") for row in rows)
    assert {row["position_accuracy_m"] for row in rows} == {"5.0", ""}
    for row, record in zip(rows, planned_sites(found, source="=x"), strict=True):
        assert (float(row["lon"]), float(row["lat"])) == (record["lon"], record["lat"])


def test_each_row_says_that_it_is_a_proposal_and_of_which_day(zones, sites, poles):
    drawn = zones.assign(geometry_basis=["schematic", "survey"])
    dated = sites.assign(as_of="2024-01-01")
    day = dt.date(2024, 6, 1)
    for of_zones, marks in ((drawn, "（模拟、示意、未经审批）"), (zones, "（模拟、未经审批）")):
        asked = replace(terms(), definition=Definition(as_of=day))
        case = siting_case(survey(of_zones, dated), inventory_of(poles, synthetic=True), asked)
        settings = SitingSettings()
        found = Proposal(case=case, settings=settings, solution=solve_plainly(case.problem, settings))
        records = planned_sites(found, source="灯杆.csv")
        assert {marks in each["source"] for each in records} == {True}
        planned = read_inventory(planned_sites_file(found, "a.csv", source="x"), name="a.csv", crs="wgs84")
        later = replace(asked.definition, status=LifecycleStatus.PLANNED)
        rows = check_zones(of_zones, planned.points, definition=later, target=asked.target).rows
        assert rows["count"].tolist() == [each.after - each.before for each in found.solution.zones]
    assert "not approved" in planned_sites(found, source="x", lang="en")[0]["source"]


def test_other_endings_are_refused(proposal):
    with pytest.raises(UsageError) as caught:
        planned_sites_file(proposal, "planned.shp", source="x")
    assert caught.value.key == "siting.output_suffix"
