"""GeoPackage: valid, described in Chinese, and read with care."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio
import pytest
import shapely

from spatial.errors import PackageError
from spatial.export.formats import geopackage_file
from spatial.export.formats.gdal_writing import frozen_clock
from spatial.vector_files import read_points
from tests.export.awkward_layers import content_of, field, layer_of
from tests.export.small_content import small_content


@pytest.fixture
def package(tmp_path):
    content = small_content(crs="EPSG:4547")
    (written,) = geopackage_file.write(content, tmp_path)
    return content, tmp_path / written.path


def rows(path, query):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def test_version_and_integrity(package):
    _, path = package
    assert rows(path, "PRAGMA user_version") == [(10300,)]
    assert rows(path, "PRAGMA application_id") == [(0x47504B47,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(path, "PRAGMA foreign_key_check") == []


def test_contents_are_titled_in_chinese_and_dated_by_the_data(package):
    content, path = package
    found = rows(path, "SELECT table_name, identifier, description, last_change, srs_id FROM gpkg_contents")
    assert found == [
        (layer.name, layer.title.zh, "用于测试的图层。", "2023-03-31T00:00:00.000Z", 4547)
        for layer in content.layers
    ]
    counts = dict(rows(path, "SELECT * FROM gpkg_ogr_contents"))
    assert counts == {layer.name: len(layer.features) for layer in content.layers}
    for layer in content.layers:
        query = f"SELECT count(*) FROM rtree_{layer.name}_geom"  # noqa: S608 - our own name
        assert rows(path, query) == [(len(layer.features),)]


def test_identity_is_bsm_and_not_the_row_number(package):
    content, path = package
    columns = [name for _, name, *_ in rows(path, "PRAGMA table_info(zones)")]
    assert columns == ["fid", "geom", *[field.code for field in content.layers[0].fields]]
    assert rows(path, "SELECT BSM FROM zones ORDER BY fid") == [
        ("007",),
        ("zone-a",),
        ("zone-b",),
        ("zone-d",),
    ]


def test_columns_have_chinese_titles_and_the_extension_is_registered(package):
    content, path = package
    found = rows(path, "SELECT table_name, column_name, name, title, description FROM gpkg_data_columns")
    assert found == [
        (layer.name, field.code, field.alias_zh, field.alias_zh, field.description_zh)
        for layer in content.layers
        for field in layer.fields
    ]
    extensions = set(rows(path, "SELECT table_name, extension_name FROM gpkg_extensions"))
    assert ("gpkg_data_columns", "gpkg_schema") in extensions
    assert ("gpkg_metadata", "gpkg_metadata") in extensions
    assert ("gpkg_metadata_reference", "gpkg_metadata") in extensions


def test_fields_with_one_alias_get_their_codes_beside_it(tmp_path):
    fields = tuple(field(code, alias="备注") for code in ("BSM", "MC", "BZ"))
    content = content_of(layer_of({"MC": ["甲"], "BZ": ["乙"]}, fields=fields))
    (written,) = geopackage_file.write(content, tmp_path)
    titles = rows(tmp_path / written.path, "SELECT title FROM gpkg_data_columns")
    assert titles == [("备注_BSM",), ("备注_MC",), ("备注_BZ",)]


def test_each_layer_has_its_metadata(package):
    content, path = package
    found = rows(
        path,
        "SELECT r.reference_scope, r.table_name, r.timestamp, m.md_scope, m.md_standard_uri, m.mime_type,"
        " m.metadata FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id",
    )
    assert [row[:6] for row in found] == [
        ("table", layer.name, "2023-03-31T00:00:00.000Z", "dataset", "http://mrcc.com/qgis.dtd", "text/xml")
        for layer in content.layers
    ]
    zones = ET.fromstring(found[0][6])  # noqa: S314 - written by us
    assert zones.findtext("title") == "规划片区（示意）"
    assert zones.findtext("history") == "手工编写 <&> “引号”。"
    assert zones.findtext("constraints") == "凡标“示意”的范围不是法定界线。"
    assert zones.findtext("rights") == "测试数据：手工编写"
    assert [word.text for word in zones.iter("keyword")] == ["规划管控数据", "专项规划", "科技创新片区"]


def test_an_old_file_in_the_same_place_is_replaced(package):
    content, path = package
    before = path.read_bytes()
    geopackage_file.write(content, path.parents[1])
    assert path.read_bytes() == before


def test_a_package_without_layers_writes_no_stray_file(tmp_path):
    content = content_of()
    assert geopackage_file.write(content, tmp_path) == ()
    assert not list(tmp_path.rglob("*.gpkg"))


def test_clock_of_gdal_runs_again_afterwards():
    with frozen_clock("2020"):
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "2020-01-01T00:00:00.000Z"
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


@pytest.mark.parametrize(
    "statement",
    [
        (
            "CREATE VIEW gpkg_ogr_evil AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c)"
            " SELECT * FROM c"
        ),
        "CREATE VIRTUAL TABLE words USING fts5(a)",
    ],
)
def test_programs_in_the_database_are_refused(package, statement):
    content, path = package
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()
    with pytest.raises(PackageError, match="损坏"):
        geopackage_file.read(path.parents[1], content.layers[0], content=content)


def test_rows_that_a_stale_count_hides_are_not_lost(package):
    content, path = package
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = 1")
        database.commit()
    try:
        found = geopackage_file.read(path.parents[1], content.layers[0], content=content)
    except PackageError:
        return
    assert len(found) == 4


def test_another_system_or_missing_layer_is_refused(package):
    content, path = package
    with pytest.raises(PackageError, match="EPSG:4547"):
        geopackage_file.read(path.parents[1], content.layers[0], content=replace(content, crs="EPSG:4490"))
    with pytest.raises(PackageError):
        geopackage_file.read(path.parents[1], replace(content.layers[0], name="other"), content=content)


def test_a_curve_among_the_outlines_is_refused(package):
    content, path = package
    curve = struct.pack("<2sBBi", b"GP", 0, 1, 4547) + struct.pack("<BIIdddddd", 1, 8, 3, *range(6))
    with closing(sqlite3.connect(path)) as database:
        # The index's own triggers need functions that the driver brings.
        for name in rows(path, "SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f"DROP TRIGGER {name[0]}")
        database.execute("UPDATE zones SET geom = ? WHERE fid = 2", (curve,))
        database.commit()
    with pytest.raises(PackageError):
        geopackage_file.read(path.parents[1], content.layers[0], content=content)


def test_wrong_columns_types_and_geometries_are_refused(package):
    content, path = package
    zones, stations, _ = content.layers
    folder = path.parents[1]
    with pytest.raises(PackageError, match="字段表"):
        geopackage_file.read(folder, replace(zones, fields=zones.fields[1:]), content=content)
    with pytest.raises(PackageError, match="Point"):
        geopackage_file.read(folder, replace(zones, geometry_type="Point"), content=content)
    fields = tuple(
        replace(one, type=stations.fields[-4].type) if one.code == "MC" else one for one in zones.fields
    )
    assert fields[2].type == "real"
    with pytest.raises(PackageError, match="类型"):
        geopackage_file.read(folder, replace(zones, fields=fields), content=content)


def test_own_import_reads_the_points(package):
    content, path = package
    layer = content.layers[1]
    found = read_points(Path(path), layer="base_stations")
    assert list(found.points["site_id"]) == list(layer.features["BSM"])
    assert list(found.points["name"]) == [*layer.features["MC"]]
    assert found.synthetic
    moved = shapely.distance(found.points.geometry.to_numpy(), layer.features.geometry.to_numpy())
    assert moved.max() <= 1e-9
