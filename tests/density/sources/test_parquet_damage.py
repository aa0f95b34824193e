"""Parquet files that are cut, damaged, changed under the reader, or made to take all memory."""

from __future__ import annotations

import pickle
import struct
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.density.sources import open_source, parquet
from spatial.density.sources.parquet_pages import PageHeader, repeats_safely
from spatial.errors import (
    AtlasError,
    UnreadableFileError,
)
from tests.density.sources.point_files import (
    geo,
    joined,
    read,
    scattered,
    wkb,
    write_geoparquet,
)

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
        with pytest.raises(UnreadableFileError, match=r"p\.parquet") as caught:
            read(path)
        if length > len("PAR1"):
            assert caught.value.key == "stream.parquet_cut"
            assert f"byte {length:,}:" in caught.value.message("en")


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
        assert repeats_safely(path, footer, 0, 0) == (name == "same")
    path = write_geoparquet(tmp_path / "p.parquet", points, compression=compression, use_dictionary=False)
    assert repeats_safely(path, pq.ParquetFile(path).metadata, 0, 0)


def test_a_codec_that_nobody_knows_is_damage_and_not_the_end_of_the_process(tmp_path):
    path = write_geoparquet(tmp_path / "p.parquet", wkb(scattered(50)) * 20)
    # In the footer the codec stands between the name of the column and the number of its values.
    data = path.read_bytes()
    assert data.count(b"geometry\x15\x02\x16") == 1
    path.write_bytes(data.replace(b"geometry\x15\x02\x16", b"geometry\x15\x78\x16"))
    # Pages that NumPy takes apart unpack whatever their codec is called; the library is told the name.
    code = (
        "import sys; from spatial.density.sources import open_source, parquet;"
        " parquet.plain_positions = lambda *_: None; open_source(sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1].split(":")[0]) == (
        1,
        "spatial.errors.UnreadableFileError",
    )


@given(st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_bytes_of_a_page_header_do_harm(data):
    try:
        found, end = PageHeader(data).read()
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
