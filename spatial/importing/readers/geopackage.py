"""GeoPackage: each row of a real table is read by us, so that no count that it states of itself hides one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from spatial.importing.model import Encoding, Rejection, SourceLayer, StatedCrs
from spatial.importing.readers.codepages import stated_codec
from spatial.importing.readers.dbf_frame import unique_names
from spatial.importing.readers.gpkg_columns import typed_column
from spatial.importing.readers.gpkg_database import (
    Column,
    GpkgLayer,
    list_tables,
    open_database,
    quoted,
    reference_system,
    table_columns,
    writes_ahead,
)
from spatial.importing.readers.gpkg_geometry import GeometryBatch, build_batch
from spatial.importing.readers.layer_choice import choose_layer
from spatial.notice import Notice

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.importing.model import LayerInfo, ReadOptions
    from spatial.importing.readers.wkb_geometry import BuiltGeometry
    from spatial.limits import Limits

__all__ = ["list_layers", "read_layer"]

_KIND: Final = "GeoPackage"
_BATCH: Final = 20_000
_ROW_NUMBERS: Final = frozenset({"fid", "ogc_fid", "ogr_fid"})
_UNDEFINED: Final = frozenset({0, -1})
_AUTHORITY: Final = "EPSG"
_DOUBTFUL: Final = frozenset({"gis.rings_closed", "gis.srs_differs", "gis.srs_unusable"})


@dataclass
class _Rows:
    """Rows of a table as they are read."""

    cells: list[tuple[Any, ...]] = field(default_factory=list)
    geometry: list[Any] = field(default_factory=list)
    faults: dict[int, tuple[str, str]] = field(default_factory=dict)
    told: dict[str, list[int]] = field(default_factory=dict)
    systems: set[int] = field(default_factory=set)
    n_positions: int = 0


def list_layers(path: Path, *, name: str, options: ReadOptions) -> tuple[LayerInfo, ...]:
    """Return the feature layers of a GeoPackage with their counted rows, or its tables of cells alone.

    Parameters
    ----------
    path : pathlib.Path
        The private copy.
    name : str
        The planner's file name, for messages.
    options : ReadOptions

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError
        If it is no GeoPackage, is damaged, or holds neither.
    """
    with open_database(path, name=name, limits=options.limits, encoding=None) as database:
        layers, _ = list_tables(database, name=name)
    return tuple(layer.info for layer in layers)


def read_layer(path: Path, *, name: str, options: ReadOptions) -> SourceLayer:
    """Read one layer; parameters as `list_layers`.

    Raises
    ------
    UndecidedError
        If there are several and none is stated.
    UnreadableFileError, UnsupportedFormatError, LimitExceededError, UsageError
        If the file is refused, or the stated layer or encoding is not known.
    """
    encoding = None if options.encoding is None else stated_codec(options.encoding)
    with open_database(path, name=name, limits=options.limits, encoding=encoding) as database:
        layers, warnings = list_tables(database, name=name)
        layer = layers[choose_layer([one.info for one in layers], options.layer, name=name)]
        options.limits.check("features", layer.n_rows)
        columns = _columns(database, layer)
        options.limits.check("columns", len(columns))
        read = [column for column in columns if not column.is_generated]
        rows = _read_rows(database, layer, read, options.limits)
        crs, doubts = _system(database, layer, rows, name=name)
    notices: list[Notice] = []
    if writes_ahead(path):
        warnings.append(Notice("gis.gpkg_unwritten", {"name": name}))
    table, told = _table(rows.cells, columns, name=name, limits=options.limits)
    warnings += told
    for notice in (*_told(rows, name), *doubts):
        (warnings if notice.key in _DOUBTFUL else notices).append(notice)
    if layer.n_stated is not None and layer.n_stated != layer.n_rows:
        params = {"name": name, "layer": layer.table, "stated": layer.n_stated, "n": layer.n_rows}
        notices.append(Notice("gis.count_stale", params))
    return _assembled(layer, rows, table, crs, (notices, warnings))


def _columns(database: sqlite3.Connection, layer: GpkgLayer) -> list[Column]:
    """Return the columns that hold attributes."""
    geometry = (layer.column or "").lower()
    return [
        column
        for column in table_columns(database, layer.table)
        if column.name.lower() != geometry and not (column.is_key and column.name.lower() in _ROW_NUMBERS)
    ]


def _read_rows(
    database: sqlite3.Connection, layer: GpkgLayer, columns: list[Column], limits: Limits
) -> _Rows:
    """Read every row; those behind a damaged page are marked."""
    rows = _Rows()
    batch: list[tuple[Any, ...]] = []
    wanted = ", ".join(quoted(column.name) for column in columns)
    shape = "NULL" if layer.column is None else quoted(layer.column)
    try:
        query = f"SELECT {shape}{', ' * bool(columns)}{wanted} FROM {quoted(layer.table)}"  # noqa: S608
        for row in database.execute(query):
            batch.append(row)
            if len(batch) == _BATCH:
                limits.check("features", len(rows.cells) + len(batch))
                _take_batch(rows, batch, limits)
                batch = []
    except sqlite3.Error:
        if not rows.cells and not batch:
            raise
    limits.check("features", len(rows.cells) + len(batch))
    _take_batch(rows, batch, limits)
    lost = range(len(rows.cells), layer.n_rows)
    rows.faults |= dict.fromkeys(lost, ("", "gis.reason_row"))
    rows.geometry += [None] * len(lost)
    return rows


def _take_batch(rows: _Rows, found: list[tuple[Any, ...]], limits: Limits) -> None:
    """Keep the cells of some rows and build their geometries."""
    start = len(rows.cells)
    rows.cells += [row[1:] for row in found]
    batch = GeometryBatch([row[0] for row in found])
    built = build_batch(batch, limits=limits, n_before=rows.n_positions)
    rows.n_positions += built.n_positions
    rows.geometry += built.geometry.tolist()
    rows.systems |= batch.systems
    rows.faults |= {start + row: fault for row, fault in batch.faults.items()}
    rows.faults |= {start + row: ("", key) for row, key in built.faults.items()}
    for key, treated in _remarks(batch, built):
        rows.told.setdefault(key, []).extend(start + row for row in treated)


def _remarks(batch: GeometryBatch, built: BuiltGeometry) -> list[tuple[str, list[int]]]:
    """Return what was done to geometries, and to which."""
    return [
        ("gis.rings_closed", built.closed),
        ("gis.curves_straightened", batch.curves),
        ("gis.heights_dropped", built.heights),
        ("gis.measures_dropped", built.measures),
    ]


def _told(rows: _Rows, name: str) -> list[Notice]:
    """Return what was done to geometries, and to which."""
    return [
        Notice(key, {"name": name, "n": len(found), "rows": found})
        for key, found in rows.told.items()
        if found
    ]


def _table(
    rows: list[tuple[Any, ...]], columns: list[Column], *, name: str, limits: Limits
) -> tuple[pd.DataFrame, list[Notice]]:
    """Return the attributes as a frame and what the planner should know of them."""
    read = [column for column in columns if not column.is_generated]
    headers, changed = unique_names(column.name.strip() for column in read)
    values: dict[str, pd.Series[Any]] = {}
    warnings: list[Notice] = []
    unread = [column.name for column in columns if column.is_generated]
    for at, (header, column) in enumerate(zip(headers, read, strict=True)):
        cells = [row[at] for row in rows]
        limits.check(
            "cell_characters", max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
        )
        series, told = typed_column(cells, name=name, column=header, declared=column.declared)
        warnings += told
        if series is None:
            unread.append(header)
        else:
            values[header] = series
    for key, found in (("gis.columns_unread", unread), ("gis.columns_renamed", changed)):
        if found:
            warnings.append(Notice(key, {"name": name, "n": len(found), "columns": found}))
    return pd.DataFrame(values, index=pd.RangeIndex(len(rows))), warnings


def _system(
    database: sqlite3.Connection, layer: GpkgLayer, rows: _Rows, *, name: str
) -> tuple[StatedCrs | None, list[Notice]]:
    """Return the system that the layer names; the planner is asked where it names none."""
    if layer.column is None:
        return None, []
    notices: list[Notice] = []
    others = sorted(rows.systems - {layer.srs_id} - _UNDEFINED)
    if others:
        params = {"name": name, "layer": layer.table, "stated": layer.srs_id or 0, "found": others}
        notices.append(Notice("gis.srs_differs", params))
    if layer.srs_id is None or layer.srs_id in _UNDEFINED:
        return None, [*notices, Notice("gis.srs_undefined", {"name": name, "layer": layer.table})]
    row = reference_system(database, layer.srs_id)
    named = None if row is None else _named_system(*row)
    if named is None:
        notices.append(
            Notice("gis.srs_unusable", {"name": name, "layer": layer.table, "srs_id": layer.srs_id})
        )
        return None, notices
    return StatedCrs(named, "layer"), notices


def _named_system(organization: object, code: object, definition: object) -> str | None:
    """Return a system as EPSG code or WKT; None where there is none, or code and definition disagree."""
    described = _described(definition)
    if str(organization).upper() != _AUTHORITY or not isinstance(code, int) or code <= 0:
        return None if described is None else str(definition)
    if described is not None and described.to_epsg() not in {None, code}:
        return None
    return f"{_AUTHORITY}:{code}"


def _described(definition: object) -> CRS | None:
    """Return the system that a definition describes."""
    try:
        # Well-known text alone: a path or an address that stands here is never followed.
        return CRS.from_wkt(str(definition))
    except CRSError:
        return None


def _assembled(
    layer: GpkgLayer,
    rows: _Rows,
    table: pd.DataFrame,
    crs: StatedCrs | None,
    told: tuple[list[Notice], list[Notice]],
) -> SourceLayer:
    """Return the layer: every row of the table is in it or among the rejected."""
    rejected = sorted(rows.faults)
    used = np.setdiff1d(np.arange(len(rows.geometry)), np.array(rejected, dtype=np.int64))
    geometry = np.empty(len(rows.geometry), dtype=object)
    geometry[:] = rows.geometry
    text = table.astype(object).where(table.notna(), "").astype(str)
    blank = ("",) * len(table.columns)
    return SourceLayer(
        name=layer.table,
        kind=_KIND,
        table=table.iloc[used].reset_index(drop=True),
        rows=used,
        row_unit="feature",
        encoding=Encoding("utf-8", "format"),
        geometry=None if layer.column is None else geometry[used],
        crs=crs,
        rejected=tuple(Rejection(row, "geometry", *rows.faults[row]) for row in rejected),
        rejected_cells=tuple(tuple(text.iloc[row]) if row < len(text) else blank for row in rejected),
        notices=tuple(told[0]),
        warnings=tuple(told[1]),
    )
