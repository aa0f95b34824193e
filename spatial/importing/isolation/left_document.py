"""The document of JSON that a guarded process leaves: no larger, and of no more values, than it may be."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from spatial.importing.isolation.job_folder import open_left
from spatial.importing.isolation.plain_values import ForeignOutcomeError, of_kind

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OUTCOME_FILE", "read_document"]

OUTCOME_FILE: Final = "outcome.json"
_BEFORE_A_VALUE: Final = (b",", b"[", b"{")
"""Of two bytes of JSON can become sixty-four of memory, so that the size alone bounds nothing."""


def read_document(folder: Path, *, largest: int, most_values: int) -> dict[str, Any]:
    """Read the document that a process left in ``folder``.

    Parameters
    ----------
    folder : Path
    largest : int
        Most bytes; of a larger one nothing is read.
    most_values : int
        Most values, each list and mapping one of them; of more nothing is parsed.

    Raises
    ------
    ForeignOutcomeError
        If there is none, or it is not what it must be.
    """
    try:
        document = json.loads(_within(folder / OUTCOME_FILE, largest, most_values))
    except (OSError, json.JSONDecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ForeignOutcomeError("document") from fault
    held: dict[str, Any] = of_kind(document, dict)
    return held


def _within(path: Path, largest: int, most_values: int) -> bytes:
    with open_left(path) as source:
        if os.fstat(source.fileno()).st_size > largest:
            raise ForeignOutcomeError("size")
        words = source.read(largest)
    # Those within texts are counted too: the texts of a file are a small part of its outcome.
    if sum(map(words.count, _BEFORE_A_VALUE)) > most_values:
        raise ForeignOutcomeError("values")
    return words
