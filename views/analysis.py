"""分析: what follows the verdict, one question at a time, under the definition in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.importing.model import Subject
from spatial.text import text
from views.coverage import show_coverage
from views.definition_fields import year_ends
from views.definition_panel import show_definition_panel
from views.drawn import show_drawn
from views.grid_view import show_grid
from views.inventory_panel import show_inventory_panel
from views.messages import note, reporting
from views.pack_choice import show_pack_choice
from views.scenario import show_scenario
from views.selection import show_zone_choice
from views.session import SessionKey, change_view, current_view
from views.session_frames import session_frames, session_inventory, session_notices
from views.siting import show_siting

if TYPE_CHECKING:
    from collections.abc import Callable

    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["ANALYSES", "Analysis", "show_analysis"]


@dataclass(frozen=True)
class Analysis:
    """One question of the page.

    Parameters
    ----------
    name : str
        Its word in the address and its topic in the catalogue, which names it ``<name>.title`` and
        says what it answers in ``<name>.lead``.
    show : callable
        Shows it for a pack with geometry and a view.
    """

    name: str
    show: Callable[[PackFrames, ViewState], None]


ANALYSES: Final[tuple[Analysis, ...]] = (
    Analysis("drawn", show_drawn),
    Analysis("grid", show_grid),
    Analysis("coverage", show_coverage),
    Analysis("scenario", show_scenario),
    Analysis("siting", show_siting),
)
"""The questions, in the order in which they are asked."""


def show_analysis() -> None:
    """Show the page."""
    view = current_view()
    with reporting(view.lang):
        frames = session_frames(view.pack)
        if "district" not in frames.layers:
            note(text("app.overview.no_geometry", view.lang), tone="caution")
            show_pack_choice(view.lang)
            return
        for notice in session_notices(view.pack):
            note(notice.message(view.lang), tone="caution")
        chosen = _show_choice(view)
        _show_tools(frames, view)
        note(text(f"{chosen.name}.lead", view.lang))
        with reporting(view.lang):
            chosen.show(frames, view)


def _show_choice(view: ViewState) -> Analysis:
    """Show the questions; return the one that is asked."""
    by_name = {each.name: each for each in ANALYSES}
    chosen = view.analysis if view.analysis in by_name else ANALYSES[0].name
    st.session_state[SessionKey.ANALYSIS] = chosen
    st.segmented_control(
        text("app.analysis.question", view.lang),
        list(by_name),
        format_func=lambda name: text(f"{name}.title", view.lang),
        key=SessionKey.ANALYSIS,
        on_change=_change_analysis,
        label_visibility="collapsed",
        required=True,
    )
    return by_name[chosen]


def _change_analysis() -> None:
    change_view(analysis=st.session_state[SessionKey.ANALYSIS])


def _show_tools(frames: PackFrames, view: ViewState) -> None:
    with st.container(key="atlas-tools", horizontal=True, vertical_alignment="bottom", gap="small"):
        show_zone_choice(frames, view)
        with st.popover(text("app.definition.title", view.lang)):
            inventory = session_inventory(view.pack, Subject.BASE_STATIONS)
            show_definition_panel(view, year_ends(inventory.points if inventory else None))
        with st.popover(text("app.inventory.title", view.lang)):
            show_inventory_panel(view)
