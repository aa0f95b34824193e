"""规划指标: how the goals of the plans stand, what the plans state, and where the texts disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.text import text
from views import cache
from views.evaluation_table import show_evaluation
from views.html_table import Markup, fragment
from views.indicator_filter import ask_scope_and_word
from views.messages import note, reporting
from views.plan_choice import ask_plans, documents_in_order
from views.plan_tables import context_table, document_table, finding_list, indicator_table
from views.session import SessionKey, current_view, put_back
from views.station_trend import show_station_trend

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from spatial.plan import PlanRecords

__all__ = ["show_indicators"]

SECTIONS: Final = ("standing", "trend", "goals", "context", "documents", "findings")


def show_indicators() -> None:
    """Show the page: one section at a time, of one plan or of all."""
    view = current_view()
    lang = view.lang
    with reporting(lang):
        plan = cache.frames(view.pack).pack.plan
        st.html(
            fragment(
                '<h2 class="page-title">{title}</h2><p class="lead">{lead}</p>',
                title=text("app.page.indicators", lang),
                lead=text(
                    "app.plan.lead",
                    lang,
                    documents=len(plan.documents),
                    goals=len(plan.indicators),
                    findings=len(plan.findings),
                ),
            )
        )
        section = _ask_section(lang)
        with st.container(key="atlas-plan", gap="small"):
            if section == "standing":
                show_evaluation(plan, view)
            elif section == "trend":
                show_station_trend(view)
            else:
                _show_stated(section, plan, lang)


def _ask_section(lang: str) -> str:
    put_back(SessionKey.INDICATOR_SECTION, SECTIONS[0], SECTIONS)
    section: str = st.segmented_control(
        text("app.contents", lang),
        SECTIONS,
        format_func=lambda each: text(f"evaluation.section_{each}", lang),
        key=SessionKey.INDICATOR_SECTION,
        label_visibility="collapsed",
        required=True,
    )
    return section


def _show_stated(section: str, plan: PlanRecords, lang: str) -> None:
    """Show what the texts themselves say: goals, figures that are none, the texts, what does not agree."""
    with _row():
        shown = ask_plans(plan, lang)
        goals = [goal for each in shown for goal in plan.indicators_of(each)]
        if section == "goals":
            goals = ask_scope_and_word(goals, lang)
    figures = [figure for each in shown for figure in plan.context_of(each)]
    documents = [each for each in documents_in_order(plan) if each.document_id in shown]
    findings = [
        each
        for each in plan.findings
        if len(shown) == len(plan.documents) or any(one.document_id in shown for one in each.evidence)
    ]
    content = {
        "goals": lambda: indicator_table(plan, goals, lang=lang) if goals else None,
        "context": lambda: context_table(plan, figures, lang=lang) if figures else None,
        "documents": lambda: document_table(plan, documents, lang=lang),
        "findings": lambda: finding_list(plan, findings, lang=lang) if findings else None,
    }[section]()
    if content is None:
        note(text("evaluation.nothing_here", lang))
    else:
        st.html(
            fragment('<section id="{anchor}">{content}</section>', anchor=section, content=Markup(content))
        )


def _row() -> DeltaGenerator:
    return st.container(key="atlas-plan-choice", horizontal=True, gap="small", vertical_alignment="bottom")
