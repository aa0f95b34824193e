"""Beside the map: the drawn areas and the zones in one table, and what can be done with the area in hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.definition import AreaBasis
from spatial.drawn_areas.areas import MOST_NAME_CHARACTERS
from spatial.drawn_areas.count import outside_shares
from spatial.drawn_areas.shapes import CIRCLE_CORNERS, LEAST_RADIUS_M, MOST_RADIUS_M, ShapeKind
from spatial.importing.model import Subject
from spatial.text import catalogue, text
from views.definition_fields import choice_word
from views.definition_line import show_definition_line
from views.drawn_file import show_drawn_file
from views.figures import figure, percent
from views.messages import note, show_error
from views.remarks import remark, remark_list
from views.session import SessionKey, change_view, widget_key
from views.session_frames import session_inventory
from views.verdict_rows import district_rows, rows_of
from views.verdict_table import verdict_table

if TYPE_CHECKING:
    from spatial.check import CheckResult
    from spatial.drawn_areas.areas import DrawnArea
    from spatial.notice import Notice
    from views.drawn_session import DrawnWork
    from views.evaluation import Evaluation
    from views.pack_frames import PackFrames
    from views.state import ViewState
    from views.verdict_rows import VerdictRow

__all__ = ["show_drawn_panel"]

TELLING_SHARE: Final = 0.005


def show_drawn_panel(
    frames: PackFrames,
    view: ViewState,
    evaluation: Evaluation,
    work: DrawnWork,
    result: CheckResult | None,
    rows: list[VerdictRow],
) -> None:
    """Show the panel."""
    lang = view.lang
    if work.refusal is not None:
        show_error(work.refusal, lang)
        work.refusal = None
    if work.told is not None:
        note(work.told.message(lang), role="status")
        work.told = None
    _show_steps(view, work, result)
    if work.in_hand is not None:
        _show_in_hand(work, work.in_hand, lang)
    if result is None:
        note(text("drawn.empty", lang))
    else:
        _show_basis(view)
        _show_outside(frames, work, lang)
    compared = [*rows, *district_rows(evaluation, lang), *rows_of(evaluation.zones, evaluation, lang)]
    chosen = view.zone if work.in_hand is None else work.in_hand.area_id
    st.html(verdict_table(compared, lang, caption=text("drawn.caption", lang), chosen=chosen))
    inventory = session_inventory(view.pack, Subject.BASE_STATIONS)
    show_definition_line(view.definition, inventory, lang)
    if result is not None:
        note(text("drawn.meaning", lang), tone="caution")
        names = {each.area_id: each.name for each in work.areas}
        said = [remark(_of_drawn(notice), names, lang) for notice in result.notices]
        st.html(remark_list([*dict.fromkeys(said)]))


def _of_drawn(notice: Notice) -> Notice:
    """Return a remark on zones in the words that hold for what was drawn, where there are such words."""
    key = notice.key.replace("verdict.", "drawn.", 1)
    return replace(notice, key=key) if key in catalogue() else notice


def _show_steps(view: ViewState, work: DrawnWork, result: CheckResult | None) -> None:
    """Show the steps back and again, the way out as a file and the way back."""
    lang, history = view.lang, work.history
    with st.container(key="atlas-drawn-steps", horizontal=True, vertical_alignment="bottom", gap="small"):
        for key, word, open_steps in (
            (SessionKey.DRAWN_UNDO, "undo", history.past),
            (SessionKey.DRAWN_REDO, "redo", history.future),
        ):
            st.button(
                text(f"drawn.{word}", lang),
                key=key,
                disabled=not open_steps,
                on_click=work.walk,
                kwargs={"back": word == "undo"},
            )
        show_drawn_file(view, work, result)


def _show_in_hand(work: DrawnWork, area: DrawnArea, lang: str) -> None:
    """Show the area in hand: which one, its name, its radius, and the way to remove it."""
    names = {each.area_id: each.name for each in work.areas}
    with st.container(key="atlas-drawn-in-hand", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.session_state[SessionKey.DRAWN_CHOICE] = area.area_id
        st.selectbox(
            text("drawn.choose", lang),
            list(names),
            format_func=lambda area_id: names.get(area_id, area_id),
            key=SessionKey.DRAWN_CHOICE,
            on_change=_choose,
            args=(work,),
            filter_mode=None,
            width=170,
        )
        key = widget_key(SessionKey.DRAWN_NAME, area.area_id)
        st.session_state[key] = area.name
        st.text_input(
            text("drawn.name", lang),
            key=key,
            max_chars=MOST_NAME_CHARACTERS,
            on_change=_rename,
            args=(work, area.area_id, key),
            width=190,
        )
        if area.shape.kind == ShapeKind.CIRCLE:
            _show_radius(work, area, lang)
        st.button(
            text("drawn.remove", lang),
            key=SessionKey.DRAWN_REMOVE,
            on_click=_remove,
            args=(work, area.area_id),
        )
    note(_facts(area, lang))


def _show_radius(work: DrawnWork, area: DrawnArea, lang: str) -> None:
    key = widget_key(SessionKey.DRAWN_RADIUS, area.area_id)
    st.session_state[key] = float(area.shape.radius_m or 0.0)
    st.number_input(
        text("drawn.radius_m", lang),
        min_value=LEAST_RADIUS_M,
        max_value=MOST_RADIUS_M,
        step=10.0,
        format="%.1f",
        key=key,
        on_change=_change_radius,
        args=(work, area.area_id, key),
        width=130,
    )


def _facts(area: DrawnArea, lang: str) -> str:
    shape = area.shape
    measured = {
        "area": figure(shape.area_km2, 3),
        "perimeter": figure(shape.perimeter_km, 2),
        "name": area.name,
    }
    if shape.kind == ShapeKind.CIRCLE:
        error = figure(shape.outline_error_m, 2)
        radius = figure(shape.radius_m, 1)
        return text(
            "drawn.facts_circle", lang, **measured, radius=radius, corners=CIRCLE_CORNERS, error=error
        )
    return text("drawn.facts", lang, **measured, corners=len(shape.outline.exterior.coords) - 1)


def _show_basis(view: ViewState) -> None:
    """Say where the definition divides by an area that no drawn area has, and offer the way on."""
    definition, lang = view.definition, view.lang
    if definition.area_basis == AreaBasis.GEOMETRY:
        return
    basis = choice_word(definition.area_basis, lang)
    note(text("drawn.no_such_area_basis", lang, basis=basis), tone="caution")
    if st.button(text("drawn.use_outline_area", lang), key=SessionKey.DRAWN_BASIS):
        change_view(definition=replace(definition, area_basis=AreaBasis.GEOMETRY))
        st.rerun()


def _show_outside(frames: PackFrames, work: DrawnWork, lang: str) -> None:
    """Say which areas lie outside the district, wholly or in part."""
    shares = outside_shares(work.areas, frames.layers["district"])
    partly, wholly = [], []
    for each in work.areas:
        share = shares[each.area_id]
        if share > 1.0 - TELLING_SHARE:
            wholly.append(each.name)
        elif share > TELLING_SHARE:
            partly.append(text("drawn.outside_share", lang, name=each.name, share=percent(share)))
    for key, areas in (("drawn.outside_all", wholly), ("drawn.outside_part", partly)):
        if areas:
            note(text(key, lang, areas=text("app.list_separator", lang).join(areas)), tone="caution")


def _choose(work: DrawnWork) -> None:
    work.chosen = st.session_state[SessionKey.DRAWN_CHOICE]


def _rename(work: DrawnWork, area_id: str, key: str) -> None:
    name = st.session_state[key]
    work.try_step(lambda: work.history.present.renamed(area_id, name))


def _change_radius(work: DrawnWork, area_id: str, key: str) -> None:
    work.with_radius(area_id, float(st.session_state[key]))


def _remove(work: DrawnWork, area_id: str) -> None:
    work.try_step(lambda: work.history.present.removed(area_id))
    work.chosen = work.areas[-1].area_id if work.areas else None
