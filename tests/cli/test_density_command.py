"""``python -m spatial density``: the JSON of the contract, the table, the Parquet files, the exit codes."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from spatial.cli import density as verb
from spatial.cli import main
from spatial.cli.density_output import METADATA_KEY
from spatial.pack import list_packs, open_pack
from tests.small_pack import collection, write_json, write_pack

ROOT = Path(__file__).parent.parent.parent
ZONES = ROOT / "tests" / "data" / "valid" / "zones.geojson"


def run(*arguments: object, terminal: bool = False) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    stderr.isatty = lambda: terminal
    code = main([str(word) for word in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


def count(*arguments: object) -> tuple[int, dict]:
    code, answer, complaint = run("density", *arguments, "--format", "json")
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


@pytest.fixture
def points(tmp_path) -> Path:
    rows = ("1,114.005,23.005,移动", "2,114.006,23.005,电信", "3,114.006,23.006,", "4,115,24,移动")
    return table(tmp_path / "p.csv", *rows, header="id,lon,lat,运营商")


def of_files(points: Path, *more: object) -> tuple[object, ...]:
    return ("--zones", ZONES, "--points", points, "--points-crs", "wgs84", *more)


# --- JSON ------------------------------------------------------------------------------------


def test_the_answer_is_that_of_the_contract(points):
    code, answer = count(*of_files(points, "--by", "运营商"))
    _, checked, _ = run("check", *of_files(points), "--target", "1", "--format", "json")
    areas = [row["area_km2"] for row in json.loads(checked)["zones"]]
    mark = {"geometry_basis": "user_supplied", "synthetic": False}
    by = [{"运营商": "", "count": 1}, {"运营商": "电信", "count": 1}, {"运营商": "移动", "count": 1}]
    assert code == 0
    notices = answer.pop("notices")
    assert json.dumps(answer, ensure_ascii=False) == json.dumps(
        {
            "layer": "tiling",
            "zones": [
                {
                    "zone_id": "west",
                    "count": 3,
                    "area_km2": areas[0],
                    "density_per_km2": 3 / areas[0],
                    "by": by,
                    **mark,
                },
                {
                    "zone_id": "east",
                    "count": 0,
                    "area_km2": areas[1],
                    "density_per_km2": 0.0,
                    "by": [],
                    **mark,
                },
            ],
            "n_in": 4,
            "n_used": 4,
            "n_reported": 0,
            "total_count": 4,
            "outside_count": 1,
            "rejected": [],
        },
        ensure_ascii=False,
    )
    assert [notice["key"] for notice in notices] == ["inventory.geojson_wgs84", "density.rows_as_given"]
    assert all(set(notice) == {"key", "params", "zh", "en"} for notice in notices)


@pytest.mark.parametrize("name", list_packs())
def test_it_agrees_with_check_zone_by_zone_on_every_shipped_pack(name):
    layers = open_pack(name).zone_layers()
    if not layers:
        assert run("density", "--pack", name)[0] == run("check", "--pack", name)[0] == 3
    for layer in layers:
        given = ("--pack", name, "--zones-layer", layer)
        _, answer = count(*given)
        checked = json.loads(run("check", *given, "--numerator", "as_given", "--format", "json")[1])
        for own, other in zip(answer["zones"], checked["zones"], strict=True):
            shared = own.keys() & other.keys()
            assert len(shared) == 6
            assert {key: own[key] for key in shared} == {key: other[key] for key in shared}
        for key in ("layer", "n_in", "n_used", "n_reported", "total_count", "outside_count"):
            assert answer[key] == checked[key], key


def test_simulated_points_and_sketched_zones_say_so_in_every_format(pack, tmp_path):
    code, answer = count("--pack", pack)
    assert code == 0
    assert {(row["geometry_basis"], row["synthetic"]) for row in answer["zones"]} == {("schematic", True)}
    assert {"density.schematic", "density.synthetic"} <= {notice["key"] for notice in answer["notices"]}
    words = run("density", "--pack", pack)[1]
    assert words.count("示意 · 模拟") == 2
    target = tmp_path / "zones.parquet"
    assert run("density", "--pack", pack, "--format", "parquet", "-o", target)[0] == 0
    frame = gpd.read_parquet(target)
    assert set(zip(frame["geometry_basis"], frame["synthetic"], strict=True)) == {("schematic", True)}
    kept = json.loads(pq.read_schema(target).metadata[METADATA_KEY])
    assert [notice["key"] for notice in kept["notices"]] == [notice["key"] for notice in answer["notices"]]


def test_points_of_ones_own_are_not_simulated_because_the_pack_is(pack, points):
    _, answer = count("--pack", pack, "--points", points, "--points-crs", "wgs84")
    assert not any(row["synthetic"] for row in answer["zones"])


@pytest.mark.parametrize(("word", "marked"), [("是", True), ("TRUE", True), ("否", False), ("", False)])
def test_one_row_that_says_it_is_simulated_marks_the_counts(tmp_path, word, marked):
    rows = ["1,114.005,23.005,", f"2,114.006,23.005,{word}"]
    path = table(tmp_path / "p.csv", *rows, header="id,lon,lat,模拟")
    _, answer = count(*of_files(path))
    assert {row["synthetic"] for row in answer["zones"]} == {marked}


def test_planned_stations_count_only_where_they_are_asked_for(tmp_path):
    rows = [f"{at},114.005,23.005,{word}" for at, word in enumerate(("现状", "规划", "在建", "", "拆除"))]
    path = table(tmp_path / "p.csv", *rows, header="id,lon,lat,状态")
    _, answer = count(*of_files(path))
    assert (answer["zones"][0]["count"], answer["total_count"], answer["n_used"]) == (2, 2, 5)
    left = next(notice for notice in answer["notices"] if notice["key"] == "verdict.rows_left_out")
    assert left["params"]["count"] == 3
    assert count(*of_files(path, "--status", "planned"))[1]["total_count"] == 2
    assert count(*of_files(path, "--status", "all"))[1]["total_count"] == 5
    _, split = count(*of_files(path, "--by", "状态"))
    assert [row["状态"] for row in split["zones"][0]["by"]] == ["", "现状"]


def test_a_grid_stands_there_only_when_it_is_asked_for(points):
    assert "grid" not in count(*of_files(points))[1]
    grid = count(*of_files(points, "--grid", "500"))[1]["grid"]
    assert (grid["size_m"], grid["crs"]) == (500, "EPSG:4547")
    assert sum(cell["count"] for cell in grid["cells"]) == 4
    assert all(cell["east_m"] % 500 == 0 and cell["north_m"] % 500 == 0 for cell in grid["cells"])
    assert "500 米格网" in run("density", *of_files(points, "--grid", "500"))[1]


def test_rows_of_one_site_are_merged_and_said_to_be(tmp_path):
    path = table(tmp_path / "p.csv", "a,114.005,23.005", "a,114.005,23.005", "b,114.006,23.005")
    _, answer = count(*of_files(path, "--dedupe", "key:id"))
    assert (answer["zones"][0]["count"], answer["total_count"], answer["n_used"]) == (2, 2, 3)
    keys = {notice["key"] for notice in answer["notices"]}
    assert "density.rows_merged" in keys
    assert "density.rows_as_given" not in keys
    assert count(*of_files(path, "--dedupe", "distance:500"))[1]["total_count"] == 1


# --- files -----------------------------------------------------------------------------------


def test_files_of_several_formats_are_counted_together(tmp_path):
    west = [shapely.Point(114.005, 23.005)]
    frame = gpd.GeoDataFrame({"operator": ["a"]}, geometry=west, crs="EPSG:4326")
    for name, writer in (
        ("p.parquet", frame.to_parquet),
        ("p.gpkg", frame.to_file),
        ("p.geojson", frame.to_file),
    ):
        writer(tmp_path / name)
    table(tmp_path / "p.csv", "b,114.005,23.005", header="operator,east,north")
    several = [tmp_path / name for name in ("p.csv", "p.parquet", "p.gpkg", "p.geojson")]
    code, answer = count(
        "--zones", ZONES, "--points", *several, "--points-crs", "wgs84", "--x", "east", "--y", "north",
        "--by", "operator",
    )  # fmt: skip
    assert code == 0
    assert answer["zones"][0]["by"] == [{"operator": "a", "count": 3}, {"operator": "b", "count": 1}]


def test_parquet_with_columns_of_coordinates_needs_no_geometry(tmp_path):
    pd.DataFrame({"east": [114.005], "north": [23.005]}).to_parquet(tmp_path / "p.parquet")
    given = ("--zones", ZONES, "--points", tmp_path / "p.parquet", "--x", "east", "--y", "north")
    code, answer = count(*given, "--points-crs", "wgs84")
    assert (code, answer["zones"][0]["count"]) == (0, 1)


def test_a_gbk_table_in_gcj02_counts_as_check_counts_it(tmp_path):
    rows = [f"{at},{113.99 + at * 0.002},23.005,移动" for at in range(20)]
    words = "\n".join(["编号,经度,纬度,运营商", *rows]) + "\n"
    path = tmp_path / "基站.csv"
    path.write_bytes(words.encode("gb18030"))
    given = ("--zones", ZONES, "--points", path, "--points-crs", "gcj02")
    _, answer = count(*given, "--by", "运营商")
    checked = json.loads(run("check", *given, "--target", "1", "--format", "json")[1])
    assert [row["count"] for row in answer["zones"]] == [row["count"] for row in checked["zones"]]
    assert answer["outside_count"] == checked["outside_count"] > 0
    assert answer["zones"][0]["by"] == [{"运营商": "移动", "count": answer["zones"][0]["count"]}]


def test_each_row_is_used_or_reported_by_its_reason(tmp_path):
    path = table(tmp_path / "p.csv", "1,x,23", "2,114.005,23.005", "3,,23", "4,y,23")
    code, answer = count(*of_files(path))
    assert code == 1
    assert (answer["n_in"], answer["n_used"], answer["n_reported"]) == (4, 1, 3)
    reasons = {reason["reason_key"]: reason for reason in answer["rejected"]}
    assert reasons["error.reason_not_a_number"]["count"] == 2
    assert [
        (row["file"], row["field"], row["value"]) for row in reasons["error.reason_not_a_number"]["rows"]
    ] == [
        ("p.csv", "lon", "x"),
        ("p.csv", "lon", "y"),
    ]
    code, words, _ = run("density", *of_files(path))
    assert code == 1
    assert "2 行未使用：坐标不是数字" in words


@pytest.mark.parametrize(
    ("content", "more", "told"),
    [
        ("", (), "p.csv"),
        ("id,lon,lat\n1,114.005,23.005\n", ("--by", "operator"), "没有列“operator”"),
        ("id,lon,lat\n1,114.005,23.005\n", ("--dedupe", "key:operator"), "没有列“operator”"),
        ("id,a,b\n1,114.005,23.005\n", (), "p.csv"),
    ],
)
def test_a_file_that_cannot_answer_is_3_in_one_sentence(tmp_path, content, more, told):
    (tmp_path / "p.csv").write_text(content, encoding="utf-8")
    code, answer, complaint = run("density", *of_files(tmp_path / "p.csv", *more))
    assert (code, answer, complaint.count("\n")) == (3, "", 1)
    assert told in complaint


def test_a_damaged_file_is_3_and_says_where(tmp_path):
    frame = pd.DataFrame({"lon": np.full(50_000, 114.005), "lat": np.linspace(23.001, 23.009, 50_000)})
    frame.to_parquet(tmp_path / "p.parquet", compression="zstd")
    data = bytearray((tmp_path / "p.parquet").read_bytes())
    (tmp_path / "cut.parquet").write_bytes(data[:-1000])
    data[4:40] = b"\xff" * 36  # the head of the first page
    (tmp_path / "p.parquet").write_bytes(data)
    for name in ("cut.parquet", "p.parquet"):
        code, answer, complaint = run("density", *of_files(tmp_path / name, "--x", "lon", "--y", "lat"))
        assert (code, answer, complaint.count("\n")) == (3, "", 1)
        assert name in complaint


def test_a_layer_that_is_not_there_is_3(tmp_path, pack, points):
    gpd.GeoDataFrame(geometry=[shapely.Point(114, 23)], crs="EPSG:4326").to_file(
        tmp_path / "p.gpkg", layer="own"
    )
    given = ("--zones", ZONES, "--points", tmp_path / "p.gpkg", "--points-layer", "other")
    code, _, complaint = run("density", *given)
    assert code == 3
    assert "other" in complaint
    assert run("density", "--pack", pack, "--zones-layer", "none")[0] == 3


def test_no_zones_at_all_is_3(tmp_path, points):
    write_json(tmp_path / "z.geojson", collection())
    assert (
        run("density", "--zones", tmp_path / "z.geojson", "--points", points, "--points-crs", "wgs84")[0] == 3
    )


# --- calls -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        ("--by", "id", "id"),
        ("--by", "count"),
        ("--dedupe", "near"),
        ("--dedupe", "distance:-1"),
        ("--dedupe", "distance:far"),
        ("--grid", "400"),
        ("--status", "old"),
        ("--format", "parquet"),
        ("--format", "parquet", "-o", "out.csv"),
        ("-o", "p.csv"),
        ("-o", ".."),
        ("--scheduler", "http://127.0.0.1:8786"),
    ],
)
def test_a_call_that_cannot_be_meant_is_2_in_one_sentence(points, more, monkeypatch):
    monkeypatch.chdir(points.parent)
    before = points.read_bytes()
    code, answer, complaint = run("density", *of_files(points, *more))
    assert (code, answer, complaint.count("\n")) == (2, "", 1), complaint
    assert points.read_bytes() == before


def test_points_are_needed_and_their_options_need_them(pack):
    catalog = pack / "catalog.csv"
    kept = [line for line in catalog.read_text().splitlines() if "inventories" not in line]
    catalog.write_text("\n".join(kept) + "\n")
    assert run("density", "--pack", pack)[0] == 2
    assert run("density", "--zones", ZONES)[0] == 2
    assert run("density", "--pack", pack, "--points-crs", "wgs84")[0] == 2
    assert run("density", "--zones", ZONES, "--points", "p.csv")[0] == 2


def test_a_file_of_the_pack_is_never_written_over(pack):
    inventory = pack / "inventories" / "base_stations_demo.csv"
    before = inventory.read_bytes()
    assert run("density", "--pack", pack, "-o", inventory)[0] == 2
    assert inventory.read_bytes() == before


def test_without_dask_the_message_says_how_to_install_it(points, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, complaint = run("density", *of_files(points, "--scheduler", "tcp://127.0.0.1:1"))
    assert code == 3
    assert "requirements-cluster.txt" in complaint or "setup-cluster" in complaint


# --- output ----------------------------------------------------------------------------------


def test_parquet_holds_a_row_per_zone_that_pandas_reads(tmp_path, points):
    target = tmp_path / "out.parquet"
    _, answer = count(*of_files(points, "--by", "运营商"))
    code, words, complaint = run(
        "density", *of_files(points, "--by", "运营商", "--format", "parquet", "-o", target)
    )
    assert (code, words, complaint) == (0, "", "")
    frame = gpd.read_parquet(target)
    assert frame.crs.to_epsg() == 4490
    assert frame["zone_id"].tolist() == ["west", "east"]
    assert frame["name_zh"].tolist() == ["西片", "东片"]
    for row, zone_row in zip(answer["zones"], frame.itertuples(), strict=True):
        assert (row["count"], row["area_km2"]) == (zone_row.count, zone_row.area_km2)
        assert [dict(each) for each in zone_row.by] == row["by"]
        assert zone_row.geometry.is_valid
    long = pd.read_parquet(target, columns=["zone_id", "by"]).explode("by").dropna()
    assert sum(each["count"] for each in long["by"]) == 3
    totals = json.loads(pq.read_schema(target).metadata[METADATA_KEY])
    assert (totals["n_in"], totals["outside_count"]) == (4, 1)
    assert "zones" not in totals


def test_the_grid_stands_beside_the_zones(tmp_path, points):
    given = of_files(points, "--grid", "1000", "--format", "parquet", "-o", tmp_path / "out.parquet")
    assert run("density", *given)[0] == 0
    cells = gpd.read_parquet(tmp_path / "out_grid_1000m.parquet")
    assert cells.crs.to_epsg() == 4547
    assert cells["count"].sum() == 4
    assert np.allclose(cells.area, 1e6)
    assert np.array_equal(cells.bounds["minx"], cells["east_m"])


def test_a_table_or_json_goes_to_the_file_that_is_named(tmp_path, points):
    for form in ("table", "json"):
        printed = run("density", *of_files(points, "--format", form))[1]
        code, words, _ = run("density", *of_files(points, "--format", form, "-o", tmp_path / "out"))
        assert (code, words) == (0, "")
        assert (tmp_path / "out").read_text(encoding="utf-8") == printed


def test_a_place_that_cannot_be_written_is_3_and_leaves_nothing(tmp_path, points):
    before = sorted(tmp_path.iterdir())
    assert run("density", *of_files(points, "-o", tmp_path / "nowhere" / "out.json"))[0] == 3
    assert sorted(tmp_path.iterdir()) == before


def test_the_table_shows_the_commonest_categories_and_the_rest_together(tmp_path):
    rows = [f"{at},114.005,23.005,{'abcdefghij'[at // 3]}" for at in range(30)]
    path = table(tmp_path / "p.csv", *rows, header="id,lon,lat,operator")
    words = run("density", *of_files(path, "--by", "operator"), "--lang", "en")[1]
    head, _, west, east = words.splitlines()[:4]
    assert head.split()[-3:] == ["4", "others", "marks"]
    assert west.split()[-7:] == ["3"] * 6 + ["12"]
    assert east.split()[-7:] == ["0"] * 7


def test_hostile_columns_and_values_steer_no_terminal(tmp_path):
    nasty = "\x1b[2J=cmd|' /C calc'!A0\u202e\x9b1m"
    frame = gpd.GeoDataFrame(
        {nasty: ["@x\x07\x1b]0;t\x07"]}, geometry=[shapely.Point(114.005, 23.005)], crs=4326
    )
    frame.to_parquet(tmp_path / "p.parquet")
    given = ("--zones", ZONES, "--points", tmp_path / "p.parquet", "--by", nasty)
    for form in ("table", "json"):
        code, words, complaint = run("density", *given, "--format", form)
        assert (code, complaint) == (0, "")
        assert words.replace("\n", "").isprintable()
    assert json.loads(words)["zones"][0]["by"] == [{nasty: "@x\x07\x1b]0;t\x07", "count": 1}]
    target = tmp_path / "out.parquet"
    assert run("density", *given, "--format", "parquet", "-o", target)[0] == 0
    assert dict(gpd.read_parquet(target)["by"][0][0]) == {nasty: "@x\x07\x1b]0;t\x07", "count": 1}


# --- progress and the end --------------------------------------------------------------------


def test_only_a_terminal_is_told_how_far_it_is(points):
    assert run("density", *of_files(points))[2] == ""
    told = run("density", *of_files(points), terminal=True)[2]
    assert told.startswith("\r已读 ")
    assert told.endswith(" \r")


def test_an_interrupt_clears_the_line_and_writes_nothing(points, tmp_path, monkeypatch):
    def interrupted(*_: object, progress, **__: object) -> None:
        progress(1, None)
        raise KeyboardInterrupt

    monkeypatch.setattr(verb, "count_points", interrupted)
    stdout, stderr = io.StringIO(), io.StringIO()
    stderr.isatty = lambda: True
    with pytest.raises(KeyboardInterrupt):
        main(["density", *map(str, of_files(points, "-o", tmp_path / "out.json"))], stdout, stderr)
    assert (stdout.getvalue(), stderr.getvalue()[-1:]) == ("", "\r")
    assert not (tmp_path / "out.json").exists()


@pytest.mark.deep
@pytest.mark.skipif(sys.platform == "win32", reason="the system has no such signal")
def test_ctrl_c_ends_a_long_count_at_once_and_sweeps_up(tmp_path):
    rng = np.random.default_rng(1)
    xy = rng.uniform([114.0, 23.0], [114.02, 23.01], (2_000_000, 2))
    wkb = shapely.to_wkb(shapely.points(xy))
    geo = {"version": "1.1.0", "primary_column": "geometry"}
    geo["columns"] = {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}}
    frame = pa.table({"geometry": pa.array(wkb, pa.binary())}).replace_schema_metadata(
        {"geo": json.dumps(geo)}
    )
    pq.write_table(frame, tmp_path / "p.parquet")
    own = tmp_path / "tmp"
    own.mkdir()
    command = [sys.executable, "-m", "spatial", "density", "--zones", str(ZONES)]
    command += ["--points", str(tmp_path / "p.parquet"), "--dedupe", "distance:5"]
    running = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"TMPDIR": str(own)}
    )
    try:
        deadline = time.monotonic() + 60
        while not any(own.iterdir()):
            assert running.poll() is None, "the count was over before it could be ended"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=20)
    finally:
        running.kill()
    assert (running.returncode, out, err) == (130, b"", b"")
    assert list(own.iterdir()) == []


@pytest.mark.deep
def test_worker_processes_give_what_one_process_gives(points):
    _, alone = count(*of_files(points, "--by", "运营商"))
    _, several = count(*of_files(points, "--by", "运营商", "--scheduler", "local"))
    assert several == alone


def test_the_verb_loads_no_other_verb():
    code = (
        "import sys, io; from spatial.cli import main;"
        f"main(['density', '--zones', {str(ZONES)!r}, '--points', 'none.csv', '--points-crs', 'wgs84'],"
        "io.StringIO(), io.StringIO());"
        "others = ('spatial.export.package', 'spatial.importing', 'spatial.cli.check', 'dask');"
        "print([name for name in sys.modules if name.startswith(others)])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
