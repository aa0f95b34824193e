"""The rows of a file that were not used, as words and as a file to take away."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from spatial.text import text
from views.html_table import Column, Markup, render_table

if TYPE_CHECKING:
    from spatial.inventory import Inventory

__all__ = ["SHOWN_ROWS", "rejected_csv", "rejected_table"]

SHOWN_ROWS: Final = 20
FEATURE: Final = "feature"
# A spreadsheet runs a cell that begins so; an apostrophe in front keeps it a text.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK: Final = "\ufeff"


def _heads(inventory: Inventory, lang: str) -> list[str]:
    place = "feature" if inventory.row_unit == FEATURE else "row"
    return [text(f"app.rejected.{name}", lang) for name in (place, "field", "value", "reason")]


def _lines(inventory: Inventory, lang: str) -> list[tuple[str, str, str, str]]:
    first = 1 if inventory.row_unit == FEATURE else 0  # the reader counts features from 0
    return [
        (str(row + first), str(field), str(value), text(reason_key, lang))
        for row, field, value, reason_key in inventory.rejected[
            ["row", "field", "value", "reason_key"]
        ].itertuples(index=False)
    ]


def rejected_table(inventory: Inventory, lang: str) -> Markup:
    """Return the first rows that were not used, with the reason of each."""
    heads = _heads(inventory, lang)
    return render_table(
        [Column(head=heads[0], numeric=True), *(Column(head=head) for head in heads[1:])],
        [list(line) for line in _lines(inventory, lang)[:SHOWN_ROWS]],
        caption=text("app.rejected.caption", lang, count=f"{inventory.n_reported:,}"),
    )


def rejected_csv(inventory: Inventory, lang: str) -> bytes:
    """Return every row that was not used as CSV that a spreadsheet opens and does not run."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(_heads(inventory, lang))
    writer.writerows([_inert(cell) for cell in line] for line in _lines(inventory, lang))
    return (BYTE_ORDER_MARK + sheet.getvalue()).encode("utf-8")


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
