"""评估与监测 on the page 指标: reported, judged, listed, withdrawn, taken away."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest

from tests.views.own_files import dataset_of, holding
from views import cache
from views.evaluation_reports import report_key
from views.session import OWNER, SessionKey
from views.station_trend import TOGGLE

OpenApp = Callable[..., "object"]
PLAN = "haizhu-science-145"
GOAL = f"{PLAN}.high_tech_enterprises"
SAVED = re.compile(r'haizhuAtlas\.save\("([^"]*)", "([^"]*)", "([^"]*)"\)')
DATED = "基站编号,状态,经度,纬度,入网日期\n" + "".join(
    f"A{i},现状,{113.25 + 0.012 * (i % 12):.4f},{23.06 + 0.006 * (i // 12):.4f},{2021 + i % 3}-05-01\n"
    for i in range(80)
)


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
    assert {cells[6] for cells in rows} == {"未填报"}


def test_a_value_with_source_and_date_is_judged_along_the_plan_s_own_line(page):
    report(page)
    cells = row(page)
    assert cells[4:6] == ["730 2023", "统计公报 填报人确认与规划口径一致"]
    assert cells[6].startswith("按进度")
    assert "2021" in cells[6]
    assert cells[7:] == ["70", "55 %", "34.98"]
    (value,) = kept(page)["haizhu"]
    assert (value.indicator_id, value.value, value.as_of) == (GOAL, 730.0, "2023")
    page.runner.selectbox(key=report_key("stage")).select("final").run()
    assert row(page, "总结评估（2023 年）")[6].startswith("未达到")


def test_a_value_counted_otherwise_is_shown_and_not_judged(page):
    report(page, basis="含<b>分公司</b>")
    assert row(page)[6].startswith("不作判断")
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


def test_without_dates_of_two_years_there_is_no_trend(open_app: OpenApp):
    page = open_app("indicators")
    page.runner.toggle(key=TOGGLE).set_value(True).run()
    assert "不作趋势" in page.words


def test_dated_stations_give_counts_year_by_year_and_the_rate_needed(open_app: OpenApp):
    page = holding(open_app("indicators"), dataset_of(DATED))
    page.runner.toggle(key=TOGGLE).set_value(True).run()
    assert not page.runner.exception
    table = page.table("逐年基站数与所需速度")
    assert table[0][1:4] == ["2021", "2022", "2023"]
    assert all(int(a) <= int(b) <= int(c) for _, a, b, c, *_ in table[1:])
    assert {cells[-1] for cells in table[1:]} == {"滞后"}
    assert any("示意" in cells[0] for cells in table[1:])
    assert "入网或建成日期" in page.words


def test_the_page_speaks_english(open_app: OpenApp):
    page = open_app("indicators", lang="en")
    assert "Monitoring and evaluation" in page.words
    assert not re.search("年度监测|未填报", page.words)
