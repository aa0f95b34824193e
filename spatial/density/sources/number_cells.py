"""Columns of coordinates to numbers: numbers of any kind, and texts that hold one.

A text is a number where `spatial.coordinates.parse_coordinate` says so. Most columns hold nothing else
and are turned at once; the cells of the others are looked at one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spatial.coordinates import parse_coordinate
from spatial.density.sources.arrow_values import null_mask, plain_storage
from spatial.density.sources.placing import Fault
from spatial.export.formula_guard import unguard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["coordinate_pair", "plain_cell"]

_NUMBER: Final = r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_REASONS: Final = (
    "error.reason_missing",
    "error.reason_not_finite",
    "error.reason_sexagesimal",
    "error.reason_not_a_number",
)
_GIVEN, _MISSING, _NOT_FINITE = 0, 1, 2


def coordinate_pair(
    east: pa.Array, north: pa.Array, *, names: tuple[str, str]
) -> tuple[Floats, Floats, list[Fault]]:
    """Return the numbers of two columns, and the faults of the rows that lack one.

    A row is reported once, for the first of its two cells that is no finite number; its coordinates are
    NaN.
    """
    (x, x_state), (y, y_state) = _numbers(east), _numbers(north)
    y_state = np.where(x_state > _GIVEN, _GIVEN, y_state)
    faults = [*_faults(x_state, names[0], _words_of(east)), *_faults(y_state, names[1], _words_of(north))]
    if faults:
        lost = (x_state > _GIVEN) | (y_state > _GIVEN)
        x, y = np.where(lost, np.nan, x), np.where(lost, np.nan, y)
    return x, y, faults


def plain_cell(cell: str) -> str:
    """Return a cell without guard and surrounding blanks, as `spatial.tables` does."""
    return unguard(cell).strip()


def _faults(state: NDArray[np.int8], field: str, words: Callable[[int], str]) -> Iterable[Fault]:
    if state.any():
        for number, key in enumerate(_REASONS, start=1):
            at = np.flatnonzero(state == number)
            if len(at):
                yield Fault(key, at, field, words)


def _words_of(column: pa.Array) -> Callable[[int], str]:
    def words_of(row: int) -> str:
        value = column[row].as_py()
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        words = str(value).lower() if isinstance(value, bool) else str(value)
        return "" if value is None else plain_cell(words)

    return words_of


def _numbers(column: pa.Array) -> tuple[Floats, NDArray[np.int8]]:
    """Return the numbers of a column and the state of each: 0, or the place of its reason from 1."""
    column = plain_storage(column)
    if pa.types.is_dictionary(column.type):
        return _spread(*_numbers(column.dictionary), column.indices)
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _held(column.cast(pa.float64(), safe=False))
    return _of_texts(column if pa.types.is_string(kind) else column.cast(pa.string()))


def _spread(values: Floats, state: NDArray[np.int8], indices: pa.Array) -> tuple[Floats, NDArray[np.int8]]:
    """Return for each row what its value in a dictionary is."""
    values, state = np.append(values, np.nan), np.append(state, np.int8(_MISSING))
    at = pc.fill_null(indices.cast(pa.int64()), len(values) - 1).to_numpy(zero_copy_only=False)
    return values[at], state[at]


def _held(column: pa.Array) -> tuple[Floats, NDArray[np.int8]]:
    """Return numbers that are numbers already."""
    values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    state = np.where(np.isfinite(values), _GIVEN, _NOT_FINITE).astype(np.int8)
    null = null_mask(column)
    if null is not None:
        state[null] = _MISSING
    return values, state


def _of_texts(column: pa.Array) -> tuple[Floats, NDArray[np.int8]]:
    """Return the numbers of texts."""
    try:
        values, state = _held(column.cast(pa.float64()))
        doubtful = np.flatnonzero(state == _NOT_FINITE)
    except pa.ArrowInvalid:
        values, state, doubtful = _part_numbers(column)
    if len(doubtful):
        # What Arrow hands out may not be written to.
        values = values.copy()
    texts = column.take(pa.array(doubtful)).to_pylist() if len(doubtful) else []
    for row, text in zip(doubtful.tolist(), texts, strict=True):
        number, reason = parse_coordinate(plain_cell(text))
        values[row], state[row] = number, _REASONS.index(reason) + 1 if reason else _GIVEN
    return values, state


def _part_numbers(column: pa.Array) -> tuple[Floats, NDArray[np.int8], Rows]:
    """Turn the texts that are plain numbers; name the rows of the others, nulls left out."""
    null = null_mask(column)
    matched = pc.fill_null(pc.match_substring_regex(column, _NUMBER), pa.scalar(value=False))
    plain = np.array(matched.to_numpy(zero_copy_only=False))
    values = np.full(len(column), np.nan)
    try:
        values[plain] = column.filter(pa.array(plain)).cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        plain = np.zeros(len(column), dtype=bool)
    doubtful = ~(plain & np.isfinite(values))
    state = np.zeros(len(column), dtype=np.int8)
    if null is not None:
        state[null] = _MISSING
        doubtful &= ~null
    return values, state, np.flatnonzero(doubtful)
