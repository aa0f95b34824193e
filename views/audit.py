"""口径对照: every zone under every definition, and the choices that turn a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from spatial.audit.case_sheet import case_sheet
from spatial.audit.matrix_files import matrix_csv, matrix_workbook
from spatial.audit.words import reason_lines, turning_words
from spatial.definition import AreaBasis, word_key
from spatial.importing.model import Subject
from spatial.text import text
from views.audit_case import case_notes, case_sentence, case_table
from views.audit_tables import matrix_table, range_table
from views.definition_fields import year_ends
from views.definition_panel import show_definition_panel
from views.hand_over import hand_over
from views.html_table import fragment
from views.inventory_panel import show_inventory_panel
from views.messages import note, reporting, show
from views.pack_choice import show_pack_choice
from views.plan_tables import finding_note
from views.remarks import remark, remark_list
from views.session import SessionKey, current_view, put_back
from views.session_evaluation import session_audit
from views.session_frames import session_frames, session_inventory, session_notices

if TYPE_CHECKING:
    from views.pack_frames import PackFrames
    from views.session_audit import ViewAudit
    from views.state import ViewState

__all__ = ["show_audit"]

MOST_ZONES: Final = 40
"""Zones beside one another that a reader can still compare."""

CSV: Final = "csv"
XLSX: Final = "xlsx"
MEDIA: Final = {
    CSV: "text/csv",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def show_audit() -> None:
    """Show the page."""
    view = current_view()
    lang = view.lang
    with reporting(lang):
        st.html(
            fragment(
                '<h2 class="page-title">{title}</h2><p class="lead">{lead}</p>',
                title=text("audit.title", lang),
                lead=text("audit.lead", lang),
            )
        )
        frames = session_frames(view.pack)
        if "district" not in frames.layers:
            note(text("app.overview.no_geometry", lang), tone="caution")
            show_pack_choice(lang)
            return
        for notice in session_notices(view.pack):
            note(notice.message(lang), tone="caution")
        _show_tools(view)
        audit = session_audit(view, view.definition)
        with reporting(lang):
            _show_case(frames, audit, lang)
        with reporting(lang):
            _show_ranges(frames, audit, view)
        with reporting(lang):
            _show_matrix(frames, audit, view)


def _show_tools(view: ViewState) -> None:
    with st.container(key="atlas-tools", horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.popover(text("app.definition.title", view.lang)):
            inventory = session_inventory(view.pack, Subject.BASE_STATIONS)
            show_definition_panel(view, year_ends(inventory.points if inventory else None))
        with st.popover(text("app.inventory.title", view.lang)):
            show_inventory_panel(view)


def _show_case(frames: PackFrames, audit: ViewAudit, lang: str) -> None:
    """Show what the plans publish over each area, what it rests on, and what the texts leave open."""
    if audit.case is None:
        return
    plan = frames.pack.plan
    sentence = case_sentence(audit.case, frames.pack.target, lang)
    if sentence:
        note(sentence, tone="caution")
    st.html(case_table(audit.case, lang))
    st.html(case_notes(audit.case, plan, frames.pack.target, lang))
    target = frames.pack.target
    if target is not None and target.indicator_id is not None:
        show(finding_note(plan, target.indicator_id, lang=lang))


def _show_ranges(frames: PackFrames, audit: ViewAudit, view: ViewState) -> None:
    lang = view.lang
    note(turning_words(audit.layers, lang))
    st.html(
        fragment(
            '<p class="definition-line"><strong>{head}</strong> {words}</p>',
            head=text("app.definition.in_use", lang),
            words=view.definition.label(lang),
        )
    )
    st.html(range_table(audit.layers, frames.names[lang], lang))
    note(text("audit.ranges_note", lang, state=text(word_key(view.definition.status), lang)))
    if any(layer.rows["synthetic"].any() for layer in audit.layers):
        note(text("verdict.synthetic", lang), tone="caution")


def _show_matrix(frames: PackFrames, audit: ViewAudit, view: ViewState) -> None:
    """Show the matrix of one area where it is asked for, and hand all of it over."""
    lang = view.lang
    n_definitions = max(len(layer.definitions) for layer in audit.layers)
    with st.container(key="atlas-audit-tools", horizontal=True, vertical_alignment="center", gap="small"):
        put_back(SessionKey.AUDIT_MATRIX, usual=False)
        asked = st.toggle(text("audit.show_matrix", lang, n=n_definitions), key=SessionKey.AUDIT_MATRIX)
        for kind, key in ((CSV, SessionKey.AUDIT_CSV), (XLSX, SessionKey.AUDIT_XLSX)):
            if st.button(text(f"audit.save_{kind}", lang), key=key):
                _save(kind, frames, audit, view)
    if not asked:
        return
    put_back(SessionKey.AUDIT_BASIS, str(view.definition.area_basis), list(AreaBasis))
    basis = st.segmented_control(
        text("audit.field_area_basis", lang),
        [str(each) for each in AreaBasis],
        format_func=lambda word: text(word_key(AreaBasis(word)), lang),
        key=SessionKey.AUDIT_BASIS,
        required=True,
    )
    n_zones = sum(len(layer.ranges) for layer in audit.layers)
    if n_zones > MOST_ZONES:
        note(text("audit.too_many_zones", lang, n=n_zones, allowed=MOST_ZONES))
        return
    st.html(matrix_table(audit.layers, AreaBasis(basis), frames.names[lang], lang))
    st.html(remark_list(reason_lines(audit.layers, lang)))


def _save(kind: str, frames: PackFrames, audit: ViewAudit, view: ViewState) -> None:
    """Let the browser save the whole matrix, zones under their full names."""
    lang = view.lang
    names = {
        str(zone_id): name
        for frame in frames.layers.values()
        for zone_id, name in frame.set_index("zone_id").get(f"name_{lang}", pd.Series(dtype=object)).items()
    }
    layers = [layer.named(names) for layer in audit.layers]
    if kind == CSV:
        data = matrix_csv(layers, lang)
    else:
        remarks = [
            text("cli.definition_line", lang, definition=view.definition.label(lang)),
            text("app.disclaimer", lang),
            *reason_lines(audit.layers, lang),
        ]
        notices = (notice for layer in audit.layers for notice in layer.notices)
        remarks += dict.fromkeys(remark(notice, frames.names[lang], lang) for notice in notices)
        case = [] if audit.case is None else [case_sheet(audit.case, frames.pack.plan, lang)]
        data = matrix_workbook(layers, lang, remarks=remarks, besides=case)
    hand_over(f"{view.pack}-definitions.{kind}", data, media_type=MEDIA[kind])
