from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.chinese_datums import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02

# WGS 84, GCJ-02 and BD-09 of three places in Guangzhou, to eight decimals.
GOLDEN = [
    ((113.32, 23.08), (113.32541019, 23.07737859), (113.33197834, 23.08313678)),
    ((113.23, 23.05), (113.23532457, 23.04729366), (113.24187993, 23.05305905)),
    ((113.42, 23.09), (113.42551238, 23.08748271), (113.4320082, 23.09356436)),
]
MM_IN_DEGREES = 1e-3 / 111_320.0


@pytest.mark.parametrize(("wgs", "gcj", "bd"), GOLDEN)
def test_golden_vectors(wgs, gcj, bd):
    np.testing.assert_allclose(wgs84_to_gcj02(*wgs), gcj, rtol=0, atol=1e-8)
    np.testing.assert_allclose(wgs84_to_bd09(*wgs), bd, rtol=0, atol=1e-8)
    np.testing.assert_allclose(gcj02_to_wgs84(*gcj), wgs, rtol=0, atol=2e-8)
    np.testing.assert_allclose(bd09_to_wgs84(*bd), wgs, rtol=0, atol=2e-8)


@pytest.mark.parametrize(
    ("there", "back"), [(wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)]
)
def test_closed_loop_over_china_is_below_a_millimetre(there, back):
    rng = np.random.default_rng(11)
    lon, lat = rng.uniform(74, 134, 200_000), rng.uniform(4, 53, 200_000)
    found_lon, found_lat = back(*there(lon, lat))
    worst = np.hypot((found_lon - lon) * np.cos(np.radians(lat)), found_lat - lat).max()
    assert worst < MM_IN_DEGREES


def test_the_shift_at_guangzhou_is_some_600_metres():
    lon, lat = wgs84_to_gcj02(113.32, 23.08)
    shift = np.hypot((lon - 113.32) * 111_320 * np.cos(np.radians(23.08)), (lat - 23.08) * 110_600)
    assert 600 < shift < 650


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.86), (-74.0, 40.7), (151.2, -33.9)])
def test_abroad_gcj02_is_wgs84(lon, lat):
    assert wgs84_to_gcj02(lon, lat) == (lon, lat)


@given(st.lists(st.sampled_from([np.nan, np.inf, -np.inf, 1e308, 113.3]), min_size=2, max_size=2))
def test_what_is_not_finite_stays_so_in_silence(pair):
    finite = np.isfinite(pair).all()
    for carry in (wgs84_to_gcj02, gcj02_to_wgs84):
        assert np.isfinite(carry(*pair)).all() == finite


def test_one_bad_row_does_not_touch_the_others():
    lon, lat = bd09_to_wgs84([113.33197834, np.inf, np.nan], [23.08313678, 23.0, 23.0])
    np.testing.assert_allclose((lon[0], lat[0]), (113.32, 23.08), atol=2e-8)
    assert not np.isfinite(lon[1:]).any()


def test_at_the_edge_of_the_window_the_way_back_ends_near_by():
    lon, lat = gcj02_to_wgs84(np.linspace(72.0, 72.02, 41), np.full(41, 40.0))
    assert np.abs(lon - np.linspace(72.0, 72.02, 41)).max() < 0.01
    assert np.abs(lat - 40.0).max() < 0.01


def test_shapes_are_kept():
    lon, lat = gcj02_to_wgs84(np.full((2, 3), 113.3), np.full((2, 3), 23.0))
    assert lon.shape == lat.shape == (2, 3)
    assert gcj02_to_wgs84([], [])[0].shape == (0,)
