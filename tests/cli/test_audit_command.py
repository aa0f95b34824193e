"""``python -m spatial audit``: the JSON of the contract, tables, files and exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from spatial.cli import main
from tests.small_pack import WEST, collection, write_json, write_pack, zone

MATRIX_MEMBERS = [
    *("definition", "zone_id", "count", "area_km2", "density_per_km2", "density_low", "density_high"),
    *("required_count", "gap_count", "margin_count", "status", "flips", "reason"),
]


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(word) for word in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


def audit(*arguments: object) -> tuple[int, dict]:
    code, answer, complaint = run("audit", *arguments, "--format", "json")
    assert complaint == ""
    return code, json.loads(answer)


@pytest.fixture
def files(tmp_path) -> list[object]:
    """One zone of 1.1 km² with 12 sites of two rows each, and options that name it."""
    zones = tmp_path / "zones.geojson"
    write_json(zones, collection(zone("west", "西片", WEST, position_accuracy_m=0.0)))
    rows = [f"s{at},114.005,{23.001 + at * 1e-4},p{at // 2},macro" for at in range(24)]
    points = tmp_path / "points.csv"
    points.write_text("\n".join(["site_id,lon,lat,physical_site_id,site_type", *rows]), encoding="utf-8")
    return ["--zones", zones, "--points", points, "--points-crs", "wgs84"]


def test_the_answer_for_a_pack():
    code, answer = audit("--pack", "haizhu")
    assert code == 1
    assert list(answer) == [
        *("definition", "target_per_km2", "layers", "published_case"),
        *("n_in", "n_used", "n_reported", "rejected", "notices"),
    ]
    district, zones = answer["layers"]
    assert (district["layer"], district["stations"]) == ("district", "published_count")
    assert (zones["layer"], zones["stations"]) == ("zones", "inventory")
    for layer in (district, zones):
        assert len(layer["definitions"]) == 144
        assert layer["definitions"][0] == answer["definition"]
        assert len(layer["matrix"]) == 144 * len(layer["zones"])
        assert all(list(row) == MATRIX_MEMBERS for row in layer["matrix"])
        for row in layer["zones"]:
            own = [each for each in layer["matrix"] if each["zone_id"] == row["zone_id"]]
            found = [each["density_per_km2"] for each in own if each["density_per_km2"] is not None]
            assert row["range"]["lowest"]["density_per_km2"] == min(found)
            assert row["range"]["highest"]["density_per_km2"] == max(found)
            assert row["n_answered"] == len(found) == row["range"]["n_answered"]
            assert sum(row["range"]["statuses"].values()) == 144
            assert row["n_flips"] == sum(each["flips"] for each in own)
            for flip in row["what_flips"]:
                (same,) = [each for each in own if each["definition"] == flip["definition"]]
                assert same["flips"]
                assert same["status"] == flip["status"]
                assert flip["status_before"] == row["status"] != flip["status"]
    figures = {(each["count_id"], each["basis"]): each for each in answer["published_case"]["figures"]}
    assert round(figures["base_stations_built_2019_2020", "official"]["density_per_km2"], 1) == 56.9
    assert answer["n_in"] == answer["n_used"] + answer["n_reported"]
    assert {notice["key"] for notice in answer["notices"]} >= {
        "verdict.synthetic",
        "verdict.target_is_reference",
    }


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--numerator", "physical_site"),
        ("--indoor", "exclude", "--shared", "per_operator"),
        ("--status", "all"),
    ],
)
def test_the_definition_in_use_reads_as_check_does(options):
    code, answer = audit("--pack", "haizhu", *options)
    checked = json.loads(run("check", "--pack", "haizhu", *options, "--format", "json")[1])
    assert code == 1
    assert answer["definition"] == checked["definition"]
    in_use = [row for row in answer["layers"][1]["matrix"] if row["definition"] == 0]
    for row, alone in zip(in_use, checked["zones"], strict=True):
        shared = set(row) & set(alone)
        assert shared >= {"count", "area_km2", "density_low", "gap_count", "status"}
        assert {name: row[name] for name in shared} == {name: alone[name] for name in shared}


def test_a_verdict_that_holds_under_every_definition_is_zero(files):
    code, answer = audit(*files, "--target", "10")
    (layer,) = answer["layers"]
    assert code == 0
    assert answer["published_case"] is None
    assert layer["zones"][0]["what_flips"] == []
    assert {row["status"] for row in layer["matrix"]} == {"met", "no_data"}
    lacking = {row["reason"]["key"] for row in layer["matrix"] if row["status"] == "no_data"}
    assert "verdict.column_basis_unavailable" in lacking
    assert "audit.no_area" in lacking
    assert "单独改变任何一项，结论都不变" in run("audit", *files, "--target", "10")[1]


def test_a_verdict_that_turns_is_one_and_says_by_how_much(files):
    code, answer = audit(*files, "--target", "18")
    assert code == 1
    (row,) = answer["layers"][0]["zones"]
    (flip,) = [each for each in row["what_flips"] if each["field"] == "numerator"]
    assert (flip["status_before"], flip["status"]) == ("met", "short")
    assert flip["count_change"] == -12
    assert flip["margin_before"] - flip["margin_count"] == 12
    code, words, _ = run("audit", *files, "--target", "18")
    assert code == 1
    assert "计数单位（分子）：物理站址" in words
    assert "-12" in words


def test_a_rejected_row_is_one(files, tmp_path):
    with (tmp_path / "points.csv").open("a", encoding="utf-8") as stream:
        stream.write("\nbad,900,23,p,macro")
    code, answer = audit(*files, "--target", "10")
    assert code == 1
    assert answer["n_reported"] == 1
    assert "900" in run("audit", *files, "--target", "10")[1]


def test_stations_of_the_call_speak_for_the_district(tmp_path):
    pack = write_pack(tmp_path / "pack")
    district, zones = audit("--pack", pack)[1]["layers"]
    assert district["stations"] == "published_count"
    own = tmp_path / "own.csv"
    own.write_text("site_id,lon,lat\na,114.005,23.005\nb,114.015,23.005\n", encoding="utf-8")
    answer = audit("--pack", pack, "--points", own, "--points-crs", "wgs84")[1]
    district, zones = answer["layers"]
    assert district["stations"] == "inventory"
    assert district["matrix"][0]["count"] == 2
    assert not district["zones"][0]["synthetic"]
    assert [row["name"] for row in zones["zones"]] == ["西片", "东片"]
    english = audit("--pack", pack, "--lang", "en", "--area-basis", "built_up")[1]
    assert [row["name"] for row in english["layers"][1]["zones"]] == ["west", "east"]
    told = [each["en"] for each in english["notices"] if each["key"] == "verdict.zones_no_data"]
    assert any("west, east" in words for words in told)


def test_years_of_the_inventory_are_an_axis(files, tmp_path):
    points = tmp_path / "points.csv"
    lines = points.read_text(encoding="utf-8").splitlines()
    dated = [f"{line},{2019 + at % 2}-05-01" for at, line in enumerate(lines[1:])]
    points.write_text("\n".join([lines[0] + ",as_of", *dated]), encoding="utf-8")
    (layer,) = audit(*files, "--target", "10")[1]["layers"]
    assert layer["axes"]["as_of"] == [None, "2019-12-31", "2020-12-31"]
    assert len(layer["definitions"]) == 3 * 144
    answer = audit(*files, "--target", "10", "--as-of", "2019-12-31")[1]
    assert answer["definition"]["as_of"] == "2019-12-31"
    assert answer["layers"][0]["matrix"][0]["count"] == 12


def test_the_matrix_goes_to_a_sheet(files, tmp_path):
    sheet = tmp_path / "matrix.xlsx"
    code, words, said = run("audit", *files, "--target", "18", "--format", "xlsx", "-o", sheet)
    assert (code, words) == (1, "")
    assert said == "已写入 matrix.xlsx；其中有需要查看的结论，或有行未计入（退出码 1）。\n"
    book = openpyxl.load_workbook(sheet)
    assert book.worksheets[0].max_row == 1 + 144
    assert any("列" in row[0].value for row in book.worksheets[3].iter_rows(min_row=2))


def test_the_matrix_goes_to_csv_on_the_screen_or_in_a_file(files, tmp_path):
    code, words, _ = run("audit", *files, "--target", "18", "--format", "csv")
    rows = list(csv.reader(io.StringIO(words.removeprefix("\ufeff"), newline="")))
    assert code == 1
    assert len(rows) == 1 + 144
    target = tmp_path / "matrix.csv"
    run("audit", *files, "--target", "18", "--format", "csv", "-o", target)
    assert target.read_bytes() == words.encode("utf-8")


def test_calls_that_cannot_be_meant(files, tmp_path):
    assert run("audit")[0] == 2
    assert run("audit", "--pack", "haizhu", "--format", "xlsx")[0] == 2
    assert run("audit", *files, "--as-of", "2020")[0] == 2
    assert run("audit", *files, "-o", tmp_path / "points.csv")[0] == 2
    assert run("audit", "--pack", "haizhu", "-o", Path("geodata/plans/haizhu/aliases.csv").resolve())[0] == 2
    assert run("audit", "--pack", "new_era_district")[0] == 3


def test_zones_without_an_inventory_have_no_range_and_say_why(files):
    code, answer = audit(*files[:2], "--target", "10")
    assert code == 0
    (row,) = answer["layers"][0]["zones"]
    assert row["range"]["lowest"] is row["range"]["highest"] is None
    assert row["n_answered"] == 0
    assert "没有基站清单可以计数" in run("audit", *files[:2], "--target", "10")[1]


def test_the_first_rejected_rows_are_named_and_the_others_counted(files, tmp_path):
    with (tmp_path / "points.csv").open("a", encoding="utf-8") as stream:
        stream.writelines(f"\nbad{at},{900 + at},23,p,macro" for at in range(23))
    words = run("audit", *files, "--target", "10")[1]
    assert "900" in words
    assert "922" not in words
    assert "3" in words.splitlines()[-1]


def test_what_a_check_has_to_say_is_said_here_too(files):
    code, checked, _ = run("check", *files, "--target", "18", "--format", "json")
    assert code in (0, 1)
    _, answer = audit(*files, "--target", "18")
    assert [each for each in json.loads(checked)["notices"] if each not in answer["notices"]] == []
