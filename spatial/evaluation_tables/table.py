"""年度监测, 中期评估 and 总结评估: every indicator of a plan beside the values that were reported for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from spatial.evaluation_tables.standing import Judged, judge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.evaluation_tables.reported import ReportedValue
    from spatial.plan import PlanRecords
    from spatial.plan_records import Indicator

__all__ = ["EvaluationRow", "Stage", "evaluation_table"]


class Stage(StrEnum):
    """Which evaluation it is.

    A yearly and a final one take values of the year alone; a mid-term one takes the latest up to its end.
    In a final one every goal is due.
    """

    YEARLY = "yearly"
    MID_TERM = "mid_term"
    FINAL = "final"


@dataclass(frozen=True, kw_only=True)
class EvaluationRow:
    """One indicator.

    Attributes
    ----------
    indicator : Indicator
    value : ReportedValue or None
        The value that is held against the goal.
    n_not_shown : int
        Values of the same time that stand back behind it.
    judged : Judged
    looks_back : bool
        Whether the standing and the rate needed are of their time, and the goal has been due since.
    """

    indicator: Indicator
    value: ReportedValue | None
    n_not_shown: int
    judged: Judged
    looks_back: bool = False


def evaluation_table(
    plan: PlanRecords,
    document_id: str,
    *,
    stage: Stage,
    year: int,
    values: Iterable[ReportedValue],
    today: date,
) -> list[EvaluationRow]:
    """Return one row for each indicator of a plan, with or without a value.

    Parameters
    ----------
    plan : PlanRecords
    document_id : str
        The plan.
    stage : Stage
    year : int
        The year that is evaluated.
    values : iterable of ReportedValue
        All that was reported; of one time, a value counted as the plan counts goes before one that was not,
        then the latest, then the one that was reported last.
    today : date
        The day on which the table is made.
    """
    held = list(values)
    return [_row(each, stage, year, held, today) for each in plan.indicators_of(document_id)]


def _row(
    indicator: Indicator, stage: Stage, year: int, values: list[ReportedValue], today: date
) -> EvaluationRow:
    own = [each for each in values if each.indicator_id == indicator.indicator_id]
    within = [
        each for each in own if (each.day.year <= year if stage == Stage.MID_TERM else each.day.year == year)
    ]
    chosen = max(within, key=lambda each: (not each.basis, each.day, each.reported_at), default=None)
    judged = judge(
        indicator,
        chosen,
        former=[each for each in own if each is not chosen],
        all_due=stage == Stage.FINAL,
        seen_on=min(date(year, 12, 31), today),
    )
    due = None if indicator.target_year is None else date(indicator.target_year, 12, 31)
    looks_back = judged.yearly_rate_needed is not None and due is not None and due < today
    of_its_time = [each for each in within if chosen is not None and each.day.year == chosen.day.year]
    return EvaluationRow(
        indicator=indicator,
        value=chosen,
        n_not_shown=max(len(of_its_time) - 1, 0),
        judged=judged,
        looks_back=looks_back,
    )
