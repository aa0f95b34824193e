"""The records of a delimited text in UTF-8, column by column.

Two ways lead to the same cells. The exact way is the parser of Python's standard library, a record at
a time. The fast way is Arrow's, a block of lines at a time; it is taken only for a block of which it
is shown first that both read it alike: no line break inside quotation marks, no quotation mark but
around whole cells, each line with the same number of cells. A block of which that
cannot be shown goes the exact way, and the next one is tried again.
"""

from __future__ import annotations

import codecs
import csv
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from spatial.errors import UnreadableFileError
from spatial.export.formula_guard import DANGEROUS, is_guarded, unguard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from spatial.limits import Limits

__all__ = ["Body", "ExactRecords", "Record", "Shape", "Start", "read_body"]

BLOCK_BYTES: Final = 1 << 24
_CHUNK_BYTES: Final = 1 << 20
_BATCH_RECORDS: Final = 20_000
_WORKERS: Final = 2
_QUOTE: Final = ord('"')
_NEWLINE: Final = ord("\n")
_RETURN: Final = ord("\r")
_MARK: Final = "'"
_GUARDED: Final = f"^'('*[{DANGEROUS.replace('-', '')}-])".replace("\x00", r"\x00")
_TEXT: Final = pa.large_string()


class Record(NamedTuple):
    """One record: the 1-based line on which it begins, its plain cells, how many of them were guarded."""

    line: int
    cells: list[str]
    n_guarded: int


class Start(NamedTuple):
    """Where reading begins: the offset in bytes and the 1-based line that begins there."""

    offset: int
    line: int


@dataclass
class Body:
    """The rows of a table as columns, and what did not become a row.

    Attributes
    ----------
    columns : list of list of pyarrow.Array
        For each column its cells, in pieces.
    lines : list of ndarray of int64
        The line on which each row begins, in the same pieces.
    ragged : list of Record
        Records whose number of cells does not fit.
    n_blank, n_unguarded : int
        Lines without content; cells from which the guard against formulas was taken.
    n_fast : int
        Rows that were read the fast way.
    """

    columns: list[list[pa.Array]]
    lines: list[NDArray[np.int64]] = field(default_factory=list)
    ragged: list[Record] = field(default_factory=list)
    n_rows: int = 0
    n_blank: int = 0
    n_unguarded: int = 0
    n_fast: int = 0


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What the records are held to: how many columns have a name, how many the header has at all.

    ``has_blanks`` is False only where the text holds no blank but line ends.
    """

    n_named: int
    width: int
    delimiter: str
    name: str
    limits: Limits
    has_blanks: bool = True


class ExactRecords:
    """The records from a place on, as Python's parser reads them.

    Parameters
    ----------
    data : bytes
        The whole text, UTF-8.
    delimiter : str
        The character between cells.
    start : Start
        Where to begin; a record must begin there.
    name : str
        File name, for messages alone.
    limits : Limits
        Columns and cell length are held to it.
    """

    def __init__(self, data: bytes, delimiter: str, start: Start, *, name: str, limits: Limits) -> None:
        self._data = data
        self._delimiter = delimiter
        self._name = name
        self._limits = limits
        self.next = start
        """Where the next record begins."""

    def __iter__(self) -> Iterator[Record]:
        """Yield each record with its plain cells.

        Raises
        ------
        UnreadableFileError
            If quotation marks do not close.
        LimitExceededError
            If a named limit is passed.
        """
        first = self.next.line
        reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
        begins, offset = first, self.next.offset
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                if "field limit" in str(fault) and reader.line_num + first - 1 == begins:
                    self._limits.breach("cell_characters", csv.field_size_limit() + 1)
                raise UnreadableFileError("error.broken_quotes", name=self._name, line=begins) from fault
            self._limits.check("columns", len(cells))
            self._limits.check("cell_characters", max(map(len, cells), default=0))
            offset = self._consumed
            record = Record(begins, [unguard(cell).strip() for cell in cells], sum(map(is_guarded, cells)))
            begins = first + reader.line_num
            self.next = Start(offset, begins)
            yield record

    def _lines(self) -> Iterator[str]:
        """Yield the lines with their ends, and count the bytes of those that were given out."""
        raw = io.BytesIO(self._data)
        raw.seek(self.next.offset)
        self._consumed = self.next.offset
        # newline="" leaves a line feed inside a quoted cell as it is and splits on nothing else.
        with io.TextIOWrapper(raw, encoding="utf-8", newline="") as lines:
            for line in lines:
                self._consumed += len(line.encode())
                yield line


def read_body(
    data: bytes, start: Start, shape: Shape, *, told: Callable[[float], None] | None = None, fast: bool = True
) -> Body:
    """Read all records from ``start`` on.

    Parameters
    ----------
    data : bytes
        The whole text, UTF-8.
    start : Start
        Where the first record below the header begins.
    shape : Shape
        How many cells a record has.
    told : callable or None
        Told the share of the bytes that is read.
    fast : bool
        Whether blocks may be read by Arrow.

    Raises
    ------
    UnreadableFileError, LimitExceededError
        As for `ExactRecords`.
    """
    body = Body([[] for _ in range(shape.width)])
    while start.offset < len(data):
        end = data.find(b"\n", min(start.offset + BLOCK_BYTES, len(data))) + 1 or len(data)
        lines = _fast_block(data, start, end, shape, body) if fast else None
        start = _exact_block(data, start, end, shape, body) if lines is None else Start(end, lines)
        shape.limits.check("rows", body.n_rows + len(body.ragged))
        shape.limits.check("rows", body.n_blank)
        if told:
            told(start.offset / len(data))
    return body


def _exact_block(data: bytes, start: Start, end: int, shape: Shape, body: Body) -> Start:
    """Read records until one ends at or after ``end``; return where the next begins."""
    records = ExactRecords(data, shape.delimiter, start, name=shape.name, limits=shape.limits)
    batch: list[Record] = []
    for record in records:
        if not any(record.cells):
            body.n_blank += 1
            shape.limits.check("rows", body.n_blank)
        elif len(record.cells) < shape.n_named or any(record.cells[shape.width :]):
            body.ragged.append(record)
            shape.limits.check("rows", body.n_rows + len(body.ragged))
        else:
            batch.append(record)
            if len(batch) == _BATCH_RECORDS:
                _add_batch(batch, shape, body)
                batch = []
        if records.next.offset >= end:
            break
    _add_batch(batch, shape, body)
    return records.next


def _add_batch(batch: list[Record], shape: Shape, body: Body) -> None:
    """Move records that fit into the columns."""
    if not batch:
        return
    body.n_rows += len(batch)
    shape.limits.check("rows", body.n_rows)
    body.lines.append(np.array([record.line for record in batch], dtype=np.int64))
    body.n_unguarded += sum(record.n_guarded for record in batch)
    for at, pieces in enumerate(body.columns):
        cells = [record.cells[at] if at < len(record.cells) else "" for record in batch]
        pieces.append(pa.array(cells, _TEXT))


def _fast_block(data: bytes, start: Start, end: int, shape: Shape, body: Body) -> int | None:
    """Read the lines up to ``end`` with Arrow; return the line that begins there, None where it cannot."""
    block = memoryview(data)[start.offset : end]
    if len(shape.delimiter.encode()) > 1 or not _plain_block(data, start.offset, end, shape.delimiter):
        return None
    columns = _arrow_columns(block, data, start, shape)
    if columns is None:
        return None
    n_lines = len(columns[0])
    with_marks = data.find(b"'", start.offset, end) >= 0
    n_unguarded = 0
    if with_marks or shape.has_blanks:
        n_unguarded, columns = _plain_columns(columns, with_marks=with_marks)
    filled = _filled_rows(columns)
    # A guard before nothing but a blank is counted in no row.
    if with_marks and filled is not None:
        return None
    if any(pc.any(pc.not_equal(column, "")).as_py() for column in columns[shape.width :]):
        return None
    lines = np.arange(start.line, start.line + n_lines, dtype=np.int64)
    if filled is not None:
        columns, lines = (
            [column.filter(filled) for column in columns],
            lines[filled.to_numpy(zero_copy_only=False)],
        )
    body.n_blank += n_lines - len(lines)
    body.n_rows += len(lines)
    body.n_fast += len(lines)
    body.n_unguarded += n_unguarded
    body.lines.append(lines)
    for at, pieces in enumerate(body.columns):
        pieces.extend(columns[at].chunks if at < len(columns) else [pa.array([""] * len(lines), _TEXT)])
    return start.line + n_lines


def _plain_block(data: bytes, begin: int, end: int, delimiter: str) -> bool:
    """Tell whether lines end alike and quotation marks stand around whole cells alone."""
    # Arrow passes over a mark at the beginning of whatever it is given.
    if data.startswith(codecs.BOM_UTF8, begin):
        return False
    codes = np.frombuffer(data, dtype=np.uint8)[begin:end]
    if data.find(b"\r", begin, end) >= 0:
        returns = np.flatnonzero(codes == _RETURN)
        if returns[-1] + 1 == codes.size or (codes[returns + 1] != _NEWLINE).any():
            return False
    if data.find(b'"', begin, end) < 0:
        return True
    quotes, ends = np.flatnonzero(codes == _QUOTE), np.flatnonzero(codes == _NEWLINE)
    return _quotes_whole_cells(codes, quotes, ends, ord(delimiter))


def _quotes_whole_cells(
    codes: NDArray[np.uint8], quotes: NDArray[np.int64], ends: NDArray[np.int64], delimiter: int
) -> bool:
    """Tell whether quotation marks come in pairs within a line, each pair around a cell.

    A doubled mark inside a cell reads as one pair's end and the next one's beginning.
    """
    if quotes.size % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    if (np.searchsorted(ends, opening) != np.searchsorted(ends, closing)).any():
        return False
    before = np.where(opening > 0, codes[opening - 1], _NEWLINE)
    after = np.where(closing + 1 < codes.size, codes[np.minimum(closing + 1, codes.size - 1)], _NEWLINE)
    doubled = closing[:-1] + 1 == opening[1:]
    begins = np.isin(before, (delimiter, _NEWLINE))
    finishes = np.isin(after, (delimiter, _NEWLINE, _RETURN))
    begins[1:] |= doubled
    finishes[:-1] |= doubled
    return bool(begins.all() and finishes.all())


def _arrow_columns(
    block: memoryview, data: bytes, start: Start, shape: Shape
) -> list[pa.ChunkedArray] | None:
    """Return the cells of a block column by column, None where Arrow finds its lines of different widths."""
    records = ExactRecords(data, shape.delimiter, start, name=shape.name, limits=shape.limits)
    n_cells = len(next(iter(records)).cells)
    if n_cells < shape.n_named:
        return None
    names = [str(at) for at in range(n_cells)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(pa.py_buffer(block)),
            read_options=pa_csv.ReadOptions(column_names=names, block_size=_CHUNK_BYTES),
            parse_options=pa_csv.ParseOptions(delimiter=shape.delimiter, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, _TEXT), null_values=[], check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = table.columns
    longest = max((pc.max(pc.binary_length(column)).as_py() or 0 for column in columns), default=0)
    return columns if longest <= shape.limits.cell_characters else None


def _plain_columns(columns: list[pa.ChunkedArray], *, with_marks: bool) -> tuple[int, list[pa.ChunkedArray]]:
    """Return how many cells were guarded, and the columns without guards and surrounding blanks."""

    def plain(cells: pa.ChunkedArray) -> tuple[int, pa.ChunkedArray]:
        n_guarded = 0
        if with_marks and pc.any(pc.starts_with(cells, _MARK)).as_py():
            n_guarded = pc.sum(pc.match_substring_regex(cells, _GUARDED)).as_py() or 0
            cells = pc.replace_substring_regex(cells, _GUARDED, r"\1")
        return n_guarded, pc.utf8_trim_whitespace(cells)

    # Arrow computes without holding the interpreter.
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        done = list(pool.map(plain, columns))
    return sum(n_guarded for n_guarded, _ in done), [cells for _, cells in done]


def _filled_rows(columns: list[pa.ChunkedArray]) -> pa.Array | None:
    """Return which rows have any content, None where all have."""
    empty = None
    for column in columns:
        here = pc.equal(column, "")
        empty = here if empty is None else pc.and_(empty, here)
        if not pc.any(empty).as_py():
            return None
    return pc.invert(empty).combine_chunks()
