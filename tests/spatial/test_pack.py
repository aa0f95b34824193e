"""Opening plan packs: a small one written here, broken ones, and those that come with the product."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from spatial import errors
from spatial.catalog import is_intact, member_path, read_catalog
from spatial.pack import PLANS_DIRECTORY, list_packs, open_pack
from tests.small_pack import (
    PLAN_DATASETS,
    WEST,
    collection,
    write_catalog,
    write_csv,
    write_json,
    write_pack,
    zone,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def directory(tmp_path) -> Path:
    return write_pack(tmp_path / "pack")


def change_facts(directory: Path, **facts: object) -> None:
    path = directory / "pack.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def test_a_pack_says_what_it_is(directory):
    pack = open_pack(directory)
    assert (pack.pack_id, pack.name.en, pack.district_zone_id) == ("small", "Small pack", "whole")
    assert pack.map_view.zoom == 14
    assert pack.review_number is None
    assert pack.has_geometry
    assert pack.zone_layers() == ("district", "zones")
    assert pack.plan.document("plan-a").title == "甲规划"


def test_the_target_is_the_indicator_that_the_pack_names(directory):
    target = open_pack(directory).target
    assert (target.value_per_km2, target.year, str(target.scope)) == (10, 2025, "district")
    assert (target.scope_zone_id, target.indicator_id) == ("whole", "density")
    assert (target.document_id, target.section_id) == ("plan-a", "plan-a-1")


def test_a_target_for_another_area_is_no_district_target(directory):
    change_facts(directory, district_zone_id="west")
    assert str(open_pack(directory).target.scope) == "zone"


def test_zones_keep_order_columns_and_missing_figures(directory):
    zones = open_pack(directory).zones()
    assert list(zones["zone_id"]) == ["west", "east"]
    assert zones.crs == "EPSG:4490"
    assert zones["area_official_km2"].isna().all()
    assert zones["area_official_km2"].dtype == float
    assert zones["position_accuracy_m"].tolist() == [5.0, 5.0]


def test_the_district_is_one_row(directory):
    assert list(open_pack(directory).district()["zone_id"]) == ["whole"]
    change_facts(directory, district_zone_id="nowhere")
    with pytest.raises(errors.PackError, match="district_zone_id"):
        open_pack(directory).district()


def test_places_without_a_position_stay_without(directory):
    points = open_pack(directory).place_points()
    assert points.crs == "EPSG:4490"
    assert list(points["place_id"]) == ["west", "nowhere"]
    assert points.geometry.isna().tolist() == [False, True]
    assert points["confidence_m"].iloc[0] == 50


def test_backdrop_vertices_inventory_and_published_counts(directory):
    pack = open_pack(directory)
    assert len(pack.backdrop()) == 1
    assert pack.vertex_table().to_dict("records") == [
        {"zone_id": "west", "vertex": "1", "lon": "114.0", "lat": "23.0"}
    ]
    stations = pack.inventory("base_stations")
    assert stations.synthetic
    assert (stations.n_in, stations.n_used) == (3, 3)
    assert pack.inventory("lamp_poles") is None
    (count,) = pack.published_counts("base_stations")
    assert (count.count, count.zone_id, count.as_of) == (30, "whole", "2020-12-31")
    assert pack.published_counts("lamp_poles") == ()


def test_a_pack_without_geometry_opens_and_refuses_zones_in_one_sentence(tmp_path):
    pack = open_pack(write_pack(tmp_path, with_geometry=False))
    assert not pack.has_geometry
    assert pack.target is None
    assert pack.district_name is None
    assert pack.backdrop() is None
    assert pack.place_points().empty
    assert pack.vertex_table().empty
    assert pack.inventory("base_stations") is None
    with pytest.raises(errors.NoGeometryError, match="--zones"):
        pack.zones()


def test_an_unknown_layer_is_refused_with_those_there(directory):
    with pytest.raises(errors.PackError, match="district, zones"):
        open_pack(directory).zones("streets")


def test_an_unknown_pack_is_refused_with_those_there(tmp_path):
    with pytest.raises(errors.UnknownPackError) as caught:
        open_pack("nowhere")
    assert all(name in str(caught.value) for name in list_packs())
    with pytest.raises(errors.UnknownPackError):
        open_pack(tmp_path)


# --- broken packs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"pack_id": "x"}', "[" * 100_000],
)
def test_a_pack_file_that_is_not_as_it_should_be_is_refused(directory, text):
    (directory / "pack.json").write_text(text)
    with pytest.raises(errors.PackError, match=r"pack\.json"):
        open_pack(directory)


@pytest.mark.parametrize(
    "facts",
    [{"pack_id": 7}, {"name": {"zh": "x"}}, {"map_view": {"lon": 1}}, {"target_indicator_id": "nowhere"}],
)
def test_a_wrong_fact_is_refused(directory, facts):
    change_facts(directory, **facts)
    with pytest.raises(errors.PackError):
        open_pack(directory)


def test_a_target_without_a_value_is_refused(directory):
    path = directory / "documents" / "plan-a" / "indicators.csv"
    path.write_text(path.read_text().replace(",10,10个,", ",,10个,").replace(",ge,", ",all,"))
    with pytest.raises(errors.PackError, match="target_indicator_id"):
        open_pack(directory)


def test_a_path_out_of_the_pack_is_refused(directory):
    (directory.parent / "secret.csv").write_text("a\n1\n")
    write_catalog(directory, ("vertex_table", "../secret.csv", "false"))
    with pytest.raises(errors.PackError, match="secret"):
        open_pack(directory)
    with pytest.raises(errors.PackError):
        member_path(directory, "/etc/hostname")


@pytest.mark.parametrize(
    ("kind", "synthetic", "words"), [("riddle", "false", "riddle"), ("document", "perhaps", "perhaps")]
)
def test_a_catalogue_word_outside_its_list_is_refused(directory, kind, synthetic, words):
    write_catalog(directory, (kind, "pack.json", synthetic))
    with pytest.raises(errors.PackError, match=words):
        read_catalog(directory)


def test_a_file_that_is_listed_twice_is_refused(directory):
    write_catalog(directory, PLAN_DATASETS[0], PLAN_DATASETS[0])
    with pytest.raises(errors.PackError, match="× 2"):
        read_catalog(directory)


def test_a_changed_or_missing_file_is_not_intact(directory):
    datasets = {dataset.path: dataset for dataset in read_catalog(directory)}
    dataset = datasets["geography/zones.geojson"]
    assert is_intact(directory, dataset)
    path = directory / dataset.path
    path.write_text(path.read_text() + "\n")
    assert not is_intact(directory, dataset)
    path.unlink()
    assert not is_intact(directory, dataset)
    with pytest.raises(errors.PackError, match=r"zones\.geojson"):
        open_pack(directory).zones()


def test_a_crossing_boundary_in_a_pack_is_refused_not_repaired(directory):
    ring = [WEST[0], WEST[2], WEST[1], WEST[3], WEST[0]]
    write_json(directory / "geography" / "zones.geojson", collection(zone("tie", "结", ring)))
    with pytest.raises(errors.PackError, match="geometry"):
        open_pack(directory).zones()


def test_a_ragged_table_in_a_pack_is_refused(directory):
    write_csv(directory / "geography" / "place_points.csv", "place_id,lon,lat", ["a", 1], ["b", 1, 2])
    with pytest.raises(errors.PackError, match="line 2"):
        open_pack(directory).place_points()


# --- the packs that come with the product ----------------------------------------------------


@pytest.mark.parametrize("name", list_packs())
def test_a_shipped_pack_opens_with_every_file_intact(name):
    pack = open_pack(name)
    assert pack.directory == PLANS_DIRECTORY / name
    assert pack.pack_id == name
    assert [dataset.path for dataset in pack.catalog if not is_intact(pack.directory, dataset)] == []
    listed = {dataset.path for dataset in pack.catalog} | {"pack.json", "catalog.csv"}
    there = {str(path.relative_to(pack.directory)) for path in pack.directory.rglob("*") if path.is_file()}
    assert there == listed
    for dataset in pack.catalog:
        assert dataset.title_zh
        assert dataset.title_en
        assert all(dataset.in_language("zh"))
        assert all(dataset.in_language("en"))


def test_one_shipped_pack_has_geometry_and_one_has_none():
    assert sorted(open_pack(name).has_geometry for name in list_packs()) == [False, True]


@pytest.mark.parametrize("name", [name for name in list_packs() if open_pack(name).has_geometry])
def test_a_shipped_pack_with_geometry_holds_together(name):
    pack = open_pack(name)
    for layer in pack.zone_layers():
        frame = pack.zones(layer)
        assert frame.geometry.is_valid.all()
        assert frame.crs == "EPSG:4490"
    assert len(pack.district()) == 1
    stations, poles = pack.inventory("base_stations"), pack.inventory("lamp_poles")
    assert stations.synthetic
    assert poles.synthetic
    assert stations.n_reported == poles.n_reported == 0
    assert pack.published_counts("base_stations")[0].zone_id == pack.district_zone_id
    places = {place.place_id for place in pack.plan.places}
    assert set(pack.place_points()["place_id"]) <= places
    assert pack.target.scope_zone_id == pack.district_zone_id


def test_a_copied_pack_is_the_same_pack(tmp_path):
    name = list_packs()[0]
    shutil.copytree(PLANS_DIRECTORY / name, tmp_path / "copy")
    assert open_pack(tmp_path / "copy").plan == open_pack(name).plan
