"""Column chunks of plain points: what is read without the library is what the library reads."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from spatial.density.sources import wkb_pages
from spatial.density.sources.wkb_pages import plain_positions

RANDOM = np.random.default_rng(7)
SPOTS = RANDOM.uniform((-180.0, -90.0), (180.0, 90.0), (9_000, 2))
FEW = SPOTS[RANDOM.integers(0, 37, 9_000)]
RUNS = np.repeat(SPOTS[:60], 150, axis=0)


def wkb(spots):
    return list(shapely.to_wkb(shapely.points(spots)))


def write(path, values, *, nullable=True, **options):
    schema = pa.schema([pa.field("geometry", pa.binary(), nullable=nullable)])
    pq.write_table(pa.table({"geometry": values}, schema=schema), path, **options)
    return path


def positions(path, group=0):
    return plain_positions(path, pq.ParquetFile(path).metadata, group, 0)


@pytest.mark.parametrize("compression", ["snappy", "none", "zstd", "gzip", "brotli", "lz4"])
@pytest.mark.parametrize("spots", [SPOTS, FEW, RUNS, SPOTS[:1]], ids=["all different", "few", "runs", "one"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"use_dictionary": False},
        {"data_page_size": 700, "dictionary_pagesize_limit": 4_000},
        {"write_page_checksum": True, "nullable": False},
        {"write_statistics": False, "write_page_index": True},
    ],
    ids=["usual", "no dictionary", "small pages", "checksums", "no statistics"],
)
def test_positions_are_those_that_were_written(tmp_path, compression, spots, options):
    path = write(tmp_path / "points.parquet", wkb(spots), compression=compression, **options)
    found = positions(path)
    if found is None:
        # A dictionary of one value has codes of no bits, and lz4 a frame of its own.
        assert len(np.unique(spots, axis=0)) == 1
        return
    np.testing.assert_array_equal(np.column_stack(found), spots)


def test_each_row_group_is_read_by_itself(tmp_path):
    path = write(tmp_path / "points.parquet", wkb(SPOTS), row_group_size=4_000)
    found = [np.column_stack(positions(path, group)) for group in range(3)]
    np.testing.assert_array_equal(np.concatenate(found), SPOTS)


def test_empty_points_have_no_coordinates(tmp_path):
    values = [*wkb(SPOTS[:5]), shapely.to_wkb(shapely.Point())]
    x, y = positions(write(tmp_path / "points.parquet", values))
    assert np.isnan([x[5], y[5]]).all()
    assert np.isfinite(x[:5]).all()


@pytest.mark.parametrize(
    "odd",
    [
        None,
        b"",
        shapely.to_wkb(shapely.Point(1, 2, 3)),
        shapely.to_wkb(shapely.Point(1, 2), byte_order=0),
        shapely.to_wkb(shapely.set_srid(shapely.Point(1, 2), 4490), include_srid=True),
        shapely.to_wkb(shapely.MultiPoint([(1, 2)])),
        shapely.to_wkb(shapely.box(0, 0, 1, 1)),
        b"\x01\x02" + shapely.to_wkb(shapely.Point(1, 2))[2:],
        b"\x01\x01\x00\x00\x01" + shapely.to_wkb(shapely.Point(1, 2))[5:],
    ],
)
@pytest.mark.parametrize("dictionary", [True, False])
def test_what_holds_anything_else_is_left_to_the_library(tmp_path, odd, dictionary):
    values = [*wkb(SPOTS[:50]), odd, *wkb(SPOTS[50:99])]
    assert positions(write(tmp_path / "points.parquet", values, use_dictionary=dictionary)) is None


@pytest.mark.parametrize(
    "options",
    [{"data_page_version": "2.0"}, {"use_dictionary": False, "column_encoding": "DELTA_BYTE_ARRAY"}],
)
def test_pages_of_another_kind_are_left_to_the_library(tmp_path, options):
    assert positions(write(tmp_path / "points.parquet", wkb(SPOTS), **options)) is None


def test_a_checksum_that_does_not_hold_is_left_to_the_library(tmp_path):
    path = write(
        tmp_path / "points.parquet",
        wkb(SPOTS),
        compression="none",
        use_dictionary=False,
        write_page_checksum=True,
    )
    assert positions(path) is not None
    damaged = bytearray(path.read_bytes())
    damaged[5_000] ^= 1
    path.write_bytes(damaged)
    assert positions(path) is None


@pytest.mark.parametrize("name", ["_MOST_ROWS", "_MOST_BYTES", "_LONGEST_PAGE"])
def test_a_chunk_that_takes_much_memory_is_left_to_the_library(tmp_path, monkeypatch, name):
    path = write(tmp_path / "points.parquet", wkb(SPOTS))
    assert positions(path) is not None
    monkeypatch.setattr(wkb_pages, name, 8_000)
    assert positions(path) is None


def test_lists_of_points_are_left_to_the_library(tmp_path):
    path = tmp_path / "points.parquet"
    pq.write_table(pa.table({"geometry": [wkb(SPOTS[:3])] * 5}), path)
    assert positions(path) is None


@pytest.mark.parametrize("spots", [SPOTS[:300], FEW[:300], RUNS[:900]], ids=["all different", "few", "runs"])
def test_a_damaged_byte_in_a_position_is_read_as_the_library_reads_it(tmp_path, spots):
    whole = write(tmp_path / "points.parquet", wkb(spots), compression="none", data_page_size=2_000)
    footer = pq.ParquetFile(whole).metadata
    data = whole.read_bytes()
    n_bytes = footer.row_group(0).column(0).total_compressed_size
    damaged = tmp_path / "damaged.parquet"
    n_equal = 0
    for at in RANDOM.integers(4, 4 + n_bytes, 400).tolist():
        changed = bytearray(data)
        changed[at] ^= 1 << int(RANDOM.integers(8))
        damaged.write_bytes(changed)
        found = plain_positions(damaged, footer, 0, 0)
        if found is None:
            continue
        try:
            read = pq.ParquetFile(damaged).read_row_group(0)["geometry"].combine_chunks()
        except OSError:
            # Of a page's header it reads what no position rests on.
            np.testing.assert_array_equal(np.column_stack(found), spots)
            continue
        expected = np.frombuffer(b"".join(read.to_pylist()), dtype="V5,<f8,<f8")
        np.testing.assert_array_equal(found[0].view("u8"), expected["f1"].view("u8").astype("u8"))
        np.testing.assert_array_equal(found[1].view("u8"), expected["f2"].view("u8").astype("u8"))
        n_equal += 1
    assert n_equal > 100
    for end in range(4, 4 + n_bytes, 97):
        damaged.write_bytes(data[:end])
        assert plain_positions(damaged, footer, 0, 0) is None
