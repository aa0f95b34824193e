"""A layer of a planner's own whose name is code: shown on the map, never run."""

from __future__ import annotations

import geopandas as gpd
import pytest
from branca.element import Template
from shapely.geometry import LineString

from layers.atlas_map import build_atlas
from layers.scene import MapScene, OwnLayer
from tests.importing.hostile.hostile_files import TEXTS
from tests.layers.test_atlas_map import layers_of, scripts


@pytest.mark.parametrize("words", TEXTS[:4])
def test_the_name_of_a_layer_is_neither_template_nor_markup(words):
    road = gpd.GeoDataFrame(geometry=[LineString([(113.25, 23.06), (113.39, 23.11)])], crs="EPSG:4490")
    scene = MapScene(context=(OwnLayer(title=f"路网{words}", frame=road),))
    atlas = build_atlas(scene, lang="zh")
    _, contents = scripts(atlas)
    assert words not in contents
    assert Template(contents).render() == contents
    assert layers_of(atlas)["context-0"][3]["title"] == f"路网{words}"
