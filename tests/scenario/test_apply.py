"""What a scenario makes of a table: every edit made or reported, every row accounted for."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.check import check_zones
from spatial.definition import Definition, Indoor, LifecycleStatus, Numerator, Shared
from spatial.errors import InputError
from spatial.scenario.apply import apply_scenario
from spatial.scenario.model import AddStation, MoveStation, RemoveStation, Scenario
from spatial.scenario.simulate import apply_under, definition_after, scenario_notices, simulate
from spatial.target import Target

WEST, EAST = shapely.box(113.30, 23.05, 113.32, 23.07), shapely.box(113.32, 23.05, 113.34, 23.07)
ZONES = gpd.GeoDataFrame({"zone_id": ["w", "e"]}, geometry=[WEST, EAST], crs="EPSG:4490")
IN_WEST, IN_EAST, OUTSIDE = (113.31, 23.06), (113.33, 23.06), (113.5, 23.06)


def table(*rows: tuple[str, tuple[float, float], str, str]) -> gpd.GeoDataFrame:
    ids, places, states, dates = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = {"site_id": list(ids), "status": list(states), "as_of": list(dates)}
    geometry = gpd.GeoSeries([shapely.Point(at) for at in places], crs="EPSG:4490")
    return gpd.GeoDataFrame(columns, geometry=geometry).astype(dict.fromkeys(columns, object))


def stations() -> gpd.GeoDataFrame:
    return table(
        ("a", IN_WEST, "existing", "2020-12-31"),
        ("b", IN_EAST, "existing", "2021-06-01"),
        ("c", IN_EAST, "planned", "2026"),
        ("d", IN_EAST, "under_construction", "2030-01"),
        ("e", IN_EAST, "planned", ""),
    )


def counts(points: gpd.GeoDataFrame, definition: Definition | None = None) -> list[int]:
    found = check_zones(ZONES, points, definition=definition or Definition(), target=None)
    return found.rows["count"].tolist()


def add(site_id: str, at: tuple[float, float] = IN_WEST, **more: object) -> AddStation:
    return AddStation(site_id=site_id, lon=at[0], lat=at[1], **more)


def move(site_id: str, at: tuple[float, float]) -> MoveStation:
    return MoveStation(site_id=site_id, lon=at[0], lat=at[1])


def remove(site_id: str) -> RemoveStation:
    return RemoveStation(site_id=site_id)


def test_added_moved_and_removed_stations_are_counted_where_they_then_stand():
    assert counts(stations()) == [1, 1]
    scenario = Scenario(edits=(add("n1"), add("n2", IN_EAST), move("a", IN_EAST), remove("b")))
    applied = apply_scenario(stations(), scenario)
    assert counts(applied.points) == [1, 2]
    report = applied.report
    assert (report.n_in, report.n_used, report.n_reported) == (4, 4, 0)
    assert (report.rows_before, report.rows_added, report.rows_removed, report.rows_after) == (5, 2, 1, 6)
    assert report.rows_moved == 1


def test_the_given_table_is_left_as_it_is():
    points, before = stations(), stations()
    apply_scenario(points, Scenario(planned_until=2030, edits=(add("n"), move("a", IN_EAST), remove("b"))))
    assert points.equals(before)


def test_edits_are_made_in_their_order():
    twice = Scenario(edits=(add("n"), move("n", IN_EAST), remove("n"), add("n", OUTSIDE)))
    applied = apply_scenario(stations(), twice)
    assert applied.report.n_reported == 0
    assert applied.points.iloc[-1].geometry.equals(shapely.Point(OUTSIDE))
    assert len(applied.points) == 6


def test_an_edit_that_cannot_be_made_is_reported_and_the_others_are_made():
    points = table(("a", IN_WEST, "", ""), ("t", IN_WEST, "", ""), ("t", IN_EAST, "", ""))
    scenario = Scenario(edits=(add("a"), move("x", IN_EAST), remove("t"), remove("a"), remove("a"), add("n")))
    report = apply_scenario(points, scenario).report
    assert [(each.edit, each.reason_key) for each in report.rejected] == [
        (1, "scenario.id_taken"),
        (2, "scenario.id_unknown"),
        (3, "scenario.id_apart"),
        (5, "scenario.id_unknown"),
    ]
    assert (report.n_in, report.n_used, report.n_reported) == (6, 2, 4)
    assert "第 2 项（移动 x）" in report.rejected[1].message("zh")
    assert "Edit 2 (move x)" in report.to_dict()["edits"]["reported"][1]["en"]


def test_rows_of_one_id_in_one_place_move_and_go_together():
    here = (IN_WEST[0] + 0.0001, IN_WEST[1])
    points = table(("t", IN_WEST, "", ""), ("t", here, "", ""), ("o", IN_WEST, "", ""))
    applied = apply_scenario(points, Scenario(edits=(move("t", IN_EAST),)))
    assert applied.report.rows_moved == 2
    assert counts(applied.points, Definition(numerator=Numerator.AS_GIVEN)) == [1, 2]
    assert apply_scenario(points, Scenario(edits=(remove("t"),))).report.rows_removed == 2


def test_planned_stations_count_up_to_the_end_of_the_year():
    for year, n in ((None, 1), (2025, 1), (2026, 2), (2029, 2), (2030, 3)):
        assert counts(apply_scenario(stations(), Scenario(planned_until=year)).points)[1] == n
    report = apply_scenario(stations(), Scenario(planned_until=2026)).report
    assert (report.became_existing, report.planned_later, report.planned_undated) == (1, 1, 1)


@pytest.mark.parametrize("header", ["plan_year", "计划年份", "规划年份"])
def test_the_planned_year_speaks_where_there_is_one_and_the_date_is_that_of_the_data(header):
    points = stations().assign(as_of="2025-12-31", **{header: ["", "", "2027", " 2030年", ""]})
    for year, n in ((2026, 0), (2027, 1), (2030, 2), ("all", 3)):
        applied = apply_scenario(points, Scenario(planned_until=year, edits=(add("n", year=2029),)))
        report = applied.report
        assert (report.became_existing, report.planned_year_column) == (n, header)
        assert report.planned_later == 2 - min(n, 2) + (year in (2026, 2027))
        assert report.planned_undated == (year != "all")
        assert counts(applied.points)[1] == 1 + n
    assert report.planned_not_later == 0


def test_every_planned_station_can_be_built_and_is_then_counted_at_any_date():
    scenario = Scenario(planned_until="all", edits=(add("late", year=2099),))
    definition = Definition(as_of=dt.date(2022, 1, 1))
    points = stations().assign(plan_year=[None, None, 2027.0, None, None])
    found = simulate(ZONES, points.query("site_id != 'e'"), scenario, definition=definition, target=None)
    assert found.after.rows["count"].tolist() == [2, 3]
    applied = apply_under(points, scenario, definition)
    assert counts(applied.points, definition_after(definition, scenario)) == [2, 4]
    said = {each.key for each in scenario_notices(scenario, applied, definition)}
    assert "scenario.every_became_existing" in said
    assert "scenario.planned_undated" not in said


def test_dates_that_may_be_those_of_the_data_are_told():
    points = stations().assign(as_of="2025-12-31")
    scenario = Scenario(planned_until=2026)
    applied = apply_scenario(points, scenario)
    assert (applied.report.became_existing, applied.report.planned_not_later) == (3, 3)
    keys = {each.key for each in scenario_notices(scenario, applied, Definition())}
    assert "scenario.dates_of_the_data" in keys


def test_an_added_station_counts_from_its_year():
    edits = (add("now"), add("soon", year=2027), add("late", year=2031))
    for year, n in ((None, 2), (2026, 2), (2027, 3), (2031, 4)):
        assert counts(apply_scenario(stations(), Scenario(planned_until=year, edits=edits)).points)[0] == n


def test_a_planned_addition_is_not_counted_in_a_table_without_states():
    points = stations()[["site_id", "geometry"]]
    applied = apply_scenario(points, Scenario(edits=(add("late", year=2031), add("now"))))
    assert counts(applied.points) == [2, 4]


def test_a_definition_with_a_date_counts_what_the_scenario_builds():
    definition = Definition(as_of=dt.date(2022, 1, 1))
    scenario = Scenario(planned_until=2027, edits=(add("now"), add("soon", year=2027)))
    found = simulate(ZONES, stations().query("site_id != 'e'"), scenario, definition=definition, target=None)
    assert definition_after(definition, scenario).as_of == dt.date(2027, 12, 31)
    assert found.before.rows["count"].tolist() == [1, 1]
    assert found.after.rows["count"].tolist() == [3, 2]
    assert definition_after(definition, Scenario()).as_of == dt.date(2022, 1, 1)
    assert definition_after(Definition(), scenario).as_of is None


def test_an_added_station_answers_every_choice_that_the_inventory_answers():
    points = stations().assign(
        physical_site_id=list("ppqqq"),
        logical_station_id=list("abcde"),
        site_type=["macro", "indoor", "pole", "pole", "pole"],
        shared=[True, False, True, False, True],
        n_cells=[1, 2, 3, 4, 5],
        position_accuracy_m=[20.0] * 5,
    )
    points["shared"] = points["shared"].astype("boolean")
    scenario = Scenario(edits=(add("n", site_type="pole", operator="甲"), move("a", IN_EAST)))
    edited = apply_scenario(points, scenario).points
    for numerator in Numerator:
        definition = Definition(numerator=numerator, indoor=Indoor.EXCLUDE)
        assert counts(edited, definition)[0] == 1
    last = edited.iloc[-1]
    assert (last["site_type"], last["operator"], last["position_accuracy_m"]) == ("pole", "甲", 0.0)
    assert edited.loc[0, "position_accuracy_m"] == 0.0
    assert edited.loc[1, "position_accuracy_m"] == 20.0
    assert edited.crs == points.crs


def test_everything_may_be_removed_and_something_put_there():
    points = table(("a", IN_WEST, "existing", ""))
    assert len(apply_scenario(points, Scenario(edits=(remove("a"),))).points) == 0
    edited = apply_scenario(points, Scenario(edits=(remove("a"), add("n", IN_EAST)))).points
    assert counts(edited) == [0, 1]
    assert counts(apply_scenario(points.iloc[:0], Scenario(edits=(add("n", IN_EAST),))).points) == [0, 1]


def test_the_target_of_the_scenario_holds_after_it_alone():
    in_force = Target(value_per_km2=1.0)
    scenario = Scenario(target_per_km2=60.0)
    found = simulate(ZONES, stations(), scenario, definition=Definition(), target=in_force, n_in=7)
    assert set(found.before.rows["target_per_km2"]) == {1.0}
    assert set(found.after.rows["target_per_km2"]) == {60.0}
    assert found.before.n_in == found.after.n_in == 7
    assert [row["count_change"] for row in found.zones()] == [0, 0]


def test_what_the_reader_has_to_know():
    scenario = Scenario(planned_until=2026, target_per_km2=60)
    applied = apply_scenario(stations(), scenario)
    said = scenario_notices(scenario, applied, Definition(status=LifecycleStatus.ALL))
    assert [each.key.partition(".")[2] for each in said] == [
        "no_inventory_named",
        "became_existing",
        "planned_later",
        "planned_undated",
        "status_in_definition",
        "own_target",
    ]
    assert all(each.message(lang) for each in said for lang in ("zh", "en"))


ON_EDGES = ((113.32, 23.06), (113.32, 23.07), (113.30, 23.05), (113.3200001, 23.06))
PLACES = st.sampled_from([IN_WEST, IN_EAST, OUTSIDE, *ON_EDGES])
IDS = st.sampled_from([*"abcdexy"])
EDITS = st.one_of(
    st.builds(add, IDS, PLACES, year=st.sampled_from([None, 2024, 2030])),
    st.builds(move, IDS, PLACES),
    st.builds(remove, IDS),
)
STATES = st.sampled_from(["existing", "planned", "under_construction", ""])
ROWS = st.tuples(IDS, PLACES, STATES, st.sampled_from(["2020", "2026-05-01", "2031"]))


def plainly(rows: list, scenario: Scenario) -> tuple[list, int]:
    """The same edits on plain tuples, the slow and obvious way."""
    held, made = [list(row) for row in rows], 0
    for edit in scenario.edits:
        mine = [row for row in held if row[0] == edit.site_id]
        if isinstance(edit, AddStation):
            if mine:
                continue
            stands = edit.year is None or (scenario.until_year or 0) >= edit.year
            state = "existing" if stands else "planned"
            held.append([edit.site_id, (edit.lon, edit.lat), state, str(edit.year or 2020), "added"])
        elif not mine or len({row[1] for row in mine}) > 1:
            continue
        elif isinstance(edit, MoveStation):
            for row in mine:
                row[1] = (edit.lon, edit.lat)
        else:
            held = [row for row in held if row[0] != edit.site_id]
        made += 1
    for row in held:
        if row[2] in ("planned", "under_construction") and int(row[3][:4]) <= (scenario.until_year or 0):
            row[2] = "existing"
    return held, made


def wide(rows: list, *, planned_in: bool) -> gpd.GeoDataFrame:
    """The table with what numerators and operators ask: two ids share a mast, some stations are shared."""
    ids = [row[0] if row[4:] else "mast" if row[0] in "ab" else row[0] for row in rows]
    given = [not row[4:] for row in rows]
    frame = table(*(row[:4] for row in rows)) if rows else table(("a", IN_WEST, "", "")).iloc[:0]
    if planned_in:
        frame["plan_year"] = [row[3][:4] if own else "" for row, own in zip(rows, given, strict=True)]
        frame["as_of"] = ["2019" if own else row[3] for row, own in zip(rows, given, strict=True)]
    operators = ["甲" if row[0] in "ac" else "乙" for row in rows]
    return frame.assign(
        physical_site_id=ids,
        logical_station_id=[row[0] for row in rows],
        operator=[name if own else "" for name, own in zip(operators, given, strict=True)],
        site_type=["indoor" if row[0] == "d" and own else "" for row, own in zip(rows, given, strict=True)],
        shared=[own and row[0] in "bx" for row, own in zip(rows, given, strict=True)],
    )


DEFINITIONS = st.builds(
    Definition,
    numerator=st.sampled_from([*Numerator]),
    indoor=st.sampled_from([*Indoor]),
    shared=st.sampled_from([*Shared]),
    status=st.sampled_from([*LifecycleStatus]),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(ROWS, min_size=1, max_size=8),
    st.lists(EDITS, max_size=8),
    st.sampled_from([None, 2025, 2026, 2031, "all"]),
    DEFINITIONS,
    st.booleans(),
)
def test_after_is_the_check_of_the_table_edited_by_hand(rows, edits, until, definition, planned_in):
    scenario = Scenario(planned_until=until, target_per_km2=2.5, edits=tuple(edits))
    given_table = wide(rows, planned_in=planned_in)
    by_hand, made = plainly(rows, scenario)
    edited = wide(by_hand, planned_in=planned_in)
    goal = Target(value_per_km2=2.5)
    try:
        expected = check_zones(ZONES, edited, definition=definition, target=goal)
        before = check_zones(ZONES, given_table, definition=definition, target=None)
    except InputError as refused:  # the definition asks for what the rows do not say
        with pytest.raises(type(refused)):
            simulate(ZONES, given_table, scenario, definition=definition, target=None)
        return
    found = simulate(ZONES, given_table, scenario, definition=definition, target=None)
    report = found.applied.report
    assert report.n_in == report.n_used + report.n_reported
    assert report.n_used == made
    assert report.rows_after == report.rows_before + report.rows_added - report.rows_removed == len(by_hand)
    assert found.after.rows.equals(expected.rows)
    assert found.before.rows.equals(before.rows)
    for checked, other in ((found.after, expected), (found.before, before)):
        assert (checked.n_in, checked.n_used, checked.n_reported) == (
            other.n_in,
            other.n_used,
            other.n_reported,
        )
        assert checked.n_in == checked.n_used + checked.n_reported


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:4326"])
def test_points_in_another_system_are_carried(crs):
    edited = apply_scenario(stations().to_crs(crs), Scenario(edits=(move("a", IN_EAST), add("n")))).points
    assert edited.crs == "EPSG:4490"
    assert counts(edited) == [1, 2]
