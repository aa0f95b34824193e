"""Confidential positions made coarse: each point to the centre of its cell of the metric grid.

The cells are those of a map's kilometre net: their edges lie on whole multiples of the cell size in the
Gauss-Krüger zone of CGCS2000 that the point falls in (UTM beyond those zones), so that two packages of
one place have the same cells.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from spatial.crs import CANONICAL_CRS, transform_xy
from spatial.errors import UsageError
from spatial.metric_grid import metric_epsg

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LARGEST_CELL_M", "SMALLEST_CELL_M", "check_cell", "coarse_accuracy_m", "snap_to_cells"]

SMALLEST_CELL_M: Final = 10
LARGEST_CELL_M: Final = 100_000


def check_cell(grid_m: float) -> None:
    """Refuse a cell that hides nothing, or that is no cell.

    Raises
    ------
    UsageError
        If the size is not from `SMALLEST_CELL_M` to `LARGEST_CELL_M`.
    """
    if not SMALLEST_CELL_M <= grid_m <= LARGEST_CELL_M:
        raise UsageError("content.cell_size", size=grid_m, least=SMALLEST_CELL_M, most=LARGEST_CELL_M)


def snap_to_cells(points: gpd.GeoSeries, *, grid_m: float) -> gpd.GeoSeries:
    """Return each point moved to the centre of its cell.

    Parameters
    ----------
    points : geopandas.GeoSeries, shape (n,)
        Points in EPSG:4490.
    grid_m : float
        Length of a cell's side in metres.

    Returns
    -------
    geopandas.GeoSeries, shape (n,)
        In EPSG:4490, on the same index.

    Raises
    ------
    UsageError
        If ``grid_m`` is no size of a cell.
    """
    check_cell(grid_m)
    lonlat = shapely.get_coordinates(points.to_numpy())
    # A position on the edge of a zone is told to one side by its own degrees alone, so that the same
    # point has the same cell in each package, whatever else the package holds.
    codes = np.array([metric_epsg(lon, lat) for lon, lat in lonlat], dtype=np.int64)
    moved = np.empty_like(lonlat)
    for code in np.unique(codes):
        here = codes == code
        flat = transform_xy(*lonlat[here].T, source=CANONICAL_CRS, target=f"EPSG:{code}")
        centres = [(np.floor(axis / grid_m) + 0.5) * grid_m for axis in flat]
        moved[here] = np.column_stack(transform_xy(*centres, source=f"EPSG:{code}", target=CANONICAL_CRS))
    return gpd.GeoSeries(shapely.points(moved), index=points.index, crs=CANONICAL_CRS)


def coarse_accuracy_m(accuracy_m: pd.Series, *, grid_m: float) -> pd.Series:
    """Return the accuracy of snapped points: the known error and half the diagonal of a cell.

    An accuracy that nobody stated gives that of the cell alone. Whole metres, rounded up.
    """
    return (accuracy_m.astype(float).fillna(0.0) + grid_m * math.sqrt(2.0) / 2.0).apply(np.ceil)
