"""GeoParquet and Parquet as a stream."""

from __future__ import annotations

import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from spatial.density.sources import open_source, parquet
from spatial.errors import (
    DuplicateIdError,
    GeometryError,
    MissingColumnError,
    MissingCrsError,
    UnknownCrsError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from tests.density.sources.point_files import (
    POINT_GEO,
    joined,
    read,
    reasons,
    scattered,
    wkb,
    write_geoparquet,
)

PROJECTED = CRS("EPSG:4547").to_json_dict()


def test_points_come_as_they_are_with_their_numbers_and_columns(tmp_path):
    xy = scattered(5000)
    operators = ["移动", "电信", None, "联通", ""] * 1000
    path = write_geoparquet(
        tmp_path / "p.parquet", wkb(xy), rows_at_once=700, operator=operators, year=range(5000)
    )
    batch = read(path, columns=["operator", "year"])
    assert np.array_equal(np.column_stack([batch.lon, batch.lat]), xy)
    assert np.array_equal(batch.rows, np.arange(5000))
    assert batch.columns["operator"].to_pylist() == operators
    assert batch.columns["year"].to_pylist() == [str(year) for year in range(5000)]
    assert batch.reported.n == 0


def test_small_row_groups_are_joined_and_large_ones_cut_into_batches(tmp_path, monkeypatch):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(1000)), rows_at_once=90)
    monkeypatch.setattr(parquet, "_PART_ROWS", 200)
    monkeypatch.setattr(parquet, "_BATCH_ROWS", 64)
    source = open_source(path)
    parts = source.parts()
    assert [part.n_rows for part in parts] == [270, 270, 270, 190]
    assert [part.first_row for part in parts] == [0, 270, 540, 810]
    batches = [batch for part in parts for batch in source.batches(part)]
    assert max(batch.n_in for batch in batches) == 64
    assert np.array_equal(np.concatenate([batch.rows for batch in batches]), np.arange(1000))


def test_two_threads_and_a_pickled_source_read_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_PART_ROWS", 500)
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(20_000)), rows_at_once=500)
    source = open_source(path)
    other = pickle.loads(pickle.dumps(source))  # noqa: S301
    parts = source.parts()
    assert other.parts() == parts
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda part: sum(b.lon.sum() for b in source.batches(part)), parts)
        assert list(found) == [sum(b.lon.sum() for b in other.batches(part)) for part in parts]


# --- native points ----------------------------------------------------------------------------


def structures(xy, **more):
    fields = {"x": xy[:, 0], "y": xy[:, 1], **more}
    return pa.StructArray.from_arrays([pa.array(values) for values in fields.values()], list(fields))


def lists(xy, size):
    numbers = np.zeros((len(xy), size))
    numbers[:, :2] = xy
    return pa.FixedSizeListArray.from_arrays(pa.array(numbers.ravel()), size)


@pytest.mark.parametrize(
    "make",
    [structures, lambda xy: structures(xy, z=xy[:, 0]), lambda xy: lists(xy, 2), lambda xy: lists(xy, 3)],
)
def test_native_points_are_read_in_batches(tmp_path, make, monkeypatch):
    monkeypatch.setattr(parquet, "_BATCH_ROWS", 70)
    xy = scattered(500)
    path = write_geoparquet(
        tmp_path / "p.parquet", make(xy), column={**POINT_GEO, "encoding": "point"}, rows_at_once=150
    )
    batch = read(path)
    assert np.array_equal(np.column_stack([batch.lon, batch.lat]), xy)


def test_native_points_that_are_not_given_are_reported(tmp_path):
    kind = pa.struct([("x", pa.float64()), ("y", pa.float64())])
    values = [{"x": 113.2, "y": 23.1}, None, {"x": None, "y": None}, {"x": 113.2, "y": None}]
    lists_kind = pa.list_(pa.float64(), 2)
    for at, array in enumerate(
        (
            pa.array(values, kind),
            pa.array([[113.2, 23.1], None, [np.nan, np.nan], [113.2, np.nan]], lists_kind),
        )
    ):
        path = write_geoparquet(tmp_path / f"{at}.parquet", array, column={**POINT_GEO, "encoding": "point"})
        found = read(path)
        assert reasons(found) == {
            1: "error.reason_not_a_point",
            2: "error.reason_not_a_point",
            3: "error.reason_bad_position",
        }
        assert found.rows.tolist() == [0]


# --- columns of coordinates ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [pa.float64(), pa.float32(), pa.decimal128(9, 6), pa.string(), pa.large_string(), pa.string_view()],
)
def test_columns_of_numbers_of_any_kind_are_coordinates(tmp_path, kind):
    text = ["113.25", "113.5", "114"]
    cast = {pa.float64(): float, pa.float32(): float, pa.decimal128(9, 6): Decimal}.get(kind, str)
    table = pa.table(
        {"经度": pa.array([cast(t) for t in text], kind), "纬度": pa.array([23, 22, 21], pa.int16())}
    )
    pq.write_table(table, tmp_path / "p.parquet")
    batch = read(tmp_path / "p.parquet", crs="wgs84")
    assert batch.lon.tolist() == [113.25, 113.5, 114.0]
    assert batch.lat.tolist() == [23.0, 22.0, 21.0]


def test_cells_that_are_no_number_are_reported_once_with_the_first_that_is_none(tmp_path):
    lon = ["113.2", None, "nan", "113°", "x", "113.2", "113.2", "+113.2"]
    lat = ["23.1", "x", "23.1", "23.1", None, None, "inf", " 23.1 "]
    table = pa.table({"lon": lon, "lat": lat})
    pq.write_table(table, tmp_path / "p.parquet")
    batch = read(tmp_path / "p.parquet", crs="wgs84")
    assert batch.rows.tolist() == [0, 7]
    assert reasons(batch) == {
        1: "error.reason_missing",
        2: "error.reason_not_finite",
        3: "error.reason_sexagesimal",
        4: "error.reason_not_a_number",
        5: "error.reason_missing",
        6: "error.reason_not_finite",
    }
    assert {row.field for row in batch.reported.first["error.reason_not_finite"]} == {"lon", "lat"}


def test_a_stated_pair_wins_over_the_geometry(tmp_path):
    xy = scattered(3)
    path = write_geoparquet(tmp_path / "p.parquet", wkb(xy), e=xy[:, 0] + 1, n=xy[:, 1])
    assert np.allclose(read(path, x="e", y="n", crs="wgs84").lon, xy[:, 0] + 1)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pa.array([2020, None], pa.int32()), ["2020", None]),
        (pa.array([2020.0, 1.5, np.nan, 1e300]), ["2020", "1.5", None, "1e+300"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([Decimal("1.50"), None]), ["1.50", None]),
        (pa.array(["移动", None]).dictionary_encode(), ["移动", None]),
        (pa.array([3, 3, None]).dictionary_encode(), ["3", "3", None]),
        (pa.array([18_000], pa.date32()), ["2019-04-14"]),
        (pa.array([b"abc"], pa.binary()), ["abc"]),
    ],
)
def test_values_of_a_column_come_as_text(tmp_path, values, words):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(len(values))), by=values)
    assert read(path, columns=["by"]).columns["by"].to_pylist() == words


# --- reference systems -----------------------------------------------------------------------------


def test_the_system_of_the_file_is_used_and_one_that_is_stated_wins(tmp_path):
    frame = gpd.GeoSeries(shapely.points(scattered(20)), crs=4490)
    grid = frame.to_crs(4547)
    path = write_geoparquet(
        tmp_path / "p.parquet", list(grid.to_wkb()), column={**POINT_GEO, "crs": PROJECTED}
    )
    batch = read(path)
    assert np.allclose(batch.lon, frame.x, atol=1e-9)
    with pytest.raises(GeometryError) as caught:
        open_source(path, crs="wgs84")
    assert caught.value.key == "error.misread_metres"


@pytest.mark.parametrize(
    ("crs", "n_notices"),
    [
        (..., 1),
        ({"type": "GeographicCRS", "id": {"authority": "OGC", "code": "CRS84"}}, 0),
        ({"type": "GeographicCRS", "id": {"authority": "EPSG", "code": 4490}}, 0),
    ],
)
def test_no_system_means_wgs_84_by_the_format(tmp_path, crs, n_notices):
    column = POINT_GEO if crs is ... else {**POINT_GEO, "crs": crs}
    source = open_source(write_geoparquet(tmp_path / "p.parquet", wkb(scattered(3)), column=column))
    assert [notice.key for notice in source.notices] == ["inventory.parquet_wgs84"] * n_notices
    assert joined(source).n_in == 3


@pytest.mark.parametrize(
    ("crs", "error"),
    [(None, MissingCrsError), ("EPSG:4326", UnreadableFileError), ({"type": "Nothing"}, UnknownCrsError)],
)
def test_a_system_that_is_none_is_refused(tmp_path, crs, error):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(3)), column={**POINT_GEO, "crs": crs})
    with pytest.raises(error):
        open_source(path)


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "wgs84", "cgcs2000", "EPSG:4490"])
def test_the_datum_is_changed_in_the_stream_as_elsewhere(tmp_path, crs):
    from spatial.crs import transform_xy

    xy = scattered(50)
    batch = read(write_geoparquet(tmp_path / "p.parquet", wkb(xy)), crs=crs)
    lon, lat = transform_xy(*xy.T, source=crs, target="cgcs2000")
    assert np.array_equal(batch.lon, lon)
    assert np.array_equal(batch.lat, lat)


def test_a_system_without_a_code_is_carried(tmp_path):
    local = CRS("+proj=tmerc +lat_0=23 +lon_0=113.3 +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +towgs84=0,0,0 +units=m")
    xy = scattered(20)
    moved = gpd.GeoSeries(shapely.points(xy), crs=4326).to_crs(local)
    path = write_geoparquet(
        tmp_path / "p.parquet", list(moved.to_wkb()), column={**POINT_GEO, "crs": local.to_json_dict()}
    )
    batch = read(path)
    assert np.allclose(np.column_stack([batch.lon, batch.lat]), xy, atol=1e-8)


# --- refusals -----------------------------------------------------------------------------------


ONE = {"lon": [113.0], "lat": [23.0]}
WGS84 = {"crs": "wgs84"}


@pytest.mark.parametrize(
    ("columns", "options", "error", "key"),
    [
        (ONE, {}, MissingCrsError, "error.table_without_crs"),
        ({"a": [113.0], "b": [23.0]}, WGS84, MissingColumnError, "error.missing_coordinates"),
        (ONE, {**WGS84, "columns": ["by"]}, MissingColumnError, "error.missing_column"),
        ({"lon": [23.0], "lat": [113.0]}, WGS84, GeometryError, "error.misread_swapped"),
        ({**ONE, "LON": [2.0]}, WGS84, MissingColumnError, "error.rival_coordinates"),
        ({**ONE, "l": [[1]]}, {**WGS84, "columns": ["l"]}, UnsupportedFormatError, "stream.nested_column"),
        ({"lon": [[113.0]], "lat": [23.0]}, WGS84, UnsupportedFormatError, "stream.nested_column"),
        (ONE, {"crs": "EPSG:999999"}, UnknownCrsError, "verdict.unknown_crs"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_the_reason(tmp_path, columns, options, error, key):
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    with pytest.raises(error) as caught:
        open_source(tmp_path / "p.parquet", **options)
    assert caught.value.key == key


def test_a_column_of_two_is_refused(tmp_path):
    table = pa.Table.from_arrays(
        [pa.array([1.0]), pa.array([2.0]), pa.array(["a"]), pa.array(["b"])], ["lon", "lat", "by", "by"]
    )
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(DuplicateIdError):
        open_source(tmp_path / "p.parquet", crs="wgs84", columns=["by"])


@pytest.mark.parametrize(
    "described",
    [b"{", b"[]", b"{}", b"[" * 100_000, b'{"primary_column": "g", "columns": {}}',
     b'{"primary_column": 1, "columns": {"1": 2}}',
     b'{"primary_column": "geometry", "columns": {"geometry": {"encoding": 5}}}'],
)  # fmt: skip
def test_a_description_that_is_none_is_damage(tmp_path, described):
    table = pa.table({"geometry": pa.array(wkb(scattered(2)), pa.binary())}).replace_schema_metadata(
        {b"geo": described}
    )
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(UnreadableFileError):
        open_source(tmp_path / "p.parquet")


@pytest.mark.parametrize("encoding", ["polygon", "point", "multipoint"])
def test_an_encoding_that_holds_no_points_is_refused(tmp_path, encoding):
    path = write_geoparquet(
        tmp_path / "p.parquet", wkb(scattered(2)), column={**POINT_GEO, "encoding": encoding}
    )
    with pytest.raises(UnsupportedFormatError) as caught:
        open_source(path)
    assert caught.value.key == "stream.encoding"


@pytest.mark.parametrize("name", ["p.parquet", "p.csv", "p.gpkg", "p.geojson"])
def test_a_pipe_a_folder_and_nothing_are_refused(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(UnreadableFileError) as caught:
        open_source(tmp_path / name, crs="wgs84")
    assert caught.value.key == "error.no_plain_file"
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / name).mkdir()
    with pytest.raises(UnreadableFileError):
        open_source(tmp_path / "d" / name, crs="wgs84")
    with pytest.raises(UnreadableFileError) as caught:
        open_source(tmp_path / "none" / name, crs="wgs84")
    assert caught.value.key == "error.missing_file"


@pytest.mark.parametrize("name", ["p.parquet", "p.csv", "p.gpkg", "p.geojson"])
def test_a_file_without_bytes_is_never_read(tmp_path, name, monkeypatch):
    # One of the system's own calls itself plain, has no size, and may never answer.
    (tmp_path / name).touch()
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(UnreadableFileError) as caught:
        open_source(tmp_path / name, crs="wgs84")
    assert caught.value.key == "error.empty_file"


def test_an_unknown_suffix_is_refused(tmp_path):
    (tmp_path / "p.shp").write_bytes(b"x")
    with pytest.raises(UnsupportedFormatError):
        open_source(tmp_path / "p.shp")
