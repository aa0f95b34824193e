"""Places on the map: whose position it is stands beside the symbol and in the tooltip."""

from __future__ import annotations

import geopandas as gpd
import shapely

from layers.place_layer import place_layer
from layers.registry import LayerId


def items(basis: str) -> list[dict]:
    frame = gpd.GeoDataFrame(
        {"place_id": ["a"], "kind": ["park"], "name_zh": ["甲园"], "short_zh": ["甲"], "basis": [basis]},
        geometry=[shapely.Point(113.3, 23.1)],
        crs=4490,
    )
    return place_layer(frame, LayerId.PARKS, lang="zh")["items"]


def test_position_that_a_user_gave_says_so_beside_the_symbol_and_in_the_tooltip() -> None:
    (item,) = items("placed_by_user")
    assert item["short"] == "甲（用户放置）"
    assert any("由用户放置" in words for _, words in item["tip"])


def test_position_of_a_source_does_not() -> None:
    (item,) = items("map_control")
    assert item["short"] == "甲"
    assert not any("用户" in words for _, words in item["tip"])
