"""Cells of a square grid on the kilometre lines of EPSG:4547, and the sites in each.

Every site is carried over by PROJ itself, which is fast enough here that an approximation would pay
for nothing. The grid is meant for 112.5°E to 115.5°E; beyond that its squares are larger or smaller on
the ground than their name says, and how many sites lie there is part of the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spatial.density.sparse_counts import SparseCounts, counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["CellTally", "cells_of"]

AREA_OF_USE_DEG: Final = (112.5, 115.5)
_MOST_PENDING: Final = 1 << 18
# No position lies farther from the origin than so many cells, of 250 m.
_HALF: Final = 1 << 20
_FARTHEST_M: Final = 2.0e7


class CellTally:
    """Counts sites by grid cell, batch after batch, in one thread."""

    def __init__(self, size_m: int) -> None:
        self._size_m = size_m
        self._kept: list[SparseCounts] = [SparseCounts.none()]
        self._beyond_area = 0
        self._without_cell = 0

    def add(self, lon: Floats, lat: Floats) -> None:
        """Count sites at canonical degrees."""
        # Imported here: a count without a grid starts without PROJ.
        from spatial.crs import CANONICAL_CRS, METRIC_CRS, transform_xy  # noqa: PLC0415

        x, y = transform_xy(lon, lat, source=CANONICAL_CRS, target=METRIC_CRS)
        with np.errstate(invalid="ignore"):
            there = (np.abs(x) < _FARTHEST_M) & (np.abs(y) < _FARTHEST_M)
        self._without_cell += int(len(lon) - np.count_nonzero(there))
        west, east = AREA_OF_USE_DEG
        self._beyond_area += int(np.count_nonzero(there & ((lon < west) | (lon > east))))
        column = np.floor_divide(x[there], self._size_m).astype(np.int64)
        row = np.floor_divide(y[there], self._size_m).astype(np.int64)
        self._kept.append(counted(((column + _HALF) << 32) + row + _HALF))
        if sum(len(counts.codes) for counts in self._kept[1:]) > _MOST_PENDING:
            self._kept = [SparseCounts.joined(self._kept)]

    def totals(self) -> dict[str, Any]:
        """Return what all batches came to, under the names of `spatial.density.tally.Counts`."""
        return {
            "cells": SparseCounts.joined(self._kept),
            "beyond_area": self._beyond_area,
            "without_cell": self._without_cell,
        }


def cells_of(codes: Rows) -> tuple[Rows, Rows]:
    """Return the columns and rows of cells from their codes."""
    return (codes >> 32) - _HALF, (codes & 0xFFFFFFFF) - _HALF
