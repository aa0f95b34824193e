"""The state of one browser session: the view, its address and a planner's own inventory.

Nothing here is shared: an inventory that was brought lives in this session's memory alone and
is gone when the session is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import streamlit as st

from views.state import ViewState, read_address, write_address

if TYPE_CHECKING:
    from collections.abc import Collection

    from spatial.definition import Definition
    from spatial.inventory import Inventory
    from views.evaluation import Evaluation, StationSurvey

__all__ = [
    "SessionKey",
    "brought_inventory",
    "change_view",
    "current_view",
    "forget_inventory",
    "ignored_parameters",
    "keep_inventory",
    "own_work",
    "publish_address",
    "put_back",
    "upload_key",
    "widget_key",
]


class SessionKey(StrEnum):
    """Every key of the session's memory, widgets included."""

    VIEW = "view"
    ADDRESS = "address"
    IGNORED = "ignored"
    INVENTORY = "inventory"
    UPLOAD_ROUND = "upload_round"
    LANGUAGE = "widget_language"
    ZONE = "widget_zone"
    SEARCH = "widget_search"
    PACK = "widget_pack"
    DATUM = "widget_datum"
    DOCUMENT = "widget_document"
    CLEAR = "widget_clear"
    REPORT = "widget_report"
    DEFINITION = "widget_definition"
    DEFINITION_RESET = "widget_definition_reset"
    AS_OF = "widget_as_of"
    LAYER = "widget_layer"
    OPACITY = "widget_opacity"
    OWN_WORK = "own_work"
    CHOICES = "choices"
    UPLOAD = "widget_upload"
    UPLOAD_USE = "widget_upload_use"
    IMPORT_DRAFT = "import_draft"
    IMPORT_DONE = "import_done"
    IMPORT_SUBJECT = "widget_import_subject"
    IMPORT_CHOICE = "widget_import_choice"
    IMPORT_COLUMN = "widget_import_column"
    IMPORT_SYSTEM = "widget_import_system"
    IMPORT_CANCEL = "widget_import_cancel"
    IMPORT_DROP = "widget_import_drop"
    IMPORT_CONFIRM = "widget_import_confirm"
    IMPORT_REPORT = "widget_import_report"
    IMPORT_REJECTED = "widget_import_rejected"
    WORKSPACE_SAVE = "widget_workspace_save"
    WORKSPACE_OPEN = "widget_workspace_open"
    WORKSPACE_REMOVE = "widget_workspace_remove"
    EXPORT_PROFILE = "widget_export_profile"
    EXPORT_LAYER = "widget_export_layer"
    EXPORT_EXTENT = "widget_export_extent"
    EXPORT_CHOICE = "widget_export_choice"
    EXPORT_MAKE = "widget_export_make"
    EXPORT_CANCEL = "widget_export_cancel"
    EXPORT_SAVE = "widget_export_save"
    EXPORT_RESULT = "export_result"
    PAGE_SAVE = "widget_page_save"
    SHEET_ZONE = "widget_sheet_zone"
    SHEET_PAPER = "widget_sheet_paper"
    SHEET_SAVE = "widget_sheet_save"


def widget_key(family: SessionKey, member: str) -> str:
    """Return the key of one widget among several of a family."""
    return f"{family}_{member}"


def put_back(key: str, usual: Any, offered: Collection[str] | None = None) -> None:  # noqa: ANN401 -- a widget's value
    """Put a widget where the planner left it, or at ``usual``; call it before the widget is shown.

    The framework forgets a widget while another page is open, and when the words of a choice change
    with the language it shows none as chosen. What is not among ``offered`` any more is left out.
    """
    kept = st.session_state.setdefault(SessionKey.CHOICES, {})
    value = st.session_state.get(key, kept.get(key, usual))
    if offered is not None:
        if isinstance(value, list):
            value = [each for each in value if each in offered]
        elif value not in offered:
            value = usual
    kept.pop(key, None)
    if value != usual:
        kept[key] = value
    st.session_state[key] = value


def current_view() -> ViewState:
    """Return the view of this session; an address that came from outside is read anew."""
    address = st.query_params.to_dict()
    if SessionKey.VIEW not in st.session_state or address != st.session_state[SessionKey.ADDRESS]:
        view, ignored = read_address(address)
        st.session_state[SessionKey.VIEW] = view
        st.session_state[SessionKey.IGNORED] = ignored
        st.session_state[SessionKey.ADDRESS] = address
    return st.session_state[SessionKey.VIEW]


def ignored_parameters() -> tuple[str, ...]:
    """Return the parts of the address that were not understood."""
    return tuple(st.session_state.get(SessionKey.IGNORED, ()))


def change_view(**changes: Any) -> ViewState:  # noqa: ANN401 -- fields of ViewState
    """Replace parts of the view and write its address; a change of nothing does nothing."""
    view = replace(current_view(), **changes)
    st.session_state[SessionKey.IGNORED] = ()
    st.session_state[SessionKey.VIEW] = view
    publish_address(view)
    return view


def publish_address(view: ViewState) -> None:
    """Write the address of ``view`` into the browser, where it differs."""
    address = write_address(view)
    if st.query_params.to_dict() != address:
        st.query_params.from_dict(address)
    st.session_state[SessionKey.ADDRESS] = address


def brought_inventory() -> Inventory | None:
    """Return the inventory that this session's planner brought, if any."""
    return st.session_state.get(SessionKey.INVENTORY)


def keep_inventory(inventory: Inventory) -> None:
    """Keep a planner's inventory for this session, and let go of the file it came from."""
    _next_upload()
    st.session_state[SessionKey.INVENTORY] = inventory


def forget_inventory() -> None:
    """Drop the planner's inventory and everything that was worked out from it."""
    _next_upload()
    st.session_state.pop(SessionKey.INVENTORY, None)


@dataclass
class OwnWork:
    """What was worked out from the inventory that this session's planner brought."""

    surveys: dict[str, StationSurvey] = field(default_factory=dict)
    evaluations: dict[tuple[str, Definition], Evaluation] = field(default_factory=dict)


def own_work() -> OwnWork:
    """Return this session's memory of what its own inventory gave."""
    return st.session_state.setdefault(SessionKey.OWN_WORK, OwnWork())


def upload_key() -> str:
    """Return the key of the uploader; a new one empties it."""
    return widget_key(SessionKey.UPLOAD, str(st.session_state.get(SessionKey.UPLOAD_ROUND, 0)))


def _next_upload() -> None:
    st.session_state[SessionKey.UPLOAD_ROUND] = st.session_state.get(SessionKey.UPLOAD_ROUND, 0) + 1
    st.session_state.pop(SessionKey.OWN_WORK, None)
    # Two files may share name and number of rows: what was made of the one is not of the other.
    st.session_state.pop(SessionKey.EXPORT_RESULT, None)
