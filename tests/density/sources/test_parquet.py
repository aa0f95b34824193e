"""GeoParquet and Parquet as a stream."""

from __future__ import annotations

import os
import pickle
import struct
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from spatial.density.sources import open_source, parquet
from spatial.density.sources.arrow_values import binary_records
from spatial.density.sources.parquet_pages import _PageHeader, repeats_safely
from spatial.density.sources.wkb_points import decode_points
from spatial.errors import (
    AtlasError,
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
    geo,
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


# --- what may stand in a geometry column --------------------------------------------------------

SHAPES = [
    shapely.Point(113.2, 23.1),
    shapely.Point(113.2, 23.1, 7.0),
    shapely.Point(),
    shapely.MultiPoint([(113.3, 23.1)]),
    shapely.MultiPoint([(113.3, 23.1, 5.0)]),
    shapely.MultiPoint([(113.3, 23.1), (113.4, 23.0)]),
    shapely.MultiPoint(),
    shapely.LineString([(113.3, 23.1), (113.4, 23.0)]),
    shapely.box(113, 23, 114, 24),
    shapely.Polygon(),
    shapely.MultiLineString([[(0, 0), (1, 1)]]),
    shapely.MultiPolygon([shapely.box(113, 23, 114, 24)]),
    shapely.GeometryCollection([shapely.Point(113.2, 23.1)]),
    shapely.Point(np.nan, 23.1),
    shapely.Point(np.inf, 23.1),
    None,
]


def as_shapely(shape) -> tuple[float, float] | None:
    """What the reader of `check` makes of a geometry: its position, or nothing."""
    if isinstance(shape, shapely.MultiPoint) and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    if not isinstance(shape, shapely.Point) or shape.is_empty:
        return None
    return shape.x, shape.y


@given(
    st.lists(
        st.tuples(
            st.sampled_from(SHAPES),
            st.sampled_from([0, 1]),
            st.sampled_from(["iso", "extended"]),
            st.booleans(),
        ),
        max_size=40,
    ),
    st.sampled_from([pa.binary(), pa.large_binary(), pa.binary_view()]),
    st.integers(0, 3),
)
@settings(max_examples=100, deadline=None)
def test_each_kind_of_geometry_is_read_as_shapely_reads_it(drawn, kind, offset):
    blobs = []
    for shape, order, flavor, with_srid in drawn:
        if shape is not None and with_srid and flavor == "extended":
            shape = shapely.set_srid(shape, 4326)  # noqa: PLW2901
        blobs.append(
            None
            if shape is None
            else shapely.to_wkb(
                shape, byte_order=order, flavor=flavor, include_srid=with_srid and flavor != "iso"
            )
        )
    array = pa.array([b"x"] * offset + blobs, kind).slice(offset)
    x, y, faults = decode_points(binary_records(array))
    faulty = {row: fault.value(row) for fault in faults for row in fault.at.tolist()}
    assert sum(len(fault.at) for fault in faults) == len(faulty)
    for row, (shape, *_) in enumerate(drawn):
        position = as_shapely(shape)
        if position is None:
            kind_word = "null" if shape is None else shape.geom_type
            assert faulty.get(row, "Point") == kind_word
            assert np.isnan(x[row])
            assert np.isnan(y[row])
        else:
            assert row not in faulty
            assert np.array_equal([x[row], y[row]], position, equal_nan=True)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("z", [False, True])
@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_records_that_begin_alike_are_read_without_looking_at_each(order, z, flavor, monkeypatch):
    from spatial.density.sources import wkb_points

    monkeypatch.setattr(wkb_points, "_decode_each", None)
    xy = scattered(100)
    points = shapely.points(np.column_stack([xy, np.arange(100)]) if z else xy)
    if flavor == "extended":
        points = shapely.set_srid(points, 4490)
    blobs = list(shapely.to_wkb(points, byte_order=order, flavor=flavor, include_srid=flavor == "extended"))
    x, y, faults = decode_points(binary_records(pa.array(blobs, pa.binary())))
    assert np.array_equal(np.column_stack([x, y]), xy)
    assert faults == []


def test_one_odd_record_among_equal_ones_is_found_wherever_it_stands():
    blobs = wkb(scattered(50))
    for row in (0, 20, 49):
        for at, value in ((0, 0), (1, 2), (2, 1), (4, 0x80)):
            odd = list(blobs)
            odd[row] = odd[row][:at] + bytes([value]) + odd[row][at + 1 :]
            _, _, faults = decode_points(binary_records(pa.array(odd, pa.binary())))
            assert [fault.at.tolist() for fault in faults] == [[row]]


@given(st.lists(st.binary(max_size=40) | st.sampled_from(wkb(scattered(3))), max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_point_or_a_fault(blobs):
    x, y, faults = decode_points(binary_records(pa.array(blobs, pa.binary())))
    faulty = {row for fault in faults for row in fault.at.tolist()}
    assert len(x) == len(y) == len(blobs)
    for row, blob in enumerate(blobs):
        if row in faulty:
            assert np.isnan(x[row])
        else:
            shape = shapely.from_wkb(blob)
            shape = shape.geoms[0] if shape.geom_type == "MultiPoint" else shape
            expected = (np.nan, np.nan) if shape.is_empty else (shape.x, shape.y)
            assert np.array_equal([x[row], y[row]], expected, equal_nan=True)


def test_what_is_no_position_is_reported_with_its_row_and_reason(tmp_path):
    shapes = [*SHAPES, shapely.Point(0, 0), shapely.Point(23.1, 113.2), shapely.Point(200, 3)]
    good = list(shapely.points(scattered(30)))
    blobs = [None if shape is None else shapely.to_wkb(shape) for shape in good + shapes]
    blobs.append(b"\x01\x01\x00\x00\x00" + b"\x00" * 9)
    batch = read(write_geoparquet(tmp_path / "p.parquet", blobs))
    assert batch.n_in == len(blobs)
    assert batch.reported.counts == {
        "error.reason_not_a_point": 10,
        "error.reason_bad_position": 2,
        "error.reason_zero": 1,
        "error.reason_swapped": 1,
        "error.reason_out_of_range": 1,
        "stream.reason_wkb": 1,
    }
    found = reasons(batch)
    assert found[30 + len(SHAPES)] == "error.reason_zero"
    assert found[len(blobs) - 1] == "stream.reason_wkb"
    kept = [at for at in range(len(blobs)) if at not in found]
    assert batch.rows.tolist() == kept
    swapped = batch.reported.first["error.reason_swapped"][0]
    assert (swapped.file, swapped.field, swapped.value) == ("p.parquet", "x, y", "23.1, 113.2")


def test_columns_stay_beside_their_rows_where_others_are_reported(tmp_path):
    blobs = [None if at % 3 == 0 else blob for at, blob in enumerate(wkb(scattered(30)))]
    path = write_geoparquet(tmp_path / "p.parquet", blobs, key=[f"k{at}" for at in range(30)])
    batch = read(path, columns=["key"])
    assert batch.columns["key"].to_pylist() == [f"k{row}" for row in batch.rows]
    assert len(batch.lon) == 20


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


def test_an_unknown_suffix_is_refused(tmp_path):
    (tmp_path / "p.shp").write_bytes(b"x")
    with pytest.raises(UnsupportedFormatError):
        open_source(tmp_path / "p.shp")


# --- damage ---------------------------------------------------------------------------------------


def test_an_empty_file_of_points_has_no_part(tmp_path):
    source = open_source(write_geoparquet(tmp_path / "p.parquet", []))
    assert source.n_rows == 0
    assert joined(source).n_in == 0


def test_a_file_cut_short_is_refused(tmp_path):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(1000)))
    whole = path.read_bytes()
    for length in (0, 3, 4, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableFileError, match=r"p\.parquet"):
            read(path)


def test_a_damaged_page_is_named_by_row_group_and_row(tmp_path):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(4000)), rows_at_once=1000)
    chunk = pq.ParquetFile(path).metadata.row_group(2).column(0)
    data = bytearray(path.read_bytes())
    middle = chunk.data_page_offset + 5
    data[middle : middle + 300] = b"\xff" * 300
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError) as caught:
        read(path)
    assert caught.value.key == "stream.parquet_damaged"
    assert (caught.value.params["group"], caught.value.params["groups"]) == (3, 4)
    assert caught.value.params["row"] <= 2001


def test_a_file_changed_between_opening_and_reading_is_an_error(tmp_path):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(1000)))
    source = open_source(path)
    part = source.parts()[0]
    write_geoparquet(path, wkb(scattered(900)))
    other = pickle.loads(pickle.dumps(source))  # noqa: S301
    with pytest.raises(UnreadableFileError) as caught:
        list(other.batches(part))
    assert caught.value.key == "stream.changed"
    with pytest.raises(UnreadableFileError):
        list(source.batches(part))
    path.unlink()
    with pytest.raises(UnreadableFileError) as caught:
        list(other.batches(part))
    assert caught.value.key == "error.missing_file"


def test_fewer_rows_than_the_footer_says_is_an_error(tmp_path):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(100)))
    source = open_source(path)
    part = source.parts()[0]
    with pytest.raises(UnreadableFileError) as caught:
        list(source.batches(part._replace(n_rows=101)))
    assert caught.value.key == "stream.parquet_damaged"


@given(st.integers(0, 2**32), st.sampled_from(["flip", "cut", "zero", "swap"]))
@settings(max_examples=60, deadline=None)
def test_a_mutated_file_is_read_in_full_or_refused(tmp_path_factory, seed, way):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "mutated.parquet"
    write_geoparquet(path, wkb(scattered(300)), rows_at_once=120, by=["a", "b", None] * 100)
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    at = int(rng.integers(4, len(data)))
    if way == "flip":
        data[at] ^= 1 << int(rng.integers(8))
    elif way == "cut":
        del data[at : at + int(rng.integers(1, 50))]
    elif way == "zero":
        data[at : at + 16] = bytes(len(data[at : at + 16]))
    else:
        data[at : at + 8] = struct.pack("<q", int(rng.integers(-(2**63), 2**63)))[: len(data[at : at + 8])]
    path.write_bytes(data)
    try:
        source = open_source(path, columns=["by"])
        n_in = sum(batch.n_in for part in source.parts() for batch in source.batches(part))
    except AtlasError:
        return
    assert n_in == source.n_rows


def test_the_column_is_called_as_the_file_calls_it(tmp_path):
    table = pa.table({"位置": pa.array(wkb(scattered(4)), pa.binary())}).replace_schema_metadata(
        geo(name="位置")
    )
    pq.write_table(table, tmp_path / "p.parquet")
    assert read(tmp_path / "p.parquet").n_in == 4


# --- dictionaries -----------------------------------------------------------------------------------


@pytest.mark.parametrize("store_type", [False, True])
def test_a_dictionary_of_different_geometries_is_read_as_its_rows(tmp_path, store_type):
    xy = scattered(3)
    values = [*wkb(xy), None, shapely.to_wkb(shapely.box(0, 0, 1, 1)), b"x"]
    drawn = np.random.default_rng(1).integers(0, len(values), 2000)
    array = pa.array([values[at] for at in drawn], pa.binary())
    array = array.dictionary_encode() if store_type else array
    batch = read(write_geoparquet(tmp_path / "p.parquet", array, rows_at_once=700))
    assert np.array_equal(np.column_stack([batch.lon, batch.lat]), xy[drawn[drawn < 3]])
    assert np.array_equal(batch.rows, np.flatnonzero(drawn < 3))
    kinds = {row.value for row in batch.reported.first["error.reason_not_a_point"]}
    assert kinds == {"null", "Polygon"}
    counts = np.bincount(drawn, minlength=6)
    assert batch.reported.counts == {
        "error.reason_not_a_point": counts[3] + counts[4],
        "stream.reason_wkb": counts[5],
    }


def test_a_dictionary_of_nothing_but_nulls_is_reported(tmp_path):
    path = write_geoparquet(tmp_path / "p.parquet", pa.array([None] * 5, pa.binary()).dictionary_encode())
    assert read(path).reported.counts == {"error.reason_not_a_point": 5}


def test_texts_of_coordinates_that_repeat_are_numbers_in_each_row(tmp_path):
    table = pa.table({"lon": ["113.2", "x", None, "113.3"] * 50, "lat": ["23.1"] * 200})
    pq.write_table(table, tmp_path / "p.parquet")
    batch = read(tmp_path / "p.parquet", crs="wgs84")
    assert batch.lon.tolist() == [113.2, 113.3] * 50
    assert batch.reported.counts == {"error.reason_missing": 50, "error.reason_not_a_number": 50}


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
def test_which_dictionaries_are_safe_to_repeat(tmp_path, compression):
    points, odd = wkb(scattered(50)), [shapely.to_wkb(shapely.box(0, 0, 1, 1))]
    several = {"same": points, "odd": points + odd, "long": odd}
    for name, values in several.items():
        path = write_geoparquet(tmp_path / f"{name}.parquet", values * 20, compression=compression)
        footer = pq.ParquetFile(path).metadata
        known = compression != "lz4"
        assert repeats_safely(path, footer, 0, 0) == (known and name == "same")
    path = write_geoparquet(tmp_path / "p.parquet", points, compression=compression, use_dictionary=False)
    assert repeats_safely(path, pq.ParquetFile(path).metadata, 0, 0)


@given(st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_bytes_of_a_page_header_do_harm(data):
    try:
        found, end = _PageHeader(data).read()
    except (ValueError, IndexError):
        return
    assert end <= len(data)
    assert all(isinstance(value, int) for value in found.values())


def test_batches_of_long_rows_are_short(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_BATCH_BYTES", 100_000)
    shapes = [shapely.to_wkb(shapely.Point(113 + at / 1e4, 23).buffer(1e-5)) for at in range(400)]
    source = open_source(write_geoparquet(tmp_path / "p.parquet", shapes))
    sizes = [batch.n_in for batch in source.batches(source.parts()[0])]
    assert sum(sizes) == 400
    assert max(sizes) < 100


@pytest.mark.parametrize("use_dictionary", [False, True])
def test_records_of_a_stated_length_are_read(tmp_path, use_dictionary):
    xy = np.repeat(scattered(20), 10, axis=0)
    array = pa.array(wkb(xy), pa.binary(21))
    batch = read(write_geoparquet(tmp_path / "p.parquet", array, use_dictionary=use_dictionary))
    assert np.array_equal(np.column_stack([batch.lon, batch.lat]), xy)


@pytest.mark.parametrize("use_dictionary", [False, True])
def test_cells_that_are_texts_of_bytes_or_truth_are_read_as_words(tmp_path, use_dictionary):
    table = pa.table({"lon": pa.array([b"113.2", b"113.3"]), "lat": ["23.1", "23.2"], "no": [True, False]})
    pq.write_table(table, tmp_path / "p.parquet", use_dictionary=use_dictionary)
    assert read(tmp_path / "p.parquet", crs="wgs84").lon.tolist() == [113.2, 113.3]
    batch = read(tmp_path / "p.parquet", crs="wgs84", x="no", y="lat")
    assert batch.reported.counts == {"error.reason_not_a_number": 2}
    assert {row.value for row in batch.reported.first["error.reason_not_a_number"]} == {"true", "false"}
