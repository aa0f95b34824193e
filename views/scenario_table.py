"""One table of before and after: each changed verdict is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.text import text
from views.figures import NOTHING, figure, plain
from views.html_table import Cell, Column, Markup, fragment, render_table
from views.verdict_rows import rows_of
from views.verdict_table import BADGED_BASES, badge, short_badges, verdict_mark

if TYPE_CHECKING:
    from views.evaluation import Evaluation
    from views.verdict_rows import VerdictRow

__all__ = ["scenario_table"]


def scenario_table(
    before: Evaluation, after: Evaluation, lang: str, *, caption: str, chosen: str | None
) -> Markup:
    """Return the zones before and after, the district first where its stations are known, parts last."""
    pairs = [
        pair
        for layer in ("district", "zones", "parts")
        for pair in zip(
            rows_of(getattr(before, layer), before, lang),
            rows_of(getattr(after, layer), after, lang),
            strict=True,
        )
    ]
    was, now = text("scenario.page_before", lang), text("scenario.page_after", lang)
    columns = [Column(head=text("scenario.head_zone", lang))]
    for when in (was, now):
        columns += [
            Column(head=text("scenario.head_count", lang), unit=when, numeric=True),
            Column(head=text("scenario.head_density", lang), unit=when, numeric=True),
            Column(head=text("scenario.head_target", lang), unit=when, numeric=True, roomy=True),
            Column(head=text("scenario.head_gap", lang), unit=when, numeric=True),
            Column(head=text("scenario.head_status", lang), unit=when),
        ]
    return render_table(
        columns,
        [_cells(one, other, lang) for one, other in pairs],
        caption=caption,
        row_styles=["chosen" if one.zone_id == chosen else "" for one, _ in pairs],
        style="verdicts",
    )


def _cells(before: VerdictRow, after: VerdictRow, lang: str) -> list[Cell | Markup | str]:
    known = after.geometry_basis in BADGED_BASES
    name = fragment(
        "{name} {known} {badges}",
        name=after.name,
        known=badge(after.geometry_basis, lang) if known else Markup(""),
        badges=short_badges(after, lang),
    )
    changed = before.status != after.status
    mark = fragment(
        "{mark}{word}",
        mark=verdict_mark(after, lang),
        word=_aside(text("scenario.changed", lang)) if changed else Markup(""),
    )
    return [
        name,
        *_figures(before, Markup("")),
        verdict_mark(before, lang),
        *_figures(after, _change(before.count, after.count)),
        Cell(content=mark, style="flipped" if changed else ""),
    ]


def _figures(row: VerdictRow, change: Markup) -> list[Cell | Markup | str]:
    return [
        fragment("{count}{change}", count=figure(row.count), change=change),
        figure(row.density_per_km2, 1),
        plain(row.target_per_km2),
        figure(row.gap_count),
    ]


def _change(before: int | None, after: int | None) -> Markup:
    """Return by how much a count differs, nothing where it does not."""
    if before is None or after is None or before == after:
        return Markup("")
    return _aside(f"{after - before:+,d}".replace("-", "−"))


def _aside(words: str) -> Markup:
    return fragment('<small class="aside">{words}</small>', words=words or NOTHING)
