"""Which inventory is meant: the stations and nothing else decide its digest."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geodata.build.build_example_scenario import EXAMPLE
from spatial.errors import ScenarioError
from spatial.inventory import read_inventory
from spatial.limits import DEFAULT_LIMITS
from spatial.pack import open_pack
from spatial.scenario.digest import canonical_rows, name_inventory, require_inventory
from spatial.scenario.document import read_scenario, scenario_bytes
from spatial.scenario.model import Scenario
from spatial.vector_files import read_points
from tests.views.own_files import dataset_of

TABLE = """基站编号,运营商,状态,是否共享,经度,纬度,位置精度,备注
A1,移动,现状,是,113.33,23.10,5,x
A2,电信,规划,,113.27,23.09,,y
"""


def inventory(table: str = TABLE):
    return read_inventory(table.encode(), name="清单.csv", crs="wgs84")


def digest(table: str) -> str:
    return name_inventory(inventory(table).points, name="a").sha256


def test_row_order_and_columns_that_nothing_asks_do_not_matter():
    head, first, second = TABLE.splitlines()
    assert digest(f"{head}\n{second}\n{first}\n") == digest(TABLE)
    assert digest(TABLE.replace(",x\n", ",z\n").replace("备注", "说明")) == digest(TABLE)
    assert digest(TABLE.replace("113.33,", "113.330000001,")) == digest(TABLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A1", "A9"),
        ("移动", "联通"),
        ("规划", "现状"),
        ("是,113", "否,113"),
        ("23.09", "23.0900002"),
        (",5,", ",6,"),
    ],
)
def test_a_station_that_differs_makes_another_inventory(old, new):
    assert digest(TABLE.replace(old, new)) != digest(TABLE)
    assert digest(TABLE + "A2,电信,规划,,113.27,23.09,,y\n") != digest(TABLE)


def test_a_file_is_the_same_inventory_on_the_page_and_in_a_command(tmp_path):
    path = tmp_path / "清单.csv"
    path.write_text(TABLE, encoding="utf-8")
    command = read_points(path, layer=None, x=None, y=None, crs="wgs84", site_id=None, limits=DEFAULT_LIMITS)
    page = dataset_of(TABLE).result.frame
    assert canonical_rows(page) == canonical_rows(command.points)


def test_the_example_is_for_the_inventory_that_is_shipped():
    demo = open_pack("haizhu").inventory("base_stations")
    example = read_scenario(EXAMPLE.read_bytes(), name=EXAMPLE.name)
    needed = name_inventory(demo.points, name=demo.name)
    assert example.inventory == needed, "run geodata/build/build_example_scenario.py"
    assert needed.rows == 5444
    assert EXAMPLE.read_bytes() == scenario_bytes(example)


def test_the_year_of_planned_stations_is_part_of_the_inventory(tmp_path):
    table = TABLE.replace("备注", "计划年份").replace(",x\n", ",2019\n").replace(",y\n", ",2027年\n")
    path = tmp_path / "清单.csv"
    path.write_text(table, encoding="utf-8")
    command = read_points(path, layer=None, x=None, y=None, crs="wgs84", site_id=None, limits=DEFAULT_LIMITS)
    assert canonical_rows(dataset_of(table.replace("年\n", "\n")).result.frame) == canonical_rows(
        command.points
    )
    assert digest(table.replace("2027", "2028")) != digest(table) != digest(TABLE)
    assert digest(table.replace("2019", "2018")) == digest(table)


def test_rows_without_a_place_and_columns_that_are_missing():
    bare = gpd.GeoDataFrame(
        {"site_id": ["a", None]}, geometry=[shapely.Point(113, 23), None], crs="EPSG:4490"
    )
    first, second = canonical_rows(bare)
    assert (first.startswith("\x1f"), second.startswith("1130000000\x1f230000000")) == (True, True)
    wide = bare.assign(shared=None, status="", position_accuracy_m=float("nan"))
    assert canonical_rows(wide) == canonical_rows(bare)


def test_another_inventory_is_refused_with_both_names():
    named = name_inventory(inventory().points, name="清单.csv")
    other = name_inventory(inventory().points.iloc[:1], name="另一份.csv")
    require_inventory(Scenario(inventory=named), named)
    require_inventory(Scenario(), other)
    with pytest.raises(ScenarioError, match=f"清单.csv.*2 行.*{named.sha256}.*另一份.csv.*1 行"):
        require_inventory(Scenario(inventory=named), other)


def test_a_long_or_strange_file_name_is_cut_to_what_a_scenario_holds():
    named = name_inventory(inventory().points, name="  \n坏名" + "长" * 300)
    assert named.name.startswith("坏名")
    assert len(named.name) <= 200
