"""What the rows of a file probably are: a first guess, which the planner can change with one click."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from spatial.importing.columns.profiles import PROFILES
from spatial.importing.field_words import OUTLINE_NAMES, SUBJECT_WORDS
from spatial.importing.model import Subject
from spatial.station_words import normalise_word

if TYPE_CHECKING:
    from spatial.importing.model import Examination

__all__ = ["first_guess", "guess_subject"]

TABLE_SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx")
# Headers that say little: tables of every subject have them.
COMMON: Final = 2
OUTLINES: Final = "outlines"
TOLD_APART: Final = (Subject.LAMP_POLES, Subject.PARKS, Subject.ZONES, Subject.BASE_STATIONS)


def first_guess(name: str) -> Subject:
    """Return what a file of that name is read as before anything of it is known."""
    suffix = PurePath(name).suffix.lower()
    return Subject.BASE_STATIONS if suffix in TABLE_SUFFIXES else Subject.FEATURES


def guess_subject(examination: Examination, *, usual: Subject) -> Subject:
    """Return the subject whose own headers the file has most of.

    Parameters
    ----------
    examination : Examination
        What was found under ``usual``.
    usual : Subject
        What it stays where the headers do not tell.
    """
    headers = {normalise_word(header) for header in examination.headers}
    scores = {subject: _own_headers(subject, headers) for subject in _possible(examination)}
    best = max(scores, key=lambda subject: scores[subject], default=usual)
    if not scores.get(best):
        return _named_subject(examination) or _plain_subject(examination, usual)
    return best


def _own_headers(subject: Subject, headers: set[str]) -> int:
    """Return how many headers mean a field of ``subject`` and are not every table's."""
    words = {word: field.name for field in PROFILES[subject].fields for word in field.words}
    return len({words[header] for header in headers & set(words) if _sharers(header) <= COMMON})


def _sharers(header: str) -> int:
    """Return how many subjects know a header."""
    return sum(any(header in field.words for field in PROFILES[subject].fields) for subject in TOLD_APART)


def _named_subject(examination: Examination) -> Subject | None:
    """Return the subject that the file is called after, or whose name heads a column of its outlines."""
    possible = _possible(examination)
    for subject, words in SUBJECT_WORDS.items():
        if subject in possible and any(word in examination.name for word in words):
            return subject
    headers = {normalise_word(header) for header in examination.headers}
    return Subject.ZONES if Subject.ZONES in possible and headers & OUTLINE_NAMES else None


def _possible(examination: Examination) -> tuple[Subject, ...]:
    """Return the subjects that fit the geometry of the file, as far as it has any."""
    kind = _geometry(examination)
    if "polygon" in kind or kind == OUTLINES:
        return (Subject.ZONES, Subject.PARKS)
    if "line" in kind:
        return ()
    return tuple(each for each in TOLD_APART if each != Subject.ZONES)


def _geometry(examination: Examination) -> str:
    """Return the type of the chosen layer's geometry as the file names it, else as the preview shows it."""
    types = {(layer.geometry_type or "").lower() for layer in examination.layers}
    named = types.pop() if len(types) == 1 else ""
    if named or examination.preview is None:
        return named
    return "point" if examination.preview.kind == "points" else OUTLINES


def _plain_subject(examination: Examination, usual: Subject) -> Subject:
    """Return what rows are that no header tells: points, or any layer to lie under the others."""
    if _geometry(examination) in {"", "point"} and usual != Subject.FEATURES:
        return Subject.POINTS
    return Subject.FEATURES
