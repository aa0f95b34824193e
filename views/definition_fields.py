"""The switches of a definition: each field with the choices that it offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.audit.axes import AXES, with_choice, year_ends
from spatial.definition import Definition, word_key
from spatial.text import text

if TYPE_CHECKING:
    from enum import StrEnum

__all__ = [
    "DEFINITION_FIELDS",
    "UNSTATED",
    "choice_word",
    "choices",
    "field_word",
    "position",
    "variations",
    "with_position",
    "year_ends",
]

UNSTATED: Final = "unstated"

DEFINITION_FIELDS: Final = AXES


def position(field: str, definition: Definition) -> str:
    """Return the word for where a switch stands; one that nobody set stands at `UNSTATED`."""
    return getattr(definition, field) or UNSTATED


def with_position(definition: Definition, field: str, word: str) -> Definition:
    """Return ``definition`` with one switch put to ``word``."""
    return with_choice(definition, field, None if word == UNSTATED else DEFINITION_FIELDS[field](word))


def choices(field: str) -> tuple[StrEnum | None, ...]:
    """Return what ``field`` may be; None, where it is the default, means not stated."""
    words = tuple(DEFINITION_FIELDS[field])
    return (None, *words) if getattr(Definition(), field) is None else words


def field_word(field: str, lang: str) -> str:
    """Return the name of a switch."""
    return text(f"app.definition.{field}", lang)


def choice_word(choice: StrEnum | None, lang: str) -> str:
    """Return the name of one position of a switch."""
    if choice is None:
        return text(Definition(numerator=None).numerator_key, lang)
    return text(word_key(choice), lang)


def variations(definition: Definition) -> tuple[tuple[str, Definition], ...]:
    """Return each definition that differs from ``definition`` in one switch, with that switch."""
    return tuple(
        (field, with_choice(definition, field, choice))
        for field in DEFINITION_FIELDS
        for choice in choices(field)
        if choice != getattr(definition, field)
    )
