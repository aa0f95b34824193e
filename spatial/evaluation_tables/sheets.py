"""Rows as CSV and XLSX that run nothing: every text guarded, no number rounded."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from spatial.export.formula_guard import guard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

__all__ = ["Cells", "csv_bytes", "workbook_bytes"]

Cells = list[str | float | int | None]


def csv_bytes(heads: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """Return rows as CSV: UTF-8 with a byte order mark."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(map(_guarded, rows))
    return stream.getvalue().encode("utf-8-sig")


def workbook_bytes(
    heads: Sequence[str],
    rows: Iterable[Cells],
    *,
    title: str,
    wide: Collection[int],
    remarks_title: str,
    remarks: Iterable[str],
) -> bytes:
    """Return a workbook of two sheets: the rows, and what their reader has to know.

    Parameters
    ----------
    heads : sequence of str
    rows : iterable of list
        Texts, numbers and None, as many as heads.
    title, remarks_title : str
        Names of the sheets.
    wide : collection of int
        Columns of long texts.
    remarks : iterable of str
    """
    import xlsxwriter  # type: ignore[import-untyped] # noqa: PLC0415 - a tenth of a second that few calls need

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 2)
        for at, head in enumerate(heads):
            sheet.set_column(at, at, 30 if at in wide else 12)
            sheet.write_string(0, at, head, bold)
        for number, row in enumerate(map(_guarded, rows), start=1):
            for at, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, at, cell)
                elif cell is not None:
                    sheet.write_number(number, at, cell)
        told = book.add_worksheet(remarks_title)
        told.set_column(0, 0, 110)
        for number, words in enumerate(remarks):
            told.write_string(number, 0, guard(words))
    return stream.getvalue()


def _guarded(row: Cells) -> Cells:
    return [guard(cell) if isinstance(cell, str) else cell for cell in row]
