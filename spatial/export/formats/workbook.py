"""XLSX of a hand-over package: one workbook, a sheet per layer, and sheets that say what they are.

Texts are written as texts, never as formulas or links, and guarded besides
(`spatial.export.formula_guard`), because the next program may save the sheet as CSV. Numbers keep every
bit; a whole number of more than fifteen digits, which spreadsheets would round, is written as text. The
sheet 说明 holds title, definition, disclaimer and attribution, the sheet 字段 the dictionary.
"""

from __future__ import annotations

import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Self

import openpyxl  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]
from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from spatial.errors import ExportRefusedError, LimitExceededError, PackageError
from spatial.export.fields import ID_CODE, FieldType
from spatial.export.formats.file_frames import (
    NO_UTF_8,
    PACKAGE_LIMITS,
    TEXT_TYPES,
    checked_file,
    finish_frame,
    refuse_unstorable,
    time_stamp,
)
from spatial.export.formats.table_columns import (
    coordinate_columns,
    headers_of,
    point_array,
    position_headers,
    values_from_cells,
)
from spatial.export.formats.workbook_sheets import sheet_names, write_dictionary, write_notes
from spatial.export.formula_guard import guard
from spatial.export.model import WrittenFile

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from spatial.export.fields import Field
    from spatial.export.model import ExportLayer, PackageContent
    from spatial.limits import Limits

__all__ = ["MOST_CELL_CHARACTERS", "MOST_ROWS", "read", "write"]

MOST_ROWS: Final = 1_048_575
"""Features of one layer that a sheet holds beside its header."""
MOST_CELL_CHARACTERS: Final = 32_767
"""Characters of one cell, counted in UTF-16 as spreadsheets do."""

_FORMAT: Final = "xlsx"
_MAGIC: Final = b"PK\x03\x04"
_EXACT_DIGITS: Final = 10**15
_WIDEST: Final = 60
_NARROWEST: Final = 8
_SAMPLE: Final = 200
_WIDE_LETTER: Final = 0x2E80
_ESCAPE: Final = "_x"
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    DefusedXmlException,
    SyntaxError,
    LookupError,
    AttributeError,
    ValueError,
    TypeError,
    RuntimeError,
    EOFError,
    OSError,
)
"""What the libraries raise, each where it meets it, on an archive or its XML that is not as it says, or
that defines entities: openpyxl parses with defusedxml where that is installed."""


class _Exact(float):
    """A number that is written with all its bits, where the library would write sixteen digits."""

    def __format__(self: Self, spec: str) -> str:
        return repr(float(self))


def write(content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
    """Write ``xlsx/<package_id>.xlsx`` with a sheet for each layer.

    Raises
    ------
    ExportRefusedError
        If a layer has more rows, or a cell more characters, than a sheet holds, a text is no Unicode or
        a number is infinite.
    """
    for layer in content.layers:
        _refuse_too_much(layer)
    relative = _relative(content)
    path = directory / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        created = datetime.fromisoformat(time_stamp(content.data_date)).astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": content.title.zh, "created": created})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        write_notes(book, content, bold=bold)
        for layer, name in zip(content.layers, sheet_names(content.layers), strict=True):
            _write_layer(book.add_worksheet(name), layer, bold=bold)
        write_dictionary(book, content, bold=bold)
    has_points = any(layer.geometry_type == "Point" for layer in content.layers)
    return (
        WrittenFile(
            path=relative,
            format=_FORMAT,
            layers=tuple(layer.name for layer in content.layers),
            crs="EPSG:4490" if has_points else "",
            n_features=sum(len(layer.features) for layer in content.layers),
        ),
    )


def read(
    directory: Path, layer: ExportLayer, *, content: PackageContent, limits: Limits = PACKAGE_LIMITS
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read one layer back; zones come as a table without geometry, an empty text as a missing one.

    Raises
    ------
    PackageError
        If the file is no workbook, is damaged or not what the layer says.
    LimitExceededError
        If it passes a limit.
    """
    path = checked_file(directory / _relative(content), magic=_MAGIC, limits=limits)
    names = [other.name for other in content.layers]
    sheet = sheet_names(content.layers)[names.index(layer.name)]
    rows = _read_rows(path, sheet, limits=limits)
    found = [_unescaped(cell) for cell in rows[0]] if rows else []
    headers = [*headers_of(layer), *position_headers(layer)]
    if found != headers:
        raise PackageError(
            "format.wrong_columns", file=path.name, found=[str(cell) for cell in found], wanted=headers
        )
    body = [[_unescaped(cell) for cell in row] for row in rows[1:]]
    cells = [list(column) for column in zip(*body, strict=True)] if body else [[] for _ in headers]
    columns = values_from_cells(cells, layer, file=path.name)
    geometry = None
    if layer.geometry_type == "Point":
        geometry = point_array(cells[-2:], layer, file=path.name)
    return finish_frame(columns, layer, geometry=geometry, crs="EPSG:4490", file=path.name)


def _relative(content: PackageContent) -> PurePosixPath:
    """Return the path of the file in the package."""
    return PurePosixPath("xlsx", f"{content.package_id}.xlsx")


def _refuse_too_much(layer: ExportLayer) -> None:
    """Refuse what a sheet would cut."""
    refuse_unstorable(layer, format_name="XLSX", illegal=NO_UTF_8)
    if len(layer.features) > MOST_ROWS:
        raise ExportRefusedError(
            "format.too_many_rows", layer=layer.name, n=len(layer.features), allowed=MOST_ROWS
        )
    for field in layer.fields:
        if field.type not in TEXT_TYPES:
            continue
        for feature_id, value in zip(layer.features[ID_CODE], layer.features[field.code], strict=True):
            # The guard may add one; no letter counts for more than two.
            if value is not None and len(value) * 2 >= MOST_CELL_CHARACTERS:
                n = len(guard(value).encode("utf-16-le")) // 2
                if n > MOST_CELL_CHARACTERS:
                    raise ExportRefusedError(
                        "format.cell_too_long",
                        layer=layer.name,
                        feature=str(feature_id),
                        field=field.code,
                        alias=field.alias_zh,
                        n=n,
                        allowed=MOST_CELL_CHARACTERS,
                    )


def _write_layer(sheet: xlsxwriter.worksheet.Worksheet, layer: ExportLayer, *, bold: Any) -> None:  # noqa: ANN401
    """Write the rows of a layer below a header that stays in view."""
    headers = [*headers_of(layer), *position_headers(layer)]
    columns: list[tuple[FieldType, list[Any]]] = [
        (field.type, _plain_values(layer.features[field.code], field)) for field in layer.fields
    ]
    columns += [(FieldType.REAL, numbers.tolist()) for numbers in coordinate_columns(layer)]
    sheet.freeze_panes(1, 1)
    for at, (header, (_, values)) in enumerate(zip(headers, columns, strict=True)):
        sheet.set_column(at, at, _width(header, values))
        sheet.write_string(0, at, header, bold)
    if len(layer.features):
        sheet.autofilter(0, 0, len(layer.features), len(headers) - 1)
    for row in range(len(layer.features)):
        for at, (kind, values) in enumerate(columns):
            _write_cell(sheet, row + 1, at, values[row], kind)


def _plain_values(values: pd.Series, field: Field) -> list[Any]:
    """Return the values of a column as plain Python values, None where one is missing."""
    if field.type in TEXT_TYPES:
        return [None if value is None else guard(value) for value in values]
    return [None if missing else value for value, missing in zip(values.tolist(), values.isna(), strict=True)]


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    at: int,
    value: Any,  # noqa: ANN401
    kind: FieldType,
) -> None:
    """Write one cell by the type of its field; a missing value leaves no cell."""
    if value is None:
        return
    if kind is FieldType.BOOLEAN:
        sheet.write_boolean(row, at, value)
    elif kind is FieldType.REAL:
        sheet.write_number(row, at, _Exact(value))
    elif kind is FieldType.INTEGER and abs(value) < _EXACT_DIGITS:
        sheet.write_number(row, at, value)
    else:
        sheet.write_string(row, at, str(value))


def _width(header: str, values: list[Any]) -> int:
    """Return a width for a column from its header and first values, a Chinese letter counting twice."""
    words = [header, *(str(value) for value in values[:_SAMPLE] if value is not None)]
    widest = max(
        sum(2 if ord(letter) >= _WIDE_LETTER else 1 for letter in word[: _WIDEST + 1]) for word in words
    )
    return min(max(widest + 2, _NARROWEST), _WIDEST)


def _read_rows(path: Path, sheet: str, *, limits: Limits) -> list[tuple[Any, ...]]:
    """Return the cells of a sheet, once the archive has been measured."""
    try:
        _measure(path, limits)
        book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
        try:
            found = book[sheet]
            limits.check("rows", found.max_row or 0)
            limits.check("columns", found.max_column or 0)
            return list(found.iter_rows(values_only=True))
        finally:
            book.close()
    except (PackageError, LimitExceededError):
        raise
    except _DAMAGE as fault:
        raise PackageError("format.damaged", file=path.name) from fault


def _measure(path: Path, limits: Limits) -> None:
    """Refuse an archive that unpacks to more than the limit."""
    with zipfile.ZipFile(path) as archive:
        limits.check("unpacked_bytes", sum(member.file_size for member in archive.infolist()))


def _unescaped(cell: Any) -> Any:  # noqa: ANN401 - a cell of any type
    """Return a text with the characters that the format writes as ``_xHHHH_``."""
    return openpyxl.utils.escape.unescape(cell) if isinstance(cell, str) and _ESCAPE in cell else cell
