"""Rings, outlines and label points as the browser gets them."""

from __future__ import annotations

import gc

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from layers.geometry import (
    DISPLAY_VERTEX_BUDGET,
    STEPS_PER_DEGREE,
    anchors,
    bounds,
    encode_polygons,
    located,
    outline_groups,
)
from layers.memo import once_per_frame

CRS = "EPSG:4490"


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def decode(steps):
    return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / STEPS_PER_DEGREE


def length_of(paths):
    return sum(shapely.length(shapely.LineString(decode(path))) for path in paths)


@given(
    st.lists(
        st.tuples(st.floats(113, 114, width=32), st.floats(22, 24, width=32)),
        min_size=3,
        max_size=30,
        unique=True,
    )
)
def test_ring_comes_back_to_a_tenth_of_a_metre(corners):
    shape = Polygon(corners)
    [[[ring]]] = encode_polygons(frame([shape]))
    assert (
        np.abs(decode(ring) - shapely.get_coordinates(shape.exterior)).max() <= 0.5 / STEPS_PER_DEGREE + 1e-9
    )


def test_holes_parts_and_rows_without_geometry_are_kept_apart():
    holed = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 2, 2).exterior])
    shapes = [holed, MultiPolygon([box(5, 0, 6, 1), box(7, 0, 8, 1)]), None]
    assert [[len(polygon) for polygon in polygons] for polygons in encode_polygons(frame(shapes))] == [
        [2],
        [1, 1],
        [],
    ]


def test_shared_edge_is_drawn_once_and_dashed_if_either_side_is_schematic():
    zones = frame([box(0, 0, 1, 1), box(1, 0, 2, 1)], geometry_basis=["official_supplied", "schematic"])
    groups = outline_groups(zones)
    assert length_of(groups["short"]) == pytest.approx(4.0)
    assert length_of(groups["solid"]) == pytest.approx(3.0)


def test_unknown_basis_is_never_drawn_solid():
    assert set(outline_groups(frame([box(0, 0, 1, 1)], geometry_basis=["hearsay"]))) == {"short"}


def test_label_point_lies_inside_even_of_a_crescent():
    crescent = Point(0, 0).buffer(1).difference(Point(0.3, 0).buffer(0.9))
    [anchor] = anchors(frame([crescent]))
    assert crescent.contains(Point(anchor[1], anchor[0]))
    [centre] = anchors(frame([box(0, 0, 3, 1)]))
    assert centre == [0.5, 1.5]
    assert anchors(frame([None])) == [None]


def test_bounds_are_none_without_geometry():
    assert bounds(frame([None])) is None
    assert bounds(frame([box(113, 23, 114, 24)])) == [[23.0, 113.0], [24.0, 114.0]]


def test_too_many_vertices_are_thinned_for_display_only():
    angles = np.linspace(0, 2 * np.pi, DISPLAY_VERTEX_BUDGET + 5000, endpoint=False)
    circle = Polygon(np.column_stack([113 + np.cos(angles), 23 + np.sin(angles)]))
    zones = frame([circle])
    [[[ring]]] = encode_polygons(zones)
    assert len(ring) / 2 <= DISPLAY_VERTEX_BUDGET
    assert shapely.get_num_coordinates(zones.geometry.iloc[0]) > DISPLAY_VERTEX_BUDGET


def test_only_points_with_a_position_are_located():
    points = frame([Point(113, 23), None, Point(), Point(float("nan"), 23)])
    assert len(located(points)) == 1


def test_memory_of_a_frame_ends_with_the_frame():
    calls = []

    @once_per_frame
    def count(given_frame, *, lang):
        calls.append(lang)
        return len(given_frame)

    zones = frame([box(0, 0, 1, 1)])
    assert [count(zones, lang="zh"), count(zones, lang="zh"), count(zones, lang="en")] == [1, 1, 1]
    assert calls == ["zh", "en"]
    del zones
    gc.collect()
    assert count(frame([box(0, 0, 1, 1)]), lang="zh") == 1
    assert calls == ["zh", "en", "zh"]
