"""选址 in a browser with the network closed: from the gap of a zone to a list on the disk."""

from __future__ import annotations

import json

import pytest

from tests.browser.conftest import rest

pytestmark = pytest.mark.browser

MOST_CLICKS = 6


def test_from_the_gap_to_an_exported_list_in_six_clicks(visit, tmp_path):
    watched = visit("?v=1")
    page = watched.page
    clicks = 0

    def click(target):
        nonlocal clicks
        target.click()
        clicks += 1

    click(page.get_by_role("link", name="分析", exact=True))
    click(
        page.get_by_role("button", name="选址", exact=True).or_(page.get_by_role("radio", name="选址")).first
    )
    rest(page)
    click(page.get_by_role("combobox").first)
    click(page.get_by_role("option", name="一区", exact=True))
    page.get_by_text("选 196 根灯杆即可达到目标").wait_for()
    assert page.get_by_text("已证明不能更少").is_visible()
    with page.expect_download() as waiting:
        click(page.get_by_role("button", name="导出规划站点（GeoJSON）"))
    assert clicks <= MOST_CLICKS
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert len(features) == 196
    assert {each["properties"]["status"] for each in features} == {"planned"}
    assert {each["properties"]["synthetic"] for each in features} == {True}
