"""A table with one row per cell brought to one row per station.

Operators list their cells; a cell is never a station. Rows of one logical station (of one operator,
unless it is shared) become one row: what belongs to cells is joined, what belongs to the station is
taken from its first row, and where rows of one station contradict each other that is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from spatial.importing.build.attributes import text_column
from spatial.importing.columns.values import as_text
from spatial.importing.field_words import CELL_FIELDS, STATION_WORDS
from spatial.notice import Notice
from spatial.selection import CELL_LEVEL_SHARE, MERGED_ROWS_APART_DEG

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CELL_COUNT", "collapse_cells", "station_keys"]

CELL_COUNT: Final = "cell_count"
_JOINED_BY: Final = ";"
_BETWEEN: Final = "\x1f"
_STATION_FIELDS: Final = frozenset(STATION_WORDS) - CELL_FIELDS


def station_keys(attributes: pd.DataFrame, *, unique_ids: bool) -> pd.Series | None:
    """Return the station of each row where at least half of the rows share theirs with another.

    ``""`` for a row that names none. None for a table that lists stations; ``unique_ids`` says that no
    ``site_id`` stands twice.
    """
    logical = text_column(attributes, "logical_station_id")
    if (logical != "").any():
        operator = text_column(attributes, "operator")
        if "shared" in attributes:
            operator = operator.mask(attributes["shared"].fillna(value=False).astype(bool), "")
        keys = (operator + _BETWEEN + logical).mask(logical == "", "")
    else:
        keys = text_column(attributes, "site_id")
        if unique_ids:
            return None
    repeated = keys.duplicated(keep=False) & (keys != "")
    return keys if len(keys) and int(repeated.sum()) >= CELL_LEVEL_SHARE * len(keys) else None


def collapse_cells(
    attributes: pd.DataFrame, geometry: NDArray[np.object_], keys: pd.Series
) -> tuple[pd.DataFrame, NDArray[np.object_], list[Notice]]:
    """Return one row per station, the first of its rows, and what the reader has to know.

    Rows that name no station stay as they are.
    """
    keys = keys.mask(
        keys == "", _BETWEEN * 2 + pd.Series(keys.index.astype(str), index=keys.index, dtype="str")
    )
    codes, distinct = pd.factorize(keys.to_numpy(dtype=object))
    _, first, sizes = np.unique(codes, return_index=True, return_counts=True)
    merged = np.isin(codes, np.flatnonzero(sizes > 1))
    stations = attributes.iloc[first].copy()
    notices = [Notice("import.cells_collapsed", {"rows": len(codes), "stations": len(distinct)})]
    contradicted: list[str] = []
    for name in attributes.columns:
        words = attributes[name]
        differing = _differing(words, codes, merged, len(distinct))
        if not differing.any():
            continue
        if name in _STATION_FIELDS:
            contradicted.append(name)
        else:
            stations[name] = _joined(words, codes, differing, stations[name])
    stations[CELL_COUNT] = sizes
    if contradicted:
        notices.append(Notice("import.stations_contradict", {"columns": contradicted}))
    apart = _apart(geometry, codes, len(distinct))
    if apart.any():
        ids = keys.to_numpy(dtype=object)[first][apart]
        named = [str(key).rpartition(_BETWEEN)[2] for key in ids]
        notices.append(Notice("import.stations_apart", {"n": int(apart.sum()), "ids": named[:11]}))
    return stations, geometry[first], notices


def _differing(
    words: pd.Series, codes: NDArray[np.int64], merged: NDArray[np.bool_], n: int
) -> NDArray[np.bool_]:
    """Tell the stations whose rows have different values in a column."""
    values, _ = pd.factorize(words[merged])
    pairs = pd.DataFrame({"station": codes[merged], "value": values}).drop_duplicates()
    return np.bincount(pairs["station"], minlength=n) > 1


def _joined(
    words: pd.Series, codes: NDArray[np.int64], differing: NDArray[np.bool_], first: pd.Series
) -> pd.Series:
    """Return the different values of each station in the order of the file, the others as they are."""
    rows = differing[codes]
    cells = pd.DataFrame({"station": codes[rows], "word": as_text(words[rows]).to_numpy(dtype=object)})
    cells = cells[cells["word"] != ""].drop_duplicates()
    joined = cells.groupby("station")["word"].agg(_JOINED_BY.join)
    result = as_text(first).to_numpy(dtype=object).copy()
    result[joined.index.to_numpy()] = joined.to_numpy(dtype=object)
    return pd.Series(pd.array(result, dtype="str"), index=first.index)


def _apart(geometry: NDArray[np.object_], codes: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    """Tell the stations whose rows lie farther apart than about 20 m."""
    table = pd.DataFrame({"x": shapely.get_x(geometry), "y": shapely.get_y(geometry)}).groupby(codes)
    spread = (table.max() - table.min()).max(axis=1).reindex(range(n)).to_numpy(dtype=float)
    return np.asarray(spread > MERGED_ROWS_APART_DEG)
