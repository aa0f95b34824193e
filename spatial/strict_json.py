"""JSON as its standard has it, from somebody's file: every member once, every number a number."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NoReturn

from spatial.errors import UnreadableFileError

if TYPE_CHECKING:
    from spatial.limits import Limits

__all__ = ["check_depth", "parse_json"]

_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(characters: str, *, name: str, limits: Limits) -> object:
    """Return what the text says.

    Parameters
    ----------
    characters : str
        The whole text.
    name : str
        File name, for messages alone.
    limits : Limits
        Arrays and objects are held to it before anything is parsed; for their depth see `check_depth`.

    Raises
    ------
    UnreadableFileError
        If it is not strict JSON, a member stands twice, or a word cannot be written.
    LimitExceededError
        If a named limit is passed.
    """
    limits.check("json_containers", characters.count("[") + characters.count("{"))

    def no_constant(word: str) -> NoReturn:
        raise UnreadableFileError("error.json_constant", name=name, word=word)

    def no_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        merged = dict(pairs)
        if len(merged) < len(pairs):
            often = Counter(key for key, _ in pairs)
            twice = next(key for key, n in often.items() if n > 1)
            raise UnreadableFileError("error.json_repeated_key", name=name, member=twice)
        return merged

    try:
        document = json.loads(characters, parse_constant=no_constant, object_pairs_hook=no_repetition)
    except json.JSONDecodeError as fault:
        raise UnreadableFileError(
            "error.not_json", name=name, line=fault.lineno, column=fault.colno
        ) from fault
    except RecursionError:
        limits.breach("json_depth", limits.json_depth + 1)
    except ValueError as fault:
        if isinstance(fault, UnreadableFileError):
            raise
        raise UnreadableFileError("error.json_number", name=name) from fault
    # An escape may name half of a character, which no text, table or terminal can hold.
    if _SURROGATE_ESCAPE.search(characters) and not _is_text(document):
        raise UnreadableFileError("error.json_half_character", name=name)
    return document


def check_depth(document: dict[str, Any], limits: Limits) -> None:
    """Hold the nesting of a JSON object to the limit, level by level.

    Raises
    ------
    LimitExceededError
        If it passes ``json_depth``.
    """
    level: list[dict[str, Any] | list[Any]] = [document]
    depth = 0
    while level:
        depth += 1
        limits.check("json_depth", depth)
        below = chain.from_iterable(value.values() if isinstance(value, dict) else value for value in level)
        level = [value for value in below if isinstance(value, dict | list)]


def _is_text(document: object) -> bool:
    """Tell a document whose every word can be written."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
