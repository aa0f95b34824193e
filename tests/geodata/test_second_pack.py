"""The pack of another district loads through the same code, without geometry or a name."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from spatial.catalog import CATALOG_FILE, is_intact
from spatial.errors import NoGeometryError
from spatial.pack import list_packs, open_pack

PACK_ID = "new_era_district"
DOCUMENT_ID = "new-era-action-plan"


@pytest.fixture(scope="module")
def pack():
    return open_pack(PACK_ID)


@pytest.fixture(scope="module")
def plan(pack):
    return pack.plan


def test_pack_is_listed():
    assert PACK_ID in list_packs()


def test_pack_has_no_geometry(pack):
    assert not pack.has_geometry
    assert pack.zone_layers() == ()
    assert pack.map_view is None
    assert pack.district_zone_id is None
    assert pack.place_points().empty
    with pytest.raises(NoGeometryError) as refusal:
        pack.zones()
    assert PACK_ID in str(refusal.value)


def test_pack_sets_no_density_target(pack):
    assert pack.target is None
    assert pack.published_counts("base_stations") == ()
    assert pack.inventory("base_stations") is None


def test_what_the_text_lacks_stays_empty(pack, plan):
    (document,) = plan.documents
    assert document.document_id == DOCUMENT_ID
    assert document.title == "关于新时代城区促进科技创新强区建设行动方案"
    assert (document.issuer, document.date, document.period) == (None, None, None)
    assert pack.district_name is None


def test_every_file_of_the_pack_is_listed_and_intact(pack):
    listed = {dataset.path for dataset in pack.catalog}
    present = {
        path.relative_to(pack.directory).as_posix() for path in pack.directory.rglob("*") if path.is_file()
    }
    assert present - listed == {"pack.json", CATALOG_FILE}
    assert not [d.path for d in pack.catalog if not is_intact(pack.directory, d)]


def test_sections_cover_the_text_in_order(plan):
    (document,) = plan.documents
    for before, after in itertools.pairwise(plan.sections):
        # Only line ends may stand between two sections.
        assert 0 <= after.char_start - before.char_end <= 2
    assert plan.sections[0].char_start == 0
    assert plan.sections[-1].char_end == document.characters


@pytest.mark.parametrize(
    ("indicator", "value", "unit", "year"),
    [
        ("rd_intensity_damaged", 2.65, "%", None),
        ("rd_intensity", 2.65, "%", 2026),
        ("tech_firms_doubled", 2, "倍", None),
        ("small_tech_firms", 142, "家", None),
        ("small_tech_firms_2026", 142, "家", 2026),
        ("municipal_platforms", 13, "家", 2026),
        ("technology_contracts", 1650, "万元", None),
        ("scientific_literacy", 16.5, "%", None),
        ("patents", 0.5, "件/万人", 2026),
    ],
)
def test_goal(plan, indicator, value, unit, year):
    goal = plan.indicator(f"{DOCUMENT_ID}.{indicator}")
    assert (goal.value, goal.unit_zh, goal.target_year) == (value, unit, year)


def test_no_goal_is_given_a_base_and_only_measures_a_year(plan):
    assert len(plan.indicators) == 26
    assert not [goal.indicator_id for goal in plan.indicators if goal.base_value is not None]
    for goal in plan.indicators:
        in_chapter_two = goal.section_id.startswith(f"{DOCUMENT_ID}.2.")
        assert (goal.target_year is None) == in_chapter_two, goal.indicator_id


def test_full_coverage_is_a_goal_without_a_number(plan):
    (goal,) = [goal for goal in plan.indicators if goal.operator == "all"]
    assert goal.value is None
    assert goal.value_text == "全覆盖"


@pytest.mark.parametrize(
    ("record", "finding"),
    [
        ("rd_intensity_damaged", "new-era.misread-percent"),
        ("provincial_platforms", "new-era.platforms-two-wordings"),
        ("rd_units_industrial", "new-era.rd-units-two-scopes"),
        ("tech_firms_doubled", "new-era.no-bases"),
        ("patents", "new-era.patent-name"),
    ],
)
def test_finding_stands_beside_the_figure_it_touches(plan, record, finding):
    touching = {row.finding_id for row in plan.findings_touching(f"{DOCUMENT_ID}.{record}")}
    assert finding in touching


def test_damage_of_the_text_is_recorded(plan):
    about_text = {row.finding_id: row for row in plan.findings_touching(DOCUMENT_ID)}
    assert about_text["new-era.cut-off"].kind == "damage"
    assert about_text["new-era.no-district-issuer-date"].kind == "gap"
    quoted = {item.text for finding in plan.findings for item in finding.evidence}
    assert {"R&D/GDP达到2.65机", "引导和培行", "技术白给率", "孵化行成体系", "鼓励"} <= quoted


def test_both_packs_hold_the_same_kinds_of_record(plan):
    other = open_pack("haizhu").plan
    for field in dataclasses.fields(plan):
        mine, theirs = getattr(plan, field.name), getattr(other, field.name)
        assert mine, field.name
        assert theirs, field.name
        assert {type(row) for row in mine} == {type(row) for row in theirs}


def test_no_record_of_one_pack_leaks_into_the_other(plan):
    other = open_pack("haizhu").plan
    mine = {row.indicator_id for row in plan.indicators} | {row.place_id for row in plan.places}
    theirs = {row.indicator_id for row in other.indicators} | {row.place_id for row in other.places}
    assert not mine & theirs


def test_a_name_or_an_alias_finds_a_place(plan):
    assert plan.resolve("马宫渔港经济区").place_id == "magong_fishing_port"
    assert {place.place_id for place in plan.search_places("海洋牧场")} == {
        "marine_ranch_zone",
        "marine_ranch_park",
    }
