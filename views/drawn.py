"""画一块地: an area drawn on the map, and beside it what lies in it, compared with the zones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.atlas_map import build_atlas
from layers.scene import Drawing
from spatial.importing.model import Subject
from spatial.text import text
from views.drawn_panel import show_drawn_panel
from views.drawn_session import drawn_work
from views.figures import figure
from views.layers_panel import tianditu_key
from views.map_frame import show_atlas, take_click
from views.messages import reporting
from views.scene import map_scene
from views.selection import pick
from views.session import current_workspace
from views.session_evaluation import session_evaluation
from views.session_frames import session_inventory
from views.verdict_rows import rows_of

if TYPE_CHECKING:
    from layers.scene import MapScene
    from spatial.check import CheckResult
    from views.drawn_session import DrawnWork
    from views.evaluation import Evaluation
    from views.pack_frames import PackFrames
    from views.state import ViewState
    from views.verdict_rows import VerdictRow

__all__ = ["show_drawn"]

LEAST_MAP_HEIGHT: Final = 420
MAP_KEY: Final = "drawn"


@st.fragment
def show_drawn(frames: PackFrames, view: ViewState) -> None:
    """Show the question; a shape that was finished runs this part of the page once and nothing else."""
    work = drawn_work(frames)
    with reporting(view.lang):
        click = take_click(MAP_KEY)
        if click is not None and not work.answer(click, view.lang):
            pick(click, frames)
        evaluation = session_evaluation(view, view.definition)
        result = work.check(
            session_inventory(view.pack, Subject.BASE_STATIONS),
            definition=view.definition,
            target=frames.pack.target,
        )
        rows = rows_of(result, evaluation, view.lang)
        with st.container(key="atlas-main"):
            map_side, table_side = st.columns([56, 44], gap="small")
            with map_side, reporting(view.lang):
                scene = _scene(frames, view, evaluation, work, result)
                show_atlas(build_atlas(scene, lang=view.lang), height=LEAST_MAP_HEIGHT, key=MAP_KEY)
            with table_side, st.container(key="atlas-verdict"), reporting(view.lang):
                show_drawn_panel(frames, view, evaluation, work, result, rows)


def _scene(
    frames: PackFrames, view: ViewState, evaluation: Evaluation, work: DrawnWork, result: CheckResult | None
) -> MapScene:
    scene = map_scene(
        frames,
        view,
        evaluation,
        stations=session_inventory(view.pack, Subject.BASE_STATIONS),
        poles=session_inventory(view.pack, Subject.LAMP_POLES),
        own=current_workspace(),
        tianditu_key=tianditu_key(),
    )
    drawing = Drawing(
        areas=work.areas,
        said={row.zone_id: _label(row, view.lang) for row in rows_of(result, evaluation, view.lang)},
        chosen_id=work.chosen,
        answered=work.answered,
        found=None if result is None else result.rows,
    )
    return replace(scene, drawing=drawing)


def _label(row: VerdictRow, lang: str) -> str:
    """Return what stands on the map under an area's name: its density, simulated where it is."""
    if row.density_per_km2 is None:
        return ""
    words = text("map.per_km2_short", lang, value=figure(row.density_per_km2, 1))
    return f"{words} {text('verdict.badge_synthetic', lang)}" if row.synthetic else words
