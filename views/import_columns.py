"""Which column is which field: found by its header, remembered from the last time, changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.text import catalogue, text
from views.html_table import fragment
from views.import_draft import state_choice
from views.messages import note
from views.session import SessionKey

if TYPE_CHECKING:
    from spatial.importing.model import Examination, FieldState
    from views.import_draft import Draft

__all__ = ["AXES", "show_axes", "show_columns"]

NO_COLUMN: Final = ""
ACROSS: Final = 3
AXES: Final = {"lon": "x", "lat": "y"}
EVERY: Final = "every"
ALWAYS_SHOWN: Final = ("required", "preferred")


def show_columns(draft: Draft, examination: Examination, lang: str) -> None:
    """Show a choice of column for each field; what no field takes is kept and named."""
    fields = [state for state in examination.fields if state.need != "unknown"]
    if not fields:
        return
    missing = [state for state in fields if state.need == "required" and state.column is None]
    unknown = [state.column or state.field for state in examination.fields if state.need == "unknown"]
    found = sum(state.column is not None for state in fields)
    if draft.columns_recalled:
        note(text("app.import.columns_recalled", lang), role="status")
    with st.expander(
        text("app.import.columns", lang, found=found, missing=len(missing), kept=len(unknown)),
        expanded=bool(missing) or any(question.what == "columns" for question in examination.questions),
    ):
        st.html(fragment('<p class="lead">{words}</p>', words=text("app.import.columns_lead", lang)))
        _show_fields(draft, fields, examination.headers, lang)
        if unknown:
            words = text("app.list_separator", lang).join(unknown)
            st.html(
                fragment(
                    '<p class="cite">{head}<span class="kept">{words}</span></p>',
                    head=text("app.import.columns_kept", lang),
                    words=words,
                )
            )


def show_axes(draft: Draft, headers: tuple[str, ...], lang: str) -> None:
    """Show the choice of the two columns of coordinates, where no header tells; one alone is not taken."""
    for axis, side in zip(AXES, st.columns(len(AXES), gap="small"), strict=True):
        side.selectbox(
            _field_word(axis, lang),
            list(dict.fromkeys(headers)),
            index=None,
            placeholder=text("app.import.choose", lang),
            key=draft.key(SessionKey.IMPORT_COLUMN, f"axis_{axis}"),
            on_change=_axes_chosen,
            args=(draft,),
            filter_mode=None,
        )


def _axes_chosen(draft: Draft) -> None:
    x, y = (st.session_state.get(draft.key(SessionKey.IMPORT_COLUMN, f"axis_{axis}")) for axis in AXES)
    if x is not None and y is not None:
        state_choice(x=x, y=y)


def _show_fields(draft: Draft, fields: list[FieldState], headers: tuple[str, ...], lang: str) -> None:
    """Show the fields that are needed, then those with a column, and the others where asked for."""
    needed = [state for state in fields if state.need in ALWAYS_SHOWN]
    found = [state for state in fields if state.need not in ALWAYS_SHOWN and state.column]
    others = [state for state in fields if state.need not in ALWAYS_SHOWN and not state.column]
    every = others and st.checkbox(
        text("app.import.columns_every", lang, n=len(others)), key=draft.key(SessionKey.IMPORT_COLUMN, EVERY)
    )
    shown = [*needed, *found, *(others if every else ())]
    for start in range(0, len(shown), ACROSS):
        for side, state in zip(st.columns(ACROSS), shown[start : start + ACROSS], strict=False):
            with side:
                _show_field(draft, state, headers, lang)


def _show_field(draft: Draft, state: FieldState, headers: tuple[str, ...], lang: str) -> None:
    key = draft.key(SessionKey.IMPORT_COLUMN, state.field)
    st.session_state[key] = state.column or NO_COLUMN
    options = [NO_COLUMN, *dict.fromkeys(headers)]
    if state.column and state.column not in options:
        options.append(state.column)
    st.selectbox(
        text(f"app.import.field_{state.need}", lang, field=_field_word(state.field, lang)),
        options,
        format_func=lambda column: column or text("app.import.no_column", lang),
        key=key,
        on_change=_matched,
        args=(draft, state.field, key),
        filter_mode=None,
    )


def _field_word(field: str, lang: str) -> str:
    key = f"app.import.field_{field}" if field in AXES else f"import.field_{field}"
    return text(key, lang) if key in catalogue() else field


def _matched(draft: Draft, field: str, key: str) -> None:
    column = st.session_state[key]
    if field in AXES:
        state_choice(**{AXES[field]: column or None})
    else:
        state_choice(columns={**draft.settings.columns, field: column})
