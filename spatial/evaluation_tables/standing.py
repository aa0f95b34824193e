"""How one reported value stands against one goal."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from spatial.evaluation_tables.reported import FULL_COVERAGE, value_bounds
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.evaluation_tables.reported import ReportedValue
    from spatial.plan_records import Indicator

__all__ = ["Judged", "Standing", "judge", "years_between"]

_TOLERANCE: Final = 1e-9
"""Relative: values that differ by less are one value."""


class Standing(StrEnum):
    """Where an indicator stands; ``period_over``: it was due, and the last value is of before."""

    MET = "met"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    NOT_MET = "not_met"
    PERIOD_OVER = "period_over"
    UNJUDGED = "unjudged"
    NO_VALUE = "no_value"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A standing and the figures behind it, in the indicator's unit; None where nothing can be said.

    Attributes
    ----------
    standing : Standing
    reason : Notice or None
        Why no more is said, or what the judgement rests on.
    shortfall : float or None
        What is missing to the goal; 0 where it is reached.
    progress : float or None
        Share of the way from the plan's base to its goal.
    yearly_rate_needed, yearly_rate_so_far : float or None
        Change per year that reaches the goal in time, and the one between two values counted alike.
    """

    standing: Standing
    reason: Notice | None = None
    shortfall: float | None = None
    progress: float | None = None
    yearly_rate_needed: float | None = None
    yearly_rate_so_far: float | None = None


def years_between(first: date, last: date) -> float:
    """Return whole years of the calendar and the share of the one that is not whole; negative backwards."""
    if last < first:
        return -years_between(last, first)
    whole = last.year - first.year - (_anniversary(first, last.year) > last)
    begun, ends = (_anniversary(first, first.year + whole + more) for more in (0, 1))
    return whole + (last - begun).days / (ends - begun).days


def _anniversary(day: date, year: int) -> date:
    """Return the same day of another year; of 29 February, the last of that month."""
    leap_day = (day.month, day.day) == (2, 29)
    return date(year, 2, calendar.monthrange(year, 2)[1]) if leap_day else day.replace(year=year)


def judge(
    indicator: Indicator,
    value: ReportedValue | None,
    *,
    former: Sequence[ReportedValue],
    all_due: bool,
    seen_on: date | None = None,
) -> Judged:
    """Hold a value against the goal of its indicator.

    Parameters
    ----------
    indicator : Indicator
    value : ReportedValue or None
        None where nobody reported one.
    former : sequence of ReportedValue
        Other values of the indicator.
    all_due : bool
        Whether the goal is due whatever its year, as in a final evaluation.
    seen_on : date or None
        The day that is looked back from; None for that of the value.
    """
    if value is None:
        return Judged(standing=Standing.NO_VALUE)
    goal = FULL_COVERAGE if indicator.operator == "all" else indicator.value
    why_not = _why_not(indicator, value)
    if why_not is not None or goal is None:
        return Judged(standing=Standing.UNJUDGED, reason=why_not or Notice("evaluation.no_goal_value"))
    progress = _progress(indicator, value.value, goal)
    if _reached(indicator.operator, value.value, goal):
        return Judged(standing=Standing.MET, shortfall=0.0, progress=progress)
    due = None if indicator.target_year is None else date(indicator.target_year, 12, 31)
    if due is None or value.day >= due or all_due or (seen_on is not None and seen_on >= due):
        standing, reason = _once_due(value, due, all_due=all_due)
        return Judged(
            standing=standing, reason=reason, shortfall=_short_of(goal, value.value), progress=progress
        )
    return _on_the_way(indicator, value, goal, due, former=former)


def _once_due(value: ReportedValue, due: date | None, *, all_due: bool) -> tuple[Standing, Notice | None]:
    """Return how a value stands that does not reach a goal which is due."""
    if due is None:
        return Standing.NOT_MET, Notice("evaluation.no_year")
    if value.day >= due:
        return Standing.NOT_MET, None
    facts = {"year": due.year, "date": value.as_of}
    if all_due:
        return Standing.NOT_MET, Notice("evaluation.before_due", facts)
    return Standing.PERIOD_OVER, Notice("evaluation.period_over", facts)


def _why_not(indicator: Indicator, value: ReportedValue) -> Notice | None:
    """Return why a value is not held against the goal, if so."""
    if value.basis:
        return Notice("evaluation.other_basis", {"basis": value.basis})
    least, most = value_bounds(indicator)
    if not least <= value.value <= most:
        return Notice("evaluation.impossible_value", {"value": value.value})
    return Notice("evaluation.approximate_goal") if indicator.operator == "approx" else None


def _reached(operator: str, value: float, goal: float) -> bool:
    same = abs(value - goal) <= _TOLERANCE * max(abs(goal), 1.0)
    if operator == "gt":
        return value > goal and not same
    if operator == "eq":
        return same
    return same or (value < goal if operator == "le" else value > goal)


def _short_of(goal: float, value: float) -> float:
    """Return what is missing, without the noise of binary fractions."""
    return round(abs(goal - value), 9)


def _progress(indicator: Indicator, value: float, goal: float) -> float | None:
    """Return the share of the way, where the plan itself says that it leads from its base to its goal."""
    base = indicator.base_value
    leads = indicator.direction in {"increase", "decrease"}
    return None if base is None or not leads or base == goal else (value - base) / (goal - base)


def _on_the_way(
    indicator: Indicator,
    value: ReportedValue,
    goal: float,
    due: date,
    *,
    former: Sequence[ReportedValue],
) -> Judged:
    """Judge a value before its goal is due: along the plan's own line, else by values counted alike."""
    if indicator.operator == "eq":
        return Judged(
            standing=Standing.UNJUDGED,
            reason=Notice("evaluation.exact_goal"),
            shortfall=_short_of(goal, value.value),
        )
    left = years_between(value.day, due)
    needed = (goal - value.value) / left
    progress = _progress(indicator, value.value, goal)
    so_far, reason = None, None
    if progress is not None and indicator.base_year is not None and indicator.base_value is not None:
        begun = date(indicator.base_year, 12, 31)
        if value.day > begun:
            so_far = (value.value - indicator.base_value) / years_between(begun, value.day)
            reason = Notice("evaluation.from_plan_base", {"year": indicator.base_year})
    if so_far is None:
        so_far, reason = _rate_between(value, former)
    if so_far is None:
        standing = Standing.UNJUDGED
    else:
        ahead = so_far <= needed if indicator.operator == "le" else so_far >= needed
        near = abs(so_far - needed) <= _TOLERANCE * max(abs(needed), 1.0)
        standing = Standing.ON_TRACK if ahead or near else Standing.BEHIND
    return Judged(
        standing=standing,
        reason=reason,
        shortfall=_short_of(goal, value.value),
        progress=progress,
        yearly_rate_needed=needed,
        yearly_rate_so_far=so_far,
    )


def _rate_between(
    value: ReportedValue, former: Sequence[ReportedValue]
) -> tuple[float | None, Notice | None]:
    """Return the change per year since the first value of the same source and way of counting."""
    earlier = [each for each in former if each.day < value.day]
    alike = [each for each in earlier if each.series == value.series]
    if not alike:
        return None, Notice("evaluation.other_series" if earlier else "evaluation.one_value")
    first = min(alike, key=lambda each: each.day)
    rate = (value.value - first.value) / years_between(first.day, value.day)
    return rate, Notice("evaluation.from_former_value", {"date": first.as_of})
