"""Which rows of an inventory count as stations under a definition, and how often each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from spatial.definition import Definition, Indoor, LifecycleStatus, Numerator, Shared, word_key
from spatial.errors import BasisUnavailableError, CellLevelTableError
from spatial.notice import Notice
from spatial.text import TextKey

if TYPE_CHECKING:
    from enum import StrEnum

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["STATES_COUNTED", "Selection", "lists_cells", "select_stations"]

LICENSEES_PER_SHARED_STATION: Final = 2
"""Mainland 5G is built by two pairs of operators (移动+广电, 电信+联通)."""

CELL_LEVEL_SHARE: Final = 0.5
"""Share of rows with a repeated ``site_id`` from which a table is taken to list cells."""

MERGED_ROWS_APART_DEG: Final = 0.0002
"""About 20 m: rows of one station that lie farther apart contradict each other."""

_EXISTING: Final = ("existing", "")
_PLANNED: Final = ("planned", "under_construction")
STATES_COUNTED: Final = {
    LifecycleStatus.EXISTING: _EXISTING,
    LifecycleStatus.PLANNED: _PLANNED,
    LifecycleStatus.ALL: _EXISTING + _PLANNED,
}
"""The states that count; a row that states none reads as existing."""
_INDOOR: Final = "indoor"
_OPERATOR_SEPARATORS: Final = r"[;；、,，/|+＋]"


@dataclass(frozen=True)
class Selection:
    """The stations that a definition counts.

    Parameters
    ----------
    points : GeoDataFrame
        One row per station, a subset of the given rows in their order.
    rows : ndarray of int
        Their positions in the given frame.
    weights : ndarray of int
        How often each counts.
    notices : tuple of Notice
        What was left out, merged or assumed.
    """

    points: gpd.GeoDataFrame
    rows: NDArray[np.int64]
    weights: NDArray[np.int64]
    notices: tuple[Notice, ...]

    @property
    def n_counted(self) -> int:
        """The number of stations."""
        return int(self.weights.sum())


def select_stations(points: gpd.GeoDataFrame, definition: Definition) -> Selection:
    """Select the stations that ``definition`` counts.

    Parameters
    ----------
    points : GeoDataFrame
        Point frame, one row per row of the inventory; optional columns may be absent.
    definition : Definition
        The way to count.

    Raises
    ------
    BasisUnavailableError
        If the definition asks for a column that is not there, or not filled in every row.
    CellLevelTableError
        If the table holds several rows for one station and no numerator is stated.
    """
    notices: list[Notice] = []
    kept = np.ones(len(points), dtype=bool)
    for choose in (_by_status, _by_date, _by_indoor):
        kept[kept] = choose(points[kept], definition, notices)
    rows = np.flatnonzero(kept)
    rows = rows[_one_per_station(points.iloc[rows], definition, notices)]
    chosen = points.iloc[rows]
    return Selection(chosen, rows, _weights(chosen, definition, notices), tuple(notices))


def _by_status(points: gpd.GeoDataFrame, definition: Definition, notices: list[Notice]) -> NDArray[np.bool_]:
    """Keep what the state asks for; an unstated state reads as existing, and says so."""
    wanted = definition.status
    if "status" not in points and wanted == LifecycleStatus.PLANNED:
        raise _lacking("status", wanted, len(points))
    state = _words(points, "status")
    unstated = int((state == "").sum())
    kept = state.isin(STATES_COUNTED[wanted]).to_numpy()
    if unstated and wanted == LifecycleStatus.EXISTING:
        notices.append(Notice("verdict.status_not_stated", {"count": unstated}))
    _note_left_out(notices, kept, TextKey("verdict.left_out_status"))
    return kept


def _by_date(points: gpd.GeoDataFrame, definition: Definition, notices: list[Notice]) -> NDArray[np.bool_]:
    if definition.as_of is None:
        return np.ones(len(points), dtype=bool)
    dates = pd.to_datetime(_words(points, "as_of"), errors="coerce", format="ISO8601", utc=True)
    if dates.isna().any():
        raise _lacking("as_of", TextKey("verdict.choice_as_of"), int(dates.isna().sum()))
    kept = (dates.dt.date <= definition.as_of).to_numpy()
    _note_left_out(notices, kept, TextKey("verdict.left_out_as_of"))
    return kept


def _by_indoor(points: gpd.GeoDataFrame, definition: Definition, notices: list[Notice]) -> NDArray[np.bool_]:
    if definition.indoor == Indoor.INCLUDE:
        return np.ones(len(points), dtype=bool)
    kinds = _words(points, "site_type")
    if (kinds == "").any():
        raise _lacking("site_type", Indoor.EXCLUDE, int((kinds == "").sum()))
    kept = (kinds != _INDOOR).to_numpy()
    _note_left_out(notices, kept, TextKey("verdict.left_out_indoor"))
    return kept


def _one_per_station(
    points: gpd.GeoDataFrame, definition: Definition, notices: list[Notice]
) -> NDArray[np.int64]:
    """Return the positions of the row that stands for each station."""
    if definition.numerator in (None, Numerator.AS_GIVEN):
        _check_rows_as_given(points, definition, notices)
        return np.arange(len(points))
    column = f"{definition.numerator}_id"
    ids = _words(points, column)
    if (ids == "").any():
        raise _lacking(column, definition.numerator, int((ids == "").sum()))
    key = _station_key(points) if definition.numerator == Numerator.LOGICAL_STATION else ids
    return _first_of_each(points, key, definition.numerator_key, notices)


def _first_of_each(
    points: gpd.GeoDataFrame, key: pd.Series, numerator: TextKey, notices: list[Notice]
) -> NDArray[np.int64]:
    """Keep one row per key, chosen by id and position so that the row order does not matter."""
    x, y = shapely.bounds(points.geometry.to_numpy())[:, :2].T
    table = pd.DataFrame(
        {"key": key.to_numpy(), "site": _words(points, "site_id").to_numpy(), "x": x, "y": y}
    )
    first = table.sort_values(["key", "site", "x", "y"], kind="stable").drop_duplicates("key")
    merged = len(table) - len(first)
    if merged:
        notices.append(Notice("verdict.rows_merged", {"count": merged, "numerator": numerator}))
        groups = table.groupby("key")[["x", "y"]]
        apart = int(((groups.max() - groups.min()) > MERGED_ROWS_APART_DEG).any(axis=1).sum())
        if apart:
            notices.append(Notice("verdict.merged_rows_apart", {"count": apart}))
    return np.sort(first.index.to_numpy())


def lists_cells(points: gpd.GeoDataFrame) -> bool:
    """Tell whether a table looks like one row per cell, not per station."""
    key, limit = _stations_as_given(points)
    return int(key.duplicated(keep=False).sum()) > limit


def _check_rows_as_given(points: gpd.GeoDataFrame, definition: Definition, notices: list[Notice]) -> None:
    """Refuse a table of cells unless rows were asked for; state repeated ids in any case."""
    key, limit = _stations_as_given(points)
    repeated = int(key.duplicated(keep=False).sum())
    if definition.numerator is None:
        if repeated > limit:
            raise CellLevelTableError("verdict.cell_level_table", count=repeated, stations=int(key.nunique()))
        notices.append(Notice("verdict.numerator_assumed"))
    if repeated:
        extra = int(key.duplicated().sum())
        notices.append(Notice("verdict.duplicates_kept", {"count": extra}))


def _stations_as_given(points: gpd.GeoDataFrame) -> tuple[pd.Series, int]:
    """Return the station of each row that names one, and how many may repeat in a table of stations."""
    by_station = _words(points, "logical_station_id")
    filled = (by_station != "").to_numpy()
    if filled.any():
        return _station_key(points)[filled], 0
    sites = _words(points, "site_id")
    return sites[(sites != "").to_numpy()], int(len(points) * CELL_LEVEL_SHARE)


def _station_key(points: gpd.GeoDataFrame) -> pd.Series:
    """Return what tells logical stations apart: the id, with its operator unless shared."""
    operator = _words(points, "operator")
    if "shared" in points:
        operator = operator.mask(points["shared"].isin([True]), "")
    return operator + "\x1f" + _words(points, "logical_station_id")


def _weights(points: gpd.GeoDataFrame, definition: Definition, notices: list[Notice]) -> NDArray[np.int64]:
    """Return how often each station counts: once, or once for each of its operators."""
    once = np.ones(len(points), dtype=np.int64)
    if definition.shared == Shared.ONCE:
        return once
    if definition.numerator == Numerator.PHYSICAL_SITE:
        raise BasisUnavailableError("verdict.site_not_per_operator")
    if "operators" in points:
        names = _words(points, "operators")
        if (names == "").any():
            raise _lacking("operators", Shared.PER_OPERATOR, int((names == "").sum()))
        listed = names.str.split(_OPERATOR_SEPARATORS, regex=True)
        return listed.map(lambda given: len({name.strip() for name in given} - {""})).to_numpy()
    unknown = ~points["shared"].isin([True, False]) if "shared" in points else once
    if "shared" not in points or unknown.any():
        raise _lacking("shared", Shared.PER_OPERATOR, int(unknown.sum()))
    shared = points["shared"].isin([True]).to_numpy()
    notices.append(Notice("verdict.shared_counted_twice", {"count": int(shared.sum())}))
    return np.where(shared, LICENSEES_PER_SHARED_STATION, once)


def _words(points: gpd.GeoDataFrame, column: str) -> pd.Series:
    """Return a column as trimmed text, ``""`` where it is missing or not filled in."""
    if column not in points:
        return pd.Series("", index=points.index, dtype="string")
    words: pd.Series = points[column].astype("string").fillna("").str.strip()
    return words


def _note_left_out(notices: list[Notice], kept: NDArray[np.bool_], reason: TextKey) -> None:
    left_out = int((~kept).sum())
    if left_out:
        notices.append(Notice("verdict.rows_left_out", {"count": left_out, "reason": reason}))


def _lacking(column: str, choice: TextKey | StrEnum, rows: int) -> BasisUnavailableError:
    key = choice if isinstance(choice, TextKey) else word_key(choice)
    return BasisUnavailableError("verdict.column_basis_unavailable", column=column, choice=key, count=rows)
