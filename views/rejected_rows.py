"""The rows of a file that were not used, as words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.text import text
from views.figures import figure
from views.html_table import Column, Markup, render_table

if TYPE_CHECKING:
    from spatial.importing.model import ImportResult

__all__ = ["SHOWN_ROWS", "rejected_table"]

SHOWN_ROWS: Final = 20
FEATURE: Final = "feature"


def rejected_table(result: ImportResult, lang: str) -> Markup:
    """Return the first rows that were not used, with the reason of each."""
    place = "feature" if result.row_unit == FEATURE else "row"
    heads = [text(f"app.rejected.{name}", lang) for name in (place, "field", "value", "reason")]
    rows = [
        [str(row), str(field), str(value), text(reason_key, lang)]
        for row, field, value, reason_key in result.rejected.head(SHOWN_ROWS).itertuples(index=False)
    ]
    return render_table(
        [Column(head=heads[0], numeric=True), *(Column(head=head) for head in heads[1:])],
        rows,
        caption=text("app.rejected.caption", lang, count=figure(result.n_reported)),
    )
