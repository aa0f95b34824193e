"""The question 覆盖: the figures of the library, the radii that change them, and what stands beside them."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from spatial.coverage.cover import cover_zones
from spatial.coverage.radii import DEFAULT_RADII, SiteClass
from spatial.definition import Definition, LifecycleStatus
from spatial.importing.model import Subject
from tests.views.own_files import SPREAD, STATIONS, dataset_of, holding
from views import cache
from views.figures import figure, percent

ZONES = "几何覆盖代理指标（非信号覆盖）"
GAPS = "空白区"


LAND = gpd.GeoDataFrame(
    {"name": ["陆", "路"]},
    geometry=[shapely.box(113.2, 23.0, 113.32, 23.2), shapely.LineString([(113.2, 23.0), (113.3, 23.1)])],
    crs="EPSG:4490",
)


def own_land(title, frame=LAND):
    given = dataset_of(STATIONS)
    result = replace(given.result, subject=Subject.FEATURES, frame=frame, n_used=2, n_in=4)
    return replace(given, title=title, result=result)


@pytest.fixture
def page(open_app):
    return lambda **address: open_app("analysis", analysis="coverage", **address)


def expected(layer="zones", definition=None, radii=DEFAULT_RADII):
    frames = cache.frames("haizhu")
    stations = frames.inventories["base_stations"].points
    return cover_zones(frames.layers[layer], stations, definition=definition or Definition(), radii=radii)


def coverage_layer(page):
    """Return what the map is sent of the coverage."""
    script = json.loads(page.map_arguments)["feature_group"]
    start = script.index('["coverage","coverage"')
    return json.JSONDecoder().raw_decode(script[start:])[0][4]


def radius_of(page, name):
    return next(each for each in page.runner.number_input if each.key == f"widget_coverage_radius_{name}")


def press(page, label):
    next(each for each in page.runner.button if each.label == label).click()
    page.runner.run()
    assert not page.runner.exception


def saved(page):
    """Return name and bytes of the file that the browser was told to save."""
    call = re.search(r'window\.haizhuAtlas\.save\("([^"]+)", "([^"]+)"', page.markup)
    return call[1], base64.b64decode(call[2])


def shown(cell: str) -> str:
    """Return the share of a cell without the bounds beside it."""
    return cell[: cell.index("%") + 1]


def test_the_table_says_what_the_library_says_and_never_without_what_it_is_not(page):
    opened, found = page(), expected()
    rows = opened.table(ZONES)[1:]
    assert [shown(row[3]) for row in rows] == [percent(share, 1) for share in found.rows["covered_share"]]
    assert [row[2] for row in rows] == [figure(area, 2) for area in found.rows["covered_km2"]]
    assert [row[4] for row in rows] == [figure(number) for number in found.rows["n_patches"]]
    assert all("示意" in row[0] and "模拟" in row[0] for row in rows)
    assert "不是信号覆盖" in opened.words
    small = found.rows["n_small_patches"].sum()
    assert f"另有 {small} 处不足 1,000 m² 的碎片" in opened.words
    gaps = opened.table(GAPS)[1:]
    assert [row[0] for row in gaps] == coverage_layer(opened)["numbers"]
    assert [row[2] for row in gaps] == [figure(area / 1e4, 1) for area in found.patches["area_m2"][:12]]
    assert len(coverage_layer(opened)["gaps"]) == len(found.patches)
    # A demonstration says nothing of the district.
    assert "海珠区" not in {row[0].split()[0] for row in rows}


def test_a_radius_of_the_planner_counts_and_goes_back(page):
    opened = page()
    radius_of(opened, "3.5G").set_value(400.0)
    opened.runner.run()
    found = expected(radii=DEFAULT_RADII.changed({SiteClass.BAND_3500M: 400.0}))
    assert [shown(row[3]) for row in opened.table(ZONES)[1:]] == [
        percent(each, 1) for each in found.rows["covered_share"]
    ]
    assert "宏站 3.5 GHz 400" in opened.words
    press(opened, "恢复默认半径")
    assert radius_of(opened, "3.5G").value == 200.0
    assert [shown(row[3]) for row in opened.table(ZONES)[1:]] == [
        percent(each, 1) for each in expected().rows["covered_share"]
    ]


def test_radii_stay_when_the_language_changes(page):
    opened = page()
    radius_of(opened, "micro").set_value(90.0)
    opened.runner.run()
    opened.runner.query_params["lang"] = "en"
    opened.runner.run()
    assert radius_of(opened, "micro").value == 90.0
    assert "Geometric coverage proxy (not signal coverage)" in opened.words


def test_a_chosen_part_shows_its_layer_and_its_own_gaps_alone(page):
    opened, found = page(zone="pazhou_east"), expected("parts")
    assert len(opened.table(ZONES)) == 1 + len(found.rows)
    gaps = opened.table(GAPS)[1:]
    assert {row[1] for row in gaps} == {"东区"}
    assert [row[0] for row in gaps] == [str(at + 1) for at in range(len(gaps))]
    assert len(coverage_layer(opened)["gaps"]) == (found.patches["zone_id"] == "pazhou_east").sum()


def test_the_definition_in_use_chooses_the_sites(page):
    opened = page(status="planned")
    found = expected(definition=Definition(status=LifecycleStatus.PLANNED))
    assert [shown(row[3]) for row in opened.table(ZONES)[1:]] == [
        percent(each, 1) for each in found.rows["covered_share"]
    ]


def test_stations_of_the_planner_speak_for_the_district_and_give_the_range_of_its_land(page):
    opened = holding(page(), dataset_of(SPREAD))
    rows = opened.table(ZONES)[1:]
    assert rows[0][0].startswith("海珠区")
    assert "模拟" not in rows[0][0]
    assert "海珠区的陆域只有面积数" in opened.words
    assert "80 行站型或频段不明" in opened.words


def test_shares_are_of_the_outline_until_the_planner_brings_polygons_of_the_land(page):
    opened = page()
    assert opened.table(ZONES)[0][3].startswith("占图形面积")
    assert "分母：图形面积（片区边界以内，水面也算）" in opened.words
    holding(opened, own_land("陆域"), own_land("<script>x</script>"))
    choice = opened.runner.selectbox(key="widget_coverage_ground")
    assert len(choice.options) == 3
    choice.set_value("features_2").run()
    frames, stations = cache.frames("haizhu"), cache.frames("haizhu").inventories["base_stations"].points
    found = cover_zones(frames.layers["zones"], stations, definition=Definition(), land=LAND[:1])
    head, *rows = opened.table(ZONES)
    assert head[3].startswith("占陆域面积")
    assert [row[1] for row in rows] == [figure(area, 2) for area in found.rows["area_km2"]]
    assert [shown(row[3]) for row in rows] == [percent(share, 1) for share in found.rows["covered_share"]]
    assert "陆域面积（“<script>x</script>”在片区内的部分）" in opened.words
    assert "<script>x" not in opened.markup
    press(opened, "各片区占比 CSV")
    rows = list(csv.DictReader(io.StringIO(saved(opened)[1].decode("utf-8-sig"))))
    assert {row["面积口径"] for row in rows} == {"陆域面积"}
    twisted = shapely.Polygon([(113.2, 23.0), (113.4, 23.2), (113.4, 23.0), (113.2, 23.2)])
    holding(opened, own_land("陆域"), own_land("不可用", LAND.set_geometry([twisted, LAND.geometry.iloc[1]])))
    assert ZONES not in opened.words
    opened.runner.selectbox(key="widget_coverage_ground").set_value("features").run()
    assert len(opened.table(ZONES)) == 4


def test_hostile_names_reach_neither_table_nor_map(page):
    opened = holding(page(), dataset_of(STATIONS))
    assert "<script>x" not in opened.markup
    assert "HYPERLINK" not in opened.map_arguments


def test_a_zone_without_a_gap_says_so(page):
    opened = page(zone="pazhou_west")
    assert "没有 1,000 m² 以上的空白区" in opened.words


def test_the_files_hold_every_gap_and_say_what_they_are(page):
    opened, found = page(), expected()
    press(opened, "各片区占比 CSV")
    name, data = saved(opened)
    assert name == "simulated-coverage-shares-haizhu.csv"
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [float(row["占比"]) for row in rows] == found.rows["covered_share"].round(6).tolist()
    press(opened, "空白区 GeoJSON")
    name, data = saved(opened)
    assert name == "simulated-coverage-gaps-haizhu.geojson"
    written = json.loads(data)
    assert len(written["features"]) == len(found.patches)
    assert "非信号覆盖" in written["metadata"]["indicator"]
    press(opened, "空白区 CSV")
    name, data = saved(opened)
    assert name == "simulated-coverage-gaps-haizhu.csv"
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [float(row["面积_m2"]) for row in rows] == found.patches["area_m2"].round(1).tolist()
    assert {row["数据性质"] for row in rows} == {"模拟"}
    assert {row["指标"] for row in rows} == {"几何覆盖代理指标（非信号覆盖）"}
