"""What an examination says, as JSON and back: only known kinds, each field of the kind it must be.

The reading side trusts nothing: what it reads was written by a process that had opened a foreign file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

import numpy as np

from spatial.importing.model import (
    Choice,
    Decision,
    Encoding,
    FieldState,
    LayerInfo,
    Preview,
    Question,
)
from spatial.notice import Notice
from spatial.text import TextKey, catalogue

__all__ = ["ForeignOutcomeError", "from_plain", "of_kind", "to_plain"]

_KIND: Final = "$"
_TEXT_KEY, _TUPLE, _NUMBER, _ARRAY, _MAPPING = "text_key", "tuple", "number", "array", "mapping"
_ARRAY_KINDS: Final = "biufU"
_DEEPEST: Final = 20
_LARGEST_ARRAY: Final = 50_000_000
"""Bytes: of short texts, the longest one sets the width of all."""
_NUMBER_WORDS: Final = re.compile(r"nan|-?inf")


class ForeignOutcomeError(ValueError):
    """What the process left behind is not what it may leave behind."""


class _Tuple(NamedTuple):
    """A field that holds any number of one kind."""

    kind: type


_NUMBER_OR_NONE: Final = (int, float, type(None))
_TEXT_OR_NONE: Final = (str, type(None))
_FIELDS: Final[dict[type, dict[str, Any]]] = {
    Notice: {"key": str, "params": dict},
    Choice: {"value": str, "label": Notice, "confidence": _NUMBER_OR_NONE},
    Decision: {
        "what": str,
        "chosen": str,
        "why": Notice,
        "confidence": (int, float),
        "choices": _Tuple(Choice),
    },
    Question: {"what": str, "why": Notice, "flag": str, "choices": _Tuple(Choice)},
    LayerInfo: {"name": str, "n_rows": (int, type(None)), "geometry_type": _TEXT_OR_NONE},
    FieldState: {"field": str, "need": str, "column": _TEXT_OR_NONE},
    Encoding: {"name": str, "source": str},
    Preview: {"lon": np.ndarray, "lat": np.ndarray, "parts": np.ndarray, "kind": str, "starts": np.ndarray},
}
_BY_NAME: Final = {kind.__name__: kind for kind in _FIELDS}


def to_plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a value of the model as JSON holds it.

    Raises
    ------
    TypeError
        If it holds what has no form here.
    """
    if value is None or type(value) in {bool, int, str}:
        return value
    if type(value) in _FIELDS:
        fields = {name: to_plain(getattr(value, name)) for name in _FIELDS[type(value)]}
        return {_KIND: type(value).__name__, **fields}
    if isinstance(value, np.ndarray):
        return _plain_array(value)
    if isinstance(value, Mapping | tuple | list):
        return _plain_group(value)
    return _plain_scalar(value)


def _plain_group(value: Mapping[Any, Any] | tuple[Any, ...] | list[Any]) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {_KIND: _MAPPING, "items": [[to_plain(key), to_plain(item)] for key, item in value.items()]}
    items = [to_plain(item) for item in value]
    return {_KIND: _TUPLE, "items": items} if isinstance(value, tuple) else items


def _plain_scalar(value: object) -> Any:  # noqa: ANN401
    if isinstance(value, TextKey):
        return {_KIND: _TEXT_KEY, "key": str(value)}
    if isinstance(value, np.generic | Enum):
        return to_plain(value.item() if isinstance(value, np.generic) else value.value)
    if isinstance(value, float):
        return value if math.isfinite(value) else {_KIND: _NUMBER, "words": str(float(value))}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    raise TypeError(type(value).__name__)


def _plain_array(value: np.ndarray[Any, Any]) -> dict[str, Any]:
    if value.ndim != 1 or value.dtype.kind not in _ARRAY_KINDS:
        raise TypeError(str(value.dtype))
    items = [to_plain(item) for item in value.tolist()]
    return {_KIND: _ARRAY, "dtype": value.dtype.str, "items": items}


def from_plain(value: object, *, depth: int = 0) -> Any:  # noqa: ANN401
    """Return the value that `to_plain` made this JSON of.

    Raises
    ------
    ForeignOutcomeError
        If it is of no known kind, or a field is not of the kind that it must be.
    """
    if depth > _DEEPEST:
        raise ForeignOutcomeError("depth")
    if isinstance(value, list):
        return [from_plain(item, depth=depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(_KIND)
    if kind in _BY_NAME:
        return _of_model(_BY_NAME[kind], value, depth)
    if kind in _SCALARS:
        return _SCALARS[kind](value)
    items = from_plain(of_kind(value.get("items"), list), depth=depth + 1)
    if kind == _TUPLE:
        return tuple(items)
    return _array(items, value.get("dtype")) if kind == _ARRAY else _mapping(items, kind)


def _text_key(value: dict[str, Any]) -> TextKey:
    if of_kind(value.get("key"), str) not in catalogue():
        raise ForeignOutcomeError("key")
    return TextKey(value["key"])


def _unusual_number(value: dict[str, Any]) -> float:
    if not _NUMBER_WORDS.fullmatch(of_kind(value.get("words"), str)):
        raise ForeignOutcomeError("number")
    return float(value["words"])


_SCALARS: Final = {_TEXT_KEY: _text_key, _NUMBER: _unusual_number}


def _of_model(kind: type, value: dict[str, Any], depth: int) -> Any:  # noqa: ANN401
    """Return an object of the model, each field held to its kind."""
    expected = _FIELDS[kind]
    if set(value) != {_KIND, *expected}:
        raise ForeignOutcomeError(kind.__name__)
    fields = {}
    for name, allowed in expected.items():
        field = from_plain(value[name], depth=depth + 1)
        if isinstance(allowed, _Tuple):
            for item in of_kind(field, tuple):
                of_kind(item, allowed.kind)
        else:
            of_kind(field, allowed)
        fields[name] = field
    if kind is Notice and fields["key"] not in catalogue():
        raise ForeignOutcomeError("key")
    return kind(**fields)


def of_kind(value: Any, kind: Any) -> Any:  # noqa: ANN401
    """Return the value where it is of the kind.

    Raises
    ------
    ForeignOutcomeError
        If it is not.
    """
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise ForeignOutcomeError("field")
    return value


def _mapping(items: list[Any], kind: object) -> dict[Any, Any]:
    if kind != _MAPPING:
        raise ForeignOutcomeError("kind")
    found = {}
    for pair in items:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str | int):  # noqa: PLR2004
            raise ForeignOutcomeError("mapping")
        found[pair[0]] = pair[1]
    return found


def _array(items: list[Any], dtype: object) -> np.ndarray[Any, Any]:
    if not isinstance(dtype, str) or not re.fullmatch(r"[<>|=]([biuf][1248]|U[0-9]{1,5})", dtype):
        raise ForeignOutcomeError("array")
    try:
        if np.dtype(dtype).itemsize * len(items) > _LARGEST_ARRAY:
            raise ForeignOutcomeError("array")
        return np.array(items, dtype=dtype)
    except (TypeError, ValueError, OverflowError) as fault:
        raise ForeignOutcomeError("array") from fault
