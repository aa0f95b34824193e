"""评估与监测 on the page 指标: reported, judged, listed, withdrawn, taken away."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest

from spatial.importing.build.inventory import inventory_of
from tests.views.own_files import dataset_of, holding
from views import cache
from views.dated_inventories import DatedInventory
from views.evaluation_reports import report_key
from views.session import OWNER, SessionKey, widget_key
from views.station_trend import PRESENT_DAY

OpenApp = Callable[..., "object"]
PLAN = "haizhu-science-145"
GOAL = f"{PLAN}.high_tech_enterprises"
SAVED = re.compile(r'haizhuAtlas\.save\("([^"]*)", "([^"]*)", "([^"]*)"\)')
DATED = "基站编号,状态,经度,纬度,入网日期\n" + "".join(
    f"A{i},现状,{113.25 + 0.012 * (i % 12):.4f},{23.06 + 0.006 * (i // 12):.4f},{2021 + i % 3}-05-01\n"
    for i in range(80)
)
FORMER = "\n".join(DATED.split("\n")[:50])


@pytest.fixture
def page(open_app: OpenApp):
    page = open_app("indicators")
    page.runner.selectbox(key=SessionKey.DOCUMENT).select(PLAN).run()
    page.runner.number_input(key=report_key(f"year_{PLAN}")).set_value(2023).run()
    return page


def report(page, value=730.0, as_of="2023", source="统计公报", basis=""):
    page.runner.selectbox(key=report_key(f"indicator_{PLAN}")).select(GOAL)
    page.runner.number_input(key=report_key("value")).set_value(value)
    for name, words in (("as_of", as_of), ("source", source), ("basis", basis)):
        page.runner.text_input(key=report_key(name)).set_value(words)
    page.runner.button(key=report_key("keep")).click().run()
    assert not page.runner.exception


def row(page, caption="年度监测（2023 年）"):
    return next(cells for cells in page.table(caption) if cells[0].startswith("高新技术企业"))


def kept(page):
    return page.runner.session_state[SessionKey.WORKSPACE].load(OWNER).workspace.reported


def test_every_indicator_is_listed_and_nothing_is_made_up(page):
    rows = page.table("年度监测（2023 年）")[1:]
    plan = cache.frames("haizhu").pack.plan
    assert len(rows) == len(plan.indicators_of(PLAN))
    assert {cells[3] for cells in rows} == {"未填报"}
    assert f"共 {len(rows)} 项 未填报 {len(rows)}" in page.words


def test_a_value_with_source_and_date_is_judged_along_the_plan_s_own_line(page):
    report(page)
    cells = row(page)
    assert cells[1:3] == ["≥ 800 家 2025 年末", "730 家 2023"]
    assert cells[3].startswith("按进度 已走完基期至目标的 55 %。")
    assert "2021" in cells[3]
    assert "目标期（2025 年末）已过" in cells[3]
    assert cells[4:] == ["70 家", "35.00 家", "统计公报 填报人确认与规划口径一致"]
    (value,) = kept(page)["haizhu"]
    assert (value.indicator_id, value.value, value.as_of) == (GOAL, 730.0, "2023")
    page.runner.selectbox(key=report_key("stage")).select("final").run()
    assert row(page, "总结评估（2023 年）")[3].startswith("未达到")
    page.runner.selectbox(key=report_key("status")).select("no_value").run()
    assert len(page.table("总结评估（2023 年）")) == len(page.table("已填报")) + 8
    assert "另有 1 项不符合筛选" in page.words


def test_a_value_counted_otherwise_is_shown_and_not_judged(page):
    report(page, basis="含<b>分公司</b>")
    assert row(page)[3].startswith("不作判断")
    assert "含&lt;b&gt;分公司&lt;/b&gt;" in page.markup


def test_a_report_without_its_source_or_date_is_refused_and_nothing_is_kept(page):
    for facts, words in (({"source": " "}, "请写明数值的来源"), ({"as_of": "去年"}, "不是日期")):
        report(page, **facts)
        assert words in page.words
        assert SessionKey.WORKSPACE not in page.runner.session_state or not kept(page)


def test_a_report_can_be_withdrawn(page):
    report(page)
    assert page.table("已填报（1）")[1][:3] == ["高新技术企业", "730", "2023"]
    page.runner.button(key=report_key("withdraw")).click().run()
    assert kept(page) == {}
    assert "已填报" not in page.words


@pytest.mark.parametrize(("kind", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_the_table_is_taken_away(page, kind, start):
    report(page)
    page.runner.button(key=report_key(f"save_{kind}")).click().run()
    name, data, _ = SAVED.search(page.markup).groups()
    assert name == f"年度监测-2023-{PLAN}.{kind}"
    assert base64.b64decode(data).startswith(start)


def show_trend(page):
    page.runner.session_state[SessionKey.INDICATOR_SECTION] = "trend"
    page.runner.run()
    assert not page.runner.exception


def test_without_dates_of_two_years_there_is_no_trend(open_app: OpenApp):
    page = open_app("indicators")
    show_trend(page)
    assert "不作趋势" in page.words


def test_stations_of_several_dates_give_the_rate_needed(open_app: OpenApp):
    """By the dates of the rows, and by an inventory of another date: two tables that are never joined."""
    page = holding(open_app("indicators"), dataset_of(DATED))
    former = DatedInventory(
        day=date(2021, 12, 31),
        inventory=inventory_of(dataset_of(FORMER, name="=旧<b>.csv").result),
        same_register=True,
    )
    page.runner.session_state[SessionKey.DATED_INVENTORIES] = [former]
    show_trend(page)
    table = page.table("按现清单的日期栏")
    assert [cell[:4] for cell in table[0][1:4]] == ["2021", "2022", "2023"]
    counts = [[int(cell.split()[0]) for cell in cells[1:4]] for cells in table[1:]]
    assert all(a <= b <= c for a, b, c in counts)
    assert {cells[-1].split()[0] for cells in table[1:]} == {"目标期已过"}
    assert any("示意" in cells[0] for cells in table[1:])
    assert "往年的数只是下限" in page.words
    assert "只有一个日期" in page.table("各期清单")[1][-1]
    page.runner.text_input(key=PRESENT_DAY).set_value("2023").run()
    assert not page.runner.exception
    table = page.table("各期清单")
    assert table[0][1:3] == ["2021-12-31 =旧<b>.csv", "2023-12-31 清单.csv"]
    for cells, dated in zip(table[1:], counts, strict=True):
        first, last = (int(cell.split()[0]) for cell in cells[1:3])
        assert last == dated[-1]
        assert float(cells[3].replace(",", "")) == (last - first) / 2
    former.same_register = False
    page.runner.run()
    assert all("不是同一来源的各期" in cells[-1] for cells in page.table("各期清单")[1:])
    page.runner.button(key=widget_key(SessionKey.EVALUATION, "trend_save_csv")).click().run()
    data = base64.b64decode(SAVED.search(page.markup).groups()[1]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert len(rows) == 2 * len(counts) + 3 * len(counts)
    assert {row["清单"] for row in rows} == {"'=旧<b>.csv", "清单.csv"}


def test_the_page_speaks_english(open_app: OpenApp):
    page = open_app("indicators", lang="en")
    assert "yearly, mid-term or final table" in page.words
    assert page.table("Yearly monitoring 2025")[1][1].startswith("> 1,350 × 100 million CNY")
    assert not re.search("年度监测|未填报", page.words)
