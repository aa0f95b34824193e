from __future__ import annotations

import json
import os

import pytest

from spatial.importing.isolation.left_document import OUTCOME_FILE, read_document
from spatial.importing.isolation.outcome_files import read_outcome
from spatial.importing.isolation.plain_values import ForeignOutcomeError
from spatial.workspace.handover import read_workspace

FORGED_BYTES = 50_000_000


@pytest.fixture
def parsed(monkeypatch):
    """Count the bytes that are parsed."""
    seen = []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda words: seen.append(len(words)) or loads(words))
    return seen


def test_a_document_within_its_bounds_is_read(tmp_path):
    (tmp_path / OUTCOME_FILE).write_text('{"a": [1, 2]}', encoding="ascii")
    assert read_document(tmp_path, largest=13, most_values=3) == {"a": [1, 2]}


@pytest.mark.parametrize(("largest", "most_values", "why"), [(12, 9, "size"), (13, 2, "values")])
def test_one_beyond_them_is_refused_unparsed(largest, most_values, why, tmp_path, parsed):
    (tmp_path / OUTCOME_FILE).write_text('{"a": [1, 2]}', encoding="ascii")
    with pytest.raises(ForeignOutcomeError, match=why):
        read_document(tmp_path, largest=largest, most_values=most_values)
    assert parsed == []


@pytest.mark.parametrize("words", ["[]", "1", "{", "{}x", '"' * 3, "[" * 9_000])
def test_what_is_no_mapping_is_refused(words, tmp_path):
    (tmp_path / OUTCOME_FILE).write_text(words, encoding="ascii")
    with pytest.raises(ForeignOutcomeError):
        read_document(tmp_path, largest=10_000, most_values=10_000)


def test_a_forged_outcome_is_refused_by_its_size_without_being_read(tmp_path, parsed):
    with (tmp_path / OUTCOME_FILE).open("wb") as file:
        os.truncate(file.fileno(), FORGED_BYTES)
    with pytest.raises(ForeignOutcomeError, match="size"):
        read_outcome(tmp_path)
    assert parsed == []


@pytest.mark.parametrize("read", [read_outcome, read_workspace])
def test_a_forged_outcome_of_very_many_values_is_refused_unparsed(read, tmp_path, parsed):
    (tmp_path / OUTCOME_FILE).write_bytes(b'{"examination": [' + b"[]," * 6_000_000 + b"[]]}")
    with pytest.raises(ForeignOutcomeError, match="values"):
        read(tmp_path)
    assert parsed == []
