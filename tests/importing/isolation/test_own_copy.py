from __future__ import annotations

import gc
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from spatial.importing.isolation.frame_files import read_frame, write_frame
from spatial.importing.isolation.own_copy import OwnCopy

ROWS = 50_000
FEW_BYTES = 1_000_000


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Give the folder in which copies are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def written(tmp_path):
    frame = gpd.GeoDataFrame(
        {
            "text": pd.Series(["路灯"] * ROWS, dtype="str"),
            "number": np.arange(ROWS, dtype=np.int64),
            "gaps": pd.Series(range(ROWS), dtype="Int64").mask(np.arange(ROWS) % 2 == 0),
            "moment": pd.Series(np.arange(ROWS).astype("datetime64[s]")),
        },
        geometry=shapely.points(np.arange(ROWS) / ROWS, 1.0),
        crs="EPSG:4490",
    )
    return frame, tmp_path / "t.arrow", write_frame(frame, tmp_path / "t.arrow")


def read_mapped(path: Path, description: dict):
    with path.open("rb") as source:
        copy = OwnCopy(source)
    return read_frame(copy.reader(), description, copy.forget_pages)


def test_cells_stay_in_the_file(written, temporary):
    frame, path, description = written
    with path.open("rb") as source:
        copy = OwnCopy(source)
    before = pa.total_allocated_bytes()
    back = read_frame(copy.reader(), description, copy.forget_pages)
    assert pa.total_allocated_bytes() - before < FEW_BYTES
    everything = np.frombuffer(copy.reader().read_buffer(), dtype=np.uint8)
    for name, values in (
        ("number", back["number"].to_numpy(copy=False)),
        ("moment", back["moment"].to_numpy(copy=False)),
        ("gaps", back["gaps"].array._data),
        ("text", np.frombuffer(back["text"].array._pa_array.chunk(0).buffers()[2], dtype=np.uint8)),
    ):
        assert np.may_share_memory(values, everything), name
    pd.testing.assert_frame_equal(back, frame)


def test_a_frame_made_of_it_can_be_written_to(written, temporary):
    _, path, description = written
    back = read_mapped(path, description)
    changed = back.assign(number=back["number"])
    changed.loc[0, "number"] = 7
    changed.loc[1, "text"] = "杆"
    assert (changed.loc[0, "number"], back.loc[0, "number"]) == (7, 0)
    assert (changed.loc[1, "text"], back.loc[1, "text"]) == ("杆", "路灯")


def test_what_happens_to_the_file_afterwards_is_of_no_matter(written, temporary):
    frame, path, description = written
    back = read_mapped(path, description)
    path.write_bytes(b"")
    pd.testing.assert_frame_equal(back, frame)


@pytest.mark.skipif(sys.platform != "linux", reason="the list of mapped files is that of Linux")
def test_the_copy_goes_with_the_last_that_was_made_of_it(written, temporary):
    def mapped() -> bool:
        return str(temporary) in Path("/proc/self/maps").read_text(encoding="utf-8")

    _, path, description = written
    back = read_mapped(path, description)
    assert list(temporary.iterdir()) == []  # it never had a name that could stay behind
    assert mapped()
    kept = back["text"]
    del back
    gc.collect()
    assert mapped()
    assert kept.iloc[-1] == "路灯"
    del kept
    gc.collect()
    assert not mapped()


def test_of_an_empty_file_nothing_is_mapped(tmp_path, temporary):
    (tmp_path / "empty").write_bytes(b"")
    with (tmp_path / "empty").open("rb") as source:
        copy = OwnCopy(source)
    copy.forget_pages()
    assert copy.reader().read() == b""


def test_pages_are_given_back_after_each_column(written, temporary):
    _, path, description = written
    with path.open("rb") as source:
        copy = OwnCopy(source)
    told = []
    read_frame(copy.reader(), description, lambda: told.append(1))
    assert len(told) >= 2 * len(description["columns"])
