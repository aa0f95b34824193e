"""What this session holds: every file that was confirmed, with the ways to remove, keep and bring it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.text import text
from spatial.workspace.model import drop_dataset, restore_zones
from views import cache
from views.figures import NOTHING, figure
from views.html_table import Cell, Column, Markup, fragment, render_table
from views.import_choices import system_word
from views.messages import note
from views.placing import placed_parks, take_back
from views.session import SessionKey, current_workspace, keep_workspace, widget_key
from views.workspace_file import show_file_buttons

if TYPE_CHECKING:
    from spatial.workspace.model import Dataset, Workspace
    from views.state import ViewState

__all__ = ["dataset_table", "show_workspace_panel"]

DAY_AND_MINUTE: Final = 16


def show_workspace_panel(view: ViewState) -> None:
    """Show the panel."""
    lang, workspace = view.lang, current_workspace()
    with st.container(key="atlas-workspace", gap="small"):
        st.html(
            fragment(
                '<h2>{title}</h2><p class="lead">{lead}</p>',
                title=text("app.workspace.title", lang),
                lead=text("app.workspace.lead", lang),
            )
        )
        if workspace.datasets:
            st.html(dataset_table(workspace, lang))
        else:
            note(text("app.workspace.empty", lang))
        _show_changes(workspace, view)
        _show_removal(workspace, lang)
        show_file_buttons(workspace, view)


def dataset_table(workspace: Workspace, lang: str) -> Markup:
    """Return every file that was confirmed, with how much of it is used and in which system it was read."""
    columns = [
        Column(head=text("app.workspace.file", lang)),
        Column(head=text("app.workspace.subject", lang)),
        Column(head=text("app.workspace.used", lang), numeric=True),
        Column(head=text("app.workspace.not_used", lang), numeric=True),
        Column(head=text("app.workspace.system", lang)),
        Column(head=text("app.workspace.when", lang), unit="UTC", roomy=True),
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            dataset.source_name,
            text(f"app.import.subject_{dataset.subject}", lang),
            figure(dataset.result.n_used),
            figure(dataset.result.n_reported),
            # What has no position has no system either.
            system_word(dataset.result.crs, lang) if dataset.frame.geometry.notna().any() else NOTHING,
            dataset.imported_at[:DAY_AND_MINUTE].replace("T", " "),
        ]
        for dataset in workspace.datasets
    ]
    return render_table(columns, rows, caption=text("app.workspace.caption", lang, n=figure(len(rows))))


def _show_changes(workspace: Workspace, view: ViewState) -> None:
    """Show whose outlines stand in place of the pack's and which places were put, each with its way back."""
    lang, changes = view.lang, workspace.changes(view.pack)
    for layer, zones in changes.zones.items():
        words = text(
            "app.workspace.zones_replaced",
            lang,
            n=figure(len(zones.match.pairs)),
            of=figure(len(zones.frame)),
            name=zones.dataset.source_name,
        )
        note(words)
        st.button(
            text("app.workspace.restore", lang),
            key=widget_key(SessionKey.WORKSPACE_REMOVE, f"zones_{layer}"),
            on_click=_restore,
            args=(view.pack, layer),
        )
    placed = placed_parks(cache.frames(view.pack), view)
    if placed:
        names = text("app.list_separator", lang).join(each.name for each in placed)
        note(text("app.workspace.placed", lang, n=figure(len(placed)), places=names))
        st.button(
            text("app.workspace.unplace", lang),
            key=widget_key(SessionKey.WORKSPACE_REMOVE, "points"),
            on_click=take_back,
            args=(view.pack, [each.key for each in placed]),
        )


def _show_removal(workspace: Workspace, lang: str) -> None:
    """Show the choice of a data set and the button that takes it out."""
    if not workspace.datasets:
        return
    titles = {dataset.name: _title(dataset, lang) for dataset in workspace.datasets}
    key = widget_key(SessionKey.WORKSPACE_REMOVE, "choice")
    if st.session_state.get(key) not in titles:
        st.session_state[key] = next(iter(titles))
    with st.container(
        key="atlas-workspace-remove", horizontal=True, vertical_alignment="bottom", gap="small"
    ):
        st.selectbox(
            text("app.workspace.choose", lang),
            list(titles),
            format_func=lambda name: titles.get(name, name),
            key=key,
            filter_mode=None,
            width=420,
        )
        st.button(
            text("app.workspace.remove", lang), key=SessionKey.WORKSPACE_REMOVE, on_click=_remove, args=(key,)
        )


def _title(dataset: Dataset, lang: str) -> str:
    return f"{dataset.source_name} · {text(f'app.import.subject_{dataset.subject}', lang)}"


def _remove(key: str) -> None:
    name = st.session_state.pop(key)
    st.session_state.pop(SessionKey.IMPORT_DONE, None)
    workspace = current_workspace()
    keep_workspace(_without(workspace, workspace.dataset(name)))


def _restore(pack: str, layer: str) -> None:
    workspace = current_workspace()
    keep_workspace(_without(workspace, workspace.changes(pack).zones[layer].dataset))


def _without(workspace: Workspace, dataset: Dataset) -> Workspace:
    """Return the workspace without a data set and without the outlines that came from it."""
    for pack_id, changes in workspace.packs.items():
        for layer, zones in changes.zones.items():
            if zones.dataset.name == dataset.name:
                workspace = restore_zones(workspace, pack_id, layer)
    held = any(each.name == dataset.name for each in workspace.datasets)
    return drop_dataset(workspace, dataset.name) if held else workspace
