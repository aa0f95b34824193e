"""What stands on the map finds room: names, symbols, badges and the legend."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("everything", ["", "&stations=50&poles=50"])
def test_legend_is_low_and_whole(open_page, map_server, lang, everything):
    watched = open_page(f"{map_server.url}/?lang={lang}{everything}")
    watched.wait_for_map()
    body = watched.map.locator(".atlas-legend-body")
    assert body.evaluate("body => body.scrollHeight <= body.clientHeight")
    assert watched.map.locator(".atlas-legend").bounding_box()["height"] <= 230
    shown = body.inner_text()
    for folded in ("无数据", "No data"):
        assert folded not in shown
    watched.map.locator(".atlas-legend details summary").click()
    assert {"zh": "无数据", "en": "No data"}[lang] in body.inner_text()


def test_legend_folds_itself_where_it_would_cover_the_district(open_page, map_server):
    watched = open_page(map_server.url, viewport={"width": 1440, "height": 420})
    watched.wait_for_map()
    assert watched.map.locator(".atlas-legend[open]").count() == 0
    watched.map.locator(".atlas-legend > summary").click()
    assert watched.map.locator(".atlas-legend[open]").count() == 1
    watched.map.locator(".atlas-home a").click()
    assert watched.map.locator(".atlas-legend[open]").count() == 1


def test_labels_never_collide(open_page, map_server):
    watched = open_page(map_server.url)
    watched.wait_for_map()
    for zoom in (10, 11.5, 12.5, 14, 16):
        watched.map_frame.evaluate(f"map.setView([23.085, 113.29], {zoom}, {{animate: false}})")
        boxes = watched.map_frame.evaluate(
            """[...document.querySelectorAll('.atlas-label')]
               .filter((label) => label.style.display !== 'none')
               .map((label) => label.getBoundingClientRect())
               .map((box) => [box.left, box.top, box.right, box.bottom])"""
        )
        assert boxes
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                assert apart, (zoom, a, b)


def boxes_of(watched, selector):
    return watched.map_frame.evaluate(
        """(selector) => [...document.querySelectorAll(selector)]
            .filter((element) => getComputedStyle(element).display !== 'none')
            .map((element) => element.getBoundingClientRect())
            .map((box) => [box.left, box.top, box.right, box.bottom])""",
        selector,
    )


def apart(a, b):
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_places_close_together_share_one_symbol_that_lists_them(open_page, map_server):
    watched = open_page(f"{map_server.url}/?crowd=1")
    watched.wait_for_map()
    targets = boxes_of(watched, ".atlas-place")
    assert all(apart(a, b) for i, a in enumerate(targets) for b in targets[i + 1 :])
    stack = watched.map.locator("[data-place-ids='place_0 place_1']")
    assert stack.inner_text() == "2"
    stack.focus()
    told = watched.map.locator(".atlas-tip").inner_text()
    assert "甲园" in told
    assert "乙园" in told
    watched.page.keyboard.press("Enter")
    watched.page.keyboard.press("Tab")
    watched.page.keyboard.press("Enter")
    watched.page.get_by_text("点选 place place_1").wait_for()
    # Near enough, each has a symbol of its own; the marked one is named by its mark alone.
    watched.map_frame.evaluate("map.setView([23.08, 113.27], 17, {animate: false})")
    watched.map.locator("[data-place-ids=place_0]").wait_for()
    assert watched.map.locator("[data-place-ids=place_1]").count() == 1
    assert watched.map.locator(".atlas-label-place:visible", has_text="乙园").count() == 1


def test_list_of_places_closes_with_escape(open_page, map_server):
    watched = open_page(f"{map_server.url}/?crowd=1")
    watched.wait_for_map()
    stack = watched.map.locator("[data-place-ids='place_0 place_1']")
    stack.focus()
    watched.page.keyboard.press("Enter")
    watched.map.locator(".atlas-stack").wait_for()
    watched.page.keyboard.press("Escape")
    watched.map.locator(".atlas-stack").wait_for(state="detached")
    assert stack.evaluate("element => element === document.activeElement")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_zone_names_cover_no_symbol(open_page, map_server, viewport):
    watched = open_page(f"{map_server.url}/?crowd=1", viewport=viewport)
    watched.wait_for_map()
    names, symbols = boxes_of(watched, ".atlas-label-zone"), boxes_of(watched, ".atlas-place svg")
    assert len(names) == 3
    assert symbols
    assert all(apart(name, symbol) for name in names for symbol in symbols)
    brief = watched.map.locator(".atlas-label-zone.atlas-brief").count()
    assert brief == (3 if viewport == PHONE else 0)


def test_badges_leave_the_buttons_free(open_page, map_server):
    watched = open_page(f"{map_server.url}/?lang=en", viewport=PHONE)
    watched.wait_for_map()
    badges, buttons = boxes_of(watched, ".atlas-badge"), boxes_of(watched, ".leaflet-bar")
    assert len(badges) == 3
    assert all(apart(badge, button) for badge in badges for button in buttons)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_edge_of_the_map_cuts_no_name(open_page, map_server, viewport):
    watched = open_page(f"{map_server.url}/?lang=en", viewport=viewport)
    watched.wait_for_map()
    # A place just inside the eastern edge is named on its other side.
    watched.map_frame.evaluate(
        """(() => {
            const centre = map.project([23.09, 113.33]).subtract([map.getSize().x / 2 - 14, 0]);
            map.setView(map.unproject(centre), map.getZoom(), {animate: false});
        })()"""
    )
    watched.map.locator(".atlas-label-place:visible", has_text="乙园").wait_for()
    width = watched.map_frame.evaluate("map.getSize().x")
    for left, _, right, _ in boxes_of(watched, ".atlas-label-place"):
        assert right <= width or left > width


def test_legend_is_open_on_paper(open_page, map_server):
    watched = open_page(map_server.url, viewport=PHONE)
    watched.wait_for_map()
    watched.map_frame.evaluate(
        "addEventListener('beforeprint', () => { window.printed = map.atlasView.legend.open; })"
    )
    watched.page.pdf()
    assert watched.map_frame.evaluate("window.printed") is True
    assert watched.map.locator(".atlas-legend[open]").count() == 0
