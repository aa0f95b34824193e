"""基站逐年: stations at several dates, and the rate that the target takes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.errors import AtlasError
from spatial.evaluation_tables.trend import Origin, stations_by_year, stations_on, zone_trends
from spatial.evaluation_tables.trend_files import trend_csv, trend_workbook
from spatial.text import text
from views.dated_inventories import dated_inventories, past_day, show_adding, show_held, survey_of
from views.figures import figure
from views.hand_over import hand_over
from views.html_table import fragment
from views.messages import note, show_error
from views.session import SessionKey, put_back, widget_key
from views.session_evaluation import session_survey
from views.session_frames import session_frames
from views.trend_rows import trend_table, zone_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.evaluation_tables.trend import Observation, ZoneTrend
    from spatial.inventory import Inventory
    from views.evaluation import StationSurvey
    from views.state import ViewState

__all__ = ["PRESENT_DAY", "show_station_trend"]

PRESENT_DAY: Final = widget_key(SessionKey.EVALUATION, "trend_present_day")
MEDIA: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def show_station_trend(view: ViewState) -> None:
    """Show the counts of each zone: by inventories of several dates, and by the dates of the present one."""
    lang, frames = view.lang, session_frames(view.pack)
    if not frames.layers:
        note(text("evaluation.nothing_here", lang))
        return
    stations = session_survey(view)
    tables: list[Mapping[str, ZoneTrend]] = []
    remarks = [text("evaluation.trend_lead", lang)]
    st.html(fragment('<p class="lead">{words}</p>', words=text("evaluation.trend_page_lead", lang)))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        day = _present_day(stations, lang)
        show_adding(view)
    show_held(lang)
    for origin in (Origin.FILE, Origin.ROWS):
        try:
            counted = _by_files(stations, day, view) if origin == Origin.FILE else _by_rows(stations, view)
        except AtlasError as refusal:
            note(text("evaluation.no_trend", lang, reason=refusal.message(lang)), tone="caution")
            continue
        if not counted:
            continue
        target = frames.pack.target
        found = zone_trends(
            counted,
            target_year=None if target is None else target.year,
            today=datetime.now(tz=UTC).date(),
            zone_ids=[str(each) for name in stations.layers for each in frames.layers[name]["zone_id"]],
        )
        tables.append(found)
        st.html(trend_table(frames, found, origin=origin, lang=lang))
        words = _note(origin, view)
        note(words)
        remarks.append(words)
        if any(one.synthetic for each in found.values() for one in each.observations):
            note(text("verdict.synthetic", lang), tone="caution")
            remarks.append(text("verdict.synthetic", lang))
    if tables:
        _show_saving(tables, remarks, view)


def _present_day(stations: StationSurvey, lang: str) -> date | None:
    """Ask for the date of the present inventory, where others stand beside it."""
    if not dated_inventories():
        return None
    if not stations.brought or stations.inventory is None:
        note(text("evaluation.trend_example", lang), tone="caution")
        return None
    put_back(PRESENT_DAY, "")
    typed = st.text_input(
        text("evaluation.trend_present_day", lang),
        placeholder=text("evaluation.date_hint", lang),
        max_chars=10,
        key=PRESENT_DAY,
        width=320,
    )
    if not typed.strip():
        note(text("evaluation.trend_present_missing", lang, name=stations.inventory.name), tone="caution")
        return None
    try:
        return past_day(typed)
    except AtlasError as error:
        show_error(error, lang)
        return None


def _by_files(
    stations: StationSurvey, day: date | None, view: ViewState
) -> list[dict[str, tuple[Observation, ...]]]:
    """Count each inventory as a whole: those that were added, and the present one where it is dated."""
    register = text("evaluation.trend_present_register", view.lang)
    counted = []
    for each in dated_inventories():
        mine = register if each.same_register else ""
        counted += _whole(survey_of(each, view.pack), each.inventory, each.day, mine, view)
    if day is not None and stations.inventory is not None:
        counted += _whole(stations, stations.inventory, day, register, view)
    return counted


def _whole(
    stations: StationSurvey, inventory: Inventory, day: date, register: str, view: ViewState
) -> list[dict[str, tuple[Observation, ...]]]:
    return [
        stations_on(
            layer,
            day=day,
            definition=view.definition,
            target=session_frames(view.pack).pack.target,
            source=inventory.name,
            register=register,
            synthetic=inventory.synthetic,
        )
        for layer in stations.layers.values()
    ]


def _by_rows(stations: StationSurvey, view: ViewState) -> list[dict[str, tuple[Observation, ...]]]:
    inventory = stations.inventory
    if inventory is None:
        return []
    return [
        stations_by_year(
            layer,
            definition=view.definition,
            target=session_frames(view.pack).pack.target,
            source=inventory.name,
            synthetic=inventory.synthetic,
        )
        for layer in stations.layers.values()
    ]


def _note(origin: Origin, view: ViewState) -> str:
    """Return how the counts were made, and when the target is due."""
    target = session_frames(view.pack).pack.target
    due = text("evaluation.trend_no_year", view.lang)
    if target is not None and target.year is not None:
        due = text("evaluation.trend_due", view.lang, year=target.year)
    return text(
        "evaluation.trend_note" if origin == Origin.ROWS else "evaluation.trend_files_note",
        view.lang,
        definition=view.definition.label(view.lang),
        target=figure(None if target is None else target.value_per_km2),
        due=due,
    )


def _show_saving(tables: list[Mapping[str, ZoneTrend]], remarks: list[str], view: ViewState) -> None:
    lang = view.lang
    facts = zone_facts(session_frames(view.pack), lang)
    with st.container(horizontal=True, gap="small"):
        for kind, media_type in MEDIA.items():
            key = widget_key(SessionKey.EVALUATION, f"trend_save_{kind}")
            if st.button(text(f"evaluation.trend_save_{kind}", lang), key=key):
                told = [*remarks, text("app.disclaimer", lang)]
                data = (
                    trend_csv(tables, facts, lang)
                    if kind == "csv"
                    else trend_workbook(tables, facts, lang, remarks=told)
                )
                name = text("evaluation.trend_file_name", lang)
                hand_over(f"{name}.{kind}", data, media_type=media_type)
