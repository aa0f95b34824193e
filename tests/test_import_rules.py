"""Imports run one way: app.py → views/ → layers/ → spatial/."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BANNED = {
    "spatial": {"folium", "branca", "streamlit", "streamlit_folium", "layers", "views", "app"},
    "layers": {"streamlit", "streamlit_folium", "views", "app"},
    "views": {"app"},
}
# Only views/ and app.py may open files of their own accord; layers/ draw what they are handed.
FILE_READERS = {"open", "read_text", "read_bytes", "read_file", "read_csv", "read_parquet"}


def imported_packages(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", sorted(BANNED))
def test_room_imports_nothing_above_it(room):
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    wrong = {str(p.relative_to(ROOT)): bad for p in files if (bad := imported_packages(p) & BANNED[room])}
    assert not wrong


@pytest.mark.parametrize(
    ("room", "unknown_to_it"),
    [
        ("content", {"describe", "rules", "package", "delta"}),
        ("formats", {"content", "describe", "rules", "package", "delta"}),
        ("describe", {"content", "rules", "package", "delta"}),
        ("rules", {"content", "describe", "package", "delta"}),
    ],
)
def test_each_part_of_a_package_is_made_without_the_others(room, unknown_to_it):
    wrong = []
    for path in sorted((ROOT / "spatial" / "export" / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = node.module.split(".") if isinstance(node, ast.ImportFrom) and node.module else []
            if named[:2] == ["spatial", "export"] and len(named) > 2 and named[2] in unknown_to_it:
                wrong.append(f"{path.name}: {'.'.join(named)}")
    assert not wrong


def test_layers_read_no_file():
    wrong = []
    for path in sorted((ROOT / "layers").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in FILE_READERS:
                    wrong.append(f"{path.name}:{node.lineno} {name}")
    assert not wrong


def test_library_names_no_place_of_the_shipped_plans():
    product = ("haizhu atlas", "海珠规划图集")  # the name of the software, whatever pack it opens
    names = ("haizhu", "海珠", "pazhou", "琶洲", "guangzhou", "广州")
    wrong = []
    for path in sorted((ROOT / "spatial").rglob("*")):
        if path.suffix in {".py", ".json"}:
            content = path.read_text(encoding="utf-8").lower()
            for own in product:
                content = content.replace(own, "")
            wrong += [f"{path.relative_to(ROOT)}: {name}" for name in names if name in content]
    assert not wrong


def test_library_alone_loads_neither_map_nor_page_framework():
    code = (
        "import sys, spatial, spatial.cli, spatial.pack, spatial.check;"
        "print([m for m in ('folium','branca','streamlit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
