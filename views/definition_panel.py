"""The switches of the definition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from spatial.definition import Definition
from spatial.text import text
from views.definition_fields import DEFINITION_FIELDS, choice_word, choices, field_word
from views.session import SessionKey, change_view, current_view, widget_key

if TYPE_CHECKING:
    from views.state import ViewState

__all__ = ["show_definition_panel"]


def show_definition_panel(view: ViewState) -> None:
    """Show one selection per switch, and the way back to the usual definition."""
    lang = view.lang
    st.html(f'<p class="lead">{text("app.definition.lead", lang)}</p>')
    for field in DEFINITION_FIELDS:
        key = widget_key(SessionKey.DEFINITION, field)
        st.session_state[key] = getattr(view.definition, field)
        st.selectbox(
            field_word(field, lang),
            choices(field),
            format_func=lambda choice, field=field: choice_word(field, choice, lang),
            key=key,
            on_change=_switch,
            args=(field,),
            filter_mode=None,
        )
    st.button(
        text("app.definition.reset", lang),
        key=SessionKey.DEFINITION_RESET,
        on_click=_reset,
        disabled=view.definition == Definition(),
    )


def _switch(field: str) -> None:
    chosen = st.session_state[widget_key(SessionKey.DEFINITION, field)]
    change_view(definition=replace(current_view().definition, **{field: chosen}))


def _reset() -> None:
    change_view(definition=Definition())
