"""Zones and points for the comparison, the same ones each time, as GeoParquet files of WKB.

Run by itself, so that the process that measures stays small: ``python layers.py FOLDER CASE SIZE…``.
Neighbours share their wiggly edges vertex for vertex; no point lies so near an edge that one tool could
take it for inside and another for outside, so that all must count the same.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

PACK_ZONES: Final = Path(__file__).resolve().parents[2] / "geodata/plans/haizhu/geography/zones.geojson"
DISTRICT: Final = (113.2, 23.0, 113.4, 23.15)
COUNTRY: Final = (100.0, 22.0, 120.0, 42.0)
MARGIN: Final = 0.05
"""Share of the extent that points reach beyond it on every side."""
CLEARANCE_DEG: Final = 2e-7
"""Two centimetres; the widest edge rule is of one millimetre."""
ROWS_PER_GROUP: Final = 1 << 18
MASK_SIZE: Final = 8192


def main() -> None:
    """Write what is missing of one case: its zones, and as many points as each size says."""
    folder, case, *sizes = sys.argv[1:]
    zones_path = Path(folder) / zones_name(case)
    if not zones_path.exists():
        write_zones(make_zones(case), zones_path)
    wanted = [(int(size), Path(folder) / points_name(case, int(size))) for size in sizes]
    missing = [(size, path) for size, path in wanted if not path.exists()]
    if missing:
        polygons = shapely.from_wkb(pq.read_table(zones_path)["geometry"].to_numpy())
        near = NearEdges(polygons)
        for size, path in missing:
            write_points(near, size, path)


def zones_name(case: str) -> str:
    """Return the name of the file of zones."""
    return f"zones_{case}.parquet"


def points_name(case: str, size: int) -> str:
    """Return the name of the file of points."""
    return f"points_{case}_{size}.parquet"


def make_zones(case: str) -> Geometries:
    """Return the zones of a case, a clean coverage."""
    if case == "pack":
        features = json.loads(PACK_ZONES.read_text(encoding="utf-8"))["features"]
        return shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    if case == "district":
        return wiggly_zones(18, vertices_each=1500, extent=DISTRICT)
    return wiggly_zones(3000, vertices_each=500, extent=COUNTRY)


def wiggly_zones(n: int, *, vertices_each: int, extent: tuple[float, float, float, float]) -> Geometries:
    """Return ``n`` zones that fill an extent, with edges as uneven as a real district's."""
    rng = np.random.default_rng(0)
    box = shapely.box(*extent)
    seeds = shapely.multipoints(rng.uniform(extent[:2], extent[2:], (n, 2)))
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=box)), box)
    # Each stretch that two cells share is one line from here on, with one set of vertices.
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(cells))))
    step = float(shapely.length(cells).sum()) / (n * vertices_each)
    lines = shapely.transform(shapely.segmentize(lines, step), lambda xy: wiggled(xy, step, rng=rng_of(1)))
    zones = shapely.get_parts(shapely.polygonize(lines))
    sound = len(zones) == n and shapely.is_valid(zones).all() and shapely.coverage_is_valid(zones)
    if not sound:
        raise SystemExit("the generated zones are no clean coverage")
    centres = shapely.get_coordinates(shapely.centroid(zones))
    ordered: Geometries = zones[np.lexsort((centres[:, 0], centres[:, 1]))]
    return ordered


def rng_of(seed: int) -> np.random.Generator:
    """Return a generator that draws the same numbers each time."""
    return np.random.default_rng(seed)


def wiggled(xy: Floats, step: float, *, rng: np.random.Generator) -> Floats:
    """Shift every position along a sum of waves, from nine steps long to some hundred.

    First east by the height, then north by the new easting: whatever the waves, no two positions come
    to lie on each other, and lines that did not cross do not cross.
    """
    moved = xy.copy()
    for across, along in ((0, 1), (1, 0)):
        for wavelength in step * 9.0 * 2.0 ** np.arange(5):
            wave = 2.0 * np.pi * moved[:, along] / wavelength + rng.uniform(0.0, 2.0 * np.pi)
            moved[:, across] += 0.08 * wavelength * np.sin(wave)
    return moved


def write_zones(zones: Geometries, path: Path) -> None:
    """Write the zones with an id each."""
    table = pa.table(
        {
            "zone_id": [f"z{number:04d}" for number in range(len(zones))],
            "geometry": pa.array(shapely.to_wkb(zones), pa.binary()),
        }
    )
    kinds = sorted({str(zone.geom_type) for zone in zones})
    partial = path.with_suffix(".partial")
    pq.write_table(table.replace_schema_metadata(geo_metadata(kinds)), partial)
    partial.replace(path)


def geo_metadata(geometry_types: list[str]) -> dict[bytes, bytes]:
    """Return what GeoParquet says of the file; without a system named it is longitude and latitude."""
    column = {"encoding": "WKB", "geometry_types": geometry_types}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {b"geo": json.dumps(geo).encode()}


class NearEdges:
    """Tells the positions that are too near an edge to be used.

    A raster of the linework settles all but the few per cent that lie beside it; those are measured.
    """

    def __init__(self, polygons: Geometries) -> None:
        west, south, east, north = shapely.total_bounds(polygons)
        self.low = np.array([west - MARGIN * (east - west), south - MARGIN * (north - south)])
        self.high = np.array([east + MARGIN * (east - west), north + MARGIN * (north - south)])
        self.edges = shapely.STRtree(segments(polygons))
        self.mask = self._beside_edges()

    def _beside_edges(self) -> NDArray[np.bool_]:
        """Mark the cells that an edge comes near."""
        cell = float(((self.high - self.low) / MASK_SIZE).min())
        dense = shapely.get_coordinates(shapely.segmentize(self.edges.geometries, cell / 2))
        column, row = self._cells(dense)
        mask = np.zeros((MASK_SIZE, MASK_SIZE), dtype=bool)
        for up in (-1, 0, 1):
            for right in (-1, 0, 1):
                mask[np.clip(row + up, 0, MASK_SIZE - 1), np.clip(column + right, 0, MASK_SIZE - 1)] = True
        return mask

    def _cells(self, xy: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the column and row of the cell of each position."""
        cells = ((xy - self.low) * (MASK_SIZE / (self.high - self.low))).astype(np.int64)
        return cells[:, 0], cells[:, 1]

    def too_near(self, xy: Floats) -> NDArray[np.int64]:
        """Return the rows of the positions within `CLEARANCE_DEG` of an edge."""
        column, row = self._cells(xy)
        beside = np.flatnonzero(self.mask[row, column])
        found = self.edges.query(shapely.points(xy[beside]), predicate="dwithin", distance=CLEARANCE_DEG)
        rows: NDArray[np.int64] = np.unique(beside[found[0]])
        return rows


def segments(polygons: Geometries) -> Geometries:
    """Return every edge as a line of its own."""
    xy, ring = shapely.get_coordinates(shapely.get_parts(shapely.boundary(polygons)), return_index=True)
    joined = ring[1:] == ring[:-1]
    lines: Geometries = shapely.linestrings(np.stack([xy[:-1][joined], xy[1:][joined]], axis=1))
    return lines


def write_points(near: NearEdges, n: int, path: Path) -> None:
    """Write ``n`` points, evenly over the extent and a margin beyond it."""
    partial = path.with_suffix(".partial")
    schema = pa.schema([("geometry", pa.binary())], metadata=geo_metadata(["Point"]))
    with pq.ParquetWriter(partial, schema) as writer:
        for xy in positions(near, n):
            writer.write_table(pa.table([points_as_wkb(xy)], schema=schema), row_group_size=ROWS_PER_GROUP)
    partial.replace(path)


def positions(near: NearEdges, n: int) -> Iterator[Floats]:
    """Draw ``n`` positions, a row group at a time, again where one is too near an edge."""
    rng = rng_of(n)
    for start in range(0, n, ROWS_PER_GROUP):
        xy = rng.uniform(near.low, near.high, (min(ROWS_PER_GROUP, n - start), 2))
        bad = near.too_near(xy)
        while bad.size:
            xy[bad] = rng.uniform(near.low, near.high, (len(bad), 2))
            bad = bad[near.too_near(xy[bad])]
        yield xy


def points_as_wkb(xy: Floats) -> pa.Array:
    """Return positions as WKB: byte order, kind, easting and northing in 21 bytes."""
    record = np.dtype([("order", "u1"), ("kind", "<u4"), ("xy", "<f8", 2)])
    wkb = np.zeros(len(xy), dtype=record)
    wkb["order"], wkb["kind"], wkb["xy"] = 1, 1, xy
    offsets = np.arange(len(xy) + 1, dtype=np.int32) * record.itemsize
    return pa.Array.from_buffers(pa.binary(), len(xy), [None, pa.py_buffer(offsets), pa.py_buffer(wkb)])


if __name__ == "__main__":
    main()
