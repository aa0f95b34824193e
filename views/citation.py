"""Which document and section a record was read from, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from views.html_table import Markup, fragment

if TYPE_CHECKING:
    from spatial.plan import PlanRecords

__all__ = ["cite", "localised", "quoted"]


def quoted(words: str) -> Markup:
    """Return words that stand in Chinese whatever the page's language, marked as such."""
    return fragment('<span lang="zh">{words}</span>', words=words)


def localised(record: object, field: str, lang: str) -> str:
    """Return ``field`` of a record in ``lang``: the attribute ``<field>_zh`` or ``<field>_en``."""
    return str(getattr(record, f"{field}_{lang}"))


def cite(plan: PlanRecords, *, document_id: str, section_id: str, lang: str) -> Markup:
    """Return the short title of the document and the heading of the section."""
    return fragment(
        '<span class="cite">{title} <span lang="zh">〈{heading}〉</span></span>',
        title=localised(plan.document(document_id), "short", lang),
        heading=plan.section(section_id).heading.strip(),
    )
