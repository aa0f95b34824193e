"""What is asked of a siting: target, distance, budget, coverage, where nothing may be built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from spatial.importing.model import Subject
from spatial.text import text
from views.figures import figure
from views.session import SessionKey, current_workspace, put_back
from views.session_frames import session_inventory
from views.siting_room import SitingChoice

if TYPE_CHECKING:
    import geopandas as gpd

    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["conditions_in_use", "no_build_areas", "show_siting_choices"]

TARGETS: Final = (10, 200)
USUAL_TARGET: Final = 52
SEPARATIONS_M: Final = (0, 20, 30, 50, 80, 100, 150, 200, 300)
RADII_M: Final = (50, 100, 150, 200, 300, 400, 500)
USUAL_RADIUS_M: Final = 200
COVERS: Final = (0, 50, 60, 70, 80, 90, 95)
TIMES_S: Final = (10, 30, 60, 120)
USUAL_TIME_S: Final = 30
MOST_BUDGET: Final = 1_000_000_000
NOTHING: Final = ""
MOST: Final = 0.5
NO_COSTS: Final = ("site_id", "position_accuracy_m", "order", "closes", "covers")
POLYGONS: Final = ("Polygon", "MultiPolygon")


def show_siting_choices(frames: PackFrames, view: ViewState) -> SitingChoice:
    """Show the choices; return what they say."""
    lang = view.lang
    target = _show_target(frames, lang)
    with st.popover(text("siting.conditions", lang)):
        put_back(SessionKey.SITING_SEPARATION, SEPARATIONS_M[0], SEPARATIONS_M)
        separation = st.select_slider(
            text("siting.separation", lang), SEPARATIONS_M, key=SessionKey.SITING_SEPARATION
        )
        put_back(SessionKey.SITING_COVER, COVERS[0], COVERS)
        cover = st.select_slider(text("siting.cover", lang), COVERS, key=SessionKey.SITING_COVER)
        radius = _show_radius(lang) if cover else 0
        put_back(SessionKey.SITING_BUDGET, 0)
        cost = _show_cost(view)
        budget = st.number_input(
            text("siting.budget_cost" if cost else "siting.budget", lang),
            0,
            MOST_BUDGET,
            step=10,
            key=SessionKey.SITING_BUDGET,
        )
        no_build = _show_no_build(lang)
        put_back(SessionKey.SITING_TIME, USUAL_TIME_S, TIMES_S)
        seconds = st.select_slider(text("siting.time", lang), TIMES_S, key=SessionKey.SITING_TIME)
    layer, zone_ids = _area(frames, view)
    return SitingChoice(
        layer=layer,
        zone_ids=zone_ids,
        target_per_km2=float(target),
        min_separation_m=float(separation),
        radius_m=float(radius),
        cover_share=cover / 100.0 if cover else None,
        budget_per_zone=int(budget) or None,
        no_build=no_build or None,
        cost=cost or None,
        time_limit_s=float(seconds),
    )


def no_build_areas(title: str | None) -> gpd.GeoDataFrame | None:
    """Return the polygons of the planner's own layer of that title; None where there is none."""
    return _polygons().get(title or NOTHING)


def _show_target(frames: PackFrames, lang: str) -> float:
    """Show the target; at first it is the plan's own."""
    planned = frames.pack.target
    usual = USUAL_TARGET if planned is None else round(planned.value_per_km2)
    put_back(SessionKey.SITING_TARGET, min(max(usual, TARGETS[0]), TARGETS[1]))
    chosen = st.slider(text("siting.target", lang), *TARGETS, key=SessionKey.SITING_TARGET, width=300)
    return planned.value_per_km2 if planned is not None and chosen == usual else chosen


def _show_radius(lang: str) -> int:
    put_back(SessionKey.SITING_RADIUS, USUAL_RADIUS_M, RADII_M)
    return st.select_slider(text("siting.radius", lang), RADII_M, key=SessionKey.SITING_RADIUS)


def _show_cost(view: ViewState) -> str:
    """Show the columns of the poles that can be costs; nothing where there are none."""
    poles = session_inventory(view.pack, Subject.LAMP_POLES)
    columns = [] if poles is None else [name for name in poles.points if _can_be_cost(poles.points[name])]
    offered = [NOTHING, *(each for each in columns if each not in NO_COSTS)]
    if len(offered) == 1:
        return NOTHING
    put_back(SessionKey.SITING_COST, NOTHING, offered)
    return st.selectbox(
        text("siting.cost", view.lang),
        offered,
        format_func=lambda name: name or text("siting.cost_none", view.lang),
        key=SessionKey.SITING_COST,
        filter_mode=None,
    )


def _can_be_cost(cells: pd.Series) -> bool:
    """Tell whether most cells are numbers above zero."""
    if cells.dtype == "geometry" or pd.api.types.is_bool_dtype(cells):
        return False
    return bool((pd.to_numeric(cells, errors="coerce") > 0.0).mean() > MOST)


def _show_no_build(lang: str) -> str:
    """Show the planner's own layers that have polygons; nothing where there are none."""
    titles = [NOTHING, *_polygons()]
    if len(titles) == 1:
        st.caption(text("siting.no_build_hint", lang))
        return NOTHING
    put_back(SessionKey.SITING_NO_BUILD, NOTHING, titles)
    return st.selectbox(
        text("siting.no_build", lang),
        titles,
        format_func=lambda title: title or text("siting.no_build_none", lang),
        key=SessionKey.SITING_NO_BUILD,
        filter_mode=None,
    )


def _polygons() -> dict[str, gpd.GeoDataFrame]:
    """Return the planner's own features that have an area, by the title of their layer."""
    found = {}
    for each in current_workspace().of_subject(Subject.FEATURES):
        flat = each.frame.geometry.geom_type.isin(POLYGONS)
        if flat.any():
            found[each.title] = each.frame if flat.all() else each.frame[flat]
    return found


def _area(frames: PackFrames, view: ViewState) -> tuple[str, tuple[str, ...] | None]:
    """Return the layer of the chosen zone and the zone; all zones where none, or the district, is chosen."""
    for layer in ("zones", "parts"):
        if layer in frames.layers and view.zone in set(frames.layers[layer]["zone_id"]):
            return layer, (str(view.zone),)
    return "zones" if "zones" in frames.layers else "district", None


def conditions_in_use(choice: SitingChoice, lang: str) -> list[str]:
    """Return the further conditions that hold, which a closed panel would hide.

    Parameters
    ----------
    choice : SitingChoice
        What the planner asks for.
    lang : str
        ``"zh"`` or ``"en"``.
    """
    told = []
    if choice.min_separation_m:
        told.append(text("siting.in_use_separation", lang, value=figure(choice.min_separation_m)))
    if choice.cover_share:
        share, radius = figure(choice.cover_share * 100.0), figure(choice.radius_m)
        told.append(text("siting.in_use_cover", lang, value=share, radius=radius))
    if choice.budget_per_zone:
        word = "siting.in_use_budget" if choice.cost is None else "siting.in_use_budget_cost"
        told.append(text(word, lang, value=figure(choice.budget_per_zone)))
    if choice.no_build:
        told.append(text("siting.in_use_no_build", lang, name=choice.no_build))
    return told
