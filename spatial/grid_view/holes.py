"""Cells in the order in which they fall short of a density, the widest gap first.

A comparison of one cell is no verdict: the goal is for the whole district, and chance alone makes
some cells empty. Cells are ranked by how many sites they lack, ``target × area - count``, not by their
density: what the edge leaves of a cell may be so small that one site more or less decides it, and such
a remnant lacks little however empty it is. By density only cells are ranked of which at least
`LEAST_SHARE` lies in the area. Of equal cells, which among small ones are many, the one whose eight
neighbours and itself lack most comes first: a wide hole before a lone empty cell.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from spatial.grid_view.cells import CellGrid

    Rows = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["LEAST_SHARE", "HoleOrder", "ranked_holes"]

LEAST_SHARE: Final = 0.5


class HoleOrder(StrEnum):
    """By what holes are ranked."""

    MISSING = "missing"
    DENSITY = "density"


def ranked_holes(
    grid: CellGrid, *, target_per_km2: float, order: HoleOrder = HoleOrder.MISSING
) -> gpd.GeoDataFrame:
    """Return the cells below a density, the first the widest hole.

    Parameters
    ----------
    grid : CellGrid
        Cells and their sites.
    target_per_km2 : float
        The density that they are held against.
    order : HoleOrder
        By the sites that are missing, or by density.

    Returns
    -------
    GeoDataFrame
        The columns of ``grid.cells``, ``missing`` (sites, not rounded), ``missing_around`` (the same of
        the cell and its neighbours together, surpluses set off) and ``rank`` from one.
    """
    cells = grid.cells
    missing = target_per_km2 * cells["area_km2"].to_numpy() - cells["count"].to_numpy()
    below = missing > 0.0
    if order == HoleOrder.DENSITY:
        below &= cells["share"].to_numpy() >= LEAST_SHARE
    around = _around(cells["column"].to_numpy(), cells["row"].to_numpy(), missing)
    holes = cells.assign(missing=missing, missing_around=around)[below]
    # Rounded, so that cells whose areas differ by a few square metres are equal.
    chosen = -holes["missing"] if order == HoleOrder.MISSING else holes["sites_per_km2"]
    order_of_rows = np.lexsort([-np.round(holes["missing_around"], 2), np.round(chosen, 2)])
    holes = holes.iloc[order_of_rows].reset_index(drop=True)
    return holes.assign(rank=np.arange(1, len(holes) + 1))


def _around(column: Rows, row: Rows, values: Floats) -> Floats:
    """Return the sum of each cell and its eight neighbours."""
    east, north = column - column.min() + 1, row - row.min() + 1
    sheet = np.zeros((north.max() + 2, east.max() + 2))
    sheet[north, east] = values
    steps = [(up, side) for up in (-1, 0, 1) for side in (-1, 0, 1)]
    sums = np.sum([sheet[north + up, east + side] for up, side in steps], axis=0)
    return np.asarray(sums, dtype=np.float64)
