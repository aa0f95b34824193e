"""Dates as sources state them: ISO 8601, a year or a month alone where no more is known."""

from __future__ import annotations

import datetime as dt
from typing import Final

__all__ = ["UNDATED", "first_day", "is_iso_date"]

UNDATED: Final = "1980-01-01"
"""Clock of zip, DBF, workbook and GeoPackage where the input states no date: the first of an archive."""

_FIRST: Final = "0000-01-01"
_LENGTHS: Final = (4, 7, 10)


def first_day(date: str) -> str:
    """Return the first day of a year, month or day; ``""`` for what is none of them."""
    if len(date) not in _LENGTHS:
        return ""
    day = date + _FIRST[len(date) :]
    try:
        return day if dt.date.fromisoformat(day).isoformat() == day else ""
    except ValueError:
        return ""


def is_iso_date(date: object) -> bool:
    """Tell a text that is a year, a month or a day."""
    return isinstance(date, str) and first_day(date) != ""
