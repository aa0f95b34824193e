"""Properties of features, which each names as it likes, to the columns of one table.

A value keeps its type while its whole column has one: numbers stay numbers. A column of mixed types, and
one with whole numbers that no float holds exactly, is text, so that an id never changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from spatial.geojson import property_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.limits import Limits

__all__ = ["PropertyColumns"]

_EXACT: Final = 2**53
_NUMBERS: Final = {int, float}


@dataclass
class PropertyColumns:
    """Cells on their way, column by column.

    Attributes
    ----------
    limits : Limits
        Columns, cell length and nesting are held to it.
    n_rows : int
        Rows so far.
    n_constants : int
        Values that were not finite numbers, which stay as words.
    """

    limits: Limits
    n_rows: int = 0
    n_constants: int = 0
    _columns: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, properties: Mapping[str, Any]) -> None:
        """Add a row.

        Raises
        ------
        LimitExceededError
            If there are too many columns, a cell is too long or nested too deep.
        """
        for name, value in properties.items():
            cells = self._columns.get(name)
            if cells is None:
                cells = self._columns[name] = []
                self.limits.check("columns", len(self._columns))
                self.limits.check("cell_characters", len(name))
            if len(cells) < self.n_rows:
                cells.extend([None] * (self.n_rows - len(cells)))
            cells.append(self._cell(value))
        self.n_rows += 1

    def frame(self) -> pd.DataFrame:
        """Return the table, indexed 0…n-1."""
        columns: dict[str, Any] = {}
        for name, cells in self._columns.items():
            cells.extend([None] * (self.n_rows - len(cells)))
            columns[name] = _typed(cells)
        return pd.DataFrame(columns, index=pd.RangeIndex(self.n_rows))

    def _cell(self, value: object) -> object:
        """Return a value as a cell holds it: text, number, yes or no, nothing, or nested values as text."""
        kind = type(value)
        if kind is dict or kind is list:
            self._hold_depth(value)
            value = property_text(value)
        elif kind is float and not math.isfinite(value):  # type: ignore[arg-type]
            self.n_constants += 1
            value = str(value)
        if isinstance(value, str):
            self.limits.check("cell_characters", len(value))
        return value

    def _hold_depth(self, value: object) -> None:
        """Hold the nesting of a value to its limit, level by level."""
        level, depth = [value], 0
        while level:
            depth += 1
            self.limits.check("json_depth", depth)
            below = chain.from_iterable(
                item.values() if isinstance(item, dict) else item
                for item in level
                if isinstance(item, dict | list)
            )
            level = [item for item in below if isinstance(item, dict | list)]


def _typed(cells: list[Any]) -> pd.Series[Any]:
    """Return the cells as one column."""
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= _NUMBERS and int in kinds:
        whole = [cell for cell in cells if type(cell) is int]
        if max(whole) >= _EXACT or min(whole) <= -_EXACT:
            kinds = {int, str}
    if len(kinds) > 1 and not kinds <= _NUMBERS:
        return pd.Series([None if cell is None else property_text(cell) for cell in cells], dtype=object)
    if float in kinds:
        return pd.Series([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64)
    if kinds == {int} and None not in cells:
        return pd.Series(cells, dtype=np.int64)
    return pd.Series(cells, dtype=object)
