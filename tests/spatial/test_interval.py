from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.area import measure
from spatial.counting import locate
from spatial.interval import area_bounds_km2, bound, stated_accuracy_m
from spatial.reading import metric_reading
from tests.spatial.strategies import point_frame, scatter, tilings, zone_frame

SQUARE = shapely.box(430000, 2550000, 432000, 2552000)


def counted(points, zones):
    """Counts as drawn, surely inside and possibly inside."""
    placed = locate(points, zones)
    bounds = bound(
        metric_reading(points, zones),
        placed,
        point_accuracy_m=stated_accuracy_m(points),
        zone_accuracy_m=stated_accuracy_m(zones),
    )
    ones = np.ones(len(points), dtype=np.int64)
    return placed.counts(ones), *bounds.counts(ones)


@pytest.mark.parametrize(
    ("x", "drawn", "low", "high"),
    [
        (431000, 1, 1, 1),  # the middle
        (431959, 1, 1, 1),  # 41 m inside
        (431961, 1, 0, 1),  # 39 m inside
        (432000, 1, 0, 1),  # on the edge
        (432039, 0, 0, 1),  # 39 m outside
        (432041, 0, 0, 0),  # 41 m outside
    ],
)
def test_point_and_boundary_accuracy_add_up(x, drawn, low, high):
    zones = zone_frame([SQUARE], position_accuracy_m=[25.0])
    points = point_frame([(x, 2551000)], position_accuracy_m=[15.0])
    assert [int(count[0]) for count in counted(points, zones)] == [drawn, low, high]


def test_only_what_is_stated_counts():
    zones = zone_frame([SQUARE])
    points = point_frame([(431990, 2551000), (431990, 2551000)], position_accuracy_m=[np.nan, 20.0])
    assert [int(count[0]) for count in counted(points, zones)] == [2, 1, 2]


def test_without_accuracy_the_interval_is_the_count_even_on_the_edge():
    zones = zone_frame([SQUARE])
    corner = (432000, 2552000)
    points = point_frame([corner, (432000, 2551000), (431000, 2551000), (432001, 2551000)])
    assert [int(count[0]) for count in counted(points, zones)] == [3, 3, 3]


def test_an_accuracy_greater_than_the_zone_leaves_nothing_sure():
    zones = zone_frame([SQUARE], position_accuracy_m=[5000.0])
    points = point_frame([(431000, 2551000), (436000, 2551000)])
    assert [int(count[0]) for count in counted(points, zones)] == [1, 0, 2]


@given(tilings(max_side=3), st.floats(0, 400), st.floats(0, 400))
def test_low_and_high_enclose_the_count_and_widen_with_the_doubt(tiling, zone_m, point_m):
    zones, xs, ys, rng = tiling
    xy = scatter(rng, xs, ys, 20)
    zones = zones.assign(position_accuracy_m=zone_m)
    drawn, low, high = counted(point_frame(xy, position_accuracy_m=point_m), zones)
    wider = counted(point_frame(xy, position_accuracy_m=point_m + 50.0), zones)
    assert (low <= drawn).all()
    assert (drawn <= high).all()
    assert (wider[1] <= low).all()
    assert (high <= wider[2]).all()


@given(tilings(max_side=2), st.floats(1, 200))
def test_the_bounds_are_those_of_buffered_zones(tiling, accuracy):
    zones, xs, ys, rng = tiling
    points = point_frame(scatter(rng, xs, ys, 30)[:30], position_accuracy_m=accuracy)
    _, low, high = counted(points, zones)
    grid, spots = zones.to_crs(4547).geometry, points.to_crs(4547).geometry
    distance = np.array([spots.distance(zone.boundary) for zone in grid])
    inside = np.array([spots.intersects(zone) for zone in grid])
    assert low.tolist() == (inside & (distance > accuracy)).sum(axis=1).tolist()
    assert high.tolist() == (inside | (distance <= accuracy)).sum(axis=1).tolist()


def test_the_area_is_off_by_perimeter_times_accuracy():
    zones = zone_frame([SQUARE, SQUARE, shapely.box(430000, 2550000, 430010, 2551000)])
    found = measure(zones)
    low, high = area_bounds_km2(
        found["area_km2"], found["perimeter_km"], zone_accuracy_m=np.array([25.0, np.nan, 10.0])
    )
    assert low.iloc[0] == pytest.approx(4.0 - 8.0 * 0.025, rel=1e-3)
    assert high.iloc[0] == pytest.approx(4.0 + 8.0 * 0.025, rel=1e-3)
    assert low.iloc[1] == high.iloc[1] == found["area_km2"].iloc[1]
    assert low.iloc[2] < 0.0


def test_accuracies_are_read_as_lengths():
    frame = point_frame([(0, 0)] * 6, position_accuracy_m=["5", None, "unknown", -1, float("inf"), 0])
    np.testing.assert_array_equal(stated_accuracy_m(frame), [5.0, np.nan, np.nan, np.nan, np.nan, 0.0])
    assert np.isnan(stated_accuracy_m(frame.drop(columns="position_accuracy_m"))).all()
