"""Invalid geometry made valid, with the area before and after; what cannot be mended is told."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from spatial.area import CGCS2000_ELLIPSOID
from spatial.polygons import is_tangle
from spatial.units import SQ_M_PER_SQ_KM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Geometries = NDArray[np.object_]

__all__ = ["Repaired", "area_km2_of", "repair"]

_POLYGON, _MULTI_POLYGON, _COLLECTION = 3, 6, 7
_AREAL: Final = (_POLYGON, _MULTI_POLYGON)
_AREA: Final = 2


class Repaired(NamedTuple):
    """Geometry that is valid or None, and what happened to it.

    Attributes
    ----------
    geometry : ndarray of geometry
        None where nothing that can be used was left.
    mended : ndarray of int
        Positions that were invalid and are valid now.
    before_km2, after_km2 : ndarray of float
        Areas of those, as drawn and as mended; lines have none.
    stripped : ndarray of int
        Positions of which lines or points beside the polygons were left out.
    tangled, collapsed : ndarray of int
        Positions that are None now: too many crossings to be a boundary, and nothing with an area.
    """

    geometry: Geometries
    mended: NDArray[np.int64]
    before_km2: NDArray[np.float64]
    after_km2: NDArray[np.float64]
    stripped: NDArray[np.int64]
    tangled: NDArray[np.int64]
    collapsed: NDArray[np.int64]


def repair(geometry: Geometries, *, polygons_only: bool) -> Repaired:
    """Make each geometry valid.

    Parameters
    ----------
    geometry : ndarray of geometry
        Finite, two-dimensional, in degrees; None stays None.
    polygons_only : bool
        Whether lines and points beside polygons are left out; points alone stay.
    """
    sound = geometry.copy()
    invalid = np.flatnonzero(~shapely.is_missing(geometry) & ~shapely.is_valid(geometry))
    tangled = [int(at) for at in invalid if _is_tangled(geometry[at])]
    sound[tangled] = None
    mendable = np.setdiff1d(invalid, tangled)
    for at in mendable:
        sound[at] = _mend(geometry[at])
    stripped: list[int] = []
    if polygons_only:
        for at in np.flatnonzero(shapely.get_type_id(sound) == _COLLECTION):
            sound[at] = _polygons_of(sound[at])
            stripped.append(int(at))
    collapsed = [int(at) for at in np.union1d(mendable, stripped).astype(np.int64) if sound[at] is None]
    mended = np.setdiff1d(mendable, collapsed)
    return Repaired(
        sound,
        mended,
        np.array([area_km2_of(geometry[at]) for at in mended], dtype=float),
        np.array([area_km2_of(sound[at]) for at in mended], dtype=float),
        np.setdiff1d(np.array(stripped, dtype=np.int64), collapsed),
        np.array(tangled, dtype=np.int64),
        np.array(collapsed, dtype=np.int64),
    )


def area_km2_of(geometry: BaseGeometry) -> float:
    """Return the geodesic area that the rings of a geometry enclose as they are drawn, in km².

    Of an invalid polygon this is what its own rings add up to: parts that a crossing turns round are
    taken off, so that the figure shows how far the drawn outline and the mended one differ.
    """
    area = 0.0
    for part in shapely.get_parts(_areal(geometry)):
        for number, ring in enumerate(shapely.get_rings(part)):
            lon, lat = shapely.get_coordinates(ring).T
            size = abs(CGCS2000_ELLIPSOID.polygon_area_perimeter(lon, lat)[0])
            area += -size if number else size
    return area / SQ_M_PER_SQ_KM


def _mend(geometry: BaseGeometry) -> BaseGeometry | None:
    """Return the geometry made valid, of its own dimension; None where nothing is left of it."""
    areal, dimension = shapely.get_type_id(geometry) in _AREAL, shapely.get_dimensions(geometry)
    for mended in _made_valid(geometry):
        kept = _polygons_of(mended) if areal else mended
        # A line of no length would become a point, which nobody drew.
        if kept is not None and kept.is_valid and shapely.get_dimensions(kept) == dimension:
            return kept
    return None


def _made_valid(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    """Yield what each rule makes of a geometry.

    The rule of shells and holes keeps ground that two rings cover; where it leaves nothing, as of a hole
    without a shell, the rule of crossing lines may still find an area. Lines and points know one rule.
    """
    # The library says by these errors that a rule came to no end.
    with suppress(shapely.errors.GEOSException):
        if shapely.get_dimensions(geometry) == _AREA:
            yield shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    with suppress(shapely.errors.GEOSException):
        yield shapely.make_valid(geometry)


def _is_tangled(geometry: BaseGeometry) -> bool:
    """Tell polygons that cross themselves too often to be boundaries."""
    areal = _areal(geometry)
    return not areal.is_empty and is_tangle(areal)


def _areal(geometry: BaseGeometry) -> MultiPolygon:
    """Return the polygons of a geometry as one, valid or not."""
    return MultiPolygon([part for part in _simple_parts(geometry) if isinstance(part, Polygon)])


def _polygons_of(geometry: BaseGeometry) -> BaseGeometry | None:
    """Return the polygons with an area; None without any. Those that overlap are made one."""
    parts = [part for part in _simple_parts(geometry) if isinstance(part, Polygon) and part.area > 0.0]
    if not parts:
        return None
    together = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return together if together.is_valid else _union(parts)


def _union(parts: list[Polygon]) -> BaseGeometry | None:
    """Return overlapping polygons as one; None where they have no union."""
    with suppress(shapely.errors.GEOSException):
        together: BaseGeometry = shapely.union_all(parts)
        return together
    return None


def _simple_parts(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the simple geometries of a geometry, at whatever depth."""
    level = [geometry]
    while any(hasattr(part, "geoms") for part in level):
        level = [inner for part in level for inner in (part.geoms if hasattr(part, "geoms") else (part,))]
    return level
