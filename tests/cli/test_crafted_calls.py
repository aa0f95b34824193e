"""Calls that were made to break the command line: one sentence in the language, and the right code."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spatial.cli import main
from spatial.cli.program import run_program

ROOT = Path(__file__).parent.parent.parent
ZONES = ROOT / "tests" / "data" / "valid" / "zones.geojson"
POINTS = ROOT / "tests" / "data" / "valid" / "utf8.csv"
CONVERT = ("convert", "--points", POINTS, "--points-crs", "wgs84", "--to")


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(word) for word in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.mark.parametrize(
    ("call", "zh", "en"),
    [
        ((), "缺少参数 VERB", "VERB must be given"),
        (("plan",), "缺少参数 --pack", "--pack must be given"),
        (("convert",), "缺少参数 --points, --points-crs, --to", "must be given"),
        (("nonsense",), "不能取 'nonsense'", "cannot be 'nonsense'"),
        (("check", "--points"), "--points 后面缺少取值", "--points needs a value"),
        (("check", "--target"), "--target 后面缺少取值", "--target needs a value"),
        (("check", "--target", "many"), "'many' 不是数字", "'many' of --target is no number"),
        (("check", "--target", "1_000"), "'1_000' 不是数字", "is no number"),
        (("check", "--target", "nan"), "'nan' 不是数字", "is no number"),
        (("check", "--indoor", "maybe"), "--indoor 不能取 'maybe'", "--indoor cannot be 'maybe'"),
        (("check", "--format", "xml"), "--format 不能取 'xml'", "--format cannot be 'xml'"),
        (("check", "--bogus"), "没有这样的参数：--bogus", "no such option: --bogus"),
        (("check", "--help=1"), "--help 后面不能带取值", "takes no value"),
    ],
)
def test_a_wrong_call_is_2_in_the_language_alone(call, zh, en):
    for lang, words in (("zh", zh), ("en", en)):
        code, answer, complaint = run(*call, "--lang", lang) if call else run("--lang", lang)
        assert (code, answer) == (2, "")
        assert words in complaint
        assert complaint.count("\n") == 1
        assert not any(word in complaint for word in ("argument ", "expected", "required", "invalid"))


@pytest.mark.parametrize(
    ("option", "choices"),
    [
        ("--numerator", "'as_given', 'physical_site', 'logical_station'"),
        ("--indoor", "'include', 'exclude'"),
        ("--area-basis", "'geometry', 'official', 'land', 'built_up'"),
    ],
)
def test_the_choices_are_listed_as_they_are_written(option, choices):
    assert f"可选：{choices}。" in run("check", option, "x")[2]


def test_options_that_contradict_each_other_or_do_nothing_are_2():
    check = ("check", "--zones", ZONES, "--points", POINTS, "--points-crs", "wgs84")
    for call in (check, (*CONVERT, "gcj02")):
        code, _, complaint = run(*call, "--x", "经度", "--y", "经度")
        assert code == 2
        assert "同一列“经度”" in complaint
    assert run(*CONVERT, "gcj02", "--points-layer", "p")[0] == 2
    geojson = ("convert", "--points", ZONES, "--points-crs", "wgs84", "--to", "gcj02")
    assert run(*geojson, "--x", "a", "--y", "b")[0] == 2


def test_a_format_that_convert_does_not_read_is_3_and_those_it_reads_are_named():
    code, _, complaint = run("convert", "--points", "p.gpkg", "--points-crs", "wgs84", "--to", "gcj02")
    assert code == 3
    assert ".csv" in complaint


def test_a_datum_without_parameters_is_2_and_says_why():
    code, _, complaint = run(*CONVERT, "EPSG:4214")
    assert code == 2
    assert "参数" in complaint


@pytest.mark.parametrize("output", ["", ".", "/", ".."])
def test_an_output_that_is_no_file_is_2(output):
    assert run(*CONVERT, "gcj02", "-o", output)[:2] == (2, "")


def test_an_output_name_as_long_as_the_system_allows_is_written(tmp_path):
    path = tmp_path / ("x" * 240 + ".csv")
    assert run(*CONVERT, "gcj02", "-o", path)[0] == 0
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    code, _, complaint = run(*CONVERT, "gcj02", "-o", tmp_path / ("y" * 300))
    assert code == 3
    assert "文件名过长" in complaint


def test_links_that_go_round_or_lead_to_the_input_are_no_crash(tmp_path):
    loop, source, same = tmp_path / "loop.csv", tmp_path / "in.csv", tmp_path / "same.csv"
    loop.symlink_to(loop)
    source.write_bytes(POINTS.read_bytes())
    os.link(source, same)
    call = ("convert", "--points", source, "--points-crs", "wgs84", "--to", "gcj02", "-o")
    assert run(*call, same)[0] == 2
    assert run(*call, loop)[0] == 0


def test_a_pack_name_that_the_system_cannot_look_up_is_3():
    code, _, complaint = run("check", "--pack", "/" + "x" * 5000)
    assert code == 3
    assert len(complaint) < 400


def test_a_set_aside_row_shows_plain_numbers(tmp_path):
    code, _, complaint = run(*CONVERT, "EPSG:2193")
    assert code == 1
    assert "114.005, 23.005" in complaint
    assert "np." not in complaint


def test_what_a_file_is_called_steers_no_terminal():
    code, _, complaint = run("check", "--pack", "\x1b[31m\nhaizhu")
    assert code == 3
    assert "\x1b" not in complaint
    assert complaint.count("\n") == 1


def test_a_file_name_that_is_no_text_still_gives_json(tmp_path):
    name = os.fsdecode(b"\xff.csv")
    (tmp_path / name).write_text("id,lon,lat\n1,x,23\n")
    call = [
        "check",
        "--zones",
        ZONES,
        "--points",
        tmp_path / name,
        "--points-crs",
        "wgs84",
        "--format",
        "json",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "spatial", *call], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert json.loads(done.stdout)["rejected"][0]["row"] == 2


def test_an_interrupt_ends_the_program_without_a_word(monkeypatch, tmp_path):
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    with (tmp_path / "out").open("w") as stdout:
        monkeypatch.setattr("spatial.cli.program.main", interrupted)
        monkeypatch.setattr(sys, "stdout", stdout)
        assert run_program() == 130
