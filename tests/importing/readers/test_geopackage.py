"""GeoPackages that others wrote: every row of a real table used or told, nothing in them run."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import struct
from contextlib import closing

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import Point

from spatial.errors import UndecidedError, UsageError
from spatial.importing.model import LayerInfo, ReadOptions, StatedCrs
from spatial.importing.readers import registry
from spatial.importing.readers.geopackage import list_layers
from tests.importing.readers.gpkg_maker import (
    HEAD,
    blob,
    change,
    faults,
    keys,
    read,
    refusal,
    with_shapes,
    written,
)

# --- as other programs write them --------------------------------------------------------------


def test_a_file_of_another_program_comes_back_as_it_was(tmp_path):
    shapes = [Point(113.3, 23.1), None, Point(113.5, 23.3)]
    frame = gpd.GeoDataFrame(
        {
            "名称": ["甲", None, "007"],
            "站点数": [52, 7, 9],
            "密度": [57.5, None, -1.0],
            "开通": [True, False, True],
            "时间": gpd.pd.to_datetime(["2024-05-01 08:00", None, "2024-05-02 00:00"]),
        },
        geometry=shapes,
        crs="EPSG:4490",
    )
    layer = read(written(tmp_path / "a.gpkg", frame))
    assert (layer.kind, layer.name, layer.n_in, keys(layer)) == ("GeoPackage", "站点", 3, [])
    assert (layer.crs, layer.encoding) == (StatedCrs("EPSG:4490", "layer"), ("utf-8", "format"))
    assert list(layer.table.columns) == ["名称", "站点数", "密度", "开通", "时间"]
    assert list(layer.table["名称"]) == ["甲", None, "007"]
    assert (layer.table["站点数"].dtype, layer.table["密度"].dtype) == ("int64", "float64")
    assert list(layer.table["开通"]) == [True, False, True]
    assert layer.table["时间"][0].isoformat()[:16] == "2024-05-01T08:00"
    assert all(a is b is None or a.equals(b) for a, b in zip(layer.geometry, shapes, strict=True))


def test_the_registry_finds_the_reader(tmp_path):
    layer = registry.read_layer(written(tmp_path / "a.gpkg"), name="a.gpkg", options=ReadOptions())
    assert layer.kind == "GeoPackage"


def test_several_layers_are_asked_for_with_their_rows_and_types(tmp_path):
    path = written(written(tmp_path / "a.gpkg"), layer="第二")
    with pytest.raises(UndecidedError) as caught:
        read(path)
    (question,) = caught.value.questions
    assert [choice.value for choice in question.choices] == ["站点", "第二"]
    assert "3" in question.choices[0].label.message()
    assert "Point" in question.choices[0].label.message()
    assert read(path, layer="第二").name == "第二"
    assert refusal(path, layer="第三").key == "error.unknown_layer"


def test_tables_of_cells_are_offered_where_there_is_no_layer(tmp_path):
    path = tmp_path / "a.gpkg"
    change(
        written(path),
        "UPDATE gpkg_contents SET data_type = 'attributes'",
        "DELETE FROM gpkg_geometry_columns",
    )
    assert list_layers(path, name="a", options=ReadOptions()) == (LayerInfo("站点", 3, None),)
    layer = read(path)
    assert (layer.geometry, layer.crs, list(layer.table["名称"])) == (None, None, ["甲", "乙", "丙"])
    assert "gis.columns_unread" in keys(layer)


def test_rows_of_a_table_are_not_lost_beside_a_layer_without_a_row(tmp_path):
    path = change(
        written(written(tmp_path / "a.gpkg"), layer="第二"),
        "UPDATE gpkg_contents SET data_type = 'attributes' WHERE table_name = '站点'",
        "DELETE FROM 第二",
    )
    assert list_layers(path, name="a", options=ReadOptions()) == (LayerInfo("站点", 3, None),)
    assert list(read(path).table["名称"]) == ["甲", "乙", "丙"]


def test_several_tables_of_cells_are_asked_for_by_their_rows(tmp_path):
    path = change(
        written(written(tmp_path / "a.gpkg"), layer="第二"),
        "UPDATE gpkg_contents SET data_type = 'attributes'",
    )
    with pytest.raises(UndecidedError) as caught:
        read(path)
    labels = [choice.label.message() for choice in caught.value.questions[0].choices]
    assert all("3" in label for label in labels)


def test_a_layer_whose_geometry_column_is_not_listed_is_found_by_its_type(tmp_path):
    path = change(written(tmp_path / "a.gpkg"), "DROP TABLE gpkg_geometry_columns")
    layer = read(path)
    assert [point.x for point in layer.geometry] == [113.3, 113.4, 113.5]
    assert (layer.crs, keys(layer)) == (None, ["gis.srs_undefined", "gis.srs_differs"])


# --- counts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stated", [1, 0, 99])
def test_a_stale_count_hides_no_row(tmp_path, stated):
    path = change(written(tmp_path / "a.gpkg"), f"UPDATE gpkg_ogr_contents SET feature_count = {stated}")  # noqa: S608
    layer = read(path)
    assert (layer.n_in, keys(layer)) == (3, ["gis.count_stale"])


def test_rows_behind_a_damaged_page_are_reported(tmp_path):
    many = gpd.GeoDataFrame({"t": ["x" * 300] * 2000}, geometry=[Point(1, 2)] * 2000, crs=4326)
    path = written(tmp_path / "a.gpkg", many)
    # An index over a column counts the rows without a look at the page that is damaged.
    change(path, 'CREATE INDEX short ON "站点" (fid)')
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(
            "SELECT pageno FROM dbstat WHERE name = '站点' AND pagetype = 'leaf'"
        ).fetchall()
    page = found[len(found) // 2][0]
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)
    layer = read(path)
    assert (layer.n_in, 0 < len(layer.table) < 2000) == (2000, True)
    assert set(faults(layer).values()) == {"gis.reason_row"}


def test_a_latest_change_that_stands_elsewhere_is_told(tmp_path):
    path = written(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.commit()
    layer = read(path)
    assert (layer.n_in, keys(layer)) == (3, ["gis.gpkg_unwritten"])


def test_a_journal_beside_the_file_is_never_followed(tmp_path):
    path = written(tmp_path / "source.gpkg")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("INSERT INTO gpkg_contents (table_name, data_type) VALUES ('canary', 'features')")
        database.commit()
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(f"{path}{suffix}", tmp_path / f"copy.gpkg{suffix}")
    layer = read(tmp_path / "copy.gpkg")
    assert keys(layer) == ["gis.gpkg_unwritten"]


# --- geometry ----------------------------------------------------------------------------------


def test_one_bad_geometry_never_fails_a_file(tmp_path):
    square = shapely.box(0, 0, 1, 1)
    unclosed = bytearray(blob(square))
    struct.pack_into("<d", unclosed, len(unclosed) - 8, 0.5)
    tin = HEAD + struct.pack("<BII", 1, 16, 0)
    path = with_shapes(
        tmp_path / "a.gpkg",
        blob(square),
        bytes(unclosed),
        blob(square)[:40],
        blob(Point(1, float("inf"))),
        b"\x00\x01\xe6\x10\x00\x00 spatialite",
        "POINT (1 2)",
        tin,
        None,
        blob(Point()),
        b"GP\x00\x0f" + blob(square)[4:],
        blob(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])),
    )
    layer = read(path)
    assert faults(layer) == {
        2: "gis.reason_geometry",
        3: "gis.reason_not_finite",
        4: "gis.reason_blob",
        5: "gis.reason_blob",
        6: "gis.reason_shape_type",
        9: "gis.reason_blob",
    }
    assert next(row.value for row in layer.rejected if row.row == 6) == "TIN"
    assert layer.rejected_cells[0] == ("2",)
    shapes = dict(zip(layer.rows.tolist(), layer.geometry, strict=True))
    assert (shapes[7], shapes[8].is_empty, shapes[10].is_valid) == (None, True, False)
    assert shapes[1].exterior.is_closed
    assert "gis.rings_closed" in keys(layer)


def test_curves_become_straight_edges_and_are_named(tmp_path):
    arc = HEAD + struct.pack("<BII6d", 1, 8, 3, 0, 0, 1, 1, 2, 0)
    broken = HEAD + struct.pack("<BII2d", 1, 8, 3, 0, 0)
    layer = read(with_shapes(tmp_path / "a.gpkg", blob(Point(5, 5)), arc, broken))
    assert (layer.geometry[1].geom_type, layer.geometry[0].x) == ("LineString", 5)
    assert layer.geometry[1].length == pytest.approx(np.pi, rel=1e-3)
    assert faults(layer) == {2: "gis.reason_geometry"}
    (notice,) = layer.notices
    assert (notice.key, notice.params["rows"]) == ("gis.curves_straightened", [1])


def test_a_curve_within_a_collection_costs_its_own_row_alone(tmp_path):
    arc = struct.pack("<BII6d", 1, 8, 3, 0, 0, 1, 1, 2, 0)
    nested = struct.pack("<BII", 1, 7, 1) + arc
    deeper = struct.pack("<BII", 1, 7, 1) + nested
    straight = shapely.GeometryCollection([shapely.GeometryCollection([Point(5, 5)])])
    layer = read(with_shapes(tmp_path / "a.gpkg", blob(straight), HEAD + nested, None, HEAD + deeper))
    assert faults(layer) == dict.fromkeys((1, 3), "gis.reason_shape_type")
    assert layer.geometry[0].equals(straight)


def test_a_driver_that_reads_no_curve_leaves_a_reported_row(tmp_path, monkeypatch):
    monkeypatch.setattr("spatial.importing.readers.gpkg_geometry._OWN_DATABASE", "CREATE TABLE curves (a, b)")
    arc = HEAD + struct.pack("<BII6d", 1, 8, 3, 0, 0, 1, 1, 2, 0)
    assert faults(read(with_shapes(tmp_path / "a.gpkg", arc))) == {0: "gis.reason_geometry"}


def test_heights_and_measures_are_dropped_and_counted(tmp_path):
    both = HEAD + struct.pack("<BI4d", 1, 3001, 1, 2, 3, 4)
    layer = read(with_shapes(tmp_path / "a.gpkg", both, blob(Point(1, 2)), blob(Point(1, 2, 3))))
    found = {one.key: one.params["n"] for one in layer.notices}
    assert found == {"gis.heights_dropped": 2, "gis.measures_dropped": 1}
    assert not shapely.has_z(layer.geometry).any()


def test_rows_keep_their_places_over_batches(tmp_path, monkeypatch):
    monkeypatch.setattr("spatial.importing.readers.geopackage._BATCH", 3)
    cells = [b"x" if n % 4 == 1 else blob(Point(n, n)) for n in range(11)]
    layer = read(with_shapes(tmp_path / "a.gpkg", *cells))
    assert [point.x for point in layer.geometry] == list(layer.table["n"]) == layer.rows.tolist()
    assert set(faults(layer)) == {1, 5, 9}


# --- text and values ---------------------------------------------------------------------------


def test_text_that_is_not_utf8_is_read_and_named(tmp_path):
    raw = "海珠".encode("gbk")
    update = ('UPDATE "站点" SET "名称" = CAST(? AS TEXT) WHERE "名称" = \'乙\'', (raw,))
    path = change(written(tmp_path / "a.gpkg"), update)
    layer = read(path)
    assert list(layer.table["名称"]) == ["甲", "海珠", "丙"]
    (warning,) = layer.warnings
    assert (warning.key, warning.params["rows"]) == ("gis.text_not_utf8", [1])
    assert read(path, encoding="big5").table["名称"][1] == raw.decode("big5", "backslashreplace")
    with pytest.raises(UsageError):
        read(path, encoding="klingon")


def test_a_column_of_numbers_and_texts_becomes_text_and_is_named(tmp_path):
    path = change(
        written(tmp_path / "a.gpkg"),
        'ALTER TABLE "站点" ADD COLUMN 数量 INTEGER',
        'UPDATE "站点" SET 数量 = 52',
        "UPDATE \"站点\" SET 数量 = '52个' WHERE fid = 2",
        'ALTER TABLE "站点" ADD COLUMN 图片 BLOB',
        "UPDATE \"站点\" SET 图片 = x'00ff'",
        'ALTER TABLE "站点" ADD COLUMN 日期 DATE',
        "UPDATE \"站点\" SET 日期 = '明天'",
        'ALTER TABLE "站点" ADD COLUMN 开工 DATE',
        "UPDATE \"站点\" SET 开工 = '2024-05-01' WHERE fid < 3",
        'ALTER TABLE "站点" ADD COLUMN 两倍 INTEGER AS (fid * 2)',
    )
    layer = read(path)
    assert list(layer.table["数量"]) == ["52", "52个", "52"]
    assert list(layer.table["日期"]) == ["明天"] * 3
    assert list(layer.table["开工"]) == [dt.date(2024, 5, 1)] * 2 + [None]
    found = {one.key: one.params for one in layer.warnings}
    assert found["gis.column_mixed"]["rows"] == [1]
    assert set(found["gis.columns_unread"]["columns"]) == {"图片", "两倍"}


# --- reference system --------------------------------------------------------------------------


@pytest.mark.parametrize("srs_id", [0, -1])
def test_an_undefined_system_is_asked_for(tmp_path, srs_id):
    path = change(written(tmp_path / "a.gpkg"), f"UPDATE gpkg_geometry_columns SET srs_id = {srs_id}")  # noqa: S608
    layer = read(path)
    assert (layer.crs, keys(layer)) == (None, ["gis.srs_undefined", "gis.srs_differs"])


@pytest.mark.parametrize(
    ("change_of_system", "crs", "key"),
    [
        ("organization = 'NONE', definition = 'http://127.0.0.1:9/x'", None, "gis.srs_unusable"),
        ("organization_coordsys_id = 4547", None, "gis.srs_unusable"),
        ("definition = 'undefined'", "EPSG:4490", None),
        ("organization = 'epsg'", "EPSG:4490", None),
    ],
)
def test_a_definition_is_followed_only_where_it_agrees_with_itself(tmp_path, change_of_system, crs, key):
    path = change(
        written(tmp_path / "a.gpkg"),
        f"UPDATE gpkg_spatial_ref_sys SET {change_of_system} WHERE srs_id = 4490",  # noqa: S608
    )
    layer = read(path)
    assert (layer.crs and layer.crs.name, keys(layer)) == (crs, [key] if key else [])


def test_a_system_that_is_not_listed_is_asked_for(tmp_path):
    path = change(written(tmp_path / "a.gpkg"), "DELETE FROM gpkg_spatial_ref_sys WHERE srs_id = 4490")
    assert keys(read(path)) == ["gis.srs_unusable"]


def test_a_local_system_is_carried_as_its_definition(tmp_path):
    local = "+proj=tmerc +lat_0=0 +lon_0=113.28 +x_0=500000 +ellps=GRS80 +units=m"
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(500_000, 2_550_000)], crs=local)
    layer = read(written(tmp_path / "a.gpkg", frame))
    assert "113.28" in layer.crs.name
