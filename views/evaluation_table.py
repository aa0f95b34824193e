"""评估与监测: the values that a planner reports for a plan's goals, and the table that they make."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.evaluation_tables.table import Stage, evaluation_table
from spatial.evaluation_tables.table_files import evaluation_csv, evaluation_workbook
from spatial.evaluation_tables.words import goal_words, judged_words, standing_word
from spatial.text import text
from views.citation import localised
from views.evaluation_reports import report_key, show_report_form, show_reports
from views.figures import NOTHING, figure, percent, plain
from views.hand_over import hand_over
from views.html_table import Cell, Column, Markup, fragment, render_table
from views.plan_tables import finding_note
from views.session import current_workspace, put_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.evaluation_tables.table import EvaluationRow
    from spatial.plan import PlanRecords
    from views.state import ViewState

__all__ = ["show_evaluation"]

MEDIA: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FIRST_YEAR, LAST_YEAR = 2000, 2100
RATE_DECIMALS: Final = 2
NUMERIC: Final = frozenset({"goal", "value", "shortfall", "progress", "rate_needed"})
COLUMNS: Final = (
    *("indicator", "goal", "unit", "target_year", "value", "source"),
    *("standing", "shortfall", "progress", "rate_needed"),
)


def show_evaluation(plan: PlanRecords, view: ViewState, *, chosen: str | None) -> None:
    """Show the table of one plan, where its values are reported, and the reports that it rests on.

    Parameters
    ----------
    plan : PlanRecords
    view : ViewState
    chosen : str or None
        The plan that the page shows alone; else one is asked for.
    """
    lang = view.lang
    st.html(
        fragment(
            '<section id="evaluation"><h2>{title}</h2><p class="lead">{lead}</p></section>',
            title=text("evaluation.title", lang),
            lead=text("evaluation.lead", lang),
        )
    )
    documents = [each for each in plan.documents if plan.indicators_of(each.document_id)]
    if not documents:
        return
    document_id, stage, year = _asked(plan, [each.document_id for each in documents], chosen, lang)
    values = current_workspace().reported.get(view.pack, ())
    rows = evaluation_table(plan, document_id, stage=stage, year=year, values=values, today=datetime.now(tz=UTC).date())
    caption = text("evaluation.file_title", lang, stage=text(f"evaluation.stage_{stage}", lang), year=year)
    st.html(_table(plan, rows, caption, lang))
    with st.container(horizontal=True, gap="small"):
        for kind in MEDIA:
            if st.button(text(f"evaluation.save_{kind}", lang), key=report_key(f"save_{kind}")):
                _save(kind, plan, rows, view, (document_id, stage, year))
    show_report_form(plan, document_id, view)
    show_reports(plan, values, view)


def _asked(
    plan: PlanRecords, document_ids: Sequence[str], chosen: str | None, lang: str
) -> tuple[str, Stage, int]:
    """Ask which plan, which evaluation and which year."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        document_id = chosen if chosen in document_ids else None
        if document_id is None:
            usual = next((each for each in document_ids if _level(plan, each) == "district"), document_ids[0])
            put_back(report_key("plan"), usual, document_ids)
            document_id = st.selectbox(
                text("evaluation.plan", lang),
                document_ids,
                format_func=lambda each: localised(plan.document(each), "short", lang),
                key=report_key("plan"),
                filter_mode=None,
            )
        put_back(report_key("stage"), str(Stage.YEARLY), [str(each) for each in Stage])
        stage = st.selectbox(
            text("evaluation.stage", lang),
            [str(each) for each in Stage],
            format_func=lambda each: text(f"evaluation.stage_{each}", lang),
            key=report_key("stage"),
            filter_mode=None,
        )
        years = [each.target_year for each in plan.indicators_of(document_id) if each.target_year]
        put_back(report_key(f"year_{document_id}"), max(years, default=datetime.now(tz=UTC).year))
        year = st.number_input(
            text("evaluation.year", lang),
            min_value=FIRST_YEAR,
            max_value=LAST_YEAR,
            step=1,
            key=report_key(f"year_{document_id}"),
        )
    return document_id, Stage(stage), int(year)


def _level(plan: PlanRecords, document_id: str) -> str:
    return plan.document(document_id).level


def _table(plan: PlanRecords, rows: Sequence[EvaluationRow], caption: str, lang: str) -> Markup:
    columns = [
        Column(head=text(f"evaluation.head_{name}", lang), numeric=name in NUMERIC) for name in COLUMNS
    ]
    return render_table(columns, [_cells(plan, row, lang) for row in rows], caption=caption, style="wide")


def _cells(plan: PlanRecords, row: EvaluationRow, lang: str) -> list[Cell | Markup | str]:
    goal, value, judged = row.indicator, row.value, row.judged
    aside = '<small class="aside">{words}</small>'
    source = (
        fragment(
            "{source}" + aside,
            source=value.source,
            words=value.basis or text("evaluation.basis_of_plan", lang),
        )
        if value
        else Markup(NOTHING)
    )
    reported = fragment("{value}" + aside, value=plain(value.value), words=value.as_of) if value else NOTHING
    why = judged_words(row, lang)
    return [
        fragment(
            "{name}{findings}",
            name=localised(goal, "name", lang),
            findings=finding_note(plan, goal.indicator_id, lang=lang),
        ),
        goal_words(goal, lang),
        localised(goal, "unit", lang) or NOTHING,
        str(goal.target_year) if goal.target_year else NOTHING,
        reported,
        source,
        fragment(
            "<strong>{word}</strong>{why}",
            word=standing_word(judged.standing, lang),
            why=fragment(aside, words=why) if why else Markup(""),
        ),
        plain(judged.shortfall),
        percent(judged.progress),
        figure(judged.yearly_rate_needed, RATE_DECIMALS),
    ]


def _save(
    kind: str,
    plan: PlanRecords,
    rows: Sequence[EvaluationRow],
    view: ViewState,
    asked: tuple[str, Stage, int],
) -> None:
    """Let the browser save the table."""
    document_id, stage, year = asked
    lang = view.lang
    if kind == "csv":
        data = evaluation_csv(plan, rows, lang)
    else:
        remarks = [text("app.disclaimer", lang)]
        data = evaluation_workbook(plan, rows, lang, stage=stage, year=year, remarks=remarks)
    words = text(f"evaluation.stage_{stage}", lang)
    name = text("evaluation.file_name", lang, stage=words, year=year, plan=document_id)
    hand_over(f"{name}.{kind}", data, media_type=MEDIA[kind])
