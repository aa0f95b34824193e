"""Cells and the smooth density on the map of the question 网格."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import rest
from tests.browser.map_canvas import wait_for_ink
from tests.browser.test_pages_app import violations

pytestmark = pytest.mark.browser
SHOWN = """() => [...document.querySelectorAll(".atlas-hole")].filter((each) => each.style.opacity === "1")
    .map((each) => { const { x, y } = each.getBoundingClientRect(); return [each.innerText, x, y]; })"""


def test_cells_holes_and_the_smooth_density_are_drawn(open_page, app):
    watched = open_page(f"{app.url}/analysis?v=1&analysis=grid")
    watched.page.locator(".foot").wait_for(state="attached")
    watched.map.locator(".atlas-grid-legend").wait_for()
    rest(watched.page)
    wait_for_ink(watched, "atlas-zones", above=2_000)
    assert watched.map.locator(".atlas-grid-legend span").count() == 6
    ranks = watched.map.locator(".atlas-hole").all_inner_texts()
    assert sorted(map(int, ranks)) == list(range(1, 11))
    # What lies under the pointer is said without a run of the page.
    watched.map.locator(".atlas-hole").first.hover(force=True)
    expect(watched.map.locator(".atlas-tip")).to_contain_text("密度")
    expect(watched.map.locator(".atlas-tip")).to_contain_text("空缺序")
    # However small the cells, no number lies over another; the widest hole keeps its own.
    watched.map_frame.evaluate("void map.setZoom(map.getZoom() - 2, { animate: false })")
    numbers = watched.map_frame.evaluate(SHOWN)
    assert numbers[0][0] == "1"
    assert 1 <= len(numbers) < 10
    for (_, x, y), (_, other_x, other_y) in combinations(numbers, 2):
        assert max(abs(x - other_x), abs(y - other_y)) >= 17
    watched.page.locator(".st-key-widget_grid_shown").get_by_text("平滑密度").click()
    picture = watched.map.locator("img.atlas-surface")
    expect(picture).to_have_attribute("src", re.compile("^data:image/png"))
    assert watched.map.locator(".atlas-hole").count() == 0
    assert watched.map.locator(".atlas-grid-legend").count() == 1
    expect(watched.page.get_by_text("带宽（标准差）500 米")).to_be_visible()
    assert violations(watched.page.main_frame) == []
    assert (watched.outside, watched.errors) == ([], [])
