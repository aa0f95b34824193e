"""What the README says of the JSON of a verb is what the verb prints: in both languages, key by key."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from spatial.cli import main

ROOT = Path(__file__).parents[2]
CALLS = {
    "audit": ("--pack", "haizhu"),
    "cover": ("--pack", "haizhu"),
    "simulate": ("--pack", "haizhu", "--scenario", str(ROOT / "docs" / "example.scenario.json")),
    "site": ("--pack", "haizhu", "--target", "55"),
}
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


@pytest.fixture(scope="module", params=CALLS)
def printed(request):
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main([request.param, *CALLS[request.param], "--format", "json"], stdout, stderr)
    assert code in {0, 1}, stderr.getvalue()
    return request.param, json.loads(stdout.getvalue())


def section_of(name: str, verb: str) -> str:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.search(rf"^### [^\n]*`{verb}`\n.*?(?=^### )", text, re.MULTILINE | re.DOTALL)[0]


def documented(section: str) -> dict:
    """Return the keys of the section's JSON, each with those of its value; none where it says so in words."""
    start = re.search(r"```json\n|JSON(?: is |: | 为 |：)`(?=\{)", section)
    words = iter(TOKEN.findall(section[start.end() :]))
    assert next(words) == "{"
    return members(words)


def members(words) -> dict:
    found, key, value = {}, None, False
    for word in words:
        if word == "}":
            return found
        if word == "{":
            found[key] = members(words)
        elif word == "[":
            found[key] = items(words)
        elif word == "…":
            found[word] = {}
        elif word == ":":
            value = True
        elif word == ",":
            value = False
        elif word.startswith('"') and not value:
            key = json.loads(word)
            found[key] = {}
    raise AssertionError("the JSON has no end")


def items(words) -> dict:
    found = {}
    for word in words:
        if word == "]":
            return found
        if word == "{":
            found |= members(words)
        elif word == "[":
            items(words)
    raise AssertionError("the list has no end")


def missing(keys: dict, value: object, place: str = "") -> list[str]:
    """Return the documented keys that a value lacks."""
    if isinstance(value, list):
        return sorted({each for item in value for each in missing(keys, item, place)})
    if not isinstance(value, dict):
        return []
    lacking = [f"{place}{key}" for key in keys if key not in value and key != "…"]
    return lacking + [
        each for key in keys if key in value for each in missing(keys[key], value[key], f"{place}{key}.")
    ]


def unnamed(keys: dict, value: object, section: str) -> set[str]:
    """Return the printed keys that the section does not name; of what it gives in words it names none."""
    if isinstance(value, list):
        return set().union(*(unnamed(keys, item, section) for item in value[:50]))
    if not keys or not isinstance(value, dict) or "…" in keys:
        return set()
    here = {key for key in value if not re.search(rf"[`\"]{re.escape(key)}[`\"]", section)}
    return here.union(*(unnamed(keys.get(key, {}), each, section) for key, each in value.items()))


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_documented_key_is_printed_and_every_printed_one_is_named(readme, printed):
    verb, answer = printed
    section = section_of(readme, verb)
    keys = documented(section)
    assert len(keys) >= 5
    assert missing(keys, answer) == []
    assert unnamed(keys, answer, section) == set()
