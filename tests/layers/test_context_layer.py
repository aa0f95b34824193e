"""Layers that a planner brought: every kind of geometry, thinned where a browser would stall."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from layers import context_layer as module
from layers.atlas_map import build_atlas
from layers.context_layer import context_layer
from layers.registry import LayerId
from layers.scene import MapScene, OwnLayer, Placing
from tests.browser.apps.frames import HOSTILE, sample_district, sample_zones
from tests.layers.test_atlas_map import layers_of


def frame(*shapes, crs="EPSG:4490"):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def drawn(*shapes, **options):
    return context_layer(frame(*shapes), title="道路", colour="#123456", lang="zh", **options)


def test_every_kind_of_geometry_is_drawn():
    hole = Polygon(box(0, 0, 3, 3).exterior, [box(1, 1, 2, 2).exterior])
    nested = GeometryCollection([Point(5, 5), MultiPolygon([box(6, 6, 7, 7)])])
    data = drawn(hole, LineString([(0, 0), (1, 2)]), nested, None, Polygon())
    assert [len(rings) for rings in data["polygons"]] == [2, 1]
    assert data["lines"] == [[0, 0, 1_000_000, 2_000_000]]
    assert data["points"] == [5_000_000, 5_000_000]


def test_another_system_is_carried_to_degrees():
    there = context_layer(
        frame(Point(431_354.0, 2_554_662.0), crs="EPSG:4547"), title="", colour="", lang="zh"
    )
    assert np.allclose(np.array(there["points"]) / 1e6, [113.33, 23.09], atol=1e-4)


def test_many_vertices_are_thinned_and_keep_their_course(monkeypatch):
    monkeypatch.setattr(module, "VERTEX_BUDGET", 500)
    angles = np.linspace(0, 2 * np.pi, 5_000)
    ring = LineString(np.column_stack([113 + 0.1 * np.cos(angles), 23 + 0.1 * np.sin(angles)]))
    (line,) = drawn(ring)["lines"]
    assert len(line) / 2 <= 500
    there = np.cumsum(np.array(line).reshape(-1, 2), axis=0) / 1e6
    assert shapely.hausdorff_distance(LineString(there), ring) < 0.001


def test_legend_says_how_many_features_are_left_out(monkeypatch):
    monkeypatch.setattr(module, "FEATURE_BUDGET", 2)
    lines = [LineString([(0, 0), (length, 0)]) for length in (1, 3, 2)]
    data = drawn(*lines)
    assert data["title"] == "道路（显示 2 / 3，先略去最小的）"
    assert [line[2] for line in data["lines"]] == [3_000_000, 2_000_000]


@pytest.fixture
def scene():
    zones = sample_zones()
    road = frame(LineString([(113.25, 23.06), (113.39, 23.11)]))
    return MapScene(
        district=sample_district(zones),
        zones=zones,
        context=(OwnLayer(title=HOSTILE[3], frame=road),),
        own_parks=(OwnLayer(title="园区", frame=frame(box(113.3, 23.07, 113.31, 23.08))),),
        own_points=(OwnLayer(title="点位", frame=frame(Point(113.3, 23.08))),),
    )


def test_own_layers_lie_under_the_zones_and_parks_over_them(scene):
    found = layers_of(build_atlas(scene, lang="zh"))
    names = list(found)
    assert names.index("context-0") < names.index("zones")
    assert found["own_parks-0"][3]["over"] is True
    assert found["own_points-0"][0] == "points"


def test_own_layers_can_be_switched_off(scene):
    hidden = MapScene(**{**vars(scene), "layers_on": frozenset({LayerId.ZONES})})
    assert not [name for name in layers_of(build_atlas(hidden, lang="zh")) if "-0" in name]


def test_place_that_waits_for_a_position_is_asked_for(scene):
    asking = MapScene(**{**vars(scene), "placing": Placing(place_id="p1", name="甲园")})
    kind, _, _, data = layers_of(build_atlas(asking, lang="zh"))["placing"]
    assert (kind, data["id"]) == ("placing", "p1")
    assert "甲园" in data["words"]
