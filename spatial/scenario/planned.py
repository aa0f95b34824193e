"""When planned stations are to stand: by the year that the plan gives them, else by their date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.importing.field_words import STATION_WORDS
from spatial.station_attributes import iso_date
from spatial.station_columns import StationColumns
from spatial.station_words import normalise_word

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["PLAN_YEAR", "PlannedRows", "planned_by_year", "planned_rows"]

PLAN_YEAR: Final = "plan_year"
_AS_OF: Final = "as_of"
_PLANNED: Final = ("planned", "under_construction")
_HEADERS: Final = frozenset(normalise_word(word) for word in (PLAN_YEAR, *STATION_WORDS[PLAN_YEAR]))
_WHOLE_AS_FLOAT: Final = r"\.0+$"


@dataclass(frozen=True)
class PlannedRows:
    """The planned rows of an inventory, each with its year.

    Attributes
    ----------
    planned : ndarray of bool
        Rows that are planned or under construction.
    years : ndarray of int
        The year of each row, 0 where none is stated.
    column : str
        The column that the years come from, as the inventory calls it.
    from_plan : bool
        Whether that column states the year of building; a bare date may be that of the data.
    n_not_later : int
        Planned rows that a bare date puts no later than the newest existing row: a sign that it is the
        date of the data.
    """

    planned: NDArray[np.bool_]
    years: NDArray[np.int64]
    column: str
    from_plan: bool
    n_not_later: int

    @property
    def dated(self) -> NDArray[np.bool_]:
        """Rows with a year."""
        found: NDArray[np.bool_] = self.years > 0
        return found


def planned_rows(points: gpd.GeoDataFrame) -> PlannedRows:
    """Return the planned rows and their years.

    A column that states the year of building (计划年份, 规划年份) speaks alone where any planned row has
    it; the date of a row is taken otherwise.
    """
    columns = StationColumns(points)
    planned = columns.words("status").among(_PLANNED)
    for header in points.columns:
        if header != points.geometry.name and normalise_word(str(header)) in _HEADERS:
            years = np.where(planned, _years_of(points[header]), 0)
            if years.any():
                return PlannedRows(planned, years, str(header), from_plan=True, n_not_later=0)
    days = columns.dates
    years = np.array([0 if pd.isna(day) else day.year for day in days], dtype=np.int64)
    existing = [day for day in days[~planned] if not pd.isna(day)]
    not_later = _not_later(days[planned], max(existing)) if existing else 0
    return PlannedRows(planned, years, _AS_OF, from_plan=False, n_not_later=not_later)


def planned_by_year(points: gpd.GeoDataFrame) -> dict[int, int]:
    """Return how many planned rows each year has, in order; 0 stands for those without one."""
    found = planned_rows(points)
    years, counts = np.unique(found.years[found.planned], return_counts=True)
    return dict(zip(years.tolist(), counts.tolist(), strict=True))


def _years_of(cells: pd.Series) -> NDArray[np.int64]:
    words = cells.astype("string").fillna("").str.strip().str.replace(_WHOLE_AS_FLOAT, "", regex=True)
    year = {word: int((iso_date(word) or "0")[:4]) for word in words.unique()}
    return words.map(year).to_numpy(dtype=np.int64)


def _not_later(days: NDArray[np.object_], newest: dt.date) -> int:
    return sum(not pd.isna(day) and day <= newest for day in days)
