from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hypothesis import given
from pyproj import Proj

from spatial.area import area_km2, perimeter_km, require_geometry
from spatial.crs import metric_crs_for
from spatial.errors import GeometryError, MissingCrsError
from tests.spatial.strategies import seeds, star, zone_frame

PPM = 1e-6
GRS80 = Geodesic(6378137.0, 1 / 298.257222101)
GAUSS_KRUGER_114 = Proj("+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80")


def independent_ring(xy: np.ndarray) -> tuple[float, float]:
    """Area in m² and length in m of a ring on the metric grid, by another library's geodesics."""
    polygon = GRS80.Polygon()
    for start, end in pairwise(xy):
        pieces = int(np.ceil(np.hypot(*(end - start)) / 50.0))
        for step in range(pieces):
            lon, lat = GAUSS_KRUGER_114(*(start + (end - start) * step / pieces), inverse=True)
            polygon.AddPoint(lat, lon)
    _, length, area = polygon.Compute(reverse=False, sign=True)
    return abs(area), length


def independent(polygon: shapely.Polygon) -> tuple[float, float]:
    rings = [independent_ring(np.asarray(r.coords)) for r in (polygon.exterior, *polygon.interiors)]
    area = rings[0][0] - sum(area for area, _ in rings[1:])
    return area / 1e6, sum(length for _, length in rings) / 1e3


@pytest.mark.parametrize("number", [200, pytest.param(1_000, marks=pytest.mark.deep)])
def test_polygons_within_one_ppm_of_an_independent_library(number):
    rng = np.random.default_rng(20251)
    polygons = [star(rng, holes=each % 3 == 0) for each in range(number)]
    assert sum(bool(polygon.interiors) for polygon in polygons) > number / 10
    expected = np.array([independent(polygon) for polygon in polygons])
    frame = zone_frame(polygons)
    for measure, column in ((area_km2, 0), (perimeter_km, 1)):
        found = measure(frame).to_numpy()
        assert np.abs(found / expected[:, column] - 1.0).max() < PPM


def test_a_known_window_and_what_naive_methods_would_say():
    window = gpd.GeoDataFrame(geometry=[shapely.box(113.23, 23.035, 113.42, 23.115)], crs=4490)
    assert area_km2(window).iloc[0] == pytest.approx(172.48323, rel=2e-6)
    assert area_km2(window.to_crs(3857)).iloc[0] == pytest.approx(area_km2(window).iloc[0], rel=1e-9)


@pytest.mark.parametrize("crs", [4326, 4490, 4547, 4526, 3857, 32649])
def test_the_stated_system_does_not_matter(crs):
    frame = zone_frame([star(np.random.default_rng(3), holes=True)])
    assert area_km2(frame.to_crs(crs)).iloc[0] == pytest.approx(area_km2(frame).iloc[0], rel=1e-8)


@given(seeds)
def test_ring_direction_and_start_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    polygon = star(rng, holes=True)
    ring = np.asarray(polygon.exterior.coords)[:-1]
    rolled = np.roll(ring, int(rng.integers(len(ring))), axis=0)[:: rng.choice([-1, 1])]
    turned = shapely.Polygon(rolled, [list(hole.coords)[::-1] for hole in polygon.interiors])
    first, second = area_km2(zone_frame([polygon, turned]))
    assert second == pytest.approx(first, rel=1e-9)


def test_a_multipolygon_is_the_sum_of_its_parts_and_a_hole_is_taken_out():
    a, b = shapely.box(430000, 2550000, 431000, 2551000), shapely.box(433000, 2550000, 434000, 2552000)
    hole = shapely.box(430200, 2550200, 430400, 2550500)
    areas = area_km2(zone_frame([a, b, shapely.MultiPolygon([a, b]), a - hole, hole]))
    assert areas.iloc[2] == pytest.approx(areas.iloc[0] + areas.iloc[1], rel=1e-12)
    assert areas.iloc[3] == pytest.approx(areas.iloc[0] - areas.iloc[4], rel=1e-9)
    lengths = perimeter_km(zone_frame([a, a - hole, hole]))
    assert lengths.iloc[1] == pytest.approx(lengths.iloc[0] + lengths.iloc[2], rel=1e-9)


@given(seeds)
def test_cutting_a_polygon_conserves_its_area(seed):
    rng = np.random.default_rng(seed)
    whole = star(rng)
    x = rng.uniform(*whole.bounds[::2])
    west, south, _, north = whole.bounds
    left = whole & shapely.box(west - 1, south - 1, x, north + 1)
    right = whole - shapely.box(west - 1, south - 1, x, north + 1)
    parts = [part for part in (left, right) if part.area > 1.0]
    cut = area_km2(zone_frame(parts)).sum()
    assert cut == pytest.approx(area_km2(zone_frame([whole])).iloc[0], abs=3e-6)


def test_heights_are_ignored():
    flat = shapely.box(430000, 2550000, 431000, 2551000)
    first, second = area_km2(zone_frame([flat, shapely.force_3d(flat, 800.0)]))
    assert first == second


def test_index_name_and_missing_geometry():
    frame = zone_frame([star(np.random.default_rng(1))] * 3).set_axis([5, 5, 9])
    frame = frame.set_geometry([frame.geometry.iloc[0], None, frame.geometry.iloc[2]], crs=frame.crs)
    areas = area_km2(frame)
    pd.testing.assert_index_equal(areas.index, frame.index)
    assert areas.name == "area_km2"
    assert areas.isna().tolist() == [False, True, False]
    assert area_km2(frame.geometry).equals(areas)
    with pytest.raises(GeometryError, match="2"):
        require_geometry(frame)
    with pytest.raises(GeometryError, match="空"):
        require_geometry(frame.iloc[:0])


def test_far_places_are_measured_on_their_own_grid():
    paris = gpd.GeoDataFrame(geometry=[shapely.box(2.3, 48.8, 2.4, 48.9)], crs=4326)
    box = GRS80.Polygon()
    for lon, lat in [(2.3, 48.8), (2.4, 48.8), (2.4, 48.9), (2.3, 48.9)]:
        box.AddPoint(lat, lon)
    # The edges differ, grid line against geodesic, by centimetres.
    assert area_km2(paris).iloc[0] == pytest.approx(box.Compute()[2] / 1e6, rel=2e-5)


def test_a_missing_system_is_refused():
    with pytest.raises(MissingCrsError):
        area_km2(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)]))


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        (shapely.Point(113, 23), "不是面"),
        (shapely.LineString([(113, 23), (114, 23)]), "不是面"),
        (shapely.Polygon([(113, 23), (113.1, 23.1), (113.1, 23), (113, 23.1)]), "自相交"),
        (shapely.box(430000, 2550000, 431000, 2551000), "超出"),
    ],
)
def test_what_has_no_area_is_refused_by_row(geometry, words):
    frame = gpd.GeoDataFrame(geometry=[shapely.box(113, 23, 113.1, 23.1), geometry], crs=4326)
    with pytest.raises(GeometryError, match=words) as caught:
        area_km2(frame)
    assert caught.value.params["rows"] == [2]


def test_metres_stated_as_degrees_do_not_pass_as_an_area():
    frame = gpd.GeoDataFrame(geometry=[shapely.box(430000, 2550000, 431000, 2551000)], crs=4326)
    with pytest.raises(GeometryError, match="坐标系"):
        area_km2(frame)


def test_a_zone_on_both_sides_of_the_antimeridian_is_measured_as_one_in_its_middle():
    halves = [shapely.box(179.9, -17.0, 180.0, -16.9), shapely.box(-180.0, -17.0, -179.9, -16.9)]
    across = gpd.GeoSeries([shapely.MultiPolygon(halves)], crs="EPSG:4326")
    beside = gpd.GeoSeries([shapely.box(176.9, -17.0, 177.1, -16.9)], crs="EPSG:4326")
    assert metric_crs_for(across).to_epsg() == 32760
    assert area_km2(across).iloc[0] == pytest.approx(area_km2(beside).iloc[0], rel=1e-6)


def test_a_layer_round_half_the_earth_is_refused_not_mismeasured():
    world = gpd.GeoSeries([shapely.box(-179.0, -80.0, 179.0, 80.0)], crs="EPSG:4326")
    with pytest.raises(GeometryError, match="358"):
        area_km2(world)


def test_a_layer_measured_in_chunks_is_measured_as_each_zone_alone(monkeypatch):
    ring = shapely.Point(113.3, 23.1).buffer(0.01, quad_segs=40)
    holed = ring.difference(shapely.Point(113.3, 23.1).buffer(0.004))
    several = shapely.MultiPolygon([holed, shapely.box(113.4, 23.1, 113.41, 23.12)])
    # Of one extent, so that each is measured on the grid of all.
    given = gpd.GeoSeries([ring, None, several, shapely.Polygon(), holed, ring] * 3, crs="EPSG:4490")
    alone = [area_km2(given.iloc[[at]]).iloc[0] for at in range(len(given))]
    around = [perimeter_km(given.iloc[[at]]).iloc[0] for at in range(len(given))]
    monkeypatch.setattr("spatial.area._CHUNK_VERTICES", 100)
    assert area_km2(given).tolist() == pytest.approx(alone, rel=1e-9, nan_ok=True)
    assert perimeter_km(given).tolist() == pytest.approx(around, rel=1e-9, nan_ok=True)
    assert np.isnan(alone).sum() == 6
    assert area_km2(given.iloc[[1, 3]]).isna().all()
