"""What a planner brought besides stations on the map, and parks that a click puts there."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point

from layers.registry import LayerId
from layers.scene import OwnLayer
from spatial.errors import UsageError
from spatial.importing.model import Subject
from spatial.workspace.changed_pack import PLACED_BASIS
from spatial.workspace.model import Workspace, add_dataset
from spatial.workspace.park_rows import place_row, placed_rows, unplace_row, unplaced_rows
from tests.views.own_files import STATIONS, dataset_of, holding
from views.own_layers import own_layers, own_on_offer

CRS = "EPSG:4490"


def dataset(subject, frame, *, title="自有图层"):
    given = dataset_of(STATIONS)
    result = replace(given.result, subject=subject, frame=frame, n_used=len(frame), n_in=len(frame) + 2)
    return replace(given, title=title, result=result)


def roads():
    line = LineString([(113.25, 23.06), (113.39, 23.11)])
    return dataset(
        Subject.FEATURES, gpd.GeoDataFrame({"name": ["路"]}, geometry=[line], crs=CRS), title="道路{{7*7}}"
    )


def parks():
    frame = gpd.GeoDataFrame(
        {"name": ["有位置的园", "没有位置的园"]}, geometry=[Point(113.3, 23.08), None], crs=CRS, index=[2, 3]
    )
    return dataset(Subject.PARKS, frame)


def test_each_subject_has_its_layer():
    workspace = add_dataset(add_dataset(Workspace(), roads()), parks())
    assert own_on_offer(workspace) == {LayerId.CONTEXT, LayerId.OWN_PARKS}
    (layer,) = own_layers(workspace, LayerId.CONTEXT, lang="zh")
    assert isinstance(layer, OwnLayer)
    assert layer.title == "道路{{7*7}}"


def test_row_without_a_position_gets_one_and_says_who_gave_it():
    workspace = add_dataset(Workspace(), parks())
    placed = place_row(workspace, "parks", 3, lon=113.31, lat=23.07)
    frame = placed.dataset("parks").frame
    assert frame.loc[3, "geometry_basis"] == PLACED_BASIS
    assert frame.loc[2, "geometry_basis"] == ""
    assert list(frame.loc[3].geometry.coords) == [(113.31, 23.07)]
    assert unplaced_rows(placed.dataset("parks")).empty
    assert list(unplaced_rows(workspace.dataset("parks")).index) == [3]
    moved = place_row(placed, "parks", 3, lon=113.32, lat=23.07).dataset("parks").frame
    assert moved.loc[3].geometry.x == 113.32


def test_park_that_was_put_on_the_map_stands_apart_and_says_so():
    workspace = place_row(add_dataset(Workspace(), parks()), "parks", 3, lon=113.31, lat=23.07)
    located, placed = own_layers(workspace, LayerId.OWN_PARKS, lang="zh")
    assert (list(located.frame.index), list(placed.frame.index)) == ([2], [3])
    assert "用户放置" in placed.title
    assert "用户放置" not in located.title


def test_what_has_no_position_is_no_layer():
    nowhere = parks()
    frame = nowhere.frame.assign(geometry=[None, None]).set_geometry("geometry", crs=CRS)
    held = add_dataset(Workspace(), dataset(Subject.PARKS, frame))
    assert own_layers(held, LayerId.OWN_PARKS, lang="zh") == ()
    (placed,) = own_layers(place_row(held, "parks", 3, lon=113.31, lat=23.07), LayerId.OWN_PARKS, lang="zh")
    assert "用户放置" in placed.title


def test_row_that_was_put_on_the_map_can_be_taken_off_again():
    held = add_dataset(Workspace(), parks())
    placed = place_row(held, "parks", 3, lon=113.31, lat=23.07)
    assert list(placed_rows(placed.dataset("parks")).index) == [3]
    back = unplace_row(placed, "parks", 3).dataset("parks")
    assert list(unplaced_rows(back).index) == [3]
    assert list(back.frame["geometry_basis"]) == ["", ""]
    for row in (2, 3):
        with pytest.raises(UsageError):
            unplace_row(held, "parks", row)


@pytest.mark.parametrize(
    ("row", "lon"),
    [(2, 113.3), (9, 113.3), (3, float("nan")), (3, 213.0)],
    ids=["located", "none", "nan", "far"],
)
def test_nothing_else_can_be_placed(row, lon):
    with pytest.raises(UsageError):
        place_row(add_dataset(Workspace(), parks()), "parks", row, lon=lon, lat=23.07)


def test_own_layer_travels_to_the_map_and_can_be_switched(open_app):
    page = holding(open_app(), roads())
    assert "context-0" in page.map_arguments
    assert "{{7*7}}" not in page.map_arguments
    switch = page.runner.checkbox(key="widget_layer_context")
    switch.uncheck().run()
    assert "context-0" not in page.map_arguments


def test_without_own_files_no_switch_is_offered(open_app):
    keys = {box.key for box in open_app().runner.checkbox}
    assert not {"widget_layer_context", "widget_layer_own_parks", "widget_layer_own_points"} & keys


def test_park_of_a_file_waits_for_its_place(open_app):
    page = holding(open_app(), parks())
    choice = page.runner.selectbox(key="widget_placing_choice")
    assert choice.options[0] == "没有位置的园 · 清单.csv", "what the planner brought comes first"
    choice.select("parks#3")
    page.runner.button(key="widget_placing_start").click().run()
    assert not page.runner.exception
    assert '\\"placing\\"' in page.map_arguments
    page.runner.button(key="widget_placing_stop").click().run()
    assert '\\"placing\\"' not in page.map_arguments


def test_placed_park_of_a_file_is_named_and_taken_back_on_the_import_page(open_app):
    placed = place_row(add_dataset(Workspace(), parks()), "parks", 3, lon=113.31, lat=23.07)
    page = holding(open_app("import_page"), placed.dataset("parks"))
    assert "用户放置了 1 处：没有位置的园" in page.words
    next(button for button in page.runner.button if "撤回" in button.label).click().run()
    assert not page.runner.exception
    assert "用户放置了" not in page.words


def test_the_hand_over_says_which_files_it_leaves_out(open_app):
    page = open_app("export")
    assert "不在移交包里" not in page.words
    assert "（清单.csv）不在移交包里" in holding(page, roads()).words
