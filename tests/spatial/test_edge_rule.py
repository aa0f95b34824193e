from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.crs import transform_xy
from spatial.edge_rule import (
    EDGE_TOLERANCE_DEG,
    EDGE_TOLERANCE_M,
    WIDEST_DEG,
    band_widths_deg,
    bows_deg,
    bows_m,
)
from spatial.metric_grid import central_meridian, metric_code_for, metric_epsg
from tests.spatial.strategies import seeds


def edges(rng, west, south, span, length, count=20):
    start = rng.uniform((west, south), (west + span, south + span), (count, 2))
    turn = rng.uniform(0.0, 2.0 * np.pi, count)
    step = length * np.column_stack([np.cos(turn), np.sin(turn)])
    return np.concatenate([start, start + step * rng.uniform(0.0, 1.0, (count, 1))], axis=1)


def to_metric(lon, lat, code):
    return np.stack(transform_xy(lon, lat, source="EPSG:4490", target=f"EPSG:{code}"), axis=-1)


def sampled(ends, code, n=41):
    """Places along each edge that is straight in degrees and along the one straight in metres."""
    share = np.linspace(0.0, 1.0, n)
    lon = ends[:, [0]] * (1 - share) + ends[:, [2]] * share
    lat = ends[:, [1]] * (1 - share) + ends[:, [3]] * share
    curved = to_metric(lon, lat, code)
    chord = curved[:, [0]] * (1 - share[:, None]) + curved[:, [-1]] * share[:, None]
    return curved, chord


@given(
    seeds,
    st.sampled_from(
        [(113.2, 23.0, 0.2), (75.0, 18.0, 55.0), (-70.0, -50.0, 10.0), (10.0, -3.0, 6.0), (20, 60, 15)]
    ),
    st.sampled_from([0.001, 0.1, 0.5, 4.0]),
)
def test_the_bow_is_no_less_than_the_edges_stray(seed, place, length):
    rng = np.random.default_rng(seed)
    ends = edges(rng, *place, length)
    code = metric_code_for(shapely.linestrings(ends.reshape(-1, 2, 2)))
    curved, chord = sampled(ends, code)
    stray = np.hypot(*(curved - chord).T).max(axis=0)
    bows = bows_m(ends, central_meridian(code))
    # So much is lost in the projection itself.
    assert (stray <= bows + 1e-7).all()


@given(
    seeds,
    st.sampled_from([(113.2, 23.0, 0.2), (75.0, 18.0, 55.0), (-70.0, -50.0, 10.0)]),
    st.floats(0.001, 3.0),
)
def test_what_is_near_in_metres_is_in_the_band(seed, place, length):
    rng = np.random.default_rng(seed)
    ends = edges(rng, *place, length)
    code = metric_code_for(shapely.linestrings(ends.reshape(-1, 2, 2)))
    _, chord = sampled(ends, code)
    turn = rng.uniform(0.0, 2.0 * np.pi, chord.shape[:2])
    beside = chord + EDGE_TOLERANCE_M * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    lon, lat = transform_xy(beside[..., 0], beside[..., 1], source=f"EPSG:{code}", target="EPSG:4490")
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    away = shapely.distance(lines[:, None], shapely.points(lon, lat))
    widths = band_widths_deg(ends, bows_deg(ends, central_meridian(code)))
    assert (away <= widths[:, None]).all()


def test_short_edges_of_a_district_have_narrow_bands():
    ends = edges(np.random.default_rng(1), 113.2, 23.0, 0.2, 0.001)
    widths = band_widths_deg(ends, bows_deg(ends, 114.0))
    assert (widths >= EDGE_TOLERANCE_DEG).all()
    assert widths.max() < 1.4 * EDGE_TOLERANCE_DEG


@pytest.mark.parametrize(
    ("ends", "meridian"),
    [
        ([[113.0, 23.0, 113.1, 23.0]], None),
        ([[113.0, 85.0, 113.1, 86.0]], 114.0),
        ([[10.0, 23.0, 10.1, 23.0]], 114.0),
    ],
)
def test_where_no_bound_is_known_the_band_holds_everything(ends, meridian):
    ends = np.array(ends)
    bows = bows_deg(ends, meridian)
    assert np.isinf(bows).all()
    assert band_widths_deg(ends, bows).tolist() == [WIDEST_DEG]


def test_no_edges_have_no_bands():
    assert len(band_widths_deg(np.zeros((0, 4)), bows_deg(np.zeros((0, 4)), 114.0))) == 0


def test_the_far_side_of_the_date_line_is_near():
    ends = np.array([[-179.9, 10.0, -179.8, 10.0]])
    assert np.isfinite(bows_m(ends, 177.0)).all()


@pytest.mark.parametrize(
    ("lon", "lat"), [(113.3, 23.0), (75.0, 40.0), (135.2, 45.0), (2.0, 48.0), (-71.0, -30.0)]
)
def test_the_meridian_is_that_of_the_grid(lon, lat):
    code = metric_epsg(lon, lat)
    x, _ = transform_xy(
        np.array([central_meridian(code)]), np.array([lat]), source="EPSG:4490", target=f"EPSG:{code}"
    )
    assert x[0] == pytest.approx(500_000.0, abs=1e-3)


def test_a_grid_of_the_poles_has_no_meridian():
    assert central_meridian(metric_epsg(10.0, 85.0)) is None
    assert central_meridian(metric_epsg(10.0, -85.0)) is None
