"""Rows merged by key: the keys themselves decide, wherever they are kept meanwhile."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial import selection
from spatial.density import frame_source, key_rows, row_store, sites
from spatial.density.counting import count_density
from spatial.density.frame_source import FrameSource
from spatial.density.model import Dedupe, DensitySettings
from tests.density.counting.plain_index import PlainIndex

ZONES = PlainIndex([shapely.box(113, 23, 114, 24), shapely.box(114, 23, 115, 24)], ["a", "b"])
BY_KEY = DensitySettings(dedupe=Dedupe.parse("key:id"))


def test_keys_that_share_a_hash_stay_apart(monkeypatch):
    monkeypatch.setattr(key_rows, "key_hashes", lambda keys: np.zeros(len(keys), dtype=np.uint64))
    source = FrameSource([113.5, 113.5, 114.5], [23.5] * 3, {"id": ["x", "y", "x"]})
    result = count_density(ZONES, [source], BY_KEY)
    assert (result.counts.tolist(), result.total_count) == ([2, 0], 2)


@given(st.lists(st.text(max_size=8), max_size=30), st.integers(0, 5))
def test_the_hash_of_a_text_depends_on_the_text_alone(texts, skipped):
    keys = pa.array(texts + texts[::-1], pa.string())
    hashes = key_rows.key_hashes(keys)
    assert hashes.tolist() == hashes.tolist()[::-1]
    assert key_rows.key_hashes(keys[skipped:]).tolist() == hashes.tolist()[skipped:]
    assert len(set(hashes.tolist())) == len(set(texts))


def test_buckets_are_filled_evenly():
    keys = pa.array([f"site-{number:07}" for number in range(100_000)])
    sizes = np.bincount(row_store.buckets_of(key_rows.key_hashes(keys)), minlength=row_store.N_BUCKETS)
    assert sizes.min() > 200
    assert sizes.max() < 600


def test_numbers_texts_and_spaces_about_them_are_one_key(monkeypatch):
    monkeypatch.setattr(frame_source, "_ROWS_PER_PART", 1)
    whole = FrameSource([113.5] * 2, [23.5] * 2, {"id": [7, 8]}, name="whole")
    broken = FrameSource([113.5] * 3, [23.5] * 3, {"id": [7.0, np.nan, 9.0]}, name="broken")
    text = FrameSource([113.5] * 4, [23.5] * 4, {"id": ["7", "\u30008 ", "  ", None]}, name="text")
    result = count_density(ZONES, [whole, broken, text], BY_KEY)
    assert result.total_count == 3
    assert (result.n_in, result.n_used, result.n_reported) == (9, 6, 3)
    assert result.reported.counts == {"density.reason_no_key": 3}
    named = result.reported.first["density.reason_no_key"]
    assert [(row.file, row.row, row.field) for row in named] == [
        ("broken", 1, "id"),
        ("text", 2, "id"),
        ("text", 3, "id"),
    ]


def test_a_key_that_fills_the_file_takes_one_row_of_each_batch():
    source = FrameSource(np.linspace(113, 114, 5000), np.full(5000, 23.5), {"id": ["x"] * 5000})
    (batch,) = source.batches(source.parts()[0])
    rows, _ = key_rows.key_rows("", batch, [], "id")
    assert len(rows.rows) == 1
    result = count_density(ZONES, [source], BY_KEY)
    assert [notice.key for notice in result.notices] == ["density.rows_merged", "density.sites_apart"]
    assert "id" in result.notices[0].message("zh")


def test_rows_are_apart_as_for_a_table_of_stations():
    assert sites.MERGED_ROWS_APART_DEG == selection.MERGED_ROWS_APART_DEG
    near = FrameSource([113.5, 113.50019], [23.5] * 2, {"id": ["x"] * 2})
    far = FrameSource([113.5, 113.50021], [23.5] * 2, {"id": ["x"] * 2})
    assert "density.sites_apart" not in {n.key for n in count_density(ZONES, [near], BY_KEY).notices}
    assert "density.sites_apart" in {n.key for n in count_density(ZONES, [far], BY_KEY).notices}
