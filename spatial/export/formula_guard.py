"""The guard that keeps a spreadsheet from running a text as a formula, and its exact reverse.

A text that begins with ``= + - @``, with their full-width forms or with a control character that
spreadsheets skip or split at (TAB, CR, LF, NUL) gets one apostrophe before it. So does a text that has
apostrophes before such a character already, because otherwise the way back would take one away:
``unguard(guard(text)) == text`` holds for every text.

The way back takes one apostrophe away where, and only where, the rule would have set it. Any other
leading apostrophe is part of the text. A table from elsewhere may hold ``'=…`` for reasons of its own;
whoever reads it is told how many cells were read as guarded.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["DANGEROUS", "guard", "is_guarded", "unguard"]

DANGEROUS: Final = "=+-@＝＋－＠\t\r\n\x00"
"""First characters after which a spreadsheet may compute."""

_MARK: Final = "'"
_NEEDS_GUARD: Final = re.compile(f"{_MARK}*[{re.escape(DANGEROUS)}]")
_HAS_GUARD: Final = re.compile(f"{_MARK}+[{re.escape(DANGEROUS)}]")


def guard(words: str) -> str:
    """Return a text that no spreadsheet computes; see the module for the rule."""
    return _MARK + words if _NEEDS_GUARD.match(words) else words


def is_guarded(words: str) -> bool:
    """Tell whether `guard` would have made this text."""
    # Most cells have no apostrophe, and tables have millions of cells.
    return words.startswith(_MARK) and _HAS_GUARD.match(words) is not None


def unguard(words: str) -> str:
    """Return the text from which `guard` made this one; a text that it cannot have made stays as it is."""
    return words[1:] if is_guarded(words) else words
