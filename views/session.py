"""The state of one browser session: the view, its address and what its planner has confirmed.

Nothing here is shared: a file that was brought lives in this session's memory alone and is gone
when the session is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from spatial.importing.build.inventory import inventories_together
from spatial.importing.model import Subject
from spatial.workspace.store import MemoryStore
from views.state import ViewState, read_address, write_address

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from spatial.definition import Definition
    from spatial.inventory import Inventory
    from spatial.uncertainty.probability import Uncertainty
    from spatial.workspace.model import Workspace
    from spatial.workspace.store import StoredWorkspace, WorkspaceStore
    from views.evaluation import Evaluation, StationSurvey
    from views.pack_frames import PackFrames
    from views.session_audit import ViewAudit

__all__ = [
    "SessionKey",
    "brought_inventory",
    "change_view",
    "current_view",
    "current_workspace",
    "ignored_parameters",
    "keep_workspace",
    "own_work",
    "publish_address",
    "put_back",
    "remembered_columns",
    "upload_key",
    "widget_key",
]

OWNER: Final = "session"
"""Under which name a session keeps its workspace, which no other session sees."""


class SessionKey(StrEnum):
    """Every key of the session's memory, widgets included."""

    VIEW = "view"
    ADDRESS = "address"
    IGNORED = "ignored"
    WORKSPACE = "workspace"
    UPLOAD_ROUND = "upload_round"
    LANGUAGE = "widget_language"
    ZONE = "widget_zone"
    SEARCH = "widget_search"
    PACK = "widget_pack"
    DOCUMENT = "widget_document"
    DEFINITION = "widget_definition"
    DEFINITION_RESET = "widget_definition_reset"
    AS_OF = "widget_as_of"
    LAYER = "widget_layer"
    OPACITY = "widget_opacity"
    OWN_WORK = "own_work"
    CHOICES = "choices"
    UPLOAD = "widget_upload"
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
    PLACING = "placing"
    PLACING_CHOICE = "widget_placing_choice"
    PLACING_START = "widget_placing_start"
    PLACING_STOP = "widget_placing_stop"
    PLACED_CHOICE = "widget_placed_choice"
    PLACING_TAKE_BACK = "widget_placing_take_back"
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
    ANALYSIS = "widget_analysis"
    GRID_SHOWN = "widget_grid_shown"
    GRID_SIZE = "widget_grid_size"
    GRID_BANDWIDTH = "widget_grid_bandwidth"
    GRID_ORDER = "widget_grid_order"
    GRID_SAVE = "widget_grid_save"
    SCENARIO = "scenario"
    SCENARIO_MODE = "widget_scenario_mode"
    SCENARIO_TARGET = "widget_scenario_target"
    SCENARIO_YEAR = "widget_scenario_year"
    SCENARIO_NAME = "widget_scenario_name"
    SCENARIO_OPERATOR = "widget_scenario_operator"
    SCENARIO_SITE_TYPE = "widget_scenario_site_type"
    SCENARIO_FORM = "widget_scenario_form"
    SCENARIO_NEW_YEAR = "widget_scenario_new_year"
    SCENARIO_SYSTEM = "widget_scenario_system"
    SCENARIO_ROWS = "widget_scenario_rows"
    SCENARIO_HERE = "widget_scenario_here"
    SCENARIO_EDIT = "widget_scenario_edit"
    SCENARIO_DROP = "widget_scenario_drop"
    SCENARIO_UNDO = "widget_scenario_undo"
    SCENARIO_REDO = "widget_scenario_redo"
    SCENARIO_CLEAR = "widget_scenario_clear"
    SCENARIO_SAVE = "widget_scenario_save"
    SCENARIO_OPEN = "widget_scenario_open"
    SCENARIO_ANYWAY = "widget_scenario_anyway"
    AUDIT_MATRIX = "widget_audit_matrix"
    AUDIT_BASIS = "widget_audit_basis"
    AUDIT_CSV = "widget_audit_csv"
    AUDIT_XLSX = "widget_audit_xlsx"
    DRAWN = "drawn"
    DRAWN_CHOICE = "widget_drawn_choice"
    DRAWN_NAME = "widget_drawn_name"
    DRAWN_RADIUS = "widget_drawn_radius"
    DRAWN_REMOVE = "widget_drawn_remove"
    DRAWN_UNDO = "widget_drawn_undo"
    DRAWN_REDO = "widget_drawn_redo"
    DRAWN_SAVE = "widget_drawn_save"
    DRAWN_OPEN = "widget_drawn_open"
    DRAWN_BASIS = "widget_drawn_basis"
    COVERAGE = "coverage"
    COVERAGE_RADIUS = "widget_coverage_radius"
    COVERAGE_GROUND = "widget_coverage_ground"
    COVERAGE_RESET = "widget_coverage_reset"
    COVERAGE_SAVE = "widget_coverage_save"
    EVALUATION = "widget_evaluation"
    INDICATOR_SECTION = "widget_indicator_section"
    DATED_INVENTORIES = "dated_inventories"
    SITING = "siting"
    SITING_TARGET = "widget_siting_target"
    SITING_SEPARATION = "widget_siting_separation"
    SITING_BUDGET = "widget_siting_budget"
    SITING_COVER = "widget_siting_cover"
    SITING_RADIUS = "widget_siting_radius"
    SITING_NO_BUILD = "widget_siting_no_build"
    SITING_TIME = "widget_siting_time"
    SITING_SOLVE = "widget_siting_solve"
    SITING_CANCEL = "widget_siting_cancel"
    SITING_SAVE = "widget_siting_save"
    SITING_TRY = "widget_siting_try"
    SITING_COST = "widget_siting_cost"
    SITING_TARGETS = "widget_siting_targets"


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


def current_workspace() -> Workspace:
    """Return what this session's planner has confirmed."""
    return _stored().workspace


def keep_workspace(workspace: Workspace) -> None:
    """Keep what was made of the present workspace, and let go of what was worked out from its former files.

    A reported value changes no count: what stands on the same data sets and the same outlines stays.
    """
    former = _stored()
    _store().save(OWNER, workspace, expected=former.version)
    if _same_files(workspace, former.workspace):
        return
    st.session_state.pop(SessionKey.OWN_WORK, None)
    # Two files may share name and number of rows: what was made of the one is not of the other.
    st.session_state.pop(SessionKey.EXPORT_RESULT, None)


def _same_files(one: Workspace, other: Workspace) -> bool:
    """Tell whether two workspaces hold the very same data sets, outlines and placed points."""
    mine, theirs = ((*each.datasets, *each.packs.values()) for each in (one, other))
    return (
        len(mine) == len(theirs)
        and list(one.packs) == list(other.packs)
        and all(a is b for a, b in zip(mine, theirs, strict=True))
    )


def remembered_columns(subject: Subject, headers: Iterable[str]) -> Mapping[str, str]:
    """Return how the columns of a file with that header were matched before; empty for never."""
    return current_workspace().columns_of(subject, headers)


def brought_inventory(subject: Subject = Subject.BASE_STATIONS) -> Inventory | None:
    """Return the stations or poles that this session's planner brought, of all files together, if any."""
    memory, found = own_work(), current_workspace().of_subject(subject)
    if found and subject not in memory.inventories:
        memory.inventories[subject] = inventories_together([each.result for each in found])
    return memory.inventories[subject] if found else None


def _stored() -> StoredWorkspace:
    return _store().load(OWNER)


def _store() -> WorkspaceStore:
    """Return where this session's workspace is kept."""
    return st.session_state.setdefault(SessionKey.WORKSPACE, MemoryStore())


@dataclass
class OwnWork:
    """What was worked out from the workspace of this session, as it is now."""

    inventories: dict[Subject, Inventory] = field(default_factory=dict)
    frames: dict[str, PackFrames] = field(default_factory=dict)
    surveys: dict[str, StationSurvey] = field(default_factory=dict)
    evaluations: dict[tuple[str, Definition], Evaluation] = field(default_factory=dict)
    probabilities: dict[tuple[str, Definition, str], Uncertainty] = field(default_factory=dict)
    audits: dict[tuple[str, Definition], ViewAudit] = field(default_factory=dict)


def own_work() -> OwnWork:
    """Return this session's memory of what its own workspace gave."""
    return st.session_state.setdefault(SessionKey.OWN_WORK, OwnWork())


def upload_key() -> str:
    """Return the key of the uploader; a new one empties it."""
    return widget_key(SessionKey.UPLOAD, str(st.session_state.get(SessionKey.UPLOAD_ROUND, 0)))
