"""An evaluation table as CSV and XLSX: every text guarded, no number rounded, each value with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.evaluation_tables.sheets import Cells, csv_bytes, workbook_bytes
from spatial.evaluation_tables.words import goal_words, judged_words, standing_word
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


def evaluation_csv(plan: PlanRecords, rows: Sequence[EvaluationRow], lang: str) -> bytes:
    """Return the rows as CSV: UTF-8 with a byte order mark."""
    return csv_bytes(_heads(lang), _rows(plan, rows, lang))


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
    word = text(f"evaluation.stage_{stage}", lang)
    return workbook_bytes(
        _heads(lang),
        _rows(plan, rows, lang),
        title=word,
        wide={at for at, name in enumerate(HEADS) if name in _WIDE},
        remarks_title=text("evaluation.sheet_remarks", lang),
        remarks=[
            text("evaluation.file_title", lang, stage=word, year=year),
            text("evaluation.lead", lang),
            *remarks,
        ],
    )


def _heads(lang: str) -> list[str]:
    return [text(f"evaluation.head_{name}", lang) for name in HEADS]


def _rows(plan: PlanRecords, rows: Sequence[EvaluationRow], lang: str) -> Iterator[Cells]:
    for row in rows:
        goal, value, judged = row.indicator, row.value, row.judged
        document, section = plan.document(goal.document_id), plan.section(goal.section_id)
        yield [
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
            _worked_out(judged.shortfall),
            _worked_out(judged.progress),
            _worked_out(judged.yearly_rate_needed),
            _worked_out(judged.yearly_rate_so_far),
            text("evaluation.separator", lang).join(
                each.title.in_language(lang) for each in plan.findings_touching(goal.indicator_id)
            ),
            document.short_en if lang == "en" else document.short_zh,
            section.heading,
        ]


def _worked_out(figure: float | None) -> float | None:
    """Return a figure without the noise of binary arithmetic: 52 - 49.6 is 2.4, not 2.399999999999999."""
    return None if figure is None else float(f"{figure:.12g}")
