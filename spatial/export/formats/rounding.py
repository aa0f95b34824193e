"""Coordinates rounded to seven decimals of a degree, about a centimetre, so that nothing breaks.

A polygon that rounding folds onto itself is snapped to the same grid by GEOS, which keeps it valid and
within the grid's step of where it was. One that hardly anything is left of is refused by name: no
reader would draw it, and some fail on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from spatial.errors import GeometryError
from spatial.export.formats.rings import shapes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.export.formats.rings import Shapes
    from spatial.export.model import GeometryType

__all__ = ["DECIMALS", "Rounded", "rounded"]

DECIMALS: Final = 7
"""Decimals of a degree in RFC 7946 files."""

_MAX_LON, _MAX_LAT = 180.0, 90.0
_PER_DEGREE: Final = 10.0**DECIMALS
_STEP: Final = 1.0 / _PER_DEGREE
_TYPES: Final = {
    "Point": [shapely.GeometryType.POINT],
    "MultiPolygon": [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON],
}
_MOST_AREA_CHANGED: Final = 0.01
"""Share of a feature's area by which rounding may change it."""


class Rounded(NamedTuple):
    """Rounded geometries.

    Attributes
    ----------
    shapes : Shapes
        Outer rings counter-clockwise, inner ones clockwise, no position twice in a row.
    snapped : ndarray of int
        Features whose boundary had to be snapped to the grid to stay valid.
    """

    shapes: Shapes
    snapped: NDArray[np.intp]


def rounded(geometries: NDArray[np.object_], *, kind: GeometryType, ids: NDArray[np.object_]) -> Rounded:
    """Return the geometries as RFC 7946 files hold them.

    Parameters
    ----------
    geometries : ndarray of object, shape (n,)
        Degrees, longitude first.
    kind : {"Point", "MultiPolygon"}
        What they must be; a Polygon counts as a MultiPolygon of one.
    ids : ndarray of object, shape (n,)
        For messages alone.

    Raises
    ------
    GeometryError
        If a geometry is missing, empty, of another type, not finite or off the globe, has an invalid
        boundary before it is rounded, or hardly anything is left of it afterwards; naming the feature.
    """
    _check_positions(geometries, kind, ids)
    if kind == "Point" or not len(geometries):
        shapes = shapes_of(geometries)
        return Rounded(shapes.with_xy(_on_grid(shapes.xy)), np.empty(0, dtype=np.intp))
    return _rounded_polygons(geometries, ids)


def _check_positions(geometries: NDArray[np.object_], kind: GeometryType, ids: NDArray[np.object_]) -> None:
    """Refuse what no reader could place."""
    bad = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    _refuse(bad, "feature.without_geometry", ids)
    _refuse(~np.isin(shapely.get_type_id(geometries), _TYPES[kind]), "feature.other_geometry_type", ids)
    west, south, east, north = np.abs(shapely.bounds(geometries).T)
    lon, lat = np.maximum(west, east), np.maximum(south, north)
    _refuse(~((lon <= _MAX_LON) & (lat <= _MAX_LAT)), "feature.off_the_globe", ids)


def _rounded_polygons(geometries: NDArray[np.object_], ids: NDArray[np.object_]) -> Rounded:
    """Return rounded polygons, snapped where plain rounding breaks them."""
    _refuse(~shapely.is_valid(geometries), "feature.invalid_boundary", ids)
    plain = shapely.transform(geometries, _on_grid)
    broken = np.flatnonzero(~shapely.is_valid(plain))
    if len(broken):
        snapped = shapely.set_precision(geometries[broken], _STEP)
        plain[broken] = shapely.transform(snapped, _on_grid)
    areas, kept = shapely.area(geometries), shapely.area(plain)
    polygonal = np.isin(shapely.get_type_id(plain), _TYPES["MultiPolygon"])
    sound = polygonal & shapely.is_valid(plain) & (np.abs(kept - areas) <= _MOST_AREA_CHANGED * areas)
    _refuse(~(sound & (kept > 0.0)), "feature.lost_in_rounding", ids)
    # Rounding two neighbours to one leaves the position twice in a row, which is valid but untidy.
    tidy = shapely.remove_repeated_points(plain)
    return Rounded(shapes_of(shapely.orient_polygons(tidy)), broken)


def _on_grid(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the doubles nearest to the rounded decimals; never a negative zero."""
    on_grid: NDArray[np.float64] = np.rint(xy * _PER_DEGREE) / _PER_DEGREE + 0.0
    return on_grid


def _refuse(wrong: NDArray[np.bool_], key: str, ids: NDArray[np.object_]) -> None:
    """Raise the error of the features that are wrong, if any."""
    if wrong.any():
        raise GeometryError(key, count=int(wrong.sum()), features=[str(own) for own in ids[wrong]])
