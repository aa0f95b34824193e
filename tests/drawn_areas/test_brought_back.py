"""A file of drawn areas comes back whole, or not at all and in words that name the feature."""

from __future__ import annotations

import json

import pytest

from spatial.drawn_areas.areas import MOST_AREAS
from spatial.drawn_areas.brought_back import MOST_BYTES, drawn_from_geojson
from spatial.drawn_areas.shapes import MOST_CORNERS, ShapeKind
from spatial.errors import InputError

RING = [[113.3, 23.08], [113.32, 23.08], [113.32, 23.1], [113.3, 23.1], [113.3, 23.08]]
FACTS = {"geometry_basis": "user_drawn", "name_zh": "甲", "drawn_as": "rectangle"}


def feature(ring=RING, *, kind="Polygon", coordinates=None, **facts):
    shape = {"type": kind, "coordinates": [ring] if coordinates is None else coordinates}
    return {"type": "Feature", "properties": {**FACTS, **facts}, "geometry": shape}


def file_of(*features, **members):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members}).encode()


def read(*features, **members):
    return drawn_from_geojson(file_of(*features, **members), name="区域.geojson")


def named(system):
    return {"type": "name", "properties": {"name": system}}


def test_what_was_moved_elsewhere_is_a_polygon():
    moved = [*RING[:2], [113.33, 23.1], *RING[3:]]
    circle = {"circle_lon": 113.31, "circle_lat": 23.09, "circle_radius_m": 900.0, "drawn_as": "circle"}
    kinds = [shape.kind for _, shape in read(feature(), feature(moved), feature(**circle))]
    assert kinds == [ShapeKind.RECTANGLE, ShapeKind.POLYGON, ShapeKind.POLYGON]


def test_heights_single_parts_and_degrees_by_name_are_read():
    high = [[*corner, 4.5] for corner in RING]
    found = read(
        feature(kind="MultiPolygon", coordinates=[[high]], name_zh=None, zone_id="drawn_7"),
        crs=named("urn:ogc:def:crs:OGC:1.3:CRS84"),
    )
    ((name, shape),) = found
    assert (name, shape.kind) == ("drawn_7", ShapeKind.RECTANGLE)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (feature(geometry_basis="official"), "没有写明“用户绘制”"),
        (feature(name_zh=" "), "名称"),
        (feature([*RING[:2], RING[0]]), "三个不同的顶点"),
        (feature([RING[0], RING[2], RING[1], RING[3], RING[0]]), "自相交"),
        (feature(coordinates=[RING, RING]), "没有洞"),
        (feature(kind="LineString", coordinates=RING), "没有洞"),
        (feature(coordinates=[[["113", 23.0]] * 4]), "没有洞"),
        (feature(coordinates={"a": 1}), "没有洞"),
        ({**feature(), "geometry": None}, "没有洞"),
        (feature([RING[0]] * (MOST_CORNERS + 2)), "上限是 500 个"),
        (feature(circle_lon=113.31, circle_lat=23.09, circle_radius_m=1e9, drawn_as="circle"), "半径"),
    ],
)
def test_one_feature_that_cannot_come_back_holds_back_all(bad, said):
    with pytest.raises(InputError) as refused:
        read(feature(), bad)
    words = refused.value.message("zh")
    assert "第 2 个" in words
    assert "没有带回任何区域" in words
    assert said in words
    assert "区域.geojson" in refused.value.message("en")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b" " * (MOST_BYTES + 1), "drawn.file_too_large"),
        (file_of(*[feature()] * (MOST_AREAS + 1)), "drawn.too_many_areas"),
        (file_of(feature(), crs=named("EPSG:4547")), "drawn.file_no_degrees"),
    ],
)
def test_a_file_that_is_too_much_or_not_in_degrees_is_refused(data, key):
    with pytest.raises(InputError) as refused:
        drawn_from_geojson(data, name="a.geojson")
    assert refused.value.key == key
