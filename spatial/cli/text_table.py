"""Tables on a terminal, aligned where Chinese characters take two columns."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from spatial.text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["display_width", "format_number", "render_table"]

_GAP: Final = "  "
_NOTHING: Final = "—"


def display_width(words: str) -> int:
    """Return how many columns of a terminal ``words`` take."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in words)
    return len(words) + wide - sum(unicodedata.combining(letter) > 0 for letter in words)


def format_number(value: object, decimals: int) -> str:
    """Return a number with thousands separators; what is missing is a dash."""
    return _NOTHING if value is None else f"{value:,.{decimals}f}"


def render_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()
) -> str:
    """Return a table as lines of text.

    Parameters
    ----------
    headers : sequence of str
        Column heads.
    rows : sequence of sequence of str
        Cells, as many as heads.
    right : collection of int
        Columns that are aligned to the right: the figures.
    """
    lines = [[printable(cell) for cell in row] for row in (headers, *rows)]
    widths = [max(display_width(row[at]) for row in lines) for at in range(len(headers))]
    rule = ["-" * width for width in widths]
    return "".join(
        _GAP.join(_pad(cell, widths[at], to_right=at in right) for at, cell in enumerate(row)).rstrip() + "\n"
        for row in (lines[0], rule, *lines[1:])
    )


def _pad(cell: str, width: int, *, to_right: bool) -> str:
    """Return a cell filled up to a width."""
    blanks = " " * (width - display_width(cell))
    return blanks + cell if to_right else cell + blanks
