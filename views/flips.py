"""What each switch of the definition would change: the same zones under every other definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatial.audit.matrix import is_flip
from spatial.text import text
from spatial.verdict import Status
from views.definition_fields import choice_word, field_word
from views.figures import figure, interval
from views.html_table import CARDS, Cell, Column, Markup, fragment, render_table
from views.status_mark import status_word
from views.verdict_rows import district_rows, rows_of
from views.verdict_table import short_badges, verdict_mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatial.definition import Definition
    from spatial.errors import AtlasError
    from views.evaluation import Evaluation
    from views.verdict_rows import VerdictRow

__all__ = ["Variation", "flip_sentence", "flip_table", "zone_under_definitions"]


@dataclass(frozen=True, kw_only=True)
class Variation:
    """The verdicts after one switch, or why there are none."""

    field: str
    definition: Definition
    outcome: Evaluation | AtlasError

    def label(self, lang: str) -> str:
        """Return the switch and its new position."""
        return text("app.flips.label", lang, switch=field_word(self.field, lang), choice=self.choice(lang))

    def choice(self, lang: str) -> str:
        """Return the new position of the switch."""
        return choice_word(getattr(self.definition, self.field), lang)


def rows_by_zone(evaluation: Evaluation, lang: str) -> dict[str, VerdictRow]:
    """Return the row in use of every zone; the district's first."""
    rows = [*district_rows(evaluation, lang), *rows_of(evaluation.zones, evaluation, lang)]
    rows += rows_of(evaluation.parts, evaluation, lang)
    by_zone: dict[str, VerdictRow] = {}
    for row in rows:
        if row.in_use:
            by_zone.setdefault(row.zone_id, row)
    return by_zone


def _changed(now: VerdictRow, then: VerdictRow | None) -> bool:
    return then is not None and then.status != now.status


def _flipped(now: VerdictRow, then: VerdictRow | None) -> bool:
    """Tell whether one verdict turned into another; no data is no verdict."""
    return then is not None and is_flip(now.status, then.status)


def _lost(now: VerdictRow, then: VerdictRow | None) -> bool:
    """Tell whether a verdict was given up because the data cannot answer."""
    return _changed(now, then) and then is not None and then.status == Status.NO_DATA


def _gained(now: VerdictRow, then: VerdictRow | None) -> bool:
    """Tell whether there is a verdict where the definition in use gives none."""
    return _changed(now, then) and now.status == Status.NO_DATA


def flip_sentence(current: Evaluation, others: Sequence[Variation], lang: str) -> str:
    """Return which choices turn a verdict into which other one, which leave none, and which give one."""
    now = rows_by_zone(current, lang)
    shown = {zone: now[zone] for zone in _first_screen_zones(current, lang)}
    judged = any(row.status != Status.NO_DATA for row in shown.values())
    turned: list[str] = []
    lost: dict[str, list[str]] = {}
    gained: dict[str, list[str]] = {}
    for variation in others:
        then = _outcome_rows(variation, lang)
        changes = _changes(shown, then, lang)
        if changes:
            turned.append(text("app.flips.one", lang, choice=variation.choice(lang), changes=changes))
        for told, tell in ((lost, _lost), (gained, _gained)):
            names = [row.name for zone, row in shown.items() if tell(row, then.get(zone))]
            if names:
                every = len(names) == len(shown)
                zones = text("app.flips.every", lang) if every else _listed(names, lang)
                told.setdefault(zones, []).append(variation.choice(lang))
    clauses = text("app.clause_separator", lang)
    words = text("app.flips.none" if judged else "app.flips.no_verdict", lang)
    if turned:
        words = text("app.flips.some", lang, switches=clauses.join(turned))
    said = [words]
    for key, told in (("app.flips.lost", lost), ("app.flips.gained", gained)):
        listed = [
            text("app.flips.places", lang, zones=zones, choices=_listed(choices, lang))
            for zones, choices in told.items()
        ]
        if listed:
            said.append(text(key, lang, zones=clauses.join(listed)))
    return " ".join(said)


def _listed(words: Sequence[str], lang: str) -> str:
    return text("app.list_separator", lang).join(words)


def _changes(now: Mapping[str, VerdictRow], then: Mapping[str, VerdictRow], lang: str) -> str:
    """Return what became of which zones, those with the same change together."""
    together: dict[tuple[str, str], list[str]] = {}
    for zone, row in now.items():
        after = then.get(zone)
        if after is not None and _flipped(row, after):
            together.setdefault((_status_word(row, lang), _status_word(after, lang)), []).append(row.name)
    return text("app.flips.clause", lang).join(
        text("app.flips.change", lang, zones=_listed(names, lang), before=before, after=after)
        for (before, after), names in together.items()
    )


def _status_word(row: VerdictRow, lang: str) -> str:
    return status_word(row.status, lang, conditional=row.unstated and row.judged)


def flip_table(current: Evaluation, others: Sequence[Variation], lang: str) -> Markup:
    """Return definitions down, zones across, with every changed verdict marked."""
    now = rows_by_zone(current, lang)
    shown = _first_screen_zones(current, lang)
    columns = [
        Column(head=text("app.flips.switch", lang)),
        *(Column(head=now[zone].name) for zone in shown),
    ]
    rows: list[list[Cell | Markup | str]] = [
        [text("app.flips.now", lang), *(_figure_cell(now[zone], lang) for zone in shown)]
    ]
    for variation in others:
        then = _outcome_rows(variation, lang)
        cells = [_compared_cell(now[zone], then.get(zone), variation, lang) for zone in shown]
        rows.append([variation.label(lang), *cells])
    return render_table(
        columns,
        rows,
        caption=text("app.flips.caption", lang),
        row_styles=["chosen", *("" for _ in others)],
        style=CARDS,
    )


def zone_under_definitions(
    zone_id: str, current: Evaluation, others: Sequence[Variation], lang: str
) -> Markup:
    """Return the figures of one zone under the definition in use and under every other one."""
    columns = [
        Column(head=text("app.flips.switch", lang)),
        Column(head=text("app.verdict.area", lang), unit="km²", numeric=True),
        Column(head=text("app.verdict.count", lang), unit=text("app.unit.stations", lang), numeric=True),
        Column(head=text("app.verdict.density", lang), unit=text("app.unit.per_km2", lang), numeric=True),
        Column(head=text("app.verdict.gap", lang), unit=text("app.unit.stations", lang), numeric=True),
        Column(head=text("app.verdict.status", lang)),
    ]
    now = rows_by_zone(current, lang)[zone_id]
    lines: list[tuple[str, VerdictRow | None]] = [(text("app.flips.now", lang), now)]
    lines += [(each.label(lang), _outcome_rows(each, lang).get(zone_id)) for each in others]
    rows = [_zone_cells(label, now, row, lang) for label, row in lines]
    return render_table(
        columns,
        rows,
        caption=text("app.flips.zone_caption", lang, zone=now.name),
        row_styles=["chosen", *("" for _ in others)],
        style=f"verdicts {CARDS}",
    )


def _first_screen_zones(evaluation: Evaluation, lang: str) -> list[str]:
    rows = [*district_rows(evaluation, lang), *rows_of(evaluation.zones, evaluation, lang)]
    return list(dict.fromkeys(row.zone_id for row in rows))


def _outcome_rows(variation: Variation, lang: str) -> Mapping[str, VerdictRow]:
    if isinstance(variation.outcome, Exception):
        return {}
    return rows_by_zone(variation.outcome, lang)


def _figure_cell(row: VerdictRow, lang: str) -> Markup:
    mark = _verdict(row, lang)
    if row.density_per_km2 is None:
        return mark
    density = text("app.flips.density", lang, density=figure(row.density_per_km2, 1))
    return fragment('{mark} <small class="aside">{density}</small>', mark=mark, density=density)


def _verdict(row: VerdictRow, lang: str) -> Markup:
    """Return the status with what qualifies it, and the interval where that decides nothing."""
    spread = Markup("")
    if row.status == Status.UNDETERMINED:
        words = text("app.flips.interval", lang, interval=interval(row.density_low, row.density_high))
        spread = fragment(' <small class="aside">{words}</small>', words=words)
    return fragment(
        "{mark} {badges}{spread}",
        mark=verdict_mark(row, lang),
        badges=short_badges(row, lang),
        spread=spread,
    )


def _compared_cell(
    now: VerdictRow, then: VerdictRow | None, variation: Variation, lang: str
) -> Cell | Markup | str:
    if then is None:
        outcome = variation.outcome
        return outcome.message(lang) if isinstance(outcome, Exception) else text("app.flips.no_row", lang)
    return Cell(content=_figure_cell(then, lang), style="flipped" if _flipped(now, then) else "")


def _zone_cells(label: str, now: VerdictRow, row: VerdictRow | None, lang: str) -> list[Cell | Markup | str]:
    if row is None:
        return [label, *(figure(None) for _ in range(4)), text("app.flips.no_row", lang)]
    return [
        label,
        figure(row.area_km2, 2),
        figure(row.count),
        figure(row.density_per_km2, 1),
        figure(row.gap_count),
        Cell(content=_verdict(row, lang), style="flipped" if _flipped(now, row) else ""),
    ]
