"""``plan``: the documents, goals and findings of a pack."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from spatial.cli.options import FORMATS, add_format, add_pack
from spatial.cli.text_table import render_table
from spatial.pack import open_pack
from spatial.text import printable, text

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.cli.options import Parser
    from spatial.plan import Finding, Indicator, PlanRecords

__all__ = ["add_options", "run"]

_DOCUMENT_HEADS: Final = ("document_id", "title", "issuer", "date", "level")
_INDICATOR_HEADS: Final = ("document_id", "indicator", "value", "base", "year", "scope", "section")
_NOTHING: Final = "—"


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_pack(parser, lang, required=True)
    add_format(parser, lang)


def run(options: argparse.Namespace, stdout: TextIO, _stderr: TextIO) -> int:
    """List what the plans of a pack say."""
    pack = open_pack(options.pack)
    if options.format == FORMATS[1]:
        json.dump(_document(pack.pack_id, pack.plan), stdout, ensure_ascii=False, indent=2)
        stdout.write("\n")
    else:
        _write_tables(pack.plan, stdout, options.lang)
    return 0


def _document(pack_id: str, plan: PlanRecords) -> dict[str, Any]:
    """Return the records as plain values."""
    return {
        "pack_id": pack_id,
        "documents": [asdict(record) for record in plan.documents],
        "indicators": [asdict(record) for record in plan.indicators],
        "context": [asdict(record) for record in plan.context],
        "findings": [asdict(record) for record in plan.findings],
    }


def _write_tables(plan: PlanRecords, stdout: TextIO, lang: str) -> None:
    """Write the records for a reader."""
    documents = [
        [d.document_id, d.title or _NOTHING, d.issuer or _NOTHING, d.date or _NOTHING, d.level]
        for d in plan.documents
    ]
    stdout.write(text("cli.documents", lang, n=len(documents)) + "\n\n")
    stdout.write(render_table([text(f"cli.head_{head}", lang) for head in _DOCUMENT_HEADS], documents))
    indicators = [_indicator_row(indicator, plan, lang) for indicator in plan.indicators]
    stdout.write("\n" + text("cli.indicators", lang, n=len(indicators)) + "\n\n")
    stdout.write(render_table([text(f"cli.head_{head}", lang) for head in _INDICATOR_HEADS], indicators))
    stdout.write("\n" + text("cli.findings", lang, n=len(plan.findings)) + "\n\n")
    stdout.writelines(_finding_line(finding, lang) + "\n" for finding in plan.findings)


def _indicator_row(indicator: Indicator, plan: PlanRecords, lang: str) -> list[str]:
    """Return the cells of one goal: value and base as the document prints them."""
    english = lang == "en"
    base = indicator.base_text or ("" if indicator.base_value is None else f"{indicator.base_value:g}")
    if base and indicator.base_year is not None:
        base += f" ({indicator.base_year})"
    return [
        indicator.document_id,
        indicator.name_en if english else indicator.name_zh,
        indicator.value_text,
        base or _NOTHING,
        _NOTHING if indicator.target_year is None else str(indicator.target_year),
        indicator.scope_en if english else indicator.scope_zh,
        plan.section(indicator.section_id).heading,
    ]


def _finding_line(finding: Finding, lang: str) -> str:
    """Return a finding on one line."""
    words = text(
        "cli.finding_line",
        lang,
        kind=text(f"cli.finding_{finding.kind}", lang),
        title=finding.title.in_language(lang),
        detail=finding.detail.in_language(lang),
    )
    return "- " + printable(words)
