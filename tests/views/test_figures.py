"""How figures are written."""

from __future__ import annotations

import pytest

from views.figures import NOTHING, figure, interval, percent, plain


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [(5144, 0, "5,144"), (90.97, 2, "90.97"), (None, 0, NOTHING), (float("nan"), 1, NOTHING), (0, 0, "0")],
)
def test_figure(value: object, decimals: int, written: str) -> None:
    assert figure(value, decimals) == written


@pytest.mark.parametrize(
    ("ratio", "written"), [(0.9999, "99 %"), (1.0, "100 %"), (1.094, "109 %"), (None, NOTHING)]
)
def test_percent_never_rounds_up_to_attained(ratio: object, written: str) -> None:
    assert percent(ratio) == written


def test_percent_to_the_tenth_is_rounded_down_too() -> None:
    assert [percent(each, 1) for each in (0.7594, 0.99999, 1.0)] == ["75.9 %", "99.9 %", "100.0 %"]


@pytest.mark.parametrize(
    ("value", "written"),
    [(1350.0, "1,350"), (3.35, "3.35"), (59.5, "59.5"), (0.001, "0.001"), (None, NOTHING)],
)
def test_plain_keeps_what_the_source_prints(value: object, written: str) -> None:
    assert plain(value) == written


def test_interval_of_one_figure() -> None:
    assert interval(56.9, 56.9) == "56.9"
    assert interval(50.04, 61.2) == "50.0–61.2"
