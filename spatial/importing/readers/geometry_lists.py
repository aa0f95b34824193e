"""Nested lists of numbers to geometries: checked one by one, built by the thousand.

A row whose lists are not what its type says is a fault of that row alone. Sound rows are kept as flat
numbers and built together, type by type, which is what makes large files quick.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely import GeometryType

from spatial.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from spatial.limits import Limits

__all__ = ["GeometryFaultError", "GeometryLists"]

_NUMBERS: Final = {int, float}
_AXES: Final = 2
_WITH_HEIGHT: Final = 3
_LINE_POINTS: Final = 2
_RING_POINTS: Final = 4
_COLLECTION: Final = "GeometryCollection"

# How deep the positions of a type lie, and whether its innermost lists are rings.
_SHAPES: Final[dict[str, tuple[GeometryType, int]]] = {
    "Point": (GeometryType.POINT, 0),
    "MultiPoint": (GeometryType.MULTIPOINT, 1),
    "LineString": (GeometryType.LINESTRING, 1),
    "MultiLineString": (GeometryType.MULTILINESTRING, 2),
    "Polygon": (GeometryType.POLYGON, 2),
    "MultiPolygon": (GeometryType.MULTIPOLYGON, 3),
}
_FEWEST: Final = {
    GeometryType.MULTIPOINT: 1,
    GeometryType.LINESTRING: _LINE_POINTS,
    GeometryType.MULTILINESTRING: _LINE_POINTS,
}
_RINGED: Final = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)


class GeometryFaultError(InputError):
    """What keeps one geometry out: ``key`` is the reason, ``value`` what stands in the file."""

    def __init__(self, key: str, value: object) -> None:
        super().__init__(key)
        self.value = str(value)[:80]


@dataclass
class _Group:
    """Geometries of one type: their rows, flat coordinates, and how many members each list has."""

    rows: list[int] = field(default_factory=list)
    xy: array[float] = field(default_factory=lambda: array("d"))
    counts: tuple[list[int], ...] = ()


@dataclass
class GeometryLists:
    """Geometries on their way from nested lists.

    Attributes
    ----------
    limits : Limits
        Vertices and depth are held to it.
    n_vertices, n_heights : int
        Positions so far, and geometries of which a height was left out.
    closed : list of int
        Rows with a ring that was not closed; it is closed with its first position.
    """

    limits: Limits
    n_vertices: int = 0
    n_heights: int = 0
    closed: list[int] = field(default_factory=list)
    _groups: dict[GeometryType, _Group] = field(default_factory=dict)
    _collections: dict[int, Any] = field(default_factory=dict)
    _heights: bool = False
    _unclosed: bool = False

    def add(self, row: int, geometry: Mapping[str, Any], *, depth: int = 1) -> None:
        """Take the geometry of a row; an empty one is none.

        Raises
        ------
        GeometryFaultError
            If its lists are not what its type says; nothing of it is kept.
        LimitExceededError
            If all geometries together, or the nesting of this one, pass a limit.
        """
        kind = geometry.get("type")
        self._heights = self._unclosed = False
        if kind == _COLLECTION:
            self._add_collection(row, geometry.get("geometries"), depth)
        elif isinstance(kind, str) and kind in _SHAPES:
            self._add_simple(row, kind, geometry.get("coordinates"))
        else:
            raise GeometryFaultError("vector.reason_geometry_type", kind)
        self.n_heights += self._heights
        if self._unclosed:
            self.closed.append(row)

    def built(self, n: int) -> NDArray[np.object_]:
        """Return the geometries of ``n`` rows, None where none was taken."""
        geometries = np.full(n, None, dtype=object)
        for kind, group in self._groups.items():
            xy = np.frombuffer(group.xy, dtype=np.float64).reshape(-1, _AXES)
            offsets = tuple(np.cumsum([0, *counts]) for counts in reversed(group.counts))
            geometries[group.rows] = shapely.from_ragged_array(kind, xy, offsets or None)
        for row, collection in self._collections.items():
            geometries[row] = collection
        return geometries

    def _add_simple(self, row: int, kind: str, coordinates: object) -> None:
        """Take a geometry of one type."""
        shape, depth = _SHAPES[kind]
        if not isinstance(coordinates, list):
            raise GeometryFaultError("vector.reason_coordinates", coordinates)
        if not coordinates:
            return
        counts: tuple[list[int], ...] = tuple([] for _ in range(depth))
        xy: list[float] = []
        if depth == 0:
            xy = self._flat([coordinates])
        else:
            self._gather(coordinates, shape, counts, xy)
        if not math.isfinite(sum(xy)) and not all(map(math.isfinite, xy)):
            raise GeometryFaultError("vector.reason_not_finite", next(n for n in xy if not math.isfinite(n)))
        self.n_vertices += len(xy) // _AXES
        self.limits.check("vertices", self.n_vertices)
        group = self._groups.setdefault(shape, _Group(counts=tuple([] for _ in range(depth))))
        group.xy.extend(xy)
        group.rows.append(row)
        for held, new in zip(group.counts, counts, strict=True):
            held.extend(new)

    def _gather(
        self, lists: list[Any], shape: GeometryType, counts: tuple[list[int], ...], xy: list[float]
    ) -> None:
        """Add the positions below ``lists`` to ``xy`` and the lengths of the lists to ``counts``."""
        if len(counts) > 1:
            if set(map(type, lists)) != {list}:
                raise GeometryFaultError("vector.reason_coordinates", lists)
            counts[0].append(len(lists))
            for below in lists:
                self._gather(below, shape, counts[1:], xy)
            return
        flat = self._flat(lists)
        if shape in _RINGED:
            self._close(flat)
        elif len(flat) < _AXES * _FEWEST[shape]:
            raise GeometryFaultError("vector.reason_short_line", lists)
        counts[0].append(len(flat) // _AXES)
        xy.extend(flat)

    def _flat(self, positions: list[Any]) -> list[float]:
        """Return the two coordinates of each position, one after the other."""
        if set(map(type, positions)) - {list} or min(map(len, positions), default=_AXES) < _AXES:
            raise GeometryFaultError("vector.reason_coordinates", positions)
        longest = max(map(len, positions), default=_AXES)
        if longest == _AXES:
            flat = list(chain.from_iterable(positions))
        else:
            self._heights = True
            flat = list(chain.from_iterable(position[:_AXES] for position in positions))
        if set(map(type, flat)) - _NUMBERS:
            raise GeometryFaultError("vector.reason_coordinates", positions)
        try:
            return list(map(float, flat))
        except OverflowError:
            raise GeometryFaultError("vector.reason_not_finite", positions) from None

    def _close(self, flat: list[float]) -> None:
        """Close a ring whose last position is not its first."""
        if flat[:_AXES] != flat[-_AXES:]:
            flat += flat[:_AXES]
            self._unclosed = True
        if len(flat) < _AXES * _RING_POINTS:
            raise GeometryFaultError("vector.reason_short_ring", flat)

    def _add_collection(self, row: int, members: object, depth: int) -> None:
        """Take a geometry of several geometries."""
        self.limits.check("json_depth", depth)
        if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
            raise GeometryFaultError("vector.reason_coordinates", members)
        inner = GeometryLists(self.limits, n_vertices=self.n_vertices)
        for at, member in enumerate(members):
            inner.add(at, member, depth=depth + 1)
        self.n_vertices = inner.n_vertices
        self._heights, self._unclosed = inner.n_heights > 0, bool(inner.closed)
        parts = [part for part in inner.built(len(members)) if part is not None]
        if parts:
            self._collections[row] = shapely.GeometryCollection(parts)
