"""The attributes of features: from typed columns to JSON values and back, a column at a time."""

from __future__ import annotations

import math
from itertools import compress
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import pandas as pd

from spatial.errors import ExportRefusedError, PackageError
from spatial.export.fields import ID_CODE, FieldType, typed_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.export.fields import Field

__all__ = ["cells", "check_columns", "typed_values", "values_by_field"]

_NOTHING: Final = type(None)
_TYPES_OF: Final = {
    FieldType.INTEGER: frozenset({int, _NOTHING}),
    FieldType.REAL: frozenset({float, int, _NOTHING}),
    FieldType.BOOLEAN: frozenset({bool, _NOTHING}),
}
_TEXT_TYPES: Final = frozenset({str, _NOTHING})
_REPEATED: Final = 4
"""A column is worth sharing where each text stands this often."""
_LEAST_INTEGER, _GREATEST_INTEGER = -(2**63), 2**63 - 1


def check_columns(columns: pd.DataFrame, fields: Sequence[Field]) -> None:
    """Refuse what JSON cannot hold: infinite numbers, half characters, values of another type.

    Parameters
    ----------
    columns : pandas.DataFrame, shape (n, columns)
        Typed as `spatial.export.fields.typed_columns` leaves them, with ``BSM`` among them.
    fields : sequence of Field

    Raises
    ------
    ExportRefusedError
        Naming the first feature and its field.
    """
    ids = columns[ID_CODE].to_numpy()
    for field in fields:
        wrong = _unwritable(columns[field.code], field.type)
        if wrong is not None:
            raise ExportRefusedError("feature.unwritable_value", feature=str(ids[wrong]), field=field.code)
    empty = [index for index, own in enumerate(ids) if not own]
    if empty:
        raise ExportRefusedError("feature.without_id", count=len(empty), row=empty[0] + 1)
    repeated = columns[ID_CODE][columns[ID_CODE].duplicated()]
    if len(repeated):
        raise ExportRefusedError("feature.repeated_id", count=len(repeated), feature=str(repeated.iloc[0]))


def cells(columns: pd.DataFrame, fields: Sequence[Field], start: int, stop: int) -> list[list[Any]]:
    """Return the JSON values of rows ``start`` to ``stop``, one list for each field."""
    return [_json_values(columns[field.code].iloc[start:stop], field.type) for field in fields]


def values_by_field(
    properties: Sequence[Any], fields: Sequence[Field], *, ids: Sequence[str], name: str
) -> list[tuple[Any, ...]]:
    """Return the JSON values of the properties of some features, those of each field together.

    Parameters
    ----------
    properties : sequence of any JSON value, length n
    fields : sequence of Field
        Exactly these must be there, in any order.
    ids : sequence of str, length n
        The features' own ids, which ``BSM`` must repeat.
    name : str
        File name, for messages alone.

    Returns
    -------
    list of tuple, one of length n for each field

    Raises
    ------
    PackageError
        If a property is missing, is no field, or is of another type than its field; naming the feature.
    """
    codes = [field.code for field in fields]
    expected = set(codes)
    if not ({type(one) for one in properties} <= {dict} and {len(one) for one in properties} <= {len(codes)}):
        _refuse_fields(properties, expected, ids=ids, name=name)
    try:
        # The id twice, so that there are always several and each row is a tuple.
        rows = list(map(itemgetter(ID_CODE, *codes), properties))
    except KeyError:
        _refuse_fields(properties, expected, ids=ids, name=name)
    said, *by_field = zip(*rows, strict=True) if rows else [()] * (len(codes) + 1)
    for field, values in zip(fields, by_field, strict=True):
        wrong = _misfit(values, field.type)
        if wrong is not None:
            raise PackageError(
                "feature.other_type", name=name, feature=ids[wrong], field=field.code, type=field.type.value
            )
    if said != tuple(ids):
        own = next(own for own, other in zip(ids, said, strict=True) if own != other)
        raise PackageError("feature.other_id", name=name, feature=own)
    return by_field


def typed_values(by_field: Sequence[tuple[Any, ...]], fields: Sequence[Field]) -> pd.DataFrame:
    """Return the JSON values of each field as typed columns; equal texts become one object."""
    columns = {
        field.code: pd.Series(_shared(values), dtype=object)
        for field, values in zip(fields, by_field, strict=True)
    }
    return typed_columns(pd.DataFrame(columns), fields)


def _shared(values: tuple[Any, ...]) -> list[Any]:
    """Return the values, equal texts as one object where there are few: a parser makes each anew."""
    if set(map(type, values)) <= _TEXT_TYPES:
        once = dict(zip(values, values, strict=True))
        if len(once) < len(values) // _REPEATED:
            return [once[value] for value in values]
    return list(values)


def _refuse_fields(
    properties: Sequence[Any], expected: set[str], *, ids: Sequence[str], name: str
) -> NoReturn:
    """Raise the error of the first feature whose properties are not the fields."""
    other = (type(values) is not dict or set(values) != expected for values in properties)
    raise PackageError("feature.other_fields", name=name, feature=next(compress(ids, other)))


def _unwritable(column: pd.Series, kind: FieldType) -> int | None:
    """Return the row of the first value that JSON cannot hold; None where there is none."""
    if kind is FieldType.REAL:
        wrong = np.flatnonzero(np.isinf(column.to_numpy()))
        return int(wrong[0]) if len(wrong) else None
    if kind in _TYPES_OF:
        return None
    values = column.tolist()
    if {type(value) for value in values} <= _TEXT_TYPES:
        try:
            "".join(value for value in values if value is not None).encode()
        except UnicodeEncodeError:
            pass
        else:
            return None
    return next(index for index, value in enumerate(values) if not _is_text(value))


def _is_text(value: object) -> bool:
    """Tell a text that can be written, or nothing."""
    if not isinstance(value, str):
        return value is None
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_values(column: pd.Series, kind: FieldType) -> list[Any]:
    """Return a typed column as JSON values."""
    if kind is FieldType.REAL:
        values = column.tolist()
        return [None if math.isnan(value) else value for value in values] if column.hasnans else values
    if kind in {FieldType.INTEGER, FieldType.BOOLEAN}:
        return column.array.to_numpy(dtype=object, na_value=None).tolist()  # type: ignore[no-any-return]
    return column.tolist()


def _misfit(values: tuple[Any, ...], kind: FieldType) -> int | None:
    """Return the place of the first value that is not of the type; None where all are."""
    allowed = _TYPES_OF.get(kind, _TEXT_TYPES)
    if not {type(value) for value in values} <= allowed:
        return next(index for index, value in enumerate(values) if type(value) not in allowed)
    if kind is FieldType.INTEGER:
        for index, value in enumerate(values):
            if value is not None and not _LEAST_INTEGER <= value <= _GREATEST_INTEGER:
                return index
    return None
