"""总览: the map and, beside it, the verdicts; everything that a planner asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.atlas_map import build_atlas
from spatial.errors import AtlasError
from spatial.importing.model import Subject
from spatial.text import text
from views.definition_fields import variations, year_ends
from views.definition_panel import show_definition_panel
from views.density_chart import density_chart
from views.flips import Variation, flip_sentence, flip_table
from views.html_table import fragment
from views.inventory_panel import show_inventory_panel
from views.layers_panel import show_layers_panel, tianditu_key
from views.map_frame import show_atlas
from views.messages import note, reporting, show
from views.own_layers import own_on_offer
from views.pack_choice import show_pack_choice
from views.placing import NO_SPOT, SPOT, current_placing, give_position, show_placing, stop_placing
from views.plan_tables import finding_note, finding_sentence
from views.remarks import inventory_remarks, remark_list, remarks
from views.scene import map_scene
from views.selection import pick, show_search, show_selection, show_zone_choice
from views.session import current_view, current_workspace
from views.session_evaluation import session_evaluation
from views.session_frames import session_frames, session_inventory, session_notices
from views.verdict_rows import district_rows, rows_of
from views.verdict_table import verdict_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.definition import Definition
    from views.evaluation import Evaluation
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["show_overview"]

LEAST_MAP_HEIGHT: Final = 420


def show_overview() -> None:
    """Show the page."""
    view = current_view()
    with reporting(view.lang):
        frames = session_frames(view.pack)
        if "district" not in frames.layers:
            note(text("app.overview.no_geometry", view.lang), tone="caution")
            show_pack_choice(view.lang)
            return
        for notice in session_notices(view.pack):
            note(notice.message(view.lang), tone="caution")
        _show_tools(frames, view)
        evaluation = session_evaluation(view, view.definition)
        show_rest = None
        with st.container(key="atlas-main"):
            map_side, verdict_side = st.columns([56, 44], gap="small")
            with map_side, reporting(view.lang):
                _show_map(frames, view, evaluation)
            with verdict_side, st.container(key="atlas-verdict"), reporting(view.lang):
                show_rest = _show_verdicts(frames, view, evaluation)
        with reporting(view.lang):
            others = _others(view)
            st.html(flip_table(evaluation, others, view.lang))
        if show_rest is not None:
            show_rest()


def _show_tools(frames: PackFrames, view: ViewState) -> None:
    with st.container(key="atlas-tools", horizontal=True, vertical_alignment="bottom", gap="small"):
        show_search(frames, view)
        show_zone_choice(frames, view)
        with st.popover(text("app.layers.title", view.lang)):
            show_layers_panel(view, own_on_offer(current_workspace()))
        with st.popover(text("app.definition.title", view.lang)):
            inventory = session_inventory(view.pack, Subject.BASE_STATIONS)
            show_definition_panel(view, year_ends(inventory.points if inventory else None))
        # A panel of another name is a closed one: the map must be free for the click that it asks for.
        asked = current_placing(frames, view.lang) is not None
        with st.popover(text("app.inventory.title", view.lang), key=f"own-data-{asked}"):
            show_inventory_panel(view)
            st.html(fragment("<h3>{words}</h3>", words=text("app.placing.title", view.lang)))
            show_placing(frames, view)


def _show_map(frames: PackFrames, view: ViewState, evaluation: Evaluation) -> None:
    scene = map_scene(
        frames,
        view,
        evaluation,
        stations=session_inventory(view.pack, Subject.BASE_STATIONS),
        poles=session_inventory(view.pack, Subject.LAMP_POLES),
        own=current_workspace(),
        placing=current_placing(frames, view.lang),
        tianditu_key=tianditu_key(),
    )
    click = show_atlas(build_atlas(scene, lang=view.lang), height=LEAST_MAP_HEIGHT, key="atlas")
    if click is None:
        return
    if click.kind == SPOT:
        give_position(click, view)
    if click.kind == NO_SPOT:
        stop_placing()
        st.rerun()
    pick(click, frames)


def _show_verdicts(frames: PackFrames, view: ViewState, evaluation: Evaluation) -> Callable[[], None] | None:
    """Show the verdicts and the selection; return what shows the part of it that takes a second."""
    lang = view.lang
    rows = [*district_rows(evaluation, lang), *rows_of(evaluation.zones, evaluation, lang)]
    st.html(verdict_table(rows, lang, caption=text("app.verdict.caption", lang), chosen=view.zone))
    st.html(
        fragment(
            '<p class="definition-line"><strong>{head}</strong> {words}</p>',
            head=text("app.definition.in_use", lang),
            words=_definition_words(view.definition, lang),
        )
    )
    for words in inventory_remarks(evaluation, lang):
        note(words)
    selected = view.zone is not None or view.place is not None
    _show_findings(frames, lang, folded=selected)
    show_rest = None
    if selected:
        show_rest = show_selection(frames, view, evaluation, _others(view))
    show(density_chart(rows, lang))
    note(flip_sentence(evaluation, _others(view), lang))
    if evaluation.zones is not None:
        note(_what_it_rests_on(evaluation, lang), tone="caution" if evaluation.synthetic else "plain")
        st.html(remark_list(remarks(evaluation, lang)))
    if not selected:
        note(text("app.zone.hint", lang))
    return show_rest


def _definition_words(definition: Definition, lang: str) -> str:
    words = definition.label(lang)
    if definition.as_of is not None:
        return words
    return f"{words} · {text('app.definition.any_date', lang)}"


def _what_it_rests_on(evaluation: Evaluation, lang: str) -> str:
    if evaluation.district is not None:
        return text("app.verdict.own", lang)
    answered = any(row.judged for row in district_rows(evaluation, lang))
    return text("app.verdict.synthetic" if answered else "app.verdict.synthetic_alone", lang)


def _show_findings(frames: PackFrames, lang: str, *, folded: bool) -> None:
    """Show under the district's figure what the texts themselves leave open about it."""
    plan, target, published = frames.pack.plan, frames.pack.target, frames.published
    if target is None or target.indicator_id is None:
        return
    about_count = plan.findings_touching(published.context_id) if published else ()
    about_both = [each for each in about_count if target.indicator_id in each.touches]
    open_ones = [] if folded else about_both[:1]
    for finding in open_ones:
        note(finding_sentence(finding, lang), tone="caution")
    show(finding_note(plan, target.indicator_id, lang=lang, besides=open_ones))


def _others(view: ViewState) -> list[Variation]:
    found = []
    for field, definition in variations(view.definition):
        try:
            outcome: Evaluation | AtlasError = session_evaluation(view, definition)
        except AtlasError as error:
            outcome = error
        found.append(Variation(field=field, definition=definition, outcome=outcome))
    return found
