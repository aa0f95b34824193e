"""Names are shown as they stand and nothing in them runs, wherever on the map they appear."""

from __future__ import annotations

import pytest

from tests.browser.apps.frames import HOSTILE

pytestmark = pytest.mark.browser

ZONES, PLACES, PARTS = HOSTILE[:3], HOSTILE[3:6], HOSTILE[5:7]
OPERATOR, ATTRIBUTION, REVIEW = HOSTILE[3], HOSTILE[4], HOSTILE[6]


@pytest.fixture
def hostile_map(open_page, map_server):
    watched = open_page(f"{map_server.url}/?hostile=1&stations=400")
    watched.wait_for_map()
    yield watched
    assert watched.map_frame.evaluate("typeof window.stolen") == "undefined"
    assert watched.page.evaluate("typeof window.stolen") == "undefined"
    assert watched.outside == []


def texts(watched, selector):
    return watched.map.locator(selector).all_text_contents()


def hover(watched, lat, lon):
    at = watched.map_frame.evaluate(
        f"(() => {{ const p = map.latLngToContainerPoint([{lat}, {lon}]); return [p.x, p.y]; }})()"
    )
    box = watched.page.locator("iframe").first.bounding_box()
    watched.page.mouse.move(box["x"] + at[0] - 3, box["y"] + at[1])
    watched.page.mouse.move(box["x"] + at[0], box["y"] + at[1], steps=3)
    watched.map.locator(".atlas-tip").wait_for()
    return watched.map.locator(".atlas-tip").inner_text()


def test_labels(hostile_map):
    assert set(ZONES) <= set(texts(hostile_map, ".atlas-label-zone .atlas-name"))
    shown = texts(hostile_map, ".atlas-label-place")
    assert set(PLACES[:2]) <= set(shown)
    assert set(PARTS) <= set(texts(hostile_map, ".atlas-label-part"))


def test_words_for_screen_readers(hostile_map):
    for zone, name in zip(("zone_a", "zone_b", "zone_c"), ZONES, strict=True):
        label = hostile_map.map.locator(f"[data-zone-id={zone}]").get_attribute("aria-label")
        assert label.startswith(name)
    label = hostile_map.map.locator("[data-place-ids=place_0]").get_attribute("aria-label")
    assert label.startswith(PLACES[0])


def test_tooltips_of_zone_part_and_place(hostile_map):
    shown = hover(hostile_map, 23.065, 113.25)
    assert ZONES[0] in shown
    assert PARTS[0] in shown
    assert PLACES[0] in hover(hostile_map, 23.08, 113.27)


def test_tooltip_of_a_station(hostile_map):
    frame = hostile_map.map_frame
    frame.evaluate("map.setView([23.085, 113.33], 16, {animate: false})")
    point = frame.evaluate(
        """(() => {
            const layer = [...map.atlasView.pointLayers.values()][0];
            for (let i = 0; i < layer._xy.length / 2; i++) {
                if (!layer.tip(i).some(([, value]) => value.includes('onerror'))) continue;
                const at = map.unproject([layer._xy[2 * i], layer._xy[2 * i + 1]], 0);
                map.setView(at, 16, {animate: false});
                return [at.lat, at.lng];
            }
        })()"""
    )
    assert OPERATOR in hover(hostile_map, *point)


def test_foot_line(hostile_map):
    foot = hostile_map.map.locator(".atlas-foot").inner_text()
    assert ATTRIBUTION in foot
    assert REVIEW in foot
