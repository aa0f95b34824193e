from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from spatial.export.content.build import ContentOptions, build_content
from spatial.export.describe.layer_schema import blank_allowed, layer_schema
from spatial.export.fields import FieldType, LayerKind, Obligation, fields_of
from spatial.export.formats import geojson_files
from spatial.pack import open_pack
from tests.export.small_content import small_content, stations_layer, zones_layer

CONTENT = small_content()
WRONG_VALUES = {
    FieldType.TEXT: 7,
    FieldType.INTEGER: 1.5,
    FieldType.REAL: "1.5",
    FieldType.BOOLEAN: "true",
    FieldType.DATE: "2023-03",
    FieldType.DATETIME: "2021-01-01T00:00:00",
}
EVERY_FIELD = [(layer.name, field.code) for layer in CONTENT.layers for field in layer.fields]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    directory = tmp_path_factory.mktemp("package")
    geojson_files.write(CONTENT, directory)
    return {
        layer.name: json.loads((directory / geojson_files.file_path(layer)).read_text(encoding="utf-8"))
        for layer in CONTENT.layers
    }


def checker(layer):
    return Draft202012Validator(layer_schema(layer))


def layer_named(name):
    return next(layer for layer in CONTENT.layers if layer.name == name)


def fault_count(layer, collection):
    return len(list(checker(layer).iter_errors(collection)))


@pytest.mark.parametrize("layer", CONTENT.layers, ids=lambda layer: layer.name)
def test_the_schema_is_one_and_accepts_what_the_package_holds(layer, written):
    Draft202012Validator.check_schema(layer_schema(layer))
    assert not list(checker(layer).iter_errors(written[layer.name]))


@pytest.mark.parametrize("kind", LayerKind)
def test_the_schema_of_every_kind_of_layer_is_one(kind):
    layer = replace(zones_layer(), kind=kind, fields=fields_of(kind))
    Draft202012Validator.check_schema(layer_schema(layer))
    assert layer_schema(layer)["$defs"]["properties"]["required"] == [field.code for field in fields_of(kind)]


@pytest.mark.parametrize(("name", "code"), EVERY_FIELD)
def test_each_field_must_be_there_and_of_its_type(name, code, written):
    layer = layer_named(name)
    field = next(field for field in layer.fields if field.code == code)
    for spoil in ("missing", "wrong"):
        broken = copy.deepcopy(written[name])
        properties = broken["features"][0]["properties"]
        if spoil == "missing":
            del properties[code]
        else:
            properties[code] = WRONG_VALUES[field.type]
        assert fault_count(layer, broken), spoil


@pytest.mark.parametrize(("name", "code"), EVERY_FIELD)
def test_a_field_may_be_null_unless_it_is_mandatory(name, code, written):
    layer = layer_named(name)
    field = next(field for field in layer.fields if field.code == code)
    changed = copy.deepcopy(written[name])
    changed["features"][0]["properties"][code] = None
    assert bool(fault_count(layer, changed)) == (field.obligation == Obligation.MANDATORY and code != "YSDM")


@pytest.mark.parametrize("code", ["BSM", "MC", "JHLY"])
def test_a_mandatory_text_is_not_empty(code, written):
    broken = copy.deepcopy(written["zones"])
    broken["features"][0]["properties"][code] = ""
    assert fault_count(layer_named("zones"), broken)


def test_a_closed_list_takes_its_values_alone(written):
    broken = copy.deepcopy(written["zones"])
    broken["features"][0]["properties"]["DBQK"] = "大致达标"
    assert fault_count(layer_named("zones"), broken)


def test_a_text_is_no_longer_than_its_field(written):
    broken = copy.deepcopy(written["zones"])
    broken["features"][0]["properties"]["MC"] = "a" * 255
    assert fault_count(layer_named("zones"), broken)
    broken["features"][0]["properties"]["MC"] = "a" * 254
    assert not fault_count(layer_named("zones"), broken)


@pytest.mark.parametrize("moment", ["2021-01-01T00:00:00Z", "2021-01-01T00:00:00.5+08:00"])
def test_a_moment_carries_its_offset(moment, written):
    changed = copy.deepcopy(written["base_stations"])
    changed["features"][0]["properties"]["X05"] = moment
    assert not fault_count(layer_named("base_stations"), changed)


BREAKS = {
    "crs": lambda whole, _: whole.update(crs={"type": "name", "properties": {"name": "EPSG:4490"}}),
    "no collection": lambda whole, _: whole.update(type="Feature"),
    "short bbox": lambda whole, _: whole.update(bbox=[113, 23, 114]),
    "bbox beyond the Earth": lambda whole, _: whole.update(bbox=[113, 23, 114, 91]),
    "number as id": lambda _, one: one.update(id=7),
    "no id": lambda _, one: one.pop("id"),
    "no properties": lambda _, one: one.update(properties=None),
    "no geometry": lambda _, one: one.update(geometry=None),
    "unknown member": lambda _, one: one.update(style={}),
    "unknown property": lambda _, one: one["properties"].update(X99=1),
    "another geometry": lambda _, one: one.update(geometry={"type": "MultiPoint", "coordinates": [[1, 2]]}),
    "metres": lambda _, one: one["geometry"].update(coordinates=deepest(one, [430324.6867, 2553559.2328])),
    "a height": lambda _, one: one["geometry"].update(coordinates=deepest(one, [113.3, 23.1, 5.0])),
    "latitude first": lambda _, one: one["geometry"].update(coordinates=deepest(one, [23.1, 113.3])),
    "half a position": lambda _, one: one["geometry"].update(coordinates=deepest(one, [113.3])),
}  # fmt: skip


def deepest(feature, position):
    """The feature's coordinates with the first position exchanged."""
    coordinates = copy.deepcopy(feature["geometry"]["coordinates"])
    if feature["geometry"]["type"] == "Point":
        return position
    coordinates[0][0][0] = position
    return coordinates


@pytest.mark.parametrize("name", ["zones", "base_stations"])
@pytest.mark.parametrize("fault", BREAKS)
def test_a_broken_feature_is_found(name, fault, written):
    broken = copy.deepcopy(written[name])
    BREAKS[fault](broken, broken["features"][0])
    assert fault_count(layer_named(name), broken)


def test_a_ring_has_four_positions_and_a_polygon_a_ring(written):
    for shape in ([[[113.3, 23.1], [113.4, 23.1], [113.3, 23.1]]], []):
        broken = copy.deepcopy(written["zones"])
        broken["features"][0]["geometry"]["coordinates"] = [shape]
        assert fault_count(layer_named("zones"), broken)


def test_a_feature_code_is_asked_for_once_the_class_list_gives_one():
    layer = stations_layer()
    coded = replace(layer, class_path=replace(layer.class_path, code="0203"))
    named = {field.code: replace(field, obligation=Obligation.MANDATORY) for field in layer.fields}
    assert blank_allowed(named["YSDM"], layer)
    assert not blank_allowed(named["YSDM"], coded)
    assert blank_allowed(named["XZQDM"], coded)


def test_a_field_shows_alias_unit_and_obligation():
    area = layer_schema(zones_layer())["$defs"]["properties"]["properties"]["MJ_KM2"]
    assert area["title"] == "图形面积 / Area of the outline"
    assert (area["x-unit"], area["x-obligation"]) == ("km²", "M")


def test_the_schema_accepts_the_layers_of_the_shipped_pack(tmp_path):
    content = build_content(open_pack("haizhu"), options=ContentOptions(synthetic=True))
    geojson_files.write(content, tmp_path)
    for layer in content.layers:
        written = json.loads((tmp_path / geojson_files.file_path(layer)).read_text(encoding="utf-8"))
        written["features"] = written["features"][:200]
        assert not list(checker(layer).iter_errors(written))
