from __future__ import annotations

import pytest

from spatial.crs import Datum
from spatial.importing.place.coordinate_columns import ColumnPair, find_pairs

PAIRS = [
    ("经度", "纬度"),
    ("东经", "北纬"),
    ("基站经度", "基站纬度"),
    ("站址经度(°)", "站址纬度(°)"),
    ("经度（度）", "纬度（度）"),
    ("Longitude", "Latitude"),
    ("lng", "lat"),
    ("lon", "纬度"),
    ("X", "Y"),
    ("POINT_X", "POINT_Y"),
    ("东坐标", "北坐标"),
    ("横坐标", "纵坐标"),
    ("E", "N"),
    ("Easting(m)", "Northing(m)"),
]
DATUMS = [
    ("GPS经度", "GPS纬度", Datum.WGS84, False),
    ("经度(WGS84)", "纬度(WGS84)", Datum.WGS84, True),
    ("wgs84_lon", "wgs84_lat", Datum.WGS84, True),
    ("经度(GCJ-02)", "纬度(GCJ-02)", Datum.GCJ02, True),
    ("lon_gcj02", "lat_gcj02", Datum.GCJ02, True),
    ("高德经度", "高德纬度", Datum.GCJ02, True),
    ("百度经度", "百度纬度", Datum.BD09, True),
    ("bd_lng", "bd_lat", Datum.BD09, False),
    ("经度（BD-09）", "纬度（BD-09）", Datum.BD09, True),
    ("经度(国家2000)", "纬度(国家2000)", Datum.CGCS2000, True),
]


@pytest.mark.parametrize(("x", "y"), PAIRS)
def test_pairs_by_their_words(x, y):
    assert find_pairs(["序号", y, "名称", x, "备注"]) == (ColumnPair(x, y),)


@pytest.mark.parametrize(("x", "y", "datum", "sure"), DATUMS)
def test_a_datum_in_the_headers(x, y, datum, sure):
    assert find_pairs([x, y]) == (ColumnPair(x, y, datum, sure),)


def test_one_pair_for_each_datum():
    headers = ["经度(GCJ02)", "纬度(GCJ02)", "经度(WGS84)", "纬度(WGS84)"]
    assert [pair.datum for pair in find_pairs(headers)] == [Datum.GCJ02, Datum.WGS84]
    assert len(find_pairs(["经度", "纬度", "百度经度", "百度纬度"])) == 2
    assert len(find_pairs(["经度", "纬度", "经度(修正)", "纬度(修正)"])) == 2


def test_degrees_go_before_metres_unless_a_plane_is_stated():
    headers = ["X", "Y", "经度", "纬度"]
    assert find_pairs(headers) == (ColumnPair("经度", "纬度"),)
    assert find_pairs(headers, grid_first=True) == (ColumnPair("X", "Y"),)


@pytest.mark.parametrize("header", ["经纬度", "坐标", "位置", "location", "WKT", "坐标（经度,纬度）"])
def test_one_column_for_both(header):
    (pair,) = find_pairs(["名称", header])
    assert pair.is_single
    assert pair.x == header


@pytest.mark.parametrize("headers", [[], ["名称"], ["经度"], ["经度", "名称"]])
def test_no_pair(headers):
    assert find_pairs(headers) == ()
