"""The data dictionary of a package: its fields and its classes as tables for people and programs."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from spatial.export.describe.layer_schema import blank_allowed
from spatial.export.formula_guard import guard
from spatial.export.wording import both

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spatial.export.fields import Field
    from spatial.export.model import ExportLayer, PackageContent

__all__ = ["CLASS_COLUMNS", "FIELD_COLUMNS", "classes_csv", "fields_csv"]

FIELD_COLUMNS: Final = (
    "layer",
    "code",
    "alias_zh",
    "alias_en",
    "type",
    "width_bytes",
    "unit",
    "obligation",
    "blank_allowed",
    "values",
    "description_zh",
    "description_en",
    "source_header",
)
CLASS_COLUMNS: Final = (
    "layer",
    "title_zh",
    "title_en",
    "category",
    "main_class",
    "sub_class",
    "code",
    "remark_zh",
    "remark_en",
)
_FURTHER_COLUMN: Final = re.compile(r"X\d+")


def fields_csv(content: PackageContent) -> bytes:
    """Return the fields of every layer as CSV: UTF-8 with BOM, guarded against formulas.

    One row per layer and field, in the order in which every format writes them. ``source_header`` is
    the heading that a further column (``X01`` …) had in its source, empty for the atlas's own fields.
    """
    rows = (_field_row(layer, field) for layer in content.layers for field in layer.fields)
    return _csv(FIELD_COLUMNS, rows)


def classes_csv(content: PackageContent) -> bytes:
    """Return the class of every layer as CSV; a code that nobody supplied is blank and said to be."""
    return _csv(CLASS_COLUMNS, (_class_row(layer) for layer in content.layers))


def _field_row(layer: ExportLayer, field: Field) -> tuple[str, ...]:
    further = _FURTHER_COLUMN.fullmatch(field.code)
    return (
        layer.name,
        field.code,
        field.alias_zh,
        field.alias_en,
        str(field.type),
        "" if field.width is None else str(field.width),
        field.unit,
        str(field.obligation),
        str(blank_allowed(field, layer)).lower(),
        "|".join(field.values),
        field.description_zh,
        field.description_en,
        field.source if further else "",
    )


def _class_row(layer: ExportLayer) -> tuple[str, ...]:
    place = layer.class_path
    remark = both("describe.class_code_given" if place.code else "describe.class_code_blank")
    own = (layer.name, layer.title.zh, layer.title.en)
    return (*own, place.category, place.main_class, place.sub_class, place.code, remark["zh"], remark["en"])


def _csv(columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> bytes:
    """Return a table whose every cell is text that a spreadsheet does not run."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")
