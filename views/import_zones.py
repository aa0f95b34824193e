"""Official outlines in place of the schematic ones: which zone is which, and what changes by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.text import text
from spatial.workspace.changed_pack import fingerprint
from spatial.workspace.model import ReplacedZones, replace_zones
from spatial.workspace.zone_replacement import (
    SUPPLIED_BASES,
    choose_layer,
    match_zones,
    preview_replacement,
    replaced_frame,
)
from views import cache
from views.figures import NOTHING, figure
from views.html_table import Cell, Column, Markup, fragment, render_table
from views.messages import note
from views.pack_frames import STATIONS
from views.session import SessionKey, brought_inventory
from views.status_mark import status_mark

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatial.importing.model import ImportResult
    from spatial.workspace.model import Dataset, Workspace
    from spatial.workspace.zone_replacement import Match
    from views.import_draft import Draft
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = ["show_zone_changes", "take_zones"]

NONE: Final = ""
MUCH_CHANGE: Final = 0.05
BASIS: Final = "basis"


@dataclass(frozen=True, kw_only=True, eq=False)
class Replacement:
    """A zone layer before and after."""

    layer: str
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    match: Match


def show_zone_changes(draft: Draft, result: ImportResult, view: ViewState) -> bool:
    """Show what the outlines of a file would change; return whether that can be confirmed."""
    lang, frames = view.lang, cache.frames(view.pack)
    layer = choose_layer(frames.layers, result.frame)
    if layer is None:
        note(text("app.import.zones_none", lang), tone="caution")
        return False
    _show_unclear(draft, match_zones(frames.layers[layer], result.frame), frames, result, lang)
    basis = _show_basis(draft, lang)
    if basis is None:
        return False
    change = _replacement(draft, result, frames)
    table = preview_replacement(
        change.before,
        change.after,
        _stations(frames),
        definition=view.definition,
        target=frames.pack.target,
    )
    st.html(_change_table(table, frames, lang))
    if brought_inventory() is None:
        note(text("app.import.zones_simulated", lang), tone="caution")
    _show_left_over(change.match, frames, result, lang)
    return True


def take_zones(workspace: Workspace, draft: Draft, dataset: Dataset, view: ViewState) -> Workspace:
    """Return the workspace in which the outlines of the file stand in place of the pack's."""
    frames = cache.frames(view.pack)
    change = _replacement(draft, dataset.result, frames)
    zones = ReplacedZones(frame=change.after, match=change.match, dataset=dataset)
    return replace_zones(workspace, view.pack, change.layer, zones, fingerprint=fingerprint(frames.pack))


def _replacement(draft: Draft, result: ImportResult, frames: PackFrames) -> Replacement:
    """Return the layer before and after, under what was stated beside the table.

    Raises
    ------
    InputError
        If the file ties to no zone.
    """
    layer = choose_layer(frames.layers, result.frame) or "zones"
    before = frames.layers[layer]
    match = match_zones(before, result.frame, stated=_stated(draft, before))
    after = replaced_frame(
        before,
        result.frame,
        match,
        basis=st.session_state[draft.key(SessionKey.IMPORT_CHOICE, BASIS)],
        source=result.name,
    )
    return Replacement(layer=layer, before=before, after=after, match=match)


def _stations(frames: PackFrames) -> gpd.GeoDataFrame | None:
    inventory = brought_inventory() or frames.inventories[STATIONS]
    return None if inventory is None else inventory.points


def _show_basis(draft: Draft, lang: str) -> str | None:
    """Show what the outlines rest on; nobody but the planner knows."""
    return st.selectbox(
        text("app.import.zones_basis", lang),
        SUPPLIED_BASES,
        index=None,
        placeholder=text("app.import.choose", lang),
        format_func=lambda basis: text(f"app.import.zones_{basis}", lang),
        key=draft.key(SessionKey.IMPORT_CHOICE, BASIS),
        filter_mode=None,
    )


def _show_unclear(draft: Draft, match: Match, frames: PackFrames, result: ImportResult, lang: str) -> None:
    """Show a choice for each zone that several of the file could be."""
    names = _their_names(result)
    for unclear in match.unclear:
        note(text("app.import.zones_unclear", lang, zone=frames.names[lang][unclear.zone_id]), tone="caution")
        st.selectbox(
            frames.names[lang][unclear.zone_id],
            [NONE, *unclear.imported_ids],
            format_func=lambda each: names.get(each, each) or text("app.import.zones_leave", lang),
            key=draft.key(SessionKey.IMPORT_COLUMN, unclear.zone_id),
            filter_mode=None,
        )


def _stated(draft: Draft, zones: gpd.GeoDataFrame) -> dict[str, str]:
    """Return which zone of the file the planner said stands for which of the pack."""
    keys = {zone_id: draft.key(SessionKey.IMPORT_COLUMN, zone_id) for zone_id in zones["zone_id"]}
    given = {zone_id: st.session_state.get(key) for zone_id, key in keys.items()}
    return {zone_id: chosen for zone_id, chosen in given.items() if chosen}


def _their_names(result: ImportResult) -> dict[str, str]:
    frame = result.frame
    names = frame["name_zh"] if "name_zh" in frame else frame["zone_id"]
    return {
        str(zone_id): f"{name} ({zone_id})" for zone_id, name in zip(frame["zone_id"], names, strict=True)
    }


def _change_table(table: pd.DataFrame, frames: PackFrames, lang: str) -> Markup:
    columns = [
        Column(head=text("app.verdict.zone", lang)),
        Column(head=text("app.import.zones_area_before", lang), unit="km²", numeric=True),
        Column(head=text("app.import.zones_area_after", lang), unit="km²", numeric=True),
        Column(head=text("app.import.zones_change", lang), numeric=True),
        Column(head=text("app.import.zones_count", lang), numeric=True),
        Column(head=text("app.import.zones_verdict", lang)),
    ]
    rows = [_change_row(row, frames, lang) for row in table.to_dict("records")]
    styles = ["" if replaced else "not-in-use" for replaced in table["replaced"]]
    return render_table(
        columns, rows, caption=text("app.import.zones_caption", lang), row_styles=styles, style="zone-changes"
    )


def _change_row(row: dict[str, object], frames: PackFrames, lang: str) -> list[Cell | Markup | str]:
    change = row["change"]
    much = isinstance(change, float) and abs(change) > MUCH_CHANGE
    return [
        frames.names[lang].get(str(row["zone_id"]), str(row["name"])),
        figure(row["area_before_km2"], 2),
        figure(row["area_after_km2"], 2),
        Cell(content=f"{change:+.1%}" if row["replaced"] else NOTHING, style="flipped" if much else ""),
        f"{figure(row['count_before'])} → {figure(row['count_after'])}",
        fragment(
            "{before} → {after}",
            before=status_mark(row["status_before"], lang),
            after=status_mark(row["status_after"], lang),
        ),
    ]


def _show_left_over(match: Match, frames: PackFrames, result: ImportResult, lang: str) -> None:
    """Say which zones keep their outlines, and which of the file are no zone of the pack."""
    separator = text("app.list_separator", lang)
    if match.unmatched:
        zones = separator.join(frames.names[lang][each] for each in match.unmatched)
        note(text("app.import.zones_kept", lang, zones=zones), tone="caution")
    if match.unused:
        names = _their_names(result)
        zones = separator.join(names[each] for each in match.unused)
        note(text("app.import.zones_unused", lang, zones=zones), tone="caution")
