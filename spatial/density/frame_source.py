"""Points that are in memory already, as a source of a count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from spatial.density.model import PointBatch, Reported, ReportedRow, SourcePart
from spatial.errors import MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from spatial.notice import Notice

__all__ = ["FrameSource"]

_ROWS_PER_PART: Final = 1 << 18
_MAX_LON, _MAX_LAT = 180.0, 90.0


class FrameSource:
    """Points of two arrays or of a frame; one part for each quarter of a million rows.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Canonical degrees. Rows whose position is not finite or off the globe are reported.
    columns : Mapping of str to array_like
        Columns by which the count may be split or its rows merged.
    name : str
        What the rows set aside name as their file.
    """

    notices: tuple[Notice, ...] = ()

    def __init__(
        self,
        lon: ArrayLike,
        lat: ArrayLike,
        columns: Mapping[str, ArrayLike | pa.Array] | None = None,
        *,
        name: str = "",
    ) -> None:
        self._lon = np.asarray(lon, dtype=float)
        self._lat = np.asarray(lat, dtype=float)
        self._columns = {key: _as_arrow(values) for key, values in (columns or {}).items()}
        self.name = name

    @classmethod
    def of_frame(
        cls, points: gpd.GeoDataFrame, columns: Sequence[str] = (), *, name: str = ""
    ) -> FrameSource:
        """Return the points of a frame in any stated system.

        Rows without one position are reported. Of the columns only those named are kept.

        Raises
        ------
        MissingCrsError, UnknownCrsError
            If the frame states no system, or none that can be carried to canonical degrees.
        MissingColumnError
            If a column is not there.
        """
        import shapely  # noqa: PLC0415 - arrays alone need no geometry

        from spatial.crs import require_crs, to_canonical  # noqa: PLC0415 - loads PROJ and geopandas
        from spatial.reading import placeable  # noqa: PLC0415 - loads geopandas

        require_crs(points, layer="points")
        for column in columns:
            if column not in points:
                raise MissingColumnError("density.no_such_column", column=column)
        there = placeable(points)
        xy = np.full((len(points), 2), np.nan)
        xy[there] = shapely.get_coordinates(to_canonical(points[there]).geometry.to_numpy())
        return cls(xy[:, 0], xy[:, 1], {column: points[column] for column in columns}, name=name)

    @property
    def n_rows(self) -> int:
        """Rows of the arrays."""
        return len(self._lon)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that were kept."""
        return tuple(self._columns)

    def parts(self) -> tuple[SourcePart, ...]:
        """Return the pieces, in order; see `PointSource`."""
        starts = range(0, self.n_rows, _ROWS_PER_PART)
        return tuple(SourcePart(start, min(_ROWS_PER_PART, self.n_rows - start), ()) for start in starts)

    def batches(self, part: SourcePart) -> Iterator[PointBatch]:
        """Return a piece as one batch; see `PointSource`."""
        here = slice(part.first_row, part.first_row + part.n_rows)
        lon, lat = self._lon[here], self._lat[here]
        with np.errstate(invalid="ignore"):
            # What is not finite is not below anything.
            good = (np.abs(lon) <= _MAX_LON) & (np.abs(lat) <= _MAX_LAT)
        rows = np.arange(part.first_row, part.first_row + part.n_rows)
        columns = {key: values[here] for key, values in self._columns.items()}
        if good.all():
            yield PointBatch(lon=lon, lat=lat, rows=rows, columns=columns)
            return
        yield PointBatch(
            lon=lon[good],
            lat=lat[good],
            rows=rows[good],
            columns={key: values.filter(pa.array(good)) for key, values in columns.items()},
            reported=self._reported(lon, lat, rows, good),
        )

    def _reported(
        self,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        rows: NDArray[np.int64],
        good: NDArray[np.bool_],
    ) -> Reported:
        """Return the rows without a usable place."""
        bad = ~good
        finite = np.isfinite(lon) & np.isfinite(lat)
        reasons = {"error.reason_not_finite": bad & ~finite, "error.reason_out_of_range": bad & finite}
        return Reported.joined(
            [
                Reported(
                    counts={reason: int(which.sum())},
                    first={
                        reason: tuple(
                            ReportedRow(self.name, int(rows[at]), "geometry", f"{lon[at]} {lat[at]}")
                            for at in np.flatnonzero(which)[:20]
                        )
                    },
                )
                for reason, which in reasons.items()
                if which.any()
            ]
        )


def _as_arrow(values: ArrayLike | pa.Array) -> pa.Array:
    """Return a column as Arrow has it, in one piece."""
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    array = pa.array(values if hasattr(values, "__arrow_array__") else np.asarray(values), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
