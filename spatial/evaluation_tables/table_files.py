"""An evaluation table as CSV and XLSX: every text guarded, no number rounded, each value with its source."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from spatial.evaluation_tables.words import goal_words, judged_words, standing_word
from spatial.export.formula_guard import guard
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spatial.evaluation_tables.table import EvaluationRow, Stage
    from spatial.plan import PlanRecords

__all__ = ["HEADS", "evaluation_csv", "evaluation_workbook"]

HEADS: Final = (
    *("indicator_id", "indicator", "scope", "base_value", "base_year", "goal", "unit", "target_year"),
    *("value", "as_of", "source", "basis", "standing", "reason", "shortfall", "progress"),
    *("rate_needed", "rate_so_far", "findings", "plan", "section"),
)
_WIDE: Final = frozenset({"indicator", "source", "basis", "reason", "findings", "plan", "section"})
_Cells = list[str | float | int | None]


def evaluation_csv(plan: PlanRecords, rows: Sequence[EvaluationRow], lang: str) -> bytes:
    """Return the rows as CSV: UTF-8 with a byte order mark."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_heads(lang))
    writer.writerows(_rows(plan, rows, lang))
    return stream.getvalue().encode("utf-8-sig")


def evaluation_workbook(
    plan: PlanRecords,
    rows: Sequence[EvaluationRow],
    lang: str,
    *,
    stage: Stage,
    year: int,
    remarks: Iterable[str] = (),
) -> bytes:
    """Return a workbook: the table, and what its reader has to know.

    Parameters
    ----------
    plan : PlanRecords
    rows : sequence of EvaluationRow
    lang : str
    stage : Stage
    year : int
        Which evaluation it is.
    remarks : iterable of str
        More that the reader has to know.
    """
    import xlsxwriter  # type: ignore[import-untyped] # noqa: PLC0415 - a tenth of a second that few calls need

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(text(f"evaluation.stage_{stage}", lang))
        sheet.freeze_panes(1, 2)
        for at, (name, head) in enumerate(zip(HEADS, _heads(lang), strict=True)):
            sheet.set_column(at, at, 30 if name in _WIDE else 12)
            sheet.write_string(0, at, head, bold)
        for number, row in enumerate(_rows(plan, rows, lang), start=1):
            for at, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, at, cell)
                elif cell is not None:
                    sheet.write_number(number, at, cell)
        told = book.add_worksheet(text("evaluation.sheet_remarks", lang))
        told.set_column(0, 0, 110)
        title = text("evaluation.file_title", lang, stage=text(f"evaluation.stage_{stage}", lang), year=year)
        for number, words in enumerate([title, text("evaluation.lead", lang), *remarks]):
            told.write_string(number, 0, guard(words))
    return stream.getvalue()


def _heads(lang: str) -> list[str]:
    return [text(f"evaluation.head_{name}", lang) for name in HEADS]


def _rows(plan: PlanRecords, rows: Sequence[EvaluationRow], lang: str) -> Iterator[_Cells]:
    for row in rows:
        goal, value, judged = row.indicator, row.value, row.judged
        document, section = plan.document(goal.document_id), plan.section(goal.section_id)
        cells: _Cells = [
            goal.indicator_id,
            goal.name_en if lang == "en" else goal.name_zh,
            goal.scope_en if lang == "en" else goal.scope_zh,
            goal.base_value,
            goal.base_year,
            goal_words(goal, lang),
            goal.unit_en if lang == "en" else goal.unit_zh,
            goal.target_year,
            None if value is None else value.value,
            "" if value is None else value.as_of,
            "" if value is None else value.source,
            "" if value is None else value.basis or text("evaluation.basis_of_plan", lang),
            standing_word(judged.standing, lang),
            judged_words(row, lang),
            judged.shortfall,
            judged.progress,
            judged.yearly_rate_needed,
            judged.yearly_rate_so_far,
            text("evaluation.separator", lang).join(
                each.title.in_language(lang) for each in plan.findings_touching(goal.indicator_id)
            ),
            document.short_en if lang == "en" else document.short_zh,
            section.heading,
        ]
        yield [guard(cell) if isinstance(cell, str) else cell for cell in cells]
