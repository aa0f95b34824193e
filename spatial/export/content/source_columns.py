"""Columns of a source that the field table does not know: kept as ``X01``, ``X02`` …, by their headers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.export.fields import Field, FieldType, LayerKind, Obligation, fields_of
from spatial.geojson import property_text
from spatial.notice import Notice
from spatial.station_words import normalise_word
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["clean_text", "finite", "further_columns", "made_anew"]

_INT64: Final = np.iinfo(np.int64)
_WHOLE_IN_REAL: Final = 2**53
_OUR_MARKS: Final = ("YSDM", "CIMML", "BBH")
_MADE_ANEW: Final = frozenset({*_OUR_MARKS, "XZQDM", "XZQMC", "CIMDL", "CIMZL", "TJKJ", "PQ", "JHLY", "SJLY"})


def made_anew(kind: LayerKind, headers: Iterable[str]) -> list[str]:
    """Return the headers that an export of ours wrote, and that every export writes anew.

    A file that was exported once and is exported again would otherwise carry its district code, class
    path and version twice. Other people's columns are never taken for ours by one name alone.
    """
    by_word = {normalise_word(header): header for header in headers}
    anew = {
        field.code: {normalise_word(field.code), normalise_word(field.alias_zh)} & by_word.keys()
        for field in fields_of(kind)
        if field.code in _MADE_ANEW
    }
    if not all(anew[code] for code in _OUR_MARKS):
        return []
    return [by_word[word] for words in anew.values() for word in sorted(words)]


def further_columns(columns: pd.DataFrame) -> tuple[tuple[Field, ...], pd.DataFrame]:
    """Return the fields of further columns, and the columns under the codes of those fields.

    Parameters
    ----------
    columns : pandas.DataFrame, shape (n, columns)
        Under the headers of the source; each kept in the type that all its values have, else as text.

    Returns
    -------
    fields : tuple of Field
        Codes ``X01``, ``X02`` … in the order of the columns.
    renamed : pandas.DataFrame, shape (n, columns)
    """
    fields: list[Field] = []
    renamed: dict[str, pd.Series] = {}
    for number, header in enumerate(columns.columns, start=1):
        kind, values = _typed(columns[header])
        name = clean_text(pd.Series([str(header)], dtype=object))[0].iloc[0]
        field = Field(
            code=f"X{number:02d}",
            source=name,
            alias_zh=name,
            alias_en=name,
            type=kind,
            width=None,
            unit="",
            obligation=Obligation.OPTIONAL,
            values=(),
            description_zh=text("content.further_field", "zh", header=name),
            description_en=text("content.further_field", "en", header=name),
        )
        fields.append(field)
        renamed[field.code] = values
    return tuple(fields), pd.DataFrame(renamed, index=columns.index)


def finite(columns: pd.DataFrame, fields: Iterable[Field]) -> tuple[pd.DataFrame, list[Notice]]:
    """Return the columns without infinite numbers, which no format can hold; a notice names each column."""
    notices = []
    for field in fields:
        if field.type is FieldType.REAL:
            numbers = pd.to_numeric(columns[field.code]).astype(float)
            endless = np.isinf(numbers)
            if endless.any():
                columns = columns.assign(**{field.code: numbers.mask(endless)})
                found = {"field": field.alias_zh, "n": int(endless.sum())}
                notices.append(Notice("content.not_finite", found))
    return columns, notices


def clean_text(values: pd.Series) -> tuple[pd.Series, int]:
    """Return texts that UTF-8 can hold, and how many were changed.

    JSON can name one half of a surrogate pair by itself, which is no character; it becomes U+FFFD.
    """
    # All texts at once is the quick way, and nearly always the whole of it.
    if not _is_broken("\n".join(value for value in values if isinstance(value, str))):
        return values, 0
    broken = [isinstance(value, str) and _is_broken(value) for value in values]
    cleaned = [
        value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if bad else value
        for value, bad in zip(values, broken, strict=True)
    ]
    return pd.Series(cleaned, index=values.index, dtype=object), sum(broken)


def _is_broken(words: str) -> bool:
    """Tell a text with half a surrogate pair."""
    try:
        words.encode()
    except UnicodeEncodeError:
        return True
    return False


def _typed(values: pd.Series) -> tuple[FieldType, pd.Series]:
    """Return the one type of all values, and the values in it; text where they have none in common."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return FieldType.DATETIME, _worded([_moment(value) for value in values], values.index)
    cells = [value.item() if isinstance(value, np.generic) else value for value in values.astype(object)]
    cells = [None if _is_missing(value) else value for value in cells]
    kinds = {type(value) for value in cells} - {type(None)}
    whole = [value for value in cells if isinstance(value, int) and not isinstance(value, bool)]
    fits = all(_INT64.min <= value <= _INT64.max for value in whole)
    if kinds == {bool}:
        return FieldType.BOOLEAN, pd.Series(cells, index=values.index, dtype="boolean")
    if kinds == {int} and fits:
        return FieldType.INTEGER, pd.Series(cells, index=values.index, dtype="Int64")
    if kinds in ({float}, {int, float}) and _lossless(whole):
        return FieldType.REAL, pd.Series(cells, index=values.index, dtype=float)
    if kinds == {dt.date}:
        return FieldType.DATE, _worded([value and value.isoformat() for value in cells], values.index)
    return FieldType.TEXT, _worded(
        [None if value is None else property_text(value) for value in cells], values.index
    )


def _lossless(whole: list[int]) -> bool:
    """Tell whether a column of reals can hold these whole numbers as they are."""
    return all(abs(value) <= _WHOLE_IN_REAL for value in whole)


def _worded(cells: list[str | None], index: pd.Index) -> pd.Series:
    return pd.Series(cells, index=index, dtype=object)


def _is_missing(value: object) -> bool:
    """Tell a cell that holds nothing; an empty text holds itself."""
    return value is None or value is pd.NA or value is pd.NaT or value != value  # noqa: PLR0124 - NaN


def _moment(value: object) -> str | None:
    """Return a date-time as ISO 8601 text."""
    return None if pd.isna(value) else pd.Timestamp(value).isoformat()  # type: ignore[call-overload,arg-type]
