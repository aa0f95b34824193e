"""Tables of a siting: each zone before and after, and the chosen poles with what each brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.text import text
from spatial.zone_columns import SCHEMATIC_BASES
from views.figures import figure
from views.html_table import Cell, Column, Markup, fragment, join, render_table
from views.verdict_table import BADGED_BASES, badge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.siting.proposal import Proposal

__all__ = ["pole_table", "qualified", "zone_table"]

SHOWN: Final = 12
COORDINATE_DECIMALS: Final = 6


def zone_table(proposal: Proposal, names: Mapping[str, str], target: str, lang: str) -> Markup:
    """Return each zone before and after; what is lacking is the gap that the verdicts show."""
    unit = text("app.unit.stations", lang)
    columns = [Column(head=text("siting.head_zone", lang))]
    columns += [
        Column(head=text(f"siting.head_{head}", lang), unit=unit, numeric=True)
        for head in ("required", "before", "gap", "after")
    ]
    rows: list[list[Cell | Markup | str]] = [
        [
            fragment(
                "{name} {marks}",
                name=names.get(each.zone_id, each.zone_id),
                marks=_marks(proposal.basis_of[each.zone_id], synthetic=proposal.case.synthetic, lang=lang),
            ),
            figure(each.required_count),
            figure(each.before),
            figure(max(each.required_count - each.before, 0)),
            figure(each.after) if proposal.answered else figure(None),
        ]
        for each in proposal.solution.zones
    ]
    return render_table(columns, rows, caption=text("siting.zones_caption", lang, target=target))


def pole_table(proposal: Proposal, names: Mapping[str, str], lang: str) -> Markup:
    """Return the first of the chosen poles, where each stands and what it brings."""
    columns = [
        Column(head=text("siting.head_order", lang), numeric=True),
        Column(head=text("siting.head_pole", lang)),
        Column(head=text("siting.head_lon", lang), unit="°", numeric=True, roomy=True),
        Column(head=text("siting.head_lat", lang), unit="°", numeric=True, roomy=True),
        Column(head=text("siting.head_zone_ids", lang)),
        Column(head=text("siting.head_closes", lang), unit=text("app.unit.stations", lang), numeric=True),
    ]
    covers = proposal.settings.radius_m > 0.0
    if covers:
        columns.append(Column(head=text("siting.head_covers", lang), numeric=True))
    separator = text("app.list_separator", lang)
    rows: list[list[Cell | Markup | str]] = []
    for step in proposal.steps.head(SHOWN).to_dict(orient="records"):
        row: list[Cell | Markup | str] = [
            figure(step["order"]),
            str(step["candidate_id"]),
            figure(step["lon"], COORDINATE_DECIMALS),
            figure(step["lat"], COORDINATE_DECIMALS),
            separator.join(names.get(zone, zone) for zone in step["zone_ids"]),
            figure(step["closes"]),
        ]
        rows.append([*row, figure(step["covers"])] if covers else row)
    n = len(proposal.steps)
    caption = text("siting.poles_caption", lang, n=figure(n), shown=figure(min(SHOWN, n)))
    return render_table(columns, rows, caption=qualified(caption, proposal, lang))


def qualified(caption: str, proposal: Proposal, lang: str) -> str:
    """Return a caption with what qualifies every figure under it: schematic outlines, made-up stations."""
    bases = {proposal.basis_of[zone_id] for zone_id in proposal.case.problem.zone_ids}
    marks = ["verdict.badge_schematic"] if bases & SCHEMATIC_BASES else []
    if proposal.case.synthetic:
        marks.append("verdict.badge_synthetic")
    return " · ".join([caption, *(text(mark, lang) for mark in marks)])


def _marks(basis: str | None, *, synthetic: bool, lang: str) -> Markup:
    """Return what qualifies the figures of a zone: what its outline rests on, and made-up stations."""
    marks = [badge(basis, lang)] if basis in BADGED_BASES else []
    if synthetic:
        marks.append(badge("synthetic", lang))
    return join(marks, " ")
