"""Edges of single rules: the forms of JSON-FG, numbers past all bounds, tables that are none."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import LimitExceededError, UnreadableFileError
from spatial.export.rules import json_rules, position_rules
from spatial.export.rules.json_rules import UNREADABLE, parse_json
from spatial.export.rules.report import Findings
from spatial.export.rules.validate import validate_file, validate_package
from spatial.limits import DEFAULT_LIMITS
from tests.export.broken_files import SQUARE, feature, good_document, good_jsonfg, good_points, pack


def told(document: object, tmp_path, name: str = "layer.geojson") -> set[str]:
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    report = validate_file(path)
    return {fault.rule for fault in (*report.errors, *report.warnings)}


VALUES = (
    "1",
    "-0.0",
    "1E5",
    "1e999",
    "NaN",
    "18446744073709551616",
    "9" * 5000,
    r'"\ud800"',
    r'"\u7532"',
    '"甲"',
    '{"a":1,"a":2}',
    '{"a":1}',
    "[" * 70 + "]" * 70,
    "",
    "nul",
)


@given(
    values=st.lists(st.sampled_from(VALUES), max_size=5),
    head=st.sampled_from(('"name":"甲",', '"type":"Feature",', "", '"a":NaN,', '"a": 1,')),
    end=st.sampled_from(("\n]}\n", "\n]}", "\n],\n]}\n", "\n]}\n]}\n", ",\n]}\n", "\n]")),
    broken=st.booleans(),
)
def test_a_file_with_a_feature_on_each_line_is_read_as_any_other(values, head, end, broken):
    lines = [f'{{"type":"Feature","id":"甲","properties":{{"甲":{value}}}}}' for value in values]
    words = f'{{"type":"FeatureCollection",{head}"features":[\n' + ",\n".join(lines) + end
    data = words.encode()[: -8 if broken else None]
    answers = []
    for in_lines in (json_rules.collection_in_lines, lambda _data, **_: None):
        findings = Findings()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_rules, "collection_in_lines", in_lines)
            document = parse_json(data, file="f", limits=DEFAULT_LIMITS, findings=findings)
        shown = "unreadable" if document is UNREADABLE else repr(document)
        answers.append((shown, findings.faults, findings.totals))
    assert answers[0] == answers[1]


def test_equal_texts_of_a_file_in_lines_are_one():
    lines = [f'{{"type":"Feature","id":"{at}","properties":{{"MC":"海珠区"}}}}' for at in (1, 2)]
    data = ('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n").encode()
    document = parse_json(data, file="f", limits=DEFAULT_LIMITS, findings=Findings())
    first, second = (item["properties"]["MC"] for item in document["features"])
    assert first is second


def point(*coordinates: object) -> dict:
    return {
        "type": "FeatureCollection",
        "features": [feature("a", {"type": "Point", "coordinates": [*coordinates]})],
    }


URI = "http://www.opengis.net/def/crs/"


@pytest.mark.parametrize(
    "system", [f"{URI}EPSG/0/4490", "[EPSG:4490]", {"type": "Reference", "href": f"{URI}EPSG/0/4490"}]
)
@pytest.mark.parametrize("per_feature", [False, True])
def test_a_system_is_known_in_each_of_its_forms(system, per_feature, tmp_path):
    document = good_jsonfg()
    if per_feature:
        del document["coordRefSys"]
        for item in document["features"]:
            item["coordRefSys"] = system
    else:
        document["coordRefSys"] = system
    assert told(document, tmp_path) == set()


@pytest.mark.parametrize(
    "system", [None, 7, "EPSG:4490", f"{URI}EPSG/0/999999", f"{URI}EPSG/0/bogus", "[OGC:bogus]"]
)
def test_a_system_that_is_none_is_told(system, tmp_path):
    assert told(good_jsonfg() | {"coordRefSys": system}, tmp_path) == {"jsonfg.coord_ref_sys"}


def test_a_place_without_any_system_is_told(tmp_path):
    document = good_jsonfg()
    del document["coordRefSys"]
    assert told(document, tmp_path) == {"jsonfg.coord_ref_sys"}


@pytest.mark.parametrize("system", [f"{URI}OGC/1.3/CRS84", None])
def test_in_wgs_84_no_place_is_needed(system, tmp_path):
    document = good_jsonfg()
    for item in document["features"]:
        item["place"] = None
    del document["coordRefSys"]
    if system:
        document["coordRefSys"] = system
    assert told(document, tmp_path) == set()


def test_two_systems_in_one_file_are_told(tmp_path):
    document = good_jsonfg()
    document["features"][0]["coordRefSys"] = f"{URI}EPSG/0/4547"
    assert told(document, tmp_path) == {"jsonfg.coord_ref_sys"}


def test_a_solid_has_no_counterpart_in_geometry(tmp_path):
    document = good_jsonfg()
    document["features"][0]["place"] = {"type": "Polyhedron", "coordinates": []}
    assert told(document, tmp_path) == set()


def test_a_metric_place_is_north_before_east(tmp_path):
    document = good_jsonfg() | {"coordRefSys": f"{URI}EPSG/0/4547"}
    spot = {"type": "Point", "coordinates": [113.32, 23.08]}
    east, north = 430324.6867, 2553559.2328
    document["features"] = [
        {
            **document["features"][0],
            "geometry": spot,
            "place": {"type": "Point", "coordinates": [north, east]},
        }
    ]
    assert told(document, tmp_path) == set()
    document["features"][0]["place"] = {"type": "Point", "coordinates": [east, north]}
    assert told(document, tmp_path) == {"jsonfg.axis_order"}
    document["features"][0]["place"] = {"type": "Point", "coordinates": [north + 50, east]}
    assert told(document, tmp_path) == {"jsonfg.place_differs"}


GOOD_TIMES = [
    None,
    {},
    {"date": "2023-03-31"},
    {"timestamp": "2023-03-31T00:00:00.5Z"},
    {"interval": ["2023-01-01", ".."]},
]
BAD_TIMES = [
    "2023",
    {"date": 2023},
    {"date": "2023-02-30"},
    {"timestamp": "2023-03-31T25:00:00Z"},
    {"interval": [".."]},
    {"interval": "x"},
    {"date": "31.3.2023"},
]


@pytest.mark.parametrize("time", GOOD_TIMES)
def test_a_time_is_a_date_an_instant_or_an_interval(time, tmp_path):
    document = good_jsonfg()
    document["features"][0]["time"] = time
    assert told(document, tmp_path) == set()


@pytest.mark.parametrize("time", BAD_TIMES)
def test_any_other_time_is_told(time, tmp_path):
    document = good_jsonfg()
    document["features"][0]["time"] = time
    assert told(document, tmp_path) == {"jsonfg.time"}


def test_numbers_past_all_bounds_are_told_wherever_they_stand(tmp_path):
    huge = 10**400
    assert told(point(huge, 23.1), tmp_path) == {"geojson.position_metres"}
    assert told(good_document() | {"bbox": [0, 0, huge, 1]}, tmp_path) == {"geojson.bbox_shape"}
    assert told(good_document() | {"bbox": [0, 0, True, 1]}, tmp_path) == {"geojson.bbox_shape"}
    assert told(json.dumps(point(113.3, 23.1)).replace("113.3", "1" * 5000), tmp_path) == {
        "json.number_overflow"
    }
    assert told(json.dumps(point(113.3, 23.1)).replace("113.3", "1e999"), tmp_path) >= {
        "json.number_overflow"
    }


def test_a_box_around_nothing_is_not_held_to_anything(tmp_path):
    document = {"type": "FeatureCollection", "features": [feature("a", None)], "bbox": [1, 2, 3, 4]}
    assert told(document, tmp_path) == {"geojson.geometry_null"}


def test_a_register_without_areas_bounds_nothing(monkeypatch, tmp_path):
    class Nowhere:
        area_of_use = None

    monkeypatch.setattr(position_rules, "CRS", lambda _name: Nowhere())
    assert told(point(2.3, 48.8), tmp_path) == set()


@pytest.mark.parametrize(
    "value", [7, "x", {"type": "GeometryCollection"}, {"type": "GeometryCollection", "geometries": [7]}]
)
def test_a_geometry_that_is_none_is_told(value, tmp_path):
    document = good_points()
    document["features"][0]["geometry"] = value
    assert told(document, tmp_path) == {"geojson.geometry_type"}


def test_half_a_character_in_a_name_is_told_before_it_stops_a_terminal():
    findings = Findings()
    assert parse_json(b'{"\\ud83d": 1}', file="f", limits=DEFAULT_LIMITS, findings=findings) is UNREADABLE
    assert parse_json(b'{"\\ud83d\\ude00": 1}', file="f", limits=DEFAULT_LIMITS, findings=findings) == {
        "😀": 1
    }


def test_limits_hold_for_every_kind_of_file(tmp_path):
    tight = replace(DEFAULT_LIMITS, features=2, rows=1, columns=1)
    (tmp_path / "p.geojson").write_text(json.dumps(good_points()))
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n")
    for name in ("p.geojson", "t.csv"):
        with pytest.raises(LimitExceededError):
            validate_file(tmp_path / name, limits=tight)


@pytest.mark.parametrize(
    ("words", "rule"), [("\n\n", "table.not_text"), ('a,"b', ""), ("a\n" + "x" * 200_000, "table.not_text")]
)
def test_a_table_that_is_none_is_told(words, rule, tmp_path):
    assert told(words, tmp_path, "t.csv") == ({rule} if rule else set())


def test_a_head_that_would_be_run_is_told(tmp_path):
    assert told("id,=cmd\n1,2\n", tmp_path, "t.csv") == {"table.formula"}


def test_a_workbook_that_defines_entities_is_told(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_string(0, 0, "a")
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    members["xl/sharedStrings.xml"] = members["xl/sharedStrings.xml"].replace(
        b"<sst", b'<!DOCTYPE x [<!ENTITY a "aa">]><sst'
    )
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    (fault,) = validate_file(path).errors
    assert fault.rule == "xlsx.not_workbook"


@pytest.mark.parametrize("parts", [{}, {"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}])
def test_an_archive_that_is_no_workbook_is_told(parts, tmp_path):
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        for name, words in parts.items():
            packed.writestr(name, words)
    (fault,) = validate_file(path).errors
    assert fault.rule == "xlsx.not_workbook"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    from tests.export.broken_files import good_content, write_package_files

    content = replace(good_content(), formats=("jsonfg", "geojson"), profile="geojson")
    return write_package_files(content, tmp_path_factory.mktemp("small") / "package")


def test_a_package_cut_short_is_no_archive(small, tmp_path):
    archive = pack(small, tmp_path / "package.zip")
    archive.write_bytes(archive.read_bytes()[:-30])
    assert [fault.rule for fault in validate_package(archive).errors] == ["package.not_zip"]


def test_an_archive_that_overstates_its_directory_is_no_package(small, tmp_path):
    archive = pack(small, tmp_path / "package.zip")
    data = bytearray(archive.read_bytes())
    at = data.rfind(b"PK\x05\x06")
    data[at + 12 : at + 16] = (2**31).to_bytes(4, "little")
    archive.write_bytes(bytes(data))
    assert [fault.rule for fault in validate_package(archive).errors] == ["package.not_zip"]


def test_a_description_that_cannot_be_used_is_told(small, tmp_path):
    directory = shutil.copytree(small, tmp_path / "package")
    described = json.loads((directory / "package.json").read_text(encoding="utf-8"))
    (directory / "package.json").write_text(json.dumps(described | {"crs": "EPSG:1"}))
    rules = {fault.rule for fault in validate_package(directory).errors}
    assert {"package.content_missing", "package.sha256_differs"} <= rules


def test_a_manifest_that_lists_no_files_is_told(small, tmp_path):
    directory = shutil.copytree(small, tmp_path / "package")
    (directory / "manifest.json").write_text("{}")
    assert "package.manifest_invalid" in {fault.rule for fault in validate_package(directory).errors}


def test_a_folder_that_cannot_be_listed_is_refused(tmp_path, monkeypatch):
    def closed(*_arguments: object, **_more: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr("spatial.export.rules.validate.open_directory", closed)
    with pytest.raises(UnreadableFileError):
        validate_package(tmp_path)


def test_parts_that_cross_one_another_overlap_though_each_is_sound(tmp_path):
    parts = [[SQUARE], [[[round(x + 0.05, 7), round(y + 0.05, 7)] for x, y in SQUARE]]]
    document = good_points()
    document["features"] = [feature("a", {"type": "MultiPolygon", "coordinates": parts})]
    assert told(document, tmp_path) == {"geojson.parts_overlap"}
