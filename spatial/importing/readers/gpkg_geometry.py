"""Geometries of a GeoPackage: their head taken off, curves made of straight edges, the rest reported."""

from __future__ import annotations

import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pyogrio.raw  # type: ignore[import-untyped]
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError  # type: ignore[import-untyped]

from spatial.importing.readers.wkb_geometry import CURVE_NAMES, BuiltGeometry, build_geometries, wkb_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.limits import Limits

__all__ = ["GeometryBatch", "build_batch"]

_MAGIC: Final = b"GP"
_HEAD_BYTES: Final = 8
_ENVELOPE_BYTES: Final = (0, 32, 48, 48, 64)
_SUPPORTED: Final = frozenset(range(8))
_UNSUPPORTED: Final = {13: "Curve", 14: "Surface", 15: "PolyhedralSurface", 16: "TIN", 17: "Triangle"}
# A database of our own writing: the driver never opens the stranger's.
_OWN_DATABASE: Final = """
    PRAGMA application_id = 1196444487;
    PRAGMA user_version = 10300;
    CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
        organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
        description TEXT);
    INSERT INTO gpkg_spatial_ref_sys VALUES ('none', -1, 'NONE', -1, 'undefined', NULL);
    CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
        identifier TEXT, description TEXT, last_change DATETIME, min_x DOUBLE, min_y DOUBLE,
        max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
    INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('curves', 'features', -1);
    CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
        geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);
    INSERT INTO gpkg_geometry_columns VALUES ('curves', 'geom', 'GEOMETRY', -1, 2, 2);
    CREATE TABLE curves (fid INTEGER PRIMARY KEY NOT NULL, geom BLOB);
"""


class GeometryBatch:
    """Cells of a geometry column, taken apart.

    Attributes
    ----------
    blobs : list of bytes or None
        WKB with straight edges.
    curves : list of int
        Rows whose curves were made of straight edges.
    faults : dict of int to (str, str)
        Row -> type and key of the reason why its geometry cannot be built.
    systems : set of int
        Ids of the reference systems that the cells state.
    """

    def __init__(self, cells: Sequence[Any]) -> None:
        self.blobs: list[bytes | None] = [None] * len(cells)
        self.faults: dict[int, tuple[str, str]] = {}
        self.systems: set[int] = set()
        self.curves: list[int] = []
        for row, cell in enumerate(cells):
            if cell is not None:
                self._take(row, cell)
        if self.curves:
            self._straighten()

    def _take(self, row: int, cell: object) -> None:
        """Take the head off a cell."""
        blob = _wkb(cell)
        if blob is None:
            self.faults[row] = ("", "gis.reason_blob")
            return
        assert isinstance(cell, bytes)  # noqa: S101 - it had the head of a geometry
        self.systems.add(int.from_bytes(cell[4:8], "little" if cell[3] & 1 else "big", signed=True))
        kind = wkb_type(blob)
        if kind in CURVE_NAMES:
            self.curves.append(row)
        elif kind not in _SUPPORTED:
            self.faults[row] = (_UNSUPPORTED.get(kind, str(kind)), "gis.reason_shape_type")
            return
        self.blobs[row] = blob

    def _straighten(self) -> None:
        """Replace the curves by straight edges, as the driver does."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "curves.gpkg"
            with closing(sqlite3.connect(path)) as database:
                database.executescript(_OWN_DATABASE)
                database.executemany(
                    "INSERT INTO curves VALUES (?, ?)",
                    [
                        (row + 1, b"GP\x00\x01\xff\xff\xff\xff" + (self.blobs[row] or b""))
                        for row in self.curves
                    ],
                )
                database.commit()
            found = _linear(path)
        for row in self.curves:
            self.blobs[row] = found.get(row + 1)
            if self.blobs[row] is None:
                self.faults[row] = ("", "gis.reason_geometry")
        self.curves = [row for row in self.curves if row not in self.faults]


def _wkb(cell: object) -> bytes | None:
    """Return the WKB behind the head of a geometry, None where there is no such head."""
    if not isinstance(cell, bytes) or len(cell) < _HEAD_BYTES or not cell.startswith(_MAGIC):
        return None
    envelope = cell[3] >> 1 & 0b111
    if envelope >= len(_ENVELOPE_BYTES):
        return None
    return cell[_HEAD_BYTES + _ENVELOPE_BYTES[envelope] :]


def _linear(path: Path) -> dict[int, bytes | None]:
    """Return the rows of our own database with straight edges."""
    with warnings.catch_warnings():
        # Measures are reported by us, with their rows.
        warnings.simplefilter("ignore")
        try:
            _, fids, blobs, _ = pyogrio.raw.read(path, columns=[], return_fids=True)
        except (DataSourceError, DataLayerError, FeatureError, ValueError):
            return {}
    return dict(zip(fids.tolist(), blobs.tolist(), strict=True))


def build_batch(batch: GeometryBatch, *, limits: Limits, n_before: int) -> BuiltGeometry:
    """Return the geometries of a batch; parameters and errors as `build_geometries`."""
    return build_geometries(batch.blobs, limits=limits, n_before=n_before)
