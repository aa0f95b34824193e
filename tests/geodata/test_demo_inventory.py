"""The simulated inventories: marked in each row, pinned to the published totals, on land, repeatable."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from geodata.build import build_demo_inventory as demo
from geodata.build.build_backdrop import river_strips
from geodata.build.build_zones import compile_zones, district_outline
from geodata.build.geometry_files import INVENTORIES_DIR
from spatial.crs import WEB_CRS
from spatial.definition import Definition, Indoor, LifecycleStatus, Numerator
from spatial.inventory import read_inventory
from spatial.selection import select_stations

STATIONS = INVENTORIES_DIR / "base_stations_demo.csv"
POLES = INVENTORIES_DIR / "lamp_poles_demo.csv"


@pytest.fixture(scope="module")
def stations() -> pd.DataFrame:
    return pd.read_csv(STATIONS, dtype={"as_of": str})


@pytest.fixture(scope="module")
def poles() -> pd.DataFrame:
    return pd.read_csv(POLES, dtype={"as_of": str})


def positions(table: pd.DataFrame) -> gpd.GeoSeries:
    return gpd.GeoSeries(gpd.points_from_xy(table.lon, table.lat), crs=WEB_CRS)


def test_totals_are_the_published_ones(stations, poles):
    assert (stations.status == "existing").sum() == 5144
    assert set(stations.status) == {"existing", "planned"}
    planned = stations[stations.status == "planned"]
    assert planned.plan_year.value_counts().to_dict() == dict.fromkeys(demo.PLAN_YEARS, 60)
    assert stations.plan_year[stations.status == "existing"].isna().all()
    assert len(poles) == 614


@pytest.mark.parametrize("path", [STATIONS, POLES])
def test_each_row_says_that_it_is_simulated(path):
    table = pd.read_csv(path)
    assert table.synthetic.all()
    assert table.name.str.startswith("模拟").all()
    assert table.site_id.is_unique


def test_poles_say_that_their_number_is_a_construction_plan(poles):
    assert set(poles.basis) == {"2020年建设计划"}
    assert set(poles.status) == {"planned"}


@pytest.mark.parametrize("path", [STATIONS, POLES])
def test_nothing_stands_outside_or_in_the_river(path):
    points = positions(pd.read_csv(path))
    assert points.within(district_outline()).all()
    for strip in river_strips().values():
        # The strip's outline is simplified by 10 m.
        assert points[points.intersects(strip)].empty or _depth_m(points, strip) < 12


def _depth_m(points: gpd.GeoSeries, strip) -> float:
    wet = points[points.intersects(strip)].to_crs(4547)
    return wet.distance(gpd.GeoSeries([strip], crs=WEB_CRS).to_crs(4547).boundary.iloc[0]).max()


def test_sites_carry_several_stations(stations):
    sites = stations.groupby("physical_site_id")
    assert sites.size().max() == 3
    assert (sites.size() > 1).mean() > 0.3
    first = sites[["lon", "lat", "site_type"]].transform("first")
    assert (stations[first.columns] == first).all(axis=None)
    # One licensee has one station on a site.
    assert not stations.duplicated(["physical_site_id", "operator"]).any()
    assert stations.logical_station_id.is_unique


def test_network_is_varied_as_a_real_one(stations):
    assert set(stations.operator) == {"中国移动", "中国电信", "中国联通", "中国广电"}
    assert set(stations.site_type) == {"macro", "indoor", "micro", "pole"}
    assert set(stations.shared) == {True, False}
    assert stations.groupby("operator").band.nunique().eq(1).all()


def test_built_up_parts_are_denser_than_the_wetland(stations):
    zones = gpd.GeoSeries(compile_zones(), crs=WEB_CRS)
    points = positions(stations)
    per_km2 = {
        key: points.within(zone).sum() / area
        for (key, zone), area in zip(zones.items(), zones.to_crs(4547).area / 1e6, strict=True)
    }
    assert per_km2["wetland_east"] < 10
    assert per_km2["pazhou_west"] > 2 * per_km2["pazhou_south"]
    assert per_km2["culture_circle"] > per_km2["sysu_valley"] > 10


def test_the_library_reads_every_row_and_counts_by_each_definition():
    inventory = read_inventory(STATIONS.read_bytes(), name=STATIONS.name, crs="EPSG:4326")
    assert inventory.n_used == inventory.n_in == 5444
    assert inventory.synthetic
    assert select_stations(inventory.points, Definition()).n_counted == 5144
    logical = Definition(numerator=Numerator.LOGICAL_STATION)
    assert select_stations(inventory.points, logical).n_counted == 5144
    sites = select_stations(inventory.points, Definition(numerator=Numerator.PHYSICAL_SITE)).n_counted
    assert 2500 < sites < 3500
    outdoor = select_stations(inventory.points, Definition(indoor=Indoor.EXCLUDE)).n_counted
    assert 2500 < outdoor < 4000
    assert select_stations(inventory.points, Definition(status=LifecycleStatus.ALL)).n_counted == 5444


def test_library_reads_every_pole():
    inventory = read_inventory(POLES.read_bytes(), name=POLES.name, crs="EPSG:4326")
    assert inventory.n_used == inventory.n_in == 614
    assert inventory.synthetic


def test_seed_rebuilds_the_same_files(monkeypatch, tmp_path):
    monkeypatch.setattr(demo, "INVENTORIES_DIR", tmp_path)
    demo.build()
    for path in (STATIONS, POLES):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
