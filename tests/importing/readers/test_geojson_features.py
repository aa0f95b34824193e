from __future__ import annotations

import json
import tracemalloc
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import AtlasError, LimitExceededError, UnreadableFileError, UnsupportedFormatError
from spatial.importing.model import Encoding, ReadOptions, StatedCrs
from spatial.importing.readers import geojson_features
from spatial.limits import Limits
from spatial.text import text

RING = [[113.0, 23.0], [114.0, 23.0], [114.0, 24.0], [113.0, 23.0]]


def feature(geometry, **members):
    return {"type": "Feature", "properties": {}, "geometry": geometry} | members


def point(x=113.3, y=23.1):
    return {"type": "Point", "coordinates": [x, y]}


def collection(*features, **members):
    return {"type": "FeatureCollection", **members, "features": list(features)}


@pytest.fixture
def read(tmp_path):
    def reading(document, name="a.geojson", **options):
        data = document
        if not isinstance(document, bytes):
            data = (document if isinstance(document, str) else json.dumps(document)).encode()
        path = tmp_path / "upload"
        path.write_bytes(data)
        return geojson_features.read_layer(path, name=name, options=ReadOptions(**options))

    return reading


def reasons(layer):
    return {row.row: row.reason_key.removeprefix("vector.reason_") for row in layer.rejected}


def keys(notices):
    return {notice.key for notice in notices}


@contextmanager
def logging_server():
    asked = []

    class Log(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Log) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_every_type_of_geometry_comes_as_it_stands(read):
    shapes = {
        "Point": [113.0, 23.0],
        "MultiPoint": RING,
        "LineString": RING[:2],
        "MultiLineString": [RING[:2], RING],
        "Polygon": [RING, RING],
        "MultiPolygon": [[RING], [RING, RING]],
    }
    geometries = [{"type": kind, "coordinates": xy} for kind, xy in shapes.items()]
    geometries.append(
        {
            "type": "GeometryCollection",
            "geometries": [*geometries, {"type": "GeometryCollection", "geometries": [point()]}],
        }
    )
    layer = read(collection(*map(feature, geometries)))
    for at, geometry in enumerate(geometries):
        assert shapely.equals_identical(layer.geometry[at], shapely.from_geojson(json.dumps(geometry)))
    assert layer.n_in == len(layer.table) == 7
    assert layer.rows.tolist() == list(range(7))
    assert (layer.kind, layer.row_unit, layer.name) == ("GeoJSON", "feature", "")
    assert layer.crs == StatedCrs("wgs84", "format")
    assert layer.encoding == Encoding("utf-8", "strict")


def shaped(kind, xy):
    return f'{{"type":"Feature","geometry":{{"type":"{kind}","coordinates":{xy}}}}}'


def with_properties(properties, geometry="null"):
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


BAD = {
    "not_feature": ['{"type":"Circle"}', "1", "null", '"a"', "[]"],
    "properties": [with_properties("[1]"), with_properties('"a"')],
    "repeated_key": [
        with_properties('{"a":1,"a":2}'),
        with_properties('{"o":{"a":1,"a":2}}'),
        '{"type":"Feature","type":"Feature","properties":{},"geometry":null}',
    ],
    "half_character": [with_properties('{"a":"\\ud800"}')],
    "geometry_type": [
        with_properties("{}", '{"type":"CircularString","coordinates":[]}'),
        with_properties("{}", "[1]"),
        with_properties("{}", "{}"),
    ],
    "own_crs": ['{"type":"Feature","properties":{},"geometry":null,"crs":{"type":"name"}}'],
    "coordinates": [
        shaped("Point", xy)
        for xy in (
            '["113","23"]',
            "[113]",
            "null",
            "[null,null]",
            "[true,23]",
            "[[113,23]]",
            "{}",
            '"113,23"',
            "113",
        )
    ]
    + [
        shaped("Polygon", xy)
        for xy in ("[[113,23],[114,23],[114,24],[113,23]]", '[[[113,23],[114,23],["a",24],[113,23]]]', "[1]")
    ]
    + ['{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[1]}}'],
    "not_finite": [
        shaped("Point", xy)
        for xy in ("[NaN,23]", "[Infinity,23]", "[113,-Infinity]", "[1e999,23]", "[" + "9" * 400 + ",23]")
    ],
    "short_line": ['{"type":"Feature","geometry":{"type":"LineString","coordinates":[[113,23]]}}'],
    "short_ring": [
        shaped("Polygon", xy) for xy in ("[[[113,23],[114,23]]]", "[[[113,23],[114,23],[113,23]]]", "[[]]")
    ],
}


@pytest.mark.parametrize(("reason", "bad"), [(reason, bad) for reason in BAD for bad in BAD[reason]])
def test_a_bad_feature_is_set_aside_with_its_index_and_fails_nothing(read, reason, bad):
    good = json.dumps(feature(point(), properties={"名称": "甲"}))
    layer = read(f'{{"type":"FeatureCollection","features":[{good},{bad},{good}]}}')
    assert reasons(layer) == {1: reason}
    assert layer.rows.tolist() == [0, 2]
    assert len(layer.rejected_cells) == 1
    for lang in ("zh", "en"):
        assert text(layer.rejected[0].reason_key, lang)


def test_a_rejected_feature_keeps_its_properties_to_be_corrected(read):
    layer = read(
        collection(
            feature(point(), properties={"a": "x"}),
            feature({"type": "Point", "coordinates": [1]}, properties={"a": 7}),
        )
    )
    assert layer.rejected_cells == (("7",),)


@pytest.mark.parametrize(
    ("document", "line", "column"),
    [
        ('{"type":"FeatureCollection",\n"features":[{]}', 2, 14),
        ('{"type":"FeatureCollection","features":[1,]}', 1, 43),
        ('{"type":"Point","coordinates":[1,2]} {}', 1, 38),
        ('{"type":"Point",}', 1, 17),
        ('{"type" 1}', 1, 9),
        ('{"type":"FeatureCollection","features":[1 2]}', 1, 43),
        ("{\n", 2, 1),
        ("{a:1}", 1, 2),
    ],
)
def test_what_is_no_json_is_refused_with_line_and_column(read, document, line, column):
    with pytest.raises(UnreadableFileError) as caught:
        read(document)
    assert (caught.value.key, caught.value.params["line"], caught.value.params["column"]) == (
        "error.not_json", line, column,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("document", "key"),
    [
        (collection(), "error.geojson_without_features"),
        ({"type": "FeatureCollection"}, "error.geojson_without_features"),
        ({"type": "FeatureCollection", "features": {}}, "error.geojson_without_features"),
        ('{"type":"FeatureCollection","type":"Feature"}', "error.json_repeated_key"),
        ('{"type":"FeatureCollection","features":[],"features":[]}', "error.json_repeated_key"),
        ('{"type":"FeatureCollection","crs":{"a":1,"a":2},"features":[1]}', "error.json_repeated_key"),
        ("[1]", "vector.refused_json"),
    ],
)
def test_a_document_without_features_is_refused(read, document, key):
    with pytest.raises(AtlasError) as caught:
        read(document)
    assert caught.value.key == key


@pytest.mark.parametrize(
    "bad",
    [
        '{"type":"\\ud800"}',
        '"\\ud800"',
        with_properties('{"\\ud800":1,"\\ud800":2}'),
        shaped("Point", '["\\ud800",23]'),
        with_properties('{"a":1}', '{"type":"\\ud800"}'),
        with_properties('{"a":"\\ud800"}'),
    ],
)
def test_half_of_a_character_never_leaves_the_reader(read, bad):
    good = json.dumps(feature(point(), properties={"a": "甲"}))
    layer = read(f'{{"type":"FeatureCollection","features":[{good},{bad}]}}')
    (row,) = layer.rejected
    assert "".join([row.field, row.value, *layer.rejected_cells[0]]).encode()


def test_unclosed_rings_are_closed_and_told(read):
    layer = read(collection(feature(point()), feature({"type": "Polygon", "coordinates": [RING[:3]]})))
    assert layer.geometry[1].equals(shapely.Polygon(RING))
    assert [notice.params for notice in layer.warnings] == [{"n": 1, "rows": ["1"]}]


def test_heights_are_dropped_and_told(read):
    heights = {"type": "LineString", "coordinates": [[113, 23, 5], [114, 23, None]]}
    mixed = {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2, 3, 4]}]}
    layer = read(collection(feature(heights), feature(mixed), feature(point())))
    assert not shapely.has_z(layer.geometry).any()
    assert [(notice.key, notice.params["n"]) for notice in layer.notices] == [("vector.heights_dropped", 2)]


def test_no_geometry_and_an_empty_one_are_none(read):
    empty = {"type": "Polygon", "coordinates": []}
    nothing = {"type": "GeometryCollection", "geometries": []}
    layer = read(collection(feature(None), feature(empty), {"type": "Feature"}, feature(nothing)))
    assert layer.geometry.tolist() == [None] * 4


def test_a_column_keeps_its_type_while_it_has_one(read):
    rows = [
        {
            "n": 1,
            "h": 1.5,
            "id_no": 2**53 + 1,
            "mixed": 52,
            "yes": True,
            "list": [1, {"a": "甲"}],
            "gap": None,
        },
        {"n": 2, "h": 2, "id_no": 3, "mixed": "52个", "yes": False, "list": None, "gap": 5},
    ]
    layer = read(collection(*(feature(point(), properties=row) for row in rows)))
    table = layer.table
    assert table["n"].dtype == np.int64
    assert table["h"].tolist() == [1.5, 2.0]
    assert table["id_no"].tolist() == ["9007199254740993", "3"]
    assert table["mixed"].tolist() == ["52", "52个"]
    assert table["yes"].tolist() == [True, False]
    assert table["list"].tolist() == ['[1, {"a": "甲"}]', None]
    assert table["gap"].tolist() == [None, 5]


def test_a_number_of_thousands_of_digits_is_text(read):
    digits = "9" * 5000
    item = with_properties(f'{{"a":1,"n":{digits}}}')
    assert read(f'{{"type":"FeatureCollection","features":[{item}]}}').table["n"].tolist() == [digits]


def test_constants_among_properties_stay_as_words(read):
    layer = read('{"type":"Feature","geometry":null,"properties":{"a":NaN,"b":-Infinity,"c":1e999}}')
    assert layer.table.iloc[0].tolist() == ["nan", "-inf", "inf"]
    assert [(notice.key, notice.params["n"]) for notice in layer.warnings] == [
        ("vector.constants_as_text", 3)
    ]


def test_the_features_own_ids_are_kept_beside_a_property(read):
    own = read(collection(feature(point(), id="x"), feature(point(), id=7)))
    assert own.table["id"].tolist() == ["x", "7"]
    same = read(collection(feature(point(), id=7, properties={"id": "7"})))
    assert list(same.table) == ["id"]
    other = read(collection(feature(point(), id=1, properties={"id": "a", "feature_id": 2})))
    assert other.table.iloc[0].to_dict() == {"feature_id_": 1, "id": "a", "feature_id": 2}
    assert keys(other.notices) == {"vector.feature_id_kept"}


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("EPSG:4490", "EPSG:4490"),
        ("urn:ogc:def:crs:EPSG::4547", "EPSG:4547"),
        ("urn:ogc:def:crs:EPSG:9.8:4547", "EPSG:4547"),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", "EPSG:4490"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "wgs84"),
        ("OGC:CRS84", "wgs84"),
        ("urn:ogc:def:crs:ESRI::102100", "ESRI:102100"),
        ("GCS_China_Geodetic_Coordinate_System_2000", "GCS_China_Geodetic_Coordinate_System_2000"),
    ],
)
def test_a_named_system_is_passed_on(read, member, name):
    layer = read(collection(feature(point()), crs={"type": "name", "properties": {"name": member}}))
    assert layer.crs == StatedCrs(name, "member")


def test_other_ways_to_state_a_system(read):
    assert read(collection(feature(point()), crs=None)).crs is None
    old = {"type": "EPSG", "properties": {"code": 4490}}
    assert read(collection(feature(point()), crs=old)).crs == StatedCrs("EPSG:4490", "member")
    alone = feature(point(), crs={"type": "name", "properties": {"name": "EPSG:4547"}})
    assert read(alone).crs == StatedCrs("EPSG:4547", "member")


@pytest.mark.parametrize("kind", ["link", "url", "file", "name"])
def test_a_system_that_stands_elsewhere_is_refused_and_never_asked_for(read, tmp_path, kind):
    canary = tmp_path / "canary.prj"
    canary.write_text('GEOGCS["canary"]')
    with logging_server() as (address, asked):
        for href in (address + "/4490", str(canary), canary.as_uri(), "+init=epsg:4490"):
            crs = {"type": kind, "properties": {"href": href, "url": href, "name": href}}
            with pytest.raises(UnsupportedFormatError) as caught:
                read(collection(feature(point()), crs=crs))
            assert caught.value.key == "error.geojson_crs_link"
            assert "canary" not in caught.value.message("zh")
        if kind != "name":
            crs = {"type": kind, "properties": {"href": address, "name": "EPSG:4547"}}
            with pytest.raises(UnsupportedFormatError):
                read(collection(feature(point()), crs=crs))
        assert asked == []


@pytest.mark.parametrize(
    ("encoding", "source"), [("gb18030", "strict"), ("utf-16", "mark"), ("utf-8-sig", "mark")]
)
def test_encodings_are_found_and_told(read, encoding, source):
    data = json.dumps(collection(feature(point(), properties={"名称": "江边"})), ensure_ascii=False).encode(
        encoding
    )
    layer = read(data)
    assert layer.table["名称"].tolist() == ["江边"]
    assert layer.encoding == Encoding(encoding.removesuffix("-sig"), source)
    assert read(data, encoding=encoding.removesuffix("-sig")).encoding.source == "stated"


def test_each_line_may_be_a_feature(read):
    lines = [json.dumps(feature(point(), properties={"n": n})) for n in range(3)]
    body = "\n".join([lines[0], "", "{broken", lines[1], json.dumps(point()), lines[2] + "\r"])
    for name in ("a.geojsonl", "a.ndjson", "a.geojson"):
        layer = read(body, name=name)
        assert (layer.row_unit, layer.rows.tolist(), reasons(layer)) == (
            "line",
            [1, 4, 5, 6],
            {3: "not_json"},
        )
    first_is_broken = "\n".join(["{broken", *lines])
    assert reasons(read(first_is_broken, name="a.ndjson")) == {1: "not_json"}
    with pytest.raises(UnreadableFileError, match="第 1 行"):
        read(first_is_broken, name="a.geojson")
    with pytest.raises(UnreadableFileError, match="第 1 行"):
        read("{broken\n{too", name="a.ndjson")


def test_records_behind_a_separator_may_go_over_several_lines(read):
    records = [json.dumps(feature(point(), properties={"n": n}), indent=1) for n in range(2)]
    layer = read("\x1e" + "\n\x1e".join([records[0], "{x", records[1]]), name="a.geojsons")
    assert (layer.row_unit, layer.rows.tolist(), reasons(layer)) == ("feature", [0, 2], {1: "not_json"})
    two_on_a_line = read(f"\x1e{records[0]}\x1e{records[1]}".replace("\n", ""), name="a.geojsons")
    assert two_on_a_line.rows.tolist() == [0, 1]


def test_a_collection_under_a_name_of_lines_is_a_collection(read):
    layer = read(json.dumps(collection(feature(point())), indent=1), name="a.geojsonl")
    assert (layer.row_unit, layer.n_in) == ("feature", 1)


def test_a_stated_layer_is_refused_where_there_is_one(read, tmp_path):
    with pytest.raises(UnreadableFileError, match="图层"):
        read(point(), layer="a")
    assert geojson_features.list_layers(tmp_path / "upload", name="a", options=ReadOptions())[0].name == ""


@pytest.mark.parametrize(
    ("limit", "value", "document"),
    [
        ("upload_bytes", 10, collection(feature(point()))),
        ("features", 1, collection(feature(point()), feature(point()))),
        ("features", 1, "{a\n" + json.dumps(feature(point())) + "\n{b"),
        ("columns", 1, collection(feature(point(), properties={"a": 1, "b": 2}))),
        ("cell_characters", 3, collection(feature(point(), properties={"a": "1234"}))),
        ("cell_characters", 3, collection(feature(point(), properties={"abcd": 1}))),
        ("vertices", 3, collection(feature({"type": "LineString", "coordinates": RING}))),
        ("json_containers", 3, collection(feature(point()))),
        ("json_depth", 3, collection(feature(point(), properties={"a": [[[[1]]]]}))),
        ("json_depth", 64, "[" * 100_000),
    ],
)
def test_each_limit_is_held(read, limit, value, document):
    with pytest.raises(LimitExceededError) as caught:
        read(document, name="a.ndjson", limits=Limits(**{limit: value}))
    assert caught.value.key == f"error.limit_{limit}"


def test_collections_in_collections_are_held_to_their_depth(read):
    geometry = point()
    for _ in range(70):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    with pytest.raises(LimitExceededError, match="json_depth"):
        read(collection(feature(geometry)))


def test_features_are_read_without_holding_the_document(read, tmp_path):
    """The parsed document would take several times the memory of the columns and coordinates."""
    ring = [[113 + n / 1e5, 23 + n / 1e6] for n in range(500)]
    many = collection(*(feature({"type": "LineString", "coordinates": ring}) for _ in range(200)))
    data = json.dumps(many).encode()
    tracemalloc.start()
    json.loads(data)
    whole = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    layer = read(data)
    streamed = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert layer.n_in == 200
    assert streamed < whole


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["Feature", "Point"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "geometry", "coordinates", "id", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, min_size=1, max_size=5))
def test_every_member_of_any_array_is_read_or_reported(tmp_path_factory, members):
    path = tmp_path_factory.getbasetemp() / "any.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": members}), encoding="utf-8")
    layer = geojson_features.read_layer(path, name="a.geojson", options=ReadOptions())
    assert sorted([*layer.rows.tolist(), *(row.row for row in layer.rejected)]) == list(range(len(members)))
    assert layer.n_in == len(members)
    assert len(layer.geometry) == len(layer.table)
