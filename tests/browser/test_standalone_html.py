"""The page that is handed on, opened from a disk with the network closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.registry import DEFAULT_LAYERS, LayerId
from layers.standalone import STANDALONE_FILES, standalone_html
from tests.browser.apps.frames import HOSTILE, sample_places, sample_points, sample_zones
from tests.browser.conftest import PHONE, QUIET_MS
from tests.layers.test_standalone import KEY, district_facts, sample_scene

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def open_file(open_page, tmp_path):
    """Return a function that writes the page of a scene to a disk and opens it from there."""

    def open_one(*, lang="zh", title="示例图集", viewport=None, **changes):
        scene = sample_scene(**changes)
        files = {name: (ROOT / "static" / name).read_text(encoding="utf-8") for name in STANDALONE_FILES}
        facts = district_facts(scene, title=title)
        path = tmp_path / "地图.html"
        path.write_text(standalone_html(scene, lang=lang, files=files, facts=facts), encoding="utf-8")
        options = {} if viewport is None else {"viewport": viewport}
        watched = open_page(path.as_uri(), **options)
        watched.page.locator(".atlas-label-zone").first.wait_for()
        return watched

    return open_one


def assert_quiet(watched):
    assert watched.outside == []
    assert watched.inside == []
    assert watched.errors == []


def test_map_and_panel_show_and_nothing_is_asked_for(open_file):
    watched = open_file(
        tianditu_key=KEY,
        layers_on=DEFAULT_LAYERS | {LayerId.TIANDITU, LayerId.STATIONS},
        stations=sample_points(300),
        stations_synthetic=True,
        attribution="界线由公开数据推算",
    )
    page = watched.page
    names = page.locator(".atlas-label-zone .atlas-name").all_text_contents()
    assert names == ["甲区", "乙区", "丙区"]
    panel = page.locator("aside.facts")
    for words in ("56.9 座/km²", "统计口径", "本图界线不作为划界依据", "审图号", "界线由公开数据推算"):
        assert panel.get_by_text(words).first.is_visible()
    badges = page.locator(".atlas-badge").all_text_contents()
    assert {"示意", "模拟"} <= set(badges)
    assert KEY not in page.content()
    assert page.title() == "示例图集"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.wait_for_timeout(QUIET_MS)
    assert_quiet(watched)


def test_map_and_panel_stand_side_by_side(open_file):
    watched = open_file()
    panel = watched.page.locator("aside.facts").bounding_box()
    shown = watched.page.locator(".folium-map").bounding_box()
    assert panel["x"] + panel["width"] <= shown["x"] + 1
    assert shown["width"] > 800
    assert shown["height"] == 900


def test_phone_shows_both_and_nothing_sideways(open_file):
    watched = open_file(viewport=PHONE)
    shown = watched.page.locator(".folium-map").bounding_box()
    assert shown["width"] == PHONE["width"]
    assert shown["height"] >= 400
    assert shown["y"] + shown["height"] <= PHONE["height"] + 1
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_zone_answers_the_pointer_and_places_open_a_list(open_file):
    places = sample_places()
    places.loc[1, "geometry"] = places.loc[0, "geometry"]
    watched = open_file(place_points=places)
    page = watched.page
    page.locator("[data-zone-id=zone_c]").first.hover(force=True)
    tip = page.locator(".atlas-tip")
    tip.wait_for()
    assert "丙区" in tip.inner_text()
    assert "模拟" in tip.inner_text()
    page.locator(".atlas-place").first.click()
    stack = page.locator(".atlas-stack")
    stack.wait_for()
    assert {"甲园", "乙园"} <= set(stack.inner_text().split("\n"))
    assert_quiet(watched)


def test_hostile_words_are_shown_and_never_run(open_file):
    for payload in HOSTILE:
        watched = open_file(
            zones=sample_zones(names=(payload, "乙区", "丙区")),
            title=payload,
            attribution=payload,
            review_number=payload,
        )
        page = watched.page
        assert page.evaluate("typeof window.stolen") == "undefined"
        assert page.locator("aside.facts h1").text_content() == payload
        assert page.locator(".atlas-label-zone .atlas-name").first.text_content() == payload
        assert page.locator("aside.facts img").count() == 0
        assert_quiet(watched)


def test_policy_stops_a_script_that_would_call_out(open_file):
    watched = open_file()
    blocked = watched.page.evaluate(
        """() => new Promise((done) => {
            const image = new Image();
            document.addEventListener("securitypolicyviolation", () => done(true), { once: true });
            image.onload = () => done(false);
            image.src = "https://example.org/leak.png";
            setTimeout(() => done(false), 3000);
        })"""
    )
    assert blocked
    assert watched.outside == []
