"""The district's own case as rows of a sheet: each published number over each area, with its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.audit.published_case import WEB_MERCATOR
from spatial.audit.words import status_word
from spatial.definition import AreaBasis, word_key
from spatial.export.formula_guard import guard
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatial.audit.matrix_files import Cells, Sheet
    from spatial.audit.published_case import CaseArea, CaseFigure, PublishedCase
    from spatial.pack_file import PublishedCount
    from spatial.plan import PlanRecords

__all__ = ["area_word", "case_sheet", "source_words"]

_HEADS: Final = (
    *("case_area", "head_area_km2", "case_off_percent", "head_count", "head_published_basis"),
    *("head_published_source", "head_density_per_km2", "head_required_count", "head_margin_count"),
    *("head_status", "case_source"),
)


def case_sheet(case: PublishedCase, plan: PlanRecords, lang: str) -> Sheet:
    """Return name, heads and rows of the sheet; ``plan`` names the documents of the numbers."""
    heads = [text(f"audit.{name}", lang) for name in _HEADS]
    return text("audit.sheet_case", lang), heads, _rows(case, plan, lang)


def area_word(area: CaseArea, lang: str) -> str:
    """Return the name of an area; that of a web map's projection says that it is none."""
    key = "audit.case_web_mercator" if area.basis == WEB_MERCATOR else word_key(AreaBasis(area.basis))
    return text(key, lang)


def source_words(area: CaseArea, lang: str) -> str:
    """Return where an area comes from, or that nobody says."""
    if area.basis == WEB_MERCATOR:
        return text("audit.case_web_mercator_note", lang)
    return area.source.in_language(lang) or text("audit.case_no_source", lang)


def _rows(case: PublishedCase, plan: PlanRecords, lang: str) -> Iterator[Cells]:
    for count in case.counts:
        for area in case.areas:
            found = case.figure(count.count_id, area.basis)
            yield [
                guard(area_word(area, lang)),
                area.area_km2,
                100.0 * area.off_ratio,
                count.count,
                guard(str(getattr(count, f"basis_{lang}"))),
                guard(_document(count, plan, lang)),
                found.density_per_km2,
                found.required_count,
                found.margin_count,
                _status(found, lang),
                guard(source_words(area, lang)),
            ]


def _document(count: PublishedCount, plan: PlanRecords, lang: str) -> str:
    title = getattr(plan.document(count.document_id), f"short_{lang}")
    return f"{title} 〈{plan.section(count.section_id).heading.strip()}〉"


def _status(found: CaseFigure, lang: str) -> str:
    """Return what the area makes of the goal: under this definition alone, or what would be misread."""
    if found.status is None:
        return ""
    key = "audit.case_misread" if found.basis == WEB_MERCATOR else "content.verdict_conditional"
    return text(key, lang, status=status_word(found.status, lang))
