"""Cells as planners write them to values; what is not understood stays and is told."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.importing.columns.profiles import ValueKind
from spatial.importing.columns.rents import read_rents
from spatial.importing.columns.units import header_unit, measured_number
from spatial.importing.columns.values import as_text, read_cells

KIND = ValueKind


def read(cells, kind, header="列"):
    return read_cells(pd.Series(cells, dtype="str"), kind, header=header)


@pytest.mark.parametrize(
    ("cell", "kind", "header", "value"),
    [
        ("25", KIND.LENGTH_M, "挂高(m)", 25.0),
        ("２５．５米", KIND.LENGTH_M, "挂高", 25.5),
        ("1.2 km", KIND.LENGTH_M, "间距", 1200.0),
        ("350", KIND.LENGTH_M, "高度(cm)", 3.5),
        ("1,200", KIND.AREA_M2, "占地面积(㎡)", 1200.0),
        ("3.5万㎡", KIND.AREA_M2, "占地面积", 35000.0),
        ("2", KIND.AREA_M2, "占地面积（公顷）", 20000.0),
        ("15亩", KIND.AREA_M2, "占地面积(㎡)", 10000.0),
        ("3.5", KIND.AREA_KM2, "面积(平方公里)", 3.5),
        ("350公顷", KIND.AREA_KM2, "面积", 3.5),
        ("52个/km²", KIND.NUMBER, "密度", 52.0),
        ("120°", KIND.NUMBER, "方位角", 120.0),
        ("12.5万人", KIND.PEOPLE, "人口", 125000.0),
        ("1,234,567", KIND.PEOPLE, "人口", 1234567.0),
        ("2025年", KIND.INTEGER, "计划年份", 2025.0),
        ("1e3", KIND.NUMBER, "列", 1000.0),
    ],
)
def test_numbers_with_units_width_and_separators(cell, kind, header, value):
    found = read([cell], kind, header)
    assert found.cells.astype(float).iloc[0] == pytest.approx(value)
    assert found.kept is None


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("约30米", KIND.LENGTH_M),
        ("30英尺", KIND.LENGTH_M),
        ("-3", KIND.LENGTH_M),
        ("inf", KIND.NUMBER),
        ("1,2,3", KIND.NUMBER),
        ("12.5", KIND.INTEGER),
        ("20-30", KIND.AREA_M2),
        ("1e999", KIND.NUMBER),
        ("0x10", KIND.NUMBER),
    ],
)
def test_what_is_no_number_stays_as_text_and_is_told(cell, kind):
    found = read([cell, "", "7"], kind)
    assert found.cells.isna().tolist() == [True, True, False]
    assert found.kept.tolist() == [cell, "", "7"]
    told = next(notice for notice in found.notices if notice.key == "import.numbers_not_read")
    assert told.params["n"] == 1
    assert cell in told.params["words"]


def test_an_area_without_a_unit_is_told():
    assert [notice.key for notice in read(["100"], KIND.AREA_M2, "占地面积").notices] == [
        "import.unit_assumed"
    ]
    assert read(["100"], KIND.AREA_M2, "占地面积(㎡)").notices == []
    assert read(["100亩"], KIND.AREA_M2, "占地面积").notices == []


def test_an_unknown_unit_in_the_header_reads_no_number():
    found = read(["100"], KIND.AREA_M2, "面积(坪)")
    assert found.cells.isna().all()
    assert found.kept.tolist() == ["100"]
    assert read(["100"], KIND.NUMBER, "间隔(KHz或别的)").cells.tolist() == [100.0]


def test_dates_in_the_forms_of_tables():
    cells = ["2020-1-2", "2020年1月", "20200102", "2020", "44197", "2020/1/2 08:00", "去年", "", "2021-02-30"]
    found = read(cells, KIND.DATE)
    assert found.cells.tolist() == [
        "2020-01-02",
        "2020-01",
        "2020-01-02",
        "2020",
        "2021-01-01",
        "2020-01-02",
        "去年",
        "",
        "2021-02-30",
    ]
    assert {notice.key: notice.params.get("n", notice.params.get("count")) for notice in found.notices} == {
        "inventory.unknown_words": 2,
        "import.dates_from_serials": 1,
    }


def test_words_of_kind_state_and_sharing():
    assert read(["宏站", "室分", "怪站", ""], KIND.SITE_TYPE).cells.tolist() == [
        "macro",
        "indoor",
        "怪站",
        "",
    ]
    assert read(["现状", "在建", "规划"], KIND.STATUS).cells.tolist() == [
        "existing",
        "under_construction",
        "planned",
    ]
    flags = read(["是", "否", "", "也许"], KIND.FLAG)
    assert flags.cells.tolist() == [True, False, pd.NA, pd.NA]
    assert flags.kept.tolist() == ["是", "否", "", "也许"]
    assert flags.notices[0].params == {"column": "列", "words": "也许", "n": 1}


def test_how_a_geometry_is_known_comes_back_from_our_own_words():
    cells = ["示意", "由用户放置，示意", "Schematic", "官方数据", "模拟位置", "仅供示意", "某测绘院"]
    found = read(cells, KIND.BASIS)
    known = ["schematic", "placed_by_user", "schematic", "official_supplied", "synthetic", "schematic"]
    assert found.cells.tolist() == [*known, "某测绘院"]


def test_typed_cells_become_the_same_text():
    assert as_text(pd.Series([1.0, 2.5, np.nan])).tolist() == ["1", "2.5", ""]
    assert as_text(pd.Series([True, None], dtype="boolean")).tolist() == ["true", ""]
    assert as_text(pd.Series(["a", None], dtype=object)).tolist() == ["a", ""]
    assert as_text(pd.Series(["a", None], dtype="str")).tolist() == ["a", ""]
    days = pd.Series([dt.datetime(2020, 1, 2), pd.NaT])  # noqa: DTZ001
    assert as_text(days).tolist() == ["2020-01-02", ""]
    times = pd.Series([dt.datetime(2020, 1, 2, 3, 4, 5)])  # noqa: DTZ001
    assert as_text(times).tolist() == ["2020-01-02T03:04:05"]
    assert as_text(pd.Series([[1, 2]], dtype=object)).tolist() == ["[1, 2]"]
    assert read_cells(pd.Series([2025.0, np.nan]), KIND.INTEGER, header="年").cells.tolist() == [2025, pd.NA]


def test_units_of_headers():
    assert header_unit("占地面积（万㎡）") == "万m2"
    assert header_unit("挂高[ m ]") == "m"
    assert header_unit("挂高") is None


@pytest.mark.parametrize(
    ("cell", "header", "value"),
    [
        ("80元/㎡·月", "租金", 80.0),
        ("80", "租金(元/㎡/月)", 80.0),
        ("1,200元/平方米/年", "租金", 100.0),
        ("60-80元/㎡·月", "租金", np.nan),
        ("80", "租金", np.nan),
        ("面议", "租金(元/㎡/月)", np.nan),
    ],
)
def test_rents_are_brought_to_one_unit_or_left(cell, header, value):
    values, notices = read_rents(pd.Series([cell, ""], dtype="str"), header=header)
    assert values.iloc[0] == pytest.approx(value, nan_ok=True)
    assert len(notices) == int(np.isnan(value))


@given(st.lists(st.text(max_size=12), max_size=8), st.sampled_from(list(ValueKind)), st.text(max_size=8))
def test_any_cells_are_read_without_losing_a_row(cells, kind, header):
    given_cells = pd.Series(cells, dtype="str", index=range(3, 3 + len(cells)))
    found = read_cells(given_cells, kind, header=header)
    assert found.cells.index.equals(given_cells.index)
    lost = found.cells.isna().to_numpy() & (given_cells != "").to_numpy()
    if lost.any():
        assert found.kept.tolist() == cells
        assert found.notices


@given(st.floats(min_value=0, max_value=1e9, allow_nan=False))
def test_a_number_that_is_printed_reads_back(number):
    assert measured_number(repr(number), KIND.NUMBER, None) == number
    assert measured_number(f"{number:,.3f}", KIND.NUMBER, None) == pytest.approx(round(number, 3))
