"""口径对照 in a browser with the network closed."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest

from tests.browser.conftest import WAIT_MS
from tests.browser.test_pages_app import violations

pytestmark = pytest.mark.browser


def test_from_the_navigation_to_the_matrix_and_its_file(visit, tmp_path):
    watched = visit("indicators?v=1&indoor=exclude")
    page = watched.page
    page.get_by_role("link", name="口径对照", exact=True).click()
    page.wait_for_url(re.compile("audit"))
    page.get_by_text("会误读为“接近”").wait_for()
    watched.rest()
    # The district's own case stands in the first window, and the matrix waits to be asked for.
    case = page.locator("table").filter(has_text="网络地图投影面积").bounding_box()
    assert case["y"] + case["height"] <= 900
    assert page.locator("table.audit-matrix").count() == 0
    page.get_by_text("展开完整矩阵").click()
    page.locator("table.audit-matrix").wait_for()
    page.get_by_role("radio", name="公布面积").click()
    page.get_by_text("除以公布面积的各种口径").wait_for()
    watched.rest()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    frame = page.locator(".table-frame").filter(has=page.locator("table.audit-matrix"))
    assert frame.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert violations(page.main_frame) == []
    with page.expect_download(timeout=WAIT_MS) as saved:
        page.get_by_role("button", name="下载矩阵 XLSX").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    matrix = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True).worksheets[0]
    assert sum(1 for _ in matrix.iter_rows()) == 1 + 11 * 144


def test_a_phone_shows_it_and_english_reads_as_well(visit):
    watched = visit("audit?v=1&lang=en", viewport={"width": 390, "height": 844})
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    # A row is a card: nothing of it lies beyond the edge of the screen.
    for frame in watched.page.locator(".table-frame:has(table.cards)").all():
        assert frame.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert violations(watched.page.main_frame) == []
