"""``python -m spatial check``: the JSON of the contract, the table, and the exit codes."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import geopandas as gpd
import pytest
from pyproj import Geod

from spatial.cli import main
from spatial.cli.text_table import display_width
from tests.small_pack import WEST, collection, write_json, write_pack, zone

DATA = Path(__file__).parent.parent / "data"
ZONES = DATA / "valid" / "zones.geojson"
POINTS = DATA / "valid" / "utf8.csv"
ZONE_MEMBERS = [
    "zone_id",
    "name",
    "area_km2",
    "count",
    "density_per_km2",
    "target_per_km2",
    "target_scope",
    "required_count",
    "gap_count",
    "attainment_ratio",
    "density_low",
    "density_high",
    "status",
    "synthetic",
    "geometry_basis",
]


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(word) for word in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


def check(*arguments: object) -> tuple[int, dict]:
    code, answer, complaint = run("check", *arguments, "--format", "json")
    assert complaint == ""
    return code, json.loads(answer)


def table(path: Path, *rows: str, header: str = "id,lon,lat") -> Path:
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def inside(n: int, lon: float = 114.005) -> list[str]:
    return [f"{at},{lon},{23.001 + at * 1e-4}" for at in range(n)]


@pytest.fixture
def pack(tmp_path) -> Path:
    return write_pack(tmp_path / "pack")


# --- JSON ------------------------------------------------------------------------------------


def test_the_answer_for_zones_and_points_of_ones_own(tmp_path):
    points = table(tmp_path / "p.csv", *inside(13), "x,114.015,23.005", "y,115,24")
    files = ("--zones", DATA / "valid" / "zones.geojson", "--points", points, "--points-crs", "wgs84")
    code, answer = check(*files, "--target", "10")
    assert code == 1
    assert list(answer)[:9] == [
        "definition",
        "layer",
        "zones",
        "n_in",
        "n_used",
        "n_reported",
        "total_count",
        "outside_count",
        "rejected",
    ]
    west, east = answer["zones"]
    assert list(west) == ZONE_MEMBERS
    area_m2, _ = Geod(a=6378137, rf=298.257222101).polygon_area_perimeter(*zip(*WEST, strict=True))
    assert math.isclose(west["area_km2"], area_m2 / 1e6, rel_tol=1e-6)
    assert (west["zone_id"], west["name"], west["count"], west["status"]) == ("west", "西片", 13, "met")
    assert (east["count"], east["status"], east["target_scope"]) == (1, "short", "user")
    assert east["required_count"] == math.ceil(10 * east["area_km2"]) == 12
    assert east["gap_count"] == 11
    assert west["density_per_km2"] == 13 / west["area_km2"]
    assert (answer["total_count"], answer["outside_count"]) == (15, 1)
    assert (answer["n_in"], answer["n_used"], answer["n_reported"]) == (15, 15, 0)
    assert answer["layer"] == "tiling"
    assert sum(row["count"] for row in answer["zones"]) + answer["outside_count"] == answer["total_count"]
    assert not any(row["synthetic"] for row in answer["zones"])
    assert "inventory.geojson_wgs84" in [notice["key"] for notice in answer["notices"]]
    assert all(set(notice) == {"key", "params", "zh", "en"} for notice in answer["notices"])


def test_a_pack_puts_the_published_district_beside_simulated_zones(pack):
    code, answer = check("--pack", pack)
    assert code == 1
    district = answer["district"]
    assert (district["count"], district["synthetic"], district["status"]) == (30, False, "met")
    assert district["target_scope"] == "district"
    assert [row["synthetic"] for row in answer["zones"]] == [True, True]
    assert {row["target_scope"] for row in answer["zones"]} == {"district_reference"}
    finding = next(notice for notice in answer["notices"] if notice["key"] == "cli.finding")
    assert finding["params"] == {"finding_id": "basis"}
    assert "口径未写明" in finding["zh"]
    assert "not stated" in finding["en"]


def test_points_of_ones_own_replace_the_simulated_ones_and_speak_for_the_district(pack, tmp_path):
    points = table(tmp_path / "p.csv", *inside(25), *(f"e{row}" for row in inside(25, 114.015)))
    code, answer = check("--pack", pack, "--points", points, "--points-crs", "wgs84")
    assert code == 0
    assert answer["district"]["count"] == 50
    assert [row["count"] for row in answer["zones"]] == [25, 25]
    assert not any(row["synthetic"] for row in [answer["district"], *answer["zones"]])


def test_a_target_of_ones_own_replaces_the_plans_and_its_findings(pack):
    _, answer = check("--pack", pack, "--target", "20")
    assert answer["district"]["target_per_km2"] == 20
    assert answer["district"]["target_scope"] == "user"
    assert "cli.finding" not in [notice["key"] for notice in answer["notices"]]


def test_a_pack_whose_district_has_no_published_count_has_no_district_data(pack):
    catalog = pack / "catalog.csv"
    kept = [line for line in catalog.read_text().splitlines() if "published_counts" not in line]
    catalog.write_text("\n".join(kept) + "\n")
    _, answer = check("--pack", pack)
    assert (answer["district"]["status"], answer["district"]["count"]) == ("no_data", None)


def test_a_pack_without_district_layer_has_no_district_row(pack):
    catalog = pack / "catalog.csv"
    kept = [line for line in catalog.read_text().splitlines() if "district.geojson" not in line]
    catalog.write_text("\n".join(kept) + "\n")
    assert check("--pack", pack)[1]["district"] is None
    assert run("check", "--pack", pack)[0] == 1


def test_a_published_count_answers_no_other_numerator(pack):
    points = pack / "inventories" / "base_stations_demo.csv"
    rows = [line.split(",") for line in points.read_text().splitlines()]
    rows = [[*row, "physical_site_id" if at == 0 else f"p{at}"] for at, row in enumerate(rows)]
    points.write_text("\n".join(",".join(row) for row in rows) + "\n")
    _, answer = check("--pack", pack, "--numerator", "physical_site")
    assert answer["district"]["status"] == "no_data"
    assert [row["count"] for row in answer["zones"]] == [1, 1]
    assert answer["definition"]["numerator"] == "physical_site"


@pytest.mark.parametrize(
    ("option", "value", "member"),
    [("--indoor", "exclude", "indoor"), ("--area-basis", "official", "area_basis")],
)
def test_each_choice_of_the_definition_is_carried_by_the_answer(tmp_path, option, value, member):
    path = tmp_path / "z.geojson"
    write_json(path, collection(zone("west", "西片", WEST, area_official_km2=2.0)))
    points = table(
        tmp_path / "p.csv", "1,114.005,23.005,室分", "2,114.005,23.006,宏站", header="id,lon,lat,站型"
    )
    _, answer = check("--zones", path, "--points", points, "--points-crs", "wgs84", option, value)
    assert answer["definition"][member] == value
    assert answer["zones"][0]["count"] == (1 if option == "--indoor" else 2)
    assert (answer["zones"][0]["area_km2"] == 2.0) is (option == "--area-basis")


def test_several_point_files_are_counted_together(tmp_path):
    first = table(tmp_path / "a.csv", *inside(3))
    second = table(tmp_path / "b.csv", "1,x,23,宏站", "2,114.015,23.005,宏站", header="id,lon,lat,站型")
    code, answer = check(
        "--zones", DATA / "valid" / "zones.geojson", "--points", first, second, "--points-crs", "wgs84"
    )
    assert code == 1
    assert [row["count"] for row in answer["zones"]] == [3, 1]
    assert (answer["n_in"], answer["n_used"], answer["n_reported"]) == (5, 4, 1)
    assert answer["rejected"] == [
        {
            "file": "b.csv",
            "row": 2,
            "row_unit": "line",
            "field": "lon",
            "value": "x",
            "reason_key": "error.reason_not_a_number",
            "reason": "坐标不是数字",
        }
    ]


def test_a_datum_moves_the_points(tmp_path):
    points = table(tmp_path / "p.csv", "1,114.005,23.005")
    zones = DATA / "valid" / "zones.geojson"
    assert check("--zones", zones, "--points", points, "--points-crs", "wgs84")[1]["zones"][0]["count"] == 1
    moved = table(tmp_path / "q.csv", "1,114.0001,23.005")
    assert check("--zones", zones, "--points", moved, "--points-crs", "gcj02")[1]["outside_count"] == 1


def test_columns_are_chosen_by_name(tmp_path):
    points = table(tmp_path / "p.csv", "1,114.005,23.005", header="id,a,b")
    zones = DATA / "valid" / "zones.geojson"
    arguments = ("--points", points, "--points-crs", "wgs84", "--x", "a", "--y", "b", "--zone-id", "名称",
                 "--zone-name", "zone_id")  # fmt: skip
    west = check("--zones", zones, *arguments)[1]["zones"][0]
    assert (west["zone_id"], west["name"], west["count"]) == ("西片", "west", 1)


OPERATOR_HEADER = (
    "厂家,地州,区县,gNodeB标识_小区ID,gNodeB标识,基站名称,NR小区名称,经度,纬度,小区本地ID,物理小区标识,频带,方位角,挂高,"
    "下行带宽,子载波间隔(KHz),入网日期,是否共享,站型,站址编码,站址,塔桅类型,覆盖场景,AAU型号,基站/楼盘名称"
)


def operator_rows(n_stations: int, n_cells: int) -> list[str]:
    return [
        f"厂,市,区,{station}_{cell},{station},站{station},小区{cell},114.005,{23.001 + station * 1e-4},"
        f"{cell},7,n78,{cell * 120},25,100,30,2020/12/31,是,宏站,S{station},路边,单管塔,城区,型号,楼"
        for station in range(n_stations)
        for cell in range(n_cells)
    ]


def test_an_operators_table_of_cells_is_not_counted_until_a_numerator_is_stated(tmp_path):
    path = tmp_path / "工参.csv"
    path.write_bytes("\r\n".join((OPERATOR_HEADER, *operator_rows(4, 3), "")).encode("gb18030"))
    files = ("--zones", ZONES, "--points", path, "--points-crs", "wgs84")
    code, answer, complaint = run("check", *files)
    assert (code, answer) == (3, "")
    assert "小区级表" in complaint
    for numerator, count in (("logical_station", 4), ("physical_site", 4), ("as_given", 12)):
        assert check(*files, "--numerator", numerator)[1]["zones"][0]["count"] == count


def test_figures_are_not_rounded_and_nothing_is_nan(pack):
    answer = run("check", "--pack", pack, "--format", "json")[1]
    assert "NaN" not in answer
    assert len(str(json.loads(answer)["zones"][0]["area_km2"])) > 12


# --- exit codes ------------------------------------------------------------------------------


def zones_with(tmp_path: Path, **properties: object) -> Path:
    path = tmp_path / "zone.geojson"
    write_json(path, collection(zone("west", "西片", WEST, **properties)))
    return path


@pytest.mark.parametrize(
    ("n", "target", "code", "status"),
    [
        (20, "10", 0, "met"),
        (10, "10", 1, "near"),
        (5, "10", 1, "short"),
        (5, "1", 0, "too_small"),
        (5, None, 0, "no_target"),
    ],
)
def test_a_near_or_short_zone_is_a_no(tmp_path, n, target, code, status):
    points = table(tmp_path / "p.csv", *inside(n))
    given = () if target is None else ("--target", target)
    zones = zones_with(tmp_path, position_accuracy_m=None)
    found, answer = check("--zones", zones, "--points", points, "--points-crs", "wgs84", *given)
    assert (found, answer["zones"][0]["status"]) == (code, status)


def test_undetermined_and_no_data_alone_are_no_no(tmp_path):
    points = table(tmp_path / "p.csv", *inside(12))
    zones = zones_with(tmp_path, position_accuracy_m=200.0)
    code, answer = check("--zones", zones, "--points", points, "--points-crs", "wgs84", "--target", "10")
    assert (code, answer["zones"][0]["status"]) == (0, "undetermined")
    code, answer = check("--zones", zones, "--target", "10")
    assert (code, answer["zones"][0]["status"]) == (0, "no_data")
    assert "verdict.zones_no_data" in [notice["key"] for notice in answer["notices"]]


def test_a_rejected_row_is_a_no_though_every_zone_meets(tmp_path):
    points = table(tmp_path / "p.csv", *inside(20), "bad,x,23")
    zones = zones_with(tmp_path)
    code, answer = check("--zones", zones, "--points", points, "--points-crs", "wgs84", "--target", "10")
    assert (code, answer["zones"][0]["status"]) == (1, "met")


def test_a_zone_that_is_left_out_is_a_no():
    code, answer = check("--zones", DATA / "valid" / "zones_among_others.geojson")
    assert code == 1
    assert "inventory.zones_left_out" in [notice["key"] for notice in answer["notices"]]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("check",),
        ("check", "--pack", "x", "--zones", ZONES),
        ("check", "--nonsense"),
        ("check", "--zones", ZONES, "--points"),
        ("check", "--zones", ZONES, "--points", POINTS),
        ("check", "--zones", ZONES, "--points", POINTS, "--points-crs", "mars"),
        ("check", "--zones", ZONES, "--points", POINTS, "--points-crs", "EPSG:4214"),
        ("check", "--zones", ZONES, "--zones-crs", "mars"),
        ("check", "--zones", ZONES, "--points", POINTS, "--points-crs", "wgs84", "--x", "经度"),
        ("check", "--zones", ZONES, "--points-crs", "wgs84"),
        ("check", "--zones", ZONES, "--points-layer", "a"),
        ("check", "--zones", ZONES, "--target", "many"),
        ("check", "--zones", ZONES, "--target", "-1"),
        ("check", "--zones", ZONES, "--target", "nan"),
        ("check", "--zones", ZONES, "--numerator", "cells"),
        ("check", "--zones", ZONES, "--format", "xml"),
        ("check", "--zones", ZONES, "--lang", "fr"),
        ("check", "--pack", "x", "--zone-id", "a"),
        ("check", "--zones", ZONES, "--zones-layer", "a"),
        ("check", "--zones", ZONES, "--points", POINTS, "--points-crs", "wgs84", "--points-layer", "a"),
        ("check", "--zones", ZONES, "--points", ZONES, "--x", "a", "--y", "b"),
        ("check", "--pack", "x", "--zones-crs", "wgs84"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_call_that_cannot_be_meant_is_2_and_one_sentence(arguments, lang):
    code, answer, complaint = run("--lang", lang, *arguments)
    assert code == 2
    assert answer == ""
    assert complaint.count("\n") == 1
    assert "Traceback" not in complaint
    assert ("。" in complaint) is (lang == "zh")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--pack", "nowhere"),
        ("--zones", DATA / "valid" / "none.geojson"),
        ("--zones", DATA / "valid" / "utf8.csv"),
        ("--zones", ZONES, "--zone-id", "nowhere"),
        ("--zones", ZONES, "--area-basis", "land"),
        ("--zones", ZONES, "--points", POINTS, "--points-crs", "wgs84", "--numerator", "physical_site"),
        ("--zones", ZONES, "--points", DATA / "invalid" / "swapped_lon_lat.csv", "--points-crs", "wgs84"),
        *(("--zones", path) for path in sorted((DATA / "invalid_zones").iterdir())),
    ],
    ids=lambda arguments: " ".join(Path(str(word)).name for word in arguments),
)
def test_refused_input_is_3_and_one_sentence(arguments):
    code, answer, complaint = run("check", *arguments)
    assert code == 3
    assert answer == ""
    assert complaint.count("\n") == 1


def test_every_invalid_inventory_is_3(pack):
    for path in sorted((DATA / "invalid").iterdir()):
        crs = () if path.suffix == ".geojson" else ("--points-crs", "wgs84")
        code, answer, complaint = run("check", "--pack", pack, "--points", path, *crs)
        assert (code, answer, complaint.count("\n")) == (3, "", 1), path.name


def test_a_pack_without_geometry_is_3_in_one_sentence(tmp_path):
    code, answer, complaint = run("check", "--pack", write_pack(tmp_path, with_geometry=False))
    assert (code, answer, complaint.count("\n")) == (3, "", 1)
    assert "--zones" in complaint


def test_several_layers_are_3_and_listed(tmp_path):
    path = tmp_path / "z.gpkg"
    zones = gpd.read_file(ZONES)
    zones.to_file(path, layer="one")
    zones.to_file(path, layer="two")
    code, _, complaint = run("check", "--zones", path)
    assert code == 3
    assert "one、two" in complaint
    assert run("check", "--zones", path, "--zones-layer", "two")[0] == 0


def test_a_limit_is_a_setting(monkeypatch):
    monkeypatch.setenv("ATLAS_MAX_FEATURES", "1")
    code, _, complaint = run("check", "--zones", ZONES)
    assert code == 3
    assert "ATLAS_MAX_FEATURES" in complaint
    monkeypatch.setenv("ATLAS_MAX_FEATURES", "lots")
    assert run("check", "--zones", ZONES)[0] == 2


# --- table -----------------------------------------------------------------------------------


def test_the_table_puts_the_district_first_and_aligns_chinese(pack):
    code, answer, _ = run("check", "--pack", pack)
    assert code == 1
    lines = answer.splitlines()
    head = next(at for at, line in enumerate(lines) if line.startswith("片区"))
    assert lines[head + 2].startswith("全区")
    assert lines[head + 3].startswith("西片")
    assert "模拟" not in lines[head + 2]
    assert "模拟 · 参照全区目标" in lines[head + 3]
    assert lines[head + 2].endswith("口径未说明")
    assert "口径未说明" not in lines[head + 3]
    assert "示意" in lines[head + 3]
    # The figures of a column end in the same place.
    rule = lines[head + 1]
    end = len(rule.split("  ")[0]) + 2 + len(rule.split("  ")[1])
    for line in lines[head + 2 : head + 5]:
        cut = next(at for at in range(len(line)) if display_width(line[:at]) == end)
        assert line[cut - 1].isdigit()
        assert line[cut] == " "


def test_the_table_lists_notices_and_rejected_rows(tmp_path):
    points = table(tmp_path / "p.csv", *inside(2), *(f"bad{at},x,23" for at in range(25)))
    code, answer, _ = run(
        "check", "--zones", ZONES, "--points", points, "--points-crs", "wgs84", "--lang", "en"
    )
    assert code == 1
    assert "p.csv, line 4 not used: coordinate is no number (lon: x)" in answer
    assert answer.count("not used") == 20 + 1
    assert "and 5 more rows" in answer
    assert "WGS 84" in answer


def test_english_names_are_shown_where_the_data_have_them(pack):
    assert "east" in run("check", "--pack", pack, "--lang", "en")[1]


def test_a_stated_name_column_counts_over_an_english_name_in_the_file(tmp_path):
    path = tmp_path / "z.geojson"
    write_json(path, collection(zone("west", "西片", WEST, name_en="File", title="Stated")))
    answer = run("check", "--zones", path, "--zone-name", "title", "--lang", "en")[1]
    assert "Stated" in answer
    assert "File" not in answer


def test_text_of_a_file_cannot_steer_the_terminal(tmp_path):
    path = tmp_path / "z.geojson"
    write_json(path, collection(zone("west", "\u001b[2J红\n线", WEST)))
    answer = run("check", "--zones", path)[1]
    assert "\u001b" not in answer
    assert "红 线" in answer
