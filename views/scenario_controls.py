"""What a planner sets in a scenario: what a click does, target and year, edits by id, steps back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.scenario.model import EVERY_YEAR, FIRST_YEAR, LAST_YEAR, SITE_TYPES, AddStation
from spatial.scenario.planned import planned_by_year
from spatial.text import text
from views.figures import figure, plain
from views.scenario_desk import MODES
from views.scenario_file import show_file
from views.scenario_forms import show_forms
from views.session import SessionKey, put_back

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.inventory import Inventory
    from views.pack_frames import PackFrames
    from views.scenario_desk import ScenarioDesk
    from views.state import ViewState

__all__ = ["show_conditions", "show_steps"]

LEAST_TARGET, MOST_TARGET, TARGET_STEP = 1.0, 200.0, 0.5
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
            show_forms(desk, inventory, lang)
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
    put_back(SessionKey.SCENARIO_NEW_YEAR, None)
    st.number_input(
        text("scenario.new_year", lang),
        FIRST_YEAR,
        LAST_YEAR,
        step=1,
        placeholder=text("scenario.new_year_none", lang),
        key=SessionKey.SCENARIO_NEW_YEAR,
    )


def show_conditions(desk: ScenarioDesk, frames: PackFrames, inventory: Inventory, lang: str) -> None:
    """Show the slider of the target, the year of planned stations and the name."""
    goal = frames.pack.target
    usual = LEAST_TARGET if goal is None else goal.value_per_km2
    value = desk.present.target_per_km2 or usual
    slider, year, name = st.columns([46, 27, 27], gap="medium")
    with slider:
        st.session_state[SessionKey.SCENARIO_TARGET] = float(value)
        st.slider(
            text("scenario.target_alone", lang)
            if goal is None
            else text("scenario.target", lang, usual=plain(usual)),
            min_value=min(LEAST_TARGET, float(value)),
            max_value=max(MOST_TARGET, float(value)),
            step=TARGET_STEP,
            format="%g",
            key=SessionKey.SCENARIO_TARGET,
            on_change=_change_target,
            args=(desk, inventory, None if goal is None else goal.value_per_km2),
        )
    with year:
        planned = planned_by_year(inventory.points) if "status" in inventory.points else {}
        st.session_state[SessionKey.SCENARIO_YEAR] = desk.present.planned_until or NO_YEAR
        st.selectbox(
            text("scenario.year", lang),
            _years(desk, planned),
            format_func=lambda until: _year_words(until, planned, lang),
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


def _years(desk: ScenarioDesk, planned: Mapping[int, int]) -> list[int | str]:
    """Return the years at which something is planned, by the inventory or by an edit; then all of it."""
    present = desk.present
    added = {edit.year or NO_YEAR for edit in present.edits if isinstance(edit, AddStation)}
    years = {NO_YEAR, *planned, *added, present.planned_until or NO_YEAR} - {EVERY_YEAR}
    every = [EVERY_YEAR] if planned or present.planned_until == EVERY_YEAR else []
    return [*sorted(year for year in years if isinstance(year, int)), *every]


def _year_words(until: int | str, planned: Mapping[int, int], lang: str) -> str:
    if until == NO_YEAR:
        return text("scenario.year_none", lang)
    if isinstance(until, str):
        return text("scenario.year_every", lang, n=figure(sum(planned.values())))
    due = sum(n for year, n in planned.items() if NO_YEAR < year <= until)
    return text("scenario.year_end", lang, year=until, n=figure(due))


def _change_target(desk: ScenarioDesk, inventory: Inventory, planned: float | None) -> None:
    value = float(st.session_state[SessionKey.SCENARIO_TARGET])
    desk.change(inventory, target_per_km2=None if value == planned else value)


def _change_year(desk: ScenarioDesk, inventory: Inventory) -> None:
    desk.change(inventory, planned_until=st.session_state[SessionKey.SCENARIO_YEAR] or None)


def _change_name(desk: ScenarioDesk, inventory: Inventory) -> None:
    words = st.session_state[SessionKey.SCENARIO_NAME]
    printable = "".join(letter for letter in words if letter.isprintable())
    desk.change(inventory, name=printable.strip())
