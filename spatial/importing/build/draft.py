"""The rows of a layer on their way to a frame: which are still in, and the first fault of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from spatial.importing.columns.mapping import BEYOND_HEADER, REPORT_WORDS
from spatial.importing.model import REJECTED_COLUMNS, Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from spatial.importing.model import SourceLayer
    from spatial.notice import Notice

__all__ = ["SYSTEM_HEADER", "WKT_HEADER", "Draft"]

WKT_HEADER: Final = "几何WKT"
"""Column of a file of rejected rows that holds the geometry as the source had it."""
SYSTEM_HEADER: Final = "坐标系"
_SHOWN: Final = 80


class Draft:
    """What is known of each row so far.

    Parameters
    ----------
    layer : SourceLayer
        The layer as read; its rejected rows are taken over.

    Attributes
    ----------
    used : ndarray of bool, shape (len(layer.table),)
        Rows without a fault so far.
    warnings, notices : list of Notice
        Added to as the rows are built.
    details : dict
        Plain figures for the page.
    """

    def __init__(self, layer: SourceLayer) -> None:
        self.layer = layer
        self.used: NDArray[np.bool_] = np.ones(len(layer.table), dtype=bool)
        self.warnings: list[Notice] = list(layer.warnings)
        self.notices: list[Notice] = list(layer.notices)
        self.details: dict[str, Any] = {}
        self._rejections: list[Rejection] = list(layer.rejected)

    @property
    def n_used(self) -> int:
        """Rows without a fault."""
        return int(self.used.sum())

    def reject(self, at: Iterable[int], field: str, values: Sequence[object], reason_key: str) -> None:
        """Set rows aside, by their position in the table; one that is out already keeps its first fault."""
        for position, value in zip(at, values, strict=True):
            if self.used[position]:
                self.used[position] = False
                row = int(self.layer.rows[position])
                self._rejections.append(Rejection(row, field, str(value)[:_SHOWN], reason_key))

    def reject_all(self, rejections: Sequence[Rejection]) -> None:
        """Set rows aside that another room found faulty, by their row of the file."""
        if not rejections:
            return
        positions = pd.Index(self.layer.rows).get_indexer(pd.Index([entry.row for entry in rejections]))
        for position, entry in zip(positions.tolist(), rejections, strict=True):
            if self.used[position]:
                self.used[position] = False
                self._rejections.append(entry)

    def rejected(self) -> pd.DataFrame:
        """Return each row that is not used, in the order of the file."""
        in_order = sorted(self._rejections, key=lambda entry: entry.row)
        frame = pd.DataFrame(in_order, columns=list(REJECTED_COLUMNS))
        return frame.astype({"row": np.int64})

    def rejected_source(self) -> pd.DataFrame:
        """Return the same rows as the file had them, indexed by their row.

        Rows that never came into the table have empty cells; what they held stands in the rejection.
        """
        out = np.flatnonzero(~self.used)
        # To take no row of a long table by its positions takes as long as to take many.
        table = self.layer.table.iloc[out] if len(out) else self.layer.table.iloc[:0]
        table = table.drop(columns=[name for name in REPORT_WORDS if name in table.columns])
        table = table.set_axis(pd.Index(self.layer.rows[out], dtype=np.int64), axis=0)
        if self.layer.geometry is not None:
            table = table.assign(**{WKT_HEADER: _as_wkt(self.layer.geometry[out])})
            if self.layer.crs is not None and SYSTEM_HEADER not in table:
                table = table.assign(**{SYSTEM_HEADER: self.layer.crs.name})
        if not self.layer.rejected:
            return table
        unread = _unread_rows(self.layer)
        return _joined(table, unread)


def _unread_rows(layer: SourceLayer) -> pd.DataFrame:
    """Return the rows that never came into the table, their cells under the headers they stand at."""
    headers = list(layer.table.columns)
    cells = layer.rejected_cells or ((),) * len(layer.rejected)
    rows = [dict(zip(headers, row, strict=False)) | _beyond(row, len(headers)) for row in cells]
    index = pd.Index([entry.row for entry in layer.rejected], dtype=np.int64)
    return pd.DataFrame(rows, index=index, dtype=object)


def _beyond(cells: tuple[str, ...], n_columns: int) -> dict[str, str]:
    """Return the cells for which there is no header, in a column of their own."""
    return {BEYOND_HEADER: " | ".join(cells[n_columns:])} if len(cells) > n_columns else {}


def _joined(table: pd.DataFrame, unread: pd.DataFrame) -> pd.DataFrame:
    """Return both in the order of the file."""
    extra = [name for name in unread.columns if name not in table.columns]
    columns = [*table.columns, *extra]
    texts = {
        name: table[name].dtype for name in table.columns if isinstance(table[name].dtype, pd.StringDtype)
    }
    others = {name: object for name in table.columns if name not in texts}
    # Texts stay texts: as objects, each cell would take memory of its own.
    both = pd.concat([table.astype(others), unread.reindex(columns=columns).astype(texts)])
    return both.reindex(columns=columns).sort_index()


def _as_wkt(geometry: NDArray[np.object_]) -> list[str]:
    """Return each geometry as text, ``""`` for none."""
    return ["" if words is None else words for words in shapely.to_wkt(geometry, rounding_precision=-1)]
