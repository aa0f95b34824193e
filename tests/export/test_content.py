"""The content of a package: every figure the check's own, nothing lost, nothing that must stay inside."""

# ruff: noqa: E501 - rows of tables stay on one line; `Field.values` is a closed list
from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.check import check_zones
from spatial.definition import AreaBasis, Definition, Numerator
from spatial.errors import (
    DuplicateIdError,
    GeometryError,
    MissingColumnError,
    MissingCrsError,
    NoGeometryError,
    PackError,
    UsageError,
)
from spatial.export.content.build import ContentOptions, build_content, build_content_from_frames
from spatial.export.content.extent import Extent
from spatial.inventory import read_inventory
from spatial.notice import Notice
from spatial.pack import open_pack
from spatial.target import Target
from spatial.text import catalogue
from tests.export.content_checks import assert_sound, everything
from tests.small_pack import EAST, WEST, write_pack

ROOT = Path(__file__).parent.parent.parent
STATIONS = """基站编号,基站名称,经度,纬度,站型,状态,是否共享,站址编码,gNodeB标识,位置精度,入网日期,详细地址,备注
S-2,乙站,114.0051,23.0051,宏站,现状,是,P-2,L-2,20,2022-05-04,秘密路2号,
S-10,甲站,114.0152,23.0052,微站,在建,否,P-10,L-10,,2021-03,秘密路10号,待验收
S-1,,114.3,23.3,室分,规划,,P-1,L-1,15,,秘密路1号,
"""


def stations(words: str = STATIONS, name: str = "stations.csv"):
    return read_inventory(words.encode(), name=name, crs="cgcs2000")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return open_pack(write_pack(tmp_path_factory.mktemp("pack")))


@pytest.fixture(scope="module")
def shipped():
    return open_pack("haizhu")


@pytest.fixture(scope="module")
def plain(shipped):
    return build_content(shipped)


@pytest.fixture(scope="module")
def simulated(shipped):
    return build_content(shipped, options=ContentOptions(synthetic=True))


def layers_of(content):
    return {layer.name: layer for layer in content.layers}


def row(content, layer, bsm):
    return layers_of(content)[layer].features.set_index("BSM").loc[bsm]


def keys(content):
    return [notice["key"] for notice in content.about["notices"]]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"synthetic": True},
        {"synthetic": True, "points": "grid", "grid_m": 250},
        {"synthetic": True, "points": "totals"},
        {"extent": Extent(bbox=(113.30, 23.08, 113.36, 23.12)), "synthetic": True},
        {"definition": Definition(area_basis=AreaBasis.LAND, numerator=Numerator.PHYSICAL_SITE), "synthetic": True},
        {"profile": "geojson", "crs": "EPSG:4547", "layers": ("places", "zones")},
    ],
)  # fmt: skip
def test_every_content_of_the_shipped_pack_is_sound(shipped, options):
    assert_sound(build_content(shipped, options=ContentOptions(**options)))


def test_layers_come_in_one_order_with_their_geometry(simulated):
    names = ["district", "zones", "parts", "places", "base_stations", "lamp_poles"]
    assert [layer.name for layer in simulated.layers] == names
    assert [layer.geometry_type for layer in simulated.layers] == ["MultiPolygon"] * 3 + ["Point"] * 3


def test_the_same_sources_give_the_same_content(shipped, plain):
    again = build_content(shipped)
    assert again.about == plain.about
    assert [replace(layer, features=None) for layer in again.layers] == [
        replace(layer, features=None) for layer in plain.layers
    ]
    for one, other in zip(again.layers, plain.layers, strict=True):
        pd.testing.assert_frame_equal(one.features, other.features)


def test_the_district_has_its_published_count_and_says_where_it_stands(plain):
    found = row(plain, "district", "haizhu")
    assert found["SL"] == 5144
    assert found["ZBZ"] == pytest.approx(5144 / found["MJ_KM2"], rel=1e-12)
    assert found["MJ_GB"] == 90.4
    assert (found["MBZ"], found["MBNF"], found["MBFW"]) == (52.0, 2025, "全区目标")
    assert found["CJRQ"] == "2020-12-31"
    assert "每平方公里5G基站数量" in found["YJWJ"]
    assert "2.“十四五”发展目标" in found["YJWJ"]
    assert found["XZQDM"] == "440105"
    assert not found["SFMN"]
    result = next(r for r in plain.about["results"] if r["layer_name"] == "district")
    assert result["zones"][0]["density_per_km2"] == found["ZBZ"]
    assert "verdict.published_count" in keys(plain)


def test_every_figure_of_a_plan_is_cited_word_for_word(plain, shipped):
    cited = {item["value"]: item for item in plain.about["citations"]}
    for value, phrase in ((52.0, "达到52个"), (5144.0, "5144座")):
        item = cited[value]
        assert phrase in item["text"]
        assert item["heading"] == shipped.plan.section(item["section_id"]).heading
        assert item["document_id"] == "haizhu-digital-145"
    assert "区政府公开口径" in cited[90.4]["text"]
    assert {d["document_id"] for d in plain.about["documents"]} >= {"haizhu-digital-145"}


def test_without_being_asked_no_simulated_figure_leaves(plain, simulated):
    assert {"base_stations", "lamp_poles"}.isdisjoint(layers_of(plain))
    for name in ("zones", "parts"):
        frame = layers_of(plain)[name].features
        assert set(frame["DBQK"]) == {"无数据"}
        for code in ("SL", "ZBZ", "ZBXX", "ZBSX", "QKS", "DCL", "CJRQ"):
            assert frame[code].isna().all()
        assert not frame["SFMN"].any()
    counts = layers_of(simulated)["zones"].features["SL"].tolist()
    assert all(count > 0 for count in counts)
    told = everything(plain)
    assert "DEMO-" not in told
    assert not [count for count in counts if str(count) in told.replace(",", "")]
    assert "content.synthetic_left_out" in keys(plain)


def test_asked_for_simulated_data_say_so_in_every_feature_and_figure(simulated):
    for name in ("base_stations", "lamp_poles"):
        layer = layers_of(simulated)[name]
        assert layer.synthetic
        assert layer.features["SFMN"].all()
        assert set(layer.features["JHLY"]) == {"模拟位置"}
    for name in ("zones", "parts"):
        assert layers_of(simulated)[name].features["SFMN"].all()
    assert not row(simulated, "district", "haizhu")["SFMN"], "a demonstration never speaks for the district"
    assert row(simulated, "district", "haizhu")["SL"] == 5144
    assert "verdict.synthetic" in keys(simulated)


def test_zones_carry_the_verdict_of_the_check(shipped, simulated):
    for name in ("zones", "parts"):
        expected = check_zones(
            shipped.zones(name),
            shipped.inventory("base_stations").points,
            definition=Definition(),
            target=shipped.target,
        ).rows.sort_values("zone_id")
        frame = layers_of(simulated)[name].features
        assert frame["BSM"].tolist() == expected["zone_id"].tolist()
        assert frame["SL"].tolist() == expected["count"].tolist()
        for code, column in (
            ("ZBZ", "density_per_km2"),
            ("ZBXX", "density_low"),
            ("DCL", "attainment_ratio"),
        ):
            assert frame[code].tolist() == expected[column].tolist()
        words = {
            "undetermined": "尚不能判定",
            "too_small": "样本过小",
            "met": "按此口径达标（口径未说明、参照全区目标、模拟）",
            "near": "按此口径接近（口径未说明、参照全区目标、模拟）",
            "short": "按此口径未达标（口径未说明、参照全区目标、模拟）",
        }
        assert frame["DBQK"].tolist() == [words[status] for status in expected["status"]]


def test_a_verdict_shown_alone_misleads_nobody(plain, shipped):
    assert layers_of(plain)["district"].features["DBQK"].tolist() == ["按此口径达标（口径未说明）"]
    stated = ContentOptions(definition=Definition(numerator=Numerator.AS_GIVEN))
    found = layers_of(build_content(shipped, options=stated))["district"].features
    assert found["DBQK"].tolist() == ["按此口径达标"]


def test_outlines_say_how_they_are_known(plain):
    assert set(layers_of(plain)["zones"].features["JHLY"]) == {"示意"}
    assert layers_of(plain)["zones"].about["schematic"]
    assert not layers_of(plain)["district"].about["schematic"]
    assert "按公布四至勾绘，示意" in set(layers_of(plain)["parts"].features["JHLY"])


def test_places_are_located_or_withheld(plain, shipped):
    layer = layers_of(plain)["places"]
    located = shipped.place_points()
    assert set(layer.features["BSM"]) == set(located[located.geometry.notna()]["place_id"])
    outlines = {
        zone for name in ("district", "zones", "parts") for zone in layers_of(plain)[name].features["BSM"]
    }
    reasons = {w.feature_id: w.reason_key for w in layer.withheld}
    assert {place for place, reason in reasons.items() if reason == "content.withheld_outlined"} == outlines
    assert set(reasons.values()) == {"content.withheld_outlined", "content.withheld_unlocated"}
    known = {place.place_id for place in shipped.plan.places} | set(located["place_id"])
    assert layer.n_in == len(known)
    tower = row(plain, "places", "canton_tower_landmark")
    assert tower["PQ"] == "pazhou;canton_tower"
    assert tower["SJLY"] == "OpenStreetMap contributors, ODbL 1.0"


def test_a_point_outside_the_district_is_not_said_to_be_in_it(plain):
    frame = layers_of(plain)["places"].features
    assert 0 < frame["XZQDM"].isna().sum() < len(frame)
    assert frame.loc[frame["PQ"].notna(), "XZQDM"].eq("440105").all()


def test_all_dates_come_from_the_input(plain, shipped):
    assert plain.data_date == "2023-03-01"
    assert {d for layer in plain.layers for d in layer.features["BBH"]} == {plain.data_date}
    newer = stations(STATIONS.replace("2022-05-04", "2024-07-09"))
    assert build_content(shipped, inventories={"base_stations": newer}).data_date == "2024-07-09"


def test_stations_that_somebody_brought_replace_the_packs_and_speak_for_the_district(small):
    content = build_content(small, inventories={"base_stations": stations()})
    assert_sound(content)
    layer = layers_of(content)["base_stations"]
    assert layer.features["BSM"].tolist() == ["S-1", "S-10", "S-2"]
    assert layer.features["MC"].tolist() == ["S-1", "甲站", "乙站"]
    assert layer.features["ZX"].tolist() == ["室分", "微站", "宏站"]
    assert layer.features["ZT"].tolist() == ["规划", "在建", "现状"]
    assert layer.features["SFGX"].tolist() == [pd.NA, False, True]
    assert layer.features["PQ"].tolist() == [None, "east", "west"]
    assert layer.features["CJRQ"].tolist() == [None, "2021-03", "2022-05-04"]
    assert layer.features["BZ"].tolist() == [None, "待验收", None]
    assert [field.alias_zh for field in layer.fields if field.code.startswith("X0")] == ["详细地址"]
    assert layer.features["X01"].tolist() == ["秘密路1号", "秘密路10号", "秘密路2号"]
    assert not layer.synthetic
    assert row(content, "district", "whole")["SL"] == 1
    assert row(content, "zones", "west")["SL"] == 1
    assert row(content, "zones", "east")["SL"] == 0
    assert layer.about["accuracy_m"] == {"min": 15.0, "max": 20.0}
    assert layer.about["period"] == {"begin": "2021-03", "end": "2022-05-04"}


def test_several_inventories_make_one_layer(small):
    more = stations(STATIONS.replace("S-", "T-"), "more.csv")
    layer = layers_of(build_content(small, inventories={"base_stations": [stations(), more]}))[
        "base_stations"
    ]
    assert len(layer.features) == layer.n_in == 6
    assert set(layer.features["SJLY"]) == {"交付人提供的清单"}
    assert layer.about["source"]["zh"] == "交付人提供的清单（文件：stations.csv, more.csv）"


def test_the_name_of_a_file_is_told_of_a_layer_and_never_of_a_feature(small):
    content = build_content(small, inventories={"base_stations": stations()})
    assert not [
        name for name, layer in layers_of(content).items() if "stations.csv" in layer.features.to_csv()
    ]
    assert "stations.csv" in layers_of(content)["base_stations"].about["lineage"]["en"]


@pytest.mark.parametrize("points", ["grid", "totals"])
def test_coarse_positions_and_totals_do_not_name_the_file(small, points):
    broken = STATIONS + "S-9,丙站,东边,23.0,宏站,现状,是,P-9,L-9,20,2022,秘密路9号,\n"
    given = stations(broken, "机密.csv")
    content = build_content(
        small, options=ContentOptions(points=points), inventories={"base_stations": given}
    )
    said = [layer.about | {"withheld": [w.feature_id for w in layer.withheld]} for layer in content.layers]
    assert "机密" not in json.dumps([content.about, said], ensure_ascii=False)
    assert not [layer.name for layer in content.layers if "机密" in layer.features.to_csv()]
    if points == "grid":
        source = layers_of(content)["base_stations"].about["source"]
        assert source["en"] == "inventory supplied by the sender (the name of its file is left out)"


def test_rejected_rows_are_withheld_with_their_reason(small):
    broken = STATIONS + "S-9,丙站,东边,23.0,宏站,现状,是,P-9,L-9,20,2022,秘密路9号,\n"
    layer = layers_of(build_content(small, inventories={"base_stations": stations(broken)}))["base_stations"]
    assert (layer.n_in, len(layer.features)) == (4, 3)
    assert [w.feature_id for w in layer.withheld] == ["stations.csv:5"]


def test_simulated_rows_among_others_are_withheld_one_by_one(small):
    words = "编号,经度,纬度,模拟\na,114.005,23.005,是\nb,114.006,23.006,否\nc,114.007,23.007,\n"
    given = {"base_stations": stations(words)}
    content = build_content(small, inventories=given)
    layer = layers_of(content)["base_stations"]
    assert layer.features["BSM"].tolist() == ["b", "c"]
    assert [w.reason_key for w in layer.withheld] == ["content.withheld_synthetic"]
    assert row(content, "zones", "west")["SL"] == 2
    assert not row(content, "zones", "west")["SFMN"]
    both = build_content(small, inventories=given, options=ContentOptions(synthetic=True))
    assert layers_of(both)["base_stations"].features["SFMN"].tolist() == [True, False, False]
    assert row(both, "zones", "west")["SFMN"], "a figure that derives from simulated rows too"


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        ("名称,经度,纬度\n甲,114.0,23.0\n", MissingColumnError, "名称"),
        ("站号,经度,纬度\na,114.0,23.0\n,114.0,23.0\n ,114.0,23.0\n", MissingColumnError, "“站号”有 2 个空值"),
        ("站号,经度,纬度\na,114.0,23.0\nb,114.0,23.0\na,114.0,23.0\n", DuplicateIdError, "“站号”有 2 个要素编号重复（a）"),
    ],
)  # fmt: skip
def test_a_source_without_ids_of_its_own_is_refused_by_column_and_number(small, words, error, told):
    with pytest.raises(error) as caught:
        build_content(small, inventories={"base_stations": stations(words)})
    assert told in caught.value.message("zh")
    options = ContentOptions(points="totals")
    totals = build_content(small, inventories={"base_stations": stations(words)}, options=options)
    assert {layer.name for layer in totals.layers} == {"district", "zones"}, "totals need no ids"


def test_ids_shared_by_two_files_are_refused(small):
    with pytest.raises(DuplicateIdError, match="6 个要素"):
        build_content(small, inventories={"base_stations": [stations(), stations(name="again.csv")]})


def test_words_that_no_list_has_stay_in_the_sources_column(small):
    words = "编号,经度,纬度,状态,站型,入网时间\na,114.005,23.005,现状,宏站,去年\nb,114.006,23.006,拟拆,天线,2020\n"
    content = build_content(small, inventories={"base_stations": stations(words)})
    assert_sound(content)
    layer = layers_of(content)["base_stations"]
    assert layer.features["ZT"].tolist() == ["现状", None]
    assert layer.features["ZX"].tolist() == ["宏站", None]
    assert layer.features["CJRQ"].tolist() == [None, "2020"]
    kept = {f.alias_zh: layer.features[f.code].tolist() for f in layer.fields if f.code.startswith("X0")}
    assert kept == {
        "状态": ["existing", "拟拆"],
        "站型": ["macro", "天线"],
        "入网时间": ["去年", "2020"],
    }
    told = [n["params"] for n in content.about["notices"] if n["key"] == "content.unknown_words"]
    assert {(item["field"], item["n"]) for item in told} == {("ZT", 1), ("ZX", 1), ("CJRQ", 1)}


def test_a_coarse_package_holds_no_exact_position_and_no_withheld_text(small):
    options = ContentOptions(points="grid", grid_m=100)
    content = build_content(small, inventories={"base_stations": stations()}, options=options)
    assert_sound(content)
    layer = layers_of(content)["base_stations"]
    assert layer.about["positions"] == "grid"
    assert layer.about["grid_m"] == 100
    told = next(n for n in content.about["notices"] if n["key"] == "content.points_grid")
    assert "标识码（BSM）仍是来源的编号" in told["zh"]
    assert layer.about["withheld_fields"] == ["MC", "ZZBM", "LJBM", "BZ", "详细地址"]
    assert layer.features["WZJD"].tolist() == [86.0, 71.0, 91.0]
    assert set(layer.features["JHLY"]) == {"格网中心（位置已概略化）"}
    assert layer.features["MC"].tolist() == layer.features["BSM"].tolist()
    told = everything(content)
    for word in ("秘密路", "甲站", "乙站", "P-1", "P-2", "L-1", "待验收", "114.0051", "23.0051", "114.0152"):
        assert word not in told
    assert row(content, "zones", "west")["SL"] == 1, "the zones' figures are those of the exact positions"


def test_totals_hold_no_layer_of_points_and_all_figures_of_zones(small):
    options = ContentOptions(points="totals")
    content = build_content(small, inventories={"base_stations": stations()}, options=options)
    assert {layer.geometry_type for layer in content.layers} == {"MultiPolygon"}
    assert row(content, "district", "whole")["SL"] == 1
    for word in ("S-2", "秘密路", "甲站"):
        assert word not in everything(content)
    with pytest.raises(UsageError, match="base_stations"):
        build_content(small, options=replace(options, layers=("base_stations",)))


def test_an_extent_keeps_whole_features_with_the_figures_of_the_whole(small):
    given = {"base_stations": stations()}
    whole = build_content(small, inventories=given)
    options = ContentOptions(extent=Extent(zone_ids=("west",)))
    part = build_content(small, inventories=given, options=options)
    assert_sound(part)
    assert layers_of(part)["zones"].features["BSM"].tolist() == ["west"]
    assert [w.feature_id for w in layers_of(part)["zones"].withheld] == ["east"]
    assert layers_of(part)["base_stations"].features["BSM"].tolist() == ["S-2"]
    assert layers_of(part)["base_stations"].n_in == 3
    assert row(part, "district", "whole").equals(row(whole, "district", "whole"))
    results = {r["layer_name"]: [z["zone_id"] for z in r["zones"]] for r in part.about["results"]}
    assert results["zones"] == ["west"]
    assert part.about["options"]["extent"]["zone_ids"] == ["west"]


def test_a_layer_without_a_feature_is_left_out_and_named(small):
    options = ContentOptions(extent=Extent(bbox=(114.011, 23.001, 114.012, 23.002)))
    content = build_content(small, inventories={"base_stations": stations()}, options=options)
    assert set(layers_of(content)) == {"district", "zones"}
    named = {n["params"]["layer"] for n in content.about["notices"] if n["key"] == "content.layer_empty"}
    assert named == {"base_stations", "places"}
    nowhere = ContentOptions(extent=Extent(bbox=(10.0, 10.0, 11.0, 11.0)))
    with pytest.raises(UsageError, match="没有可交付的要素"):
        build_content(small, options=nowhere)


def test_a_users_target_and_definition_are_those_of_the_package(small):
    definition = Definition(numerator=Numerator.PHYSICAL_SITE, area_basis=AreaBasis.LAND)
    options = ContentOptions(definition=definition, target=Target(value_per_km2=3.0, year=2030))
    content = build_content(small, inventories={"base_stations": stations()}, options=options)
    found = row(content, "zones", "west")
    assert found["TJKJ"] == definition.label("zh") == content.about["definition"]["label"]["zh"]
    assert (found["MBZ"], found["MBNF"], found["MBFW"], found["YJWJ"]) == (3.0, 2030, "用户设定", None)
    assert found["MJKJ"] == "陆域面积"
    assert np.isnan(found["MJ_KM2"]), "no other area is put in its place"
    assert found["MJ_TX"] > 1.0
    assert found["DBQK"] == "无数据"
    assert set(layers_of(content)["base_stations"].features["TJKJ"]) == {"物理站址"}
    assert [item["value"] for item in content.about["citations"]][0] != 3.0  # noqa: RUF015


def test_a_class_list_fills_the_code(small, tmp_path):
    path = tmp_path / "owner.csv"
    path.write_text("layer,category,main_class,sub_class,code\nzones,甲,乙,丙,0102\n", encoding="utf-8")
    content = build_content(small, options=ContentOptions(class_list=path))
    assert layers_of(content)["zones"].features["YSDM"].tolist() == ["0102", "0102"]
    assert layers_of(content)["zones"].class_path.code == "0102"
    assert layers_of(content)["district"].features["YSDM"].tolist() == [None]
    blank = next(n for n in content.about["notices"] if n["key"] == "content.codes_blank")
    assert "zones" not in blank["params"]["layers"]
    title = layers_of(content)["district"].title
    assert title.zh in blank["zh"]
    assert title.en in blank["en"]


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"profile": "dwg"}, "cim"),
        ({"crs": "EPSG:3857"}, "EPSG:4547"),
        ({"points": "some"}, "totals"),
        ({"formats": ("geojson", "dxf")}, "geopackage"),
        ({"package_id": "../x"}, "../x"),
        ({"package_id": "甲"}, "甲"),
        ({"points": "grid", "grid_m": 1}, "10"),
    ],
)
def test_a_choice_that_is_none_is_refused_with_those_that_are(choice, told):
    with pytest.raises(UsageError, match=told):
        ContentOptions(**choice)


def test_an_unknown_layer_is_refused_with_those_that_are_known(small):
    with pytest.raises(UsageError, match="district、zones、places"):
        build_content(small, options=ContentOptions(layers=("zones", "roads")))


def test_formats_come_in_their_own_order():
    assert ContentOptions(formats=("kml", "csv", "jsonfg")).wanted_formats == ("jsonfg", "csv", "kml")


def test_a_pack_without_geometry_cannot_be_handed_over(tmp_path):
    with pytest.raises(NoGeometryError):
        build_content(open_pack(write_pack(tmp_path, with_geometry=False)))


def test_long_texts_are_continued_only_where_a_format_has_narrow_cells(shipped):
    narrow = layers_of(build_content(shipped))["zones"]
    wide = layers_of(build_content(shipped, options=ContentOptions(profile="geojson")))["zones"]
    texts = [f.code for f in narrow.fields if narrow.features[f.code].dtype == object]
    assert max(len(value.encode()) for code in texts for value in narrow.features[code].dropna()) <= 254
    parts = [f.code for f in narrow.fields if f.alias_zh.startswith("备注")]
    assert len(parts) == 2
    joined = narrow.features[parts].fillna("").agg("".join, axis=1)
    assert joined.tolist() == wide.features["BZ"].tolist()


def other_city(**columns) -> gpd.GeoDataFrame:
    squares = [shapely.Polygon(WEST), shapely.MultiPolygon([shapely.Polygon(EAST)])]
    ids = {"zone_id": ["甲-2", "甲-1"], "name_zh": ["西片", ""], **columns}
    return gpd.GeoDataFrame(ids, geometry=squares, crs="EPSG:4490")


def test_zones_of_another_city_become_a_package_with_blanks_and_notices():
    zones = other_city(人口=[12, None], 修订=pd.to_datetime(["2020-01-01", None]), 系数=[0.5, np.inf])
    content = build_content_from_frames(
        zones, name="别的城市.geojson", inventories={"base_stations": stations()}
    )
    assert_sound(content)
    assert content.package_id == "package"
    assert content.about["district"] is None
    frame = layers_of(content)["zones"].features
    assert frame["BSM"].tolist() == ["甲-1", "甲-2"]
    assert frame["MC"].tolist() == ["甲-1", "西片"]
    assert frame["XZQDM"].tolist() == [None, None]
    assert frame["DBQK"].tolist() == ["无目标", "无目标"]
    assert frame["SL"].tolist() == [0, 1]
    assert frame["JHLY"].tolist() == ["自带数据", "自带数据"]
    further = {f.alias_zh: frame[f.code].tolist() for f in layers_of(content)["zones"].fields[-3:]}
    assert further["修订"] == [None, "2020-01-01T00:00:00"]
    assert np.isnan(further["系数"][0])
    assert {"content.not_finite", "content.no_district_code", "content.codes_blank"} <= set(keys(content))
    assert content.data_date == "2022-05-04"


def test_zones_without_any_date_say_so():
    content = build_content_from_frames(other_city(), name="dir/City 7")
    assert content.package_id == "City-7"
    assert content.data_date == ""
    assert set(layers_of(content)["zones"].features["BBH"]) == {"未注明日期"}
    assert "content.undated" in keys(content)
    assert layers_of(content)["zones"].features["DBQK"].tolist() == ["无数据", "无数据"]


def test_zones_that_cannot_be_told_apart_or_placed_are_refused():
    twice = other_city()
    twice["zone_id"] = "甲"
    with pytest.raises(DuplicateIdError):
        build_content_from_frames(twice, name="x")
    with pytest.raises(MissingCrsError):
        build_content_from_frames(other_city().set_crs(None, allow_override=True), name="x")
    empty = other_city()
    empty.loc[0, "geometry"] = None
    with pytest.raises(GeometryError):
        build_content_from_frames(empty, name="x")
    numbered = [Notice("inventory.zones_without_id", {"name": "x", "n": 2})]
    with pytest.raises(MissingColumnError, match="2 个片区没有编号"):
        build_content_from_frames(other_city(), name="x", notices=numbered)


def test_half_a_surrogate_pair_is_replaced_and_told():
    content = build_content_from_frames(
        other_city(说明=pd.Series(["\ud83d坏", "好😀"], dtype=object)), name="x"
    )
    layer = layers_of(content)["zones"]
    assert layer.features[layer.fields[-1].code].tolist() == ["好😀", "\ufffd坏"]
    assert "content.not_utf8" in keys(content)
    json.dumps(content.about, ensure_ascii=False).encode()


def test_zones_of_an_earlier_package_are_understood_again(plain):
    layer = layers_of(plain)["parts"]
    ours = layer.features.assign(zone_id=layer.features["BSM"], name_zh=layer.features["MC"])
    again = layers_of(build_content_from_frames(ours, name="again"))["zones"]
    for code in ("BSM", "MC", "MCYW", "JC", "QLX", "SJBH", "MJ_TX", "MJ_GB", "JHLY", "WZJD", "BZ"):
        pd.testing.assert_series_equal(again.features[code], layer.features[code])
    assert again.about["schematic"]
    assert again.about["geometry_basis"] == layer.about["geometry_basis"]
    headers = {field.alias_zh for field in again.fields}
    assert not {"YSDM", "TJKJ", "BBH", "CIMML"} & headers


def test_every_text_of_the_topic_is_used_and_every_key_used_is_there():
    # Rules are named alike: theirs are no texts.
    paths = [path for path in sorted(ROOT.glob("spatial/export/**/*.py")) if path.parent.name != "rules"]
    source = "".join(path.read_text(encoding="utf-8") for path in paths)
    used = set(re.findall(r'"(content\.[a-z0-9_]+)"', source))
    families = ("role", "scope", "place_basis", "title", "abstract", "points")
    made = {key for key in catalogue() if key.startswith(tuple(f"content.{family}_" for family in families))}
    prefixes = {"content.role"}
    held = {key for key in catalogue() if key.startswith("content.")}
    assert held == (used - prefixes) | made


def test_a_count_without_a_context_and_a_phrase_that_holds_its_figure_are_cited(tmp_path):
    directory = write_pack(tmp_path)
    counts = directory / "published_counts.csv"
    counts.write_text(counts.read_text(encoding="utf-8").replace(",built,", ",,"), encoding="utf-8")
    goals = directory / "documents" / "plan-a" / "indicators.csv"
    goals.write_text(
        goals.read_text(encoding="utf-8").replace(",每平方公里基站数,10,", ",每平方公里基站数达到10个,10,"),
        encoding="utf-8",
    )
    cited = build_content(open_pack(directory)).about["citations"]
    assert [(item["value"], item["heading"], item["text"]) for item in cited] == [
        (10, "第一节", "每平方公里基站数达到10个"),
        (30, "第一节", ""),
    ]


def test_a_district_without_a_published_count_has_no_figure(tmp_path):
    directory = write_pack(tmp_path)
    counts = directory / "published_counts.csv"
    counts.write_text(counts.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    found = row(build_content(open_pack(directory)), "district", "whole")
    assert found["SL"] is pd.NA
    assert (found["DBQK"], found["CJRQ"], found["SJLY"]) == ("无数据", None, "来源")


def test_dates_and_blank_words_of_zones_keep_their_meaning():
    days = pd.Series([dt.date(2020, 1, 1), None], dtype=object)
    zones = other_city(role=["zone", None], 批复=days).drop(columns="name_zh")
    layer = layers_of(build_content_from_frames(zones, name="x"))["zones"]
    assert layer.features["MC"].tolist() == ["甲-1", "甲-2"]
    assert layer.features["QLX"].tolist() == [None, "片区"]
    assert layer.fields[-1].type == "date"
    assert layer.features["X01"].tolist() == [None, "2020-01-01"]


def test_an_owners_full_list_leaves_no_code_blank(small, tmp_path):
    path = tmp_path / "owner.csv"
    rows = "".join(f"{name},甲,乙,,01{at}\n" for at, name in enumerate(("district", "zones", "places")))
    path.write_text("layer,category,main_class,sub_class,code\n" + rows, encoding="utf-8")
    assert "content.codes_blank" not in keys(build_content(small, options=ContentOptions(class_list=path)))


def test_a_pack_may_say_who_answers_for_it_and_who_may_use_it(tmp_path):
    directory = write_pack(tmp_path)
    path = directory / "pack.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    contact = {"organisation": "某局", "email": "a@b.c", "phone": "1"}
    rules = {"security": {"zh": "秘", "en": "secret"}, "use": {"zh": "内", "en": "in"}}
    path.write_text(json.dumps({**facts, "contact": contact, "constraints": rules}), encoding="utf-8")
    about = build_content(open_pack(directory)).about
    assert about["contact"] == contact
    assert about["constraints"]["security"] == rules["security"]
    assert about["constraints"]["use"] == rules["use"]
    for wrong in ({"contact": {"organisation": "某局"}}, {"constraints": {"use": {"zh": "内", "en": "in"}}}):
        path.write_text(json.dumps({**facts, **wrong}), encoding="utf-8")
        with pytest.raises(PackError, match=next(iter(wrong))):
            open_pack(directory)


def test_what_a_reader_quotes_stays_inside_a_coarse_package_and_what_befell_zones_does_not():
    words = "编号,经度,纬度,状态\na,114.005,23.005,密语\n"
    lost = [Notice("inventory.zones_left_out", {"name": "x", "n": 1, "ids": "丙"})]
    given = {"base_stations": stations(words)}
    for points, quoted in (("exact", True), ("grid", False), ("totals", False)):
        content = build_content_from_frames(
            other_city(), name="x", inventories=given, notices=lost, options=ContentOptions(points=points)
        )
        assert ("密语" in everything(content)) is quoted
        assert "inventory.zones_left_out" in keys(content)
