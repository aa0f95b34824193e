from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from spatial.errors import AtlasError, LimitExceededError, UnreadableFileError, UnsupportedFormatError
from spatial.importing.model import ReadOptions
from spatial.importing.readers import registry
from spatial.importing.readers.foreign_text import foreign_json, foreign_markup, markup_root
from spatial.limits import Limits
from spatial.text import LANGUAGES, catalogue

FUZZ = Path(__file__).parents[1] / "fuzz"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def zipped(*names: str, **contents: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()


def database(tmp_path, *tables: str) -> bytes:
    path = tmp_path / "made.sqlite"
    with sqlite3.connect(path) as connection:
        for table in tables:
            connection.execute(f"CREATE TABLE {table} (a)")
    connection.close()
    return path.read_bytes()


def dbf() -> bytes:
    field = b"NAME\x00\x00\x00\x00\x00\x00\x00C" + b"\x00" * 20
    return (
        bytes([3, 120, 5, 6])
        + (1).to_bytes(4, "little")
        + b"\x41\x00\x0b\x00"
        + b"\x00" * 20
        + field
        + b"\r 0123456789"
    )


def kind_of(tmp_path, data: bytes, name: str) -> str:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return registry.recognise(path, name)


def refusal(tmp_path, data: bytes, name: str) -> AtlasError:
    with pytest.raises(AtlasError) as caught:
        kind_of(tmp_path, data, name)
    return caught.value


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("站点.csv", "名称,经度\n甲,113\n".encode(), "CSV"),
        ("站点.txt", "名称\t经度\n甲\t113\n".encode("gb18030"), "CSV"),
        ("a.tsv", "名称\t经度\n".encode("utf-16"), "CSV"),
        ("a.csv", "名称,经度\n".encode("utf-16-le"), "CSV"),
        ("a.csv", "name,lon\n".encode("utf-16-be"), "CSV"),
        ("a", b"id,lon\n1,2\n", "CSV"),
        ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), "XLSX"),
        ("a.geojson", b'\xef\xbb\xbf {"type":"Feature"}', "GeoJSON"),
        ("a.ndjson", b'{"type":"Feature"}\n{"type":"Feature"}\n', "GeoJSON"),
        ("a.geojsons", b'\x1e{"type":"Feature"}\n', "GeoJSON"),
        ("a.upload", b'{"type":"Feature"}', "GeoJSON"),
        ("a.shp", b"\x00\x00\x27\x0a" + b"\x00" * 96 + b"\x00\x00\x00\x01", "Shapefile"),
        ("a.zip", zipped("sub/区.SHP", "sub/区.dbf"), "Shapefile"),
        ("a.kml", b"<?xml version='1.0'?><!-- x --><kml xmlns='http://www.opengis.net/kml/2.2'/>", "KML"),
        ("a.kml", "<kml:kml xmlns:kml='x'/>".encode("utf-16"), "KML"),
        ("a.kmz", zipped("doc.kml", "files/a.png"), "KMZ"),
        ("a.zip", zipped("doc.kml"), "KMZ"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_are(tmp_path, name, data, kind):
    assert kind_of(tmp_path, data, name) == kind


FOREIGN = {
    "XLS": OLE,
    "DOC": OLE + "WordDocument".encode("utf-16-le"),
    "XLSB": zipped("xl/workbook.bin"),
    "ODS": zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
    "OpenDocument": zipped(mimetype="application/vnd.oasis.opendocument.text"),
    "DOCX": zipped("word/document.xml"),
    "PPTX": zipped("ppt/presentation.xml"),
    "JAR": zipped("META-INF/MANIFEST.MF"),
    "FileGDB": zipped("a.gdb/a00000001.gdbtable"),
    "MapInfo TAB": b"!table\r\n!version 300\r\n",
    "MIF": b'Version 300\r\nCharset "WindowsSimpChinese"\r\n',
    "PDF": b"%PDF-1.7",
    "RTF": b"{\\rtf1\\ansi",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "JPEG": b"\xff\xd8\xff\xe0",
    "GeoTIFF / TIFF": b"II*\x00\x08\x00\x00\x00",
    "LAS / LAZ": b"LASF\x00\x00",
    "gzip": b"\x1f\x8b\x08\x00",
    "7-Zip": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "RAR": b"Rar!\x1a\x07\x00",
    "tar": b"a.shp".ljust(257, b"\x00") + b"ustar\x0000",
    "Parquet / GeoParquet": b"PAR1\x15\x04",
    "FlatGeobuf": b"fgb\x03fgb\x00",
    "OpenStreetMap PBF": b"\x00\x00\x00\x0d\x0a\x09OSMHeader",
    "DWG": b"AC1032\x00",
    "DXF": b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n",
    "VCT": b"HeadBegin\r\nDataMark: LANDUSE-VCT\r\n",
    "Access (MDB)": b"\x00\x01\x00\x00Standard Jet DB\x00",
    "Access (ACCDB)": b"\x00\x01\x00\x00Standard ACE DB\x00",
    "Python pickle": b"\x80\x04\x95\x10\x00",
    "EXE": b"MZ\x90\x00",
    "Shapefile .shx": b"\x00\x00\x27\x0a" + b"\x00" * 96 + b"\x00\x00\x00\x32",
    "Shapefile .dbf / dBASE": dbf(),
    "Shapefile .prj": b'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]',
    "OGR VRT": b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource>",
    "GDAL VRT": b"<VRTDataset/>",
    "WMS": b"<WMS_Capabilities/>",
    "WFS": b"<OGRWFSDataSource><URL>http://127.0.0.1/</URL></OGRWFSDataSource>",
    "GML": b'<?xml version="1.0"?><ogr:FeatureCollection xmlns:gml="http://www.opengis.net/gml"/>',
    "GPX": b"<gpx version='1.1'/>",
    "OpenStreetMap XML": b"<osm version='0.6'/>",
    "CityGML": b"<core:CityModel/>",
    "HTML": b"<!DOCTYPE html><p>a</p>",
    "XML Spreadsheet 2003": b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>",
    "SVG": b"<svg/>",
    "XML": b"<anything/>",
    "SQL": b"CREATE TABLE a (b int);",
    "ESRI ASCII Grid": b"ncols 4\nnrows 4\n",
}


@pytest.mark.parametrize("suffix", [".right", ".csv", ".geojson", ".gpkg", ".xlsx"])
@pytest.mark.parametrize("found", sorted(FOREIGN))
def test_any_other_format_is_refused_by_its_name_under_every_name(tmp_path, found, suffix):
    error = refusal(tmp_path, FOREIGN[found], "上传" + suffix)
    assert isinstance(error, UnsupportedFormatError)
    assert error.params["found"] == found
    for lang in LANGUAGES:
        assert found in error.message(lang)
        assert "上传" + suffix in error.message(lang)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"type":"Topology","objects":{}}', "TopoJSON"),
        (b'{"geometryType":"esriGeometryPoint","features":[{"attributes":{}}]}', "Esri JSON"),
        (b'{"features":[],"spatialReference":{"wkid":4490}}', "Esri JSON"),
        (b'{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /etc/passwd"}', "GDALG"),
        (b'{"type":"FeatureCollection","conformsTo":["http://x/json-fg-1/0.2"]}', "JSON-FG"),
        (b'{"type":"Feature","coordRefSys":"http://x/EPSG/0/4490"}', "JSON-FG"),
        (b'{"type":"CityJSON"}', "CityJSON"),
        (b'{"tilejson":"3.0"}', "TileJSON"),
        (b'{"a":1}', "JSON"),
        (b'{"type":"anything"}', "anything"),
        (b"[1,2]", "JSON"),
    ],
)  # fmt: skip
def test_json_of_another_format_is_refused_by_its_name(tmp_path, data, found):
    path = tmp_path / "upload"
    path.write_bytes(data)
    with pytest.raises(UnsupportedFormatError) as caught:
        registry.read_layer(path, name="a.geojson", options=ReadOptions())
    assert caught.value.params["found"] == found


def test_foreign_members_do_not_make_geojson_another_format():
    assert (
        foreign_json({"type": "FeatureCollection", "spatialReference": 1, "rings": [], "tilejson": 2}) is None
    )


def test_databases_are_told_by_their_tables(tmp_path):
    assert refusal(tmp_path, database(tmp_path, "t1"), "a.gpkg").params["found"] == "SQLite"
    assert refusal(tmp_path, database(tmp_path, "geometry_columns"), "a.gpkg").params["found"] == "SpatiaLite"
    assert kind_of(tmp_path, database(tmp_path, "gpkg_contents"), "a.gpkg") == "GeoPackage"
    workspace = database(tmp_path, "atlas_workspace")
    assert refusal(tmp_path, workspace, "a.gpkg").key == "vector.refused_workspace"
    damaged = bytearray(workspace[:5000])
    damaged[68:72] = b"GPKG"
    damaged[100:200] = b"\xff" * 100
    assert kind_of(tmp_path, bytes(damaged), "a.gpkg") == "GeoPackage"


def test_a_package_and_a_zip_of_loose_files_are_refused_with_what_to_choose(tmp_path):
    package = refusal(tmp_path, zipped("manifest.json", "package.json", "a.gpkg"), "包.zip")
    assert package.key == "vector.refused_package"
    loose = refusal(tmp_path, zipped("站点.csv", "readme.txt"), "包.zip")
    assert loose.key == "vector.refused_zip_of_files"
    assert "站点.csv" in loose.message("zh")


@pytest.mark.parametrize(
    ("name", "data", "said", "found"),
    [
        ("站点.csv", zipped("xl/workbook.xml"), "CSV", "XLSX"),
        ("站点.xlsx", b"id,lon\n1,2\n", "XLSX", "CSV"),
        ("站点.xls", b"id\tlon\n1\t2\n", ".xls", "CSV"),
        ("a.gml", b"<kml/>", ".gml", "KML"),
        ("a.mid", b'"1","2"\n', ".mid", "CSV"),
        ("a.kml", zipped("doc.kml"), "KML", "KMZ"),
        ("a.csv", b'{"type":"Feature"}', "CSV", "GeoJSON"),
        ("notes.md", b"# words\n", ".md", "CSV"),
    ],
)
def test_a_name_that_claims_another_format_is_refused_with_both(tmp_path, name, data, said, found):
    error = refusal(tmp_path, data, name)
    assert (error.key, error.params["said"], error.params["found"]) == ("vector.name_disagrees", said, found)


def test_what_is_nothing_that_is_known_is_refused(tmp_path):
    assert refusal(tmp_path, bytes(range(256)), "a.bin").key == "vector.refused_unknown"
    assert refusal(tmp_path, b" \r\n", "a.csv").key == "error.empty_file"
    assert refusal(tmp_path, zipped(), "a.zip").key in {"error.empty_file", "gis.archive_damaged"}
    path = tmp_path / "upload"
    path.write_bytes(b"id,lon\n")
    with pytest.raises(LimitExceededError, match="upload_bytes"):
        registry.recognise(path, "a.csv", Limits(upload_bytes=3))


BLANKS = 100_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("words", "name", "kind"), [("{}", "a.json", "GeoJSON"), ("a,b\n1,2", "a.csv", "CSV")]
)
def test_what_stands_behind_blanks_is_seen(tmp_path, encoding, words, name, kind):
    path = tmp_path / "upload"
    path.write_bytes(("\n" * BLANKS + words).encode(encoding))
    assert registry.recognise(path, name) == kind


def test_blanks_alone_are_an_empty_file(tmp_path):
    assert refusal(tmp_path, b" \r\n" * BLANKS, "a.csv").key == "error.empty_file"
    assert refusal(tmp_path, b"\n" * BLANKS + bytes(range(256)), "a.csv").key == "vector.refused_unknown"


def test_a_pipe_and_a_folder_are_never_opened(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, tmp_path / "none"):
        with pytest.raises(UnreadableFileError):
            registry.recognise(path, "a.csv")


def test_gdal_is_loaded_for_its_own_formats_alone(tmp_path):
    (tmp_path / "a").write_bytes(b'{"type":"Point","coordinates":[113,23]}')
    code = (
        "import sys; from pathlib import Path; from spatial.importing.model import ReadOptions;"
        "from spatial.importing.readers import registry;"
        f"registry.read_layer(Path({str(tmp_path / 'a')!r}), name='a.geojson', options=ReadOptions());"
        "print([m for m in ('pyogrio','fiona','osgeo') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_seed_of_every_format_is_read(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(FUZZ))
    from seed_files import seed_files

    for name, data in seed_files().items():
        path = tmp_path / f"upload{Path(name).suffix}"
        path.write_bytes(data)
        layers = registry.list_layers(path, name=name, options=ReadOptions())
        chosen = layers[0].name if len(layers) > 1 else None
        layer = registry.read_layer(path, name=name, options=ReadOptions(layer=chosen))
        assert layer.n_in == len(layer.table) > 0, name


def test_a_root_is_found_behind_what_may_stand_before_it():
    assert markup_root("<?xml version='1.0'?>\n<!-- <kml> --><!DOCTYPE gpx [<!ENTITY a 'b'>]><kml>") == "kml"
    assert markup_root("<!doctype html>") == "html"
    assert markup_root("<") is None
    assert foreign_markup("<wfs:FeatureCollection>").found == "WFS"


def test_every_key_of_the_topic_is_used():
    source = "".join(
        path.read_text(encoding="utf-8") for path in sorted(Path(registry.__file__).parent.glob("*.py"))
    )
    unused = [key for key in catalogue() if key.startswith("vector.") and f'"{key}"' not in source]
    assert unused == []


def test_a_workbook_whose_parts_stand_elsewhere_is_no_zip_of_files(tmp_path):
    data = zipped("[Content_Types].xml", "workbook.xml", "sheet1.xml", "_rels/.rels")
    assert refusal(tmp_path, data, "a.xlsx").key == "vector.refused_workbook"
