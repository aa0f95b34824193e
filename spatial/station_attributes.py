"""The text cells of a station table to the columns of the point frame.

Words for site type, status and sharing become the library's own; a word that is not known stays
as it stands and is reported, never dropped and never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.coordinates import parse_coordinate
from spatial.errors import MissingColumnError
from spatial.notice import Notice
from spatial.station_words import (
    SHARED_WORDS,
    SITE_TYPE_WORDS,
    STATUS_WORDS,
    normalise_word,
    pick_columns,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["iso_date", "point_attributes"]

_DATE: Final = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?(?:[ T].*)?|月)?|年)?")
_COMPACT_DATE: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SHOWN_WORDS: Final = 5
_GEOMETRY: Final = "geometry"


def point_attributes(
    cells: pd.DataFrame, *, name: str, site_id: str | None = None
) -> tuple[pd.DataFrame, dict[str, str], list[Notice]]:
    """Return the attribute columns of the point frame.

    Parameters
    ----------
    cells : pandas.DataFrame, shape (n, columns)
        Text under the headers of the source, without the coordinates.
    name : str
        File name, for the message alone.
    site_id : str or None
        Header of the stations' ids; otherwise it is found by its name.

    Returns
    -------
    attributes : pandas.DataFrame, shape (n, columns)
        Known columns under the library's names, the others under their own.
    columns : dict
        Column of the point frame to the header it came from.
    notices : list of Notice
        What was not understood, with the number of rows.

    Raises
    ------
    MissingColumnError
        If there is no column ``site_id``.
    """
    picked = _columns_with_id(cells.columns, site_id, name=name)
    notices: list[Notice] = []
    known = {column: cells[header] for column, header in picked.items()}
    for column, words in (("site_type", SITE_TYPE_WORDS), ("status", STATUS_WORDS)):
        if column in known:
            known[column] = _translate(known[column], words, picked[column], notices)
    for column in ("shared", "synthetic"):
        if column in known:
            known[column] = _flags(known[column], picked[column], notices)
    if "position_accuracy_m" in known:
        known["position_accuracy_m"] = _accuracies(known["position_accuracy_m"], notices)
    if "as_of" in known:
        known["as_of"] = _dates(known["as_of"], picked["as_of"], notices)
    used = set(picked.values())
    for header in cells.columns:
        if header not in used:
            known[_free_name(header, known)] = cells[header]
    return pd.DataFrame(known, index=cells.index), picked, notices


def _columns_with_id(headers: pd.Index, site_id: str | None, *, name: str) -> dict[str, str]:
    """Return the columns that are known by their headers, the ids under the one that was named."""
    picked = pick_columns(headers)
    if site_id is None:
        return picked
    if site_id not in headers:
        raise MissingColumnError(
            "error.missing_column", name=name, column=site_id, columns=", ".join(map(str, headers))
        )
    others = {column: header for column, header in picked.items() if header != site_id}
    return {**others, "site_id": site_id}


def _free_name(header: str, taken: Mapping[str, pd.Series]) -> str:
    """Return the header, marked as the source's where the point frame needs the name."""
    name = header
    while name == _GEOMETRY or name in taken:
        name = f"source_{name}"
    return name


def _translate(cells: pd.Series, words: Mapping[str, str], header: str, notices: list[Notice]) -> pd.Series:
    """Replace known words; keep the others and report them."""
    table = {cell: words.get(normalise_word(cell), cell) for cell in cells.unique()}
    unknown = {cell for cell in table if cell and normalise_word(cell) not in words}
    _report_words(cells, unknown, header, notices)
    return cells.map(table).astype(object)


def _flags(cells: pd.Series, header: str, notices: list[Notice]) -> pd.Series:
    """Return yes and no as nullable booleans; anything else is unknown and reported."""
    table = {cell: SHARED_WORDS.get(normalise_word(cell), pd.NA) for cell in cells.unique()}
    _report_words(cells, {cell for cell, flag in table.items() if cell and flag is pd.NA}, header, notices)
    return pd.Series([table[cell] for cell in cells], index=cells.index, dtype="boolean")


def _report_words(cells: pd.Series, unknown: set[str], header: str, notices: list[Notice]) -> None:
    """Add a notice of the words that are not known and how many rows hold them."""
    if unknown:
        shown = sorted(unknown)[:_SHOWN_WORDS]
        more = "…" if len(unknown) > _SHOWN_WORDS else ""
        n = int(cells.isin(unknown).sum())
        notices.append(
            Notice("inventory.unknown_words", {"column": header, "words": ", ".join(shown) + more, "n": n})
        )


def _accuracies(cells: pd.Series, notices: list[Notice]) -> pd.Series:
    """Return metres; what is no length stays unknown and is reported."""
    metres = np.array([parse_coordinate(cell)[0] for cell in cells], dtype=float)
    with np.errstate(invalid="ignore"):
        metres[metres < 0.0] = np.nan
    n_bad = int((np.isnan(metres) & (cells != "").to_numpy()).sum())
    if n_bad:
        notices.append(Notice("inventory.bad_accuracy", {"n": n_bad}))
    return pd.Series(metres, index=cells.index)


def _dates(cells: pd.Series, header: str, notices: list[Notice]) -> pd.Series:
    """Return ISO 8601 dates as far as they are given; others stay as they stand and are reported."""
    table = {cell: iso_date(cell) for cell in cells.unique()}
    _report_words(cells, {cell for cell, day in table.items() if cell and day is None}, header, notices)
    return cells.map({cell: cell if day is None else day for cell, day in table.items()}).astype(object)


def iso_date(cell: str) -> str | None:
    """Return ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None where the cell is no date."""
    words = unicodedata.normalize("NFKC", cell).strip()
    found = _COMPACT_DATE.fullmatch(words) or _DATE.fullmatch(words)
    if not found:
        return None
    parts = [int(part) for part in found.groups() if part]
    try:
        date(*[*parts, 1, 1][:3])
    except ValueError:
        return None
    return "-".join(f"{part:04d}" if at == 0 else f"{part:02d}" for at, part in enumerate(parts))
