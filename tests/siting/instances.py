"""Made-up siting questions over the shipped pack: lamp poles along streets, sites where people are.

Everything follows from a seed and from the pack's own outlines, so that tests and benchmarks ask the same.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from spatial.crs import CANONICAL_CRS, to_canonical, to_metric
from spatial.pack import open_pack

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACK = "haizhu"
N_POLES = 20_000
N_SITES = 5_144
POLE_SPACING_M = (25.0, 40.0)
STREET_SPACING_M = 130.0
HALF_STREET_M = 7.0


def district() -> gpd.GeoDataFrame:
    """Return the district as a frame of one row."""
    return open_pack(PACK).district()


def district_zones() -> gpd.GeoDataFrame:
    """Return the three zones and seven parts of the pack: some overlap, as in the plan."""
    return open_pack(PACK).zones("zones")


def one_zone(zone_id: str = "pazhou") -> gpd.GeoDataFrame:
    """Return one zone of the pack."""
    zones = district_zones()
    return zones[zones["zone_id"] == zone_id].reset_index(drop=True)


@cache
def _all_poles(seed: int, n: int) -> gpd.GeoDataFrame:
    area = to_metric(district())
    rng = np.random.default_rng(seed)
    xy = _street_poles(area.geometry.iloc[0], n, rng)
    poles = to_canonical(gpd.GeoDataFrame(geometry=shapely.points(xy), crs=area.crs))
    costs = np.round(rng.uniform(6.0, 14.0, len(xy)), 1)
    return poles.assign(
        site_id=[f"P{number:05d}" for number in range(len(xy))],
        mountable=np.where(rng.random(len(xy)) < 0.9, "是", "否"),
        cost=[f"{cost:g}" for cost in costs],
    )


def candidate_poles(n: int = N_POLES, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Return lamp poles in the district, in EPSG:4490.

    Columns ``site_id``, ``mountable`` (是 for nine in ten, else 否) and ``cost`` (6 to 14, as text).
    They stand on both sides of streets, 25 to 40 m apart along each.
    """
    return _all_poles(seed, n).copy()


def existing_sites(n: int = N_SITES, *, seed: int = 2) -> gpd.GeoDataFrame:
    """Return existing sites in the district, denser about a dozen centres, in EPSG:4490."""
    area = to_metric(district())
    outline = area.geometry.iloc[0]
    rng = np.random.default_rng(seed)
    centres = _inside(outline, 12, rng)
    kept = np.zeros((0, 2))
    while len(kept) < n:
        near = centres[rng.integers(0, len(centres), n)] + rng.normal(0.0, 900.0, (n, 2))
        anywhere = _inside(outline, n, rng)
        found = np.where((rng.random(n) < 0.45)[:, None], near, anywhere)
        kept = np.vstack([kept, found[shapely.contains_xy(outline, *found.T)]])
    sites = to_canonical(gpd.GeoDataFrame(geometry=shapely.points(kept[:n]), crs=area.crs))
    return sites.assign(site_id=[f"S{number:05d}" for number in range(n)], status="existing")


def random_zone(seed: int, *, side_m: float = 1_400.0) -> gpd.GeoDataFrame:
    """Return a zone of five to eight corners about a random place of the district."""
    area = to_metric(district())
    outline = area.geometry.iloc[0]
    rng = np.random.default_rng(seed)
    while True:
        middle = _inside(outline, 1, rng)[0]
        corners = int(rng.integers(5, 9))
        turns = np.sort(rng.uniform(0.0, 2.0 * np.pi, corners))
        reach = side_m / 2.0 * rng.uniform(0.75, 1.25, corners)
        ring = middle + reach[:, None] * np.column_stack([np.cos(turns), np.sin(turns)])
        polygon = shapely.Polygon(ring)
        if polygon.is_valid and polygon.area > (side_m * 0.5) ** 2 and outline.contains(polygon):
            break
    frame = gpd.GeoDataFrame({"zone_id": [f"Z{seed}"]}, geometry=[polygon], crs=area.crs)
    return to_canonical(frame)


def within(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, reach_m: float = 0.0) -> gpd.GeoDataFrame:
    """Return the points in the zones, or as near to them as ``reach_m``."""
    outline = shapely.union_all(to_metric(zones).geometry.to_numpy())
    here = to_metric(points).geometry.to_numpy()
    return points[shapely.dwithin(outline, here, reach_m)].reset_index(drop=True)


def zone_case(seed: int, *, side_m: float = 1_400.0) -> tuple[gpd.GeoDataFrame, ...]:
    """Return a random zone, the sites in it and 300 m about it, and the poles in it."""
    zone = random_zone(seed, side_m=side_m)
    sites = within(existing_sites(seed=2 + seed), zone, reach_m=300.0)
    return zone, sites, within(candidate_poles(seed=1), zone)


def square_zones(names: tuple[str, ...] = ("west", "east"), *, side_m: float = 1_000.0) -> gpd.GeoDataFrame:
    """Return squares of one side beside each other, on the metric grid of the district."""
    boxes = [
        shapely.box(430_000.0 + at * side_m, 2_553_000.0, 430_000.0 + (at + 1) * side_m, 2_553_000.0 + side_m)
        for at in range(len(names))
    ]
    frame = gpd.GeoDataFrame({"zone_id": list(names)}, geometry=boxes, crs=to_metric(district()).crs)
    return to_canonical(frame)


def at_metres(zones: gpd.GeoDataFrame, xy_m: NDArray[np.float64]) -> gpd.GeoDataFrame:
    """Return points so many metres east and north of the south-west corner of the zones, in EPSG:4490."""
    flat = to_metric(zones)
    west, south, _, _ = flat.total_bounds
    xy = np.asarray(xy_m, dtype=float).reshape(-1, 2) + np.array([west, south])
    points = gpd.GeoDataFrame(geometry=shapely.points(xy), crs=flat.crs)
    return gpd.GeoDataFrame(geometry=to_canonical(points).geometry, crs=CANONICAL_CRS)


def _street_poles(outline: shapely.Geometry, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return n poles along two bundles of bent streets, in order of the streets."""
    west, south, east, north = outline.bounds
    middle = np.array([west + east, south + north]) / 2.0
    reach = np.hypot(east - west, north - south) / 2.0
    rows = []
    for angle in (0.18, 0.18 + np.pi / 2.0):
        along = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-along[1], along[0]])
        offset = -reach
        while offset < reach:
            steps = np.cumsum(rng.uniform(*POLE_SPACING_M, int(2.0 * reach / POLE_SPACING_M[0])))
            bend = 40.0 * np.sin(steps / 700.0 + rng.uniform(0.0, 6.3))
            side = np.where(np.arange(len(steps)) % 2, HALF_STREET_M, -HALF_STREET_M)
            rows.append(middle + np.outer(steps - reach, along) + np.outer(offset + bend + side, across))
            offset += STREET_SPACING_M * rng.uniform(0.6, 1.6)
    xy = np.vstack(rows)
    xy = xy[shapely.contains_xy(outline, *xy.T)]
    if len(xy) < n:
        message = f"only {len(xy)} poles"
        raise ValueError(message)
    return xy[np.sort(rng.choice(len(xy), n, replace=False))]


def _inside(outline: shapely.Geometry, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return n places within the outline, evenly spread."""
    west, south, east, north = outline.bounds
    found = np.zeros((0, 2))
    while len(found) < n:
        tried = rng.uniform((west, south), (east, north), (2 * n + 8, 2))
        found = np.vstack([found, tried[shapely.contains_xy(outline, *tried.T)]])
    return found[:n]
