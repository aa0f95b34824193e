"""情景: two maps and one table, before and after what the planner tries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.atlas_map import build_atlas
from layers.registry import LayerId
from layers.scenario_layer import ScenarioMark, ScenarioOverlay
from spatial.errors import AtlasError
from spatial.importing.model import Subject
from spatial.reading import canonical_positions
from spatial.scenario.model import MoveStation, RemoveStation
from spatial.scenario.simulate import definition_after, scenario_notices
from spatial.text import text
from views.html_table import Markup, fragment
from views.layers_panel import tianditu_key
from views.map_frame import show_atlas, take_click
from views.messages import note, reporting, show_error
from views.placing import NO_SPOT, SPOT
from views.remarks import remark_list
from views.scenario_controls import show_conditions, show_steps
from views.scenario_desk import ADDING, LOOKING, MOVING, REMOVING, ids_at, last_places, scenario_desk
from views.scenario_edits import show_edits, show_here
from views.scenario_file import show_other_inventory
from views.scenario_forms import new_station, show_rows_told
from views.scenario_table import scenario_answer, scenario_table
from views.scene import map_scene
from views.selection import pick
from views.session import current_workspace
from views.session_evaluation import session_evaluation
from views.session_frames import session_inventory

if TYPE_CHECKING:
    from layers.scene import MapScene
    from spatial.inventory import Inventory
    from views.evaluation import Evaluation
    from views.map_frame import MapClick
    from views.pack_frames import PackFrames
    from views.scenario_desk import After, ScenarioDesk
    from views.state import ViewState

__all__ = ["show_scenario"]

MAP_HEIGHT: Final = 430
TWINS: Final = "scenario"
BEFORE, AFTER = "scenario-before", "scenario-after"
STATION: Final = "station"


def show_scenario(frames: PackFrames, view: ViewState) -> None:
    """Show the question."""
    lang, desk = view.lang, scenario_desk(view.pack)
    inventory = session_inventory(view.pack, Subject.BASE_STATIONS)
    if inventory is None:
        note(text("scenario.page_no_inventory", lang), tone="caution")
        return
    desk.follow_address(view.scenario)
    if not desk.fits(inventory):
        show_other_inventory(desk, inventory, lang)
        return
    _answer_clicks(desk, frames, view, inventory)
    show_steps(desk, inventory, view)
    show_conditions(desk, frames, inventory, lang)
    told = st.container()  # always there: a map that changes its place on the page is loaded anew
    with told:
        _show_refusal(desk, lang)
        show_rows_told(desk, lang)
    before = session_evaluation(view, view.definition)
    with reporting(lang):
        after = desk.after(frames, view, inventory)
        with told:
            if not desk.present.changes_nothing:
                st.html(scenario_answer(before, after.evaluation, lang))
            show_here(desk, inventory, lang)
        _show_maps(desk, frames, view, inventory, before, after)
        legend = text("scenario.marks_legend", lang)
        st.html(fragment('<p class="cite">{words}</p>', words=legend))
        caption = text("scenario.page_caption", lang)
        st.html(scenario_table(before, after.evaluation, lang, caption=caption, chosen=view.zone))
        st.html(_definition_line(desk, view, inventory))
        _show_remarks(desk, view, after)
    show_edits(desk, inventory, lang)


def _show_refusal(desk: ScenarioDesk, lang: str) -> None:
    if desk.refusal is not None:
        show_error(desk.refusal, lang)
        desk.refusal = None


def _definition_line(desk: ScenarioDesk, view: ViewState, inventory: Inventory) -> Markup:
    """Return what the figures rest on: definition before and after, and the inventory."""
    lang = view.lang
    both = (view.definition, definition_after(view.definition, desk.present))
    words = " → ".join(dict.fromkeys(each.label(lang) for each in both))
    if view.definition.as_of is None:
        words += f" · {text('app.definition.any_date', lang)}"
    return fragment(
        '<p class="definition-line"><strong>{head}</strong> {words} · {source}</p>',
        head=text("app.definition.in_use", lang),
        words=words,
        source=inventory.name,
    )


def _answer_clicks(desk: ScenarioDesk, frames: PackFrames, view: ViewState, inventory: Inventory) -> None:
    """Do what a click on one of the maps asks, before anything is shown."""
    for key in (BEFORE, AFTER):
        click = take_click(key)
        if click is None:
            continue
        if click.kind not in (SPOT, NO_SPOT, STATION):
            pick(click, frames)
            continue
        try:
            _answer(desk, click, frames, view, inventory)
        except AtlasError as error:
            desk.refusal = error
        st.rerun()  # what stands above, the links to the other pages too, then tells of it


def _answer(
    desk: ScenarioDesk, click: MapClick, frames: PackFrames, view: ViewState, inventory: Inventory
) -> None:
    if click.kind == NO_SPOT:
        desk.mode, desk.moving, desk.here = LOOKING, None, ()
    elif click.kind == STATION:
        desk.here = ids_at(desk.after(frames, view, inventory).inventory.points, click.lon, click.lat)
        if len(desk.here) == 1:
            desk.take(desk.here[0], inventory)
    elif desk.moving is not None:
        desk.edit(MoveStation(site_id=desk.moving, lon=click.lon, lat=click.lat), inventory)
    elif desk.mode == ADDING:
        added = replace(new_station(), site_id=desk.new_id(inventory), lon=click.lon, lat=click.lat)
        desk.edit(added, inventory)


def _show_maps(
    desk: ScenarioDesk,
    frames: PackFrames,
    view: ViewState,
    inventory: Inventory,
    before: Evaluation,
    after: After,
) -> None:
    lang, shown = view.lang, replace(view, layers=view.layers | {LayerId.STATIONS})
    with st.container(key="atlas-scenario-maps"):
        left, right = st.columns(2, gap="small")
    with left, reporting(lang):
        overlay = ScenarioOverlay(twins=TWINS, title=text("scenario.page_before", lang))
        scene = _scene(frames, shown, before, inventory, overlay)
        show_atlas(build_atlas(scene, lang=lang), height=MAP_HEIGHT, key=BEFORE, fill_window=False)
    with right, reporting(lang):
        scene = _scene(
            after.frames, shown, after.evaluation, after.inventory, _overlay(desk, inventory, lang)
        )
        show_atlas(build_atlas(scene, lang=lang), height=MAP_HEIGHT, key=AFTER, fill_window=False)


def _scene(
    frames: PackFrames,
    view: ViewState,
    evaluation: Evaluation,
    stations: Inventory,
    overlay: ScenarioOverlay,
) -> MapScene:
    scene = map_scene(
        frames,
        view,
        evaluation,
        stations=stations,
        poles=session_inventory(view.pack, Subject.LAMP_POLES),
        own=current_workspace(),
        tianditu_key=tianditu_key(),
    )
    return replace(scene, scenario=overlay)


def _overlay(desk: ScenarioDesk, inventory: Inventory, lang: str) -> ScenarioOverlay:
    asks = {ADDING: SPOT, REMOVING: STATION, MOVING: STATION}.get(desk.mode, "")
    words = "scenario.ask_" + desk.mode
    if desk.moving is not None:
        asks, words = SPOT, "scenario.ask_spot"
    return ScenarioOverlay(
        twins=TWINS,
        title=text("scenario.page_after", lang),
        marks=_marks(desk, inventory),
        asks=asks,  # type: ignore[arg-type] # one of the three, as was just seen
        words=text(words, lang, site_id=desk.moving or "") if asks else "",
        nothing_here=text("scenario.ask_nothing_here", lang),
    )


def _marks(desk: ScenarioDesk, inventory: Inventory) -> tuple[ScenarioMark, ...]:
    """Return where the edits leave the stations: those added and moved, and where removed ones stood."""
    edits = desk.present.edits
    stood = _places(inventory, {edit.site_id for edit in edits})
    marks = []
    for site_id, (lon, lat) in last_places(edits).items():
        origin = stood.get(site_id)
        kind = "add" if origin is None else "move"
        marks.append(ScenarioMark(kind=kind, lon=lon, lat=lat, origin=origin))  # type: ignore[arg-type]
    gone = {edit.site_id for edit in edits if isinstance(edit, RemoveStation)} & stood.keys()
    marks += [ScenarioMark(kind="remove", lon=stood[each][0], lat=stood[each][1]) for each in sorted(gone)]
    return tuple(marks)


def _places(inventory: Inventory, ids: set[str]) -> dict[str, tuple[float, float]]:
    if "site_id" not in inventory.points:
        return {}
    words = inventory.points["site_id"].astype("string").fillna("").str.strip()
    wanted = words.isin(ids).to_numpy()
    lon, lat = canonical_positions(inventory.points[wanted])
    return {
        site_id: (x, y)
        for site_id, x, y in zip(words[wanted], lon.tolist(), lat.tolist(), strict=True)
        if x == x  # noqa: PLR0124 - a row without a place is nowhere on the map
    }


def _show_remarks(desk: ScenarioDesk, view: ViewState, after: After) -> None:
    lang, report = view.lang, after.applied.report
    rows = report.to_dict()
    counts = {**rows["edits"], **rows["stations"]}  # type: ignore[dict-item] # plain values, by their names
    note(text("scenario.stations_line", lang, **counts), role="status")
    for rejected in report.rejected[:20]:
        note(rejected.message(lang), tone="caution")
    said = [each.message(lang) for each in scenario_notices(desk.present, after.applied, view.definition)]
    said = said if not desk.present.changes_nothing else []
    if after.evaluation.district is None:
        said.append(text("scenario.page_no_district", lang))
    if said:
        st.html(remark_list(said))
