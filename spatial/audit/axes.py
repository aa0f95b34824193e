"""The choices of a definition, and every definition that they make."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from spatial.definition import AreaBasis, Definition, Indoor, LifecycleStatus, Numerator, Shared, word_key
from spatial.errors import BasisUnavailableError, CellLevelTableError
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum

    from spatial.tally import Survey

__all__ = [
    "AXES",
    "DATE_AXIS",
    "MOST_DATES",
    "choice_word",
    "every_definition",
    "field_word",
    "single_change",
    "with_choice",
    "year_ends",
]

AXES: Final[dict[str, type[StrEnum]]] = {
    "numerator": Numerator,
    "indoor": Indoor,
    "shared": Shared,
    "status": LifecycleStatus,
    "area_basis": AreaBasis,
}
"""Field of a definition -> its choices."""

DATE_AXIS: Final = "as_of"
MOST_DATES: Final = 12
"""Year ends that are tried: the latest ones."""


def year_ends(points: pd.DataFrame | None) -> tuple[dt.date, ...]:
    """Return the last day of each year in which a station of ``points`` is dated, oldest first.

    Parameters
    ----------
    points : DataFrame or None
        Point frame; its column ``as_of`` holds ISO dates as text.
    """
    if points is None or DATE_AXIS not in points:
        return ()
    dates = pd.to_datetime(points[DATE_AXIS], errors="coerce", format="ISO8601", utc=True)
    return tuple(dt.date(int(year), 12, 31) for year in sorted(dates.dt.year.dropna().unique()))


def every_definition(current: Definition, found: Survey | None = None) -> tuple[Definition, ...]:
    """Return every definition that can be asked for, the one in use first.

    Parameters
    ----------
    current : Definition
        The definition in use. Where it states no numerator, that stands for ``as_given``, which counts
        the same rows; where a table of cells refuses it, ``as_given`` is asked for as well.
    found : Survey, optional
        The stations: where they are of several years, the end of each year is a choice too, up to the
        latest `MOST_DATES`. None for a published number, which has no dates.

    Returns
    -------
    tuple of Definition
        Without repetition: 3 numerators × indoor × shared × state × area × dates. What the data cannot
        answer is among them.
    """
    dates = _dates(current, found)
    numerators: tuple[Numerator | None, ...] = tuple(Numerator)
    if current.numerator is None:
        unstated = tuple(_crossed((None,), dates))
        refused = found is not None and any(_is_refused_as_cells(found, each) for each in unstated)
        numerators = (None, *(each for each in Numerator if refused or each != Numerator.AS_GIVEN))
    return tuple(dict.fromkeys((current, *_crossed(numerators, dates))))


def single_change(before: Definition, after: Definition) -> str | None:
    """Return the one field in which two definitions differ; None where there is none, or several."""
    fields = [field for field in (*AXES, DATE_AXIS) if getattr(before, field) != getattr(after, field)]
    return fields[0] if len(fields) == 1 else None


def with_choice(definition: Definition, field: str, choice: StrEnum | dt.date | None) -> Definition:
    """Return ``definition`` with one field put to ``choice``."""
    changes: dict[str, Any] = {field: choice}
    return replace(definition, **changes)


def field_word(field: str, lang: str) -> str:
    """Return the name of a field of a definition."""
    return text(f"audit.field_{field}", lang)


def choice_word(definition: Definition, field: str, lang: str) -> str:
    """Return the name of what ``definition`` chooses for ``field``."""
    if field == "numerator":
        return text(definition.numerator_key, lang)
    if field == DATE_AXIS:
        day = definition.as_of
        return text("audit.any_date", lang) if day is None else day.isoformat()
    return text(word_key(getattr(definition, field)), lang)


def _dates(current: Definition, found: Survey | None) -> tuple[dt.date | None, ...]:
    """Return the days up to which stations may be counted; one alone leaves no choice."""
    days = year_ends(None if found is None else found.points)[-MOST_DATES:]
    offered: list[dt.date | None] = [None, *(days if len(days) > 1 else ())]
    return tuple(dict.fromkeys((*offered, current.as_of)))


def _crossed(
    numerators: tuple[Numerator | None, ...], dates: tuple[dt.date | None, ...]
) -> Iterator[Definition]:
    for numerator, indoor, shared, status, basis, day in product(
        numerators, Indoor, Shared, LifecycleStatus, AreaBasis, dates
    ):
        yield Definition(
            numerator=numerator, indoor=indoor, shared=shared, status=status, area_basis=basis, as_of=day
        )


def _is_refused_as_cells(found: Survey, definition: Definition) -> bool:
    try:
        found.tally(definition)
    except CellLevelTableError:
        return True
    except BasisUnavailableError:
        return False
    return False
