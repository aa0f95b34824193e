"""Imports run one way: app.py → views/ → layers/ → spatial/."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
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


@cache
def imported_modules(path: Path) -> frozenset[str]:
    """Every module and member that a file imports, by its full name; for types alone or in a call too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def imported_packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_modules(path)}


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


IMPORTING = ROOT / "spatial" / "importing"
GDAL = {"pyogrio", "fiona", "osgeo"}
STARTS_PROCESSES = {"subprocess", "multiprocessing"}
# Which rooms the files of a room never import; model, field_words and header_words belong to all.
UNKNOWN_ROOMS = {
    "readers": {"columns", "place", "build", "isolation", "examine"},
    "columns": {"readers", "place", "build", "isolation", "examine"},
    "place": {"readers", "columns", "build", "isolation", "examine"},
    "build": {"readers", "isolation", "examine"},
    "isolation": {"readers", "columns", "place", "build", "examine"},
}


def importers(folder: Path, wanted: set[str]) -> set[str]:
    """The files of a folder that import one of these packages."""
    files = sorted(folder.rglob("*.py"))
    assert files
    return {path.relative_to(ROOT).as_posix() for path in files if imported_packages(path) & wanted}


@pytest.mark.parametrize("room", sorted(UNKNOWN_ROOMS))
def test_each_room_of_the_import_knows_only_what_it_must(room):
    files = sorted((IMPORTING / room).rglob("*.py"))
    assert files
    unknown = tuple(f"spatial.importing.{other}" for other in UNKNOWN_ROOMS[room])
    wrong = {
        path.name: bad
        for path in files
        if (
            bad := [
                name
                for name in imported_modules(path)
                if f"{name}.".startswith(tuple(f"{u}." for u in unknown))
            ]
        )
    }
    assert not wrong


def test_every_room_of_the_import_has_its_rules():
    assert {path.name for path in IMPORTING.iterdir() if (path / "__init__.py").exists()} == set(
        UNKNOWN_ROOMS
    )


def test_gdal_opens_shapes_and_curves_of_an_upload_and_nothing_else():
    assert importers(IMPORTING, GDAL) == {
        "spatial/importing/isolation/drivers.py",
        "spatial/importing/readers/gpkg_geometry.py",
        "spatial/importing/readers/shape_geometry.py",
    }


def test_only_the_isolation_starts_processes_for_an_upload():
    files = importers(IMPORTING, STARTS_PROCESSES) | importers(
        ROOT / "spatial" / "workspace", STARTS_PROCESSES
    )
    assert files == {"spatial/importing/isolation/watch.py"}
    assert not importers(ROOT / "views", STARTS_PROCESSES)


def test_the_rest_of_the_product_opens_uploads_in_the_isolation_alone():
    inside = tuple(f"spatial.importing.{name}" for name in ("readers", "place", "examine"))
    openers = ("spatial.workspace.gpkg_file.open_workspace", "spatial.geopackage.read_")
    outside = [ROOT / "app.py"]
    for folder in ("views", "layers", "spatial/cli", "spatial/workspace"):
        outside += sorted((ROOT / folder).rglob("*.py"))
    wrong = {
        path.relative_to(ROOT).as_posix(): bad
        for path in outside
        if (bad := [name for name in imported_modules(path) if name.startswith((*inside, *openers))])
    }
    assert not wrong


def test_the_pages_call_gdal_for_no_upload():
    """Written by GDAL are our own frames: what a planner saves. Nothing in views/ reaches a reader of it."""
    assert not importers(ROOT / "views", GDAL) | importers(ROOT / "layers", GDAL)
    code = (
        "import sys, views.import_page, views.workspace_panel;"
        "print([m for m in sys.modules if m.startswith('spatial.importing.readers.')"
        " or m in ('spatial.importing.examine', 'spatial.geopackage', 'fiona')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


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
