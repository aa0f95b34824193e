"""``catalog``, ``plan``, ``convert`` and the program itself."""

from __future__ import annotations

import csv
import io
import json
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spatial.cli import VERBS, main
from spatial.cli.program import run_program
from spatial.cli.text_table import display_width, format_number, render_table
from spatial.pack import list_packs
from tests.small_pack import write_pack

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data"


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([str(word) for word in arguments], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.fixture
def pack(tmp_path) -> Path:
    return write_pack(tmp_path / "pack")


# --- catalog ---------------------------------------------------------------------------------


def test_the_catalogue_lists_source_licence_basis_and_checksum(pack):
    code, answer, _ = run("catalog", "--pack", pack, "--format", "json")
    assert code == 0
    datasets = {dataset["path"]: dataset for dataset in json.loads(answer)["datasets"]}
    stations = datasets["inventories/base_stations_demo.csv"]
    assert (stations["source"], stations["licence"]) == ("来源", "公共领域")
    assert (stations["synthetic"], stations["intact"]) == (True, True)
    assert len(stations["sha256"]) == 64
    _, answer, _ = run("catalog", "--pack", pack, "--format", "json", "--lang", "en")
    assert {dataset["licence"] for dataset in json.loads(answer)["datasets"]} == {"CC0"}


@pytest.mark.parametrize("form", ["json", "table"])
def test_a_changed_file_is_a_no(pack, form):
    (pack / "findings.json").write_text("[]")
    code, answer, _ = run("catalog", "--pack", pack, "--format", form)
    assert code == 1
    assert answer.count("不一致" if form == "table" else '"intact": false') == 1


def test_the_catalogue_as_a_table_in_english(pack):
    code, answer, _ = run("catalog", "--pack", pack, "--lang", "en")
    assert code == 0
    assert "Simulated" in answer
    assert answer.splitlines()[0].startswith("dataset")


# --- plan ------------------------------------------------------------------------------------


def test_the_plan_as_json(pack):
    code, answer, _ = run("plan", "--pack", pack, "--format", "json")
    plan = json.loads(answer)
    assert code == 0
    assert list(plan) == ["pack_id", "documents", "indicators", "context", "findings"]
    assert plan["indicators"][0]["value"] == 10
    assert plan["documents"][0]["issuer"] is None
    assert plan["findings"][0]["title"] == {"zh": "口径未写明", "en": "Basis not stated"}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("规划指标 1 项", "每平方公里基站数", "［缺漏］口径未写明")),
        ("en", ("1 goals", "Stations per km²", "[gap]")),
    ],
)
def test_the_plan_as_tables(pack, lang, words):
    code, answer, _ = run("plan", "--pack", pack, "--lang", lang)
    assert code == 0
    assert all(word in answer for word in words)


def test_a_base_is_shown_with_its_year(pack):
    path = pack / "documents" / "plan-a" / "indicators.csv"
    path.write_text(path.read_text().replace(",ge,reach,,,,2025,", ",ge,increase,8,2020,,2025,"))
    assert "8 (2020)" in run("plan", "--pack", pack)[1]


@pytest.mark.parametrize("verb", ["plan", "catalog"])
def test_a_verb_on_a_pack_needs_one(verb):
    assert run(verb)[0] == 2
    assert run(verb, "--pack", "nowhere")[0] == 3


@pytest.mark.parametrize("name", list_packs())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_shipped_packs_answer_every_verb(name, lang):
    for form in ("json", "table"):
        assert run("plan", "--pack", name, "--format", form, "--lang", lang)[0] == 0
        assert run("catalog", "--pack", name, "--format", form, "--lang", lang)[0] == 0


# --- convert ---------------------------------------------------------------------------------


def convert(path: Path, source: str, target: str, *more: object) -> list[dict[str, str]]:
    code, answer, complaint = run("convert", "--points", path, "--points-crs", source, "--to", target, *more)
    assert code == 0, complaint
    return list(csv.DictReader(io.StringIO(answer)))


@pytest.mark.parametrize(
    ("source", "target", "x", "y", "names", "expected"),
    [
        ("wgs84", "gcj02", 113.32, 23.08, ("lon_gcj02", "lat_gcj02"), (113.32541019, 23.07737859)),
        ("wgs84", "bd09", 113.32, 23.08, ("lon_bd09", "lat_bd09"), (113.33197834, 23.08313678)),
        ("cgcs2000", "EPSG:4547", 113.32, 23.08, ("x_epsg4547", "y_epsg4547"), (430324.6867, 2553559.2328)),
        ("EPSG:4547", "wgs84", 430324.6867, 2553559.2328, ("lon_wgs84", "lat_wgs84"), (113.32, 23.08)),
        ("bd09", "wgs84", 113.33197834, 23.08313678, ("lon_wgs84", "lat_wgs84"), (113.32, 23.08)),
    ],
)
def test_points_are_carried_between_systems(tmp_path, source, target, x, y, names, expected):
    path = tmp_path / "p.csv"
    path.write_text(f"编号,x,y,备注\n007,{x},{y},NA\n", encoding="utf-8")
    (row,) = convert(path, source, target)
    assert list(row) == ["编号", "备注", "x", "y", *names]
    assert (row["编号"], row["备注"], float(row["x"]), float(row["y"])) == ("007", "NA", x, y)
    tolerance = 2e-4 if target.startswith("EPSG") else 2e-8
    assert abs(float(row[names[0]]) - expected[0]) < tolerance
    assert abs(float(row[names[1]]) - expected[1]) < tolerance


def test_the_way_there_and_back_returns_the_input(tmp_path):
    path, there = tmp_path / "p.csv", tmp_path / "q.csv"
    path.write_text("id,lon,lat\n1,113.3219876543,23.0812345678\n")
    assert run("convert", "--points", path, "--points-crs", "wgs84", "--to", "bd09", "-o", there)[0] == 0
    (row,) = convert(there, "bd09", "wgs84", "--x", "lon_bd09", "--y", "lat_bd09")
    assert abs(float(row["lon_wgs84"]) - 113.3219876543) < 1e-8  # a millimetre
    assert abs(float(row["lat_wgs84"]) - 23.0812345678) < 1e-8


def test_the_file_written_opens_in_a_spreadsheet_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    code, answer, _ = run(
        "convert",
        "--points",
        DATA / "valid" / "gb18030.csv",
        "--points-crs",
        "wgs84",
        "--to",
        "gcj02",
        "-o",
        path,
    )
    assert (code, answer) == (0, "")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["基站名称"] for row in rows] == ["甲站", "乙站"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


def test_geojson_is_converted_with_all_its_properties(tmp_path):
    path = tmp_path / "p.geojson"
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [113.32, 23.08]},
        "properties": {"lon": "own", "名称": "甲"},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    (row,) = convert(path, "wgs84", "gcj02")
    assert list(row) == ["lon", "名称", "source_lon", "lat", "lon_gcj02", "lat_gcj02"]
    assert row["lon"] == "own"


def test_new_columns_never_take_a_name_that_is_there(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("lon,lat,lon_gcj02\n113.32,23.08,kept\n")
    (row,) = convert(path, "wgs84", "gcj02")
    assert list(row) == ["lon_gcj02", "lon", "lat", "new_lon_gcj02", "lat_gcj02"]
    assert row["lon_gcj02"] == "kept"


def test_rows_that_cannot_be_converted_are_told_and_a_no(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("id,lon,lat\na,113.32,23.08\nb,x,23\nc,113.4,23.1\nd,-66,0.5\n")
    code, answer, complaint = run("convert", "--points", path, "--points-crs", "wgs84", "--to", "EPSG:4547")
    assert code == 1
    assert [line[0] for line in answer.splitlines()] == ["i", "a", "c"]
    assert "第 3 行未使用：坐标不是数字" in complaint
    assert "第 5 行未使用：位置落在该坐标系的适用范围之外" in complaint


@pytest.mark.parametrize(
    "arguments",
    [
        ("--points", "p.csv", "--to", "wgs84"),
        ("--points", "p.csv", "--points-crs", "wgs84"),
        ("--points", "p.csv", "--points-crs", "mars", "--to", "wgs84"),
        ("--points", "p.csv", "--points-crs", "wgs84", "--to", "mars"),
        ("--points", "p.csv", "q.csv", "--points-crs", "wgs84", "--to", "gcj02"),
        ("--points", "p.csv", "--points-crs", "wgs84", "--to", "gcj02", "--x", "a"),
        ("--points", "p.csv", "--points-crs", "wgs84", "--to", "gcj02", "-o", "./p.csv"),
    ],
)
def test_a_conversion_that_cannot_be_meant_is_2(arguments):
    code, answer, complaint = run("convert", *arguments)
    assert (code, answer, complaint.count("\n")) == (2, "", 1)


def test_a_place_that_cannot_be_written_is_3_and_leaves_nothing(tmp_path):
    source = DATA / "valid" / "utf8.csv"
    arguments = ("convert", "--points", source, "--points-crs", "wgs84", "--to", "gcj02", "-o")
    assert run(*arguments, tmp_path / "nowhere" / "out.csv")[0] == 3
    (tmp_path / "folder").mkdir()
    assert run(*arguments, tmp_path / "folder")[0] == 3
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_leaves_the_old_file_whole_and_no_litter(tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    source = DATA / "valid" / "utf8.csv"
    code, _, complaint = run(
        "convert", "--points", source, "--points-crs", "wgs84", "--to", "gcj02", "-o", path
    )
    assert code == 3
    assert "磁盘已满" in complaint
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


def test_a_missing_source_is_3():
    assert run("convert", "--points", "none.csv", "--points-crs", "wgs84", "--to", "gcj02")[0] == 3


# --- the program -----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("verb", [None, *VERBS])
def test_help_is_in_the_language_and_0(verb, lang):
    given = ["--lang", lang] if verb is None else [verb, "--lang", lang]
    code, answer, complaint = run(*given, "--help")
    assert (code, complaint) == (0, "")
    assert answer.startswith("用法：" if lang == "zh" else "usage: ")
    assert "show this help" not in answer or lang == "en"
    if verb is None:
        assert all(name in answer for name in VERBS)


def test_an_option_means_the_same_in_every_verb():
    meanings: dict[str, set[str]] = {}
    for verb in VERBS:
        option = ""
        for line in run(verb, "--help")[1].splitlines():
            if line.strip().startswith("--"):
                option = line.split()[0]
                words = line.split("  ")[-1].strip()
            elif option and line.strip():
                words = line.strip()
            else:
                continue
            if not words.startswith("--"):
                meanings.setdefault(option, set()).add(words)
    assert {"--pack", "--format", "--points", "--lang"} <= set(meanings)


@pytest.mark.parametrize("place", [["--lang=en", "check"], ["check", "--lang=en"], ["check", "--lang", "en"]])
def test_the_language_is_known_before_the_call_is_understood(place):
    assert "either --pack or --zones" in run(*place)[2]


def test_the_module_runs_as_a_program_and_hands_on_its_code(tmp_path):
    command = [
        sys.executable,
        "-m",
        "spatial",
        "check",
        "--pack",
        str(write_pack(tmp_path)),
        "--format",
        "json",
    ]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, env=environment)
    assert done.returncode == 1
    assert done.stderr == b""
    assert json.loads(done.stdout)["district"]["count"] == 30


def test_a_file_gets_utf8_whatever_the_machine_is_used_to(tmp_path):
    command = [
        sys.executable,
        "-m",
        "spatial",
        "plan",
        "--pack",
        str(write_pack(tmp_path)),
        "--format",
        "json",
    ]
    environment = {**os.environ, "PYTHONIOENCODING": "gbk"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, env=environment)
    assert json.loads(done.stdout.decode("utf-8"))["documents"][0]["title"] == "甲规划"


def test_a_reader_that_leaves_early_is_no_crash():
    call = f"{sys.executable} -m spatial plan --pack {list_packs()[0]} --format json"
    command = f"set -o pipefail; {call} | head -c 1"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


class Stream(io.StringIO):
    """A standard stream over a descriptor of its own, which fails as it is told to."""

    def __init__(self, descriptor: int, fault: OSError | None = None, *, terminal: bool = False) -> None:
        super().__init__()
        self.descriptor, self.fault, self.terminal = descriptor, fault, terminal
        self.settings: dict[str, str] = {}

    def flush(self) -> None:
        if self.fault:
            raise self.fault

    def fileno(self) -> int:
        return self.descriptor

    def isatty(self) -> bool:
        return self.terminal

    def reconfigure(self, **settings: str) -> None:
        self.settings = settings


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (None, 0, ""),
        (BrokenPipeError(32, "Broken pipe"), 0, ""),
        (OSError(28, "No space left on device"), 3, "磁盘已满"),
    ],
)
def test_a_stream_that_fails_ends_the_program_quietly(monkeypatch, tmp_path, fault, code, words):
    with (tmp_path / "out").open("w") as target:
        stdout, stderr = Stream(target.fileno(), fault), io.StringIO()
        monkeypatch.setattr(sys, "stdout", stdout)
        monkeypatch.setattr(sys, "stderr", stderr)
        monkeypatch.setattr(sys, "argv", ["spatial", "--help"])
        assert run_program() == code
        assert (words in stderr.getvalue()) if words else stderr.getvalue() == ""
        assert stdout.settings == {"encoding": "utf-8", "errors": "backslashreplace"}


def test_the_package_is_the_program(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["spatial", "nonsense"])
    with pytest.raises(SystemExit) as left:
        runpy.run_module("spatial", run_name="__main__")
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
    runpy.run_module("spatial.__main__", run_name="imported")
    assert capsys.readouterr() == ("", "")


def test_a_terminal_keeps_its_encoding(monkeypatch):
    stdout = Stream(1, terminal=True)
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(sys, "argv", ["spatial", "--help"])
    assert run_program() == 0
    assert stdout.settings == {"errors": "replace"}
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert run_program() == 0


# --- tables ----------------------------------------------------------------------------------


def test_a_wide_character_takes_two_columns():
    assert display_width("海珠 a") == 6
    assert display_width("é") == 1
    assert display_width("e\u0301") == 1
    lines = render_table(["片区", "n"], [["甲", "1"], ["long name", "1,234"]], right={1}).splitlines()
    assert len({display_width(line) for line in lines}) == 1
    assert lines[2].endswith("    1")


def test_numbers_have_separators_and_gaps_a_dash():
    assert format_number(1234.56, 1) == "1,234.6"
    assert format_number(None, 1) == "—"


# --- an interrupt ----------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="a process is not interrupted by a signal there")
@pytest.mark.parametrize("module", ["pyproj", "geopandas"])
def test_an_interrupt_while_the_program_loads_ends_it_without_a_word(tmp_path, module):
    # In the place of a library that is loaded first, one at which the interrupt comes.
    words = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(10**7): pass\n"
    (tmp_path / f"{module}.py").write_text(words, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "spatial", "density", "--pack", "haizhu"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, b"", b"")


@pytest.mark.skipif(os.name == "nt", reason="a process is not interrupted by a signal there")
def test_a_command_that_ignores_interrupts_goes_on_ignoring_them(monkeypatch):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        monkeypatch.setattr(sys, "argv", ["spatial", "--help"])
        with pytest.raises(SystemExit):
            runpy.run_module("spatial", run_name="__main__", alter_sys=False)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
