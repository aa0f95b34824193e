"""Drawn areas taken away as a file and brought back from one."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.drawn_areas.brought_back import MOST_BYTES
from spatial.drawn_areas.hand_over import drawn_geojson
from spatial.importing.model import Subject
from spatial.text import text
from views.hand_over import hand_over
from views.messages import note
from views.session import SessionKey, widget_key
from views.session_frames import session_inventory

if TYPE_CHECKING:
    from spatial.check import CheckResult
    from views.drawn_session import DrawnWork
    from views.state import ViewState

__all__ = ["show_drawn_file"]

GEOJSON: Final = "application/geo+json"
MEBIBYTE: Final = 1024 * 1024


def show_drawn_file(view: ViewState, work: DrawnWork, result: CheckResult | None) -> None:
    """Show the way out as a file, and the way back."""
    lang = view.lang
    if st.button(text("drawn.save", lang), key=SessionKey.DRAWN_SAVE, disabled=result is None) and result:
        now = dt.datetime.now(dt.UTC)
        inventory = session_inventory(view.pack, Subject.BASE_STATIONS)
        data = drawn_geojson(
            work.areas, result, made_at=now, inventory="" if inventory is None else inventory.name
        )
        hand_over(text("drawn.file_name", lang, date=f"{now:%Y%m%d}"), data, media_type=GEOJSON)
    with st.popover(text("drawn.bring_back", lang)):
        key = widget_key(SessionKey.DRAWN_OPEN, str(work.opened))
        st.file_uploader(
            text("drawn.open", lang),
            type=["geojson", "json"],
            key=key,
            max_upload_size=math.ceil(MOST_BYTES / MEBIBYTE),
            on_change=_bring_back,
            args=(work, key),
        )
        note(text("drawn.kept", lang))


def _bring_back(work: DrawnWork, key: str) -> None:
    upload = st.session_state[key]
    if upload is not None:
        work.bring_back(upload.getvalue(), name=upload.name)
        work.opened += 1  # an uploader of a new name is an empty one
