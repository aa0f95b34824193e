"""The question 网格: cells, holes and the smooth density of the chosen zone, or of all zones."""

from __future__ import annotations

import re

import pytest

CAPTION = "空缺（"


@pytest.fixture
def grid_page(open_app):
    """Return a function that opens the question, with some choices made."""

    def open_one(**address: str):
        return open_app("analysis", analysis="grid", **address)

    return open_one


def test_all_zones_are_gridded_and_add_up(grid_page):
    page = grid_page()
    rows = page.table(CAPTION)
    assert len(rows) == 11
    assert [row[0] for row in rows[1:]] == [str(rank) for rank in range(1, 11)]
    missing = [float(row[-1]) for row in rows[1:]]
    assert missing == sorted(missing, reverse=True)
    assert "个相连空格" in rows[1][1]
    assert "5,144 座、90.97 km²，与片区合计一致" in page.words
    assert "当前口径： 统计口径未说明（按行计）" in page.words
    assert "方格按图形面积算密度" not in page.words
    assert "单个方格低于目标不是结论" in page.words
    assert "示意" in page.words
    assert "模拟" in page.words


def test_a_chosen_zone_is_gridded_alone(grid_page):
    page = grid_page(zone="pazhou", area_basis="official")
    assert "（一区，" in page.words
    assert "方格按图形面积算密度" in page.words
    assert "1,436 座、31.38 km²" in page.words


def test_the_district_is_all_zones(grid_page):
    assert "5,144 座" in grid_page(zone="haizhu").words


def test_a_smooth_density_states_its_bandwidth_and_adds_up(grid_page):
    page = grid_page()
    page.runner.session_state["widget_grid_shown"] = "surface"
    page.runner.run()
    assert not page.runner.exception
    assert "带宽（标准差）500 米" in page.words
    assert "合计 5,144 座" in page.words
    assert '"codes"' in page.map_arguments.replace("\\", "")


def test_small_cells_and_the_order_by_density(grid_page):
    page = grid_page()
    page.runner.session_state["widget_grid_size"] = 250
    page.runner.session_state["widget_grid_order"] = "density"
    page.runner.run()
    assert not page.runner.exception
    assert "边长 250 米" in page.words
    densities = [float(row[-2]) for row in page.table(CAPTION)[1:]]
    assert densities == sorted(densities)


def test_no_fill_by_verdict_lies_over_the_cells(grid_page):
    drawn = grid_page().map_arguments.replace("\\", "")
    kinds = set(re.findall(r'\["([a-z_]+)","([a-z]+)","[0-9a-f]{16}"', drawn))
    assert ("grid", "grid") in kinds
    assert not any(kind == "zones" for _, kind in kinds)


def test_the_cells_can_be_saved(grid_page):
    page = grid_page(zone="pazhou")
    page.runner.button(key="widget_grid_save").click().run()
    assert not page.runner.exception
    assert "simulated-cells-500m-pazhou.geojson" in page.markup
