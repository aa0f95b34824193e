"""口径对照: the district's case, each zone's range, and the matrix where it is asked for."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Callable

import pytest

from spatial.audit.published_case import published_case
from spatial.definition import AreaBasis, Definition
from spatial.text import catalogue
from tests.views.own_files import SPREAD, dataset_of, holding
from views import audit, cache
from views.audit_case import case_sentence
from views.session import SessionKey

OpenApp = Callable[..., "object"]
CASE = "全区：规划公布的数量除以不同的面积"
RANGES = "每个片区在各种口径下的范围"


def shown(page, caption: str) -> list[list[str]]:
    return page.table(caption)[1:]


def test_the_district_s_case_is_told_with_its_sources(open_app: OpenApp) -> None:
    page = open_app("audit")
    rows = {row[0].split()[0]: row for row in shown(page, CASE)}
    assert rows["公布面积"][1:4] == ["90.40", "-0.6", "56.9"]
    assert rows["图形面积"][1:4] == ["90.97", "0", "56.5"]
    assert rows["陆域面积"][1] == "83.60"
    assert all("按此口径达标" in rows[name][6] for name in ("公布面积", "图形面积", "陆域面积"))
    (warning,) = [row for name, row in rows.items() if "网络地图投影面积" in name]
    assert warning[1:4] == ["108.00", "+18.7", "47.6"]
    assert "会误读为" in warning[6]
    assert "按此口径" not in warning[6]
    assert all(row[-1] for row in rows.values())
    for words in ("3,062 座：2020年一年推动建设的数量，不是存量", "区数字经济规划", "每平方公里 52 座"):
        assert words in page.words
    assert "52个/平方公里的目标低于已公布的存量" in page.words
    assert (
        "5,144 座除以图形面积、公布面积、陆域面积，都是“按此口径达标”（56.5–61.5 座/km²，目标 52）"
        in page.words
    )
    assert (
        "11 个范围中有 7 个，单独改变一项口径就会改变结论：不含室分（5 个）、物理站址（5 个）" in page.words
    )
    assert "误用网络地图投影上的面积（+18.7 %），会误读为 47.6 座/km²、“接近”" in page.words


def test_areas_that_disagree_are_told_so() -> None:
    frames = cache.frames("haizhu")
    half = frames.pack.district().assign(area_official_km2=180.8)
    case = published_case(frames.pack, half)
    words = case_sentence(case, frames.pack.target, "zh")
    assert "结论不同：达标、未达标（28.5–61.5 座/km²，目标 52）" in words
    assert case_sentence(case, None, "zh") == ""


def test_each_zone_has_its_range_and_the_choices_that_turn_it(open_app: OpenApp) -> None:
    rows = {row[0].split()[0]: row for row in shown(open_app("audit"), RANGES)}
    assert list(rows)[:4] == ["海珠区", "一区", "一谷", "一圈"]
    assert len(rows) == 1 + 3 + 7
    district = rows["海珠区"]
    assert "公布总数" in district[0]
    assert "模拟" not in district[0]
    assert district[1].startswith("56.5")
    assert "陆域面积" in district[3]
    assert "不改变结论" in district[5]
    pazhou = rows["一区"]
    for words in ("示意", "模拟", "参照"):
        assert words in pazhou[0]
    assert re.search(r"室内分布：不含室分 → 未达标 （-\d+ 座，-[\d.]+ 座/km²）", pazhou[5])
    assert re.search(r"物理站址 · 不含室分", pazhou[2])


@pytest.mark.parametrize("basis", list(AreaBasis))
def test_the_matrix_shows_every_definition_over_one_area(open_app: OpenApp, basis: AreaBasis) -> None:
    page = open_app("audit")
    assert "audit-matrix" not in page.markup
    page.runner.toggle(key=SessionKey.AUDIT_MATRIX).set_value(True).run()
    page.runner.button_group(key=SessionKey.AUDIT_BASIS).set_value(str(basis)).run()
    rows = page.table("除以")
    assert len(rows) == 1 + 36
    assert len(rows[0]) == 1 + 11
    assert all("示意" in head and "模拟" in head for head in rows[0][2:])
    found = cache.shared_audit("haizhu", Definition())
    at = [zone for layer in found.layers for zone in layer.ranges["zone_id"]].index("pazhou")
    own = found.layers[1].rows.query("zone_id == 'pazhou'")
    expected = own[[each.area_basis == basis for each in own["definition"]]]
    for row, status, flips in zip(rows[1:], expected["status"], expected["flips"], strict=True):
        assert catalogue()[f"verdict.status_{status}"]["zh"] in row[1 + at]
        assert ("结论改变" in row[1 + at]) == flips
    assert "不用其他面积代替" in page.words


def test_the_definition_in_use_is_the_measure(open_app: OpenApp) -> None:
    page = open_app("audit", numerator="physical_site", status="all")
    assert "物理站址 · 含室分 · 共享站计一次 · 现状加规划 · 图形面积" in page.words
    assert "只比较计入“现状加规划”的口径" in page.words
    rows = {row[0].split()[0]: row for row in shown(page, RANGES)}
    assert rows["海珠区"][1] == "–" or "无数据" in rows["海珠区"][1]
    # What has no verdict cannot turn one.
    assert rows["海珠区"][5] == "当前口径无数据，没有结论可改变"
    assert any("计数单位" in row[5] for row in rows.values())


def test_the_whole_matrix_is_handed_over(open_app: OpenApp) -> None:
    page = open_app("audit")
    page.runner.button(key=SessionKey.AUDIT_CSV).click().run()
    (data,) = re.findall(r'save\("haizhu-definitions.csv", "([^"]+)"', page.markup)
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(data).decode("utf-8-sig"), newline="")))
    assert len(rows) == 11 * 144
    assert all("示意" in row["标注"] for row in rows if row["图层"] == "zones")
    assert all("模拟" in row["标注"] for row in rows if row["图层"] != "district")
    page.runner.button(key=SessionKey.AUDIT_XLSX).click().run()
    (data,) = re.findall(r'save\("haizhu-definitions.xlsx", "([^"]+)"', page.markup)
    assert base64.b64decode(data).startswith(b"PK")
    page = open_app("audit", lang="en")
    page.runner.button(key=SessionKey.AUDIT_CSV).click().run()
    (data,) = re.findall(r'save\("haizhu-definitions.csv", "([^"]+)"', page.markup)
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(data).decode("utf-8-sig"), newline="")))
    assert "Pazhou Pilot Zone for AI and Digital Economy" in {row["zone"] for row in rows}
    assert not any("\u4e00" <= letter <= "\u9fff" for row in rows for letter in row["zone"])


@pytest.mark.usefixtures("empty_caches")
def test_a_planner_s_own_stations_are_audited_in_their_session_alone(open_app: OpenApp) -> None:
    page = holding(open_app("audit"), dataset_of(SPREAD))
    rows = {row[0].split()[0]: row for row in shown(page, RANGES)}
    assert "清单计数" in rows["海珠区"][0]
    assert all("模拟" not in row[0] for row in rows.values())
    assert len(page.runner.session_state[SessionKey.OWN_WORK].audits) == 1
    other = {row[0].split()[0]: row for row in shown(open_app("audit"), RANGES)}
    assert "公布总数" in other["海珠区"][0]
    assert "模拟" in other["一区"][0]


def test_a_pack_without_outlines_says_so(open_app: OpenApp) -> None:
    page = open_app("audit", pack="new_era_district")
    assert "audit" not in page.markup
    assert "未预料的错误" not in page.words


def test_it_reads_in_english(open_app: OpenApp) -> None:
    page = open_app("audit", lang="en")
    page.runner.toggle(key=SessionKey.AUDIT_MATRIX).set_value(True).run()
    assert "would be misread as Near" in page.words
    assert "no single choice that the data answer turns it" in page.words
    assert len(page.table("Definitions over")) == 1 + 36


def test_more_zones_than_a_page_compares_are_left_to_the_file(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MOST_ZONES", 10)
    page = open_app("audit")
    page.runner.toggle(key=SessionKey.AUDIT_MATRIX).set_value(True).run()
    assert "audit-matrix" not in page.markup
    assert "11 个范围并排放不下（最多 10 个）" in page.words
