"""Every rule has a broken file, and catches it under its own name; the good ones pass without a word."""

from __future__ import annotations

import json

import pytest

from spatial.export.rules.registry import RULES
from spatial.export.rules.validate import validate_file
from spatial.text import LANGUAGES
from tests.export import broken_documents, broken_packages
from tests.export.broken_files import (
    BROKEN,
    good_content,
    good_document,
    good_jsonfg,
    good_points,
    pack,
    write_package_files,
)

assert broken_documents.GOOD
assert broken_packages.ZONES


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    """A package that no rule has a word against."""
    return write_package_files(good_content(), tmp_path_factory.mktemp("good") / "package")


def test_every_rule_has_its_broken_file():
    assert set(BROKEN) == set(RULES)
    assert len(RULES) >= 60


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_broken_file_is_caught_under_the_right_name(rule, package, tmp_path):
    broken = BROKEN[rule]
    path = broken.make(tmp_path, package)
    report = validate_file(path)
    told = {fault.rule for fault in (*report.errors, *report.warnings)}
    assert rule in told, [fault.message("en") for fault in report.errors]
    assert told <= {rule, *broken.also}
    as_package = path.is_dir() or path.suffix == ".zip"
    severity = RULES[rule].in_package if as_package else RULES[rule].in_file
    listed = report.errors if severity == "error" else report.warnings
    (fault, *_) = [fault for fault in listed if fault.rule == rule]
    for lang in LANGUAGES:
        assert fault.message(lang).startswith(RULES[rule].title(lang))
    assert report.valid == (not report.errors)
    assert rule in report.rules_run
    json.dumps(report.to_dict(), allow_nan=False)


@pytest.mark.parametrize("make", [good_document, good_points, good_jsonfg])
def test_a_good_document_passes_without_a_word(make, tmp_path):
    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps(make(), ensure_ascii=False), encoding="utf-8")
    report = validate_file(path)
    assert (report.valid, report.warnings) == (True, ())


def test_a_good_package_passes_without_a_word_as_folder_and_as_archive(package, tmp_path):
    for path in (package, pack(package, tmp_path / "package.zip")):
        report = validate_file(path)
        assert [(fault.rule, fault.file, fault.found) for fault in report.errors] == []
        assert report.warnings == ()
        counts = {file.path: file.n_features for file in report.files}
        assert report.n_features == 10
        assert counts["gpkg/small-package.gpkg"] == 10
        assert counts["shapefile/zones.shp"] == counts["jsonfg/zones.json"] == 4
