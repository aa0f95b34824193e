"""``validate``: the report on a terminal and as JSON, the list of rules, and the exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from spatial.cli import main
from spatial.export.rules.registry import RULES

DATA = Path(__file__).parent.parent / "data"
GOOD = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "a",
            "geometry": {"type": "Point", "coordinates": [113.3, 23.1]},
            "properties": {},
        }
    ],
}


def run(*arguments: object) -> tuple[int, str, str]:
    stdout, stderr = io.StringIO(), io.StringIO()
    code = main(["validate", *(str(word) for word in arguments)], stdout, stderr)
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.fixture
def layer(tmp_path):
    path = tmp_path / "层.geojson"
    path.write_text(json.dumps(GOOD))
    return path


def test_a_good_file_is_a_yes_in_one_sentence(layer):
    assert run(layer) == (0, "合格：共 1 个文件、1 个要素，0 条提示。\n", "")
    assert run(layer, "--lang", "en") == (0, "Valid: 1 files, 1 features, 0 warnings.\n", "")


def test_a_broken_file_is_a_no_with_rule_feature_and_advice(layer):
    broken = GOOD | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}}
    broken["features"] = [
        {**GOOD["features"][0], "geometry": {"type": "Point", "coordinates": [23.1, 113.3]}}
    ]
    layer.write_text(json.dumps(broken))
    code, answer, complaint = run(layer)
    assert (code, complaint) == (1, "")
    assert answer.startswith("不合格：2 处错误、0 条提示")
    row = next(line for line in answer.splitlines() if "geojson.position_swapped" in line)
    assert all(words in row for words in ("错误", "层.geojson", "a", "[23.1, 113.3]", "请写作 [经度, 纬度]"))
    code, answer, _ = run(layer, "--lang", "en")
    assert code == 1
    assert "Cesium throws on it" in answer


def test_the_report_as_json_has_the_agreed_members(layer):
    broken = GOOD | {"features": [{**GOOD["features"][0], "id": 7, "geometry": None, "properties": 1}]}
    layer.write_text(json.dumps(broken))
    code, answer, complaint = run(layer, "--format", "json", "--lang", "en")
    report = json.loads(answer)
    assert (code, complaint, report["valid"]) == (1, "", False)
    assert report["files"] == [{"path": "层.geojson", "format": "geojson", "n_features": 1}]
    (fault,) = report["errors"]
    assert (fault["rule"], fault["file"], fault["feature_id"]) == (
        "geojson.properties_type",
        "层.geojson",
        "7",
    )
    assert fault["message"] == fault["message_en"] != fault["message_zh"]
    assert {fault["rule"] for fault in report["warnings"]} == {"geojson.id_number", "geojson.geometry_null"}
    assert {"geojson.ring_open", "json.bom", "oracle.model"} <= set(report["rules_run"])
    assert "jsonfg.time" not in report["rules_run"]
    assert sum(total["n_faults"] for total in report["totals"]) == 3


def test_warnings_alone_are_a_yes(layer):
    layer.write_text(json.dumps(GOOD["features"][0]))
    code, answer, _ = run(layer)
    assert code == 0
    assert "提示  geojson.not_collection" in answer


def test_what_is_not_listed_is_counted(layer):
    point = GOOD["features"][0]
    layer.write_text(json.dumps(GOOD | {"features": [{**point, "id": n} for n in range(50)]}))
    code, answer, _ = run(layer)
    assert code == 0
    assert answer.count("提示  geojson.id_number") == 20
    assert answer.endswith("geojson.id_number：层.geojson 共 50 处，只列出 20 处。\n")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_rules_are_listed_as_table_and_as_json(lang):
    code, answer, complaint = run("--rules", "--lang", lang)
    assert (code, complaint) == (0, "")
    assert len(answer.splitlines()) == len(RULES) + 2
    code, answer, _ = run("--rules", "--format", "json", "--lang", lang)
    listed = json.loads(answer)["rules"]
    assert [rule["rule"] for rule in listed] == list(RULES)
    assert all(rule["title"] and rule["advice"] for rule in listed)
    assert listed[0]["in_file"] == "error"
    assert {rule["in_file"] for rule in listed} == {"error", "warning", None}


@pytest.mark.parametrize(
    "call", [(), ("a.geojson", "--rules"), ("a.geojson", "b.geojson"), ("a", "--format", "xml")]
)
def test_a_call_that_cannot_be_meant_is_2(call):
    code, answer, complaint = run(*call)
    assert (code, answer, complaint.count("\n")) == (2, "", 1)


def test_what_cannot_be_checked_is_3(tmp_path, monkeypatch):
    picture = tmp_path / "p.png"
    picture.write_bytes(b"\x89PNG")
    for path in (tmp_path / "none.geojson", tmp_path / "none.zip", picture):
        code, answer, complaint = run(path)
        assert (code, answer, complaint.count("\n")) == (3, "", 1)
    monkeypatch.setenv("ATLAS_MAX_UPLOAD_BYTES", "10")
    code, _, complaint = run(DATA / "valid" / "zones.geojson")
    assert code == 3
    assert "ATLAS_MAX_UPLOAD_BYTES" in complaint


def test_a_folder_is_held_to_the_rules_of_packages(tmp_path):
    code, answer, _ = run(tmp_path, "--format", "json")
    assert code == 1
    assert {fault["rule"] for fault in json.loads(answer)["errors"]} == {
        "package.manifest_missing",
        "package.content_missing",
        "package.readme_missing",
        "package.dictionary_missing",
    }
