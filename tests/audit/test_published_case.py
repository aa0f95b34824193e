from __future__ import annotations

import pytest

from spatial.area import area_km2
from spatial.audit.published_case import WEB_MERCATOR, published_case
from spatial.definition import AreaBasis
from spatial.pack import open_pack
from spatial.target import Target
from spatial.verdict import Status
from tests.small_pack import write_pack

STOCK, ADDED = "base_stations_built_2019_2020", "base_stations_built_2020"


@pytest.fixture(scope="module")
def case():
    return published_case(open_pack("haizhu"))


def test_both_published_numbers_stand_over_every_stated_area(case):
    assert [count.count for count in case.counts] == [5144, 3062]
    assert [area.basis for area in case.areas] == ["geometry", "official", "land", WEB_MERCATOR]
    areas = {area.basis: round(area.area_km2, 2) for area in case.areas}
    assert (areas["official"], areas["geometry"]) == (90.40, 90.97)
    density = {basis: round(case.figure(STOCK, basis).density_per_km2, 1) for basis in areas}
    assert (density["official"], density["geometry"]) == (56.9, 56.5)
    assert round(case.figure(ADDED, "official").density_per_km2, 1) == 33.9
    assert case.figure(STOCK, "official").required_count == 4701
    assert case.figure(STOCK, "official").margin_count == 443


def test_a_web_map_s_area_is_a_warning_that_would_turn_the_verdict(case):
    warning = case.areas[-1]
    assert round(100 * warning.off_ratio, 1) == 18.7
    assert warning.basis not in set(AreaBasis)
    honest = {case.figure(STOCK, area.basis).status for area in case.areas[:-1]}
    misread = case.figure(STOCK, WEB_MERCATOR)
    assert honest == {Status.MET}
    assert misread.status == Status.NEAR
    assert misread.margin_count < 0


def test_what_was_added_in_a_year_is_held_against_nothing(case):
    for area in case.areas:
        figure = case.figure(ADDED, area.basis)
        assert (figure.required_count, figure.margin_count, figure.status) == (None, None, None)


def test_every_number_and_area_names_its_source(case):
    plan = open_pack("haizhu").plan
    for count in case.counts:
        assert plan.section(count.section_id).document_id == count.document_id
        assert count.basis_zh
    for area in case.areas[:-1]:
        assert area.source.zh
        assert area.source.en
    assert case.areas[0].geometry_basis == "derived"


def test_other_outlines_and_targets_are_used_where_given():
    pack = open_pack("haizhu")
    half = pack.district().assign(area_official_km2=45.2, area_land_km2=None)
    case = published_case(pack, half, target=Target(value_per_km2=200.0))
    assert [area.basis for area in case.areas] == ["geometry", "official", WEB_MERCATOR]
    figure = case.figure(STOCK, "official")
    assert figure.required_count == 9040
    assert figure.status == Status.SHORT
    assert case.areas[0].area_km2 == pytest.approx(float(area_km2(half).iloc[0]))


def test_a_pack_without_outline_or_number_has_no_case(tmp_path):
    assert published_case(open_pack("new_era_district")) is None
    assert published_case(open_pack(write_pack(tmp_path / "flat", with_geometry=False))) is None
    small = published_case(open_pack(write_pack(tmp_path / "small")))
    assert [count.count for count in small.counts] == [30]
    assert [area.basis for area in small.areas] == ["geometry", WEB_MERCATOR]
    assert small.areas[0].source.zh == ""
