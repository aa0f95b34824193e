"""The header among the first rows of a table: below titles, of one row or of several.

A header is recognised by the words that planners and operators use for columns, then by its shape.
Nothing below the first row that looks like data is ever taken for it, so that no data row is lost
above a header.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Cells = Sequence[str]
    Knows = Callable[[str], bool]

__all__ = ["HEADER_SEARCH_ROWS", "HeaderRows", "count_known", "find_header", "header_notices", "name_columns"]

HEADER_SEARCH_ROWS: Final = 10
"""Rows with content among which a header is looked for."""

_NUMBER: Final = re.compile(r"[-+−－＋]?[.,，：:/°′″'\"%\s－-]*\d[\d.,，：:/°′″'\"%\s－-]*")
_SAID: Final = re.compile(r"[^(（]*[:：]\s*\S")
"""A line such as ``填报单位：甲  单位：个`` says something of the table; no column is called so."""
_SPACES: Final = re.compile(r"\s+")
_HALF: Final = 0.5
_KNOWN_WEIGHT: Final = 4
_WIDE_WEIGHT: Final = 2
_NUMBER_WEIGHT: Final = 3


class HeaderRows(NamedTuple):
    """Where the header stands among the rows with content, both ends included, and its names.

    ``names`` are as printed, ``""`` where a column has none; a name of several rows is joined by ``/``.
    ``found`` tells whether anything speaks for it: False where the rows hold data only.
    """

    first: int
    last: int
    names: tuple[str, ...]
    found: bool


def find_header(rows: Sequence[Cells], *, knows: Knows) -> HeaderRows:
    """Return the header among the first rows with content.

    Parameters
    ----------
    rows : sequence of sequence of str
        The first rows that have content, stripped.
    knows : callable
        Tells a word that columns are called.
    """
    rows = rows[:HEADER_SEARCH_ROWS]
    width = max(_n_filled(row) for row in rows)
    eligible = rows[: _first_data_row(rows, width, knows) + 1]
    best = max(range(len(eligible)), key=lambda at: (_score(eligible[at], width, knows), -at))
    first = last = best
    names = _tidy(rows[best])
    while first > 0 and _stack(_tidy(rows[first - 1]), names, knows):
        names = _join(_tidy(rows[first - 1]), names)
        first -= 1
    while last + 1 < len(rows) and _stack(names, _tidy(rows[last + 1]), knows):
        names = _join(names, _tidy(rows[last + 1]))
        last += 1
    found = bool(count_known(rows[best], knows)) or _n_numbers(rows[best]) < _HALF * _n_filled(rows[best])
    return HeaderRows(first, last, tuple(names), found)


def count_known(row: Cells, knows: Knows) -> int:
    """Return how many different words of a row are such that columns are called by."""
    return sum(1 for word in {cell for cell in row if cell} if knows(word))


def name_columns(names: Cells) -> tuple[tuple[str, ...], list[str]]:
    """Return a name for every column, none twice, and the names that came more than once.

    A blank one is called after its position, a second ``备注`` is ``备注(2)``.
    """
    given: dict[str, None] = {}
    printed = set(names)
    repeated: dict[str, None] = {}
    for at, name in enumerate(names, start=1):
        unique = wanted = name or f"column_{at}"
        number = 1
        while unique in given or (number > 1 and unique in printed):
            number += 1
            unique = f"{wanted}({number})"
        if number > 1:
            repeated[wanted] = None
        given[unique] = None
    return tuple(given), list(repeated)


def header_notices(header: HeaderRows, *, lines: Sequence[int], rows: Sequence[Cells]) -> list[Notice]:
    """Return what is to be said of a header that is not simply the first row.

    ``lines`` and ``rows`` are the place and the cells of the first rows with content.
    """
    notices: list[Notice] = []
    if header.first:
        titles = [next(filter(None, row), "") for row in rows[: header.first]]
        said = {"line": lines[header.first], "n": header.first, "titles": titles}
        notices.append(Notice("table.title_rows", said))
    if header.last > header.first:
        said = {"first": lines[header.first], "last": lines[header.last]}
        notices.append(Notice("table.header_of_rows", said))
    unnamed = [f"column_{at}" for at, name in enumerate(header.names, start=1) if not name]
    if unnamed:
        notices.append(Notice("table.unnamed_columns", {"columns": unnamed}))
    return notices


def _first_data_row(rows: Sequence[Cells], width: int, knows: Knows) -> int:
    """Return the first row that is no title and no header: wide, with numbers, no known word."""
    for at, row in enumerate(rows):
        wide = _n_filled(row) >= _HALF * width
        if wide and _n_numbers(row) and not count_known(row, knows):
            return at
    return len(rows)


def _score(row: Cells, width: int, knows: Knows) -> float:
    """Return how much a row looks like a header."""
    filled = len({cell for cell in row if cell})
    wide = filled >= _HALF * width
    known = count_known(row, knows)
    return _KNOWN_WEIGHT * known + _WIDE_WEIGHT * wide - _NUMBER_WEIGHT * _n_numbers(row)


def _stack(upper: Cells, lower: Cells, knows: Knows) -> bool:
    """Tell whether two rows are one header: the upper names groups, the lower what stands under them."""
    width = max(len(upper), len(lower))
    top, below = _padded(upper, width), _padded(lower, width)
    if _n_filled(top) < 2 or any(map(_SAID.match, top)):  # noqa: PLR2004
        return False
    if not count_known(below, knows) or _n_numbers(top) or _n_numbers(below):
        return False
    under = [not above and bool(name) for above, name in zip(top, below, strict=True)]
    both = [bool(above) and bool(name) for above, name in zip(top, below, strict=True)]
    # Each column that both rows name begins a group; a data row below a header fails here.
    begins = all(at + 1 < width and under[at + 1] for at, named in enumerate(both) if named)
    return any(under) and begins


def _join(upper: Cells, lower: Cells) -> list[str]:
    """Return the names of a header of two rows, such as ``坐标/经度``."""
    width = max(len(upper), len(lower))
    names: list[str] = []
    group = ""
    for above, name in zip(_padded(upper, width), _padded(lower, width), strict=True):
        # A group reaches as far as the lower row goes on naming columns under blanks.
        group = above or (group if name else "")
        if above and not name:
            names.append(above)
            group = ""
        else:
            names.append(f"{group}/{name}" if group and name else name)
    return names


def _padded(row: Cells, width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


def _tidy(row: Cells) -> list[str]:
    """Return cells on one line: a header may be broken in its cell."""
    return [_SPACES.sub(" ", cell).strip() for cell in row]


def _n_filled(row: Cells) -> int:
    return sum(1 for cell in row if cell)


def _n_numbers(row: Cells) -> int:
    return sum(1 for cell in row if cell and _NUMBER.fullmatch(cell))
