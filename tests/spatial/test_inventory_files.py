"""Reading inventories: nothing is swallowed, shifted, swapped or guessed."""

from __future__ import annotations

import numpy as np
import pytest

from spatial import errors
from spatial.inventory import read_inventory
from spatial.limits import Limits
from tests.spatial.inventory_tables import DATA, geojson, notice_keys, point, read

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
