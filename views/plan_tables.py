"""Tables of what the plans say: goals, documents, figures that are no goals, and findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.text import text
from views.citation import cite, localised, quoted
from views.figures import NOTHING, plain
from views.html_table import Cell, Column, Markup, fragment, join, render_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.plan import PlanRecords
    from spatial.plan_records import ContextFigure, Document, Finding, Indicator

__all__ = [
    "context_table",
    "document_table",
    "finding_list",
    "finding_note",
    "finding_sentence",
    "indicator_table",
]


def indicator_table(plan: PlanRecords, indicators: Sequence[Indicator], *, lang: str) -> Markup:
    """Return the goals as a table, each with its base, scope, source and findings."""
    columns = [
        Column(head=text("app.plan.goal", lang)),
        Column(head=text("app.plan.scope", lang)),
        Column(head=text("app.plan.base", lang), numeric=True),
        Column(head=text("app.plan.value", lang), numeric=True),
        Column(head=text("app.plan.unit", lang)),
        Column(head=text("app.plan.year", lang), numeric=True),
        Column(head=text("app.plan.source", lang)),
    ]
    rows = [_indicator_row(plan, indicator, lang=lang) for indicator in indicators]
    return render_table(columns, rows, caption=text("app.plan.goals_caption", lang), style="wide")


def _indicator_row(plan: PlanRecords, indicator: Indicator, *, lang: str) -> list[Cell | Markup | str]:
    notes = localised(indicator, "notes", lang)
    name = fragment(
        '{name}{notes}{findings}<span id="{anchor}"></span>',
        name=localised(indicator, "name", lang),
        notes=fragment('<small class="aside">{notes}</small>', notes=notes) if notes else Markup(""),
        findings=finding_note(plan, indicator.indicator_id, lang=lang),
        anchor=indicator.indicator_id,
    )
    base = plain(indicator.base_value)
    if indicator.base_year is not None and indicator.base_value is not None:
        base = text("app.plan.base_of_year", lang, value=base, year=indicator.base_year)
    return [
        name,
        localised(indicator, "scope", lang),
        base,
        _goal_value(indicator, lang=lang),
        localised(indicator, "unit", lang) or NOTHING,
        str(indicator.target_year) if indicator.target_year else NOTHING,
        cite(plan, document_id=indicator.document_id, section_id=indicator.section_id, lang=lang),
    ]


def _goal_value(indicator: Indicator, *, lang: str) -> Markup:
    if indicator.operator == "all":
        words = text("app.plan.operator_all", lang)
    else:
        sign = text(f"app.plan.operator_{indicator.operator}", lang)
        words = f"{sign} {plain(indicator.value)}".strip()
    return fragment(
        '<strong>{words}</strong><small class="aside" lang="zh">{printed}</small>',
        words=words,
        printed=indicator.value_text,
    )


def context_table(plan: PlanRecords, figures: Sequence[ContextFigure], *, lang: str) -> Markup:
    """Return the figures that must not be compared with a goal, each with the reason."""
    columns = [
        Column(head=text("app.plan.figure", lang)),
        Column(head=text("app.plan.value", lang), numeric=True),
        Column(head=text("app.plan.unit", lang)),
        Column(head=text("app.plan.year", lang), numeric=True),
        Column(head=text("app.plan.why_not", lang)),
        Column(head=text("app.plan.source", lang)),
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            fragment(
                "{name}{findings}",
                name=localised(figure, "name", lang),
                findings=finding_note(plan, figure.context_id, lang=lang),
            ),
            plain(figure.value) if figure.value is not None else quoted(figure.value_text),
            localised(figure, "unit", lang) or NOTHING,
            str(figure.year) if figure.year else NOTHING,
            localised(figure, "reason", lang),
            cite(plan, document_id=figure.document_id, section_id=figure.section_id, lang=lang),
        ]
        for figure in figures
    ]
    return render_table(columns, rows, caption=text("app.plan.context_caption", lang), style="wide")


def document_table(plan: PlanRecords, documents: Sequence[Document], *, lang: str) -> Markup:
    """Return the plan texts with title, issuer, date, period and checksum."""
    columns = [
        Column(head=text("app.plan.document", lang)),
        Column(head=text("app.plan.issuer", lang)),
        Column(head=text("app.plan.date", lang)),
        Column(head=text("app.plan.period", lang)),
        Column(head=text("app.plan.characters", lang), numeric=True),
        Column(head=text("app.source.checksum", lang)),
    ]
    unstated = text("app.plan.unstated", lang)
    rows = [
        [
            fragment(
                '{short}<small class="aside" lang="zh">{title}</small>{notes}{findings}',
                short=localised(document, "short", lang),
                title=document.title or text("app.plan.untitled", "zh"),
                notes=join(
                    fragment('<small class="aside">{note}</small>', note=note.in_language(lang))
                    for note in document.notes
                ),
                findings=finding_note(plan, document.document_id, lang=lang),
            ),
            quoted(document.issuer) if document.issuer else unstated,
            document.date or unstated,
            quoted(document.period) if document.period else unstated,
            plain(document.characters),
            fragment(
                '<code title="{full}">{short}…</code>', full=document.sha256, short=document.sha256[:12]
            ),
        ]
        for document in documents
    ]
    return render_table(columns, rows, caption=text("app.plan.documents_caption", lang), style="wide")


def finding_sentence(finding: Finding, lang: str) -> Markup:
    """Return one finding in the open: its title and what it is."""
    return fragment(
        '<span aria-hidden="true">⚑</span> <strong>{title}</strong> {detail}',
        title=finding.title.in_language(lang),
        detail=finding.detail.in_language(lang),
    )


def finding_note(
    plan: PlanRecords, touched_id: str, *, lang: str, besides: Sequence[Finding] = (), short: bool = False
) -> Markup:
    """Return the findings that touch a record, folded under their titles; or nothing.

    ``besides`` are findings that stand in the open already; ``short`` folds the titles too.
    """
    findings = [each for each in plan.findings_touching(touched_id) if each not in besides]
    if not findings:
        return Markup("")
    titles = text("app.clause_separator", lang).join(each.title.in_language(lang) for each in findings)
    if short:
        titles = text("app.plan.n_findings", lang, n=len(findings))
    return fragment(
        '<details class="finding-note"><summary><span aria-hidden="true">⚑</span> {titles}</summary>'
        "{details}</details>",
        titles=titles,
        details=join(
            fragment(
                "<p>{title}{words}</p>",
                title=_lead_in(each, lang) if short else "",
                words=each.detail.in_language(lang),
            )
            for each in findings
        ),
    )


def _lead_in(finding: Finding, lang: str) -> Markup:
    return fragment("<strong>{title}</strong> ", title=finding.title.in_language(lang))


def finding_list(plan: PlanRecords, findings: Sequence[Finding], *, lang: str) -> Markup:
    """Return every finding with its evidence."""
    return fragment(
        '<ol class="findings">{items}</ol>',
        items=join(
            fragment(
                '<li id="{anchor}"><details><summary><strong>{title}</strong> '
                '<span class="badge">{kind}</span></summary>'
                "<p>{detail}</p><ul>{evidence}</ul></details></li>",
                anchor=finding.finding_id,
                title=finding.title.in_language(lang),
                kind=text(f"app.finding.{finding.kind}", lang),
                detail=finding.detail.in_language(lang),
                evidence=join(
                    fragment(
                        '<li><q lang="zh">{words}</q> {cite}</li>',
                        words=evidence.text,
                        cite=cite(
                            plan,
                            document_id=evidence.document_id,
                            section_id=evidence.section_id,
                            lang=lang,
                        ),
                    )
                    for evidence in finding.evidence
                ),
            )
            for finding in findings
        ),
    )
