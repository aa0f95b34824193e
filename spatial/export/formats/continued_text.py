"""Texts longer than a Shapefile's cell: continued in further fields, so that nothing is cut.

The parts of a text, put together in the order of their fields, are the text again, character by character.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from spatial.export.fields import ID_CODE, Field, FieldType, Obligation
from spatial.export.formats.dbf_fields import MOST_TEXT_BYTES
from spatial.notice import Notice
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MOST_PARTS", "continue_long_texts", "parts_of"]

MOST_PARTS: Final = 9
"""Parts of one text; what is longer stays whole, and a Shapefile refuses it by name."""

_BREAKS: Final = (re.compile("[。；！？]"), re.compile(r"[.;!?] |[，、]"), re.compile(r"[\s)）,]"))
_WIDEST_CHARACTER: Final = 4


def continue_long_texts(
    columns: pd.DataFrame, fields: Sequence[Field], *, first_number: int
) -> tuple[pd.DataFrame, tuple[Field, ...], list[Notice]]:
    """Return the columns with long texts continued in fields ``X…`` after the others.

    Parameters
    ----------
    columns : pandas.DataFrame, shape (n, fields)
        Under the codes of ``fields``.
    fields : sequence of Field
    first_number : int
        Number of the first field that is added.

    Returns
    -------
    columns : pandas.DataFrame, shape (n, fields + added)
    fields : tuple of Field
        Those given, then the added ones.
    notices : list of Notice
        Which fields are continued.
    """
    added: list[Field] = []
    more: dict[str, pd.Series] = {}
    notices = []
    for field in fields:
        if field.code == ID_CODE or field.type is not FieldType.TEXT:
            continue
        values = columns[field.code]
        if not _is_long(values):
            continue
        parts = [parts_of(value) if isinstance(value, str) else [] for value in values]
        count = max(map(len, parts))
        if count > 1:
            more[field.code] = _nth(parts, 0, values.index)
            notices.append(Notice("content.continued", {"field": field.alias_zh, "n": count}))
        for number in range(1, count):
            after = _continuation(field, number + 1, code=f"X{first_number + len(added):02d}")
            added.append(after)
            more[after.code] = _nth(parts, number, values.index)
    return columns.assign(**more), (*fields, *added), notices


def parts_of(words: str) -> list[str]:
    """Return a text in parts that a Shapefile's cell holds, broken at the end of a sentence if there is one.

    One that would have more than `MOST_PARTS` stays whole.
    """
    parts: list[str] = []
    rest = words
    while len(rest.encode()) > MOST_TEXT_BYTES and len(parts) < MOST_PARTS:
        # A byte string cut anywhere gives the characters that lie wholly before the cut.
        head = rest.encode()[:MOST_TEXT_BYTES].decode(errors="ignore")
        at = next((ends[-1] for mark in _BREAKS if (ends := _ends(mark, head))), len(head))
        parts.append(rest[:at])
        rest = rest[at:]
    return [*parts, rest] if len(parts) < MOST_PARTS else [words]


def _ends(mark: re.Pattern[str], head: str) -> list[int]:
    """Return where a text may be broken, in its second half: a part should not be a stump."""
    return [found.end() for found in mark.finditer(head) if found.end() > len(head) // 2]


def _is_long(values: pd.Series) -> bool:
    """Tell whether a text may pass a cell; only then is each of them measured in bytes."""
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    return longest * _WIDEST_CHARACTER > MOST_TEXT_BYTES


def _nth(parts: list[list[str]], number: int, index: pd.Index) -> pd.Series:
    """Return one part of each text; None where it has no such part."""
    cells = [part[number] if number < len(part) else None for part in parts]
    return pd.Series(cells, index=index, dtype=object)


def _continuation(field: Field, number: int, *, code: str) -> Field:
    """Return the field that holds a further part of the texts of another."""
    told = {"code": field.code, "n": number}
    return Field(
        code=code,
        source=field.source,
        alias_zh=text("content.continuation", "zh", alias=field.alias_zh, n=number),
        alias_en=text("content.continuation", "en", alias=field.alias_en, n=number),
        type=FieldType.TEXT,
        width=None,
        unit="",
        obligation=Obligation.OPTIONAL,
        values=(),
        description_zh=text("content.continuation_meaning", "zh", **told),
        description_en=text("content.continuation_meaning", "en", **told),
    )
