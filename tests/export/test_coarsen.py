"""Coarse positions: the same cell always, its centre, and an accuracy that admits it."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.crs import CANONICAL_CRS, transform_xy
from spatial.errors import UsageError
from spatial.export.content.coarsen import LARGEST_CELL_M, SMALLEST_CELL_M, coarse_accuracy_m, snap_to_cells

DEGREES = st.tuples(st.floats(112.6, 115.4), st.floats(20.0, 26.0))
CELLS = st.sampled_from([10, 50, 100, 250, 1000])


def points(*lonlat: tuple[float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.points(np.array(lonlat)), crs=CANONICAL_CRS)


def metres(series: gpd.GeoSeries, target: str = "EPSG:4547") -> np.ndarray:
    lon, lat = shapely.get_coordinates(series.to_numpy()).T
    return np.column_stack(transform_xy(lon, lat, source=CANONICAL_CRS, target=target))


@given(st.lists(DEGREES, min_size=1, max_size=20), CELLS)
def test_a_point_moves_to_the_centre_of_the_cell_that_holds_it(lonlat, grid_m):
    exact = points(*lonlat)
    snapped = snap_to_cells(exact, grid_m=grid_m)
    before, after = metres(exact), metres(snapped)
    assert np.abs(after / grid_m % 1.0 - 0.5).max() < 1e-4, "centres lie half a cell off whole multiples"
    assert np.abs(after - before).max() <= grid_m / 2 + 1e-3
    assert np.hypot(*(after - before).T).max() <= coarse_accuracy_m(pd.Series([math.nan]), grid_m=grid_m)[0]


@given(st.lists(DEGREES, min_size=2, max_size=10), CELLS)
def test_the_cell_of_a_point_does_not_depend_on_the_others(lonlat, grid_m):
    together = snap_to_cells(points(*lonlat), grid_m=grid_m)
    alone = [snap_to_cells(points(one), grid_m=grid_m).iloc[0] for one in lonlat]
    assert [point.wkb for point in together] == [point.wkb for point in alone]


@given(st.lists(DEGREES, min_size=1, max_size=10), CELLS)
def test_a_coarse_point_stays_where_it_is(lonlat, grid_m):
    once = snap_to_cells(points(*lonlat), grid_m=grid_m)
    twice = snap_to_cells(once, grid_m=grid_m)
    assert np.abs(metres(once) - metres(twice)).max() < 1e-3


def test_two_neighbours_in_one_cell_become_one_position():
    near = metres(points((113.33, 23.09)))[0]
    corner = np.floor(near / 100.0) * 100.0
    flat = np.array([np.add(corner, (1.0, 99.0)), np.add(corner, (98.0, 2.0)), np.add(corner, (101.0, 2.0))])
    lonlat = np.column_stack(transform_xy(*flat.T, source="EPSG:4547", target=CANONICAL_CRS))
    first, second, third = snap_to_cells(points(*map(tuple, lonlat)), grid_m=100)
    assert first.equals(second)
    assert not first.equals(third)


@pytest.mark.parametrize(
    ("lonlat", "epsg"),
    [((117.1, 39.9), "EPSG:4548"), ((-3.7, 40.4), "EPSG:32630"), ((2.3, -1.0), "EPSG:32731")],
)
def test_elsewhere_the_grid_is_that_of_the_place(lonlat, epsg):
    snapped = metres(snap_to_cells(points(lonlat), grid_m=100), epsg)
    assert np.abs(snapped / 100.0 % 1.0 - 0.5).max() < 1e-4


def test_no_point_is_no_trouble():
    assert snap_to_cells(gpd.GeoSeries([], crs=CANONICAL_CRS), grid_m=100).empty


@pytest.mark.parametrize("size", [0, -5, SMALLEST_CELL_M - 0.5, LARGEST_CELL_M + 1, math.nan, math.inf])
def test_a_cell_that_hides_nothing_is_refused(size):
    with pytest.raises(UsageError, match="10"):
        snap_to_cells(points((113.3, 23.1)), grid_m=size)


def test_the_accuracy_is_the_known_error_and_half_the_diagonal():
    raised = coarse_accuracy_m(pd.Series([20.0, 0.0, math.nan], index=[4, 5, 9]), grid_m=100)
    assert raised.to_dict() == {4: 91.0, 5: 71.0, 9: 71.0}
