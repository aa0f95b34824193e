"""Check zones against a target: the one calculation behind map, table, command line and export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.check_result import JSON_COLUMNS, CheckResult
from spatial.definition import Definition, Numerator
from spatial.errors import BasisUnavailableError, CellLevelTableError, UsageError
from spatial.notice import Notice
from spatial.tally import Survey, Tally, survey
from spatial.verdict import VerdictSettings
from spatial.zone_rows import (
    COMPARED_COLUMNS,
    MORE_COLUMNS,
    MissingBasis,
    Question,
    framed,
    notices_on,
    stacked_columns,
    zone_columns,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from spatial.target import Target

__all__ = [
    "JSON_COLUMNS",
    "CheckResult",
    "MissingBasis",
    "Notice",
    "check_count",
    "check_surveyed",
    "check_zones",
    "compare_count",
    "compare_definitions",
    "compare_surveyed",
]

_SETTINGS: Final = VerdictSettings()


def check_zones(  # noqa: PLR0913 - each is a choice that the result names
    zones: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame | None,
    *,
    definition: Definition,
    target: Target | None,
    settings: VerdictSettings = _SETTINGS,
    synthetic: bool = False,
    n_in: int | None = None,
    n_reported: int = 0,
    missing_basis: MissingBasis = "error",
    name_column: str = "name_zh",
) -> CheckResult:
    """Count the stations of each zone and hold them against the target.

    Parameters
    ----------
    zones : GeoDataFrame
        Zone frame in any stated system, with ``zone_id``.
    points : GeoDataFrame or None
        Point frame in any stated system; None where there is no inventory. Rows without a finite
        position are added to ``n_reported``.
    definition : Definition
        What is counted, over which area.
    target : Target or None
        Stations per km²; None where the plan sets none.
    settings : VerdictSettings
        Thresholds.
    synthetic : bool
        Whether the inventory is made up; also read from a column ``synthetic``.
    n_in, n_reported : int
        Rows that the reader met and those it reported; by default those of ``points`` and 0.
    missing_basis : {"error", "no_data"}
        Whether a definition that the data cannot answer raises, or gives rows without data.
    name_column : str
        Column of the name shown; the id where it is missing.

    Raises
    ------
    InputError
        If the frames cannot be used, or the definition asks for what the data lack.
    """
    return check_surveyed(
        survey(zones, points),
        definition=definition,
        target=target,
        settings=settings,
        synthetic=synthetic,
        n_in=n_in,
        n_reported=n_reported,
        missing_basis=missing_basis,
        name_column=name_column,
    )


def check_surveyed(  # noqa: PLR0913 - as check_zones
    found: Survey,
    *,
    definition: Definition,
    target: Target | None,
    settings: VerdictSettings = _SETTINGS,
    synthetic: bool = False,
    n_in: int | None = None,
    n_reported: int = 0,
    missing_basis: MissingBasis = "error",
    name_column: str = "name_zh",
) -> CheckResult:
    """Check zones whose points have been found: the quick way to one more definition.

    Parameters
    ----------
    found : Survey
        What `spatial.tally.survey` returned for the zones and the points.
    definition, target, settings, synthetic, n_in, n_reported, missing_basis, name_column
        As for `check_zones`.

    Raises
    ------
    InputError
        If the definition asks for what the data lack.
    """
    question = Question(
        definition=definition,
        target=target,
        settings=settings,
        missing_basis=missing_basis,
        name_column=name_column,
    )
    read = found.n_points + n_reported if n_in is None else n_in
    return _result(
        found,
        _tally(found, question),
        question,
        synthetic=synthetic or found.synthetic,
        rows_met=(read, n_reported + found.n_unplaced),
    )


def check_count(
    zone: gpd.GeoDataFrame,
    count: int,
    *,
    definition: Definition,
    target: Target | None,
    settings: VerdictSettings = _SETTINGS,
    synthetic: bool = False,
    missing_basis: MissingBasis = "error",
    name_column: str = "name_zh",
) -> CheckResult:
    """Hold a published number of stations against the target.

    Parameters
    ----------
    zone : GeoDataFrame, one row
        The zone that the number is published for.
    count : int
        The number. It has no positions, so its own count is certain and only the area is not.
    definition, target, settings, synthetic, missing_basis, name_column
        As for `check_zones`. A published number answers no choice but its own: as given,
        everything included, shared stations once, existing, no other date.

    Raises
    ------
    UsageError
        If there is not exactly one zone, or the number is negative.
    InputError
        If the frame cannot be used, or the definition asks for what the number cannot tell.
    """
    _require_one(zone, count)
    question = Question(
        definition=definition,
        target=target,
        settings=settings,
        missing_basis=missing_basis,
        name_column=name_column,
    )
    tally = _published(count, question)
    return _result(survey(zone, None), tally, question, synthetic=synthetic, rows_met=(0, 0))


def compare_definitions(
    zones: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame | None,
    *,
    definitions: Sequence[Definition],
    target: Target | None,
    settings: VerdictSettings = _SETTINGS,
    name_column: str = "name_zh",
) -> pd.DataFrame:
    """Show what each definition makes of each zone; the first one is the measure of a flip.

    Parameters
    ----------
    zones, points, target, settings, name_column
        As for `check_zones`.
    definitions : sequence of Definition
        The first is the one in use. What the data cannot answer has the status ``no_data``.

    Returns
    -------
    DataFrame
        One row per zone and definition: ``zone_id``, ``name``, ``definition`` (the object), the
        columns of `spatial.zone_rows.COMPARED_COLUMNS` and ``flips`` (the status differs from that
        of the first definition).
    """
    return compare_surveyed(
        survey(zones, points),
        definitions=definitions,
        target=target,
        settings=settings,
        name_column=name_column,
    )


def compare_surveyed(
    found: Survey,
    *,
    definitions: Sequence[Definition],
    target: Target | None,
    settings: VerdictSettings = _SETTINGS,
    name_column: str = "name_zh",
) -> pd.DataFrame:
    """Compare definitions where the points have been found; all else as `compare_definitions`."""
    asked = _questions(definitions, target=target, settings=settings, name_column=name_column)
    return _compared(found, asked, [_tally(found, question) for question in asked])


def compare_count(
    zone: gpd.GeoDataFrame,
    count: int,
    *,
    definitions: Sequence[Definition],
    target: Target | None,
    settings: VerdictSettings = _SETTINGS,
    name_column: str = "name_zh",
) -> pd.DataFrame:
    """Compare what definitions make of a published number; parameters and errors as for `check_count`.

    Returns
    -------
    DataFrame
        As `compare_definitions`.
    """
    _require_one(zone, count)
    asked = _questions(definitions, target=target, settings=settings, name_column=name_column)
    return _compared(survey(zone, None), asked, [_published(count, question) for question in asked])


def _questions(
    definitions: Sequence[Definition], *, target: Target | None, settings: VerdictSettings, name_column: str
) -> list[Question]:
    return [
        Question(
            definition=definition,
            target=target,
            settings=settings,
            missing_basis="no_data",
            name_column=name_column,
        )
        for definition in definitions
    ]


def _compared(found: Survey, asked: Sequence[Question], tallies: Sequence[Tally]) -> pd.DataFrame:
    """Stack what each question found; the first one is the measure of a flip."""
    columns = stacked_columns(found, tallies, asked)
    stacked = {name: columns[name] for name in ("zone_id", "name", *COMPARED_COLUMNS)}
    table = framed(stacked, pd.RangeIndex(len(stacked["zone_id"])))
    each = np.empty(len(asked), dtype=object)
    each[:] = [question.definition for question in asked]
    table.insert(2, "definition", np.repeat(each, len(found.zones)))
    first = np.tile(stacked["status"][: len(found.zones)], len(asked))
    return table.assign(flips=stacked["status"] != first)


def _tally(found: Survey, question: Question) -> Tally:
    """Count, or say why that cannot be done, as the question wants it."""
    try:
        return found.tally(question.definition)
    except (BasisUnavailableError, CellLevelTableError) as error:
        if question.missing_basis == "error":
            raise
        return Tally(notices=(Notice(error.key, error.params),))


def _require_one(zone: gpd.GeoDataFrame, count: int) -> None:
    if len(zone) != 1 or count < 0:
        raise UsageError("verdict.one_zone_one_count", zones=len(zone), count=count)


def _published(count: int, question: Question) -> Tally:
    """Return the tally of a published number, which answers one definition only."""
    asked = question.definition
    plain = Definition(numerator=asked.numerator, area_basis=asked.area_basis)
    if asked != plain or asked.numerator not in (None, Numerator.AS_GIVEN):
        if question.missing_basis == "error":
            raise BasisUnavailableError("verdict.published_as_given_only")
        return Tally(notices=(Notice("verdict.published_as_given_only"),))
    counts = np.array([count], dtype=np.int64)
    notice = Notice("verdict.published_count", {"count": count})
    return Tally((counts, counts, counts), count, 0, (notice,))


def _result(
    found: Survey,
    tally: Tally,
    question: Question,
    *,
    synthetic: bool,
    rows_met: tuple[int, int] = (0, 0),
) -> CheckResult:
    """Put rows, totals and notices together; ``rows_met`` are those read and those reported."""
    columns = zone_columns(found, tally, question)
    columns["synthetic"] = np.full(len(columns["zone_id"]), synthetic)
    rows = framed({name: columns[name] for name in (*JSON_COLUMNS, *MORE_COLUMNS)}, found.zones.index)
    n_in, n_reported = rows_met
    return CheckResult(
        question.definition,
        question.target,
        found.layer,
        rows,
        n_in=n_in,
        n_used=n_in - n_reported,
        n_reported=n_reported,
        total_count=tally.total,
        outside_count=tally.outside,
        notices=(*tally.notices, *notices_on(found, columns, synthetic=synthetic)),
    )
