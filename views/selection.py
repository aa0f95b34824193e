"""Choosing a zone or a place, on the map or by name, and what is known of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from spatial.text import text
from views.citation import localised
from views.flips import rows_by_zone, zone_under_definitions
from views.messages import note, reporting, show
from views.place_search import search_entries
from views.probability import probability_facts, probability_pending
from views.session import SessionKey, change_view, current_view
from views.session_evaluation import session_probability
from views.verdict_rows import rows_of
from views.verdict_table import verdict_table
from views.zone_sheet import (
    geometry_facts,
    members_sheet,
    mentions_sheet,
    people_facts,
    place_sheet,
    zone_targets,
    zones_of_place,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from views.evaluation import Evaluation
    from views.flips import Variation
    from views.map_frame import MapClick
    from views.pack_frames import PackFrames
    from views.state import ViewState
    from views.verdict_rows import VerdictRow

__all__ = ["pick", "show_search", "show_selection", "show_zone_choice"]


def show_search(frames: PackFrames, view: ViewState) -> None:
    """Show the search by part of a name; a choice highlights the place."""
    entries = search_entries(frames.pack.plan, view.lang)
    position = next((i for i, entry in enumerate(entries) if entry.place_id == view.place), None)
    chosen = st.session_state.get(SessionKey.SEARCH)
    if chosen is None or entries[chosen].place_id != view.place:
        st.session_state[SessionKey.SEARCH] = position
    st.selectbox(
        text("app.search.title", view.lang),
        range(len(entries)),
        index=None,
        format_func=lambda number: entries[number].label,
        placeholder=text("app.search.placeholder", view.lang),
        key=SessionKey.SEARCH,
        on_change=_found,
        args=(tuple(entry.place_id for entry in entries), frozenset(frames.names["zh"])),
        filter_mode="contains",
        label_visibility="collapsed",
        width=300,
    )


def show_zone_choice(frames: PackFrames, view: ViewState) -> None:
    """Show the list of district, zones and parts: the keyboard's way to a click on the map."""
    names = frames.names[view.lang]
    st.session_state[SessionKey.ZONE] = view.zone if view.zone in names else None
    st.selectbox(
        text("app.zone.title", view.lang),
        list(names),
        index=None,
        format_func=lambda zone_id: names[zone_id],
        placeholder=text("app.zone.placeholder", view.lang),
        key=SessionKey.ZONE,
        on_change=_zone_chosen,
        filter_mode=None,
        label_visibility="collapsed",
        width=220,
    )


def pick(click: MapClick, frames: PackFrames) -> None:
    """Select what was clicked: a place, a zone, and with a second click the part of that zone."""
    if click.kind == "place":
        change_view(place=click.id)
    else:
        again = click.id == current_view().zone and click.part_id in frames.names["zh"]
        change_view(zone=click.part_id if again else click.id)
    st.rerun()


def show_selection(
    frames: PackFrames, view: ViewState, evaluation: Evaluation, others: Sequence[Variation]
) -> Callable[[], None]:
    """Show what is known of the selected place and the selected zone.

    Returns
    -------
    callable
        Shows in its place what takes a second to draw; call it when the rest of the page stands.
    """
    plan, lang = frames.pack.plan, view.lang
    if view.place is not None and view.place != view.zone:
        _show_place(frames, view.place, lang)
    if view.zone is None:
        return _nothing_more
    if view.zone not in frames.names[lang]:
        note(text("app.zone.unknown", lang, name=view.zone), tone="caution")
        return _nothing_more
    zone = plan.place(view.zone)
    show(place_sheet(plan, zone, lang))
    _show_part_figures(frames, view.zone, evaluation, lang)
    row = rows_by_zone(evaluation, lang).get(view.zone)
    place = st.empty()
    if row is not None:
        place.html(probability_pending(lang))
    st.html(zone_under_definitions(view.zone, evaluation, others, lang))
    show(zone_targets(plan, view.zone, lang))
    record = _zone_record(frames, view.zone)
    show(people_facts(record, row, lang))
    show(geometry_facts(record, lang))
    show(members_sheet(plan, zone, lang))
    show(mentions_sheet(plan, zone, lang))
    return _nothing_more if row is None else partial(_show_probability, place, row, view)


def _nothing_more() -> None:
    """Show nothing: all of the page stands."""


def _show_probability(place: DeltaGenerator, row: VerdictRow, view: ViewState) -> None:
    with place.container(), reporting(view.lang):
        show(probability_facts(row, session_probability(view, view.definition, row.zone_id), view.lang))


def _show_place(frames: PackFrames, place_id: str, lang: str) -> None:
    """Show a place that is no zone; one whose position nobody knows says so."""
    plan = frames.pack.plan
    place = next((each for each in plan.places if each.place_id == place_id), None)
    if place is None:
        note(text("app.search.unknown", lang, name=place_id), tone="caution")
        return
    if not frames.is_located(place_id):
        note(text("app.search.unlocated", lang, name=localised(place, "name", lang)), tone="caution")
    show(place_sheet(plan, place, lang))
    show(zones_of_place(plan, place, frames.names[lang], lang))
    show(mentions_sheet(plan, place, lang))


def _show_part_figures(frames: PackFrames, zone_id: str, evaluation: Evaluation, lang: str) -> None:
    """Show the verdicts of a part, or of a zone's parts; the zones' own stand in the table above."""
    children = {place.place_id for place in frames.pack.plan.places if place.parent_id == zone_id}
    rows = [
        row
        for row in rows_of(evaluation.parts, evaluation, lang)
        if row.zone_id == zone_id or row.zone_id in children
    ]
    if rows:
        alone = text("app.zone.own_figures", lang, zone=rows[0].name)
        caption = alone if rows[0].zone_id == zone_id else text("app.zone.figures", lang)
        st.html(verdict_table(rows, lang, caption=caption, chosen=zone_id))


def _found(place_ids: tuple[str, ...], zones: frozenset[str]) -> None:
    number = st.session_state[SessionKey.SEARCH]
    place_id = None if number is None else place_ids[number]
    if place_id in zones:
        change_view(place=place_id, zone=place_id)
    else:
        change_view(place=place_id)


def _zone_chosen() -> None:
    change_view(zone=st.session_state[SessionKey.ZONE])


def _zone_record(frames: PackFrames, zone_id: str) -> dict[str, object]:
    for frame in frames.layers.values():
        found = frame[frame["zone_id"] == zone_id]
        if len(found):
            return found.iloc[0].to_dict()
    raise KeyError(zone_id)
