"""覆盖: how much of each zone lies near a site, and where the gaps are; geometry, never signal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import streamlit as st

from layers.atlas_map import build_atlas
from layers.coverage_layer import CoverageOverlay
from layers.registry import LayerId
from spatial.coverage.radii import DEFAULT_RADII, FARTHEST_M, USUAL_RANGE_M, SiteClass
from spatial.errors import AtlasError
from spatial.importing.model import Subject
from spatial.notice import once
from spatial.text import text
from views.coverage_room import (
    Asked,
    choose_ground,
    chosen_land,
    chosen_radii,
    coverage_room,
    reset_radii,
)
from views.coverage_tables import (
    basis_line,
    gap_table,
    land_notes,
    show_downloads,
    small_gaps,
    zone_table,
)
from views.figures import figure
from views.map_frame import show_atlas
from views.messages import note, reporting, show_error
from views.remarks import remark_list
from views.scene import map_scene
from views.selection import pick
from views.session import SessionKey, brought_inventory, current_workspace, widget_key
from views.session_evaluation import session_evaluation
from views.session_frames import session_inventory

if TYPE_CHECKING:
    from spatial.coverage.model import CoverageResult
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["show_coverage"]

LEAST_MAP_HEIGHT: Final = 420
RADIUS_STEP_M: Final = 10.0


def show_coverage(frames: PackFrames, view: ViewState) -> None:
    """Show the map and beside it the zones, the gaps and the radii that they rest on."""
    lang = view.lang
    stations = session_inventory(view.pack, Subject.BASE_STATIONS)
    if stations is None:
        note(text("coverage.no_sites", lang), tone="caution")
        return
    layer = _layer(frames, view)
    with reporting(lang):
        asked, land, room = Asked(view.definition, chosen_radii(), lang), chosen_land(), coverage_room()
        try:
            found = room.measure(frames.layers[layer], stations, asked, land=land)
        except AtlasError as error:
            show_error(error, lang)
            # Polygons that cannot be the land are no reason to be left without a way back.
            choose_ground(lang)
            return
        district = None
        # A demonstration never speaks for the district.
        if layer != "district" and brought_inventory() is not None:
            district = room.measure(frames.layers["district"], stations, asked, land=land)
        gaps = _gaps(found, view)
        with st.container(key="atlas-main"):
            map_side, table_side = st.columns([54, 46], gap="small")
            with map_side, reporting(lang):
                _show_map(frames, view, found, gaps, layer)
            with table_side, st.container(key="atlas-verdict"), reporting(lang):
                _show_figures(frames, view, found, district, gaps)


def _layer(frames: PackFrames, view: ViewState) -> str:
    """Return the layer of the chosen zone; that of the zones where none, or the district, is chosen."""
    parts = frames.layers.get("parts")
    if parts is not None and view.zone in set(parts["zone_id"]):
        return "parts"
    return "zones" if "zones" in frames.layers else "district"


def _gaps(found: CoverageResult, view: ViewState) -> gpd.GeoDataFrame:
    """Return the gaps of the chosen zone, or of all, numbered by their size."""
    gaps = found.patches
    if view.zone in set(found.rows["zone_id"]):
        gaps = gaps[gaps["zone_id"] == view.zone]
    return gaps.assign(number=range(1, len(gaps) + 1))


def _show_figures(
    frames: PackFrames,
    view: ViewState,
    found: CoverageResult,
    district: CoverageResult | None,
    gaps: gpd.GeoDataFrame,
) -> None:
    lang = view.lang
    results = [each for each in (district, found) if each is not None]
    names = frames.names[lang]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover(text("coverage.radii", lang)):
            _show_radii(found, lang)
        show_downloads(results, frames.pack.pack_id, lang)
        choose_ground(lang)
    st.html(zone_table(results, names, lang, chosen=view.zone))
    st.html(basis_line(found, lang))
    note(text("coverage.proxy", lang), tone="caution")
    for words in land_notes(results, names, lang):
        note(words)
    st.html(gap_table(gaps, names, lang))
    notices = once(each for result in results for each in result.notices)
    said = [small_gaps(found, view.zone, lang)]
    said += [each.message(lang) for each in notices if each.key != "coverage.proxy"]
    st.html(remark_list([words for words in said if words]))


def _show_radii(found: CoverageResult, lang: str) -> None:
    """Show a field for each class of site, with how many rows it is for."""
    note(text("coverage.radii_hint", lang))
    rows = {each.site_class: each.n_sites for each in found.sites}
    sides = st.columns(2, gap="small")
    for at, each in enumerate(SiteClass):
        low, high = USUAL_RANGE_M[each]
        key = "coverage.radius_label_indoor" if each is SiteClass.INDOOR else "coverage.radius_label"
        name = text(f"coverage.class_{each.name.lower()}", lang)
        with sides[at % len(sides)]:
            st.number_input(
                text(key, lang, name=name, n=figure(rows[each]), low=low, high=high),
                min_value=0.0,
                max_value=FARTHEST_M,
                step=RADIUS_STEP_M,
                format="%g",
                key=widget_key(SessionKey.COVERAGE_RADIUS, each),
            )
    changed = found.radii.to_dict() != DEFAULT_RADII.to_dict()
    st.button(
        text("coverage.reset", lang),
        key=SessionKey.COVERAGE_RESET,
        on_click=reset_radii,
        disabled=not changed,
    )


def _show_map(
    frames: PackFrames, view: ViewState, found: CoverageResult, gaps: gpd.GeoDataFrame, layer: str
) -> None:
    """Show what is covered as a wash over plain zones: no verdict is coloured here."""
    scene = map_scene(
        frames,
        view,
        session_evaluation(view, view.definition),
        stations=session_inventory(view.pack, Subject.BASE_STATIONS),
        poles=None,
        own=current_workspace(),
    )
    overlay = CoverageOverlay(
        covered=gpd.GeoDataFrame(geometry=found.covered),
        gaps=gaps,
        synthetic=bool(found.rows["synthetic"].any()),
    )
    scene = replace(
        scene,
        zones=frames.layers[layer],
        parts=None,
        layers_on=(view.layers & {LayerId.CONTEXT, LayerId.STATIONS}) | {LayerId.ZONES},
        coverage=overlay,
    )
    click = show_atlas(build_atlas(scene, lang=view.lang), height=LEAST_MAP_HEIGHT, key="coverage")
    if click is not None:
        pick(click, frames)
