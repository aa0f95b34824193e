"""规划指标: what the plans state, with its source, and where the texts disagree."""

from __future__ import annotations

import streamlit as st

from spatial.text import text
from views import cache
from views.citation import localised
from views.html_table import fragment
from views.messages import note, reporting
from views.plan_tables import context_table, document_table, finding_list, indicator_table
from views.session import SessionKey, current_view

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
        documents = {each.document_id: each for each in plan.documents}
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
        goals = [each for each in plan.indicators if chosen in (None, each.document_id)]
        figures = [each for each in plan.context if chosen in (None, each.document_id)]
        if goals:
            st.html(indicator_table(plan, goals, lang=lang))
        else:
            note(text("app.plan.no_goals", lang))
        if figures:
            st.html(context_table(plan, figures, lang=lang))
        st.html(document_table(plan, plan.documents, lang=lang))
        st.html(fragment("<h2>{title}</h2>", title=text("app.finding.title", lang)))
        st.html(finding_list(plan, plan.findings, lang=lang))
