"""Texts in both languages, as the files of a package hold them: ``{"zh": …, "en": …}``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.text import LANGUAGES, catalogue, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.plan_records import Bilingual

__all__ = ["Words", "both", "date_words", "said", "worded", "words_of"]

Words = dict[str, str]
"""One text in each language."""


def both(key: str, **params: object) -> Words:
    """Return the text of ``key`` in every language."""
    return {lang: text(key, lang, **params) for lang in LANGUAGES}


def words_of(name: Bilingual) -> Words:
    """Return a name in every language, as a value of JSON."""
    return {lang: name.in_language(lang) for lang in LANGUAGES}


def said(about: Mapping[str, Any], name: str) -> Words:
    """Return the text ``about[name]`` in every language; empty where nothing is said.

    A plain string stands for itself in every language.
    """
    value = about.get(name)
    if isinstance(value, dict):
        return {lang: str(value.get(lang) or "") for lang in LANGUAGES}
    return dict.fromkeys(LANGUAGES, "" if value is None else str(value))


def date_words(data_date: str) -> Words:
    """Return the date of a package's data in every language, or that none is stated."""
    return said({"date": data_date}, "date") if data_date else both("describe.date_unknown")


def worded(word: Any, *, prefix: str) -> Words:  # noqa: ANN401 - a value of JSON
    """Return a word of a code list in every language: its text in the catalogue, or the word itself."""
    if f"{prefix}{word}" in catalogue():
        return both(f"{prefix}{word}")
    return said({"word": word}, "word")
