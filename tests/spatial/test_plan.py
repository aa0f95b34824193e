"""Loading plan records: what is read and how it is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spatial.errors import PackError
from spatial.plan import load_plan
from tests.small_pack import write_pack
from tests.spatial.plan_edits import INDICATORS, append_row, read_rows, write_rows

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pack(tmp_path) -> Path:
    return write_pack(tmp_path)


def test_records_carry_the_columns_of_their_files(pack):
    plan = load_plan(pack)
    goal = plan.indicator("density")
    assert (goal.value, goal.operator, goal.target_year, goal.base_value) == (10.0, "ge", 2025, None)
    assert plan.document("plan-a").issuer is None
    assert plan.section(goal.section_id).heading == "第一节"
    assert plan.context_of("plan-a")[0].year == 2020
    assert plan.indicators_of("plan-a") == (goal,)
    assert plan.indicators_of("plan-b") == ()


def test_columns_may_stand_in_any_order_and_the_file_may_carry_a_mark(pack):
    expected = load_plan(pack)
    path = pack / INDICATORS
    write_rows(path, [row[::-1] for row in read_rows(path)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_plan(pack) == expected


def test_tables_of_one_kind_may_be_split(pack):
    rows = read_rows(pack / "places.csv")
    write_rows(pack / "places_more.csv", [rows[0], ["east", "东片", "East", *rows[1][3:]]])
    (pack / "aliases_more.csv").write_text("alias,place_id\n东,east\n", encoding="utf-8")
    plan = load_plan(pack)
    assert [place.place_id for place in plan.places] == ["west", "east"]
    assert plan.resolve("东") == plan.place("east")


# --- how it is looked up


def test_a_place_is_found_by_id_name_alias_and_width_of_letters(pack):
    append_row(pack / "aliases.csv", "Ｗ区(一)", "west")
    plan = load_plan(pack)
    west = plan.place("west")
    for name in ("west", " WEST ", "西片", "西", "w区（一）"):
        assert plan.resolve(name) == west, name
    assert plan.resolve("南片") is None
    assert plan.names_of("west") == ("西片", "西", "Ｗ区(一)")


def test_search_takes_part_of_any_name(pack):
    plan = load_plan(pack)
    for fragment in ("片", "西", "wes", " es "):
        assert [place.place_id for place in plan.search_places(fragment)] == ["west"], fragment
    assert plan.search_places("   ") == ()
    assert plan.search_places("南") == ()


def test_findings_stand_beside_the_record_they_touch(pack):
    plan = load_plan(pack)
    assert [row.finding_id for row in plan.findings_touching("density")] == ["basis"]
    assert plan.findings_touching("built") == ()
    assert plan.findings[0].title.in_language("en") == "Basis not stated"
    assert plan.findings[0].title.in_language("zh") == "口径未写明"


def test_mentions_are_listed_by_place(pack):
    append_row(pack / "place_mentions.csv", "west", "plan-a", "plan-a-1", "", "目标", "west", "述", "said")
    append_row(pack / "place_mentions.csv", "west", "plan-a", "plan-a-1", "", "基站", "", "述", "said")
    plan = load_plan(pack)
    assert [row.name_in_text for row in plan.mentions_of("west")] == ["目标", "基站"]
    assert plan.mentions_of("east") == ()


@pytest.mark.parametrize("what", ["document", "section", "indicator", "place"])
def test_an_unknown_id_is_named(pack, what):
    plan = load_plan(pack)
    with pytest.raises(PackError, match="nowhere") as caught:
        getattr(plan, what)("nowhere")
    assert caught.value.key == "plan.unknown_id"
    assert what in caught.value.message("en")
