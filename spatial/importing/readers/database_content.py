"""What the tables of an SQLite file make it: a GeoPackage, a workspace, or a database that is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from spatial.importing.readers.foreign_binary import Foreign

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["foreign_database"]

_APPLICATION_ID: Final = slice(68, 72)
_APPLICATION_IDS: Final = (b"GPKG", b"GP10", b"GP11")
_DATABASE: Final = "vector.refused_database"
_MOST_TABLES: Final = 10_000
_QUERY_STEPS: Final = 5_000_000
# (a table of that very name, what the file is, key of the advice); the first that fits is named.
_TABLES: Final = (
    ("atlas_workspace", "", "vector.refused_workspace"),
    ("gpkg_contents", "GeoPackage", ""),
    ("geometry_columns", "SpatiaLite", _DATABASE),
    ("tiles", "MBTiles", "vector.refused_picture"),
    ("gdb_items", "Mobile Geodatabase", _DATABASE),
)


def foreign_database(path: Path, head: bytes) -> Foreign | None:
    """Return what an SQLite file is that is not imported, None for a GeoPackage.

    Only the list of tables is read, from a file opened for reading alone.

    Parameters
    ----------
    path : pathlib.Path
        The private copy.
    head : bytes
        Its first bytes, with the header.
    """
    tables = _table_names(path)
    for table, found, key in _TABLES:
        if table in tables:
            return Foreign(found, key) if key else None
    # A damaged file that says it is a GeoPackage is refused by the reader, which names the damage.
    return None if head[_APPLICATION_ID] in _APPLICATION_IDS else Foreign("SQLite", _DATABASE)


def _table_names(path: Path) -> set[str]:
    """Return the names of the tables in lower case, none where the file is damaged."""
    address = path.absolute().as_uri() + "?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.set_progress_handler(lambda: 1, _QUERY_STEPS)
            database.text_factory = bytes
            found = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' LIMIT ?", (_MOST_TABLES,)
            ).fetchall()
    # The library words its errors with names of the file, which may be no text.
    except (sqlite3.Error, UnicodeDecodeError):
        return set()
    return {name.decode("utf-8", "replace").lower() for (name,) in found if isinstance(name, bytes)}
