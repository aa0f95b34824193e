"""Rows that wait to be merged into sites: in memory while they are few, else in a private folder.

On disk a row takes 48 bytes for its position and for how far its site reaches, its key or 9 bytes for its
cube, and its category values: some 60 to 100 bytes, so that 100 million rows that are 100 million sites
need up to 10 GB where temporary files are kept (``TMPDIR``). The folder is removed in any case. In memory
are `MOST_BYTES_HELD`, and for each thread one bucket, a 256th of the rows where they are spread evenly;
rows at one place, and rows of one key, are one row before they come here.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np
import pyarrow as pa

from spatial.errors import UnwritableFileError

if TYPE_CHECKING:
    import tempfile
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

__all__ = [
    "MOST_BYTES_HELD",
    "N_BUCKETS",
    "BucketedRows",
    "RowStore",
    "buckets_of",
    "grouped",
    "in_buckets",
    "mixed",
]

N_BUCKETS: Final = 256
MOST_BYTES_HELD: Final = 1 << 26
ROWS_AT_ONCE: Final = 1 << 16
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)


class BucketedRows(NamedTuple):
    """Rows in the order of their buckets, and where each bucket begins, shape (N_BUCKETS + 1,)."""

    rows: pa.Table
    starts: Rows

    def bucket(self, number: int) -> pa.Table:
        """Return the rows of one bucket."""
        return self.rows.slice(self.starts[number], self.starts[number + 1] - self.starts[number])

    def tables(self) -> dict[int, pa.Table]:
        """Return the rows of each bucket that has some."""
        return {number: self.bucket(number) for number in np.flatnonzero(np.diff(self.starts)).tolist()}


class RowStore:
    """Rows by bucket, put in by any thread; a context that leaves nothing behind.

    Parameters
    ----------
    most_bytes_held : int
        Bytes that are held in memory before all rows go to disk.

    Raises
    ------
    UnwritableFileError
        If the disk has no room; on `put`.
    """

    def __init__(self, *, most_bytes_held: int = MOST_BYTES_HELD) -> None:
        self._most = most_bytes_held
        self._held: list[BucketedRows] = []
        self._held_bytes = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._file: IO[bytes] | None = None
        self._segments: dict[int, list[tuple[int, int]]] = {}
        self._written = np.zeros(N_BUCKETS, dtype=np.int64)
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.clear()
        if self._file is not None:
            self._file.close()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def folder(self) -> Path | None:
        """Where rows are kept on disk; None as long as none are."""
        return None if self._folder is None else Path(self._folder.name)

    def put(self, rows: BucketedRows) -> None:
        """Keep rows until their buckets are asked for."""
        with self._lock:
            self._held.append(rows)
            self._held_bytes += rows.rows.nbytes
            if self._held_bytes > self._most:
                self._write()

    def sizes(self) -> dict[int, int]:
        """Return how many rows each bucket has that has some."""
        sizes = self._written.copy()
        for rows in self._held:
            sizes += np.diff(rows.starts)
        return {number: int(sizes[number]) for number in np.flatnonzero(sizes).tolist()}

    def rows(self, numbers: Sequence[int]) -> pa.Table:
        """Return the rows of several buckets."""
        tables = [rows.bucket(number) for number in numbers for rows in self._held]
        for offset, size in (segment for number in numbers for segment in self._segments.get(number, ())):
            with self._lock:
                data = self._read(offset, size)
            tables.append(pa.ipc.open_stream(data).read_all())
        return pa.concat_tables(tables)

    def _write(self) -> None:
        """Move what is held to the disk."""
        import tempfile  # noqa: PLC0415 - a count that writes nothing starts sooner without it

        try:
            if self._file is None:
                self._folder = tempfile.TemporaryDirectory(prefix="atlas-density-")
                self._file = (Path(self._folder.name) / "rows.arrows").open("w+b")
            for number in range(N_BUCKETS):
                table = pa.concat_tables([rows.bucket(number) for rows in self._held])
                if len(table):
                    self._append(number, table.combine_chunks())
            self._file.flush()
        except OSError as error:
            raise UnwritableFileError(
                "density.no_room" if error.errno == errno.ENOSPC else "density.no_temporary_file",
                folder=_temporary_folder(),
                reason=str(error.strerror or error),
            ) from error
        self._held.clear()
        self._held_bytes = 0

    def _append(self, number: int, table: pa.Table) -> None:
        assert self._file is not None  # noqa: S101 - `_write` has opened it
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        data = sink.getvalue()
        self._segments.setdefault(number, []).append((self._file.tell(), data.size))
        self._written[number] += len(table)
        self._file.write(data)

    def _read(self, offset: int, size: int) -> bytes:
        assert self._file is not None  # noqa: S101 - there are segments
        self._file.seek(offset)
        return self._file.read(size)


def _temporary_folder() -> str:
    """Return where temporary files are kept, or where they would be: there may be no such place."""
    import tempfile  # noqa: PLC0415 - as where it is written

    try:
        return tempfile.gettempdir()
    except OSError:
        return os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - named, not used


def grouped(sizes: Mapping[int, int]) -> list[list[int]]:
    """Return buckets in groups that are worth a step: of small ones several, of large ones one each."""
    groups: list[list[int]] = []
    n_rows = ROWS_AT_ONCE
    for number, size in sizes.items():
        if n_rows + size > ROWS_AT_ONCE:
            groups.append([])
            n_rows = 0
        groups[-1].append(number)
        n_rows += size
    return groups


def in_buckets(rows: pa.Table, bucket: Rows) -> BucketedRows:
    """Return rows in the order of their buckets."""
    order = np.argsort(bucket, kind="stable")
    starts = np.searchsorted(bucket[order], np.arange(N_BUCKETS + 1))
    return BucketedRows(rows.take(pa.array(order)), starts)


def buckets_of(hashes: NDArray[np.uint64]) -> Rows:
    """Return a bucket for each hash: the same on every machine."""
    return (mixed(hashes) >> np.uint64(56)).astype(np.int64)


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers whose digits depend on all digits of those given."""
    half = (numbers ^ (numbers >> np.uint64(31))) * _MIX
    return (half ^ (half >> np.uint64(29))) * _GOLDEN
