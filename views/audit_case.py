"""The district's own case: what the plans publish over each area that somebody states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.audit.case_sheet import area_word, source_words
from spatial.audit.published_case import WEB_MERCATOR
from spatial.district_check import STATIONS
from spatial.text import text
from views.audit_tables import column_head
from views.citation import cite, localised
from views.figures import figure, interval, plain
from views.html_table import CARDS, Cell, Column, Markup, fragment, join, render_table
from views.status_mark import status_mark, status_word
from views.verdict_table import BADGED_BASES, badge

if TYPE_CHECKING:
    from spatial.audit.published_case import CaseArea, CaseFigure, PublishedCase
    from spatial.pack_file import PublishedCount
    from spatial.plan import PlanRecords
    from spatial.target import Target

__all__ = ["case_notes", "case_sentence", "case_table"]


def case_table(case: PublishedCase, lang: str) -> Markup:
    """Return areas down, published numbers across, with what each would make of the goal."""
    stations, per_km2 = text("app.unit.stations", lang), text("app.unit.per_km2", lang)
    columns = [
        Column(head=column_head("case_area", lang)),
        Column(head=text("app.verdict.area", lang), unit="km²", numeric=True),
        Column(head=column_head("case_off", lang), unit="%", numeric=True),
    ]
    for count in case.counts:
        head = text("audit.case_count", lang, count=figure(count.count))
        unit = per_km2 if count.subject == STATIONS else text("audit.case_not_judged", lang)
        columns.append(Column(head=head, unit=unit, numeric=True))
        if count.subject == STATIONS:
            columns += [
                Column(head=text("app.verdict.required", lang), unit=stations, numeric=True),
                Column(head=column_head("head_margin", lang), unit=stations, numeric=True),
                Column(head=text("app.verdict.status", lang)),
            ]
    columns.append(Column(head=column_head("case_source", lang)))
    rows = [
        [
            _area_name(area, lang),
            figure(area.area_km2, 2),
            f"{area.off_ratio:+.1%}".rstrip("%").replace("+0.0", "0"),
            *(cell for count in case.counts for cell in _count_cells(case, count, area, lang)),
            _area_source(area, lang),
        ]
        for area in case.areas
    ]
    return render_table(
        columns,
        rows,
        caption=text("audit.case_caption", lang),
        style=CARDS,
        row_styles=["not-in-use" if area.basis == WEB_MERCATOR else "" for area in case.areas],
    )


def case_sentence(case: PublishedCase, target: Target | None, lang: str) -> str:
    """Return what the published stock comes to over the areas that have a source; empty without a goal."""
    stock = next((count for count in case.counts if count.subject == STATIONS), None)
    found = [each for each in case.figures if stock is not None and each.count_id == stock.count_id]
    if stock is None or target is None or any(each.status is None for each in found):
        return ""
    honest = [each for each in found if each.basis != WEB_MERCATOR]
    statuses = list(dict.fromkeys(each.status for each in honest if each.status is not None))
    listed = text("app.list_separator", lang)
    densities = [each.density_per_km2 for each in honest]
    warning = case.figure(stock.count_id, WEB_MERCATOR)
    said = text(
        "audit.case_same" if len(statuses) == 1 else "audit.case_differs",
        lang,
        count=figure(stock.count),
        areas=listed.join(area_word(each, lang) for each in case.areas if each.basis != WEB_MERCATOR),
        status=status_word(statuses[0], lang, conditional=True),
        statuses=listed.join(status_word(each, lang) for each in statuses),
        range=interval(min(densities), max(densities)),
        target=plain(target.value_per_km2),
    )
    misread = text(
        "audit.case_warning",
        lang,
        density=figure(warning.density_per_km2, 1),
        status=_misread_word(warning, lang),
        off=f"{case.areas[-1].off_ratio:+.1%}".replace("%", " %"),
    )
    return f"{said}{'' if lang == 'zh' else ' '}{misread}"


def _misread_word(found: CaseFigure, lang: str) -> str:
    return "" if found.status is None else status_word(found.status, lang)


def case_notes(case: PublishedCase, plan: PlanRecords, target: Target | None, lang: str) -> Markup:
    """Return where each published number and the goal stand in the plans, and what they do not say."""
    items = [
        fragment(
            "<li>{words} {cite}</li>",
            words=text(
                "audit.case_basis",
                lang,
                count=text("audit.case_count", lang, count=figure(count.count)),
                basis=localised(count, "basis", lang),
            ),
            cite=cite(plan, document_id=count.document_id, section_id=count.section_id, lang=lang),
        )
        for count in case.counts
    ]
    if target is not None and target.document_id is not None and target.section_id is not None:
        goal = fragment(
            "<li>{goal} {cite}</li>",
            goal=text("audit.case_goal", lang, target=plain(target.value_per_km2)),
            cite=cite(plan, document_id=target.document_id, section_id=target.section_id, lang=lang),
        )
        items.insert(0, goal)
    return fragment('<ul class="remarks">{items}</ul>', items=join(items))


def _area_name(area: CaseArea, lang: str) -> Markup:
    name = area_word(area, lang)
    name = name[0].upper() + name[1:]
    known = badge(area.geometry_basis, lang) if area.geometry_basis in BADGED_BASES else Markup("")
    return fragment("{name} {known}", name=name, known=known)


def _area_source(area: CaseArea, lang: str) -> Markup:
    return fragment('<small class="aside">{words}</small>', words=source_words(area, lang))


def _count_cells(
    case: PublishedCase, count: PublishedCount, area: CaseArea, lang: str
) -> list[Cell | Markup | str]:
    found = case.figure(count.count_id, area.basis)
    if count.subject != STATIONS:
        return [figure(found.density_per_km2, 1)]
    return [
        fragment("<strong>{density}</strong>", density=figure(found.density_per_km2, 1)),
        figure(found.required_count),
        "–" if found.margin_count is None else f"{found.margin_count:+,d}",
        _verdict(found, lang),
    ]


def _verdict(found: CaseFigure, lang: str) -> Cell | Markup | str:
    """Return what the area makes of the goal; of one that is none, what would be misread."""
    if found.status is None:
        return "–"
    if found.basis != WEB_MERCATOR:
        return status_mark(found.status, lang, conditional=True)
    words = text("audit.case_misread", lang, status=_misread_word(found, lang))
    return Cell(content=words, style="flipped")
