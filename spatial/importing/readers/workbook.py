"""A workbook (XLSX; of XLSM the cells alone) as source layers: one sheet, every cell as text.

A number is its shortest text, a date its ISO form, an empty cell ``""``; texts stay as they are typed.
Sheets are read as a stream in one pass, so that neither a sheet nor one of its marks is ever held whole.
Programs and links to other files are never followed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from spatial.errors import UnreadableFileError
from spatial.export.formula_guard import is_guarded, unguard
from spatial.importing.header_words import is_known_header
from spatial.importing.model import Encoding, LayerInfo, SourceLayer
from spatial.importing.readers.archive import open_archive
from spatial.importing.readers.header_rows import (
    HEADER_SEARCH_ROWS,
    find_header,
    header_notices,
    name_columns,
)
from spatial.importing.readers.layer_choice import choose_layer
from spatial.importing.readers.sheet_cells import read_cells
from spatial.importing.readers.workbook_parts import SharedTexts, Styles, open_parts, read_styles
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spatial.importing.model import ReadOptions
    from spatial.importing.readers.header_rows import HeaderRows
    from spatial.importing.readers.sheet_cells import SheetNotes
    from spatial.importing.readers.workbook_parts import Parts, Sheet
    from spatial.limits import Limits

__all__ = ["list_layers", "read_layer"]

_BATCH_ROWS: Final = 10_000
_TEXT: Final = pd.StringDtype("pyarrow", na_value=np.nan)
_ENCODING: Final = Encoding("utf-8", "format")
_ROWS_OF_RANGE: Final = re.compile(r"[A-Z]+([0-9]+):[A-Z]+([0-9]+)")


class _ContentMetError(Exception):
    """The first row with content was met; nothing more is asked of the sheet."""


@dataclass
class _Rows:
    """The rows of a sheet, in columns by batches, so that few are held as single cells.

    ``head`` keeps the first rows as they are, because the header is among them.
    """

    limits: Limits
    head: list[tuple[int, dict[int, str]]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    batches: list[tuple[int, dict[int, pa.Array]]] = field(default_factory=list)
    waiting: list[dict[int, str]] = field(default_factory=list)
    n_unguarded: int = 0

    def add(self, number: int, cells: dict[int, str]) -> None:
        """Take the next row; one of blanks alone is none."""
        if not any(map(str.strip, cells.values())):
            return
        if len(self.head) < HEADER_SEARCH_ROWS:
            self.head.append((number, cells))
            return
        self.push(number, cells)

    def push(self, number: int, cells: dict[int, str]) -> None:
        """Take a row that is none of the head."""
        self.numbers.append(number)
        self.waiting.append(cells)
        if len(self.waiting) == _BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Turn the waiting rows into columns."""
        if not self.waiting:
            return
        self.limits.check("rows", len(self.numbers))
        columns = sorted({column for cells in self.waiting for column in cells})
        arrays = {
            column: self._column([cells.get(column, "") for cells in self.waiting]) for column in columns
        }
        self.batches.append((len(self.waiting), arrays))
        self.waiting = []

    def _column(self, cells: list[str]) -> pa.Array:
        """Return cells without guards and surrounding blanks."""
        self.n_unguarded += sum(map(is_guarded, cells))
        return pa.array([_plain(words) for words in cells], pa.large_string())


def list_layers(path: Path, *, name: str, options: ReadOptions) -> tuple[LayerInfo, ...]:
    """Return every sheet of cells, hidden ones too; ``n_rows`` is 0 of an empty one, else not counted.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError, LimitExceededError
        As for `read_layer`.
    """
    with open_archive(path, name, options.limits) as archive:
        parts = open_parts(archive, name=name, limits=options.limits)
        return tuple(_info(parts, sheet) for sheet in parts.sheets)


def read_layer(
    path: Path,
    *,
    name: str,
    options: ReadOptions,
    knows: Callable[[str], bool] = is_known_header,
) -> SourceLayer:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : Path
        A private copy of the file.
    name : str
        File name, for messages alone.
    options : ReadOptions
        The sheet, which need not be stated where only one that is shown has content; and limits.
    knows : callable
        Tells a word that columns are called; by it the header is found.

    Raises
    ------
    UndecidedError
        If several sheets have content and none is stated.
    UnreadableFileError
        If the archive or a part is damaged, or the sheet has no header or no rows.
    UnsupportedFormatError
        If a part declares a document type, or the archive is locked.
    LimitExceededError
        If a named limit is passed.
    """
    with open_archive(path, name, options.limits) as archive:
        parts = open_parts(archive, name=name, limits=options.limits)
        sheet, passed_over = _choose(parts, options.layer)
        rows = _Rows(options.limits)
        found = read_cells(parts, sheet, read_styles(parts), SharedTexts(parts), on_row=rows.add)
        if not rows.head:
            raise UnreadableFileError("table.empty_sheet", name=name, sheet=sheet.name)
        return _to_layer(parts, sheet, rows, found, passed_over, knows)


def _info(parts: Parts, sheet: Sheet) -> LayerInfo:
    return LayerInfo(sheet.name, None if _has_content(parts, sheet) else 0, None)


def _has_content(parts: Parts, sheet: Sheet) -> bool:
    """Tell whether any cell of a sheet has content; no more of it is read than up to that cell."""

    def stop(*_: object) -> None:
        raise _ContentMetError

    try:
        read_cells(parts, sheet, Styles(), _NoTexts(parts), on_row=stop)
    except _ContentMetError:
        return True
    return False


class _NoTexts(SharedTexts):
    """Stands for the shared texts where only it matters that there is one."""

    def at(self, _: int) -> str:
        return "."


def _choose(parts: Parts, stated: str | None) -> tuple[Sheet, list[str]]:
    """Return the sheet to read, and hidden ones with content that are not read without being asked."""
    if stated is not None:
        infos = [LayerInfo(sheet.name, None, None) for sheet in parts.sheets]
        return parts.sheets[choose_layer(infos, stated, name=parts.name)], []
    filled = [sheet for sheet in parts.sheets if _has_content(parts, sheet)]
    shown = [sheet for sheet in filled if not sheet.hidden] or filled
    if not shown:
        raise UnreadableFileError("error.empty_file", name=parts.name)
    offered = shown if len(shown) == 1 else filled
    infos = [LayerInfo(sheet.name, None, None) for sheet in offered]
    hidden = [sheet.name for sheet in offered if sheet.hidden]
    chosen = choose_layer(infos, None, name=parts.name, hidden=hidden)
    return offered[chosen], [sheet.name for sheet in filled if sheet not in shown]


def _to_layer(
    parts: Parts,
    sheet: Sheet,
    rows: _Rows,
    found: SheetNotes,
    passed_over: list[str],
    knows: Callable[[str], bool],
) -> SourceLayer:
    """Find the header and put the columns together."""
    width = 1 + max(max(cells) for _, cells in rows.head)
    head = [[_plain(cells.get(at, "")) for at in range(width)] for _, cells in rows.head]
    lines = [number for number, _ in rows.head]
    header = find_header(head, knows=knows)
    header_line = lines[header.first]
    if not header.found:
        raise UnreadableFileError("table.no_header", name=parts.name, line=header_line)
    body = _Rows(parts.limits)
    for number, cells in rows.head[header.last + 1 :]:
        body.push(number, cells)
    body.flush()
    rows.flush()
    numbers = np.array(body.numbers + rows.numbers, dtype=np.int64)
    if not numbers.size:
        raise UnreadableFileError("error.header_only", name=parts.name, line=header_line)
    parts.limits.check("rows", numbers.size)
    table, names, repeated = _to_frame(header, body.batches + rows.batches)
    shown = header._replace(names=tuple(names))
    notices = [
        *header_notices(shown, lines=lines, rows=head),
        *_notices(parts, found, passed_over),
        *_gaps(numbers, lines[header.last]),
    ]
    if body.n_unguarded + rows.n_unguarded:
        notices.append(Notice("format.unguarded", {"n": body.n_unguarded + rows.n_unguarded}))
    return SourceLayer(
        name=sheet.name,
        kind="XLSX",
        table=table,
        rows=numbers,
        row_unit="line",
        encoding=_ENCODING,
        notices=tuple(notices),
        warnings=tuple(_warnings(found, repeated, last_header=lines[header.last])),
    )


def _plain(words: str) -> str:
    return unguard(words).strip()


def _to_frame(
    header: HeaderRows, batches: list[tuple[int, dict[int, pa.Array]]]
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return the frame, the names of its columns as printed, and those that are repeated.

    A column with neither a name nor content is none: many tables do not begin at the first.
    """
    with_content = {column for _, arrays in batches for column in arrays}
    n_named = len(header.names)
    printed = {at: name for at, name in enumerate(header.names) if name}
    kept = sorted(with_content | printed.keys())
    names = [header.names[at] if at < n_named else "" for at in kept]
    headers, repeated = name_columns(names)
    columns = [
        pa.chunked_array([arrays[at] if at in arrays else _blank(size) for size, arrays in batches])
        for at in kept
    ]
    frame: pd.DataFrame = pa.table(columns, names=list(headers)).to_pandas(
        types_mapper={pa.large_string(): _TEXT}.get
    )
    return frame, names, repeated


def _blank(size: int) -> pa.Array:
    return pa.array([""] * size, pa.large_string())


def _gaps(numbers: np.ndarray[tuple[int], np.dtype[np.int64]], header_line: int) -> list[Notice]:
    """Return the notice of rows without content between those with content."""
    n_blank = int(numbers[-1]) - header_line - numbers.size
    return [Notice("inventory.blank_lines", {"n": n_blank})] if n_blank else []


def _notices(parts: Parts, found: SheetNotes, passed_over: list[str]) -> list[Notice]:
    """Return what the reader should know of the reading."""
    notices: list[Notice] = []
    if passed_over:
        notices.append(Notice("table.hidden_sheets", {"n": len(passed_over), "sheets": passed_over}))
    if found.n_hidden_rows:
        notices.append(Notice("table.hidden_rows", {"n": found.n_hidden_rows}))
    if parts.has_macros:
        notices.append(Notice("table.macros"))
    if parts.has_links:
        notices.append(Notice("table.external_links"))
    return notices


def _warnings(found: SheetNotes, repeated: list[str], *, last_header: int) -> list[Notice]:
    """Return what may be wrong though every row was read."""
    merged = [words for words in found.merged if _reaches_below(words, last_header)]
    said = (
        ("table.duplicate_columns", len(repeated), {"columns": repeated}),
        ("table.error_cells", found.n_errors, {"n": found.n_errors, "cells": found.errors}),
        ("table.formulas_unvalued", found.n_unvalued, {"n": found.n_unvalued, "cells": found.unvalued}),
        ("table.odd_dates", found.n_odd_dates, {"n": found.n_odd_dates}),
        ("table.merged_cells", len(merged), {"n": len(merged), "cells": merged}),
    )
    return [Notice(key, params) for key, count, params in said if count]


def _reaches_below(words: str, line: int) -> bool:
    """Tell whether a merged range takes part of a row below ``line``."""
    found = _ROWS_OF_RANGE.fullmatch(words)
    return found is not None and int(found[2]) > line
