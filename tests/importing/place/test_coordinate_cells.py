from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.importing.place.coordinate_cells import parse_cell, read_numbers, split_pairs

SPELLINGS = {
    "113.32": 113.32,
    " 113.32 ": 113.32,
    "１１３．３２": 113.32,
    "+113.32": 113.32,
    "1.1332E+02": 113.32,
    "113.32°": 113.32,
    "113.32度": 113.32,
    "E113.32°": 113.32,
    "113.32°E": 113.32,
    "东经113.32": 113.32,
    "东经：113°19′12″": 113.32,
    "113°19′12″E": 113.32,
    "113度19分12秒": 113.32,
    "113°19'12\"": 113.32,
    "113º19’12”": 113.32,
    "１１３°１９′１２″": 113.32,
    "113°19'12''": 113.32,
    "113°19.2′": 113.32,
    "113-19-12": 113.32,
    "113:19:12": 113.32,
    "113：19：12": 113.32,
    "113 19 12.0": 113.32,
    "E 113 19 12": 113.32,
    "W113°19′12″": -113.32,
    "南纬23.1": -23.1,
    "-113°30′": -113.5,
    "113°": 113.0,
    "2,554,662.1": 2554662.1,
    "2，554，662.1": 2554662.1,
    "430324.69m": 430324.69,
    "430324.69米": 430324.69,
    "1131912": 1131912.0,
}
UNREADABLE = {
    "": "error.reason_missing",
    "  ": "error.reason_missing",
    "nan": "error.reason_not_finite",
    "-Infinity": "error.reason_not_finite",
    "1e400": "error.reason_not_finite",
    "1e400°": "error.reason_not_finite",
    "113,3254": "place.reason_decimal_comma",
    "113°61′": "place.reason_bad_minutes",
    "113°19′75″": "place.reason_bad_minutes",
    "113°19.5′12″": "place.reason_bad_minutes",
    "113-61-12": "place.reason_bad_minutes",
    "N/A": "error.reason_not_a_number",
    "E-113.3": "error.reason_not_a_number",
    "EN113": "error.reason_not_a_number",
    "113.3.4": "error.reason_not_a_number",
    "113d19m12s": "error.reason_not_a_number",
    "1_000": "error.reason_not_a_number",
    "0x1F": "error.reason_not_a_number",
    "٣": "error.reason_not_a_number",
    "详见附件": "error.reason_not_a_number",
}


@pytest.mark.parametrize(("cell", "number"), SPELLINGS.items())
def test_every_spelling_is_read(cell, number):
    assert parse_cell(cell) == (pytest.approx(number, abs=1e-12), "")


@pytest.mark.parametrize(("cell", "reason"), UNREADABLE.items())
def test_what_cannot_be_read_says_why(cell, reason):
    number, said = parse_cell(cell)
    assert np.isnan(number)
    assert said == reason


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_decimals_are_the_same_doubles_as_pythons(values):
    numbers, reasons = read_numbers(pd.Series([repr(value) for value in values], dtype="str"))
    assert numbers.tolist() == values
    assert set(reasons) <= {""}


@given(st.lists(st.text(max_size=12)))
def test_any_text_gives_a_finite_number_or_a_reason(cells):
    numbers, reasons = read_numbers(pd.Series(cells, dtype="str"))
    assert (np.isfinite(numbers) == (reasons == "")).all()


def test_a_column_of_several_spellings_keeps_its_order():
    cells = [*SPELLINGS, *UNREADABLE]
    numbers, reasons = read_numbers(pd.Series(cells, dtype="str"))
    for cell, number, reason in zip(cells, numbers, reasons, strict=True):
        expected = (SPELLINGS[cell], "") if cell in SPELLINGS else (np.nan, UNREADABLE[cell])
        assert (pytest.approx(number, nan_ok=True), reason) == expected


def test_typed_and_mixed_columns():
    numbers, reasons = read_numbers(pd.Series([1.5, np.nan, np.inf]))
    assert numbers[0] == 1.5
    assert reasons.tolist() == ["", "error.reason_missing", "error.reason_not_finite"]
    numbers, reasons = read_numbers(pd.Series([113.5, "113°30′", None, pd.NA, np.nan, True], dtype=object))
    assert numbers[:2].tolist() == [113.5, 113.5]
    assert reasons.tolist() == ["", "", *["error.reason_missing"] * 3, "error.reason_not_a_number"]
    assert read_numbers(pd.Series([], dtype=object))[0].size == 0
    assert read_numbers(pd.Series([None, "1"], dtype="str"))[1].tolist() == ["error.reason_missing", ""]
    assert read_numbers(pd.Series([True, False]))[1].tolist() == ["error.reason_not_a_number"] * 2


@pytest.mark.parametrize(
    "cell",
    [
        "113.3,23.1",
        "113.3 23.1",
        "113.3，23.1",
        "113.3、23.1",
        "(113.3, 23.1)",
        "[113.3,23.1]",
        "113.3;23.1",
        "POINT(113.3 23.1)",
        "point z (113.3 23.1 5)",
        "SRID=4326;POINT(113.3 23.1)",
    ],
)
def test_one_cell_that_holds_both(cell):
    first, second = split_pairs(pd.Series([cell]))
    assert (read_numbers(first)[0][0], read_numbers(second)[0][0]) == (113.3, 23.1)


def test_one_cell_in_degrees_and_minutes():
    first, second = split_pairs(pd.Series(["东经113°19′12″，北纬23°4′48″"]))
    assert read_numbers(first)[0][0] == pytest.approx(113.32)
    assert read_numbers(second)[0][0] == pytest.approx(23.08)


def test_what_is_no_pair_is_reported_whole():
    first, second = split_pairs(pd.Series(["新港中路397号", "", None, "1,2,3"], dtype=object))
    assert read_numbers(first)[1].tolist() == [
        "error.reason_not_a_number",
        "error.reason_missing",
        "error.reason_missing",
        "error.reason_not_a_number",
    ]
    assert second[0] == "新港中路397号"
