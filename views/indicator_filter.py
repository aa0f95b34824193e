"""Which of the indicators are looked at: those of one scope, and those that hold a word."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import streamlit as st

from spatial.text import text
from views.citation import localised
from views.session import SessionKey, put_back, widget_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.plan_records import Indicator

__all__ = ["ask_scope_and_word", "holds_word"]

EVERY = ""
WORDS = (
    "name_zh",
    "name_en",
    "notes_zh",
    "notes_en",
    "value_text",
    "scope_zh",
    "scope_en",
    "unit_zh",
    "unit_en",
)


def ask_scope_and_word(indicators: Sequence[Indicator], lang: str) -> list[Indicator]:
    """Ask for a scope and a word, and return the indicators that have both."""
    scopes = {each.scope_zh: localised(each, "scope", lang) for each in indicators}
    scope_key, word_key = (widget_key(SessionKey.EVALUATION, name) for name in ("scope", "word"))
    put_back(scope_key, EVERY, [EVERY, *scopes])
    scope = st.selectbox(
        text("evaluation.filter_scope", lang),
        [EVERY, *scopes],
        format_func=lambda each: scopes[each] if each else text("evaluation.filter_every_scope", lang),
        key=scope_key,
        filter_mode=None,
        width=200,
    )
    put_back(word_key, "")
    word = st.text_input(
        text("evaluation.filter_word", lang),
        placeholder=text("evaluation.filter_word_hint", lang),
        key=word_key,
        max_chars=60,
        width=170,
    )
    return [each for each in indicators if scope in {EVERY, each.scope_zh} and holds_word(each, word)]


def holds_word(indicator: Indicator, word: str) -> bool:
    """Tell whether one of the texts of an indicator holds a word, whatever its case and width."""
    sought = _plain(word)
    return not sought or any(sought in _plain(getattr(indicator, name)) for name in WORDS)


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold().strip()
