"""The values that a planner reports for the goals of a plan: entered, listed, withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from spatial.errors import AtlasError
from spatial.evaluation_tables.reported import LONGEST_WORDS, ReportedValue, reported_value, value_bounds
from spatial.text import text
from spatial.workspace.model import report_value, withdraw_value
from views.citation import localised
from views.evaluation_rows import value_unit
from views.figures import plain
from views.html_table import Cell, Column, Markup, render_table
from views.messages import note, show_error
from views.plan_choice import EVERY
from views.session import SessionKey, current_workspace, keep_workspace, widget_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.plan import PlanRecords
    from spatial.plan_records import Indicator
    from views.state import ViewState

__all__ = ["report_key", "show_report_form", "show_reports"]


def report_key(member: str) -> str:
    """Return the key of one widget of the evaluation."""
    return widget_key(SessionKey.EVALUATION, member)


def show_report_form(plan: PlanRecords, indicators: Sequence[Indicator], view: ViewState) -> None:
    """Ask for one value with its date, its source and how it was counted."""
    lang = view.lang
    goals = {each.indicator_id: each for each in indicators}
    several = len({each.document_id for each in indicators}) > 1
    of_what = EVERY if several else indicators[0].document_id
    with st.form(report_key(f"form_{of_what}"), border=False):
        indicator_id = st.selectbox(
            text("evaluation.field_indicator", lang),
            list(goals),
            format_func=lambda each: _with_unit(plan, goals[each], lang, name_plan=several),
            key=report_key(f"indicator_{of_what}"),
            filter_mode=None,
        )
        value = st.number_input(
            text("evaluation.field_value", lang), value=None, format="%g", key=report_key("value")
        )
        as_of = st.text_input(
            text("evaluation.field_date", lang),
            placeholder=text("evaluation.date_hint", lang),
            max_chars=10,
            key=report_key("as_of"),
        )
        source = st.text_input(
            text("evaluation.field_source", lang), max_chars=LONGEST_WORDS, key=report_key("source")
        )
        basis = st.text_input(
            text("evaluation.field_basis", lang),
            placeholder=text("evaluation.basis_hint", lang),
            max_chars=LONGEST_WORDS,
            key=report_key("basis"),
        )
        pressed = st.form_submit_button(text("evaluation.keep", lang), key=report_key("keep"))
    if not pressed:
        return
    try:
        reported = reported_value(
            indicator_id,
            value,
            as_of=as_of,
            source=source,
            basis=basis,
            reported_at=datetime.now(tz=UTC).isoformat(timespec="seconds"),
            bounds=value_bounds(goals[indicator_id]),
        )
    except AtlasError as error:
        show_error(error, lang)
        return
    keep_workspace(report_value(current_workspace(), view.pack, reported))
    # The table comes to the year of the value, so that what was entered is seen.
    st.session_state[report_key("year_of_report")] = reported.day.year
    st.rerun()


def _with_unit(plan: PlanRecords, goal: Indicator, lang: str, *, name_plan: bool) -> str:
    """Return the name of an indicator and the unit that its value is entered in."""
    unit, name = value_unit(goal, lang), localised(goal, "name", lang)
    if name_plan:
        name = f"{localised(plan.document(goal.document_id), 'short', lang)} · {name}"
    return text("evaluation.with_unit", lang, name=name, unit=unit) if unit else name


def show_reports(plan: PlanRecords, values: Sequence[ReportedValue], view: ViewState) -> None:
    """Show every report of this pack, and let one be withdrawn."""
    if not values:
        return
    lang = view.lang
    with st.expander(text("evaluation.kept_title", lang, n=len(values))):
        _show_list(plan, values, view)


def _show_list(plan: PlanRecords, values: Sequence[ReportedValue], view: ViewState) -> None:
    lang = view.lang
    names = {each.indicator_id: localised(each, "name", lang) for each in plan.indicators}
    n_unknown = sum(each.indicator_id not in names for each in values)
    if n_unknown:
        note(text("evaluation.unknown_indicators", lang, n=n_unknown), tone="caution")
    columns = [
        Column(head=text(f"evaluation.head_{name}", lang), numeric=name == "value")
        for name in ("indicator", "value", "as_of", "source", "basis")
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            names.get(each.indicator_id, each.indicator_id),
            plain(each.value),
            each.as_of,
            each.source,
            each.basis or text("evaluation.basis_of_plan", lang),
        ]
        for each in values
    ]
    st.html(render_table(columns, rows, caption=text("evaluation.kept_title", lang, n=len(values))))
    note(text("evaluation.kept_note", lang))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        at = st.selectbox(
            text("evaluation.withdraw_choice", lang),
            range(len(values)),
            format_func=lambda each: " · ".join((rows[each][0], rows[each][2], rows[each][3])),
            key=report_key(f"withdraw_{len(values)}"),
            filter_mode=None,
        )
        if st.button(text("evaluation.withdraw", lang), key=report_key("withdraw")):
            keep_workspace(withdraw_value(current_workspace(), view.pack, values[at]))
            st.rerun()
