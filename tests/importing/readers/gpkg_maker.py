"""GeoPackages for tests: written, changed behind their writer's back, and read."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import Point

from spatial.errors import AtlasError
from spatial.importing.model import ReadOptions
from spatial.importing.readers.geopackage import read_layer

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.importing.model import SourceLayer

MAGIC = b"SQLite format 3\0"
HEAD = b"GP\x00\x01" + struct.pack("<i", 4326)
ENDLESS = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS fid, NULL AS geom FROM n"
)


def blob(geometry: object, srs: int = 4326) -> bytes:
    return HEAD[:4] + struct.pack("<i", srs) + shapely.to_wkb(geometry, flavor="iso")


def written(path: Path, frame: gpd.GeoDataFrame | None = None, layer: str = "站点") -> Path:
    if frame is None:
        points = [Point(113.3, 23.1), Point(113.4, 23.2), Point(113.5, 23.3)]
        frame = gpd.GeoDataFrame({"名称": ["甲", "乙", "丙"]}, geometry=points, crs="EPSG:4490")
    frame.to_file(path, layer=layer, driver="GPKG")
    return path


def change(path: Path, *statements: str | tuple[str, tuple]) -> Path:
    with closing(sqlite3.connect(path)) as database, database:
        for kind, name in database.execute(
            "SELECT type, name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP {kind} "{name}"')
        for statement in statements:
            database.execute(*([statement] if isinstance(statement, str) else statement))
    return path


def read(path: Path, **options: object) -> SourceLayer:
    before = path.read_bytes()
    layer = read_layer(path, name="片区.gpkg", options=ReadOptions(**options))
    assert path.read_bytes() == before
    told = [row.row for row in layer.rejected]
    assert sorted([*layer.rows, *told]) == list(range(layer.n_in))
    assert len(layer.rejected) == len(layer.rejected_cells)
    assert len(layer.table) == len(layer.rows)
    for remark in (*layer.notices, *layer.warnings):
        assert remark.message("zh")
        assert remark.message("en")
    return layer


def keys(layer: SourceLayer) -> list[str]:
    return [remark.key for remark in (*layer.notices, *layer.warnings)]


def faults(layer: SourceLayer) -> dict[int, str]:
    return {row.row: row.reason_key for row in layer.rejected}


def refusal(path: Path, **options: object) -> AtlasError:
    with pytest.raises(AtlasError) as caught:
        read(path, **options)
    assert str(path.parent) not in caught.value.message("zh") + caught.value.message("en")
    return caught.value


def with_shapes(path: Path, *cells: object) -> Path:
    """Return a layer whose geometry cells are exactly these."""
    written(path, gpd.GeoDataFrame({"n": range(len(cells))}, geometry=[Point(0, 0)] * len(cells), crs=4326))
    changes = [('UPDATE "站点" SET geom = ? WHERE n = ?', (cell, n)) for n, cell in enumerate(cells)]
    return change(path, *changes)
