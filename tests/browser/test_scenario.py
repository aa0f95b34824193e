"""A scenario in a browser: from its address and its file, by clicks, on two maps that move together."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from spatial.scenario.address import scenario_of_word, word_of_scenario
from spatial.scenario.document import read_scenario
from tests.browser.conftest import ROOT, WAIT_MS, rest
from tests.browser.test_draw_area import COUNT_RUNS, runs
from tests.browser.test_pages_app import violations

pytestmark = pytest.mark.browser

EXAMPLE = ROOT / "docs" / "example.scenario.json"
SCENARIO = read_scenario(EXAMPLE.read_bytes(), name=EXAMPLE.name)
ADDRESS = "analysis?v=1&analysis=scenario"
RESTORED = f"{ADDRESS}&scenario={word_of_scenario(SCENARIO)}"
EDITS = "编辑记录（共 {} 项"


def frames(watched):
    """The maps before and after, once both are drawn."""
    for number in range(2):
        inside = watched.page.frame_locator("iframe[src*='streamlit_folium']").nth(number)
        inside.locator(".atlas-label-zone").first.wait_for(state="attached", timeout=WAIT_MS)
    boxes = watched.page.locator("iframe[src*='streamlit_folium']")
    return [boxes.nth(number).element_handle().content_frame() for number in range(2)]


def view_of(frame):
    return frame.evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]")


def expect_together(before, after):
    """Wait until both maps show the same: a map that was let go of glides on for a moment."""
    for _ in range(WAIT_MS // 100):
        if view_of(before) == pytest.approx(view_of(after), abs=1e-9):
            return
        before.page.wait_for_timeout(100)
    assert view_of(before) == pytest.approx(view_of(after), abs=1e-9)


def click_at(watched, frame, lat, lon):
    x, y = frame.evaluate(
        "([lat, lon]) => { const p = map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }", [lat, lon]
    )
    box = frame.frame_element().bounding_box()
    watched.page.mouse.click(box["x"] + x, box["y"] + y)
    rest(watched.page)


def expect_edits(watched, number):
    expect(watched.page.get_by_text(EDITS.format(number))).to_be_attached()


def test_restored_from_its_address_two_maps_move_together_without_a_run(visit):
    watched = visit(RESTORED)
    expect_edits(watched, len(SCENARIO.edits))
    expect(watched.page.get_by_text("按每平方公里 60 座这一自设目标判断")).to_be_attached()
    before, after = frames(watched)
    rest(watched.page)
    expect_together(before, after)
    watched.page.evaluate(COUNT_RUNS)
    box = after.frame_element().bounding_box()
    watched.page.mouse.move(box["x"] + 350, box["y"] + 250)
    watched.page.mouse.down()
    watched.page.mouse.move(box["x"] + 250, box["y"] + 200, steps=6)
    watched.page.mouse.up()
    after.wait_for_function("map.atlasView.followHome === false")
    before.evaluate("() => { map.zoomIn(1, {animate: false}); }")
    rest(watched.page)
    expect_together(before, after)
    assert runs(watched) == 0
    assert violations(watched.page.main_frame) == []


def test_clicks_add_and_remove_and_the_file_is_the_address(visit):
    watched = visit(ADDRESS)
    page = watched.page
    choose(watched, "新增站")
    _, after = frames(watched)
    click_at(watched, after, 23.09, 113.36)
    expect_edits(watched, 1)
    choose(watched, "移除站")
    click_at(watched, after, 23.09, 113.36)
    expect_edits(watched, 2)
    page.get_by_role("button", name="撤销").click()
    expect_edits(watched, 1)
    page.get_by_role("button", name="保存与分享").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="另存情景文件").click()
    saved = read_scenario(saving.value.path().read_bytes(), name="saved")
    assert saved == scenario_of_word(word_in(page))
    assert len(saved.edits) == 1
    page.locator("input[type=file]").set_input_files(EXAMPLE)
    expect_edits(watched, len(SCENARIO.edits))
    rest(page)
    assert scenario_of_word(word_in(page)) == SCENARIO


def choose(watched, words):
    watched.page.get_by_role("radio", name=words).click()
    rest(watched.page)


def word_in(page):
    return page.evaluate("new URLSearchParams(location.search).get('scenario')")
