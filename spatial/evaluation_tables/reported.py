"""A value of an indicator that a planner reports: with its source, its date and how it was counted."""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from spatial.errors import UsageError
from spatial.station_attributes import iso_date
from spatial.text import TextKey

if TYPE_CHECKING:
    from spatial.plan_records import Indicator

__all__ = [
    "EARLIEST_YEAR",
    "FULL_COVERAGE",
    "LONGEST_WORDS",
    "ReportedValue",
    "last_day",
    "past_date",
    "reported_value",
    "value_bounds",
]

LONGEST_WORDS: Final = 300
"""Characters of a source, and of the words that say how a value was counted."""

EARLIEST_YEAR: Final = 2000
"""Values of before are taken for slips of the pen."""

FULL_COVERAGE: Final = 100.0
"""Per cent."""

_LARGEST: Final = 1e15
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_MONTHS: Final = 12


@dataclass(frozen=True, kw_only=True)
class ReportedValue:
    """What an indicator was at one time.

    Attributes
    ----------
    indicator_id : str
    value : float
        In the indicator's own unit; of a goal of full coverage, per cent.
    as_of : str
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; a year or a month stands for its last day.
    source : str
        Where the value comes from, in words.
    basis : str
        How it was counted, in words, where that is not the way of the plan; empty where whoever reported it
        says that it was counted as the plan does.
    reported_at : str
        Instant of the report, ISO 8601; given by whoever reports.
    """

    indicator_id: str
    value: float
    as_of: str
    source: str
    basis: str = ""
    reported_at: str = ""

    @property
    def day(self) -> date:
        """The last day of ``as_of``."""
        return last_day(self.as_of)

    @property
    def series(self) -> tuple[str, str]:
        """What values have in common that may be set against each other: source and way of counting.

        Editions of one source, “2022 年统计公报” and “2023 年统计公报”, are one source.
        """
        return _YEAR.sub("", unicodedata.normalize("NFKC", self.source)), self.basis

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What a newer report of the same value has in common with the former."""
        return self.indicator_id, self.as_of, self.source, self.basis


def last_day(as_of: str) -> date:
    """Return the last day of a year, a month or a day."""
    year, month, day = (*(int(part) for part in as_of.split("-")), 0, 0)[:3]
    month = month or _MONTHS
    return date(year, month, day or calendar.monthrange(year, month)[1])


def reported_value(
    indicator_id: str,
    value: object,
    *,
    as_of: str,
    source: str,
    basis: str = "",
    reported_at: str,
    bounds: tuple[float, float] = (-_LARGEST, _LARGEST),
) -> ReportedValue:
    """Return a report after looking at every field of it.

    Parameters
    ----------
    indicator_id : str
    value : object
        A number.
    as_of, source, basis : str
        As `ReportedValue` has them, as they were typed.
    reported_at : str
        Instant of the report, ISO 8601.
    bounds : (float, float)
        Least and greatest value that can be meant, as `value_bounds` gives them.

    Raises
    ------
    UsageError
        Naming the field that is missing or cannot be meant.
    ValueError
        If ``reported_at`` is no instant.
    """
    datetime.fromisoformat(reported_at)
    if not indicator_id or _words(indicator_id, TextKey("evaluation.field_indicator")) != indicator_id:
        raise UsageError("evaluation.no_indicator")
    number = _number(value, *bounds)
    when = past_date(as_of, today=date.fromisoformat(reported_at[:10]))
    said = _words(source, TextKey("evaluation.field_source"))
    if not said:
        raise UsageError("evaluation.no_source")
    return ReportedValue(
        indicator_id=indicator_id,
        value=number,
        as_of=when,
        source=said,
        basis=_words(basis, TextKey("evaluation.field_basis")),
        reported_at=reported_at,
    )


def past_date(typed: str, *, today: date) -> str:
    """Return a year, a month or a day that has begun, as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    Raises
    ------
    UsageError
        If it is no date, has not come, or is before `EARLIEST_YEAR`.
    """
    when = iso_date(typed)
    if when is None:
        raise UsageError("evaluation.bad_date", date=typed)
    if _first_day(when) > today.isoformat():
        raise UsageError("evaluation.future_date", date=when)
    if last_day(when).year < EARLIEST_YEAR:
        raise UsageError("evaluation.early_date", date=when, year=EARLIEST_YEAR)
    return when


def _first_day(as_of: str) -> str:
    return (as_of + "-01-01")[:10] if len(as_of) == len("YYYY") else (as_of + "-01")[:10]


def value_bounds(indicator: Indicator) -> tuple[float, float]:
    """Return the least and the greatest value that an indicator can have.

    What is counted or measured is never negative and a share whose goal is all ends at 100 per cent; other
    percentages are not bounded, since a growth may be negative.
    """
    per_cent = indicator.unit_zh == "%"
    whole = indicator.operator == "all" or (per_cent and indicator.value == FULL_COVERAGE)
    if whole:
        return 0.0, FULL_COVERAGE
    return (-_LARGEST if per_cent else 0.0), _LARGEST


def _number(value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError("evaluation.no_value")
    if isinstance(value, float) and math.isnan(value):
        raise UsageError("evaluation.no_value")
    if not least <= value <= most:
        key = "no_share" if most == FULL_COVERAGE else "negative" if -_LARGEST <= value < 0 else "too_large"
        raise UsageError(f"evaluation.{key}", value=f"{value:g}" if abs(value) < _LARGEST else "> 10^15")
    return float(value) + 0.0  # no negative zero


def _words(typed: str, field: TextKey) -> str:
    """Return a text without what no reader sees; too long a one is refused."""
    plain = "".join(
        " " if unicodedata.category(each)[0] in "CZ" and each != " " else each
        for each in typed
        if unicodedata.category(each) != "Cs"
    )
    plain = " ".join(plain.split())
    if len(plain) > LONGEST_WORDS:
        raise UsageError("evaluation.too_long", field=field, found=len(plain), allowed=LONGEST_WORDS)
    return plain
