"""How the fields of a layer stand in a DBF table, whose columns are narrow and know few types.

Widths come from the data. What would be cut is refused by name; what the table cannot tell apart is
counted and stated beside it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from spatial.errors import ExportRefusedError
from spatial.export.fields import ID_CODE, Field, FieldType
from spatial.export.formats.file_frames import TEXT_TYPES

if TYPE_CHECKING:
    import pandas as pd

    from spatial.export.model import ExportLayer

__all__ = ["MOST_CODE_BYTES", "MOST_INTEGER_DIGITS", "MOST_TEXT_BYTES", "DbfField", "dbf_fields"]

MOST_CODE_BYTES: Final = 10
MOST_TEXT_BYTES: Final = 254
MOST_INTEGER_DIGITS: Final = 18
"""Characters of a whole number, its sign included; a wider column is read as reals."""
MOST_REAL_CHARACTERS: Final = 24
"""Characters of a real number, its sign and point included, as GDAL writes them by itself."""

_RELATIVE: Final = 1e-12
_ABSOLUTE: Final = 1e-15
_CODE: Final = re.compile("[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class DbfField:
    """One column of the table.

    Attributes
    ----------
    field : Field
    schema : str
        Type, width and decimals as fiona names them.
    n_missing, n_empty : int
        Missing values, and empty texts, which the table cannot tell from them.
    n_blanks : int
        Texts that lose blanks at their beginning or end, with which the table is filled.
    """

    field: Field
    schema: str
    n_missing: int
    n_empty: int = 0
    n_blanks: int = 0


def dbf_fields(layer: ExportLayer) -> tuple[DbfField, ...]:
    """Return the columns of a layer's table.

    Raises
    ------
    ExportRefusedError
        If a code has more than ten ASCII bytes, a text more than 254 bytes of UTF-8, or a number more
        digits than a column holds; naming layer, feature, field and size.
    """
    return tuple(_column(layer, field) for field in layer.fields)


def _column(layer: ExportLayer, field: Field) -> DbfField:
    """Return the column of one field."""
    if len(field.code) > MOST_CODE_BYTES or not _CODE.fullmatch(field.code):
        raise ExportRefusedError(
            "format.dbf_code", layer=layer.name, field=field.code, allowed=MOST_CODE_BYTES
        )
    values = layer.features[field.code]
    n_missing = int(values.isna().sum())
    if field.type in TEXT_TYPES:
        return _text(layer, field, values)
    if field.type is FieldType.BOOLEAN:
        return DbfField(field=field, schema="bool", n_missing=n_missing)
    if field.type is FieldType.INTEGER:
        return DbfField(field=field, schema=_integer(layer, field, values), n_missing=n_missing)
    return DbfField(field=field, schema=_real(layer, field, values), n_missing=n_missing)


def _text(layer: ExportLayer, field: Field, values: pd.Series) -> DbfField:
    """Return a column of text, as wide as its longest value."""
    widest = n_missing = n_empty = n_blanks = 0
    for at, value in enumerate(values):
        if value is None:
            n_missing += 1
            continue
        n_bytes = len(value.encode())
        if n_bytes > MOST_TEXT_BYTES:
            _refuse("format.dbf_text", layer, field, at, n=n_bytes, allowed=MOST_TEXT_BYTES)
        widest = max(widest, n_bytes)
        n_empty += not value.strip(" ")
        n_blanks += value != value.strip(" ")
    return DbfField(
        field=field, schema=f"str:{max(widest, 1)}", n_missing=n_missing, n_empty=n_empty, n_blanks=n_blanks
    )


def _integer(layer: ExportLayer, field: Field, values: pd.Series) -> str:
    """Return the type of a column of whole numbers, as wide as its longest value."""
    widest = 1
    for at, value in enumerate(values.tolist()):
        words = str(value) if isinstance(value, int) else ""
        if len(words) > MOST_INTEGER_DIGITS:
            _refuse("format.dbf_number", layer, field, at, n=len(words), allowed=MOST_INTEGER_DIGITS)
        widest = max(widest, len(words))
    return f"int:{widest}"


def _real(layer: ExportLayer, field: Field, values: pd.Series) -> str:
    """Return the type of a column of reals: as many decimals as its values have, if they fit."""
    before = decimals = 1
    for value in values.dropna().tolist():
        exponent = int(Decimal(repr(value)).as_tuple().exponent)
        decimals = max(decimals, -exponent)
        # Rounding may add a digit, and a negative number of no whole part still has its sign.
        before = max(
            before, len(f"{value:.0f}"), len(f"{math.trunc(abs(value))}") + (math.copysign(1, value) < 0)
        )
    decimals = min(decimals, MOST_REAL_CHARACTERS - before - 1)
    for at, value in enumerate(values.tolist()):
        if value == value and not _fits(value, decimals):  # noqa: PLR0124 - not a number is not equal to itself
            _refuse("format.dbf_number", layer, field, at, n=before, allowed=MOST_REAL_CHARACTERS)
    return f"float:{before + 1 + decimals}.{decimals}"


def _fits(value: float, decimals: int) -> bool:
    """Tell whether a number with so many decimals is the same to 1e-12 of itself or to 1e-15."""
    if decimals < 1:
        return False
    return abs(float(f"{value:.{decimals}f}") - value) <= max(_RELATIVE * abs(value), _ABSOLUTE)


def _refuse(key: str, layer: ExportLayer, field: Field, at: int, *, n: int, allowed: int) -> None:
    """Raise the refusal of one value."""
    raise ExportRefusedError(
        key,
        layer=layer.name,
        feature=str(layer.features[ID_CODE].iloc[at]),
        field=field.code,
        alias=field.alias_zh,
        n=n,
        allowed=allowed,
    )
