"""The only caches of the pages: what every session may share, and nothing else.

Keys are small and hashable (the name of a pack, a definition, a language). An inventory that a
planner brought never enters here; its verdicts are worked out in its own session.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.standalone import STANDALONE_FILES
from layers.zone_sheet_pdf import SHEET_FONT_FILE
from spatial.errors import UnknownPackError
from spatial.limits import Limits
from spatial.pack import list_packs
from views.evaluation import Evaluation, StationSurvey, evaluate, survey_stations
from views.pack_frames import PackFrames, read_frames
from views.probability import draw_view
from views.session_audit import ViewAudit, audit_view

if TYPE_CHECKING:
    from spatial.definition import Definition
    from spatial.uncertainty.probability import Uncertainty

__all__ = [
    "frames",
    "limits",
    "pack_names",
    "page_files",
    "shared_audit",
    "shared_evaluation",
    "shared_probability",
    "shared_survey",
    "sheet_font",
]

STATIC: Final = Path(__file__).resolve().parent.parent / "static"


@st.cache_resource(show_spinner=False)
def pack_names() -> tuple[str, ...]:
    """Return the names of the shipped packs."""
    return tuple(list_packs())


@st.cache_resource(show_spinner=False, max_entries=8)
def frames(name: str) -> PackFrames:
    """Return the shipped pack of that name with its frames; read only.

    Raises
    ------
    UnknownPackError
        If no shipped pack has that name; a folder of the server is never opened by its path.
    """
    if name not in pack_names():
        raise UnknownPackError("error.unknown_pack", name=name, known=", ".join(pack_names()))
    return read_frames(name)


@st.cache_resource(show_spinner=False)
def limits() -> Limits:
    """Return the limits of an import as this server is set up."""
    return Limits.from_environment(os.environ)


@st.cache_resource(show_spinner=False, max_entries=8)
def shared_survey(name: str) -> StationSurvey:
    """Return where the stations of a pack's own inventory lie."""
    return survey_stations(frames(name))


@st.cache_resource(show_spinner=False, max_entries=64)
def shared_evaluation(name: str, definition: Definition) -> Evaluation:
    """Return the verdicts of a pack under ``definition`` by its own inventory."""
    return evaluate(frames(name), shared_survey(name), definition)


@st.cache_resource(show_spinner=False, max_entries=16)
def shared_audit(name: str, definition: Definition) -> ViewAudit:
    """Return every layer of a pack under every definition by its own inventory."""
    return audit_view(frames(name), shared_survey(name), definition)


@st.cache_resource(show_spinner=False, max_entries=32)
def shared_probability(name: str, definition: Definition, layer: str) -> Uncertainty:
    """Return the draws of a layer of a pack under ``definition`` by its own inventory."""
    return draw_view(frames(name), shared_survey(name), definition, layer)


@st.cache_resource(show_spinner=False)
def page_files() -> dict[str, str]:
    """Return the scripts and styles that a page of its own carries within itself."""
    return {name: (STATIC / name).read_text(encoding="utf-8") for name in STANDALONE_FILES}


@st.cache_resource(show_spinner=False)
def sheet_font() -> bytes:
    """Return the font of the sheets of paper."""
    return (STATIC / SHEET_FONT_FILE).read_bytes()
