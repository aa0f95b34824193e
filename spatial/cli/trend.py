"""``trend``: stations at several dates, and the rate that the target takes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spatial.catalog import member_path
from spatial.cli.answer_file import write_answer
from spatial.cli.inputs import load_points, load_zones, merge_inventories, refuse_output
from spatial.cli.options import (
    FORMATS,
    add_definition,
    add_point_id,
    add_points,
    add_zones,
    definition_of,
    target_of,
)
from spatial.cli.text_table import format_number, render_table
from spatial.errors import UsageError
from spatial.evaluation_tables.reported import last_day, past_date
from spatial.evaluation_tables.standing import Standing
from spatial.evaluation_tables.trend import stations_by_year, stations_on, zone_trends
from spatial.evaluation_tables.trend_files import trend_csv, trend_workbook
from spatial.evaluation_tables.words import standing_word
from spatial.tally import survey
from spatial.text import printable, text

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.cli.inputs import PointInput, ZoneInput
    from spatial.cli.options import Parser
    from spatial.definition import Definition
    from spatial.evaluation_tables.trend import Observation, ZoneTrend
    from spatial.target import Target

__all__ = ["add_options", "run"]

_CSV: Final = "csv"
_XLSX: Final = "xlsx"
_REGISTER: Final = "--one-register"
_AHEAD: Final = frozenset({Standing.MET, Standing.ON_TRACK})


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_zones(parser, lang)
    add_points(parser, lang, required=True)
    add_point_id(parser, lang)
    add_definition(parser, lang)
    parser.add_argument(
        "--dates", metavar="DATE", nargs="+", action="extend", help=text("evaluation.help_dates", lang)
    )
    parser.add_argument(_REGISTER, action="store_true", help=text("evaluation.help_one_register", lang))
    parser.add_argument(
        "--target-year",
        metavar="YYYY",
        type=int,
        choices=range(2000, 2101),
        help=text("evaluation.help_target_year", lang),
    )
    parser.add_argument(
        "--format", choices=(*FORMATS, _CSV, _XLSX), default=FORMATS[0], help=text("cli.format", lang)
    )
    parser.add_argument("-o", "--output", metavar="FILE", help=text("evaluation.help_output", lang))


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What was found, and what it was found in."""

    definition: Definition
    target: Target | None
    zones: ZoneInput
    inventories: tuple[PointInput, ...]
    trends: dict[str, ZoneTrend]


def run(options: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Count at each date; 0 where every zone is met or on track and no row was rejected, else 1."""
    output = None if options.output is None else Path(options.output)
    if output is None and options.format == _XLSX:
        raise UsageError("evaluation.needs_output")
    definition, days = definition_of(options), _days(options)
    zones = load_zones(options)
    if output is not None:
        inputs = [Path(name) for name in (*options.points, options.zones) if name is not None]
        if zones.pack is not None:
            inputs += [member_path(zones.pack.directory, record.path) for record in zones.pack.catalog]
        refuse_output(output, inputs)
    target = target_of(options, None if zones.pack is None else zones.pack.target)
    if target is not None and options.target_year is not None:
        target = replace(target, year=options.target_year)
    files = [merge_inventories([each], options.lang) for each in load_points(options)]
    inventories = tuple(each for each in files if each is not None)
    answer = _Answer(
        definition=definition,
        target=target,
        zones=zones,
        inventories=inventories,
        trends=zone_trends(
            _counted(options, days, zones, inventories, definition, target),
            target_year=None if target is None else target.year,
            today=_today(),
            zone_ids=map(str, zones.zones["zone_id"]),
        ),
    )
    behind = any(each.trend is None or each.trend.standing not in _AHEAD for each in answer.trends.values())
    code = int(behind or any(each.n_reported for each in inventories))
    return write_answer(_written(answer, options), output, stdout, stderr, code=code, lang=options.lang)


def _today() -> date:
    return datetime.now(tz=UTC).date()


def _days(options: argparse.Namespace) -> list[date]:
    """Return the date of each inventory; none where the rows are dated.

    Raises
    ------
    UsageError
        If dates and files are not one for one, a date cannot be meant, or ``--as-of`` stands beside them.
    """
    typed = options.dates or []
    if len(typed) != len(options.points) and (typed or len(options.points) > 1):
        raise UsageError("evaluation.dates_and_points", dates=len(typed), points=len(options.points))
    if typed and options.as_of is not None:
        raise UsageError("evaluation.dates_and_as_of")
    return [last_day(past_date(each, today=_today())) for each in typed]


def _counted(
    options: argparse.Namespace,
    days: list[date],
    zones: ZoneInput,
    inventories: tuple[PointInput, ...],
    definition: Definition,
    target: Target | None,
) -> list[dict[str, tuple[Observation, ...]]]:
    names = [Path(name).name for name in options.points]
    found = [survey(zones.zones, each.points) for each in inventories]
    if not days:
        one = stations_by_year(
            found[0],
            definition=definition,
            target=target,
            source=names[0],
            synthetic=inventories[0].synthetic,
        )
        return [one]
    register = _REGISTER if options.one_register else ""
    return [
        stations_on(
            each,
            day=day,
            definition=definition,
            target=target,
            source=name,
            register=register or f"{at}",
            synthetic=points.synthetic,
        )
        for at, (each, day, name, points) in enumerate(zip(found, days, names, inventories, strict=True))
    ]


def _written(answer: _Answer, options: argparse.Namespace) -> bytes:
    lang = options.lang
    if options.format == "json":
        return (
            json.dumps(_document(answer, lang), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        ).encode()
    if options.format == _CSV:
        return trend_csv([answer.trends], _facts(answer, lang), lang)
    if options.format == _XLSX:
        return trend_workbook([answer.trends], _facts(answer, lang), lang)
    return _table(answer, lang).encode()


def _facts(answer: _Answer, lang: str) -> dict[str, tuple[str, str]]:
    """Return the name of each zone and how well its outline is known, in words where a pack says so."""
    zones = answer.zones.zones
    name = "name_en" if lang == "en" and answer.zones.pack is not None else "name_zh"
    names = zones[name] if name in zones else zones["zone_id"]
    bases = zones["geometry_basis"] if "geometry_basis" in zones else [""] * len(zones)
    return {
        str(zone_id): (str(words), text(f"map.basis_{basis}", lang) if basis else "")
        for zone_id, words, basis in zip(zones["zone_id"], names, bases, strict=True)
    }


def _document(answer: _Answer, lang: str) -> dict[str, Any]:
    facts, target = _facts(answer, lang), answer.target
    n_in = sum(each.n_in for each in answer.inventories)
    n_reported = sum(each.n_reported for each in answer.inventories)
    return {
        "definition": answer.definition.to_dict(),
        "target_per_km2": None if target is None else target.value_per_km2,
        "target_year": None if target is None else target.year,
        "zones": [
            {
                "zone_id": zone_id,
                "name": facts[zone_id][0],
                "geometry": facts[zone_id][1],
                "target_scope": None if target is None else target.scope_for(zone_id),
                "standing": None if each.trend is None else str(each.trend.standing),
                "yearly_rate_so_far": None if each.trend is None else each.trend.yearly_rate_so_far,
                "yearly_rate_needed": None if each.trend is None else each.trend.yearly_rate_needed,
                "reason": None if each.said is None else each.said.message(lang),
                "observations": [_plain(one) for one in each.observations],
            }
            for zone_id, each in answer.trends.items()
        ],
        "n_in": n_in,
        "n_used": n_in - n_reported,
        "n_reported": n_reported,
        "rejected": [row for each in answer.inventories for row in each.rejected],
        "notices": [notice.to_dict() for each in answer.inventories for notice in each.notices],
    }


def _plain(one: Observation) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "dated_by": str(one.origin),
        "inventory": one.source,
        "synthetic": one.synthetic,
        "count": one.count,
        "area_km2": one.area_km2,
        "density_per_km2": one.density_per_km2,
        "required_count": one.required_count,
        "status": None if one.status is None else str(one.status),
    }


def _table(answer: _Answer, lang: str) -> str:
    facts = _facts(answer, lang)
    days = sorted({one.day for each in answer.trends.values() for one in each.observations})
    heads = [text("evaluation.trend_zone", lang), *(day.isoformat() for day in days)]
    heads += [text(f"evaluation.trend_{name}", lang) for name in ("so_far", "needed", "standing")]
    lines = []
    for zone_id, each in answer.trends.items():
        counts = {one.day: one.count for one in each.observations}
        trend = each.trend
        rates = (None, None) if trend is None else (trend.yearly_rate_so_far, trend.yearly_rate_needed)
        said = "" if each.said is None else each.said.message(lang)
        standing = said if trend is None else f"{standing_word(trend.standing, lang)} {said}".strip()
        lines.append(
            [
                printable(" ".join(facts[zone_id]).strip()),
                *(format_number(counts.get(day), 0) for day in days),
                *(format_number(rate, 1) for rate in rates),
                printable(standing),
            ]
        )
    parts = [text("cli.definition_line", lang, definition=answer.definition.label(lang)), ""]
    parts.append(render_table(heads, lines, right=range(1, len(days) + 3)))
    parts.append(text("evaluation.trend_lead", lang))
    if any(each.synthetic for each in answer.inventories):
        parts.append(text("verdict.synthetic", lang))
    n_reported = sum(each.n_reported for each in answer.inventories)
    if n_reported:
        parts.append(text("evaluation.rows_left", lang, n=n_reported))
    return "\n".join(parts) + "\n"
