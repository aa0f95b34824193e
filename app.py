"""The atlas in the browser: ``streamlit run app.py``."""

from __future__ import annotations

import streamlit as st

from spatial.text import text
from views.analysis import ANALYSES, show_analysis
from views.audit import show_audit
from views.export import show_export
from views.import_page import show_import_page
from views.indicators import show_indicators
from views.overview import show_overview
from views.page_frame import PAGE_ICON, show_foot, show_head
from views.session import current_view, publish_address
from views.sources import show_sources

view = current_view()
st.set_page_config(page_title=text("app.name", view.lang), page_icon=PAGE_ICON, layout="wide")
pages = [
    st.Page(show_overview, title=text("app.page.overview", view.lang), url_path="overview", default=True),
    st.Page(show_audit, title=text("audit.title", view.lang), url_path="audit"),
    *(
        [st.Page(show_analysis, title=text("app.page.analysis", view.lang), url_path="analysis")]
        if ANALYSES
        else []
    ),
    st.Page(show_import_page, title=text("app.page.import", view.lang), url_path="import"),
    st.Page(show_indicators, title=text("app.page.indicators", view.lang), url_path="indicators"),
    st.Page(show_export, title=text("app.page.export", view.lang), url_path="export"),
    st.Page(show_sources, title=text("app.page.sources", view.lang), url_path="sources"),
]
current = st.navigation(pages, position="hidden")
show_head(view, pages, current)
current.run()
publish_address(current_view())
show_foot(view.lang)
