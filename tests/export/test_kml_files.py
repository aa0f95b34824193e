"""KML: typed fields under their Chinese names, and nothing that an entity could blow up."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pyogrio
import pytest

from spatial.errors import PackageError
from spatial.export.formats import kml_files
from tests.export.awkward_layers import content_of, layer_of
from tests.export.small_content import small_content

KML = "{http://www.opengis.net/kml/2.2}"


def document(path):
    return ET.parse(path).getroot().find(f"{KML}Document")  # noqa: S314 - written by us


def test_fields_are_typed_and_named_in_chinese(tmp_path):
    layer = layer_of({"MC": ["甲"], "SL": [5], "ZBZ": [0.5], "SFMN": [True], "CJRQ": ["2020"]})
    (written,) = kml_files.write(content_of(layer), tmp_path)
    assert written.crs == "EPSG:4326"
    schema = document(tmp_path / written.path).find(f"{KML}Schema")
    found = [
        (one.attrib["name"], one.attrib["type"], one.findtext(f"{KML}displayName"))
        for one in schema.iter(f"{KML}SimpleField")
    ]
    assert found == [
        ("BSM", "string", "标识码"),
        ("MC", "string", "名称"),
        ("SL", "int", "数量"),
        ("ZBZ", "double", "指标现状值"),
        ("SFMN", "bool", "是否模拟"),
        ("CJRQ", "string", "采集日期"),
    ]


def test_whole_numbers_beyond_32_bits_are_doubles(tmp_path):
    layer = layer_of({"SL": [2**31, None]})
    (written,) = kml_files.write(content_of(layer), tmp_path)
    assert 'type="double" name="SL"' in (tmp_path / written.path).read_text(encoding="utf-8")


def test_another_reader_sees_names_values_and_positions(tmp_path):
    content = small_content()
    kml_files.write(content, tmp_path)
    for layer in content.layers:
        found = pyogrio.read_dataframe(tmp_path / "kml" / f"{layer.name}.kml")
        features = layer.features
        assert list(found["Name"]) == list(features["MC"])
        assert list(found["BSM"]) == list(features["BSM"])
        assert [bool(value) for value in found["SFMN"]] == list(features["SFMN"])
        assert abs(found.geometry.bounds.to_numpy() - features.geometry.bounds.to_numpy()).max() < 1e-9


def test_document_repeats_title_abstract_and_disclaimer(tmp_path):
    kml_files.write(small_content(), tmp_path)
    found = document(tmp_path / "kml" / "zones.kml")
    assert found.findtext(f"{KML}name") == "规划片区（示意）"
    assert found.findtext(f"{KML}description") == "用于测试的图层。；凡标“示意”的范围不是法定界线。"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<Document", b'<!DOCTYPE kml [<!ENTITY a "b">]><Document'),
        (b"113.3,23.1", b"113.3,x"),
        (b"113.3,23.1", b"nan,nan"),
        (b"113.3,23.1", b""),
        (b'<SimpleData name="SL">3', b'<SimpleData name="SL">3.5'),
        (b'<SimpleData name="SFMN">1', b'<SimpleData name="SFMN">yes'),
        (b'<SimpleData name="SL"', b'<SimpleData name="XX"'),
        (b"</kml>", b""),
    ],
)
def test_a_changed_file_is_refused(before, after, tmp_path):
    layer = layer_of({"MC": ["甲"], "SL": [3], "SFMN": [True]})
    content = content_of(layer)
    (written,) = kml_files.write(content, tmp_path)
    path = tmp_path / written.path
    data = path.read_bytes()
    assert data.count(before) == 1
    path.write_bytes(data.replace(before, after))
    with pytest.raises(PackageError, match=r"base_stations\.kml"):
        kml_files.read(tmp_path, layer, content=content)
