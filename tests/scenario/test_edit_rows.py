"""Rows copied from a spreadsheet: each becomes an edit or is reported."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.chinese_datums import wgs84_to_bd09, wgs84_to_gcj02
from spatial.errors import ScenarioError
from spatial.scenario.edit_rows import edits_of_rows
from spatial.scenario.model import MOST_EDITS, AddStation, MoveStation, RemoveStation

HERE = (113.3602, 23.0981)
ADDED = AddStation(site_id="P-1", lon=HERE[0], lat=HERE[1], site_type="pole", operator="甲", year=2027)
HEADED = """纬度,经度,编号,操作,规划年份,运营商,站型
23.0981,113.3602,P-1,,2027.0,甲,灯杆站
23.0981,113.3602,A1,迁移
,,A2,拆除"""
EDITS = (ADDED, MoveStation(site_id="A1", lon=HERE[0], lat=HERE[1]), RemoveStation(site_id="A2"))


@pytest.mark.parametrize(
    "words",
    [
        "新增\tP-1\t113.3602\t23.0981\t杆站\t甲\t2027\n移动\tA1\t113.3602\t23.0981\n移除\tA2",
        "add,P-1,113.3602,23.0981,pole,甲,2027年\n\nmove,A1,113.3602,23.0981\nremove,A2\n",
        HEADED,
    ],
)
def test_rows_with_and_without_heads(words):
    found = edits_of_rows(words, crs="wgs84")
    assert found.edits == EDITS
    assert (found.n_in, found.rejected) == (3, ())


@pytest.mark.parametrize(("crs", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_positions_of_web_maps_are_carried_back(crs, shift):
    lon, lat = shift([HERE[0]], [HERE[1]])
    found = edits_of_rows(f"移动\tA1\t{lon[0]:.9f}\t{lat[0]:.9f}", crs=crs)
    assert found.edits == EDITS[1:2]


def test_a_table_of_places_alone_adds_stations_with_ids_of_their_own():
    found = edits_of_rows("经度,纬度\n113.3,23.1\n113.4,23.1\n", crs="wgs84", taken={"NEW-1"})
    assert [each.site_id for each in found.edits] == ["NEW-2", "NEW-3"]


def test_a_row_that_is_no_edit_is_reported_by_its_number_and_the_others_are_kept():
    rows = (
            "飞走\tA1\t113.3\t23.1", "移除\t", "移动\tA1\t113,3\t23.1", "移动\tA1\t913\t23.1", "移动\tA1",
            "新增\tB\t113.3\t23.1\t铁塔", "新增\tB\t113.3\t23.1\t\t\t明年", "新增\tB\t113.3\t23.1\t\t\t1800",
            "移除\tA1",
    )  # fmt: skip
    found = edits_of_rows("\n".join(rows), crs="wgs84")
    assert found.edits == (RemoveStation(site_id="A1"),)
    assert [(each.row, each.reason.key.partition(".")[2]) for each in found.rejected] == [
        (1, "bad_kind"), (2, "empty_words"), (3, "bad_position"), (4, "bad_position"), (5, "bad_position"),
        (6, "bad_site_type"), (7, "bad_year"), (8, "bad_year"),
    ]  # fmt: skip
    assert found.rejected[0].message("zh").startswith("第 1 行")
    assert found.rejected[0].message("en").startswith("Row 1")
    assert edits_of_rows("移除,A1\n" + "甲" * 200_000, crs="wgs84").rejected[0].row == 2
    assert edits_of_rows(" \n\t\n,,\n", crs="wgs84").n_in == 0


def test_more_rows_than_a_scenario_holds():
    with pytest.raises(ScenarioError):
        edits_of_rows("移除\tA\n" * (MOST_EDITS + 1), crs="wgs84")


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("移除新增动\t\n,\"';A1.32e+-nainf\u202e\x00 经度纬编号操作"), max_size=120
    )
)
def test_every_row_is_an_edit_or_is_reported(words):
    found = edits_of_rows(words, crs="gcj02")
    assert found.n_in == len(found.edits) + len(found.rejected)
    assert all(each.message(lang) for each in found.rejected for lang in ("zh", "en"))
