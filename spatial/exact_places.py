"""The exact predicate, for the few points that are near an edge."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from spatial.edge_rule import EDGE_TOLERANCE_DEG, EDGE_TOLERANCE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = ["ExactPlaces", "on_metric_grid"]

_CANONICAL: Final = "EPSG:4490"


class ExactPlaces:
    """Zones that are asked point by point. What it prepares for that does not travel with it.

    Parameters
    ----------
    polygons : ndarray of geometry, shape (n_zones,)
        Valid outlines in canonical degrees; empty ones hold nothing.
    reaches_deg : ndarray of float, shape (n_zones,)
        How far from a zone a point may be that counts as on its edge.
    metric_code : int
        EPSG code of the metric grid.
    """

    def __init__(self, polygons: Geometries, reaches_deg: Floats, metric_code: int) -> None:
        self._polygons, self._reaches_deg, self._metric_code = polygons, reaches_deg, metric_code
        self._prepare()

    def __getstate__(self) -> tuple[Geometries, Floats, int]:
        return self._polygons, self._reaches_deg, self._metric_code

    def __setstate__(self, state: tuple[Geometries, Floats, int]) -> None:
        self._polygons, self._reaches_deg, self._metric_code = state
        self._prepare()

    def pairs(self, lon: Floats, lat: Floats) -> tuple[Rows, Rows]:
        """Return the pairs of a point and a zone that holds it or has it on its edge, in order.

        Parameters
        ----------
        lon, lat : ndarray of float, shape (n,)
            Finite canonical degrees.
        """
        # What shapely prepares it prepares at the first question, which must not be two at once.
        with self._lock:
            return self._found(lon, lat)

    def _prepare(self) -> None:
        self._lock = Lock()
        self._tree: shapely.STRtree | None = None
        self._tree_rows: Rows = np.zeros(0, dtype=np.int64)
        self._outlines = np.full(len(self._polygons), None, dtype=object)
        self._metric_outlines = np.full(len(self._polygons), None, dtype=object)

    def _found(self, lon: Floats, lat: Floats) -> tuple[Rows, Rows]:
        points = np.asarray(shapely.points(lon, lat))
        at, zone = self._candidates(points)
        found = shapely.intersects_xy(self._polygons[zone], lon[at], lat[at])
        rest = np.flatnonzero(~found)
        found[rest] = shapely.dwithin(self._outline(zone[rest]), points[at[rest]], EDGE_TOLERANCE_DEG)
        rest = rest[~found[rest]]
        reaches: Any = self._reaches_deg[zone[rest]]
        maybe = shapely.dwithin(self._outline(zone[rest]), points[at[rest]], reaches)
        rest = rest[maybe]
        found[rest] = self._on_metric_edge(zone[rest], lon[at[rest]], lat[at[rest]])
        return at[found], zone[found]

    def _candidates(self, points: Geometries) -> tuple[Rows, Rows]:
        """Return the pairs of a point and a zone whose surroundings hold it, in order."""
        if self._tree is None:
            self._tree_rows = np.flatnonzero(
                ~(shapely.is_missing(self._polygons) | shapely.is_empty(self._polygons))
            )
            shapely.prepare(self._polygons[self._tree_rows])
            west, south, east, north = shapely.bounds(self._polygons[self._tree_rows]).T
            reach = self._reaches_deg[self._tree_rows] + EDGE_TOLERANCE_DEG
            windows = shapely.box(west - reach, south - reach, east + reach, north + reach)
            self._tree = shapely.STRtree(windows)
        at, row = self._tree.query(points)
        zone = self._tree_rows[row]
        order = np.lexsort((zone, at))
        return at[order], zone[order]

    def _outline(self, zone: Rows) -> Geometries:
        """Return the edges of zones, prepared."""
        new = np.unique(zone[shapely.is_missing(self._outlines[zone])])
        self._outlines[new] = shapely.boundary(self._polygons[new])
        shapely.prepare(self._outlines[new])
        found: Geometries = self._outlines[zone]
        return found

    def _on_metric_edge(self, zone: Rows, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Tell which points the reading in metres puts on the edge."""
        if not len(zone):
            return np.zeros(0, dtype=bool)
        new = np.unique(zone[shapely.is_missing(self._metric_outlines[zone])])
        self._metric_outlines[new] = shapely.boundary(on_metric_grid(self._polygons[new], self._metric_code))
        shapely.prepare(self._metric_outlines[new])
        points = on_metric_grid(np.asarray(shapely.points(lon, lat)), self._metric_code)
        # Far from the zones a flat grid may have no coordinates to give.
        points[~np.isfinite(shapely.bounds(points)).all(axis=1)] = None
        near: NDArray[np.bool_] = shapely.dwithin(self._metric_outlines[zone], points, EDGE_TOLERANCE_M)
        return near


def on_metric_grid(geometry: Geometries, metric_code: int) -> Geometries:
    """Carry geometry from canonical degrees to a metric grid, vertex by vertex."""
    from spatial.crs import transform_xy  # noqa: PLC0415 - a count that meets no edge needs no pyproj

    def move(xy: Floats) -> Floats:
        return np.column_stack(
            transform_xy(xy[:, 0], xy[:, 1], source=_CANONICAL, target=f"EPSG:{metric_code}")
        )

    moved: Geometries = shapely.transform(geometry, move)
    return moved
