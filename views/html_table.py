"""Tables and fragments of HTML in which every string is escaped.

A table of the page is plain HTML with a caption and scoped heads, so that it prints, copies
into a spreadsheet and is read aloud; the framework's own grid is a canvas and does none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from layers.escape import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["CARDS", "Cell", "Column", "Markup", "fragment", "join", "render_table"]

CARDS: Final = "cards"
"""Style of a table that a narrow screen shows as one card per row."""


class Markup(str):
    """HTML whose every outside string has passed the escape."""

    __slots__ = ()

    def __new__(cls, html: str) -> Self:
        """Mark ``html`` as already escaped."""
        return super().__new__(cls, html)


def fragment(template: str, **values: object) -> Markup:
    """Fill a literal HTML template; every value that is not `Markup` is escaped."""
    escaped = {
        name: value if isinstance(value, Markup) else escape_text(str(value))
        for name, value in values.items()
    }
    return Markup(template.format(**escaped))


def join(parts: Iterable[Markup], separator: str = "") -> Markup:
    """Concatenate fragments with a literal separator."""
    return Markup(separator.join(parts))


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its head, the unit printed under the head, and how it stands."""

    head: str
    unit: str = ""
    numeric: bool = False
    roomy: bool = False

    @property
    def style(self) -> str:
        """Style classes: figures stand right; a roomy column is left out on a narrow screen."""
        return " ".join(name for name, on in (("num", self.numeric), ("roomy", self.roomy)) if on)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell's text or markup, with an optional style class."""

    content: str | Markup
    style: str = ""


def render_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell | Markup | str]],
    *,
    caption: str,
    row_styles: Sequence[str] = (),
    style: str = "",
) -> Markup:
    """Return a captioned table whose first column heads its rows.

    Parameters
    ----------
    columns : sequence of Column
        Heads, left to right.
    rows : sequence of sequence
        Cells of each row; the first one becomes ``<th scope="row">``.
    caption : str
        What the table shows, read aloud first.
    row_styles : sequence of str
        One style class per row, or nothing.
    style : str
        Style classes of the table; one of `CARDS` names its column in each cell, for screens that are too
        narrow for columns.
    """
    heads = join(
        fragment(
            '<th scope="col" class="{style}">{head}{unit}</th>',
            style=column.style,
            head=column.head,
            unit=fragment("<small>{unit}</small>", unit=column.unit) if column.unit else Markup(""),
        )
        for column in columns
    )
    styles = list(row_styles) or [""] * len(rows)
    cards = CARDS in style.split()
    body = join(
        _row(columns, row, style=row_style, cards=cards) for row, row_style in zip(rows, styles, strict=True)
    )
    return fragment(
        '<div class="table-frame" tabindex="0" role="group" aria-label="{caption}">'
        '<table class="atlas-table {style}"><caption>{caption}</caption>'
        "<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>",
        caption=caption,
        style=style,
        heads=heads,
        body=body,
    )


def _row(columns: Sequence[Column], row: Sequence[Cell | Markup | str], *, style: str, cards: bool) -> Markup:
    cells = []
    for position, (column, raw) in enumerate(zip(columns, row, strict=True)):
        cell = raw if isinstance(raw, Cell) else Cell(content=raw)
        template = '<td class="{classes}">{content}</td>'
        if position == 0:
            template = '<th scope="row" class="{classes}">{content}</th>'
        elif cards:
            template = '<td class="{classes}" data-head="{head}"><div>{content}</div></td>'
        head = f"{column.head} {column.unit}".strip()
        classes = f"{column.style} {cell.style}".strip()
        cells.append(fragment(template, classes=classes, content=cell.content, head=head))
    return fragment('<tr class="{style}">{cells}</tr>', style=style, cells=join(cells))
