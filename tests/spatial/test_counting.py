from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.counting import (
    OVERLAP_TOLERANCE,
    LayerKind,
    assign_to_zones,
    count_by_zone,
    layer_kind,
    locate,
    outside_count,
    zone_ids,
)
from spatial.errors import DuplicateIdError, GeometryError, MissingColumnError, MissingCrsError
from tests.spatial.strategies import CANONICAL, mosaic, point_frame, scatter, seeds, star, tilings, zone_frame


def expected_zone(x, y, xs, ys, ids):
    """The smallest id of the closed rectangles that hold a position."""
    rows = len(ys) - 1
    held = [
        ids[i * rows + j]
        for i in range(len(xs) - 1)
        for j in range(rows)
        if xs[i] <= x <= xs[i + 1] and ys[j] <= y <= ys[j + 1]
    ]
    return min(held) if held else None


@given(tilings())
def test_a_tiling_loses_nothing_and_edges_go_to_the_first_id(tiling):
    zones, xs, ys, rng = tiling
    xy = scatter(rng, xs, ys, 25)
    points = point_frame(xy)
    found = assign_to_zones(points, zones)
    ids = list(zones["zone_id"])
    expected = [expected_zone(x, y, xs, ys, ids) for x, y in xy]
    # The last positions of all stand on outer edges too: no id may be lost there.
    assert [None if pd.isna(zone) else zone for zone in found] == expected
    counts = count_by_zone(points, zones)
    assert counts.sum() + outside_count(points, zones) == len(points)
    assert counts.tolist() == [expected.count(zone) for zone in ids]


@given(tilings(), st.sampled_from([4326, 4547, 4526, 3857]), st.sampled_from([4326, 4547, 4526, 3857]))
def test_a_round_trip_through_other_systems_moves_no_point(tiling, zone_crs, point_crs):
    zones, xs, ys, rng = tiling
    points = point_frame(scatter(rng, xs, ys, 15))
    expected = assign_to_zones(points, zones)
    moved = assign_to_zones(points.to_crs(point_crs), zones.to_crs(zone_crs))
    pd.testing.assert_series_equal(moved, expected)


@given(seeds, st.permutations(["a", "b"]), st.booleans())
def test_edges_straight_in_degrees_go_to_the_first_id_too(seed, ids, upright):
    rng = np.random.default_rng(seed)
    west, south, east, north = 113.23, 23.03, 113.42, 23.10
    spread = rng.uniform(0.0, 1.0, 40)
    if upright:
        middle = rng.uniform(113.28, 113.34)
        polygons = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
        on_edge = np.column_stack([np.full(40, middle), south + spread * (north - south)])
    else:
        middle = rng.uniform(23.05, 23.08)
        polygons = [shapely.box(west, south, east, middle), shapely.box(west, middle, east, north)]
        on_edge = np.column_stack([west + spread * (east - west), np.full(40, middle)])
    zones = zone_frame(polygons, ids, crs=CANONICAL)
    points = point_frame(on_edge, crs=CANONICAL)
    assert set(assign_to_zones(points, zones)) == {"a"}
    there_and_back = points.to_crs(4547).to_crs(CANONICAL)
    assert set(assign_to_zones(there_and_back, zones.to_crs(3857))) == {"a"}


@given(tilings(), seeds)
def test_row_order_and_vertex_order_do_not_matter(tiling, seed):
    zones, xs, ys, rng = tiling
    points = point_frame(scatter(rng, xs, ys, 15))
    shuffle = np.random.default_rng(seed)
    turned = zones.copy()
    turned["geometry"] = [
        shapely.Polygon(
            np.roll(np.asarray(zone.exterior.coords)[:-1], int(shuffle.integers(4)), axis=0)[::-1]
        )
        for zone in zones.geometry
    ]
    turned = turned.sample(frac=1.0, random_state=int(seed))
    other = points.sample(frac=1.0, random_state=int(seed))
    expected = count_by_zone(points, zones).set_axis(zones["zone_id"]).sort_index()
    found = count_by_zone(other, turned).set_axis(turned["zone_id"]).sort_index()
    pd.testing.assert_series_equal(found, expected)


@given(tilings(max_side=3))
def test_splitting_a_zone_conserves_its_count(tiling):
    zones, xs, ys, rng = tiling
    points = point_frame(scatter(rng, xs, ys, 25))
    # The union keeps the vertices of its parts: one long edge is straight elsewhere than its pieces.
    whole = zone_frame([shapely.union_all(zones.geometry.to_numpy())], ["z"], crs=CANONICAL)
    assert count_by_zone(points, whole).sum() == count_by_zone(points, zones).sum()


@given(seeds, st.integers(2, 25))
def test_an_irregular_tiling_agrees_with_plain_geometry(seed, count):
    rng = np.random.default_rng(seed)
    cells = mosaic(rng, count)
    zones = zone_frame(cells)
    corners = np.concatenate([shapely.get_coordinates(cell) for cell in cells])
    xy = np.concatenate([rng.uniform(429000, 437000, (60, 2)), corners[rng.integers(len(corners), size=20)]])
    xy[:60, 1] += 2120000
    points = point_frame(xy)
    found = assign_to_zones(points, zones).to_numpy(dtype=object, na_value=None)
    spots = shapely.points(xy)
    touched = np.array([shapely.distance(cell, spots) < 1e-6 for cell in cells])
    clear = np.array([shapely.distance(shapely.boundary(cell), spots) for cell in cells]).min(axis=0) > 2.0
    ids = zones["zone_id"].to_numpy()
    expected = np.array([min(ids[held], default=None) for held in touched.T], dtype=object)
    # Within two metres of an edge the two readings of a long edge may differ.
    assert found[:60][clear[:60]].tolist() == expected[:60][clear[:60]].tolist()
    assert found[60:].tolist() == expected[60:].tolist()
    assert count_by_zone(points, zones).sum() + outside_count(points, zones) == len(points)


@given(seeds)
def test_scattered_polygons_with_holes_agree_with_plain_geometry(seed):
    rng = np.random.default_rng(seed)
    polygon = star(rng, holes=True)
    west, south, east, north = polygon.bounds
    xy = rng.uniform((west, south), (east, north), (80, 2))
    spots = shapely.points(xy)
    clear = shapely.distance(polygon.boundary, spots) > 0.05
    counted = count_by_zone(point_frame(xy[clear]), zone_frame([polygon])).iloc[0]
    assert counted == shapely.contains_xy(polygon, xy[clear]).sum()


def test_points_without_a_position_lie_in_no_zone_and_break_nothing():
    zones = zone_frame([shapely.box(430000, 2550000, 432000, 2552000)])
    geometry = [
        zones.geometry.iloc[0].centroid,
        None,
        shapely.Point(),
        shapely.Point(np.nan, np.nan),
        shapely.Point(np.inf, 23.0),
        shapely.MultiPoint([(113.3, 23.05)]),
    ]
    points = gpd.GeoDataFrame(index=list("abcdef"), geometry=geometry, crs=CANONICAL)
    assert assign_to_zones(points, zones).notna().tolist() == [True] + [False] * 5
    assert count_by_zone(points, zones).tolist() == [1]
    assert outside_count(points, zones) == 0


def test_points_at_the_other_end_of_the_world_are_outside():
    zones = zone_frame([shapely.box(430000, 2550000, 432000, 2552000)])
    points = point_frame([(-66.3, -23.05), (0, 90), (180, 0), (-180, -90), (113.3, -23.05)], crs=CANONICAL)
    assert outside_count(points, zones) == 5


def test_nothing_to_count():
    zones = zone_frame([shapely.box(430000, 2550000, 432000, 2552000)])
    none = point_frame(np.empty((0, 2)))
    assert count_by_zone(none, zones).tolist() == [0]
    assert len(assign_to_zones(none, zones)) == 0
    assert locate(none, zones).outside(np.zeros(0, dtype=np.int64)) == 0


def test_indexes_are_those_of_the_input():
    zones = zone_frame([shapely.box(430000, 2550000, 431000, 2551000)]).set_axis(["x"])
    points = point_frame([(430500, 2550500), (439000, 2550500)]).set_axis([4, 4])
    assert list(assign_to_zones(points, zones).index) == [4, 4]
    assert list(count_by_zone(points, zones).index) == ["x"]


def nested():
    """A district 'd', its two halves 'a' and 'b', and a park 'c' across the halves."""
    halves = [shapely.box(430000, 2550000, 431000, 2552000), shapely.box(431000, 2550000, 432000, 2552000)]
    district = shapely.box(430000, 2550000, 432000, 2552000)
    park = shapely.box(430500, 2550500, 431500, 2551500)
    return zone_frame([district, *halves, park], ["d", "a", "b", "c"])


def test_overlapping_zones_each_count_what_they_share():
    zones = nested()
    assert layer_kind(zones) is LayerKind.OVERLAPPING
    points = point_frame(
        [
            (430100, 2550100),  # d, a
            (431000, 2551000),  # on the edge of a and b, in c and d
            (431000, 2550100),  # on the edge of a and b, in d
            (430500, 2551000),  # on the edge of c, in a and d
            (432000, 2550000),  # a corner of b and d
            (440000, 2550000),  # outside
        ]
    )
    assert count_by_zone(points, zones).tolist() == [5, 4, 1, 2]
    assert outside_count(points, zones) == 1
    assert assign_to_zones(points, zones).tolist()[:5] == ["a", "a", "a", "a", "b"]


def test_a_neighbour_that_lost_the_point_takes_it_from_nobody():
    left, right = shapely.box(430000, 2550000, 431000, 2551000), shapely.box(431000, 2550000, 432000, 2551000)
    within_left = shapely.box(430500, 2550000, 431000, 2551000)
    zones = zone_frame([left, right, within_left], ["a", "b", "c"])
    assert count_by_zone(point_frame([(431000, 2550500)]), zones).tolist() == [1, 0, 1]


@pytest.mark.parametrize(("share", "kind"), [(0.5, "tiling"), (2.0, "overlapping")])
def test_a_sliver_is_no_overlap(share, kind):
    width = 1000.0 * OVERLAP_TOLERANCE * share
    zones = zone_frame(
        [
            shapely.box(430000, 2550000, 431000 + width, 2551000),
            shapely.box(431000, 2550000, 433000, 2551000),
        ],
        ["b", "a"],
    )
    assert layer_kind(zones) == kind
    points = point_frame([(431000 + width / 2, 2550500)])
    expected = {"tiling": [0, 1], "overlapping": [1, 1]}[kind]
    assert count_by_zone(points, zones).tolist() == expected


def test_gaps_and_holes_belong_to_no_zone():
    ring = shapely.box(430000, 2550000, 432000, 2552000) - shapely.box(430500, 2550500, 431500, 2551500)
    zones = zone_frame([ring])
    assert layer_kind(zones) is LayerKind.TILING
    points = point_frame([(431000, 2551000), (430100, 2550100)])
    assert count_by_zone(points, zones).tolist() == [1]
    assert outside_count(points, zones) == 1


@pytest.mark.parametrize("ids", [["a", "a"], ["a", None], ["a", ""]])
def test_ids_must_be_there_and_differ(ids):
    square = shapely.box(430000, 2550000, 431000, 2551000)
    with pytest.raises(DuplicateIdError):
        zone_ids(zone_frame([square, square], ids))


def test_ids_are_text():
    square = shapely.box(430000, 2550000, 431000, 2551000)
    assert zone_ids(zone_frame([square], [7])).tolist() == ["7"]
    with pytest.raises(MissingColumnError):
        zone_ids(zone_frame([square]).drop(columns="zone_id"))


def test_frames_that_cannot_be_used_are_refused():
    zones = zone_frame([shapely.box(430000, 2550000, 431000, 2551000)])
    points = point_frame([(430500, 2550500)])
    with pytest.raises(MissingCrsError):
        locate(points.set_crs(None, allow_override=True), zones)
    with pytest.raises(MissingCrsError):
        locate(points, zones.set_crs(None, allow_override=True))
    with pytest.raises(GeometryError):
        locate(points, zones.iloc[:0])
    with pytest.raises(GeometryError):
        locate(points, zones.set_geometry([None], crs=CANONICAL))


def test_long_edges_are_straight_in_degrees_as_in_the_file():
    # The second id would lose points along its 30 km edges if metres were asked as well.
    south, north = shapely.box(113.0, 22.9, 113.3, 23.1), shapely.box(113.0, 23.1, 113.3, 23.3)
    zones = gpd.GeoDataFrame({"zone_id": ["b", "a"]}, geometry=[north, south], crs="EPSG:4490")
    along = np.linspace(113.01, 113.29, 400)
    above = gpd.points_from_xy(along, np.full(400, 23.1 + 2e-7))
    points = gpd.GeoDataFrame(geometry=above, crs="EPSG:4490")
    assert count_by_zone(points, zones).tolist() == [400, 0]


@pytest.mark.parametrize(("width_m", "kind"), [(1.0, LayerKind.OVERLAPPING), (0.01, LayerKind.TILING)])
def test_a_thousandth_is_an_overlap_and_a_hundred_thousandth_a_sliver(width_m, kind):
    second = shapely.box(431000 - width_m, 2550000, 432000 - width_m, 2551000)
    assert layer_kind(zone_frame([shapely.box(430000, 2550000, 431000, 2551000), second])) is kind
