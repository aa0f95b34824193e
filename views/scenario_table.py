"""One table of before and after: each changed verdict is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.text import text
from views.figures import figure, plain
from views.html_table import Cell, Column, Markup, fragment, join, render_table
from views.status_mark import status_word
from views.verdict_rows import rows_of
from views.verdict_table import BADGED_BASES, badge, short_badges, verdict_mark

if TYPE_CHECKING:
    from views.evaluation import Evaluation
    from views.verdict_rows import VerdictRow

__all__ = ["scenario_answer", "scenario_table"]

SHOWN: Final = 4
"""Zones that a sentence names; the table has them all."""


def scenario_table(
    before: Evaluation, after: Evaluation, lang: str, *, caption: str, chosen: str | None
) -> Markup:
    """Return the zones before and after, the district first where its stations are known, parts last."""
    pairs = [pair for layer in ("district", "zones", "parts") for pair in _pairs(before, after, layer, lang)]
    stations, density = text("app.unit.stations", lang), text("app.unit.per_km2", lang)
    columns = [
        Column(head=text("scenario.head_zone", lang)),
        Column(head=text("scenario.head_count", lang), unit=stations, numeric=True),
        Column(head=text("scenario.head_density", lang), unit=density, numeric=True),
        Column(head=text("scenario.head_target", lang), unit=density, numeric=True, roomy=True),
        Column(head=text("scenario.head_gap", lang), unit=stations, numeric=True),
        Column(head=text("scenario.head_status", lang)),
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
        "{was}{mark}{word}",
        was=_was(verdict_mark(before, lang)) if changed else Markup(""),
        mark=verdict_mark(after, lang),
        word=_aside(text("scenario.changed", lang)) if changed else Markup(""),
    )
    return [
        name,
        fragment(
            "{pair}{change}",
            pair=_pair(figure(before.count), figure(after.count)),
            change=_change(before.count, after.count),
        ),
        _pair(figure(before.density_per_km2, 1), figure(after.density_per_km2, 1)),
        _pair(plain(before.target_per_km2), plain(after.target_per_km2)),
        _pair(figure(before.gap_count), figure(after.gap_count)),
        Cell(content=mark, style="flipped" if changed else ""),
    ]


def scenario_answer(before: Evaluation, after: Evaluation, lang: str) -> Markup:
    """Return the answer in one paragraph: which verdicts turn, and what becomes of counts and gaps."""
    layers = {name: _pairs(before, after, name, lang) for name in ("district", "zones", "parts")}
    every = [pair for pairs in layers.values() for pair in pairs]
    turned = [(now, _word(was, lang), _word(now, lang)) for was, now in every if was.status != now.status]
    goals = {(plain(was.target_per_km2), plain(now.target_per_km2)) for was, now in every}
    broad = [*layers["district"], *layers["zones"]] or every
    counts = [(now, figure(was.count), figure(now.count)) for was, now in broad if was.count != now.count]
    gaps = [
        (now, figure(was.gap_count), figure(now.gap_count))
        for was, now in broad
        if was.gap_count != now.gap_count
    ]
    said = [
        text("scenario.answer_turned", lang, n=len(turned), changes=_list(turned, lang))
        if turned
        else text("scenario.answer_same", lang)
    ]
    said += [text("scenario.answer_target", lang, before=was, after=now) for was, now in goals if was != now]
    said += [
        text(f"scenario.answer_{name}", lang, changes=_list(changes, lang))
        for name, changes in (("counts", counts), ("gaps", gaps))
        if changes
    ]
    if not counts:
        said.append(text("scenario.answer_same_counts", lang))
    return fragment(
        '<p class="note answer" role="status"><strong>{first}</strong> {rest} {badges}</p>',
        first=said[0],
        rest=" ".join(said[1:]),
        badges=_badges_of([now for _, now in every], lang),
    )


def _word(row: VerdictRow, lang: str) -> str:
    return status_word(row.status, lang, conditional=row.unstated and row.judged)


def _pairs(
    before: Evaluation, after: Evaluation, layer: str, lang: str
) -> list[tuple[VerdictRow, VerdictRow]]:
    rows = (rows_of(getattr(each, layer), each, lang) for each in (before, after))
    return list(zip(*rows, strict=True))


def _list(changes: list[tuple[VerdictRow, str, str]], lang: str) -> str:
    """Return the first changes in words, and that there are more."""
    shown = [
        text("scenario.answer_change", lang, zone=now.name, before=was, after=then)
        for now, was, then in changes[:SHOWN]
    ]
    more = [text("scenario.answer_more", lang, n=len(changes) - SHOWN)] if len(changes) > SHOWN else []
    return text("scenario.answer_between", lang).join([*shown, *more])


def _badges_of(rows: list[VerdictRow], lang: str) -> Markup:
    """Return the badges that hold for any of the rows."""
    names = [row.geometry_basis for row in rows if row.geometry_basis in BADGED_BASES]
    names += ["synthetic"] if any(row.synthetic for row in rows) else []
    words = {text(f"app.badge.{name}", lang): name for name in reversed(names)}  # two bases may read alike
    return join((badge(name, lang) for name in dict.fromkeys(names) if name in words.values()), " ")


def _pair(was: str, now: str) -> Markup:
    """Return a figure after the scenario, behind the one before where they differ."""
    return fragment("{was}{now}", was=Markup("") if was == now else _was(was), now=now)


def _was(content: str | Markup) -> Markup:
    return fragment('<span class="was">{content} → </span>', content=content)


def _change(before: int | None, after: int | None) -> Markup:
    """Return by how much a count differs, nothing where it does not."""
    if before is None or after is None or before == after:
        return Markup("")
    return _aside(f"{after - before:+,d}".replace("-", "−"))


def _aside(words: str) -> Markup:
    return fragment(' <small class="aside">{words}</small>', words=words)
