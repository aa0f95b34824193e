"""``export``: its options, its answer and its exit codes."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

import spatial
from spatial.cli import main
from spatial.cli.export import _HEADS, _write_some
from spatial.errors import ExportRefusedError
from spatial.export import package as package_room
from spatial.export.package import STEPS, open_package, package_sha256
from spatial.export.rules.validate import validate_package
from spatial.limits import DEFAULT_LIMITS
from spatial.text import catalogue
from tests.small_pack import write_pack


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(word) for word in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return write_pack(tmp_path_factory.mktemp("pack"))


def export(pack, output, *more: object) -> dict[str, object]:
    code, answer, complaint = run("export", "--pack", pack, "-o", output, "--format", "json", *more)
    assert code in {0, 1}, complaint
    return {"code": code, **json.loads(answer)}


def test_a_pack_becomes_a_valid_package(pack, tmp_path):
    said = export(pack, tmp_path / "p.zip", "--layers", "zones", "--profile", "geojson")
    assert said["code"] == 0
    assert list(said)[1:] == ["package", "package_id", "sha256", "layers", "files", "warnings", "notices"]
    assert said["package"] == str(tmp_path / "p.zip")
    assert said["sha256"] == package_sha256(tmp_path / "p.zip")
    (layer,) = said["layers"]
    assert (layer["name"], layer["n_in"], layer["n_used"], layer["n_reported"]) == ("zones", 2, 2, 0)
    assert validate_package(tmp_path / "p.zip").valid
    assert open_package(tmp_path / "p.zip").formats == ("jsonfg", "geojson")


def test_neither_what_nobody_wanted_nor_what_nobody_has_located_is_a_no(pack, tmp_path):
    places = export(pack, tmp_path / "a.zip", "--layers", "places", "--formats", "jsonfg")
    (layer,) = places["layers"]
    assert places["code"] == 0
    assert layer["n_reported"] > 0
    assert layer["n_in"] == layer["n_used"] + layer["n_reported"]
    assert set(layer["reported"]) <= {"content.withheld_unlocated", "content.withheld_outlined"}
    west = export(
        pack,
        tmp_path / "b.zip",
        "--layers",
        "zones",
        "--formats",
        "jsonfg",
        "--bbox",
        114,
        23,
        114.009,
        23.005,
    )
    assert west["code"] == 0
    assert west["layers"][0]["n_reported"] == 1
    assert "base_stations" not in [layer["name"] for layer in export(pack, tmp_path / "c.zip")["layers"]]


def test_simulated_stations_are_handed_over_on_request_and_marked(pack, tmp_path):
    said = export(pack, tmp_path / "p", "--synthetic", "--formats", "jsonfg", "csv", "--crs", "EPSG:4547")
    content = open_package(tmp_path / "p")
    assert (content.crs, content.formats) == ("EPSG:4547", ("jsonfg", "csv"))
    stations = next(layer for layer in content.layers if layer.name == "base_stations")
    assert stations.synthetic
    assert stations.features["SFMN"].all()
    assert next(row for row in said["layers"] if row["name"] == "base_stations")["n_used"] == 3


def test_stations_of_the_call_replace_those_of_the_pack(pack, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("site_id,lon,lat\nx,114.001,23.001\ny,0,bad\n")
    second.write_text("site_id,lon,lat\nz,114.011,23.001\n")
    said = export(
        pack, tmp_path / "p.zip", "--points", first, second, "--points-crs", "wgs84", "--formats", "jsonfg",
        "--layers", "base_stations", "--points-detail", "grid", "--grid-m", 200,
    )  # fmt: skip
    (layer,) = said["layers"]
    assert (said["code"], layer["n_in"], layer["n_used"], layer["n_reported"]) == (1, 3, 2, 1)
    assert open_package(tmp_path / "p.zip").about["options"]["grid_m"] == 200


@pytest.mark.parametrize("detail", ["exact", "grid"])
def test_positions_of_every_fraction_of_a_degree_are_handed_over(pack, tmp_path, detail):
    points = tmp_path / "points.csv"
    shares = np.random.default_rng(7).uniform(size=(2000, 2)) * 0.01 + [114.001, 23.001]
    rows = [f"s{number},{lon!r},{lat!r}" for number, (lon, lat) in enumerate(shares.tolist())]
    points.write_text("\n".join(["site_id,lon,lat", *rows]))
    said = export(
        pack, tmp_path / "p.zip", "--points", points, "--points-crs", "gcj02", "--formats", "geojson", "csv",
        "--layers", "base_stations", "--points-detail", detail,
    )  # fmt: skip
    assert (said["code"], said["layers"][0]["n_used"]) == (0, 2000)


def test_zones_of_a_file_become_a_package(pack, tmp_path):
    said = export_zones(pack, tmp_path)
    assert said["layers"][0]["n_used"] == 2


def export_zones(pack, tmp_path):
    zones = pack / "geography" / "zones.geojson"
    code, answer, complaint = run(
        "export", "--zones", zones, "--zone-id", "zone_id", "--zone-name", "name_zh",
        "-o", tmp_path / "z.zip", "--formats", "jsonfg", "--format", "json",
    )  # fmt: skip
    assert code in {0, 1}, complaint
    return json.loads(answer)


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        ("", ()),
        ("d,114.0051,23.0051\n", ("--points-detail", "totals")),
        ("d,114.0051,23.0051\n", ("--layers", "zones")),
    ],
)
def test_rows_that_no_layer_and_no_figure_holds_are_told_and_a_no(pack, tmp_path, rows, more):
    table = tmp_path / "stations.csv"
    table.write_text(f"基站编号,经度,纬度\na,200,23\nb,inf,nan\nc,,\n{rows}", encoding="utf-8")
    given = ("--points", table, "--points-crs", "cgcs2000", "--formats", "csv", *more)
    said = export(pack, tmp_path / "p.zip", *given)
    assert said["code"] == 1
    assert "base_stations" not in {layer["name"] for layer in said["layers"]}
    told = [notice["params"] for notice in said["notices"] if notice["key"] == "content.rows_unusable"]
    title = {"zh": "5G基站", "en": "5G base stations"}
    assert told == [{"layer": "base_stations", "title": title, "n": 3}]


def test_zones_of_as_many_columns_as_may_be_brought_become_a_valid_package(pack, tmp_path):
    zones = json.loads((pack / "geography" / "zones.geojson").read_text(encoding="utf-8"))
    for feature in zones["features"]:
        n_further = DEFAULT_LIMITS.columns - len(feature["properties"])
        feature["properties"] |= {f"column_{at}": at for at in range(n_further)}
    path = tmp_path / "wide.geojson"
    path.write_text(json.dumps(zones), encoding="utf-8")
    formats = ("--formats", "geojson", "csv", "xlsx")
    code, _, complaint = run("export", "--zones", path, *formats, "-o", tmp_path / "wide.zip")
    assert (code, complaint) == (0, "")
    assert run("validate", tmp_path / "wide.zip")[0] == 0


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("已写出", "SHA-256", "未导出")), ("en", ("Wrote", "reported"))]
)
def test_the_answer_for_a_reader(pack, tmp_path, lang, words):
    code, answer, _ = run(
        "export",
        "--pack",
        pack,
        "-o",
        tmp_path / "p.zip",
        "--formats",
        "jsonfg",
        "--synthetic",
        "--lang",
        lang,
    )
    assert code == 0
    assert all(word in answer for word in (*words, package_sha256(tmp_path / "p.zip")))


CELLS = """基站编号,gNodeB标识,经度,纬度
a,g1,114.001,23.001
a,g1,114.001,23.001
a,g1,114.001,23.001
b,g2,114.011,23.001
"""


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("“基站编号”有 3 个要素编号重复（a）", "一行是一个小区", "--points-detail totals")),
        ("en", ('"基站编号"', "3 features share an id (a)", "one row per cell", "--points-detail totals")),
    ],
)
def test_a_table_of_cells_is_refused_as_points_with_the_reason_and_a_way_out(pack, tmp_path, lang, words):
    table = tmp_path / "cells.csv"
    table.write_text(CELLS, encoding="utf-8")
    points = ("--points", table, "--points-crs", "wgs84", "--lang", lang)
    code, answer, complaint = run("export", "--pack", pack, "-o", tmp_path / "p.zip", *points)
    assert (code, answer) == (3, "")
    assert all(word in complaint for word in words)
    assert not (tmp_path / "p.zip").exists()


def test_ids_that_repeat_in_another_file_are_not_taken_for_cells(pack, tmp_path):
    tables = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for table in tables:
        table.write_text("site_id,lon,lat\na,114.001,23.001\nb,114.011,23.001\n")
    points = ("--points", *tables, "--points-crs", "wgs84")
    code, _, complaint = run("export", "--pack", pack, "-o", tmp_path / "p.zip", *points)
    assert code == 3
    assert "4 个要素编号重复" in complaint
    assert "小区" not in complaint


@pytest.mark.parametrize(
    ("numerator", "counts"),
    [("logical_station", [1, 1]), ("as_given", [3, 1]), (None, [None, None])],
)
def test_totals_of_a_table_of_cells_follow_the_stated_numerator(pack, tmp_path, numerator, counts):
    table = tmp_path / "cells.csv"
    table.write_text(CELLS, encoding="utf-8")
    stated = () if numerator is None else ("--numerator", numerator)
    said = export(
        pack, tmp_path / "p.zip", "--points", table, "--points-crs", "cgcs2000", "--formats", "jsonfg",
        "--points-detail", "totals", *stated,
    )  # fmt: skip
    zones = next(layer for layer in open_package(tmp_path / "p.zip").layers if layer.name == "zones")
    found = [None if np.isnan(count) else count for count in zones.features["SL"].astype(float)]
    assert sorted(found, key=str, reverse=True) == counts
    told = [notice["zh"] for notice in said["notices"] if notice["key"] == "verdict.cell_level_table"]
    assert [("小区级表" in words) for words in told] == [True] * (numerator is None)


def test_a_delta_and_its_application(pack, tmp_path):
    old, new, again = tmp_path / "old.zip", tmp_path / "new.zip", tmp_path / "again.zip"
    export(pack, old, "--layers", "zones", "--formats", "jsonfg")
    said = export(pack, new, "--synthetic", "--formats", "jsonfg", "--since", old)
    assert said["delta"] == str(tmp_path / "new.delta.json")
    code, answer, complaint = run("export", "--apply", said["delta"], old, "-o", again, "--format", "json")
    assert code == 0, complaint
    assert json.loads(answer)["sha256"] == said["sha256"]
    assert again.read_bytes() == new.read_bytes()
    named = tmp_path / "named.json"
    code, answer, _ = run(
        "export",
        "--pack",
        pack,
        "--formats",
        "jsonfg",
        "--since",
        old,
        "--delta",
        named,
        "-o",
        tmp_path / "third.zip",
    )
    assert str(named) in answer
    assert named.exists()
    assert run("export", "--apply", named, new, "-o", again)[0] == 3
    assert again.read_bytes() == new.read_bytes()


@pytest.mark.parametrize(
    "more",
    [
        ["-o", "."],
        ["-o", ".."],
        ["--formats", "dwg"],
        ["--profile", "dwg"],
        ["--layers", "nowhere"],
        ["--grid-m", "50"],
        ["--points-detail", "grid", "--grid-m", "0.5"],
        ["--points-detail", "grid", "--grid-m", "nan"],
        ["--points-detail", "grid", "--grid-m", "inf"],
        ["--bbox", "1", "2", "3"],
        ["--bbox", "nan", "2", "3", "4"],
        ["--extent-zones", "nowhere"],
        ["--bbox", "114", "23", "115", "24", "--extent-zones", "west"],
        ["--delta", "x.json"],
        ["--since", "p.zip", "-o", "p.zip"],
        ["--crs", "EPSG:3857"],
        ["--points", "x.csv"],
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_call_that_cannot_be_meant(pack, tmp_path, monkeypatch, more, lang):
    monkeypatch.chdir(tmp_path)
    code, answer, complaint = run("export", "--pack", pack, "-o", "p.zip", *more, "--lang", lang)
    assert (code, answer) == (2, "")
    assert complaint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "more", [["--pack", "x"], ["--synthetic"], ["--points-detail", "grid"], ["--since", "x"]]
)
def test_applying_a_delta_takes_no_choice_of_content(tmp_path, more):
    code, _, complaint = run("export", "--apply", "d.json", "old.zip", "-o", tmp_path / "p.zip", *more)
    assert code == 2
    assert more[0] in complaint


@pytest.mark.parametrize(
    "more",
    [
        ("--since", "{here}/none.zip"),
        ("--since", "{here}/a.csv"),
        ("--since", "{here}/old.zip", "--delta", "{here}/none/d.json"),
        ("--since", "{here}/old.zip", "--formats", "csv"),
    ],
)
def test_what_can_have_no_delta_leaves_the_package_that_was_there(pack, tmp_path, more):
    export(pack, tmp_path / "old.zip", "--layers", "zones", "--formats", "jsonfg")
    (tmp_path / "a.csv").write_text("a,b\n", encoding="utf-8")
    target = tmp_path / "p.zip"
    target.write_bytes(b"old")
    given = [word.format(here=tmp_path) for word in more]
    given = given if "--formats" in given else [*given, "--formats", "jsonfg"]
    code, answer, complaint = run("export", "--pack", pack, "--layers", "zones", "-o", target, *given)
    assert (code, answer, complaint.count("\n")) == (3, "", 1)
    assert target.read_bytes() == b"old"


def test_no_output_and_no_zones_are_wrong_calls(pack, tmp_path):
    assert run("export", "--pack", pack)[0] == 2
    assert run("export", "-o", tmp_path / "p.zip")[0] == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_refused_package_tells_its_faults(pack, tmp_path, monkeypatch, lang):
    real = package_room.write_format

    def lossy(name, content, directory):
        files = real(name, content, directory)
        for path in directory.glob("geojson/*"):
            path.write_bytes(path.read_bytes().replace(b'"id":"', b'"id":"x'))
        return files

    monkeypatch.setattr(package_room, "write_format", lossy)
    code, answer, complaint = run(
        "export", "--pack", pack, "-o", tmp_path / "p.zip", "--profile", "geojson", "--lang", lang
    )
    assert (code, answer) == (3, "")
    assert complaint.startswith("- geojson.id_not_bsm geojson/")
    assert not list(tmp_path.iterdir())


def test_a_refusal_without_a_report_is_one_sentence(pack, tmp_path, monkeypatch):
    def refuse(*arguments, **more):
        raise ExportRefusedError("export.read_back_differs", layer="zones", feature="west", member="MC")

    monkeypatch.setattr("spatial.cli.export.write_package", refuse)
    code, _, complaint = run("export", "--pack", pack, "-o", tmp_path / "p.zip")
    assert (code, complaint.count("\n")) == (3, 1)


def test_totals_alone_hold_no_station(pack, tmp_path):
    lines = "\n".join(f"s{n},114.0{n % 10},bad" for n in range(3))
    (tmp_path / "p.csv").write_text(f"site_id,lon,lat\n{lines}\na,114.001,23.001\n")
    code, answer, _ = run(
        "export", "--pack", pack, "--points", tmp_path / "p.csv", "--points-crs", "wgs84",
        "-o", tmp_path / "p.zip", "--formats", "jsonfg", "--points-detail", "totals",
    )  # fmt: skip
    assert code in {0, 1}
    assert "base_stations" not in answer.split("\n\n", maxsplit=1)[0]


def test_a_long_list_is_cut_and_says_so():
    stream = io.StringIO()
    _write_some([f"line {n}" for n in range(23)], stream, "en")
    assert stream.getvalue().count("- line") == 20
    assert "3" in stream.getvalue().splitlines()[-1]


def test_every_text_of_the_topic_is_used_and_every_key_used_is_there():
    sources = "".join(
        path.read_text(encoding="utf-8") for path in Path(spatial.__file__).parent.rglob("*.py")
    )
    used = set(re.findall(r'"(export\.[a-z0-9_]+)"', sources))
    used |= {f"export.help_{name}" for name in re.findall(r'_help\("([a-z_]+)"', sources)}
    used |= {f"export.head_{name}" for name in _HEADS} | {f"export.step_{name}" for name in STEPS}
    assert {key for key in catalogue() if key.startswith("export.")} == used
    for key in used:
        zh, en = (set(re.findall(r"\{(\w+)", catalogue()[key][lang])) for lang in ("zh", "en"))
        assert zh == en, key


def test_ids_under_a_foreign_header_are_named_in_the_call(pack, tmp_path):
    table = tmp_path / "stations.csv"
    table.write_text("objectid,lon,lat\n007,113.31,23.08\n008,113.32,23.08\n", encoding="utf-8")
    points = ["--points", table, "--points-crs", "wgs84", "--formats", "jsonfg"]
    code, _, complaint = run("export", "--pack", pack, "-o", tmp_path / "p.zip", *points)
    assert code == 3
    assert "objectid" in complaint
    assert "--point-id" in complaint
    export(pack, tmp_path / "p.zip", *points, "--point-id", "objectid")
    content = open_package(tmp_path / "p.zip")
    (stations,) = [layer for layer in content.layers if layer.name == "base_stations"]
    assert list(stations.features["BSM"]) == ["007", "008"]
    assert "objectid" not in [field.alias_zh for field in stations.fields]


def test_a_column_of_ids_that_is_not_there_is_named_with_those_that_are(pack, tmp_path):
    table = tmp_path / "stations.csv"
    table.write_text("编号,lon,lat\n1,113.31,23.08\n", encoding="utf-8")
    points = ["--points", table, "--points-crs", "wgs84", "--point-id", "gid"]
    code, _, complaint = run("export", "--pack", pack, "-o", tmp_path / "p.zip", *points)
    assert code == 3
    assert "gid" in complaint
    assert "编号" in complaint
    assert run("check", "--pack", pack, "--point-id", "gid")[0] == 2


def test_zones_without_ids_are_refused_with_the_columns_that_there_are(tmp_path):
    ring = [[113.3, 23.0], [113.4, 23.0], [113.4, 23.1], [113.3, 23.0]]
    zone = {
        "type": "Feature",
        "properties": {"街道": "甲"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "zones.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [zone]}), encoding="utf-8")
    code, _, complaint = run("export", "--zones", path, "-o", tmp_path / "p.zip")
    assert code == 3
    assert "街道" in complaint
    assert "zone_id" not in complaint
