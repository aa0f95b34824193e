"""The stations of an inventory that have a position, and which of them each definition counts.

Neither depends on the zones, so that layers which are asked about the same inventory share the answer.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd

from spatial.reading import placeable
from spatial.selection import select_from
from spatial.station_columns import StationColumns

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from spatial.definition import Definition
    from spatial.selection import Selection

__all__ = ["Stations"]

_MOST_ROWS_KEPT: Final = 1 << 20
"""Rows of all selections that are kept for the next layer: some 16 MB."""


class Stations:
    """The usable rows of a point frame.

    Parameters
    ----------
    points : GeoDataFrame
        One row per row of the inventory, in any stated system. It must not change.

    Attributes
    ----------
    points : GeoDataFrame
        Those that have a position.
    n_unplaced : int
        Rows without a finite position.
    """

    def __init__(self, points: gpd.GeoDataFrame) -> None:
        there = placeable(points)
        self.points = points[there]
        self.n_unplaced = int((~there).sum())
        self._selections: dict[Definition, Selection] = {}

    def select(self, definition: Definition) -> Selection:
        """Select the stations that ``definition`` counts.

        Raises
        ------
        BasisUnavailableError, CellLevelTableError
            If the inventory cannot answer the definition.
        """
        if definition not in self._selections:
            selected = select_from(self._columns, definition)
            while sum(len(kept.rows) for kept in self._selections.values()) > _MOST_ROWS_KEPT:
                self._selections.pop(next(iter(self._selections)))
            self._selections[definition] = selected
        return self._selections[definition]

    @property
    def days(self) -> frozenset[date]:
        """The days that rows are dated with."""
        return frozenset(day for day in self._columns.dates.tolist() if not pd.isna(day))

    @cached_property
    def _columns(self) -> StationColumns:
        return StationColumns(self.points)
