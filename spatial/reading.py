"""Points and zones on one grid, where the edges of the zones are straight.

Between two vertices an edge is straight in degrees for one reader and straight in metres for
another. A `Reading` is one of the two; `spatial.counting` says what it asks of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatial.area import outlines, require_geometry
from spatial.crs import CANONICAL_CRS, metric_crs_for, reproject, require_crs
from spatial.zone_grid.edges import edges_of
from spatial.zone_grid.nearness import maybe_near

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = [
    "Reading",
    "canonical_polygons",
    "canonical_positions",
    "metric_polygons",
    "metric_reading",
    "placeable",
]


@dataclass(frozen=True)
class Reading:
    """Points and polygons on one grid.

    Parameters
    ----------
    points : ndarray of geometry, shape (n_points,)
        None where a point has no place on this grid.
    polygons : ndarray of geometry, shape (n_zones,)
        The zones.
    """

    points: Geometries
    polygons: Geometries

    def near_edge(self, *, point_reach: NDArray[np.float64], zone_reach: NDArray[np.float64]) -> Rows:
        """Return the pairs of a zone and a point near its edge, as codes.

        Parameters
        ----------
        point_reach, zone_reach : ndarray of float, shapes (n_points,) and (n_zones,)
            In the grid's unit. A pair is near within the sum of its two; a sum of nought never is.
        """
        edges = edges_of(self.polygons)
        # A trifle more, for what is lost where a reach and a place are large.
        farthest = (zone_reach + point_reach.max(initial=0.0)) * (1.0 + 1e-9) + 1e-6
        x, y = shapely.bounds(self.points)[:, :2].T
        zone_rows, point_rows = maybe_near(edges, farthest[edges.zone], x, y)
        reach: Any = zone_reach[zone_rows] + point_reach[point_rows]
        some = reach > 0.0
        zone_rows, point_rows, reach = zone_rows[some], point_rows[some], reach[some]
        outlines = shapely.boundary(self.polygons)
        shapely.prepare(outlines)
        near = shapely.dwithin(outlines[zone_rows], self.points[point_rows], reach)
        return self._codes(zone_rows[near], point_rows[near])

    def split(self, codes: Rows) -> tuple[Rows, Rows]:
        """Return the zone rows and point rows of pair codes."""
        zone_rows, point_rows = np.divmod(codes, max(len(self.points), 1))
        return zone_rows, point_rows

    def _codes(self, zone_rows: Rows, point_rows: Rows) -> Rows:
        """Return one sortable number per pair: zone row × n_points + point row."""
        return zone_rows * len(self.points) + point_rows


def placeable(points: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which rows have one finite position, shape (n,)."""
    geometry = points.geometry.to_numpy()
    single = shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    placed: NDArray[np.bool_] = single & _finite(geometry)
    return placed


def metric_reading(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Reading:
    """Read both frames on the metric grid of ``zones``.

    Raises
    ------
    MissingCrsError, GeometryError
        If a frame states no system, or a zone has no usable outline.
    """
    return _reading(points, metric_polygons(zones), metric_crs_for(zones))


def canonical_polygons(zones: gpd.GeoDataFrame) -> Geometries:
    """Return the outlines in canonical degrees; errors as for `metric_reading`."""
    return _outlines(zones, CANONICAL_CRS)


def canonical_positions(points: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return the longitude and latitude of each row in canonical degrees, NaN where it has no place.

    Raises
    ------
    MissingCrsError
        If no system is stated.
    """
    require_crs(points, layer="points")
    there = placeable(points)
    lon, lat = np.full((2, len(points)), np.nan)
    geometry = reproject(points[there], CANONICAL_CRS).geometry.to_numpy()
    lon[there], lat[there] = shapely.get_x(geometry), shapely.get_y(geometry)
    return lon, lat


def metric_polygons(zones: gpd.GeoDataFrame) -> Geometries:
    """Return the outlines on the metric grid; errors as for `metric_reading`."""
    return _outlines(zones, metric_crs_for(zones))


def _reading(points: gpd.GeoDataFrame, polygons: Geometries, crs: CRS | str) -> Reading:
    require_crs(points, layer="points")
    there = placeable(points)
    moved = np.full(len(points), None, dtype=object)
    moved[there] = reproject(points[there], crs).geometry.to_numpy()
    # Far from the zones a flat grid may have no coordinates to give.
    moved[~_finite(moved)] = None
    return Reading(moved, polygons)


def _outlines(zones: gpd.GeoDataFrame, crs: CRS | str) -> Geometries:
    require_geometry(zones)
    return outlines(zones, crs)


def _finite(points: Geometries) -> NDArray[np.bool_]:
    # Bounds, unlike coordinates, may be asked of an empty point.
    return np.asarray(np.isfinite(shapely.bounds(points)).all(axis=1))
