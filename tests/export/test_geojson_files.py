from __future__ import annotations

import json
import re
from decimal import Decimal

import geojson_pydantic
import geojson_validator
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import (
    ExportRefusedError,
    GeometryError,
    InputError,
    LimitExceededError,
    PackageError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from spatial.export.formats import feature_lines, geojson_files
from spatial.export.formats.rounding import rounded
from spatial.limits import Limits
from tests.export.awkward_strings import AWKWARD, BROKEN, CONTROLS
from tests.export.feature_layers import content_of, layer_around, same_attributes
from tests.export.small_content import small_content

BOX = shapely.box(113.3, 23.0, 113.4, 23.1)
POINT = shapely.Point(113.3, 23.1)


def written(layer, folder):
    (file,) = geojson_files.write(content_of(layer), folder)
    return folder / file.path


def read(layer, folder):
    return geojson_files.read(folder, layer, content=content_of(layer))


@pytest.fixture
def files(tmp_path):
    return [
        (layer, tmp_path / file.path)
        for layer, file in zip(
            small_content().layers, geojson_files.write(small_content(), tmp_path), strict=True
        )
    ]


def test_files_and_counts_are_told(tmp_path):
    made = geojson_files.write(small_content(), tmp_path)
    assert [(str(one.path), one.layers, one.crs, one.n_features) for one in made] == [
        ("geojson/zones.geojson", ("zones",), "OGC:CRS84", 4),
        ("geojson/base_stations.geojson", ("base_stations",), "OGC:CRS84", 5),
        ("geojson/places.geojson", ("places",), "OGC:CRS84", 1),
    ]


def test_each_file_is_what_rfc_7946_and_city_platforms_want(files):
    for layer, path in files:
        data = path.read_bytes()
        document = json.loads(data.decode("utf-8"), parse_float=Decimal)
        assert not data.startswith(b"\xef\xbb\xbf")
        assert "crs" not in document
        assert [feature["id"] for feature in document["features"]] == layer.features["BSM"].tolist()
        assert {feature["geometry"]["type"] for feature in document["features"]} == {layer.geometry_type}
        for feature in document["features"]:
            assert feature["id"] == feature["properties"]["BSM"]
            assert list(feature["properties"]) == [field.code for field in layer.fields]
        xy = shapely.get_coordinates(geojson_files.rounded_layer(layer).shapes.geometries())
        assert [float(number) for number in document["bbox"]] == [*xy.min(axis=0), *xy.max(axis=0)]
        numbers = re.findall(rb'"coordinates":\[+([-\d.,\[\]]+)', data)
        assert max(len(part.partition(b".")[2]) for run in numbers for part in re.split(rb"[],[]+", run)) <= 7


def test_independent_validators_agree(files):
    for _, path in files:
        document = json.loads(path.read_bytes())
        assert geojson_validator.validate_structure(document, check_crs=True) == {}
        found = geojson_validator.validate_geometries(document)
        # It finds a hole as such remarkable, and more than six decimals.
        remarks = set(found["problematic"]) - {"holes", "excessive_coordinate_precision"}
        assert (found["invalid"], remarks) == ({}, set())
        geojson_pydantic.FeatureCollection.model_validate(document)


def test_each_feature_stands_on_a_line_of_its_own(files):
    for layer, path in files:
        first, *lines, last, end = path.read_text(encoding="utf-8").split("\n")
        assert first.endswith('"features":[')
        assert (last, end) == ("]}", "")
        assert [json.loads(line.rstrip(","))["id"] for line in lines] == layer.features["BSM"].tolist()


def test_same_content_gives_the_same_bytes(files, tmp_path):
    again = tmp_path / "again"
    for (_, path), file in zip(files, geojson_files.write(small_content(), again), strict=True):
        assert path.read_bytes() == (again / file.path).read_bytes()


def test_what_must_be_said_travels_with_the_file(files):
    said = json.loads(files[0][1].read_bytes())["metadata"]
    assert said["schematic"] is True
    assert said["disclaimer"]["zh"].startswith("凡标“示意”")
    assert said["attribution"] == small_content().about["attribution"]
    assert json.loads(files[1][1].read_bytes())["metadata"]["synthetic"] is True


def test_layers_read_back_with_every_attribute_and_the_rounded_positions(files, tmp_path):
    for layer, _ in files:
        back = read(layer, tmp_path)
        assert same_attributes(back, layer.features)
        assert back.crs.to_epsg() == 4490
        expected = geojson_files.rounded_layer(layer).shapes.geometries()
        assert (shapely.to_wkb(back.geometry.to_numpy()) == shapely.to_wkb(expected)).all()
        nearest = shapely.get_coordinates(shapely.normalize(expected)) - shapely.get_coordinates(
            shapely.normalize(layer.features.geometry.to_numpy())
        )
        assert np.abs(nearest).max() <= 6e-8


def test_gdal_reads_the_same(files):
    for layer, path in files:
        frame = pyogrio.read_dataframe(path)
        assert frame.crs.to_epsg() == 4326
        assert frame["MC"].tolist() == layer.features["MC"].tolist()
        expected = geojson_files.rounded_layer(layer).shapes.geometries()
        assert shapely.equals_exact(frame.geometry.to_numpy(), expected, tolerance=0.0).all()


def test_awkward_texts_survive(tmp_path):
    texts = [*AWKWARD, *CONTROLS, "长" * 200_000]
    assert len(texts) > 500
    layer = layer_around([POINT] * len(texts), MC=texts)
    written(layer, tmp_path)
    assert same_attributes(read(layer, tmp_path), layer.features)


def test_awkward_ids_survive(tmp_path):
    texts = sorted({text for text in (*AWKWARD, *CONTROLS) if text})
    layer = layer_around([POINT] * len(texts), BSM=texts)
    written(layer, tmp_path)
    assert read(layer, tmp_path)["BSM"].tolist() == texts


@pytest.mark.parametrize("text", BROKEN)
def test_half_characters_are_refused_by_feature_and_field(tmp_path, text):
    layer = layer_around([POINT] * 3, MC=["甲", text, "乙"])
    with pytest.raises(ExportRefusedError) as refused:
        written(layer, tmp_path)
    assert refused.value.params == {"feature": "f0001", "field": "MC"}


def test_infinite_numbers_and_foreign_types_are_refused(tmp_path):
    with pytest.raises(ExportRefusedError, match="ZBZ"):
        written(layer_around([POINT] * 2, ZBZ=[1.0, -np.inf]), tmp_path)
    with pytest.raises(ExportRefusedError, match="MC"):
        written(layer_around([POINT] * 2, MC=["a", 5]), tmp_path)


@pytest.mark.parametrize(("ids", "key"), [(["a", ""], "without_id"), (["a", "a"], "repeated_id")])
def test_ids_that_are_none_are_refused(tmp_path, ids, key):
    with pytest.raises(ExportRefusedError) as refused:
        written(layer_around([POINT] * 2, BSM=ids), tmp_path)
    assert refused.value.key == f"feature.{key}"


def test_a_layer_without_features_is_written_and_read(tmp_path):
    for layer in (layer_around([POINT]), layer_around([BOX])):
        empty = layer_around([])
        empty = type(layer)(**{**vars(layer), "features": empty.features, "n_in": 0})
        path = written(empty, tmp_path)
        assert "bbox" not in json.loads(path.read_bytes())
        back = read(empty, tmp_path)
        assert len(back) == 0
        assert same_attributes(back, empty.features)


def test_more_features_than_one_chunk_keep_their_order(tmp_path, monkeypatch):
    monkeypatch.setattr(geojson_files, "CHUNK_FEATURES", 7)
    monkeypatch.setattr(feature_lines, "CHUNK_FEATURES", 10)
    rng = np.random.default_rng(4)
    boxes = [
        shapely.MultiPolygon([shapely.box(x, y, x + 0.001, y + 0.002)])
        for x, y in rng.uniform((113, 23), (114, 24), (95, 2))
    ]
    layer = layer_around(boxes, MC=["琶洲"] * 95, SL=range(95))
    written(layer, tmp_path)
    for piece in (1, 300, 5000, 10**6):
        monkeypatch.setattr(feature_lines, "_PIECE_BYTES", piece)
        assert same_attributes(read(layer, tmp_path), layer.features)


# ----- rounding -----


def test_outer_rings_run_counter_clockwise_and_inner_ones_clockwise(tmp_path):
    hole = [(113.32, 23.02), (113.34, 23.02), (113.34, 23.04)]
    wrong = shapely.Polygon(list(BOX.exterior.coords), [hole])
    for polygon in (wrong, shapely.orient_polygons(wrong), shapely.orient_polygons(wrong, exterior_cw=True)):
        document = json.loads(written(layer_around([polygon]), tmp_path).read_bytes())
        outer, inner = document["features"][0]["geometry"]["coordinates"][0]
        assert shapely.is_ccw(shapely.linearrings(outer))
        assert not shapely.is_ccw(shapely.linearrings(inner))


def test_a_position_twice_in_a_row_after_rounding_is_written_once(tmp_path):
    close = [(113.3, 23.0), (113.4, 23.0), (113.40000001, 23.00000001), (113.4, 23.1)]
    document = json.loads(written(layer_around([shapely.Polygon(close)]), tmp_path).read_bytes())
    assert document["features"][0]["geometry"]["coordinates"] == [
        [[[113.3, 23.0], [113.4, 23.0], [113.4, 23.1], [113.3, 23.0]]]
    ]
    assert document["metadata"]["snapped"] == []


def test_a_boundary_that_rounding_folds_is_snapped_and_said_to_be(tmp_path):
    # The notch ends a hundredth of a grid step above the lower edge and rounds onto it.
    notch = [(113.3, 23.0), (113.4, 23.0), (113.4, 23.1), (113.35, 23.000000001), (113.3, 23.1)]
    layer = layer_around([BOX, shapely.Polygon(notch)])
    assert layer.features.geometry.is_valid.all()
    document = json.loads(written(layer, tmp_path).read_bytes())
    assert document["metadata"]["snapped"] == ["f0001"]
    back = read(layer, tmp_path).geometry
    assert back.is_valid.all()
    assert back.iloc[1].area == pytest.approx(layer.features.geometry.iloc[1].area, rel=1e-6)


@pytest.mark.parametrize(
    "polygon",
    [
        shapely.box(113.3, 23.0, 113.3 + 3e-8, 23.0 + 3e-8),
        shapely.Polygon([(113.3, 23.0), (113.4, 23.00000001), (113.4, 23.00000002)]),
        shapely.box(113.3, 23.0, 113.3 + 1.4e-7, 23.0 + 1.4e-7),
    ],
    ids=["point", "line", "a_hand_wide"],
)
def test_a_polygon_that_rounding_eats_is_refused_by_name(tmp_path, polygon):
    with pytest.raises(GeometryError) as refused:
        written(layer_around([BOX, polygon]), tmp_path)
    assert refused.value.key == "feature.lost_in_rounding"
    assert refused.value.params["features"] == ["f0001"]


@st.composite
def thin_polygons(draw):
    """Valid polygons from a metre down to a hundredth of a millimetre, star-shaped, with spikes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = 10.0 ** draw(st.floats(-10, -5))
    n = draw(st.integers(3, 14))
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    radius = size * 10.0 ** rng.uniform(-draw(st.floats(0, 3)), 0, n)
    centre = rng.uniform((113, 23), (114, 24))
    return shapely.Polygon(centre + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))


@given(thin_polygons())
def test_rounding_keeps_a_polygon_sound_or_refuses_it_by_name(polygon):
    try:
        shapes, _ = rounded(np.array([polygon]), kind="MultiPolygon", ids=np.array(["it"], dtype=object))
    except GeometryError as refused:
        assert refused.params["features"] == ["it"]  # noqa: PT017 - either outcome is right
        return
    (kept,) = shapes.geometries()
    assert kept.is_valid
    assert kept.area > 0
    assert abs(kept.area - polygon.area) <= 0.0101 * polygon.area
    xy = shapely.get_coordinates(kept)
    assert (np.round(xy, 7) == xy).all()
    assert shapely.hausdorff_distance(kept.boundary, polygon.boundary) < 2e-6


@pytest.mark.parametrize(
    ("geometry", "key"),
    [
        (None, "without_geometry"),
        (shapely.Polygon(), "without_geometry"),
        (shapely.Point(113.3, 23.0), "other_geometry_type"),
        (shapely.box(431354, 2554662, 431355, 2554663), "off_the_globe"),
        (shapely.Polygon([(113, 23), (114, 24), (114, 23), (113, 24)]), "invalid_boundary"),
    ],
)
def test_polygons_that_cannot_be_written_are_refused_by_name(tmp_path, geometry, key):
    with pytest.raises(GeometryError) as refused:
        written(layer_around([BOX, geometry, BOX]), tmp_path)
    assert refused.value.key == f"feature.{key}"
    assert refused.value.params == {"count": 1, "features": ["f0001"]}


@pytest.mark.parametrize("x", [np.nan, np.inf, 180.00001])
def test_points_off_the_globe_are_refused(tmp_path, x):
    with pytest.raises(GeometryError):
        written(layer_around([POINT, shapely.Point(x, 23.0)]), tmp_path)


def test_minus_zero_is_written_as_zero(tmp_path):
    document = json.loads(written(layer_around([shapely.Point(-1e-9, -0.0)]), tmp_path).read_bytes())
    assert str(document["features"][0]["geometry"]["coordinates"]) == "[0.0, 0.0]"


# ----- reading -----


@pytest.fixture
def layer():
    return layer_around([POINT, shapely.Point(113.4, 23.2)], MC=["甲", "乙"], SL=[1, 2], ZBZ=[1.5, None])


def other_layout(document):
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def features_first(document):
    return json.dumps({"features": document["features"], "type": document["type"]}).encode()


def lines_of_halves(document):
    """First and last line as the atlas writes them, features over several lines."""
    head = {key: value for key, value in document.items() if key != "features"}
    rows = ",\n".join(json.dumps(feature, indent=1) for feature in document["features"])
    return (json.dumps(head)[:-1] + ',"features":[\n' + rows + "\n]}\n").encode()


@pytest.mark.parametrize("layout", [other_layout, features_first, lines_of_halves])
@pytest.mark.parametrize("piece", [10, 10**6])
def test_another_layout_is_read_all_the_same(tmp_path, layer, layout, piece, monkeypatch):
    monkeypatch.setattr(feature_lines, "_PIECE_BYTES", piece)
    path = written(layer, tmp_path)
    path.write_bytes(layout(json.loads(path.read_bytes())))
    back = read(layer, tmp_path)
    assert same_attributes(back, layer.features)
    assert back.geometry.tolist() == layer.features.geometry.tolist()


@pytest.mark.parametrize("layout", [bytes, other_layout])
def test_a_file_that_would_fill_the_memory_is_refused(tmp_path, layer, layout):
    path = written(layer, tmp_path)
    data = path.read_bytes().replace(b'"MC":', b'"MC":[' + b"{}," * 1000 + b'{}],"MD":', 1)
    path.write_bytes(data if layout is bytes else layout(json.loads(data)))
    with path.open("rb") as stream, pytest.raises(LimitExceededError):
        list(feature_lines.read_features(stream, name="x", limits=Limits(json_containers=500)).chunks)


SPOILED = {
    "key_twice": (b'"MC":', b'"MC":"x","MC":', "error.json_repeated_key"),
    "key_twice_in_the_head": (b'"name":', b'"name":"x","name":', "error.json_repeated_key"),
    "not_a_number": (b'"ZBZ":1.5', b'"ZBZ":NaN', "error.json_constant"),
    "infinity": (b'"ZBZ":1.5', b'"ZBZ":-Infinity', "error.json_constant"),
    "number_too_large": (b'"ZBZ":1.5', b'"ZBZ":1e999', "error.not_json"),
    "endless_integer": (b'"SL":1', b'"SL":' + b"1" * 5000, "error.json_number"),
    "half_character": ("甲".encode(), rb"\ud800", "error.not_json"),
    "not_utf8": ("甲".encode(), "甲".encode("gbk"), "error.not_json"),
    "byte_order_mark": (b'{"type":"FeatureColl', b'\xef\xbb\xbf{"type":"FeatureColl', "error.not_json"),
    "cut": (b"\n]}\n", b"\n", "error.not_json"),
    "more_behind": (b"\n]}\n", b"\n]}\n[]\n]}", "error.not_json"),
    "very_deep": (b'"MC":', b'"MC":' + b"[" * 100_000, "error.not_json"),
    "no_collection": (b"FeatureCollection", b"Topology", "error.not_geojson"),
    "no_features": (b'"features":[', b'"feature":[', "error.geojson_without_features"),
    "no_feature": (b'"type":"Feature",', b'"type":"Thing",', "feature.not_a_feature"),
    "number_as_id": (b'"id":"f0000"', b'"id":1', "feature.not_a_feature"),
    "other_id": (b'"id":"f0000"', b'"id":"f0009"', "feature.other_id"),
    "no_properties": (b'"properties":{', b'"others":{', "feature.other_fields"),
    "field_missing": (b'"MC":"\xe7\x94\xb2",', b"", "feature.other_fields"),
    "field_exchanged": (b'"MC":', b'"MD":', "feature.other_fields"),
    "field_more": (b'"MC":', b'"MD":1,"MC":', "feature.other_fields"),
    "text_as_integer": (b'"SL":1', b'"SL":"1"', "feature.other_type"),
    "real_as_integer": (b'"SL":1', b'"SL":1.0', "feature.other_type"),
    "integer_too_large": (b'"SL":1', b'"SL":9223372036854775808', "feature.other_type"),
    "truth_as_real": (b'"ZBZ":1.5', b'"ZBZ":true', "feature.other_type"),
    "integer_as_text": (b'"MC":"\xe7\x94\xb2"', b'"MC":7', "feature.other_type"),
    "integer_as_truth": (b'"SFMN":false', b'"SFMN":0', "feature.other_type"),
    "other_geometry": (b'"type":"Point"', b'"type":"LineString"', "feature.unusable_geometry"),
    "height": (b"113.3,23.1]", b"113.3,23.1,5]", "feature.unusable_geometry"),
    "metres": (b"113.3,23.1]", b"431354.0,2554662.0]", "feature.unusable_geometry"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_spoiled_files_are_refused_for_what_is_wrong(tmp_path, layer, name):
    path = written(layer, tmp_path)
    old, new, key = SPOILED[name]
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))
    with pytest.raises(InputError) as refused:
        read(layer, tmp_path)
    assert refused.value.key == key
    assert isinstance(refused.value, PackageError | UnreadableFileError | UnsupportedFormatError)


def test_an_open_ring_is_refused(tmp_path):
    layer = layer_around([shapely.MultiPolygon([BOX])])
    path = written(layer, tmp_path)
    path.write_bytes(
        path.read_bytes().replace(b"]]]]", b",0.5]]]]").replace(b",0.5]", b"],[113.35,23.05]", 1)
    )
    with pytest.raises(PackageError) as refused:
        read(layer, tmp_path)
    assert refused.value.params["feature"] == "f0000"


def test_whole_numbers_are_reals_too(tmp_path, layer):
    path = written(layer, tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"ZBZ":1.5', b'"ZBZ":2').replace(b"113.3,", b"113,"))
    back = read(layer, tmp_path)
    assert back["ZBZ"].iloc[0] == 2.0
    assert back.geometry.iloc[0].x == 113.0


# ----- a written file is checked before it is offered -----

TAMPERED = {
    "feature.rule_decimals": (b"113.3,23.0", b"113.30000001,23.0"),
    "feature.rule_repeated_position": (b"[113.4,23.1]", b"[113.4,23.1],[113.4,23.1]"),
    "feature.rule_ring_orientation": (
        b"[113.4,23.0],[113.4,23.1],[113.3,23.1]",
        b"[113.3,23.1],[113.4,23.1],[113.4,23.0]",
    ),
    "feature.rule_collapsed_ring": (b"[113.4,23.1],[113.3,23.1]", b"[113.3,23.0],[113.4,23.0]"),
    "feature.rule_valid_polygon": (b"[113.4,23.1],[113.3,23.1]", b"[113.3,23.1],[113.35,22.99]"),
    "feature.rule_unique_ids": (b"f0001", b"f0000"),
    "feature.other_value": ("甲".encode(), "申".encode()),
    "feature.other_bbox": (b'"bbox":[113.3', b'"bbox":[113.2'),
    "feature.other_count": (b'\n{"type":"Feature","id":"f0001"', b""),
    "feature.unreadable": (b"113.3,", b"NaN,"),
}


@pytest.mark.parametrize("key", TAMPERED)
def test_a_file_that_a_failing_disk_changed_is_refused(tmp_path, monkeypatch, key):
    old, new = TAMPERED[key]
    write = feature_lines.write_features

    def spoil(stream, head, features):
        write(stream, head, features)
        stream.flush()
        path = tmp_path / "geojson/zones.geojson"
        data = path.read_bytes()
        assert old in data
        if key == "feature.other_count":
            at = data.index(old)
            data = data[:at].rstrip(b",") + b"\n]}\n"
        path.write_bytes(data.replace(old, new))

    monkeypatch.setattr(geojson_files, "write_features", spoil)
    monkeypatch.setattr(
        "spatial.export.formats.read_back._refuse_other", _unless("feature.rule_unique_ids", key)
    )
    box = shapely.Polygon([(113.3, 23.0), (113.4, 23.0), (113.4, 23.1), (113.3, 23.1)])
    with pytest.raises(ExportRefusedError) as refused:
        written(layer_around([box, box], MC=["甲", "乙"]), tmp_path)
    assert key in (refused.value.key, str(refused.value.params.get("rule")))


def _unless(wanted, key):
    """The comparison with the source, switched off where it would speak before the rule that is tried."""
    from spatial.export.formats.read_back import _refuse_other

    return (lambda *_, **__: None) if key == wanted else _refuse_other


def test_a_file_with_more_features_than_its_layer_is_refused(tmp_path):
    from spatial.export.formats.read_back import check_written

    layer = layer_around([POINT] * 3)
    path = written(layer, tmp_path)
    shorter = layer_around([POINT] * 2)
    with pytest.raises(ExportRefusedError) as refused:
        check_written(path, shorter, geojson_files.rounded_layer(shorter).shapes)
    assert refused.value.params["expected"] == 2


def test_another_position_is_refused(tmp_path):
    from spatial.export.formats.read_back import check_written

    layer = layer_around([POINT] * 2)
    path = written(layer, tmp_path)
    moved = geojson_files.rounded_layer(layer_around([POINT, shapely.Point(113.3, 23.1000001)])).shapes
    with pytest.raises(ExportRefusedError) as refused:
        check_written(path, layer, moved)
    assert (refused.value.params["feature"], refused.value.params["field"]) == ("f0001", "geometry")
