"""The ground of each zone that no site reaches, and the patches that it consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = ["Pieces", "Spots", "deepest_spots", "uncovered_pieces"]

_SHARE_OF_SIDE: Final = 100.0
_LEAST_TOLERANCE_M: Final = 0.1


class Pieces(NamedTuple):
    """Polygons of uncovered ground, each with the row of its zone."""

    polygons: Geometries
    zone_rows: Rows

    def among(self, kept: NDArray[np.bool_]) -> Pieces:
        """Return some of the pieces."""
        return Pieces(self.polygons[kept], self.zone_rows[kept])

    def area_m2(self, n_zones: int) -> Floats:
        """Return the flat area of all pieces of each zone, shape (n_zones,)."""
        areas = np.bincount(self.zone_rows, weights=shapely.area(self.polygons), minlength=n_zones)
        return areas.astype(np.float64)


class Spots(NamedTuple):
    """The point of each polygon that is farthest from its edge.

    Attributes
    ----------
    xy_m : ndarray of float, shape (n, 2)
        A place inside.
    width_m : ndarray of float, shape (n,)
        Diameter of the circle around it that just fits in.
    """

    xy_m: Floats
    width_m: Floats


def uncovered_pieces(zones: Geometries, covered: BaseGeometry) -> Pieces:
    """Return the parts of each zone outside ``covered``; of zones that overlap each has its own."""
    whole = shapely.union_all(zones)
    open_ground, _ = _polygons_of(np.array([shapely.difference(whole, covered)], dtype=object))
    rows, pieces = shapely.STRtree(open_ground).query(zones, predicate="intersects")
    polygons, at = _polygons_of(shapely.intersection(zones[rows], open_ground[pieces]))
    return Pieces(polygons, rows[at].astype(np.int64))


def deepest_spots(polygons: Geometries) -> Spots:
    """Return where the widest circle fits into each polygon, and how wide it is."""
    xy, width = np.empty((len(polygons), 2)), np.empty(len(polygons))
    for row, polygon in enumerate(polygons):
        tolerance = max(float(np.sqrt(polygon.area)) / _SHARE_OF_SIDE, _LEAST_TOLERANCE_M)
        radius = shapely.maximum_inscribed_circle(polygon, tolerance=tolerance)
        centre = shapely.get_coordinates(radius)[0]
        if not shapely.contains_xy(polygon, *centre):
            # In a sliver thinner than the tolerance any place inside will do.
            centre = shapely.get_coordinates(shapely.point_on_surface(polygon))[0]
        xy[row], width[row] = centre, 2.0 * shapely.length(radius)
    return Spots(xy, width)


def _polygons_of(shapes: Geometries) -> tuple[Geometries, Rows]:
    """Return the polygons among the parts of shapes, none empty, and the row of each one's shape."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    # What two polygons share may be a collection that holds a multipolygon.
    single, at = shapely.get_parts(parts, return_index=True)
    kept = shapely.area(single) > 0.0
    return single[kept], row[at][kept]
