"""Stations year by year, and the rate that the target takes: where the inventory is dated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from spatial.errors import AtlasError
from spatial.evaluation_tables.trend import stations_by_year, trend_of
from spatial.evaluation_tables.words import standing_word
from spatial.text import text
from views.figures import figure
from views.html_table import Cell, Column, Markup, fragment, render_table
from views.messages import note
from views.session import SessionKey, put_back, widget_key
from views.session_evaluation import session_survey
from views.session_frames import session_frames
from views.verdict_table import BADGED_BASES, badge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.evaluation_tables.trend import Observation
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["show_station_trend"]

TOGGLE = widget_key(SessionKey.EVALUATION, "trend")


def show_station_trend(view: ViewState) -> None:
    """Show the counts of each zone by the dates of the inventory, where they are asked for."""
    lang = view.lang
    frames = session_frames(view.pack)
    if not frames.layers:
        return
    put_back(TOGGLE, usual=False)
    if not st.toggle(text("evaluation.trend_title", lang), key=TOGGLE):
        return
    stations, target = session_survey(view), frames.pack.target
    if stations.inventory is None:
        return
    found: dict[str, tuple[Observation, ...]] = {}
    try:
        for layer in stations.layers.values():
            found |= stations_by_year(
                layer, definition=view.definition, target=target, source=stations.inventory.name
            )
    except AtlasError as refusal:
        note(text("evaluation.no_trend", lang, reason=refusal.message(lang)), tone="caution")
        return
    st.html(_table(frames, found, lang))
    year = None if target is None else target.year
    due = text("evaluation.trend_no_year", lang)
    if year is not None:
        due = text("evaluation.trend_due", lang, year=year)
    note(
        text(
            "evaluation.trend_note",
            lang,
            definition=view.definition.label(lang),
            target=figure(None if target is None else target.value_per_km2),
            due=due,
        )
    )
    if stations.inventory.synthetic:
        note(text("verdict.synthetic", lang), tone="caution")


def _table(frames: PackFrames, found: Mapping[str, tuple[Observation, ...]], lang: str) -> Markup:
    """Return a row for each zone: its counts, the rate so far, the rate needed, and where it stands."""
    target = frames.pack.target
    days = sorted({each.day for observed in found.values() for each in observed})
    columns = [
        Column(head=text("evaluation.trend_zone", lang)),
        *(Column(head=str(day.year), numeric=True) for day in days),
        Column(head=text("evaluation.trend_so_far", lang), numeric=True),
        Column(head=text("evaluation.trend_needed", lang), numeric=True),
        Column(head=text("evaluation.trend_standing", lang)),
    ]
    bases = {
        str(zone_id): basis
        for layer in frames.layers.values()
        for zone_id, basis in zip(layer["zone_id"], layer["geometry_basis"], strict=True)
    }
    rows: list[list[Cell | Markup | str]] = []
    for zone_id, observed in found.items():
        trend = trend_of(observed, target_year=None if target is None else target.year)
        counts = {each.day: each.count for each in observed}
        basis = bases.get(zone_id, "")
        rows.append(
            [
                fragment(
                    "{name} {badge}",
                    name=frames.names[lang].get(zone_id, zone_id),
                    badge=badge(basis, lang) if basis in BADGED_BASES else Markup(""),
                ),
                *(figure(counts.get(day)) for day in days),
                figure(trend.yearly_rate_so_far, 1),
                figure(trend.yearly_rate_needed, 1),
                standing_word(trend.standing, lang),
            ]
        )
    return render_table(columns, rows, caption=text("evaluation.trend_title", lang))
