"""What a result has to say about itself, with zones called by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.text import text
from views.figures import figure, percent
from views.html_table import Markup, fragment, join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.notice import Notice
    from views.evaluation import Evaluation

__all__ = ["inventory_remarks", "remark", "remark_list", "remarks"]

TELLING_DIFFERENCE: Final = 0.2


def remarks(evaluation: Evaluation, lang: str) -> list[str]:
    """Return what the verdicts have to say about themselves, each remark once.

    First the zones', then the district's where its published count cannot answer, and that the
    plans set no number of lamp poles.
    """
    names = evaluation.names[lang]
    results = [evaluation.zones, evaluation.district]
    results += [each for each in evaluation.published if each.definition == evaluation.definition]
    said = [remark(notice, names, lang) for each in results if each for notice in each.notices]
    return [*dict.fromkeys(said), text("app.verdict.poles", lang)]


def inventory_remarks(evaluation: Evaluation, lang: str) -> list[str]:
    """Return how many stations of a brought inventory lie where, and how that compares.

    Nothing where none was brought, or where it cannot be counted as the definition asks.
    """
    district = evaluation.district
    if district is None or district.rows["count"].isna().any():
        return []
    if district.total_count == 0:
        status = text(f"verdict.lifecycle_{evaluation.definition.status}", lang)
        return [text("app.verdict.nothing_counted", lang, status=status)]
    inside = int(district.rows["count"].sum())
    said = [
        text(
            "app.verdict.outside",
            lang,
            total=figure(district.total_count),
            inside=figure(inside),
            outside=figure(district.outside_count),
        )
    ]
    published = evaluation.published_count
    if published and abs(inside - published) > TELLING_DIFFERENCE * published:
        said.append(
            text(
                "app.verdict.differs",
                lang,
                count=figure(inside),
                published=figure(published),
                date=evaluation.published_as_of,
                share=percent(inside / published),
            )
        )
    return said


def remark_list(words: list[str]) -> Markup:
    """Return remarks as a list in small print."""
    items = join(fragment("<li>{words}</li>", words=each) for each in words)
    return fragment('<ul class="remarks">{items}</ul>', items=items)


def remark(notice: Notice, names: Mapping[str, str], lang: str) -> str:
    """Return the words of ``notice``; the zones it speaks of are called as the page calls them."""
    zone_ids = notice.params.get("zone_ids")
    if not isinstance(zone_ids, list):
        return notice.message(lang)
    joined = text("app.list_separator", lang).join(names.get(zone_id, zone_id) for zone_id in zone_ids)
    return text(notice.key, lang, **{**notice.params, "zones": joined})
