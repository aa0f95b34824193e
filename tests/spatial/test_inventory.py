"""Reading inventories: nothing is swallowed, shifted, swapped or guessed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyproj import CRS

from spatial import errors
from spatial.coordinates import in_area_of_use, judge_positions
from spatial.inventory import read_inventory
from spatial.limits import Limits

DATA = Path(__file__).parent.parent / "data"


def read(text: str, *, name: str = "t.csv", crs: str | None = "wgs84", **options):
    return read_inventory(text.encode(), name=name, crs=crs, **options)


def reasons(inventory) -> list[tuple[int, str, str, str]]:
    return [tuple(row) for row in inventory.rejected.itertuples(index=False)]


def notice_keys(inventory) -> list[str]:
    return [notice.key for notice in inventory.notices]


def geojson(*features: object, **members: object) -> str:
    return json.dumps({"type": "FeatureCollection", **members, "features": features})


def point(position: object, **properties: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": position},
        "properties": properties,
    }


# --- the same table in every dress -----------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "utf8.csv",
        "utf8_byte_order_mark.csv",
        "gb18030.csv",
        "utf16.csv",
        "utf16_without_mark.csv",
        "windows_line_ends.csv",
        "semicolon.csv",
        "tab.tsv",
        "chinese_comma.txt",
        "title_above_header.csv",
        "trailing_delimiter.csv",
    ],
)
def test_the_same_table_in_every_encoding_and_delimiter(name):
    inventory = read_inventory((DATA / "valid" / name).read_bytes(), name=name, crs="wgs84")
    points = inventory.points
    assert (inventory.n_in, inventory.n_used, inventory.n_reported) == (2, 2, 0)
    assert list(points["site_id"]) == ["007", "NA"]
    assert list(points["name"]) == ["甲站", "乙站"]
    assert list(points["operator"]) == ["中国移动", "中国电信"]
    assert list(points["site_type"]) == ["macro", "indoor"]
    assert list(points["status"]) == ["existing", "planned"]
    assert list(points["shared"]) == [True, False]
    assert points["position_accuracy_m"].iloc[0] == 10.0
    assert np.isnan(points["position_accuracy_m"].iloc[1])
    assert list(points["as_of"]) == ["2020-12-31", "2021-06"]
    assert list(points.geometry.x) == [114.005, 114.015]
    assert list(points.geometry.y) == [23.005, 23.005]
    assert points.crs == "EPSG:4490"
    assert inventory.columns["lon"] == "经度"
    assert inventory.columns["position_accuracy_m"] == "位置精度(m)"
    assert inventory.row_unit == "line"


def test_the_encoding_is_told_when_it_is_not_utf8():
    data = (DATA / "valid" / "gb18030.csv").read_bytes()
    inventory = read_inventory(data, name="a.csv", crs="wgs84")
    assert inventory.encoding == "gb18030"
    assert "inventory.encoding" in notice_keys(inventory)
    assert "inventory.encoding" not in notice_keys(read("lon,lat\n1,2\n"))


def test_a_stated_encoding_is_used_and_an_unknown_one_refused():
    data = "名,lon,lat\n臺,114,23\n".encode("big5")
    assert read_inventory(data, name="a.csv", crs="wgs84", encoding="BIG5").points["名"].iloc[0] == "臺"
    with pytest.raises(errors.UsageError, match="latin-1"):
        read_inventory(data, name="a.csv", crs="wgs84", encoding="latin-1")
    with pytest.raises(errors.UnreadableFileError):
        read_inventory(data, name="a.csv", crs="wgs84", encoding="utf-8")


def test_utf16_big_endian_without_a_mark_is_found():
    data = "id,lon,lat\n1,114.005,23.005\n".encode("utf-16-be")
    assert read_inventory(data, name="a.csv", crs="wgs84").encoding == "utf-16-be"


# --- files that are refused ------------------------------------------------------------------

REFUSED = {
    "empty.csv": "error.empty_file",
    "blank_lines_only.csv": "error.empty_file",
    "delimiters_only.csv": "error.empty_file",
    "header_only.csv": "error.header_only",
    "duplicate_column_names.csv": "error.duplicate_columns",
    "no_coordinate_columns.csv": "error.missing_coordinates",
    "two_coordinate_pairs.csv": "error.rival_coordinates",
    "unclosed_quote.csv": "error.broken_quotes",
    "swapped_lon_lat.csv": "error.misread_swapped",
    "metres_as_degrees.csv": "error.misread_metres",
    "workbook_named.csv": "error.foreign_zip",
    "old_workbook_named.csv": "error.foreign_workbook",
    "shapefile_named.csv": "error.foreign_shapefile",
    "database_named.csv": "error.foreign_gpkg",
    "pdf_named.csv": "error.foreign_other",
    "gzip_named.csv": "error.foreign_archive",
    "page_named.csv": "error.foreign_markup",
    "vector_definition_named.csv": "error.foreign_markup",
    "random_bytes.csv": "error.not_text",
    "json_named.csv": "error.foreign_json",
    "unknown_suffix.xlsb": "error.unknown_suffix",
    "not_json.geojson": "error.not_json",
    "table_named.geojson": "error.not_json",
    "vector_definition_named.geojson": "error.foreign_markup",
    "nan_coordinate.geojson": "error.json_constant",
    "repeated_key.geojson": "error.json_repeated_key",
    "long_number.geojson": "error.json_number",
    "deep_nesting.geojson": "error.limit_json_depth",
    "bottomless_nesting.geojson": "error.limit_json_depth",
    "array_at_the_top.geojson": "error.not_geojson",
    "topojson.geojson": "error.not_geojson",
    "esri.geojson": "error.not_geojson",
    "streamed_algorithm.geojson": "error.not_geojson",
    "untyped.geojson": "error.not_geojson",
    "features_no_list.geojson": "error.geojson_without_features",
    "no_features.geojson": "error.geojson_without_features",
    "feature_is_a_number.geojson": "error.geojson_not_a_feature",
    "properties_are_a_list.geojson": "error.geojson_not_a_feature",
    "crs_link.geojson": "error.geojson_crs_link",
    "crs_url.geojson": "error.geojson_crs_link",
    "crs_is_text.geojson": "error.geojson_crs_link",
    "crs_unknown_name.geojson": "error.geojson_crs_name",
    "crs_unknown_code.geojson": "verdict.unknown_crs",
    "crs_null.geojson": "error.geojson_crs_null",
}


def test_every_invalid_fixture_has_its_error():
    assert {path.name for path in (DATA / "invalid").iterdir()} == set(REFUSED)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_faulty_file_is_refused_by_name_in_both_languages(name):
    crs = None if name.endswith(".geojson") else "wgs84"
    with pytest.raises(errors.InputError) as caught:
        read_inventory((DATA / "invalid" / name).read_bytes(), name=name, crs=crs)
    assert caught.value.key == REFUSED[name]
    assert caught.value.exit_code == 3
    for lang in ("zh", "en"):
        words = caught.value.message(lang)
        assert "\n" not in words
        assert "{" not in words.replace("{}", "")


def test_a_table_without_a_reference_system_is_an_error():
    with pytest.raises(errors.MissingCrsError):
        read("lon,lat\n114,23\n", crs=None)
    with pytest.raises(errors.UnknownCrsError):
        read("lon,lat\n114,23\n", crs="beijing54")


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("upload_bytes", "lon,lat\n114,23\n114,23\n"),
        ("rows", "lon,lat\n" + "114,23\n" * 8),
        ("rows", "lon,lat\n" + "114,23\n" * 400),
        ("rows", "lon,lat\n" + ",\n" * 8),
        ("columns", "lon,lat,a,b,c,d,e,f\n114,23,,,,,,\n"),
        ("cell_characters", "lon,lat,a\n114,23," + "x" * 30 + "\n"),
    ],
)
def test_a_table_above_a_limit_is_refused(limit, text):
    small = {"upload_bytes": 20, "rows": 7, "columns": 7, "cell_characters": 20}
    with pytest.raises(errors.LimitExceededError) as caught:
        read(text, limits=Limits(**{limit: small[limit]}))
    assert caught.value.key == f"error.limit_{limit}"


def test_a_cell_beyond_the_parser_is_refused_as_a_limit():
    with pytest.raises(errors.LimitExceededError):
        read("lon,lat,a\n114,23," + "x" * 200_000 + "\n", limits=Limits(cell_characters=10**6))


@pytest.mark.parametrize(
    ("limit", "value"),
    [("features", 1), ("columns", 1), ("cell_characters", 3), ("json_containers", 5), ("json_depth", 3)],
)
def test_a_geojson_above_a_limit_is_refused(limit, value):
    text = geojson(point([114, 23], a="long", b=1), point([114, 23]))
    with pytest.raises(errors.LimitExceededError) as caught:
        read(text, name="a.geojson", crs=None, limits=Limits(**{limit: value}))
    assert caught.value.key == f"error.limit_{limit}"


# --- rows that are reported ------------------------------------------------------------------


def test_each_unusable_row_is_reported_with_line_field_value_and_reason():
    text = (
        "id,lon,lat\n"
        "ok,114,23\n"
        "no lon,,23\n"
        "word,114,north\n"
        "not finite,inf,23\n"
        "too large,1e999,23\n"
        'comma,"113,37",23\n'
        "degree sign,113.37°,23\n"
        "far,114,95\n"
        "swapped,23,114\n"
        "origin,0,0\n"
        "short,114\n"
        "long,114,23,surplus\n"
    )
    inventory = read(text)
    assert reasons(inventory) == [
        (3, "lon", "", "error.reason_missing"),
        (4, "lat", "north", "error.reason_not_a_number"),
        (5, "lon", "inf", "error.reason_not_finite"),
        (6, "lon", "1e999", "error.reason_not_finite"),
        (7, "lon", "113,37", "error.reason_not_a_number"),
        (8, "lon", "113.37°", "error.reason_sexagesimal"),
        (9, "lon, lat", "114.0, 95.0", "error.reason_out_of_range"),
        (10, "lon, lat", "23.0, 114.0", "error.reason_swapped"),
        (11, "lon, lat", "0.0, 0.0", "error.reason_zero"),
        (12, "", "2 ≠ 3", "error.reason_ragged"),
        (13, "", "4 ≠ 3", "error.reason_ragged"),
    ]
    assert (inventory.n_in, inventory.n_used, inventory.n_reported) == (12, 1, 11)
    assert list(inventory.points.index) == [2]


@pytest.mark.parametrize("cell", ["113°19′12″", "113度19分12秒", "113 º 19", "113'19"])
def test_degrees_and_minutes_are_told_apart_from_other_words(cell):
    assert reasons(read(f"lat,lon\n23,{cell}\n"))[0][3] == "error.reason_sexagesimal"


def test_a_position_off_the_globe_is_out_of_range():
    inventory = read("lon,lat\n114,23\n114,23\n170,-95\n190,23\n")
    assert [(row[0], row[3]) for row in reasons(inventory)] == [
        (4, "error.reason_out_of_range"),
        (5, "error.reason_out_of_range"),
    ]


def test_a_quoted_line_end_keeps_the_line_numbers_true():
    inventory = read('id,lon,lat\n"two\nlines",114,23\nbad,x,23\n')
    assert list(inventory.points.index) == [2]
    assert inventory.points["site_id"].iloc[0] == "two\nlines"
    assert reasons(inventory)[0][0] == 4


def test_no_usable_row_is_an_empty_inventory_not_an_error():
    inventory = read("id,lon,lat,站型\na,x,y,宏站\n")
    assert (inventory.n_in, inventory.n_used, inventory.n_reported) == (1, 0, 1)
    assert inventory.points.empty
    assert inventory.points.crs == "EPSG:4490"


CELLS = st.one_of(
    st.sampled_from(["", "114.0", "23.0", "NaN", "-inf", "0", "1e400", "１１３.５", "x", "113,5", "95"]),
    st.floats(-200, 200).map(repr),
    st.text(alphabet='ab,"\n;\t，0.5 是', max_size=6),
)


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=25),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
@example(rows=[["114", "23", "a"]], delimiter=",", encoding="utf-8")
def test_every_row_is_used_or_reported(rows, delimiter, encoding):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["lon", "lat", "备注"])
    writer.writerows(rows)
    try:
        inventory = read_inventory(stream.getvalue().encode(encoding), name="a.csv", crs="wgs84")
    except errors.GeometryError as refused:
        assert refused.key.startswith("error.misread")  # noqa: PT017 - most files are not refused
        return
    except errors.UnreadableFileError as refused:
        assert refused.key == "error.header_only"  # noqa: PT017 - as above
        assert not any(cell.strip() for row in rows for cell in row)
        return
    n_rows = sum(any(cell.strip() for cell in row) for row in rows)
    assert inventory.n_in == n_rows
    assert inventory.n_in == inventory.n_used + inventory.n_reported
    assert inventory.n_used == len(inventory.points)
    assert inventory.n_reported == len(inventory.rejected)
    places = [*inventory.points.index, *inventory.rejected["row"]]
    assert len(set(places)) == len(places)
    assert inventory.points.geometry.notna().all()


# --- reference systems -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crs", "x", "y"),
    [
        ("wgs84", 113.32, 23.08),
        ("cgcs2000", 113.32, 23.08),
        ("EPSG:4490", 113.32, 23.08),
        ("gcj02", 113.32541019, 23.07737859),
        ("bd09", 113.33197834, 23.08313678),
        ("EPSG:4547", 430324.6867, 2553559.2328),
        ("EPSG:4526", 38430324.6867, 2553559.2328),
        ("EPSG:3857", 12614724.697, 2641696.156),
    ],
)
def test_a_position_is_the_same_in_every_stated_system(crs, x, y):
    inventory = read(f"x,y\n{x},{y}\n", crs=crs)
    (place,) = inventory.points.geometry
    assert abs(place.x - 113.32) < 2e-8
    assert abs(place.y - 23.08) < 2e-8
    assert inventory.crs == crs


@pytest.mark.parametrize(
    ("crs", "row", "key"),
    [
        ("wgs84", "23.08,113.32", "error.misread_swapped"),
        ("gcj02", "23.08,113.32", "error.misread_swapped"),
        ("EPSG:4490", "40.0,80.0", "error.misread_swapped"),
        ("EPSG:4547", "2553559,430324", "error.misread_swapped"),
        ("EPSG:4547", "38430324,2553559", "error.misread_zone_prefix"),
        ("EPSG:4547", "20430324,2553559", "error.misread_zone_prefix"),
        ("EPSG:4547", "113.32,23.08", "error.misread_degrees"),
        ("wgs84", "430324,2553559", "error.misread_metres"),
    ],
)
def test_a_misread_file_is_refused_with_a_hint_and_never_swapped(crs, row, key):
    with pytest.raises(errors.GeometryError) as caught:
        read(f"x,y\n{row}\n{row}\n0,0\n", crs=crs)
    assert caught.value.key == key
    assert "2" in caught.value.message("en")
    if key == "error.misread_zone_prefix":
        assert ("EPSG:4526" if row.startswith("38") else "EPSG:4498") in caught.value.message("zh")


def test_the_hint_to_exchange_columns_leads_to_the_right_positions():
    text = "x,y\n2553559,430324\n"
    assert len(read(text, crs="EPSG:4547", x="y", y="x").points) == 1


def test_a_position_far_from_the_area_of_the_system_is_reported():
    inventory = read("x,y\n430324,2553559\n430324,2553559\n-5000000,2553559\n", crs="EPSG:4547")
    assert [row[3] for row in reasons(inventory)] == ["error.reason_outside_crs"]


def test_a_grid_reads_its_own_columns_before_degrees():
    text = "经度,纬度,X,Y\n113.32,23.08,430324.6867,2553559.2328\n"
    assert abs(read(text, crs="EPSG:4547").points.geometry.x.iloc[0] - 113.32) < 1e-7
    assert read(text, crs="wgs84").points.geometry.x.iloc[0] == 113.32


def test_stated_columns_are_used_or_missed_by_name():
    text = "a,b,lon,lat\n113.5,23.5,1,2\n"
    assert read(text, x="a", y="b").points.geometry.x.iloc[0] == 113.5
    with pytest.raises(errors.MissingColumnError, match="c"):
        read(text, x="c", y="b")


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


# --- GeoJSON ---------------------------------------------------------------------------------


def test_geojson_without_a_system_is_wgs84_and_says_so():
    data = (DATA / "valid" / "points.geojson").read_bytes()
    inventory = read_inventory(data, name="p.geojson", crs=None)
    assert inventory.crs == "wgs84"
    assert notice_keys(inventory) == ["inventory.geojson_wgs84"]
    assert list(inventory.points["site_type"]) == ["macro", "indoor"]
    assert list(inventory.points.index) == [0, 1]
    assert inventory.row_unit == "feature"


def test_geojson_in_gb18030_is_read_and_told():
    data = (DATA / "valid" / "points_gb18030.geojson").read_bytes()
    inventory = read_inventory(data, name="p.geojson", crs=None)
    assert list(inventory.points["name"]) == ["甲站", "乙站"]
    assert inventory.encoding == "gb18030"


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:4547",
        "urn:ogc:def:crs:EPSG::4547",
        "urn:ogc:def:crs:EPSG:6.9:4547",
        "http://www.opengis.net/def/crs/EPSG/0/4547",
    ],
)
def test_a_named_system_is_honoured(name):
    text = geojson(point([430324.6867, 2553559.2328]), crs={"type": "name", "properties": {"name": name}})
    inventory = read(text, name="a.json", crs=None)
    assert abs(inventory.points.geometry.x.iloc[0] - 113.32) < 1e-7
    assert inventory.crs == "EPSG:4547"
    assert not inventory.notices


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84", "CRS:84"])
def test_crs84_is_wgs84(name):
    text = geojson(point([113.32, 23.08]), crs={"type": "name", "properties": {"name": name}})
    assert read(text, name="a.json", crs=None).crs == "wgs84"


def test_the_planners_word_on_the_system_counts_and_a_contradiction_is_told():
    crs = {"type": "name", "properties": {"name": "OGC:CRS84"}}
    text = geojson(point([113.32541019, 23.07737859]), crs=crs)
    inventory = read(text, name="a.json", crs="gcj02")
    assert abs(inventory.points.geometry.x.iloc[0] - 113.32) < 1e-7
    assert notice_keys(inventory) == ["inventory.crs_overrides"]
    assert read(geojson(point([113.3, 23.0]), crs=None), name="a.json", crs="wgs84").n_used == 1


def test_features_that_are_no_points_are_reported_by_index():
    line = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
        "properties": {},
    }
    single = {
        "type": "Feature",
        "geometry": {"type": "MultiPoint", "coordinates": [[114, 23]]},
        "properties": None,
    }
    several = {
        "type": "Feature",
        "geometry": {"type": "MultiPoint", "coordinates": [[114, 23], [115, 23]]},
        "properties": None,
    }
    bad = [point(p) for p in (None, [], [114], ["114", "23"], [True, 23], [10**400, 23], [1e300 * 1e10, 23])][
        :6
    ]
    empty = {"type": "Feature", "geometry": None, "properties": None}
    odd = {"type": "Feature", "geometry": {"type": "Blob"}, "properties": None}
    inventory = read(
        geojson(point([114, 23, 5]), line, single, several, empty, odd, *bad), name="a.geojson", crs=None
    )
    assert list(inventory.points.index) == [0, 2]
    assert [
        (row, value) for row, _, value, key in reasons(inventory) if key == "error.reason_not_a_point"
    ] == [
        (1, "LineString"),
        (3, "MultiPoint"),
        (4, "null"),
        (5, "null"),
    ]
    assert [row for row, _, _, key in reasons(inventory) if key == "error.reason_bad_position"] == [
        6,
        7,
        8,
        9,
        10,
        11,
    ]
    assert inventory.n_in == inventory.n_used + inventory.n_reported == 12
    assert "inventory.heights_dropped" in notice_keys(inventory)


def test_an_overflowing_coordinate_is_reported():
    text = geojson(point([114, 23])).replace("114", "1e999")
    assert reasons(read(text, name="a.geojson", crs=None))[0][3] == "error.reason_bad_position"


def test_property_values_become_text():
    values = {"whole": 7.0, "part": 1.5, "flag": True, "none": None, "list": [1, "甲"], "big": 2**60}
    row = read(geojson(point([114, 23], **values)), name="a.geojson", crs=None).points.iloc[0]
    assert [row[key] for key in values] == ["7", "1.5", "true", "", '[1, "甲"]', str(2**60)]


def test_a_features_own_id_is_the_site_id_unless_a_property_is():
    feature = {**point([114, 23]), "id": 12}
    assert read(geojson(feature), name="a.geojson", crs=None).points["site_id"].iloc[0] == "12"
    named = {**point([114, 23], id="own"), "id": 12}
    assert read(geojson(named), name="a.geojson", crs=None).points["site_id"].iloc[0] == "own"


def test_a_single_feature_and_a_bare_geometry_are_read():
    assert read(json.dumps(point([114, 23], name="x")), name="a.geojson", crs=None).n_used == 1
    assert read('{"type":"Point","coordinates":[114,23]}', name="a.geojson", crs=None).n_used == 1


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(st.floats(-400, 400), st.floats(-400, 400)).map(list),
            st.lists(st.integers(-200, 200), max_size=4),
            st.text(max_size=2),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_every_feature_is_used_or_reported(positions):
    try:
        inventory = read(geojson(*map(point, positions)), name="a.geojson", crs=None)
    except errors.GeometryError as refused:
        assert refused.key.startswith("error.misread")  # noqa: PT017 - most files are not refused
        return
    assert inventory.n_in == len(positions) == inventory.n_used + inventory.n_reported


# --- one by one ------------------------------------------------------------------------------


def test_a_system_without_a_known_area_is_judged_by_finite_positions_alone():
    local = CRS.from_proj4("+proj=tmerc +lat_0=0 +lon_0=113.28 +x_0=500000 +datum=WGS84 +units=m")
    assert in_area_of_use(np.array([500000.0, np.inf]), np.array([2.5e6, 2.5e6]), local).tolist() == [
        True,
        False,
    ]


def test_no_position_has_no_reason():
    assert judge_positions(np.array([]), np.array([]), crs="wgs84", x_name="x", y_name="y") == []


def test_text_that_is_utf8_with_control_characters_is_no_text():
    with pytest.raises(errors.UnreadableFileError):
        read("lon,lat,note\n114,23,\x07\n")
