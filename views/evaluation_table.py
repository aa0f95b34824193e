"""监测评估: how the goals of a plan stand against the values that a planner reports for them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.evaluation_tables.standing import Standing
from spatial.evaluation_tables.table import Stage, evaluation_table
from spatial.evaluation_tables.table_files import evaluation_csv, evaluation_workbook
from spatial.evaluation_tables.words import standing_word
from spatial.text import text
from views.evaluation_reports import report_key, show_report_form, show_reports
from views.evaluation_rows import standing_table
from views.hand_over import hand_over
from views.html_table import fragment, join
from views.indicator_filter import EVERY as EVERY_CHOICE
from views.indicator_filter import ask_scope_and_word
from views.messages import note
from views.plan_choice import EVERY, ask_plans
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


def show_evaluation(plan: PlanRecords, view: ViewState) -> None:
    """Show the table of one plan or of all, where its values are reported, and the reports it rests on."""
    lang, today = view.lang, datetime.now(tz=UTC).date()
    with st.container(key="atlas-plan-choice", horizontal=True, gap="small", vertical_alignment="bottom"):
        document_ids = ask_plans(plan, lang)
        goals = [goal for each in document_ids for goal in plan.indicators_of(each)]
        stage = _ask_stage(lang)
        year = _ask_year(document_ids, [each.target_year for each in goals if each.target_year], today, lang)
        status = _ask_status(lang)
        looked_at = {each.indicator_id for each in ask_scope_and_word(goals, lang)}
    if not goals:
        note(text("app.plan.no_goals", lang))
        return
    values = current_workspace().reported.get(view.pack, ())
    rows = [
        row
        for each in document_ids
        for row in evaluation_table(plan, each, stage=stage, year=year, values=values, today=today)
    ]
    shown = [
        row
        for row in rows
        if row.indicator.indicator_id in looked_at and status in {EVERY_CHOICE, row.judged.standing}
    ]
    caption = text("evaluation.file_title", lang, stage=text(f"evaluation.stage_{stage}", lang), year=year)
    with st.container(key="atlas-plan-steps", horizontal=True, gap="small", vertical_alignment="center"):
        _show_summary(rows, lang)
        with st.popover(text("evaluation.form_title", lang)):
            show_report_form(plan, goals, view)
        for kind in MEDIA:
            words = text(f"evaluation.save_{kind}", lang, n=len(rows))
            if st.button(words, key=report_key(f"save_{kind}")):
                plan_name = document_ids[0] if len(document_ids) == 1 else EVERY
                _save(kind, plan, rows, view, (plan_name, stage, year))
    if shown:
        st.html(standing_table(plan, shown, caption=caption, lang=lang, name_plan=len(document_ids) > 1))
    if len(shown) < len(rows):
        note(text("evaluation.filtered", lang, n=len(rows) - len(shown)))
    show_reports(plan, values, view)
    note(text("evaluation.lead", lang))


def _ask_stage(lang: str) -> Stage:
    put_back(report_key("stage"), str(Stage.YEARLY), [str(each) for each in Stage])
    stage = st.selectbox(
        text("evaluation.stage", lang),
        [str(each) for each in Stage],
        format_func=lambda each: text(f"evaluation.stage_{each}", lang),
        key=report_key("stage"),
        filter_mode=None,
        width=190,
    )
    return Stage(stage)


def _ask_year(document_ids: Sequence[str], target_years: Sequence[int], today: date, lang: str) -> int:
    """Ask for the year; at the start it is the last one in which a goal is due, and never one to come."""
    key = report_key(f"year_{document_ids[0] if len(document_ids) == 1 else EVERY}")
    reported_of = st.session_state.pop(report_key("year_of_report"), None)
    if reported_of is not None:
        st.session_state[key] = reported_of
    put_back(key, min(max(target_years, default=today.year), today.year))
    year = st.number_input(
        text("evaluation.year", lang), min_value=FIRST_YEAR, max_value=LAST_YEAR, step=1, key=key, width=130
    )
    return int(year)


def _ask_status(lang: str) -> str:
    offered = [EVERY_CHOICE, *map(str, Standing)]
    put_back(report_key("status"), EVERY_CHOICE, offered)
    return st.selectbox(
        text("evaluation.filter_status", lang),
        offered,
        format_func=lambda each: (
            standing_word(Standing(each), lang) if each else text("evaluation.filter_every_status", lang)
        ),
        key=report_key("status"),
        filter_mode=None,
        width=140,
    )


def _show_summary(rows: Sequence[EvaluationRow], lang: str) -> None:
    """Show how many goals stand where, whatever the filter."""
    counts = Counter(row.judged.standing for row in rows)
    parts = [fragment("<strong>{words}</strong>", words=text("evaluation.n_goals", lang, n=len(rows)))]
    parts += [
        fragment(
            '<span class="standing {style}">{word} {n}</span>',
            style=each,
            word=standing_word(each, lang),
            n=counts[each],
        )
        for each in Standing
        if counts[each]
    ]
    st.html(fragment('<p class="standings" role="status">{parts}</p>', parts=join(parts, " ")))


def _save(
    kind: str,
    plan: PlanRecords,
    rows: Sequence[EvaluationRow],
    view: ViewState,
    asked: tuple[str, Stage, int],
) -> None:
    """Let the browser save the table, whole."""
    plan_name, stage, year = asked
    lang = view.lang
    if kind == "csv":
        data = evaluation_csv(plan, rows, lang)
    else:
        remarks = [text("app.disclaimer", lang)]
        data = evaluation_workbook(plan, rows, lang, stage=stage, year=year, remarks=remarks)
    words = text(f"evaluation.stage_{stage}", lang)
    name = text("evaluation.file_name", lang, stage=words, year=year, plan=plan_name)
    hand_over(f"{name}.{kind}", data, media_type=MEDIA[kind])
