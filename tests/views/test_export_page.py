"""移交: the package is made, checked and offered, or kept back with its faults."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pypdf
from streamlit.testing.v1 import AppTest

from spatial.errors import ExportRefusedError
from spatial.export.rules.report import Fault, Report
from tests.views.conftest import Pages
from tests.views.own_files import dataset_of, holding
from views import export
from views.session import SessionKey, widget_key

if TYPE_CHECKING:
    import pytest

    from spatial.export.model import PackageContent

OpenApp = Callable[..., Pages]
SAVED = re.compile(r'haizhuAtlas\.save\("([^"]*)", "([^"]*)", "([^"]*)"\)')


def make(page: Pages) -> None:
    page.runner.button(key=SessionKey.EXPORT_MAKE).click().run()
    assert not page.runner.exception


def saved(page: Pages) -> tuple[str, bytes, str]:
    """Return name, bytes and media type of what the browser was told to save."""
    name, content, media_type = SAVED.search(page.markup).groups()
    return name, base64.b64decode(content), media_type


def package_of(page: Pages) -> zipfile.ZipFile:
    page.runner.button(key=SessionKey.EXPORT_SAVE).click().run()
    name, data, media_type = saved(page)
    assert (name.endswith(".zip"), media_type) == (True, "application/zip")
    return zipfile.ZipFile(io.BytesIO(data))


def features(package: zipfile.ZipFile, layer: str) -> list[dict[str, Any]]:
    return json.loads(package.read(f"geojson/{layer}.geojson"))["features"]


def test_two_presses_give_a_checked_package_without_simulated_data(open_app: OpenApp) -> None:
    page = open_app("export")
    make(page)
    assert "检查全部通过" in page.words
    package = package_of(page)
    names = set(package.namelist())
    assert {"README.txt", "manifest.json", "geojson/zones.geojson", "gpkg/haizhu.gpkg"} <= names
    assert not [name for name in names if "base_stations" in name or "lamp_poles" in name]
    assert not any(feature["properties"]["SFMN"] for feature in features(package, "zones"))
    assert {feature["properties"]["DBQK"] for feature in features(package, "zones")} == {"无数据"}


def test_every_row_of_the_report_adds_up(open_app: OpenApp) -> None:
    page = open_app("export")
    make(page)
    for row in page.table("各图层的要素数")[1:]:
        n_in, n_used, n_reported = (int(cell.replace(",", "")) for cell in row[1:4])
        assert n_in == n_used + n_reported


def test_simulated_stations_come_when_asked_for_and_say_so(open_app: OpenApp) -> None:
    page = open_app("export")
    page.runner.radio(key=SessionKey.EXPORT_PROFILE).set_value("geojson")
    page.runner.checkbox(key=widget_key(SessionKey.EXPORT_LAYER, "base_stations")).check().run()
    assert "包内每个要素都会标明“模拟”" in page.words
    make(page)
    package = package_of(page)
    stations = features(package, "base_stations")
    assert len(stations) == 5444
    assert all(feature["properties"]["SFMN"] for feature in [*stations, *features(package, "zones")])


def test_totals_hold_no_point(open_app: OpenApp) -> None:
    page = open_app("export")
    page.runner.radio(key=SessionKey.EXPORT_PROFILE).set_value("geojson")
    page.runner.checkbox(key=widget_key(SessionKey.EXPORT_LAYER, "base_stations")).check()
    page.runner.radio(key=widget_key(SessionKey.EXPORT_CHOICE, "points")).set_value("totals").run()
    make(page)
    package = package_of(page)
    assert "geojson/base_stations.geojson" not in package.namelist()
    assert all(feature["properties"]["SL"] for feature in features(package, "zones"))


def test_the_extent_and_the_definition_of_the_view_are_those_of_the_package(open_app: OpenApp) -> None:
    page = open_app("export", area_basis="official")
    page.runner.radio(key=SessionKey.EXPORT_PROFILE).set_value("geojson")
    page.runner.multiselect(key=SessionKey.EXPORT_EXTENT).select("sysu_valley").run()
    make(page)
    package = package_of(page)
    assert json.loads(package.read("definition.json"))["definition"]["area_basis"] == "official"
    assert "sysu_valley" in {feature["id"] for feature in features(package, "zones")}
    assert len(features(package, "zones")) < 3


def test_changed_choices_take_the_download_away(open_app: OpenApp) -> None:
    page = open_app("export")
    make(page)
    page.runner.radio(key=SessionKey.EXPORT_PROFILE).set_value("spreadsheet").run()
    assert "请重新生成" in page.words
    assert [button.key for button in page.runner.button if button.key == SessionKey.EXPORT_SAVE] == []


def test_a_failed_check_names_its_faults_and_offers_nothing(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault(rule="geojson.ring_open", file="geojson/zones.geojson", feature_id="pazhou", found="<b>")

    def refuse(_content: PackageContent, **_: object) -> None:
        raise ExportRefusedError(
            "export.refused",
            n=1,
            rule=fault.rule,
            file=fault.file,
            feature="pazhou",
            report=Report(files=(), errors=(fault,), warnings=(), totals={}, rules_run=()),
        )

    page = open_app("export")
    monkeypatch.setattr(export, "package_bytes", refuse)
    make(page)
    rows = page.table("检查发现的问题")
    assert rows[1][:2] == ["geojson/zones.geojson", "pazhou"]
    assert rows[1][3] == "geojson.ring_open"
    assert "<b>" not in page.markup
    assert [button.key for button in page.runner.button if button.key == SessionKey.EXPORT_SAVE] == []


def test_the_bar_names_the_format_that_is_written(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Bar:
        def progress(self, _share: float, *, text: str) -> None:
            told.append(text)

    real = export._steps_on
    monkeypatch.setattr(export, "_steps_on", lambda _bar, formats, lang: real(Bar(), formats, lang))
    page = open_app("export")
    page.runner.radio(key=SessionKey.EXPORT_PROFILE).set_value("geojson").run()
    make(page)
    assert told == [
        "写出各格式：JSON-FG（CGCS2000 交换）",
        "写出各格式：GeoJSON（RFC 7946）",
        "写元数据和字典",
        "逐条检查",
        "读回核对",
        "打包",
        "打包",
    ]


CELLS = """基站编号,gNodeB标识,经度,纬度
A,g1,113.33,23.10
A,g1,113.33,23.10
B,g2,113.34,23.10
"""


def test_a_table_of_cells_is_refused_with_the_reason_and_a_way_out(open_app: OpenApp) -> None:
    page = open_app("export")
    holding(page, dataset_of(CELLS, "gcj02", name="小区.csv", cells="keep"))
    page.runner.checkbox(key=widget_key(SessionKey.EXPORT_LAYER, "base_stations")).check().run()
    make(page)
    assert "“基站编号”有 2 个要素编号重复（A）" in page.words
    assert "一行是一个小区，不是一个基站" in page.words
    assert "检查全部通过" not in page.words


def test_work_that_is_stopped_leaves_no_result(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_content: PackageContent, **_: object) -> None:
        raise OSError

    page = open_app("export")
    make(page)
    monkeypatch.setattr(export, "package_bytes", fail)
    make(page)
    assert "检查全部通过" not in page.words
    assert SessionKey.EXPORT_RESULT not in page.runner.session_state


def test_a_pack_without_outlines_is_one_clear_sentence(open_app: OpenApp) -> None:
    page = open_app("export", pack="new_era_district")
    assert "没有可移交的图层" in page.words
    assert [button.key for button in page.runner.button] == []


def test_no_layer_is_no_package(open_app: OpenApp) -> None:
    page = open_app("export")
    for box in page.runner.checkbox:
        box.uncheck()
    page.runner.run()
    assert "请至少选择一个图层" in page.words
    assert page.runner.button(key=SessionKey.EXPORT_MAKE).disabled


def test_the_view_leaves_as_one_page_and_as_paper(open_app: OpenApp) -> None:
    page = open_app("export")
    page.runner.button(key=SessionKey.PAGE_SAVE).click().run()
    name, data, media_type = saved(page)
    assert (name, media_type) == ("haizhu-map.html", "text/html")
    assert "琶洲" in data.decode()
    page.runner.selectbox(key=SessionKey.SHEET_ZONE).select("pazhou")
    page.runner.selectbox(key=SessionKey.SHEET_PAPER).select("A3")
    page.runner.button(key=SessionKey.SHEET_SAVE).click().run()
    name, data, media_type = saved(page)
    assert (name, media_type) == ("pazhou-A3.pdf", "application/pdf")
    assert data.startswith(b"%PDF")


def test_the_sheets_bear_the_youngest_date_of_what_they_show(open_app: OpenApp) -> None:
    dates = {"A": "2024-06-28", "B": "去年", "C": "2024-05"}
    rows = [f"{station},113.33,23.10,{date}" for station, date in dates.items()]
    table = "\n".join(["基站编号,经度,纬度,采集日期", *rows])
    page = open_app("export")
    for datasets, date in (((), "2020-12-31"), ((dataset_of(table, "gcj02"),), "2024-06-28")):
        holding(page, *datasets)
        page.runner.button(key=SessionKey.SHEET_SAVE).click().run()
        _, data, _ = saved(page)
        words = pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()
        assert f"数据日期 {date}" in words
    assert "自有清单“清单.csv”" in page.words
    # The published number says the contrary of the inventory: each says what it counts.
    assert re.search(r"未达标.*按导入的基站清单计数。\s*按公布的总数（2020-12-31）.*✓ 达标", words, re.DOTALL)


def test_notices_call_layers_by_their_titles(open_app: OpenApp) -> None:
    page = open_app("export")
    make(page)
    assert "图层“模拟5G基站（5144座现状，另有模拟规划站）”有 5,444 个模拟要素" in page.words
    assert "待平台所有者提供：海珠区界线（派生）、一区一谷一圈（示意）" in page.words
    assert not re.findall(
        r"\b(base_stations|lamp_poles|district|places)\b(?![./])", page.words.partition("文件（")[0]
    )


def test_the_page_speaks_english(open_app: OpenApp) -> None:
    page = open_app("export", lang="en")
    make(page)
    assert "Every check passed" in page.words
    own_words = re.sub(r'<(\w+)[^>]*lang="zh"[^>]*>.*?</\1>', "", page.markup, flags=re.DOTALL)
    assert set(re.findall(r"[\u3400-\u9fff]+", own_words)) == set()


def test_other_files_take_what_was_made_of_the_former_away_and_a_reported_value_does_not() -> None:
    script = """
import streamlit as st
from spatial.evaluation_tables.reported import ReportedValue
from spatial.workspace.model import PackChanges, Workspace, report_value
from views.session import SessionKey, current_workspace, keep_workspace, own_work
st.session_state[SessionKey.EXPORT_RESULT] = "made of the former"
own_work().surveys["haizhu"] = "found in the former"
value = ReportedValue(indicator_id="a", value=1.0, as_of="2024", source="b")
keep_workspace(report_value(current_workspace(), "haizhu", value))
st.text((SessionKey.EXPORT_RESULT in st.session_state, *own_work().surveys))
keep_workspace(Workspace(packs={"haizhu": PackChanges()}))
st.text((SessionKey.EXPORT_RESULT in st.session_state, *own_work().surveys))
"""
    runner = AppTest.from_string(script).run()
    assert not runner.exception
    assert [each.value for each in runner.text] == ["(True, 'haizhu')", "(False,)"]
