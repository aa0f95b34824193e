"""Which zone a point lies in: deterministic, and nothing is lost.

A point on an edge that zones share goes to the zone whose ``zone_id`` sorts first. An edge between
two vertices is straight in degrees for one reader and straight in metres for another; between the
two readings lie some centimetres. A point counts as on the edge where either reading, or
`EDGE_TOLERANCE_M`, puts it there, so that a change of reference system moves no point.

Zones that overlap each other (an area above `OVERLAP_TOLERANCE`) each count the points that they
share; a total is never the sum over zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from spatial.area import require_polygons
from spatial.crs import metric_crs_for, reproject, require_crs, to_canonical
from spatial.errors import DuplicateIdError, GeometryError, MissingColumnError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = [
    "EDGE_TOLERANCE_M",
    "OVERLAP_TOLERANCE",
    "LayerKind",
    "Placement",
    "assign_to_zones",
    "count_by_zone",
    "layer_kind",
    "locate",
    "outside_count",
    "placeable",
    "zone_ids",
]

OVERLAP_TOLERANCE: Final = 1e-4
"""Share of the smaller zone's area up to which an overlap is a digitising sliver."""

EDGE_TOLERANCE_M: Final = 0.001
_EDGE_TOLERANCE_DEG: Final = 1e-8


class LayerKind(StrEnum):
    """How the zones of a layer lie to each other; a tiling may leave gaps."""

    TILING = "tiling"
    OVERLAPPING = "overlapping"


@dataclass(frozen=True)
class Placement:
    """Which of ``n_points`` points lie in which of ``n_zones`` zones.

    Parameters
    ----------
    zone_rows, point_rows : ndarray of int, shape (n_pairs,)
        One pair for each point that a zone counts, ordered by point, then by ``zone_id``.
    n_zones, n_points : int
        The lengths of the two frames.
    """

    zone_rows: Rows
    point_rows: Rows
    n_zones: int
    n_points: int

    def counts(self, weights: Rows) -> Rows:
        """Return the summed weights in each zone, shape (n_zones,)."""
        return weigh(self.zone_rows, self.point_rows, weights, n_zones=self.n_zones)

    def outside(self, weights: Rows) -> int:
        """Return the summed weights of the points that lie in no zone."""
        free = np.ones(self.n_points, dtype=bool)
        free[self.point_rows] = False
        return int(weights[free].sum())


def weigh(zone_rows: Rows, point_rows: Rows, weights: Rows, *, n_zones: int) -> Rows:
    """Sum whole weights over pairs of zone and point, shape (n_zones,)."""
    return np.bincount(zone_rows, weights=weights[point_rows], minlength=n_zones).astype(np.int64)


def zone_ids(zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the ids of ``zones`` as text, on its index.

    Raises
    ------
    MissingColumnError, DuplicateIdError
        If there is no ``zone_id``, or an id is empty or repeated.
    """
    if "zone_id" not in zones:
        raise MissingColumnError("verdict.no_zone_id")
    ids = zones["zone_id"].astype("string").fillna("")
    faulty = ids.duplicated(keep=False) | (ids == "")
    if faulty.any():
        named = ", ".join(sorted(set(ids[faulty]) - {""}))
        raise DuplicateIdError("verdict.zone_ids_not_unique", count=int(faulty.sum()), ids=named)
    return ids


def placeable(points: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which rows have one finite position, shape (n,)."""
    geometry = points.geometry.to_numpy()
    single = shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    return single & np.isfinite(shapely.get_x(geometry)) & np.isfinite(shapely.get_y(geometry))


def layer_kind(zones: gpd.GeoDataFrame) -> LayerKind:
    """Tell whether the zones of a layer overlap by more than `OVERLAP_TOLERANCE`."""
    return LayerKind.OVERLAPPING if overlapping_pairs(zones).size else LayerKind.TILING


def overlapping_pairs(zones: gpd.GeoDataFrame) -> Rows:
    """Return the overlapping pairs of rows, shape (n, 2), the lower row first."""
    geometry = metric_polygons(zones)
    first, second = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    # Areas on the flat metric grid serve here for a ratio alone.
    size = shapely.area(geometry)
    common = shapely.area(shapely.intersection(geometry[first], geometry[second]))
    real = common > OVERLAP_TOLERANCE * np.minimum(size[first], size[second])
    return np.column_stack([first[real], second[real]])


def locate(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Placement:
    """Place every point: in a tiling in one zone at most, else in each zone that holds it.

    Parameters
    ----------
    points, zones : GeoDataFrame
        In any stated system. Points without a position lie in no zone.

    Raises
    ------
    MissingCrsError, MissingColumnError, DuplicateIdError, GeometryError
        If the frames cannot be used.
    """
    order = np.argsort(zone_ids(zones).to_numpy(dtype=object), kind="stable")
    rank = np.empty(len(zones), dtype=np.int64)
    rank[order] = np.arange(len(zones))
    pairs = _candidates(points, zones)
    zone_rows, point_rows = np.divmod(pairs, max(len(points), 1))
    sort = np.lexsort((rank[zone_rows], point_rows))
    zone_rows, point_rows = zone_rows[sort], point_rows[sort]
    kept = _first_of_rivals(zone_rows, point_rows, overlapping_pairs(zones), n_zones=len(zones))
    return Placement(zone_rows[kept], point_rows[kept], len(zones), len(points))


def assign_to_zones(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the ``zone_id`` of each point on the index of ``points``; NA outside every zone.

    In an overlapping layer it is the first by ``zone_id`` of the zones that hold the point.
    """
    placed = locate(points, zones)
    assigned = pd.array([pd.NA] * len(points), dtype="string")
    rows, first = np.unique(placed.point_rows, return_index=True)
    assigned[rows] = zone_ids(zones).to_numpy()[placed.zone_rows[first]]
    return pd.Series(assigned, index=points.index, name="zone_id")


def count_by_zone(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the number of points in each zone, on the index of ``zones``."""
    counts = locate(points, zones).counts(np.ones(len(points), dtype=np.int64))
    return pd.Series(counts, index=zones.index, name="count")


def outside_count(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> int:
    """Return how many points with a position lie in no zone (区外)."""
    return locate(points, zones).outside(placeable(points).astype(np.int64))


def metric_polygons(zones: gpd.GeoDataFrame) -> Geometries:
    """Return the zones on their metric grid; refuse what has no usable outline."""
    require_crs(zones, layer="zones")
    require_polygons(zones, layer="zones")
    missing = shapely.is_missing(zones.geometry) | shapely.is_empty(zones.geometry)
    if missing.any():
        named = ", ".join(zone_ids(zones)[missing])
        raise GeometryError("verdict.zones_without_geometry", count=missing.sum(), zones=named)
    grid: Geometries = reproject(zones, metric_crs_for(zones)).geometry.to_numpy()
    return grid


def metric_points(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Geometries:
    """Return the points on the metric grid of ``zones``; None for those that have no place there."""
    require_crs(points, layer="points")
    crs = metric_crs_for(zones)
    there = placeable(points)
    moved = np.full(len(points), None, dtype=object)
    moved[there] = reproject(points[there], crs).geometry.to_numpy()
    # Far from the zones the grid may have no coordinates to give.
    moved[~(np.isfinite(shapely.get_x(moved)) & np.isfinite(shapely.get_y(moved)))] = None
    return moved


def pairs_near_edges(
    points: Geometries,
    zones: Geometries,
    *,
    point_reach: NDArray[np.float64],
    zone_reach: NDArray[np.float64],
) -> tuple[Rows, Rows]:
    """Return the pairs (zone row, point row) where the point is near the zone's edge.

    Parameters
    ----------
    points, zones : ndarray of geometry
        On one grid.
    point_reach, zone_reach : ndarray of float
        In the grid's unit. A pair is near within the sum of its two; a sum of nought never is.
    """
    edges = shapely.boundary(zones)
    shapely.prepare(edges)
    farthest = zone_reach + point_reach.max(initial=0.0)
    west, south, east, north = shapely.bounds(zones).T
    windows = shapely.box(west - farthest, south - farthest, east + farthest, north + farthest)
    zone_rows, point_rows = shapely.STRtree(points).query(windows)
    distance = zone_reach[zone_rows] + point_reach[point_rows]
    near = (distance > 0.0) & shapely.dwithin(edges[zone_rows], points[point_rows], distance)
    return zone_rows[near], point_rows[near]


def _candidates(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Rows:
    """Return every pair that either reading of the edges allows, as zone × n_points + point."""
    readings = (
        (metric_points(points, zones), metric_polygons(zones), EDGE_TOLERANCE_M),
        (_canonical_points(points), to_canonical(zones).geometry.to_numpy(), _EDGE_TOLERANCE_DEG),
    )
    found = []
    for where, polygons, tolerance in readings:
        inside = shapely.STRtree(where).query(polygons, predicate="intersects")
        on_edge = pairs_near_edges(
            where,
            polygons,
            point_reach=np.zeros(len(where)),
            zone_reach=np.full(len(polygons), tolerance),
        )
        for zone_rows, point_rows in (inside, on_edge):
            found.append(zone_rows * len(points) + point_rows)
    return np.unique(np.concatenate(found))


def _canonical_points(points: gpd.GeoDataFrame) -> Geometries:
    there = placeable(points)
    kept = np.full(len(points), None, dtype=object)
    kept[there] = to_canonical(points[there]).geometry.to_numpy()
    return kept


def _first_of_rivals(zone_rows: Rows, point_rows: Rows, overlaps: Rows, *, n_zones: int) -> NDArray[np.bool_]:
    """Tell which pairs stay; of zones that do not overlap, the first in order takes the point.

    The pairs are ordered by point, then by zone in the order of precedence.
    """
    both = np.concatenate([overlaps, overlaps[:, ::-1]])
    sharing = both[:, 0] * n_zones + both[:, 1]
    _, start, size = np.unique(point_rows, return_index=True, return_counts=True)
    step = np.arange(len(point_rows)) - np.repeat(start, size)
    kept = np.ones(len(point_rows), dtype=bool)
    for later in range(1, int(size.max(initial=0))):
        here = np.flatnonzero(step == later)
        for earlier in range(later):
            there = here - later + earlier
            rivals = ~np.isin(zone_rows[there] * n_zones + zone_rows[here], sharing)
            kept[here] &= ~(kept[there] & rivals)
    return kept
