"""Rows merged by a key: one site for each key, however its rows are spread over files.

Rows are parted into buckets by a hash of their key, so that all rows of a key meet in one bucket; within
it the keys themselves are compared. Rows of one key in one batch are merged at once, so that a key
that fills a whole file takes no room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spatial.density.categories import encoded, words
from spatial.density.model import MOST_ROWS_NAMED, Reported, ReportedRow
from spatial.density.row_store import BucketedRows, buckets_of, in_buckets, mixed
from spatial.density.sites import Sites, one_per_site, position_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from spatial.density.model import PointBatch

__all__ = ["key_hashes", "key_rows", "key_sites"]


def key_rows(
    file: str, batch: PointBatch, by: Sequence[pa.Array], column: str
) -> tuple[BucketedRows, Reported]:
    """Return the rows of a batch by bucket, one for each key, and the rows without a key.

    Parameters
    ----------
    file : str
        Name of the file, for the rows that are reported.
    batch : PointBatch
        The rows.
    by : sequence of Array
        Their category values.
    column : str
        The column of the key; white space about a key is no part of it.
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - takes longer to load than many a count without keys

    key = words(batch.columns, column)
    keyed = pc.not_equal(key, "")
    table = position_table(batch.lon, batch.lat, by, key=key).filter(keyed)
    table = key_sites(table).table
    reported = Reported()
    if len(keyed) != keyed.true_count:
        rows = batch.rows[~keyed.to_numpy(zero_copy_only=False)]
        named = tuple(ReportedRow(file, int(row), column, "") for row in np.sort(rows)[:MOST_ROWS_NAMED])
        reason = "density.reason_no_key"
        reported = Reported(counts={reason: len(rows)}, first={reason: named})
    return in_buckets(table, buckets_of(key_hashes(table["key"].combine_chunks()))), reported


def key_sites(table: pa.Table) -> Sites:
    """Return the sites of rows among which are all rows of each of their keys."""
    site, keys = encoded(table["key"].combine_chunks())
    return Sites(table if len(keys) == len(table) else one_per_site(table, site))


def key_hashes(keys: pa.Array) -> NDArray[np.uint64]:
    """Return a number for each text: a sum over its bytes, each weighed by its place."""
    _, offsets, data = keys.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[keys.offset : keys.offset + len(keys) + 1].astype(np.int64)
    if not len(keys) or data is None:
        return np.zeros(len(keys), dtype=np.uint64)
    length = np.diff(ends)
    letters = np.frombuffer(data, dtype=np.uint8)[ends[0] : ends[-1]].astype(np.uint64)
    place = np.arange(len(letters)) - np.repeat(ends[:-1] - ends[0], length)
    weights = mixed(np.arange(1, int(length.max(initial=0)) + 1, dtype=np.uint64)) | np.uint64(1)
    sums = np.zeros(len(letters) + 1, dtype=np.uint64)
    np.cumsum((letters + np.uint64(1)) * weights[place], out=sums[1:])
    ends -= ends[0]
    return sums[ends[1:]] - sums[ends[:-1]]
