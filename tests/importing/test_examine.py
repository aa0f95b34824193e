"""One file from its bytes to the frame that confirming would bring."""

from __future__ import annotations

import hashlib
import json

import pytest
import shapely

from spatial.errors import UnsupportedFormatError
from spatial.importing.build.inventory import inventory_of
from spatial.importing.build.report import report_dict
from spatial.importing.model import REJECTED_COLUMNS, ImportResult
from spatial.selection import lists_cells
from spatial.text import catalogue
from tests.importing.examined import HEADER, box, collection, look, reasons, table, warned


def test_a_clean_table_of_stations(tmp_path):
    path = table(tmp_path, HEADER, "A1,甲站,移动,113.30,23.10123", "A2,乙站,电信,113.31,23.11123")
    stages = []
    from spatial.importing.examine import examine
    from spatial.importing.model import ImportSettings, Subject
    from spatial.limits import DEFAULT_LIMITS

    found = examine(
        path,
        name="基站.csv",
        settings=ImportSettings(subject=Subject.BASE_STATIONS, crs="wgs84"),
        limits=DEFAULT_LIMITS,
        progress=lambda stage, share: stages.append((stage, share)),
    )
    assert found.questions == ()
    assert (found.name, found.kind) == ("基站.csv", "CSV")
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.headers == tuple(HEADER.split(","))
    assert found.sample[1] == ("A2", "乙站", "电信", "113.31", "23.11123")
    assert {state.field: state.column for state in found.fields if state.column} == {
        "lon": "经度",
        "lat": "纬度",
        "site_id": "基站编号",
        "name": "基站名称",
        "operator": "运营商",
    }
    frame = found.result.frame
    assert frame.crs == "EPSG:4490"
    assert list(frame.index) == [2, 3]
    assert list(frame.columns) == ["site_id", "name", "operator", "geometry"]
    assert frame.geometry.iloc[1].equals(shapely.Point(113.31, 23.11123))
    assert found.preview.parts.tolist() == [2, 3]
    assert {stage for stage, _ in stages} <= set(catalogue())
    shares = [share for _, share in stages]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert report_dict(found.result)["n_in"] == 2


def test_a_table_without_a_stated_datum_is_a_question_with_a_preview(tmp_path):
    found = look(table(tmp_path, HEADER, "A1,甲,移动,113.301,23.101"), "base_stations")
    assert found.result is None
    assert [(question.what, question.flag) for question in found.questions] == [("crs", "--points-crs")]
    assert len(found.preview.lon) == 1
    assert found.sample[0][0] == "A1"


def test_each_row_is_used_or_reported_with_its_first_fault(tmp_path):
    path = table(
        tmp_path,
        HEADER,
        "A1,甲,移动,113.3012,23.1012",
        "A2,乙,移动,,23.1012",
        "A3,丙,移动,113.3012,北",
        "A4,丁,移动,0,0",
        "A5,戊,移动",
    )
    found = look(path, "base_stations", crs="wgs84")
    assert reasons(found) == [
        (3, "error.reason_missing"),
        (4, "error.reason_not_a_number"),
        (5, "error.reason_zero"),
        (6, "table.reason_ragged" if "table.reason_ragged" in catalogue() else "error.reason_ragged"),
    ]
    result = found.result
    assert (result.n_in, result.n_used, result.n_reported) == (5, 1, 4)
    assert found.details["reasons"] == {key: 1 for _, key in reasons(found)}
    assert len(result.rejected_source) == 4


def test_an_unknown_format_is_refused_by_name(tmp_path):
    path = tmp_path / "图.pdf"
    path.write_bytes(b"%PDF-1.7 something")
    with pytest.raises(UnsupportedFormatError, match="PDF"):
        look(path, "features")


def test_several_layers_are_a_question(tmp_path):
    import geopandas as gpd

    path = tmp_path / "多层.gpkg"
    for layer in ("甲", "乙"):
        gpd.GeoDataFrame({"name": [layer]}, geometry=[box(113.3, 23.1)], crs="EPSG:4326").to_file(
            path, layer=layer, engine="pyogrio"
        )
    found = look(path, "zones")
    assert found.questions[0].what == "layer"
    assert {layer.name for layer in found.layers} == {"甲", "乙"}
    chosen = look(path, "zones", layer="乙")
    assert chosen.result.frame["name_zh"].tolist() == ["乙"]


# --- reference systems row by row --------------------------------------------------------------


def test_a_column_of_systems_settles_the_datum(tmp_path):
    found = look(table(tmp_path, HEADER + ",坐标系", "A1,甲,移动,113.301,23.101,国家2000"), "base_stations")
    assert found.result.crs == "cgcs2000"
    assert found.result.frame["source_datum"].tolist() == ["国家2000"]


def test_rows_in_another_system_are_never_mixed_in(tmp_path):
    path = table(
        tmp_path,
        HEADER + ",坐标系",
        "A1,甲,移动,113.3012,23.1012,WGS-84",
        "A2,乙,移动,113.3112,23.1112,高德",
        "A3,丙,移动,113.3212,23.1112,",
    )
    asked = look(path, "base_stations")
    assert asked.result is None
    assert [choice.value for choice in asked.questions[0].choices] == ["wgs84", "gcj02"]
    found = look(path, "base_stations", crs="wgs84")
    assert reasons(found) == [(3, "import.reason_other_system")]
    assert found.result.frame["site_id"].tolist() == ["A1", "A3"]
    unheeded = look(path, "base_stations", crs="wgs84", columns={"datum": ""})
    assert reasons(unheeded) == []


# --- stations ------------------------------------------------------------------------------------


def cell_table(tmp_path):
    return table(
        tmp_path,
        "gNodeB标识,小区ID,基站名称,运营商,频带,方位角,挂高,状态,经度,纬度,自定义",
        "100,1,甲,移动,n41,0,30,现状,113.3001,23.1001,a",
        "100,2,甲,移动,n41,120,30,现状,113.3001,23.1001,b",
        "100,3,甲,移动,n79,240,31,现状,113.3001,23.1001,b",
        "200,1,乙,移动,n41,0,20,现状,113.3101,23.1101,c",
        "200,2,乙,移动,n41,120,20,规划,113.3151,23.1101,c",
        "300,1,丙,移动,n41,0,20,现状,113.3201,23.1101,d",
    )


def test_a_table_of_cells_becomes_stations(tmp_path):
    found = look(cell_table(tmp_path), "base_stations", crs="wgs84")
    result, frame = found.result, found.result.frame
    assert (result.n_in, result.n_used, result.n_features_out) == (6, 6, 3)
    assert frame["site_id"].tolist() == ["100", "200", "300"]
    assert frame["cell_count"].tolist() == [3, 2, 1]
    assert frame["band"].tolist() == ["n41;n79", "n41", "n41"]
    assert frame["cell_id"].tolist() == ["1;2;3", "1;2", "1"]
    assert frame["azimuth_deg"].tolist() == ["0;120;240", "0;120", "0"]
    assert frame["自定义"].tolist() == ["a;b", "c", "d"]
    assert frame["height_m"].tolist() == [30.0, 20.0, 20.0]
    said = warned(found)
    assert said["import.cells_collapsed"] == {"rows": 6, "stations": 3}
    assert said["import.stations_contradict"]["columns"] == ["status", "height_m"]
    assert said["import.stations_apart"] == {"n": 1, "ids": ["200"]}
    assert not lists_cells(frame)


def test_cells_are_kept_where_the_planner_says_so(tmp_path):
    found = look(cell_table(tmp_path), "base_stations", crs="wgs84", cells="keep")
    assert found.result.n_features_out == 6
    assert warned(found)["import.cells_kept"] == {"rows": 6, "stations": 3}


def test_the_same_station_of_two_operators_stays_two(tmp_path):
    lines = [f"100,{operator},113.3001,23.1001" for operator in ("移动", "移动", "电信", "电信")]
    found = look(table(tmp_path, "gNodeB标识,运营商,经度,纬度", *lines), "base_stations", crs="wgs84")
    assert found.result.frame["operator"].tolist() == ["移动", "电信"]


def test_rows_that_name_no_station_stay_one_each(tmp_path):
    lines = ["100,113.3001,23.1001", "100,113.3001,23.1001", ",113.3201,23.1001", ",113.3301,23.1001"]
    found = look(table(tmp_path, "gNodeB标识,经度,纬度", *lines), "base_stations", crs="wgs84")
    assert found.result.frame["site_id"].tolist() == ["100", "4", "5"]
    assert warned(found)["import.ids_from_row"] == {"n": 2}


def test_repeated_ids_and_places_are_kept_and_told(tmp_path):
    lines = ["A,113.3001,23.1001", "A,113.3101,23.1001", "B,113.3001,23.1001", "C,113.320100,23.1001"]
    path = table(tmp_path, "编号,经度,纬度", *lines, "D,113.320101,23.1001")
    found = look(path, "points", crs="wgs84")
    assert found.result.n_features_out == 5
    assert warned(found)["import.repeated_ids"] == {"n": 1, "ids": ["A"]}
    assert warned(found)["import.repeated_places"] == {"exact": 1, "near": 1, "ids": ["B", "D"]}


def test_rows_outside_the_district_are_kept_and_told(tmp_path):
    path = table(tmp_path, "编号,经度,纬度", "A,113.3301,23.0901", "B,116.3001,39.9001")
    found = look(path, "points", crs="wgs84", pack="haizhu")
    assert warned(found)["import.outside_district"] == {"n": 1, "share": 50.0, "ids": ["B"]}
    assert "import.outside_district" not in warned(look(path, "points", crs="wgs84"))


def test_an_inventory_of_a_result(tmp_path):
    path = table(tmp_path, HEADER + ",是否模拟", "A1,甲,移动,113.3012,23.1012,是", "A2,乙,移动,,23,否")
    inventory = inventory_of(look(path, "base_stations", crs="wgs84").result)
    assert (inventory.n_in, inventory.n_used, inventory.n_reported) == (2, 1, 1)
    assert inventory.synthetic
    assert inventory.points["site_id"].tolist() == ["A1"]


def test_points_of_a_vector_layer(tmp_path):
    path = collection(
        tmp_path,
        (shapely.Point(113.3012, 23.1012, 5.0), {"编号": "A"}),
        (shapely.MultiPoint([(113.3112, 23.1012)]), {"编号": "B"}),
        (shapely.MultiPoint([(113.3112, 23.1012), (113.32, 23.1)]), {"编号": "C"}),
        (box(113.3, 23.1), {"编号": "D"}),
        (None, {"编号": "E"}),
    )
    found = look(path, "lamp_poles")
    assert found.result.frame.geom_type.tolist() == ["Point", "Point"]
    assert [key for _, key in reasons(found)] == [
        "import.reason_several_points",
        "error.reason_not_a_point",
        "import.reason_no_geometry",
    ]


# --- the count, and names ---------------------------------------------------------------------------


def test_a_lost_row_is_a_fault_of_the_library(tmp_path):
    result = look(table(tmp_path, HEADER, "A1,甲,移动,113.3012,23.1012"), "base_stations", crs="wgs84").result
    given = {name: getattr(result, name) for name in ImportResult.__dataclass_fields__}
    with pytest.raises(RuntimeError, match="2 rows in"):
        ImportResult(**{**given, "n_in": 2})
    twice = result.rejected.reindex([0, 1]).assign(row=7).set_axis(range(2))[list(REJECTED_COLUMNS)]
    with pytest.raises(RuntimeError):
        ImportResult(**{**given, "n_in": 3, "rejected": twice})


def test_unknown_columns_are_kept_under_names_that_are_free(tmp_path):
    path = table(tmp_path, "编号,name,Name,geometry,经度,纬度", "A,甲,乙,丙,113.3012,23.1012")
    frame = look(path, "points", crs="wgs84").result.frame
    assert list(frame.columns) == ["site_id", "name", "source_Name", "source_geometry", "geometry"]


def test_the_report_is_plain_json(tmp_path):
    result = look(cell_table(tmp_path), "base_stations", crs="wgs84").result
    report = json.loads(json.dumps(report_dict(result), allow_nan=False))
    assert {"n_in", "n_used", "n_reported", "n_features_out"} <= set(report)
    assert set(report["decisions"][0]) == {"what", "chosen", "why", "confidence"}
    assert set(report["warnings"][0]) == {"key", "params", "zh", "en"}


def test_a_workbook_comes_in_like_a_table(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["基站清单"])
    sheet.append(["基站编号", "基站名称", "经度", "纬度", "入网日期", "挂高(m)"])
    sheet.append(["007", "甲", 113.3012, 23.1012, 44197, 25])
    sheet.append(["008", "乙", None, 23.1012, "2020年3月", "三十"])
    book.save(tmp_path / "站.xlsx")
    found = look(tmp_path / "站.xlsx", "base_stations", crs="wgs84")
    assert found.result.frame["site_id"].tolist() == ["007"]
    assert found.result.frame["as_of"].tolist() == ["2021-01-01"]
    assert reasons(found) == [(4, "error.reason_missing")]


def test_where_points_and_lines_are_shown_is_bounded(tmp_path):
    lines = [f"{at},{113.2 + at / 1e5:.5f},23.1{at % 10}" for at in range(3000)]
    shown = look(table(tmp_path, "编号,经度,纬度", *lines), "points", crs="wgs84").preview
    assert len(shown.lon) == 2000
    assert (shown.parts[0], shown.parts[-1]) == (2, 3001)
    circle = shapely.Point(113.3, 23.1).buffer(0.01, quad_segs=900)
    outline = look(collection(tmp_path, (circle, {"name": "甲"})), "zones", crs="wgs84").preview
    assert outline.kind == "lines"
    assert len(outline.lon) == 2000
    assert set(outline.parts) == {0}


def test_a_shared_station_is_one_whatever_its_operator(tmp_path):
    lines = [f"100,{operator},是,113.3001,23.1001" for operator in ("移动", "广电")]
    found = look(
        table(tmp_path, "gNodeB标识,运营商,是否共享,经度,纬度", *lines), "base_stations", crs="wgs84"
    )
    assert found.result.frame["operator"].tolist() == ["移动"]
    assert found.result.frame["cell_count"].tolist() == [2]


def test_coordinates_may_be_stated_like_fields(tmp_path):
    path = table(tmp_path, "编号,甲,乙", "A,113.3012,23.1012")
    found = look(path, "points", crs="wgs84", columns={"lon": "甲", "lat": "乙"})
    assert found.result.columns == {"site_id": "编号", "lon": "甲", "lat": "乙"}


@pytest.mark.parametrize(
    ("encoding", "chosen", "least"),
    [("utf-8", "utf-8", 0.95), ("gb18030", "gb18030", 0.5), ("utf-16", "utf-16", 1.0)],
)
def test_the_encoding_is_a_decision_with_its_reason(tmp_path, encoding, chosen, least):
    path = tmp_path / "站点.csv"
    path.write_text(f"{HEADER}\nA1,一号站,中国移动,113.32123,23.08123\n", encoding=encoding)
    found = look(path, "points", crs="wgs84")
    decision = next(each for each in found.decisions if each.what == "encoding")
    assert decision.chosen == chosen
    assert decision.confidence >= least
    assert {"utf-8", "gb18030", "big5"} <= {choice.value for choice in decision.choices}
    assert decision in found.result.decisions
