from __future__ import annotations

import contextlib
import io
import time
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import AtlasError, LimitExceededError, UndecidedError, UnreadableFileError
from spatial.importing.model import Encoding, ReadOptions, StatedCrs
from spatial.importing.readers import kml
from spatial.importing.readers.geometry_lists import GeometryFaultError
from spatial.importing.readers.kml_text import read_positions
from spatial.limits import Limits

HEAD = '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
POINT = "<Point><coordinates>113.3,23.1,0</coordinates></Point>"
RING = "<LinearRing><coordinates>113,23 114,23 114,24 113,23</coordinates></LinearRing>"
HOLE = "<LinearRing><coordinates>113.5,23.1 113.6,23.1 113.6,23.2 113.5,23.1</coordinates></LinearRing>"
AREA = f"<Polygon><outerBoundaryIs>{RING}</outerBoundaryIs></Polygon>"
DATUM = '<Data name="a"><value>7</value></Data>'
LINE = "<LineString><coordinates>113,23,7 114,24,7</coordinates></LineString>"


def document(*parts):
    return f"{HEAD}<Document><name>图</name>{''.join(parts)}</Document></kml>"


def mark(inner=POINT, name="甲"):
    return f"<Placemark><name>{name}</name>{inner}</Placemark>"


def folder(name, *parts):
    return f"<Folder><name>{name}</name>{''.join(parts)}</Folder>"


def packed(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return stream.getvalue()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "upload"


@pytest.fixture
def read(path):
    def reading(content, name="a.kml", **options):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return kml.read_layer(path, name=name, options=ReadOptions(**options))

    return reading


def refused(read, content, **options):
    with pytest.raises(AtlasError) as caught:
        read(content, **options)
    return caught.value


def test_texts_extended_data_and_folders_become_columns(read):
    inner = (
        "<visibility>0</visibility><description><![CDATA[<b>江边</b>&nbsp;]]></description>"
        "<address>路 1</address>"
        "<TimeStamp><when>2024-01-02</when></TimeStamp><Style><name>x</name></Style><styleUrl>#s</styleUrl>"
        '<ExtendedData><Data name="高度"><displayName>z</displayName><value> 12 </value></Data>'
        '<SchemaData schemaUrl="#s"><SimpleData name="频段">n78</SimpleData></SchemaData>'
        '<Data name="name"><value>别名</value></Data><x:note xmlns:x="y">注</x:note></ExtendedData>'
    )
    layer = read(
        document(
            folder("外", folder("内", f'<Placemark id="p1"><name>甲</name>{inner}{POINT}</Placemark>')),
            mark(),
        )
    )
    assert layer.table.iloc[0].to_dict() == {
        "name": "甲", "folder": "外/内", "id": "p1", "description": "<b>江边</b>&nbsp;", "address": "路 1",
        "when": "2024-01-02", "高度": "12", "频段": "n78", "name (ExtendedData)": "别名", "note": "注",
    }  # fmt: skip
    assert layer.table.iloc[1].tolist() == ["甲", *[""] * 9]
    assert (layer.kind, layer.row_unit, layer.crs) == ("KML", "feature", StatedCrs("wgs84", "format"))
    assert layer.rows.tolist() == [0, 1]
    assert layer.notices == ()


@pytest.mark.parametrize(
    ("inner", "wkt"),
    [
        (POINT, "POINT (113.3 23.1)"),
        ("<Point><coordinates>\n 113.3 , 23.1 ,0\t</coordinates></Point>", "POINT (113.3 23.1)"),
        (LINE, "LINESTRING (113 23, 114 24)"),
        (RING, "LINESTRING (113 23, 114 23, 114 24, 113 23)"),
        (AREA, "POLYGON ((113 23, 114 23, 114 24, 113 23))"),
        (
            f"<Polygon><innerBoundaryIs>{HOLE}</innerBoundaryIs><outerBoundaryIs>{RING}</outerBoundaryIs></Polygon>",
            "POLYGON ((113 23, 114 23, 114 24, 113 23), (113.5 23.1, 113.6 23.1, 113.6 23.2, 113.5 23.1))",
        ),
        (f"<MultiGeometry>{POINT}{POINT}</MultiGeometry>", "MULTIPOINT (113.3 23.1, 113.3 23.1)"),
        (
            f"<MultiGeometry>{POINT}<MultiGeometry>{AREA}</MultiGeometry></MultiGeometry>",
            "GEOMETRYCOLLECTION (POINT (113.3 23.1), MULTIPOLYGON (((113 23, 114 23, 114 24, 113 23))))",
        ),
        (POINT + POINT, "MULTIPOINT (113.3 23.1, 113.3 23.1)"),
    ],
)
def test_geometry_comes_as_it_stands(read, inner, wkt):
    layer = read(document(mark(inner)))
    assert shapely.equals_identical(layer.geometry[0], shapely.from_wkt(wkt))
    assert layer.rejected == ()


@pytest.mark.parametrize(
    "inner", ["", "<Point/>", "<MultiGeometry/>", "<Point><coordinates> </coordinates></Point>"]
)
def test_a_placemark_without_positions_has_no_geometry(read, inner):
    assert read(document(mark(inner))).geometry.tolist() == [None]


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("<Point><coordinates>113.3</coordinates></Point>", "coordinates"),
        ("<Point><coordinates>113.3,x</coordinates></Point>", "coordinates"),
        ("<Point><coordinates>113.3,,23</coordinates></Point>", "coordinates"),
        ("<Point><coordinates>113_3,23</coordinates></Point>", "coordinates"),
        ("<Point><coordinates>113,23,0,5</coordinates></Point>", "coordinates"),
        ("<Point><coordinates>113,23 114,24</coordinates></Point>", "coordinates"),
        ("<Point><coordinates>nan,23</coordinates></Point>", "not_finite"),
        ("<Point><coordinates>113,1e999</coordinates></Point>", "not_finite"),
        ("<LineString><coordinates>113,23</coordinates></LineString>", "short_line"),
        (AREA.replace("114,23 114,24 113,23", "114,24"), "short_ring"),
        ("<Model><Link><href>http://127.0.0.1:9/</href></Link></Model>", "kml_geometry"),
        ("<gx:Track><when>2024</when><gx:coord>113 23 0</gx:coord></gx:Track>", "kml_geometry"),
        (f"<gx:MultiTrack><gx:Track/></gx:MultiTrack>{POINT}", "kml_geometry"),
        (f"<ExtendedData>{DATUM}{DATUM.replace('7', '8')}</ExtendedData>", "repeated_data"),
    ],
)  # fmt: skip
def test_a_bad_placemark_is_set_aside_with_its_index_and_fails_nothing(read, inner, reason):
    layer = read(document(mark(), mark(inner, name="乙"), mark()))
    assert [(row.row, row.reason_key) for row in layer.rejected] == [(1, f"vector.reason_{reason}")]
    assert layer.rows.tolist() == [0, 2]
    assert layer.rejected_cells == (("乙",),)


def test_unclosed_rings_are_closed_and_heights_dropped_and_both_told(read):
    unclosed = AREA.replace(" 113,23</coordinates>", "</coordinates>")
    layer = read(document(mark(unclosed), mark(LINE)))
    assert layer.geometry[0].area == 0.5
    assert [(notice.key, notice.params["n"]) for notice in layer.warnings] == [("vector.rings_closed", 1)]
    assert [(notice.key, notice.params["n"]) for notice in layer.notices] == [("vector.heights_dropped", 1)]


def test_folders_that_draw_different_things_are_a_choice(read, path):
    content = document(folder("站", mark(), mark()), folder("区", mark(AREA)), mark())
    error = refused(read, content)
    assert isinstance(error, UndecidedError)
    (question,) = error.questions
    assert (question.what, question.flag) == ("layer", "--layer")
    assert [choice.value for choice in question.choices] == ["站", "区", "/", "*"]
    assert "站" in error.message("zh")
    assert question.choices[0].label.message("zh")
    infos = kml.list_layers(path, name="a.kml", options=ReadOptions())
    assert [(info.name, info.n_rows, info.geometry_type) for info in infos] == [
        ("站", 2, "Point"), ("区", 1, "Polygon"), ("/", 1, "Point"),
    ]  # fmt: skip
    assert read(content, layer="区").rows.tolist() == [2]
    assert read(content, layer="*").n_in == 4
    assert refused(read, content, layer="路").key == "error.unknown_layer"


def test_folders_that_draw_the_same_are_one_layer(read, path):
    layer = read(document(folder("东", mark()), folder("西", mark())))
    assert layer.table["folder"].tolist() == ["东", "西"]
    assert read(f"{HEAD}{mark()}</kml>").n_in == 1
    assert kml.list_layers(path, name="a.kml", options=ReadOptions())[0] == ("", 1, "Point")


def test_an_archive_gives_its_document_and_tells_what_it_leaves(read):
    layer = read(packed(doc_kml=document(mark()), files__a_png="x"))
    assert (layer.kind, layer.n_in) == ("KMZ", 1)
    assert [(notice.key, notice.params["members"]) for notice in layer.notices] == [
        ("vector.kmz_ignored", ["files/a.png"])
    ]
    assert refused(read, packed(a_txt="x")).key == "vector.kml_without_member"


def test_several_documents_of_an_archive_are_a_choice(read):
    content = packed(doc_kml=document(mark()), sub__b_kml=document(mark(name="乙"), mark()))
    (question,) = refused(read, content).questions
    assert [choice.value for choice in question.choices] == ["doc.kml", "sub/b.kml", "*"]
    assert read(content, layer="sub/b.kml").rows.tolist() == [1, 2]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "{canary}">]>',
        '<!DOCTYPE kml [<!ENTITY % x SYSTEM "{address}/x"> %x;]>',
        '<!DOCTYPE kml SYSTEM "{address}/kml.dtd">',
        '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        "<!DOCTYPE kml>",
    ],
)
def test_a_document_type_is_refused_and_nothing_of_it_is_read_or_asked_for(read, tmp_path, head):
    canary = tmp_path / "canary"
    canary.write_text("canary-content")
    with logging_server() as (address, asked):
        text = head.replace("{canary}", canary.as_uri()).replace("{address}", address)
        error = refused(read, text + document(mark(name="&x;")))
        assert (error.key, asked) == ("vector.kml_dtd", [])
        assert "canary" not in error.message("zh")


def test_links_overlays_and_styles_are_never_followed_but_told(read):
    with logging_server() as (address, asked):
        link = f"<NetworkLink><name>x</name><Link><href>{address}/a.kml</href></Link></NetworkLink>"
        overlay = f"<GroundOverlay><Icon><href>{address}/a.png</href></Icon></GroundOverlay>"
        style = f"<styleUrl>{address}/style.kml#a</styleUrl>"
        layer = read(document(link, overlay, overlay, mark(style + POINT)))
        told = {notice.params["what"]: notice.params["n"] for notice in layer.notices}
        assert told == {"NetworkLink": 1, "GroundOverlay": 2}
        assert layer.n_in == 1
        assert refused(read, document(link)).key == "vector.kml_only_elsewhere"
        assert asked == []
    assert refused(read, document()).key == "vector.kml_without_placemarks"


class logging_server:  # noqa: N801 - used like a function
    def __enter__(self):
        asked = []

        class Log(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Log)
        Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}", asked

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def test_what_is_no_xml_is_refused_with_line_and_column(read):
    error = refused(read, f"<?xml version='1.0'?>\n{HEAD}\n<Document><Placemark></Document>")
    assert (error.key, error.params["line"]) == ("vector.kml_not_xml", 3)
    assert refused(read, document(mark())[:-9]).key == "vector.kml_not_xml"
    assert refused(read, document(mark("&x;"))).key == "vector.kml_not_xml"


@pytest.mark.parametrize("named", ["GB2312", "gbk", "GB18030"])
def test_the_encoding_that_the_declaration_names_is_used(read, named):
    text = f'<?xml version="1.0" encoding="{named}"?>\n' + document(mark(name="江边路"))
    layer = read(text.encode("gbk"))
    assert layer.table["name"].tolist() == ["江边路"]
    assert layer.encoding == Encoding("gb18030", "format")


def test_other_encodings_are_found(read):
    text = '<?xml version="1.0" encoding="UTF-8"?>' + document(mark(name="江边路"))
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
        assert read(text.encode(encoding)).table["name"].tolist() == ["江边路"]
    assert read(text.encode(), encoding="utf-8").encoding.source == "stated"


@pytest.mark.parametrize(
    ("limit", "value", "content"),
    [
        ("upload_bytes", 10, document(mark())),
        ("features", 1, document(mark(), mark())),
        ("columns", 1, document(mark("<address>a</address>"))),
        ("cell_characters", 5, document(mark(name="123456"))),
        ("vertices", 2, document(mark(AREA))),
        ("features", 1, packed(a_kml=document(mark()), b_kml=document(mark()))),
        ("archive_members", 1, packed(a_kml="x", b_kml="x")),
    ],
)
def test_each_limit_is_held(read, limit, value, content):
    with pytest.raises(LimitExceededError) as caught:
        read(content, limits=Limits(**{limit: value}))
    assert caught.value.key == f"error.limit_{limit}"


def test_positions_outside_any_geometry_are_nothing(read):
    assert read(document(mark("<coordinates>113,23</coordinates>"))).geometry.tolist() == [None]


def test_deep_nesting_is_refused(read):
    error = refused(read, document(*["<Folder>"] * 100, *["</Folder>"] * 100))
    assert isinstance(error, UnreadableFileError)
    assert error.key == "vector.xml_nesting"


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><kml>&b;</kml>',
        '<!DOCTYPE kml [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a"> %a;]><kml/>',
        '<!DOCTYPE kml SYSTEM "file:///etc/passwd"><kml/>',
        "<kml>&a;</kml>",
    ],
)
def test_entities_are_never_resolved(read, bomb):
    error = refused(read, bomb)
    assert error.key in {"vector.kml_dtd", "vector.kml_not_xml"}


def test_very_many_attributes_and_elements_take_no_time_out_of_proportion(read):
    many = " ".join(f'a{number}="b"' for number in range(300_000))
    begin = time.process_time()
    with contextlib.suppress(AtlasError):
        read(document(f"<a {many}/>", mark()))
    assert time.process_time() - begin < 10
    begin = time.process_time()
    read(document("<a/>" * 300_000, mark()))
    assert time.process_time() - begin < 10


def test_a_million_levels_are_refused_at_once(read):
    for opened in ("<a>", "<Folder>", "<MultiGeometry>"):
        begin = time.process_time()
        refused(read, document(mark(opened * 1_000_000)))
        assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    "giant", ['<a b="{}"/>', "<!--{}-->", "<?a {}?>", "<{}/>", "<name><![CDATA[{}]]></name>"]
)
def test_a_giant_token_takes_no_time_out_of_proportion(read, giant):
    """Fed in small pieces, a token of this size is scanned again with each and takes minutes."""
    begin = time.process_time()
    read(document(giant.format("b" * 20_000_000), mark()))
    assert time.process_time() - begin < 5


@given(
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1),
    st.sampled_from([",", " , ", ",\n"]),
)
def test_positions_survive_their_text(positions, comma):
    text = "\n".join(f"{x!r}{comma}{y!r}" for x, y in positions)
    assert read_positions(text) == [[x, y] for x, y in positions]


@given(st.text("0123456789.,-+eE \n_naif", max_size=40))
def test_any_text_of_positions_is_numbers_or_a_fault(text):
    numbers = text.replace(",", " ").split()
    try:
        positions = read_positions(text)
    except GeometryFaultError:
        return
    assert [repr(n) for position in positions for n in position] == [repr(float(n)) for n in numbers]
    assert all(len(position) in {2, 3} for position in positions)
