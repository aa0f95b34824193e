"""No false alarm: what real producers write is valid, whatever their style."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING

import fiona
import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from spatial.export.rules.validate import validate_file
from spatial.text_decoding import decode_text
from tests.export.broken_files import HOLE, SQUARE, feature, good_document, good_points, lines, polygon

if TYPE_CHECKING:
    from pathlib import Path

SHELL = shapely.Polygon(SQUARE, [HOLE])
FAR = shapely.box(113.5, 23.0, 113.6, 23.1)
SHAPES = {
    "points": [shapely.Point(113.3 + n / 64, 23.1) for n in range(5)],
    "lines": [shapely.LineString([(113.3, 23.0), (113.4, 23.1 + n / 8)]) for n in range(3)],
    "polygons": [shapely.orient_polygons(SHELL), shapely.orient_polygons(FAR)],
    "multipolygons": [shapely.orient_polygons(shapely.MultiPolygon([SHELL, FAR]))] * 2,
    "heights": [shapely.Point(113.3, 23.1, n) for n in range(3)],
}


def frame(kind: str, crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    shapes = SHAPES[kind]
    values = {
        "名称": [f"甲{n}" for n in range(len(shapes))],
        "n": range(len(shapes)),
        "x": [0.5, *[None] * (len(shapes) - 1)],
    }
    found = gpd.GeoDataFrame(pd.DataFrame(values), geometry=shapes, crs="EPSG:4326")
    return found.to_crs(crs)


def ogr(kind: str, suffix: str, crs: str = "EPSG:4326", engine: str = "pyogrio", **options):
    def write(folder: Path) -> Path:
        path = folder / f"layer{suffix}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            columns = frame(kind, crs)
            if suffix == ".shp":
                columns = columns.rename(columns={"名称": "MC"})
            columns.to_file(path, engine=engine, **options)
        return path

    return write


def typed(document: object, **style):
    bytes_before = style.pop("mark", b"")
    newline = style.pop("newline", "\n")
    words = json.dumps(document, **{"ensure_ascii": False, **style}).replace("\n", newline)

    def write(folder: Path) -> Path:
        path = folder / "layer.geojson"
        path.write_bytes(bytes_before + words.encode())
        return path

    return write


def table(words: str, encoding: str):
    def write(folder: Path) -> Path:
        path = folder / "table.csv"
        path.write_bytes(words.encode(encoding))
        return path

    return write


def sheet(engine: str):
    def write(folder: Path) -> Path:
        path = folder / "book.xlsx"
        pd.DataFrame({"编号": ["007", "=1"[1:]], "数": [1, 2.5]}).to_excel(path, engine=engine, index=False)
        return path

    return write


def collection(*geometries, **members):
    return {
        "type": "FeatureCollection",
        "features": [feature(f"f{n}", g) for n, g in enumerate(geometries)],
        **members,
    }


RFC = {"driver": "GeoJSON", "RFC7946": "YES"}
MANY = collection(*[{"type": "Point", "coordinates": [113.0 + n / 10000, 23.1]} for n in range(4000)])
GOOD = {
    **{f"pyogrio rfc7946 {kind}": ogr(kind, ".geojson", **RFC) for kind in SHAPES},
    **{
        f"pyogrio rfc7946 from 4547 {kind}": ogr(kind, ".geojson", "EPSG:4547", **RFC)
        for kind in ("points", "polygons")
    },
    "pyogrio rfc7946 bbox": ogr("polygons", ".geojson", WRITE_BBOX="YES", **RFC),
    "pyogrio rfc7946 id text": ogr("points", ".geojson", ID_FIELD="名称", **RFC),
    "pyogrio rfc7946 id number": ogr("points", ".geojson", ID_FIELD="n", **RFC),
    "pyogrio rfc7946 height bbox": ogr("heights", ".geojson", WRITE_BBOX="YES", **RFC),
    "pyogrio plain, superfluous crs": ogr("points", ".geojson", driver="GeoJSON"),
    "fiona plain, superfluous crs": ogr("points", ".geojson", engine="fiona", driver="GeoJSON"),
    "pyogrio jsonfg 4326": ogr("polygons", ".json", driver="JSONFG"),
    "pyogrio jsonfg 4490": ogr("polygons", ".json", "EPSG:4490", driver="JSONFG"),
    "pyogrio jsonfg 4547": ogr("multipolygons", ".json", "EPSG:4547", driver="JSONFG"),
    "pyogrio jsonfg points 4547": ogr("points", ".json", "EPSG:4547", driver="JSONFG"),
    **{f"pyogrio gpkg {kind}": ogr(kind, ".gpkg") for kind in SHAPES},
    "pyogrio gpkg 4547": ogr("polygons", ".gpkg", "EPSG:4547"),
    "pyogrio gpkg 4490, old version": ogr("polygons", ".gpkg", "EPSG:4490", VERSION="1.2"),
    "fiona gpkg": ogr("polygons", ".gpkg", engine="fiona"),
    **{f"pyogrio shapefile {kind}": ogr(kind, ".shp") for kind in SHAPES},
    "pyogrio shapefile 4490": ogr("polygons", ".shp", "EPSG:4490"),
    "pyogrio shapefile 4547": ogr("polygons", ".shp", "EPSG:4547"),
    "pyogrio shapefile gbk": ogr("points", ".shp", encoding="GBK"),
    "fiona shapefile": ogr("polygons", ".shp", engine="fiona", encoding="UTF-8"),
    "pretty": typed(good_document(), indent=2),
    "pretty crlf": typed(good_document(), indent=4, newline="\r\n"),
    "escaped": typed(good_document(), ensure_ascii=True),
    "byte order mark": typed(good_document(), mark=b"\xef\xbb\xbf"),
    "sorted keys, dense": typed(good_document(), sort_keys=True, separators=(",", ":")),
    "bare feature": typed(good_points()["features"][0]),
    "bare geometry": typed(polygon(SQUARE, HOLE)),
    "geometry collection": typed(collection({"type": "GeometryCollection", "geometries": [polygon(SQUARE)]})),
    "mixed types": typed(collection(polygon(SQUARE), lines([113.3, 23.1], [113.4, 23.1]))),
    "null geometry": typed(collection(None, polygon(SQUARE))),
    "null properties": typed(
        {"type": "FeatureCollection", "features": [{**feature("a", polygon(SQUARE)), "properties": None}]}
    ),
    "no ids": typed(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None, "properties": {}}]}
    ),
    "foreign members": typed(collection(polygon(SQUARE), metadata={"作者": "甲"}, name="层", 来源=[1, None])),
    "fractional ids": typed(
        {"type": "FeatureCollection", "features": [{**feature("a", polygon(SQUARE)), "id": 1.5}]}
    ),
    "multipoint and multiline": typed(
        collection(
            {"type": "MultiPoint", "coordinates": [[113.3, 23.1], [113.3, 23.1]]},
            {"type": "MultiLineString", "coordinates": [[[113.3, 23.1], [113.4, 23.1]]]},
        )
    ),
    "empty collection": typed({"type": "FeatureCollection", "features": []}),
    "box across the antimeridian": typed(
        collection(
            {"type": "MultiPoint", "coordinates": [[179.0, 1.0], [-179.0, 2.0]]},
            bbox=[179.0, 1.0, -179.0, 2.0],
        )
    ),
    "ends on the antimeridian": typed(
        collection(lines([179.5, 1.0], [180, 1.0]), lines([-180, 1.0], [-179.5, 1.0]))
    ),
    "whole numbers": typed(collection({"type": "Point", "coordinates": [113, 23]})),
    "four thousand points": typed(MANY),
    "nested properties": typed(collection(polygon(SQUARE), more={"a": [{"b": [1, {"c": None}]}]})),
    "closed line, loop": typed(collection(lines([113.3, 23.0], [113.4, 23.0], [113.4, 23.1], [113.3, 23.0]))),
    "hole touching its shell": typed(
        collection(polygon(SQUARE, [[113.3, 23.0], [113.32, 23.04], [113.34, 23.02], [113.3, 23.0]]))
    ),
    "csv with mark": table("编号,名称\r\n1,甲\r\n", "utf-8-sig"),
    "csv gbk": table("编号,名称,值\r\n1,甲,-5.5\r\n2,乙,-\r\n", "gb18030"),
    "csv semicolons": table("id;v\n1;+8.5e3\n2;-.5\n", "ascii"),
    "csv quoted line ends": table('id,v\n1,"a\nb"\n2,"c,d"\n', "ascii"),
    "xlsx by openpyxl": sheet("openpyxl"),
    "xlsx by xlsxwriter": sheet("xlsxwriter"),
}

LEGAL_BUT_UNWISE = {
    "byte order mark": {"json.bom"},
    "bare feature": {"geojson.not_collection"},
    "bare geometry": {"geojson.not_collection"},
    "geometry collection": {"geojson.geometry_collection"},
    "mixed types": {"geojson.geometry_mixed"},
    "null geometry": {"geojson.geometry_null"},
    "no ids": {"geojson.id_missing", "geojson.geometry_null"},
    "fractional ids": {"geojson.id_number"},
    "multipoint and multiline": {"geojson.geometry_mixed"},
    "empty collection": {"geojson.features_empty"},
    "pyogrio rfc7946 id number": {"geojson.id_number"},
    "pyogrio plain, superfluous crs": {"geojson.crs84_member", "geojson.id_missing"},
    "fiona plain, superfluous crs": {"geojson.crs84_member", "geojson.id_missing"},
}


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_real_producers_write_is_valid(name, tmp_path):
    report = validate_file(GOOD[name](tmp_path))
    assert [(fault.rule, fault.feature_id, fault.found) for fault in report.errors] == []
    warned = {fault.rule for fault in report.warnings}
    if name in LEGAL_BUT_UNWISE:
        assert warned == LEGAL_BUT_UNWISE[name]
    else:
        assert warned <= {"geojson.id_missing", "geojson.position_height"}
    (checked,) = report.files
    assert name.startswith(("xlsx", "csv", "empty")) or checked.n_features


def test_there_are_enough_producers():
    assert len(GOOD) >= 40
    assert {"GPKG", "GeoJSON", "ESRI Shapefile"} <= set(pyogrio.list_drivers())
    assert fiona.supported_drivers["GPKG"]
    assert decode_text("甲".encode(), name="x").encoding == "utf-8"
