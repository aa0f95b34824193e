"""The two city texts of the Haizhu pack: their goals, their places, and what they lack."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from spatial.pack import open_pack

SCIENCE = "guangzhou-science-145"
IAB = "guangzhou-iab-2022"


@pytest.fixture(scope="module")
def plan():
    return open_pack("haizhu").plan


def goals(plan, document_id):
    return {row.indicator_id.removeprefix(f"{document_id}."): row for row in plan.indicators_of(document_id)}


def test_documents_are_named_only_as_far_as_they_name_themselves(plan):
    science, iab = plan.document(SCIENCE), plan.document(IAB)
    assert (science.title, science.date) == ("广州市科技创新“十四五”规划", "2022-01-21")
    assert science.issuer == "广州市人民政府办公厅"
    assert (iab.title, iab.issuer, iab.date) == (None, None, None)
    assert {science.level, iab.level} == {"city"}


@pytest.mark.parametrize("document_id", [SCIENCE, IAB])
def test_sections_cover_the_text_in_order(plan, document_id):
    parts = [part for part in plan.sections if part.document_id == document_id]
    for before, after in itertools.pairwise(parts):
        # Only the end of a line may stand between two sections.
        assert 0 <= after.char_start - before.char_end <= 1
    assert parts[0].char_start == 0
    assert parts[-1].char_end == plan.document(document_id).characters


def test_goals_of_the_science_plan(plan):
    values = {name: (row.operator, row.value, row.unit_zh) for name, row in goals(plan, SCIENCE).items()}
    assert values == {
        "strategic_platforms": ("ge", 320, "个"),
        "basic_research_share": ("ge", 15, "%"),
        "technology_contracts": ("gt", 3000, "亿元"),
        "high_value_patents": ("ge", 30, "件/万人"),
        "national_incubators": ("gt", 60, "家"),
        "industrial_rd_ratio": ("ge", 1.7, "%"),
        "high_tech_output_share": ("ge", 55, "%"),
        "overseas_talent": ("ge", 1.8, "万人"),
        "rd_researchers": ("ge", 150, "人年/万人"),
        "rd_intensity": ("gt", 3.4, "%"),
        "listed_tech_firms": ("gt", 60, "家"),
        "scientific_literacy": ("ge", 24.5, "%"),
        "listed_tech_firms_5_years": ("ge", 60, "家"),
    }
    assert {row.target_year for row in plan.indicators_of(SCIENCE)} == {2025}


def test_a_base_is_given_only_where_the_text_has_the_same_measure(plan):
    bases = {name: row.base_value for name, row in goals(plan, SCIENCE).items() if row.base_value is not None}
    assert bases == {
        "technology_contracts": 2256,
        "national_incubators": 41,
        "high_tech_output_share": 51,
        "rd_intensity": 3.1,
    }
    assert goals(plan, SCIENCE)["rd_intensity"].base_year == 2020
    assert not [row.indicator_id for row in plan.indicators_of(IAB) if row.base_value is not None]


def test_goals_of_the_iab_plan_for_2022(plan):
    by_2022 = {
        name: (row.operator, row.value) for name, row in goals(plan, IAB).items() if row.target_year == 2022
    }
    assert by_2022 == {
        "industry_growth": ("ge", 15),
        "industry_scale": ("gt", 10_000),
        "it_scale": ("gt", 7000),
        "ai_scale": ("gt", 1200),
        "biomedicine_scale": ("gt", 1800),
        "value_parks": ("eq", 10),
        "large_clusters": ("approx", 6),
        "key_platforms": ("ge", 100),
        "conversion_projects": ("gt", 1000),
        "leading_firms": ("ge", 100),
        "projects_signed": ("ge", 100),
        "projects_landed": ("ge", 50),
    }


def test_a_goal_whose_sentence_prints_no_year_has_none_and_says_so(plan):
    without_year = {row.indicator_id for row in plan.indicators_of(IAB) if row.target_year is None}
    (finding,) = [row for row in plan.findings if row.finding_id == "city-iab.goals-without-year"]
    assert without_year
    assert set(finding.touches) == without_year


def test_the_axis_the_cores_the_nodes_and_the_parks_are_all_there(plan):
    counts = Counter(row.kind for row in plan.places)
    wanted = {
        "city_axis": 1,
        "city_core": 4,
        "city_node": 3,
        "city_district": 11,
        "value_park": 10,
        "policy_park": 2,
    }
    assert {kind: counts[kind] for kind in wanted} == wanted


def test_every_district_but_the_shipped_one_belongs_to_a_node(plan):
    nodes = {row.place_id for row in plan.places if row.kind == "city_node"}
    districts = [row for row in plan.places if row.kind == "city_district" and row.level == "city"]
    assert len(districts) == 10
    assert {row.parent_id for row in districts} == nodes


def test_value_parks_are_named_where_the_plan_lists_them(plan):
    parks = [row for row in plan.places if row.kind in {"value_park", "policy_park"}]
    assert {(row.document_id, row.section_id) for row in parks} == {(IAB, f"{IAB}.4.3.8")}
    names = {mention.name_in_text for row in parks for mention in plan.mentions_of(row.place_id)}
    assert {row.name_zh for row in parks} <= names


def test_one_zone_of_the_city_is_not_one_zone_of_the_district(plan):
    assert plan.place("guangzhou_ai_zone").kind == "city_core"
    assert plan.place("pazhou").kind == "zone"
    shared = {row.finding_id for row in plan.findings_touching("guangzhou_ai_zone")} & {
        row.finding_id for row in plan.findings_touching("pazhou")
    }
    assert "city-science.one-zone-two-areas" in shared


def test_the_missing_table_is_shown_beside_every_goal_it_would_hold(plan):
    for name in set(goals(plan, SCIENCE)) - {"listed_tech_firms_5_years"}:
        touching = {row.finding_id for row in plan.findings_touching(f"{SCIENCE}.{name}")}
        assert "city-science.missing-table-and-chapter" in touching, name


def test_patents_of_another_measure_are_context_and_no_base(plan):
    figures = {row.context_id: row for row in plan.context_of(SCIENCE)}
    assert figures[f"{SCIENCE}.context.invention_patents"].value == 38.1
    assert goals(plan, SCIENCE)["high_value_patents"].base_value is None


@pytest.mark.parametrize("ceiling", ["centre_subsidy_national", "land_price_floor", "ancillary_floor_after"])
def test_a_support_rule_is_no_goal(plan, ceiling):
    assert f"{IAB}.context.{ceiling}" in {row.context_id for row in plan.context_of(IAB)}
    assert ceiling not in goals(plan, IAB)


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        ("华南(广州)技术转移中心", "south_china_tech_transfer"),
        ("荔湾", "liwan"),
        ("国创中心", "gba_tech_innovation_centre"),
        ("海珠琶洲互联网价值创新园", "vp_haizhu_pazhou_internet"),
    ],
)
def test_a_name_as_printed_finds_its_place(plan, name, place_id):
    assert plan.resolve(name).place_id == place_id
