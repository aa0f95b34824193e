"""One cell of any kind as words that say its kind, and back."""

from __future__ import annotations

import base64
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from spatial.importing.isolation.plain_values import ForeignOutcomeError, from_plain, of_kind, to_plain
from spatial.wkb_nesting import is_nested_too_deep

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["cell_from_words", "words_of_cell"]

_MARK: Final = ":"
_LONGEST_NUMBER: Final = 4000
"""Digits that Python turns into a number without a limit being raised."""


def _numpy_words(value: np.generic) -> str:
    return f"{value.dtype.str}{_MARK}{base64.b64encode(value.tobytes()).decode()}"


def _numpy_cell(words: str) -> np.generic:
    dtype, held = words.split(_MARK, 1)
    if np.dtype(dtype).kind not in "biufUMm":
        raise ForeignOutcomeError("cell")
    found: np.generic = np.frombuffer(base64.b64decode(held), dtype=dtype)[0]
    return found


def _whole(words: str) -> int:
    if len(words) > _LONGEST_NUMBER:
        raise ForeignOutcomeError("cell")
    return int(words)


def _timestamp(words: str) -> pd.Timestamp:
    unit, moment = words.split(" ", 1)
    found: Any = pd.Timestamp(moment)
    stamp: pd.Timestamp = found.as_unit(unit)
    return stamp


def _timedelta_words(value: pd.Timedelta) -> str:
    ticks = value.asm8
    return f"{np.datetime_data(ticks.dtype)[0]} {ticks.astype('int64')}"


def _timedelta(words: str) -> pd.Timedelta:
    unit, ticks = words.split(" ", 1)
    held: Any = unit
    return pd.Timedelta(np.timedelta64(int(ticks), held))


def _duration(words: str) -> timedelta:
    return timedelta(microseconds=int(words))


def _geometry(words: str) -> BaseGeometry:
    blob = bytes.fromhex(words)
    if is_nested_too_deep(blob):
        raise ForeignOutcomeError("cell")
    found: BaseGeometry = shapely.from_wkb(blob)
    return found


def _plain_words(value: object) -> str:
    return json.dumps(to_plain(value))


# Kind -> its mark, how it is written, how it is read. The order matters: a moment is also a day.
_KINDS: Final[tuple[tuple[Any, str, Callable[[Any], str], Callable[[str], Any]], ...]] = (
    (str, "s", lambda value: json.dumps(str(value)), lambda words: of_kind(json.loads(words), str)),
    (bool, "b", lambda value: "1" if value else "", bool),
    (int, "i", str, _whole),
    (float, "f", float.hex, float.fromhex),
    (bytes, "y", lambda value: base64.b64encode(value).decode(), base64.b64decode),
    (pd.Timestamp, "P", lambda value: f"{value.unit} {value.isoformat()}", _timestamp),
    (pd.Timedelta, "D", _timedelta_words, _timedelta),
    (datetime, "m", datetime.isoformat, datetime.fromisoformat),
    (date, "d", date.isoformat, date.fromisoformat),
    (time, "t", time.isoformat, time.fromisoformat),
    (timedelta, "e", lambda value: str(value // timedelta(microseconds=1)), _duration),
    (Decimal, "c", str, Decimal),
    (UUID, "u", str, UUID),
    (BaseGeometry, "g", lambda value: shapely.to_wkb(value, hex=True), _geometry),
    (np.generic, "n", _numpy_words, _numpy_cell),
    ((list, dict, tuple), "j", _plain_words, lambda words: from_plain(json.loads(words))),
)
_READ: Final = {mark: read for _, mark, _, read in _KINDS}
_SINGLE: Final[dict[str, Any]] = {"0": None, "A": pd.NA, "T": pd.NaT}


def words_of_cell(value: object) -> str:
    """Return a cell as words that `cell_from_words` understands.

    Raises
    ------
    TypeError
        If it is of a kind that has no form here.
    """
    for mark, single in _SINGLE.items():
        if value is single:
            return mark
    for kind, mark, write, _ in _KINDS:
        if isinstance(value, kind) and (mark in "sn" or not isinstance(value, np.generic)):
            return mark + write(value)
    raise TypeError(type(value).__name__)


def cell_from_words(words: str) -> Any:  # noqa: ANN401
    """Return the cell that words stand for.

    Raises
    ------
    ForeignOutcomeError
        If they stand for none.
    """
    if words in _SINGLE:
        return _SINGLE[words]
    try:
        return _READ[words[:1]](words[1:])
    except (KeyError, ValueError, TypeError, ArithmeticError, IndexError, shapely.GEOSException) as fault:
        raise ForeignOutcomeError("cell") from fault
