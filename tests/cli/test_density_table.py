"""The table of ``python -m spatial density``: as wide as the terminal, whatever the categories are called."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from spatial.cli import main
from spatial.cli.text_table import display_width

ROOT = Path(__file__).parent.parent.parent
ZONES = ROOT / "tests" / "data" / "valid" / "zones.geojson"


def table_of(folder: Path, words: list[str], columns: int | None = None) -> list[str]:
    """Return the lines up to the totals; the categories come 1, 2, 3 … times."""
    rows = [f"114.005,23.005,{word}\n" for at, word in enumerate(words, 1) for _ in range(at)]
    path = folder / "p.csv"
    path.write_text("lon,lat,operator\n" + "".join(rows), encoding="utf-8")
    call = ["density", "--zones", str(ZONES), "--points", str(path), "--points-crs", "wgs84"]
    stdout = io.StringIO()
    if columns is not None:
        stdout.isatty = lambda: True
        stdout.fileno = lambda: 1
    assert main([*call, "--by", "operator", "--lang", "en"], stdout, io.StringIO()) == 0
    return stdout.getvalue().split("\n\n")[0].splitlines()


@pytest.mark.parametrize("columns", [70, 80, 100, 200])
def test_the_table_is_no_wider_than_the_terminal(tmp_path, monkeypatch, columns):
    words = [f"运营商甲乙丙 {at}" for at in range(20)]
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 40)))
    lines = table_of(tmp_path, words, columns)
    assert max(map(display_width, lines)) <= columns
    shown = [int(cell) for cell in lines[2].split() if cell.isdigit()]
    # The sites of the zone come first, then the categories, the rest of them together.
    assert shown[0] == 210 == sum(shown[1:])
    assert shown[1:-1] == list(range(20, 20 - len(shown[1:-1]), -1))
    n_others = int(lines[0].split(" others")[0].split()[-1])
    assert n_others == 20 - len(shown[1:-1])


def test_a_table_that_goes_elsewhere_is_as_wide_as_a_page(tmp_path, monkeypatch):
    def unknown(_: int) -> os.terminal_size:
        raise OSError

    words = [f"运营商甲乙丙 {at}" for at in range(20)]
    lines = table_of(tmp_path, words)
    assert 100 < max(map(display_width, lines)) <= 120
    monkeypatch.setattr(os, "get_terminal_size", unknown)
    assert table_of(tmp_path, words, 80) == lines
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((0, 0)))
    assert table_of(tmp_path, words, 80) == lines


def test_the_name_of_a_category_is_cut_and_one_is_always_shown(tmp_path):
    head = table_of(tmp_path, ["x" * 500, "站" * 500])[0]
    assert "站" * 11 + "…" in head
    assert "x" * 23 + "…" in head
    assert "站" * 12 not in head
    assert "x" * 24 not in head


@pytest.mark.parametrize(("rows", "n_in"), [("114.005,23.005,规划\n", 1), ("x,23.005,现状\n", 1)])
def test_zeros_that_come_of_no_station_at_all_are_explained(tmp_path, rows, n_in):
    path = tmp_path / "p.csv"
    call = ["density", "--zones", str(ZONES), "--points", str(path), "--points-crs", "wgs84", "--lang", "en"]
    for words, explained in ((rows, True), (rows + "114.005,23.005,现状\n", False)):
        path.write_text("lon,lat,状态\n" + words, encoding="utf-8")
        stdout = io.StringIO()
        main(call, stdout, io.StringIO())
        assert (f"No site is counted of {n_in} rows read" in stdout.getvalue()) == explained
