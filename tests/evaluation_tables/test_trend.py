"""Counts year by year are those of a check; counts made otherwise make no trend."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.check import check_zones
from spatial.definition import AreaBasis, Definition, LifecycleStatus, Numerator
from spatial.errors import BasisUnavailableError, IncomparableError
from spatial.evaluation_tables.standing import Standing, years_between
from spatial.evaluation_tables.trend import Observation, stations_by_year, trend_of
from spatial.stations import Stations
from spatial.tally import survey
from spatial.target import Target

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
