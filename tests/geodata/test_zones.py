"""The zones and parts: compiled from their tables, tiling, sharing edges, honest about themselves."""

from __future__ import annotations

import shutil
from collections import Counter
from itertools import pairwise

import geopandas as gpd
import pytest
import shapely

from geodata.build import build_zones
from geodata.build.geometry_files import GEOGRAPHY_DIR, read_features, read_rows
from spatial.area import area_km2
from spatial.crs import WEB_CRS

LAYERS = ("district", "zones", "parts")
BASES = {"published_four_sides", "published_area_only", "derived", "schematic"}
OFFICIAL_TOLERANCE = 0.15


def layer(name: str) -> dict[str, tuple[dict, shapely.Geometry]]:
    return {p["zone_id"]: (p, outline) for p, outline in read_features(GEOGRAPHY_DIR / f"{name}.geojson")}


def segments(outline: shapely.Geometry) -> list[tuple]:
    return list(pairwise(outline.exterior.coords))


ALL = [record for name in LAYERS for record in layer(name).values()]


def test_layers_hold_the_zones_of_the_plan():
    assert list(layer("district")) == ["haizhu"]
    assert list(layer("zones")) == ["pazhou", "sysu_valley", "culture_circle"]
    assert len(layer("parts")) == 7
    assert {p["parent_id"] for p, _ in layer("parts").values()} == {"pazhou"}
    assert {p["parent_id"] for p, _ in layer("zones").values()} == {"haizhu"}


def test_zones_tile_the_district_exactly():
    outline = layer("district")["haizhu"][1]
    zones = [zone for _, zone in layer("zones").values()]
    assert shapely.coverage_is_valid(zones)
    assert shapely.union_all(zones).symmetric_difference(outline).area == 0


def test_each_zone_segment_is_the_district_s_or_a_neighbour_s():
    border = set(segments(layer("district")["haizhu"][1]))
    own = [segment for _, zone in layer("zones").values() for segment in segments(zone)]
    inner = Counter(segment for segment in own if segment not in border)
    assert set(inner.values()) == {1}
    assert {(end, start) for start, end in inner} == set(inner)
    assert border <= set(own)


def test_parts_lie_in_their_zone_and_share_edges():
    zone = layer("zones")["pazhou"][1]
    parts = [part for _, part in layer("parts").values()]
    assert all(zone.covers(part) for part in parts)
    assert shapely.coverage_is_valid(parts)
    zone_vertices = set(zone.exterior.coords)
    for part in parts:
        for vertex in part.exterior.coords:
            assert vertex in zone_vertices or not zone.boundary.covers(shapely.Point(vertex)), vertex


@pytest.mark.parametrize(
    ("properties", "outline"), ALL, ids=lambda value: getattr(value, "get", str)("zone_id")
)
def test_zone_states_how_well_it_is_known(properties, outline):
    assert outline.is_valid
    assert outline.exterior.is_ccw
    assert properties["geometry_basis"] in BASES
    assert properties["position_accuracy_m"] >= 30
    assert properties["note_zh"]
    assert properties["note_en"]
    assert isinstance(properties["includes_water"], bool)
    measured = area_km2(gpd.GeoSeries([outline], crs=WEB_CRS)).iloc[0]
    assert properties["area_geometry_km2"] == pytest.approx(measured, abs=1e-6)
    official = properties["area_official_km2"]
    assert (official is None) == (properties["area_official_source_zh"] is None)
    assert (official is None) == (properties["area_official_source_en"] is None)
    if official is not None:
        assert abs(measured / official - 1) <= OFFICIAL_TOLERANCE


def test_schematic_zones_claim_no_fine_accuracy():
    coarse = [p["position_accuracy_m"] for p, _ in ALL if p["geometry_basis"] == "schematic"]
    assert coarse
    assert min(coarse) >= 100


def test_accuracy_is_no_better_than_that_of_the_vertices():
    vertices = {
        (float(row["lon"]), float(row["lat"])): float(row["accuracy_m"])
        for row in read_rows(GEOGRAPHY_DIR / "zone_vertices.csv")
    }
    for properties, outline in ALL[1:]:
        weighted = total = 0.0
        for start, end in segments(outline):
            length = shapely.distance(shapely.Point(start), shapely.Point(end))
            weighted += length * (vertices.get(start, 30.0) + vertices.get(end, 30.0)) / 2
            total += length
        assert properties["position_accuracy_m"] >= weighted / total, properties["zone_id"]


def test_district_carries_its_published_figures():
    district = layer("district")["haizhu"][0]
    assert district["area_official_km2"] == 90.40
    assert district["population"] == 1_819_037
    assert "2020" in district["population_source_en"]
    # 43 km of border, each metre of strip takes about 0.043 km².
    lost = district["area_geometry_km2"] - district["area_land_km2"]
    assert lost == pytest.approx(43.4 * build_zones.HALF_CHANNEL_M / 1000, rel=0.05)
    assert str(int(build_zones.HALF_CHANNEL_M)) in district["area_land_source_en"]


def test_inferred_area_is_not_passed_off_as_official():
    zone = layer("zones")["pazhou"][0]
    assert zone["area_official_km2"] is None
    assert zone["area_geometry_km2"] == pytest.approx(48 - 18, rel=OFFICIAL_TOLERANCE)


@pytest.mark.parametrize(
    ("name", "lon", "lat", "zone_id"),
    [
        ("广州塔", 113.31914, 23.10899, "canton_tower"),
        ("琶洲塔", 113.37027, 23.10175, "pazhou_mid_2"),
        ("广交会展馆", 113.35940, 23.10250, "pazhou_mid_1"),
        ("磨碟沙站", 113.33602, 23.10122, "pazhou_west"),
        ("黄埔古港", 113.38454, 23.08963, "pazhou_east"),
        ("中山大学", 113.29339, 23.09588, "sysu_valley"),
        ("小洲村", 113.35336, 23.06304, "sysu_valley"),
        ("沥滘站", 113.31366, 23.05749, "sysu_valley"),
        ("江南西站", 113.26857, 23.09994, "culture_circle"),
        ("十香园", 113.26855, 23.09501, "culture_circle"),
    ],
)
def test_known_places_fall_where_the_plans_put_them(name, lon, lat, zone_id):
    zones = {**layer("zones"), **layer("parts")}
    assert zones[zone_id][1].contains(shapely.Point(lon, lat)), name


def test_tables_rebuild_the_committed_layers(monkeypatch, tmp_path):
    committed = {name: layer(name) for name in LAYERS}
    monkeypatch.setattr(build_zones, "GEOGRAPHY_DIR", copy_of_tables(tmp_path))
    build_zones.build()
    for name in LAYERS:
        rebuilt = {p["zone_id"]: (p, o) for p, o in read_features(tmp_path / f"{name}.geojson")}
        assert rebuilt == committed[name]


@pytest.mark.parametrize(
    ("table", "old", "new", "complaint"),
    [
        ("zone_vertices.csv", "113.3104599,", "113.3104600,", "no vertex of the district outline"),
        ("zone_edges.csv", "kecun xingang_1", "kecun xingang_9", "unknown .*xingang_9"),
        ("zone_edges.csv", "huanan_1 huanan_xinjiao", "huanan_xinjiao", "unused .*huanan_1"),
        ("zone_rings.csv", "pazhou_west,creek_lower creek_west", "pazhou_west,creek_west", "pazhou_west"),
        ("zone_rings.csv", "dongxiao jiangtai", "dongxiao -jiangtai", "sysu_valley: piece 2"),
    ],
)
def test_a_broken_table_is_refused_by_name(monkeypatch, tmp_path, table, old, new, complaint):
    path = copy_of_tables(tmp_path) / table
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(build_zones, "GEOGRAPHY_DIR", tmp_path)
    with pytest.raises(ValueError, match=complaint):
        build_zones.compile_zones()


def copy_of_tables(directory):
    for path in [*GEOGRAPHY_DIR.glob("zone_*.csv"), GEOGRAPHY_DIR / "city_districts.geojson"]:
        shutil.copy(path, directory)
    return directory
