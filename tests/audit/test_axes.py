from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from spatial.audit.axes import (
    AXES,
    MOST_DATES,
    choice_word,
    every_definition,
    field_word,
    single_change,
    with_choice,
    year_ends,
)
from spatial.definition import AreaBasis, Definition, Indoor, LifecycleStatus, Numerator, Shared
from spatial.tally import survey
from spatial.text import LANGUAGES
from tests.audit.audited import stations_of, zones_of
from tests.spatial.strategies import point_frame

PER_DATE = len(Numerator) * len(Indoor) * len(Shared) * len(LifecycleStatus) * len(AreaBasis)


@pytest.mark.parametrize(
    "current",
    [
        Definition(),
        Definition(numerator=Numerator.PHYSICAL_SITE, area_basis=AreaBasis.LAND, indoor=Indoor.EXCLUDE),
        Definition(numerator=Numerator.AS_GIVEN),
    ],
)
def test_every_definition_stands_once_and_the_one_in_use_first(current):
    found = every_definition(current)
    assert found[0] == current
    assert len(found) == len(set(found)) == PER_DATE == 144
    # What nobody stated counts as the rows are given, and stands in that place.
    assert (Numerator.AS_GIVEN in {each.numerator for each in found}) == (current.numerator is not None)


def test_a_table_of_cells_is_asked_as_given_too():
    cells = point_frame([(430100 + i, 2550100) for i in range(20)], logical_station_id=["l1"] * 20)
    found = every_definition(Definition(), survey(zones_of(1), cells))
    assert {each.numerator for each in found} == {None, *Numerator}
    assert len(found) == PER_DATE * 4 // 3


def test_the_end_of_each_year_is_a_choice_where_there_are_several():
    zones = zones_of(1)
    found = every_definition(Definition(), survey(zones, stations_of(1)))
    assert {each.as_of for each in found} == {None, *(dt.date(year, 12, 31) for year in (2019, 2020, 2021))}
    assert len(found) == PER_DATE * 4
    one = every_definition(Definition(), survey(zones, stations_of(1, years=(2020,))))
    assert {each.as_of for each in one} == {None}


def test_a_day_in_use_is_a_choice_whatever_the_inventory_says():
    day = dt.date(2020, 3, 1)
    found = every_definition(Definition(as_of=day))
    assert found[0].as_of == day
    assert {each.as_of for each in found} == {None, day}


def test_an_inventory_of_centuries_is_asked_for_its_latest_years():
    years = tuple(range(1900, 1900 + 5 * MOST_DATES))
    points = stations_of(1, 400, years=years)
    dated = {each.as_of for each in every_definition(Definition(), survey(zones_of(1), points))} - {None}
    assert sorted(dated) == list(year_ends(points)[-MOST_DATES:])


def test_year_ends_are_those_of_the_dated_rows():
    frame = pd.DataFrame({"as_of": ["2021-05-01", "", "2019-01-01", "soon"]})
    assert year_ends(frame) == (dt.date(2019, 12, 31), dt.date(2021, 12, 31))
    assert year_ends(None) == year_ends(pd.DataFrame({"site_id": ["a"]})) == ()


def test_a_single_change_is_one_field():
    base = Definition()
    assert single_change(base, base) is None
    for field, choices in AXES.items():
        changed = with_choice(base, field, list(choices)[-1])
        assert single_change(base, changed) == field
        assert single_change(base, with_choice(changed, "as_of", dt.date(2020, 1, 1))) is None
    assert single_change(base, with_choice(base, "as_of", dt.date(2020, 1, 1))) == "as_of"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_choice_has_a_word(lang):
    for field in (*AXES, "as_of"):
        words = {choice_word(each, field, lang) for each in every_definition(Definition())}
        assert all(words)
        assert field_word(field, lang)
    assert choice_word(Definition(as_of=dt.date(2020, 1, 1)), "as_of", lang) == "2020-01-01"
