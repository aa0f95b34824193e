"""导入 in a browser with the network closed: from the drop of a file to another verdict."""

from __future__ import annotations

import functools
import http.client
import json
import re
import time
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import PHONE, QUIET_MS, WAIT_MS, rest

pytestmark = pytest.mark.browser

PART = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\na,b\r\n--x--\r\n'
HOSTILE = '<img src=x onerror="window.top.hacked=1">{{7*7}}{% raw %}${8*8}`'
STATIONS = "基站编号,基站名称,站型,状态,经度,纬度\n" + "".join(
    f"A{number},{number}号,宏站,现状,{113.27 + 0.001 * number:.5f},23.09000\n" for number in range(60)
)
ONE_BAD = f"""基站编号,基站名称,站型,状态,经度,纬度
A1,一号,宏站,现状,113.33123,23.10123
A2,二号,宏站,现状,"{HOSTILE.replace('"', '""')}",23.09
"""
RING = [[113.30, 23.08], [113.32, 23.08], [113.32, 23.10], [113.30, 23.10], [113.30, 23.08]]
ZONES = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"片区编号": "Z1", "片区名称": "一谷"},
                "geometry": {"type": "Polygon", "coordinates": [RING]},
            }
        ],
    },
    ensure_ascii=False,
)


def status(app, method, path, **headers):
    """Return what the server answers to a caller that is no page of ours."""
    connection = http.client.HTTPConnection(urlsplit(app.url).netloc, timeout=20)
    connection.request(method, path, body=PART if method == "PUT" else None, headers=headers)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("set-cookie") or ""


@pytest.fixture
def visit_import(visit):
    """Return a function that opens the page 导入 and waits until it rests."""
    return functools.partial(visit, "import")


def drop(page, words, name="清单.csv"):
    data = words if isinstance(words, bytes) else words.encode("gbk")
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )


def choose(page, label, option):
    page.get_by_role("combobox", name=label).first.click()
    page.get_by_role("option", name=option).first.click()


def bring_stations(page, words=STATIONS):
    drop(page, words)
    page.get_by_text("需要您说明").wait_for()
    choose(page, "坐标系", "GCJ-02")
    page.get_by_text("需要您说明").wait_for(state="detached", timeout=WAIT_MS)


def test_a_clean_file_changes_the_verdicts_in_under_a_minute(visit_import):
    watched = visit_import()
    page = watched.page
    started = time.monotonic()
    bring_stations(page)
    page.get_by_text("使用 60 行，未用 0 行").wait_for()
    page.get_by_role("button", name="确认导入").click()
    page.get_by_text("已导入“清单.csv”").wait_for(timeout=WAIT_MS)
    page.get_by_role("link", name="总览").click()
    page.get_by_text("各片区的结论出自本次会话导入的清单").wait_for(timeout=WAIT_MS)
    assert time.monotonic() - started < 60
    assert (watched.outside, watched.errors) == ([], [])


def test_hostile_cells_are_shown_verbatim_and_nothing_runs(visit_import):
    watched = visit_import()
    page = watched.page
    bring_stations(page, ONE_BAD)
    page.get_by_text("使用 1 行，未用 1 行").wait_for()
    assert HOSTILE in page.inner_text("body")
    with page.expect_download() as download:
        page.get_by_role("button", name="改正后可再导入").click()
    assert HOSTILE in download.value.path().read_text("utf-8-sig").replace('""', '"')
    # What is taken away stays in the session: no address of the server ever holds it.
    assert [path for path in watched.inside if path.startswith("/media/")] == []
    assert page.evaluate("window.hacked") is None
    assert watched.outside == []


def test_official_outlines_are_shown_beside_the_old_before_they_replace_them(visit_import):
    page = visit_import().page
    drop(page, ZONES.encode(), "片区.geojson")
    choose(page, "这些界线的依据", "主管部门")
    page.get_by_text("替换前后").first.wait_for(timeout=WAIT_MS)
    page.get_by_role("button", name="确认并替换示意界线").click()
    page.get_by_text("的界线替换了").wait_for(timeout=WAIT_MS)
    page.get_by_role("button", name="恢复示意界线").click()
    page.get_by_text("的界线替换了").wait_for(state="detached", timeout=WAIT_MS)


def test_work_can_be_stopped_and_leaves_nothing(visit_import):
    page = visit_import().page
    drop(page, STATIONS * 2000, "大.csv")
    page.get_by_role("button", name="取消").click(timeout=WAIT_MS)
    page.locator(".file-line").wait_for(state="detached", timeout=WAIT_MS)
    page.wait_for_timeout(QUIET_MS)
    rest(page)
    assert page.get_by_text("大.csv").count() == 0
    assert page.get_by_role("button", name="确认导入").count() == 0


def test_what_was_confirmed_is_kept_on_other_pages_and_saved_as_one_file(visit_import, tmp_path):
    page = visit_import().page
    bring_stations(page)
    page.get_by_role("button", name="确认导入").click()
    page.get_by_text("已导入“清单.csv”").wait_for(timeout=WAIT_MS)
    page.get_by_role("link", name="数据来源").click()
    page.get_by_text("各范围的界线依据与面积").first.wait_for()
    page.get_by_role("link", name="导入").click()
    with page.expect_download(timeout=WAIT_MS) as saved:
        page.get_by_role("button", name=re.compile("保存为一个文件")).click()
    path = tmp_path / "kept.gpkg"
    saved.value.save_as(path)
    again = visit_import().page
    again.locator("input[type=file]").last.set_input_files(path)
    again.get_by_text("已打开“kept.gpkg”").wait_for(timeout=WAIT_MS)
    assert again.get_by_role("rowheader", name="清单.csv").is_visible()


def test_a_phone_shows_all_of_it(visit_import):
    page = visit_import(viewport=PHONE).page
    bring_stations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    button = page.get_by_role("button", name="确认导入").bounding_box()
    assert button["x"] + button["width"] <= PHONE["width"]
    assert page.locator(".import-map img").bounding_box()["width"] > 0.85 * PHONE["width"]


def test_no_other_site_and_no_other_session_can_send_a_file(app):
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    path = "/_stcore/upload_file/0b0b0b0b-0000-4000-8000-000000000000/f1"
    assert status(app, "PUT", path, **form)[0] == 403
    assert status(app, "PUT", path, Origin="http://elsewhere.test", **form)[0] == 403
    assert status(app, "DELETE", path, Origin="http://elsewhere.test")[0] == 403
    token = re.search("_streamlit_xsrf=([^;]+)", status(app, "GET", "/_stcore/health")[1])[1]
    own = {"Cookie": f"_streamlit_xsrf={token}", "X-Xsrftoken": token}
    assert status(app, "PUT", path, **form, **own)[0] == 400, "a session that is none"
    shake = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert status(app, "GET", "/_stcore/stream", Origin="http://elsewhere.test", **shake)[0] == 403
    assert status(app, "GET", "/_stcore/stream", Origin=app.url, **shake)[0] == 101


def test_nothing_of_a_file_is_seen_by_others_or_left_on_the_disk(visit_import, app):
    mark = "只此一家的站名"
    mine = visit_import()
    bring_stations(mine.page, STATIONS.replace("0号", mark, 1))
    mine.page.get_by_role("button", name="确认导入").click()
    mine.page.get_by_text("已导入“清单.csv”").wait_for(timeout=WAIT_MS)
    other = visit_import().page
    assert "还没有导入任何数据" in other.inner_text("body")
    assert "清单.csv" not in other.inner_text("body")
    mine.page.context.close()
    left = [path for path in (app.folder / "tmp").rglob("*") if path.is_file()]
    assert [path for path in left if mark.encode() in path.read_bytes()] == []
    assert [path for path in left if mark.encode("gbk") in path.read_bytes()] == []
