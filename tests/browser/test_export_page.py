"""移交 in a browser with the network closed: the usual case in three clicks, and the way out."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.sync_api import expect

from spatial.export.rules.validate import validate_package
from tests.browser.conftest import PHONE, WAIT_MS

pytestmark = pytest.mark.browser


def test_three_clicks_from_the_first_screen_to_a_valid_package(visit, tmp_path):
    watched = visit()
    page = watched.page
    page.get_by_role("link", name="移交").click()
    page.get_by_role("button", name="生成并检查").click()
    download = page.get_by_role("button", name=re.compile("下载移交包"))
    download.wait_for(timeout=WAIT_MS)
    with page.expect_download() as saved:
        download.click()
    package = tmp_path / saved.value.suggested_filename
    saved.value.save_as(package)
    assert validate_package(package).valid
    assert "geojson/zones.geojson" in zipfile.ZipFile(package).namelist()
    # Nobody else can fetch it: no address of the server ever holds it.
    assert [path for path in watched.inside if path.startswith("/media/")] == []
    assert (watched.outside, watched.errors) == ([], [])


def test_work_can_be_stopped_and_leaves_nothing(visit):
    page = visit("export").page
    page.locator("label", has_text="5G 基站（").click()
    page.get_by_text("包内每个要素都会标明").wait_for()
    page.get_by_role("button", name="生成并检查").click()
    page.get_by_role("button", name="取消").click()
    page.get_by_text("选好后按").wait_for(timeout=WAIT_MS)
    assert page.get_by_role("button", name=re.compile("下载移交包")).count() == 0


def test_page_of_its_own_and_paper_are_saved(visit, tmp_path):
    watched = visit("export")
    for button, start in (("下载网页地图", b"<!DOCTYPE html>"), ("下载图纸", b"%PDF-")):
        with watched.page.expect_download(timeout=WAIT_MS) as saved:
            watched.page.get_by_role("button", name=button).click()
        path = tmp_path / saved.value.suggested_filename
        saved.value.save_as(path)
        assert path.read_bytes().startswith(start)
    assert watched.outside == []


def test_choices_outlast_another_language_and_another_page(visit):
    page = visit("export").page
    page.get_by_text("桌面 GIS", exact=True).click()
    page.get_by_text("5G 基站（").click()
    page.get_by_text("English", exact=True).click()
    for _ in ("another language", "another page"):
        page.get_by_role("button", name="Make and check").wait_for(timeout=WAIT_MS)
        expect(page.get_by_role("radio", name="Desktop GIS")).to_be_checked()
        expect(page.get_by_role("radio", name="Exact positions")).to_be_checked()
        expect(page.get_by_role("checkbox", name="5G base stations")).to_be_checked()
        page.get_by_role("link", name="Goals").click()
        page.get_by_role("button", name="Make and check").wait_for(state="detached", timeout=WAIT_MS)
        page.get_by_role("link", name="Hand over").click()


def test_a_phone_shows_all_of_it(visit):
    page = visit("export", viewport=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    button = page.get_by_role("button", name="生成并检查").bounding_box()
    assert button["x"] + button["width"] <= PHONE["width"]
    # The name of the area is read in full: the choices of the sheets stand below one another.
    assert page.locator(".st-key-widget_sheet_zone").bounding_box()["width"] > 0.8 * PHONE["width"]
