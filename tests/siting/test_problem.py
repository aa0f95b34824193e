"""From frames to a problem: no row is swallowed, counts are those of the check, words are understood."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spatial.check import check_zones
from spatial.definition import Definition, LifecycleStatus
from spatial.errors import MissingColumnError, UsageError
from spatial.siting.problem import siting_case
from spatial.tally import survey
from spatial.target import Target
from tests.siting.conftest import inventory_of, terms
from tests.siting.instances import (
    at_metres,
    candidate_poles,
    district_zones,
    existing_sites,
    square_zones,
    within,
)


def told(case) -> dict[str, dict]:
    return {notice.key: dict(notice.params) for notice in case.notices}


def reasons(case) -> dict[int, tuple[str, str, str]]:
    return {row.row: (row.field, row.value, row.reason_key) for row in case.rejected.itertuples()}


def poles_saying(zones, *words: object, column: str = "mountable"):
    points = at_metres(zones, np.array([(50.0 + 40.0 * at, 300.0) for at in range(len(words))]))
    return points.assign(site_id=[f"L{at}" for at in range(len(words))], **{column: list(words)})


def test_counts_and_required_counts_are_those_of_the_check():
    zones, sites = district_zones(), existing_sites()
    poles = candidate_poles()
    asked = terms(60.0)
    case = siting_case(survey(zones, sites), inventory_of(poles), asked)
    rows = check_zones(zones, sites, definition=asked.definition, target=asked.target).rows
    assert case.problem.required_count.tolist() == rows["required_count"].tolist()
    assert case.problem.before.tolist() == rows["count"].tolist()
    assert case.problem.zone_ids == tuple(rows["zone_id"])
    for at, zone_id in enumerate(case.problem.zone_ids):
        members = case.problem.member_candidate[case.problem.member_zone == at]
        inside = within(poles, zones[zones["zone_id"] == zone_id])
        assert {case.problem.candidate_ids[row] for row in members} >= set(inside["site_id"]) - {""}
    assert (case.n_in, case.n_used, case.n_reported) == (20_000, 20_000, 0)


def test_the_definition_decides_which_stations_stand(zones, sites):
    poles = poles_saying(zones, "是")
    mixed = sites.assign(status=["existing", "planned", "planned", "", "existing", "existing"])
    now = siting_case(survey(zones, mixed), inventory_of(poles), terms())
    assert now.problem.before.tolist() == [3, 0]
    assert len(now.problem.existing_xy_m) == 4
    later = terms()
    later = type(later)(definition=Definition(status=LifecycleStatus.ALL), target=later.target)
    assert siting_case(survey(zones, mixed), inventory_of(poles), later).problem.before.tolist() == [5, 0]


@pytest.mark.parametrize(
    ("word", "can"),
    [
        ("是", True),
        ("可挂载", True),
        (" YES ", True),
        (True, True),
        ("否", False),
        ("不可", False),
        ("N", False),
    ],
)
def test_words_for_mountable(zones, sites, word, can):
    case = siting_case(
        survey(zones, sites), inventory_of(poles_saying(zones, word, "是")), terms(mountable="mountable")
    )
    assert case.problem.usable.tolist() == [can, True]
    assert case.n_reported == 0
    assert told(case).get("siting.not_mountable", {}).get("count", 0) == int(not can)


def test_a_row_that_says_neither_yes_nor_no_is_reported(zones, sites):
    poles = poles_saying(zones, "是", "也许", "", None, "否")
    case = siting_case(survey(zones, sites), inventory_of(poles), terms(mountable="mountable"))
    assert (case.n_in, case.n_used, case.n_reported) == (5, 2, 3)
    assert reasons(case)[1] == ("mountable", "也许", "siting.reason_mountable")
    assert case.problem.candidate_ids == ("L0", "L4")


def test_costs_that_are_none_are_reported(zones, sites):
    poles = poles_saying(zones, "3.5", "0", "-1", "x", "", "1e400", column="price")
    case = siting_case(
        survey(zones, sites), inventory_of(poles, columns={"price": "造价"}), terms(cost="造价")
    )
    assert (case.n_in, case.n_used, case.n_reported) == (6, 1, 5)
    assert case.problem.cost.tolist() == [3.5]
    assert reasons(case)[1] == ("造价", "0", "siting.reason_cost")


def test_ids_that_are_missing_or_repeated_are_reported(zones, sites):
    poles = poles_saying(zones, "是", "是", "是", "是").assign(site_id=["A", "", "A", "B"])
    case = siting_case(survey(zones, sites), inventory_of(poles), terms())
    assert case.problem.candidate_ids == ("A", "B")
    assert reasons(case) == {
        1: ("site_id", "", "siting.reason_id_missing"),
        2: ("site_id", "A", "siting.reason_id_repeated"),
    }


def test_a_row_without_a_position_is_reported(zones, sites):
    poles = poles_saying(zones, "是", "是")
    poles.loc[0, "geometry"] = None
    case = siting_case(survey(zones, sites), inventory_of(poles), terms())
    assert reasons(case)[0][2] == "siting.reason_no_position"
    assert case.problem.candidate_ids == ("L1",)


def test_rows_that_the_reader_rejected_stay_reported(zones, sites):
    poles = inventory_of(poles_saying(zones, "是"), n_in=3)
    poles.rejected.loc[0] = [4, "lon", "x", "error.reason_zero"]
    poles.rejected.loc[1] = [5, "lon", "y", "error.reason_zero"]
    case = siting_case(survey(zones, sites), poles, terms())
    assert (case.n_in, case.n_used, case.n_reported) == (3, 1, 2)


def test_poles_without_ids_are_called_by_their_rows(zones, sites):
    poles = poles_saying(zones, "是", "是").drop(columns="site_id")
    assert siting_case(survey(zones, sites), inventory_of(poles), terms()).problem.candidate_ids == ("0", "1")


def test_poles_in_and_on_the_edge_of_a_no_build_area_are_counted(zones, sites):
    places = np.array([(200.0, 100.0), (199.9, 100.0), (200.1, 100.0)])
    poles = at_metres(zones, places).assign(site_id=["edge", "in", "out"])
    hole = square_zones(("a", "b"), side_m=100.0)
    case = siting_case(survey(zones, sites), inventory_of(poles), terms(), no_build=hole)
    assert case.problem.usable.tolist() == [False, False, True]
    assert told(case)["siting.in_no_build"] == {"count": 2}


def test_only_the_zones_that_are_asked_for_must_reach_the_target(zones, sites):
    poles = poles_saying(zones, "是", "是")
    case = siting_case(survey(zones, sites), inventory_of(poles), terms(zone_ids=("east",)), demand=100.0)
    assert case.problem.zone_ids == ("east",)
    assert not len(case.problem.member_zone)
    assert told(case)["siting.all_outside_zones"] == {"count": 2}
    assert len(case.problem.demand_xy_m) == 100
    assert len(case.problem.existing_xy_m) == 6


def test_a_zone_without_any_inventory_starts_from_none(zones):
    case = siting_case(survey(zones, None), inventory_of(poles_saying(zones, "是")), terms())
    assert case.problem.before.tolist() == [0, 0]
    assert told(case)["siting.zones_without_count"] == {"count": 2}


def test_a_target_for_one_zone_asks_nothing_of_the_others(zones, sites):
    target = Target(value_per_km2=9.0, scope="zone", scope_zone_id="east")
    asked = type(terms())(definition=Definition(), target=target)
    case = siting_case(survey(zones, sites), inventory_of(poles_saying(zones, "是")), asked)
    assert case.problem.required_count.tolist() == [0, 9]


def test_made_up_poles_are_called_so(zones, sites):
    poles = poles_saying(zones, "是", "是").assign(synthetic=[False, True])
    case = siting_case(survey(zones, sites), inventory_of(poles), terms())
    assert case.synthetic
    assert case.notices[0].key == "siting.synthetic"
    assert not siting_case(survey(zones, sites), inventory_of(poles_saying(zones, "是")), terms()).synthetic


def test_demand_points_of_ones_own(zones, sites):
    demand = at_metres(zones, np.array([(10.0, 10.0), (20.0, 20.0)]))
    demand.loc[1, "geometry"] = None
    case = siting_case(survey(zones, sites), inventory_of(poles_saying(zones, "是")), terms(), demand=demand)
    assert len(case.problem.demand_xy_m) == 1
    assert told(case)["siting.demand_without_position"] == {"count": 1}


def test_stations_that_are_planned_already_are_told_and_not_counted(zones, sites):
    mixed = sites.assign(status=["existing", "planned", "under_construction", "", "existing", "planned"])
    poles = inventory_of(poles_saying(zones, "是"))
    # The last one lies outside the zones.
    assert told(siting_case(survey(zones, mixed), poles, terms()))["siting.planned_not_counted"] == {
        "count": 2
    }
    asked = replace(terms(), definition=Definition(status=LifecycleStatus.ALL))
    assert "siting.planned_not_counted" not in told(siting_case(survey(zones, mixed), poles, asked))
    assert "siting.planned_not_counted" not in told(siting_case(survey(zones, sites), poles, terms()))


def test_demand_outside_the_zones_is_told_and_still_counts(zones, sites):
    demand = at_metres(zones, np.array([(10.0, 10.0), (-500.0, 20.0), (9_000.0, 20.0)]))
    poles = inventory_of(poles_saying(zones, "是"))
    case = siting_case(survey(zones, sites), poles, terms(), demand=demand)
    assert len(case.problem.demand_xy_m) == 3
    assert told(case)["siting.demand_outside_zones"] == {"count": 2}
    grid = siting_case(survey(zones, sites), poles, terms(), demand=100.0)
    assert not {"siting.demand_outside_zones", "siting.demand_without_position"} & set(told(grid))


def test_what_cannot_be_meant_is_refused(zones, sites):
    found, poles = survey(zones, sites), inventory_of(poles_saying(zones, "是"))
    with pytest.raises(UsageError) as caught:
        siting_case(found, poles, type(terms())(definition=Definition(), target=None))
    assert caught.value.key == "siting.no_target"
    for ids in (("north",), ()):
        with pytest.raises(UsageError) as caught:
            siting_case(found, poles, terms(zone_ids=ids))
        assert caught.value.key == "siting.unknown_zone"
    headed = inventory_of(poles_saying(zones, "是"), columns={"site_id": "灯杆编号"})
    with pytest.raises(MissingColumnError, match="灯杆编号"):
        siting_case(found, headed, terms(cost="造价"))
