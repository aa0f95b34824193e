"""Small sound files of every format, from which mutated ones are made; all are generated here."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import xlsxwriter
from shapely.geometry import MultiPolygon, Point, box

ROWS = [
    ("GZ0001", "江边路-1", 113.321, 23.101, 52.0, "n78"),
    ("GZ0002", "滨江东", 113.322, 23.102, 1234.5, "n41/n78"),
    ("007", "NA", 113.323, 23.103, 0.0, ""),
]
HEADERS = ("gNodeB ID", "站点名称", "经度", "纬度", "面积km2", "频段")
KML = (
    '<?xml version="1.0" encoding="{encoding}"?><kml xmlns="http://www.opengis.net/kml/2.2"'
    ' xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>图</name><Folder><name>站</name>'
    "<Placemark><name>甲</name><description><![CDATA[<b>a</b>]]></description><ExtendedData>"
    '<Data name="高"><value>12</value></Data></ExtendedData><Point><coordinates>113.32,23.1,0</coordinates>'
    "</Point></Placemark></Folder><Folder><name>区</name><Placemark><name>乙</name><MultiGeometry><Polygon>"
    "<outerBoundaryIs><LinearRing><coordinates>113,23 114,23 114,24 113,23</coordinates></LinearRing>"
    "</outerBoundaryIs></Polygon></MultiGeometry></Placemark></Folder></Document></kml>"
)


def seed_files() -> dict[str, bytes]:
    """Return the seeds by file name."""
    seeds: dict[str, bytes] = {}
    for mark, suffix in ((",", ".csv"), ("\t", ".tsv"), (";", ".txt")):
        lines = [HEADERS, *ROWS]
        seeds["table" + suffix] = "\n".join(mark.join(map(str, line)) for line in lines).encode()
    plain = seeds["table.csv"].decode()
    seeds["table_gbk.csv"] = plain.encode("gb18030")
    seeds["table_utf16.csv"] = plain.encode("utf-16")
    seeds["zones_wkt.csv"] = 'id,name,wkt\r\nz1,甲,"POLYGON((113 23,114 23,114 24,113 23))"\r\n'.encode(
        "utf-8-sig"
    )
    seeds["dms.csv"] = '编号,经纬度\n1,"113°19′12″,23°6′0″"\n2,"113.3,23.1"\n'.encode()
    seeds["grid.csv"] = "id,x坐标,y坐标\n1,2554662.1,431354.5\n2,2554663.1,431355.5\n".encode()
    seeds["table.xlsx"] = _workbook()
    seeds |= _json_seeds()
    seeds |= _gis_seeds()
    seeds["places.kml"] = KML.format(encoding="UTF-8").encode()
    seeds["places_gbk.kml"] = KML.format(encoding="GBK").encode("gbk")
    seeds["places.kmz"] = zipped({"doc.kml": seeds["places.kml"], "files/a.png": b"\x89PNG"})
    return seeds


def zipped(members: dict[str, bytes]) -> bytes:
    """Return an archive of members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _workbook() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for title in ("站点", "说明"):
        sheet = book.add_worksheet(title)
        sheet.write_row(0, 0, ["基站清单"])
        for at, row in enumerate([HEADERS, *ROWS], start=1):
            sheet.write_row(at, 0, row)
        sheet.write_formula(5, 2, "=SUM(C3:C4)", None, 226.6)
    book.close()
    return stream.getvalue()


def _json_seeds() -> dict[str, bytes]:
    x, y = 113.3, 23.1
    ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y]]
    geometries = [
        {"type": "Point", "coordinates": [x, y]},
        {"type": "Point", "coordinates": [x, y, 5]},
        {"type": "MultiPoint", "coordinates": [[x, y], [x, y]]},
        {"type": "LineString", "coordinates": ring[:2]},
        {"type": "MultiLineString", "coordinates": [ring[:2], ring]},
        {"type": "Polygon", "coordinates": [ring, ring]},
        {"type": "MultiPolygon", "coordinates": [[ring]]},
        {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [x, y]}]},
        None,
    ]
    features = [
        {
            "type": "Feature",
            "id": at,
            "properties": {"id": f"a{at}", "名称": "甲", "n": at, "o": {"k": [1]}},
            "geometry": one,
        }
        for at, one in enumerate(geometries)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    collection = {"type": "FeatureCollection", "crs": crs, "features": features}
    lines = [json.dumps(one, ensure_ascii=False) for one in features]
    zones = [{**one, "geometry": geometries[5]} for one in features[:3]]
    return {
        "features.geojson": json.dumps(collection, ensure_ascii=False).encode(),
        "features_gbk.json": json.dumps(collection, ensure_ascii=False, indent=1).encode("gbk"),
        "zones.geojson": json.dumps({"type": "FeatureCollection", "features": zones}).encode(),
        "points.geojson": json.dumps({"type": "FeatureCollection", "features": features[:2]}).encode(
            "utf-16"
        ),
        "lines.ndjson": "\n".join(lines).encode(),
        "records.geojsons": "".join(f"\x1e{line}\n" for line in lines).encode(),
    }


def _gis_seeds() -> dict[str, bytes]:
    points = gpd.GeoDataFrame(
        {"id": [1, 2, 3], "名称": ["甲", "乙", None], "h": [1.5, None, 3.0]},
        geometry=[Point(113.3, 23.1), Point(113.4, 23.2), Point(113.5, 23.3)],
        crs="EPSG:4326",
    )
    areas = gpd.GeoDataFrame(
        {"zone_id": ["a", "b"], "name": ["甲", "乙"]},
        geometry=[box(113, 23, 114, 24), MultiPolygon([box(110, 22, 111, 23), box(112, 22, 113, 23)])],
        crs="EPSG:4490",
    )
    seeds: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for title, frame in (("points", points), ("areas", areas)):
            path = Path(folder) / f"{title}.gpkg"
            frame.to_file(path, layer=title, driver="GPKG")
            seeds[path.name] = path.read_bytes()
            base = Path(folder) / title
            base.mkdir()
            frame.to_file(base / f"{title}.shp", driver="ESRI Shapefile", encoding="GBK")
            parts = {part.name: part.read_bytes() for part in sorted(base.iterdir())}
            seeds[f"{title}.zip"] = zipped(parts)
            seeds[f"{title}.shp"] = parts[f"{title}.shp"]
        two = Path(folder) / "two.gpkg"
        points.to_file(two, layer="points", driver="GPKG")
        areas.to_file(two, layer="areas", driver="GPKG", mode="a")
        seeds["two.gpkg"] = two.read_bytes()
    return seeds
