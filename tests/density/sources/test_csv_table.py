"""CSV as a stream: the same rows, used and reported, as the reader that `check` has."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.density.sources import csv_table, open_source, text_stream
from spatial.errors import (
    AtlasError,
    DuplicateIdError,
    GeometryError,
    LimitExceededError,
    MissingColumnError,
    MissingCrsError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from spatial.inventory import read_inventory
from tests.density.sources.point_files import joined, read, scattered

HEADER = "lon,lat,运营商\n"


def as_check(data: bytes, **options) -> tuple[int, list[tuple[float, float]], list[tuple[str, str]]]:
    found = read_inventory(data, name="points.csv", crs="wgs84", **options)
    xy = [(point.x, point.y) for point in found.points.geometry]
    return found.n_in, xy, sorted(zip(found.rejected["reason_key"], found.rejected["value"], strict=True))


def as_stream(path, **options):
    batch = read(path, crs="wgs84", **options)
    told = [(key, row.value) for key, rows in batch.reported.first.items() for row in rows]
    return batch.n_in, list(zip(batch.lon.tolist(), batch.lat.tolist(), strict=True)), sorted(told)


CELLS = st.sampled_from(
    ["113.25", "23.05", "23.1", "113.3", "", " ", "nan", "1e999", "abc", "113°30'", "'-5", "0", "181", "'abc",
     '"113.26"', '"23\n.05"', '"a""b"', '"x,y"', "１１３．２５", "+23.05", " 23.05 ", "移动", 'a"b', "\t"]
)  # fmt: skip
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=19)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n \n", "\n,,\n"])


@given(rows=ROWS, end=ENDS, sizes=st.tuples(st.integers(40, 90), st.integers(20, 60)), last=st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_table_has_the_rows_that_a_check_finds_however_it_is_cut(tmp_path_factory, rows, end, sizes, last):
    good = "113.25,23.05,电信"
    text = HEADER + good + end + end.join(",".join(row) for row in rows) + (end if last else "")
    path = tmp_path_factory.getbasetemp() / "points.csv"
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_stream, "_FIRST_BYTES", sizes[0])
        patch.setattr(text_stream, "_BLOCK_BYTES", sizes[1])
        patch.setattr(csv_table, "_BATCH_ROWS", 7)
        # What the first rows alone would show is the subject of another test.
        patch.setattr(csv_table.CsvSource, "refuse_misreading", lambda _: None)
        try:
            expected = as_check(text.encode())
        except GeometryError:
            return
        except AtlasError as fault:
            with pytest.raises(type(fault)) as caught:
                as_stream(path)
            assert caught.value.key == fault.key  # noqa: PT017 - both ways must say the same
            return
        assert as_stream(path) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("quoted", [False, True])
def test_each_encoding_gives_the_same_points_and_words(tmp_path, encoding, quoted, monkeypatch):
    monkeypatch.setattr(text_stream, "_FIRST_BYTES", 4096)
    monkeypatch.setattr(text_stream, "_BLOCK_BYTES", 1001)
    xy = scattered(2000)
    cell = '"{}"' if quoted else "{}"
    lines = [",".join(cell.format(value) for value in (*row, "移动")) for row in xy.tolist()]
    path = tmp_path / "points.csv"
    path.write_bytes((HEADER + "\n".join(lines)).encode(encoding))
    batch = read(path, crs="wgs84", columns=["运营商"])
    assert np.array_equal(np.column_stack([batch.lon, batch.lat]), xy)
    assert set(batch.columns["运营商"].to_pylist()) == {"移动"}
    assert np.array_equal(batch.rows, np.arange(2000))


def test_rows_without_quotes_go_to_arrow_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr(text_stream, "_FIRST_BYTES", 64)
    path = tmp_path / "points.csv"
    path.write_text(HEADER + "113.25,23.05,a\n" * 500, encoding="utf-8")

    source = open_source(path, crs="wgs84")
    plain = csv_table.CsvSource._by_row
    seen = []
    monkeypatch.setattr(
        csv_table.CsvSource, "_by_row", lambda self, rows: (seen.append(len(rows)), plain(self, rows))[1]
    )
    assert joined(source).n_in == 500
    assert sum(seen) < 10


def test_a_header_behind_titles_is_found_and_said(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("海珠区基站一览\n\n" + HEADER + "113.25,23.05,移动\n", encoding="utf-8")
    source = open_source(path, crs="wgs84")
    assert [notice.key for notice in source.notices] == ["inventory.header_line"]
    assert joined(source).n_in == 1


def test_the_encoding_is_said(tmp_path):
    path = tmp_path / "points.csv"
    path.write_bytes((HEADER + "113.25,23.05,移动\n").encode("gb18030"))
    notices = open_source(path, crs="wgs84").notices
    assert [(notice.key, notice.params["encoding"]) for notice in notices] == [
        ("inventory.encoding", "gb18030")
    ]


def test_a_trailing_delimiter_in_every_line_is_no_ragged_row(tmp_path, monkeypatch):
    monkeypatch.setattr(text_stream, "_FIRST_BYTES", 64)
    path = tmp_path / "points.csv"
    text = "lon,lat,\n" + "113.25,23.05,\n" * 50 + "113.25,23.05,x\n" + "113.25,23.05,\n" * 50
    path.write_text(text, encoding="utf-8")
    batch = read(path, crs="wgs84")
    assert (batch.n_in, batch.reported.counts) == (101, {"error.reason_ragged": 1})
    assert batch.reported.first["error.reason_ragged"][0].value == "3 ≠ 2"


@pytest.mark.parametrize(
    ("data", "options", "error", "key"),
    [
        (b"lon,lat\n113,23\n", {"crs": None}, MissingCrsError, "error.table_without_crs"),
        (b"a,b\n113,23\n", {}, MissingColumnError, "error.missing_coordinates"),
        (b"lon,lat\n113,23\n", {"columns": ["by"]}, MissingColumnError, "error.missing_column"),
        (b"lon,lat\n113,23\n", {"x": "e", "y": "n"}, MissingColumnError, "error.missing_coordinates"),
        (b"lon,lat,a,a\n113,23,1,2\n", {}, DuplicateIdError, "error.duplicate_columns"),
        (b"lon,lat\n", {}, UnreadableFileError, "error.header_only"),
        (b"", {}, UnreadableFileError, "error.empty_file"),
        (b"\n \n", {}, UnreadableFileError, "error.empty_file"),
        (b'lon,lat\n"113,23\n', {}, UnreadableFileError, "error.broken_quotes"),
        (b"lon,lat\n113,23\x00\n", {}, UnreadableFileError, "error.not_text"),
        (b"lon,lat\n113,23\xff\xff\n", {}, UnreadableFileError, "error.not_text"),
        (b'{"type": "FeatureCollection"}', {}, UnsupportedFormatError, "error.foreign_json"),
        (b"PK\x03\x04", {}, UnsupportedFormatError, "error.foreign_zip"),
        (b"lon,lat\n23,113\n" * 3, {}, GeometryError, "error.misread_swapped"),
        (
            b"lon,lat\n" + b'"' + b"x" * 200_000 + b'",1\n',
            {},
            LimitExceededError,
            "error.limit_cell_characters",
        ),
        (b"lon,lat\n" + b"x" * 17_000_000, {}, LimitExceededError, "error.limit_cell_characters"),
        (b"lon,lat\n" + b"," * 300 + b"1\n", {}, LimitExceededError, "error.limit_columns"),
    ],
)
def test_what_is_no_table_of_points_is_refused(tmp_path, data, options, error, key):
    path = tmp_path / "points.csv"
    path.write_bytes(data)
    with pytest.raises(error) as caught:
        open_source(path, **{"crs": "wgs84", **options})
    assert caught.value.key == key


def test_a_quotation_mark_that_stays_open_far_down_is_named_by_its_line(tmp_path, monkeypatch):
    monkeypatch.setattr(text_stream, "_FIRST_BYTES", 64)
    monkeypatch.setattr(text_stream, "_BLOCK_BYTES", 64)
    path = tmp_path / "points.csv"
    path.write_text(
        HEADER + "113.25,23.05,a\n" * 100 + '113.25,23.05,"a\n' + "113.25,23.05,a\n" * 20, encoding="utf-8"
    )
    with pytest.raises(UnreadableFileError) as caught:
        read(path, crs="wgs84")
    assert (caught.value.key, caught.value.params["line"]) == ("error.broken_quotes", 102)


def test_a_table_changed_under_the_reader_is_an_error(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(HEADER + "113.25,23.05,a\n" * 10, encoding="utf-8")
    source = open_source(path, crs="wgs84")
    path.write_bytes(HEADER.encode() + b"113.25,23.05,\xff\xff\n")
    with pytest.raises(UnreadableFileError, match=r"points\.csv"):
        joined(source)


@pytest.mark.parametrize("now", [60, 0, 300])
def test_a_table_cut_or_continued_at_a_line_end_is_an_error_that_says_its_sizes(tmp_path, now):
    path = tmp_path / "points.csv"
    rows = [b"113.25,23.05,1\n"] * 100
    path.write_bytes(HEADER.encode() + b"".join(rows))
    source = open_source(path, crs="wgs84")
    path.write_bytes(HEADER.encode() + b"".join((rows * 3)[:now]))
    with pytest.raises(UnreadableFileError) as caught:
        [*source.batches(source.parts()[0])]
    sizes = {"before": len(HEADER.encode()) + 1500, "now": path.stat().st_size}
    assert (caught.value.key, {**sizes, "name": "points.csv"}) == ("stream.size_changed", caught.value.params)


def test_a_source_can_be_sent_to_another_process(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(HEADER + "113.25,23.05,a\n", encoding="utf-8")
    source = pickle.loads(pickle.dumps(open_source(path, crs="gcj02", columns=["运营商"])))  # noqa: S301
    batch = joined(source)
    assert (batch.n_in, batch.columns["运营商"].to_pylist()) == (1, ["a"])
    assert abs(batch.lon[0] - 113.25) > 0.001
