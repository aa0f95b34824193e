"""The coverage proxy in a browser: seen on the map, changed by a radius, and accessible."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages_app import violations

pytestmark = pytest.mark.browser

SHARE = "table.atlas-table tbody tr:first-child td:nth-of-type(3)"
# The colour that the coverage has at a position: red, green, blue, opacity.
COLOUR_AT = """([lat, lon]) => {
    const canvas = map.getPane("atlas-rings").querySelector("canvas");
    const at = map.latLngToLayerPoint([lat, lon]).subtract(L.DomUtil.getPosition(canvas));
    const scale = canvas.width / canvas.clientWidth;
    return [...canvas.getContext("2d").getImageData(at.x * scale, at.y * scale, 1, 1).data];
}"""


def test_a_wider_radius_covers_more_on_the_map_and_in_the_table(visit):
    watched = visit("analysis?v=1&analysis=coverage")
    page, labels = watched.page, watched.map.locator(".atlas-label-gap")
    expect(labels.first).to_be_visible()
    expect(watched.map.locator(".atlas-legend")).to_contain_text("非信号覆盖")
    before = page.locator(SHARE).first.inner_text()
    gap = [23.0763, 113.3529]
    red, _, blue, _ = watched.map_frame.evaluate(COLOUR_AT, gap)
    assert red >= blue  # a gap: pale, not washed
    red, _, blue, shown = watched.map_frame.evaluate(COLOUR_AT, [23.09, 113.27])
    assert shown > 0
    assert blue > red
    page.get_by_role("button", name="半径", exact=True).click()
    field = page.get_by_label("宏站 2.6 GHz")
    field.fill("2000")
    field.press("Enter")
    watched.rest()
    assert violations(page.main_frame) == []
    page.keyboard.press("Escape")
    expect(page.locator(SHARE).first).not_to_have_text(before)
    watched.map_frame.wait_for_function(f"(([red, , blue]) => blue > red)(({COLOUR_AT})({gap}))")
    assert watched.errors == []
    assert watched.outside == []
