# ruff: noqa: E501, S311 - one file a line; the dice are fixed
"""Write the small files of this folder: each is named for what it is, or for its fault.

Run it after a change; the files are committed, so that a test reads what a planner would bring.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import sqlite3
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
HEADER = "基站编号,基站名称,运营商,经度,纬度,站型,状态,是否共享,位置精度(m),入网日期"
ROWS = (
    "007,甲站,中国移动,114.005,23.005,宏站,现状,是,10,2020-12-31",
    "NA,乙站,中国电信,１１４.０１５,23.005,室分,规划,否,,2021年6月",
)
TABLE = "\n".join((HEADER, *ROWS)) + "\n"
WEST = [[114.00, 23.00], [114.01, 23.00], [114.01, 23.01], [114.00, 23.01], [114.00, 23.00]]
EAST = [[114.01, 23.00], [114.02, 23.00], [114.02, 23.01], [114.01, 23.01], [114.01, 23.00]]
BOW_TIE = [[114.00, 23.00], [114.01, 23.01], [114.01, 23.00], [114.00, 23.01], [114.00, 23.00]]
VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>secret.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


def feature(kind: str, coordinates: object, **properties: object) -> dict[str, object]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: object, **members: object) -> str:
    return json.dumps({"type": "FeatureCollection", **members, "features": features}, ensure_ascii=False)


def point(**properties: object) -> dict[str, object]:
    return feature("Point", [114.005, 23.005], **properties)


def crs(name: str, kind: str = "name") -> dict[str, object]:
    return {"type": kind, "properties": {"name" if kind == "name" else "href": name}}


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as parts:
        parts.writestr(zipfile.ZipInfo("xl/workbook.xml"), "<workbook/>")
    return stream.getvalue()


def database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plain.db"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE station (id TEXT)")
        connection.close()
        return path.read_bytes()


VALID: dict[str, bytes] = {
    "utf8.csv": TABLE.encode(),
    "utf8_byte_order_mark.csv": TABLE.encode("utf-8-sig"),
    "gb18030.csv": TABLE.encode("gb18030"),
    "utf16.csv": TABLE.encode("utf-16"),
    "utf16_without_mark.csv": TABLE.encode("utf-16-le"),
    "windows_line_ends.csv": TABLE.replace("\n", "\r\n").encode(),
    "semicolon.csv": TABLE.replace(",", ";").encode(),
    "tab.tsv": TABLE.replace(",", "\t").encode(),
    "chinese_comma.txt": TABLE.replace(",", "，").encode(),
    "title_above_header.csv": ("某区基站清单,,,,,,,,,\n\n" + TABLE).encode(),
    "trailing_delimiter.csv": TABLE.replace("\n", ",\n").encode(),
    "points.geojson": collection(point(名称="甲站", 站型="宏站"), point(名称="乙站", 站型="室分")).encode(),
    "points_gb18030.geojson": collection(point(名称="甲站"), point(名称="乙站")).encode("gb18030"),
    "zones.geojson": collection(
        feature("Polygon", [WEST], zone_id="west", 名称="西片"),
        feature("Polygon", [EAST], zone_id="east", 名称="东片"),
    ).encode(),
    "zones_without_ids.geojson": collection(
        feature("Polygon", [WEST], MC="西片"), feature("MultiPolygon", [[EAST]], MC="东片")
    ).encode(),
    "zones_bow_tie.geojson": collection(feature("Polygon", [BOW_TIE], zone_id="tie")).encode(),
    "zones_unclosed_ring.geojson": collection(feature("Polygon", [WEST[:-1]], zone_id="open")).encode(),
    "zones_among_others.geojson": collection(
        feature("Polygon", [WEST], zone_id="west"),
        feature("LineString", WEST, zone_id="line"),
        {"type": "Feature", "geometry": None, "properties": {"zone_id": "none"}},
    ).encode(),
}
INVALID: dict[str, bytes] = {
    "empty.csv": b"",
    "blank_lines_only.csv": b"\n \n\n",
    "delimiters_only.csv": b",,\n,,\n",
    "header_only.csv": (HEADER + "\n").encode(),
    "duplicate_column_names.csv": b"lon,lat,note,note\n114,23,a,b\n",
    "no_coordinate_columns.csv": "编号,名称\n1,甲\n".encode(),
    "two_coordinate_pairs.csv": "经度(WGS84),经度(GCJ02),纬度\n114,114,23\n".encode(),
    "unclosed_quote.csv": b'id,lon,lat\n1,114,23\n2,"114,23\n',
    "swapped_lon_lat.csv": "经度,纬度\n23.005,114.005\n23.006,114.006\n".encode(),
    "metres_as_degrees.csv": b"x,y\n431354,2554662\n431355,2554663\n",
    "workbook_named.csv": archive(),
    "old_workbook_named.csv": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
    "shapefile_named.csv": b"\x00\x00\x27\x0a" + bytes(96),
    "database_named.csv": database(),
    "pdf_named.csv": b"%PDF-1.7\n",
    "gzip_named.csv": gzip.compress(TABLE.encode(), mtime=0),
    "page_named.csv": b"<!DOCTYPE html><html><body>404</body></html>",
    "vector_definition_named.csv": VRT.encode(),
    "random_bytes.csv": random.Random(7).randbytes(400),
    "json_named.csv": collection(point()).encode(),
    "unknown_suffix.xlsb": b"lon,lat\n114,23\n",
    "not_json.geojson": b'{"type": "FeatureCollection", "features": [',
    "table_named.geojson": TABLE.encode(),
    "vector_definition_named.geojson": VRT.encode(),
    "nan_coordinate.geojson": collection(point()).replace("114.005", "NaN").encode(),
    "repeated_key.geojson": collection(point(a=1)).replace('"a": 1', '"a": 1, "a": 2').encode(),
    "long_number.geojson": collection(point(a=1)).replace('"a": 1', '"a": ' + "9" * 5000).encode(),
    "deep_nesting.geojson": collection(point(a=1)).replace('"a": 1', '"a": ' + "[" * 80 + "]" * 80).encode(),
    "bottomless_nesting.geojson": b'{"type":"FeatureCollection","features":'
    + b"[" * 20000
    + b"]" * 20000
    + b"}",
    "array_at_the_top.geojson": b"[1, 2]",
    "topojson.geojson": b'{"type": "Topology", "objects": {}, "arcs": []}',
    "esri.geojson": b'{"geometryType": "esriGeometryPoint", "features": []}',
    "streamed_algorithm.geojson": b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read x"}',
    "untyped.geojson": b'{"data": []}',
    "features_no_list.geojson": b'{"type": "FeatureCollection", "features": {}}',
    "no_features.geojson": collection().encode(),
    "feature_is_a_number.geojson": collection(7).encode(),
    "properties_are_a_list.geojson": b'{"type": "Feature", "geometry": null, "properties": [1]}',
    "crs_link.geojson": collection(point(), crs=crs("http://127.0.0.1:9/crs", "link")).encode(),
    "crs_url.geojson": collection(point(), crs=crs("http://127.0.0.1:9/crs", "url")).encode(),
    "crs_is_text.geojson": collection(point(), crs="EPSG:4326").encode(),
    "crs_unknown_name.geojson": collection(point(), crs=crs("/etc/hostname")).encode(),
    "crs_unknown_code.geojson": collection(point(), crs=crs("EPSG:999999")).encode(),
    "crs_null.geojson": collection(point(), crs=None).encode(),
}
INVALID_ZONES: dict[str, bytes] = {
    "zones_duplicate_ids.geojson": collection(
        feature("Polygon", [WEST], zone_id="same"), feature("Polygon", [EAST], zone_id="same")
    ).encode(),
    "zones_points_only.geojson": collection(point(zone_id="a")).encode(),
    "zones_flat_polygon.geojson": collection(
        feature("Polygon", [[WEST[0], WEST[1], WEST[0], WEST[0]]], zone_id="flat")
    ).encode(),
    "zones_bad_positions.geojson": collection(
        feature("Polygon", [[[114, 23], [115, "23"], [115, 24], [114, 23]]], zone_id="a"),
        feature("Polygon", [[[114, 23], [True, 23], [115, 24], [114, 23]]], zone_id="b"),
        feature("Polygon", [[114, 23]], zone_id="c"),
        feature("Polygon", 7, zone_id="d"),
        feature("MultiPolygon", 7, zone_id="e"),
        feature("Polygon", [[[114, 23], [115, 23]]], zone_id="f"),
        feature("Polygon", [[[114, 23], [115, 23], [114, 23]]], zone_id="g"),
        feature("MultiPolygon", [7], zone_id="h"),
        feature("Polygon", [7], zone_id="i"),
    ).encode(),
    "vector_definition_named.gpkg": VRT.encode(),
    "database_named.gpkg": database(),
    "table_named.parquet": TABLE.encode(),
    "cut_off.parquet": b"PAR1" + bytes(40),
    "zones.shp": b"\x00\x00\x27\x0a" + bytes(96),
}


def main() -> None:
    """Write every file."""
    for folder, files in (("valid", VALID), ("invalid", INVALID), ("invalid_zones", INVALID_ZONES)):
        (HERE / folder).mkdir(exist_ok=True)
        for name, data in files.items():
            (HERE / folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
