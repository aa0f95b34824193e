"""Shapefiles of a hand-over package: one per layer, with codes for names and a file that explains them.

A Shapefile's table holds less than a layer does. ``<layer>.fields.csv`` states for each column what its
code means, how it is stored, and how many values the table could not hold as they are:

* a missing text and an empty one are both blank, and come back as missing;
* blanks (U+0020) at the beginning or end of a text are lost, because the table is filled with them;
* dates and date-times are ISO 8601 text, true and false ``T`` and ``F``, a missing one ``?``;
* reals keep all decimals up to 24 characters, at least 1e-12 of the value or 1e-15.

Whatever else would be cut is refused by name (`spatial.export.formats.dbf_fields`).
"""

from __future__ import annotations

import csv
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import fiona
import shapely

from spatial.export.formats.dbf_fields import DbfField, dbf_fields
from spatial.export.formats.file_frames import (
    NO_C_STRING,
    PACKAGE_LIMITS,
    checked_file,
    layer_in,
    refuse_unstorable,
    time_stamp,
)
from spatial.export.formats.gdal_writing import read_gdal_layer
from spatial.export.formula_guard import guard
from spatial.export.model import WrittenFile
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from spatial.export.model import ExportLayer, PackageContent
    from spatial.limits import Limits

__all__ = ["read", "write"]

_FORMAT: Final = "shapefile"
_DRIVER: Final = "ESRI Shapefile"
_SHP_MAGIC: Final = b"\x00\x00\x27\x0a"
_DBF_MAGIC: Final = b"\x03"
_GEOMETRY: Final = {"Point": "Point", "MultiPolygon": "Polygon"}
_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_HEADINGS: Final = ("code", "header", "type", "stored", "n_missing", "n_empty", "n_blanks", "description")


def write(content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
    """Write ``shapefile/<layer>.shp`` and the files that belong to it, in ``content.crs``.

    Returns
    -------
    tuple of WrittenFile
        The ``.shp`` of each layer with its count, its companions, and ``<layer>.fields.csv``.

    Raises
    ------
    ExportRefusedError
        If a value or code would be cut; naming layer, feature, field and size.
    """
    written: list[WrittenFile] = []
    for layer in content.layers:
        refuse_unstorable(layer, format_name=_DRIVER, illegal=NO_C_STRING)
        columns = dbf_fields(layer)
        (directory / _relative(layer)).parent.mkdir(parents=True, exist_ok=True)
        _write_shapes(content, layer, columns, directory / _relative(layer, ".shp"))
        _write_sidecar(columns, directory / _relative(layer, ".fields.csv"))
        written += [
            WrittenFile(
                path=_relative(layer, suffix),
                format=_FORMAT,
                layers=(layer.name,),
                crs=content.crs if suffix == ".shp" else "",
                n_features=len(layer.features) if suffix == ".shp" else 0,
            )
            for suffix in (*_PARTS, ".fields.csv")
        ]
    return tuple(written)


def read(
    directory: Path, layer: ExportLayer, *, content: PackageContent, limits: Limits = PACKAGE_LIMITS
) -> gpd.GeoDataFrame:
    """Read one layer back: as `ExportLayer.features` holds it but for the losses that the module states.

    Raises
    ------
    PackageError
        If the files are no Shapefile, are damaged, or are not what the layer says.
    LimitExceededError
        If they pass a limit.
    """
    checked_file(directory / _relative(layer, ".shx"), magic=_SHP_MAGIC, limits=limits)
    checked_file(directory / _relative(layer, ".dbf"), magic=_DBF_MAGIC, limits=limits)
    path = checked_file(directory / _relative(layer, ".shp"), magic=_SHP_MAGIC, limits=limits)
    return read_gdal_layer(path, layer, crs=content.crs, limits=limits)


def _relative(layer: ExportLayer, suffix: str = ".shp") -> PurePosixPath:
    """Return the path of one of a layer's files in the package."""
    return PurePosixPath("shapefile", layer.name + suffix)


def _write_shapes(
    content: PackageContent, layer: ExportLayer, columns: tuple[DbfField, ...], path: Path
) -> None:
    """Write geometry and table."""
    schema = {
        "geometry": _GEOMETRY[layer.geometry_type],
        "properties": {column.field.code: column.schema for column in columns},
    }
    with fiona.open(
        path,
        "w",
        driver=_DRIVER,
        schema=schema,
        crs=content.crs,
        encoding="UTF-8",
        DBF_DATE_LAST_UPDATE=time_stamp(content.data_date)[:10],
    ) as target:
        target.writerecords(_records(layer_in(layer, content.crs), columns))


def _records(frame: gpd.GeoDataFrame, columns: tuple[DbfField, ...]) -> Iterator[dict[str, Any]]:
    """Yield the features as fiona takes them."""
    values = [_plain(frame[column.field.code]) for column in columns]
    codes = [column.field.code for column in columns]
    for shape, *cells in zip(frame.geometry, *values, strict=True):
        yield {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(shape),
            "properties": dict(zip(codes, cells, strict=True)),
        }


def _plain(values: pd.Series) -> list[Any]:
    """Return plain Python values, None where one is missing."""
    missing = values.isna().to_numpy(dtype=bool)
    return [None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]


def _write_sidecar(columns: tuple[DbfField, ...], path: Path) -> None:
    """Write what each code means and how its values are stored."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow([text(f"format.column_{header}") for header in _HEADINGS])
        for column in columns:
            field = column.field
            rows.writerow(
                [
                    guard(cell)
                    for cell in (
                        field.code,
                        field.alias_zh,
                        text(f"format.type_{field.type}"),
                        text(f"format.stored_{field.type}"),
                        str(column.n_missing),
                        str(column.n_empty),
                        str(column.n_blanks),
                        field.description_zh,
                    )
                ]
            )
