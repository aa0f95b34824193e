"""The pages' words: equal in both languages, all used, none written in the code."""

from __future__ import annotations

import ast
import json
import re
import string
from dataclasses import fields
from pathlib import Path

import pytest

from spatial.catalog import DATASET_KINDS
from spatial.importing.isolation.run import GUARDS
from spatial.importing.model import Subject
from spatial.limits import Limits
from spatial.pack import open_pack
from spatial.plan_records import FINDING_KINDS, OPERATORS, PLACE_KINDS
from spatial.workspace.zone_replacement import SUPPLIED_BASES
from spatial.zone_columns import DRAWN_BASIS
from views.definition_fields import DEFINITION_FIELDS
from views.export_request import POINT_DETAILS, PROFILES, SYSTEMS
from views.export_result import FAULT_COLUMNS
from views.import_choices import CERTAINTIES, REFERENCE_SYSTEMS, WHATS
from views.import_confirm import FORMER_CHOICES
from views.sheets_panel import PAPERS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "views").glob("*.py"))]
APP_TEXT = json.loads((ROOT / "spatial" / "text" / "app.json").read_text(encoding="utf-8"))
CHINESE = re.compile(r"[\u3400-\u9fff]")
BASES = ("published_four_sides", "published_area_only", "derived", "schematic")

# Keys that are put together while running, with every member that may follow.
FAMILIES = {
    "app.kind.": PLACE_KINDS,
    "app.finding.": FINDING_KINDS,
    "app.plan.operator_": OPERATORS,
    "app.dataset_kind.": DATASET_KINDS,
    "app.limit.": [field.name for field in fields(Limits)],
    "app.basis.": BASES,
    "app.definition.": list(DEFINITION_FIELDS),
    "app.system.": [system.replace(":", "_").lower() for system in REFERENCE_SYSTEMS],
    "app.language_": ("zh", "en"),
    "app.badge.": [
        f"{name}{tail}"
        for name in (
            *("synthetic", "reference", "reference_short", "unstated", DRAWN_BASIS),
            *(*BASES, *SUPPLIED_BASES),
        )
        for tail in ("", "_meaning")
    ],
    "app.vertex_basis.": sorted(set(open_pack("haizhu").vertex_table()["basis"])),
    "app.export.profile_": PROFILES,
    "app.export.opens_": PROFILES,
    "app.export.points_": POINT_DETAILS,
    "app.export.crs_": [system.replace(":", "_").lower() for system in SYSTEMS],
    "app.export.layer_": ("district", "zones", "parts", "places", "base_stations", "lamp_poles"),
    "app.export.fault_": FAULT_COLUMNS,
    "app.export.": ("points", "crs"),
    "app.sheets.size_": [paper.lower() for paper in PAPERS],
    "app.import.subject_": list(Subject),
    "app.import.what_": WHATS,
    "app.import.certainty_": [word for _, word in CERTAINTIES],
    "app.import.guard_": GUARDS,
    "app.import.zones_": SUPPLIED_BASES,
    "app.import.former_": FORMER_CHOICES,
    "app.import.field_": ("required", "preferred", "optional", "lon", "lat"),
    "app.rejected.": ("row", "feature", "field", "value", "reason"),
    "app.source.": (
        *("dataset", "kind", "origin", "licence", "crs", "basis", "checksum"),
        *("place", "place_kind", "why"),
    ),
}


def literals(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
    ]


USED = {word for path in SOURCES for word in literals(path) if word.startswith("app.")}


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("key", sorted(APP_TEXT))
def test_both_languages_say_the_same(key: str) -> None:
    entry = APP_TEXT[key]
    assert set(entry) == {"zh", "en"}
    assert all(words.strip() for words in entry.values())
    assert placeholders(entry["zh"]) == placeholders(entry["en"])


def test_every_key_in_the_code_exists() -> None:
    missing = {key for key in USED if key not in APP_TEXT and not any(key == family for family in FAMILIES)}
    assert missing - {"app.framework."} == set()


def test_every_member_of_a_family_has_words() -> None:
    missing = [
        family + member
        for family, members in FAMILIES.items()
        for member in members
        if family + member not in APP_TEXT
    ]
    assert missing == []


def test_no_key_is_unused() -> None:
    built = {family + member for family, members in FAMILIES.items() for member in members}
    unused = {
        key
        for key in APP_TEXT
        if key not in USED and key not in built and not key.startswith("app.framework.")
    }
    assert unused == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_chinese_in_the_code(path: Path) -> None:
    assert [word for word in literals(path) if CHINESE.search(word)] == []


def test_the_page_script_holds_no_words() -> None:
    for name in ("page.js", "page.css"):
        assert not CHINESE.search((ROOT / "views" / name).read_text(encoding="utf-8"))
