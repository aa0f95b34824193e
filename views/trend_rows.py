"""The rows of a trend as the page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.evaluation_tables.trend import Origin
from spatial.evaluation_tables.words import standing_word
from spatial.text import text
from views.figures import NOTHING, figure
from views.html_table import Cell, Column, Markup, fragment, join, render_table
from views.verdict_table import BADGED_BASES, badge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.evaluation_tables.trend import Observation, ZoneTrend
    from spatial.evaluation_tables.trend_files import ZoneFacts
    from views.pack_frames import PackFrames

__all__ = ["trend_table", "zone_facts"]

ASIDE: Final = '<small class="aside">{words}</small>'
TITLES: Final = {Origin.ROWS: "evaluation.trend_title", Origin.FILE: "evaluation.trend_files_title"}


def trend_table(frames: PackFrames, found: Mapping[str, ZoneTrend], *, origin: Origin, lang: str) -> Markup:
    """Return a row for each zone: its counts with their densities, the two rates, and where it stands."""
    points = sorted({_point(one) for each in found.values() for one in each.observations})
    columns = [
        Column(head=text("evaluation.trend_zone", lang)),
        *(
            Column(
                head=day[:4] if origin == Origin.ROWS else day,
                unit=text("evaluation.origin_rows", lang) if origin == Origin.ROWS else source,
                numeric=True,
            )
            for day, source in points
        ),
        Column(head=text("evaluation.trend_so_far", lang), numeric=True),
        Column(head=text("evaluation.trend_needed", lang), numeric=True),
        Column(head=text("evaluation.trend_standing", lang)),
    ]
    bases = _bases(frames)
    rows = [_row(frames, bases, zone_id, each, points=points, lang=lang) for zone_id, each in found.items()]
    return render_table(columns, rows, caption=text(TITLES[origin], lang), style="trend-table")


def zone_facts(frames: PackFrames, lang: str) -> dict[str, ZoneFacts]:
    """Return the name of each zone and how well its outline is known, in words."""
    return {
        zone_id: (frames.names[lang].get(zone_id, zone_id), text(f"map.basis_{basis}", lang))
        for zone_id, basis in _bases(frames).items()
    }


def _row(
    frames: PackFrames,
    bases: Mapping[str, str],
    zone_id: str,
    each: ZoneTrend,
    *,
    points: list[tuple[str, str]],
    lang: str,
) -> list[Cell | Markup | str]:
    at = {_point(one): one for one in each.observations}
    basis = bases.get(zone_id, "")
    target = frames.pack.target
    reference = target is not None and target.scope_for(zone_id) == "district_reference"
    marks = [badge(basis, lang)] if basis in BADGED_BASES else []
    marks += [badge("synthetic", lang)] if any(one.synthetic for one in each.observations) else []
    trend = each.trend
    said = Markup("") if each.said is None else fragment(ASIDE, words=each.said.message(lang))
    if trend is None:
        standing = said
    else:
        standing = fragment(
            '<span class="standing {style}">{word}</span> {badge}{said}',
            style=trend.standing,
            word=standing_word(trend.standing, lang),
            said=said,
            badge=badge("reference_short", lang) if reference else Markup(""),
        )
    return [
        fragment("{name} {marks}", name=frames.names[lang].get(zone_id, zone_id), marks=join(marks, " ")),
        *(_count(at.get(point), lang) for point in points),
        figure(None if trend is None else trend.yearly_rate_so_far, 1),
        figure(None if trend is None else trend.yearly_rate_needed, 1),
        standing,
    ]


def _count(one: Observation | None, lang: str) -> Markup | str:
    if one is None:
        return NOTHING
    words = text("evaluation.trend_density", lang, density=figure(one.density_per_km2, 1))
    return fragment("{count}" + ASIDE, count=figure(one.count), words=words)


def _point(one: Observation) -> tuple[str, str]:
    return one.day.isoformat(), one.source


def _bases(frames: PackFrames) -> dict[str, str]:
    return {
        str(zone_id): str(basis)
        for layer in frames.layers.values()
        for zone_id, basis in zip(layer["zone_id"], layer["geometry_basis"], strict=True)
    }
