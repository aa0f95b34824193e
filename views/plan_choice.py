"""Which plan is looked at: one of the pack's, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.text import text
from views.citation import localised
from views.session import SessionKey, put_back

if TYPE_CHECKING:
    from spatial.plan import PlanRecords
    from spatial.plan_records import Document

__all__ = ["EVERY", "ask_plans", "documents_in_order"]

EVERY: Final = "every"
"""Stands for all plans: an empty choice would read as one that is still to be made."""


def documents_in_order(plan: PlanRecords) -> list[Document]:
    """Return the plans, the district's own before the city's."""
    return sorted(plan.documents, key=lambda each: (each.level != "district", each.document_id))


def ask_plans(plan: PlanRecords, lang: str) -> list[str]:
    """Ask for a plan and return its id, or the ids of all; the district's first one is there at the start."""
    documents = {each.document_id: each for each in documents_in_order(plan)}
    usual = next((each for each in documents if plan.indicators_of(each)), EVERY)
    offered = [*documents, EVERY]
    put_back(SessionKey.DOCUMENT, usual, offered)
    chosen = st.selectbox(
        text("evaluation.plan", lang),
        offered,
        format_func=lambda each: (
            text("app.plan.every_document", lang)
            if each == EVERY
            else localised(documents[each], "short", lang)
        ),
        key=SessionKey.DOCUMENT,
        filter_mode=None,
        width=240,
    )
    return list(documents) if chosen == EVERY else [chosen]
