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

__all__ = ["place_row", "placed_rows", "unplace_row", "unplaced_rows"]

_BASIS: Final = "geometry_basis"


def unplaced_rows(dataset: Dataset) -> gpd.GeoDataFrame:
    """Return the rows of a data set that have no position, on its index."""
    frame = dataset.frame
    return frame[frame.geometry.isna() | frame.geometry.is_empty]


def placed_rows(dataset: Dataset) -> gpd.GeoDataFrame:
    """Return the rows of a data set that a person put on the map, on its index."""
    frame = dataset.frame
    return frame[frame[_BASIS] == PLACED_BASIS] if _BASIS in frame else frame.iloc[:0]


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
    if row not in unplaced_rows(dataset).index and row not in placed_rows(dataset).index:
        raise UsageError("workspace.place_is_located", name=f"{name} {row}")
    require_position(lon, lat)
    return _with_position(workspace, dataset, row, shape=shapely.Point(lon, lat), basis=PLACED_BASIS)


def unplace_row(workspace: Workspace, name: str, row: int) -> Workspace:
    """Return the workspace with a row that a person put on the map without a position again.

    Raises
    ------
    UsageError
        If there is no such data set, or nobody put that row on the map.
    """
    dataset = workspace.dataset(name)
    if row not in placed_rows(dataset).index:
        raise UsageError("workspace.unknown_place", name=f"{name} {row}")
    return _with_position(workspace, dataset, row, shape=None, basis="")


def _with_position(
    workspace: Workspace, dataset: Dataset, row: int, *, shape: shapely.Point | None, basis: str
) -> Workspace:
    frame = dataset.frame
    shapes = frame.geometry.copy()
    shapes.loc[row] = shape
    changed = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=CANONICAL_CRS))
    bases = (
        changed[_BASIS].astype(object) if _BASIS in changed else changed.index.to_series().map(lambda _: "")
    )
    bases.loc[row] = basis
    changed[_BASIS] = bases
    # The geometry stays the last column, as in every canonical frame.
    geometry = changed.geometry.name
    changed = changed[[*(each for each in changed.columns if each != geometry), geometry]]
    moved = replace(dataset, result=replace(dataset.result, frame=changed))
    datasets = tuple(moved if each is dataset else each for each in workspace.datasets)
    return replace(workspace, datasets=datasets)
