"""Bring your own inventory: used, reported, kept to the session, forgotten."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from spatial.definition import Definition
from spatial.inventory import read_inventory
from views import cache
from views.inventory_panel import BY_FILE, MEBIBYTE
from views.rejected_rows import rejected_csv, rejected_table
from views.remarks import inventory_remarks
from views.session import SessionKey, upload_key, widget_key

OpenApp = Callable[..., "object"]
CAPTION = "每平方公里 5G 基站"
TABLE = """基站编号,基站名称,运营商,站型,状态,经度,纬度
A1,一号,移动,宏站,现状,113.33,23.10
A2,=HYPERLINK("x"),联通,宏站,现状,=1+1,23.10
A3,<script>x</script>{{7*7}},电信,室分,现状,113.27,23.09
A4,四号,电信,室分,现状,999,23.09
"""


def bring(page: object, data: bytes, name: str = "清单.csv", system: str = "wgs84") -> None:
    runner = page.runner
    runner.selectbox(key=SessionKey.DATUM).select(system).run()
    runner.file_uploader[0].set_value((name, data, "text/csv")).run()
    runner.button(key=SessionKey.UPLOAD_USE).click().run()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_an_inventory_replaces_the_simulated_one(open_app: OpenApp, encoding: str) -> None:
    page = open_app()
    bring(page, TABLE.encode(encoding))
    assert "正在使用“清单.csv”：共 4 行，使用 2 行，未用 2 行" in page.words
    rows = page.table(CAPTION)[1:]
    assert [row[0].split()[0] for row in rows] == ["海珠区", "海珠区", "海珠区", "一区", "一谷", "一圈"]
    assert all("模拟" not in row[-1] for row in rows)
    assert rows[0][2] == "2"
    assert sum(int(row[2]) for row in rows[3:]) == 2
    assert [row[1:3] for row in page.table("未使用的行")[1:]] == [
        ["经度", "=1+1"],
        ["经度, 纬度", "999.0, 23.09"],
    ]


def test_the_datum_moves_the_points(open_app: OpenApp) -> None:
    sent = []
    for system in ("wgs84", "gcj02", "bd09"):
        page = open_app(layers="stations")
        bring(page, TABLE.encode(), system=system)
        sent.append(page.map_arguments)
    assert len(set(sent)) == 3


def test_it_is_forgotten_on_request(open_app: OpenApp) -> None:
    page = open_app()
    before = page.table(CAPTION)
    bring(page, TABLE.encode())
    page.runner.button(key=SessionKey.CLEAR).click().run()
    assert page.table(CAPTION) == before
    assert "正在使用" not in page.words
    assert SessionKey.INVENTORY not in page.runner.session_state


def test_another_session_sees_nothing_of_it(open_app: OpenApp) -> None:
    mine = open_app(layers="stations")
    before = mine.map_arguments
    bring(mine, TABLE.replace("一号", "只有我知道").encode())
    assert "只有我知道" in mine.runner.session_state[SessionKey.INVENTORY].points["name"].to_list()
    other = open_app(layers="stations")
    assert other.map_arguments == before
    assert all("模拟" in row[-1] for row in other.table(CAPTION)[3:])


def test_definitions_work_on_it_and_stay_in_the_session(open_app: OpenApp) -> None:
    page = open_app()
    bring(page, TABLE.encode())
    rows = page.table("换一个口径")
    physical = next(row for row in rows if "物理站址" in row[0])
    assert "无数据" in physical[1] or "未达标" in physical[1]
    assert len(page.runner.session_state[SessionKey.OWN_WORK].evaluations) == 11


@pytest.mark.parametrize(
    ("name", "data", "system", "part"),
    [
        ("a.csv", b"", "wgs84", ""),
        ("a.csv", "名称,编号\n一,1\n".encode(), "wgs84", "经"),
        ("a.csv", TABLE.encode(), BY_FILE, "坐标系"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[', "wgs84", "JSON"),
        ("a.geojson", b"<OGRVRTDataSource/>", "wgs84", ""),
        ("a.csv", b"\x00\x01\x02\xff" * 50, "wgs84", ""),
    ],
)
def test_a_file_that_is_refused_gets_a_sentence_and_changes_nothing(
    open_app: OpenApp, name: str, data: bytes, system: str, part: str
) -> None:
    page = open_app()
    before = page.table(CAPTION)
    bring(page, data, name, system)
    refusal = page.markup.split('class="note refusal"')[1].split("</p>")[0]
    assert part in refusal
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refusal)
    assert "编号" not in refusal or "管理员" not in refusal
    assert page.table(CAPTION) == before
    assert SessionKey.INVENTORY not in page.runner.session_state


def test_a_file_over_the_limit_is_refused_by_name(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, empty_caches: None
) -> None:
    monkeypatch.setenv("ATLAS_MAX_ROWS", "3")
    page = open_app()
    bring(page, TABLE.encode())
    assert "ATLAS_MAX_ROWS" in page.words


def test_the_report_is_inert_in_a_browser_and_in_a_spreadsheet() -> None:
    inventory = read_inventory(TABLE.encode(), name="清单.csv", crs="wgs84")
    rows = list(csv.reader(io.StringIO(rejected_csv(inventory, "zh").decode("utf-8-sig"))))
    assert len(rows) == 1 + inventory.n_reported
    assert [row[2] for row in rows[1:]] == ["'=1+1", "999.0, 23.09"]
    assert all(row[3].strip() and "." not in row[3][:6] for row in rows[1:])
    assert "<script" not in rejected_table(inventory, "zh")


def test_the_framework_takes_files_up_to_the_library_s_limit() -> None:
    import tomllib
    from pathlib import Path

    settings = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text("utf-8"))
    allowed = settings["server"]["maxUploadSize"] * MEBIBYTE
    assert cache.limits().upload_bytes <= allowed < cache.limits().upload_bytes * 1.1


def test_the_uploader_gets_a_new_name_each_round() -> None:
    assert upload_key().startswith(SessionKey.UPLOAD)


def test_stations_may_be_counted_up_to_a_day(open_app: OpenApp) -> None:
    lines = TABLE.splitlines()
    dates = ("入网日期", "2020-06-01", "2021-06-01", "2022-06-01", "2023-06-01")
    page = open_app()
    bring(page, "\n".join(f"{line},{day}" for line, day in zip(lines, dates, strict=True)).encode())
    assert page.table(CAPTION)[1][2] == "2"
    page.runner.selectbox(key=SessionKey.AS_OF).select("2020-12-31").run()
    assert page.address == {"v": "1", "as_of": "2020-12-31"}
    assert page.table(CAPTION)[1][2] == "1"


def test_one_date_alone_offers_no_choice(open_app: OpenApp) -> None:
    assert SessionKey.AS_OF not in [box.key for box in open_app().runner.selectbox]


def test_a_table_of_cells_asks_for_a_definition_and_then_counts(open_app: OpenApp) -> None:
    cells = "gNodeB标识,小区编号,运营商,经度,纬度\n" + "".join(
        f"88{station},{station}-{cell},移动,113.3{station},23.09\n"
        for station in (1, 2)
        for cell in (1, 2, 3)
    )
    page = open_app()
    bring(page, cells.encode())
    assert all("无数据" in row[-1] for row in page.table(CAPTION)[-3:])
    assert "小区" in page.words
    numerator = page.runner.selectbox(key=widget_key(SessionKey.DEFINITION, "numerator"))
    numerator.select("logical_station").run()
    assert page.table(CAPTION)[1][2] == "2"


def test_a_geojson_speaks_for_its_own_system(open_app: OpenApp) -> None:
    geometry = '{"type":"Point","coordinates":[113.33,23.1]}'
    point = f'{{"type":"Feature","properties":{{"名称":"{{{{7*7}}}}"}},"geometry":{geometry}}}'
    page = open_app(layers="stations")
    bring(page, f'{{"type":"FeatureCollection","features":[{point}]}}'.encode(), "点.geojson", BY_FILE)
    assert "共 1 行，使用 1 行" in page.words
    assert "{{7*7}}" not in page.map_arguments
    assert page.table(CAPTION)[1][2] == "1"


SPREAD = "基站编号,状态,经度,纬度\n" + "".join(
    f"A{i},现状,{113.25 + 0.012 * (i % 12):.4f},{23.06 + 0.006 * (i // 12):.4f}\n" for i in range(80)
)


def test_stations_outside_are_told_and_nothing_is_lost(open_app: OpenApp) -> None:
    page = open_app()
    bring(page, SPREAD.encode())
    said = re.search(r"共计 (\d+) 座：区内 (\d+) 座，区外 (\d+) 座", page.words)
    total, inside, outside = (int(figure) for figure in said.groups())
    assert total == inside + outside == 80
    assert outside > 0
    assert page.table(CAPTION)[1][2] == str(inside)


def test_a_district_verdict_of_one_s_own_is_no_naive_one(open_app: OpenApp) -> None:
    page = open_app()
    bring(page, SPREAD.encode())
    own = page.table(CAPTION)[1]
    assert "自带清单" in own[0]
    assert "按此口径未达标" in own[-1]
    assert "口径未说明" in own[-1]
    assert "公布数为 5,144 座" in page.words


def test_an_inventory_like_the_published_one_is_not_remarked_on() -> None:
    evaluation = cache.shared_evaluation("haizhu", Definition())
    rows = evaluation.published[0].rows
    for count, remarks in ((5144, 1), (5144 * 0.81, 1), (5144 * 1.19, 1), (5144 * 0.79, 2), (5144 * 1.21, 2)):
        district = replace(evaluation.published[0], rows=rows.assign(count=round(count)))
        assert len(inventory_remarks(replace(evaluation, district=district), "zh")) == remarks


@pytest.mark.parametrize(
    ("name", "data", "system"),
    [
        ("空.csv", "基站编号,经度,纬度\nA1,=1+1,23.1\nA2,999,23.1\n", "wgs84"),
        (
            "面.geojson",
            (
                '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
                '{"type":"Polygon","coordinates":[[[113.3,23.1],[113.31,23.1],[113.31,23.11],[113.3,23.1]]]}}]}'
            ),
            BY_FILE,
        ),
    ],
)
def test_a_file_without_one_usable_point_is_refused(
    open_app: OpenApp, name: str, data: str, system: str
) -> None:
    page = open_app()
    before = page.table(CAPTION)
    bring(page, data.encode(), name, system)
    assert "没有一行是可用的点位" in page.words
    assert page.table(CAPTION) == before
    assert SessionKey.INVENTORY not in page.runner.session_state


def test_features_are_counted_from_one() -> None:
    shapes = '{"type":"Feature","properties":{},"geometry":null}'
    data = f'{{"type":"FeatureCollection","features":[{shapes}]}}'.encode()
    inventory = read_inventory(data, name="a.geojson", crs="wgs84")
    rows = list(csv.reader(io.StringIO(rejected_csv(inventory, "zh").decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["要素序号", "1"]
