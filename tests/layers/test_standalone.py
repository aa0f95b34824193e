"""The map as one page: complete, offline, without the key of the online map, saying what it is."""

from __future__ import annotations

import html
import json
import re

import pytest

from layers.registry import DEFAULT_LAYERS, LayerId
from layers.scene import MapScene
from layers.sheet.model import zone_sheets
from layers.standalone import STANDALONE_FILES, standalone_html
from spatial.check import check_count
from spatial.definition import AreaBasis, Definition
from spatial.plan_records import Bilingual
from spatial.target import Target
from tests.browser.apps.frames import HOSTILE, sample_district, sample_zones

FILES = {name: f"/* {name} */" for name in STANDALONE_FILES}
KEY = "0123456789abcdef0123456789abcdef"


def district_facts(scene, *, title="示例图集", count=5144):
    """Return the district's sheet by a published number, over two areas."""
    district = scene.district.assign(area_official_km2=90.4)
    target = Target(value_per_km2=52.0, scope="district", scope_zone_id="district", year=2025)
    published = [
        check_count(district, count, definition=Definition(area_basis=basis), target=target)
        for basis in (AreaBasis.OFFICIAL, AreaBasis.GEOMETRY)
    ]
    sheets = zone_sheets(
        scene,
        counted=[],
        published=published,
        title=Bilingual(zh=title, en="Sample atlas"),
        data_date="2025-06-30",
    )
    return sheets[0]


def sample_scene(**changes):
    zones = changes.pop("zones", sample_zones())
    return MapScene(zones=zones, district=sample_district(zones), **changes)


def page_with_facts(lang="zh", *, facts=None, **changes):
    scene = sample_scene(**changes)
    return standalone_html(scene, lang=lang, files=FILES, facts=facts or district_facts(scene))


def panel_text(page):
    """Return what the panel says, tags taken off."""
    aside = re.search(r'<aside class="facts".*?</aside>', page, re.DOTALL).group()
    return html.unescape(re.sub(r"<[^>]+>", " ", aside))


def test_page_holds_every_file_and_asks_for_none():
    page = standalone_html(MapScene(zones=sample_zones()), lang="zh", files=FILES)
    for text in FILES.values():
        assert page.count(text) == 1
    assert not re.search(r"<(script|link)[^>]+(src|href)=", page)


def test_missing_file_is_an_error():
    with pytest.raises(KeyError):
        standalone_html(MapScene(), lang="zh", files={})


@pytest.mark.parametrize("with_facts", [False, True])
def test_online_map_and_its_key_stay_out(with_facts):
    scene = sample_scene(tianditu_key=KEY, layers_on=DEFAULT_LAYERS | {LayerId.TIANDITU})
    facts = district_facts(scene) if with_facts else None
    page = standalone_html(scene, lang="zh", files=FILES, facts=facts)
    assert KEY not in page
    assert '"tianditu"' not in page


def test_hostile_names_stay_text():
    page = standalone_html(MapScene(zones=sample_zones(names=HOSTILE[3:6])), lang="zh", files=FILES)
    for payload in HOSTILE[3:6]:
        assert payload not in page


def test_page_forbids_itself_every_request():
    page = page_with_facts()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page).group(1)
    assert policy.startswith("default-src 'none';")
    assert "http:" not in policy
    assert "https:" not in policy
    assert page.index("Content-Security-Policy") < page.index("<style>")


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_page_states_its_language_and_title(lang, tag):
    page = page_with_facts(lang)
    assert f'<html lang="{tag}">' in page
    assert f"<title>{'示例图集' if lang == 'zh' else 'Sample atlas'}</title>" in page


def test_panel_says_verdict_definition_target_and_terms():
    words = panel_text(page_with_facts(attribution="界线由公开数据推算", layers_on=DEFAULT_LAYERS))
    for expected in (
        "示例图集",
        "数据日期 2025-06-30",
        "✓ 达标",
        "56.9 座/km²",
        "90.40 km²（公布面积）",
        "52 座/km²（到 2025 年，全区目标）",
        "统计口径未说明（按行计）",
        "面积口径",
        "按图形面积",
        "示意",
        "不得据此量算或定界",
        "模拟",
        "由模拟清单算得",
        "参照全区目标",
        "本图界线不作为划界依据",
        "审图号：____",
        "未经审核不得公开",
        "界线由公开数据推算",
    ):
        assert expected in words


def test_the_head_of_the_figures_is_set_as_they_are():
    page = page_with_facts()
    assert '<th scope="col" class="figure">座/km²</th>' in page
    assert ".facts th.figure, .facts td.figure { text-align: right;" in page


def test_panel_lists_the_zones_as_the_map_colours_them():
    words = re.sub(r"\s+", " ", panel_text(page_with_facts()))
    for row in ("甲区 56.3 模拟 ✓ 达标", "乙区 49.3 模拟 ≈ 接近", "丙区 21.1 模拟 ▼ 未达标"):
        assert row in words


def test_review_number_takes_the_place_of_the_empty_slot():
    words = panel_text(page_with_facts(review_number="粤S（2026）001号"))
    assert "审图号：粤S（2026）001号" in words
    assert "未经审核" not in words


def test_surveyed_zones_bear_no_word_of_simulation():
    zones = sample_zones().assign(synthetic=False)
    assert "模拟" not in panel_text(page_with_facts(zones=zones))


def test_machines_read_the_same_definition():
    page = page_with_facts()
    block = re.search(r'<script type="application/json" id="atlas-facts">(.*?)</script>', page, re.DOTALL)
    facts = json.loads(block.group(1))
    leading = facts["verdicts"][0]
    assert leading["definition"]["area_basis"] == "official"
    assert leading["definition"]["numerator_stated"] is False
    assert leading["count"] == 5144
    assert leading["density_per_km2"] == pytest.approx(5144 / 90.4)
    assert leading["target_scope"] == "district"
    assert facts["data_date"] == "2025-06-30"
    assert facts["synthetic"] is True


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_words_beside_the_map_stay_text(payload):
    zones = sample_zones(names=(payload, "乙区", "丙区"))
    scene = sample_scene(zones=zones, attribution=payload, review_number=payload)
    facts = district_facts(scene, title=payload)
    page = standalone_html(scene, lang="zh", files=FILES, facts=facts)
    if payload.startswith(("{{", "{%", "{#", "<")):
        assert payload not in page
    assert re.sub(r"\s+", " ", payload) in re.sub(r"\s+", " ", panel_text(page))
    assert page.count("</script>") == page.count("<script")


def test_district_without_a_verdict_says_so():
    scene = MapScene(district=sample_district(sample_zones()))
    sheets = zone_sheets(scene, counted=[], title=Bilingual(zh="示例图集", en="Sample atlas"))
    page = standalone_html(scene, lang="zh", files=FILES, facts=sheets[0])
    assert "未作判定" in panel_text(page)


def test_same_view_gives_the_same_page():
    def without_map_name(page):
        return re.sub(r"[0-9a-f]{32}", "", page)

    assert without_map_name(page_with_facts()) == without_map_name(page_with_facts())
