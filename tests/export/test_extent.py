"""The extent of a package: which features it keeps, and what it refuses."""

from __future__ import annotations

import math

import geopandas as gpd
import pytest
import shapely

from spatial.crs import CANONICAL_CRS
from spatial.errors import UsageError
from spatial.export.content.extent import Extent

SQUARES = {"a": (0, 0), "b": (1, 0), "c": (2, 0), "d": (0, 1)}


def square(x: float, y: float, size: float = 0.01) -> shapely.Polygon:
    return shapely.box(113.0 + x * 0.01, 23.0 + y * 0.01, 113.0 + x * 0.01 + size, 23.0 + y * 0.01 + size)


def layer(**ids: tuple[float, float]) -> gpd.GeoDataFrame:
    shapes = [square(*corner) for corner in ids.values()]
    return gpd.GeoDataFrame({"zone_id": list(ids)}, geometry=shapes, crs=CANONICAL_CRS)


def series(*shapes: object) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=CANONICAL_CRS)


def test_zones_keep_what_shares_ground_with_them_and_not_their_neighbours():
    zones = layer(**SQUARES)
    area = Extent(zone_ids=("b",)).area([zones])
    assert area.meets_polygons(zones.geometry).tolist() == [False, True, False, False]
    within, around, sliver = square(1.4, 0.4, 0.001), square(0, 0, 0.03), square(0, 0, 0.0100000001)
    assert area.meets_polygons(series(within, around, sliver)).tolist() == [True, True, False]


def test_zones_keep_the_points_in_them_and_on_their_edge():
    area = Extent(zone_ids=("a", "c")).area([layer(**SQUARES)])
    spots = [(113.005, 23.005), (113.01, 23.005), (113.015, 23.005), (113.02, 23.01), (113.05, 23.05)]
    kept = area.holds_points(series(*map(shapely.Point, spots)))
    assert kept.tolist() == [True, True, False, True, False]
    assert area.holds_points(series()).tolist() == []


def test_a_window_keeps_points_on_its_edge_and_polygons_that_it_cuts():
    area = Extent(bbox=(113.0, 23.0, 113.015, 23.005)).area([])
    assert area.meets_polygons(layer(**SQUARES).geometry).tolist() == [True, True, False, False]
    spots = [(113.015, 23.005), (113.016, 23.005), (113.0, 23.0)]
    assert area.holds_points(series(*map(shapely.Point, spots))).tolist() == [True, False, True]


def test_zones_of_any_layer_may_be_named_together():
    area = Extent(zone_ids=("a", "x")).area([layer(**SQUARES), layer(x=(2, 0), a=(5, 5))])
    assert area.ground["zone_id"].tolist() == ["a", "x"]


def test_an_unknown_zone_is_refused_with_those_that_are_known():
    with pytest.raises(UsageError) as caught:
        Extent(zone_ids=("b", "nowhere")).area([layer(**SQUARES)])
    message = caught.value.message("en")
    assert "nowhere" in message
    assert "a, b, c, d" in message


@pytest.mark.parametrize(
    "bbox",
    [
        (113.4, 23.0, 113.3, 23.1),
        (113.3, 23.1, 113.4, 23.1),
        (113.3, 23.0, math.nan, 23.1),
        (113.3, 23.0, math.inf, 23.1),
        (-181.0, 23.0, 113.4, 23.1),
        (420000.0, 2548531.0, 440587.0, 2557481.0),
    ],
)
def test_a_window_that_is_none_is_refused(bbox):
    with pytest.raises(UsageError, match="经纬度窗口"):
        Extent(bbox=bbox)


@pytest.mark.parametrize("both", [{}, {"zone_ids": ("a",), "bbox": (113.0, 23.0, 113.1, 23.1)}])
def test_an_extent_is_one_of_the_two(both):
    with pytest.raises(UsageError, match="其中一种"):
        Extent(**both)


def test_an_extent_says_what_it_is_and_what_it_keeps():
    window = Extent(bbox=(113.0, 23.0, 113.1, 23.1)).to_dict()
    assert window["kind"] == "bbox"
    assert window["bbox"] == [113.0, 23.0, 113.1, 23.1]
    zones = Extent(zone_ids=("b", "a")).to_dict()
    assert (zones["kind"], zones["zone_ids"]) == ("zones", ["b", "a"])
    assert set(zones["rule"]) == {"zh", "en"}
