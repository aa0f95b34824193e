"""Figures and words as the map shows them."""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd

from spatial.text import catalogue, text

__all__ = ["as_number", "as_text", "decimal", "localised", "metres", "whole", "word"]

NOTHING: Final = "–"


def as_number(value: Any) -> float | None:
    """Return ``value`` as a finite float, or None for missing and non-finite ones."""
    if value is None or value is pd.NA or isinstance(value, str):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def as_text(value: Any) -> str:
    """Return ``value`` as text, empty for a missing one."""
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124


def whole(value: Any) -> str:
    """Return a count with thousands separators."""
    number = as_number(value)
    return NOTHING if number is None else f"{number:,.0f}"


def decimal(value: Any, places: int = 1) -> str:
    """Return a figure with thousands separators and ``places`` decimals."""
    number = as_number(value)
    return NOTHING if number is None else f"{number:,.{places}f}"


def metres(value: Any, lang: str) -> str:
    """Return an accuracy in metres, or nothing where none is stated."""
    number = as_number(value)
    return "" if number is None else text("map.plus_minus_m", lang, value=f"{number:,.10g}")


def localised(row: Any, field: str, lang: str) -> str:
    """Return ``row``'s ``field`` in ``lang``, or in Chinese, or without a language, else empty."""
    for column in (f"{field}_{lang}", f"{field}_zh", field):
        found = as_text(row.get(column))
        if found:
            return found
    return ""


def word(prefix: str, value: Any, lang: str) -> str:
    """Return the catalogue's word for ``value`` under ``prefix``, or ``value`` itself."""
    key = f"{prefix}_{as_text(value)}"
    return text(key, lang) if key in catalogue() else as_text(value)
