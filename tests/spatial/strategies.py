"""Generated geometry: polygons, tilings and points about a place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import strategies as st

CANONICAL = "EPSG:4490"
METRIC = "EPSG:4547"
ORIGIN = (430000.0, 2550000.0)

windows = st.tuples(st.floats(113.23, 113.42), st.floats(23.035, 23.115))
seeds = st.integers(0, 2**32 - 1)


def star(rng: np.random.Generator, *, holes: bool = False) -> shapely.Polygon:
    """A random star-shaped polygon in METRIC coordinates, with a hole if asked."""
    centre = np.array(ORIGIN) + rng.uniform(-8000, 8000, 2)
    count = rng.integers(3, 12)
    angle = 2 * np.pi * (np.arange(count) + rng.uniform(0.1, 0.9, count)) / count
    radius = rng.uniform(80, 1200) * rng.uniform(0.3, 1.0, count)
    shell = centre + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    if not holes or not shapely.Polygon(shell).contains(shapely.Point(centre)):
        return shapely.Polygon(shell)
    return shapely.Polygon(shell, [centre + (shell - centre) * rng.uniform(0.1, 0.6)])


def zone_frame(polygons, ids=None, crs=METRIC, **columns) -> gpd.GeoDataFrame:
    """Zones in canonical degrees; by default ids a, b, c …"""
    names = ids or [f"z{number:03}" for number in range(len(polygons))]
    frame = gpd.GeoDataFrame({"zone_id": names, **columns}, geometry=list(polygons), crs=crs)
    return frame.to_crs(CANONICAL)


def point_frame(xy, crs=METRIC, **columns) -> gpd.GeoDataFrame:
    """Points in canonical degrees from rows of x and y."""
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    return gpd.GeoDataFrame(columns, index=range(len(xy)), geometry=shapely.points(xy), crs=crs).to_crs(
        CANONICAL
    )


def cuts(rng: np.random.Generator, origin: float, count: int) -> np.ndarray:
    """Ascending coordinates at least 150 m apart."""
    return origin + np.concatenate([[0.0], np.cumsum(rng.uniform(150, 1500, count))])


@st.composite
def tilings(draw, max_side: int = 4):
    """A rectangular tiling with shuffled ids, and the coordinates of its cuts."""
    rng = np.random.default_rng(draw(seeds))
    columns, rows = draw(st.integers(1, max_side)), draw(st.integers(1, max_side))
    xs, ys = cuts(rng, ORIGIN[0], columns), cuts(rng, ORIGIN[1], rows)
    polygons = [shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for i in range(columns) for j in range(rows)]
    ids = [f"z{number:03}" for number in rng.permutation(len(polygons))]
    return zone_frame(polygons, ids), xs, ys, rng


def mosaic(rng: np.random.Generator, count: int, side: float = 6000.0) -> list[shapely.Polygon]:
    """An irregular tiling of a square, its cells in random order."""
    square = shapely.box(*ORIGIN, ORIGIN[0] + side, ORIGIN[1] + side)
    seeds_xy = np.array(ORIGIN) + rng.uniform(0.0, side, (count, 2))
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds_xy), extend_to=square)
    clipped = shapely.intersection(shapely.get_parts(cells), square)
    return [clipped[number] for number in rng.permutation(len(clipped))]


def scatter(rng: np.random.Generator, xs: np.ndarray, ys: np.ndarray, count: int) -> np.ndarray:
    """Positions in and about a tiling, many of them on its edges and vertices."""
    free = np.column_stack(
        [rng.uniform(xs[0] - 300, xs[-1] + 300, count), rng.uniform(ys[0] - 300, ys[-1] + 300, count)]
    )
    on_x = np.column_stack([rng.choice(xs, count), rng.uniform(ys[0], ys[-1], count)])
    vertices = np.column_stack([rng.choice(xs, count), rng.choice(ys, count)])
    return np.concatenate([free, on_x, vertices])
