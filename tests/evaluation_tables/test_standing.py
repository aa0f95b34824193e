"""Where an indicator stands: against its goal, along its way, and never between figures counted otherwise."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.evaluation_tables.standing import Standing, judge, years_between
from tests.evaluation_tables.indicators import indicator, reported

NO_BASE = {"base_value": None, "base_year": None, "direction": "reach"}


def judged(value, goal=None, *, former=(), all_due=False):
    return judge(goal or indicator(), value, former=former, all_due=all_due)


def test_nothing_reported_is_said():
    assert judged(None).standing == Standing.NO_VALUE


@pytest.mark.parametrize(
    ("operator", "value", "met"),
    [
        ("ge", 800, True),
        ("ge", 799.9, False),
        ("gt", 800, False),
        ("gt", 800.1, True),
        ("le", 800, True),
        ("le", 801, False),
        ("eq", 800, True),
        ("eq", 801, False),
    ],
)
def test_each_way_of_comparing(operator, value, met):
    found = judged(reported(value, "2025"), indicator(operator=operator))
    assert found.standing == (Standing.MET if met else Standing.NOT_MET)
    assert found.shortfall == pytest.approx(0.0 if met else abs(800 - value))


@pytest.mark.parametrize(("value", "standing"), [(100, Standing.MET), (99.9, Standing.NOT_MET)])
def test_full_coverage_is_a_hundred_per_cent(value, standing):
    goal = indicator(operator="all", value=None, target_year=None, **NO_BASE)
    assert judged(reported(value), goal).standing == standing


def test_along_the_line_of_the_plan():
    """644 in 2021 and 800 in 2025: half way after half of the time."""
    on_line = 644 + 156 * years_between(date(2021, 12, 31), date(2023, 12, 31)) / years_between(
        date(2021, 12, 31), date(2025, 12, 31)
    )
    for value, standing in ((on_line + 0.01, Standing.ON_TRACK), (on_line - 0.01, Standing.BEHIND)):
        found = judged(reported(value))
        assert found.standing == standing
        assert found.reason.key == "evaluation.from_plan_base"
        assert found.progress == pytest.approx((value - 644) / 156)
        left = years_between(date(2023, 12, 31), date(2025, 12, 31))
        assert found.yearly_rate_needed * left == pytest.approx(800 - value)


@given(value=st.floats(644, 799), month=st.integers(1, 12), year=st.integers(2022, 2024))
def test_the_rate_needed_reaches_the_goal_when_it_is_due(value, month, year):
    found = reported(value, f"{year}-{month:02d}")
    answer = judged(found)
    left = years_between(found.day, date(2025, 12, 31))
    assert value + answer.yearly_rate_needed * left == pytest.approx(800)
    ahead = value + answer.yearly_rate_so_far * left >= 800 - 1e-6
    assert (answer.standing == Standing.ON_TRACK) == ahead


def test_without_a_base_a_former_value_counted_alike_gives_the_rate():
    goal = indicator(**NO_BASE)
    now = reported(760, "2023")
    found = judged(now, goal, former=[reported(700, "2022"), reported(650, "2021")])
    assert found.yearly_rate_so_far == pytest.approx(110 / years_between(date(2021, 12, 31), now.day))
    assert found.standing == Standing.ON_TRACK
    assert judged(reported(701), goal, former=[reported(700, "2022")]).standing == Standing.BEHIND


@pytest.mark.parametrize("facts", [{"source": "另一来源"}, {"basis": "含分公司"}])
def test_nothing_is_worked_out_between_figures_counted_otherwise(facts):
    found = judged(reported(760), indicator(**NO_BASE), former=[reported(700, "2022", **facts)])
    assert found.standing == Standing.UNJUDGED
    assert found.reason.key == "evaluation.other_series"
    assert found.yearly_rate_so_far is None


def test_one_value_and_no_base_give_the_rate_needed_alone():
    found = judged(reported(760), indicator(**NO_BASE), former=[reported(790, "2024")])
    assert found.reason.key == "evaluation.one_value"
    assert found.yearly_rate_needed > 0


def test_a_value_counted_otherwise_is_not_held_against_the_goal():
    found = judged(reported(900, basis="含分公司"))
    assert (found.standing, found.shortfall, found.progress) == (Standing.UNJUDGED, None, None)
    assert "含分公司" in found.reason.message("zh")


def test_an_approximate_goal_is_for_people_to_judge():
    assert judged(reported(900), indicator(operator="approx")).standing == Standing.UNJUDGED


def test_an_exact_goal_has_no_progress_before_it_is_due():
    goal = indicator(operator="eq", **NO_BASE)
    assert judged(reported(900), goal).standing == Standing.UNJUDGED


def test_a_goal_without_a_number_is_not_judged():
    assert judged(reported(900), indicator(value=None)).reason.key == "evaluation.no_goal_value"


def test_in_a_final_evaluation_every_goal_is_due():
    assert judged(reported(799)).standing == Standing.ON_TRACK
    assert judged(reported(799), all_due=True).standing == Standing.NOT_MET


def test_sources_are_series_of_their_own():
    assert reported(1).series != reported(1, source="另一来源").series


def test_a_goal_without_a_year_is_met_or_not():
    found = judged(reported(799), indicator(target_year=None))
    assert found.standing == Standing.NOT_MET
    assert found.reason.key == "evaluation.no_year"


def test_a_goal_to_stay_below_is_on_track_while_it_falls_fast_enough():
    goal = indicator(operator="le", value=500.0, direction="decrease")
    assert judged(reported(560), goal).standing == Standing.ON_TRACK
    assert judged(reported(640), goal).standing == Standing.BEHIND


def test_a_value_before_the_plan_s_base_gives_no_rate_from_it():
    found = judged(reported(640, "2020"))
    assert found.standing == Standing.UNJUDGED


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        (date(2021, 12, 31), date(2025, 12, 31), 4.0),
        (date(2024, 2, 29), date(2025, 2, 28), 1.0),
        (date(2024, 2, 29), date(2028, 2, 29), 4.0),
        (date(2023, 12, 31), date(2024, 7, 1), 183 / 366),
        (date(2025, 12, 31), date(2021, 12, 31), -4.0),
        (date(2021, 1, 1), date(2021, 1, 1), 0.0),
    ],
)
def test_years_are_those_of_the_calendar(first, last, years):
    assert years_between(first, last) == pytest.approx(years)


@given(day=st.dates(date(2000, 1, 1), date(2090, 1, 1)), days=st.integers(0, 9000))
def test_years_grow_with_each_day(day, days):
    ends = [day + timedelta(days=each) for each in (days, days + 1)]
    shorter, longer = (years_between(day, each) for each in ends)
    assert shorter < longer < shorter + 1 / 365 + 1e-9


def test_a_value_that_cannot_be_is_not_judged():
    goal = indicator(operator="all", value=None, target_year=None, **NO_BASE)
    found = judged(reported(500), goal)
    assert (found.standing, found.reason.key) == (Standing.UNJUDGED, "evaluation.impossible_value")
