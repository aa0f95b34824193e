"""The question 画一块地: what a message of the map does, and what stands beside the map."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from spatial.check import check_zones
from spatial.definition import AreaBasis, Definition
from spatial.drawn_areas.count import zone_frame
from spatial.drawn_areas.hand_over import drawn_geojson
from spatial.drawn_areas.shapes import DrawnShape, ShapeKind
from tests.views.own_files import SPREAD, dataset_of, holding
from views import cache
from views.drawn_session import DrawnWork
from views.figures import figure
from views.map_frame import MapClick

SQUARE = {"kind": "rectangle", "corners": [[113.30, 23.08], [113.32, 23.10]]}
CIRCLE = {"kind": "circle", "corners": [[113.28, 23.08]], "radius_m": 800}
BOW = {"kind": "polygon", "corners": [[113.3, 23.0], [113.31, 23.01], [113.31, 23.0], [113.3, 23.01]]}
FAR = {"kind": "circle", "corners": [[113.9, 23.08]], "radius_m": 800}
EDGE = {"kind": "circle", "corners": [[113.27, 23.105]], "radius_m": 1500}
TABLE = "绘制区域与各片区"
HOSTILE = "<b>{{7*7}}</b>"


def message(kind, *, area_id="", shape=None):
    return MapClick(kind=kind, id=area_id, part_id=None, lon=113.3, lat=23.08, shape=shape)


def work_of(*shapes):
    work = DrawnWork()
    for shape in shapes:
        assert work.answer(message("drawn", shape=shape), "zh")
        assert work.refusal is None
    return work


@pytest.fixture
def page(open_app):
    """Return a function that opens the question with shapes drawn."""

    def open_one(*shapes, **address):
        opened = open_app("analysis", analysis="drawn", **address)
        if shapes:
            opened.runner.session_state["drawn"] = {"haizhu": work_of(*shapes)}
            opened.runner.run()
            assert not opened.runner.exception
        return opened

    return open_one


def work_on(page):
    return page.runner.session_state["drawn"]["haizhu"]


def button(page, word):
    return next(each for each in page.runner.button if each.label == word)


def drawn_layer(page):
    """Return what the map is sent of the drawn areas."""
    script = json.loads(page.map_arguments)["feature_group"]
    start = script.index('["drawing","drawing"')
    return json.JSONDecoder().raw_decode(script[start:])[0][4]


def test_a_message_of_the_map_draws_and_the_table_says_what_check_says(page):
    opened = page()
    state = opened.runner.session_state
    state[state["drawn-frame"]] = {
        "atlas_click": {
            "kind": "drawn", "id": "", "part_id": None, "lat": 23, "lon": 113, "number": 1, "shape": SQUARE,
        }
    }  # fmt: skip
    opened.runner.run()
    assert not opened.runner.exception
    pack = cache.frames("haizhu").pack
    found = check_zones(
        zone_frame(work_on(opened).areas),
        pack.inventory("base_stations").points,
        definition=Definition(),
        target=pack.target,
    ).rows.iloc[0]
    row = opened.table(TABLE)[1]
    assert row[0] == "绘制区域 1 用户绘制"
    assert row[1:3] == [figure(found["area_km2"], 2), figure(found["count"])]
    assert row[3].split()[0] == figure(found["density_per_km2"], 1)
    assert {"模拟", "参照全区目标"} <= set(row[-1].split())
    assert drawn_layer(opened)["chosen"] == "drawn_1"
    opened.runner.run()
    assert len(work_on(opened).areas) == 1, "the component repeats its message; it counts once"


def test_zones_stand_beside_the_drawn_areas(page):
    names = [row[0] for row in page(SQUARE, CIRCLE).table(TABLE)[1:]]
    assert [name.split()[0] for name in names] == [
        "绘制区域",
        "绘制区域",
        "海珠区",
        "海珠区",
        "一区",
        "一谷",
        "一圈",
    ]


def test_remarks_speak_of_drawn_areas_and_the_definition_says_date_and_inventory(page):
    words = page(SQUARE, CIRCLE, SQUARE).words
    assert "绘制区域互有重叠" in words
    assert "绘制的边线按画的位置计" in words
    assert "片区" not in words[words.index("绘制区域是提问的范围") :]
    assert "不限日期 · base_stations_demo.csv" in words


def test_name_is_changed_and_shown_as_it_is(page):
    opened = page(SQUARE)
    field = next(each for each in opened.runner.text_input if each.label == "名称")
    field.set_value(HOSTILE).run()
    assert work_on(opened).areas[0].name == HOSTILE
    assert opened.table(TABLE)[1][0].startswith(HOSTILE)
    assert HOSTILE not in opened.markup
    assert HOSTILE not in opened.map_arguments
    assert drawn_layer(opened)["areas"][0]["name"] == HOSTILE
    field = next(each for each in opened.runner.text_input if each.label == "名称")
    field.set_value(" ").run()
    assert "名称不能为空" in opened.words
    assert work_on(opened).areas[0].name == HOSTILE
    opened.runner.run()
    assert "名称不能为空" not in opened.words, "a refusal is told once"


def test_steps_are_taken_back_and_again_by_buttons(page):
    opened = page(SQUARE, CIRCLE)
    assert button(opened, "重做").disabled
    button(opened, "撤销").click().run()
    button(opened, "撤销").click().run()
    assert work_on(opened).areas == ()
    assert button(opened, "撤销").disabled
    assert button(opened, "导出 GeoJSON").disabled
    assert "还没有绘制区域" in opened.words
    button(opened, "重做").click().run()
    assert [each.area_id for each in work_on(opened).areas] == ["drawn_1"]
    assert work_on(opened).chosen == "drawn_1"


def test_radius_is_given_as_a_number_and_the_circle_says_how_exact_it_is(page):
    opened = page(CIRCLE)
    (radius,) = opened.runner.number_input
    radius.set_value(500.0).run()
    assert work_on(opened).areas[0].shape.radius_m == 500.0
    assert "半径 500.0 米的测地圆，面积 0.785 km²；以 360 边形表示" in opened.words


def test_an_area_is_chosen_and_removed(page):
    opened = page(SQUARE, CIRCLE)
    choice = next(each for each in opened.runner.selectbox if each.label == "当前区域")
    choice.select("drawn_1").run()
    assert work_on(opened).chosen == "drawn_1"
    assert "轮廓面积" in opened.words
    button(opened, "删除").click().run()
    assert [each.area_id for each in work_on(opened).areas] == ["drawn_2"]
    assert work_on(opened).chosen == "drawn_2"


def test_what_lies_outside_the_district_is_told(page):
    words = page(SQUARE, EDGE, FAR).words
    assert "绘制区域 3：全部在本区轮廓（示意）之外" in words
    assert "绘制区域 2（" in words
    assert "绘制区域 1（" not in words


def test_a_basis_that_no_drawn_area_has_is_said_and_the_way_on_offered(page):
    opened = page(SQUARE, area_basis="official")
    assert opened.table(TABLE)[1][1] == "–"
    assert "绘制区域没有这种面积" in opened.words
    button(opened, "改用几何面积口径").click().run()
    assert opened.table(TABLE)[1][1] != "–"
    assert "绘制区域没有这种面积" not in opened.words


def test_a_planner_s_own_stations_are_counted_and_are_not_simulated(page):
    opened = holding(page(SQUARE), dataset_of(SPREAD))
    row = opened.table(TABLE)[1]
    assert "模拟" not in row[-1]
    assert row[2] != "0"


def test_the_file_is_handed_over(page):
    opened = page(SQUARE)
    button(opened, "导出 GeoJSON").click().run()
    assert not opened.runner.exception
    assert "application/geo+json" in opened.markup
    assert "绘制区域-" in opened.markup


@pytest.mark.parametrize("shape", [BOW, None, {"kind": "star"}])
def test_a_shape_that_is_refused_changes_nothing_and_lets_go_of_the_sketch(shape):
    work = work_of(SQUARE)
    before = work.history
    assert work.answer(message("drawn", shape=shape), "zh")
    assert work.history is before
    assert work.refusal is not None
    assert work.answered == 2


def test_messages_about_drawn_areas():
    work = work_of(SQUARE, CIRCLE)
    assert work.chosen == "drawn_2"
    work.answer(message("drawn_chosen", area_id="drawn_1"), "zh")
    assert work.in_hand.name == "绘制区域 1"
    work.answer(message("redrawn", area_id="drawn_1", shape=CIRCLE), "zh")
    assert work.in_hand.shape == DrawnShape(kind=ShapeKind.CIRCLE, corners=((113.28, 23.08),), radius_m=800.0)
    work.answer(message("drawn_removed", area_id="drawn_1"), "zh")
    assert work.in_hand is None
    work.answer(message("drawn_back"), "zh")
    assert work.in_hand.area_id == "drawn_1"
    work.answer(message("drawn_again"), "zh")
    assert len(work.areas) == 1
    work.answer(message("redrawn", area_id="drawn_9", shape=CIRCLE), "zh")
    assert "drawn_9" in work.refusal.message("zh")
    assert not work.answer(message("zone", area_id="pazhou"), "zh")


def exported(work):
    pack = cache.frames("haizhu").pack
    result = work.check(pack.inventory("base_stations"), definition=Definition(), target=pack.target)
    return drawn_geojson(work.areas, result, made_at=dt.datetime.now(dt.UTC), inventory="清单")


def test_an_exported_file_comes_back_in_one_step_or_not_at_all():
    data = exported(work_of(SQUARE, CIRCLE))
    work = work_of(EDGE)
    work.bring_back(data, name="a.geojson")
    assert work.told.params == {"n": 2, "same": 0}
    assert [each.area_id for each in work.areas] == ["drawn_1", "drawn_2", "drawn_3"]
    assert work.in_hand.shape.radius_m == 800.0
    work.bring_back(data, name="a.geojson")
    assert work.told.params == {"n": 0, "same": 2}
    work.walk(back=True)
    assert len(work.areas) == 1
    for bad in (data[:-9], data.replace(b"user_drawn", b"official", 1), exported(work_of(*[SQUARE] * 50))):
        before = work.history
        work.bring_back(bad, name="a.geojson")
        assert work.history is before
        assert work.refusal is not None


def test_what_lies_too_far_from_the_pack_is_refused_and_of_an_opened_file_set_aside():
    work = work_of(SQUARE, FAR)
    work.stand_at((113.2, 23.0, 113.4, 23.1))
    assert (len(work.areas), work.refusal) == (2, None)
    other = {"kind": "circle", "corners": [[-78.5, -0.2]], "radius_m": 800}
    for kind, area_id in (("drawn", ""), ("redrawn", "drawn_1")):
        work.answer(message(kind, area_id=area_id, shape=other), "zh")
        assert work.refusal.key == "drawn.far_away"
        assert len(work.areas) == 2
    opened = work_of(SQUARE, other)
    opened.stand_at((113.2, 23.0, 113.4, 23.1))
    assert [each.area_id for each in opened.areas] == ["drawn_1"]
    assert "绘制区域 2" in opened.refusal.message("zh")


def test_points_are_found_once_until_areas_or_inventory_change():
    work, pack = work_of(SQUARE), cache.frames("haizhu").pack
    inventory = pack.inventory("base_stations")
    first = work._survey(inventory)
    assert work._survey(inventory) is first
    by_official = work.check(
        inventory, definition=Definition(area_basis=AreaBasis.OFFICIAL), target=pack.target
    )
    assert work._survey(inventory) is first
    assert by_official.rows["status"].tolist() == ["no_data"]
    assert work._survey(None) is not first
    work.answer(message("redrawn", area_id="drawn_1", shape=CIRCLE), "zh")
    assert work._survey(inventory) is not first
    assert DrawnWork().check(inventory, definition=Definition(), target=pack.target) is None
