"""What a planner sets in a scenario: what a click does, target and year, edits by id, steps back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.coordinates import parse_coordinate
from spatial.errors import AtlasError, ScenarioError
from spatial.scenario.model import SITE_TYPES, AddStation, MoveStation, RemoveStation
from spatial.text import text
from views.definition_fields import year_ends
from views.figures import plain
from views.scenario_desk import MODES
from views.scenario_file import show_file
from views.session import SessionKey, put_back, widget_key

if TYPE_CHECKING:
    from spatial.inventory import Inventory
    from spatial.scenario.model import Edit
    from views.pack_frames import PackFrames
    from views.scenario_desk import ScenarioDesk
    from views.state import ViewState

__all__ = ["new_station", "show_conditions", "show_steps"]

KINDS: Final = ("add", "move", "remove")
LEAST_TARGET, MOST_TARGET, TARGET_STEP = 1.0, 200.0, 0.5
FIRST_YEAR, LAST_YEAR = 2020, 2040
NO_YEAR: Final = 0
"""Stands for no year at all: an empty choice would read as one that is still to be made."""


def show_steps(desk: ScenarioDesk, inventory: Inventory, view: ViewState) -> None:
    """Show what a click does, edits by id, steps back and forth, and the file."""
    lang = view.lang
    with st.container(key="atlas-scenario-steps", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.session_state[SessionKey.SCENARIO_MODE] = desk.mode
        st.segmented_control(
            text("scenario.mode", lang),
            MODES,
            format_func=lambda mode: text(f"scenario.mode_{mode}", lang),
            key=SessionKey.SCENARIO_MODE,
            on_change=_change_mode,
            args=(desk,),
            required=True,
        )
        with st.popover(text("scenario.new_station", lang)):
            _show_new_station(lang)
        with st.popover(text("scenario.by_id", lang)):
            _show_form(desk, inventory, lang)
        for word, key, step, able in (
            ("undo", SessionKey.SCENARIO_UNDO, desk.undo, bool(desk.past)),
            ("redo", SessionKey.SCENARIO_REDO, desk.redo, bool(desk.future)),
            ("clear", SessionKey.SCENARIO_CLEAR, desk.clear, not desk.present.changes_nothing),
        ):
            st.button(text(f"scenario.{word}", lang), key=key, on_click=step, disabled=not able)
        with st.popover(text("scenario.file", lang)):
            show_file(desk, inventory, view)


def _change_mode(desk: ScenarioDesk) -> None:
    desk.mode = st.session_state[SessionKey.SCENARIO_MODE]
    desk.moving, desk.here = None, ()


def _show_new_station(lang: str) -> None:
    """Show what a station is that a click adds."""
    put_back(SessionKey.SCENARIO_SITE_TYPE, "pole", SITE_TYPES)
    st.selectbox(
        text("scenario.site_type", lang),
        SITE_TYPES,
        format_func=lambda kind: text(f"map.site_type_{kind}", lang),
        key=SessionKey.SCENARIO_SITE_TYPE,
        filter_mode=None,
    )
    put_back(SessionKey.SCENARIO_OPERATOR, "")
    st.text_input(text("scenario.operator", lang), key=SessionKey.SCENARIO_OPERATOR, max_chars=200)


def new_station() -> tuple[str, str]:
    """Return operator and site type of a station that a click adds."""
    operator = st.session_state.get(SessionKey.SCENARIO_OPERATOR, "")
    return operator.strip(), st.session_state.get(SessionKey.SCENARIO_SITE_TYPE, "pole")


def _show_form(desk: ScenarioDesk, inventory: Inventory, lang: str) -> None:
    """Show an edit by id and position: the keyboard's way to a click on the map."""
    family = SessionKey.SCENARIO_FORM
    with st.form(family, border=False, clear_on_submit=True):
        st.selectbox(
            text("scenario.form_kind", lang),
            KINDS,
            format_func=lambda kind: text(f"scenario.kind_{kind}", lang),
            key=widget_key(family, "kind"),
            filter_mode=None,
        )
        for field in ("id", "lon", "lat"):
            st.text_input(text(f"scenario.form_{field}", lang), key=widget_key(family, field), max_chars=200)
        st.form_submit_button(text("scenario.form_do", lang), on_click=_submit, args=(desk, inventory))


def _submit(desk: ScenarioDesk, inventory: Inventory) -> None:
    try:
        desk.edit(_edit_of_form(desk, inventory), inventory)
    except AtlasError as error:
        desk.refusal = error


def _edit_of_form(desk: ScenarioDesk, inventory: Inventory) -> Edit:
    family = SessionKey.SCENARIO_FORM
    kind, site_id = (st.session_state[widget_key(family, field)] for field in ("kind", "id"))
    site_id = site_id.strip()
    if kind == "remove":
        return RemoveStation(site_id=site_id)
    place = {}
    for axis in ("lon", "lat"):
        words = st.session_state[widget_key(family, axis)]
        place[axis], reason = parse_coordinate(words)
        if reason:
            raise ScenarioError("scenario.bad_position", site_id=site_id, axis=axis, value=words)
    if kind == "move":
        return MoveStation(site_id=site_id, **place)
    operator, site_type = new_station()
    new = site_id or desk.new_id(inventory)
    return AddStation(site_id=new, operator=operator, site_type=site_type, **place)


def show_conditions(desk: ScenarioDesk, frames: PackFrames, inventory: Inventory, lang: str) -> None:
    """Show the slider of the target, the year of planned stations and the name."""
    planned = frames.pack.target
    usual = LEAST_TARGET if planned is None else planned.value_per_km2
    value = desk.present.target_per_km2 or usual
    slider, year, name = st.columns([46, 27, 27], gap="medium")
    with slider:
        st.session_state[SessionKey.SCENARIO_TARGET] = float(value)
        st.slider(
            text("scenario.target_alone", lang)
            if planned is None
            else text("scenario.target", lang, usual=plain(usual)),
            min_value=min(LEAST_TARGET, float(value)),
            max_value=max(MOST_TARGET, float(value)),
            step=TARGET_STEP,
            format="%g",
            key=SessionKey.SCENARIO_TARGET,
            on_change=_change_target,
            args=(desk, inventory, None if planned is None else planned.value_per_km2),
        )
    with year:
        st.session_state[SessionKey.SCENARIO_YEAR] = desk.present.planned_until or NO_YEAR
        st.selectbox(
            text("scenario.year", lang),
            _years(desk, inventory),
            format_func=lambda number: _year_words(number, lang),
            key=SessionKey.SCENARIO_YEAR,
            on_change=_change_year,
            args=(desk, inventory),
            filter_mode=None,
        )
    with name:
        st.session_state[SessionKey.SCENARIO_NAME] = desk.present.name
        st.text_input(
            text("scenario.name", lang),
            key=SessionKey.SCENARIO_NAME,
            max_chars=100,
            on_change=_change_name,
            args=(desk, inventory),
        )


def _years(desk: ScenarioDesk, inventory: Inventory) -> list[int]:
    dated = [day.year for day in year_ends(inventory.points)]
    years = range(min([FIRST_YEAR, *dated]), LAST_YEAR + 1)
    return sorted({NO_YEAR, *years, desk.present.planned_until or NO_YEAR})


def _year_words(year: int, lang: str) -> str:
    return text("scenario.year_none", lang) if year == NO_YEAR else text("scenario.year_end", lang, year=year)


def _change_target(desk: ScenarioDesk, inventory: Inventory, planned: float | None) -> None:
    value = float(st.session_state[SessionKey.SCENARIO_TARGET])
    desk.change(inventory, target_per_km2=None if value == planned else value)


def _change_year(desk: ScenarioDesk, inventory: Inventory) -> None:
    desk.change(inventory, planned_until=st.session_state[SessionKey.SCENARIO_YEAR] or None)


def _change_name(desk: ScenarioDesk, inventory: Inventory) -> None:
    words = st.session_state[SessionKey.SCENARIO_NAME]
    printable = "".join(letter for letter in words if letter.isprintable())
    desk.change(inventory, name=printable.strip())
