"""Positions as a file has them to canonical degrees; what cannot be meant is set aside with its reason.

The reasons are those of `spatial.coordinates`. Each row is judged by itself, so that neither the size of
a batch nor the order of the pieces of a file changes what is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from spatial import chinese_datums
from spatial.coordinates import position_faults, refuse_misreading, stated_system
from spatial.datums import Datum, named_datum
from spatial.density.model import MOST_ROWS_NAMED, PointBatch, Reported, ReportedRow
from spatial.density.sources.stream_limits import limits_in_force, refuse_long_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyproj import CRS

    from spatial.limits import Limits

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["Fault", "Placement", "RawBatch"]

_CANONICAL: Final = "EPSG:4490"
_SAME_DEGREES: Final = {"EPSG:4326": Datum.WGS84, _CANONICAL: Datum.CGCS2000}
_LONGEST_VALUE: Final = 200
"""Characters of a value that are reported; a cell may be as long as a file."""
_MAX_LON, _MAX_LAT = 180.0, 90.0
_CHINA_NORTH, _CHINA_WEST = 54.0, 73.0


class Fault(NamedTuple):
    """Rows of a batch that share a reason why they have no position.

    ``at`` are their places in the batch in ascending order; ``value`` words the value of one of them.
    """

    key: str
    at: Rows
    field: str
    value: Callable[[int], str]


@dataclass(frozen=True, kw_only=True)
class RawBatch:
    """Rows of a file with their coordinates as they stand, NaN where a fault says why there is none."""

    first_row: int
    x: Floats
    y: Floats
    columns: Mapping[str, pa.Array] = field(default_factory=dict)
    faults: Sequence[Fault] = ()


@dataclass(frozen=True, kw_only=True)
class Placement:
    """How the coordinates of a file become canonical degrees.

    Attributes
    ----------
    file : str
        Name of the file, for the rows that are reported.
    crs : str
        The reference system: a datum's name, ``EPSG:n``, or the text of a system without a code.
    names : tuple of str
        What the coordinates are called.
    limits : Limits
        Those of the process that opened the file; they go with it to a worker.
    """

    file: str
    crs: str
    names: tuple[str, str] = ("x", "y")
    limits: Limits = field(default_factory=limits_in_force)

    @property
    def datum(self) -> Datum | None:
        """The datum where degrees need no PROJ."""
        return named_datum(self.crs) or _SAME_DEGREES.get(self.crs.strip().upper())

    def check(self) -> None:
        """Refuse an unknown reference system.

        Raises
        ------
        UnknownCrsError
            If it is not known.
        """
        if self.datum is None:
            stated_system(self.crs)

    def refuse_misreading(self, raw: RawBatch) -> None:
        """Refuse a file most rows of whose beginning show one misreading.

        Raises
        ------
        GeometryError
            As `spatial.coordinates.refuse_misreading`.
        """
        usable = _without(raw) & np.isfinite(raw.x) & np.isfinite(raw.y)
        x, y = raw.x[usable], raw.y[usable]
        datum = self.datum
        if datum is not None and _plainly_meant(x, y, datum):
            return
        crs = self.crs if self._is_named else _CANONICAL
        if not self._is_named:
            x, y = self._carried(x, y)
            x, y = x[np.isfinite(x)], y[np.isfinite(x)]
        refuse_misreading(x, y, crs=crs, names=self.names)

    @property
    def _is_named(self) -> bool:
        """Whether positions are judged as the file has them; of a system without a code, as carried."""
        return self.datum is not None or self.crs.strip().upper().startswith("EPSG:")

    def placed(self, raw: RawBatch) -> PointBatch:
        """Return a batch in canonical degrees, each row of it used or reported.

        Raises
        ------
        LimitExceededError
            If a cell that it brings along is too long.
        """
        for column in raw.columns.values():
            refuse_long_cells(column, self.limits)
        datum = self.datum
        n = len(raw.x)
        if not raw.faults and datum is not None and _plainly_meant(raw.x, raw.y, datum):
            lon, lat = self._carried(raw.x, raw.y)
            rows = np.arange(raw.first_row, raw.first_row + n, dtype=np.int64)
            return PointBatch(lon=lon, lat=lat, rows=rows, columns=raw.columns)
        return self._sorted_out(raw)

    def _sorted_out(self, raw: RawBatch) -> PointBatch:
        """Return a batch some of whose rows may be unusable."""
        faults = [*raw.faults, *_unfinite(raw)]
        free = _without(raw, faults)
        at = np.flatnonzero(free)
        x, y = raw.x[at], raw.y[at]
        lon, lat, found = self._judged(x, y)
        pair = ", ".join(self.names)

        def words(row: int) -> str:
            return f"{float(raw.x[row])!r}, {float(raw.y[row])!r}"

        faults += [Fault(key, at[mask], pair, words) for key, mask in found]
        good = np.ones(len(at), dtype=bool)
        for _, mask in found:
            good &= ~mask
        kept = at[good]
        columns = raw.columns
        if len(kept) < len(raw.x):
            mask = np.zeros(len(raw.x), dtype=bool)
            mask[kept] = True
            columns = {name: _filtered(column, mask) for name, column in raw.columns.items()}
        return PointBatch(
            lon=lon[good],
            lat=lat[good],
            rows=raw.first_row + kept,
            columns=columns,
            reported=self._reported(raw.first_row, faults),
        )

    def _judged(self, x: Floats, y: Floats) -> tuple[Floats, Floats, list[tuple[str, Mask]]]:
        """Return finite positions in canonical degrees and those of them that cannot be meant."""
        lon, lat = self._carried(x, y)
        finite = np.isfinite(lon) & np.isfinite(lat)
        if self._is_named:
            found = position_faults(x, y, self._system())
        else:
            inside = (np.where(finite, lon, 0.0), np.where(finite, lat, 1.0))
            found = [(key, mask & finite) for key, mask in position_faults(*inside, Datum.CGCS2000)]
        lost = ~finite
        for _, mask in found:
            lost &= ~mask
        return lon, lat, [*found, ("error.reason_outside_crs", lost)]

    def _system(self) -> CRS | Datum:
        return self.datum or stated_system(self.crs)

    def _carried(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return canonical degrees."""
        datum = self.datum
        if datum is Datum.GCJ02:
            return chinese_datums.gcj02_to_wgs84(x, y)
        if datum is Datum.BD09:
            return chinese_datums.bd09_to_wgs84(x, y)
        if datum is not None:
            return x, y
        from spatial.crs import transform_xy  # noqa: PLC0415 - PROJ takes half a second to load

        lon, lat = transform_xy(x, y, source=self.crs, target=Datum.CGCS2000)
        return np.asarray(lon), np.asarray(lat)

    def _reported(self, first_row: int, faults: Sequence[Fault]) -> Reported:
        """Return the faults as counts and first rows."""
        several = []
        for key, at, name, value in faults:
            if len(at):
                named = tuple(
                    ReportedRow(self.file, first_row + row, name, value(row)[:_LONGEST_VALUE])
                    for row in at[:MOST_ROWS_NAMED].tolist()
                )
                several.append(Reported(counts={key: len(at)}, first={key: named}))
        return Reported.joined(several)


def _plainly_meant(x: Floats, y: Floats, datum: Datum) -> bool:
    """Tell degrees that no check of `spatial.coordinates` can find fault with, by their bounds alone."""
    if not x.size:
        return True
    west, east, south, north = x.min(), x.max(), y.min(), y.max()
    # NaN is in no bounds.
    in_range = west >= -_MAX_LON and east <= _MAX_LON and south >= -_MAX_LAT and north <= _MAX_LAT
    off_zero = west > 0 or east < 0 or south > 0 or north < 0
    not_swapped = datum is Datum.WGS84 or west > _CHINA_NORTH or north < _CHINA_WEST
    return bool(in_range and off_zero and not_swapped)


def _without(raw: RawBatch, faults: Sequence[Fault] | None = None) -> Mask:
    """Tell the rows that no fault names."""
    free = np.ones(len(raw.x), dtype=bool)
    for fault in raw.faults if faults is None else faults:
        free[fault.at] = False
    return free


def _unfinite(raw: RawBatch) -> list[Fault]:
    """Return the points without coordinates, and those whose coordinates are not finite."""
    free = _without(raw)
    empty = np.isnan(raw.x) & np.isnan(raw.y) & free
    unfinite = ~(np.isfinite(raw.x) & np.isfinite(raw.y)) & free & ~empty

    def kind(_: int) -> str:
        return "Point"

    return [
        Fault("error.reason_not_a_point", np.flatnonzero(empty), "geometry", kind),
        Fault("error.reason_bad_position", np.flatnonzero(unfinite), "geometry", kind),
    ]


def _filtered(column: pa.Array, mask: Mask) -> pa.Array:
    import pyarrow as pa  # noqa: PLC0415 - imported by whoever read the column

    return column.filter(pa.array(mask))
