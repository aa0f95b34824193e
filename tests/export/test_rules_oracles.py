"""Our rules find all that two validators of other authors find, on files that are broken at random."""

from __future__ import annotations

import copy
import json

import geojson_pydantic
import geojson_validator
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spatial.export.rules import oracles
from spatial.export.rules.geojson_rules import check_geojson
from spatial.export.rules.registry import RULES
from spatial.export.rules.report import Findings
from spatial.export.rules.validate import validate_file
from spatial.text import catalogue
from tests.export.broken_files import feature, good_document, good_points, lines

geojson_validator.configure_logging(enabled=False)

INVALID = geojson_validator.main.INVALID_CRITERIA
VALUES = st.sampled_from(
    [
        None,
        True,
        7,
        -1.5,
        "x",
        [],
        {},
        [1],
        [[113.3, 23.1]],
        [113.3],
        [113.3, 23.1],
        [113.3, 23.1, 1, 2],
        [200, 95],
        [430000, 2550000],
        ["113", 23.1],
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon"},
        {"type": "X"},
    ]
)


def spots(value: object, path: tuple = ()) -> list[tuple]:
    """Every place in a document, the document itself left out."""
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    else:
        below = []
    return [spot for key, inner in below for spot in ((*path, key), *spots(inner, (*path, key)))]


def mixed() -> dict:
    document = good_document()
    document["features"] += [*good_points()["features"], feature("l", lines([113.3, 23.1], [113.4, 23.1]))]
    return document


BASE = mixed()
SPOTS = spots(BASE)


def put(document: dict, path: tuple, value: object, *, remove: bool) -> None:
    *way, last = path
    holder = document
    for step in way:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return
    if not isinstance(holder, dict | list):
        return
    if remove:
        if isinstance(holder, dict):
            holder.pop(last, None)
        elif isinstance(last, int) and last < len(holder):
            del holder[last]
    elif isinstance(holder, dict) or (isinstance(last, int) and last < len(holder)):
        holder[last] = value


EDITS = st.lists(st.tuples(st.sampled_from(SPOTS), VALUES, st.booleans()), min_size=1, max_size=3)


def told(document: dict) -> Findings:
    findings = Findings()
    check_geojson(document, file="f", findings=findings)
    return findings


@pytest.mark.filterwarnings("ignore:BBOX crossing:UserWarning")
@given(edits=EDITS)
def test_our_rules_find_whatever_the_others_find(edits):
    document = copy.deepcopy(BASE)
    for path, value, remove in edits:
        put(document, path, copy.deepcopy(value), remove=remove)
    findings = told(document)
    try:
        structure = geojson_validator.validate_structure(document, check_crs=True)
    except (TypeError, ValueError, KeyError):  # no type at all, or a value where it expects an array
        structure = True
    if structure:
        assert findings.faults, structure
    if structure or document.get("type") != "FeatureCollection":
        return
    answer = geojson_validator.validate_geometries(document)
    assert not answer["invalid"] or findings.faults, answer["invalid"]
    try:
        geojson_pydantic.FeatureCollection.model_validate(document)
    except ValidationError as fault:
        assert findings.faults, fault  # noqa: PT017 - either is right


@given(edits=EDITS)
def test_second_opinions_add_nothing_that_our_rules_should_have_found(edits):
    document = copy.deepcopy(BASE)
    for path, value, remove in edits:
        put(document, path, copy.deepcopy(value), remove=remove)
    findings = Findings()
    layer = check_geojson(document, file="f", findings=findings)
    if layer is None:
        return
    n_ours = len(findings.faults)
    oracles.ask_oracles(layer, file="f", findings=findings)
    added = [
        fault
        for fault in findings.faults[n_ours:]
        if fault.rule == "oracle.structure" or fault.found in INVALID
    ]
    assert [(fault.found, fault.feature_id) for fault in added] == []


def test_large_files_are_held_to_our_own_rules_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(oracles, "MOST_FEATURES", 2)
    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps(good_points()))
    assert not [rule for rule in validate_file(path).rules_run if rule.startswith("oracle.")]


def test_every_rule_is_worded_and_every_wording_is_used():
    names = {"target_or_rules", "unknown_suffix", "message", "message_bare", "valid", "invalid", "truncated"}
    names |= {
        f"head_{head}"
        for head in ("rule", "in_file", "in_package", "title", "severity", "file", "feature_id", "message")
    }
    names |= {"severity_error", "severity_warning", "severity_none", "option_target", "option_rules"}
    worded = {f"rule.{name}" for name in names}
    rules = {f"rule.{rule}{tail}" for rule in RULES for tail in ("", ".next")}
    assert {key for key in catalogue() if key.startswith("rule.")} == worded | rules


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_has_a_family_and_weighs_no_less_in_a_package(rule):
    stated = RULES[rule]
    assert rule == f"{stated.family}.{rule.split('.', 1)[1]}"
    assert stated.in_package is not None
    assert stated.in_file != "error" or stated.in_package == "error"
