"""Well-known binary to coordinates, against what shapely reads."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.density.sources.arrow_values import binary_records
from spatial.density.sources.wkb_points import decode_points
from tests.density.sources.point_files import (
    read,
    reasons,
    scattered,
    wkb,
    write_geoparquet,
)

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
