"""Rows that wait on disk come back whole, and nothing of them is left behind."""

from __future__ import annotations

import errno
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import shapely

from spatial.density import counting, frame_source, row_store
from spatial.density.counting import count_density
from spatial.density.feed import CountCancelledError
from spatial.density.frame_source import FrameSource
from spatial.density.model import Dedupe, DensitySettings
from spatial.density.part_counter import PartCounter
from spatial.density.row_store import RowStore, in_buckets
from spatial.density.sites import position_table
from spatial.errors import UnwritableFileError
from tests.density.counting.plain_index import PlainIndex

ZONES = PlainIndex([shapely.box(113, 23, 114, 24), shapely.box(114, 23, 115, 24)], ["a", "b"])


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder of temporary files, empty; every store writes to it at once."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(counting, "RowStore", lambda: RowStore(most_bytes_held=2000))
    monkeypatch.setattr(frame_source, "_ROWS_PER_PART", 100)
    return tmp_path


def source(n=2000):
    rng = np.random.default_rng(0)
    columns = {"id": rng.integers(0, n // 2, n), "operator": rng.choice(["电信", "移动"], n)}
    return FrameSource(rng.uniform(113, 115, n), rng.uniform(23, 24, n), columns)


def table(n, seed=0):
    rng = np.random.default_rng(seed)
    return position_table(rng.uniform(0, 1, n), rng.uniform(0, 1, n), [])


def test_rows_come_back_by_bucket_from_memory_and_from_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rng = np.random.default_rng(0)
    bucket = rng.integers(0, 20, 500)
    given = [table(500, seed) for seed in range(3)]
    with RowStore(most_bytes_held=given[0].nbytes + 1) as store:
        for rows in given:
            store.put(in_buckets(rows, bucket))
        assert store.folder is not None
        assert store.folder.parent == tmp_path
        assert store.sizes() == {n: 3 * int((bucket == n).sum()) for n in sorted(set(bucket.tolist()))}
        for number in store.sizes():
            expected = np.sort(np.concatenate([rows["lon"].to_numpy()[bucket == number] for rows in given]))
            np.testing.assert_array_equal(np.sort(store.rows([number])["lon"].to_numpy()), expected)
    assert list(tmp_path.iterdir()) == []


def test_few_rows_never_touch_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with RowStore() as store:
        store.put(in_buckets(table(10), np.arange(10)))
        assert len(store.rows([3])) == 1
        assert store.folder is None
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dedupe", ["key:id", "distance:500"])
def test_a_count_over_the_disk_is_that_in_memory(temporary, dedupe, monkeypatch):
    settings = DensitySettings(by=("operator",), dedupe=Dedupe.parse(dedupe))
    on_disk = count_density(ZONES, [source()], settings, threads=2)
    assert list(temporary.iterdir()) == []
    monkeypatch.setattr(counting, "RowStore", RowStore)
    in_memory = count_density(ZONES, [source()], settings, threads=2)
    assert on_disk.counts.tolist() == in_memory.counts.tolist()
    assert on_disk.total_count == in_memory.total_count < on_disk.n_used
    assert on_disk.notices == in_memory.notices


def test_the_folder_goes_when_the_count_is_cancelled_in_the_middle(temporary):
    asked, seen = [], []

    def cancelled():
        asked.append(True)
        seen.append(len(list(temporary.iterdir())))
        return seen[-1] > 0

    with pytest.raises(CountCancelledError):
        count_density(
            ZONES, [source(20_000)], DensitySettings(dedupe=Dedupe.parse("key:id")), cancelled=cancelled
        )
    assert max(seen) == 1
    assert list(temporary.iterdir()) == []


def test_the_folder_goes_when_the_merging_is_cancelled(temporary, monkeypatch):
    taken, merging = [], threading.Event()

    def take_bucket(self, rows):
        taken.append(rows)
        merging.set()
        time.sleep(0.01)

    monkeypatch.setattr(PartCounter, "take_bucket", take_bucket)
    monkeypatch.setattr(row_store, "ROWS_AT_ONCE", 1)
    settings = DensitySettings(dedupe=Dedupe.parse("key:id"))
    with pytest.raises(CountCancelledError):
        count_density(ZONES, [source()], settings, cancelled=merging.is_set)
    # The rest of the 256 were left alone.
    assert 0 < len(taken) < 100
    assert list(temporary.iterdir()) == []


def test_the_folder_goes_when_a_file_is_damaged(temporary):
    class Damaged(FrameSource):
        def batches(self, part):
            if part.first_row >= 1500:
                assert list(temporary.iterdir())
                raise OSError("damaged")
            yield from super().batches(part)

    whole = source()
    damaged = Damaged(whole._lon, whole._lat, whole._columns)
    with pytest.raises(OSError, match="damaged"):
        count_density(ZONES, [damaged], DensitySettings(dedupe=Dedupe.parse("key:id")), threads=1)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "key"), [(errno.ENOSPC, "density.no_room"), (errno.EACCES, "density.no_temporary_file")]
)
def test_a_disk_that_cannot_be_written_is_an_error_that_says_which(temporary, monkeypatch, code, key):
    def write(self, number, rows):
        raise OSError(code, "no")

    monkeypatch.setattr(row_store.RowStore, "_append", write)
    with pytest.raises(UnwritableFileError) as caught:
        count_density(ZONES, [source()], DensitySettings(dedupe=Dedupe.parse("key:id")))
    assert caught.value.key == key
    assert str(temporary) in caught.value.message("en")
    assert Path(temporary).exists()
    assert list(temporary.iterdir()) == []


def test_no_place_at_all_for_temporary_files_is_an_error_that_says_so(temporary, monkeypatch):
    def nowhere():
        raise FileNotFoundError(errno.ENOENT, "no usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    monkeypatch.setattr(tempfile, "TemporaryDirectory", lambda **_: nowhere())
    monkeypatch.setenv("TMPDIR", "/some/where")
    with pytest.raises(UnwritableFileError) as caught:
        count_density(ZONES, [source()], DensitySettings(dedupe=Dedupe.parse("key:id")))
    assert caught.value.key == "density.no_temporary_file"
    assert "/some/where" in caught.value.message("en")


def test_buckets_are_taken_together_as_long_as_they_are_small(monkeypatch):
    monkeypatch.setattr(row_store, "ROWS_AT_ONCE", 10)
    assert row_store.grouped({1: 4, 2: 6, 5: 1, 7: 30, 9: 2}) == [[1, 2], [5], [7], [9]]
    assert row_store.grouped({}) == []
