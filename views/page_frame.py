"""What surrounds each page: style, head with navigation and language, and the disclaimer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.escape import script_json
from spatial.text import LANGUAGES, catalogue, text
from views.html_table import fragment
from views.messages import note
from views.session import SessionKey, change_view, ignored_parameters
from views.state import write_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.navigation.page import Page

    from views.state import ViewState

__all__ = ["PAGE_ICON", "show_foot", "show_head"]

PAGE_ICON: Final = "\N{WORLD MAP}"  # a picture of the Material set would be fetched from outside
HERE: Final = Path(__file__).parent
STYLE: Final = (HERE / "page.css").read_text(encoding="utf-8")
SCRIPT: Final = (HERE / "page.js").read_text(encoding="utf-8")
FRAMEWORK_WORDS: Final = "app.framework."
LANGUAGE_TAGS: Final = {"zh": "zh-CN", "en": "en"}


def show_head(view: ViewState, pages: Sequence[Page], current: Page) -> None:
    """Show style, name, navigation and the choice of language."""
    st.html(f"<style>{STYLE}</style>")
    st.html(_script(view.lang, title=current.title), unsafe_allow_javascript=True)
    with st.container(
        key="atlas-head", horizontal=True, vertical_alignment="center", horizontal_alignment="left"
    ):
        st.html(
            fragment(
                "<h1>{name}<small>{subtitle}</small></h1>",
                name=text("app.name", view.lang),
                subtitle=text("app.subtitle", view.lang),
            ),
            width="content",
        )
        for page in pages:
            st.page_link(page, query_params=write_address(view))
        st.session_state[SessionKey.LANGUAGE] = view.lang
        st.segmented_control(
            text("app.language", view.lang),
            LANGUAGES,
            format_func=lambda lang: text(f"app.language_{lang}", lang),
            key=SessionKey.LANGUAGE,
            on_change=_change_language,
            label_visibility="collapsed",
            required=True,
        )
    if ignored_parameters():
        note(text("app.address.ignored", view.lang, parameters=", ".join(ignored_parameters())))


def show_foot(lang: str) -> None:
    """Show the disclaimer that stands on every page."""
    st.html(fragment('<div class="foot" role="note">{words}</div>', words=text("app.disclaimer", lang)))


def _change_language() -> None:
    change_view(lang=st.session_state[SessionKey.LANGUAGE])


def _script(lang: str, *, title: str) -> str:
    """Return the page-wide script with the words that it puts in place of the framework's."""
    words = (
        [(entry["en"], entry["zh"]) for key, entry in catalogue().items() if key.startswith(FRAMEWORK_WORDS)]
        if lang == "zh"
        else []
    )
    settings = {
        "language": LANGUAGE_TAGS[lang],
        "title": text("app.window_title", lang, page=title),
        "mapTitle": text("app.map_title", lang),
        "words": words,
    }
    return f"<script>{SCRIPT.replace('__SETTINGS__', script_json(settings))}</script>"
