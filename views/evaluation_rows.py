"""The rows of an evaluation table as the page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.evaluation_tables.words import goal_words, judged_words, standing_word
from spatial.text import text
from views.citation import localised
from views.figures import NOTHING, figure, percent, plain
from views.html_table import Cell, Column, Markup, fragment, render_table
from views.plan_tables import finding_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.evaluation_tables.table import EvaluationRow
    from spatial.plan import PlanRecords
    from spatial.plan_records import Indicator

__all__ = ["standing_table", "value_unit"]

ASIDE: Final = '<small class="aside">{words}</small>'
COLUMNS: Final = ("indicator", "goal", "value", "standing", "shortfall", "rate_needed", "source")
NUMERIC: Final = frozenset({"goal", "value", "shortfall", "rate_needed"})
ROOMY: Final = frozenset({"shortfall", "rate_needed", "source"})
RATE_DECIMALS: Final = 2


def standing_table(
    plan: PlanRecords, rows: Sequence[EvaluationRow], *, caption: str, lang: str, name_plan: bool
) -> Markup:
    """Return the table; each row names its plan where it holds several."""
    columns = [
        Column(head=text(f"evaluation.column_{name}", lang), numeric=name in NUMERIC, roomy=name in ROOMY)
        for name in COLUMNS
    ]
    cells = [_cells(plan, row, lang, name_plan=name_plan) for row in rows]
    return render_table(columns, cells, caption=caption, style="standing-table")


def value_unit(goal: Indicator, lang: str) -> str:
    """Return the unit that a value of an indicator is given in."""
    return text("evaluation.per_cent", lang) if goal.operator == "all" else localised(goal, "unit", lang)


def _cells(plan: PlanRecords, row: EvaluationRow, lang: str, *, name_plan: bool) -> list[Cell | Markup | str]:
    goal, value, judged = row.indicator, row.value, row.judged
    beside = [localised(goal, "scope", lang)]
    if name_plan:
        beside.insert(0, localised(plan.document(goal.document_id), "short", lang))
    unit = value_unit(goal, lang)
    gap_unit = text("evaluation.points", lang) if unit == "%" else unit
    due = (
        text("evaluation.due", lang, year=goal.target_year)
        if goal.target_year
        else text("evaluation.no_due", lang)
    )
    why = judged_words(row, lang)
    if judged.progress is not None:
        share = text("evaluation.share_of_way", lang, share=percent(judged.progress))
        why = text("evaluation.two_sentences", lang, one=share, other=why) if why else share
    return [
        fragment(
            "{name}" + ASIDE + "{findings}",
            name=localised(goal, "name", lang),
            words=" · ".join(beside),
            findings=finding_note(plan, goal.indicator_id, lang=lang, short=True),
        ),
        fragment(
            "{goal}" + ASIDE,
            goal=_with(goal_words(goal, lang), "" if goal.operator == "all" else unit),
            words=due,
        ),
        fragment("{value}" + ASIDE, value=_with(plain(value.value), unit), words=value.as_of)
        if value
        else NOTHING,
        fragment(
            '<span class="standing {style}">{word}</span>{why}',
            style=judged.standing,
            word=standing_word(judged.standing, lang),
            why=fragment(ASIDE, words=why) if why else Markup(""),
        ),
        _with(plain(judged.shortfall), gap_unit) if judged.shortfall else NOTHING,
        NOTHING
        if judged.yearly_rate_needed is None
        else _with(figure(judged.yearly_rate_needed, RATE_DECIMALS), gap_unit),
        fragment(
            "{source}" + ASIDE,
            source=value.source,
            words=value.basis or text("evaluation.basis_of_plan", lang),
        )
        if value
        else NOTHING,
    ]


def _with(number: str, unit: str) -> str:
    """Return a number and its unit; “100 million CNY” would read as a part of the number."""
    between = " × " if unit[:1].isdigit() else " "
    return f"{number}{between}{unit}" if unit else number
