"""Headers of a file to the fields of its subject; what the planner states goes before what is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from spatial.errors import MissingColumnError, UsageError
from spatial.importing.columns.profiles import PROFILES
from spatial.importing.model import CERTAIN, Choice, Decision, FieldState, Question, Subject
from spatial.notice import Notice
from spatial.station_words import normalise_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spatial.importing.columns.profiles import Profile

__all__ = ["BEYOND_HEADER", "COLUMNS_FLAG", "REPORT_WORDS", "ColumnMapping", "map_columns"]

COLUMNS_FLAG: Final = "--map 源列=字段"
_FOUND: Final = 0.9
_COORDINATES: Final = ("lon", "lat", "x", "y")
BEYOND_HEADER: Final = "拒收多余单元格"
REPORT_WORDS: Final = ("拒收行号", "拒收字段", "拒收内容", "拒收原因", BEYOND_HEADER)
"""Headers that a file of rejected rows carries beside the source's own; read again they are left out."""


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """Which column each field comes from.

    Attributes
    ----------
    columns : mapping
        Field -> source column, in the order of the profile.
    unknown : tuple of str
        Columns that no field takes; they are kept under their names.
    states : tuple of FieldState
        Every field of the subject, then every unknown column.
    decisions, questions, notices : tuple
        How the columns were found, and which must be named.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    states: tuple[FieldState, ...] = ()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    notices: tuple[Notice, ...] = ()


def map_columns(
    headers: Sequence[str], subject: Subject, stated: Mapping[str, str], *, name: str
) -> ColumnMapping:
    """Decide which column each field of the subject comes from.

    Parameters
    ----------
    headers : sequence of str
        Columns as printed, without those of the coordinates.
    subject : Subject
        What the rows are.
    stated : mapping
        Field -> column, ``""`` for a field that is to stay empty.
    name : str
        File name, for messages.

    Raises
    ------
    UsageError
        If a stated field is none of the subject, or two fields take one column.
    MissingColumnError
        If a stated column is not there.
    """
    profile = PROFILES[subject]
    headers = [header for header in headers if header not in REPORT_WORDS]
    given = {field: column for field, column in stated.items() if field not in _COORDINATES}
    _refuse_unmeant(given, headers, profile, name=name)
    columns = _find(profile, headers, given)
    taken = set(columns.values())
    unknown = tuple(header for header in headers if header not in taken)
    states = (
        *(FieldState(entry.name, entry.need, columns.get(entry.name)) for entry in profile.fields),
        *(FieldState(header, "unknown", header) for header in unknown),
    )
    return ColumnMapping(
        columns=columns,
        unknown=unknown,
        states=states,
        decisions=_decisions(columns, given),
        questions=_questions(subject, columns, headers, given),
        notices=_shared_words(profile, headers, columns),
    )


def _refuse_unmeant(given: Mapping[str, str], headers: Iterable[str], profile: Profile, *, name: str) -> None:
    """Refuse a stated field or column that is not there."""
    fields, known = set(profile), set(headers)
    for field_name, column in given.items():
        if field_name not in fields:
            raise UsageError("import.unknown_field", field=field_name, fields=", ".join(profile))
        if column and column not in known:
            raise MissingColumnError(
                "error.missing_column", name=name, column=column, columns=", ".join(headers)
            )
    used = [column for column in given.values() if column]
    twice = sorted({column for column in used if used.count(column) > 1})
    if twice:
        raise UsageError("import.column_for_two_fields", columns=twice)


def _find(profile: Profile, headers: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return field to column: stated ones, then the earliest word of each field that is still free."""
    taken = {column for column in given.values() if column}
    free: dict[str, str] = {}
    for read in (normalise_word, _last_level):
        for header in headers:
            if header not in taken:
                free.setdefault(read(header), header)
    columns: dict[str, str] = {}
    for entry in profile.fields:
        if entry.name in given:
            if given[entry.name]:
                columns[entry.name] = given[entry.name]
            continue
        column = next(
            (free[word] for word in entry.words if free.get(word, "") not in ("", *columns.values())), ""
        )
        if column:
            columns[entry.name] = column
    return columns


def _last_level(header: str) -> str:
    """Return the lowest of the merged header rows that readers join by a slash, normalised."""
    return normalise_word(header.rpartition("/")[2])


def _decisions(columns: Mapping[str, str], given: Mapping[str, str]) -> tuple[Decision, ...]:
    """Say in one decision which columns were found and which were stated."""
    if not columns:
        return ()
    pairs = [f"{column}={field_name}" for field_name, column in columns.items()]
    named = [field_name for field_name in columns if field_name in given]
    why = Notice("import.columns_found", {"found": len(columns) - len(named), "stated": len(named)})
    confidence = CERTAIN if len(named) == len(columns) else _FOUND
    return (Decision(what="columns", chosen="; ".join(pairs), why=why, confidence=confidence),)


def _questions(
    subject: Subject, columns: Mapping[str, str], headers: Iterable[str], given: Mapping[str, str]
) -> tuple[Question, ...]:
    """Ask for the one field without which the rows say nothing."""
    needed = {Subject.ZONES: ("name_zh", "zone_id"), Subject.PARKS: ("name_zh",)}.get(subject, ())
    if not needed or any(field_name in columns or field_name in given for field_name in needed):
        return ()
    choices = tuple(Choice(header, Notice("import.column", {"column": header})) for header in headers)
    why = Notice(
        "import.which_column", {"field": PROFILES[subject].field(needed[0]).label, "name": needed[0]}
    )
    return (Question(what="columns", why=why, flag=COLUMNS_FLAG, choices=choices),)


def _shared_words(profile: Profile, headers: Iterable[str], columns: Mapping[str, str]) -> tuple[Notice, ...]:
    """Name the columns that mean a field which another column already fills."""
    notices = []
    taken = set(columns.values())
    for entry in profile.fields:
        others = [
            header for header in headers if header not in taken and normalise_word(header) in entry.words
        ]
        if entry.name in columns and others:
            params = {"field": entry.label, "chosen": columns[entry.name], "others": others}
            notices.append(Notice("import.more_columns_for_field", params))
    return tuple(notices)
