"""How a file is understood: what only the planner can say first, then each decision with its reason.

A choice that is changed is taken down in the settings and the file is examined again. What a detector
thinks stands beside the choices in words; it never makes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from spatial.crs import Datum
from spatial.importing.model import Choice
from spatial.notice import Notice
from spatial.text import text
from views.html_table import Markup, fragment
from views.import_columns import AXES, show_axes
from views.import_draft import state_choice
from views.messages import note
from views.session import SessionKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.importing.model import Decision, Examination
    from views.import_draft import Draft

__all__ = [
    "KINDS_WITH_ENCODING",
    "REFERENCE_SYSTEMS",
    "WHATS",
    "certainty",
    "show_decisions",
    "show_questions",
    "system_word",
]

REFERENCE_SYSTEMS: Final = (*(str(datum) for datum in Datum), "EPSG:4547", "EPSG:4526")
OTHER_SYSTEM: Final = "other"
SYSTEM_QUESTIONS: Final = ("crs", "datum")
SETTING_OF: Final = {
    "layer": "layer",
    "encoding": "encoding",
    "crs": "crs",
    "datum": "crs",
    "reading": "reading",
    "cells": "cells",
}
WHATS: Final = (*SETTING_OF, "columns", "header")
"""What a decision can be about."""
CERTAINTIES: Final = ((0.995, "certain"), (0.75, "likely"), (0.4, "possible"), (0.0, "doubtful"))
ENCODINGS: Final = ("utf-8", "gb18030", "utf-16", "big5")
AUTOMATIC: Final = ""
KINDS_WITH_ENCODING: Final = ("CSV", "TSV", "TXT", "Shapefile")


def certainty(confidence: float | None, lang: str) -> str:
    """Return a confidence in words; nothing where nothing is known."""
    if confidence is None:
        return ""
    word = next(word for least, word in CERTAINTIES if confidence >= least)
    return text(f"app.import.certainty_{word}", lang)


def system_word(system: str, lang: str) -> str:
    """Return the name of a reference system; one that is not on offer keeps its own."""
    if system not in REFERENCE_SYSTEMS:
        return system
    return text(f"app.system.{system.replace(':', '_').lower()}", lang)


def show_questions(draft: Draft, examination: Examination, lang: str) -> None:
    """Show what must be stated before anything can be used."""
    questions = examination.questions
    if not questions:
        return
    with st.container(key="atlas-import-questions", gap="small"):
        st.html(
            fragment(
                '<h3 role="status">{words}</h3>', words=text("app.import.questions", lang, n=len(questions))
            )
        )
        for question in questions:
            st.html(fragment('<p class="why">{why}</p>', why=question.why.message(lang)))
            if question.what in SETTING_OF:
                choices = question.choices or _usual_choices(question.what)
                _show_choice(draft, question.what, choices, chosen=None, lang=lang)
            elif not any(state.field in AXES for state in examination.fields):
                show_axes(draft, examination.headers, lang)
            else:
                note(text("app.import.answer_columns", lang))


def show_decisions(draft: Draft, examination: Examination, lang: str) -> None:
    """Show how the file is understood, one decision below the other, each with its reason."""
    known = {each.what for each in (*examination.questions, *examination.decisions)}
    if "encoding" not in known and examination.kind in KINDS_WITH_ENCODING:
        _show_encoding(draft, examination, lang)
    asked = {question.what for question in examination.questions}
    for decision in examination.decisions:
        # How each field got its column stands in the matching of columns; here only where to look for places.
        if decision.what not in asked and (decision.what != "columns" or decision.choices):
            _show_decision(draft, decision, lang)


def _show_encoding(draft: Draft, examination: Examination, lang: str) -> None:
    """Show how the text was read; the first rows below tell whether that is right."""
    result = examination.result
    found = text("app.import.encoding_auto", lang, name=result.encoding.name.upper() if result else "…")
    key = draft.key(SessionKey.IMPORT_CHOICE, "encoding")
    st.session_state[key] = draft.settings.encoding or AUTOMATIC
    choice_side, why_side = st.columns([44, 56], gap="small", vertical_alignment="center")
    choice_side.selectbox(
        text("app.import.what_encoding", lang),
        list(dict.fromkeys((AUTOMATIC, *ENCODINGS, st.session_state[key]))),
        format_func=lambda name: name.upper() or found,
        key=key,
        on_change=_encoding_chosen,
        args=(key,),
        filter_mode=None,
    )
    why_side.html(fragment('<p class="why">{why}</p>', why=text("app.import.encoding_why", lang)))


def _encoding_chosen(key: str) -> None:
    state_choice(encoding=st.session_state[key] or None)


def _show_decision(draft: Draft, decision: Decision, lang: str) -> None:
    choices = decision.choices or _usual_choices(decision.what)
    changeable = decision.what in SETTING_OF and len(choices) > 1
    choice_side, why_side = st.columns([44, 56], gap="small", vertical_alignment="center")
    with choice_side:
        if changeable:
            _show_choice(draft, decision.what, choices, chosen=decision.chosen, lang=lang)
        else:
            st.html(
                fragment(
                    '<p class="decision"><span class="field-name">{what}</span><strong>{chosen}</strong></p>',
                    what=text(f"app.import.what_{decision.what}", lang),
                    # Columns stand below with the words of their fields, not with the fields' codes.
                    chosen="" if decision.what == "columns" else _word(decision.chosen, choices, lang),
                )
            )
    with why_side:
        st.html(_reason(decision, lang))


def _reason(decision: Decision, lang: str) -> Markup:
    return fragment(
        '<p class="why">{why} <span class="certainty">{certainty}</span></p>',
        why=decision.why.message(lang),
        certainty=text("app.import.certainty", lang, words=certainty(decision.confidence, lang)),
    )


def _usual_choices(what: str) -> tuple[Choice, ...]:
    """Return the choices of what a reader offers none for."""
    if what in SYSTEM_QUESTIONS:
        return tuple(
            Choice(system, Notice(f"app.system.{system.replace(':', '_').lower()}"))
            for system in REFERENCE_SYSTEMS
        )
    if what == "encoding":
        return tuple(Choice(name, Notice("app.import.encoding", {"name": name})) for name in ENCODINGS)
    return ()


def _show_choice(
    draft: Draft, what: str, choices: Iterable[Choice], *, chosen: str | None, lang: str
) -> None:
    """Show the choices of one decision; ``chosen`` is None while it is open."""
    word = _opinion if chosen is None else _plain
    labels = {choice.value: word(choice, lang) for choice in choices}
    if chosen is not None:
        labels.setdefault(chosen, system_word(chosen, lang))
    if what in SYSTEM_QUESTIONS:
        labels[OTHER_SYSTEM] = text("app.import.other_system", lang)
    key = draft.key(SessionKey.IMPORT_CHOICE, what)
    if st.session_state.get(key) != OTHER_SYSTEM:
        st.session_state[key] = chosen
    st.selectbox(
        text(f"app.import.what_{what}", lang),
        list(labels),
        format_func=lambda value: labels.get(value, value),
        placeholder=text("app.import.choose", lang),
        key=key,
        on_change=_chosen,
        args=(key, SETTING_OF[what]),
        filter_mode=None,
    )
    if st.session_state[key] == OTHER_SYSTEM:
        _show_other_system(draft, key, lang)


def _show_other_system(draft: Draft, choice_key: str, lang: str) -> None:
    """Show the field for a system by its number, or as WKT or PROJ text."""
    key = draft.key(SessionKey.IMPORT_SYSTEM, choice_key)
    st.text_area(
        text("app.import.system_text", lang),
        key=key,
        placeholder=text("app.import.system_example", lang),
        on_change=_system_stated,
        args=(key, choice_key),
        height=90,
    )


def _chosen(key: str, setting: str) -> None:
    value = st.session_state[key]
    if value is not None and value != OTHER_SYSTEM:
        state_choice(**{setting: value})


def _system_stated(key: str, choice_key: str) -> None:
    words = st.session_state[key].strip()
    if words:
        st.session_state.pop(choice_key, None)
        state_choice(crs=words)


def _plain(choice: Choice, lang: str) -> str:
    return choice.label.message(lang)


def _opinion(choice: Choice, lang: str) -> str:
    """Return the words of a choice, with what the detector thinks of it."""
    words = choice.label.message(lang)
    if choice.confidence is None:
        return words
    return text("app.import.opinion", lang, choice=words, certainty=certainty(choice.confidence, lang))


def _word(chosen: str, choices: Iterable[Choice], lang: str) -> str:
    known = {choice.value: choice.label.message(lang) for choice in choices}
    return known.get(chosen, system_word(chosen, lang))
