"""Changes to the files of a small plan pack, made by a test to see what the loader says."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOCUMENT = "documents/plan-a/document.json"
SECTIONS = "documents/plan-a/sections.csv"
INDICATORS = "documents/plan-a/indicators.csv"
CONTEXT = "documents/plan-a/context.csv"


def read_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def set_cell(path: Path, column: str, value: str) -> None:
    rows = read_rows(path)
    rows[1][rows[0].index(column)] = value
    write_rows(path, rows)


def append_copy(path: Path) -> None:
    rows = read_rows(path)
    write_rows(path, [*rows, rows[1]])


def append_row(path: Path, *cells: str) -> None:
    write_rows(path, [*read_rows(path), list(cells)])


def edit_json(path: Path, change: Callable[[dict], None]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value[0] if isinstance(value, list) else value)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
