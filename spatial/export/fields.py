"""The one field-mapping table: what each exported layer carries, under which code, and how firmly.

``field_mapping.csv`` drives every format, the data dictionary, the JSON Schemas and the checks. A code
has at most ten ASCII bytes, because a Shapefile holds no more.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ID_CODE",
    "Field",
    "FieldType",
    "LayerKind",
    "Obligation",
    "fields_of",
    "typed_columns",
]

ID_CODE: Final = "BSM"
"""Code of the identifier: unique in its layer, from the source's own id, equal to the feature's ``id``."""

_TABLE: Final = Path(__file__).with_name("field_mapping.csv")


class LayerKind(StrEnum):
    """What the features of an exported layer are; each kind has its own fields."""

    ZONES = "zones"
    BASE_STATIONS = "base_stations"
    LAMP_POLES = "lamp_poles"
    PLACES = "places"


class FieldType(StrEnum):
    """Type of a field: dates are ISO 8601 text, date-times carry their offset."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"


class Obligation(StrEnum):
    """How firmly a field is asked for: mandatory, conditional, optional."""

    MANDATORY = "M"
    CONDITIONAL = "C"
    OPTIONAL = "O"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of an exported layer.

    Attributes
    ----------
    code : str
        At most ten ASCII bytes.
    source : str
        Column of the atlas's own frame that it comes from; empty where it is made for the export.
    alias_zh, alias_en : str
        What a reader sees.
    type : FieldType
    width : int or None
        Most bytes of UTF-8 that a text may have; None for no limit but that of the format.
    unit : str
        Unit of measure, empty for none.
    obligation : Obligation
    values : tuple of str
        The closed list of values, empty for any.
    description_zh, description_en : str
    """

    code: str
    source: str
    alias_zh: str
    alias_en: str
    type: FieldType
    width: int | None
    unit: str
    obligation: Obligation
    values: tuple[str, ...]
    description_zh: str
    description_en: str


@cache
def fields_of(kind: LayerKind) -> tuple[Field, ...]:
    """Return the fields of a kind of layer, in the order in which every format writes them."""
    with _TABLE.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["layer_kind"] == kind]
    return tuple(_field(row) for row in rows)


def _field(row: dict[str, str]) -> Field:
    """Return the field of one row of the table."""
    return Field(
        code=row["code"],
        source=row["source"],
        alias_zh=row["alias_zh"],
        alias_en=row["alias_en"],
        type=FieldType(row["type"]),
        width=int(row["width"]) if row["width"] else None,
        unit=row["unit"],
        obligation=Obligation(row["obligation"]),
        values=tuple(row["values"].split("|")) if row["values"] else (),
        description_zh=row["description_zh"],
        description_en=row["description_en"],
    )


def typed_columns(columns: pd.DataFrame, fields: Iterable[Field]) -> pd.DataFrame:
    """Return the columns in the types in which layers are held and compared.

    Text, dates and date-times are ``object`` columns of str with None for what is missing; integers
    ``Int64``; reals ``float64`` with NaN for what is missing; booleans ``boolean``. An empty text stays
    an empty text.

    Parameters
    ----------
    columns : pandas.DataFrame, shape (n, columns)
        At least a column for each field's code.
    fields : iterable of Field

    Returns
    -------
    pandas.DataFrame, shape (n, fields)
        One column per field, in the order of the fields, on the same index.

    Raises
    ------
    ValueError, TypeError
        If a value is not of its field's type.
    """
    return pd.DataFrame(
        {field.code: _typed(columns[field.code], field.type) for field in fields}, index=columns.index
    )


def _typed(values: pd.Series, kind: FieldType) -> pd.Series:
    """Return one column in the type of its field."""
    if kind is FieldType.INTEGER:
        return values.astype("Int64")
    if kind is FieldType.REAL:
        return pd.to_numeric(values).astype("float64")
    if kind is FieldType.BOOLEAN:
        return values.astype("boolean")
    cells = values.astype(object)
    return cells.where(cells.notna(), None)
