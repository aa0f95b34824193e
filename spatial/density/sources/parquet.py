"""GeoParquet and Parquet as a stream: row groups in bounded batches, every row of the footer accounted for.

A file is never mapped into memory: one that is cut short while it is read would end the process. Of a
damaged file the error says in which row group, and from which row on.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from spatial.density.model import SourcePart
from spatial.density.sources.arrow_values import (
    binary_records,
    is_text,
    null_mask,
    plain_storage,
    text_column,
)
from spatial.density.sources.parquet_pages import repeats_safely
from spatial.density.sources.parquet_shape import ParquetShape, find_shape, require_columns
from spatial.density.sources.placing import Fault, Placement, RawBatch
from spatial.density.sources.wkb_pages import plain_positions
from spatial.density.sources.wkb_points import decode_points
from spatial.errors import UnreadableFileError, UnsupportedFormatError
from spatial.file_kinds import PARQUET_MAGIC
from spatial.system_reasons import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from spatial.density.model import PointBatch
    from spatial.notice import Notice

    Floats = NDArray[np.float64]
    Positions = tuple[Floats, Floats]

__all__ = ["ParquetSource", "open_parquet"]

_BATCH_ROWS: Final = 1 << 16
_BATCH_BYTES: Final = 1 << 26
_PART_ROWS: Final = 1 << 18
_MOST_GROUPS: Final = 16
"""Row groups of a part up to which each is read by itself."""
_SEARCH_ROWS: Final = 1 << 10
"""Rows at a time where the place of a damage is looked for."""
_READ_BYTES: Final = 1 << 20
"""How much of a column is read at a time, so that a row group of any size takes as little memory."""
_DAMAGE: Final = (
    pa.ArrowException,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    MemoryError,
)
"""What the library raises, each where it meets it, on bytes that are not as they say."""


def open_parquet(
    path: Path, *, names: tuple[str | None, str | None], crs: str | None, columns: tuple[str, ...]
) -> ParquetSource:
    """Open a GeoParquet file, or a Parquet file with columns of coordinates.

    Parameters and errors as for `spatial.density.sources.open_source`.
    """
    path = path.absolute()
    name = path.name
    footer, schema = _footer(path, name)
    geo = (footer.metadata or {}).get(b"geo")
    shape = find_shape(schema, geo, name=name, names=names, crs=crs)
    require_columns(schema, columns, name=name)
    for column in columns:
        if pa.types.is_nested(schema.field(column).type):
            raise UnsupportedFormatError("stream.nested_column", name=name, column=column)
    named = shape.fields if shape.encoding == "columns" else ("x", "y")
    placement = Placement(file=name, crs=shape.crs, names=(named[0], named[1]))
    placement.check()
    placement.limits.check("columns", len(schema.names))
    numbers = shape.fields if shape.encoding == "columns" else ()
    texts = tuple(field for field in (*columns, *numbers) if is_text(schema.field(field).type))
    source = ParquetSource(
        path=path,
        n_rows=footer.num_rows,
        n_groups=footer.num_row_groups,
        shape=shape,
        columns=columns,
        column_names=tuple(schema.names),
        texts=texts,
        placement=placement,
    )
    source.refuse_misreading()
    return source


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Word what the operating system says of a file that cannot be opened."""
    try:
        yield
    except FileNotFoundError:
        raise UnreadableFileError("error.missing_file", name=name) from None
    except OSError as fault:
        raise UnreadableFileError("error.unreadable_file", name=name, reason=system_reason(fault)) from fault


def _footer(path: Path, name: str) -> tuple[pq.FileMetaData, pa.Schema]:
    """Return what the end of a file says of the rest."""
    with _readable(name), path.open("rb") as stream:
        if stream.read(len(PARQUET_MAGIC)) != PARQUET_MAGIC:
            raise UnreadableFileError("error.not_parquet", name=name)
        n_bytes = stream.seek(0, os.SEEK_END)
        stream.seek(max(n_bytes - len(PARQUET_MAGIC), 0))
        if stream.read() != PARQUET_MAGIC:
            raise UnreadableFileError("stream.parquet_cut", name=name, n_bytes=n_bytes)
    try:
        with pq.ParquetFile(path) as file:
            footer = file.metadata
            counts = [footer.row_group(at).num_rows for at in range(footer.num_row_groups)]
            if min(counts, default=0) < 0 or sum(counts) != footer.num_rows:
                raise UnreadableFileError("stream.footer_rows", name=name)
            return footer, file.schema_arrow
    except _DAMAGE as fault:
        if isinstance(fault, UnreadableFileError):
            raise
        raise UnreadableFileError("error.not_parquet", name=name) from fault


@dataclass(frozen=True, kw_only=True)
class ParquetSource:
    """A Parquet file of points; it holds no open file and can be pickled.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    n_rows, n_groups : int
        Rows and row groups by its footer.
    shape : ParquetShape
        Where its positions are.
    columns : tuple of str
        Columns that each batch brings along.
    column_names : tuple of str
        Every column that the file has.
    texts : tuple of str
        Columns that are texts in the file, of which each different value is unpacked once.
    placement : Placement
        How its coordinates become canonical degrees.
    """

    path: Path
    n_rows: int
    n_groups: int
    shape: ParquetShape
    columns: tuple[str, ...]
    column_names: tuple[str, ...]
    texts: tuple[str, ...]
    placement: Placement

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.path.name

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader should know."""
        return self.shape.notices

    @cached_property
    def _metadata(self) -> pq.FileMetaData:
        footer, _ = _footer(self.path, self.name)
        if footer.num_rows != self.n_rows or footer.num_row_groups != self.n_groups:
            raise UnreadableFileError("stream.changed", name=self.name)
        return footer

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the footer, which every process reads for itself."""
        return {key: value for key, value in self.__dict__.items() if key != "_metadata"}

    def parts(self) -> tuple[SourcePart, ...]:
        """Return runs of row groups: small ones are joined, a large one stands alone."""
        footer = self._metadata
        parts: list[SourcePart] = []
        first, first_row, n_rows = 0, 0, 0
        for group in range(self.n_groups):
            n_rows += footer.row_group(group).num_rows
            if n_rows >= _PART_ROWS or group == self.n_groups - 1:
                parts.append(SourcePart(first_row, n_rows, (first, group + 1)))
                first, first_row, n_rows = group + 1, first_row + n_rows, 0
        return tuple(parts)

    def batches(self, part: SourcePart) -> Iterator[PointBatch]:
        """Read some row groups; errors as for `spatial.density.model.PointSource`."""
        for raw in self._raw_batches(part, self._rows_at_once(part)):
            yield self.placement.placed(raw)

    def refuse_misreading(self) -> None:
        """Judge the first rows together; errors as for `Placement.refuse_misreading`."""
        for part in self.parts()[:1]:
            for raw in self._raw_batches(part, self._rows_at_once(part)):
                self.placement.refuse_misreading(raw)
                return

    def _rows_at_once(self, part: SourcePart) -> int:
        """Return how many rows a batch has: fewer where rows are long."""
        groups = [self._metadata.row_group(group) for group in range(*part.place)]
        n_bytes = sum(max(group.total_byte_size, 0) for group in groups)
        return int(min(_BATCH_ROWS, max(_BATCH_BYTES * max(part.n_rows, 1) // max(n_bytes, 1), 1)))

    def _raw_batches(self, part: SourcePart, n_at_once: int) -> Iterator[RawBatch]:
        """Read some row groups as they stand; as many rows as the footer says, or an error."""
        row = part.first_row
        stream = self._read(range(*part.place), n_at_once)
        while True:
            try:
                batch = next(stream, None)
                raw = None if batch is None else self._raw(batch, row)
            except _DAMAGE as fault:
                if isinstance(fault, UnreadableFileError):
                    raise
                raise self._damaged(part) from fault
            if raw is None:
                break
            row += len(raw.x)
            yield raw
        if row != part.first_row + part.n_rows:
            raise self._damaged(part)

    def _read(self, groups: range, n_at_once: int) -> Iterator[pa.RecordBatch | Positions]:
        """Read row groups the quickest way that they allow."""
        if self.shape.encoding != "WKB" or self.columns or len(groups) > _MOST_GROUPS:
            yield from self._stream(groups, n_at_once)
            return
        column = self._leaf(self._metadata)
        for group in groups:
            found = plain_positions(self.path, self._metadata, group, column)
            if found is None:
                yield from self._stream(range(group, group + 1), n_at_once)
                continue
            x, y = found
            for begin in range(0, len(x), n_at_once):
                yield x[begin : begin + n_at_once], y[begin : begin + n_at_once]

    def _leaf(self, footer: pq.FileMetaData) -> int:
        """Return the leaf column of the geometry."""
        return [footer.schema.column(at).path for at in range(footer.num_columns)].index(self.shape.fields[0])

    def _stream(self, groups: range, n_at_once: int) -> Iterator[pa.RecordBatch]:
        """Read row groups as the library hands them out."""
        with self._opened(groups) as file:
            yield from file.iter_batches(
                n_at_once, row_groups=groups, columns=[*self.shape.fields, *self.columns], use_threads=False
            )

    @contextmanager
    def _opened(self, groups: range) -> Iterator[pq.ParquetFile]:
        """Open the file for one reader alone."""
        footer = self._metadata
        with _readable(self.name):
            distinct = [*self.texts]
            if self.shape.encoding == "WKB" and not self._repeats_safely(footer, groups):
                distinct += self.shape.fields
            try:
                file = pq.ParquetFile(
                    self.path,
                    metadata=footer,
                    read_dictionary=distinct,
                    buffer_size=_READ_BYTES,
                    page_checksum_verification=True,
                )
            except (pa.ArrowException, ValueError) as fault:
                raise UnreadableFileError("error.not_parquet", name=self.name) from fault
        with file:
            yield file

    def _repeats_safely(self, footer: pq.FileMetaData, groups: range) -> bool:
        """Tell whether geometries can be unpacked for each row; of others each different one is, once."""
        column = self._leaf(footer)
        return all(repeats_safely(self.path, footer, group, column) for group in groups)

    def _damaged(self, part: SourcePart) -> UnreadableFileError:
        """Return the error of a part that cannot be read in full, with the row group and row it is due to."""
        group, row = part.place[0], part.first_row
        first_row = row
        for group in range(*part.place):
            row = first_row
            first_row += self._metadata.row_group(group).num_rows
            try:
                for batch in self._stream(range(group, group + 1), _SEARCH_ROWS):
                    self._raw(batch, row)
                    row += len(batch)
            except _DAMAGE:
                break
            if row != first_row:
                break
        return UnreadableFileError(
            "stream.parquet_damaged", name=self.name, group=group + 1, groups=self.n_groups, row=row + 1
        )

    def _raw(self, batch: pa.RecordBatch | Positions, first_row: int) -> RawBatch:
        """Return the coordinates and columns of a batch."""
        if isinstance(batch, tuple):
            return RawBatch(first_row=first_row, x=batch[0], y=batch[1])
        batch.validate()
        columns = {name: text_column(batch.column(name)) for name in self.columns}
        x, y, faults = self._coordinates(batch)
        return RawBatch(first_row=first_row, x=x, y=y, columns=columns, faults=faults)

    def _coordinates(self, batch: pa.RecordBatch) -> tuple[Floats, Floats, list[Fault]]:
        if self.shape.encoding == "WKB":
            return _binary_points(batch.column(self.shape.fields[0]))
        if self.shape.encoding == "point":
            return _native_points(plain_storage(batch.column(self.shape.fields[0])))
        from spatial.density.sources.number_cells import coordinate_pair  # noqa: PLC0415 - loads the casts

        east, north = self.shape.fields
        return coordinate_pair(batch.column(east), batch.column(north), names=(east, north))


def _binary_points(array: pa.Array) -> tuple[Floats, Floats, list[Fault]]:
    """Return the coordinates of WKB, which may be a dictionary of the different values."""
    array = plain_storage(array)
    if not pa.types.is_dictionary(array.type):
        return decode_points(binary_records(array))
    x, y, faults = decode_points(binary_records(array.dictionary))
    null = null_mask(array.indices)
    given = _floats(array.indices)
    at = (given if null is None else np.where(null, 0.0, given)).astype(np.int64)
    if not len(x):
        at, x, y = np.zeros_like(at), np.full(1, np.nan), np.full(1, np.nan)
    spread = [_spread(fault, at, null) for fault in faults]
    x, y = x[at], y[at]
    if null is not None:
        x[null], y[null] = np.nan, np.nan
        spread.append(Fault("error.reason_not_a_point", np.flatnonzero(null), "geometry", lambda _: "null"))
    return x, y, spread


def _spread(fault: Fault, at: NDArray[np.int64], null: NDArray[np.bool_] | None) -> Fault:
    """Return the fault of the rows whose value in the dictionary has it."""
    rows = np.isin(at, fault.at)
    rows = rows if null is None else rows & ~null
    return fault._replace(at=np.flatnonzero(rows), value=lambda row: fault.value(int(at[row])))


def _native_points(array: pa.Array) -> tuple[Floats, Floats, list[Fault]]:
    """Return the coordinates of points kept as a structure or as a list of numbers."""
    if pa.types.is_struct(array.type):
        x, y = (_floats(array.field(axis)) for axis in ("x", "y"))
    else:
        size = array.type.list_size
        numbers = _floats(array.values)[array.offset * size : (array.offset + len(array)) * size]
        ordinates = numbers.reshape(-1, size)
        x, y = ordinates[:, 0].copy(), ordinates[:, 1].copy()
    null = null_mask(array)
    if null is None:
        return x, y, []
    x, y = np.where(null, np.nan, x), np.where(null, np.nan, y)

    def kind(_: int) -> str:
        return "null"

    return x, y, [Fault("error.reason_not_a_point", np.flatnonzero(null), "geometry", kind)]


def _floats(array: pa.Array) -> Floats:
    """Return numbers, NaN where none is given."""
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.float64)
