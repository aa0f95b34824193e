"""What a count by zone takes and gives: settings, batches of points, and the result."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np

from spatial.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from spatial.notice import Notice

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = [
    "GRID_SIZES_M",
    "MOST_ROWS_NAMED",
    "Dedupe",
    "DedupeKind",
    "DensityResult",
    "DensitySettings",
    "GridCounts",
    "PointBatch",
    "PointSource",
    "Reported",
    "ReportedRow",
    "SourcePart",
]

GRID_SIZES_M: Final = (1000, 500, 250)
"""Sides of the grid cells that a count may be given for, in metres of EPSG:4547."""

MOST_ROWS_NAMED: Final = 20
"""Rows named for each reason; the others are counted alone."""


class DedupeKind(StrEnum):
    """What makes several rows one site."""

    NONE = "none"
    KEY = "key"
    DISTANCE = "distance"


@dataclass(frozen=True, kw_only=True)
class Dedupe:
    """What makes several rows one site, and by which column or within how many metres."""

    kind: DedupeKind = DedupeKind.NONE
    column: str = ""
    distance_m: float = 0.0

    @classmethod
    def parse(cls, words: str) -> Dedupe:
        """Read ``none``, ``key:COLUMN`` or ``distance:METRES``.

        Raises
        ------
        UsageError
            If it is none of them, or the distance is no positive number.
        """
        kind, _, value = words.partition(":")
        if kind == DedupeKind.NONE and not value:
            return cls()
        if kind == DedupeKind.KEY and value:
            return cls(kind=DedupeKind.KEY, column=value)
        if kind == DedupeKind.DISTANCE:
            try:
                distance_m = float(value)
            except ValueError:
                distance_m = np.nan
            if np.isfinite(distance_m) and distance_m > 0.0:
                return cls(kind=DedupeKind.DISTANCE, distance_m=distance_m)
        raise UsageError("density.bad_dedupe", value=words)


@dataclass(frozen=True, kw_only=True)
class DensitySettings:
    """What is counted.

    Attributes
    ----------
    by : tuple of str
        Columns whose values split each zone's count.
    dedupe : Dedupe
        What makes several rows one site.
    grid_m : int or None
        Side of the grid cells counted beside the zones, one of `GRID_SIZES_M`.
    """

    by: tuple[str, ...] = ()
    dedupe: Dedupe = field(default_factory=Dedupe)
    grid_m: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the points that the count reads."""
        key = (self.dedupe.column,) if self.dedupe.kind == DedupeKind.KEY else ()
        return tuple(dict.fromkeys((*self.by, *key)))


class ReportedRow(NamedTuple):
    """A row that was not used: its file, number, column and value."""

    file: str
    row: int
    field: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Reported:
    """The rows that were not used, by reason.

    Attributes
    ----------
    counts : Mapping of str to int
        Key of the reason in the text catalogue, and how many rows it set aside.
    first : Mapping of str to tuple of ReportedRow
        The first rows of each reason in file order, `MOST_ROWS_NAMED` at most.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    first: Mapping[str, tuple[ReportedRow, ...]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many rows."""
        return sum(self.counts.values())

    @classmethod
    def joined(cls, several: Sequence[Reported]) -> Reported:
        """Return several as one; of each reason the lowest rows are named, by file and number."""
        counts: dict[str, int] = {}
        first: dict[str, list[ReportedRow]] = {}
        for reported in several:
            for key, count in reported.counts.items():
                counts[key] = counts.get(key, 0) + count
                first.setdefault(key, []).extend(reported.first.get(key, ()))
        named = {key: tuple(sorted(rows)[:MOST_ROWS_NAMED]) for key, rows in first.items()}
        return cls(counts=dict(sorted(counts.items())), first=dict(sorted(named.items())))


@dataclass(frozen=True, kw_only=True)
class PointBatch:
    """Some rows of a file: those that have a place, and what became of the others.

    Attributes
    ----------
    lon, lat : ndarray of float, shape (n,)
        Finite canonical degrees.
    rows : ndarray of int64, shape (n,)
        Their numbers in the file: 0-based, over the whole file.
    columns : Mapping of str to pyarrow.Array, each of length n
        The columns that were asked for.
    reported : Reported
        The rows of the batch without a usable place.
    n_left_out : int
        Rows with a place that are not to be counted, such as those of planned stations.
    """

    lon: Floats
    lat: Floats
    rows: Rows
    columns: Mapping[str, pa.Array] = field(default_factory=dict)
    reported: Reported = field(default_factory=Reported)
    n_left_out: int = 0

    @property
    def n_in(self) -> int:
        """How many rows the batch was read from."""
        return len(self.lon) + self.reported.n + self.n_left_out


class SourcePart(NamedTuple):
    """A piece of a file that can be read by itself, and by another process.

    Attributes
    ----------
    first_row : int
        Number of its first row in the file, -1 where only reading tells.
    n_rows : int
        Rows that it should have; -1 where only reading tells.
    place : tuple
        Where it lies, as its source understands it; plain values.
    """

    first_row: int
    n_rows: int
    place: tuple[int, ...]


class PointSource(Protocol):
    """A file of points, opened by name; it can be pickled and read elsewhere."""

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""

    @property
    def n_rows(self) -> int:
        """Rows of the file, -1 where only reading tells; an estimate from its size may stand in."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every column that there is, whether it was asked for or not."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader should know."""

    def parts(self) -> tuple[SourcePart, ...]:
        """Return the pieces, in file order."""

    def batches(self, part: SourcePart) -> Iterator[PointBatch]:
        """Read a piece in batches of bounded size, in file order.

        Raises
        ------
        UnreadableFileError
            If the file is damaged: it says where.
        """


@dataclass(frozen=True, kw_only=True)
class GridCounts:
    """Counts of the grid cells that hold a site.

    Attributes
    ----------
    size_m : int
        Side of a cell.
    column, row : ndarray of int64, shape (n_cells,)
        A cell reaches from ``column * size_m`` east and ``row * size_m`` north on EPSG:4547.
    count : ndarray of int64, shape (n_cells,)
        Sites in it; its south and west sides belong to it.
    """

    size_m: int
    column: Rows
    row: Rows
    count: Rows


@dataclass(frozen=True, kw_only=True)
class DensityResult:
    """The count of each zone.

    Attributes
    ----------
    zone_ids : tuple of str
        In the order of the layer.
    counts : ndarray of int64, shape (n_zones,)
        Sites of each zone.
    by : tuple of str
        The columns that split the counts.
    by_counts : Mapping of tuple of str to ndarray of int64, shape (n_zones,)
        Counts of each combination of their values that occurs, in order; ``""`` where none is given.
    n_in, n_used, n_reported : int
        Rows read, used and set aside.
    total_count, outside_count : int
        Sites, and those of them in no zone.
    reported : Reported
        The rows set aside.
    notices : tuple of Notice
        What was merged or assumed.
    grid : GridCounts or None
        Where one was asked for.
    n_left_out : int
        Rows among those used that are not to be counted, see `PointBatch`.
    """

    zone_ids: tuple[str, ...]
    counts: Rows
    by: tuple[str, ...]
    by_counts: Mapping[tuple[str, ...], Rows]
    n_in: int
    n_used: int
    n_reported: int
    total_count: int
    outside_count: int
    reported: Reported
    notices: tuple[Notice, ...]
    grid: GridCounts | None = None
    n_left_out: int = 0
