"""GeoPackage as a stream: read by SQLite as it lies there, for reading alone; nothing in it is run.

A file beside which changes wait to be written would be read without them, so it is refused. The number of
rows is the database's own count of them, and as many must come.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from spatial.density.model import SourcePart
from spatial.density.sources.placing import Fault, Placement, RawBatch
from spatial.density.sources.stream_limits import limits_in_force
from spatial.density.sources.wkb_points import Records, decode_points
from spatial.errors import (
    MissingColumnError,
    MissingCrsError,
    UnknownCrsError,
    UnreadableFileError,
)
from spatial.importing.readers.gpkg_database import (
    GpkgLayer,
    list_tables,
    open_database,
    quoted,
    reference_system,
    table_columns,
)
from spatial.stated_crs import override_notices
from spatial.system_reasons import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from spatial.density.model import PointBatch
    from spatial.limits import Limits
    from spatial.notice import Notice

__all__ = ["GeoPackageSource", "open_geopackage"]

_BATCH_ROWS: Final = 1 << 14
_BATCH_BYTES: Final = 1 << 26
_ROWS_AT_ONCE: Final = 64
_LONGEST_DEFINITION: Final = 20_000
_UNDEFINED: Final = frozenset({0, -1})
_HEAD_BYTES: Final = 8
_ENVELOPE_BYTES: Final = np.array([0, 32, 48, 48, 64, -1, -1, -1], dtype=np.int64)
_BESIDE: Final = ("-wal", "-journal")
_WHOLE_NUMBERS: Final = 2**53


def open_geopackage(
    path: Path, *, layer: str | None, crs: str | None, columns: tuple[str, ...]
) -> GeoPackageSource:
    """Open a layer of a GeoPackage; parameters and errors as for `spatial.density.sources.open_source`."""
    path = path.absolute()
    name = path.name
    limits = limits_in_force()
    with _database(path, limits) as database:
        layers = [one for one in list_tables(database, name=name)[0] if one.column is not None]
        chosen = _chosen(layers, layer, name=name)
        there = [column.name for column in table_columns(database, chosen.table) if not column.is_generated]
        for column in (*columns, chosen.column or ""):
            if column not in there:
                raise MissingColumnError(
                    "error.missing_column", name=name, column=column, columns=", ".join(there)
                )
        system, notices = _system(database, chosen, name=name, crs=crs)
    limits.check("columns", len(there))
    placement = Placement(file=name, crs=system, limits=limits)
    placement.check()
    source = GeoPackageSource(
        path=path,
        layer=chosen,
        columns=columns,
        column_names=tuple(there),
        placement=placement,
        notices=notices,
    )
    source.refuse_misreading()
    return source


@contextmanager
def _database(path: Path, limits: Limits) -> Iterator[sqlite3.Connection]:
    """Open the database; whatever waits to be written into it is refused."""
    name = path.name
    try:
        waiting = [
            beside.name
            for beside in map(path.with_name, (f"{name}{end}" for end in _BESIDE))
            if beside.is_file() and beside.stat().st_size
        ]
        if waiting:
            raise UnreadableFileError("stream.gpkg_unwritten", name=name, beside=", ".join(waiting))
        with open_database(path, name=name, limits=limits, encoding=None) as database:
            yield database
    except FileNotFoundError:
        raise UnreadableFileError("error.missing_file", name=name) from None
    except OSError as fault:
        raise UnreadableFileError("error.unreadable_file", name=name, reason=system_reason(fault)) from fault


def _chosen(layers: Sequence[GpkgLayer], wanted: str | None, *, name: str) -> GpkgLayer:
    """Return the layer to read, never the first of several by itself."""
    tables = [layer.table for layer in layers]
    if not layers:
        raise UnreadableFileError("error.no_layer", name=name)
    if wanted is None and len(layers) > 1:
        raise UnreadableFileError("error.choose_layer", name=name, layers=tables)
    if wanted is not None and wanted not in tables:
        raise UnreadableFileError("error.unknown_layer", name=name, layer=wanted, layers=tables)
    return layers[0] if wanted is None else layers[tables.index(wanted)]


def _system(
    database: sqlite3.Connection, layer: GpkgLayer, *, name: str, crs: str | None
) -> tuple[str, tuple[Notice, ...]]:
    """Return the system that points are read in, and what is to be said of it."""
    if crs is None:
        return _stated_system(database, layer, name=name), ()
    try:
        return crs, override_notices(crs, _stated_system(database, layer, name=name))
    except (MissingCrsError, UnknownCrsError):
        return crs, ()


def _stated_system(database: sqlite3.Connection, layer: GpkgLayer, *, name: str) -> str:
    """Return the system that the layer names.

    Raises
    ------
    MissingCrsError, UnknownCrsError
        If it names none, or one that is not described.
    """
    if layer.srs_id is None or layer.srs_id in _UNDEFINED:
        raise MissingCrsError("error.file_without_crs", name=name)
    row = reference_system(database, layer.srs_id)
    if row is None:
        raise UnknownCrsError("verdict.unknown_crs", crs=str(layer.srs_id))
    organization, code, definition = row
    if str(organization).upper() == "EPSG" and isinstance(code, int) and code > 0:
        return f"EPSG:{code}"
    if "undefined" in str(definition).lower():
        raise MissingCrsError("error.file_without_crs", name=name)
    if len(str(definition)) > _LONGEST_DEFINITION:
        raise UnknownCrsError("verdict.unknown_crs", crs=str(layer.srs_id))
    return str(definition)


@dataclass(frozen=True, kw_only=True)
class GeoPackageSource:
    """A layer of points of a GeoPackage; it holds no open file and can be pickled.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    layer : GpkgLayer
        Its layer.
    columns : tuple of str
        Columns that each batch brings along.
    column_names : tuple of str
        Every column that the file has.
    placement : Placement
        How its coordinates become canonical degrees.
    notices : tuple of Notice
        What the reader should know.
    """

    path: Path
    layer: GpkgLayer
    columns: tuple[str, ...]
    column_names: tuple[str, ...]
    placement: Placement
    notices: tuple[Notice, ...] = ()

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.path.name

    @property
    def n_rows(self) -> int:
        """Rows of the layer."""
        return self.layer.n_rows

    def parts(self) -> tuple[SourcePart, ...]:
        """Return the layer as one piece, which one thread of SQLite reads."""
        return (SourcePart(0, self.n_rows, ()),) if self.n_rows else ()

    def batches(self, _: SourcePart) -> Iterator[PointBatch]:
        """Read the rows; errors as for `spatial.density.model.PointSource`."""
        for raw in self._raw_batches():
            yield self.placement.placed(raw)

    def refuse_misreading(self) -> None:
        """Judge the first rows together; errors as for `Placement.refuse_misreading`."""
        for raw in self._raw_batches():
            self.placement.refuse_misreading(raw)
            return

    def _raw_batches(self) -> Iterator[RawBatch]:
        """Read the rows as they stand: as many as the database counts, or an error."""
        wanted = ", ".join(quoted(column) for column in (self.layer.column or "", *self.columns))
        row = 0
        with _database(self.path, self.placement.limits) as database:
            found = database.execute(f"SELECT {wanted} FROM {quoted(self.layer.table)}")  # noqa: S608
            while True:
                try:
                    rows = _some_rows(found)
                except sqlite3.Error as fault:
                    raise self._damaged(row) from fault
                if not rows:
                    break
                yield self._raw(rows, row)
                row += len(rows)
        if row != self.n_rows:
            raise self._damaged(row)

    def _damaged(self, row: int) -> UnreadableFileError:
        return UnreadableFileError(
            "stream.gpkg_damaged", name=self.name, layer=self.layer.table, row=row + 1, expected=self.n_rows
        )

    def _raw(self, rows: list[tuple[Any, ...]], first_row: int) -> RawBatch:
        """Return the coordinates and columns of some rows."""
        cells = list(zip(*rows, strict=True))
        x, y, faults = _geometry_points(cells[0])
        columns = {
            name: pa.array([_text(value) for value in values], pa.string())
            for name, values in zip(self.columns, cells[1:], strict=True)
        }
        return RawBatch(first_row=first_row, x=x, y=y, columns=columns, faults=faults)


def _some_rows(found: sqlite3.Cursor) -> list[tuple[Any, ...]]:
    """Return the next rows: as many as a batch has, fewer where they are long."""
    rows: list[tuple[Any, ...]] = []
    n_bytes = 0
    while len(rows) < _BATCH_ROWS and n_bytes < _BATCH_BYTES:
        more = found.fetchmany(_ROWS_AT_ONCE)
        rows += more
        n_bytes += sum(map(len, [cell for row in more for cell in row if isinstance(cell, (bytes, str))]))
        if len(more) < _ROWS_AT_ONCE:
            break
    return rows


def _text(value: object) -> str | None:
    """Return a value as text, as `spatial.geojson.property_text` words it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE_NUMBERS:
        return str(int(value))
    return str(value)


def _geometry_points(cells: Sequence[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64], list[Fault]]:
    """Return the coordinates of GeoPackage geometries and the faults of what is no point."""
    null = np.array([cell is None for cell in cells], dtype=bool)
    blobs = [cell if isinstance(cell, bytes) else b"" for cell in cells]
    ends = np.cumsum([len(blob) for blob in blobs], dtype=np.int64)
    starts = np.concatenate([[0], ends[:-1]])
    data = np.frombuffer(b"".join(blobs), dtype=np.uint8)
    headed = ends - starts >= _HEAD_BYTES
    at = np.where(headed, starts, 0)
    if len(data) < _HEAD_BYTES:
        body, ends = np.zeros_like(starts), np.zeros_like(ends)
    else:
        envelope = _ENVELOPE_BYTES[data[at + 3] >> 1 & 0b111]
        headed &= (data[at] == ord("G")) & (data[at + 1] == ord("P")) & (envelope >= 0)
        body = np.where(headed, starts + _HEAD_BYTES + envelope, ends)
    return decode_points(Records(data, body, ends, null))
