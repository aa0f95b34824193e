"""What the files of every format have in common: the frame of a layer on its way out and back.

Going out, a layer is carried into the system of the file and what the format cannot hold is refused by
name; coming back, the file's columns take the types of the layer's fields again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from spatial.crs import CANONICAL_CRS, reproject
from spatial.errors import ExportRefusedError, PackageError
from spatial.export.fields import ID_CODE, FieldType, typed_columns
from spatial.export.iso_dates import UNDATED
from spatial.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spatial.export.fields import Field
    from spatial.export.model import ExportLayer

__all__ = [
    "NO_C_STRING",
    "NO_UTF_8",
    "NO_XML",
    "PACKAGE_LIMITS",
    "TEXT_TYPES",
    "arrow_table",
    "checked_file",
    "finish_frame",
    "frame_from_arrow",
    "layer_in",
    "refuse_unstorable",
    "time_stamp",
    "unique_aliases",
]

PACKAGE_LIMITS: Final = Limits(
    upload_bytes=4_000_000_000,
    unpacked_bytes=8_000_000_000,
    rows=2_000_000,
    features=2_000_000,
    columns=2_000,
    cell_characters=1_000_000,
    vertices=200_000_000,
)
"""Limits within which the files of a package are read back where the caller states none."""

TEXT_TYPES: Final = (FieldType.TEXT, FieldType.DATE, FieldType.DATETIME)
"""Types that are held as text: a date may lack its day, and a time keeps the offset it was given in."""

NO_UTF_8: Final = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs: no encoding of Unicode has a place for them."""
NO_C_STRING: Final = re.compile("[\x00\ud800-\udfff]")
"""Likewise, and the character at which a library written in C ends a text."""
NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML 1.0 has no way to write."""

_ARROW_TYPES: Final[Mapping[FieldType, pa.DataType]] = {
    FieldType.INTEGER: pa.int64(),
    FieldType.REAL: pa.float64(),
    FieldType.BOOLEAN: pa.bool_(),
}
_GEOMETRY: Final = "geometry"
_FULL_DATE: Final = len("2000-01-01")
_BETWEEN: Final = "\n"


def layer_in(layer: ExportLayer, crs: str) -> gpd.GeoDataFrame:
    """Return the features of a layer in another reference system, x east and y north."""
    return reproject(layer.features, crs)


def refuse_unstorable(layer: ExportLayer, *, format_name: str, illegal: re.Pattern[str]) -> None:
    """Refuse a layer with a value that a format could only cut or drop.

    Parameters
    ----------
    layer : ExportLayer
    format_name : str
        For the message.
    illegal : re.Pattern
        Characters that the format has no place for.

    Raises
    ------
    ExportRefusedError
        Naming the first such value by layer, feature and field.
    """
    for field in layer.fields:
        values = layer.features[field.code]
        if field.type in TEXT_TYPES:
            # One search over all values together is many times faster than one for each.
            if illegal.search(_BETWEEN.join(value for value in values if value is not None)):
                wrong = [value is not None and bool(illegal.search(value)) for value in values]
                _refuse("format.bad_characters", layer, field, wrong, format_name=format_name)
        elif field.type is FieldType.REAL:
            infinite = np.isinf(values.to_numpy(dtype=float))
            if infinite.any():
                _refuse("format.not_finite", layer, field, list(infinite), format_name=format_name)


def _refuse(key: str, layer: ExportLayer, field: Field, wrong: list[bool], *, format_name: str) -> None:
    """Raise the refusal of a field, naming its first wrong value and how many there are."""
    feature_id = layer.features[ID_CODE].iloc[wrong.index(True)]
    raise ExportRefusedError(
        key,
        layer=layer.name,
        feature=str(feature_id),
        field=field.code,
        alias=field.alias_zh,
        format=format_name,
        n=sum(wrong),
    )


def arrow_table(layer: ExportLayer, *, crs: str) -> pa.Table:
    """Return a layer as the table that GDAL writes, its types and aliases stated field by field.

    Geometry is WKB in ``crs``; the Chinese alias and description travel in the fields' metadata, where
    GDAL finds what a format keeps of them.
    """
    frame = layer_in(layer, crs)
    arrays, fields = [], []
    names = unique_aliases(layer.fields)
    for field in layer.fields:
        kind = _ARROW_TYPES.get(field.type, pa.string())
        arrays.append(pa.array(frame[field.code], type=kind, from_pandas=True))
        said = {"GDAL:OGR:alternative_name": names[field.code], "GDAL:OGR:comment": field.description_zh}
        fields.append(pa.field(field.code, kind, metadata=said))
    arrays.append(pa.array(shapely.to_wkb(frame.geometry.to_numpy()), type=pa.binary()))
    fields.append(pa.field(_GEOMETRY, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}))
    return pa.table(arrays, schema=pa.schema(fields))


def frame_from_arrow(
    table: pa.Table, layer: ExportLayer, *, geometry: str, crs: str, file: str
) -> gpd.GeoDataFrame:
    """Return a table that GDAL read as a layer holds its features.

    Parameters
    ----------
    table : pyarrow.Table
    layer : ExportLayer
        Its fields are looked at alone.
    geometry : str
        Column of WKB.
    crs : str
        System of that column.
    file : str
        For the message.

    Raises
    ------
    PackageError
        If columns, values or geometries are not what the layer says.
    """
    columns = table.drop_columns([geometry]).to_pandas(
        types_mapper={
            pa.int64(): pd.Int64Dtype(),
            pa.int32(): pd.Int64Dtype(),
            pa.bool_(): pd.BooleanDtype(),
        }.get
    )
    try:
        shapes = shapely.from_wkb(table.column(geometry).to_numpy())
    except (shapely.errors.GEOSException, NotImplementedError) as fault:
        raise PackageError("format.damaged", file=file) from fault
    return finish_frame(columns, layer, geometry=shapes, crs=crs, file=file)


def finish_frame(
    columns: pd.DataFrame,
    layer: ExportLayer,
    *,
    geometry: np.ndarray | None,
    crs: str,
    file: str,
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return columns and geometry as `ExportLayer.features` holds them.

    Parameters
    ----------
    columns : pandas.DataFrame, shape (n, fields)
        Under the codes of the fields.
    layer : ExportLayer
    geometry : ndarray of shapely geometries, shape (n,), or None
        None gives a table without geometry.
    crs : str
        System of the geometry, x first.
    file : str
        For the message.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        Sorted by ``BSM``, geometry in EPSG:4490.

    Raises
    ------
    PackageError
        If columns, values or geometries are not what the layer says.
    """
    codes = [field.code for field in layer.fields]
    if sorted(map(str, columns.columns)) != sorted(codes):
        raise PackageError(
            "format.wrong_columns", file=file, found=[str(column) for column in columns.columns], wanted=codes
        )
    try:
        typed = typed_columns(columns.reset_index(drop=True), layer.fields)
    except (ValueError, TypeError) as fault:
        raise PackageError("format.wrong_values", file=file, layer=layer.name) from fault
    order = np.array(
        sorted(range(len(typed)), key=[str(value) for value in typed[ID_CODE]].__getitem__), dtype=int
    )
    typed = typed.iloc[order].reset_index(drop=True)
    if geometry is None:
        return typed
    shapes = geometry[order]
    if layer.geometry_type == "MultiPolygon":
        lone = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
        shapes[lone] = shapely.multipolygons(shapes[lone], indices=np.arange(int(lone.sum())))
    wanted = shapely.GeometryType[layer.geometry_type.upper()]
    wrong = (shapely.get_type_id(shapes) != wanted) | shapely.is_empty(shapes)
    positions, owners = shapely.get_coordinates(shapes, return_index=True)
    wrong[owners[~np.isfinite(positions).all(axis=1)]] = True
    if wrong.any():
        raise PackageError("format.wrong_geometry", file=file, n=int(wrong.sum()), wanted=layer.geometry_type)
    return reproject(gpd.GeoDataFrame(typed, geometry=shapes, crs=crs), CANONICAL_CRS)


def checked_file(path: Path, *, magic: bytes, limits: Limits) -> Path:
    """Return the path of a file of a package, once its size and first bytes are what they should be.

    Raises
    ------
    PackageError
        If there is no such file, or its first bytes are not ``magic``.
    LimitExceededError
        If it is larger than the limit.
    """
    if not path.is_file():
        raise PackageError("format.missing_file", file=path.name)
    limits.check("upload_bytes", path.stat().st_size)
    with path.open("rb") as stream:
        if stream.read(len(magic)) != magic:
            raise PackageError("format.damaged", file=path.name)
    return path


def time_stamp(data_date: str) -> str:
    """Return a date of the data as the UTC instant of the clocks of files, a missing part as the first."""
    date = data_date or UNDATED
    full = date + "-01-01"[len(date) - _FULL_DATE :] if len(date) < _FULL_DATE else date
    return f"{full}T00:00:00.000Z"


def unique_aliases(fields: tuple[Field, ...]) -> dict[str, str]:
    """Return code to Chinese alias; of several alike, each is followed by its code."""
    aliases = [field.alias_zh or field.code for field in fields]
    return {
        field.code: alias if aliases.count(alias) == 1 else f"{alias}_{field.code}"
        for field, alias in zip(fields, aliases, strict=True)
    }
