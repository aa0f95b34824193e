"""Tables of a GeoPackage read with SQL alone, from a file that may have been forged.

Only real tables without columns of their own making are read, each cell is measured before it is taken, and
a query that goes on and on is broken off.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import numpy as np
import shapely

from spatial.workspace.stored_columns import restore_column

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from spatial.limits import Limits
    from spatial.workspace.layer_file import StoredTable

__all__ = ["TableReader", "connect"]

_MADE_AS_TABLE: Final = "CREATE TABLE"
"""A forged schema may write ``CREATE/**/VIRTUAL TABLE``; only what begins as ours is taken."""
_QUERY_STEPS: Final = 500_000_000
_LONGEST_VALUE: Final = 200_000_000
_CODED: Final = 12
"""Characters that one of a text may take where the cell is stored as JSON."""
_MAGIC: Final = b"GP"
_HEADER: Final = 8
_ENVELOPES: Final = (0, 32, 48, 48, 64)


def connect(path: Path) -> sqlite3.Connection:
    """Open a database for reading alone, with nothing of it trusted."""
    # Percent signs: a name with a question mark would be read as options of the address.
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    database = sqlite3.connect(address, uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    database.set_progress_handler(lambda: 1, _QUERY_STEPS)
    return database


class TableReader:
    """Reads tables of one database within limits that hold for all of them together.

    Attributes
    ----------
    tables : frozenset of str
        Names of the real tables: no view and no virtual table is among them.
    """

    def __init__(self, database: sqlite3.Connection, limits: Limits) -> None:
        self._database, self._limits, self._vertices = database, limits, 0
        rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        self.tables = frozenset(name for name, made in rows if str(made).upper().startswith(_MADE_AS_TABLE))

    def read(self, table: str, stored: StoredTable) -> tuple[list[pd.Series], NDArray[np.object_] | None]:
        """Return the columns of a table and its geometry, in the order of its rows.

        Raises
        ------
        LimitExceededError
            If it passes a limit.
        ValueError, KeyError, TypeError, OverflowError, sqlite3.Error
            If it is not what ``stored`` says.
        """
        wanted = [form.stored for form in stored.columns]
        wanted += [] if stored.geometry is None else [stored.geometry]
        self._check(table, [stored.fid, *wanted])
        names = ", ".join(map(_quoted, wanted))
        order = _quoted(stored.fid)
        cursor = self._database.execute(f"SELECT {names} FROM {_quoted(table)} ORDER BY {order}")  # noqa: S608
        cells = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(wanted)
        for values in cells[: len(stored.columns)]:
            self._measure(values)
        columns = [restore_column(values, form) for values, form in zip(cells, stored.columns, strict=False)]
        return columns, None if stored.geometry is None else self._shapes(cells[-1])

    def _check(self, table: str, columns: list[str]) -> None:
        """Refuse a table that is none, or lacks a column; a quoted name that is none would be a text."""
        if table not in self.tables:
            raise KeyError(table)
        found = self._database.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall()
        plain = {row[1] for row in found if row[6] == 0}
        if not plain.issuperset(columns):
            raise KeyError(table)
        # The index of the frame and the number of the row are no columns of the planner's file.
        self._limits.check("columns", len(found) - 2)
        (rows,) = self._database.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()  # noqa: S608
        self._limits.check("features", rows)

    def _measure(self, values: tuple[Any, ...]) -> None:
        longest = max((len(value) for value in values if isinstance(value, str | bytes)), default=0)
        if longest > _CODED * self._limits.cell_characters:
            self._limits.breach("cell_characters", longest)

    def _shapes(self, blobs: tuple[Any, ...]) -> NDArray[np.object_]:
        """Return geometries; each blob is a header of the format, then well-known binary."""
        shapes = shapely.from_wkb(np.array([_well_known(blob) for blob in blobs], dtype=object))
        self._vertices += int(shapely.get_num_coordinates(shapes).sum())
        self._limits.check("vertices", self._vertices)
        found: NDArray[np.object_] = np.asarray(shapes, dtype=object)
        return found


def _well_known(blob: object) -> bytes | None:
    """Return the well-known binary behind the header of a geometry.

    Raises
    ------
    ValueError
        If there is no such header.
    """
    if blob is None:
        return None
    if not isinstance(blob, bytes) or blob[:2] != _MAGIC or len(blob) <= _HEADER:
        raise ValueError("geometry")
    envelope = (blob[3] >> 1) & 0b111
    if envelope >= len(_ENVELOPES):
        raise ValueError("geometry")
    return blob[_HEADER + _ENVELOPES[envelope] :]


def _quoted(identifier: str) -> str:
    """Return a name as SQL quotes it."""
    return '"' + identifier.replace('"', '""') + '"'
