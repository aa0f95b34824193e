from __future__ import annotations

import json

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import ExportRefusedError, GeometryError, PackageError
from spatial.export.formats import geojson_files, jsonfg
from tests.export.awkward_strings import AWKWARD, BROKEN, CONTROLS
from tests.export.feature_layers import content_of, layer_around, same_attributes
from tests.export.small_content import small_content

POINT = shapely.Point(113.3, 23.1)


def written(layer, folder):
    (file,) = jsonfg.write(content_of(layer), folder)
    return folder / file.path


def read(layer, folder):
    return jsonfg.read(folder, layer, content=content_of(layer))


def same_bits(one, other):
    return (shapely.to_wkb(np.asarray(one)) == shapely.to_wkb(np.asarray(other))).all()


@pytest.fixture
def files(tmp_path):
    made = jsonfg.write(small_content(), tmp_path)
    return list(zip(small_content().layers, (tmp_path / file.path for file in made), strict=True))


def test_files_and_counts_are_told(tmp_path):
    made = jsonfg.write(small_content(), tmp_path)
    assert [(str(one.path), one.layers, one.crs, one.n_features) for one in made] == [
        ("jsonfg/zones.json", ("zones",), "EPSG:4490", 4),
        ("jsonfg/base_stations.json", ("base_stations",), "EPSG:4490", 5),
        ("jsonfg/places.json", ("places",), "EPSG:4490", 1),
    ]


def test_a_collection_says_what_it_conforms_to_and_in_which_system_it_is(files):
    for layer, path in files:
        document = json.loads(path.read_bytes())
        assert document["conformsTo"] == [
            "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
            "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
        ]
        assert document["featureType"] == layer.name
        assert document["geometryDimension"] == (2 if layer.geometry_type == "MultiPolygon" else 0)
        assert document["coordRefSys"] == "http://www.opengis.net/def/crs/EPSG/0/4490"
        assert "crs" not in document
        assert all(feature["id"] == feature["properties"]["BSM"] for feature in document["features"])


def test_place_has_latitude_first_and_geometry_is_that_of_the_rfc_7946_file(files, tmp_path):
    for (layer, path), other in zip(
        files, geojson_files.write(small_content(), tmp_path / "other"), strict=True
    ):
        features = json.loads(path.read_bytes())["features"]
        plain = json.loads((tmp_path / "other" / other.path).read_bytes())
        assert [one["geometry"] for one in features] == [one["geometry"] for one in plain["features"]]
        assert json.loads(path.read_bytes())["bbox"] == plain["bbox"]
        places = [shapely.from_geojson(json.dumps(one["place"])) for one in features]
        source = shapely.get_coordinates(layer.features.geometry.to_numpy())
        assert (shapely.get_coordinates(places) == source[:, ::-1]).all()


def test_gdal_reads_every_coordinate_in_cgcs2000(files):
    for layer, path in files:
        # By its content, whatever its name; and asked for by name.
        assert pyogrio.read_info(path)["driver"] == "JSONFG"
        for source in (path, f"JSONFG:{path}"):
            frame = pyogrio.read_dataframe(source)
            assert frame.crs.to_epsg() == 4490
            assert frame["MC"].tolist() == layer.features["MC"].tolist()
            assert (
                shapely.get_coordinates(frame.geometry.to_numpy())
                == shapely.get_coordinates(layer.features.geometry.to_numpy())
            ).all()


def test_plain_geojson_readers_see_wgs_84(files):
    for layer, path in files:
        seen = shapely.get_parts(shapely.from_geojson(path.read_text(encoding="utf-8")))
        expected = shapely.get_parts(geojson_files.rounded_layer(layer).shapes.geometries())
        parts = shapely.get_parts(seen)
        assert shapely.equals_exact(parts, expected, tolerance=0.0).all()


def test_a_layer_without_features_is_written_and_read(tmp_path):
    some = layer_around([POINT])
    empty = type(some)(**{**vars(some), "features": some.features.iloc[:0], "n_in": 0})
    path = written(empty, tmp_path)
    assert "bbox" not in json.loads(path.read_bytes())
    assert same_attributes(read(empty, tmp_path), empty.features)


def test_layers_read_back_to_the_last_bit(files, tmp_path):
    for layer, _ in files:
        back = read(layer, tmp_path)
        assert same_attributes(back, layer.features)
        assert same_bits(back.geometry, layer.features.geometry)
        assert back.crs == layer.features.crs
        assert list(back.columns) == list(layer.features.columns)
        assert back.index.equals(layer.features.index)


def test_what_was_read_is_written_as_the_same_bytes(files, tmp_path):
    for layer, path in files:
        again = type(layer)(**{**vars(layer), "features": read(layer, tmp_path)})
        assert written(again, tmp_path / "again").read_bytes() == path.read_bytes()


@given(
    xy=st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=20),
    real=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    integer=st.none() | st.integers(-(2**63), 2**63 - 1),
    text=st.none() | st.text(),
)
def test_every_double_and_every_value_survives(tmp_path_factory, xy, real, integer, text):
    folder = tmp_path_factory.mktemp("doubles")
    n = len(xy)
    layer = layer_around(shapely.points(xy), ZBZ=[real] * n, SL=[integer] * n, MC=[text] * n)
    written(layer, folder)
    back = read(layer, folder)
    assert same_bits(back.geometry, layer.features.geometry)
    assert same_attributes(back, layer.features)
    signs = np.signbit(shapely.get_coordinates(back.geometry.to_numpy()))
    assert (signs == np.signbit(np.array(xy, dtype=float))).all()


@given(seed=st.integers(0, 2**32 - 1))
def test_every_ring_survives_in_its_own_direction(tmp_path_factory, seed):
    rng = np.random.default_rng(seed)
    polygons = []
    for x, y in rng.uniform((113, 23), (114, 24), (4, 2)):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 7))[:: rng.choice([-1, 1])]
        ring = (x, y) + 0.01 * np.column_stack([np.cos(angle), np.sin(angle)])
        hole = (x, y) + (ring - ring.mean(axis=0)) * 0.1
        shell = shapely.Polygon(ring)
        holed = shapely.Polygon(ring, [hole + (ring.mean(axis=0) - (x, y))])
        polygons.append(shapely.MultiPolygon([holed if holed.is_valid else shell]))
    layer = layer_around(polygons)
    folder = tmp_path_factory.mktemp("rings")
    written(layer, folder)
    assert same_bits(read(layer, folder).geometry, layer.features.geometry)


def test_awkward_texts_survive(tmp_path):
    texts = [*AWKWARD, *CONTROLS, "{{7*7}}", "\\ud83d", "\\u0000", "长" * 200_000]
    assert len(texts) > 500
    layer = layer_around([POINT] * len(texts), MC=texts)
    written(layer, tmp_path)
    assert same_attributes(read(layer, tmp_path), layer.features)


@pytest.mark.parametrize("text", BROKEN)
def test_half_characters_are_refused_by_feature_and_field(tmp_path, text):
    with pytest.raises(ExportRefusedError) as refused:
        written(layer_around([POINT] * 2, MC=["甲", text]), tmp_path)
    assert refused.value.params == {"feature": "f0001", "field": "MC"}


def test_time_is_a_whole_date_or_nothing(tmp_path):
    said = ["2023-03-31", "2023-03", "2023", None, "", "2023-02-30", "2023-3-1", "２０２３-03-31"]
    document = json.loads(written(layer_around([POINT] * len(said), CJRQ=said), tmp_path).read_bytes())
    assert [one["time"] for one in document["features"]] == [{"date": "2023-03-31"}] + [None] * 7


def test_a_polygon_that_rounding_eats_is_refused_by_name(tmp_path):
    speck = shapely.box(113.3, 23.0, 113.3 + 3e-8, 23.0 + 3e-8)
    with pytest.raises(GeometryError) as refused:
        written(layer_around([speck]), tmp_path)
    assert refused.value.params["features"] == ["f0000"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (b"EPSG/0/4490", b"EPSG/0/4547", "feature.other_system"),
        (b'"coordRefSys"', b'"system"', "feature.other_system"),
        (b'"place":{', b'"where":{', "feature.unusable_geometry"),
        (b"[23.1,113.3]", b"[113.3,23.1]", "feature.unusable_geometry"),
        (b'"id":"f0000"', b'"id":"f0001"', "feature.other_id"),
    ],
)
def test_another_system_or_axis_order_is_refused(tmp_path, old, new, key):
    layer = layer_around([POINT])
    path = written(layer, tmp_path)
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))
    with pytest.raises(PackageError) as refused:
        read(layer, tmp_path)
    assert refused.value.key == key


def test_what_must_be_said_travels_with_the_file(files):
    said = json.loads(files[0][1].read_bytes())["metadata"]
    assert said["schematic"] is True
    assert said["disclaimer"] == small_content().about["disclaimer"]
