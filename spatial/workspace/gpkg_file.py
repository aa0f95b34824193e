"""A workspace as one GeoPackage: its layers open in any program, and here everything comes back.

Layers and tables are ordinary ones. The table ``atlas_workspace`` says, as JSON, what they are; it names the
version of the format. The file is read with SQL alone, so that no driver ever looks at one from elsewhere.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from spatial.atomic_write import replace_file
from spatial.errors import ExportRefusedError, LimitExceededError, WorkspaceError
from spatial.export.formats.gdal_writing import frozen_clock
from spatial.file_kinds import GPKG_MAGIC
from spatial.importing.isolation.plain_values import of_kind
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.workspace.document import put_together, take_apart
from spatial.workspace.layer_file import StoredTable, add_table
from spatial.workspace.stored_columns import ColumnForm
from spatial.workspace.stored_tables import TableReader, connect

if TYPE_CHECKING:
    from spatial.workspace.model import Workspace

__all__ = ["FORMAT_VERSION", "OLDEST_VERSION", "open_workspace", "save_workspace", "workspace_bytes"]

FORMAT_VERSION: Final = 3
"""Version in which files are written."""

OLDEST_VERSION: Final = 1
"""First version that is opened."""

_OWN_TABLE: Final = "atlas_workspace"
_MAKE_OWN: Final = f"""
CREATE TABLE {_OWN_TABLE} (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  part TEXT NOT NULL UNIQUE,
  content TEXT NOT NULL
);
"""
_LIST_OWN: Final = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES (?, 'attributes', ?,"
    " (SELECT max(last_change) FROM gpkg_contents))"
)
_SOURCE_ROW: Final = "source_row"
_APPLICATION_ID: Final = slice(68, 72)
_LARGEST_PART: Final = 100_000_000


def save_workspace(workspace: Workspace, path: Path) -> None:
    """Write a workspace; the same one gives the same bytes.

    Parameters
    ----------
    workspace : Workspace
    path : pathlib.Path
        The file; an older one is replaced in one step.

    Raises
    ------
    ExportRefusedError
        If it holds what cannot be stored; nothing is written.
    UnwritableFileError
        If the file cannot be written; the old one is whole.
    """
    replace_file(path, lambda target: _write(workspace, target))


def workspace_bytes(workspace: Workspace) -> bytes:
    """Return the bytes of the file; errors as for `save_workspace`."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workspace.gpkg"
        _write(workspace, path)
        return path.read_bytes()


def open_workspace(path: Path, *, name: str, limits: Limits = DEFAULT_LIMITS) -> Workspace:
    """Read a workspace file that may come from anywhere.

    Parameters
    ----------
    path : pathlib.Path
        A private copy.
    name : str
        The planner's name of it, for messages.
    limits : Limits
        Bytes, rows, features, columns, characters and vertices are held to it.

    Raises
    ------
    WorkspaceError
        If the file is none of ours, is damaged, or of a version that is not opened here.
    LimitExceededError
        If it passes a limit.
    """
    limits.check("package_bytes", path.stat().st_size)
    with path.open("rb") as stream:
        head = stream.read(_APPLICATION_ID.stop)
    if not head.startswith(GPKG_MAGIC) or head[_APPLICATION_ID] != b"GPKG":
        raise WorkspaceError("workspace.not_workspace", name=name)
    part = "file"
    try:
        with closing(connect(path)) as database:
            reader = TableReader(database, limits)
            part = _OWN_TABLE
            parts = _parts(database) if _OWN_TABLE in reader.tables else {}
            _check_version(parts, name)
            stored = {table: _stored(form) for table, form in of_kind(parts["tables"], dict).items()}

            def read(table: str) -> pd.DataFrame:
                nonlocal part
                part = table
                return _read_frame(reader, table, *stored[table])

            return put_together(parts["workspace"], read)
    except (WorkspaceError, LimitExceededError):
        raise
    # Whatever a forged file sets off on its way through the parsers is damage.
    except (sqlite3.Error, ValueError, KeyError, TypeError, IndexError, AttributeError) as fault:
        raise WorkspaceError("workspace.damaged", name=name, part=part) from fault
    except (RecursionError, OverflowError, MemoryError, RuntimeError) as fault:
        raise WorkspaceError("workspace.damaged", name=name, part=part) from fault


def _write(workspace: Workspace, path: Path) -> None:
    """Write the tables, then what they are."""
    try:
        document, frames = take_apart(workspace)
    except TypeError as fault:
        raise ExportRefusedError("workspace.cannot_store", part=_OWN_TABLE, reason=str(fault)) from fault
    described = {}
    with frozen_clock(""):
        for at, (table, frame) in enumerate(frames.items()):
            described[table] = _write_frame(path, table, frame, append=at > 0)
    parts = {"format_version": FORMAT_VERSION, "workspace": document, "tables": described}
    with closing(sqlite3.connect(path)) as database:
        database.executescript(_MAKE_OWN)
        database.executemany(
            f"INSERT INTO {_OWN_TABLE} (part, content) VALUES (?, ?)",  # noqa: S608 - a name of our own
            [(part, json.dumps(content)) for part, content in parts.items()],
        )
        database.execute(_LIST_OWN, (_OWN_TABLE, _OWN_TABLE))
        database.commit()


def _write_frame(path: Path, table: str, frame: pd.DataFrame, *, append: bool) -> dict[str, Any]:
    """Write a frame with its index, and return what brings it back."""
    index = frame.index
    if isinstance(index, pd.MultiIndex):
        raise ExportRefusedError("workspace.cannot_store", part=table, reason="MultiIndex")
    plain = frame.copy(deep=False)
    plain.insert(0, _SOURCE_ROW, pd.Series(index, index=index), allow_duplicates=True)
    stored = add_table(path, table, plain, exact=True, append=append)
    geometry = None
    if isinstance(frame, gpd.GeoDataFrame):
        geometry = {"label": frame.geometry.name, "at": frame.columns.get_loc(frame.geometry.name)}
    range_of = [index.start, index.stop, index.step] if isinstance(index, pd.RangeIndex) else None
    return {
        **asdict(stored),
        "geometry_column": geometry,
        "index": {"name": index.name, "range": range_of},
        "labels": str(frame.columns.dtype),
    }


def _parts(database: sqlite3.Connection) -> dict[str, Any]:
    """Return the parts of our own table."""
    rows = database.execute(
        f"SELECT part, content FROM {_OWN_TABLE} WHERE length(content) <= ? LIMIT 10",  # noqa: S608 - our own
        (_LARGEST_PART,),
    )
    return {of_kind(part, str): json.loads(of_kind(content, str)) for part, content in rows.fetchall()}


def _check_version(parts: dict[str, Any], name: str) -> None:
    """Refuse a file that is none of ours, or of a version that is not opened here."""
    if not parts:
        raise WorkspaceError("workspace.not_workspace", name=name)
    found = of_kind(parts["format_version"], int)
    if found > FORMAT_VERSION:
        raise WorkspaceError("workspace.newer_version", name=name, found=found, supported=FORMAT_VERSION)
    if found < OLDEST_VERSION:
        raise WorkspaceError(
            "workspace.older_version",
            name=name,
            found=found,
            oldest=OLDEST_VERSION,
            supported=FORMAT_VERSION,
        )


def _stored(document: object) -> tuple[StoredTable, dict[str, Any]]:
    """Return how a table is stored."""
    held = of_kind(document, dict)
    columns = tuple(
        ColumnForm(**{key: of_kind(value, str) for key, value in of_kind(each, dict).items()})
        for each in of_kind(held["columns"], list)
    )
    geometry = None if held["geometry"] is None else of_kind(held["geometry"], str)
    return StoredTable(columns=columns, fid=of_kind(held["fid"], str), geometry=geometry), held


def _read_frame(
    reader: TableReader, table: str, stored: StoredTable, described: dict[str, Any]
) -> pd.DataFrame:
    """Return a frame with its index."""
    columns, shapes = reader.read(table, stored)
    index = _index(columns[0], of_kind(described["index"], dict))
    labels = [column.name for column in columns[1:]]
    frame = (
        pd.concat([column.set_axis(index) for column in columns[1:]], axis=1)
        if labels
        else pd.DataFrame(index=index)
    )
    frame.columns = pd.Index(labels, dtype="str" if described["labels"] == "str" else object)
    if shapes is None:
        return frame
    geometry = of_kind(described["geometry_column"], dict)
    label, at = of_kind(geometry["label"], str), of_kind(geometry["at"], int)
    frame.insert(at, label, gpd.GeoSeries(shapes, index=index, crs="EPSG:4490"))
    layer: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=label)
    return layer


def _index(rows: pd.Series, described: dict[str, Any]) -> pd.Index:
    """Return the index that the first column was made of."""
    name = described["name"]
    if name is not None:
        of_kind(name, str)
    if described["range"] is None:
        found: pd.Index = pd.Index(rows).rename(name)
        return found
    start, stop, step = (of_kind(each, int) for each in described["range"])
    if len(range(start, stop, step)) != len(rows):
        raise ValueError("index")
    return pd.RangeIndex(start, stop, step, name=name)
