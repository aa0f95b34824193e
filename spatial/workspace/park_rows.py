"""Rows of an imported table whose position nobody stated, and the one that a planner gives them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely

from spatial.crs import CANONICAL_CRS
from spatial.errors import UsageError
from spatial.workspace.changed_pack import PLACED_BASIS, require_position

if TYPE_CHECKING:
    from spatial.workspace.model import Dataset, Workspace

__all__ = ["place_row", "unplaced_rows"]

_BASIS: Final = "geometry_basis"


def unplaced_rows(dataset: Dataset) -> gpd.GeoDataFrame:
    """Return the rows of a data set that have no position, on its index."""
    frame = dataset.frame
    return frame[frame.geometry.isna() | frame.geometry.is_empty]


def place_row(workspace: Workspace, name: str, row: int, *, lon: float, lat: float) -> Workspace:
    """Return the workspace with a row of a data set put on the map, and marked as put there by a person.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Name of the data set.
    row : int
        Index of the row in its frame.
    lon, lat : float
        Degrees, EPSG:4490.

    Raises
    ------
    UsageError
        If there is no such data set or row, the row came with a position, or the position is none.
    """
    dataset = workspace.dataset(name)
    frame = dataset.frame
    if row not in frame.index:
        raise UsageError("workspace.unknown_place", name=f"{name} {row}")
    placed_before = _BASIS in frame and frame.loc[row, _BASIS] == PLACED_BASIS
    if row not in unplaced_rows(dataset).index and not placed_before:
        raise UsageError("workspace.place_is_located", name=f"{name} {row}")
    require_position(lon, lat)
    shapes = frame.geometry.copy()
    shapes.loc[row] = shapely.Point(lon, lat)
    changed = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=CANONICAL_CRS))
    basis = (
        changed[_BASIS].astype(object) if _BASIS in changed else changed.index.to_series().map(lambda _: "")
    )
    basis.loc[row] = PLACED_BASIS
    changed[_BASIS] = basis
    # The geometry stays the last column, as in every canonical frame.
    geometry = changed.geometry.name
    changed = changed[[*(each for each in changed.columns if each != geometry), geometry]]
    moved = replace(dataset, result=replace(dataset.result, frame=changed))
    datasets = tuple(moved if each is dataset else each for each in workspace.datasets)
    return replace(workspace, datasets=datasets)
