"""Counts of stations at several dates, and the rate that a target takes: only between counts made alike.

The dates are those of the rows of one inventory, or those of several inventories of one register. The two are
never joined: what was taken down is missing in the rows of the one and was still there in the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypedDict

import pandas as pd

from spatial.check import check_surveyed
from spatial.definition import Definition, word_key
from spatial.errors import IncomparableError
from spatial.evaluation_tables.standing import Standing, years_between
from spatial.notice import Notice
from spatial.text import TextKey
from spatial.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from spatial.tally import Survey
    from spatial.target import Target

__all__ = [
    "MOST_YEARS",
    "Observation",
    "Origin",
    "Trend",
    "ZoneTrend",
    "stations_by_year",
    "stations_on",
    "trend_of",
    "zone_trends",
]

MOST_YEARS: Final = 30
"""Years that are counted at most; the latest ones."""

_AXES: Final = ("numerator", "indoor", "shared", "status", "area_basis")
_NEARLY: Final = 1e-9
_SAME_AREA: Final = 1e-6
"""Relative: areas that differ by more are two outlines."""


_NOT_JUDGED: Final = frozenset({Status.UNDETERMINED, Status.TOO_SMALL})


class _Counted(TypedDict):
    status: Status
    count: int
    area_km2: float
    required_count: int | None
    definition: Definition


class Origin(StrEnum):
    """Where the date of a count comes from: the rows of one inventory, or the inventory as a whole."""

    ROWS = "rows"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The stations of one zone at the end of one day.

    Attributes
    ----------
    zone_id : str
    day : datetime.date
    count : int
    area_km2 : float
    required_count : int or None
        Stations that the target asks for; None without a target.
    definition : Definition
        How they were counted.
    source : str
        The inventory, in words.
    register : str
        What the inventory is an edition of, in words; empty where it is one of its own.
    origin : Origin
    status : Status or None
        What a check says of that count.
    synthetic : bool
        Whether the inventory says that it is simulated.
    """

    zone_id: str
    day: date
    count: int
    area_km2: float
    required_count: int | None
    definition: Definition
    source: str
    register: str = ""
    origin: Origin = Origin.ROWS
    status: Status | None = None
    synthetic: bool = False

    @property
    def density_per_km2(self) -> float:
        """Stations per square kilometre."""
        return self.count / self.area_km2


@dataclass(frozen=True, kw_only=True)
class Trend:
    """How a zone's count moves, and how it would have to.

    Attributes
    ----------
    observations : tuple of Observation
        In order of their days.
    standing : Standing
    yearly_rate_so_far, yearly_rate_needed : float or None
        Stations per year; needed is None once the target is met, is past, or has no year.
    reason : Notice or None
        Why nothing is judged, where a check judges nothing.
    """

    observations: tuple[Observation, ...]
    standing: Standing
    yearly_rate_so_far: float
    yearly_rate_needed: float | None = None
    reason: Notice | None = None


@dataclass(frozen=True, kw_only=True)
class ZoneTrend:
    """The counts of one zone, and its trend, or why there is none."""

    observations: tuple[Observation, ...]
    trend: Trend | None = None
    why_not: Notice | None = None

    @property
    def said(self) -> Notice | None:
        """Why there is no trend, or none that is judged."""
        return self.why_not if self.trend is None else self.trend.reason


def zone_trends(
    counted: Iterable[Mapping[str, Sequence[Observation]]],
    *,
    target_year: int | None,
    today: date,
    zone_ids: Iterable[str] = (),
) -> dict[str, ZoneTrend]:
    """Return the counts of every zone in order of their days, with the trend where they were made alike.

    Parameters
    ----------
    counted : iterable of mapping
        Zone -> its observations, as `stations_by_year` and `stations_on` give them.
    target_year : int or None
        The year at whose end the target is due.
    today : date
        The day that is looked from.
    zone_ids : iterable of str
        Zones that are listed first and in this order, those without a count with the reason.
    """
    together: dict[str, list[Observation]] = {zone_id: [] for zone_id in zone_ids}
    for by_zone in counted:
        for zone_id, observed in by_zone.items():
            together.setdefault(zone_id, []).extend(observed)
    found = {}
    for zone_id, each in together.items():
        if not each:
            found[zone_id] = ZoneTrend(observations=(), why_not=Notice("evaluation.no_count"))
            continue
        ordered = tuple(sorted(each, key=lambda one: one.day))
        try:
            trend = trend_of(ordered, target_year=target_year, today=today)
        except IncomparableError as refusal:
            found[zone_id] = ZoneTrend(observations=ordered, why_not=Notice(refusal.key, refusal.params))
        else:
            found[zone_id] = ZoneTrend(observations=ordered, trend=trend)
    return found


def trend_of(
    observations: Sequence[Observation], *, target_year: int | None, today: date | None = None
) -> Trend:
    """Return the trend of one zone.

    Parameters
    ----------
    observations : sequence of Observation
        At least two days of one zone.
    target_year : int or None
        The year at whose end the target is due.
    today : date or None
        The day that is looked from; None for that of the last count.

    Raises
    ------
    IncomparableError
        If zone, register, definition or area differ, if two are of one day, or if there is one alone.
    """
    ordered = tuple(sorted(observations, key=lambda each: each.day))
    for other in ordered[1:]:
        _require_alike(ordered[0], other)
    if not ordered or ordered[0].day == ordered[-1].day:
        raise IncomparableError("evaluation.one_date")
    for one, other in pairwise(ordered):
        if one.day == other.day:
            raise IncomparableError("evaluation.day_twice", date=one.day.isoformat())
    first, last = ordered[0], ordered[-1]
    so_far = (last.count - first.count) / years_between(first.day, last.day)
    due = None if target_year is None else date(target_year, 12, 31)
    needed = _rate_needed(last, due, today or last.day)
    standing, reason = _standing_of(last, due, so_far=so_far, needed=needed)
    return Trend(
        observations=ordered,
        standing=standing,
        yearly_rate_so_far=so_far,
        yearly_rate_needed=needed,
        reason=reason,
    )


def _rate_needed(last: Observation, due: date | None, today: date) -> float | None:
    """Return the stations per year that reach the target in time; None if none is missing, or it is past."""
    if last.required_count is None or last.count >= last.required_count:
        return None
    if due is None or max(last.day, today) >= due:
        return None
    return (last.required_count - last.count) / years_between(last.day, due)


def _standing_of(
    last: Observation, due: date | None, *, so_far: float, needed: float | None
) -> tuple[Standing, Notice | None]:
    """Return where the last count stands; what a check does not judge is not judged here."""
    if last.required_count is None:
        return Standing.UNJUDGED, None
    if last.status in _NOT_JUDGED:
        return Standing.UNJUDGED, Notice(f"evaluation.check_{last.status}")
    if last.count >= last.required_count:
        return Standing.MET, None
    if due is None:
        return Standing.UNJUDGED, None
    if needed is not None:
        return (Standing.ON_TRACK if so_far >= needed - _NEARLY else Standing.BEHIND), None
    return (Standing.NOT_MET if last.day >= due else Standing.PERIOD_OVER), None


def stations_by_year(
    found: Survey, *, definition: Definition, target: Target | None, source: str, synthetic: bool = False
) -> dict[str, tuple[Observation, ...]]:
    """Count the stations of each zone at the end of each year in which rows are dated.

    Parameters
    ----------
    found : Survey
        What `spatial.tally.survey` returned.
    definition : Definition
        How stations are counted; a day that it names is the last one that is looked at.
    target : Target or None
    source : str
        The inventory, in words.
    synthetic : bool
        Whether the inventory says that it is simulated.

    Returns
    -------
    dict
        Zone -> its observations, in order; zones without an area under the definition are left out.

    Raises
    ------
    IncomparableError
        If no row is dated, or all in one year.
    BasisUnavailableError
        If some rows are not dated.
    """
    days = frozenset() if found.stations is None else found.stations.days
    if not days:
        raise IncomparableError("evaluation.no_dates")
    latest = definition.as_of
    years = sorted({day.year for day in days if latest is None or day <= latest})[-MOST_YEARS:]
    if len(years) < 2:  # noqa: PLR2004 - a trend takes two
        raise IncomparableError("evaluation.one_day")
    # What the inventory cannot answer is refused; what a zone's own facts lack leaves out that zone.
    found.tally(replace(definition, as_of=date(years[0], 12, 31)))
    by_zone: dict[str, list[Observation]] = {}
    for year in years:
        day = date(year, 12, 31) if latest is None else min(date(year, 12, 31), latest)
        for zone_id, facts in _counts(found, replace(definition, as_of=day), target):
            one = Observation(zone_id=zone_id, day=day, source=source, synthetic=synthetic, **facts)
            by_zone.setdefault(zone_id, []).append(one)
    return {zone_id: tuple(each) for zone_id, each in by_zone.items()}


def stations_on(
    found: Survey,
    *,
    day: date,
    definition: Definition,
    target: Target | None,
    source: str,
    register: str = "",
    synthetic: bool = False,
) -> dict[str, tuple[Observation, ...]]:
    """Count the stations of each zone in an inventory that is of one day as a whole.

    Parameters
    ----------
    found : Survey
        What `spatial.tally.survey` returned.
    day : date
        The day of the inventory.
    definition : Definition
        How stations are counted; a day that it names is not heeded.
    target : Target or None
    source, register : str
        As `Observation` has them.
    synthetic : bool
        Whether the inventory says that it is simulated.

    Returns
    -------
    dict
        Zone -> its one observation; zones without an area under the definition are left out.

    Raises
    ------
    BasisUnavailableError, CellLevelTableError
        If the inventory cannot be counted as the definition asks.
    """
    return {
        zone_id: (
            Observation(
                zone_id=zone_id,
                day=day,
                source=source,
                register=register,
                origin=Origin.FILE,
                synthetic=synthetic,
                **facts,
            ),
        )
        for zone_id, facts in _counts(found, replace(definition, as_of=None), target)
    }


def _counts(found: Survey, definition: Definition, target: Target | None) -> Iterator[tuple[str, _Counted]]:
    result = check_surveyed(found, definition=definition, target=target, missing_basis="no_data")
    rows = result.rows[["zone_id", "count", "area_km2", "required_count", "status"]]
    for zone_id, count, area_km2, required, status in rows.itertuples(index=False, name=None):
        if not (pd.isna(area_km2) or pd.isna(count)):
            yield (
                str(zone_id),
                {
                    "count": int(count),
                    "area_km2": float(area_km2),
                    "required_count": None if pd.isna(required) else int(required),
                    "definition": definition,
                    "status": Status(status),
                },
            )


def _require_alike(one: Observation, other: Observation) -> None:
    """Refuse two counts that were not made alike, and say in which respect."""
    if one.zone_id != other.zone_id:
        raise IncomparableError("evaluation.differs_zone", one=one.zone_id, other=other.zone_id)
    for axis in _AXES:
        mine, theirs = getattr(one.definition, axis), getattr(other.definition, axis)
        if mine != theirs:
            raise IncomparableError(
                "evaluation.differs_definition",
                field=TextKey(f"audit.field_{axis}"),
                one=_choice(one.definition, axis),
                other=_choice(other.definition, axis),
            )
    if one.origin != other.origin:
        raise IncomparableError("evaluation.differs_origin")
    if one.synthetic != other.synthetic:
        raise IncomparableError("evaluation.differs_synthetic")
    if (one.register or one.source) != (other.register or other.source):
        raise IncomparableError("evaluation.differs_source", one=one.source, other=other.source)
    if abs(one.area_km2 - other.area_km2) > _SAME_AREA * max(one.area_km2, other.area_km2):
        raise IncomparableError("evaluation.differs_area", one=one.area_km2, other=other.area_km2)


def _choice(definition: Definition, axis: str) -> TextKey:
    return definition.numerator_key if axis == "numerator" else word_key(getattr(definition, axis))
