"""Reading inventories: nothing is swallowed, shifted, swapped or guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.spatial.inventory_tables import notice_keys, read

# --- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("基站编号", "site_id"),
        ("gNodeB标识", "logical_station_id"),
        ("gNodeB ID", "logical_station_id"),
        ("站址编码", "physical_site_id"),
        ("基站名称", "name"),
        ("运营商", "operator"),
        ("频带", "band"),
        ("频段（MHz）", "band"),
        ("Site_Type", "site_type"),
        ("是否共享", "shared"),
        ("位置精度（米）", "position_accuracy_m"),
        ("入网日期", "as_of"),
    ],
)
def test_a_header_is_known_by_its_synonyms(header, column):
    inventory = read(f"{header},Longitude,Latitude\n1,114,23\n")
    assert inventory.columns[column] == header
    assert column in inventory.points


def test_the_librarys_own_name_wins_and_the_rest_is_kept():
    inventory = read("基站编号,site_id,geometry,lon,lat\nA,B,C,114,23\n")
    row = inventory.points.iloc[0]
    assert row["site_id"] == "B"
    assert row["基站编号"] == "A"
    assert row["source_geometry"] == "C"
    assert row["geometry"].x == 114


def test_a_source_column_never_takes_the_name_of_another():
    inventory = read("status,状态,lon,lat\nexisting,规划,114,23\n")
    assert inventory.points.iloc[0]["status"] == "existing"
    assert inventory.points.iloc[0]["状态"] == "规划"


def test_unknown_words_stay_and_are_told():
    inventory = read("站型,状态,是否共享,位置精度,入网日期,lon,lat\n怪站,怪态,怪,-5,45658,114,23\n")
    row = inventory.points.iloc[0]
    assert (row["site_type"], row["status"], row["as_of"]) == ("怪站", "怪态", "45658")
    assert row["shared"] is pd.NA
    assert np.isnan(row["position_accuracy_m"])
    assert sorted(notice_keys(inventory)) == ["inventory.bad_accuracy", *["inventory.unknown_words"] * 4]
    assert any("怪站" in notice.message("zh") for notice in inventory.notices)


def test_many_unknown_words_are_not_all_named():
    rows = "".join(f"怪{n},114,23\n" for n in range(9))
    (notice,) = read("站型,lon,lat\n" + rows).notices
    assert notice.params["n"] == 9
    assert str(notice.params["words"]).endswith("…")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("杆站", "pole"),
        ("微站", "micro"),
        ("宏基站", "macro"),
        ("室内分布", "indoor"),
        ("其他", "other"),
        ("", ""),
    ],
)
def test_site_types_are_translated(word, value):
    assert read(f"站型,lon,lat\n{word},114,23\n").points["site_type"].iloc[0] == value


@pytest.mark.parametrize(
    ("word", "value"), [("已建", "existing"), ("在建", "under_construction"), ("拟建", "planned"), ("", "")]
)
def test_states_are_translated(word, value):
    assert read(f"状态,lon,lat\n{word},114,23\n").points["status"].iloc[0] == value


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2020/12/31", "2020-12-31"),
        ("20201231", "2020-12-31"),
        ("2020年3月", "2020-03"),
        ("２０２０", "2020"),
        ("2020-12-31 08:00:00", "2020-12-31"),
        ("2020-02-31", "2020-02-31"),
        ("", ""),
    ],
)
def test_dates_are_written_one_way(cell, day):
    assert read(f"入网日期,lon,lat\n{cell},114,23\n").points["as_of"].iloc[0] == day


@pytest.mark.parametrize(("cell", "synthetic"), [("true", True), ("是", True), ("false", False), ("", False)])
def test_a_file_that_says_it_is_simulated_is(cell, synthetic):
    assert read(f"synthetic,lon,lat\n{cell},114,23\n").synthetic is synthetic
    assert read("lon,lat\n114,23\n").synthetic is False
