"""Edits without a click: one by its id and position, or many rows copied from a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.errors import AtlasError
from spatial.scenario.edit_rows import read_place
from spatial.scenario.model import AddStation, MoveStation, RemoveStation
from spatial.text import text
from views.messages import note
from views.session import SessionKey, put_back, widget_key

if TYPE_CHECKING:
    from spatial.inventory import Inventory
    from spatial.scenario.model import Edit
    from views.scenario_desk import ScenarioDesk

__all__ = ["new_station", "show_forms", "show_rows_told"]

KINDS: Final = ("add", "move", "remove")
SYSTEMS: Final = ("wgs84", "cgcs2000", "gcj02", "bd09")
MOST_CHARACTERS: Final = 200_000
SHOWN_ROWS: Final = 20


def new_station() -> AddStation:
    """Return what a station is that is added next; its id and place are put in."""
    held = st.session_state
    return AddStation(
        site_id="-",
        lon=0.0,
        lat=0.0,
        operator="".join(a for a in held.get(SessionKey.SCENARIO_OPERATOR, "") if a.isprintable()).strip(),
        site_type=held.get(SessionKey.SCENARIO_SITE_TYPE, "pole"),
        year=held.get(SessionKey.SCENARIO_NEW_YEAR),
    )


def show_forms(desk: ScenarioDesk, inventory: Inventory, lang: str) -> None:
    """Show the keyboard's ways to a click on the map."""
    put_back(SessionKey.SCENARIO_SYSTEM, SYSTEMS[0], SYSTEMS)
    st.selectbox(
        text("scenario.system", lang),
        SYSTEMS,
        format_func=lambda system: text(f"app.system.{system}", lang),
        key=SessionKey.SCENARIO_SYSTEM,
        filter_mode=None,
    )
    one, many = st.tabs([text("scenario.form_one", lang), text("scenario.form_many", lang)])
    with one:
        _show_form(desk, inventory, lang)
    with many, st.form(SessionKey.SCENARIO_ROWS, border=False, clear_on_submit=True):
        st.text_area(
            text("scenario.rows", lang),
            key=widget_key(SessionKey.SCENARIO_ROWS, "words"),
            help=text("scenario.rows_help", lang),
            placeholder=text("scenario.rows_example", lang),
            max_chars=MOST_CHARACTERS,
            height=160,
        )
        st.form_submit_button(text("scenario.rows_do", lang), on_click=_submit_rows, args=(desk, inventory))


def show_rows_told(desk: ScenarioDesk, lang: str) -> None:
    """Tell what became of the rows that were pasted last."""
    found = desk.rows
    if found is None:
        return
    counts = {"n_in": found.n_in, "n_used": len(found.edits), "n_reported": len(found.rejected)}
    note(text("scenario.rows_told", lang, **counts), tone="caution" if found.rejected else "plain")
    for rejected in found.rejected[:SHOWN_ROWS]:
        note(rejected.message(lang), tone="caution")


def _show_form(desk: ScenarioDesk, inventory: Inventory, lang: str) -> None:
    family = SessionKey.SCENARIO_FORM
    with st.form(family, border=False, clear_on_submit=True):
        st.selectbox(
            text("scenario.form_kind", lang),
            KINDS,
            format_func=lambda kind: text(f"scenario.kind_{kind}", lang),
            key=widget_key(family, "kind"),
            filter_mode=None,
        )
        st.text_input(text("scenario.form_id", lang), key=widget_key(family, "id"), max_chars=200)
        for field, column in zip(("lon", "lat"), st.columns(2), strict=True):
            column.text_input(
                text(f"scenario.form_{field}", lang), key=widget_key(family, field), max_chars=200
            )
        st.form_submit_button(text("scenario.form_do", lang), on_click=_submit, args=(desk, inventory))


def _submit(desk: ScenarioDesk, inventory: Inventory) -> None:
    try:
        desk.edit(_edit_of_form(desk, inventory), inventory)
    except AtlasError as error:
        desk.refusal = error


def _submit_rows(desk: ScenarioDesk, inventory: Inventory) -> None:
    words = st.session_state[widget_key(SessionKey.SCENARIO_ROWS, "words")]
    try:
        desk.edit_rows(words, inventory, crs=st.session_state[SessionKey.SCENARIO_SYSTEM])
    except AtlasError as error:
        desk.refusal = error


def _edit_of_form(desk: ScenarioDesk, inventory: Inventory) -> Edit:
    family = SessionKey.SCENARIO_FORM
    kind, site_id, *place = (
        st.session_state[widget_key(family, field)] for field in ("kind", "id", "lon", "lat")
    )
    site_id = site_id.strip()
    if kind == "remove":
        return RemoveStation(site_id=site_id)
    lon, lat = read_place(*place, crs=st.session_state[SessionKey.SCENARIO_SYSTEM], site_id=site_id)
    if kind == "move":
        return MoveStation(site_id=site_id, lon=lon, lat=lat)
    return replace(new_station(), site_id=site_id or desk.new_id(inventory), lon=lon, lat=lat)
