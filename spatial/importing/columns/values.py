"""Cells to values: what is understood becomes a value, what is not stays as text and is reported.

Tables of a million rows hold few different words, so each different cell is read once.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.geojson import property_text
from spatial.importing.columns.profiles import ValueKind
from spatial.importing.columns.units import header_unit, is_known_unit, measured_number
from spatial.notice import Notice
from spatial.station_attributes import iso_date
from spatial.station_words import SHARED_WORDS, SITE_TYPE_WORDS, STATUS_WORDS, normalise_word
from spatial.text import LANGUAGES, catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

__all__ = ["ReadCells", "as_text", "read_cells"]

_SHOWN: Final = 5
_HAIR: Final = 1e-9
_SHOWN_LENGTH: Final = 40
_FIRST_DAY: Final = date(1899, 12, 30)
_SERIALS: Final = range(20_000, 80_000)
"""Days since the last of 1899 between 1954 and 2119, which spreadsheets leave in text exports."""
_NUMBERS: Final = (
    ValueKind.NUMBER,
    ValueKind.INTEGER,
    ValueKind.LENGTH_M,
    ValueKind.AREA_M2,
    ValueKind.AREA_KM2,
    ValueKind.PEOPLE,
)
_NEVER_NEGATIVE: Final = (
    ValueKind.LENGTH_M,
    ValueKind.AREA_M2,
    ValueKind.AREA_KM2,
    ValueKind.PEOPLE,
)
_UNIT_ASSUMED: Final = (ValueKind.AREA_M2, ValueKind.AREA_KM2)


_SCHEMATIC: Final = "schematic"
_SCHEMATIC_MARKS: Final = ("示意", "schematic")
_BASIS_KEYS: Final = ("map.basis_", "content.place_basis_")


class ReadCells:
    """The values of one column, and the cells that were not understood.

    Attributes
    ----------
    cells : pandas.Series
        On the index of the cells.
    kept : pandas.Series or None
        The text of the column where values lose some of it, to be kept beside them.
    notices : list of Notice
        What was not understood, and how many rows hold it.
    """

    def __init__(
        self, cells: pd.Series, kept: pd.Series | None = None, notices: list[Notice] | None = None
    ) -> None:
        self.cells = cells
        self.kept = kept
        self.notices = [] if notices is None else notices


def as_text(cells: pd.Series) -> pd.Series:
    """Return cells as text, ``""`` where there is nothing; whole numbers have no point."""
    words: pd.Series
    if isinstance(cells.dtype, pd.StringDtype):
        words = cells.fillna("") if cells.hasnans else cells
    elif pd.api.types.is_datetime64_any_dtype(cells.dtype):
        days = cells.dt.strftime("%Y-%m-%d" if _at_midnight(cells) else "%Y-%m-%dT%H:%M:%S")
        words = days.astype("str").fillna("")
    elif cells.dtype == object:
        words = pd.Series([property_text(value) for value in cells], index=cells.index, dtype="str")
    else:
        codes, distinct = pd.factorize(cells)
        known = pd.array([*(property_text(value) for value in distinct.tolist()), ""], dtype="str")
        words = pd.Series(known.take(codes), index=cells.index)
    return words


def read_cells(cells: pd.Series, kind: ValueKind, *, header: str) -> ReadCells:
    """Read one column as the kind of its field.

    Parameters
    ----------
    cells : pandas.Series
        As the file has them.
    kind : ValueKind
        What they should hold.
    header : str
        The column's name as printed; a unit in brackets holds for cells without one.
    """
    if kind in _NUMBERS:
        return _numbers(cells, kind, header)
    words = as_text(cells)
    if kind == ValueKind.DATE:
        return _dates(words, header)
    if kind == ValueKind.FLAG:
        return _flags(words, header)
    tables = {
        ValueKind.SITE_TYPE: SITE_TYPE_WORDS,
        ValueKind.STATUS: STATUS_WORDS,
    }
    if kind == ValueKind.BASIS:
        return _each_once(words, _basis, header)
    if kind in tables:
        return _translated(words, tables[kind], header)
    return ReadCells(words)


def _basis(cell: str) -> str | None:
    """Return how a geometry is known; whatever says that it is schematic stays so in other words too."""
    known = _basis_words().get(normalise_word(cell))
    if known is None and any(mark in cell.casefold() for mark in _SCHEMATIC_MARKS):
        return _SCHEMATIC
    return known


@cache
def _basis_words() -> Mapping[str, str]:
    """Return each word under which our own files say how a geometry is known, to its name."""
    words: dict[str, str] = {}
    for key, said in catalogue().items():
        _, mark, basis = key.partition("basis_")
        if mark and key.startswith(_BASIS_KEYS):
            words[normalise_word(basis)] = basis
            words |= {normalise_word(said[lang]): basis for lang in LANGUAGES}
    simulated = catalogue()["content.position_synthetic"]
    return words | {normalise_word(simulated[lang]): "synthetic" for lang in LANGUAGES}


def _numbers(cells: pd.Series, kind: ValueKind, header: str) -> ReadCells:
    """Return floats in the unit of the kind; integers stay whole."""
    unit = header_unit(header)
    plain_unit = unit is None or not is_known_unit(unit, kind)
    if kind in (ValueKind.NUMBER, ValueKind.INTEGER) and plain_unit:
        unit = None
    words = as_text(cells)
    numbers = np.full(len(words), np.nan)
    open_rows = (words != "").to_numpy()
    if unit is None:
        numbers, open_rows = _plain_numbers(words, open_rows)
    bare = unit is None and bool(np.isfinite(numbers).any())
    if open_rows.any():
        codes, distinct = pd.factorize(words[open_rows])
        read = np.array([measured_number(cell, kind, unit) for cell in distinct], dtype=float)
        numbers[open_rows] = read[codes]
    if kind in _NEVER_NEGATIVE:
        with np.errstate(invalid="ignore"):
            numbers[numbers < 0.0] = np.nan
    notices: list[Notice] = []
    if bare and kind in _UNIT_ASSUMED:
        notices.append(Notice("import.unit_assumed", {"column": header, "unit": _unit_name(kind)}))
    unread = np.isnan(numbers) & (words != "").to_numpy()
    values = pd.Series(numbers, index=cells.index)
    if kind in (ValueKind.INTEGER, ValueKind.PEOPLE):
        values, broken = _whole(values, tolerance=0.5 if kind == ValueKind.PEOPLE else _HAIR)
        unread |= broken
    if not unread.any():
        return ReadCells(values, None, notices)
    notices.append(_report(words, unread, "import.numbers_not_read", header))
    return ReadCells(values, words, notices)


def _plain_numbers(
    words: pd.Series, filled: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the numbers that need no reading of their own, and the rows that do."""
    numbers = pd.to_numeric(words, errors="coerce").to_numpy(dtype=float, na_value=np.nan).copy()
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers, filled & np.isnan(numbers)


def _whole(values: pd.Series, *, tolerance: float) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Return whole numbers, and the rows that hold none."""
    rounded = values.round()
    broken = (values.notna() & ((values - rounded).abs() > tolerance)).to_numpy()
    return rounded.mask(broken).astype("Int64"), broken


def _unit_name(kind: ValueKind) -> str:
    return "m²" if kind == ValueKind.AREA_M2 else "km²"


def _dates(words: pd.Series, header: str) -> ReadCells:
    """Return ISO 8601 dates as far as they are given; others stay as they stand and are reported."""
    serials: set[str] = set()

    def read(cell: str) -> str | None:
        day = iso_date(cell)
        if day is None and (serial := _serial_day(cell)) is not None:
            serials.add(cell)
            return serial
        return day

    found = _each_once(words, read, header)
    if serials:
        params = {"column": header, "count": int(words.isin(serials).sum())}
        found.notices.append(Notice("import.dates_from_serials", params))
    return found


def _serial_day(cell: str) -> str | None:
    """Return the day of a spreadsheet's serial number, None where the cell is none."""
    whole = cell.strip().partition(".")[0]
    if not (
        whole.isascii() and whole.isdigit() and int(whole[:9]) in _SERIALS and len(whole) == len("44197")
    ):
        return None
    return (_FIRST_DAY + timedelta(days=int(whole))).isoformat()


def _translated(words: pd.Series, table: Mapping[str, str], header: str) -> ReadCells:
    """Replace known words; keep the others and report them."""
    return _each_once(words, lambda cell: table.get(normalise_word(cell)), header)


def _each_once(words: pd.Series, read: Callable[[str], str | None], header: str) -> ReadCells:
    """Read every different cell once; what is not understood stays as it stands."""
    codes, distinct = pd.factorize(words)
    read_words = [read(cell) if cell else "" for cell in distinct]
    values = [cell if value is None else value for cell, value in zip(distinct, read_words, strict=True)]
    result = pd.Series(pd.array(values, dtype="str").take(codes), index=words.index)
    unread = np.array([value is None for value in read_words], dtype=bool)[codes]
    notices = [_report(words, unread, "inventory.unknown_words", header)] if unread.any() else []
    return ReadCells(result, None, notices)


def _flags(words: pd.Series, header: str) -> ReadCells:
    """Return yes and no as nullable booleans; anything else is unknown, kept as text and reported."""
    codes, distinct = pd.factorize(words)
    read = [SHARED_WORDS.get(normalise_word(cell)) for cell in distinct]
    flags = pd.array([*read, None], dtype="boolean").take(codes)
    unread = np.array(
        [flag is None and cell != "" for flag, cell in zip(read, distinct, strict=True)], dtype=bool
    )
    unread = unread[codes] if len(distinct) else np.zeros(len(words), dtype=bool)
    values = pd.Series(flags, index=words.index)
    if not unread.any():
        return ReadCells(values)
    return ReadCells(values, words, [_report(words, unread, "inventory.unknown_words", header)])


def _report(words: pd.Series, unread: NDArray[np.bool_], key: str, header: str) -> Notice:
    """Say which cells were not understood and how many rows hold them."""
    cells = words[unread]
    named = sorted({cell[:_SHOWN_LENGTH] for cell in cells.drop_duplicates().head(_SHOWN + 1)})
    shown = ", ".join(named[:_SHOWN]) + ("…" if len(named) > _SHOWN else "")
    return Notice(key, {"column": header, "words": shown, "n": len(cells)})


def _at_midnight(cells: pd.Series) -> bool:
    """Tell whether the times of a column are days."""
    days = cells.dropna()
    return bool((days == days.dt.normalize()).all())
