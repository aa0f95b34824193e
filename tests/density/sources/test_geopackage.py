"""GeoPackage and GeoJSON as a stream."""

from __future__ import annotations

import json
import pickle
import sqlite3
import tracemalloc
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import geopandas as gpd
import numpy as np
import pytest
import shapely

from spatial.density.sources import geopackage, open_source
from spatial.errors import (
    AtlasError,
    GeometryError,
    MissingColumnError,
    MissingCrsError,
    UnknownCrsError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from spatial.vector_files import read_points
from tests.density.sources.point_files import gpkg_blob, joined, read, reasons, scattered, wkb, write_gpkg


def blobs_of(xy) -> list[bytes]:
    return [gpkg_blob(blob) for blob in wkb(xy)]


def test_points_come_as_they_are_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(geopackage, "_BATCH_ROWS", 1024)
    xy = scattered(5000)
    path = write_gpkg(
        tmp_path / "p.gpkg", blobs_of(xy), operator=["移动", None] * 2500, year=[2020.0] * 5000, n=range(5000)
    )
    source = open_source(path, columns=["operator", "year", "n"])
    assert source.n_rows == 5000
    batches = list(source.batches(source.parts()[0]))
    assert max(batch.n_in for batch in batches) == 1024
    batch = joined(pickle.loads(pickle.dumps(source)))  # noqa: S301
    assert np.array_equal(np.column_stack([batch.lon, batch.lat]), xy)
    assert np.array_equal(batch.rows, np.arange(5000))
    assert batch.columns["operator"].to_pylist() == ["移动", None] * 2500
    assert set(batch.columns["year"].to_pylist()) == {"2020"}
    assert batch.columns["n"].to_pylist() == [str(n) for n in range(5000)]


def test_one_thread_may_go_on_where_another_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(geopackage, "_BATCH_ROWS", 1024)
    source = open_source(write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(5000))))
    batches = source.batches(source.parts()[0])
    counts = []
    while True:
        with ThreadPoolExecutor(1) as thread:
            batch = thread.submit(next, batches, None).result()
        if batch is None:
            break
        counts.append(batch.n_in)
    assert counts == [1024] * 4 + [904]


def test_heads_with_envelopes_and_other_byte_orders_are_read_and_strange_ones_reported(tmp_path):
    point = shapely.Point(113.25, 23.05)
    little, big = shapely.to_wkb(point, byte_order=1), shapely.to_wkb(point, byte_order=0)
    good = [
        gpkg_blob(little),
        gpkg_blob(big),
        gpkg_blob(little, flags=0b0011, envelope=bytes(32)),
        gpkg_blob(little, flags=0b1001, envelope=bytes(64)),
        gpkg_blob(shapely.to_wkb(shapely.Point(113.25, 23.05, 3.0), flavor="iso")),
    ]
    bad = [
        (None, "error.reason_not_a_point"),
        (b"", "stream.reason_wkb"),
        (b"GP", "stream.reason_wkb"),
        (little, "stream.reason_wkb"),
        ("words", "stream.reason_wkb"),
        (7, "stream.reason_wkb"),
        (gpkg_blob(little, flags=0b1111), "stream.reason_wkb"),
        (gpkg_blob(b"", flags=0b1001), "stream.reason_wkb"),
        (gpkg_blob(shapely.to_wkb(shapely.Point())), "error.reason_not_a_point"),
        (gpkg_blob(shapely.to_wkb(shapely.box(0, 0, 1, 1))), "error.reason_not_a_point"),
    ]
    path = write_gpkg(tmp_path / "p.gpkg", [*good, *(blob for blob, _ in bad)])
    batch = read(path)
    assert (batch.lon.tolist(), batch.lat.tolist()) == ([113.25] * 5, [23.05] * 5)
    assert reasons(batch) == {5 + at: key for at, (_, key) in enumerate(bad)}
    assert batch.n_in == len(good) + len(bad)


def test_a_batch_of_nothing_but_empty_cells_is_reported(tmp_path):
    batch = read(write_gpkg(tmp_path / "p.gpkg", [None, b"", None]))
    assert batch.reported.counts == {"error.reason_not_a_point": 2, "stream.reason_wkb": 1}


def test_a_file_of_another_program_gives_what_check_reads(tmp_path):
    frame = gpd.GeoDataFrame({"name": ["a", "b", "c"]}, geometry=list(shapely.points(scattered(3))), crs=4490)
    path = tmp_path / "p.gpkg"
    frame.to_crs(4547).to_file(path, driver="GPKG", layer="stations", engine="pyogrio")
    batch = read(path, columns=["name"])
    checked = read_points(path).points
    assert np.array_equal(batch.lon, checked.geometry.x)
    assert np.array_equal(batch.lat, checked.geometry.y)
    assert batch.columns["name"].to_pylist() == ["a", "b", "c"]


def test_the_layer_must_be_certain(tmp_path):
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(3)), layers=("one", "two"))
    for layer, key in ((None, "error.choose_layer"), ("three", "error.unknown_layer")):
        with pytest.raises(UnreadableFileError) as caught:
            open_source(path, layer=layer)
        assert caught.value.key == key
    assert read(path, layer="two").n_in == 3


@pytest.mark.parametrize(
    ("srs_id", "options", "error"),
    [
        (0, {}, MissingCrsError),
        (-1, {}, MissingCrsError),
        (77, {}, UnknownCrsError),
        (4547, {}, GeometryError),
        (4326, {"columns": ["by"]}, MissingColumnError),
        (4326, {"crs": "nothing"}, UnknownCrsError),
    ],
)
def test_what_cannot_be_counted_is_refused(tmp_path, srs_id, options, error):
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(3)), srs_id=srs_id)
    with pytest.raises(error):
        open_source(path, **options)
    assert read(path, crs="wgs84").n_in == 3


def test_no_layer_of_points_and_no_geopackage_are_refused(tmp_path):
    path = write_gpkg(tmp_path / "p.gpkg", [], layers=())
    with pytest.raises(AtlasError):
        open_source(path)
    (tmp_path / "q.gpkg").write_bytes(b"SQLite format 3\x00" + bytes(200))
    with pytest.raises(UnreadableFileError):
        open_source(tmp_path / "q.gpkg")
    with closing(sqlite3.connect(tmp_path / "r.gpkg")) as database:
        database.execute("CREATE TABLE t (x)")
        database.commit()
    with pytest.raises(UnsupportedFormatError):
        open_source(tmp_path / "r.gpkg")


def test_views_and_triggers_of_a_stranger_do_nothing(tmp_path):
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(3)))
    with closing(sqlite3.connect(path)) as database:
        endless = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT x AS geom FROM t"
        database.execute(f"CREATE VIEW more AS {endless}")
        database.execute("INSERT INTO gpkg_contents VALUES ('more', 'features', 4326)")
        database.execute("CREATE TRIGGER t AFTER INSERT ON points BEGIN DELETE FROM points; END")
        database.commit()
    before = path.read_bytes()
    assert read(path).n_in == 3
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["p.gpkg"]


def test_an_endless_view_of_systems_is_not_asked(tmp_path):
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(3)))
    endless = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT -x AS srs_id"
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE gpkg_spatial_ref_sys")
        database.execute(
            f"CREATE VIEW gpkg_spatial_ref_sys AS {endless},"
            " 'EPSG' AS organization, 4326 AS organization_coordsys_id, '' AS definition FROM t"
        )
        database.commit()
    with pytest.raises(UnknownCrsError):
        open_source(path)


def test_batches_of_long_texts_are_short(tmp_path, monkeypatch):
    monkeypatch.setattr(geopackage, "_BATCH_BYTES", 100_000)
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(400)), operator=["x" * 10_000] * 400)
    source = open_source(path, columns=["operator"])
    sizes = [batch.n_in for batch in source.batches(source.parts()[0])]
    assert sum(sizes) == 400
    assert max(sizes) < 100


@pytest.mark.parametrize(
    ("table", "first", "value", "others"),
    [
        ("gpkg_contents", "table_name", "points", "data_type"),
        ("gpkg_spatial_ref_sys", "srs_id", 4326, "organization, organization_coordsys_id, definition"),
    ],
)
def test_what_a_file_says_of_itself_is_short(tmp_path, table, first, value, others):
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(3)))
    computed = others + " TEXT AS (printf('%.*c', 20000000, 'x'))"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"DROP TABLE {table}")
        database.execute(f"CREATE TABLE {table} ({first}, {computed})")
        database.execute(f"INSERT INTO {table} ({first}) VALUES (?)", (value,))  # noqa: S608
        database.commit()
    tracemalloc.start()
    with pytest.raises(AtlasError):
        open_source(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10_000_000


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_changes_that_wait_beside_the_file_are_not_passed_over(tmp_path, end):
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(3)))
    (tmp_path / f"p.gpkg{end}").write_bytes(b"x")
    with pytest.raises(UnreadableFileError) as caught:
        open_source(path)
    assert caught.value.key == "stream.gpkg_unwritten"


def test_a_damaged_page_is_named_by_its_row(tmp_path):
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(40_000)))
    source = open_source(path)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\x05" * 4096
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError) as caught:
        joined(source)
    assert caught.value.key == "stream.gpkg_damaged"
    assert 1 < caught.value.params["row"] < 40_000


def test_a_file_cut_short_is_refused(tmp_path):
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(5000)))
    whole = path.read_bytes()
    for length in (50, 4096, len(whole) // 2, len(whole) - 4096):
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableFileError, match=r"p\.gpkg"):
            read(path)


def test_rows_that_are_gone_since_it_was_opened_are_an_error(tmp_path):
    path = write_gpkg(tmp_path / "p.gpkg", blobs_of(scattered(50)))
    source = open_source(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM points WHERE fid > 40")
        database.commit()
    with pytest.raises(UnreadableFileError) as caught:
        joined(source)
    assert caught.value.params["row"] == 41


# --- GeoJSON ---------------------------------------------------------------------------------------


def feature(geometry, **properties) -> dict:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def point(x, y) -> dict:
    return {"type": "Point", "coordinates": [x, y]}


def test_geojson_has_the_rows_that_a_check_finds(tmp_path):
    features = [
        feature(point(113.25, 23.05), operator="移动", year=2020.0),
        feature(None),
        feature({"type": "Polygon", "coordinates": []}),
        feature(point(0, 0)),
        feature({"type": "Point", "coordinates": ["a", 1]}),
        feature({"type": "MultiPoint", "coordinates": [[113.3, 23.1]]}, operator=None),
        feature(point(113.26, 23.06)),
    ]
    path = tmp_path / "p.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    source = open_source(path, columns=["operator", "year"])
    batch = joined(pickle.loads(pickle.dumps(source)))  # noqa: S301
    checked = read_points(path)
    assert batch.rows.tolist() == list(checked.points.index)
    assert batch.n_in == checked.n_in == source.n_rows
    told = sorted((row, key) for row, key in reasons(batch).items())
    assert told == sorted(zip(checked.rejected["row"], checked.rejected["reason_key"], strict=True))
    assert batch.columns["operator"].to_pylist() == ["移动", None, None]
    assert batch.columns["year"].to_pylist() == ["2020", None, None]
    assert [notice.key for notice in source.notices] == ["inventory.geojson_wgs84"]
    with pytest.raises(MissingColumnError):
        open_source(path, columns=["none"])


def test_geojson_most_of_which_is_exchanged_is_refused(tmp_path):
    path = tmp_path / "p.geojson"
    features = [feature(point(23.05, 113.25)) for _ in range(3)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(GeometryError):
        open_source(path)


def test_a_layer_without_a_system_written_by_another_program(tmp_path):
    frame = gpd.GeoDataFrame(geometry=list(shapely.points(scattered(3))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(tmp_path / "p.gpkg", driver="GPKG", layer="stations", engine="pyogrio")
    with pytest.raises(MissingCrsError):
        open_source(tmp_path / "p.gpkg")
