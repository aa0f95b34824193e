from __future__ import annotations

import json
from dataclasses import replace

import pyproj
import pytest

from spatial.export.describe.height_and_crs import axis_order, crs_uri, crs_urn
from spatial.export.describe.metadata import layer_metadata, package_metadata
from spatial.export.fields import LayerKind
from spatial.export.model import Withheld
from tests.export.self_description import files_of
from tests.export.small_content import about_package, places_layer, small_content, stations_layer, zones_layer

CONTENT = small_content()
FILES = files_of(CONTENT)


def of_layer(layer, content=CONTENT):
    return layer_metadata(content, layer, files=FILES)


def of_package(**changes):
    content = small_content(**changes)
    return package_metadata(content, files=files_of(content))


def about(**changes):
    return {"about": {**about_package(), **changes}}


def test_a_record_is_plain_json_and_says_whose_it_is():
    for record, level in ((of_layer(CONTENT.layers[0]), "dataset"), (of_package(), "series")):
        assert json.loads(json.dumps(record, allow_nan=False)) == record
        assert record["hierarchy_level"] == level
        assert record["date_stamp"] == "2023-03-31"
    assert of_layer(CONTENT.layers[0])["identifier"] == "small-package/zones"
    assert of_layer(CONTENT.layers[0])["parent_identifier"] == of_package()["identifier"] == "small-package"


def test_the_extent_is_that_of_the_features():
    zones, package = of_layer(CONTENT.layers[0])["extent"], of_package()["extent"]
    west, south, east, north = CONTENT.layers[0].features.total_bounds
    assert zones["bbox"] == {"west": west, "south": south, "east": east, "north": north}
    assert package["bbox"] == {"west": 113.3, "south": 23.07, "east": 113.4, "north": 23.1}
    assert package["crs"] == "EPSG:4490"
    assert package["district"]["code"] == "440105"


def test_a_layer_without_features_has_no_extent():
    zones = zones_layer()
    empty = replace(zones, features=zones.features.iloc[:0], n_in=0)
    assert of_layer(empty)["extent"]["bbox"] is None
    assert package_metadata(small_content(layers=(empty,)), files=())["extent"]["bbox"] is None


def test_every_system_of_the_files_has_a_definition_that_reads_back():
    systems = {each["identifier"]: each for each in of_package()["reference_systems"]}
    assert list(systems) == ["EPSG:4490", "EPSG:4547", "OGC:CRS84"]
    for identifier, record in systems.items():
        assert pyproj.CRS.from_wkt(record["wkt2"]) == pyproj.CRS.from_user_input(identifier)
        assert pyproj.CRS.from_user_input(record["urn"]) == pyproj.CRS.from_user_input(identifier)
    assert systems["EPSG:4490"]["wkt2"].startswith("GEOGCRS[")
    assert systems["EPSG:4547"]["kind"] == "projected"
    assert systems["EPSG:4490"]["defined_axes"][0].startswith("Geodetic latitude")
    assert systems["OGC:CRS84"]["defined_axes"][0].startswith("Geodetic longitude")


def test_the_names_of_a_system_are_those_of_the_ogc():
    assert crs_urn("EPSG:4490") == "urn:ogc:def:crs:EPSG::4490"
    assert crs_urn("OGC:CRS84") == "urn:ogc:def:crs:OGC:1.3:CRS84"
    assert crs_uri("EPSG:4547") == "http://www.opengis.net/def/crs/EPSG/0/4547"
    assert crs_uri("OGC:CRS84") == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@pytest.mark.parametrize(
    ("name", "crs", "words"),
    [
        ("geojson", "OGC:CRS84", "经度在前、纬度在后（度）"),
        ("jsonfg", "EPSG:4490", "纬度在前、经度在后"),
        ("geopackage", "EPSG:4490", "经度在前、纬度在后（度）"),
        ("shapefile", "EPSG:4547", "东坐标在前、北坐标在后（米）"),
        ("csv", "EPSG:4490", "经度、纬度各占一列"),
        ("csv", "", "没有边界"),
        ("xlsx", "EPSG:4490", "面没有边界"),
        ("shapefile", "", "附属文件"),
    ],
)
def test_each_file_states_the_order_of_its_coordinates(name, crs, words):
    assert words in axis_order(name, crs)["zh"]


def test_heights_are_said_not_to_be_held():
    height = of_package()["height"]
    assert height["identifier"] == "EPSG:5737"
    assert height["wkt2"].startswith("VERTCRS[")
    assert not height["heights_held"]
    assert "不含高程" in height["statement"]["zh"]
    assert "1985国家高程基准" in height["datum"]["zh"]


def test_accuracy_says_the_range_the_basis_and_what_it_is_not():
    zones, stations, places = (of_layer(layer)["accuracy"][0] for layer in CONTENT.layers)
    assert zones["position_m"] == {"min": 5.0, "max": 150.0}
    assert zones["basis"] == [{"zh": "示意", "en": "Schematic"}]
    assert any("不是法定界线" in each["zh"] for each in zones["statements"])
    assert not any("不是法定界线" in each["zh"] for each in stations["statements"])
    assert any("没有注明位置精度" in each["zh"] for each in places["statements"])
    assert any("100 米格网" in each["zh"] for each in places["statements"])


@pytest.mark.parametrize(
    ("least", "most", "zh", "en"),
    [
        (300.0, 300.0, "位置误差 300 米（", "A position error of 300 m ("),
        (0.5, 1500.0, "位置误差 0.5～1,500 米（", "Position errors of 0.5 to 1,500 m ("),
    ],
)
def test_accuracy_is_one_number_where_least_and_most_are_one(least, most, zh, en):
    layer = zones_layer()
    layer = replace(layer, about={**layer.about, "accuracy_m": {"min": least, "max": most}})
    accuracy = of_layer(layer)["accuracy"][0]
    assert accuracy["position_m"] == {"min": least, "max": most}
    assert accuracy["statements"][0]["zh"].startswith(zh)
    assert accuracy["statements"][0]["en"].startswith(en)


def test_a_basis_that_is_no_word_of_ours_stands_as_it_is():
    layer = replace(zones_layer(), about={**zones_layer().about, "geometry_basis": ["某单位提供"]})
    assert of_layer(layer)["accuracy"][0]["basis"] == [{"zh": "某单位提供", "en": "某单位提供"}]


def test_no_feature_of_the_source_goes_unsaid():
    counts = of_layer(CONTENT.layers[1])["quality"]["layers"][0]
    assert (counts["n_in"], counts["n_used"], counts["n_withheld"]) == (6, 5, 1)
    assert counts["reasons"][0]["reason"]["zh"] == "点的坐标无效"
    assert counts["withheld_ids"] == ["S0006"]
    assert counts["withheld_fields"] == ["基站密码"]
    assert of_layer(CONTENT.layers[1])["quality"]["report"] == "report/check.json"


def test_a_flood_of_withheld_features_is_counted_in_full_and_named_in_part():
    away = tuple(
        Withheld(feature_id=f"w{n:05}", reason_key=f"error.reason_{'zero' if n % 3 else 'missing'}")
        for n in range(1500)
    )
    layer = replace(stations_layer(), withheld=away, n_in=1505)
    counts = of_layer(layer)["quality"]["layers"][0]
    assert sum(each["count"] for each in counts["reasons"]) == 1500
    assert [each["count"] for each in counts["reasons"]] == [500, 1000]
    assert (len(counts["withheld_ids"]), counts["withheld_ids_left_out"]) == (1000, 500)


def test_simulated_and_schematic_layers_mark_the_package():
    assert of_package()["simulated"]
    assert of_package()["schematic"]
    assert of_layer(CONTENT.layers[1])["simulated"]
    assert not of_layer(CONTENT.layers[1])["schematic"]
    assert not of_package(layers=(zones_layer(),))["simulated"]


def test_only_the_files_that_hold_a_layer_are_listed_with_it():
    listed = of_layer(CONTENT.layers[2])["distribution"]
    assert [each["path"] for each in listed] == [
        "jsonfg/places.json", "geojson/places.geojson", "csv/places.csv", "gpkg/small-package.gpkg"
    ]  # fmt: skip
    assert len(of_package()["distribution"]) == len(FILES)
    assert listed[1]["n_features"] == 1


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"contact": {"organisation": "某局", "email": "", "phone": ""}}, "联系人空缺"),
        ({"constraints": {**about_package()["constraints"], "review_number": "粤S(2026)01号"}}, "审图号"),
        ({"district": {**about_package()["district"], "code": None}}, "行政区代码"),
        ({"constraints": {"use": "", "security": "", "review_number": None}}, "密级空缺"),
    ],
)
def test_what_is_lacking_is_said_until_it_is_there(changes, part):
    def said(record):
        return any(part in point["zh"] for point in record["open_points"])

    assert said(of_package()) != said(of_package(**about(**changes)))


def test_class_codes_are_asked_for_by_layer():
    coded = [replace(each, class_path=replace(each.class_path, code="01")) for each in CONTENT.layers]
    assert any("YSDM" in point["zh"] for point in of_package()["open_points"])
    some = of_package(layers=(coded[0], *CONTENT.layers[1:]))["open_points"]
    assert any("2 个图层（5G 基站（模拟）、规划地点）" in point["zh"] for point in some)
    assert not any("YSDM" in point["zh"] for point in of_package(layers=tuple(coded))["open_points"])


def test_a_package_about_which_nothing_is_known_can_be_described():
    bare = [replace(layer, about={}) for layer in CONTENT.layers]
    record = of_package(about={}, layers=tuple(bare))
    assert record["contact"] == {"organisation": "", "email": "", "phone": ""}
    assert record["period"] is None
    assert record["source"] == {"zh": "", "en": ""}


def test_the_topic_follows_the_kind_of_layer():
    assert of_package()["topic_categories"] == ["planningCadastre", "utilitiesCommunication"]
    poles = replace(places_layer(), kind=LayerKind.LAMP_POLES)
    assert of_layer(poles)["topic_categories"] == ["utilitiesCommunication"]


def test_the_tools_that_wrote_the_package_are_named():
    assert {"GDAL", "PROJ", "geopandas", "pyogrio", "shapely"} <= set(of_package()["software"])
