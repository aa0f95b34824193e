"""The confirmation: what was examined becomes part of this session, and the file is let go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.importing.build.report import report_dict
from spatial.importing.model import Subject
from spatial.text import text
from spatial.workspace.model import SEVERAL_ALLOWED, Dataset, add_dataset, remember_columns
from spatial.workspace.park_rows import unplaced_rows
from views.figures import figure
from views.import_draft import current_draft, drop_draft
from views.import_zones import show_zone_changes, take_zones
from views.messages import note, reporting
from views.session import SessionKey, current_workspace, keep_workspace
from views.state import write_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.importing.model import Examination, ImportResult
    from views.import_draft import Draft
    from views.state import ViewState

__all__ = ["FORMER", "FORMER_CHOICES", "show_confirmation", "show_done"]

FORMER: Final = "former"
BESIDE: Final = "beside"
INSTEAD: Final = "instead"
FORMER_CHOICES: Final = (BESIDE, INSTEAD)


def show_confirmation(draft: Draft, examination: Examination, view: ViewState) -> None:
    """Show what confirming changes, and the button that does it; closed while a question is open."""
    lang, result = view.lang, examination.result
    if examination.questions:
        note(text("app.import.confirm_blocked", lang, n=len(examination.questions)), tone="caution")
    ready = result is not None and bool(result.n_features_out)
    if ready and draft.settings.subject == Subject.ZONES:
        ready = False
        with reporting(lang):
            ready = show_zone_changes(draft, result, view)
    beside = ready and _show_former(draft, result, lang)
    zones = draft.settings.subject == Subject.ZONES
    pressed = st.button(
        text("app.import.confirm_zones" if zones else "app.import.confirm", lang),
        key=SessionKey.IMPORT_CONFIRM,
        type="primary",
        disabled=not ready or beside is None,
    )
    if pressed and result is not None:
        _take(draft, examination, result, view, beside=bool(beside))
        st.rerun()


def _show_former(draft: Draft, result: ImportResult, lang: str) -> bool | None:
    """Show the choice between both files and this one alone; None while it is open, nobody guesses it.

    The rows of several operators belong together, and so do rows that were corrected and the others.
    """
    former = current_workspace().of_subject(result.subject)
    if not former:
        return False
    names = text("app.list_separator", lang).join(each.source_name for each in former)
    figures = {"names": names, "n": figure(sum(len(each.frame) for each in former))}
    if result.subject == Subject.ZONES:
        note(text("app.import.former_zones", lang, **figures), tone="caution")
        return False
    if result.subject in SEVERAL_ALLOWED:
        return False
    note(text("app.import.former", lang, **figures), tone="caution")
    chosen = st.radio(
        text("app.import.former_choice", lang),
        FORMER_CHOICES,
        index=None,
        format_func=lambda choice: text(f"app.import.former_{choice}", lang),
        key=draft.key(SessionKey.IMPORT_CHOICE, FORMER),
    )
    if chosen == BESIDE:
        _tell_shared_ids(former, result, lang)
    return None if chosen is None else chosen == BESIDE


def _tell_shared_ids(former: Iterable[Dataset], result: ImportResult, lang: str) -> None:
    """Say how many ids both files have: their rows would be counted twice."""
    column = "site_id" if "site_id" in result.frame else "place_id"
    if column not in result.frame:
        return
    known = {value for each in former if column in each.frame for value in each.frame[column].dropna()}
    n_shared = int(result.frame[column].isin(known).sum())
    if n_shared:
        note(text("app.import.former_shared", lang, n=figure(n_shared)), tone="caution")


def show_done(view: ViewState) -> None:
    """Say once what was taken, and lead to the map."""
    lang = view.lang
    done = st.session_state.get(SessionKey.IMPORT_DONE)
    if done is None:
        return
    if current_draft() is not None:
        st.session_state.pop(SessionKey.IMPORT_DONE)
        return
    name, n, subject, n_unplaced = done
    words = text(
        "app.import.done",
        lang,
        name=name,
        n=figure(n),
        subject=text(f"app.import.subject_{subject}", lang),
    )
    note(words, role="status")
    if n_unplaced:
        note(text("app.import.done_unplaced", lang, n=figure(n_unplaced)), tone="caution")
    # The overview leads here as well; its module is there once the app runs.
    from views.overview import show_overview  # noqa: PLC0415

    with st.container(key="atlas-to-overview"):
        st.page_link(
            st.Page(show_overview, title=text("app.page.overview", lang), url_path="overview", default=True),
            label=text("app.import.to_overview", lang),
            query_params=write_address(view),
        )


def _take(
    draft: Draft, examination: Examination, result: ImportResult, view: ViewState, *, beside: bool
) -> None:
    """Make the result a data set of this session, remember the columns, and let go of the bytes."""
    dataset = Dataset(
        title=result.name,
        result=result,
        sha256=examination.sha256,
        imported_at=datetime.now(UTC).isoformat(timespec="seconds"),
        report=report_dict(result, view.lang),
    )
    workspace = add_dataset(current_workspace(), dataset, beside=beside)
    if draft.settings.columns:
        workspace = remember_columns(
            workspace, result.subject, examination.headers, dict(draft.settings.columns)
        )
    if result.subject == Subject.ZONES:
        workspace = take_zones(workspace, draft, workspace.datasets[-1], view)
    keep_workspace(workspace)
    n_unplaced = len(unplaced_rows(dataset)) if result.subject == Subject.PARKS else 0
    done = (result.name, result.n_features_out, str(result.subject), n_unplaced)
    st.session_state[SessionKey.IMPORT_DONE] = done
    drop_draft()
