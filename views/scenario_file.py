"""A scenario taken away and brought back: as a file, as an address, and made for another inventory."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.errors import AtlasError
from spatial.scenario.address import LONGEST_WORD, MOST_ADDRESSED
from spatial.scenario.digest import require_inventory
from spatial.scenario.document import MOST_BYTES, SUFFIX, read_scenario, scenario_bytes
from spatial.text import text
from views import cache
from views.figures import figure
from views.hand_over import hand_over
from views.html_table import fragment
from views.messages import note
from views.session import SessionKey, widget_key

if TYPE_CHECKING:
    from spatial.inventory import Inventory
    from views.scenario_desk import ScenarioDesk
    from views.state import ViewState

__all__ = ["show_file", "show_other_inventory"]

JSON: Final = "application/json"
MEBIBYTE: Final = 1024 * 1024
KEPT_IN_NAMES: Final = "-_（）()"


def show_file(desk: ScenarioDesk, inventory: Inventory, view: ViewState) -> None:
    """Show how the scenario is saved, shared and opened."""
    lang = view.lang
    named = desk.named(inventory)
    st.html(
        fragment(
            '<p class="cite kept">{words}</p>',
            words=text(
                "scenario.inventory_line", lang, name=named.name, rows=named.rows, sha256=named.sha256
            ),
        )
    )
    if st.button(
        text("scenario.save", lang), key=SessionKey.SCENARIO_SAVE, disabled=desk.present.changes_nothing
    ):
        name = "".join(letter for letter in desk.present.name if letter.isalnum() or letter in KEPT_IN_NAMES)
        file_name = (name or text("scenario.title", lang)) + SUFFIX
        hand_over(file_name, scenario_bytes(desk.present), media_type=JSON)
    if desk.word is not None:
        note(text("scenario.in_address", lang, n=figure(len(desk.word))))
    elif not desk.present.changes_nothing:
        limits = {"edits": MOST_ADDRESSED, "n": figure(LONGEST_WORD)}
        note(text("scenario.not_in_address", lang, **limits), tone="caution")
    _show_opening(desk, lang)


def _show_opening(desk: ScenarioDesk, lang: str) -> None:
    upload = st.file_uploader(
        text("scenario.open", lang),
        type=["json"],
        key=widget_key(SessionKey.SCENARIO_OPEN, str(desk.opened)),
        max_upload_size=math.ceil(MOST_BYTES / MEBIBYTE),
    )
    if upload is None:
        return
    desk.opened += 1  # an uploader of a new name is an empty one
    try:
        desk.keep(read_scenario(upload.getvalue(), name=upload.name, limits=cache.limits()))
    except AtlasError as error:
        desk.refusal = error
    st.rerun()


def show_other_inventory(desk: ScenarioDesk, inventory: Inventory, lang: str) -> None:
    """Say which inventory a scenario needs, and let the planner decide; nothing is worked out before."""
    given = desk.named(inventory)
    try:
        require_inventory(desk.present, given)
    except AtlasError as error:
        note(error.message(lang), tone="caution")
    note(text("scenario.other_what_next", lang, n=figure(len(desk.present.edits))))
    with st.container(key="atlas-scenario-other", horizontal=True, gap="small"):
        st.button(
            text("scenario.use_anyway", lang),
            key=SessionKey.SCENARIO_ANYWAY,
            on_click=lambda: desk.keep(replace(desk.present, inventory=given)),
        )
        st.button(text("scenario.clear", lang), key=SessionKey.SCENARIO_CLEAR, on_click=desk.clear)
