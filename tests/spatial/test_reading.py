from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.reading import metric_reading
from tests.spatial.strategies import ORIGIN, mosaic, point_frame, seeds, star, zone_frame


def plain_near(reading, point_reach, zone_reach):
    """The pairs of zone and point within the sum of their reaches, each pair asked."""
    found = []
    for zone, polygon in enumerate(reading.polygons):
        for point, spot in enumerate(reading.points):
            reach = zone_reach[zone] + point_reach[point]
            if spot is not None and reach > 0.0 and shapely.dwithin(polygon.boundary, spot, reach):
                found.append((zone, point))
    return found


@given(seeds, st.sampled_from([0.0, 1e-3, 15.0, 400.0, 9000.0]), st.sampled_from([0.0, 20.0, 1500.0]))
@settings(max_examples=60, deadline=None)
def test_near_the_edge_are_those_within_both_reaches(seed, of_zones, of_points):
    rng = np.random.default_rng(seed)
    shapes = mosaic(rng, int(rng.integers(1, 9))) if seed % 2 else [star(rng, holes=True) for _ in range(4)]
    zones = zone_frame(shapes)
    corners = np.concatenate([shapely.get_coordinates(shape) for shape in shapes])
    xy = np.array(ORIGIN) + rng.uniform(-9000.0, 9000.0, (40, 2))
    points = point_frame(np.concatenate([xy, corners[rng.integers(len(corners), size=10)]]))
    lost = gpd.GeoDataFrame(geometry=[None, shapely.Point(-66.3, -23.05)], crs=points.crs)
    points = gpd.GeoDataFrame(geometry=[*points.geometry, *lost.geometry], crs=points.crs)
    reading = metric_reading(points, zones)
    point_reach = of_points * rng.choice([0.0, 0.5, 1.0], len(points))
    zone_reach = of_zones * rng.choice([0.0, 1.0], len(zones))
    codes = reading.near_edge(point_reach=point_reach, zone_reach=zone_reach)
    found = zip(*(rows.tolist() for rows in reading.split(np.sort(codes))), strict=True)
    assert list(found) == plain_near(reading, point_reach, zone_reach)


@pytest.mark.parametrize("n_points", [0, 3])
def test_where_nothing_reaches_nothing_is_near(n_points):
    zones = zone_frame([shapely.box(430000, 2550000, 432000, 2552000)])
    reading = metric_reading(point_frame(np.full((n_points, 2), 430000.0)), zones)
    assert reading.near_edge(point_reach=np.zeros(n_points), zone_reach=np.zeros(1)).size == 0
