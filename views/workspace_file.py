"""The session's data as one file: taken away, and opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.errors import AtlasError
from spatial.text import text
from spatial.workspace.gpkg_file import workspace_bytes
from spatial.workspace.isolated_opening import open_isolated
from views import cache
from views.drawn_session import take_drawn, with_drawn
from views.figures import figure
from views.hand_over import hand_over
from views.html_table import fragment
from views.import_draft import drop_draft
from views.messages import note, show_error
from views.session import SessionKey, keep_workspace, widget_key

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from spatial.workspace.model import Workspace
    from views.state import ViewState

__all__ = ["show_file_buttons"]

GEOPACKAGE: Final = "application/geopackage+sqlite3"
MEBIBYTE: Final = 1024 * 1024


def show_file_buttons(workspace: Workspace, view: ViewState) -> None:
    """Show the button that saves what this session holds, and where a saved file is opened."""
    lang, workspace = view.lang, with_drawn(workspace)
    if not workspace.is_empty and st.button(text("app.workspace.save", lang), key=SessionKey.WORKSPACE_SAVE):
        name = text("app.workspace.file_name", lang, pack=view.pack)
        hand_over(name, workspace_bytes(workspace), media_type=GEOPACKAGE)
    drawn = sum(len(each.areas) for each in workspace.drawn.values())
    if drawn:
        note(text("drawn.in_workspace", lang, n=figure(drawn)))
    opened = st.session_state.get(SessionKey.WORKSPACE_OPEN)
    if opened is not None:
        note(text("app.workspace.opened", lang, name=opened), role="status")
    upload = st.file_uploader(
        text("app.workspace.open", lang),
        type=["gpkg"],
        key=widget_key(SessionKey.WORKSPACE_OPEN, _round()),
        max_upload_size=max(cache.limits().upload_bytes // MEBIBYTE, 1),
    )
    if upload is None:
        return
    if workspace.is_empty:
        _open(upload, lang)
        return
    st.html(fragment('<p class="note caution">{words}</p>', words=text("app.workspace.replaces", lang)))
    if st.button(text("app.workspace.open_now", lang), key=widget_key(SessionKey.WORKSPACE_OPEN, "now")):
        _open(upload, lang)


def _open(upload: UploadedFile, lang: str) -> None:
    """Put what a file holds in place of this session's; a refusal changes nothing."""
    try:
        opened = open_isolated(upload.getvalue(), name=upload.name, limits=cache.limits())
    except AtlasError as error:
        show_error(error, lang)
        return
    drop_draft()
    keep_workspace(take_drawn(opened))
    st.session_state.pop(SessionKey.IMPORT_DONE, None)
    st.session_state[SessionKey.WORKSPACE_OPEN] = upload.name
    number = st.session_state.get(SessionKey.UPLOAD_ROUND, 0) + 1
    st.session_state[SessionKey.UPLOAD_ROUND] = number  # an uploader of a new name is an empty one
    st.rerun()


def _round() -> str:
    return str(st.session_state.get(SessionKey.UPLOAD_ROUND, 0))
