"""Sites by distance are the same wherever cubes and batches end, and wherever on the Earth they lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from spatial.density import frame_source, near_rows
from spatial.density.counting import count_density
from spatial.density.frame_source import FrameSource
from spatial.density.model import Dedupe, DensitySettings
from spatial.errors import UsageError
from tests.density.counting import reference
from tests.density.counting.plain_index import PlainIndex

EARTH = PlainIndex([shapely.box(-180, -90, 180, 90)], ["earth"])


def n_sites(lon, lat, distance_m, **options):
    settings = DensitySettings(dedupe=Dedupe.parse(f"distance:{distance_m}"))
    return count_density(EARTH, [FrameSource(lon, lat)], settings, **options)


def test_positions_are_those_of_proj():
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-180, 180, 1000), rng.uniform(-90, 90, 1000)
    to_space = Transformer.from_crs("EPSG:4490", "EPSG:4479", always_xy=True)
    expected = np.column_stack(to_space.transform(lon, lat, np.zeros(1000)))
    np.testing.assert_allclose(near_rows.surface_xyz(lon, lat), expected, atol=1e-7)


@given(
    seed=st.integers(0, 2**32 - 1),
    centre=st.sampled_from([(113.3, 23.1), (180.0, 71.0), (0.0, 90.0), (-60.0, -89.99), (25.0, 83.5)]),
    distance_m=st.sampled_from([0.01, 1.0, 35.0, 500.0, 10_000.0]),
    rows_per_part=st.integers(7, 60),
)
def test_clusters_are_those_of_the_definition_everywhere(seed, centre, distance_m, rows_per_part):
    rng = np.random.default_rng(seed)
    n, reach = 60, distance_m * rng.choice([1.0, 4.0, 30.0]) / 111_000.0
    lat = centre[1] + rng.uniform(-reach, reach, n)
    lat = np.where(np.abs(lat) > 90.0, np.sign(lat) * 180.0 - lat, lat)
    wide = min(reach / max(np.cos(np.radians(centre[1])), 1e-9), 180.0)
    lon = (centre[0] + rng.uniform(-wide, wide, n) + 180.0) % 360.0 - 180.0
    expected = len(set(reference.clusters(pd.DataFrame({"lon": lon, "lat": lat}), distance_m)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame_source, "_ROWS_PER_PART", rows_per_part)
        patch.setattr(near_rows, "_CUBE_M", float(rng.choice([1000.0, 16.0 * distance_m])))
        found = n_sites(lon, lat, distance_m, threads=2)
    assert found.total_count == expected
    assert found.n_used == n


def test_a_chain_over_hundreds_of_cubes_is_one_site_where_it_begins(monkeypatch):
    monkeypatch.setattr(frame_source, "_ROWS_PER_PART", 500)
    # 25 m apart over 250 km, from the west to the east, and a row of its own in the middle's latitude.
    lon = np.concatenate([113.0 + np.arange(10_000) * 25.0 / 102_000.0, [112.9]])
    lat = np.concatenate([np.full(10_000, 23.0), [23.0]])
    order = np.random.default_rng(0).permutation(len(lon))
    result = n_sites(lon[order], lat[order], 30)
    assert result.total_count == 2
    assert [notice.key for notice in result.notices] == ["density.rows_merged", "density.sites_apart"]
    assert "10,001" in result.notices[0].message("zh")
    assert "30" in result.notices[0].message("en")
    # Where one link is missing, there are two.
    assert n_sites(np.delete(lon, 5000), np.delete(lat, 5000), 30).total_count == 3
    west = PlainIndex([shapely.box(112.99, 22, 113.0001, 24), shapely.box(113.0001, 22, 117, 24)], "ab")
    settings = DensitySettings(dedupe=Dedupe.parse("distance:30"))
    assert count_density(west, [FrameSource(lon, lat)], settings).counts.tolist() == [1, 0]


def test_a_pile_of_rows_at_one_place_is_one_site_and_takes_one_row():
    batch = next(
        FrameSource(np.full(50_000, 113.3), np.full(50_000, 23.1)).batches(
            FrameSource(np.full(50_000, 113.3), np.full(50_000, 23.1)).parts()[0]
        )
    )
    assert len(near_rows.near_rows(batch, (), 30.0).rows) <= 8
    assert n_sites(np.full(50_000, 113.3), np.full(50_000, 23.1), 30).total_count == 1


@pytest.mark.parametrize("distance_m", [0.009, 10_001])
def test_a_distance_that_makes_no_site_is_refused(distance_m):
    with pytest.raises(UsageError, match="0\\.01"):
        n_sites([113.0], [23.0], distance_m)


@pytest.mark.parametrize(("lon", "lat"), [(113.3, 23.1), (45.0, 35.0), (-60.0, -45.0)])
def test_pairs_are_one_site_whichever_faces_and_corners_of_cubes_part_them(monkeypatch, lon, lat):
    monkeypatch.setattr(near_rows, "_CUBE_M", 1.0)
    rng = np.random.default_rng(0)
    degree_m, side = 111_000.0, 120
    east, north = (4.0 * 30.0 * axis.ravel() for axis in np.mgrid[:side, :side])
    angle = rng.uniform(0.0, 2.0 * np.pi, side * side)
    east = np.concatenate([east, east + 28.0 * np.cos(angle)])
    north = np.concatenate([north, north + 28.0 * np.sin(angle)])
    lats = lat + north / degree_m
    result = n_sites(lon + east / degree_m / np.cos(np.radians(lats)) * 0.98, lats, 30)
    assert result.total_count == side * side


def test_pairs_that_the_corner_of_a_cube_parts_are_one_site(monkeypatch):
    monkeypatch.setattr(near_rows, "_CUBE_M", 1.0)
    rng = np.random.default_rng(0)
    n, side = 1_000_000, 16.0 * 30.0
    ends = np.array([[113.0], [23.0]]) + rng.uniform(0.0, 2.0, (2, n))
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    others = ends + 28.0 / 111_000.0 * np.array([np.cos(angle), np.sin(angle)])
    cubes = [np.floor(near_rows.surface_xyz(*place) / side) for place in (ends, others)]
    parted = np.flatnonzero((cubes[0] != cubes[1]).all(axis=1))
    assert len(parted) > 10
    lon, lat = np.concatenate([ends[:, parted], others[:, parted]], axis=1)
    assert n_sites(lon, lat, 30).total_count == len(parted)
