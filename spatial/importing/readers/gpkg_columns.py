"""Columns of a database in which every cell may be of another type: made one type each, or named."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from spatial.importing.readers.gpkg_database import StrangeText
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["typed_column"]

_NUMBERS: Final = frozenset({int, float})
_TIMES: Final[dict[str, Callable[[str], dt.date]]] = {
    "DATE": dt.date.fromisoformat,
    "DATETIME": dt.datetime.fromisoformat,
}


def typed_column(
    cells: list[Any], *, name: str, column: str, declared: str
) -> tuple[pd.Series[Any] | None, list[Notice]]:
    """Return a column of one type and what the planner should know of it.

    Parameters
    ----------
    cells : list
        Values as the database has them.
    name, column : str
        File and column, for messages.
    declared : str
        Type that the table declares, which the database does not hold its cells to.

    Returns
    -------
    column : pandas.Series or None
        None for a column of bytes, which is not read.
    warnings : list of Notice
    """
    kinds = {type(cell) for cell in cells} - {type(None)}
    warnings = _strange(cells, name, column) if StrangeText in kinds else []
    if bytes in kinds:
        return None, warnings
    if kinds <= _NUMBERS:
        return _numbers(cells, kinds, truth=declared.upper() == "BOOLEAN"), warnings
    if not kinds <= {str, StrangeText}:
        rows = [row for row, cell in enumerate(cells) if isinstance(cell, str)]
        params = {"name": name, "column": column, "n": len(rows), "rows": rows}
        warnings.append(Notice("gis.column_mixed", params))
        return pd.Series([None if cell is None else str(cell) for cell in cells], dtype=object), warnings
    return pd.Series(_times(cells, declared), dtype=object), warnings


def _numbers(cells: list[Any], kinds: set[type], *, truth: bool) -> pd.Series[Any]:
    """Return a column of numbers or truth values."""
    if float in kinds:
        return pd.Series(cells, dtype="float64")
    if truth and all(cell in {0, 1, None} for cell in cells):
        return pd.Series([None if cell is None else bool(cell) for cell in cells], dtype=object)
    return pd.Series(cells, dtype=object if None in cells else "int64")


def _times(cells: list[Any], declared: str) -> list[Any]:
    """Return dates where every text of a column declared so is one, otherwise the texts."""
    read = _TIMES.get(declared.upper())
    if read is None:
        return cells
    try:
        return [None if cell is None else read(cell) for cell in cells]
    except ValueError:
        return cells


def _strange(cells: list[Any], name: str, column: str) -> list[Notice]:
    """Return the warning of texts that are not UTF-8."""
    rows = [row for row, cell in enumerate(cells) if isinstance(cell, StrangeText)]
    params = {
        "name": name,
        "column": column,
        "n": len(rows),
        "rows": rows,
        "sample": str(cells[rows[0]])[:20],
    }
    return [Notice("gis.text_not_utf8", params)]
