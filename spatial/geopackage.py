"""GeoPackage on the command line: its header checked, its driver fixed, its rows counted twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError
from shapely.geometry import shape

from spatial.crs import CANONICAL_CRS, to_canonical
from spatial.errors import AtlasError, MissingCrsError, UnknownCrsError, UnreadableFileError
from spatial.file_kinds import GPKG_MAGIC

if TYPE_CHECKING:
    from spatial.limits import Limits

__all__ = ["GPKG_SUFFIX", "named_system", "read_geopackage"]

GPKG_SUFFIX: Final = ".gpkg"
_APPLICATION_ID: Final = slice(68, 72)
_APPLICATION_IDS: Final = (b"GPKG", b"GP10", b"GP11")
_DRIVERS: Final = ["GPKG"]
_UNDEFINED: Final = "undefined"
_QUERY_STEPS: Final = 50_000_000
"""Virtual machine steps after which a query of a crafted database is broken off."""


def read_geopackage(
    data: bytes, *, name: str, layer: str | None, crs_stated: bool, limits: Limits
) -> tuple[gpd.GeoDataFrame, str | None]:
    """Read one layer of a GeoPackage.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name, for messages alone.
    layer : str or None
        Layer to read; None where the file has one.
    crs_stated : bool
        Whether the caller states the reference system, so that the file need not.
    limits : Limits
        Rows and columns are held to it.

    Returns
    -------
    frame : geopandas.GeoDataFrame
        Rows as they stand, in no stated system.
    crs : str or None
        The system that the layer names.

    Raises
    ------
    UnreadableFileError
        If the file is no GeoPackage, is damaged, yields fewer rows than it holds, or its layer must be
        chosen and is not.
    MissingCrsError, UnknownCrsError, LimitExceededError
        If the layer is refused.
    """
    if not data.startswith(GPKG_MAGIC) or data[_APPLICATION_ID] not in _APPLICATION_IDS:
        raise UnreadableFileError("error.not_gpkg", name=name)
    with TemporaryDirectory() as folder:
        # A name of our own: no part of a caller's path can be read as a driver, archive or address.
        path = Path(folder) / "layer.gpkg"
        path.write_bytes(data)
        counts = _count_rows(path, name)
        chosen = _choose(counts, layer, name)
        limits.check("features", counts[chosen])
        frame, wkt = _read_rows(path, chosen, name=name, limits=limits)
    if len(frame) != counts[chosen]:
        raise UnreadableFileError(
            "error.rows_lost", name=name, layer=chosen, expected=counts[chosen], found=len(frame)
        )
    return named_system(frame, wkt, name=name, crs_stated=crs_stated)


def named_system(
    frame: gpd.GeoDataFrame, wkt: str, *, name: str, crs_stated: bool
) -> tuple[gpd.GeoDataFrame, str | None]:
    """Return a frame and the name of the system that ``wkt`` describes.

    A system without an EPSG code has no name here: its frame comes back in EPSG:4490. Where the caller
    states the system, the frame comes back as it is.

    Raises
    ------
    MissingCrsError, UnknownCrsError
        If the system is undefined or not known, and the caller states none.
    """
    if not wkt or _UNDEFINED in wkt.lower():
        if crs_stated:
            return frame, None
        raise MissingCrsError("error.file_without_crs", name=name)
    try:
        crs = CRS.from_wkt(wkt)
    except CRSError as fault:
        if crs_stated:
            return frame, None
        raise UnknownCrsError("verdict.unknown_crs", crs=wkt[:80]) from fault
    code = crs.to_epsg()
    if code is not None or crs_stated:
        return frame, crs.name if code is None else f"EPSG:{code}"
    return to_canonical(frame.set_crs(crs)).set_crs(None, allow_override=True), CANONICAL_CRS


def _count_rows(path: Path, name: str) -> dict[str, int]:
    """Return the feature tables of the database and how many rows each holds.

    The row counts that the file states of itself are dropped from this private copy: a stale one hides
    rows from the reader.
    """
    try:
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.set_progress_handler(lambda: 1, _QUERY_STEPS)
            counts = {
                table: int(database.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()[0])  # noqa: S608
                for table in _feature_tables(database)
            }
            _drop_programs(database)
            database.execute("DROP TABLE IF EXISTS gpkg_ogr_contents")
            database.commit()
    except (sqlite3.Error, UnicodeDecodeError) as fault:
        raise UnreadableFileError("error.not_gpkg", name=name) from fault
    return counts


def _drop_programs(database: sqlite3.Connection) -> None:
    """Drop the views and triggers of this private copy.

    The driver reads some tables by their name as soon as it opens the file; a view of that name may go
    on for ever, where no step counter of ours reaches.
    """
    found = database.execute("SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger')")
    for kind, name in found.fetchall():
        database.execute(f"DROP {kind} {_quoted(name)}")


def _feature_tables(database: sqlite3.Connection) -> list[str]:
    """Return the tables that the GeoPackage lists as features; views and virtual tables are left out."""
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    real = {name for name, statement in rows if not str(statement).upper().startswith("CREATE VIRTUAL")}
    if "gpkg_contents" not in real:
        return []
    listed = database.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'").fetchall()
    return [table for (table,) in listed if table in real]


def _quoted(identifier: str) -> str:
    """Return a table name as SQL quotes it."""
    return '"' + identifier.replace('"', '""') + '"'


def _choose(counts: dict[str, int], layer: str | None, name: str) -> str:
    """Return the layer to read."""
    layers = list(counts)
    if not counts:
        raise UnreadableFileError("error.no_layer", name=name)
    if layer is None and len(counts) > 1:
        raise UnreadableFileError("error.choose_layer", name=name, layers=layers)
    if layer is not None and layer not in counts:
        raise UnreadableFileError("error.unknown_layer", name=name, layer=layer, layers=layers)
    return layer if layer is not None else next(iter(counts))


def _read_rows(path: Path, layer: str, *, name: str, limits: Limits) -> tuple[gpd.GeoDataFrame, str]:
    """Return the rows of a layer and its reference system as WKT."""
    import fiona  # noqa: PLC0415 - it loads GDAL, which no other format needs

    rows: list[dict[str, Any]] = []
    geometry = []
    try:
        with fiona.open(path, layer=layer, enabled_drivers=_DRIVERS) as source:
            columns = list(source.schema["properties"])
            limits.check("columns", len(columns))
            wkt = str(source.crs_wkt)
            for feature in source:
                rows.append(dict(feature.properties))
                geometry.append(None if feature.geometry is None else shape(feature.geometry))
    except (fiona.errors.FionaError, ShapelyError, ValueError, TypeError, NotImplementedError) as fault:
        if isinstance(fault, AtlasError):
            raise
        raise UnreadableFileError("error.unreadable_layer", name=name, layer=layer) from fault
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=gpd.GeoSeries(geometry)), wkt
