"""Which document and section a record was read from, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from views.html_table import Markup, fragment

if TYPE_CHECKING:
    from spatial.plan import PlanRecords

__all__ = ["cite", "localised", "quoted"]

CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


def quoted(words: str) -> Markup:
    """Return words that stand in one language whatever the page's, marked as such."""
    lang = "zh" if CHINESE.search(words) else "en"
    return fragment('<span lang="{lang}">{words}</span>', lang=lang, words=words)


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
