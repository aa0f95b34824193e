"""Broken packages, databases, Shapefiles, tables and workbooks: one for every rule of those families."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING

from tests.export.broken_files import (
    BROKEN,
    Broken,
    as_archive,
    as_bytes,
    gpkg,
    in_database,
    in_json,
    in_package,
    pack,
    patch,
    set_property,
    shapefile,
    workbook,
)

if TYPE_CHECKING:
    from pathlib import Path

ZONES = "geojson/zones.geojson"
GPKG = "gpkg/small-package.gpkg"
RECORD = "metadata/zones.json"


def unlink(name: str):
    return lambda folder: (folder / name).unlink()


def write(name: str, data: bytes):
    return lambda folder: (folder / name).write_bytes(data)


def replace_bytes(name: str, old: bytes, new: bytes):
    def edit(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new, 1))

    return edit


def rename_member(old: str, new: str):
    """Give a member of an archive a name that no writer would."""

    def make(folder: Path, package: Path) -> Path:
        archive = pack(package, folder / "package.zip")
        with zipfile.ZipFile(archive, "a") as packed:
            packed.writestr(old, "x")
        archive.write_bytes(archive.read_bytes().replace(old.encode(), new.encode()))
        return archive

    return make


# --- schema ---------------------------------------------------------------------------------------

in_package("schema.missing", unlink("schemas/zones.schema.json"), "package.file_missing", signed=False)
in_package("schema.mandatory", set_property("MC", None))
in_package("schema.type", set_property("MJ_KM2", "1"))
in_package("schema.enum", set_property("JHLY", "测绘"))
in_package("schema.width", set_property("YSDM", "海珠区片区"))


def _date(folder: Path) -> None:
    def edit(document: dict) -> None:
        document["features"][0]["properties"]["X04"] = "31.03.2023"

    in_json("geojson/base_stations.geojson", edit)(folder)


in_package("schema.date", _date)
in_package("schema.unknown_property", set_property("GHOST", 1))

# --- package --------------------------------------------------------------------------------------

as_bytes("package.not_zip", b"PK\x03\x04 and no more", name="package.zip")
in_package("package.manifest_missing", unlink("manifest.json"), signed=False)
in_package("package.manifest_invalid", in_json("manifest.json", lambda d: d["files"].append(7)), signed=False)
in_package("package.file_missing", unlink("kml/places.kml"), "package.format_missing", signed=False)
in_package("package.undeclared_file", write("schemas/notes.txt", b"x"), signed=False)
in_package(
    "package.size_differs",
    in_json("manifest.json", lambda d: d["files"][0].update(bytes=d["files"][0]["bytes"] + 1)),
    signed=False,
)
in_package(
    "package.sha256_differs",
    in_json("manifest.json", lambda d: d["files"][0].update(sha256="0" * 64)),
    signed=False,
)
as_archive("package.unsafe_path", lambda packed: packed.writestr("../outside.txt", "x"))
as_archive("package.name", lambda packed: packed.writestr("名单.txt", "x"))


def _link(folder: Path, package: Path) -> Path:
    shutil.copytree(package, folder / "package")
    (folder / "package" / "schemas" / "link.txt").symlink_to("/etc/hostname")
    return folder / "package"


BROKEN["package.symlink"] = Broken(_link)
# Whoever asks the archive for the name gets the second.
as_archive(
    "package.duplicate_member", lambda packed: packed.writestr("README.txt", "x"), "package.sha256_differs"
)


def _encrypted(folder: Path, package: Path) -> Path:
    archive = pack(package, folder / "package.zip")
    data = bytearray(archive.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    archive.write_bytes(bytes(data))
    return archive


BROKEN["package.encrypted"] = Broken(
    _encrypted, frozenset({"package.file_missing", "package.format_missing"})
)


def _damaged(folder: Path, package: Path) -> Path:
    archive = pack(package, folder / "package.zip", method=zipfile.ZIP_STORED)
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b"<kml", b"<kmm", 1))
    return archive


BROKEN["package.damaged"] = Broken(_damaged, frozenset({"package.wrong_format"}))


def _crowd(packed: zipfile.ZipFile) -> None:
    for number in range(2_100):
        packed.writestr(f"csv/{number}.csv", "")


as_archive("package.too_many_members", _crowd)


def _bomb(folder: Path, package: Path) -> Path:
    archive = pack(package, folder / "package.zip")
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("csv/bomb.csv", b"")
    data = bytearray(archive.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (4_200_000_000).to_bytes(4, "little")
    archive.write_bytes(bytes(data))
    return archive


BROKEN["package.too_large"] = Broken(_bomb)
as_archive(
    "package.nested_archive", lambda packed: packed.writestr("report/inner.zip", b"PK\x05\x06" + bytes(18))
)
in_package("package.wrong_format", write("flatgeobuf/zones.fgb", b"<OGRVRTDataSource/>"))
in_package("package.content_missing", write("package.json", b"[]"))
in_package(
    "package.count_differs",
    in_json("manifest.json", lambda d: [e.update(n_features=9) for e in d["files"] if e["path"] == ZONES]),
    signed=False,
)
in_package(
    "package.layers_disagree",
    in_json(
        "geojson/places.geojson",
        lambda d: (d["features"][0].update(id="x"), d["features"][0]["properties"].update(BSM="x")),
    ),
)


def _forget(folder: Path) -> None:
    (folder / "flatgeobuf" / "places.fgb").unlink()


in_package("package.format_missing", _forget)
in_package(
    "package.reference_missing",
    lambda folder: (
        shutil.rmtree(folder / "jsonfg"),
        in_json("package.json", lambda d: d["formats"].remove("jsonfg"))(folder),
    ),
)
in_package("package.readme_missing", unlink("README.txt"))
in_package("package.dictionary_missing", unlink("dictionary/fields.csv"))

# --- GeoPackage -----------------------------------------------------------------------------------

as_bytes("geopackage.not_geopackage", b"<OGRVRTDataSource></OGRVRTDataSource>", name="layer.gpkg")


def _torn(folder: Path, package: Path) -> Path:
    data = (package / GPKG).read_bytes()
    (folder / "layer.gpkg").write_bytes(data[: len(data) // 2])
    return folder / "layer.gpkg"


BROKEN["geopackage.integrity"] = Broken(_torn)
gpkg("geopackage.no_layer", "UPDATE gpkg_contents SET data_type = 'attributes'")
gpkg("geopackage.program", "CREATE VIEW endless AS SELECT 1")
gpkg("geopackage.srs", "UPDATE gpkg_spatial_ref_sys SET definition = 'nowhere' WHERE srs_id = 4490")
in_package(
    "geopackage.srs_differs",
    in_database(
        GPKG,
        "UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 4326 WHERE srs_id = 4490",
    ),
)
in_package(
    "geopackage.alias_missing",
    in_database(
        GPKG, "UPDATE gpkg_data_columns SET title = NULL WHERE column_name = 'MC' AND table_name = 'zones'"
    ),
)
gpkg("geopackage.stale_count", "UPDATE gpkg_ogr_contents SET feature_count = 99 WHERE table_name = 'zones'")
gpkg("geopackage.stale_extent", "UPDATE gpkg_contents SET max_x = 113.34 WHERE table_name = 'zones'")
gpkg(
    "geopackage.geometry_type",
    "UPDATE gpkg_geometry_columns SET geometry_type_name = 'POINT' WHERE table_name = 'zones'",
)


def _bad_geometry(folder: Path, package: Path) -> Path:
    shutil.copy(package / GPKG, folder / "layer.gpkg")
    in_database(
        "layer.gpkg",
        "DROP TRIGGER IF EXISTS rtree_places_geom_update6",
        "DROP TRIGGER IF EXISTS rtree_places_geom_update7",
        "DROP TRIGGER IF EXISTS rtree_places_geom_update1",
        "DROP TRIGGER IF EXISTS rtree_places_geom_update2",
        "DROP TRIGGER IF EXISTS rtree_places_geom_update3",
        "DROP TRIGGER IF EXISTS rtree_places_geom_update4",
        "DROP TRIGGER IF EXISTS rtree_places_geom_update5",
        "UPDATE places SET geom = x'4750000142'",
    )(folder)
    return folder / "layer.gpkg"


BROKEN["geopackage.geometry"] = Broken(_bad_geometry)

# --- Shapefile ------------------------------------------------------------------------------------

as_bytes("shapefile.not_shapefile", b"<OGRVRTDataSource></OGRVRTDataSource>", name="layer.shp")
shapefile("shapefile.member_missing", unlink("zones.shx"))
shapefile("shapefile.prj_missing", unlink("zones.prj"))
shapefile("shapefile.cpg_missing", unlink("zones.cpg"))
shapefile("shapefile.prj_unknown", write("zones.prj", b"Gauss"))
shapefile("shapefile.damaged", patch("zones.shp", (24, b"\x7f\xff\xff\xff")))
shapefile(
    "shapefile.count_differs",
    lambda folder: (folder / "zones.shx").write_bytes((folder / "zones.shx").read_bytes()[:-8]),
)
shapefile("shapefile.field_name", replace_bytes("zones.dbf", b"YSDM\x00", "要Q\x00".encode()))
shapefile("shapefile.text", replace_bytes("zones.dbf", "琶洲".encode(), b"\xff\xfe\xfd\xfc\xfb\xfa"))

# --- tables ---------------------------------------------------------------------------------------

as_bytes("table.not_text", b"\x00\x01\x02\x03", name="t.csv")
as_bytes("table.bom_missing", "编号,名称\n1,甲\n".encode(), name="t.csv")
as_bytes("table.header_duplicate", b"id,name,name\n1,a,b\n", name="t.csv")
in_package("table.header_differs", replace_bytes("csv/zones.csv", "名称".encode(), "别名".encode()))
as_bytes("table.ragged", b"id,name\n1,a\n2\n", name="t.csv")
as_bytes("table.formula", b"id,name\n1,=1+1\n", name="t.csv")

as_bytes("xlsx.not_workbook", b"PK\x03\x04", name="t.xlsx")


def _macro(folder: Path, package: Path) -> Path:
    shutil.copy(package / "xlsx" / "small-package.xlsx", folder / "t.xlsx")
    with zipfile.ZipFile(folder / "t.xlsx", "a") as packed:
        packed.writestr("xl/vbaProject.bin", "x")
    return folder / "t.xlsx"


BROKEN["xlsx.active_content"] = Broken(_macro)
workbook("xlsx.formula", lambda book: book.worksheets[0].cell(3, 2, "=1+1"))
workbook(
    "xlsx.sheet_missing",
    lambda book: book.remove(book.worksheets[-2]),
    "package.count_differs",
    whole=True,
)
workbook("xlsx.header_differs", lambda book: book.worksheets[1].cell(1, 3, "别名"), whole=True)

# --- metadata and marks ---------------------------------------------------------------------------

in_package("metadata.missing", unlink("metadata/zones.xml"))
in_package("metadata.unreadable", write(RECORD, b"[]"))
in_package("metadata.xml", replace_bytes("metadata/zones.xml", b"</", b"<"))
in_package("metadata.member_missing", in_json(RECORD, lambda d: d.pop("lineage")))
in_package("metadata.extent", in_json(RECORD, lambda d: d["extent"]["bbox"].update(west=113.0)))
in_package("metadata.crs", in_json(RECORD, lambda d: d["distribution"][0].update(crs="EPSG:3857")))
in_package("metadata.count", in_json(RECORD, lambda d: d["spatial_representation"][0].update(count=7)))
in_package(
    "metadata.synthetic_unmarked",
    in_json("metadata/base_stations.json", lambda d: d.update(simulated=False)),
)
in_package("metadata.schematic_unmarked", in_json(RECORD, lambda d: d.update(schematic=False)))
in_package(
    "metadata.disclaimer_missing",
    in_json(RECORD, lambda d: d["constraints"].update(disclaimer={"zh": " ", "en": ""})),
)
in_package(
    "metadata.contact_blank",
    in_json("metadata/package.json", lambda d: d["contact"].update(organisation="")),
)
in_package("metadata.class_code_blank", in_json(RECORD, lambda d: d["class_paths"][0].update(code="")))
in_package("content.ysdm_blank", set_property("YSDM", ""))


def _unmarked(document: dict) -> None:
    for item in document["features"]:
        item["properties"]["SFMN"] = False


in_package("content.synthetic_unmarked", in_json("geojson/base_stations.geojson", _unmarked))


def _figure(document: dict) -> None:
    for result in document["results"]:
        for row in result["zones"]:
            row["synthetic"] = False


in_package("content.figure_unmarked", in_json("definition.json", _figure))
