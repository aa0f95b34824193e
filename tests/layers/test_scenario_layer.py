"""What a scenario sends to the map: positions in whole steps, words that stay words."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import pytest
import shapely

from layers.atlas_map import build_atlas
from layers.scenario_layer import ScenarioMark, ScenarioOverlay, scenario_layer
from layers.scene import MapScene

HOSTILE = "</script><img src=x>{{7*7}}{% x %}"


def test_marks_stand_in_whole_steps():
    marks = (
        ScenarioMark(kind="add", lon=113.3602, lat=23.0981),
        ScenarioMark(kind="move", lon=113.0, lat=23.0, origin=(113.25, -0.5)),
        ScenarioMark(kind="remove", lon=-1e-7, lat=0.0),
    )
    assert scenario_layer(ScenarioOverlay(twins="t", title="情景", marks=marks))["marks"] == [
        ["add", 1133602000, 230981000],
        ["move", 1130000000, 230000000, 1132500000, -5000000],
        ["remove", -1, 0],
    ]


@pytest.mark.parametrize("asks", ["", "spot", "station"])
def test_the_map_of_a_scene_asks_as_the_overlay_says_and_runs_no_words(asks):
    zones = gpd.GeoDataFrame(
        {"zone_id": ["w"], "name_zh": ["西"]}, geometry=[shapely.box(113, 23, 113.1, 23.1)], crs="EPSG:4490"
    )
    overlay = ScenarioOverlay(twins="t", title=HOSTILE, asks=asks, words=HOSTILE, nothing_here=HOSTILE)
    plain = build_atlas(MapScene(zones=zones), lang="zh")
    atlas = build_atlas(MapScene(zones=zones, scenario=overlay), lang="zh")
    assert atlas.version == plain.version  # the frame is kept
    atlas.groups[0].add_to(atlas.map)
    page = atlas.map.get_root().render()
    sent = json.loads(re.search(r'\["scenario","scenario","\w+",1,(\{.*?\})\]', page)[1])
    assert (sent["asks"], sent["title"]) == (asks, HOSTILE)
    assert "<img" not in page
    assert "{{7" not in page
