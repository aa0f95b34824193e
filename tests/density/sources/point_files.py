"""Files of points in every format, for the tests."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from spatial.density.model import PointBatch, Reported
from spatial.density.sources import open_source

if TYPE_CHECKING:
    from pathlib import Path

POINT_GEO = {"encoding": "WKB", "geometry_types": ["Point"]}


def scattered(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(113.2, 113.4, n), rng.uniform(23.0, 23.15, n)])


def geo(column: dict | None = None, name: str = "geometry") -> dict:
    described = {"version": "1.1.0", "primary_column": name, "columns": {name: column or POINT_GEO}}
    return {b"geo": json.dumps(described).encode()}


def write_geoparquet(
    path: Path,
    geometry,
    *,
    column=None,
    rows_at_once=None,
    compression="snappy",
    use_dictionary=True,
    **columns,
):
    """Write WKB, or a native array, with the description of a column."""
    if not isinstance(geometry, pa.Array):
        geometry = pa.array(geometry, pa.binary())
    table = pa.table({"geometry": geometry, **columns}).replace_schema_metadata(geo(column))
    settings = {"compression": compression, "use_dictionary": use_dictionary}
    pq.write_table(table, path, row_group_size=rows_at_once, **settings)
    return path


def wkb(xy) -> list[bytes]:
    return list(shapely.to_wkb(shapely.points(xy)))


def gpkg_blob(geometry: bytes, *, flags: int = 1, srs_id: int = 4326, envelope: bytes = b"") -> bytes:
    return b"GP\x00" + bytes([flags]) + struct.pack("<i", srs_id) + envelope + geometry


def write_gpkg(path: Path, blobs, *, srs_id: int = 4326, layers=("points",), **columns) -> Path:
    """Write a GeoPackage with nothing but what the format demands."""
    names = ", ".join(f'"{name}"' for name in columns)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "PRAGMA application_id = 1196444487;"
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,"
            " organization_coordsys_id INTEGER, definition TEXT, description TEXT);"
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'undefined', NULL);"
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('grid', 4547, 'epsg', 4547, 'undefined', NULL);"
            "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, srs_id INTEGER);"
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT,"
            " geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT);"
        )
        for layer in layers:
            database.execute("INSERT INTO gpkg_contents VALUES (?, 'features', ?)", (layer, srs_id))
            database.execute(
                "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', ?, 0, 0)", (layer, srs_id)
            )
            database.execute(
                f'CREATE TABLE "{layer}" (fid INTEGER PRIMARY KEY, geom BLOB{", " + names if names else ""})'
            )
            marks = ", ".join("?" * (len(columns) + 1))
            database.executemany(
                f'INSERT INTO "{layer}" (geom{", " + names if names else ""}) VALUES ({marks})',  # noqa: S608
                zip(blobs, *columns.values(), strict=True),
            )
        database.commit()
    return path


def read(path: Path, **options) -> PointBatch:
    """Read a whole file as one batch; every row must be used or reported."""
    return joined(open_source(path, **options))


def joined(source) -> PointBatch:
    batches = [batch for part in source.parts() for batch in source.batches(part)]
    columns = {
        name: pa.array([value for batch in batches for value in batch.columns[name].to_pylist()], pa.string())
        for name in (batches[0].columns if batches else ())
    }
    none = np.empty(0)
    return PointBatch(
        lon=np.concatenate([none, *(batch.lon for batch in batches)]),
        lat=np.concatenate([none, *(batch.lat for batch in batches)]),
        rows=np.concatenate([none.astype(np.int64), *(batch.rows for batch in batches)]),
        columns=columns,
        reported=Reported.joined([batch.reported for batch in batches]),
    )


def reasons(batch: PointBatch) -> dict[int, str]:
    """Row to reason, of those that are named."""
    return {row.row: key for key, rows in batch.reported.first.items() for row in rows}
