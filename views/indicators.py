"""规划指标: what the plans state, with its source, and where the texts disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from spatial.text import text
from views import cache
from views.citation import localised
from views.html_table import fragment
from views.messages import note, reporting
from views.plan_tables import context_table, document_table, finding_list, indicator_table
from views.session import SessionKey, current_view

if TYPE_CHECKING:
    from spatial.plan_records import Document

__all__ = ["show_indicators"]


def show_indicators() -> None:
    """Show the page."""
    lang = current_view().lang
    with reporting(lang):
        plan = cache.frames(current_view().pack).pack.plan
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
        documents = {each.document_id: each for each in sorted(plan.documents, key=_rank)}
        chosen = st.selectbox(
            text("app.plan.choose_document", lang),
            list(documents),
            index=None,
            format_func=lambda document_id: localised(documents[document_id], "short", lang),
            placeholder=text("app.plan.every_document", lang),
            key=SessionKey.DOCUMENT,
            filter_mode=None,
            width=420,
        )
        shown = [chosen] if chosen else list(documents)
        goals = [goal for document_id in shown for goal in plan.indicators_of(document_id)]
        figures = [figure for document_id in shown for figure in plan.context_of(document_id)]
        if goals:
            st.html(indicator_table(plan, goals, lang=lang))
        else:
            note(text("app.plan.no_goals", lang))
        if figures:
            st.html(context_table(plan, figures, lang=lang))
        st.html(document_table(plan, list(documents.values()), lang=lang))
        st.html(fragment("<h2>{title}</h2>", title=text("app.finding.title", lang)))
        st.html(finding_list(plan, plan.findings, lang=lang))


def _rank(document: Document) -> tuple[bool, str]:
    """Return where a document stands: the district's own plans before the city's."""
    return document.level != "district", document.document_id
