"""数据来源: where every file comes from, how well each outline is known, what is not located."""

from __future__ import annotations

import streamlit as st

from spatial.text import text
from spatial.workspace.changed_pack import outline_attribution
from views import cache
from views.html_table import fragment
from views.messages import note, reporting, show
from views.pack_choice import show_pack_choice
from views.session import current_view, current_workspace
from views.session_frames import session_frames
from views.source_tables import basis_table, catalog_table, limits_table, unlocated_table, vertex_section
from views.workspace_panel import dataset_table

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
        frames, workspace = session_frames(view.pack), current_workspace()
        note(text("app.disclaimer", lang), tone="caution")
        attribution = outline_attribution(frames.pack, lang)
        if attribution:
            note(text("app.source.own_lead", lang, attribution=attribution), tone="caution")
        if frames.layers:
            st.html(basis_table(frames, lang))
            show(vertex_section(frames.pack, lang))
        else:
            note(text("app.overview.no_geometry", lang))
        if workspace.datasets:
            st.html(dataset_table(workspace, lang))
        st.html(catalog_table(frames.pack, lang))
        unlocated = unlocated_table(frames, lang)
        if unlocated is None:
            note(text("app.source.all_located", lang))
        else:
            st.html(unlocated)
        st.html(limits_table(cache.limits(), lang))
