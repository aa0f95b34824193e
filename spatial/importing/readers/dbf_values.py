"""Cells of a dBASE table to values: numbers, dates and truth values; what is none is named."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.importing.readers.dbf_table import DbfField

__all__ = ["TEXT_KIND", "VALUE_KINDS", "ReadValues", "read_values"]

TEXT_KIND: Final = "C"
_TRUE, _FALSE = b"TtYy", b"FfNn"
_UNKNOWN: Final = b"?"
_LARGEST: Final = 2**63 - 1
_DATE_CHARACTERS: Final = 8
_PLAIN: Final = frozenset(b"0123456789+-.eE")


class ReadValues(NamedTuple):
    """Values of a column, None where there is none, and the rows whose cell is no value of its type."""

    cells: list[Any]
    wrong: list[int]


def read_values(field: DbfField, cells: list[bytes]) -> ReadValues:
    """Return the values of a column that is no text.

    Parameters
    ----------
    field : DbfField
        Of a type of `VALUE_KINDS`.
    cells : list of bytes
        Its cells without what fills them up.
    """
    return VALUE_KINDS[field.kind](cells)


def _numbers(cells: list[bytes]) -> ReadValues:
    """Return numbers: whole ones as int where the column has no other."""
    known: dict[bytes, int | float | None] = {}
    values: list[Any] = []
    wrong: list[int] = []
    whole = True
    for row, cell in enumerate(cells):
        if cell not in known:
            known[cell] = _number(cell)
        value = known[cell]
        whole = whole and not isinstance(value, float)
        if value is None and cell.strip():
            wrong.append(row)
        values.append(value)
    if not whole:
        values = [None if value is None else float(value) for value in values]
    elif any(value is not None and abs(value) > _LARGEST for value in values):
        values = [None if value is None else str(value) for value in values]
    return ReadValues(values, wrong)


def _number(cell: bytes) -> int | float | None:
    """Return a number; None for a blank, for ``***``, for infinity and for what is no number."""
    words = cell.strip()
    if not words or not _PLAIN.issuperset(words):
        return None
    try:
        return int(words)
    except ValueError:
        pass
    try:
        value = float(words)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _dates(cells: list[bytes]) -> ReadValues:
    """Return dates of the calendar."""
    return _each(cells, _date)


def _date(cell: bytes) -> dt.date:
    if len(cell) != _DATE_CHARACTERS or not cell.isdigit():
        raise ValueError
    return dt.date(int(cell[:4]), int(cell[4:6]), int(cell[6:8]))


def _truths(cells: list[bytes]) -> ReadValues:
    """Return truth values; ``?`` says that it is not known."""
    return _each([b"" if cell == _UNKNOWN else cell for cell in cells], _truth)


def _truth(cell: bytes) -> bool:
    if len(cell) != 1 or cell not in _TRUE + _FALSE:
        raise ValueError
    return cell in _TRUE


def _each(cells: list[bytes], read: Callable[[bytes], Any]) -> ReadValues:
    """Return what ``read`` makes of each cell; a blank and a date of zeros are no value."""
    values: list[Any] = []
    wrong: list[int] = []
    for row, cell in enumerate(cells):
        words = cell.strip()
        value = None
        if words.strip(b"0"):
            try:
                value = read(words)
            except ValueError:
                wrong.append(row)
        values.append(value)
    return ReadValues(values, wrong)


VALUE_KINDS: Final[dict[str, Callable[[list[bytes]], ReadValues]]] = {
    "N": _numbers,
    "F": _numbers,
    "D": _dates,
    "L": _truths,
}
"""Types of columns that are read, beside text: those that a Shapefile may have."""
