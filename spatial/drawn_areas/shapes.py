"""The three shapes that can be drawn, each refused unless it can be measured.

Positions are WGS 84 degrees, longitude first, as the map gives them; they are the canonical degrees
of `spatial.crs`. Each is kept to seven decimals, about a centimetre.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely
from shapely import Polygon

from spatial.area import CGCS2000_ELLIPSOID, area_km2, perimeter_km
from spatial.crs import CANONICAL_CRS, to_metric
from spatial.errors import GeometryError, LimitExceededError
from spatial.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CIRCLE_CORNERS",
    "LEAST_AREA_KM2",
    "LEAST_RADIUS_M",
    "MOST_AWAY_DEG",
    "MOST_CORNERS",
    "MOST_RADIUS_M",
    "MOST_SPAN_DEG",
    "Bounds",
    "DrawnShape",
    "Position",
    "ShapeKind",
    "require_near",
]

Position = tuple[float, float]
Bounds = tuple[float, float, float, float]

CIRCLE_CORNERS: Final = 360
MOST_CORNERS: Final = 500
MOST_SPAN_DEG: Final = 1.0
"""East to west and south to north: some hundred kilometres."""
LEAST_RADIUS_M: Final = 1.0
MOST_RADIUS_M: Final = 50_000.0
LEAST_AREA_KM2: Final = 1e-6
"""A square metre."""
MOST_AWAY_DEG: Final = 2.0
"""How far a shape may lie from the region that it is asked about: some two hundred kilometres."""

_DECIMALS: Final = 7
_DECIMALS_M: Final = 0.012
"""What the eighth decimal of both coordinates may amount to."""
_SMALLEST_RADIUS_M: Final = 6.33e6
"""Of the curvature of the ellipsoid at any place."""
_LEAST_CORNERS: Final = 3
_RECTANGLE_CORNERS: Final = 2
_MOST_LON, _MOST_LAT = 180.0, 85.0
_FULL_TURN: Final = 360.0
_HALF_TURN: Final = 180.0


class ShapeKind(StrEnum):
    """How an area was drawn."""

    POLYGON = "polygon"
    RECTANGLE = "rectangle"
    CIRCLE = "circle"


@dataclass(frozen=True, kw_only=True)
class DrawnShape:
    """A shape that can be measured; what cannot be is refused when it is made.

    Parameters
    ----------
    kind : ShapeKind
        How it was drawn.
    corners : sequence of (lon, lat)
        The corners of a polygon in their order, two opposite corners of a rectangle, or the
        centre of a circle; degrees.
    radius_m : float, optional
        Geodesic radius of a circle, to the decimetre; None for every other shape.

    Raises
    ------
    GeometryError
        If corners are missing, lie off the map, or make an outline that crosses itself or holds nothing.
    LimitExceededError
        If there are too many corners, or it reaches too far.
    """

    kind: ShapeKind
    corners: tuple[Position, ...]
    radius_m: float | None = None

    def __post_init__(self) -> None:
        """Put the shape into its plain form and refuse one that cannot be measured."""
        corners = _rounded(self.corners)
        radius_m = _checked_circle(corners, self.radius_m) if self.kind == ShapeKind.CIRCLE else None
        if self.kind == ShapeKind.RECTANGLE:
            corners = _opposite(corners)
        elif self.kind == ShapeKind.POLYGON:
            _check_corners(corners)
        object.__setattr__(self, "corners", corners)
        object.__setattr__(self, "radius_m", radius_m)
        _check_outline(self.outline)

    @cached_property
    def outline(self) -> Polygon:
        """The outline in canonical degrees, anticlockwise; a circle has `CIRCLE_CORNERS` corners."""
        if self.kind == ShapeKind.RECTANGLE:
            (west, south), (east, north) = self.corners
            return Polygon([(west, south), (east, south), (east, north), (west, north)])
        if self.kind == ShapeKind.CIRCLE:
            return _circle(self.corners[0], float(self.radius_m or 0.0))
        return shapely.orient_polygons(Polygon(self.corners))

    @property
    def outline_error_m(self) -> float | None:
        """How far at most the outline of a circle runs inside the true circle; None for other shapes.

        The corners lie on the circle but for their decimals; between two of them the outline is
        straight in degrees, which far from the equator is not quite the shortest way.
        """
        if self.kind != ShapeKind.CIRCLE or self.radius_m is None:
            return None
        latitude = math.radians(abs(self.corners[0][1]) + MOST_SPAN_DEG / 2.0)
        side_m = 2.0 * math.pi * self.radius_m / CIRCLE_CORNERS
        bow_m = side_m**2 * math.tan(latitude) / (8.0 * _SMALLEST_RADIUS_M)
        return self.radius_m * (1.0 - math.cos(math.pi / CIRCLE_CORNERS)) + bow_m + _DECIMALS_M

    @cached_property
    def area_km2(self) -> float:
        """Geodesic area of the outline, as `spatial.area` measures it."""
        return float(area_km2(_series(self.outline)).iloc[0])

    @cached_property
    def perimeter_km(self) -> float:
        """Geodesic length of the outline."""
        return float(perimeter_km(_series(self.outline)).iloc[0])


def require_near(shape: DrawnShape, region: Bounds) -> None:
    """Refuse a shape that lies far from a region; no plane could hold both, so neither could be measured.

    Parameters
    ----------
    shape : DrawnShape
        A shape.
    region : tuple of float
        West, south, east, north in degrees.

    Raises
    ------
    LimitExceededError
        If it reaches more than `MOST_AWAY_DEG` beyond the region.
    """
    west, south, east, north = shape.outline.bounds
    away = max(region[0] - west, region[1] - south, east - region[2], north - region[3])
    if not away <= MOST_AWAY_DEG:  # also what is no number
        raise LimitExceededError("drawn.far_away", away=f"{away:.1f}", allowed=f"{MOST_AWAY_DEG:g}")


def _series(outline: Polygon) -> gpd.GeoSeries:
    return gpd.GeoSeries([outline], crs=CANONICAL_CRS)


def _rounded(corners: Sequence[Position]) -> tuple[Position, ...]:
    """Return the corners to seven decimals, without one that repeats the one before it."""
    if len(corners) > MOST_CORNERS:
        raise LimitExceededError("drawn.too_many_corners", n=len(corners), allowed=MOST_CORNERS)
    found: list[Position] = []
    for number, (lon, lat) in enumerate(corners, start=1):
        if not (abs(lon) <= _MOST_LON and abs(lat) <= _MOST_LAT):  # also what is no number
            raise GeometryError("drawn.off_the_map", number=number)
        corner = (round(float(lon), _DECIMALS), round(float(lat), _DECIMALS))
        if not found or corner != found[-1]:
            found.append(corner)
    if len(found) > 1 and found[0] == found[-1]:
        found.pop()
    return tuple(found)


def _opposite(corners: tuple[Position, ...]) -> tuple[Position, ...]:
    """Return the south-western and the north-eastern corner."""
    if len(corners) != _RECTANGLE_CORNERS:
        raise GeometryError("drawn.rectangle_corners")
    lon, lat = zip(*corners, strict=True)
    if min(lon) == max(lon) or min(lat) == max(lat):
        raise GeometryError("drawn.holds_nothing")
    return (min(lon), min(lat)), (max(lon), max(lat))


def _checked_circle(corners: tuple[Position, ...], radius_m: float | None) -> float:
    """Return the radius to the decimetre."""
    if len(corners) != 1 or radius_m is None:
        raise GeometryError("drawn.circle_centre")
    if not LEAST_RADIUS_M <= radius_m <= MOST_RADIUS_M:
        least, most = f"{LEAST_RADIUS_M:g}", f"{MOST_RADIUS_M / M_PER_KM:g}"
        raise LimitExceededError("drawn.radius", radius=f"{radius_m:,.10g}", least=least, most=most)
    return round(float(radius_m), 1)


def _check_corners(corners: tuple[Position, ...]) -> None:
    if len(corners) < _LEAST_CORNERS:
        raise GeometryError("drawn.too_few_corners", n=len(corners))
    crossing = _first_crossing(corners)
    if crossing is not None:
        raise GeometryError("drawn.crosses_itself", first=crossing[0], second=crossing[1])


def _first_crossing(corners: tuple[Position, ...]) -> tuple[int, int] | None:
    """Return the numbers of the first two edges that meet but do not follow one another."""
    if shapely.LinearRing(corners).is_simple:
        return None
    edges = shapely.linestrings([[a, b] for a, b in pairwise((*corners, corners[0]))])
    pairs = shapely.STRtree(edges).query(edges, predicate="intersects").T
    first, second = pairs[pairs[:, 0] < pairs[:, 1]].T
    follows = (second - first == 1) | ((first == 0) & (second == len(edges) - 1))
    # Edges that follow one another share their corner; more than that is going back on oneself.
    met = ~follows
    beside = shapely.intersection(edges[first[follows]], edges[second[follows]])
    met[follows] = shapely.length(beside) > 0.0
    found = sorted(zip(first[met].tolist(), second[met].tolist(), strict=True))
    return (found[0][0] + 1, found[0][1] + 1) if found else (1, 2)


def _check_outline(outline: Polygon) -> None:
    """Hold an outline to the limits, and to being one on the metric grid too."""
    west, south, east, north = outline.bounds
    if east - west > _HALF_TURN:
        raise GeometryError("drawn.antimeridian")
    span = max(east - west, north - south)
    if span > MOST_SPAN_DEG:
        raise LimitExceededError("drawn.too_far", span=f"{span:.2f}", allowed=f"{MOST_SPAN_DEG:g}")
    flat = to_metric(_series(outline)).iloc[0]
    # What is simple in degrees may cross itself where it is a thread's breadth wide.
    if not (outline.is_valid and flat.is_valid) or flat.area < LEAST_AREA_KM2 * M_PER_KM**2:
        raise GeometryError("drawn.holds_nothing")


def _circle(centre: Position, radius_m: float) -> Polygon:
    """Return the polygon whose corners lie on the geodesic circle, the eastern one first."""
    bearing = 90.0 - np.arange(CIRCLE_CORNERS) * (_FULL_TURN / CIRCLE_CORNERS)
    lon, lat = (np.full(CIRCLE_CORNERS, value) for value in centre)
    east, north, _ = CGCS2000_ELLIPSOID.fwd(lon, lat, bearing, np.full(CIRCLE_CORNERS, radius_m))
    return Polygon(np.round(np.column_stack([east, north]), _DECIMALS))
