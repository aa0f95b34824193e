"""Totals, units, repeated headers and remarks are reported as what they are, and never become a thing."""

from __future__ import annotations

import pytest

from spatial.importing.model import Subject
from tests.importing.examined import HEADER, look, reasons, table

SITES = [f"J{n},站{n},中国移动,113.3{n}1234,23.07{n}1" for n in range(4)]
PARKS = "序号,园区名称,占地面积,建筑面积（㎡）"
TOTAL, UNITS = "import.reason_total_row", "import.reason_units_row"
AGAIN, REMARK = "import.reason_header_row", "import.reason_remark_row"


@pytest.mark.parametrize(
    "total",
    [
        "合计,4,,113.32,23.07",
        "总　计：,,,113.32,23.07",
        ",总 计：4个,,113.32,23.07",
        ",小计,,113.32,23.07",
        "全区合计（个）,4,,113.32,23.07",
        "Subtotal,,,113.32,23.07",
        ",平均值,,113.32,23.07",
    ],
)
def test_a_total_with_an_average_position_is_no_station(tmp_path, total):
    found = look(table(tmp_path, HEADER, *SITES, total), Subject.BASE_STATIONS, crs="wgs84")
    assert reasons(found) == [(6, TOTAL)]
    assert found.result.n_used == 4


def test_a_subtotal_far_from_the_end_is_found(tmp_path):
    many = [f"J{n},站{n},中国移动,113.3{n:03d}1,23.07{n:03d}" for n in range(60)]
    path = table(tmp_path, HEADER, many[0], "小计,1,,113.31,23.07", *many[1:])
    assert reasons(look(path, Subject.BASE_STATIONS, crs="wgs84")) == [(3, TOTAL)]


@pytest.mark.parametrize("name", ["总计划路站", "合计路", "平均里", "统计局", "注册大厅", "Totals Ltd"])
def test_a_name_that_only_begins_like_a_total_stays(tmp_path, name):
    path = table(tmp_path, HEADER, *SITES, f"J9,{name},中国移动,113.321234,23.0791")
    assert look(path, Subject.BASE_STATIONS, crs="wgs84").result.n_used == 5


def test_a_table_without_coordinates_does_not_make_parks_of_what_stands_around_its_rows(tmp_path):
    path = table(
        tmp_path,
        PARKS,
        ",,亩,（㎡）",
        "1,甲园,12,3000",
        PARKS,
        "2,乙园,15,4000",
        "合计,,27,7000",
        "制表人：张三,,审核人：李四,",
        "注：数据截至六月,,,",
    )
    found = look(path, Subject.PARKS)
    assert reasons(found) == [(2, UNITS), (4, AGAIN), (6, TOTAL), (7, REMARK), (8, REMARK)]
    assert found.result.frame["name_zh"].tolist() == ["甲园", "乙园"]
    firsts = found.result.rejected_source["序号"].tolist()
    assert firsts == [
        "",
        "序号",
        "合计",
        "制表人：张三",
        "注：数据截至六月",
    ]


def test_a_second_header_in_english_is_told_as_one(tmp_path):
    path = table(tmp_path, HEADER, "site_id,name,operator,lon,lat", *SITES)
    assert reasons(look(path, Subject.BASE_STATIONS, crs="wgs84")) == [(2, AGAIN)]


def test_a_row_with_a_remark_among_its_values_stays(tmp_path):
    path = table(tmp_path, "园区名称,备注,占地面积,建筑面积（㎡）", "甲园,注：在建,12,3000", "乙园,,10,10")
    assert look(path, Subject.PARKS).result.n_used == 2
