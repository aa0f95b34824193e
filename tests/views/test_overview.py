"""The first screen: verdicts, definition, selection, layers, search."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from spatial.errors import BasisUnavailableError
from tests.views.own_files import SPREAD, dataset_of, holding
from views import cache, evaluation
from views.session import SessionKey, widget_key

OpenApp = Callable[..., "object"]
CAPTION = "每平方公里 5G 基站"


def test_the_district_stands_first_over_both_areas(open_app: OpenApp) -> None:
    rows = open_app().table(CAPTION)[1:]
    assert [row[0].split()[0] for row in rows] == ["海珠区", "海珠区", "一区", "一谷", "一圈"]
    by_area = {row[1]: row for row in rows}
    assert by_area["90.40"][2:4] == ["5,144", "56.9"]
    outline = next(row for row in rows if row[1].startswith("90.9"))
    assert outline[3].startswith("56.5")
    assert "2020-12-31" in rows[0][0]


def test_real_and_simulated_verdicts_say_which_they_are(open_app: OpenApp) -> None:
    rows = open_app().table(CAPTION)[1:]
    for row in rows[:2]:
        assert "模拟" not in row[-1]
        assert "口径未说明" in row[-1]
    for row in rows[2:]:
        assert "模拟" in row[-1]
        assert "参照全区目标" in row[-1]
        assert "示意" in row[0]


def test_the_finding_stands_beside_the_district_s_figure(open_app: OpenApp) -> None:
    page = open_app()
    assert "52个/平方公里的目标低于已公布的存量" in page.words
    assert "56.9座/平方公里" in page.words


def test_the_definition_in_use_is_named(open_app: OpenApp) -> None:
    assert "统计口径未说明（按行计） · 含室分 · 共享站计一次 · 现状 · 图形面积" in open_app().words


@pytest.mark.parametrize(
    ("field", "word", "shown"),
    [
        ("numerator", "physical_site", "物理站址"),
        ("indoor", "exclude", "不含室分"),
        ("area_basis", "official", "公布面积"),
        ("status", "all", "现状加规划"),
    ],
)
def test_a_switch_changes_figures_and_address(open_app: OpenApp, field: str, word: str, shown: str) -> None:
    page = open_app()
    before = page.table(CAPTION)
    page.runner.selectbox(key=widget_key(SessionKey.DEFINITION, field)).select(word).run()
    assert page.table(CAPTION) != before
    assert page.address == {"v": "1", field: word}
    assert shown in page.words
    again = open_app(**page.address)
    assert again.table(CAPTION) == page.table(CAPTION)


def test_the_usual_definition_comes_back(open_app: OpenApp) -> None:
    page = open_app(indoor="exclude", area_basis="official")
    page.runner.button(key=SessionKey.DEFINITION_RESET).click().run()
    assert page.address == {}


def test_the_published_count_answers_no_other_numerator(open_app: OpenApp) -> None:
    rows = open_app(numerator="physical_site").table(CAPTION)[1:]
    assert all("无数据" in row[-1] for row in rows[:2])


def test_what_each_switch_flips_is_told(open_app: OpenApp) -> None:
    page = open_app()
    table = page.table("换一个口径")
    assert table[0] == ["只改这一项", "海珠区", "一区", "一谷", "一圈"]
    assert len(table) == 2 + 10
    now = [re.sub(r"[\d.,]+ 座/km²", "", cell).strip() for cell in table[1][1:]]
    for row in table[2:]:
        then = [re.sub(r"[\d.,]+ 座/km²", "", cell).strip() for cell in row[1:]]
        changed = [a != b and "无数据" not in b for a, b in zip(now, then, strict=True)]
        if any(changed):
            assert row[0].split("：")[-1] in page.words.split("换口径会改变结论：")[1]


def test_a_zone_tells_role_parts_targets_and_every_definition(open_app: OpenApp) -> None:
    page = open_app(zone="pazhou")
    for words in (
        "琶洲人工智能与数字经济试验区",
        "琶洲西区",
        "海珠湿地东片区",
        "界线依据",
        "子片区、园区与平台",
    ):
        assert words in page.words
    assert len(page.table("一区：各口径下的数字")) == 2 + 10
    assert [row[0].split()[0] for row in page.table("各子片区的结论")[1:]][:2] == ["西区", "中1区"]


def test_the_district_cites_its_goals(open_app: OpenApp) -> None:
    page = open_app(zone="haizhu")
    assert re.search(r"每平方公里.*≥ 52 .*（到 2025 年） 区数字经济规划 〈", page.words)


def test_the_list_of_zones_selects_one(open_app: OpenApp) -> None:
    page = open_app()
    page.runner.selectbox(key=SessionKey.ZONE).select("culture_circle").run()
    assert page.address == {"v": "1", "zone": "culture_circle"}
    assert "海珠新活力文商旅融合圈" in page.words


def test_search_finds_places_by_any_name(open_app: OpenApp) -> None:
    page = open_app()
    search = page.runner.selectbox(key=SessionKey.SEARCH)
    found = [label for label in search.options if "广州塔" in label]
    assert found
    search.select_index(search.options.index(found[0])).run()
    assert page.address["place"]
    assert page.address["place"] in page.map_arguments


def test_a_place_without_a_position_says_so(open_app: OpenApp) -> None:
    frames = cache.frames("haizhu")
    lost = next(p for p in frames.pack.plan.places if not frames.is_located(p.place_id))
    page = open_app(place=lost.place_id)
    assert f"“{lost.name_zh}”的位置没有可靠依据" in page.words


def test_layers_and_opacity_live_in_the_address(open_app: OpenApp) -> None:
    page = open_app()
    page.runner.checkbox(key=widget_key(SessionKey.LAYER, "stations")).check().run()
    page.runner.checkbox(key=widget_key(SessionKey.LAYER, "parts")).uncheck().run()
    page.runner.slider(key=widget_key(SessionKey.OPACITY, "zones")).set_value(40).run()
    assert page.address == {"v": "1", "layers": "parks,stations,zones", "opacity": "zones.40"}
    again = open_app(**page.address)
    assert again.runner.checkbox(key=widget_key(SessionKey.LAYER, "stations")).value
    assert again.runner.slider(key=widget_key(SessionKey.OPACITY, "zones")).value == 40


def test_the_map_asks_for_nothing_outside(open_app: OpenApp) -> None:
    page = open_app(layers="zones,parts,parks,platforms,culture,stations,poles,city")
    arguments = json.loads(page.map_arguments)
    links = [*arguments["js_links"], *arguments["css_links"]]
    assert links
    assert [link for link in links if link.startswith(("http", "//"))] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_address_that_is_not_understood_is_named_and_the_page_stands(open_app: OpenApp, lang: str) -> None:
    page = open_app(lang=lang, zone="nowhere", utm="<b>x</b>", layers="moon")
    assert "utm=<b>x</b>" in page.words
    assert "layers=moon" in page.words
    assert "<b>x</b>" not in page.markup
    assert "nowhere" in page.words
    assert len(page.table(CAPTION if lang == "zh" else "5G stations per km²")) == 6


def test_an_unknown_pack_is_one_sentence(open_app: OpenApp) -> None:
    page = open_app(pack="spatial")
    assert "spatial" in page.words
    assert "haizhu" in page.words


def test_a_pack_without_geometry_says_what_to_do(open_app: OpenApp) -> None:
    page = open_app(pack="new_era_district")
    assert "没有任何界线" in page.words
    assert "规划指标" in page.words
    page.runner.selectbox(key=SessionKey.PACK).select("haizhu").run()
    assert page.table(CAPTION)


@pytest.mark.usefixtures("empty_caches")
def test_a_refusal_of_the_library_is_a_sentence(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BasisUnavailableError(
            "verdict.area_basis_unavailable", basis="陆域面积", count=1, zones="pazhou"
        )

    monkeypatch.setattr(evaluation, "check_surveyed", refuse)
    page = open_app()
    assert "陆域面积" in page.words
    assert "内部工作用图" in page.words


def test_a_defect_is_an_incident_and_no_traceback(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object, **__: object) -> None:
        message = "secret detail"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("views.overview.map_scene", break_down)
    page = open_app()
    incident = re.search(r"编号 ([0-9a-f]{8})", page.words)
    assert incident
    assert incident[1] in caplog.text
    assert "secret detail" in caplog.text
    assert "secret detail" not in page.markup
    assert "Traceback" not in page.markup
    assert len(page.table(CAPTION)) == 6


def test_english_is_complete(open_app: OpenApp) -> None:
    page = open_app(lang="en", zone="pazhou")
    own_words = re.sub(r'<(\w+)[^>]*lang="zh"[^>]*>.*?</\1>', "", page.markup, flags=re.DOTALL)
    own_words = re.sub(r"<script>.*?</script>", "", own_words, flags=re.DOTALL)
    assert re.findall(r"[\u3400-\u9fff]+", own_words) == []


def test_wherever_a_simulated_verdict_stands_it_says_so(open_app: OpenApp) -> None:
    page = open_app(zone="pazhou")
    for caption in ("换一个口径", "一区：各口径下的数字", "各子片区的结论"):
        for row in page.table(caption)[1:]:
            for cell in row[1:]:
                judged = any(word in cell for word in ("达标", "接近", "尚不能判定"))
                real = caption == "换一个口径" and cell == row[1]
                assert not judged or real or "模拟" in cell, (caption, row)


def test_a_verdict_whose_basis_is_unstated_is_conditional(open_app: OpenApp) -> None:
    rows = open_app().table(CAPTION)[1:]
    assert all("按此口径达标" in row[-1] and "口径未说明" in row[-1] for row in rows[:2])
    assert all("按此口径" not in row[-1] for row in rows[2:])
    assert "Met under this definition" in open_app(lang="en").table("5G stations per km²")[1][-1]


def test_a_district_without_a_verdict_gives_its_reason_and_no_badge(open_app: OpenApp) -> None:
    page = open_app(numerator="physical_site")
    row = page.table(CAPTION)[1]
    assert "公布数答不出此口径" in row[0]
    assert "口径未说明" not in row[-1]
    assert "全区没有结论" in page.words
    assert "全区按规划公布数判定" not in page.words


def test_flips_say_from_what_to_what_and_what_is_lost(open_app: OpenApp) -> None:
    page = open_app()
    assert re.search(r"不含室分：一区、一谷“尚不能判定”变“未达标”", page.words)
    assert re.search(r"没有结论：.*海珠区（[^）]*物理站址", page.words)
    for row in page.table("换一个口径")[1:]:
        for cell in row[2:]:
            assert "参照" in cell
            assert "尚不能判定" not in cell or re.search(r"可能区间 [\d.,]+–[\d.,]+", cell)


def test_without_a_verdict_the_switches_that_give_one_are_told(open_app: OpenApp) -> None:
    cells = SPREAD.replace("基站编号,", "物理站址编号,") + SPREAD.partition("\n")[2]
    page = holding(open_app(), dataset_of(cells))
    assert all("无数据" in cell for cell in page.table("换一个口径")[1][1:])
    assert "结论都不变" not in page.words
    assert re.search(r"按当前口径没有结论。.*只改一项就有结论：全部范围（[^）]*按原表逐行", page.words)


def test_the_district_s_stations_are_set_against_its_people(open_app: OpenApp) -> None:
    page = open_app(zone="haizhu")
    assert "1,819,037 人（第七次全国人口普查" in page.words
    assert "28.3 座/万人" in page.words
    assert "座/万人" not in open_app(zone="pazhou").words


@pytest.mark.parametrize("layer", ["zones", "parts"])
def test_every_area_has_a_sheet(open_app: OpenApp, layer: str) -> None:
    for zone_id in cache.frames("haizhu").layers[layer]["zone_id"]:
        page = open_app(zone=zone_id)
        assert "界线依据" in page.words
        assert "未预料的错误" not in page.words


def test_a_place_names_the_zone_that_the_plans_put_it_into(open_app: OpenApp) -> None:
    plan = cache.frames("haizhu").pack.plan
    mention = next(each for each in plan.mentions if each.zone_id == "pazhou")
    assert "规划归入：" in open_app(zone="culture_circle", place=mention.place_id).words
