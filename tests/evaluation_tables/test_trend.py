"""Counts year by year are those of a check; counts made otherwise make no trend."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import geopandas as gpd
import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.check import check_zones
from spatial.definition import AreaBasis, Definition, Indoor, LifecycleStatus, Numerator, Shared
from spatial.errors import BasisUnavailableError, IncomparableError
from spatial.evaluation_tables.standing import Standing, years_between
from spatial.evaluation_tables.trend import (
    Observation,
    Origin,
    stations_by_year,
    stations_on,
    trend_of,
    zone_trends,
)
from spatial.evaluation_tables.trend_files import TREND_HEADS, trend_csv, trend_workbook
from spatial.stations import Stations
from spatial.tally import survey
from spatial.target import Target
from spatial.verdict import Status

CRS = "EPSG:4490"
TARGET = Target(value_per_km2=10.0, year=2025)
ZONES = gpd.GeoDataFrame(
    {"zone_id": ["west", "east"], "name_zh": ["西", "东"], "geometry_basis": "schematic"},
    geometry=[shapely.box(113.20, 23.0, 113.21, 23.01), shapely.box(113.21, 23.0, 113.22, 23.01)],
    crs=CRS,
)
FACTS = {
    "zone_id": "west",
    "area_km2": 2.0,
    "required_count": 20,
    "definition": Definition(),
    "source": "清单.csv",
}


def stations(dates):
    points = [shapely.Point(113.2005 + 0.019 * i / max(len(dates), 1), 23.005) for i in range(len(dates))]
    facts = {"site_id": [f"s{i}" for i in range(len(dates))], "status": "existing", "as_of": list(dates)}
    return gpd.GeoDataFrame(facts, geometry=points, crs=CRS)


def observed(count, day, **facts):
    return Observation(count=count, day=day, **{**FACTS, **facts})


@given(st.lists(st.sampled_from(["2020-03-01", "2021-12-31", "2022-01-01", "2023"]), min_size=2, max_size=25))
def test_each_year_counts_what_a_check_counts(dates):
    if len({day[:4] for day in dates}) < 2:
        dates = [*dates, "2019-05-05", "2018"]
    points = stations(dates)
    found = survey(ZONES, Stations(points))
    by_zone = stations_by_year(found, definition=Definition(), target=TARGET, source="a")
    for year in sorted({int(day[:4]) for day in dates}):
        definition = Definition(as_of=date(year, 12, 31))
        rows = check_zones(ZONES, points, definition=definition, target=TARGET).rows
        for zone_id, count, required in rows[["zone_id", "count", "required_count"]].itertuples(index=False):
            one = next(each for each in by_zone[zone_id] if each.day.year == year)
            assert (one.count, one.required_count) == (count, required)


def test_a_definition_with_a_day_looks_no_further():
    points = stations(["2020-03-01", "2021-05-01", "2022-06-01"])
    definition = Definition(as_of=date(2021, 6, 30))
    by_zone = stations_by_year(
        survey(ZONES, Stations(points)), definition=definition, target=None, source="a"
    )
    assert [each.day for each in by_zone["west"]] == [date(2020, 12, 31), date(2021, 6, 30)]


def test_one_year_makes_no_trend():
    found = survey(ZONES, Stations(stations(["2020-03-01", "2020-12-31"])))
    with pytest.raises(IncomparableError) as caught:
        stations_by_year(found, definition=Definition(), target=TARGET, source="a")
    assert caught.value.key == "evaluation.one_day"


def test_rows_without_a_date_are_refused_with_their_number():
    found = survey(ZONES, Stations(stations(["2020", "2021", ""])))
    with pytest.raises(BasisUnavailableError):
        stations_by_year(found, definition=Definition(), target=TARGET, source="a")


@pytest.mark.parametrize("points", [None, stations(["", ""])])
def test_no_dates_make_no_trend(points):
    with pytest.raises(IncomparableError) as caught:
        stations_by_year(survey(ZONES, points), definition=Definition(), target=TARGET, source="a")
    assert caught.value.key == "evaluation.no_dates"


def test_zones_without_an_area_of_the_basis_are_left_out():
    zones = ZONES.assign(area_official_km2=[1.5, None])
    definition = Definition(area_basis=AreaBasis.OFFICIAL)
    found = survey(zones, Stations(stations(["2020", "2021"])))
    assert list(stations_by_year(found, definition=definition, target=TARGET, source="a")) == ["west"]


@pytest.mark.parametrize(
    ("last", "standing"),
    [(14, Standing.ON_TRACK), (12, Standing.BEHIND), (20, Standing.MET), (19, Standing.ON_TRACK)],
)
def test_the_rate_so_far_is_held_against_the_rate_needed(last, standing):
    """From 8; 20 are needed two years after the last count."""
    trend = trend_of([observed(last, date(2023, 12, 31)), observed(8, date(2021, 12, 31))], target_year=2025)
    assert trend.standing == standing
    assert trend.yearly_rate_so_far == pytest.approx(
        (last - 8) / years_between(date(2021, 12, 31), date(2023, 12, 31))
    )
    if standing != Standing.MET:
        assert trend.yearly_rate_needed == pytest.approx(
            (20 - last) / years_between(date(2023, 12, 31), date(2025, 12, 31))
        )


@pytest.mark.parametrize(
    ("facts", "year", "standing"),
    [
        ({"required_count": None}, 2025, Standing.UNJUDGED),
        ({}, None, Standing.UNJUDGED),
        ({}, 2023, Standing.NOT_MET),
    ],
)
def test_what_cannot_be_on_track(facts, year, standing):
    pair = [observed(8, date(2021, 12, 31), **facts), observed(9, date(2023, 12, 31), **facts)]
    trend = trend_of(pair, target_year=year)
    assert (trend.standing, trend.yearly_rate_needed) == (standing, None)
    assert pair[0].density_per_km2 == 4.0


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"zone_id": "east"}, "evaluation.differs_zone"),
        ({"source": "公布总数"}, "evaluation.differs_source"),
        ({"register": "另一登记"}, "evaluation.differs_source"),
        ({"origin": Origin.FILE}, "evaluation.differs_origin"),
        ({"synthetic": True}, "evaluation.differs_synthetic"),
        ({"definition": Definition(indoor=Indoor.EXCLUDE)}, "evaluation.differs_definition"),
        ({"definition": Definition(shared=Shared.PER_OPERATOR)}, "evaluation.differs_definition"),
        ({"area_km2": 2.1}, "evaluation.differs_area"),
        ({"definition": Definition(numerator=Numerator.PHYSICAL_SITE)}, "evaluation.differs_definition"),
        ({"definition": Definition(area_basis=AreaBasis.OFFICIAL)}, "evaluation.differs_definition"),
        ({"definition": Definition(status=LifecycleStatus.ALL)}, "evaluation.differs_definition"),
    ],
)
def test_counts_made_otherwise_are_refused_in_words(facts, key):
    one = observed(8, date(2021, 12, 31))
    with pytest.raises(IncomparableError) as caught:
        trend_of([one, replace(one, day=date(2023, 12, 31), **facts)], target_year=2025)
    assert caught.value.key == key
    assert "{" not in caught.value.message("zh") + caught.value.message("en")


def test_one_day_alone_is_no_trend():
    with pytest.raises(IncomparableError):
        trend_of([observed(8, date(2021, 12, 31))] * 2, target_year=2025)
    with pytest.raises(IncomparableError):
        trend_of([], target_year=2025)


def test_once_the_target_is_past_no_rate_is_asked_for():
    """The last count is of before, so that nobody knows whether the target was reached in time."""
    pair = [observed(8, date(2021, 12, 31)), observed(9, date(2023, 12, 31))]
    for today, standing in (
        (date(2025, 12, 30), Standing.BEHIND),
        (date(2025, 12, 31), Standing.PERIOD_OVER),
    ):
        trend = trend_of(pair, target_year=2025, today=today)
        assert (trend.standing, trend.yearly_rate_needed is None) == (
            standing,
            standing == Standing.PERIOD_OVER,
        )


@pytest.mark.parametrize("count", [15, 21])
@pytest.mark.parametrize("status", [Status.UNDETERMINED, Status.TOO_SMALL])
def test_what_a_check_leaves_open_is_not_judged_and_the_rate_stays(count, status):
    pair = [observed(8, date(2021, 12, 31)), observed(count, date(2023, 12, 31), status=status)]
    trend = trend_of(pair, target_year=2025)
    assert (trend.standing, trend.reason.key) == (Standing.UNJUDGED, f"evaluation.check_{status}")
    assert trend.yearly_rate_needed == (2.5 if count == 15 else None)


def test_two_counts_of_one_day_are_refused():
    days = [date(2021, 12, 31), date(2022, 12, 31), date(2022, 12, 31)]
    found = zone_trends(
        [{"west": [observed(8 + at, day)]} for at, day in enumerate(days)], target_year=2025, today=days[2]
    )
    assert found["west"].said.key == "evaluation.day_twice"
    assert [each.count for each in found["west"].observations] == [8, 9, 10]


@settings(max_examples=25)
@given(
    first=st.integers(1, 30),
    last=st.integers(1, 30),
    target=st.floats(1, 60),
    same=st.booleans(),
    as_of=st.booleans(),
)
def test_inventories_of_two_dates_stand_as_a_check_of_the_last_says(first, last, target, same, as_of):
    """Counts, areas and required counts are those of a check, and no standing says more than its verdict."""
    goal = Target(value_per_km2=target, year=2030)
    definition = Definition(as_of=date(2019, 1, 1)) if as_of else Definition()
    counted = [
        stations_on(
            survey(ZONES, Stations(stations(["2020"] * n))),
            day=date(year, 12, 31),
            definition=definition,
            target=goal,
            source=f"{year}.csv",
            register="登记" if same else "",
        )
        for n, year in ((first, 2021), (last, 2025))
    ]
    found = zone_trends(counted, target_year=2030, today=date(2026, 1, 1))
    rows = check_zones(ZONES, stations(["2020"] * last), definition=Definition(), target=goal).rows
    for row in rows.itertuples():
        each = found[row.zone_id]
        now = each.observations[-1]
        assert (now.count, now.area_km2, now.required_count) == (row.count, row.area_km2, row.required_count)
        assert (each.trend is not None) == same
        if each.trend is None:
            continue
        assert each.trend.yearly_rate_so_far == (row.count - each.observations[0].count) / 4
        assert each.trend.standing != Standing.MET or row.status == Status.MET
        lacking = row.required_count - row.count
        assert each.trend.yearly_rate_needed == (lacking / 5 if lacking > 0 else None)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_files_hold_every_count_and_run_nothing(lang):
    hostile = '=HYPERLINK("http://x")'
    pair = [observed(8 + at, date(2021 + at, 12, 31), source=hostile) for at in range(3)]
    found = zone_trends([{"west": pair}], target_year=2025, today=date(2024, 1, 1))
    zones = {"west": ("@西", "示意")}
    cells = list(csv.reader(io.StringIO(trend_csv([found, found], zones, lang).decode("utf-8-sig"))))
    assert len(cells) == 1 + 2 * len(pair)
    assert {len(line) for line in cells} == {len(TREND_HEADS)}
    row = dict(zip(TREND_HEADS, cells[1], strict=True))
    assert (row["zone"], row["inventory"], row["count"]) == ("'@西", "'" + hostile, "8")
    book = openpyxl.load_workbook(io.BytesIO(trend_workbook([found], zones, lang, remarks=["=1"])))
    assert {cell.data_type for each in book.worksheets for line in each for cell in line} <= {"s", "n"}
