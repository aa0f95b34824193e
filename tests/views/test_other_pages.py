"""规划指标 and 数据来源."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from views import cache
from views.plan_choice import EVERY
from views.session import SessionKey, widget_key

OpenApp = Callable[..., "object"]


def test_every_goal_document_and_finding_is_listed(open_app: OpenApp) -> None:
    page = open_app("indicators")
    plan = cache.frames("haizhu").pack.plan
    show(page, "goals", EVERY)
    goals = page.table("规划目标")
    assert len(goals) == 1 + len(plan.indicators)
    row = next(row for row in goals if "≥ 52" in row[3])
    assert "52个/平方公里的目标低于已公布的存量" in row[0]
    assert len(show(page, "context").table("不可与目标比较的数字")) == 1 + len(plan.context)
    assert len(show(page, "documents").table("规划文本")) == 1 + len(plan.documents)
    show(page, "findings")
    for finding in plan.findings:
        assert finding.title.zh in page.words


def show(page, section, document=None):
    """Show a section of the page, of one plan where one is named."""
    page.runner.session_state[SessionKey.INDICATOR_SECTION] = section
    page.runner.run()
    if document is not None:
        page.runner.selectbox(key=SessionKey.DOCUMENT).select(document).run()
    assert not page.runner.exception
    return page


def test_one_document_alone(open_app: OpenApp) -> None:
    plan = cache.frames("haizhu").pack.plan
    document = plan.documents[0].document_id
    page = show(open_app("indicators"), "goals", document)
    assert len(page.table("规划目标")) == 1 + len(plan.indicators_of(document))
    page.runner.text_input(key=widget_key(SessionKey.EVALUATION, "word")).set_value("ｉａｂ").run()
    assert 1 < len(page.table("规划目标")) < 1 + len(plan.indicators_of(document))


def test_sources_list_every_file_and_its_checksum_holds(open_app: OpenApp) -> None:
    page = open_app("sources")
    rows = page.table("数据目录")[1:]
    assert len(rows) == len(cache.frames("haizhu").pack.catalog)
    assert [row[0] for row in rows if not row[-1].endswith("… 一致")] == []
    assert all(row[2] != "–" and row[3] != "–" for row in rows)


def test_sources_tell_how_well_each_outline_is_known(open_app: OpenApp) -> None:
    rows = open_app("sources").table("各范围的界线依据与面积")[1:]
    assert len(rows) == 1 + 3 + 7
    assert rows[0][0] == "海珠区"
    assert "推算" in rows[0][1]


def test_sources_list_the_vertices_behind_the_outlines(open_app: OpenApp) -> None:
    page = open_app("sources")
    vertices = cache.frames("haizhu").pack.vertex_table()
    rows = page.table("片区界线的顶点")[1:]
    assert [row[0] for row in rows] == vertices["vertex_id"].to_list()
    assert [row[1] for row in rows] == vertices["follows"].to_list()
    assert all(row[2] and row[3] for row in rows)
    assert "片区界线的顶点" not in open_app("sources", pack="new_era_district").words


def test_a_source_is_marked_with_its_own_language(open_app: OpenApp) -> None:
    markup = open_app("sources").markup
    for lang, words in re.findall(r'<span lang="(\w+)">([^<]*)</span>', markup):
        assert (lang == "zh") == bool(re.search(r"[\u3400-\u9fff]", words)), words


def test_unlocated_places_are_listed(open_app: OpenApp) -> None:
    frames = cache.frames("haizhu")
    lost = [p for p in frames.pack.plan.places if not frames.is_located(p.place_id)]
    rows = open_app("sources").table("未落位的地点")[1:]
    assert len(rows) == len(lost) > 0


@pytest.mark.usefixtures("empty_caches")
def test_limits_are_those_in_force(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_MAX_ROWS", "1234")
    rows = open_app("sources").table("导入清单的限制")
    assert ["数据行数", "1,234", "ATLAS_MAX_ROWS"] in rows


def test_another_pack_goes_through_the_same_pages(open_app: OpenApp) -> None:
    page = open_app("sources")
    page.runner.selectbox(key=SessionKey.PACK).select("new_era_district").run()
    assert page.address == {"v": "1", "pack": "new_era_district"}
    assert "没有任何界线" in page.words


@pytest.mark.parametrize("name", ["indicators", "sources"])
def test_english_pages_hold_chinese_only_where_a_source_is_quoted(open_app: OpenApp, name: str) -> None:
    page = open_app(name, lang="en")
    own_words = re.sub(r'<(\w+)[^>]*lang="zh"[^>]*>.*?</\1>', "", page.markup, flags=re.DOTALL)
    left = set(re.findall(r"[\u3400-\u9fff]+", own_words))
    assert left == set()


def test_an_unknown_pack_leaves_the_way_to_a_known_one(open_app: OpenApp) -> None:
    page = open_app("sources", pack="spatial")
    assert "spatial" in page.words
    assert "管理员" not in page.words
    page.runner.selectbox(key=SessionKey.PACK).select("haizhu").run()
    assert page.table("数据目录")


def test_indicators_of_an_unknown_pack_are_one_sentence(open_app: OpenApp) -> None:
    page = open_app("indicators", pack="spatial")
    assert "spatial" in page.words
    assert "管理员" not in page.words
