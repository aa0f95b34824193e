"""What the plan loader refuses, with which words, and that it names the file, record and field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spatial.errors import PackError
from spatial.plan import DIRECTIONS, OPERATORS, load_plan
from tests.small_pack import write_pack
from tests.spatial.plan_edits import (
    CONTEXT,
    DOCUMENT,
    INDICATORS,
    SECTIONS,
    append_copy,
    append_row,
    edit_json,
    read_rows,
    set_cell,
    write_rows,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pack(tmp_path) -> Path:
    return write_pack(tmp_path)


def refusal(directory: Path) -> PackError:
    with pytest.raises(PackError) as caught:
        load_plan(directory)
    for lang in ("zh", "en"):
        assert caught.value.message(lang)
    return caught.value


@pytest.mark.parametrize(
    ("file", "value"),
    [
        (SECTIONS, "plan-a-1"),
        (INDICATORS, "density"),
        (CONTEXT, "built"),
        ("places.csv", "west"),
        ("aliases.csv", "西"),
    ],
)
def test_an_id_may_be_used_once(pack, file, value):
    append_copy(pack / file)
    error = refusal(pack)
    assert error.key == "plan.duplicate_id"
    assert error.params["value"] == value


def test_a_context_figure_may_not_take_the_id_of_a_goal(pack):
    set_cell(pack / CONTEXT, "context_id", "density")
    assert refusal(pack).key == "plan.duplicate_id"


def test_two_places_may_not_share_a_name(pack):
    append_row(pack / "places.csv", "east", *read_rows(pack / "places.csv")[1][1:])
    error = refusal(pack)
    assert (error.key, error.params["value"]) == ("plan.duplicate_id", "西片")


def test_an_alias_may_not_be_the_name_of_a_place(pack):
    append_row(pack / "aliases.csv", "西片", "west")
    assert refusal(pack).key == "plan.duplicate_id"


@pytest.mark.parametrize(
    ("file", "column"),
    [
        (SECTIONS, "document_id"),
        (INDICATORS, "document_id"),
        (INDICATORS, "section_id"),
        (CONTEXT, "section_id"),
        ("places.csv", "section_id"),
        ("places.csv", "parent_id"),
        ("aliases.csv", "place_id"),
    ],
)
def test_a_reference_must_lead_somewhere(pack, file, column):
    set_cell(pack / file, column, "nowhere")
    error = refusal(pack)
    assert error.key == "plan.dangling_reference"
    assert (error.params["field"], error.params["value"]) == (column, "nowhere")


def test_a_place_may_lie_in_another(pack):
    rows = read_rows(pack / "places.csv")
    write_rows(pack / "places_more.csv", [rows[0], ["pier", "码头", "Pier", *rows[1][3:]]])
    set_cell(pack / "places_more.csv", "parent_id", "west")
    assert load_plan(pack).place("pier").parent_id == "west"


@pytest.mark.parametrize("column", ["place_id", "zone_id", "document_id", "section_id"])
def test_a_mention_must_lead_somewhere(pack, column):
    append_row(pack / "place_mentions.csv", "west", "plan-a", "plan-a-1", "", "目标", "west", "述", "said")
    set_cell(pack / "place_mentions.csv", column, "nowhere")
    error = refusal(pack)
    assert (error.key, error.params["field"]) == ("plan.dangling_reference", column)


def test_the_zone_of_a_mention_must_be_a_zone(pack):
    set_cell(pack / "places.csv", "kind", "park")
    append_row(pack / "place_mentions.csv", "west", "plan-a", "plan-a-1", "", "目标", "west", "述", "said")
    assert refusal(pack).params["field"] == "zone_id"


def test_a_finding_must_lead_somewhere(pack):
    edit_json(pack / "findings.json", lambda finding: finding["touches"].append("nowhere"))
    assert refusal(pack).params["value"] == "nowhere"
    edit_json(pack / "findings.json", lambda finding: finding.update(touches=[]))
    assert refusal(pack).key == "plan.empty_cell"


def test_a_finding_must_have_evidence(pack):
    edit_json(pack / "findings.json", lambda finding: finding["evidence"][0].update(section_id="nowhere"))
    assert refusal(pack).params["record"] == "basis"
    edit_json(pack / "findings.json", lambda finding: finding.update(evidence=[]))
    assert refusal(pack).params["field"] == "evidence"


def test_a_section_belongs_to_the_document_that_is_cited(pack):
    (pack / "documents" / "plan-b").mkdir()
    for path in (pack / "documents" / "plan-a").iterdir():
        content = path.read_text(encoding="utf-8").replace("plan-a", "plan-b")
        content = content.replace("density,", "density-b,").replace("built,", "built-b,")
        (pack / "documents" / "plan-b" / path.name).write_text(content, encoding="utf-8")
    assert len(load_plan(pack).documents) == 2
    set_cell(pack / INDICATORS, "section_id", "plan-b-1")
    error = refusal(pack)
    assert (error.key, error.params["record"]) == ("plan.bad_value", "density")


@pytest.mark.parametrize(
    ("file", "column", "value"),
    [
        (INDICATORS, "operator", "about"),
        (INDICATORS, "direction", "up"),
        ("places.csv", "kind", "castle"),
        ("places.csv", "level", "world"),
        (SECTIONS, "char_start", "-1"),
        (SECTIONS, "char_end", "0"),
        (SECTIONS, "char_end", "9999"),
        (SECTIONS, "sha256", "abc"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(pack, file, column, value):
    set_cell(pack / file, column, value)
    error = refusal(pack)
    assert error.key == "plan.bad_value"
    assert column in str(error.params["field"])
    assert value in str(error.params["value"])


@pytest.mark.parametrize(
    ("file", "column", "value", "key"),
    [
        (INDICATORS, "value", "ten", "plan.not_a_number"),
        (INDICATORS, "value", "nan", "plan.not_a_number"),
        (INDICATORS, "value", "inf", "plan.not_a_number"),
        (INDICATORS, "value", "1_000", "plan.not_a_number"),
        (INDICATORS, "value", "１０", "plan.not_a_number"),
        (INDICATORS, "base_value", "1,000", "plan.not_a_number"),
        (INDICATORS, "target_year", "2025.5", "plan.not_a_whole_number"),
        (CONTEXT, "year", "twenty", "plan.not_a_whole_number"),
        (SECTIONS, "char_start", "x", "plan.not_a_whole_number"),
        (SECTIONS, "char_start", "", "plan.empty_cell"),
    ],
)
def test_a_number_is_plain_digits(pack, file, column, value, key):
    set_cell(pack / file, column, value)
    error = refusal(pack)
    assert (error.key, error.params["field"]) == (key, column)


def test_the_expected_words_are_listed(pack):
    set_cell(pack / INDICATORS, "operator", "about")
    assert " | ".join(OPERATORS) in refusal(pack).message("en")
    set_cell(pack / INDICATORS, "operator", "ge")
    set_cell(pack / INDICATORS, "direction", "up")
    assert " | ".join(DIRECTIONS) in refusal(pack).message("zh")


@pytest.mark.parametrize(("column", "file"), [("name_en", INDICATORS), ("reason_zh", CONTEXT)])
def test_required_text_may_not_be_empty(pack, column, file):
    set_cell(pack / file, column, " ")
    error = refusal(pack)
    assert (error.key, error.params["field"]) == ("plan.empty_cell", column)


def test_only_full_coverage_goes_without_a_number(pack):
    set_cell(pack / INDICATORS, "value", "")
    assert refusal(pack).key == "plan.empty_cell"
    set_cell(pack / INDICATORS, "operator", "all")
    assert load_plan(pack).indicator("density").value is None


def test_wrong_columns_are_named(pack):
    path = pack / CONTEXT
    path.write_text(path.read_text(encoding="utf-8").replace("reason_zh", "why_zh"), encoding="utf-8")
    error = refusal(pack)
    assert (error.params["missing"], error.params["extra"]) == ("reason_zh", "why_zh")


def test_a_column_that_stands_twice_is_named(pack):
    write_rows(pack / "aliases.csv", [["alias", "place_id", "alias"], ["西", "west", "西"]])
    assert refusal(pack).params["extra"] == "alias"


def test_an_empty_table_has_no_columns(pack):
    (pack / "aliases.csv").write_bytes(b"")
    assert refusal(pack).params["missing"] == "alias, place_id"


def test_a_row_with_a_cell_too_many_is_numbered(pack):
    append_row(pack / "aliases.csv", "东", "west", "more")
    error = refusal(pack)
    assert (error.key, error.params["row"]) == ("plan.wrong_cell_count", 3)


@pytest.mark.parametrize("content", [b"alias,place_id\n\xc9\xcf,west\n", b'alias,place_id\n"a"b,west\n'])
def test_a_table_that_cannot_be_read_is_named(pack, content):
    (pack / "aliases.csv").write_bytes(content)
    error = refusal(pack)
    assert (error.key, error.params["path"]) == ("plan.unreadable_file", "aliases.csv")


@pytest.mark.parametrize("file", [SECTIONS, INDICATORS, CONTEXT, DOCUMENT])
def test_a_document_needs_all_its_files(pack, file):
    (pack / file).unlink()
    error = refusal(pack)
    assert (error.key, error.params["path"]) == ("plan.missing_file", file.rsplit("/", maxsplit=1)[-1])


def test_a_pack_without_documents_is_refused(tmp_path):
    assert refusal(tmp_path).key == "plan.missing_file"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"title": ""}, "plan.wrong_type"),
        ({"title": 5}, "plan.wrong_type"),
        ({"document_id": None}, "plan.wrong_type"),
        ({"characters": "many"}, "plan.wrong_type"),
        ({"characters": True}, "plan.wrong_type"),
        ({"level": "world"}, "plan.bad_value"),
        ({"date": "2021"}, "plan.bad_value"),
        ({"date": "2021-13"}, "plan.bad_value"),
        ({"sha256": "ABC"}, "plan.bad_value"),
        ({"notes": [{"zh": "只有中文"}]}, "plan.wrong_fields"),
        ({"author": "nobody"}, "plan.wrong_fields"),
    ],
)
def test_a_document_states_just_its_fields(pack, changes, key):
    edit_json(pack / DOCUMENT, lambda document: document.update(changes))
    assert refusal(pack).key == key


def test_missing_and_unknown_fields_are_named(pack):
    edit_json(pack / DOCUMENT, lambda document: document.update(author=document.pop("issuer")))
    error = refusal(pack)
    assert (error.params["missing"], error.params["extra"]) == ("issuer", "author")


@pytest.mark.parametrize(("content", "key"), [("{", "plan.not_json"), ("[]", "plan.wrong_fields")])
def test_a_document_must_be_a_json_object(pack, content, key):
    (pack / DOCUMENT).write_text(content, encoding="utf-8")
    error = refusal(pack)
    assert (error.key, error.params["path"]) == (key, "document.json")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"kind": "rumour"}, "plan.bad_value"),
        ({"title": {"zh": "只有中文"}}, "plan.wrong_fields"),
        ({"evidence": [{"text": "10个"}]}, "plan.wrong_fields"),
        ({"touches": "density"}, "plan.wrong_type"),
    ],
)
def test_a_finding_states_just_its_fields(pack, changes, key):
    edit_json(pack / "findings.json", lambda finding: finding.update(changes))
    assert refusal(pack).key == key


def test_findings_are_a_list(pack):
    (pack / "findings.json").write_text("{}", encoding="utf-8")
    assert refusal(pack).key == "plan.not_a_list"
