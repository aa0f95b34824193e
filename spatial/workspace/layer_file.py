"""One layer as a GeoPackage of its own: what the command line hands over, for any program to open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio  # type: ignore[import-untyped]
import shapely

from spatial.atomic_write import replace_file
from spatial.crs import CANONICAL_CRS, to_canonical
from spatial.errors import ExportRefusedError
from spatial.export.formats.gdal_writing import frozen_clock
from spatial.export.formats.geopackage_file import GPKG_VERSION
from spatial.workspace.stored_columns import ColumnForm, free_name, store_column, stored_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["StoredTable", "add_table", "frame_geometry", "write_layer"]

_FID: Final = "fid"
_GEOMETRY: Final = "geom"
_ANY: Final = "Unknown"
_WKB: Final = {"ARROW:extension:name": "geoarrow.wkb"}
_KIND: Final = shapely.GeometryType
_SEVERAL: Final[Mapping[int, tuple[str, Callable[..., Any]]]] = {
    _KIND.POINT.value: ("MultiPoint", shapely.multipoints),
    _KIND.LINESTRING.value: ("MultiLineString", shapely.multilinestrings),
    _KIND.POLYGON.value: ("MultiPolygon", shapely.multipolygons),
}
"""Type of which one geometry is a part, and what makes it."""


@dataclass(frozen=True, kw_only=True)
class StoredTable:
    """How a frame stands in a file: its columns, and where its geometry is.

    Attributes
    ----------
    columns : tuple of ColumnForm
        In the order of the frame, without the geometry.
    fid : str
        Column of the database's own row number.
    geometry : str or None
        Column of the geometry in the file; None for a table without.
    """

    columns: tuple[ColumnForm, ...]
    fid: str
    geometry: str | None


def write_layer(path: Path, name: str, frame: gpd.GeoDataFrame) -> None:
    """Write a frame as the one layer of a GeoPackage.

    The same frame gives the same bytes. The index is not written; a cell that fits no type of the format
    is written as the text that people read.

    Parameters
    ----------
    path : pathlib.Path
        The file; an older one is replaced in one step.
    name : str
        Name of the layer.
    frame : geopandas.GeoDataFrame
        In any stated system; written in EPSG:4490. Geometries may be of several types, or missing.

    Raises
    ------
    ExportRefusedError
        If a text holds a character that the format would cut at.
    UnwritableFileError
        If the file cannot be written; the old one is whole.
    """

    def write(target: Path) -> None:
        with frozen_clock(""):
            add_table(target, name, frame, exact=False)

    def verify(target: Path) -> None:
        with closing(sqlite3.connect(target)) as database:
            quoted = name.replace('"', '""')
            (found,) = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608
        if found != len(frame):
            raise ExportRefusedError("workspace.rows_lost", layer=name, expected=len(frame), found=found)

    replace_file(path, write, verify=verify)


def add_table(
    path: Path, name: str, frame: pd.DataFrame, *, exact: bool, append: bool = False, title: str = ""
) -> StoredTable:
    """Add a frame to a GeoPackage as a layer, or as a table where it has no geometry.

    Parameters
    ----------
    path : pathlib.Path
        The file; without ``append`` there is none yet.
    name : str
        Name of the table.
    frame : pandas.DataFrame
        A GeoDataFrame is carried into EPSG:4490.
    exact : bool
        Whether each column and geometry must come back as it is.
    append : bool
        Whether the file exists.
    title : str
        What other programs show.

    Raises
    ------
    ExportRefusedError
        If a cell cannot be stored.
    """
    shapes = frame_geometry(frame)
    plain = pd.DataFrame(frame) if shapes is None else pd.DataFrame(frame.drop(columns=frame.geometry.name))
    names = stored_names([str(label) for label in plain.columns])
    fid = free_name(_FID, names)
    arrays, forms = [], []
    for at, stored in enumerate(names):
        array, form = _store(plain.iloc[:, at], layer=name, stored=stored, exact=exact)
        arrays.append(array)
        forms.append(form)
    fields = [pa.field(form.stored, array.type) for form, array in zip(forms, arrays, strict=True)]
    options = {"FID": fid, "IDENTIFIER": title or name}
    if not append:
        options["VERSION"] = GPKG_VERSION
    geometry = None
    if shapes is not None:
        geometry = free_name(_GEOMETRY, [*names, fid])
        kind, shapes = (_ANY, shapes) if exact else _of_one_type(shapes)
        arrays.append(pa.array(shapely.to_wkb(shapes), type=pa.binary()))
        fields.append(pa.field(geometry, pa.binary(), metadata=_WKB))
        options |= {"GEOMETRY_NAME": geometry, "geometry_name": geometry, "geometry_type": kind}
        options["crs"] = CANONICAL_CRS
    table = pa.table(arrays, schema=pa.schema(fields))
    pyogrio.write_arrow(table, path, layer=name, driver="GPKG", append=append, **options)
    return StoredTable(columns=tuple(forms), fid=fid, geometry=geometry)


def frame_geometry(frame: pd.DataFrame) -> NDArray[np.object_] | None:
    """Return the geometry of a frame in EPSG:4490; None of a table without."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return None
    shapes: NDArray[np.object_] = to_canonical(frame).geometry.to_numpy()
    return shapes


def _store(values: pd.Series, *, layer: str, stored: str, exact: bool) -> tuple[pa.Array, ColumnForm]:
    try:
        return store_column(values, stored=stored, exact=exact)
    except ValueError as fault:
        raise ExportRefusedError("workspace.unstorable", layer=layer, column=str(values.name)) from fault


def _of_one_type(shapes: NDArray[np.object_]) -> tuple[str, NDArray[np.object_]]:
    """Return the type of a layer and its geometries: a lone outline beside one of several parts is one part.

    Geometries of different kinds stay as they are, in a layer of any type.
    """
    numbers = shapely.get_type_id(shapes)
    kinds = {int(number) for number in np.unique(numbers[numbers >= 0])}
    for one, (several, make) in _SEVERAL.items():
        if kinds <= {one, _KIND[several.upper()].value} and not shapely.has_z(shapes).any():
            if kinds == {one} and one != _KIND.POLYGON.value:
                return _KIND(one).name.title().replace("string", "String"), shapes
            lone = numbers == one
            promoted = shapes.copy()
            promoted[lone] = make(shapes[lone], indices=np.arange(int(lone.sum())))
            return several, promoted
    return _ANY, shapes
