"""The stations of one place and the edits so far: which is meant, and what is taken out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.scenario.model import AddStation, MoveStation, RemoveStation
from spatial.text import text
from views.figures import figure
from views.html_table import Column, render_table
from views.messages import note
from views.session import SessionKey, put_back, widget_key

if TYPE_CHECKING:
    from spatial.inventory import Inventory
    from spatial.scenario.model import Edit
    from views.scenario_desk import ScenarioDesk

__all__ = ["show_edits", "show_here"]

CLASSES: Final = {"add": AddStation, "move": MoveStation, "remove": RemoveStation}
SHOWN_EDITS: Final = 100
DECIMALS: Final = 6


def show_here(desk: ScenarioDesk, inventory: Inventory, lang: str) -> None:
    """Show the stations of one place, of which one or all are meant."""
    if len(desk.here) < 2:  # noqa: PLR2004 - one needs no choice
        return
    with st.container(key="atlas-scenario-here", horizontal=True, vertical_alignment="bottom", gap="small"):
        put_back(SessionKey.SCENARIO_HERE, desk.here[0], desk.here)
        st.selectbox(
            text("scenario.here", lang, n=len(desk.here)),
            desk.here,
            key=SessionKey.SCENARIO_HERE,
            filter_mode=None,
            width=320,
        )
        st.button(
            text(f"scenario.here_{desk.mode}", lang),
            key=widget_key(SessionKey.SCENARIO_HERE, "one"),
            type="primary",
            on_click=_take_here,
            args=(desk, inventory),
        )
        if desk.mode == "remove":
            st.button(
                text("scenario.here_remove_all", lang, n=len(desk.here)),
                key=widget_key(SessionKey.SCENARIO_HERE, "all"),
                on_click=_remove_here,
                args=(desk, inventory),
            )


def _take_here(desk: ScenarioDesk, inventory: Inventory) -> None:
    desk.take(st.session_state[SessionKey.SCENARIO_HERE], inventory)


def _remove_here(desk: ScenarioDesk, inventory: Inventory) -> None:
    gone = tuple(RemoveStation(site_id=each) for each in desk.here)
    desk.change(inventory, edits=(*desk.present.edits, *gone))


def show_edits(desk: ScenarioDesk, inventory: Inventory, lang: str) -> None:
    """Show the edits in their order, and the way to take one out."""
    edits = desk.present.edits
    if not edits:
        note(text("scenario.page_no_edits", lang))
        return
    columns = [
        Column(head=text("scenario.edit_number", lang), numeric=True),
        Column(head=text("scenario.form_kind", lang)),
        Column(head=text("scenario.form_id", lang)),
        Column(head=text("scenario.form_lon", lang), numeric=True),
        Column(head=text("scenario.form_lat", lang), numeric=True),
        Column(head=text("scenario.site_type", lang)),
        Column(head=text("scenario.operator", lang), roomy=True),
        Column(head=text("scenario.edit_year", lang), roomy=True),
    ]
    first = max(len(edits) - SHOWN_EDITS, 0)
    rows = [_edit_cells(number, edit, lang) for number, edit in enumerate(edits[first:], start=first + 1)]
    st.html(render_table(columns, rows, caption=text("scenario.edits_caption", lang, n=figure(len(edits)))))
    with st.container(key="atlas-scenario-drop", horizontal=True, vertical_alignment="bottom", gap="small"):
        put_back(SessionKey.SCENARIO_EDIT, len(edits), range(1, len(edits) + 1))
        st.selectbox(
            text("scenario.edit_choose", lang),
            range(1, len(edits) + 1),
            format_func=lambda number: _edit_words(number, edits, lang),
            key=SessionKey.SCENARIO_EDIT,
            width=320,
        )
        st.button(
            text("scenario.edit_drop", lang),
            key=SessionKey.SCENARIO_DROP,
            on_click=_drop,
            args=(desk, inventory),
        )


def _edit_cells(number: int, edit: Edit, lang: str) -> list[str]:
    kind = next(name for name, one in CLASSES.items() if isinstance(edit, one))
    place = (
        ["", ""]
        if isinstance(edit, RemoveStation)
        else [f"{edit.lon:.{DECIMALS}f}", f"{edit.lat:.{DECIMALS}f}"]
    )
    added = isinstance(edit, AddStation)
    site_type = text(f"map.site_type_{edit.site_type}", lang) if added and edit.site_type else ""
    return [
        str(number),
        text(f"scenario.kind_{kind}", lang),
        edit.site_id,
        *place,
        site_type,
        edit.operator if added else "",
        str(edit.year) if added and edit.year else "",
    ]


def _edit_words(number: int, edits: tuple[Edit, ...], lang: str) -> str:
    if number > len(edits):
        return str(number)
    _, kind, site_id, *_ = _edit_cells(number, edits[number - 1], lang)
    return f"{number} · {kind} · {site_id}"


def _drop(desk: ScenarioDesk, inventory: Inventory) -> None:
    at = int(st.session_state[SessionKey.SCENARIO_EDIT]) - 1
    edits = desk.present.edits
    desk.change(inventory, edits=edits[:at] + edits[at + 1 :])
