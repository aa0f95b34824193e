"""Drawn areas as the map's script reads them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from layers.atlas_map import build_atlas
from layers.drawing_layer import drawing_layer
from layers.scene import Drawing, MapScene
from spatial.check import check_surveyed
from spatial.definition import Definition
from spatial.drawn_areas.areas import MOST_AREAS, DrawnAreas
from spatial.drawn_areas.count import survey_drawn
from spatial.drawn_areas.shapes import DrawnShape, ShapeKind
from spatial.text import LANGUAGES
from tests.browser.apps.frames import HOSTILE, sample_zones

CORNERS = ((113.2812345, 23.0712345), (113.31, 23.07), (113.30, 23.09))
POLYGON = DrawnShape(kind=ShapeKind.POLYGON, corners=CORNERS)
CIRCLE = DrawnShape(kind=ShapeKind.CIRCLE, corners=((113.3, 23.08),), radius_m=800.0)


def drawing(*shapes, name="甲块", **more):
    areas = DrawnAreas()
    for shape in shapes:
        areas = areas.added(shape, name=name)
    return Drawing(areas=areas.areas, **more)


def decoded(steps):
    return np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / 1e6


def test_corners_travel_to_the_last_decimal_and_the_ring_to_a_decimetre():
    polygon, circle = drawing_layer(drawing(POLYGON, CIRCLE), lang="zh")["areas"]
    assert polygon["corners"] == [[lat, lon] for lon, lat in CORNERS]
    np.testing.assert_allclose(decoded(polygon["rings"][0])[:3], CORNERS, atol=6e-7)
    assert (circle["kind"], circle["radius_m"], circle["corners"]) == ("circle", 800.0, [[23.08, 113.3]])
    assert len(decoded(circle["rings"][0])) == 361


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_numbers_and_limits_travel_along(lang):
    layer = drawing_layer(
        drawing(POLYGON, said={"drawn_1": "52.0"}, chosen_id="drawn_1", answered=4), lang=lang
    )
    assert layer["areas"][0]["second"]["words"] == "52.0"
    assert (layer["chosen"], layer["answered"]) == ("drawn_1", 4)
    assert layer["tools"] == ["polygon", "rectangle", "circle"]
    assert all(layer["text"].values())
    assert "%N%" in layer["text"]["live_radius"]


def test_each_area_says_its_own_numbers_and_the_smallest_lies_on_top():
    given = drawing(CIRCLE, POLYGON)
    surveyed = survey_drawn(given.areas, None)
    found = check_surveyed(surveyed, definition=Definition(), target=None, missing_basis="no_data")
    areas = drawing_layer(replace(given, found=found.rows), lang="zh")["areas"]
    assert POLYGON.area_km2 > CIRCLE.area_km2
    assert [area["id"] for area in areas] == ["drawn_2", "drawn_1"]
    for area, shape in zip(areas, (POLYGON, CIRCLE), strict=True):
        lines = dict(area["tip"])
        assert lines["面积"] == f"{shape.area_km2:.2f} km²"
        assert lines["图形"] == "用户绘制"
    assert drawing_layer(given, lang="zh")["areas"][0]["tip"] == []


def test_no_tool_is_offered_where_no_more_areas_may_be():
    full = drawing(*[CIRCLE] * MOST_AREAS)
    assert drawing_layer(full, lang="zh")["tools"] == []


def test_map_says_that_areas_are_drawn_and_nothing_where_none_are():
    zones = sample_zones()

    def contents(**given):
        atlas = build_atlas(MapScene(district=zones, zones=zones, **given), lang="zh")
        (scene,) = [each for each in atlas.groups[0]._children.values() if each._name == "AtlasScene"]
        atlas.groups[0].add_to(atlas.map)
        return scene._script()

    assert '"drawing"' not in contents()
    assert "用户绘制" not in contents(drawing=drawing())
    drawn = contents(drawing=drawing(POLYGON))
    furniture = re.search(r'\["furniture","furniture","\w+",1,(.*)\]\]\);', drawn, re.DOTALL)
    said = json.loads(furniture[1])
    assert "用户绘制" in [badge["word"] for badge in said["badges"]]
    assert {"style": "drawn", "word": "用户绘制"} in said["legend"]["lines"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_inert(name):
    zones = sample_zones()
    scene = MapScene(district=zones, zones=zones, drawing=drawing(POLYGON, name=name))
    atlas = build_atlas(scene, lang="zh")
    atlas.groups[0].add_to(atlas.map)
    page = atlas.map.get_root().render()
    if set(name) & set("<{`$"):
        assert name not in page
