"""Stations of one's own in the verdicts: counted, told, kept to the session, forgotten."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from spatial.definition import Definition
from tests.views.own_files import SPREAD, STATIONS, dataset_of, holding
from views import cache
from views.import_page import MEBIBYTE
from views.remarks import inventory_remarks
from views.session import SessionKey, upload_key, widget_key

OpenApp = Callable[..., "object"]
CAPTION = "每平方公里 5G 基站"


def test_an_inventory_replaces_the_simulated_one(open_app: OpenApp) -> None:
    page = holding(open_app(), dataset_of(STATIONS))
    assert "正在使用“清单.csv”：共 4 行，使用 2 行，未用 2 行" in page.words
    rows = page.table(CAPTION)[1:]
    assert [row[0].split()[0] for row in rows] == ["海珠区", "海珠区", "海珠区", "一区", "一谷", "一圈"]
    assert all("模拟" not in row[-1] for row in rows)
    assert rows[0][2] == "2"
    assert sum(int(row[2]) for row in rows[3:]) == 2


def test_the_datum_moves_the_points(open_app: OpenApp) -> None:
    sent = [
        holding(open_app(layers="stations"), dataset_of(STATIONS, system)).map_arguments
        for system in ("wgs84", "gcj02", "bd09")
    ]
    assert len(set(sent)) == 3


def test_another_session_sees_nothing_of_it(open_app: OpenApp) -> None:
    mine = open_app(layers="stations")
    before = mine.map_arguments
    holding(mine, dataset_of(STATIONS))
    assert mine.map_arguments != before
    other = open_app(layers="stations")
    assert other.map_arguments == before
    assert all("模拟" in row[-1] for row in other.table(CAPTION)[3:])


def test_definitions_work_on_it_and_stay_in_the_session(open_app: OpenApp) -> None:
    page = holding(open_app(), dataset_of(STATIONS))
    rows = page.table("换一个口径")
    physical = next(row for row in rows if "物理站址" in row[0])
    assert "无数据" in physical[1] or "未达标" in physical[1]
    assert len(page.runner.session_state[SessionKey.OWN_WORK].evaluations) == 11


def test_the_framework_takes_files_up_to_the_library_s_limit() -> None:
    settings = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text("utf-8"))
    allowed = settings["server"]["maxUploadSize"] * MEBIBYTE
    assert cache.limits().upload_bytes <= allowed < cache.limits().upload_bytes * 1.1


def test_the_uploader_gets_a_new_name_each_round() -> None:
    assert upload_key().startswith(SessionKey.UPLOAD)


def test_stations_may_be_counted_up_to_a_day(open_app: OpenApp) -> None:
    lines = STATIONS.splitlines()
    dates = ("入网日期", "2020-06-01", "2021-06-01", "2022-06-01", "2023-06-01")
    table = "\n".join(f"{line},{day}" for line, day in zip(lines, dates, strict=True))
    page = holding(open_app(), dataset_of(table))
    assert page.table(CAPTION)[1][2] == "2"
    page.runner.selectbox(key=SessionKey.AS_OF).select("2020-12-31").run()
    assert page.address == {"v": "1", "as_of": "2020-12-31"}
    assert page.table(CAPTION)[1][2] == "1"


def test_one_date_alone_offers_no_choice(open_app: OpenApp) -> None:
    assert SessionKey.AS_OF not in [box.key for box in open_app().runner.selectbox]


def test_a_table_of_cells_that_is_kept_asks_for_a_definition_and_then_counts(open_app: OpenApp) -> None:
    cells = "gNodeB标识,小区编号,运营商,经度,纬度\n" + "".join(
        f"88{station},{station}-{cell},移动,113.3{station},23.09\n"
        for station in (1, 2)
        for cell in (1, 2, 3)
    )
    page = holding(open_app(), dataset_of(cells, cells="keep"))
    assert all("无数据" in row[-1] for row in page.table(CAPTION)[-3:])
    assert "小区" in page.words
    numerator = page.runner.selectbox(key=widget_key(SessionKey.DEFINITION, "numerator"))
    numerator.select("logical_station").run()
    assert page.table(CAPTION)[1][2] == "2"


def test_stations_outside_are_told_and_nothing_is_lost(open_app: OpenApp) -> None:
    page = holding(open_app(), dataset_of(SPREAD))
    said = re.search(r"共计 (\d+) 座：区内 (\d+) 座，区外 (\d+) 座", page.words)
    total, inside, outside = (int(figure) for figure in said.groups())
    assert total == inside + outside == 80
    assert outside > 0
    assert page.table(CAPTION)[1][2] == str(inside)


def test_a_district_verdict_of_one_s_own_is_no_naive_one(open_app: OpenApp) -> None:
    own = holding(open_app(), dataset_of(SPREAD))
    row = own.table(CAPTION)[1]
    assert "自有清单" in row[0]
    assert "按此口径未达标" in row[-1]
    assert "口径未说明" in row[-1]
    assert "公布数为 5,144 座" in own.words


def test_an_inventory_like_the_published_one_is_not_remarked_on() -> None:
    evaluation = cache.shared_evaluation("haizhu", Definition())
    rows = evaluation.published[0].rows
    for count, remarks in ((5144, 1), (5144 * 0.81, 1), (5144 * 1.19, 1), (5144 * 0.79, 2), (5144 * 1.21, 2)):
        district = replace(evaluation.published[0], rows=rows.assign(count=round(count)))
        assert len(inventory_remarks(replace(evaluation, district=district), "zh")) == remarks


def test_an_inventory_of_which_nothing_counts_is_told_what_to_do_next() -> None:
    evaluation = cache.shared_evaluation("haizhu", Definition())
    empty = evaluation.published[0]
    district = replace(empty, rows=empty.rows.assign(count=0), total_count=0)
    (said,) = inventory_remarks(replace(evaluation, district=district), "zh")
    assert "没有一行按“现状”计入" in said


@pytest.mark.parametrize(("lang", "words"), [("zh", "演示清单"), ("en", "demonstration inventory")])
def test_without_one_the_panel_says_so_and_leads_to_the_import(
    open_app: OpenApp, lang: str, words: str
) -> None:
    page = open_app(lang=lang)
    assert words in page.words
    links = [block.proto.page for block in page.runner.get("page_link")]
    assert "import" in links[-1]
