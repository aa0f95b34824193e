from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.crs import transform_xy
from spatial.importing.place.readings import (
    Reading,
    judge_readings,
    parse_reading,
    positions,
    stated_readings,
    zone_meridian,
)
from tests.importing.place.place_layers import TOWN, degrees

GRIDS = ["EPSG:4547", "EPSG:4526", "EPSG:4497", "EPSG:4546"]


def packed(value):
    seconds = np.round((value % 1) * 3600)
    return np.floor(value) * 10_000 + np.floor(seconds / 60) * 100 + seconds % 60


def numbers(kind: str, lon, lat):
    if kind == "degrees":
        return lon, lat
    if kind == "degrees_e6":
        return lon * 1e6, lat * 1e6
    if kind == "packed":
        return packed(lon), packed(lat)
    return transform_xy(lon, lat, source="wgs84", target="EPSG:3857" if kind == "web_mercator" else kind)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("kind", ["degrees", "degrees_e6", "web_mercator", *GRIDS[:3]])
def test_each_reading_is_told_by_its_range(kind, swapped):
    lon, lat = degrees()
    x, y = numbers(kind, lon, lat)
    x, y = (y, x) if swapped else (x, y)
    judged = judge_readings(x, y, bounds=TOWN.bounds)
    reading = judged.readings[0]
    assert judged.is_clear
    assert reading.name == ("grid" if kind in GRIDS else kind) + "_swapped" * swapped + f":{kind}" * (
        kind in GRIDS
    )
    np.testing.assert_allclose(positions(x, y, reading), (lon, lat), atol=1e-9)
    assert parse_reading(reading.name) == reading


@given(
    st.floats(80, 130), st.floats(20, 50), st.booleans(), st.sampled_from([3, 6]), st.integers(0, 2**32 - 1)
)
def test_numbered_zones_are_told_anywhere_in_the_country(lon0, lat0, swapped, width, seed):
    rng = np.random.default_rng(seed)
    lon, lat = lon0 + rng.uniform(-0.1, 0.1, 9), lat0 + rng.uniform(-0.1, 0.1, 9)
    zone = round(lon0 / 3) if width == 3 else int(lon0 // 6) + 1
    grid = f"EPSG:{4513 + zone - 25 if width == 3 else 4491 + zone - 13}"
    x, y = transform_xy(lon, lat, source="cgcs2000", target=grid)
    x, y = (y, x) if swapped else (x, y)
    near = (lon0 - 0.2, lat0 - 0.2, lon0 + 0.2, lat0 + 0.2)
    judged = judge_readings(x, y, bounds=near)
    assert judged.is_clear
    assert judged.readings[0] == Reading("grid", swapped, grid)
    np.testing.assert_allclose(positions(x, y, judged.readings[0]), (lon, lat), atol=1e-6)


def test_metres_without_zone_number_need_the_district():
    x, y = numbers("EPSG:4547", *degrees())
    judged = judge_readings(x, y, bounds=None)
    assert not judged.is_clear
    assert "grid:EPSG:4547" in {choice.value for choice in judged.choices}
    assert len(judged.choices) > 10
    stated = judge_readings(x, y, bounds=None, stated=stated_readings("EPSG:4547"))
    assert stated.is_clear
    assert stated.readings[0] == Reading("grid", swapped=False, crs="EPSG:4547")


def test_packed_degrees_are_offered_and_never_taken():
    lon, lat = degrees()
    x, y = numbers("packed", lon, lat)
    judged = judge_readings(x, y, bounds=TOWN.bounds)
    assert judged.choices[0].value == "packed"
    assert not judged.is_clear
    np.testing.assert_allclose(positions(x, y, Reading("packed")), (lon, lat), atol=0.5 / 3600)


def test_packed_minutes_above_sixty_are_none():
    assert np.isnan(positions(np.array([1136100.0]), np.array([230000.0]), Reading("packed"))[0][0])


@pytest.mark.parametrize(("share", "clear"), [(0.2, True), (0.49, False)])
def test_the_majority_of_a_mixed_table_counts_unless_it_is_a_tie(share, clear):
    lon, lat = degrees(400)
    turned = np.arange(400) < share * 400
    judged = judge_readings(np.where(turned, lat, lon), np.where(turned, lon, lat), bounds=TOWN.bounds)
    assert judged.readings[0] == Reading("degrees")
    assert judged.is_clear is clear


def test_beyond_the_country_the_headers_say_the_order():
    lon, lat = np.array([11.5, 11.6]), np.array([48.1, 48.2])
    assert not judge_readings(lon, lat, bounds=None).is_clear
    assert judge_readings(lon, lat, bounds=None, named_degrees=True).readings[0] == Reading("degrees")
    assert judge_readings(lon, lat, bounds=None, named_degrees=True).is_clear
    pacific = judge_readings(np.array([-150.0]), np.array([10.0]), bounds=None)
    assert pacific.is_clear
    assert pacific.readings == (Reading("degrees"),)


def test_a_stated_plane_beyond_the_country():
    judged = judge_readings(
        np.array([530000.0]), np.array([180000.0]), bounds=None, stated=stated_readings("EPSG:27700")
    )
    assert judged.is_clear
    assert judged.readings[0].crs == "EPSG:27700"


def test_nothing_to_judge_and_nothing_that_fits():
    nowhere = np.array([np.nan, 0.0])
    assert judge_readings(nowhere, nowhere, bounds=None).readings == ()
    wild = np.array([5e8, 7e8])
    assert not judge_readings(wild, wild, bounds=TOWN.bounds).is_clear


@pytest.mark.parametrize(
    "name", ["", "grid", "grid:", "grid:wgs84", "grid:EPSG:4326", "grid:EPSG:x", "degrees:EPSG:4547", "feet"]
)
def test_names_that_are_no_reading(name):
    assert parse_reading(name) is None


def test_zones_by_their_meridian():
    assert zone_meridian("EPSG:4547") == zone_meridian("EPSG:4526") == (114.0, 1.5)
    assert zone_meridian("EPSG:4497") == (111.0, 3.0)
    assert zone_meridian("EPSG:3857") is None
    assert zone_meridian("wgs84") is None


@pytest.mark.parametrize(
    ("crs", "meridian"), [("EPSG:4547", "114°"), ("EPSG:4526", "114°"), ("EPSG:4546", "111°")]
)
def test_a_zone_is_offered_with_its_central_meridian(crs, meridian):
    label = Reading("grid", swapped=False, crs=crs).label
    assert meridian in label.message("zh")
    assert meridian in label.message("en")
