"""What stands beside the map of a page that is handed on: verdict, definition, sources, terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from layers.classification import CLASSIFICATION
from layers.escape import escape_text, script_json
from layers.furniture import badges, foot_lines, is_synthetic
from layers.sheet.words import definition_rows, other_verdict_lines, source_lines, verdict_rows
from layers.wording import as_number, decimal, localised
from layers.zone_layer import zone_status
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.scene import MapScene
    from layers.sheet.model import ZoneSheet

__all__ = ["PANEL_STYLE", "facts_json", "facts_panel"]

PANEL_STYLE: Final = """
body { display: flex; height: 100vh; }
body > .folium-map { flex: 1 1 0; min-width: 0; width: auto !important; }
.facts { flex: none; box-sizing: border-box; width: 318px; height: 100%; overflow-y: auto;
  padding: 10px 16px 20px; border-right: 1px solid #8a95a3;
  background: #fff; color: #12222f; font: 13px/1.5 "Noto Sans SC",
  "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Segoe UI", sans-serif; overflow-wrap: anywhere; }
.facts:focus-visible { outline: 3px solid #1f4e79; outline-offset: -3px; }
.facts h1 { margin: 0 0 2px; font-size: 17px; line-height: 1.35; }
.facts h2 { margin: 14px 0 4px; padding-bottom: 2px; border-bottom: 1px solid #c4cbd1; font-size: 13.5px; }
.facts p { margin: 3px 0; }
.facts .aside { color: #4a5863; font-size: 12px; }
.facts .verdict { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 10px; font-size: 18px;
  font-weight: 700; }
.facts .badge { display: inline-block; margin: 2px 6px 2px 0; padding: 0 7px; border: 1.5px solid #9c3413;
  border-radius: 3px; color: #8a2d10; font-weight: 700; }
.facts dl { display: grid; grid-template-columns: 5.5em 1fr; gap: 1px 8px; margin: 4px 0; }
.facts dt { color: #4a5863; }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.facts table { width: 100%; border-collapse: collapse; }
.facts th, .facts td { padding: 2px 6px 2px 0; border-bottom: 1px solid #e3e7ea; text-align: left;
  vertical-align: top;  font-weight: 400; }
.facts thead th { color: #4a5863; }
.facts th.figure, .facts td.figure { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.facts ul { margin: 3px 0; padding-left: 1.1em; }
.facts .review { font-weight: 700; }
@media (max-width: 700px) {
  body { flex-direction: column; }
  body > .folium-map { flex: 1 1 55vh; width: 100% !important; height: 55vh !important; }
  .facts { width: 100%; height: auto; max-height: 45vh; border-right: 0; border-bottom: 1px solid #8a95a3; }
}
@media print {
  html, body { height: auto; overflow: visible; }
  body { display: block; }
  .facts { width: 100%; height: auto; overflow: visible; }
  body > .folium-map { width: 100% !important; height: 150mm !important; break-inside: avoid; }
}
"""

Row = tuple[str, str]


def facts_panel(facts: ZoneSheet, scene: MapScene, *, lang: str) -> str:
    """Return the panel as HTML; every string in it is escaped."""
    parts = [
        f"<h1>{escape_text(facts.title.in_language(lang))}</h1>",
        *_date(facts, lang),
        _badges(scene, lang),
        _heading(localised(facts.facts, "name", lang) or facts.zone_id),
        *_verdict(facts, lang),
        *_definition(facts, lang),
        *_zones(scene, lang),
        _heading(text("sheet.sources", lang)),
        "<ul>" + "".join(f"<li>{escape_text(line)}</li>" for line in source_lines(facts, lang)) + "</ul>",
        *_terms(scene, lang),
    ]
    label = escape_text(text("sheet.panel", lang))
    return f'<aside class="facts" tabindex="0" aria-label="{label}">{"".join(parts)}</aside>'


def _heading(words: str) -> str:
    return f"<h2>{escape_text(words)}</h2>"


def _date(facts: ZoneSheet, lang: str) -> list[str]:
    if not facts.data_date:
        return []
    return [f'<p class="aside">{escape_text(text("sheet.data_date", lang, date=facts.data_date))}</p>']


def _badges(scene: MapScene, lang: str) -> str:
    """Return each badge with the sentence that explains it: a page has no one to ask."""
    return "".join(
        f'<p><span class="badge">{escape_text(badge["word"])}</span>{escape_text(badge["why"])}</p>'
        for badge in badges(scene, lang=lang)
    )


def _list(rows: Iterable[Row]) -> str:
    items = "".join(
        f"<dt>{escape_text(name)}</dt><dd>{escape_text(value)}</dd>" for name, value in rows if value
    )
    return f"<dl>{items}</dl>"


def _verdict(facts: ZoneSheet, lang: str) -> list[str]:
    if not facts.verdicts:
        return [f"<p>{escape_text(text('sheet.no_verdict', lang))}</p>"]
    leading = facts.verdicts[0]
    look, density = CLASSIFICATION[leading.status], as_number(leading.figures["density_per_km2"])
    figure = "" if density is None else text("map.per_km2", lang, value=decimal(density))
    mark = ""
    if leading.figures.get("synthetic"):
        mark = f'<span class="badge">{escape_text(text("verdict.badge_synthetic", lang))}</span>'
    words = f'<span style="color: {look.ink}">{escape_text(f"{look.symbol} {look.label(lang)}")}</span>'
    return [
        f'<p class="verdict">{mark}{words}<span>{escape_text(figure)}</span></p>',
        _list(verdict_rows(leading, lang)),
        f'<p class="aside">{escape_text(leading.basis.in_language(lang))}</p>',
        *(f"<p>{escape_text(words)}</p>" for words in other_verdict_lines(facts.verdicts, lang)),
    ]


def _definition(facts: ZoneSheet, lang: str) -> list[str]:
    if not facts.verdicts:
        return []
    rows = definition_rows(facts.verdicts[0].definition, lang)
    return [_heading(text("sheet.definition", lang)), _list(rows)]


def _zones(scene: MapScene, lang: str) -> list[str]:
    """Return the verdicts that the map shows as colours, as a table."""
    if scene.zones is None or "status" not in scene.zones:
        return []
    rows = []
    for _, row in scene.zones.iterrows():
        status, density = zone_status(row), as_number(row.get("density_per_km2"))
        if status is None:
            continue
        look = CLASSIFICATION[status]
        mark = ""
        if is_synthetic(scene) or bool(as_number(row.get("synthetic"))):
            mark = f"{text('verdict.badge_synthetic', lang)} "
        name = localised(row, "short", lang) or localised(row, "name", lang)
        value = "–" if density is None else decimal(density)
        verdict = escape_text(f"{mark}{look.symbol} {look.label(lang)}")
        rows.append(
            f'<tr><th scope="row">{escape_text(name)}</th>'
            f'<td class="figure">{escape_text(value)}</td><td>{verdict}</td></tr>'
        )
    heads = {"map.layer_zones": "", "sheet.density_per_km2": ' class="figure"', "sheet.verdict": ""}
    head = "".join(
        f'<th scope="col"{look}>{escape_text(text(key, lang))}</th>' for key, look in heads.items()
    )
    return [
        _heading(text("map.layer_zones", lang)),
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>",
    ]


def _terms(scene: MapScene, lang: str) -> list[str]:
    """Return the review number or its empty place, the disclaimer, and whose data these are."""
    foot = foot_lines(scene, lang=lang)
    review = foot["review"] if scene.review_number else text("sheet.review_slot", lang)
    return [
        _heading(text("sheet.terms", lang)),
        f'<p class="review">{escape_text(review)}</p>',
        f"<p>{escape_text(text('sheet.disclaimer', lang))}</p>",
        f'<p class="aside">{escape_text(foot["sources"])}</p>',
    ]


def facts_json(facts: ZoneSheet, scene: MapScene) -> str:
    """Return for machines what the panel says for people, as JSON that a script cannot read as code."""
    held: dict[str, Any] = {
        "title": {"zh": facts.title.zh, "en": facts.title.en},
        "zone_id": facts.zone_id,
        "data_date": facts.data_date or None,
        "review_number": scene.review_number,
        "synthetic": is_synthetic(scene),
        "verdicts": [
            {
                "definition": verdict.definition.to_dict(),
                "status": str(verdict.status),
                "basis": {"zh": verdict.basis.zh, "en": verdict.basis.en},
                "target_scope": verdict.figures.get("target_scope") or None,
                **{name: as_number(verdict.figures.get(name)) for name in FIGURES},
            }
            for verdict in facts.verdicts
        ],
    }
    return script_json(held)


FIGURES: Final = (
    "count",
    "area_km2",
    "density_per_km2",
    "density_low",
    "density_high",
    "target_per_km2",
    "required_count",
    "gap_count",
    "attainment_ratio",
)
