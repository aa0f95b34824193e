"""The places of the rows of a Dask frame: its geometry, or two of its columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatial.crs import CANONICAL_CRS
from spatial.density.frame_source import FrameSource
from spatial.errors import MissingColumnError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["Places", "places_of"]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the rows of each partition lie.

    Attributes
    ----------
    xy : tuple of two str, optional
        Columns of x and y; the geometry is used unless given.
    crs : str, optional
        Reference system of these columns; canonical degrees unless given.
    """

    xy: tuple[str, str] | None = None
    crs: str | None = None

    def source(self, frame: pd.DataFrame, number: int, *, columns: Sequence[str]) -> FrameSource:
        """Return one partition as a source; its rows are numbered from 0.

        Raises
        ------
        MissingCrsError
            If a geometry states no system.
        """
        # Numbered so that they sort by name as they stand in the frame.
        name = f"partition-{number:06d}"
        if self.xy is None:
            return FrameSource.of_frame(frame, columns=columns, name=name)
        import geopandas as gpd  # noqa: PLC0415 - the caller counts files as well

        x, y = (frame[column].astype(float) for column in self.xy)
        points = gpd.GeoDataFrame(
            frame[list(columns)], geometry=gpd.points_from_xy(x, y), crs=self.crs or CANONICAL_CRS
        )
        return FrameSource.of_frame(points, columns=columns, name=name)


def places_of(frame: Any, *, xy: tuple[str, str] | None, crs: str | None, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of Dask, which has no types
    """Return the columns of a Dask frame that a count reads.

    Raises
    ------
    UsageError
        If it has neither a geometry nor named columns for its places, or a system is named beside a geometry.
    MissingColumnError
        If a column is not there.
    """
    names = [str(name) for name in frame.columns]
    for column in (*(xy or ()), *columns):
        if column not in names:
            raise MissingColumnError(
                "error.missing_column", name="dask", column=column, columns=", ".join(names)
            )
    if xy is not None:
        return frame[list(dict.fromkeys((*xy, *columns)))]
    geometry = getattr(frame._meta, "_geometry_column_name", None)  # noqa: SLF001 - names it before it is read
    if geometry is None or crs is not None:
        raise UsageError("cluster.no_places")
    return frame[list(dict.fromkeys((*columns, geometry)))]
