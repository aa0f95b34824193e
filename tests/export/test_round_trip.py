"""The comparison itself: it sees every change, and forgives what is stated alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from spatial.export.formats import read_layer, write_format
from spatial.export.formats.file_frames import time_stamp
from spatial.export.formats.round_trip import Change, changes, position_tolerance_deg
from tests.export.awkward_layers import content_of, layer_of
from tests.export.small_content import zones_layer

VALUES = {"MC": ["甲", None], "SL": [1, None], "ZBZ": [0.1, None], "SFMN": [True, None]}


def changed(code, at, value):
    layer = layer_of(VALUES)
    found = layer.features.copy()
    found.loc[at, code] = value
    return layer, found


@pytest.mark.parametrize(
    ("code", "at", "value"),
    [
        ("MC", 0, "乙"), ("MC", 0, None), ("MC", 1, ""), ("SL", 0, 2), ("SL", 1, 0), ("ZBZ", 0, 0.1 + 1e-16),
        ("ZBZ", 1, 0.0), ("SFMN", 0, False), ("SFMN", 1, False), ("BSM", 0, "S"),
    ],
)  # fmt: skip
def test_every_changed_value_is_named(code, at, value):
    layer, found = changed(code, at, value)
    assert changes("geopackage", layer, found) == (Change(f"S{at:06}", code),)


def test_nothing_changed_is_nothing_told():
    layer = layer_of(VALUES)
    assert changes("geopackage", layer, layer.features.copy()) == ()


def test_another_type_count_or_missing_geometry_is_a_change():
    layer = layer_of(VALUES)
    assert changes("kml", layer, layer.features.astype({"SL": float})) == (
        Change("S000000", "SL"),
        Change("S000001", "SL"),
    )
    assert changes("kml", layer, layer.features.iloc[:1]) == (Change("", "count"),)
    plain = layer.features.drop(columns="geometry")
    assert changes("csv", layer, plain) == (Change("", "geometry"),)
    zones = zones_layer()
    assert changes("csv", zones, zones.features.drop(columns="geometry")) == ()
    assert changes("kml", zones, zones.features.drop(columns="geometry")) == (Change("", "geometry"),)


@pytest.mark.parametrize(("name", "allowed"), [("geojson", 5e-8), ("geopackage", 9e-10)])
def test_positions_may_move_as_far_as_is_stated(name, allowed):
    layer = zones_layer()
    for shift, wrong in ((allowed, 0), (allowed * 2, 4)):
        found = layer.features.copy()
        found["geometry"] = shapely.transform(
            found.geometry.to_numpy(), lambda xy, by=shift: xy + np.array([by, 0.0])
        )
        assert len(changes(name, layer, found)) == wrong


@pytest.mark.parametrize("name", ["geojson", "geopackage"])
def test_a_position_may_move_as_far_along_both_axes_at_once(name):
    tolerance = position_tolerance_deg(name)
    for layer in (zones_layer(), layer_of(VALUES)):
        for shares, wrong in (((0.9, 0.9), 0), ((0.0, 1.2), len(layer.features))):
            found, shift = layer.features.copy(), np.multiply(shares, tolerance)
            found["geometry"] = shapely.transform(found.geometry.to_numpy(), lambda xy, by=shift: xy + by)
            assert len(changes(name, layer, found)) == wrong


def test_direction_and_first_vertex_of_a_ring_do_not_matter_but_a_lost_vertex_does():
    layer = zones_layer()
    found = layer.features.copy()
    found["geometry"] = shapely.reverse(found.geometry.to_numpy())
    assert changes("geopackage", layer, found) == ()
    midway = shapely.segmentize(layer.features.geometry.to_numpy(), 0.004)
    found["geometry"] = midway
    assert {change.member for change in changes("geopackage", layer, found)} == {"geometry"}


def test_vertices_that_rounding_makes_one_are_no_change_in_geojson_alone(tmp_path):
    corner = 0.3 * position_tolerance_deg("geojson")
    shells = [(0, 0), (corner, corner), (0.01, 0), (0.01, 0.01), (0, 0.01)]
    crowded = shapely.MultiPolygon([shapely.Polygon(np.add(shells, [113.3, 23.1]))])
    content = content_of(layer_of({"MC": ["甲"]}, geometry=[crowded]), formats=("geojson",))
    write_format("geojson", content, tmp_path)
    layer = content.layers[0]
    found = read_layer("geojson", tmp_path, layer, content=content)
    assert shapely.get_num_coordinates(found.geometry[0]) == len(shells)
    assert changes("geojson", layer, found) == ()
    assert changes("geopackage", layer, found) == (Change("S000000", "geometry"),)


def test_losses_are_forgiven_where_they_are_stated_alone():
    layer = layer_of({"MC": ["", " 甲 "], "ZBZ": [1e-16, 1.0]})
    found = layer.features.copy()
    found["MC"] = pd.Series([None, "甲"], dtype=object)
    found["ZBZ"] = [0.0, 1.0 + 5e-13]
    assert changes("shapefile", layer, found) == ()
    assert len(changes("geopackage", layer, found)) == 4
    assert len(changes("shapefile", replace(layer, features=found), layer.features)) == 2


def test_dates_without_month_or_day_become_instants():
    assert time_stamp("2023") == "2023-01-01T00:00:00.000Z"
    assert time_stamp("2023-07") == "2023-07-01T00:00:00.000Z"
    assert time_stamp("2023-07-31") == "2023-07-31T00:00:00.000Z"
