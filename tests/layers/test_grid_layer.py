"""Cells and surface as the map's script reads them."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import shapely

from layers.escape import script_json
from layers.grid_layer import GRID_COLOURS, GridPicture, class_limits, class_words, grid_layer
from spatial.crs import METRIC_CRS, WEB_CRS, transform_xy
from spatial.grid_view.cells import grid_of
from spatial.grid_view.holes import ranked_holes
from spatial.grid_view.surface import Surface
from tests.uncertainty.layers import ORIGIN, zone_layer

SQUARE = shapely.box(0.0, 0.0, 1_000.0, 1_000.0)


def degrees(xy):
    places = np.asarray(xy, dtype=float) + ORIGIN
    return transform_xy(places[:, 0], places[:, 1], source=METRIC_CRS, target=WEB_CRS)


def cells_of(xy, **settings):
    grid = grid_of(zone_layer([SQUARE], sigma=[0.0]), *degrees(xy), size_m=500)
    return grid_layer(
        GridPicture(cells=grid.cells, size_m=500, **{"target_per_km2": 52.0, **settings}),
        lang="zh",
    )


def test_each_class_has_a_colour_and_words():
    for target in (52.0, None, 7.5):
        assert len(class_words(class_limits(target), "zh")) == len(GRID_COLOURS)
    assert class_words(class_limits(52.0), "zh") == ["0", "< 13", "13–26", "26–52", "52–104", "≥ 104"]


def test_cells_carry_their_class_and_tip_and_holes_their_outline_and_rank():
    xy = [[100.0, 100.0]] * 13 + [[600.0, 100.0]]
    column, row = int(ORIGIN[0] // 500), int(ORIGIN[1] // 500)
    grid = grid_of(zone_layer([SQUARE], sigma=[0.0]), *degrees(xy), size_m=500)
    picture = cells_of(xy, holes=ranked_holes(grid, target_per_km2=52.0).head(1))
    items = picture["cells"]
    # From south to north and west to east: 13 and 1 stations on a quarter of a km², then none.
    assert [item["class"] for item in items] == [4, 1, 0, 0]
    assert [["空缺序", "1"] in item["tip"] for item in items] == [False, False, True, True]
    (hole,) = picture["holes"]
    assert (hole["rank"], len(hole["rings"])) == (1, 1)
    lon, lat = degrees([[500.0, 750.0]])
    assert hole["at"] == pytest.approx([lat[0], lon[0]], abs=1e-4)
    assert ["基站", "13"] in items[0]["tip"]
    assert items[0]["name"] == f"东 {column * 500:,} 北 {row * 500:,}"
    script_json(cells_of(xy))


def test_a_surface_stands_where_it_lies_and_says_nothing_outside():
    values = np.full((40, 60), 10.0)
    values[:, :30] = 60.0
    values[30:, :] = np.nan
    surface = Surface(500.0, 100.0, float(ORIGIN[0]), float(ORIGIN[1]), values)
    drawn = grid_layer(GridPicture(surface=surface, target_per_km2=52.0), lang="en")["surface"]
    codes = np.frombuffer(base64.b64decode(drawn["codes"]), dtype=np.uint8)
    codes = codes.reshape(drawn["height"], drawn["width"])
    (south, west), (north, east) = drawn["bounds"]

    def code_at(x, y):
        lon, lat = (each[0] for each in degrees([[x, y]]))
        up = np.arcsinh(np.tan(np.radians([south, lat, north])))
        line = int((up[2] - up[1]) / (up[2] - up[0]) * drawn["height"])
        return codes[line, int((lon - west) / (east - west) * drawn["width"])]

    assert code_at(1_000.0, 1_000.0) == 5  # one above the class of 52 to 104
    assert code_at(5_000.0, 1_000.0) == 2
    assert code_at(1_000.0, 3_500.0) == 0
    assert drawn["width"] == 180


@pytest.mark.parametrize("side", [10, 2_000])
def test_a_picture_is_never_larger_than_a_page_needs(side):
    surface = Surface(500.0, 100.0, 4e5, 2.5e6, np.ones((side, side)))
    drawn = grid_layer(GridPicture(surface=surface), lang="zh")["surface"]
    assert max(drawn["width"], drawn["height"]) <= 480
