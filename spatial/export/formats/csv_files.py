"""CSV of a hand-over package: for spreadsheets, and for the atlas's own import.

UTF-8 with a byte order mark, CRLF, Chinese headers with their unit. Every text stands in quotes, so that
an empty text (``""``) and a missing one (nothing) stay apart. Texts and headers are guarded against being
computed (`spatial.export.formula_guard`); numbers are not touched. Points have 经度 and 纬度 in CGCS2000,
each number as short as it can be without losing a bit; zones have a point inside them for reference
alone, and no outline.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.csv as pa_csv

from spatial.errors import PackageError
from spatial.export.fields import FieldType
from spatial.export.formats.file_frames import (
    NO_UTF_8,
    PACKAGE_LIMITS,
    TEXT_TYPES,
    checked_file,
    finish_frame,
    refuse_unstorable,
)
from spatial.export.formats.table_columns import (
    coordinate_columns,
    headers_of,
    point_array,
    position_headers,
    values_from_cells,
)
from spatial.export.formula_guard import guard
from spatial.export.model import WrittenFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from spatial.export.fields import Field
    from spatial.export.model import ExportLayer, PackageContent
    from spatial.limits import Limits

__all__ = ["read", "write"]

_FORMAT: Final = "csv"
_MARK: Final = b"\xef\xbb\xbf"
_LINE_END: Final = "\r\n"
_LARGEST_BLOCK: Final = 2**31 - 1
_YES_NO: Final = {True: "是", False: "否"}


def write(content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
    """Write ``csv/<layer>.csv`` for every layer.

    Raises
    ------
    ExportRefusedError
        If a text is no Unicode, or a number is infinite.
    """
    return tuple(_write_layer(layer, directory) for layer in content.layers)


def read(
    directory: Path, layer: ExportLayer, *, content: PackageContent, limits: Limits = PACKAGE_LIMITS
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read one layer back; zones come as a table without geometry.

    Raises
    ------
    PackageError
        If the file is damaged or not what the layer says.
    LimitExceededError
        If it passes a limit.
    """
    del content  # the fields of the layer say all
    path = checked_file(directory / _relative(layer), magic=_MARK, limits=limits)
    headers = [*headers_of(layer), *position_headers(layer)]
    table = _read_cells(path, headers)
    limits.check("rows", table.num_rows)
    if table.column_names != headers:
        raise PackageError("format.wrong_columns", file=path.name, found=table.column_names, wanted=headers)
    cells = [column.to_pylist() for column in table.columns]
    columns = values_from_cells(cells, layer, file=path.name)
    geometry = None
    if layer.geometry_type == "Point":
        geometry = point_array(cells[-2:], layer, file=path.name)
    return finish_frame(columns, layer, geometry=geometry, crs="EPSG:4490", file=path.name)


def _relative(layer: ExportLayer) -> PurePosixPath:
    """Return the path of a layer's file in the package."""
    return PurePosixPath("csv", f"{layer.name}.csv")


def _write_layer(layer: ExportLayer, directory: Path) -> WrittenFile:
    """Write the file of one layer."""
    refuse_unstorable(layer, format_name="CSV", illegal=NO_UTF_8)
    relative = _relative(layer)
    path = directory / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = [_cells(layer.features[field.code], field) for field in layer.fields]
    columns += [map(repr, numbers.tolist()) for numbers in coordinate_columns(layer)]
    headers = [_quoted(header) for header in (*headers_of(layer), *position_headers(layer))]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write(",".join(headers) + _LINE_END)
        stream.writelines(",".join(row) + _LINE_END for row in zip(*columns, strict=True))
    crs = "EPSG:4490" if layer.geometry_type == "Point" else ""
    return WrittenFile.of_layer(layer, relative, format_name=_FORMAT, crs=crs)


def _cells(values: pd.Series, field: Field) -> Iterable[str]:
    """Return the cells of one column as they stand in the file; nothing where a value is missing."""
    present = values.notna().to_numpy()
    if field.type in TEXT_TYPES:
        words: Iterable[str] = (_quoted(guard(value)) if value is not None else "" for value in values)
    elif field.type is FieldType.BOOLEAN:
        words = (_YES_NO[bool(value)] if there else "" for value, there in zip(values, present, strict=True))
    elif field.type is FieldType.INTEGER:
        words = (str(int(value)) if there else "" for value, there in zip(values, present, strict=True))
    else:
        words = (repr(float(value)) if there else "" for value, there in zip(values, present, strict=True))
    return words


def _quoted(words: str) -> str:
    """Return a text in quotes, its own quotes doubled."""
    return '"' + words.replace('"', '""') + '"'


def _read_cells(path: Path, headers: list[str]) -> pa.Table:
    """Return the cells of a file as text, null where nothing stands between two commas.

    A column of another header than those given comes as whatever it seems to be.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as stream:
            return pa_csv.read_csv(
                stream,
                # A row may be as long as the file: no block may end inside one.
                read_options=pa_csv.ReadOptions(
                    block_size=min(max(size, 1), _LARGEST_BLOCK), use_threads=False
                ),
                parse_options=pa_csv.ParseOptions(newlines_in_values=True),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(headers, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
    except (pa.ArrowException, OSError, UnicodeDecodeError) as fault:
        raise PackageError("format.damaged", file=path.name) from fault
