"""Headers of planners' and operators' tables to the fields of a subject."""

from __future__ import annotations

import pytest

from spatial.errors import MissingColumnError, UsageError
from spatial.export.fields import fields_of
from spatial.importing.columns.mapping import REPORT_WORDS, map_columns
from spatial.importing.columns.profiles import PROFILES
from spatial.importing.model import Subject
from spatial.text import catalogue

OPERATOR = [
    "厂家",
    "地州",
    "区县",
    "gNodeB标识_小区ID",
    "gNodeB标识",
    "基站名称",
    "NR小区名称",
    "小区本地ID",
    "小区ID",
    "物理小区标识",
    "跟踪区域码",
    "频带",
    "方位角",
    "挂高",
    "上行频点",
    "下行频点",
    "SSB绝对信道号",
    "SSB频域位置",
    "上行带宽",
    "下行带宽",
    "子载波间隔(KHz)",
    "根序列",
    "发送和接收模式",
    "入网日期",
    "是否共享",
    "站型",
    "站址编码",
    "站址",
    "塔桅类型",
    "覆盖场景",
    "五高一地一景",
    "详细覆盖场景",
    "BBU SN码",
    "AAU SN码",
    "AAU型号",
    "共站4GCI",
    "基站/楼盘名称",
]
PLANNER = [
    "序号",
    "基站编号",
    "基站名称",
    "运营商",
    "频段",
    "站型",
    "建设方式",
    "是否共享",
    "状态",
    "坐标系",
    "所属街道",
    "所属片区",
    "详细地址",
    "挂高(m)",
    "计划年份",
    "承载杆体编号",
    "备注",
]
POLES = [
    "杆体编号*",
    "杆体类型",
    "杆高(m)",
    "所属道路",
    "道路侧",
    "里程",
    "间距",
    "街道",
    "片区",
    "挂载设备",
    "预留舱位",
    "供电",
    "光纤接入",
    "权属单位",
    "建设单位",
    "建成日期",
    "计划年份",
    "状态",
    "坐标系",
    "备注",
]
PARKS = ["园区编号", "园区名称", "占地面积", "建筑面积", "可租面积", "租金", "招商方向", "地址"]


def found(headers, subject, stated=None):
    return map_columns(headers, subject, stated or {}, name="表.csv")


@pytest.mark.parametrize(
    ("headers", "subject", "unknown"),
    [
        # Two of the operator's columns name the station; the second is kept under its own name.
        (OPERATOR, Subject.BASE_STATIONS, ("基站/楼盘名称",)),
        (PLANNER, Subject.BASE_STATIONS, ()),
        (POLES, Subject.LAMP_POLES, ()),
        (PARKS, Subject.PARKS, ()),
    ],
)
def test_every_column_of_a_known_table_is_a_field(headers, subject, unknown):
    mapping = found(headers, subject)
    assert mapping.unknown == unknown
    assert sorted(mapping.columns.values()) == sorted(set(headers) - set(unknown))
    assert mapping.questions == ()


def test_fields_come_from_the_columns_that_mean_them():
    columns = found(OPERATOR, Subject.BASE_STATIONS).columns
    assert columns["logical_station_id"] == "gNodeB标识"
    assert columns["cell_key"] == "gNodeB标识_小区ID"
    assert columns["physical_site_id"] == "站址编码"
    assert columns["address"] == "站址"
    assert columns["tac"] == "跟踪区域码"
    assert "site_id" not in columns


@pytest.mark.parametrize(
    ("subject", "kind", "required"),
    [
        (Subject.BASE_STATIONS, "base_stations", {"site_id", "name", "operator", "status", "as_of"}),
        (Subject.LAMP_POLES, "lamp_poles", {"site_id", "name", "status", "as_of"}),
        (Subject.ZONES, "zones", {"zone_id", "name_zh", "area_official_km2", "geometry_basis"}),
        (Subject.PARKS, "places", {"place_id", "name_zh", "geometry_basis", "position_accuracy_m"}),
    ],
)
def test_the_codes_of_our_own_packages_come_back(subject, kind, required):
    codes = [field.code for field in fields_of(next(k for k in _kinds() if k == kind)) if field.source]
    assert required <= set(found(codes, subject).columns)


def test_the_candidates_of_a_siting_keep_their_ids_on_the_page():
    headers = ("candidate_id", "lon", "lat")
    assert found(headers, Subject.LAMP_POLES).columns["site_id"] == "candidate_id"


def _kinds():
    from spatial.export.fields import LayerKind

    return list(LayerKind)


def test_a_short_header_of_survey_institutes_is_the_id_of_a_zone():
    assert found(["BH", "MC"], Subject.ZONES).columns == {"zone_id": "BH", "name_zh": "MC"}


def test_an_id_that_the_row_number_stands_in_for_is_not_called_required():
    needs = {state.field: state.need for state in found(["名称"], Subject.ZONES).states}
    assert (needs["zone_id"], needs["name_zh"], needs["population"]) == ("preferred", "required", "optional")


def test_two_columns_of_one_meaning_are_told():
    mapping = found(["编号", "基站编号"], Subject.BASE_STATIONS)
    assert mapping.columns == {"site_id": "基站编号"}
    assert mapping.unknown == ("编号",)
    assert [notice.key for notice in mapping.notices] == ["import.more_columns_for_field"]


def test_the_lowest_of_merged_headers_counts():
    assert found(["基本情况/基站名称"], Subject.BASE_STATIONS).columns == {"name": "基站名称"} | {
        "name": "基本情况/基站名称"
    }


def test_a_statement_goes_before_what_is_found():
    mapping = found(["甲", "基站编号"], Subject.BASE_STATIONS, {"site_id": "甲"})
    assert mapping.columns["site_id"] == "甲"
    assert mapping.unknown == ("基站编号",)
    assert mapping.decisions[0].confidence == 1.0
    emptied = found(["基站编号"], Subject.BASE_STATIONS, {"site_id": ""})
    assert emptied.columns == {}
    assert emptied.decisions == ()


def test_what_is_stated_must_be_there():
    with pytest.raises(UsageError, match="unknown_thing"):
        found(["甲"], Subject.POINTS, {"unknown_thing": "甲"})
    with pytest.raises(MissingColumnError, match="乙"):
        found(["甲"], Subject.POINTS, {"name": "乙"})
    with pytest.raises(UsageError, match="甲"):
        found(["甲"], Subject.POINTS, {"name": "甲", "note": "甲"})


@pytest.mark.parametrize(("subject", "asked"), [(Subject.ZONES, "name_zh"), (Subject.PARKS, "name_zh")])
def test_a_field_without_which_rows_say_nothing_is_asked_for(subject, asked):
    (question,) = found(["甲", "乙"], subject).questions
    assert (question.what, question.why.params["name"]) == ("columns", asked)
    assert [choice.value for choice in question.choices] == ["甲", "乙"]
    assert found(["甲"], subject, {asked: "甲"}).questions == ()


def test_the_columns_of_a_rejected_file_are_no_columns():
    mapping = found(["基站编号", *REPORT_WORDS], Subject.BASE_STATIONS)
    assert mapping.unknown == ()


def test_coordinates_that_are_stated_as_fields_are_left_to_the_place_room():
    assert found(["甲"], Subject.POINTS, {"lon": "东", "lat": "北"}).unknown == ("甲",)


def test_every_field_has_a_label_in_both_languages_and_stands_once():
    for profile in PROFILES.values():
        names = list(profile)
        assert len(names) == len(set(names))
        assert {str(field.label) for field in profile.fields} <= set(catalogue())
        assert profile.field(names[0]).name == names[0]


def test_no_word_means_two_fields_of_one_subject():
    for profile in PROFILES.values():
        words = [(word, field.name) for field in profile.fields for word in field.words]
        twice = {word: name for word, name in words if [other for other, _ in words].count(word) > 1}
        # A pole's id names the row where nothing else does, and else the pole that carries a station.
        assert set(twice) <= {"杆体编号"}, profile.subject
