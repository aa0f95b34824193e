"""What each row of a table calls itself, for an opinion on its datum."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.importing.place.datum_opinion import Opinion, datum_opinion
from spatial.importing.place.readings import Reading, positions

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from spatial.importing.model import SourceLayer
    from spatial.importing.place.context import ImportContext
    from spatial.importing.place.coordinate_columns import ColumnPair

    Floats = NDArray[np.float64]

__all__ = ["opinion_of_rows", "texts_of"]

_NAMING: Final = re.compile(r"名|址|位置|地点|楼盘|园区|name|address|location|site", re.IGNORECASE)
_MOST_COLUMNS: Final = 6
_ENOUGH_ROWS: Final = 20_000
_CUT: Final = 200


def texts_of(table: pd.DataFrame, rows: NDArray[np.intp], leave_out: set[str]) -> list[str]:
    """Return names and addresses of some rows, joined; the columns are known by their headers."""
    naming = [name for name in table.columns if _NAMING.search(str(name)) and str(name) not in leave_out]
    picked = table[naming[:_MOST_COLUMNS]].iloc[rows]
    return [
        " ".join(str(cell)[:_CUT] for cell in cells) for cells in picked.itertuples(index=False, name=None)
    ]


def opinion_of_rows(
    layer: SourceLayer, pair: ColumnPair, context: ImportContext
) -> Callable[[Floats, Floats, Reading], Opinion | None]:
    """Return what gives the opinion on the datum of a table's columns under a reading.

    None for a plane grid: its datum is part of it.
    """

    def opinion(x: Floats, y: Floats, reading: Reading) -> Opinion | None:
        if reading.kind == "grid":
            return None
        rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if rows.size > _ENOUGH_ROWS:
            rows = rows[np.linspace(0, rows.size - 1, _ENOUGH_ROWS).astype(int)]
        lon, lat = positions(x[rows], y[rows], reading)
        # Names are asked for where there are known places alone.
        texts = texts_of(layer.table, rows, {pair.x, pair.y}) if context.places else [""] * rows.size
        return datum_opinion(lon, lat, texts, context)

    return opinion
