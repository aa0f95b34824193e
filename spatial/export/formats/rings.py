"""The positions of many geometries in a few arrays: what writers format and checks look at.

Geometry objects of the GEOS library cannot hold an open ring, and a million of them cost seconds to
walk. Arrays hold what a file says, right or wrong, and are checked all at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Positions = NDArray[np.float64]
    Offsets = NDArray[np.intp]

__all__ = ["Shapes", "shapes_from_json", "shapes_of"]

_NUMBERS: Final = frozenset({int, float})
_NO_XY: Final = np.empty((0, 2))


@dataclass(frozen=True, eq=False, kw_only=True)
class Shapes:
    """The positions of n features, in the order of the features.

    Each array of offsets has one member more than there are things, begins with 0 and ends with the
    length of what it points into: feature i has polygons ``features[i]`` to ``features[i + 1]``.

    Attributes
    ----------
    xy : ndarray of float, shape (p, 2)
        Longitude and latitude, or east and north.
    rings : ndarray of int, shape (r + 1,)
        Where each ring begins in ``xy``. A point counts as a ring of one position.
    polygons : ndarray of int, shape (q + 1,)
        Where each polygon begins in ``rings``; its first ring is the outer one.
    features : ndarray of int, shape (n + 1,)
        Where each feature begins in ``polygons``.
    areal : bool
        Whether they are polygons; False for points.
    """

    xy: Positions
    rings: Offsets
    polygons: Offsets
    features: Offsets
    areal: bool

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.features) - 1

    @property
    def feature_of_polygon(self) -> Offsets:
        """Index of the feature of each polygon, shape (q,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.features))

    @property
    def feature_of_ring(self) -> Offsets:
        """Index of the feature of each ring, shape (r,)."""
        return np.repeat(self.feature_of_polygon, np.diff(self.polygons))

    @property
    def feature_of_position(self) -> Offsets:
        """Index of the feature of each position, shape (p,)."""
        return np.repeat(self.feature_of_ring, np.diff(self.rings))

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of all positions; None without any."""
        if not len(self.xy):
            return None
        (west, south), (east, north) = self.xy.min(axis=0), self.xy.max(axis=0)
        return float(west), float(south), float(east), float(north)

    def with_xy(self, xy: Positions) -> Shapes:
        """Return the same shapes at other positions."""
        return replace(self, xy=xy)

    def geometries(self) -> NDArray[np.object_]:
        """Return the geometries, shape (n,): Points, or MultiPolygons.

        Raises
        ------
        shapely.errors.GEOSException, ValueError
            If a ring is open or too short, or a feature has not exactly one point.
        """
        if not self.areal:
            points: NDArray[np.object_] = np.asarray(shapely.points(self.xy), dtype=object)
            return points
        made: NDArray[np.object_] = shapely.from_ragged_array(
            shapely.GeometryType.MULTIPOLYGON,
            np.ascontiguousarray(self.xy),
            (self.rings, self.polygons, self.features),
        )
        return made

    def coordinates(self, start: int, stop: int) -> list[Any]:
        """Return the ``coordinates`` members of features ``start`` to ``stop``, as JSON nests them."""
        if not self.areal:
            points: list[Any] = self.xy[start:stop].tolist()
            return points
        polygons = self.polygons[self.features[start] : self.features[stop] + 1]
        rings = self.rings[polygons[0] : polygons[-1] + 1]
        positions = self.xy[rings[0] : rings[-1]].tolist()
        by_ring = _nested(positions, rings - rings[0])
        by_polygon = _nested(by_ring, polygons - polygons[0])
        return _nested(by_polygon, self.features[start : stop + 1] - self.features[start])


def _nested(members: list[Any], offsets: Offsets) -> list[Any]:
    """Return the members in lists, one from each offset to the next."""
    ends = offsets.tolist()
    return [members[start:end] for start, end in pairwise(ends)]


def shapes_of(geometries: NDArray[np.object_]) -> Shapes:
    """Return the positions of Points alone, or of Polygons and MultiPolygons.

    Raises
    ------
    ValueError
        If there is a missing geometry or one of another type.
    """
    kinds = set(shapely.get_type_id(geometries).tolist())
    if kinds <= {shapely.GeometryType.POINT}:
        return _points(shapely.get_coordinates(geometries), len(geometries))
    if not kinds <= {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}:
        msg = "neither points alone nor polygons alone"
        raise ValueError(msg)
    polygons, owner = shapely.get_parts(geometries, return_index=True)
    _, xy, (rings, of_polygons) = shapely.to_ragged_array(polygons)
    features = _offsets(np.bincount(owner, minlength=len(geometries)))
    return Shapes(
        xy=xy[:, :2],
        rings=rings.astype(np.intp),
        polygons=of_polygons.astype(np.intp),
        features=features,
        areal=True,
    )


def shapes_from_json(geometries: Sequence[Any], kind: str) -> tuple[Shapes, list[int]]:
    """Return the positions of GeoJSON geometry objects, and which features have none that can be used.

    Parameters
    ----------
    geometries : sequence of any JSON value, length n
        The ``geometry`` or ``place`` members.
    kind : {"Point", "Polygon", "MultiPolygon"}
        The one type that they must have.

    Returns
    -------
    shapes : Shapes of n features
        Open and short rings are kept; a feature that cannot be used has no position (a point: NaN).
    faulty : list of int, ascending
        Features whose geometry is missing, of another type, has a position that is not two numbers,
        or lacks a ring.
    """
    nested = [_coordinates(geometry, kind) for geometry in geometries]
    if kind == "Point":
        return _points_from_json(nested)
    polygons = nested if kind == "MultiPolygon" else [None if one is None else [one] for one in nested]
    sound = [_is_multipolygon(one) for one in polygons]
    kept: list[list[list[list[list[float]]]]] = [
        one if good and one is not None else [] for one, good in zip(polygons, sound, strict=True)
    ]
    by_polygon = list(chain.from_iterable(kept))
    by_ring = list(chain.from_iterable(by_polygon))
    xy = np.array(list(chain.from_iterable(by_ring)), dtype=np.float64) if by_ring else _NO_XY
    shapes = Shapes(
        xy=xy,
        rings=_offsets([len(ring) for ring in by_ring]),
        polygons=_offsets([len(polygon) for polygon in by_polygon]),
        features=_offsets([len(feature) for feature in kept]),
        areal=True,
    )
    return shapes, [index for index, good in enumerate(sound) if not good]


def _points(xy: Positions, n: int) -> Shapes:
    """Return n points; all three levels are one thing each.

    Raises
    ------
    ValueError
        If there are not n positions: a point is empty.
    """
    if len(xy) != n:
        msg = "a point is empty"
        raise ValueError(msg)
    each = np.arange(n + 1)
    return Shapes(xy=xy, rings=each, polygons=each, features=each, areal=False)


def _points_from_json(nested: list[Any]) -> tuple[Shapes, list[int]]:
    """Return the points, NaN where there is none."""
    if not _are_positions(nested):
        sound = [_are_positions([position]) for position in nested]
        faulty = [index for index, good in enumerate(sound) if not good]
        nested = [one if good else [np.nan, np.nan] for one, good in zip(nested, sound, strict=True)]
    else:
        faulty = []
    xy = np.array(nested, dtype=np.float64) if nested else _NO_XY
    return _points(xy, len(nested)), faulty


def _coordinates(geometry: Any, kind: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the coordinates of a geometry object of that type, None for anything else."""
    if type(geometry) is dict and geometry.get("type") == kind:
        return geometry.get("coordinates")
    return None


def _are_positions(values: list[Any]) -> bool:
    """Tell a list of which each member is two JSON numbers."""
    if not ({type(value) for value in values} <= {list} and {len(value) for value in values} <= {2}):
        return False
    return {type(number) for number in chain.from_iterable(values)} <= _NUMBERS


def _is_multipolygon(polygons: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Tell arrays of arrays of arrays of positions, of which none is empty."""
    return _is_filled(polygons) and all(
        _is_filled(polygon) and all(_is_filled(ring) and _are_positions(ring) for ring in polygon)
        for polygon in polygons
    )


def _is_filled(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Tell an array with something in it."""
    return type(value) is list and len(value) > 0


def _offsets(lengths: Any) -> Offsets:  # noqa: ANN401 - a list or an array of int
    """Return where things of those lengths begin, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.intp)]).astype(np.intp)
