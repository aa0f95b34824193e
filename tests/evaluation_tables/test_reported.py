"""A report is looked at field by field before it is kept."""

from __future__ import annotations

from datetime import date

import pytest

from spatial.errors import UsageError
from spatial.evaluation_tables.reported import LONGEST_WORDS, last_day, reported_value, value_bounds
from tests.evaluation_tables.indicators import NOW, indicator

FULL = (0.0, 100.0)


def report(value=700, **facts):
    usual = {"as_of": "2023", "source": "统计公报", "reported_at": NOW}
    return reported_value("a.b", value, **{**usual, **facts})


@pytest.mark.parametrize(
    ("typed", "kept", "day"),
    [
        ("2023", "2023", date(2023, 12, 31)),
        ("2024-2", "2024-02", date(2024, 2, 29)),
        ("２０２３年6月30日", "2023-06-30", date(2023, 6, 30)),
    ],
)
def test_a_year_or_a_month_stands_for_its_last_day(typed, kept, day):
    found = report(as_of=typed)
    assert (found.as_of, found.day) == (kept, day)
    assert last_day(kept) == day


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"value": None}, "evaluation.no_value"),
        ({"value": True}, "evaluation.no_value"),
        ({"value": float("nan")}, "evaluation.no_value"),
        ({"value": 1e16}, "evaluation.too_large"),
        ({"value": "700"}, "evaluation.no_value"),
        ({"value": 10**400}, "evaluation.too_large"),
        ({"value": float("inf")}, "evaluation.too_large"),
        ({"value": -1e300}, "evaluation.too_large"),
        ({"value": 100.5, "bounds": FULL}, "evaluation.no_share"),
        ({"value": -1, "bounds": FULL}, "evaluation.no_share"),
        ({"value": -1, "bounds": value_bounds(indicator())}, "evaluation.negative"),
        ({"as_of": "2023-02-31"}, "evaluation.bad_date"),
        ({"as_of": "0000"}, "evaluation.bad_date"),
        ({"as_of": "1900"}, "evaluation.early_date"),
        ({"as_of": "9999"}, "evaluation.future_date"),
        ({"source": "长" * 10_000}, "evaluation.too_long"),
        ({"as_of": "去年"}, "evaluation.bad_date"),
        ({"as_of": ""}, "evaluation.bad_date"),
        ({"as_of": "2025"}, "evaluation.future_date"),
        ({"as_of": "2024-07"}, "evaluation.future_date"),
        ({"as_of": "2024-06-02"}, "evaluation.future_date"),
        ({"source": " \u3000\u200b"}, "evaluation.no_source"),
        ({"source": "长" * (LONGEST_WORDS + 1)}, "evaluation.too_long"),
        ({"basis": "长" * (LONGEST_WORDS + 1)}, "evaluation.too_long"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(facts, key):
    with pytest.raises(UsageError) as caught:
        report(**facts)
    assert caught.value.key == key
    assert caught.value.message("zh")
    assert caught.value.message("en")


def test_the_present_year_may_be_reported_before_it_ends():
    assert report(as_of="2024").as_of == "2024"


def test_texts_lose_what_no_reader_sees():
    found = report(source=" 公报\r\n\x00第 \u202e2\ud800 期 ", basis="=1+1")
    assert found.source == "公报 第 2 期"
    assert found.basis == "=1+1"


def test_full_coverage_takes_a_percentage():
    assert report(100, bounds=FULL).value == 100.0


def test_what_an_indicator_can_be_follows_from_its_goal():
    """Counts are never negative; a share whose goal is all ends at 100 per cent; a growth may be negative."""
    assert value_bounds(indicator())[0] == 0
    assert value_bounds(indicator(unit_zh="%", value=15.0))[0] < 0
    assert value_bounds(indicator(unit_zh="%", operator="eq", value=100.0)) == FULL
    assert value_bounds(indicator(operator="all", value=None)) == FULL


def test_no_negative_zero_is_kept():
    assert str(report(-0.0).value) == "0.0"


def test_editions_of_one_source_are_one_series():
    one, other = report(source="海珠区2022年统计公报"), report(source="海珠区２０２３年统计公报")
    assert one.series == other.series
    assert one.series != report(source="海珠区 2023 年来文 12 号").series
