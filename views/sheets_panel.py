"""The view to take along: one page that opens anywhere, and sheets of paper at true scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.standalone import standalone_html
from layers.zone_sheet_pdf import zone_sheets, zone_sheets_pdf
from spatial.export.iso_dates import is_iso_date
from spatial.importing.model import Subject
from spatial.text import text
from views import cache
from views.hand_over import hand_over
from views.html_table import fragment
from views.scene import map_scene
from views.session import SessionKey, brought_inventory, current_workspace, put_back
from views.session_evaluation import session_evaluation
from views.session_frames import session_inventory

if TYPE_CHECKING:
    from layers.zone_sheet_pdf import ZoneSheet
    from spatial.inventory import Inventory
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["show_sheets_panel"]

PAPERS: Final = ("A4", "A3")
EVERY: Final = ""


def show_sheets_panel(frames: PackFrames, view: ViewState) -> None:
    """Show the two ways to take the view along."""
    lang = view.lang
    page_side, paper_side = st.columns(2, gap="medium")
    with page_side:
        _show_head("app.sheets.page", "app.sheets.page_lead", lang)
        if st.button(text("app.sheets.page_save", lang), key=SessionKey.PAGE_SAVE):
            _save_page(frames, view)
    with paper_side:
        _show_head("app.sheets.paper", "app.sheets.paper_lead", lang)
        names = frames.names[lang]
        zones = [EVERY, *names]
        put_back(SessionKey.SHEET_ZONE, EVERY, zones)
        put_back(SessionKey.SHEET_PAPER, PAPERS[0], PAPERS)
        with st.container(key="atlas-sheets", horizontal=True, vertical_alignment="bottom", gap="small"):
            zone_id = st.selectbox(
                text("app.sheets.zone", lang),
                zones,
                format_func=lambda each: names.get(each, text("app.sheets.every_zone", lang)),
                key=SessionKey.SHEET_ZONE,
                filter_mode=None,
            )
            paper = st.selectbox(
                text("app.sheets.size", lang),
                PAPERS,
                format_func=lambda each: text(f"app.sheets.size_{each.lower()}", lang),
                key=SessionKey.SHEET_PAPER,
                filter_mode=None,
            )
            if st.button(text("app.sheets.paper_save", lang), key=SessionKey.SHEET_SAVE):
                _save_sheets(frames, view, zone_id=zone_id, paper=paper)


def _show_head(title: str, lead: str, lang: str) -> None:
    words = {"title": text(title, lang), "lead": text(lead, lang)}
    st.html(fragment('<h2>{title}</h2><p class="lead">{lead}</p>', **words))


def _save_page(frames: PackFrames, view: ViewState) -> None:
    district = _sheets(frames, view)[0]
    page = standalone_html(district.scene, lang=view.lang, files=cache.page_files(), facts=district)
    hand_over(f"{frames.pack.pack_id}-map.html", page.encode(), media_type="text/html")


def _save_sheets(frames: PackFrames, view: ViewState, *, zone_id: str, paper: str) -> None:
    chosen = [sheet for sheet in _sheets(frames, view) if zone_id in {EVERY, sheet.zone_id}]
    data = zone_sheets_pdf(chosen, lang=view.lang, paper=paper, font=cache.sheet_font())
    hand_over(f"{zone_id or frames.pack.pack_id}-{paper}.pdf", data, media_type="application/pdf")


def _sheets(frames: PackFrames, view: ViewState) -> tuple[ZoneSheet, ...]:
    """Return the sheets of the view, the district's first."""
    evaluation = session_evaluation(view, view.definition)
    stations = session_inventory(view.pack, Subject.BASE_STATIONS)
    poles = session_inventory(view.pack, Subject.LAMP_POLES)
    return zone_sheets(
        map_scene(frames, view, evaluation, stations=stations, poles=poles, own=current_workspace()),
        counted=[evaluation.district, evaluation.zones, evaluation.parts],
        published=evaluation.published,
        counts=[frames.published] if frames.published else [],
        plan=frames.pack.plan,
        title=frames.pack.name,
        data_date=_data_date(evaluation.published_as_of, brought_inventory()),
    )


def _data_date(published_as_of: str, brought: Inventory | None) -> str:
    """Return the youngest ISO date of what the sheets show."""
    stated = () if brought is None or "as_of" not in brought.points else brought.points["as_of"].unique()
    return max([published_as_of, *filter(is_iso_date, stated)])
