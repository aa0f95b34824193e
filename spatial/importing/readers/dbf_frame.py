"""A dBASE table as a frame: texts decoded by the encoding that fits, and what is wrong with cells told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from spatial.importing.readers.codepages import CellDecoder, find_encoding
from spatial.importing.readers.dbf_values import TEXT_KIND, VALUE_KINDS, read_values
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.importing.model import Encoding
    from spatial.importing.readers.dbf_table import DbfField, DbfTable
    from spatial.limits import Limits

__all__ = ["AttributeFrame", "read_attributes", "unique_names"]

_SHOWN_CELLS: Final = 3
_STARS: Final = b"* "


@dataclass
class AttributeFrame:
    """Attributes of the rows of a table, and what the planner should know of the reading."""

    table: pd.DataFrame
    encoding: Encoding
    notices: list[Notice] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)


def read_attributes(
    table: DbfTable, *, name: str, stated: str | None, sidecar: bytes | None, limits: Limits
) -> AttributeFrame:
    """Return the values of a table.

    Parameters
    ----------
    table : DbfTable
    name : str
        File name, for messages alone.
    stated : str or None
        The encoding that the planner states.
    sidecar : bytes or None
        Content of the ``.cpg``.
    limits : Limits
        Texts are held to it.

    Raises
    ------
    UsageError, UndecidedError
        If the encoding is not known, or none fits.
    LimitExceededError
        If a text is too long.
    """
    texts = {at: table.cells(one) for at, one in enumerate(table.fields) if one.kind == TEXT_KIND}
    different = {cell for cells in texts.values() for cell in set(cells) if not cell.isascii()}
    different |= {one.name for one in table.fields if not one.name.isascii()}
    found = find_encoding(different, name=name, stated=stated, sidecar=sidecar, language=table.language)
    frame = AttributeFrame(pd.DataFrame(), found.encoding, warnings=list(found.warnings))
    decoder = CellDecoder(found.encoding.name)
    headers = _headers(table, decoder, frame, name)
    decoder.cut.clear()
    columns: dict[str, pd.Series] = {}
    unread: list[str] = []
    for at, (header, one) in enumerate(zip(headers, table.fields, strict=True)):
        if one.kind in VALUE_KINDS:
            columns[header] = _values(one, header, table.cells(one), frame, name)
        elif one.kind == TEXT_KIND:
            columns[header] = _texts(header, texts.pop(at), decoder, frame, name)
            limits.check("cell_characters", max(map(len, columns[header].dropna()), default=0))
        else:
            unread.append(header)
    if unread:
        frame.warnings.append(
            Notice("gis.columns_unread", {"name": name, "n": len(unread), "columns": unread})
        )
    frame.table = pd.DataFrame(columns, index=pd.RangeIndex(len(table.rows)))
    return frame


def unique_names(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return column names of which none is empty or there twice, and those that had to be changed."""
    found: list[str] = []
    changed: list[str] = []
    for at, name in enumerate(names, start=1):
        unique, n = name or f"FIELD_{at}", 1
        while unique in found:
            unique, n = f"{name or 'FIELD'}_{n}", n + 1
        if unique != name:
            changed.append(unique)
        found.append(unique)
    return found, changed


def _headers(table: DbfTable, decoder: CellDecoder, frame: AttributeFrame, name: str) -> list[str]:
    """Return the names of the columns."""
    headers, changed = unique_names(decoder.decode(one.name).strip() for one in table.fields)
    if changed:
        frame.notices.append(
            Notice("gis.columns_renamed", {"name": name, "n": len(changed), "columns": changed})
        )
    return headers


def _values(
    one: DbfField, header: str, cells: list[bytes], frame: AttributeFrame, name: str
) -> pd.Series[Any]:
    """Return the values of a column of numbers, dates or truth values."""
    found = read_values(one, cells)
    starred = [row for row in found.wrong if not cells[row].strip(_STARS)]
    if starred:
        params = {"name": name, "column": header, "n": len(starred), "rows": starred}
        frame.warnings.append(Notice("gis.cells_starred", params))
    wrong = sorted(set(found.wrong) - set(starred))
    if wrong:
        shown = [cells[row].decode("ascii", "backslashreplace").strip() for row in wrong[:_SHOWN_CELLS]]
        params = {"name": name, "column": header, "n": len(wrong), "rows": wrong, "values": shown}
        frame.warnings.append(Notice("gis.cells_unread", params))
    series = pd.Series(found.cells, dtype=object)
    kinds = {type(value) for value in found.cells}
    if kinds <= {int} or kinds <= {float, type(None)}:
        return series.astype("int64" if kinds == {int} else "float64")
    return series


def _texts(
    header: str, cells: list[bytes], decoder: CellDecoder, frame: AttributeFrame, name: str
) -> pd.Series[Any]:
    """Return the values of a column of texts, None for a blank."""
    values = [decoder.decode(cell) or None for cell in cells]
    for key, odd in (("gis.text_cut", decoder.cut), ("gis.text_undecodable", decoder.wrong)):
        rows = [row for row, cell in enumerate(cells) if cell in odd] if odd else []
        if rows:
            params = {"name": name, "column": header, "n": len(rows), "rows": rows}
            frame.warnings.append(Notice(key, {**params, "encoding": frame.encoding.name}))
    return pd.Series(values, dtype=object)
