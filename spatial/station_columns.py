"""The columns of an inventory that a definition asks, each read once for every definition."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["StationColumns", "Words"]

_OPERATOR_SEPARATORS = r"[;；、,，/|+＋]"


class Words:
    """A column of trimmed text: ``names[codes]``, the names each once and in order."""

    def __init__(self, codes: Rows, names: NDArray[np.object_]) -> None:
        self.codes, self.names = codes, names

    def among(self, wanted: tuple[str, ...]) -> Mask:
        """Tell which rows hold one of some words."""
        return np.isin(self.names.astype(str), wanted)[self.codes]

    @cached_property
    def empty(self) -> Mask:
        """Tell which rows hold none."""
        return self.among(("",))


class StationColumns:
    """The columns of a point frame, read when they are first asked for.

    Parameters
    ----------
    points : GeoDataFrame
        One row per row of the inventory; optional columns may be absent. It must not change.
    """

    def __init__(self, points: gpd.GeoDataFrame) -> None:
        self.points = points
        self._words: dict[str, Words] = {}
        self._orders: dict[str, Rows] = {}

    def __len__(self) -> int:
        return len(self.points)

    def __contains__(self, column: str) -> bool:
        return column in self.points

    def words(self, column: str) -> Words:
        """Return a column as trimmed text, ``""`` where it is missing or not filled in."""
        if column not in self._words:
            self._words[column] = self._read(column)
        return self._words[column]

    def station_keys(self, column: str) -> Rows:
        """Return a number for each row, the same for rows of one station.

        A logical station is told apart by its operator too, unless operators share it.
        """
        ids = self.words(column).codes
        if column != "logical_station_id":
            return ids
        operators = self.words("operator")
        # No operator comes first where a row states none: it is the operator of what is shared.
        operator = operators.codes + (operators.names[:1] != "").sum()
        if "shared" in self.points:
            operator = np.where(self.shared, 0, operator)
        keys: Rows = operator * (int(ids.max(initial=0)) + 1) + ids
        return keys

    def order_of_stations(self, column: str) -> Rows:
        """Return all rows ordered by station, ``site_id`` and position."""
        if column not in self._orders:
            x, y = self.positions
            keys = (y, x, self.words("site_id").codes, self.station_keys(column))
            self._orders[column] = np.lexsort(keys)
        return self._orders[column]

    @cached_property
    def positions(self) -> NDArray[np.float64]:
        """The x and y of each row, shape (2, n), in the frame's own unit."""
        return shapely.bounds(self.points.geometry.to_numpy())[:, :2].T

    @cached_property
    def dates(self) -> NDArray[np.object_]:
        """The day of ``as_of`` of each row, NaT where none is stated."""
        words = self.words("as_of")
        days = pd.to_datetime(
            pd.Series(words.names, dtype="string"), errors="coerce", format="ISO8601", utc=True
        ).dt.date
        found: NDArray[np.object_] = days.to_numpy(dtype=object)[words.codes]
        return found

    @cached_property
    def shared(self) -> Mask:
        """Whether a row says that operators share it."""
        return self._in_shared([True])

    @cached_property
    def shared_known(self) -> Mask:
        """Whether a row says that they do or that they do not."""
        return self._in_shared([True, False])

    @cached_property
    def n_operators(self) -> Rows:
        """How many operators each row lists in ``operators``."""
        words = self.words("operators")
        listed = pd.Series(words.names, dtype="string").str.split(_OPERATOR_SEPARATORS, regex=True)
        counts = [len({name.strip() for name in given} - {""}) for given in listed]
        return np.array(counts, dtype=np.int64)[words.codes]

    def _in_shared(self, values: list[bool]) -> Mask:
        found: Mask = self.points["shared"].isin(values).to_numpy()
        return found

    def _read(self, column: str) -> Words:
        if column not in self.points:
            return Words(np.zeros(len(self), dtype=np.int64), np.array([""], dtype=object))
        words = self.points[column].astype("string").fillna("").str.strip()
        codes, names = pd.factorize(words.to_numpy(dtype=object), sort=True)
        return Words(codes.astype(np.int64), np.asarray(names, dtype=object))
