"""A delimited text table to headers and rows of text, nothing guessed about its values.

Every cell stays the text it is: ``"NA"``, ``"007"`` and an empty cell survive. A row whose number
of cells does not fit the header is set aside with its line, never shifted. The guard that our own
export sets before a text that a spreadsheet would compute is taken away again, and how often is told.
"""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Final

from spatial.errors import DuplicateIdError, UnreadableFileError
from spatial.export.formula_guard import is_guarded, unguard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spatial.limits import Limits

__all__ = ["HEADER_SEARCH_ROWS", "RaggedRow", "Table", "find_delimiter", "name_columns", "read_table"]

_DELIMITERS: Final = (",", ";", "\t", "，")
HEADER_SEARCH_ROWS: Final = 10
"""First rows among which a header is looked for."""


@dataclass(frozen=True)
class RaggedRow:
    """A row whose number of cells is not the header's."""

    line: int
    n_cells: int


@dataclass(frozen=True)
class Table:
    """Headers and rows of text.

    Attributes
    ----------
    headers : tuple of str
        Column names as printed, blank ones named after their position.
    header_line : int
        1-based line of the file on which the header stands.
    lines : tuple of int
        1-based line of the file on which each row begins.
    rows : tuple of tuple of str
        Cells, as many as headers.
    ragged : tuple of RaggedRow
        Rows that were set aside.
    n_blank : int
        Lines without any content; they are no rows.
    delimiter : str
        The character between cells.
    n_unguarded : int
        Cells of header and rows from which the guard against formulas was taken away.
    """

    headers: tuple[str, ...]
    header_line: int
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    ragged: tuple[RaggedRow, ...]
    n_blank: int
    delimiter: str
    n_unguarded: int


def read_table(
    characters: str, *, name: str, limits: Limits, is_header: Callable[[list[str]], bool]
) -> Table:
    """Split the characters of a file into a table.

    Parameters
    ----------
    characters : str
        The decoded file.
    name : str
        File name, for messages alone.
    limits : Limits
        Rows, columns and cell length are held to it.
    is_header : callable
        Tells the header among the first rows; where it says yes to none, the first row is the header.

    Raises
    ------
    UnreadableFileError
        If the file is empty, holds a header only, or its quotation marks do not close.
    DuplicateIdError
        If two columns have the same name.
    LimitExceededError
        If a named limit is passed.
    """
    delimiter = find_delimiter(characters, is_header)
    records: list[tuple[int, list[str], int]] = []
    n_blank = 0
    for line, cells, n_guarded in _records(characters, delimiter, name=name, limits=limits):
        if any(cells):
            records.append((line, cells, n_guarded))
            if len(records) > limits.rows + HEADER_SEARCH_ROWS:
                limits.check("rows", len(records))
        else:
            n_blank += 1
            limits.check("rows", n_blank)
    if not records:
        raise UnreadableFileError("error.empty_file", name=name)
    search = range(min(HEADER_SEARCH_ROWS, len(records)))
    position = next((at for at in search if is_header(records[at][1])), 0)
    header_line, cells, n_guarded = records[position]
    headers = name_columns(cells, name=name, limits=limits)
    body = records[position + 1 :]
    if not body:
        raise UnreadableFileError("error.header_only", name=name, line=header_line)
    limits.check("rows", len(body))
    table = _fit(headers, header_line, body, n_blank=n_blank, delimiter=delimiter)
    return replace(table, n_unguarded=table.n_unguarded + n_guarded)


def find_delimiter(characters: str, is_header: Callable[[list[str]], bool]) -> str:
    """Return the delimiter that shows a header in the first lines, else the commonest one."""
    head = [line for line in islice(StringIO(characters, newline=""), HEADER_SEARCH_ROWS) if line.strip()]
    by_count = sorted(_DELIMITERS, key=lambda mark: -sum(line.count(mark) for line in head))
    for mark in by_count:
        # A cell too long for the parser is reported when the records are read.
        with suppress(csv.Error):
            if any(is_header(_plain(cells)) for cells in csv.reader(head, delimiter=mark)):
                return mark
    return by_count[0]


def _plain(cells: list[str]) -> list[str]:
    """Return cells without guard and surrounding blanks; the guard first, for it may stand before a blank."""
    return [unguard(cell).strip() for cell in cells]


def _records(
    characters: str, delimiter: str, *, name: str, limits: Limits
) -> Iterator[tuple[int, list[str], int]]:
    """Yield the line on which each record begins, its plain cells, and how many of them were guarded."""
    # newline="" leaves a line feed inside a quoted cell as it is and splits on nothing else.
    reader = csv.reader(StringIO(characters, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            if "field limit" in str(fault):
                limits.breach("cell_characters", csv.field_size_limit() + 1)
            raise UnreadableFileError("error.broken_quotes", name=name, line=begins) from fault
        limits.check("columns", len(cells))
        limits.check("cell_characters", max(map(len, cells), default=0))
        yield begins, _plain(cells), sum(map(is_guarded, cells))
        begins = reader.line_num + 1


def name_columns(cells: list[str], *, name: str, limits: Limits) -> tuple[str, ...]:
    """Return the column names; a blank one is named after its position."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    limits.check("columns", len(cells))
    headers = tuple(cell or f"column_{at}" for at, cell in enumerate(cells, start=1))
    twice = sorted({header for header in headers if headers.count(header) > 1})
    if twice:
        raise DuplicateIdError("error.duplicate_columns", name=name, columns=", ".join(twice))
    return headers


def _fit(
    headers: tuple[str, ...],
    header_line: int,
    body: list[tuple[int, list[str], int]],
    *,
    n_blank: int,
    delimiter: str,
) -> Table:
    """Part the rows that fit the headers from the ragged ones."""
    lines: list[int] = []
    rows: list[tuple[str, ...]] = []
    ragged: list[RaggedRow] = []
    n_unguarded = 0
    for line, cells, n_guarded in body:
        # Empty cells beyond the header are the mark of a trailing delimiter, and hold nothing.
        if len(cells) < len(headers) or any(cells[len(headers) :]):
            ragged.append(RaggedRow(line, len(cells)))
        else:
            lines.append(line)
            rows.append(tuple(cells[: len(headers)]))
            n_unguarded += n_guarded
    return Table(
        headers, header_line, tuple(lines), tuple(rows), tuple(ragged), n_blank, delimiter, n_unguarded
    )
