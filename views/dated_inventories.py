"""Inventories of other dates beside the present one: read, dated, held for the session."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.errors import AtlasError, UndecidedError, UsageError
from spatial.evaluation_tables.reported import last_day, past_date
from spatial.importing.build.inventory import inventory_of
from spatial.importing.isolation.run import run_examination
from spatial.importing.model import ImportSettings, Subject
from spatial.text import text
from views import cache
from views.evaluation import survey_stations
from views.import_choices import system_word
from views.messages import note, show_error
from views.session import SessionKey, remembered_columns, widget_key
from views.session_frames import session_frames

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from spatial.importing.model import Examination, ImportResult
    from spatial.inventory import Inventory
    from views.evaluation import StationSurvey
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["DatedInventory", "dated_inventories", "past_day", "show_adding", "show_held", "survey_of"]

SUFFIXES: Final = ("csv", "xlsx", "geojson", "json", "gpkg", "kml", "kmz", "zip")
SYSTEMS: Final = ("", "wgs84", "cgcs2000", "gcj02", "bd09")
MOST_HELD: Final = 10
MEBIBYTE: Final = 1024 * 1024


@dataclass
class DatedInventory:
    """One inventory, the day that it is of, and where its stations lie in the zones of a pack."""

    day: date
    inventory: Inventory
    same_register: bool
    surveys: dict[str, tuple[PackFrames, StationSurvey]] = field(default_factory=dict)


def dated_inventories() -> list[DatedInventory]:
    """Return those that this session holds beside the present one."""
    return st.session_state.setdefault(SessionKey.DATED_INVENTORIES, [])


def survey_of(dated: DatedInventory, pack: str) -> StationSurvey:
    """Return where the stations lie, found once for the outlines of now."""
    frames = session_frames(pack)
    held = dated.surveys.get(pack)
    if held is None or held[0] is not frames:
        held = frames, survey_stations(frames, brought=dated.inventory)
        dated.surveys[pack] = held
    return held[1]


def past_day(typed: str) -> date:
    """Return the last day of a date that was typed; errors as for `past_date`."""
    return last_day(past_date(typed, today=datetime.now(tz=UTC).date()))


def show_adding(view: ViewState) -> None:
    """Ask for a file, its date and whether it is of the same register."""
    lang = view.lang
    with st.popover(text("evaluation.trend_add", lang)):
        note(text("evaluation.trend_add_lead", lang))
        with st.form(_key("form"), border=False):
            upload = st.file_uploader(
                text("evaluation.trend_file", lang),
                type=list(SUFFIXES),
                key=_key("upload"),
                max_upload_size=max(cache.limits().upload_bytes // MEBIBYTE, 1),
            )
            typed = st.text_input(
                text("evaluation.trend_day", lang),
                placeholder=text("evaluation.date_hint", lang),
                max_chars=10,
                key=_key("day"),
            )
            system = st.selectbox(
                text("evaluation.trend_crs", lang),
                SYSTEMS,
                format_func=lambda each: (
                    system_word(each, lang) if each else text("evaluation.trend_crs_found", lang)
                ),
                key=_key("system"),
                filter_mode=None,
            )
            same = st.checkbox(text("evaluation.trend_same_register", lang), key=_key("same"))
            pressed = st.form_submit_button(text("evaluation.trend_put", lang), key=_key("put"))
        if pressed:
            _add(upload, typed, system, same=same, view=view)


def _add(upload: UploadedFile | None, typed: str, system: str, *, same: bool, view: ViewState) -> None:
    held = dated_inventories()
    try:
        if upload is None:
            raise UsageError("evaluation.trend_no_file")
        if len(held) >= MOST_HELD:
            raise UsageError("evaluation.trend_too_many", n=MOST_HELD)
        day = past_day(typed)
        if any(each.day == day for each in held):
            raise UsageError("evaluation.day_twice", date=day.isoformat())
        with st.spinner(text("app.import.starting", view.lang)):
            result = _read(upload.getvalue(), upload.name, system or None, view)
    except AtlasError as error:
        show_error(error, view.lang)
        return
    held.append(DatedInventory(day=day, inventory=inventory_of(result), same_register=same))
    st.rerun()


def _read(data: bytes, name: str, system: str | None, view: ViewState) -> ImportResult:
    """Return the stations of a file; nothing is asked here, what is open is refused in words."""
    settings = ImportSettings(subject=Subject.BASE_STATIONS, pack=view.pack, crs=system)
    found = _examine(data, name, settings, view.lang)
    recalled = dict(remembered_columns(Subject.BASE_STATIONS, found.headers))
    if recalled:
        found = _examine(data, name, replace(settings, columns=recalled), view.lang)
    if found.questions or found.result is None:
        why = " ".join(each.why.message(view.lang) for each in found.questions)
        raise UsageError("evaluation.trend_undecided", name=name, why=why)
    if not len(found.result.frame):
        raise UsageError("evaluation.trend_nothing", name=name, n=found.result.n_in)
    return found.result


def _examine(data: bytes, name: str, settings: ImportSettings, lang: str) -> Examination:
    try:
        return run_examination(data, name=name, settings=settings, limits=cache.limits()).examination
    except UndecidedError as error:
        why = " ".join(each.why.message(lang) for each in error.questions)
        raise UsageError("evaluation.trend_undecided", name=name, why=why) from error


def show_held(lang: str) -> None:
    """Show every inventory that is held, how much of it is used, and the way to let go of it."""
    for at, each in enumerate(dated_inventories()):
        words = text(
            "evaluation.trend_rows",
            lang,
            name=each.inventory.name,
            date=each.day.isoformat(),
            used=each.inventory.n_used,
            left=each.inventory.n_reported,
        )
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            note(words)
            st.button(
                text("evaluation.trend_remove", lang), key=_key(f"remove_{at}"), on_click=_remove, args=(at,)
            )


def _remove(at: int) -> None:
    del dated_inventories()[at]


def _key(member: str) -> str:
    return widget_key(SessionKey.EVALUATION, f"trend_{member}")
