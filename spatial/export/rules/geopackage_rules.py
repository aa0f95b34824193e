"""GeoPackage, read as the database that it is: no driver opens a stranger's file, no view is asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from spatial.export.fields import ID_CODE
from spatial.file_kinds import GPKG_MAGIC

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from spatial.export.rules.report import Findings
    from spatial.limits import Limits

__all__ = ["TableRows", "check_geopackage"]

_APPLICATION_ID: Final = slice(68, 72)
_APPLICATION_IDS: Final = (b"GPKG", b"GP10", b"GP11")
_JOURNAL: Final = slice(18, 20)
_QUERY_STEPS: Final = 200_000_000
_OWN_TRIGGERS: Final = ("rtree_", "trigger_insert_feature_count_", "trigger_delete_feature_count_", "gpkg_")
_ENVELOPE_BYTES: Final = np.array([0, 32, 48, 48, 64, 0, 0, 0])
_HEADER_BYTES: Final = 8
_SLACK: Final = 1e-6
_CURVED: Final = range(8, 13)
_FAMILIES: Final[Mapping[str, frozenset[str]]] = {
    "GEOMETRYCOLLECTION": frozenset({"MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"}),
    "GEOMCOLLECTION": frozenset({"GEOMETRYCOLLECTION", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"}),
    "CURVEPOLYGON": frozenset({"POLYGON"}),
    "SURFACE": frozenset({"POLYGON"}),
    "MULTISURFACE": frozenset({"MULTIPOLYGON"}),
    "CURVE": frozenset({"LINESTRING"}),
    "MULTICURVE": frozenset({"MULTILINESTRING"}),
}


@dataclass(frozen=True, kw_only=True)
class TableRows:
    """What a layer of the file holds."""

    name: str
    n_features: int
    ids: frozenset[str]


def check_geopackage(
    data: bytes, *, file: str, limits: Limits, findings: Findings, crs: str | None = None
) -> list[TableRows]:
    """Hold a GeoPackage to the rules.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        How faults name it.
    limits : Limits
        Rows are held to it.
    findings : Findings
        Takes the faults.
    crs : str or None
        The system that the package states for the file.

    Returns
    -------
    list of TableRows
    """
    findings.families.add("geopackage")
    if not data.startswith(GPKG_MAGIC) or data[_APPLICATION_ID] not in _APPLICATION_IDS:
        findings.add("geopackage.not_geopackage", file)
        return []
    # A write-ahead log belongs to a file on a disk; in memory the same pages are read without it.
    data = data[: _JOURNAL.start] + b"\x01\x01" + data[_JOURNAL.stop :]
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(data)
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA query_only = ON")
            database.set_progress_handler(lambda: 1, _QUERY_STEPS)
            return _Reader(database, file, limits, findings, crs).check()
    except (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError) as fault:
        findings.add("geopackage.integrity", file, found=fault)
        return []


@dataclass(frozen=True)
class _Reader:
    """One open database."""

    database: sqlite3.Connection
    file: str
    limits: Limits
    findings: Findings
    crs: str | None

    def check(self) -> list[TableRows]:
        """Hold the file to the rules."""
        verdict = self._rows("PRAGMA quick_check(1)")
        if verdict and verdict[0][0] != "ok":
            self.findings.add("geopackage.integrity", self.file, found=verdict[0][0])
            return []
        tables = self._tables()
        needed = {"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"}
        layers = []
        if needed <= tables:
            layers = self._rows(
                "SELECT c.table_name, g.column_name, g.geometry_type_name, g.srs_id,"
                " c.min_x, c.min_y, c.max_x, c.max_y FROM gpkg_contents c"
                " JOIN gpkg_geometry_columns g ON g.table_name = c.table_name WHERE c.data_type = 'features'"
            )
        layers = [layer for layer in layers if layer[0] in tables]
        if not layers:
            self.findings.add("geopackage.no_layer", self.file)
        return [self._check_layer(layer, tables) for layer in layers]

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return self.database.execute(query, values).fetchall()

    def _tables(self) -> set[str]:
        """Return the plain tables; a view, or a trigger that no index needs, is told and never asked."""
        found = self._rows("SELECT type, name, sql FROM sqlite_master")
        for kind, name, _sql in found:
            if kind == "view" or (kind == "trigger" and not str(name).startswith(_OWN_TRIGGERS)):
                self.findings.add("geopackage.program", self.file, found=name)
        return {
            str(name)
            for kind, name, sql in found
            if kind == "table" and not str(sql).upper().startswith("CREATE VIRTUAL")
        }

    def _check_layer(self, layer: tuple[Any, ...], tables: Collection[str]) -> TableRows:
        """Hold one layer to the rules."""
        name, column, kind, srs_id, *extent = layer
        quoted = _quoted(name)
        columns = [row[1] for row in self._rows(f"PRAGMA table_info({quoted})")]
        ((n_rows,),) = self._rows(f"SELECT count(*) FROM {quoted}")  # noqa: S608 - the name is quoted
        self.limits.check("features", n_rows)
        self._check_system(name, srs_id)
        self._check_count(name, n_rows, tables)
        self._check_aliases(name, [each for each in columns if each != column], tables)
        ids: list[str] = []
        if ID_CODE in columns:
            ids = [str(row[0]) for row in self._rows(f"SELECT {_quoted(ID_CODE)} FROM {quoted}")]  # noqa: S608
        if column in columns:
            blobs = [row[0] for row in self._rows(f"SELECT {_quoted(column)} FROM {quoted}")]  # noqa: S608
            names = ids or [f"{name}[{at}]" for at in range(n_rows)]
            self._check_geometry(name, blobs, str(kind), extent, names)
        return TableRows(name=str(name), n_features=n_rows, ids=frozenset(ids))

    def _check_system(self, name: str, srs_id: object) -> None:
        """Hold the system of a layer to what the file defines and the package states."""
        found = self._rows(
            "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys"
            " WHERE srs_id = ?",
            (srs_id,),
        )
        organization, code, definition = found[0] if found else ("", srs_id, "")
        try:
            CRS.from_wkt(str(definition))
        except CRSError:
            self.findings.add("geopackage.srs", self.file, found=f"{name}: {organization} {code}")
            return
        stated = f"{str(organization).upper()}:{code}"
        if self.crs and stated != self.crs:
            self.findings.add("geopackage.srs_differs", self.file, found=f"{name}: {stated} / {self.crs}")

    def _check_count(self, name: str, n_rows: int, tables: Collection[str]) -> None:
        """Tell a count that the file keeps of itself and that is wrong."""
        if "gpkg_ogr_contents" not in tables:
            return
        for (kept,) in self._rows(
            "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ?", (name,)
        ):
            if kept is not None and kept != n_rows:
                self.findings.add("geopackage.stale_count", self.file, found=f"{name}: {kept} / {n_rows}")

    def _check_aliases(self, name: str, columns: list[str], tables: Collection[str]) -> None:
        """Tell columns without an alias; the first is the database's own row number."""
        if not self.findings.in_package:
            return
        titled: set[Any] = set()
        if "gpkg_data_columns" in tables:
            query = (
                "SELECT column_name FROM gpkg_data_columns WHERE table_name = ? AND coalesce(title, '') <> ''"
            )
            titled = {row[0] for row in self._rows(query, (name,))}
        for column in columns[1:]:
            if column not in titled:
                self.findings.add("geopackage.alias_missing", self.file, found=f"{name}.{column}")

    def _check_geometry(
        self, name: str, blobs: list[Any], kind: str, extent: list[Any], ids: list[str]
    ) -> None:
        """Hold the geometries of a layer to its type and its extent."""
        geometries, unreadable = _geometries(blobs)
        self.findings.add_rows("geopackage.geometry", self.file, np.flatnonzero(unreadable), ids=ids)
        allowed = {kind.upper(), *_FAMILIES.get(kind.upper(), ())}
        types = [
            shapely.GeometryType(number).name for number in shapely.get_type_id(geometries) if number >= 0
        ]
        there = np.flatnonzero(shapely.get_type_id(geometries) >= 0)
        wrong = np.array(
            [row for row, each in zip(there, types, strict=True) if each not in allowed], dtype=np.int64
        )
        if kind.upper() != "GEOMETRY":
            self.findings.add_rows(
                "geopackage.geometry_type", self.file, wrong, ids=ids, found=[kind] * len(wrong)
            )
        bounds = shapely.total_bounds(geometries)
        if not all(isinstance(value, int | float) for value in extent) or not np.isfinite(bounds).all():
            return
        slack = _SLACK * np.maximum(1.0, np.abs(bounds))
        beyond = np.array(
            [extent[0] - bounds[0], extent[1] - bounds[1], bounds[2] - extent[2], bounds[3] - extent[3]]
        )
        if (beyond > slack).any():
            self.findings.add("geopackage.stale_extent", self.file, found=f"{name}: {extent}")


def _geometries(blobs: list[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return the geometries of a column, None where there is none, and which cannot be read."""
    bodies = [_body(blob) for blob in blobs]
    curved = np.array([body is not None and _is_curved(body) for body in bodies], dtype=bool)
    # Arcs are legal, and beyond the library that reads the rest.
    plain = [None if arc else body for body, arc in zip(bodies, curved, strict=True)]
    geometries = shapely.from_wkb(np.array(plain, dtype=object), on_invalid="ignore")
    missing = np.array([blob is None for blob in blobs], dtype=bool)
    return geometries, shapely.is_missing(geometries) & ~missing & ~curved


def _is_curved(body: bytes) -> bool:
    """Tell well-known binary of a type with arcs, alone or together."""
    order: Literal["little", "big"] = "little" if body[:1] == b"\x01" else "big"
    return int.from_bytes(body[1:5], order) % 1000 in _CURVED


def _body(blob: object) -> bytes | None:
    """Return the well-known binary after a GeoPackage's own header; ``b""`` without such a header."""
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < _HEADER_BYTES or blob[:2] != b"GP":
        return b""
    return blob[_HEADER_BYTES + int(_ENVELOPE_BYTES[(blob[3] >> 1) & 7]) :]


def _quoted(identifier: str) -> str:
    """Return a table name as SQL quotes it."""
    return '"' + identifier.replace('"', '""') + '"'
