"""What a planner brought on the map: a quiet ground below the zones, and places set by a click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import QUIET_MS
from tests.browser.map_canvas import wait_for_ink
from tests.browser.test_map_frame import frame_is_kept, mark_frame, press_other_definition

pytestmark = pytest.mark.browser


def expect_clicked(watched, words):
    """Hold that the page comes to say what was chosen on the map."""
    expect(watched.page.get_by_text(re.compile("^点选 "))).to_have_text(f"点选 {words}")


def test_own_lines_are_drawn_below_the_zones(open_page, map_server):
    watched = open_page(f"{map_server.url}/?own=1")
    watched.wait_for_map()
    wait_for_ink(watched, "atlas-context", above=200)
    levels = watched.map_frame.evaluate(
        "['atlas-ground', 'atlas-context', 'atlas-zones'].map((pane) => +map.getPane(pane).style.zIndex)"
    )
    assert levels == sorted(levels)
    assert "道路" in watched.map.locator(".atlas-legend-body").inner_text()
    assert watched.errors == []


def test_hostile_title_of_an_own_layer_stands_as_it_is(open_page, map_server):
    watched = open_page(f"{map_server.url}/?own=1&hostile=1")
    watched.wait_for_map()
    assert "{{7*7}}" in watched.map.locator(".atlas-legend-body").inner_text()
    assert watched.map_frame.evaluate("window.stolen") is None


def test_own_layer_comes_and_goes_in_the_same_frame(open_page, map_server):
    watched = open_page(f"{map_server.url}/?own=1")
    watched.wait_for_map()
    mark_frame(watched)
    press_other_definition(watched)
    assert frame_is_kept(watched)
    wait_for_ink(watched, "atlas-context", above=200)
    assert watched.map_frame.evaluate("map.getPane('atlas-context').querySelectorAll('canvas').length") == 1


def test_click_gives_a_place_its_position_and_chooses_no_zone(open_page, map_server):
    watched = open_page(f"{map_server.url}/?placing=1")
    watched.wait_for_map()
    assert "丙园" in watched.map.locator(".atlas-placing-banner").inner_text()
    box = watched.map_frame.evaluate(
        "(() => { const p = map.latLngToContainerPoint([23.08, 113.30]); return [p.x, p.y]; })()"
    )
    watched.map.locator("#map_div").click(position={"x": box[0], "y": box[1]})
    expect_clicked(watched, "spot place_2 None 113.300 23.080")


def test_dragging_the_map_places_nothing(open_page, map_server):
    watched = open_page(f"{map_server.url}/?placing=1")
    watched.wait_for_map()
    area = watched.page.locator("iframe[src*='streamlit_folium']").bounding_box()
    x, y = area["x"] + 300, area["y"] + 150
    watched.page.mouse.move(x, y)
    watched.page.mouse.down()
    watched.page.mouse.move(x + 80, y + 40, steps=5)
    watched.page.mouse.up()
    watched.page.wait_for_timeout(QUIET_MS)
    press_other_definition(watched)
    expect_clicked(watched, "无")


def test_keyboard_places_at_the_middle_of_the_map(open_page, map_server):
    watched = open_page(f"{map_server.url}/?placing=1")
    watched.wait_for_map()
    centre = watched.map_frame.evaluate("[map.getCenter().lng, map.getCenter().lat]")
    watched.map.locator("#map_div").focus()
    watched.page.keyboard.press("Enter")
    expect_clicked(watched, f"spot place_2 None {centre[0]:.3f} {centre[1]:.3f}")


def test_escape_calls_the_placing_off(open_page, map_server):
    watched = open_page(f"{map_server.url}/?placing=1")
    watched.wait_for_map()
    banner = watched.map.locator(".atlas-placing-banner")
    assert "Esc" in banner.inner_text()
    watched.map.locator("#map_div").focus()
    watched.page.keyboard.press("Escape")
    expect_clicked(watched, "no_spot place_2 None")
