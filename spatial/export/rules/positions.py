"""Coordinates of a GeoJSON file as arrays: what cannot be one is told, the rest is ready for the rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import chain, compress
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["DEPTHS", "Coordinates", "Part", "PathKind", "Shapeless", "flatten", "parts_of"]

DEPTHS: Final[Mapping[str, int]] = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""Levels of arrays around a position, by geometry type."""

_POLYGONS: Final = ("Polygon", "MultiPolygon")
_LINES: Final = ("LineString", "MultiLineString")
_FEWEST, _MOST = 2, 3


class PathKind(IntEnum):
    """What a run of positions is."""

    POINTS = 0
    LINE = 1
    EXTERIOR = 2
    HOLE = 3


@dataclass(frozen=True)
class Part:
    """A geometry without members of its own, and the row of its feature."""

    row: int
    kind: str
    coordinates: Any


@dataclass(frozen=True, kw_only=True)
class Coordinates:
    """All positions of a file.

    Attributes
    ----------
    xy : ndarray of float, shape (n, 2)
        As they stand in the file.
    row : ndarray of int, shape (n,)
        Feature of each position.
    n_values : ndarray of int, shape (n,)
        Numbers of each position, 2 or 3.
    path_start, path_length, path_row : ndarray of int, shape (m,)
        Runs of positions, and the feature of each.
    path_kind : ndarray of int, shape (m,)
        `PathKind` of each run.
    path_polygon, path_part : ndarray of int, shape (m,)
        Polygon and geometry that a run belongs to, numbered through the file.
    """

    xy: NDArray[np.float64]
    row: NDArray[np.int64]
    n_values: NDArray[np.int64]
    path_start: NDArray[np.int64]
    path_length: NDArray[np.int64]
    path_row: NDArray[np.int64]
    path_kind: NDArray[np.int64]
    path_polygon: NDArray[np.int64]
    path_part: NDArray[np.int64]


class Shapeless(dict[str, list[tuple[int, object]]]):
    """Rule to the rows that break it and what was met there, for arrays that hold no coordinates."""

    def tell(self, rule: str, rows: Sequence[int], found: Iterable[object]) -> None:
        """Add rows, if there are any."""
        if rows:
            self.setdefault(rule, []).extend(zip(rows, found, strict=False))

    def rows(self) -> set[int]:
        """Return every row that breaks a rule."""
        return {row for faults in self.values() for row, _ in faults}


@dataclass
class _Level:
    """Cells of one level of nesting, and what each belongs to."""

    cells: list[Any]
    row: NDArray[np.int64]
    polygon: NDArray[np.int64]
    part: NDArray[np.int64]
    ordinal: NDArray[np.int64]

    def unfold(self, told: Shapeless) -> _Level:
        """Return the members of all cells, which must be arrays."""
        level = self.arrays(told)
        lengths = np.fromiter(map(len, level.cells), np.int64, len(level.cells))
        told.tell("geojson.coordinates_empty", level.row[lengths == 0].tolist(), iter(list, None))
        starts = np.cumsum(lengths) - lengths
        return _Level(
            list(chain.from_iterable(level.cells)),
            np.repeat(level.row, lengths),
            np.repeat(level.polygon, lengths),
            np.repeat(level.part, lengths),
            np.arange(int(lengths.sum())) - np.repeat(starts, lengths),
        )

    def arrays(self, told: Shapeless) -> _Level:
        """Return the cells that are arrays; the others are told."""
        if set(map(type, self.cells)) <= {list}:
            return self
        good = np.fromiter((type(cell) is list for cell in self.cells), bool, len(self.cells))
        told.tell("geojson.coordinates_nesting", self.row[~good].tolist(), compress(self.cells, ~good))
        return self.kept(good)

    def kept(self, good: NDArray[np.bool_]) -> _Level:
        """Return some of the cells."""
        columns = (self.row, self.polygon, self.part, self.ordinal)
        return _Level(list(compress(self.cells, good)), *(column[good] for column in columns))

    def positions(self, told: Shapeless) -> tuple[_Level, NDArray[np.int64], NDArray[np.float64]]:
        """Return the cells that are positions, how many numbers each has, and the first two, shape (n, 2)."""
        level = self.arrays(told)
        lengths = np.fromiter(map(len, level.cells), np.int64, len(level.cells))
        right = (lengths >= _FEWEST) & (lengths <= _MOST)
        if not right.all():
            told.tell("geojson.position_length", level.row[~right].tolist(), compress(level.cells, ~right))
            level, lengths = level.kept(right), lengths[right]
        if not set(map(type, chain.from_iterable(level.cells))) <= {int, float}:
            level, lengths = level.numbers(lengths, told)
        xy = _pairs(level.cells)
        return level, lengths, xy

    def numbers(self, lengths: NDArray[np.int64], told: Shapeless) -> tuple[_Level, NDArray[np.int64]]:
        """Return the positions that hold numbers alone; the others are told."""
        kinds = [set(map(type, cell)) for cell in self.cells]
        nested = np.fromiter((bool(kind & {list, dict}) for kind in kinds), bool, len(kinds))
        good = np.fromiter((kind <= {int, float} for kind in kinds), bool, len(kinds))
        wrong = ~good & ~nested
        told.tell("geojson.coordinates_nesting", self.row[nested].tolist(), compress(self.cells, nested))
        told.tell("geojson.position_number", self.row[wrong].tolist(), compress(self.cells, wrong))
        return self.kept(good), lengths[good]


def _pairs(positions: list[Any]) -> NDArray[np.float64]:
    """Return the first two numbers of each position; a number past double precision is infinite."""
    flat = chain.from_iterable((cell[0], cell[1]) for cell in positions)
    try:
        return np.fromiter(flat, np.float64, 2 * len(positions)).reshape(-1, 2)
    except OverflowError:
        return np.array([[_double(cell[0]), _double(cell[1])] for cell in positions]).reshape(-1, 2)


def _double(value: float) -> float:
    """Return a number as a double, infinite where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def parts_of(geometries: Sequence[Any]) -> list[Part]:
    """Return the geometries of known type, collections taken apart.

    Parameters
    ----------
    geometries : sequence
        A JSON value for each feature.
    """
    parts: list[Part] = []
    waiting = [(row, geometry) for row, geometry in enumerate(geometries) if isinstance(geometry, dict)]
    while waiting:
        below: list[tuple[int, Any]] = []
        for row, geometry in waiting:
            kind = geometry.get("type")
            if kind == "GeometryCollection":
                members = geometry.get("geometries")
                below += [(row, member) for member in members or () if isinstance(member, dict)]
            elif isinstance(kind, str) and kind in DEPTHS:
                parts.append(Part(row, kind, geometry.get("coordinates")))
        waiting = below
    return parts


def flatten(parts: Sequence[Part]) -> tuple[Coordinates, Shapeless]:
    """Return the coordinates of all features whose arrays are sound, and what is wrong with the others."""
    told = Shapeless()
    found = _flatten(parts, told)
    if told:
        wrong = told.rows()
        found = _flatten([part for part in parts if part.row not in wrong], Shapeless())
    return found, told


def _flatten(parts: Sequence[Part], told: Shapeless) -> Coordinates:
    """Flatten the parts type by type."""
    by_kind: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        by_kind.setdefault(part.kind, []).append(number)
    columns: list[tuple[NDArray[Any], ...]] = [_one_kind(parts, (), "Point", told)]
    n_positions = n_polygons = 0
    for kind, numbers in by_kind.items():
        found = _one_kind(parts, numbers, kind, told)
        found[3][:] += n_positions
        found[7][:] += n_polygons
        n_positions += len(found[0])
        n_polygons = max(n_polygons, 1 + int(found[7].max(initial=-1)))
        columns.append(found)
    xy, row, n_values, start, length, path_row, path_kind, polygon, part_of = map(
        np.concatenate, zip(*columns, strict=True)
    )
    return Coordinates(
        xy=xy,
        row=row,
        n_values=n_values,
        path_start=start,
        path_length=length,
        path_row=path_row,
        path_kind=path_kind,
        path_polygon=polygon,
        path_part=part_of,
    )


def _one_kind(
    parts: Sequence[Part], numbers: Sequence[int], kind: str, told: Shapeless
) -> tuple[NDArray[Any], ...]:
    """Return the columns of `Coordinates` for the parts of one type."""
    part = np.asarray(numbers, dtype=np.int64)
    level = _Level(
        [parts[number].coordinates for number in numbers],
        np.fromiter((parts[number].row for number in numbers), np.int64, len(numbers)),
        np.arange(len(numbers)),
        part,
        np.zeros(len(numbers), dtype=np.int64),
    )
    depth = DEPTHS[kind]
    if depth == DEPTHS["MultiPolygon"]:
        level = level.unfold(told)
        level.polygon = np.arange(len(level.cells))
    if kind in _POLYGONS or kind == "MultiLineString":
        level = level.unfold(told)
    if depth == 0:
        level, n_values, xy = level.positions(told)
        none = np.empty(0, dtype=np.int64)
        return xy, level.row, n_values, none, none, none, none, none, none
    paths = level.arrays(told)
    lengths = np.fromiter(map(len, paths.cells), np.int64, len(paths.cells))
    below, n_values, xy = paths.unfold(told).positions(told)
    kinds = np.full(len(paths.cells), PathKind.LINE if kind in _LINES else PathKind.POINTS, dtype=np.int64)
    if kind in _POLYGONS:
        kinds = np.where(paths.ordinal == 0, int(PathKind.EXTERIOR), int(PathKind.HOLE))
    starts = np.cumsum(lengths) - lengths
    return xy, below.row, n_values, starts, lengths, paths.row, kinds, paths.polygon.copy(), paths.part
