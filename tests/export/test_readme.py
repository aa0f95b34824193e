from __future__ import annotations

from dataclasses import replace

import pytest

from spatial.export.describe.readme import readme
from spatial.export.formats import FORMATS
from spatial.notice import Notice
from tests.export.self_description import files_of
from tests.export.small_content import about_package, places_layer, small_content, zones_layer


def pages(**changes) -> tuple[str, str]:
    """The README in Chinese and in English."""
    content = small_content(**changes)
    chinese, english = readme(content, files=files_of(content)).decode("utf-8-sig").split("=" * 72)
    return chinese, english


def about(**changes):
    return {**about_package(), **changes}


def test_notepad_of_any_windows_shows_it():
    data = readme(small_content(), files=())
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") > 60
    assert data.endswith(b"\r\n")


def test_chinese_comes_first_and_both_say_the_same_things():
    chinese, english = pages()
    assert chinese.startswith("测试移交包")
    assert "Package for tests" in english
    assert chinese.count("\r\n  - ") == english.count("\r\n  - ")
    assert not any("一" <= letter <= "鿿" for letter in english.split("4. Files")[1].split("5. How")[0])


def test_what_must_be_known_first_stands_on_the_first_lines():
    top = pages()[0].splitlines()[:3]
    assert "small-package" in top[1]
    assert "2023-03-31" in top[1]
    assert top[2] == "【示意图形】 【模拟数据】 内部工作用图 · 未经审核不得公开"


def test_a_missing_date_is_said_to_be_missing():
    chinese, english = pages(data_date="")
    assert "数据日期 未注明 ·" in chinese
    assert "data as of not stated ·" in english


def test_every_layer_says_what_it_holds_and_what_was_left_out():
    chinese, _ = pages()
    assert "base_stations：5G 基站（模拟）【模拟】，点，来源 6 个要素，写入 5 个，未写入 1 个" in chinese
    assert "未写入 1 个：点的坐标无效" in chinese
    assert "未写入的来源列：基站密码" in chinese
    assert "规划管控数据 / 专项规划 / 科技创新片区" in chinese


def test_every_file_has_its_count_under_the_system_and_order_of_its_format():
    chinese, _ = pages()
    *files, companion = files_of(small_content())
    section = chinese.split("四、文件")[1].split("五、")[0]
    heads: dict[str, str] = {}
    head = ""
    for line in section.splitlines():
        if line.startswith("  - "):
            head = line
        elif " | " in line:
            path, count = line.strip().split(" | ")
            heads[path] = head
            assert count == f"{next(f.n_features for f in files if f.path.as_posix() == path)} 个要素"
    assert list(heads) == [file.path.as_posix() for file in files]
    assert companion.path.as_posix() not in section
    assert "  - .dbf 是同名 .shp 的附属文件" in section
    assert "纬度在前、经度在后" in heads["jsonfg/zones.json"]
    assert "经度在前、纬度在后（度），OGC:CRS84" in heads["geojson/zones.geojson"]
    assert "东坐标在前、北坐标在后（米），EPSG:4547" in heads["gpkg/small-package.gpkg"]
    assert len([file for file in files if file.format == "jsonfg"]) > 1
    assert section.count("place 成员为") == 1, "a format's order is said once for all of its files"
    assert "（没有数据文件）" in readme(small_content(), files=()).decode("utf-8-sig")


def test_an_interval_of_one_value_is_none():
    result = about_package()["results"][0]
    exact = {**result["zones"][0], "density_low": 56.55, "density_high": 56.55}
    chinese, english = pages(about=about(results=[{**result, "zones": [exact]}]))
    assert "56.55 座；目标 52" in chinese
    assert "按精度为" not in chinese
    assert "by the accuracy" not in english


def test_the_district_figure_never_stands_without_its_definition():
    chinese, english = pages()
    assert (
        "5,144 座 ÷ 90.97 km² = 每平方公里 56.55 座（按精度为 55.75～57.37）；目标 52，判定：按此口径达标。"
        in chinese
    )
    unstated = about()["definition"] | {"numerator_stated": False}
    chinese, english = pages(about=about(definition=unstated))
    assert "判定：按此口径达标（口径未说明）。" in chinese
    assert "verdict: Met under this definition (Basis not stated)." in english
    chinese, english = pages()
    assert "此判定仅在下列口径下成立" in chinese
    assert "目标：到 2025 年每平方公里 52 座 5G 基站" in chinese
    assert "口径：逻辑基站 · 含室分" in chinese
    assert "规划没有说明怎样计数、除以什么面积" in chinese
    assert "states neither how to count nor over which area" in english
    assert "第一节 目标：“每平方公里5G基站数量达到52个”" in chinese
    repeated = about_package()["results"][0]["notices"] + about_package()["notices"]
    chinese, _ = pages(about=about(notices=repeated))
    assert chinese.count("数量 5,144 为公布的总数。") == chinese.count("清单为模拟数据。") == 1


def test_nothing_is_said_twice():
    unstated = about_package()["definition"] | {"numerator_stated": False}
    keys = (
        "content.codes_blank",
        "content.no_district_code",
        "verdict.numerator_assumed",
        "verdict.target_is_reference",
    )
    notices = [Notice(key, {"titles": [{"zh": "片区", "en": "Zones"}]}).to_dict() for key in keys]
    chinese, english = pages(about=about(definition=unstated, notices=notices))
    assert not any(notice["zh"] in chinese or notice["en"] in english for notice in notices)
    assert "各片区只参照全区目标" in chinese
    assert "用于测试的图层" not in chinese
    bound = pages(about=about(target={"value_per_km2": 10.0, "scope": "zone"}, notices=notices))[0]
    assert [notice["key"] for notice in notices if notice["zh"] in bound] == [*keys[2:]]


def test_figures_of_one_source_stand_on_one_line():
    cited = [
        {"figure": {"zh": f"公布面积：{name}", "en": name}, "value": 1.0, "text": "据媒体转述"}
        for name in ("甲", "乙")
    ]
    chinese, _ = pages(about=about(citations=cited))
    assert "依据：公布面积：甲、公布面积：乙：据媒体转述" in chinese
    assert chinese.count("据媒体转述") == 1


def test_open_points_name_layers_by_their_titles():
    chinese, english = pages()
    assert "3 个图层（规划片区（示意）、5G 基站（模拟）、规划地点）的分类编码" in chinese
    assert (
        "3 layers (Planning zones (schematic), 5G base stations (simulated), Places of the plans)" in english
    )


@pytest.mark.parametrize(
    ("zone", "words"), [("zone-b", "5,144 座（数量日期 2023-03） ÷"), ("zone-d", "5,144 座 ÷")]
)
def test_the_count_is_dated_where_the_zone_says_so(zone, words):
    result = about_package()["results"][0]
    district = {**about_package()["district"], "zone_id": zone}
    results = [{**result, "zones": [{**result["zones"][0], "zone_id": zone}]}]
    assert words in pages(about=about(district=district, results=results))[0]


def test_a_simulated_figure_is_marked_and_one_without_interval_or_target_says_so():
    result = about_package()["results"][0]
    row = {**result["zones"][0], "synthetic": True, "density_high": None, "target_per_km2": None}
    chinese, _ = pages(about=about(results=[{**result, "zones": [row]}], target=None))
    assert "每平方公里 56.55 座【模拟】。没有目标，不作判定" in chinese
    assert "没有密度目标" in chinese
    assert "全区提出的目标" not in chinese


@pytest.mark.parametrize("change", [{"results": []}, {"district": None}, {"results": [{"zones": []}]}])
def test_without_a_district_there_is_no_figure_of_it(change):
    assert "此判定仅在" not in pages(about=about(**change))[0]


def test_a_district_without_a_density_has_no_figure():
    result = about_package()["results"][0]
    row = {**result["zones"][0], "density_per_km2": None, "count": None, "status": "no_data"}
    chinese, _ = pages(about=about(results=[{**result, "zones": [row]}]))
    assert "此判定仅在" not in chinese
    assert "None" not in chinese


def test_a_zone_target_is_not_called_one_of_the_district():
    chinese, _ = pages(about=about(target={"value_per_km2": 10.0, "scope": "user"}, definition=None))
    assert "口径：" not in chinese
    assert "每平方公里 10 座 5G 基站" in chinese
    assert "对全区提出的目标" not in chinese


def test_an_unstated_numerator_is_said_to_be():
    definition = {**about_package()["definition"], "numerator_stated": False}
    assert "统计口径未说明" in pages(about=about(definition=definition))[0]
    assert "统计口径未说明" not in pages()[0]


def test_a_figure_without_a_document_is_given_with_what_is_stated():
    cited = {"figure": {"zh": "公布面积：某区", "en": "Area"}, "value": 1.0, "text": "据媒体转述"}
    unknown = {**about_package()["citations"][0], "document_id": "other", "heading": "", "section_id": "s-9"}
    chinese, _ = pages(about=about(citations=[cited, unknown]))
    assert "依据：公布面积：某区：据媒体转述" in chinese
    assert "other，s-9：" in chinese


@pytest.mark.parametrize(
    ("options", "words"),
    [({"points": "grid", "grid_m": 100}, "已移到 100 米格网"), ({"points": "totals"}, "只提供片区合计")],
)
def test_coarse_or_missing_points_are_said_to_be(options, words):
    assert words in pages(about=about(options=options))[0]
    assert words not in pages()[0]


@pytest.mark.parametrize(
    ("extent", "place"),
    [
        ({"kind": "zones", "zone_ids": ["a", "b"], "rule": {"zh": "相交者", "en": "x"}}, "（a, b）：相交者"),
        ({"kind": "bbox", "bbox": [113.0, 23.0, 114.0, 24.0]}, "（113.0, 23.0, 114.0, 24.0）："),
    ],
)
def test_a_package_of_a_part_says_which_part(extent, place):
    assert f"只含所选范围的要素{place}" in pages(about=about(options={"extent": extent}))[0]
    assert "只含所选范围" not in pages(about=about(options={"extent": {"kind": "all"}}))[0]


def test_without_simulated_or_schematic_layers_nothing_is_marked_so():
    bare = replace(places_layer(), about={**places_layer().about, "schematic": False})
    chinese, _ = pages(layers=(bare,))
    assert "不含模拟数据" in chinese
    assert "不是法定界线" not in chinese.split("声明")[0]
    assert "X01" not in chinese
    assert chinese.splitlines()[2] == "内部工作用图 · 未经审核不得公开"


def test_a_review_number_takes_the_place_of_the_slot():
    constraints = {**about_package()["constraints"], "review_number": "粤S(2026)01号"}
    chinese, _ = pages(about=about(constraints=constraints))
    assert chinese.splitlines()[2].endswith("审图号：粤S(2026)01号")
    assert "修改图形或内容后须重新送审" in chinese
    assert "待补：没有审图号" not in chinese


def test_codes_that_are_all_supplied_are_not_called_missing():
    coded = replace(zones_layer(), class_path=replace(zones_layer().class_path, code="0203"))
    assert "编码不齐" in pages()[0]
    assert "编码不齐" not in pages(layers=(coded,))[0]
    assert "科技创新片区 / 0203" in pages(layers=(coded,))[0]


@pytest.mark.parametrize(
    ("formats", "program", "shown"),
    [
        (("geojson",), "Cesium", True),
        (("jsonfg",), "Cesium", False),
        (("geopackage",), "ArcGIS Pro", True),
        (("shapefile",), "导入 Shapefile", True),
        (("kml",), "QGIS", True),
        (("csv",), "QGIS", False),
        (("csv",), "Excel / WPS", True),
        (FORMATS, "JSONFG 驱动", True),
    ],
)
def test_programs_are_named_for_what_they_can_open(formats, program, shown):
    assert (program in pages(formats=formats)[0]) == shown


def test_qgis_is_told_once_what_is_best():
    assert pages(formats=FORMATS)[0].count("QGIS：") == 1


def test_contact_and_constraints_show_what_is_given_and_what_is_not():
    chinese, english = pages()
    assert "单位：（待填写）；邮箱：（待填写）" in chinese
    assert "Organisation: (to be filled in)" in english
    given = {"organisation": "某局", "email": "a@example.org", "phone": "020-1"}
    chinese, _ = pages(about=about(contact=given, constraints={}))
    assert "单位：某局；邮箱：a@example.org；电话：020-1" in chinese
    assert "待补：联系人" not in chinese
    assert "密级：（待填写）" in chinese


def test_every_source_is_named_however_many_there_are():
    owed = [{"zh": f"来源{n:02}", "en": f"source {n:02}"} for n in range(30)]
    chinese, english = pages(about=about(attribution=owed))
    assert all(f"署名：来源{n:02}" in chinese for n in range(30))
    assert english.count("Attribution: source") == 30


def test_a_name_cannot_start_a_line_of_its_own():
    layer = replace(zones_layer(), about={**zones_layer().about, "abstract": "甲\r\n  - 审图号：伪造\x1b[2J"})
    chinese, _ = pages(layers=(layer,))
    assert not any(line.startswith("  - 审图号：伪造") for line in chinese.splitlines())
    assert "\x1b" not in chinese
