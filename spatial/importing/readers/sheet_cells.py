"""The cells of one sheet, row by row, each as the text that stands for its value."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from openpyxl.utils.datetime import (  # type: ignore[import-untyped]
    CALENDAR_MAC_1904,
    CALENDAR_WINDOWS_1900,
    from_excel,
)

from spatial.errors import UnreadableFileError
from spatial.importing.readers.workbook_parts import SharedTexts, local_name, plain_text, read_part

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.importing.readers.workbook_parts import Parts, Sheet, Styles

    OnRow = Callable[[int, dict[int, str]], None]

__all__ = ["SheetNotes", "read_cells"]

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_WHOLE_DIGITS: Final = 15
_EXACT_WHOLE: Final = 1e16
_MOST_NOTED: Final = 20
_BOOLEANS: Final = {"1": "TRUE", "0": "FALSE"}
_LETTERS: Final = 26


@dataclass
class SheetNotes:
    """What a reader of the sheet should know.

    ``errors`` and ``unvalued`` hold the first cells alone, ``n_errors`` and ``n_unvalued`` count all.
    """

    n_errors: int = 0
    errors: list[str] = field(default_factory=list)
    n_unvalued: int = 0
    unvalued: list[str] = field(default_factory=list)
    n_odd_dates: int = 0
    n_hidden_rows: int = 0
    merged: list[str] = field(default_factory=list)


class _Cell:
    """The cell that is being read."""

    __slots__ = ("column", "formula", "has_value", "inline", "kind", "n_letters", "pieces", "place", "style")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.column = 0
        self.kind = "n"
        self.style = 0
        self.formula = self.has_value = self.inline = False
        self.n_letters = 0
        self.place = ""


class _SheetReader:
    """Turns the elements of a sheet into rows."""

    def __init__(self, parts: Parts, sheet: Sheet, styles: Styles, texts: SharedTexts, on_row: OnRow) -> None:
        self._parts = parts
        self._sheet = sheet
        self._styles = styles
        self._texts = texts
        self._on_row = on_row
        self._epoch = CALENDAR_MAC_1904 if parts.from_1904 else CALENDAR_WINDOWS_1900
        self.notes = SheetNotes()
        self._columns: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._row = 0
        self._cells: dict[int, str] = {}
        self._cell = _Cell()
        self._collecting = self._spoken = False

    def on_start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        kind = self._names.get(tag) or self._names.setdefault(tag, local_name(tag))
        if kind == "c":
            self._begin_cell(attributes)
        elif (kind == "v" and not self._cell.inline) or (kind == "t" and not self._spoken):
            self._collecting = self._cell.has_value = True
        elif kind == "is":
            self._begin_inline()
        elif kind == "row":
            self._begin_row(attributes)
        elif kind == "f":
            self._cell.formula = True
        elif kind == "rPh":
            self._spoken = True
        elif kind == "mergeCell" and len(self.notes.merged) < self._parts.limits.rows:
            self.notes.merged.append(attributes.get("ref", ""))

    def on_end(self, tag: str) -> None:
        """End an element."""
        kind = self._names[tag]
        if kind in ("v", "t"):
            self._collecting = False
        elif kind == "c":
            self._end_cell()
        elif kind == "row":
            if self._cells:
                self._on_row(self._row, self._cells)
                self._cells = {}
        elif kind == "rPh":
            self._spoken = False

    def on_text(self, words: str) -> None:
        """Take character data."""
        if self._collecting:
            cell = self._cell
            cell.pieces.append(words)
            cell.n_letters += len(words)
            if cell.n_letters > self._parts.limits.cell_characters:
                self._parts.limits.breach("cell_characters", cell.n_letters)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        words = attributes.get("r", "")
        number = (
            int(words)
            if words.isascii() and words.isdigit() and len(words) < _WHOLE_DIGITS
            else self._row + 1
        )
        if number <= self._row:
            raise self._damaged()
        self._row = number
        self._cell.column = -1
        self.notes.n_hidden_rows += attributes.get("hidden", "0") in ("1", "true")

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        cell = self._cell
        cell.pieces.clear()
        cell.n_letters = 0
        cell.formula = cell.has_value = cell.inline = False
        cell.kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        cell.style = int(style) if style.isascii() and style.isdigit() and len(style) < _WHOLE_DIGITS else 0
        cell.place = attributes.get("r", "")
        cell.column = self._column(cell.place) if cell.place else cell.column + 1

    def _begin_inline(self) -> None:
        """Begin the text of a cell that holds its own; a value beside it is what some programs leave."""
        cell = self._cell
        if cell.kind == "inlineStr":
            cell.inline = True
            cell.pieces.clear()
            cell.n_letters = 0

    def _column(self, place: str) -> int:
        """Return the 0-based column of a reference such as ``BC12``."""
        letters = place.rstrip("0123456789")
        if letters not in self._columns:
            if not _REFERENCE.fullmatch(place):
                raise self._damaged()
            number = 0
            for letter in letters:
                number = number * _LETTERS + ord(letter) - ord("A") + 1
            self._columns[letters] = number - 1
        return self._columns[letters]

    def _end_cell(self) -> None:
        cell = self._cell
        if not cell.has_value:
            if cell.formula:
                self.notes.n_unvalued += 1
                self._note(self.notes.unvalued, cell.place)
            return
        words = self._value("".join(cell.pieces))
        if words:
            if cell.column >= self._parts.limits.columns:
                self._parts.limits.breach("columns", cell.column + 1)
            self._cells[cell.column] = words

    def _value(self, words: str) -> str:
        """Return the text that stands for the value of the cell."""
        kind = self._cell.kind
        if kind == "s":
            return self._shared_text(words)
        if kind == "n":
            return self._number(words.strip())
        if kind == "b":
            return _BOOLEANS.get(words.strip(), words)
        if kind == "e":
            self.notes.n_errors += 1
            self._note(self.notes.errors, f"{self._cell.place} {words}")
        return plain_text(words)

    def _shared_text(self, words: str) -> str:
        digits = words.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) < _WHOLE_DIGITS):
            raise self._damaged()
        found = self._texts.at(int(digits))
        if found is None:
            raise self._damaged()
        return found

    def _number(self, words: str) -> str:
        """Return a number as short as it can be, or the date that its style makes of it."""
        style = self._cell.style
        if style in self._styles.dates:
            return self._date(words)
        if words.isascii() and words.isdigit() and len(words) <= _WHOLE_DIGITS:
            return words.zfill(self._styles.widths.get(style, 0))
        try:
            number = float(words)
        except ValueError:
            return words
        if number.is_integer() and abs(number) < _EXACT_WHOLE:
            return str(int(number)).zfill(self._styles.widths.get(style, 0))
        return repr(number) if math.isfinite(number) else words

    def _date(self, words: str) -> str:
        """Return the day, or the moment, in ISO form; a number that is none stays one and is counted."""
        moment: object = None
        with suppress(ValueError, OverflowError):
            moment = from_excel(float(words), self._epoch)
        if isinstance(moment, datetime):
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat()
        if isinstance(moment, (date, time)):
            return moment.isoformat()
        if not isinstance(moment, timedelta):
            self.notes.n_odd_dates += bool(words)
        return words

    def _note(self, cells: list[str], words: str) -> None:
        if len(cells) < _MOST_NOTED:
            cells.append(words)

    def _damaged(self) -> UnreadableFileError:
        return UnreadableFileError("table.part_damaged", name=self._parts.name, part=self._sheet.part)


def read_cells(
    parts: Parts, sheet: Sheet, styles: Styles, texts: SharedTexts, *, on_row: OnRow
) -> SheetNotes:
    """Hand over each row with content, in order: its number in the sheet, and column to text.

    Parameters
    ----------
    parts, sheet, styles, texts
        The opened workbook and what belongs to the sheet.
    on_row : callable
        Takes the rows; an error that it raises ends the reading.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError, LimitExceededError
        If the sheet is damaged, declares a type, or passes a limit.
    """
    reader = _SheetReader(parts, sheet, styles, texts, on_row)
    read_part(
        parts.archive,
        parts.member(sheet.part),
        name=parts.name,
        limits=parts.limits,
        on_start=reader.on_start,
        on_end=reader.on_end,
        on_text=reader.on_text,
    )
    return reader.notes
