"""No more digits than the draws give, and no certainty that only they made."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spatial.uncertainty.model import ErrorModel
from spatial.uncertainty.words import count_words, density_words, drawn_words, probability_words


@pytest.mark.parametrize(
    ("share", "certain", "words"),
    [
        (1.0, True, "100 %"),
        (0.0, True, "0 %"),
        (1.0, False, "> 99 %"),
        (0.997, False, "> 99 %"),
        (0.99, False, "99 %"),
        (0.366, False, "37 %"),
        (0.006, False, "1 %"),
        (0.004, False, "< 1 %"),
        (0.0, False, "< 1 %"),
    ],
)
def test_a_share_is_worded_as_well_as_it_is_known(share, certain, words):
    assert probability_words({"probability_met": share, "certain": certain}, "zh") == words


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "< 1 %（可能偏低）"), (0.4, "40 %（可能偏低）"), (1.0, "> 99 %")]
)
def test_a_share_that_may_be_too_low_says_so_beside_it(share, words):
    row = {"probability_met": share, "certain": False}
    assert probability_words(row, "zh", maybe_low=True) == words


@pytest.mark.parametrize("nothing", [None, np.nan])
def test_without_a_probability_the_reason_is_given(nothing):
    row = {"probability_met": nothing, "certain": False, "reason": "uncertainty.reason_boundary_unknown"}
    assert probability_words(row, "zh") == "边界精度未注明"
    assert probability_words(row, "en") == "accuracy of the boundary not stated"


def test_ranges():
    row = {
        "count_drawn_low": 1_303, "count_drawn_high": 1_513,
        "density_drawn_low": 41.52, "density_drawn_high": 48.21,
    }  # fmt: skip
    assert (count_words(row), density_words(row)) == ("1,303–1,513", "41.5–48.2")
    assert count_words({"count_drawn_low": 5, "count_drawn_high": 5}) == "5"
    assert count_words({"count_drawn_low": pd.NA, "count_drawn_high": pd.NA}) == "–"
    assert density_words({"density_drawn_low": None, "density_drawn_high": None}) == "–"


def test_what_was_drawn_is_named_and_nothing_else():
    words = drawn_words(ErrorModel(draws=2_000, seed=7, boundaries=False).to_dict(), "en")
    assert words.startswith("P(met): 2,000 draws, seed 7")
    assert "each point by itself; each boundary moved out or in" in words
    assert "shifted" not in words
