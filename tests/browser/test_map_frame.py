"""The map in the page: nothing from outside, nothing rerun or lost without need."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from layers.scene import MapScene
from layers.standalone import STANDALONE_FILES, standalone_html
from tests.browser.apps.frames import HOSTILE, sample_zones
from tests.browser.conftest import APPS, PHONE, QUIET_MS, ROOT, lay_out, rest, streamlit_server

pytestmark = pytest.mark.browser

# Leaflet places the map on whole pixels; at the zooms used here one pixel is less than this.
PIXEL_DEGREES = 1e-4


def runs(watched):
    """Return how often the page's script has run, once it rests."""
    rest(watched.page)
    return int(re.search(r"运行 (\d+)", watched.page.inner_text("body")).group(1))


def press_other_definition(watched):
    """Ask for other verdicts, and wait until the map shows them."""
    watched.page.get_by_text("另一口径").click()
    watched.map.locator("[data-zone-id=zone_a][aria-label*='尚不能判定']").wait_for(state="attached")


def mark_frame(watched):
    """Leave a mark in the frame that a rebuilt frame would not have."""
    watched.map_frame.evaluate("window.kept = true")


def frame_is_kept(watched):
    return watched.map_frame.evaluate("window.kept === true")


def view_of(watched):
    return watched.map_frame.evaluate(
        "[map.getZoom(), +map.getCenter().lat.toFixed(5), +map.getCenter().lng.toFixed(5)]"
    )


def view_at_rest(watched):
    """Return the view once the map's glide is over."""
    last = None
    while (view := view_of(watched)) != last:
        last = view
        watched.page.wait_for_timeout(200)
    return view


def move_map(watched):
    watched.map_frame.evaluate("map.setView([23.09, 113.30], 14.5, {animate: false})")
    watched.page.wait_for_url("**#map=14.5/**")


def test_nothing_is_asked_of_the_network(open_page, map_server):
    watched = open_page(f"{map_server.url}/?stations=500&poles=500")
    watched.wait_for_map()
    move_map(watched)
    watched.page.wait_for_timeout(QUIET_MS)
    assert watched.outside == []
    assert watched.errors == []


def test_stations_stand_under_no_address(open_page, map_server):
    """What a planner brings travels in the session's own socket; no other session can ask for it."""
    watched = open_page(f"{map_server.url}/?stations=500&poles=500")
    watched.wait_for_map()
    own = re.compile(
        r"/($|static/|app/static/(vendor|map)/|component/streamlit_folium|_stcore/|favicon)|text/"
    )
    assert [path for path in watched.inside if not own.match(path)] == []


def test_first_view_shows_the_whole_district_clear_of_the_legend(open_page, map_server):
    watched = open_page(map_server.url)
    watched.wait_for_map()
    assert watched.map_frame.evaluate("map.getBounds().contains(map.atlasView.home)")
    wide = watched.map_frame.evaluate("map.getSize().x")
    watched.page.set_viewport_size({"width": 1100, "height": 1200})
    watched.map_frame.wait_for_function(f"map.getSize().x < {wide} && map.getSize().x === innerWidth")
    watched.map_frame.wait_for_function("map.getBounds().contains(map.atlasView.home)")
    bottom = watched.map_frame.evaluate("map.latLngToContainerPoint(map.atlasView.home[0]).y")
    assert bottom < watched.map_frame.evaluate("map.atlasView.legend.getBoundingClientRect().top")


def test_online_map_asks_only_its_own_host_and_does_without(open_page, map_server):
    watched = open_page(f"{map_server.url}/?tianditu=a-key")
    watched.wait_for_map()
    assert watched.outside
    assert all(re.match(r"https://t[0-7]\.tianditu\.gov\.cn/.*tk=a-key$", url) for url in watched.outside)
    assert "天地图" in watched.map.locator(".atlas-foot").inner_text()


def test_pan_and_zoom_rerun_nothing_and_stand_in_the_address(open_page, map_server):
    watched = open_page(map_server.url)
    watched.wait_for_map()
    before = runs(watched)
    assert "#map" not in watched.page.url
    move_map(watched)
    box = watched.page.locator("iframe").first.bounding_box()
    watched.page.mouse.move(box["x"] + 300, box["y"] + 300)
    watched.page.mouse.down()
    watched.page.mouse.move(box["x"] + 380, box["y"] + 340, steps=5)
    watched.page.mouse.up()
    zoom, lat, lon = view_at_rest(watched)
    assert (lat, lon) != (23.09, 113.30)
    expect(watched.page).to_have_url(re.compile(f"#map={zoom:g}/{lat:.5f}/{lon:.5f}$"))
    watched.page.wait_for_timeout(QUIET_MS)
    # Whatever the moves had asked for would have come before this.
    press_other_definition(watched)
    assert runs(watched) == before + 1


def test_reload_and_shared_link_keep_the_view(open_page, map_server):
    watched = open_page(f"{map_server.url}/#map=15.2/23.08000/113.31000")
    watched.wait_for_map()
    assert view_of(watched) == pytest.approx([15.2, 23.08, 113.31], abs=PIXEL_DEGREES)
    move_map(watched)
    watched.page.reload()
    watched.wait_for_map()
    assert view_of(watched) == pytest.approx([14.5, 23.09, 113.3], abs=PIXEL_DEGREES)


def test_layer_switch_and_other_definition_keep_frame_and_view(open_page, map_server):
    watched = open_page(map_server.url)
    watched.wait_for_map()
    mark_frame(watched)
    move_map(watched)
    view = view_of(watched)
    assert watched.map.locator("canvas").count() == 0
    watched.page.get_by_text("基站", exact=True).click()
    watched.map.locator("canvas").first.wait_for(state="attached")
    press_other_definition(watched)
    assert view_of(watched) == view
    assert frame_is_kept(watched)
    watched.page.get_by_text("基站", exact=True).click()
    watched.map.locator("canvas").first.wait_for(state="detached")
    assert frame_is_kept(watched)
    assert watched.errors == []


def test_address_keeps_the_view_when_the_page_writes_its_own_parameters(open_page, map_server):
    watched = open_page(map_server.url)
    watched.wait_for_map()
    mark_frame(watched)
    move_map(watched)
    watched.page.get_by_role("button", name="写参数").click()
    watched.page.wait_for_url("**written=**")
    watched.page.wait_for_url("**#map=14.5/**")
    assert frame_is_kept(watched)
    assert view_of(watched) == pytest.approx([14.5, 23.09, 113.3], abs=PIXEL_DEGREES)


def test_click_on_a_zone_names_zone_and_part_and_marks_it(open_page, map_server):
    watched = open_page(map_server.url)
    watched.wait_for_map()
    mark_frame(watched)
    at = watched.map_frame.evaluate(
        "(() => { const p = map.latLngToContainerPoint([23.06, 113.25]); return [p.x, p.y]; })()"
    )
    box = watched.page.locator("iframe").first.bounding_box()
    watched.page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    watched.page.get_by_text("点选 zone zone_a part_a").wait_for()
    watched.map.locator("[data-zone-id=zone_a][aria-pressed=true]").wait_for(state="attached")
    assert frame_is_kept(watched)
    once = runs(watched)
    press_other_definition(watched)
    watched.map.locator("[data-zone-id=zone_a][aria-pressed=true]").wait_for(state="attached")
    assert runs(watched) == once + 1


def test_keyboard_reaches_a_zone(open_page, map_server):
    watched = open_page(map_server.url)
    watched.wait_for_map()
    watched.map.locator("[data-zone-id=zone_b]").focus()
    watched.map.locator(".atlas-tip").wait_for()
    watched.page.keyboard.press("Enter")
    watched.page.get_by_text("点选 zone zone_b").wait_for()


def test_words_of_the_frame_follow_the_language(open_page, map_server):
    for lang, tag, zoom in (("zh", "zh-CN", "放大"), ("en", "en", "Zoom in")):
        watched = open_page(f"{map_server.url}/?lang={lang}")
        watched.wait_for_map()
        assert watched.map_frame.evaluate("document.documentElement.lang") == tag
        assert watched.map.locator(".leaflet-control-zoom-in").get_attribute("title") == zoom
        title = watched.page.locator("iframe").first.get_attribute("title")
        assert title.startswith({"zh": "规划地图", "en": "Planning map"}[lang])
        body = watched.map.locator("body").inner_text()
        assert "Leaflet" not in body
        if lang == "zh":
            assert not re.search(r"[A-Za-z]{5,}", body)


def test_map_says_what_it_is(open_page, map_server):
    watched = open_page(map_server.url)
    watched.wait_for_map()
    words = watched.map.locator("body").inner_text()
    expected_words = ("示意", "模拟", "参照全区目标", "内部工作用图", "1 公里", "北", "图例", "示例数据")
    for expected in expected_words:
        assert expected in words
    for zone in ("zone_a", "zone_b", "zone_c"):
        assert "模拟" in watched.map.locator(f"[data-zone-id={zone}]").get_attribute("aria-label")


def test_unlocated_place_is_not_drawn(open_page, map_server):
    watched = open_page(map_server.url)
    watched.wait_for_map()
    drawn = watched.map.locator("[data-place-ids]").evaluate_all("all => all.map(e => e.dataset.placeIds)")
    assert sorted(drawn) == ["place_0", "place_1"]


def test_phone_shows_the_whole_map_in_its_width(open_page, map_server):
    watched = open_page(map_server.url, viewport=PHONE)
    watched.wait_for_map()
    box = watched.page.locator("iframe").first.bounding_box()
    assert box["width"] <= PHONE["width"]
    assert box["height"] <= PHONE["height"] * 0.65
    assert watched.map.locator(".atlas-legend[open]").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_foot_covers_neither_scale_nor_north_arrow(open_page, map_server, lang):
    watched = open_page(f"{map_server.url}/?lang={lang}&hostile=1", viewport=PHONE)
    watched.wait_for_map()
    foot = watched.map.locator(".atlas-foot").bounding_box()
    for selector in (".atlas-north", ".leaflet-control-scale"):
        box = watched.map.locator(selector).bounding_box()
        assert box["y"] + box["height"] <= foot["y"] + 1


def test_missing_script_is_said_in_words(open_page, tmp_path):
    script = lay_out(APPS / "map_alone.py", tmp_path)
    (tmp_path / "static" / "vendor" / "leaflet" / "leaflet.js").unlink()
    with streamlit_server(script, folder=tmp_path) as server:
        watched = open_page(server.url)
        note = watched.map.get_by_role("alert")
        note.wait_for()
        assert "static/vendor/leaflet/leaflet.js" in note.inner_text()
        assert "make setup" in note.inner_text()
        assert watched.page.locator("iframe").first.bounding_box()["height"] >= 100


def test_page_without_a_server_shows_the_map(open_page, tmp_path):
    zones = sample_zones(names=HOSTILE[:3])
    files = {name: (ROOT / "static" / name).read_text(encoding="utf-8") for name in STANDALONE_FILES}
    page = tmp_path / "map.html"
    page.write_text(standalone_html(MapScene(zones=zones), lang="zh", files=files), encoding="utf-8")
    watched = open_page(page.as_uri())
    watched.page.locator(".atlas-label-zone").first.wait_for()
    shown = watched.page.locator(".atlas-label-zone span:first-child").all_text_contents()
    assert shown == list(HOSTILE[:3])
    assert watched.outside == []
    assert watched.errors == []
