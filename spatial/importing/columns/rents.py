"""Rents as parks state them, brought to yuan per m² and month where the statement allows it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.importing.columns.values import as_text
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_rents"]

_RENT: Final = re.compile(r"([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)(.*)", re.DOTALL)
_BRACKETS: Final = re.compile(r"[(\[【](.{0,200}?)[)\]】]")
_PER_MONTH: Final[Mapping[str, float]] = {
    "元m2月": 1.0,
    "元平方米月": 1.0,
    "元平米月": 1.0,
    "元平月": 1.0,
    "元月m2": 1.0,
    "元月平方米": 1.0,
    "元m2年": 1.0 / 12.0,
    "元平方米年": 1.0 / 12.0,
}
_FILLERS: Final = re.compile(r"[\s/·・.*每×xX\-(),]+")


def read_rents(cells: pd.Series, *, header: str) -> tuple[pd.Series, list[Notice]]:
    """Return yuan per m² and month, NaN where a rent is a range, has another unit or none at all.

    Parameters
    ----------
    cells : pandas.Series
        Rents as the file has them.
    header : str
        The column's name; a unit in brackets holds for cells without one.
    """
    words = as_text(cells)
    bracketed = _BRACKETS.findall(unicodedata.normalize("NFKC", header))
    unit = _plain(bracketed[-1]) if bracketed else ""
    codes, distinct = pd.factorize(words)
    read = np.array([_rent(cell, unit) for cell in distinct], dtype=float)
    values = pd.Series(read[codes] if len(distinct) else np.empty(0), index=cells.index)
    unread = int((values.isna() & (words != "")).sum())
    return values, [Notice("import.rents_not_read", {"column": header, "n": unread})] if unread else []


def _rent(cell: str, unit: str) -> float:
    found = _RENT.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if not found:
        return np.nan
    factor = _PER_MONTH.get(_plain(found[2]) or unit)
    return np.nan if factor is None else float(found[1].replace(",", "")) * factor


def _plain(unit: str) -> str:
    """Return a unit without the marks between its parts."""
    return _FILLERS.sub("", unicodedata.normalize("NFKC", unit).casefold())
