"""What a sheet says in words, wherever it is written: on paper or beside a map."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from layers.classification import CLASSIFICATION
from layers.geometry import LINE_STYLES, SHORT_DASH, SOLID
from layers.wording import as_number, as_text, decimal, localised, metres, whole, word
from spatial.definition import word_key
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.sheet.model import SheetVerdict, ZoneSheet
    from spatial.definition import Definition

__all__ = [
    "definition_rows",
    "disclaimers",
    "geometry_notes",
    "geometry_rows",
    "line_style",
    "other_verdict_lines",
    "sheet_badges",
    "source_lines",
    "verdict_rows",
]

Row = tuple[str, str]


def line_style(row: Any) -> str:
    """Return how well the outline of a zone is known, as the style of its line."""
    return LINE_STYLES.get(as_text(row.get("geometry_basis")) or "user_supplied", SHORT_DASH)


def sheet_badges(sheet: ZoneSheet) -> list[str]:
    """Return the badges that apply to the zone and its verdict."""
    leading = sheet.verdicts[:1]
    scopes = {as_text(each.figures.get("target_scope")) for each in leading}
    applies = {
        "schematic": line_style(sheet.facts) != SOLID,
        "synthetic": any(bool(each.figures.get("synthetic")) for each in leading),
        "reference": "district_reference" in scopes,
        "unstated": any(each.definition.numerator is None for each in leading),
    }
    return [name for name, applied in applies.items() if applied]


def disclaimers(badges: list[str], lang: str) -> list[str]:
    """Return what the sheet may not be taken for, in sentences."""
    explained = [name for name in ("schematic", "synthetic", "reference") if name in badges]
    return [text("sheet.disclaimer", lang), *(text(f"map.badge_{name}_title", lang) for name in explained)]


def source_lines(sheet: ZoneSheet, lang: str) -> list[str]:
    """Return where the figures were read, or that nothing is cited."""
    lines = [
        text("sheet.source", lang, what=each.what.in_language(lang), where=each.where.in_language(lang))
        for each in sheet.sources
    ]
    return lines or [text("sheet.no_sources", lang)]


def verdict_rows(verdict: SheetVerdict, lang: str) -> list[Row]:
    """Return name and value of each figure of a verdict; an empty value is not known."""
    figures = verdict.figures
    count = as_number(figures["count"])
    ratio = as_number(figures["attainment_ratio"])
    area = text("map.area_km2", lang, value=decimal(figures["area_km2"], 2))
    basis = text(word_key(verdict.definition.area_basis), lang)
    return [
        (
            text("sheet.count", lang),
            "" if count is None else text("map.count_only", lang, count=whole(count)),
        ),
        (text("sheet.area", lang), text("sheet.area_of", lang, area=area, basis=basis)),
        (text("sheet.target", lang), _target(verdict, lang)),
        (text("sheet.required", lang), _required(figures, lang)),
        (text("sheet.ratio", lang), "" if ratio is None else f"{ratio:.0%}"),
        (text("sheet.interval", lang), _interval(figures, lang)),
    ]


def _required(figures: Mapping[str, Any], lang: str) -> str:
    required, gap = as_number(figures["required_count"]), as_number(figures["gap_count"])
    if required is None:
        return ""
    if gap is None:  # nothing was counted
        return text("map.count_only", lang, count=whole(required))
    return text("sheet.required_gap", lang, required=whole(required), gap=whole(gap))


def _target(verdict: SheetVerdict, lang: str) -> str:
    value = as_number(verdict.figures["target_per_km2"])
    if value is None:
        return text("sheet.none", lang)
    words = text("map.per_km2", lang, value=f"{value:,g}")
    scope = as_text(verdict.figures["target_scope"])
    year = verdict.target.year if verdict.target is not None else None
    notes = [] if year is None else [text("sheet.by_year", lang, year=year)]
    notes.append(word("sheet.scope", scope, lang))
    return text("sheet.with_notes", lang, words=words, notes=text("sheet.comma", lang).join(notes))


def _interval(figures: Any, lang: str) -> str:
    low, high = as_number(figures["density_low"]), as_number(figures["density_high"])
    if low is None or low == high:  # nothing stated an accuracy
        return ""
    if high is None:
        return text("sheet.interval_open", lang, low=decimal(low))
    return text("sheet.interval_of", lang, low=decimal(low), high=decimal(high))


def other_verdict_lines(verdicts: Sequence[SheetVerdict], lang: str) -> list[str]:
    """Return each verdict but the first in a sentence; what another count is comes before it."""
    lines = []
    for before, verdict in pairwise(verdicts):
        if verdict.basis != before.basis:
            lines.append(verdict.basis.in_language(lang))
        lines.append(_verdict_line(verdict, lang))
    return lines


def _verdict_line(verdict: SheetVerdict, lang: str) -> str:
    """Return a verdict in one sentence."""
    figures, look = verdict.figures, CLASSIFICATION[verdict.status]
    density = as_number(figures["density_per_km2"])
    return text(
        "sheet.other_verdict",
        lang,
        basis=text(word_key(verdict.definition.area_basis), lang),
        area=text("map.area_km2", lang, value=decimal(figures["area_km2"], 2)),
        density="–" if density is None else text("map.per_km2", lang, value=decimal(density)),
        status=f"{look.symbol} {look.label(lang)}",
    )


def definition_rows(definition: Definition, lang: str) -> list[Row]:
    """Return name and value of each choice of a definition."""
    counted = text("sheet.comma", lang).join(
        text(word_key(choice), lang) for choice in (definition.indoor, definition.shared)
    )
    until = text("sheet.no_date", lang) if definition.as_of is None else definition.as_of.isoformat()
    return [
        (text("sheet.numerator", lang), text(definition.numerator_key, lang)),
        (text("sheet.counted", lang), counted),
        (text("sheet.lifecycle", lang), text(word_key(definition.status), lang)),
        (text("sheet.denominator", lang), text(word_key(definition.area_basis), lang)),
        (text("sheet.as_of", lang), until),
    ]


def geometry_rows(facts: Mapping[str, Any], lang: str) -> list[Row]:
    """Return how well the outline and the areas of a zone are known."""
    area, official = as_number(facts.get("area_geometry_km2")), as_number(facts.get("area_official_km2"))
    known = metres(facts.get("position_accuracy_m"), lang) or text("sheet.not_stated", lang)
    published = text("sheet.none_published", lang)
    if official is not None:
        published = text("map.area_km2", lang, value=decimal(official, 2))
    outline = "" if area is None else text("map.area_km2", lang, value=decimal(area, 2))
    return [
        (text("sheet.basis", lang), word("map.basis", facts.get("geometry_basis"), lang)),
        (text("sheet.accuracy", lang), known),
        (text("sheet.area_geometry", lang), outline),
        (text("sheet.area_official", lang), published),
    ]


def geometry_notes(facts: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """Return the source of the published area, and the note on the outline; empty where there is none."""
    official = as_number(facts.get("area_official_km2"))
    source = "" if official is None else localised(facts, "area_official_source", lang)
    return source, localised(facts, "note", lang)
