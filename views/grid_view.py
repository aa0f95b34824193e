"""网格: where stations gather and where the holes are, by square cells and as a smooth density."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

import streamlit as st

from layers.atlas_map import build_atlas
from layers.grid_layer import GridPicture
from layers.registry import LayerId
from spatial.grid_view.cell_file import cells_geojson
from spatial.grid_view.cells import GRID_SIZES_M, CellGrid, grid_of, sites_inside
from spatial.grid_view.holes import HoleOrder, ranked_holes
from spatial.grid_view.surface import BANDWIDTHS_M, Surface, surface_of
from spatial.importing.model import Subject
from spatial.text import text
from spatial.zone_columns import SCHEMATIC_BASES
from views.grid_facts import show_basis, show_outside, show_sums, sum_words
from views.grid_table import hole_table
from views.hand_over import hand_over
from views.map_frame import show_atlas
from views.messages import note, reporting
from views.scene import map_scene
from views.session import SessionKey, put_back
from views.session_evaluation import session_evaluation, session_survey
from views.session_frames import session_inventory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geopandas import GeoDataFrame

    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["show_grid"]

T = TypeVar("T")

MAP_HEIGHT: Final = 420
CELLS, SURFACE = "cells", "surface"
MARKED: Final = 10
"""Holes that are numbered on the map."""


def show_grid(frames: PackFrames, view: ViewState) -> None:
    """Show the choices, the map and the holes of the chosen zone, of all zones without one."""
    lang = view.lang
    layer, zone_id = _asked(frames, view)
    found = session_survey(view).layers.get(layer)
    if found is None or found.placed is None:
        note(text("grid.no_sites", lang), tone="caution")
        return
    area = frames.layers[layer]
    if zone_id is not None:
        area = area[area["zone_id"] == zone_id]
    lon, lat = sites_inside(found, view.definition, None if zone_id is None else [zone_id])
    with st.container(key="atlas-grid", horizontal=True, vertical_alignment="bottom", gap="small"):
        shown = _choice("grid.show", SessionKey.GRID_SHOWN, [CELLS, SURFACE], CELLS, lang, _shown_word)
        size = _choice("grid.size", SessionKey.GRID_SIZE, GRID_SIZES_M, 500, lang, _size_word)
        bandwidth = BANDWIDTHS_M[1]
        if shown == SURFACE:
            bandwidth = _choice(
                "grid.bandwidth", SessionKey.GRID_BANDWIDTH, BANDWIDTHS_M, bandwidth, lang, _metres
            )
        order = _choice(
            "grid.order", SessionKey.GRID_ORDER, list(HoleOrder), HoleOrder.MISSING, lang, _order_word
        )
    grid = grid_of(area, lon, lat, size_m=int(size))
    surface = surface_of(area, lon, lat, bandwidth_m=float(bandwidth)) if shown == SURFACE else None
    target = None if frames.pack.target is None else frames.pack.target.value_per_km2
    holes = None if target is None else ranked_holes(grid, target_per_km2=target, order=HoleOrder(order))
    map_side, table_side = st.columns([56, 44], gap="small")
    with map_side, reporting(lang):
        _show_map(frames, view, _picture(grid, surface, holes, target, lang))
    with table_side, st.container(key="atlas-verdict"), reporting(lang):
        name = text("grid.area_all", lang) if zone_id is None else frames.names[lang][zone_id]
        evaluation = session_evaluation(view, view.definition)
        synthetic = evaluation.synthetic
        if holes is None:
            note(text("grid.no_target", lang))
        else:
            hole_table(grid, holes, area=name, target=float(target or 0.0), lang=lang, synthetic=synthetic)
        inventory = session_inventory(view.pack, Subject.BASE_STATIONS)
        show_basis(view.definition, inventory, lang)
        show_sums(sum_words(grid, area, found, view.definition, lang), surface, area, lang)
        if zone_id is None and layer == "zones" and evaluation.zones is not None:
            show_outside(evaluation.zones.outside_count, lang)
        if st.button(text("grid.save", lang), key=SessionKey.GRID_SAVE):
            schematic = area["geometry_basis"].isin(list(SCHEMATIC_BASES)).any()
            content = cells_geojson(
                grid,
                holes,
                definition=view.definition,
                target_per_km2=target,
                inventory="" if inventory is None else inventory.name,
                synthetic=synthetic,
                schematic=bool(schematic),
                lang=lang,
            )
            mark = "simulated-" if synthetic else ""
            name = f"{mark}cells-{grid.size_m}m-{zone_id or frames.pack.pack_id}.geojson"
            hand_over(name, content, media_type="application/geo+json")


def _asked(frames: PackFrames, view: ViewState) -> tuple[str, str | None]:
    """Return the layer that is gridded, and the chosen zone of it; the district is all zones."""
    for layer in ("zones", "parts"):
        frame = frames.layers.get(layer)
        if frame is not None and view.zone in set(frame["zone_id"]):
            return layer, view.zone
    return ("zones" if "zones" in frames.layers else "district"), None


def _choice(
    key: str,
    widget: SessionKey,
    offered: Sequence[T],
    usual: T,
    lang: str,
    word: Callable[[T, str], str],
) -> T:
    put_back(widget, usual)
    return st.segmented_control(
        text(key, lang),
        offered,
        format_func=lambda value: word(value, lang),
        key=widget,
        required=True,
    )


def _shown_word(value: str, lang: str) -> str:
    return text(f"grid.show_{value}", lang)


def _size_word(value: int, lang: str) -> str:
    return text(f"grid.size_{value}", lang)


def _metres(value: int, lang: str) -> str:
    return text("grid.metres", lang, value=value)


def _order_word(value: str, lang: str) -> str:
    return text(f"grid.order_{value}", lang)


def _picture(
    grid: CellGrid, surface: Surface | None, holes: GeoDataFrame | None, target: float | None, lang: str
) -> GridPicture:
    words = text(f"grid.size_{grid.size_m}", lang)
    if surface is not None:
        words = f"{text('grid.bandwidth', lang)} {_metres(round(surface.bandwidth_m), lang)}"
    return GridPicture(
        cells=grid.cells if surface is None else None,
        size_m=grid.size_m,
        holes=None if holes is None or surface is not None else holes.head(MARKED),
        surface=surface,
        target_per_km2=target,
        note=words,
    )


def _show_map(frames: PackFrames, view: ViewState, picture: GridPicture) -> None:
    scene = map_scene(
        frames,
        view,
        session_evaluation(view, view.definition),
        stations=session_inventory(view.pack, Subject.BASE_STATIONS),
        poles=None,
    )
    # Zones as bare outlines: a fill by verdict would lie over the classes of the cells.
    scene = replace(
        scene,
        grid=picture,
        zones=None,
        parts=frames.layers.get("zones"),
        layers_on=frozenset({LayerId.PARTS} | (view.layers & {LayerId.STATIONS})),
    )
    show_atlas(build_atlas(scene, lang=view.lang), height=MAP_HEIGHT, key="grid")
