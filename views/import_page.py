"""导入: a planner's own file, from the drop to the confirmation, with every decision in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from spatial.importing.model import Subject
from spatial.text import text
from views import cache
from views.export_result import file_size
from views.html_table import fragment
from views.import_choices import KINDS_WITH_ENCODING, show_decisions, show_questions
from views.import_columns import show_columns
from views.import_confirm import show_confirmation, show_done
from views.import_draft import current_draft, drop_draft, examine_draft, start_draft, state_subject
from views.import_limits import show_limits
from views.import_preview import map_of_rows, sample_table
from views.import_report import show_rejected, show_report
from views.messages import reporting, show, show_error
from views.session import SessionKey, current_view, upload_key
from views.workspace_panel import show_workspace_panel

if TYPE_CHECKING:
    from spatial.importing.model import Examination
    from views.import_draft import Draft
    from views.state import ViewState

__all__ = ["show_import_page"]

MEBIBYTE = 1024 * 1024


def show_import_page() -> None:
    """Show the page."""
    view = current_view()
    lang = view.lang
    with reporting(lang):
        st.html(
            fragment(
                '<h2 class="page-title">{title}</h2><p class="lead">{lead}</p>',
                title=text("app.page.import", lang),
                lead=text("app.import.lead", lang),
            )
        )
        show_done(view)
        draft = current_draft()
        with reporting(lang), st.container(key="atlas-import", gap="small"):
            if draft is None:
                _show_drop(view)
            else:
                _show_draft(draft, view)
        with reporting(lang):
            show_workspace_panel(view)
        with reporting(lang):
            show_limits(lang)


def _show_drop(view: ViewState) -> None:
    """Show where a file is dropped; one that is there becomes the draft."""
    uploads = st.file_uploader(
        text("app.import.file", view.lang),
        key=upload_key(),
        accept_multiple_files=True,
        max_upload_size=max(cache.limits().upload_bytes // MEBIBYTE, 1),
    )
    if uploads:
        start_draft(uploads, pack=view.pack)
        st.rerun()


def _show_draft(draft: Draft, view: ViewState) -> None:
    lang = view.lang
    shown = draft.settings.subject
    _show_file_line(draft, lang)
    outcome = examine_draft(draft, lang)
    if draft.settings.subject != shown:
        st.rerun()  # the line above names the first guess, which the columns have corrected
    if outcome.error is not None:
        show_error(outcome.error, lang)
    examination = outcome.examination
    if examination is None:
        return
    frames = cache.frames(view.pack)
    with st.container(key="atlas-import-main"):
        say_side, see_side = st.columns([48, 52], gap="medium")
        with say_side:
            show_questions(draft, examination, lang)
            with reporting(lang):
                show_report(examination, lang)
                show_confirmation(draft, examination, view)
            _show_understanding(draft, examination, lang)
        with see_side:
            show(map_of_rows(examination, frames, lang))
    show(sample_table(examination, lang))
    show_columns(draft, examination, lang)
    if examination.result is not None:
        show_rejected(draft, examination.result, lang)


def _show_file_line(draft: Draft, lang: str) -> None:
    """Show which file it is, what its rows are, and the way to another."""
    kind = draft.outcome.examination.kind if draft.outcome and draft.outcome.examination else ""
    with st.container(key="atlas-import-file", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.html(
            fragment(
                '<p class="file-line"><span class="field-name">{head}</span>'
                "<strong>{name}</strong> {facts}</p>",
                head=text("app.import.file_line", lang),
                name=draft.name,
                facts=" · ".join(filter(None, (kind, file_size(len(draft.data))))),
            ),
            width="content",
        )
        key = draft.key(SessionKey.IMPORT_SUBJECT, "")
        st.session_state[key] = draft.settings.subject
        st.selectbox(
            text("app.import.subject", lang),
            list(Subject),
            format_func=lambda subject: text(f"app.import.subject_{subject}", lang),
            key=key,
            on_change=_subject_chosen,
            args=(key,),
            filter_mode=None,
            width=300,
        )
        st.button(text("app.import.another", lang), key=SessionKey.IMPORT_DROP, on_click=drop_draft)


def _subject_chosen(key: str) -> None:
    state_subject(Subject(st.session_state[key]))


def _show_understanding(draft: Draft, examination: Examination, lang: str) -> None:
    if examination.decisions or examination.kind in KINDS_WITH_ENCODING:
        st.html(fragment("<h3>{words}</h3>", words=text("app.import.understood", lang)))
        with st.container(key="atlas-import-decisions", gap="small"):
            show_decisions(draft, examination, lang)
