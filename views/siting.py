"""选址: from the gap of a zone to a list of lamp poles that close it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.atlas_map import OWN_POINT_COLOURS, build_atlas
from layers.registry import LayerId
from layers.scene import OwnLayer
from spatial.importing.model import Subject
from spatial.text import text
from views.figures import figure
from views.html_table import Markup, fragment
from views.map_frame import show_atlas
from views.messages import note, reporting, show, show_error
from views.scene import map_scene
from views.selection import pick
from views.session import SessionKey, current_workspace
from views.session_evaluation import session_evaluation
from views.session_frames import session_inventory
from views.siting_choices import conditions_in_use, no_build_areas, show_siting_choices
from views.siting_result import show_proposal
from views.siting_room import siting_room
from views.verdict_table import badge

if TYPE_CHECKING:
    from spatial.inventory import Inventory
    from spatial.siting.proposal import Proposal
    from views.pack_frames import PackFrames
    from views.siting_room import SitingChoice, SitingRoom
    from views.state import ViewState

__all__ = ["show_siting"]

MAP_HEIGHT: Final = 420
LOOK_EVERY_S: Final = 1.0


def show_siting(frames: PackFrames, view: ViewState) -> None:
    """Show the conditions, what closes the gap, and where it stands."""
    lang = view.lang
    poles = session_inventory(view.pack, Subject.LAMP_POLES)
    if poles is None or session_inventory(view.pack, Subject.BASE_STATIONS) is None:
        note(text("siting.no_poles_here", lang), tone="caution")
        return
    room = siting_room()
    with st.container(key="atlas-siting", horizontal=True, vertical_alignment="bottom", gap="small"):
        choice = show_siting_choices(frames, view)
        place = st.empty()
    _show_source(poles, choice, view)
    with reporting(lang):
        with st.spinner(text("siting.working", lang)):
            proposal = room.ask(choice, frames, view, no_build_areas(choice.no_build))
        place.button(
            text("siting.solve", lang),
            key=SessionKey.SITING_SOLVE,
            type="primary",
            on_click=room.start,
            disabled=room.job is not None or proposal.settled,
        )
        _show_state(room, lang)
        map_side, result_side = st.columns([46, 54], gap="small")
        with map_side, reporting(lang):
            _show_map(frames, view, proposal)
        with result_side, reporting(lang):
            show_proposal(room, proposal, frames, choice, source=poles.name, lang=lang)


def _show_source(poles: Inventory, choice: SitingChoice, view: ViewState) -> None:
    """Say which poles are the candidates, how stations are counted, and which further conditions hold."""
    told = conditions_in_use(choice, view.lang)
    st.html(
        fragment(
            '<p class="definition-line"><strong>{head}</strong> {name} · {n} {mark} '
            "<strong>{definition_head}</strong> {definition}{conditions}</p>",
            head=text("siting.candidates_from", view.lang),
            name=poles.name,
            n=text("siting.n_poles", view.lang, n=poles.n_used),
            mark=badge("synthetic", view.lang) if poles.synthetic else Markup(""),
            definition_head=text("app.definition.title", view.lang),
            definition=view.definition.label(view.lang),
            conditions=fragment(
                "<br><strong>{head}</strong> {told}",
                head=text("siting.conditions_in_use", view.lang),
                told=" · ".join(told),
            )
            if told
            else Markup(""),
        )
    )


def _show_state(room: SitingRoom, lang: str) -> None:
    """Show the search while it is under way; without one, what became of it."""
    if room.job is not None:
        st.fragment(_show_search, run_every=LOOK_EVERY_S)(room, lang)
    elif room.fault is not None:
        show_error(room.fault, lang)


def _show_search(room: SitingRoom, lang: str) -> None:
    """Look at the search; the page is drawn anew when it has ended."""
    if room.look():
        st.rerun()
    if room.job is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        share = min(room.job.elapsed_s / room.job.time_limit_s, 1.0)
        words = text(
            "siting.searching", lang, s=figure(room.job.elapsed_s), limit=figure(room.job.time_limit_s)
        )
        st.progress(share, text=words)
        st.button(text("siting.cancel", lang), key=SessionKey.SITING_CANCEL, on_click=room.stop)


def _show_map(frames: PackFrames, view: ViewState, proposal: Proposal) -> None:
    """Show the chosen poles over the zones."""
    lang = view.lang
    evaluation = session_evaluation(view, view.definition)
    scene = map_scene(
        frames,
        view,
        evaluation,
        stations=session_inventory(view.pack, Subject.BASE_STATIONS),
        poles=session_inventory(view.pack, Subject.LAMP_POLES),
        own=current_workspace(),
    )
    chosen = proposal.case.candidates.iloc[proposal.steps["row"]]
    dots = Markup("")
    if len(chosen):
        # Drawn full, though planned: a hollow dot is lost among hundreds. The title says what they are.
        key = "siting.layer_simulated" if proposal.case.synthetic else "siting.layer"
        shown = OwnLayer(title=text(key, lang), frame=chosen.drop(columns="status", errors="ignore"))
        dots = fragment(
            '<p class="definition-line"><span style="color:{colour}">●</span> {words}</p>',
            colour=OWN_POINT_COLOURS[len(scene.own_points) % len(OWN_POINT_COLOURS)],
            words=text("siting.on_the_map", lang, layer=shown.title),
        )
        scene = replace(
            scene, own_points=(*scene.own_points, shown), layers_on=scene.layers_on | {LayerId.OWN_POINTS}
        )
    # The zone fills the map: at the size of the district poles some thirty metres apart are one line.
    focus = None if view.zone is None else proposal.case.zones
    scene = replace(scene, pack_id=f"{scene.pack_id}/siting/{view.zone or ''}")
    click = show_atlas(
        build_atlas(scene, lang=lang, focus=focus), height=MAP_HEIGHT, key="siting", fill_window=False
    )
    show(dots)
    if click is not None and click.kind in {"zone", "place"}:
        pick(click, frames)
