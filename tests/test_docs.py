"""The README names what exists, and what exists is named in the README: both languages."""

from __future__ import annotations

import io
import re
from dataclasses import fields
from pathlib import Path

import pytest

from spatial import errors
from spatial.cli import VERBS, main
from spatial.limits import COMMAND_LINE_LIMITS, Limits
from spatial.verdict import VerdictSettings

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")


@pytest.fixture(params=READMES)
def readme(request) -> str:
    return (ROOT / request.param).read_text(encoding="utf-8")


def make_targets() -> set[str]:
    declared = re.search(r"^\.PHONY:(.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return set(declared.group(1).split())


def code_blocks(markdown: str) -> list[str]:
    return [
        "\n".join(line.split("#")[0].rstrip() for line in block.splitlines())
        for block in re.findall(r"```\w*\n(.*?)```", markdown, re.DOTALL)
    ]


def test_make_targets_are_those_of_the_makefile(readme):
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", readme)) == make_targets()


def test_verbs_are_those_of_the_command_line(readme):
    assert set(re.findall(r"python -m spatial ([a-z]+)", readme)) == set(VERBS)


def test_error_classes_are_those_of_the_tree(readme):
    assert set(re.findall(r"\b[A-Z][A-Za-z]+Error\b", readme)) - {"ValueError"} == set(errors.__all__)


@pytest.mark.parametrize("settings", [Limits, VerdictSettings])
def test_every_setting_stands_with_its_default(readme, settings):
    for field in fields(settings):
        row = re.search(rf"^\| `{field.name}` \|\s*([^|]+?)\s*\|", readme, re.MULTILINE)
        assert row, field.name
        assert float(row.group(1).replace(",", "")) == field.default, field.name


def test_every_limit_stands_with_its_default_of_the_import_command(readme):
    for limit in COMMAND_LINE_LIMITS.listed():
        row = re.search(rf"^\| `{limit.name}` \|[^|]+\|\s*([0-9,]+)\s*\|", readme, re.MULTILINE)
        assert row, limit.name
        assert int(row.group(1).replace(",", "")) == limit.value, limit.name


def test_exit_codes_are_all_listed(readme):
    assert re.findall(r"^\| `([0-9])` \|", readme, re.MULTILINE) == ["0", "1", "2", "3"]


def test_named_files_exist(readme):
    for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", readme):
        assert (ROOT / path).exists(), path


def test_both_languages_show_the_same_commands():
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    assert code_blocks(english) == code_blocks(chinese)


def test_environment_variables_are_those_the_product_reads(readme):
    named = set(re.findall(r"^\| `([A-Z][A-Z_]+)` \|", readme, re.MULTILINE))
    sources = [*(ROOT / "views").rglob("*.py"), *(ROOT / "spatial").rglob("*.py"), ROOT / "app.py"]
    read = {
        name
        for path in sources
        for name in re.findall(r"\"(ATLAS_(?!MAX_)[A-Z_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert named == read | {"HOST", "PORT", "PYTHON", "PLAN_TEXTS_DIR"}


OUTPUTS = {
    "definitions.xlsx",
    "poles_gcj02.csv",
    "haizhu.zip",
    "stations.gpkg",
    "stations.json",
    "planned_sites.geojson",
}


def commands() -> list[str]:
    text = (ROOT / READMES[0]).read_text(encoding="utf-8")
    return re.findall(r"^python -m spatial (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("command", commands())
def test_commands_run_as_they_stand(command, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    words = [str(tmp_path / word) if word in OUTPUTS else word for word in command.split()]
    out, err = io.StringIO(), io.StringIO()
    code = main(words, out, err)
    assert code in {0, 1}, err.getvalue()
    assert "Traceback" not in out.getvalue() + err.getvalue()
    assert out.getvalue() or list(tmp_path.iterdir())
