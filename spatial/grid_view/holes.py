"""Where an area falls short of a density, the widest hole first.

A hole is a set of empty cells side by side, or one cell below the density that has some sites: ten
cells of one lake are one hole. A comparison of one hole is no verdict: the goal is for the whole
district, and chance alone makes some cells empty. Holes are ranked by how many sites they lack,
``target × area - count``, not by their density: what the edge leaves of a cell may be so small that one
site more or less decides it, and such a remnant lacks little however empty it is. By density only holes
are ranked that are at least `LEAST_SHARE` of a cell wide. Of equal ones, which among small cells are many,
the one comes first about which most is lacking.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely
from scipy.ndimage import label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.grid_view.cells import CellGrid

    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

__all__ = ["LEAST_SHARE", "HoleOrder", "rank_of_cells", "ranked_holes"]

LEAST_SHARE: Final = 0.5
_SQ_M_PER_KM2: Final = 1_000_000.0


class HoleOrder(StrEnum):
    """By what holes are ranked."""

    MISSING = "missing"
    DENSITY = "density"


def ranked_holes(
    grid: CellGrid, *, target_per_km2: float, order: HoleOrder = HoleOrder.MISSING
) -> gpd.GeoDataFrame:
    """Return the holes below a density, the first the widest.

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
        In EPSG:4547: ``rank`` from one, ``cells`` (rows of ``grid.cells``) and ``n_cells``, ``column`` and
        ``row`` of the first of them, ``count``, ``area_km2``, ``share`` of the whole cells that this is,
        ``sites_per_km2``, ``missing`` (sites, not rounded) and ``geometry``.
    """
    cells = grid.cells
    area, count = cells["area_km2"].to_numpy(dtype=float), cells["count"].to_numpy()
    missing = target_per_km2 * area - count
    column, row = cells["column"].to_numpy(), cells["row"].to_numpy()
    below = np.flatnonzero(missing > 0.0)
    _, of = np.unique(_hole_of(column, row, (missing > 0.0) & (count == 0))[below], return_inverse=True)
    n_cells = np.bincount(of)
    parts = np.split(below[np.argsort(of, kind="stable")], np.cumsum(n_cells)[:-1]) if len(below) else []
    first = np.array([part[0] for part in parts], dtype=np.int64)
    around = np.full(len(parts), -np.inf)
    np.maximum.at(around, of, _around(column, row, missing)[below])
    holes = gpd.GeoDataFrame(
        {
            "cells": parts,
            "n_cells": n_cells,
            "column": column[first],
            "row": row[first],
            "count": np.bincount(of, weights=count[below]).astype(np.int64),
            "area_km2": np.bincount(of, weights=area[below]),
            "missing": np.bincount(of, weights=missing[below]),
            "around": around,
        },
        geometry=_joined(cells.geometry.to_numpy(), parts),
        crs=cells.crs,
    )
    cell_km2 = grid.size_m**2 / _SQ_M_PER_KM2
    holes["share"] = holes["area_km2"] / (holes["n_cells"] * cell_km2)
    holes["sites_per_km2"] = holes["count"] / holes["area_km2"]
    keys = [-holes["around"], -holes["missing"]]
    if order == HoleOrder.DENSITY:
        keys.append(holes["sites_per_km2"])
        holes = holes[holes["area_km2"] >= LEAST_SHARE * cell_km2]
    # Rounded, so that cells whose areas differ by a few square metres are equal.
    by = np.lexsort([np.round(key[holes.index], 2) for key in keys])
    holes = holes.iloc[by].drop(columns="around").reset_index(drop=True)
    return holes.assign(rank=np.arange(1, len(holes) + 1))


def rank_of_cells(cells: gpd.GeoDataFrame, holes: gpd.GeoDataFrame) -> Rows:
    """Return the rank of the hole that each cell of a grid belongs to, 0 where it is in none of these."""
    ranks = np.zeros(len(cells), dtype=np.int64)
    for rows, rank in zip(holes["cells"], holes["rank"], strict=True):
        ranks[rows] = rank
    return ranks


def _hole_of(column: Rows, row: Rows, empty: Flags) -> Rows:
    """Return a number for each cell: empty cells that share an edge have the same, no others."""
    east, north = column - column.min(), row - row.min()
    sheet = np.zeros((north.max() + 1, east.max() + 1), dtype=bool)
    sheet[north, east] = empty
    joined, _ = label(sheet)
    # Numbers of joined cells are above nought, those of the others below.
    return np.where(empty, joined[north, east], -1 - np.arange(len(column))).astype(np.int64)


def _joined(shapes: NDArray[np.object_], parts: list[Rows]) -> NDArray[np.object_]:
    """Return one shape for the cells of each hole."""
    found = np.empty(len(parts), dtype=object)
    for at, rows in enumerate(parts):
        found[at] = shapes[rows[0]] if len(rows) == 1 else shapely.union_all(shapes[rows])
    return found


def _around(column: Rows, row: Rows, values: Floats) -> Floats:
    """Return the sum of each cell and its eight neighbours."""
    east, north = column - column.min() + 1, row - row.min() + 1
    sheet = np.zeros((north.max() + 2, east.max() + 2))
    sheet[north, east] = values
    steps = [(up, side) for up in (-1, 0, 1) for side in (-1, 0, 1)]
    sums = np.sum([sheet[north + up, east + side] for up, side in steps], axis=0)
    return np.asarray(sums, dtype=np.float64)
