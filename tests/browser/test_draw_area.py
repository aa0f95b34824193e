"""Drawing an area in a browser: pointer, finger and keys; one run of the page for each finished shape."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from spatial.check import check_zones
from spatial.definition import Definition
from spatial.limits import DEFAULT_LIMITS
from spatial.pack import open_pack
from spatial.vector_files import read_zones
from tests.browser.conftest import OUTSIDE, PHONE, Watched, refuse, rest
from tests.browser.test_pages_app import violations
from views.figures import figure

pytestmark = pytest.mark.browser

ADDRESS = "analysis?v=1&analysis=drawn"
HOSTILE = "<img src=x onerror=window.stolen=1>{{7*7}}"
COUNT_RUNS = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    window.runs = 0;
    new MutationObserver(() => { window.runs += app.dataset.testScriptState === "running"; })
        .observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
}"""


@pytest.fixture
def draw(visit):
    """Return a function that opens the question and counts the runs of its page from then on."""

    def open_one():
        watched = visit(ADDRESS)
        watched.page.evaluate(COUNT_RUNS)
        return watched

    return open_one


def runs(watched):
    rest(watched.page)
    return watched.page.evaluate("window.runs")


def take(watched, tool):
    watched.map.locator(f".atlas-tool-{tool}").click()


def pixel(watched, lat, lon):
    """Return where a position stands in the window."""
    box = watched.page.locator("iframe[src*='streamlit_folium']").bounding_box()
    x, y = watched.map_frame.evaluate(
        "([lat, lon]) => { const p = map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }", [lat, lon]
    )
    return box["x"] + x, box["y"] + y


def click(watched, *spots):
    for lat, lon in spots:
        x, y = pixel(watched, lat, lon)
        watched.page.mouse.move(x - 3, y)
        watched.page.mouse.move(x, y)
        watched.page.mouse.click(x, y)


def row(watched, number):
    return watched.page.locator("table.verdicts tbody tr").nth(number)


def expect_drawn(watched, name, *, number=0):
    expect(row(watched, number).locator("th")).to_contain_text(name)
    rest(watched.page)


def cells(watched, number=0):
    return [words.strip() for words in row(watched, number).locator("td").all_inner_texts()]


def test_numbers_are_those_of_check_and_one_run_follows(draw, tmp_path):
    watched = draw()
    take(watched, "polygon")
    click(watched, (23.09, 113.28), (23.09, 113.32), (23.08, 113.36))
    x, y = pixel(watched, 23.075, 113.37)
    watched.page.mouse.move(x, y)  # the map is moved under the tool, and a corner taken back
    watched.page.mouse.down()
    watched.page.mouse.move(x - 40, y - 20, steps=4)
    watched.page.mouse.up()
    watched.page.keyboard.press("Backspace")
    click(watched, (23.07, 113.32))
    click(watched, (23.095, 113.30))  # this edge would cross the first
    expect(watched.map.locator(".atlas-drawing-banner")).to_contain_text("相交")
    click(watched, (23.07, 113.28))
    assert runs(watched) == 0
    watched.page.keyboard.press("Enter")
    expect_drawn(watched, "绘制区域 1 用户绘制")
    assert runs(watched) == 1
    with watched.page.expect_download() as kept:
        watched.page.get_by_role("button", name="导出 GeoJSON").click()
    path = Path(kept.value.path()).rename(tmp_path / "areas.geojson")
    pack = open_pack("haizhu")
    zones = read_zones(path, limits=DEFAULT_LIMITS).zones
    points = pack.inventory("base_stations").points
    found = check_zones(zones, points, definition=Definition(), target=pack.target).rows.iloc[0]
    area, count, density, target, required, gap, _ = cells(watched)
    assert (area, count) == (figure(found["area_km2"], 2), figure(found["count"]))
    assert density.split()[0] == figure(found["density_per_km2"], 1)
    assert (target, required) == ("52", figure(found["required_count"]))
    assert gap.split()[0] == figure(found["gap_count"])
    assert found["count"] > 0
    assert json.loads(path.read_text())["features"][0]["properties"]["geometry_status_zh"] == "用户绘制"
    assert watched.outside == []
    assert watched.errors == []


def test_a_corner_is_moved_and_every_step_taken_back_and_again(draw):
    watched = draw()
    take(watched, "rectangle")
    click(watched, (23.10, 113.30), (23.08, 113.33))
    expect_drawn(watched, "绘制区域 1")
    drawn = cells(watched)[0]
    handle = watched.map.locator(".atlas-handle").first.bounding_box()
    watched.page.mouse.move(handle["x"] + 12, handle["y"] + 12)
    watched.page.mouse.down()
    watched.page.mouse.move(handle["x"] - 48, handle["y"] + 52, steps=5)
    watched.page.mouse.up()
    expect(row(watched, 0).locator("td").first).not_to_have_text(drawn)
    rest(watched.page)
    moved = cells(watched)[0]
    assert float(moved) > float(drawn)
    watched.page.get_by_role("button", name="撤销").click()
    expect(row(watched, 0).locator("td").first).to_have_text(drawn)
    watched.map.locator("#map_div").focus()
    watched.page.keyboard.press("Control+z")
    expect(row(watched, 0).locator("th")).to_contain_text("海珠区")
    watched.page.keyboard.press("Control+y")
    expect(row(watched, 0).locator("td").first).to_have_text(drawn)
    watched.page.get_by_role("button", name="重做").click()
    expect(row(watched, 0).locator("td").first).to_have_text(moved)
    watched.map.locator("#map_div").focus()
    watched.page.keyboard.press("Delete")
    expect(row(watched, 0).locator("th")).to_contain_text("海珠区")
    assert watched.errors == []


def test_keys_alone_draw_and_move_and_a_hostile_name_stands_as_it_is(draw):
    watched = draw()
    watched.map.locator(".atlas-tool-circle").press("Enter")
    for key in ("Space", "ArrowRight", "ArrowRight"):
        watched.page.keyboard.press(key)
        watched.page.wait_for_timeout(350)  # the map glides
    watched.page.keyboard.press("Enter")
    expect_drawn(watched, "绘制区域 1")
    radius = watched.page.get_by_label("半径（米）")
    former = radius.input_value()
    rim = watched.map.locator(".atlas-handle").nth(1)
    rim.press("ArrowRight")
    rim.press("Enter")
    expect(radius).not_to_have_value(former)
    rest(watched.page)
    name = watched.page.get_by_label("名称")
    name.fill(HOSTILE)
    name.press("Enter")
    expect_drawn(watched, HOSTILE)
    expect(watched.map.locator(".atlas-label-drawn .atlas-name")).to_have_text(HOSTILE)
    shape = watched.map.locator("path[data-drawn-id]")
    shape.focus()  # whatever found no room as a label is said here
    expect(watched.map.locator(".atlas-tip strong")).to_have_text(HOSTILE)
    expect(watched.map.locator(".atlas-tip")).to_contain_text("用户绘制")
    shape.blur()
    assert watched.page.evaluate("window.stolen") is None
    assert watched.map_frame.evaluate("window.stolen") is None
    assert violations(watched.page.main_frame) == []
    assert violations(watched.map_frame) == []


def test_escape_calls_a_shape_off_and_nothing_is_told(draw):
    watched = draw()
    legend = watched.map.locator(".atlas-legend")
    expect(legend).to_have_attribute("open", "")
    take(watched, "polygon")
    expect(legend).not_to_have_attribute("open", "")
    click(watched, (23.09, 113.28), (23.09, 113.32))
    watched.page.keyboard.press("Enter")
    expect(watched.map.locator(".atlas-drawing-banner")).to_contain_text("至少要三个顶点")
    watched.page.keyboard.press("Escape")
    expect(watched.map.locator(".atlas-drawing-banner")).to_be_hidden()
    expect(legend).to_have_attribute("open", "")
    assert watched.map_frame.evaluate("map.getPane('atlas-drawn').querySelectorAll('path').length") == 0
    assert runs(watched) == 0


def test_a_finger_draws_on_a_phone(chromium, app):
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN")
    try:
        watched = Watched(context.new_page())
        context.route(OUTSIDE, lambda route: refuse(route, watched))
        watched.page.goto(f"{app.url}/{ADDRESS}")
        watched.rest()
        watched.page.locator("iframe[src*='streamlit_folium']").scroll_into_view_if_needed()
        watched.map.locator(".atlas-tool-polygon").tap()
        for spot in ((23.09, 113.28), (23.09, 113.33), (23.07, 113.33), (23.07, 113.33)):
            watched.page.touchscreen.tap(*pixel(watched, *spot))
        expect_drawn(watched, "绘制区域 1")
        assert re.fullmatch(r"[\d,]+", cells(watched)[1])
    finally:
        context.close()
