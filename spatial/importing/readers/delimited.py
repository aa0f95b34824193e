"""A delimited text table, CSV, TSV or TXT, as a source layer: every cell the text it is.

``"NA"``, ``"007"``, ``"1,234"`` and full-width digits survive. A row whose number of cells does not fit
the header is set aside with its line and its cells, never shifted. The guard that our own export sets
before a text that a spreadsheet would compute is taken away again, and how often is told.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from spatial.errors import UnreadableFileError
from spatial.importing.header_words import is_known_header
from spatial.importing.model import Encoding, LayerInfo, Rejection, SourceLayer
from spatial.importing.readers.header_rows import (
    HEADER_SEARCH_ROWS,
    count_known,
    find_header,
    header_notices,
    name_columns,
)
from spatial.importing.readers.text_records import Body, ExactRecords, Shape, Start, read_body
from spatial.notice import Notice
from spatial.text_decoding import to_utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from spatial.importing.model import ReadOptions
    from spatial.importing.readers.header_rows import HeaderRows
    from spatial.importing.readers.text_records import Record
    from spatial.limits import Limits
    from spatial.text_decoding import Utf8Text

__all__ = ["DELIMITERS", "list_layers", "read_layer"]

DELIMITERS: Final = (",", ";", "\t", "，", "|", "；")
"""The characters that may stand between cells."""

_HEAD_BYTES: Final = 1 << 16
_HEAD_LINES: Final = 20
_TEXT: Final = pd.StringDtype("pyarrow", na_value=np.nan)
_DECIMAL_COMMA: Final = re.compile(r"-?\d{1,3},(?:\d{1,2}|\d{4,})")
_SAMPLE_ROWS: Final = 100


def list_layers(path: Path, *, name: str, options: ReadOptions) -> tuple[LayerInfo, ...]:  # noqa: ARG001
    """Return the one layer that a text table is; its rows are not counted."""
    return (LayerInfo("", None, None),)


def read_layer(
    path: Path,
    *,
    name: str,
    options: ReadOptions,
    knows: Callable[[str], bool] = is_known_header,
    fast: bool = True,
) -> SourceLayer:
    """Read a text table.

    Parameters
    ----------
    path : Path
        A private copy of the file.
    name : str
        File name, for messages alone.
    options : ReadOptions
        Encoding where it is stated, and limits.
    knows : callable
        Tells a word that columns are called; by it the header is found.
    fast : bool
        Whether Arrow may read what it reads exactly like Python's own parser.

    Raises
    ------
    UnreadableFileError
        If the file is empty, no text, without a header or without rows, or its quotation marks do not close.
    UsageError
        If a stated encoding is not known.
    LimitExceededError
        If a named limit is passed.
    """
    limits = options.limits
    limits.check("upload_bytes", path.stat().st_size)
    text = to_utf8(path.read_bytes(), name=name, encoding=options.encoding)
    delimiter = _find_delimiter(text.data, knows)
    head = _read_head(text.data, delimiter, name=name, limits=limits)
    if not head:
        raise UnreadableFileError("error.empty_file", name=name)
    header = find_header([record.cells for record, _ in head], knows=knows)
    header_line = head[header.first][0].line
    if not header.found:
        raise UnreadableFileError("table.no_header", name=name, line=header_line)
    names = _drop_trailing_blanks(header.names)
    headers, repeated = name_columns(header.names)
    limits.check("columns", len(headers))
    shape = Shape(
        n_named=len(names),
        width=len(headers),
        delimiter=delimiter,
        name=name,
        limits=limits,
        has_blanks=text.has_blanks,
    )
    body = read_body(text.data, head[header.last][1], shape, fast=fast)
    body.n_unguarded += sum(record.n_guarded for record, _ in head[header.first : header.last + 1])
    if not body.n_rows and not body.ragged:
        raise UnreadableFileError("error.header_only", name=name, line=header_line)
    table = _to_frame(body, headers, n_named=len(names))
    return SourceLayer(
        name="",
        kind="TSV" if delimiter == "\t" else "CSV",
        table=table,
        rows=np.concatenate([np.empty(0, dtype=np.int64), *body.lines]),
        row_unit="line",
        encoding=Encoding(text.encoding, text.source),
        rejected=tuple(_rejection(record, len(names)) for record in body.ragged),
        rejected_cells=tuple(tuple(record.cells) for record in body.ragged),
        notices=tuple(_notices(text, [record for record, _ in head], header, body)),
        warnings=tuple(_warnings(table, repeated, delimiter)),
    )


def _find_delimiter(data: bytes, knows: Callable[[str], bool]) -> str:
    """Return the delimiter that shows the most known headers, else the most even columns, else most often."""
    sample = data[:_HEAD_BYTES].decode("utf-8", "ignore")
    lines = [line for line in islice(sample.splitlines(keepends=True), _HEAD_LINES) if line.strip()]

    def merit(mark: str) -> tuple[int, float, int]:
        rows: list[list[str]] = []
        # A cell too long for the parser is reported when the records are read.
        with suppress(csv.Error):
            rows.extend(csv.reader(lines, delimiter=mark))
        known = max((count_known([cell.strip() for cell in row], knows) for row in rows), default=0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        even = max(widths.values(), default=0) / max(len(rows), 1)
        return known, even, sum(line.count(mark) for line in lines)

    return max(DELIMITERS, key=merit)


def _read_head(data: bytes, delimiter: str, *, name: str, limits: Limits) -> list[tuple[Record, Start]]:
    """Return the first records with content, each with the place where the next one begins."""
    head: list[tuple[Record, Start]] = []
    records = ExactRecords(data, delimiter, Start(0, 1), name=name, limits=limits)
    for record in records:
        if any(record.cells):
            head.append((record, records.next))
        if len(head) == HEADER_SEARCH_ROWS:
            break
        limits.check("rows", record.line)
    return head


def _drop_trailing_blanks(names: Sequence[str]) -> list[str]:
    """Return the names up to the last that is printed."""
    last = max((at for at, name in enumerate(names) if name), default=-1)
    return list(names[: last + 1])


def _to_frame(body: Body, headers: Sequence[str], *, n_named: int) -> pd.DataFrame:
    """Return the columns as a frame; what stands at the end without name and content is no column."""
    width = len(headers)
    while width > n_named and not _has_content(body.columns[width - 1]):
        width -= 1
    pieces = [pa.chunked_array(column, pa.large_string()) for column in body.columns[:width]]
    frame: pd.DataFrame = pa.table(pieces, names=headers[:width]).to_pandas(
        types_mapper={pa.large_string(): _TEXT}.get
    )
    return frame


def _has_content(pieces: list[pa.Array]) -> bool:
    return any(pc.any(pc.not_equal(piece, "")).as_py() for piece in pieces)


def _rejection(record: Record, expected: int) -> Rejection:
    return Rejection(record.line, "", f"{len(record.cells)} ≠ {expected}", "error.reason_ragged")


def _notices(text: Utf8Text, head: list[Record], header: HeaderRows, body: Body) -> list[Notice]:
    """Return what the reader should know of the reading."""
    notices: list[Notice] = []
    if text.encoding != "utf-8":
        notices.append(Notice("table.encoding", {"encoding": text.encoding.upper()}))
    notices += header_notices(
        header, lines=[record.line for record in head], rows=[record.cells for record in head]
    )
    if body.n_blank:
        notices.append(Notice("inventory.blank_lines", {"n": body.n_blank}))
    if body.n_unguarded:
        notices.append(Notice("format.unguarded", {"n": body.n_unguarded}))
    return notices


def _warnings(table: pd.DataFrame, repeated: list[str], delimiter: str) -> list[Notice]:
    """Return what may be wrong though every row was read."""
    warnings = [Notice("table.duplicate_columns", {"columns": repeated})] if repeated else []
    commas = (
        [] if delimiter == "," else [str(column) for column in table if _has_decimal_commas(table[column])]
    )
    if commas:
        warnings.append(Notice("table.decimal_commas", {"columns": commas}))
    return warnings


def _has_decimal_commas(cells: pd.Series) -> bool:
    """Tell whether the first numbers of a column have a comma where a decimal point belongs."""
    filled = [cell for cell in cells.iloc[:_SAMPLE_ROWS] if cell]
    return bool(filled) and all(_DECIMAL_COMMA.fullmatch(cell) for cell in filled)
