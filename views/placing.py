"""Parks that no file and no plan locates, and the click on the map that gives one a position."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

import streamlit as st

from layers.registry import PLACE_KINDS, LayerId
from layers.scene import Placing
from spatial.importing.model import Subject
from spatial.text import text
from spatial.workspace.changed_pack import checked_point, fingerprint
from spatial.workspace.model import PlacedPoint, place_point, unplace
from spatial.workspace.park_rows import place_row, placed_rows, unplace_row, unplaced_rows
from views import cache
from views.citation import localised
from views.messages import note
from views.session import SessionKey, current_workspace, keep_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geopandas import GeoDataFrame
    from pandas import Series

    from spatial.workspace.model import Dataset
    from views.map_frame import MapClick
    from views.pack_frames import PackFrames
    from views.state import ViewState

__all__ = [
    "NO_SPOT",
    "SPOT",
    "ask_for_place",
    "current_placing",
    "give_position",
    "placed_parks",
    "show_placing",
    "stop_placing",
    "take_back",
]

SPOT: Final = "spot"
NO_SPOT: Final = "no_spot"
ROW_MARK: Final = "#"
NAME_COLUMNS: Final = ("name", "name_zh", "place_id")


class Park(NamedTuple):
    """A park of the plan or a row of a file, by the key under which a click places it."""

    key: str
    name: str


def show_placing(frames: PackFrames, view: ViewState) -> None:
    """Show the parks without a position, and those that the planner has placed."""
    lang, waiting = view.lang, _unplaced(frames, view.lang)
    note(text("app.placing.lead", lang))
    if waiting:
        names = {each.key: each.name for each in waiting}
        key = st.selectbox(
            text("app.placing.which", lang, n=len(waiting)),
            list(names),
            format_func=lambda key: names[key],
            key=SessionKey.PLACING_CHOICE,
            filter_mode="contains",
        )
        st.button(
            text("app.placing.start", lang),
            key=SessionKey.PLACING_START,
            type="primary",
            on_click=ask_for_place,
            args=(key,),
        )
    if SessionKey.PLACING in st.session_state:
        st.button(text("app.placing.stop", lang), key=SessionKey.PLACING_STOP, on_click=stop_placing)
    placed = {each.key: each.name for each in placed_parks(frames, view)}
    if placed:
        key = st.selectbox(
            text("app.placing.placed", lang, n=len(placed)),
            list(placed),
            format_func=lambda key: placed.get(key, key),
            key=SessionKey.PLACED_CHOICE,
            filter_mode="contains",
        )
        st.button(
            text("app.placing.take_back", lang),
            key=SessionKey.PLACING_TAKE_BACK,
            on_click=take_back,
            args=(view.pack, [key]),
        )


def ask_for_place(key: str) -> None:
    """Let the next click on the map be the position of a park."""
    st.session_state[SessionKey.PLACING] = key


def current_placing(frames: PackFrames, lang: str) -> Placing | None:
    """Return the park whose position the next click gives, None where none is asked for."""
    key = st.session_state.get(SessionKey.PLACING)
    found = next((each for each in _unplaced(frames, lang) if each.key == key), None)
    return None if found is None else Placing(place_id=found.key, name=found.name)


def give_position(click: MapClick, view: ViewState) -> None:
    """Keep where a park was put; the page is drawn anew.

    Raises
    ------
    UsageError
        If the click names no park that waits for a position.
    """
    stop_placing()
    workspace = current_workspace()
    if ROW_MARK in click.id:
        dataset, _, row = click.id.partition(ROW_MARK)
        keep_workspace(place_row(workspace, dataset, int(row), lon=click.lon, lat=click.lat))
    else:
        pack = cache.frames(view.pack).pack
        instant = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        point = PlacedPoint(place_id=click.id, lon=click.lon, lat=click.lat, placed_at=instant)
        checked_point(pack.place_points(), point)
        keep_workspace(place_point(workspace, view.pack, point, fingerprint=fingerprint(pack)))
    st.rerun()


def placed_parks(frames: PackFrames, view: ViewState) -> list[Park]:
    """Return the parks that the planner has put on the map, those of files first."""
    names = {str(row["place_id"]): localised(row, "name", view.lang) for _, row in frames.places.iterrows()}
    points = current_workspace().changes(view.pack).points
    return _rows_of_files(placed_rows) + [Park(key, names.get(key, key)) for key in points]


def _unplaced(frames: PackFrames, lang: str) -> list[Park]:
    """Return the rows of files and the plan's parks that have no position."""
    parks = frames.places[frames.places["kind"].isin(PLACE_KINDS[LayerId.PARKS])]
    nowhere = parks[parks.geometry.isna() | parks.geometry.is_empty]
    of_plan = [Park(str(row["place_id"]), localised(row, "name", lang)) for _, row in nowhere.iterrows()]
    return _rows_of_files(unplaced_rows) + of_plan


def _rows_of_files(chosen: Callable[[Dataset], GeoDataFrame]) -> list[Park]:
    """Return the chosen rows of each imported file of parks, with the name of the file."""
    return [
        Park(f"{dataset.name}{ROW_MARK}{index}", f"{_name_of(row, index)} · {dataset.source_name}")
        for dataset in current_workspace().of_subject(Subject.PARKS)
        for index, row in chosen(dataset).iterrows()
    ]


def _name_of(row: Series, index: object) -> str:
    return next((str(row[column]) for column in NAME_COLUMNS if row.get(column)), str(index))


def stop_placing() -> None:
    """Ask for no position any more."""
    st.session_state.pop(SessionKey.PLACING, None)


def take_back(pack: str, keys: Iterable[str]) -> None:
    """Take parks that were put on the map off it again."""
    workspace = current_workspace()
    for key in keys:
        dataset, mark, row = key.partition(ROW_MARK)
        workspace = unplace_row(workspace, dataset, int(row)) if mark else unplace(workspace, pack, key)
    keep_workspace(workspace)
