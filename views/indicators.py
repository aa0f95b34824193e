"""规划指标: what the plans state, with its source, and where the texts disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.text import text
from views import cache
from views.citation import localised
from views.evaluation_table import show_evaluation
from views.html_table import Markup, fragment, join
from views.messages import note, reporting
from views.plan_tables import context_table, document_table, finding_list, indicator_table
from views.session import SessionKey, current_view
from views.station_trend import show_station_trend

if TYPE_CHECKING:
    from spatial.plan_records import Document

__all__ = ["show_indicators"]

SECTIONS: Final = {
    "goals": "app.plan.goals_caption",
    "evaluation": "evaluation.title",
    "context": "app.plan.context_caption",
    "documents": "app.plan.documents_caption",
    "findings": "app.finding.title",
}


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
        _show_contents(lang)
        if goals:
            _show_section("goals", indicator_table(plan, goals, lang=lang))
        else:
            note(text("app.plan.no_goals", lang))
        show_evaluation(plan, current_view(), chosen=chosen)
        show_station_trend(current_view())
        if figures:
            _show_section("context", context_table(plan, figures, lang=lang))
        _show_section("documents", document_table(plan, list(documents.values()), lang=lang))
        findings = finding_list(plan, plan.findings, lang=lang)
        title = fragment("<h2>{title}</h2>", title=text("app.finding.title", lang))
        _show_section("findings", join([title, findings]))


def _show_contents(lang: str) -> None:
    """Show links to the sections of a long page."""
    links = join(
        fragment('<a href="#{anchor}">{title}</a>', anchor=anchor, title=text(key, lang))
        for anchor, key in SECTIONS.items()
    )
    st.html(
        fragment(
            '<nav class="contents" aria-label="{name}">{links}</nav>',
            name=text("app.contents", lang),
            links=links,
        )
    )


def _show_section(anchor: str, content: Markup) -> None:
    st.html(fragment('<section id="{anchor}">{content}</section>', anchor=anchor, content=content))


def _rank(document: Document) -> tuple[bool, str]:
    """Return where a document stands: the district's own plans before the city's."""
    return document.level != "district", document.document_id
