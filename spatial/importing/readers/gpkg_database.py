"""A GeoPackage as a database that a stranger wrote: real tables are read, nothing in it is run.

It is opened for reading alone and as it is, so that no journal beside it is followed. A view, a virtual
table, a generated column or a trigger is never touched: each may go on for ever.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from spatial.errors import UnreadableFileError, UnsupportedFormatError
from spatial.file_kinds import GPKG_MAGIC
from spatial.importing.model import LayerInfo
from spatial.importing.readers.wkb_geometry import CURVE_NAMES
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spatial.limits import Limits

__all__ = [
    "Column",
    "GpkgLayer",
    "StrangeText",
    "list_tables",
    "open_database",
    "quoted",
    "reference_system",
    "table_columns",
    "writes_ahead",
]

_APPLICATION_IDS: Final = (b"GPKG", b"GP10", b"GP11")
_HEAD_BYTES: Final = 100
_JOURNAL: Final = slice(18, 20)
_WRITE_AHEAD: Final = b"\x02\x02"
_REAL_TABLE: Final = re.compile(r"CREATE TABLE\b", re.IGNORECASE)
_STEPS: Final = 50_000_000
"""Virtual machine steps after which a query of a crafted database is broken off."""
_STEPS_PER_CELL: Final = 30
_STEPS_AT_ONCE: Final = 100_000
_GENERATED: Final = 2
_MOST_LAYERS: Final = 1_000
_LONGEST_DESCRIPTION: Final = 1 << 18
"""Bytes of a value by which a file describes itself; a computed one could be as long as memory."""
_PLAIN: Final = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_OTHERS: Final = ("Geometry", "GeometryCollection", *CURVE_NAMES.values())
_TYPES: Final = {name.upper(): name for name in (*_PLAIN, *_OTHERS)}


class StrangeText(str):
    """A text that is not UTF-8 in the file, as it was read instead."""

    __slots__ = ()


class GpkgLayer(NamedTuple):
    """A table of features or of cells alone.

    ``n_stated`` is what the file says of itself, None where it says nothing; ``column`` is None for a
    table without geometry.
    """

    table: str
    n_rows: int
    n_stated: int | None
    column: str | None
    geometry_type: str | None
    srs_id: int | None

    @property
    def info(self) -> LayerInfo:
        """The layer as it is listed for choice."""
        return LayerInfo(self.table, self.n_rows, self.geometry_type)


class Column(NamedTuple):
    """A column of a table: name, declared type, whether it is the row's number or computed."""

    name: str
    declared: str
    is_key: bool
    is_generated: bool


@contextmanager
def open_database(
    path: Path, *, name: str, limits: Limits, encoding: str | None
) -> Iterator[sqlite3.Connection]:
    """Open a GeoPackage.

    Parameters
    ----------
    path : pathlib.Path
        The private copy.
    name : str
        File name, for messages alone.
    limits : Limits
        Bound its values and the work of a query.
    encoding : str or None
        What texts are that are not UTF-8, GB18030 otherwise.

    Raises
    ------
    UnreadableFileError
        If it is damaged, or a query goes on for too long.
    UnsupportedFormatError
        If it is another database.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head.startswith(GPKG_MAGIC) or len(head) < _HEAD_BYTES:
        raise UnreadableFileError("gis.not_gpkg", name=name)
    address = path.absolute().as_uri() + "?mode=ro&immutable=1"
    try:
        # Batches of a layer may be asked for by one thread after another, never by two at once.
        with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(limits.upload_bytes, limits.unpacked_bytes))
            _bound_steps(database, limits)
            database.text_factory = lambda raw: _text(raw, encoding or "gb18030")
            _refuse_other(database, head, name=name)
            yield database
    except (sqlite3.Error, UnicodeDecodeError) as fault:
        raise UnreadableFileError("gis.gpkg_damaged", name=name) from fault


def _bound_steps(database: sqlite3.Connection, limits: Limits) -> None:
    """Break queries off that take more steps than a table within the limits can need."""
    left = (_STEPS + _STEPS_PER_CELL * limits.features * limits.columns) // _STEPS_AT_ONCE

    def count() -> int:
        nonlocal left
        left -= 1
        return int(left < 0)

    database.set_progress_handler(count, _STEPS_AT_ONCE)


def _text(raw: bytes, encoding: str) -> str:
    """Return a text of the database, marked where it is not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return StrangeText(raw.decode(encoding, "backslashreplace"))


def _refuse_other(database: sqlite3.Connection, head: bytes, *, name: str) -> None:
    """Refuse a database that is no GeoPackage, by its name."""
    tables = _real_tables(database)
    if "gpkg_contents" in tables:
        return
    if head[68:72] in _APPLICATION_IDS:
        raise UnreadableFileError("gis.gpkg_damaged", name=name)
    key = "gis.spatialite" if "geometry_columns" in tables else "gis.sqlite"
    raise UnsupportedFormatError(key, name=name)


def _real_tables(database: sqlite3.Connection) -> dict[str, str]:
    """Return the tables that hold rows of their own, in lower case and as they are called.

    A virtual table is called a table as well; its definition tells.
    """
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {
        str(name).lower(): str(name)
        for name, sql in rows.fetchall()
        if _REAL_TABLE.match(str(sql)) is not None
    }


@contextmanager
def _short_values(database: sqlite3.Connection) -> Iterator[None]:
    """Refuse long values while the file is asked about itself."""
    before = database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_DESCRIPTION)
    try:
        yield
    finally:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)


def reference_system(database: sqlite3.Connection, srs_id: int) -> tuple[Any, Any, Any] | None:
    """Return organization, code and definition of a system; None where no real table describes it."""
    with _short_values(database):
        if "gpkg_spatial_ref_sys" not in _real_tables(database):
            return None
        row: tuple[Any, Any, Any] | None = database.execute(
            "SELECT organization, organization_coordsys_id, definition"
            " FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
            (srs_id,),
        ).fetchone()
        return row


def list_tables(database: sqlite3.Connection, *, name: str) -> tuple[list[GpkgLayer], list[Notice]]:
    """Return the feature layers, or where they hold nothing the tables of cells, and what was passed over.

    Raises
    ------
    UnreadableFileError
        If there is no such table.
    """
    with _short_values(database):
        return _listed(database, name=name)


def _listed(database: sqlite3.Connection, *, name: str) -> tuple[list[GpkgLayer], list[Notice]]:
    """List the tables as `list_tables` does."""
    real = _real_tables(database)
    found = database.execute("SELECT table_name, data_type FROM gpkg_contents LIMIT ?", (_MOST_LAYERS,))
    listed = [(str(table), str(kind)) for table, kind in found.fetchall()]
    passed = [table for table, kind in listed if kind == "features" and table.lower() not in real]
    features = [real[table.lower()] for table, kind in listed if kind == "features" and table.lower() in real]
    layers = [_feature_layer(database, table, real) for table in features]
    if not any(layer.n_rows for layer in layers):
        tables = [
            table for table, kind in listed if kind in {"attributes", "aspatial"} and table.lower() in real
        ]
        cells = [_cell_table(database, real[table.lower()], real) for table in tables]
        # Beside a feature layer without a row the rows of a table would be lost.
        layers = [table for table in cells if table.n_rows] or layers or cells
    if not layers:
        tiles = [table for table, kind in listed if "tile" in kind or "coverage" in kind]
        key = "gis.gpkg_pictures" if tiles else "gis.gpkg_views" if passed else "gis.gpkg_empty"
        raise UnreadableFileError(key, name=name, layers=passed or tiles)
    params = {"name": name, "n": len(passed), "layers": passed}
    return layers, [Notice("gis.views_passed_over", params)] if passed else []


def _feature_layer(database: sqlite3.Connection, table: str, real: dict[str, str]) -> GpkgLayer:
    """Return a feature layer with its geometry column."""
    row = None
    if "gpkg_geometry_columns" in real:
        row = database.execute(
            "SELECT column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns"
            " WHERE lower(table_name) = lower(?)",
            (table,),
        ).fetchone()
    column, kind, srs_id = row or (_column_by_type(database, table), "GEOMETRY", None)
    kind = _TYPES.get(str(kind).upper(), str(kind))
    srs_id = srs_id if isinstance(srs_id, int) else None
    return GpkgLayer(table, *_counts(database, table, real), str(column) if column else None, kind, srs_id)


def _column_by_type(database: sqlite3.Connection, table: str) -> str | None:
    """Return the column that is declared as a geometry, where the file does not list it."""
    columns = table_columns(database, table)
    return next((column.name for column in columns if column.declared.upper() in _TYPES), None)


def _cell_table(database: sqlite3.Connection, table: str, real: dict[str, str]) -> GpkgLayer:
    """Return a table without geometry."""
    return GpkgLayer(table, *_counts(database, table, real), None, None, None)


def _counts(database: sqlite3.Connection, table: str, real: dict[str, str]) -> tuple[int, int | None]:
    """Return how many rows a table has, and how many the file says that it has."""
    n_rows = int(database.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0])  # noqa: S608
    stated: Any = None
    if "gpkg_ogr_contents" in real:
        stated = database.execute(
            "SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(?)", (table,)
        ).fetchone()
    n_stated = stated[0] if stated else None
    return n_rows, n_stated if isinstance(n_stated, int) else None


def table_columns(database: sqlite3.Connection, table: str) -> list[Column]:
    """Return the columns of a table."""
    rows = database.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
    return [
        Column(str(name), str(kind or ""), bool(key), hidden == _GENERATED)
        for _, name, kind, _, _, key, hidden in rows
    ]


def quoted(identifier: str) -> str:
    """Return a name as SQL quotes it."""
    return '"' + identifier.replace('"', '""') + '"'


def writes_ahead(path: Path) -> bool:
    """Tell whether later changes may stand in a second file that was not brought."""
    with path.open("rb") as stream:
        return stream.read(_HEAD_BYTES)[_JOURNAL] == _WRITE_AHEAD
