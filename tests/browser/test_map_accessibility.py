"""No A or AA violation inside the map's frame."""

from __future__ import annotations

import pytest

from layers.registry import DEFAULT_LAYERS, LAYERS
from tests.browser.conftest import DESKTOP, PHONE, ROOT

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def violations(watched):
    """Return rule -> the elements that break it."""
    watched.map_frame.evaluate(AXE.read_text(encoding="utf-8"))
    found = watched.map_frame.evaluate("(rules) => axe.run(document, rules)", RULES)
    assert found["passes"], "axe looked at nothing"
    return {rule["id"]: [node["html"][:160] for node in rule["nodes"]] for rule in found["violations"]}


@pytest.mark.parametrize("layers", [DEFAULT_LAYERS, [spec.layer_id for spec in LAYERS]])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_map_of_the_app(open_page, app, layers, viewport):
    watched = open_page(f"{app.url}/?layers={','.join(sorted(layers))}", viewport=viewport)
    watched.wait_for_map()
    assert watched.map.locator("[data-place-ids*=' ']").count() > 0
    assert violations(watched) == {}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_map_frame(open_page, map_server, lang):
    watched = open_page(f"{map_server.url}/?lang={lang}&stations=300")
    watched.wait_for_map()
    assert violations(watched) == {}
    watched.map.locator("[data-zone-id=zone_b]").focus()
    watched.map.locator(".atlas-tip").wait_for()
    assert violations(watched) == {}


def test_places_close_together(open_page, map_server):
    watched = open_page(f"{map_server.url}/?crowd=1")
    watched.wait_for_map()
    assert violations(watched) == {}
    watched.map.locator("[data-place-ids*=' ']").click()
    watched.map.locator(".atlas-stack").wait_for()
    assert violations(watched) == {}


def test_map_frame_on_a_phone(open_page, map_server):
    watched = open_page(map_server.url, viewport=PHONE)
    watched.wait_for_map()
    watched.map.locator(".atlas-legend > summary").click()
    assert violations(watched) == {}
