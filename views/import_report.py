"""What became of the rows of a file: counts, remarks, and the rows that are not used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.importing.build.report import rejected_csv, rejected_file
from spatial.text import text
from views.figures import figure
from views.hand_over import hand_over
from views.html_table import Markup, fragment, join
from views.messages import note, show
from views.rejected_rows import rejected_table
from views.session import SessionKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.importing.model import Examination, ImportResult
    from spatial.notice import Notice
    from views.import_draft import Draft

__all__ = ["result_line", "show_rejected", "show_report"]

CSV: Final = "text/csv"


def show_report(examination: Examination, lang: str) -> None:
    """Show how many rows are used and not used, and what there is to say of them."""
    result = examination.result
    if result is None:
        return
    if not result.n_features_out:
        note(text("app.import.nothing_usable", lang), tone="refusal", role="alert")
    note(result_line(result, lang), role="status")
    show(_remarks("app.import.warnings", result.warnings, lang, unfolded=True))
    show(_remarks("app.import.notices", result.notices, lang, unfolded=False))


def result_line(result: ImportResult, lang: str) -> str:
    """Return the counts of a result in one sentence."""
    return text(
        "app.import.report",
        lang,
        n_in=figure(result.n_in),
        n_used=figure(result.n_used),
        n_reported=figure(result.n_reported),
        n_out=figure(result.n_features_out),
    )


def _remarks(key: str, notices: Iterable[Notice], lang: str, *, unfolded: bool) -> Markup:
    words = list(dict.fromkeys(notice.message(lang) for notice in notices))
    if not words:
        return Markup("")
    return fragment(
        '<details class="folded remarks-of-import" {state}><summary>{head}</summary>'
        '<ul class="remarks">{items}</ul></details>',
        state=Markup("open" if unfolded else ""),
        head=text(key, lang, n=len(words)),
        items=join(fragment("<li>{words}</li>", words=each) for each in words),
    )


def show_rejected(draft: Draft, result: ImportResult, lang: str) -> None:
    """Show the first rows that are not used, and hand all of them over as report and as file."""
    if not result.n_reported:
        return
    st.html(rejected_table(result, lang))
    with st.container(horizontal=True, gap="small"):
        if st.button(
            text("app.import.rejected_file", lang), key=draft.key(SessionKey.IMPORT_REJECTED, "rows")
        ):
            hand_over(text("app.rejected.rows_name", lang), rejected_file(result, lang), media_type=CSV)
        if st.button(text("app.import.report_file", lang), key=draft.key(SessionKey.IMPORT_REPORT, "report")):
            hand_over(text("app.rejected.file_name", lang), rejected_csv(result, lang), media_type=CSV)
