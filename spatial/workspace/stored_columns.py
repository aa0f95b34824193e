"""Columns of a frame as a GeoPackage stores them, and back: no type, no kind of nothing, no text is lost.

A column of one kind is stored as that kind, so that other programs read it. What no kind fits (cells of
several kinds, two kinds of nothing, characters at which a library written in C would cut) is stored as
JSON, cell by cell, where the frame must come back exactly; as plain words where people alone read it.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pandas.api.types import infer_dtype, is_bool_dtype, is_float_dtype, is_integer_dtype
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["ColumnForm", "free_name", "restore_column", "store_column", "stored_names"]

_C_STRING_END: Final = re.compile("[\x00\ud800-\udfff]")
_BETWEEN: Final = "\n"
_INT64: Final = np.iinfo(np.int64)
_NOTHING: Final[Mapping[str, Any]] = {"none": None, "nan": float("nan"), "na": pd.NA, "nat": pd.NaT}
_KIND_OF_CELLS: Final = {
    "empty": "text",
    "string": "text",
    "integer": "integer",
    "floating": "real",
    "boolean": "boolean",
    "date": "date",
}
_ARROW_TYPES: Final = {
    "integer": pa.int64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "text": pa.string(),
    "json": pa.string(),
}


@dataclass(frozen=True, kw_only=True)
class ColumnForm:
    """How one column is stored.

    Attributes
    ----------
    name : str
        Label of the column in the frame.
    stored : str
        Name of the column in the file.
    kind : str
        ``"text"``, ``"integer"``, ``"real"``, ``"boolean"``, ``"date"`` or ``"json"``.
    dtype : str
        Type in the frame, as pandas spells it.
    nothing : str
        What a missing cell of a column of objects is: ``"none"``, ``"nan"``, ``"na"`` or ``"nat"``.
    """

    name: str
    stored: str
    kind: str
    dtype: str
    nothing: str = "none"


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return ``wanted``, numbered where another name differs from it in the case of letters at most."""
    used = {name.casefold() for name in taken}
    name, number = wanted, 2
    while name.casefold() in used:
        name, number = f"{wanted}_{number}", number + 1
    return name


def stored_names(labels: Sequence[str]) -> list[str]:
    """Return a name for each column that a database holds beside the others.

    Parameters
    ----------
    labels : sequence of str
        Names in the frame; two may be alike, and a database does not tell capital letters from small.
    """
    names: list[str] = []
    for label in labels:
        wanted = _C_STRING_END.sub("_", label) or "column"
        names.append(free_name(wanted, names))
    return names


def store_column(values: pd.Series, *, stored: str, exact: bool) -> tuple[pa.Array, ColumnForm]:
    """Return the cells of a column as a file holds them, and what brings them back.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
    stored : str
        Name in the file.
    exact : bool
        Whether the column must come back as it is; otherwise what fits no kind is worded for people.

    Raises
    ------
    ValueError
        If a cell cannot be stored: with ``exact`` an object of an unknown type, otherwise a text with a
        character that ends it.
    """
    dtype = _spell(values.dtype)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    kind, nothing = _kind(values)
    if kind == "text" and _C_STRING_END.search(_BETWEEN.join(values.dropna())):
        kind = "json"
    form = ColumnForm(name=str(values.name), stored=stored, kind=kind, dtype=dtype, nothing=nothing)
    if kind != "json":
        return pa.array(values, type=_ARROW_TYPES[kind], from_pandas=True), form
    cells: list[str | None]
    if exact:
        cells = [json.dumps(_to_json(cell), ensure_ascii=True) for cell in values]
    else:
        cells = [None if _name_of_nothing(cell) else str(cell) for cell in values]
        if _C_STRING_END.search(_BETWEEN.join(cell for cell in cells if cell is not None)):
            raise ValueError(form.name)
    return pa.array(cells, type=pa.string()), form


def restore_column(cells: Sequence[Any], form: ColumnForm) -> pd.Series:
    """Return the column that `store_column` took apart.

    Parameters
    ----------
    cells : sequence, length n
        As the database returns them; None for nothing.
    form : ColumnForm

    Raises
    ------
    ValueError, TypeError, KeyError, OverflowError
        If a cell is not of the kind.
    """
    if form.kind == "json":
        values: list[Any] = [_from_json(json.loads(cell)) for cell in cells]
    else:
        read, nothing = _READERS[form.kind], _NOTHING[form.nothing]
        values = [nothing if cell is None else read(cell) for cell in cells]
    if form.dtype == "object":
        return pd.Series(_objects(values), dtype=object, name=form.name)
    dtype = pd.api.types.pandas_dtype(form.dtype)
    # A plain number type knows no missing whole number: one here is a fault of the file.
    return pd.Series(_objects(values), dtype=object, name=form.name).astype(dtype)


def _objects(values: list[Any]) -> np.ndarray:
    """Return an array of objects, whatever they are made of."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _spell(dtype: Any) -> str:  # noqa: ANN401 - numpy's or an extension's
    """Return the name by which pandas makes the type again."""
    if isinstance(dtype, pd.StringDtype) and dtype.na_value is pd.NA:
        return f"string[{dtype.storage}]"
    return str(dtype)


def _kind(values: pd.Series) -> tuple[str, str]:
    """Return the kind of a column and what its missing cells are."""
    dtype = values.dtype
    if is_bool_dtype(dtype):
        return "boolean", "na" if isinstance(dtype, pd.BooleanDtype) else "none"
    if is_integer_dtype(dtype):
        present = values.dropna()
        fits = not len(present) or int(present.max()) <= _INT64.max
        return ("integer" if fits else "json"), "na"
    if is_float_dtype(dtype):
        return "real", "nan" if isinstance(dtype, np.dtype) else "na"
    if isinstance(dtype, pd.StringDtype):
        return "text", "na" if dtype.na_value is pd.NA else "nan"
    if str(dtype) != "object":
        return "json", "none"
    return _kind_of_objects(values)


def _kind_of_objects(values: pd.Series) -> tuple[str, str]:
    """Return the same of a column of objects: JSON where they are of several kinds."""
    missing = values[values.isna()]
    nothings = {_name_of_nothing(cell) for cell in missing}
    if len(nothings) > 1:
        return "json", "none"
    nothing = nothings.pop() if nothings else "none"
    present = values.dropna()
    kind = _KIND_OF_CELLS.get(infer_dtype(present, skipna=False) if len(present) else "empty", "json")
    if kind == "date" and not all(type(cell) is dt.date for cell in present):
        kind = "json"  # an instant is a date too
    if kind == "integer" and not all(_INT64.min <= cell <= _INT64.max for cell in present):
        kind = "json"
    return kind, nothing or "none"


def _name_of_nothing(cell: object) -> str:
    """Return which kind of nothing a cell is, ``""`` for something."""
    if cell is None:
        return "none"
    if cell is pd.NA:
        return "na"
    if cell is pd.NaT:
        return "nat"
    return "nan" if isinstance(cell, float) and math.isnan(cell) else ""


def _to_json(cell: object) -> Any:  # noqa: ANN401 - any value of JSON
    """Return a cell as JSON; what JSON has no word for is an object of one named member.

    Raises
    ------
    ValueError
        If the cell is of a type that is not known here.
    """
    nothing = _name_of_nothing(cell)
    if nothing:
        return None if nothing == "none" else {"nothing": nothing}
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else {"real": repr(cell)}
    if isinstance(cell, list | tuple):
        return {"list": [_to_json(item) for item in cell]}
    if isinstance(cell, dict):
        return {"object": [[_to_json(key), _to_json(value)] for key, value in cell.items()]}
    for name, (kind, write, _) in _NAMED.items():
        if isinstance(cell, kind):
            return {name: write(cell)}
    raise ValueError(type(cell).__name__)


def _from_json(cell: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """Return what `_to_json` was given."""
    if not isinstance(cell, dict):
        return cell
    ((name, value),) = cell.items()
    if name == "nothing":
        return _NOTHING[value]
    if name == "list":
        return [_from_json(item) for item in value]
    if name == "object":
        return {_from_json(key): _from_json(item) for key, item in value}
    return float(value) if name == "real" else _NAMED[name][2](value)


def _hex_of(geometry: BaseGeometry) -> str:
    return str(shapely.to_wkb(geometry, hex=True))


_NAMED: Final[Mapping[str, tuple[type, Callable[[Any], str], Callable[[Any], Any]]]] = {
    "timestamp": (pd.Timestamp, pd.Timestamp.isoformat, pd.Timestamp),
    "instant": (dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    "date": (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    "time": (dt.time, dt.time.isoformat, dt.time.fromisoformat),
    "duration": (pd.Timedelta, pd.Timedelta.isoformat, pd.Timedelta),
    "bytes": (bytes, bytes.hex, bytes.fromhex),
    "wkb": (BaseGeometry, _hex_of, shapely.from_wkb),
}
"""Types of cells by their name in the file, the narrower before the wider."""


def _read_text(cell: Any) -> str:  # noqa: ANN401 - of a foreign file
    if not isinstance(cell, str):
        raise TypeError(type(cell).__name__)
    return cell


def _read_integer(cell: Any) -> int:  # noqa: ANN401 - of a foreign file
    if not isinstance(cell, int):
        raise TypeError(type(cell).__name__)
    return cell


def _read_real(cell: Any) -> float:  # noqa: ANN401 - of a foreign file
    if not isinstance(cell, float | int):
        raise TypeError(type(cell).__name__)
    return float(cell)


def _read_boolean(cell: Any) -> bool:  # noqa: ANN401 - of a foreign file
    if cell not in {0, 1}:
        raise ValueError(repr(cell))
    return bool(cell)


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": _read_text,
    "integer": _read_integer,
    "real": _read_real,
    "boolean": _read_boolean,
    "date": dt.date.fromisoformat,
}
