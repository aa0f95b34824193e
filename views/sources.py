"""数据来源: where every file comes from, how well each outline is known, what is not located."""

from __future__ import annotations

import streamlit as st

from spatial.text import text
from views import cache
from views.html_table import fragment
from views.messages import note, reporting, show
from views.pack_choice import show_pack_choice
from views.session import current_view
from views.source_tables import basis_table, catalog_table, limits_table, unlocated_table, vertex_section

__all__ = ["show_sources"]


def show_sources() -> None:
    """Show the page."""
    view = current_view()
    lang = view.lang
    with reporting(lang):
        st.html(
            fragment(
                '<h2 class="page-title">{title}</h2><p class="lead">{lead}</p>',
                title=text("app.page.sources", lang),
                lead=text("app.source.lead", lang),
            )
        )
        show_pack_choice(lang)
        frames = cache.frames(view.pack)
        note(text("app.disclaimer", lang), tone="caution")
        if frames.layers:
            st.html(basis_table(frames, lang))
            show(vertex_section(frames.pack, lang))
        else:
            note(text("app.overview.no_geometry", lang))
        st.html(catalog_table(frames.pack, lang))
        unlocated = unlocated_table(frames, lang)
        if unlocated is None:
            note(text("app.source.all_located", lang))
        else:
            st.html(unlocated)
        st.html(limits_table(cache.limits(), lang))
