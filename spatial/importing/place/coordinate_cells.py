"""Coordinate cells to numbers: decimals at full speed, every other spelling one by one.

A cell is read or it is not: nothing is repaired. Read are decimals (also full-width, with thousands
separators or a unit) and degrees, minutes, seconds in the spellings that Chinese tables have. Packed
numbers such as ``1131912`` are plain numbers here; what they mean is a matter of the reading.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["parse_cell", "read_numbers", "split_pairs"]

_MISSING: Final = "error.reason_missing"
_NOT_FINITE: Final = "error.reason_not_finite"
_NOT_A_NUMBER: Final = "error.reason_not_a_number"
_DECIMAL_COMMA: Final = "place.reason_decimal_comma"
_BAD_MINUTES: Final = "place.reason_bad_minutes"

_PLAIN: Final = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_NUMBER: Final = re.compile(_PLAIN)
_THOUSANDS: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_COMMA_NUMBER: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
_NAN_WORDS: Final = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_UNIT: Final = re.compile(r"(?<!\s)\s*(米|m|°|度|º)$", re.IGNORECASE)
_HEMISPHERES: Final = {"e": 1.0, "n": 1.0, "w": -1.0, "s": -1.0}
_HEMISPHERE_WORDS: Final = {"东经": "e", "西经": "w", "北纬": "n", "南纬": "s"}
_SIXTY: Final = 60.0
# Degrees, minutes and seconds with marks, or parted by one and the same separator.
_MARKED: Final = re.compile(
    r"""(?P<sign>[+-]?)(?P<d>[0-9]+)\s*[°度]\s*
    (?:(?P<m>[0-9]+(?:\.[0-9]+)?)\s*['′分]\s*
    (?:(?P<s>[0-9]+(?:\.[0-9]+)?)\s*(?:["″秒]|''|′′)?)?)?""",
    re.VERBOSE,
)
_PARTED: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<d>[0-9]{1,3})(?P<mark>[-: ])(?P<m>[0-9]{1,2})(?P=mark)(?P<s>[0-9]{1,2}(?:\.[0-9]+)?)"
)
# Marks that look alike are brought to one before NFKC takes the ring off.
_LOOK_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("º˚∘⁰", "°"),
        **dict.fromkeys("’‘ʹ´`＇", "′"),
        **dict.fromkeys("”“ʺ＂〃", "″"),
        **dict.fromkeys("−–—", "-"),
        "：": ":",
    }
)
_PAIR: Final = re.compile(r"(?P<x>[^\s,;|/]+)(?:\s*+[,;|/]\s*+|\s++)(?P<y>[^\s,;|/]+)")
_WKT_POINT: Final = re.compile(
    r"(?:SRID=[0-9]+;)?\s*POINT\s*+(?:ZM|Z|M)?\s*+\(\s*+(?P<x>\S++)\s++(?P<y>[^\s)]++)[^)]*+\)", re.IGNORECASE
)
_WRAPPED: Final = "()[]{}<>"


def read_numbers(cells: pd.Series) -> tuple[Floats, NDArray[np.object_]]:
    """Return the number of each cell, and the key of the reason where it has none.

    Parameters
    ----------
    cells : pandas.Series, shape (n,)
        Text, numbers or a mixture of both.

    Returns
    -------
    numbers : ndarray of float, shape (n,)
        The same doubles as ``float(cell)``; NaN for a cell that has no number.
    reasons : ndarray of str, shape (n,)
        Key of the text catalogue, ``""`` where the cell was read.
    """
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        return _typed(cells)
    texts = _as_text(cells)
    numbers, plain = _plain_numbers(texts)
    reasons = np.full(len(numbers), "", dtype=object)
    _read_slowly(texts, np.flatnonzero(~plain), numbers, reasons)
    endless = ~np.isfinite(numbers) & (reasons == "")
    numbers[endless], reasons[endless] = np.nan, _NOT_FINITE
    return numbers, reasons


def _plain_numbers(texts: pa.Array) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the number of each cell that is a plain decimal, and which are."""
    try:
        # Of what the cast takes only the words for what is not finite are no plain decimals.
        numbers = np.array(pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    except pa.ArrowInvalid:
        plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN), fill_value=False)
        cast = pc.cast(pc.if_else(plain, texts, None), pa.float64()).to_numpy(zero_copy_only=False)
        return np.array(cast, dtype=np.float64), plain.to_numpy(zero_copy_only=False)
    return numbers, np.isfinite(numbers)


def _typed(cells: pd.Series) -> tuple[Floats, NDArray[np.object_]]:
    """Return the numbers of a column that holds numbers already."""
    numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    reasons = np.full(len(numbers), "", dtype=object)
    reasons[np.isnan(numbers)] = _MISSING
    reasons[np.isinf(numbers)] = _NOT_FINITE
    return np.where(np.isfinite(numbers), numbers, np.nan), reasons


def _as_text(cells: pd.Series) -> pa.Array:
    """Return the cells as one array of text, null for none."""
    if isinstance(cells.dtype, pd.StringDtype):
        array = pa.array(cells)
        return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    words = [None if _is_none(cell) else str(cell) for cell in cells]
    return pa.array(words, type=pa.large_string())


def _is_none(cell: object) -> bool:
    """Tell a cell that holds nothing."""
    return cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))


def _read_slowly(
    texts: pa.Array, rows: NDArray[np.intp], numbers: Floats, reasons: NDArray[np.object_]
) -> None:
    """Read the cells that are no plain decimals into ``numbers`` and ``reasons``; equal cells once."""
    known: dict[str | None, tuple[float, str]] = {}
    for row, words in zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True):
        found = known.get(words)
        if found is None:
            found = known[words] = (np.nan, _MISSING) if words is None else parse_cell(words)
        numbers[row], reasons[row] = found


def parse_cell(cell: str) -> tuple[float, str]:
    """Return the number of one cell and the key of the reason why it has none (``""`` if it has)."""
    words = unicodedata.normalize("NFKC", cell.translate(_LOOK_ALIKE)).translate(_LOOK_ALIKE).strip()
    if not words:
        return np.nan, _MISSING
    if _NAN_WORDS.fullmatch(words):
        return np.nan, _NOT_FINITE
    bare, sign = _without_hemisphere(words)
    if sign is None:
        return np.nan, _NOT_A_NUMBER
    number, reason = _plain_number(bare)
    if reason == _NOT_A_NUMBER:
        number, reason = _sexagesimal(bare)
    return (sign * number, "") if not reason else (np.nan, reason)


def _without_hemisphere(words: str) -> tuple[str, float | None]:
    """Return the words without the name of a hemisphere and its sign; None where there are several."""
    lowered = words.casefold()
    for word, letter in _HEMISPHERE_WORDS.items():
        lowered = lowered.replace(word, letter)
    lowered = lowered.strip(" :")
    named = [letter for letter in (lowered[:1], lowered[-1:]) if letter in _HEMISPHERES]
    if not named:
        return lowered, 1.0
    bare = lowered.strip("ensw").strip(" :")
    if len(lowered.replace(bare, "", 1).replace(" ", "").replace(":", "")) != 1 or bare.startswith(
        ("-", "+")
    ):
        # Two letters, or a sign beside the letter: which of them counts is not to be guessed.
        return lowered, None
    return bare, _HEMISPHERES[named[0]]


def _plain_number(words: str) -> tuple[float, str]:
    """Return the number of a decimal with thousands separators or a unit."""
    bare = _UNIT.sub("", words)
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "")
    if _COMMA_NUMBER.fullmatch(bare):
        return np.nan, _DECIMAL_COMMA
    if not _NUMBER.fullmatch(bare):
        return np.nan, _NOT_A_NUMBER
    number = float(bare)
    return (number, "") if np.isfinite(number) else (np.nan, _NOT_FINITE)


def _sexagesimal(words: str) -> tuple[float, str]:
    """Return the degrees of a text in degrees, minutes and seconds."""
    found = _MARKED.fullmatch(words) or _PARTED.fullmatch(words)
    if found is None:
        return np.nan, _NOT_A_NUMBER
    minutes, seconds = float(found["m"] or 0), float(found["s"] or 0)
    # A fraction of a minute leaves no room for seconds.
    if minutes >= _SIXTY or seconds >= _SIXTY or (seconds and minutes % 1):
        return np.nan, _BAD_MINUTES
    degrees = float(found["d"]) + (minutes * _SIXTY + seconds) / (_SIXTY * _SIXTY)
    return (-degrees if found["sign"] == "-" else degrees), ""


def split_pairs(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split cells that hold both coordinates, such as ``113.3,23.1`` or ``POINT(113.3 23.1)``.

    Returns
    -------
    tuple of pandas.Series
        First and second coordinate as text; both the whole cell where it is no pair, so that the
        cell is reported as it stands, and both ``""`` where it is empty.
    """
    texts = _as_text(cells).to_pylist()
    known: dict[str | None, tuple[str, str]] = {}
    for words in texts:
        if words not in known:
            known[words] = ("", "") if words is None else _pair(words)
    pairs = [known[words] for words in texts]
    return (
        pd.Series([first for first, _ in pairs], dtype="str"),
        pd.Series([second for _, second in pairs], dtype="str"),
    )


def _pair(cell: str) -> tuple[str, str]:
    """Return the two parts of one cell."""
    words = unicodedata.normalize("NFKC", cell.translate(_LOOK_ALIKE)).translate(_LOOK_ALIKE).strip()
    found = _WKT_POINT.fullmatch(words)
    if found is None:
        words = words.strip(_WRAPPED + " ").replace("、", ",")
        found = _PAIR.fullmatch(words)
    return (words, words) if found is None else (found["x"], found["y"])
