"""The whole app in a browser with the network closed: what a planner sees and does."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.browser.conftest import PHONE, ROOT, WAIT_MS, rest, streamlit_server

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ("", "import", "indicators", "export", "sources")
# Latin words that a Chinese page may hold: acronyms, names, units, formats and settings.
ALLOWED_LATIN = re.compile(
    r"(?<![A-Za-z])[A-Z][A-Z0-9]{1,5}(?![A-Za-z])|English|GeoJSON|GEOJSON|UTF-8|km|WGS84|NB-IoT|IPv6|R&D|IoT|Wi-?Fi|T\.I\.T"
    r"|ATLAS_MAX_[A-Z_]+|as_given|GeoPackage|Shapefile|Excel|ArcGIS|SuperMap|\.?gpkg|shp|dbf|shx|prj|cpg"
)


def open_panel(watched, name):
    """Open a panel above the map; the former one is closed."""
    watched.page.get_by_role("button", name=name, exact=True).click()
    watched.page.get_by_test_id("stPopoverBody").wait_for()
    rest(watched.page)


def close_panel(watched):
    watched.page.keyboard.press("Escape")
    watched.page.get_by_test_id("stPopoverBody").wait_for(state="detached")


def show(watched, lat, lon, zoom):
    """Move the map and wait until the page's address says where it stands."""
    watched.map_frame.evaluate(f"map.setView([{lat}, {lon}], {zoom}, {{animate: false}})")
    watched.page.wait_for_url(re.compile(f"#map={zoom:g}/"))


def violations(frame):
    frame.evaluate(AXE.read_text(encoding="utf-8"))
    found = frame.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],"
        " resultTypes: ['violations'], iframes: false})"
    )
    return [
        (
            each["id"],
            [" ".join(map(str, node["target"])) + " :: " + node["html"][:160] for node in each["nodes"]],
        )
        for each in found["violations"]
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_speaks_one_language(visit, name, lang):
    watched = visit(f"{name}?v=1&lang={lang}&zone=pazhou")
    page = watched.page
    assert violations(page.main_frame) == []
    assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[lang]
    assert page.title().endswith({"zh": " · 海珠规划图集", "en": " · Haizhu Atlas"}[lang])
    if lang == "zh":
        assert leftovers(page) == set()
    if not name:
        assert page.locator("iframe[src*='streamlit_folium']").get_attribute("title")


def test_no_accessibility_violation_with_a_panel_open(visit):
    watched = visit()
    for panel in ("图层", "口径", "自有数据"):
        open_panel(watched, panel)
        assert violations(watched.page.main_frame) == [], panel
        close_panel(watched)


def test_map_and_verdicts_stand_side_by_side_in_the_first_window(visit):
    watched = visit()
    page = watched.page
    map_box = page.locator("iframe[src*='streamlit_folium']").bounding_box()
    table_box = page.locator("table.verdicts").first.bounding_box()
    assert map_box["width"] * map_box["height"] > 0.42 * 1440 * 900
    assert map_box["y"] + map_box["height"] <= 900
    assert table_box["y"] + table_box["height"] <= 900
    assert table_box["x"] >= map_box["x"] + map_box["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    frame = page.locator(".table-frame").first
    assert frame.evaluate("node => node.scrollWidth - node.clientWidth") <= 1
    assert page.get_by_text("52个/平方公里的目标低于已公布的存量").first.is_visible()
    finding = page.locator(".note.caution").first.bounding_box()
    assert finding["y"] + finding["height"] <= 900


def test_a_phone_stacks_map_and_table_and_cuts_nothing(visit):
    watched = visit(viewport=PHONE)
    page = watched.page
    map_box = page.locator("iframe[src*='streamlit_folium']").bounding_box()
    table_box = page.locator("table.verdicts").first.bounding_box()
    assert table_box["y"] >= map_box["y"] + map_box["height"]
    assert map_box["width"] > 350
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    frame = page.locator(".table-frame").first
    assert frame.evaluate("node => node.scrollWidth - node.clientWidth") <= 1


def test_the_framework_s_furniture_is_gone(visit):
    page = visit().page
    for name in ("stHeader", "stToolbar", "stMainMenu", "stAppDeployButton", "stDecoration", "stSidebar"):
        shown = page.get_by_test_id(name)
        assert all(not shown.nth(i).is_visible() for i in range(shown.count())), name


def spoken_words(page):
    """Return everything that is shown or read aloud, without what is quoted from sources."""
    return page.evaluate(
        """() => {
          const seen = [];
          const walk = (node) => {
            if (node.nodeType === Node.TEXT_NODE) { seen.push(node.nodeValue); return; }
            if (node.nodeType !== Node.ELEMENT_NODE) return;
            if (node.matches("script, noscript, style, code, .atlas-table td, .cite")) return;
            if (node.matches("[data-testid=stIconMaterial]")) return;
            if (getComputedStyle(node).display === "none") return;
            for (const name of ["aria-label", "title", "placeholder", "alt"])
              if (node.getAttribute(name)) seen.push(node.getAttribute(name));
            node.childNodes.forEach(walk);
          };
          walk(document.body);
          return seen;
        }"""
    )


def test_no_english_is_left_in_the_panels_and_the_search(visit):
    watched = visit()
    for panel in ("图层", "口径", "自有数据"):
        open_panel(watched, panel)
        assert leftovers(watched.page) == set(), panel
        close_panel(watched)
    watched.page.get_by_role("combobox").first.fill("没有这个名字")
    watched.page.get_by_role("listbox").wait_for()
    rest(watched.page)
    assert leftovers(watched.page) == set()


def test_a_lost_server_is_told_in_chinese(chromium, tmp_path):
    shutil.copytree(ROOT / ".streamlit", tmp_path / ".streamlit")
    page = chromium.new_page(locale="zh-CN")
    with streamlit_server(ROOT / "app.py", folder=tmp_path) as server:
        page.goto(f"{server.url}/indicators")
        page.locator(".foot").wait_for(state="attached", timeout=WAIT_MS)
    page.get_by_role("dialog").get_by_text("图集服务没有应答").wait_for(timeout=WAIT_MS)
    assert leftovers(page) == set()
    page.close()


def leftovers(page):
    words = (
        re.findall(r"[A-Za-z]{2,}[A-Za-z ]*", ALLOWED_LATIN.sub("", line)) for line in spoken_words(page)
    )
    return {word for found in words for word in found}


def test_a_click_selects_and_refresh_and_sharing_lose_nothing(visit, open_page):
    watched = visit("?v=1&layers=zones,parks&area_basis=official")
    show(watched, 23.09, 113.26, 14.5)
    box = watched.page.locator("iframe[src*='streamlit_folium']").bounding_box()
    watched.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    watched.page.wait_for_url(re.compile("zone=culture_circle"))
    watched.page.get_by_role("heading", name="海珠新活力文商旅融合圈").wait_for()
    address = watched.page.url
    for part in ("v=1", "area_basis=official", "zone=culture_circle", "#map=14.5/23.09"):
        assert part in address
    again = open_page(address)
    again.rest()
    assert again.page.url == address
    assert again.page.get_by_role("heading", name="海珠新活力文商旅融合圈").is_visible()
    assert again.map_frame.evaluate("map.getZoom()") == 14.5
    assert watched.outside == again.outside == []


def test_a_definition_switch_keeps_the_view_and_tells(visit):
    watched = visit()
    watched.map_frame.evaluate("window.kept = true")
    show(watched, 23.09, 113.30, 15)
    watched.page.get_by_role("button", name="口径", exact=True).click()
    watched.page.get_by_role("combobox", name="室内分布").click()
    watched.page.get_by_role("option", name="不含室分").click()
    watched.page.wait_for_url(re.compile("indoor=exclude"))
    watched.rest()
    assert watched.map_frame.evaluate("window.kept === true && map.getZoom() === 15")
    assert "#map=15/" in watched.page.url
    assert "不含室分" in watched.page.locator(".definition-line").inner_text()


def test_search_by_part_of_a_name_highlights_the_place(visit):
    watched = visit()
    search = watched.page.get_by_role("combobox").first
    search.fill("1918智")
    watched.page.get_by_role("option").first.click()
    watched.page.wait_for_url(re.compile("place="))
    watched.rest()
    assert "1918" in watched.page.locator(".sheet h2").first.inner_text()


def test_pages_keep_the_view_and_the_language(visit):
    watched = visit("?v=1&lang=en&zone=pazhou")
    watched.page.get_by_role("link", name="Goals").click()
    watched.page.get_by_role("heading", name="Goals", exact=True).wait_for()
    assert "zone=pazhou" in watched.page.url
    assert "lang=en" in watched.page.url
    watched.page.get_by_role("link", name="Overview").click()
    watched.page.get_by_text("5G stations per km²").first.wait_for()
    assert "zone=pazhou" in watched.page.url


def test_going_back_brings_the_former_view(visit):
    watched = visit()
    page = watched.page
    for number, option in enumerate(("一区", "一圈")):
        page.get_by_role("combobox", name="选择片区").click()
        page.get_by_role("option", name=option, exact=True).click()
        page.wait_for_url(re.compile(("zone=pazhou", "zone=culture_circle")[number]))
        watched.rest()
    page.go_back()
    page.get_by_role("heading", name="琶洲人工智能与数字经济试验区").wait_for()
    assert "zone=pazhou" in page.url


def test_the_goals_fit_on_one_screen_and_each_section_is_one_click_away(visit):
    page = visit("indicators").page
    page.get_by_role("table", name="年度监测").wait_for()
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    assert height < 1.3 * page.viewport_size["height"]
    page.get_by_role("radio", name="文本问题").click()
    page.locator(".findings").wait_for()
    assert page.locator(".findings li").first.bounding_box()["y"] < page.viewport_size["height"]
