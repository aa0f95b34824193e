"""The switches of the definition."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from spatial.definition import Definition
from spatial.text import text
from views.definition_fields import (
    DEFINITION_FIELDS,
    UNSTATED,
    choice_word,
    choices,
    field_word,
    position,
    with_position,
)
from views.session import SessionKey, change_view, current_view, widget_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from views.state import ViewState

__all__ = ["show_definition_panel"]


def show_definition_panel(view: ViewState, dates: Sequence[dt.date]) -> None:
    """Show one selection per switch, and the way back to the usual definition.

    ``dates`` are the days up to which stations may be counted; one alone leaves no choice.
    """
    lang = view.lang
    st.html(f'<p class="lead">{text("app.definition.lead", lang)}</p>')
    for field in DEFINITION_FIELDS:
        key = widget_key(SessionKey.DEFINITION, field)
        st.session_state[key] = position(field, view.definition)
        st.selectbox(
            field_word(field, lang),
            [choice or UNSTATED for choice in choices(field)],
            format_func=lambda word, field=field: _word(field, word, lang),
            key=key,
            on_change=_switch,
            args=(field,),
            filter_mode=None,
        )
    if len(dates) > 1 or view.definition.as_of is not None:
        _show_dates(view, dates)
    st.button(
        text("app.definition.reset", lang),
        key=SessionKey.DEFINITION_RESET,
        on_click=_reset,
        disabled=view.definition == Definition(),
    )


def _show_dates(view: ViewState, dates: Sequence[dt.date]) -> None:
    chosen = view.definition.as_of
    days = sorted({day.isoformat() for day in (*dates, *([chosen] if chosen else []))})
    st.session_state[SessionKey.AS_OF] = chosen.isoformat() if chosen else UNSTATED
    st.selectbox(
        text("app.definition.as_of", view.lang),
        [UNSTATED, *days],
        format_func=lambda day: text("app.definition.any_date", view.lang) if day == UNSTATED else day,
        key=SessionKey.AS_OF,
        on_change=_date_chosen,
        filter_mode=None,
    )


def _date_chosen() -> None:
    day = st.session_state[SessionKey.AS_OF]
    as_of = None if day == UNSTATED else dt.date.fromisoformat(day)
    change_view(definition=replace(current_view().definition, as_of=as_of))


def _word(field: str, word: str, lang: str) -> str:
    return choice_word(getattr(with_position(Definition(), field, word), field), lang)


def _switch(field: str) -> None:
    word = st.session_state[widget_key(SessionKey.DEFINITION, field)]
    change_view(definition=with_position(current_view().definition, field, word))


def _reset() -> None:
    change_view(definition=Definition())
