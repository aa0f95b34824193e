"""Shapefiles beyond the limits, or made to break a reader: refused, or every row used or told."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import AtlasError, LimitExceededError, UnreadableFileError
from spatial.importing.readers.shape_records import find_records
from spatial.limits import Limits
from tests.importing.readers.shapefile_maker import (
    SQUARE,
    dbf,
    head,
    loose,
    names,
    null,
    parts,
    point,
    shp,
)
from tests.importing.readers.shapefile_reading import faults, keys, read, refusal, whole

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("index", [True, False])
def test_features_columns_vertices_and_texts_are_limited(tmp_path, index):
    files = whole(
        [parts(SQUARE)] * 4, dbf=dbf([(b"a", "C", 9, 0), (b"b", "C", 9, 0)], [[b"123456789", b""]] * 4)
    )
    path = loose(tmp_path, **files if index else files | {"shx": None})
    assert read(path, limits=Limits(features=4, vertices=20, columns=2, cell_characters=9)).n_in == 4
    for limits in (Limits(features=3), Limits(vertices=19), Limits(columns=1), Limits(cell_characters=8)):
        assert isinstance(refusal(path, limits=limits), LimitExceededError)
    assert refusal(path, limits=Limits(unpacked_bytes=500)).key == "error.limit_unpacked_bytes"


@pytest.mark.parametrize("with_index", [True, False])
def test_too_many_records_or_positions_are_refused_before_one_is_built(with_index):
    shape, index = shp([parts(SQUARE)] * 4)
    index = index if with_index else None
    assert len(find_records(shape, index, n_rows=None, limits=Limits(features=4, vertices=20))) == 4
    for limits in (Limits(features=3), Limits(vertices=19)):
        with pytest.raises(LimitExceededError):
            find_records(shape, index, n_rows=None, limits=limits)


def test_an_index_that_lists_one_shape_a_thousand_times_meets_the_limit(tmp_path):
    shape, index = shp([parts(SQUARE)])
    path = loose(tmp_path, shp=shape, shx=index[:100] + index[100:] * 1000)
    assert refusal(path, limits=Limits(vertices=4000)).key == "error.limit_vertices"
    assert refusal(path, limits=Limits(features=900)).key == "error.limit_features"


def test_a_count_that_lies_high_is_refused_or_told(tmp_path):
    path = loose(tmp_path, **whole([point(1, 1)], 1, dbf=names([b"a"], n_stated=4_000_000_000)))
    assert refusal(path).key == "error.limit_features"


def test_endless_records_of_no_length_end(tmp_path):
    shape = head(100_100, 1) + struct.pack(">2i", 1, 0) + bytes(100_000)
    layer = read(loose(tmp_path, shp=shape))
    assert faults(layer) == {0: "gis.reason_record"}


def test_a_companion_that_the_driver_would_open_stays_out_of_its_sight(tmp_path):
    path = loose(
        tmp_path, **whole([parts(SQUARE)] * 2), qix=b"SQT" * 40, sbn=b"x" * 200, vrt=b"<OGRVRTDataSource/>"
    )
    assert (read(path).n_in, keys(read(path))) == (2, set())


@given(st.data())
def test_no_change_of_bytes_loses_a_row_or_breaks_out(tmp_path_factory, data):
    """Whatever bytes change: each row used or reported, or the file refused by name."""
    files = whole([parts(SQUARE), parts(SQUARE, [(2.0, 2.0), (2.0, 3.0), (3.0, 3.0), (2.0, 2.0)]), null()])
    for _ in range(data.draw(st.integers(1, 3))):
        suffix = data.draw(st.sampled_from(["shp", "shx", "dbf", "prj", "cpg"]))
        content = bytearray(files[suffix])
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        files[suffix] = bytes(content[: data.draw(st.integers(1, len(content)))])
    with suppress(AtlasError):
        read(loose(tmp_path_factory.mktemp("shp"), **files))


def test_a_driver_that_cannot_open_the_copy_is_a_refusal(tmp_path, monkeypatch):
    monkeypatch.setattr("spatial.importing.readers.shape_geometry.index_bytes", lambda *_: b"")
    with pytest.raises(UnreadableFileError, match="shp"):
        read(loose(tmp_path, **whole([parts(SQUARE)])))
