"""The verdict table and the badges that stand wherever a status stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.text import text
from spatial.verdict import Status
from spatial.workspace.zone_replacement import SUPPLIED_BASES
from spatial.zone_columns import DRAWN_BASIS
from views.figures import figure, interval, percent, plain
from views.html_table import Cell, Column, Markup, fragment, join, render_table
from views.status_mark import status_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from views.verdict_rows import VerdictRow

__all__ = ["badge", "badge_words", "badges", "short_badges", "verdict_mark", "verdict_table"]

BADGED_BASES: Final = (
    *("schematic", "published_area_only", "published_four_sides", "derived", DRAWN_BASIS),
    *SUPPLIED_BASES,
)


def badges(row: VerdictRow, lang: str) -> Markup:
    """Return the words that qualify a verdict: simulated, reference target, basis not stated."""
    shown = join(badge(name, lang) for name in _applying(row))
    return fragment('<span class="badges">{shown}</span>', shown=shown)


def verdict_mark(row: VerdictRow, lang: str) -> Markup:
    """Return the status; one whose counting basis nobody stated holds under this definition alone."""
    return status_mark(row.status, lang, conditional=row.unstated and row.judged)


def short_badges(row: VerdictRow, lang: str) -> Markup:
    """Return the same words where many verdicts stand close together."""
    short = {"reference": "reference_short"}
    return join((badge(short.get(name, name), lang) for name in _applying(row)), " ")


def badge_words(row: VerdictRow, lang: str) -> str:
    """Return the same words as plain text, each with a space before it."""
    return "".join(" " + text(f"app.badge.{name}", lang) for name in _applying(row))


def _applying(row: VerdictRow) -> list[str]:
    compared = row.status not in (Status.NO_DATA, Status.NO_TARGET)
    applying = {
        "synthetic": row.synthetic,
        "reference": row.reference,
        "unstated": row.unstated and compared,
    }
    return [name for name, applies in applying.items() if applies]


def badge(name: str, lang: str) -> Markup:
    """Return one word that qualifies a figure, with its meaning."""
    return fragment(
        '<span class="badge {name}" title="{meaning}">{word}</span>',
        name=name,
        meaning=text(f"app.badge.{name}_meaning", lang),
        word=text(f"app.badge.{name}", lang),
    )


def verdict_table(
    rows: Sequence[VerdictRow], lang: str, *, caption: str, chosen: str | None = None
) -> Markup:
    """Return the verdicts as a table.

    Parameters
    ----------
    rows : sequence of VerdictRow
        The district's rows first.
    lang : str
        Language of heads and badges.
    caption : str
        What the table shows.
    chosen : str, optional
        Id of the area whose rows are marked.
    """
    stations, density = text("app.unit.stations", lang), text("app.unit.per_km2", lang)
    columns = [
        Column(head=text("app.verdict.zone", lang)),
        Column(head=text("app.verdict.area", lang), unit="km²", numeric=True, roomy=True),
        Column(head=text("app.verdict.count", lang), unit=stations, numeric=True),
        Column(head=text("app.verdict.density", lang), unit=density, numeric=True),
        Column(head=text("app.verdict.target", lang), unit=density, numeric=True, roomy=True),
        Column(head=text("app.verdict.required", lang), unit=stations, numeric=True, roomy=True),
        Column(head=text("app.verdict.gap", lang), unit=stations, numeric=True),
        Column(head=text("app.verdict.status", lang)),
    ]
    return render_table(
        columns,
        [_cells(row, lang) for row in rows],
        caption=caption,
        row_styles=[_row_style(row, chosen) for row in rows],
        style="verdicts",
    )


def _row_style(row: VerdictRow, chosen: str | None) -> str:
    if not row.in_use:
        return "not-in-use"
    return "chosen" if row.zone_id == chosen else ""


def _cells(row: VerdictRow, lang: str) -> list[Cell | Markup | str]:
    uncertain = row.density_low is not None and row.density_low != row.density_high
    return [
        fragment(
            "{name} {known}{basis}",
            name=row.name,
            known=_how_well_known(row, lang),
            basis=_aside(row.basis) if row.basis else Markup(""),
        ),
        figure(row.area_km2, 2),
        figure(row.count),
        fragment(
            "<strong>{density}</strong>{spread}",
            density=figure(row.density_per_km2, 1),
            spread=_aside(interval(row.density_low, row.density_high)) if uncertain else Markup(""),
        ),
        plain(row.target_per_km2),
        figure(row.required_count),
        fragment(
            "{gap}{share}",
            gap=figure(row.gap_count),
            share=Markup("") if row.attainment_ratio is None else _aside(percent(row.attainment_ratio)),
        ),
        fragment("{mark}{badges}", mark=verdict_mark(row, lang), badges=badges(row, lang)),
    ]


def _how_well_known(row: VerdictRow, lang: str) -> Markup:
    """Return the badge of an outline that the figures rest on, where it says what it is."""
    known = row.geometry_basis in BADGED_BASES and row.by_outline
    return badge(row.geometry_basis, lang) if known else Markup("")


def _aside(words: str) -> Markup:
    return fragment('<small class="aside">{words}</small>', words=words)
