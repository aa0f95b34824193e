"""CSV with columns of coordinates as a stream, with the rows of `spatial.tables` and the speed of Arrow.

A block without a quotation mark is one line a row and goes to Arrow. A block with one, or with a row that
does not fit the header, goes to the reader that decides about each row by itself; so the number of the
rows and what becomes of each never depend on how the file is cut.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from spatial.density.model import SourcePart
from spatial.density.sources.number_cells import coordinate_pair, plain_cell
from spatial.density.sources.parquet_shape import coordinate_columns, is_grid
from spatial.density.sources.placing import Fault, Placement, RawBatch
from spatial.density.sources.text_stream import TextFile, examine_text, text_blocks
from spatial.errors import (
    MissingColumnError,
    MissingCrsError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from spatial.notice import Notice
from spatial.station_words import pick_coordinates
from spatial.system_reasons import system_reason
from spatial.tables import HEADER_SEARCH_ROWS, find_delimiter, name_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from spatial.density.model import PointBatch
    from spatial.limits import Limits

__all__ = ["CsvSource", "open_csv"]

_BATCH_ROWS: Final = 1 << 16
_BARE_RETURN: Final = re.compile(rb"\r(?!\n)")
_RAGGED: Final = "error.reason_ragged"


class _Header(NamedTuple):
    """The header of a table: names of the columns, its place among the rows, and how cells are parted.

    ``n_cells`` counts the blank ones at the end too, ``n_before`` the rows that precede it.
    """

    names: tuple[str, ...]
    n_cells: int
    n_before: int
    line: int
    delimiter: str


def open_csv(
    path: Path, *, names: tuple[str | None, str | None], crs: str | None, columns: tuple[str, ...]
) -> CsvSource:
    """Open a table; parameters and errors as for `spatial.density.sources.open_source`."""
    path = path.absolute()
    name = path.name
    if crs is None:
        raise MissingCrsError("error.table_without_crs", name=name)
    placement = Placement(file=name, crs=crs)
    placement.check()
    try:
        found = examine_text(path)
        header = _find_header(path, found, names=names, grid=is_grid(crs), limits=placement.limits)
    except OSError as fault:
        raise UnreadableFileError("error.unreadable_file", name=name, reason=system_reason(fault)) from fault
    fields = coordinate_columns(header.names, names, name=name, crs=crs)
    for column in columns:
        if column not in header.names:
            raise MissingColumnError(
                "error.missing_column", name=name, column=column, columns=", ".join(header.names)
            )
    source = CsvSource(
        path=path,
        text=found,
        n_rows=max(found.n_line_ends - header.line, 0),
        header=header,
        fields=fields,
        columns=columns,
        placement=Placement(file=name, crs=crs, names=fields),
    )
    source.refuse_misreading()
    return source


def _find_header(
    path: Path, found: TextFile, *, names: tuple[str | None, str | None], grid: bool, limits: Limits
) -> _Header:
    """Return the header, which stands among the first rows, else is the first of them."""

    def is_header(cells: list[str]) -> bool:
        if names[0] is not None and names[1] is not None:
            return {*names} <= {*cells}
        return pick_coordinates(cells, grid_first=grid) is not None

    first = next(text_blocks(path, found, limits), b"").removeprefix("\ufeff".encode())
    if first.lstrip().startswith(b"{"):
        raise UnsupportedFormatError("error.foreign_json", name=path.name)
    delimiter = find_delimiter(first.decode(), is_header)
    blocks = _Blocks(text_blocks(path, found, limits), limits)
    head: list[tuple[int, list[str]]] = []
    for line, cells in blocks.rows(blocks.take(), delimiter, name=path.name):
        head.append((line, cells))
        if len(head) == HEADER_SEARCH_ROWS:
            break
    if not head:
        raise UnreadableFileError("error.empty_file", name=path.name)
    at = next((at for at, (_, cells) in enumerate(head) if is_header(cells)), 0)
    line, cells = head[at]
    headers = name_columns(cells, name=path.name, limits=limits)
    return _Header(headers, len(cells), at, line, delimiter)


class _Blocks:
    """Blocks of a text on their way to rows; the lines that were given out are counted."""

    def __init__(self, blocks: Iterator[bytes], limits: Limits) -> None:
        self._blocks = blocks
        self._limits = limits
        self._lines: Iterator[str] = iter(())
        self._is_first = True
        self._inside = False
        self.n_lines = 0

    def take(self) -> bytes | None:
        """Return the next block, None at the end."""
        block = next(self._blocks, None)
        if block is not None and self._is_first:
            self._is_first = False
            block = block.removeprefix("\ufeff".encode())
        return block

    def __iter__(self) -> _Blocks:
        return self

    def __next__(self) -> str:
        """Return the next line; a quoted cell may go on in the next block, a row begins in none."""
        line = next(self._lines, None)
        while line is None:
            block = self.take() if self._inside else None
            if block is None:
                raise StopIteration
            self._lines = iter(StringIO(block.decode(), newline=""))
            line = next(self._lines, None)
        self._inside = True
        self.n_lines += 1
        return line

    def rows(self, block: bytes | None, delimiter: str, *, name: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows that begin in a block, each with its line; blank ones are no rows.

        Raises
        ------
        UnreadableFileError
            If a quotation mark does not close.
        LimitExceededError
            If a cell is too long, or there are too many.
        """
        self._lines = iter(StringIO((block or b"").decode(), newline=""))
        reader = csv.reader(self, delimiter=delimiter, strict=True)
        while True:
            self._inside = False
            line = self.n_lines + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                if "field limit" in str(fault):
                    self._limits.breach("cell_characters", csv.field_size_limit() + 1)
                raise UnreadableFileError("error.broken_quotes", name=name, line=line) from fault
            self._limits.check("columns", len(cells))
            self._limits.check("cell_characters", max(map(len, cells), default=0))
            cells = [plain_cell(cell) for cell in cells]
            if any(cells):
                yield line, cells


@dataclass(frozen=True, kw_only=True)
class CsvSource:
    """A table of points; it holds no open file and can be pickled.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    text : TextFile
        How its bytes are read as text.
    n_rows : int
        Lines behind the header, which may be more or fewer than the rows.
    header : _Header
        Its header.
    fields, columns : tuple of str
        Columns of the coordinates, and those that each batch brings along.
    placement : Placement
        How its coordinates become canonical degrees.
    """

    path: Path
    text: TextFile
    n_rows: int
    header: _Header
    fields: tuple[str, str]
    columns: tuple[str, ...]
    placement: Placement

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.path.name

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every column that the file has."""
        return tuple(self.header.names)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader should know."""
        notices = []
        encoding = self.text.encoding.removesuffix("-sig")
        if encoding != "utf-8":
            notices.append(Notice("inventory.encoding", {"encoding": encoding}))
        if self.header.line > 1:
            notices.append(Notice("inventory.header_line", {"line": self.header.line}))
        return tuple(notices)

    def parts(self) -> tuple[SourcePart, ...]:
        """Return the file as one piece: where a row begins, only reading tells."""
        return (SourcePart(0, -1, ()),)

    def batches(self, _: SourcePart) -> Iterator[PointBatch]:
        """Read the rows; errors as for `spatial.density.model.PointSource`."""
        for raw in self._raw_batches():
            yield self.placement.placed(raw)

    def refuse_misreading(self) -> None:
        """Judge the first rows together, and refuse a table without any.

        Raises
        ------
        UnreadableFileError
            If there is nothing but a header.
        GeometryError
            As for `Placement.refuse_misreading`.
        """
        raw = next(self._raw_batches(), None)
        if raw is None:
            raise UnreadableFileError("error.header_only", name=self.name, line=self.header.line)
        self.placement.refuse_misreading(raw)

    def _raw_batches(self) -> Iterator[RawBatch]:
        """Read the rows as they stand."""
        row = 0
        try:
            for columns, ragged in self._tables():
                for begin in range(0, len(columns[0]), _BATCH_ROWS):
                    cut = [column.slice(begin, _BATCH_ROWS) for column in columns]
                    faults = ragged[(ragged[:, 0] >= begin) & (ragged[:, 0] < begin + _BATCH_ROWS)]
                    yield self._raw(cut, faults - [begin, 0], row)
                    row += len(cut[0])
        except (OSError, UnicodeError, pa.ArrowException) as fault:
            raise UnreadableFileError("stream.text_damaged", name=self.name, row=row + 1) from fault

    def _raw(self, cells: list[pa.Array], ragged: np.ndarray, first_row: int) -> RawBatch:
        """Return the coordinates and columns of some rows."""
        x, y, faults = coordinate_pair(cells[0], cells[1], names=self.fields)
        if len(ragged):
            n_cells = dict(ragged.tolist())
            # Their cells are blank here, not in the file.
            faults = [fault._replace(at=np.setdiff1d(fault.at, ragged[:, 0])) for fault in faults]
            expected = len(self.header.names)
            faults.append(Fault(_RAGGED, ragged[:, 0], "", lambda at: f"{n_cells[at]} ≠ {expected}"))
        columns = dict(zip(self.columns, cells[2:], strict=True))
        return RawBatch(first_row=first_row, x=x, y=y, columns=columns, faults=faults)

    def _tables(self) -> Iterator[tuple[list[pa.Array], np.ndarray]]:
        """Yield the wanted columns of some rows as text, and the ragged of them with their cells."""
        limits = self.placement.limits
        blocks = _Blocks(text_blocks(self.path, self.text, limits), limits)
        n_skipped = self.header.n_before + 1
        block = blocks.take()
        while block is not None:
            table = None if n_skipped else self._by_arrow(block)
            if table is not None:
                blocks.n_lines += block.count(b"\n")
                yield table, np.empty((0, 2), dtype=np.int64)
            else:
                rows: list[list[str]] = []
                for _, cells in blocks.rows(block, self.header.delimiter, name=self.name):
                    if n_skipped:
                        n_skipped -= 1
                    else:
                        rows.append(cells)
                if rows:
                    yield self._by_row(rows)
            block = blocks.take()

    def _by_row(self, rows: list[list[str]]) -> tuple[list[pa.Array], np.ndarray]:
        """Return the wanted columns of rows, each of which may be ragged."""
        n = len(self.header.names)
        ragged = [(at, len(cells)) for at, cells in enumerate(rows) if len(cells) < n or any(cells[n:])]
        for at, _ in ragged:
            rows[at] = [""] * n
        wanted = [self.header.names.index(name) for name in (*self.fields, *self.columns)]
        columns = [pa.array([cells[at] for cells in rows], pa.string()) for at in wanted]
        return columns, np.array(ragged, dtype=np.int64).reshape(-1, 2)

    def _by_arrow(self, block: bytes) -> list[pa.Array] | None:
        """Return the wanted columns of a block; None where a row of it must be looked at by itself."""
        if b'"' in block or len(self.header.delimiter) > 1 or not self.header.delimiter.isascii():
            return None
        if b"\r" in block and _BARE_RETURN.search(block):
            return None
        names = [
            *self.header.names,
            *(f"\n{at}" for at in range(len(self.header.names), self.header.n_cells)),
        ]
        beyond = names[len(self.header.names) :]
        wanted = list(dict.fromkeys((*self.fields, *self.columns, *beyond)))
        misfits: list[str] = []
        table = pa_csv.read_csv(
            pa.BufferReader(block),
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
            parse_options=pa_csv.ParseOptions(
                delimiter=self.header.delimiter, quote_char=False, invalid_row_handler=_noted(misfits)
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted, check_utf8=False
            ),
        )
        if misfits:
            return None
        cells = {name: _plain(table.column(name).combine_chunks()) for name in wanted}
        east, north = (pc.equal(cells[field], "") for field in self.fields)
        filled = (pc.any(pc.not_equal(cells[name], "")).as_py() for name in beyond)
        # A row without coordinates may be blank altogether, and then it is no row.
        if pc.any(pc.and_(east, north)).as_py() or any(filled):
            return None
        return [cells[name] for name in (*self.fields, *self.columns)]


def _noted(misfits: list[str]) -> Callable[[pa_csv.InvalidRow], str]:
    def note(row: pa_csv.InvalidRow) -> str:
        misfits.append(row.text)
        return "skip"

    return note


def _plain(column: pa.Array) -> pa.Array:
    """Return cells without guards and surrounding blanks."""
    if pc.any(pc.starts_with(column, "'")).as_py():
        return pa.array([plain_cell(cell) for cell in column.to_pylist()], pa.string())
    return pc.utf8_trim_whitespace(column)
