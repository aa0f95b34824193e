"""Which rows of an inventory count as stations under a definition, and how often each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.definition import Definition, Indoor, LifecycleStatus, Numerator, Shared, word_key
from spatial.errors import BasisUnavailableError, CellLevelTableError
from spatial.notice import Notice
from spatial.station_columns import StationColumns
from spatial.text import TextKey
from spatial.zone_grid.ranges import starts_of_runs

if TYPE_CHECKING:
    from enum import StrEnum

    import geopandas as gpd
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["STATES_COUNTED", "Selection", "lists_cells", "select_from", "select_stations"]

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


@dataclass(frozen=True)
class Selection:
    """The stations that a definition counts.

    Parameters
    ----------
    given : GeoDataFrame
        The frame that they were selected from.
    rows : ndarray of int
        Their positions in it.
    weights : ndarray of int
        How often each counts.
    notices : tuple of Notice
        What was left out, merged or assumed.
    """

    given: gpd.GeoDataFrame
    rows: NDArray[np.int64]
    weights: NDArray[np.int64]
    notices: tuple[Notice, ...]

    @property
    def points(self) -> gpd.GeoDataFrame:
        """One row per station, a subset of the given rows in their order."""
        return self.given.iloc[self.rows]

    @property
    def n_counted(self) -> int:
        """The number of stations."""
        return int(self.weights.sum())

    @property
    def weights_of_rows(self) -> NDArray[np.int64]:
        """How often each row of ``given`` counts, shape (n_given,)."""
        weights = np.zeros(len(self.given), dtype=np.int64)
        weights[self.rows] = self.weights
        return weights


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
    return select_from(StationColumns(points), definition)


def select_from(columns: StationColumns, definition: Definition) -> Selection:
    """Select from columns that have been read; errors as for `select_stations`."""
    notices: list[Notice] = []
    rows = np.arange(len(columns))
    for choose in (_by_status, _by_date, _by_indoor):
        rows = rows[choose(columns, rows, definition, notices)]
    rows = _one_per_station(columns, rows, definition, notices)
    weights = _weights(columns, rows, definition, notices)
    return Selection(columns.points, rows, weights, tuple(notices))


def _by_status(columns: StationColumns, rows: Rows, definition: Definition, notices: list[Notice]) -> Mask:
    """Keep what the state asks for; an unstated state reads as existing, and says so."""
    wanted = definition.status
    if "status" not in columns and wanted == LifecycleStatus.PLANNED:
        raise _lacking("status", wanted, len(rows))
    states = columns.words("status")
    unstated = int(states.empty[rows].sum())
    kept = states.among(STATES_COUNTED[wanted])[rows]
    if unstated and wanted == LifecycleStatus.EXISTING:
        notices.append(Notice("verdict.status_not_stated", {"count": unstated}))
    _note_left_out(notices, kept, TextKey("verdict.left_out_status"))
    return kept


def _by_date(columns: StationColumns, rows: Rows, definition: Definition, notices: list[Notice]) -> Mask:
    if definition.as_of is None:
        return np.ones(len(rows), dtype=bool)
    dates = columns.dates[rows]
    undated = pd.isna(dates)
    if undated.any():
        raise _lacking("as_of", TextKey("verdict.choice_as_of"), int(undated.sum()))
    kept = np.asarray(dates <= definition.as_of, dtype=bool)
    _note_left_out(notices, kept, TextKey("verdict.left_out_as_of"))
    return kept


def _by_indoor(columns: StationColumns, rows: Rows, definition: Definition, notices: list[Notice]) -> Mask:
    if definition.indoor == Indoor.INCLUDE:
        return np.ones(len(rows), dtype=bool)
    kinds = columns.words("site_type")
    unstated = int(kinds.empty[rows].sum())
    if unstated:
        raise _lacking("site_type", Indoor.EXCLUDE, unstated)
    kept = ~kinds.among((_INDOOR,))[rows]
    _note_left_out(notices, kept, TextKey("verdict.left_out_indoor"))
    return kept


def _one_per_station(
    columns: StationColumns, rows: Rows, definition: Definition, notices: list[Notice]
) -> Rows:
    """Return the rows that stand for the stations, one each, in order."""
    if definition.numerator in (None, Numerator.AS_GIVEN):
        _check_rows_as_given(columns, rows, definition, notices)
        return rows
    column = f"{definition.numerator}_id"
    unnamed = int(columns.words(column).empty[rows].sum())
    if unnamed:
        raise _lacking(column, definition.numerator, unnamed)
    return _first_of_each(columns, rows, column, definition.numerator_key, notices)


def _first_of_each(
    columns: StationColumns, rows: Rows, column: str, numerator: TextKey, notices: list[Notice]
) -> Rows:
    """Keep one row per station, chosen by id and position so that the row order does not matter."""
    kept = np.zeros(len(columns), dtype=bool)
    kept[rows] = True
    ordered = columns.order_of_stations(column)
    ordered = ordered[kept[ordered]]
    first = starts_of_runs(columns.station_keys(column)[ordered])
    merged = len(ordered) - len(first)
    if merged:
        notices.append(Notice("verdict.rows_merged", {"count": merged, "numerator": numerator}))
        xy = columns.positions[:, ordered]
        reach = np.fmax.reduceat(xy, first, axis=1) - np.fmin.reduceat(xy, first, axis=1)
        apart = int((reach > MERGED_ROWS_APART_DEG).any(axis=0).sum())
        if apart:
            notices.append(Notice("verdict.merged_rows_apart", {"count": apart}))
    return np.sort(ordered[first])


def lists_cells(points: gpd.GeoDataFrame) -> bool:
    """Tell whether a table looks like one row per cell, not per station."""
    stations, limit = _stations_as_given(StationColumns(points), np.arange(len(points)))
    return int(stations[stations > 1].sum()) > limit


def _check_rows_as_given(
    columns: StationColumns, rows: Rows, definition: Definition, notices: list[Notice]
) -> None:
    """Refuse a table of cells unless rows were asked for; state repeated ids in any case."""
    stations, limit = _stations_as_given(columns, rows)
    repeated = int(stations[stations > 1].sum())
    if definition.numerator is None:
        if repeated > limit:
            raise CellLevelTableError("verdict.cell_level_table", count=repeated, stations=len(stations))
        notices.append(Notice("verdict.numerator_assumed"))
    if repeated:
        extra = int(stations.sum()) - len(stations)
        notices.append(Notice("verdict.duplicates_kept", {"count": extra}))


def _stations_as_given(columns: StationColumns, rows: Rows) -> tuple[Rows, int]:
    """Return how many rows name each station, and how many may repeat in a table of stations."""
    named = rows[~columns.words("logical_station_id").empty[rows]]
    keys, limit = columns.station_keys("logical_station_id")[named], 0
    if not len(named):
        named = rows[~columns.words("site_id").empty[rows]]
        keys, limit = columns.words("site_id").codes[named], int(len(rows) * CELL_LEVEL_SHARE)
    ordered = np.sort(keys)
    return np.diff(np.append(starts_of_runs(ordered), len(ordered))), limit


def _weights(columns: StationColumns, rows: Rows, definition: Definition, notices: list[Notice]) -> Rows:
    """Return how often each station counts: once, or once for each of its operators."""
    once = np.ones(len(rows), dtype=np.int64)
    if definition.shared == Shared.ONCE:
        return once
    if definition.numerator == Numerator.PHYSICAL_SITE:
        raise BasisUnavailableError("verdict.site_not_per_operator")
    if "operators" in columns:
        unnamed = int(columns.words("operators").empty[rows].sum())
        if unnamed:
            raise _lacking("operators", Shared.PER_OPERATOR, unnamed)
        return columns.n_operators[rows]
    unknown = len(rows) if "shared" not in columns else int((~columns.shared_known[rows]).sum())
    if "shared" not in columns or unknown:
        raise _lacking("shared", Shared.PER_OPERATOR, unknown)
    shared = columns.shared[rows]
    notices.append(Notice("verdict.shared_counted_twice", {"count": int(shared.sum())}))
    return np.where(shared, LICENSEES_PER_SHARED_STATION, once)


def _note_left_out(notices: list[Notice], kept: NDArray[np.bool_], reason: TextKey) -> None:
    left_out = int((~kept).sum())
    if left_out:
        notices.append(Notice("verdict.rows_left_out", {"count": left_out, "reason": reason}))


def _lacking(column: str, choice: TextKey | StrEnum, rows: int) -> BasisUnavailableError:
    key = choice if isinstance(choice, TextKey) else word_key(choice)
    return BasisUnavailableError("verdict.column_basis_unavailable", column=column, choice=key, count=rows)
