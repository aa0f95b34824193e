"""The choice of a plan pack."""

from __future__ import annotations

import streamlit as st

from spatial.text import text
from views import cache
from views.session import SessionKey, change_view, current_view

__all__ = ["show_pack_choice"]


def show_pack_choice(lang: str) -> None:
    """Show the packs that are shipped, the one that is open chosen."""
    names = cache.pack_names()
    opened = current_view().pack
    st.session_state[SessionKey.PACK] = opened if opened in names else None
    st.selectbox(
        text("app.pack.title", lang),
        names,
        index=None,
        placeholder=text("app.pack.choose", lang),
        format_func=lambda name: cache.frames(name).pack.name.in_language(lang),
        key=SessionKey.PACK,
        on_change=_pack_chosen,
        filter_mode=None,
        width=420,
    )


def _pack_chosen() -> None:
    chosen = st.session_state[SessionKey.PACK]
    if chosen is not None:
        change_view(pack=chosen, zone=None, place=None)
