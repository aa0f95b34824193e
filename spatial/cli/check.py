"""``check``: hold the stations of each zone against the target."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from spatial.check import CheckResult, check_zones
from spatial.cli.inputs import PointInput, ZoneInput, load_points, load_zones, merge_inventories
from spatial.cli.options import (
    FORMATS,
    add_definition,
    add_format,
    add_point_id,
    add_points,
    add_zones,
    definition_of,
    target_of,
)
from spatial.cli.probability import HEADS, Probabilities, add_probability, cells, error_model_of
from spatial.cli.text_table import format_number, render_table
from spatial.district_check import STATIONS, check_district
from spatial.text import LANGUAGES, printable, text
from spatial.uncertainty.words import drawn_words
from spatial.verdict import Status
from spatial.zone_columns import DRAWN_BASIS, SCHEMATIC_BASES

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.cli.options import Parser
    from spatial.definition import Definition
    from spatial.pack import Pack
    from spatial.target import Target

__all__ = ["add_options", "run"]

_UNMET: Final = {str(Status.NEAR), str(Status.SHORT)}
_SHOWN_REJECTS: Final = 20
_FIGURES: Final = range(1, 8)
_TOTALS: Final = ("total_count", "outside_count", "n_in", "n_used", "n_reported")
_HEADS: Final = (
    "zone",
    "area_km2",
    "count",
    "density",
    "interval",
    "target",
    "required",
    "gap",
    "status",
    "marks",
)


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_zones(parser, lang)
    add_points(parser, lang)
    add_point_id(parser, lang)
    add_definition(parser, lang)
    add_probability(parser, lang)
    add_format(parser, lang)


def run(options: argparse.Namespace, stdout: TextIO, _stderr: TextIO) -> int:
    """Check the zones of a pack or a file; 1 where a zone falls short or a row was rejected."""
    model = error_model_of(options)
    found = load_zones(options)
    inventories = load_points(options)
    if not inventories and found.pack is not None:
        inventories = [given for given in [found.pack.inventory(STATIONS)] if given is not None]
    stations = merge_inventories(inventories, options.lang)
    definition = definition_of(options)
    target = target_of(options, None if found.pack is None else found.pack.target)
    name_column = "name_en" if options.lang == "en" and found.pack is not None else "name_zh"
    result = _check(found, stations, definition=definition, target=target, name_column=name_column)
    district = None
    if found.pack is not None and "district" in found.pack.zone_layers():
        own = stations if options.points else None
        district = _check_district(
            found.pack, own, definition=definition, target=target, name_column=name_column
        )
    document = _document(result, district, found, stations, target)
    if model is not None:
        drawn = Probabilities.of(
            found.zones,
            None if stations is None else stations.points,
            district=found.pack.district() if found.pack and district and options.points else None,
            definition=definition,
            target=target,
            model=model,
        )
        document["probability"] = drawn.to_dict()
    if options.format == FORMATS[1]:
        json.dump(document, stdout, ensure_ascii=False, indent=2, allow_nan=False)
        stdout.write("\n")
    else:
        _write_table(document, result, district, stdout, options.lang)
    return _exit_code(document, found, stations)


def _check(
    found: ZoneInput,
    stations: PointInput | None,
    *,
    definition: Definition,
    target: Target | None,
    name_column: str,
) -> CheckResult:
    """Check the zones with the stations of the call, or those of the pack."""
    return check_zones(
        found.zones,
        None if stations is None else stations.points,
        definition=definition,
        target=target,
        synthetic=stations is not None and stations.synthetic,
        n_in=None if stations is None else stations.n_in,
        n_reported=0 if stations is None else stations.n_reported,
        name_column=name_column,
    )


def _check_district(
    pack: Pack, own: PointInput | None, *, definition: Definition, target: Target | None, name_column: str
) -> CheckResult:
    """Check the district: with the stations of the call, else with the published count.

    A demonstration inventory never speaks for the district.
    """
    return check_district(
        pack,
        None if own is None else own.points,
        definition=definition,
        target=target,
        synthetic=own is not None and own.synthetic,
        n_in=None if own is None else own.n_in,
        n_reported=0 if own is None else own.n_reported,
        name_column=name_column,
    )


def _document(
    result: CheckResult,
    district: CheckResult | None,
    found: ZoneInput,
    stations: PointInput | None,
    target: Target | None,
) -> dict[str, Any]:
    """Return the answer as plain values."""
    plain: dict[str, Any] = {**result.to_dict()}
    notices = [notice.to_dict() for notice in (*found.notices, *(stations.notices if stations else ()))]
    notices += plain.pop("notices")
    document: dict[str, Any] = {"definition": plain.pop("definition"), "layer": plain.pop("layer")}
    if found.pack is not None:
        answer: dict[str, Any] = {} if district is None else {**district.to_dict()}
        document["district"] = answer["zones"][0] if answer else None
        notices += answer.get("notices", [])
        notices += _findings(found.pack, target)
    document |= plain
    document["rejected"] = [] if stations is None else stations.rejected
    document["notices"] = [notice for at, notice in enumerate(notices) if notice not in notices[:at]]
    return document


def _findings(pack: Pack, target: Target | None) -> list[dict[str, Any]]:
    """Return the findings of the plans that touch the target, as notices."""
    if target is None or target.indicator_id is None:
        return []
    return [
        {
            "key": "cli.finding",
            "params": {"finding_id": finding.finding_id},
            **{
                lang: text(
                    "cli.finding",
                    lang,
                    title=finding.title.in_language(lang),
                    detail=finding.detail.in_language(lang),
                )
                for lang in LANGUAGES
            },
        }
        for finding in pack.plan.findings_touching(target.indicator_id)
    ]


def _exit_code(document: dict[str, Any], found: ZoneInput, stations: PointInput | None) -> int:
    """Return 1 where the answer is no: a zone is near or short, or a row was rejected."""
    rows = [*document["zones"], *([document["district"]] if document.get("district") else [])]
    unmet = any(row["status"] in _UNMET for row in rows)
    rejected = found.n_reported > 0 or (stations is not None and stations.n_reported > 0)
    return int(unmet or rejected)


def _write_table(
    document: dict[str, Any], result: CheckResult, district: CheckResult | None, stdout: TextIO, lang: str
) -> None:
    """Write the answer for a reader: the district first, then the zones, totals and notices."""
    bases = list(result.rows["geometry_basis"])
    lines = [_table_row(row, basis, lang) for row, basis in zip(document["zones"], bases, strict=True)]
    if district is not None:
        lines.insert(0, _table_row(document["district"], district.rows["geometry_basis"].iloc[0], lang))
    heads = [text(f"cli.head_{head}", lang) for head in _HEADS]
    drawn = document.get("probability")
    if drawn is not None:
        heads += [text(head, lang) for head in HEADS]
        added = [*([drawn["district"]] if district is not None else []), *drawn["zones"]]
        lines = [[*line, *cells(row, drawn["notices"], lang)] for line, row in zip(lines, added, strict=True)]
    stdout.write(text("cli.definition_line", lang, definition=result.definition.label(lang)) + "\n\n")
    stdout.write(render_table(heads, lines, right=_FIGURES))
    totals = {key: document[key] for key in _TOTALS}
    stdout.write("\n" + text("cli.totals", lang, **totals) + "\n")
    notices = list(document["notices"])
    if drawn is not None:
        stdout.write(drawn_words(drawn, lang) + "\n")
        notices += [notice for notice in drawn["notices"] if notice not in notices]
    stdout.writelines("- " + printable(str(notice[lang])) + "\n" for notice in notices)
    stdout.writelines(
        printable(text(f"cli.rejected_{row['row_unit']}", lang, **row)) + "\n"
        for row in document["rejected"][:_SHOWN_REJECTS]
    )
    hidden = len(document["rejected"]) - _SHOWN_REJECTS
    if hidden > 0:
        stdout.write(text("cli.more_rejected", lang, n=hidden) + "\n")


def _table_row(row: dict[str, Any], basis: object, lang: str) -> list[str]:
    """Return the cells of one zone, its figures rounded and its marks in words."""
    marks = [text("verdict.badge_schematic", lang)] if basis in SCHEMATIC_BASES else []
    if basis == DRAWN_BASIS:
        marks.append(text("drawn.status", lang))
    if row["synthetic"]:
        marks.append(text("verdict.badge_synthetic", lang))
    if row["target_scope"] == "district_reference":
        marks.append(text("verdict.badge_reference", lang))
    # The plan states neither how its goal counts nor over which area, whatever is held against it.
    if row["target_scope"] == "district" and row["density_per_km2"] is not None:
        marks.append(text("verdict.badge_unstated", lang))
    low, high = row["density_low"], row["density_high"]
    return [
        row["name"],
        format_number(row["area_km2"], 2),
        format_number(row["count"], 0),
        format_number(row["density_per_km2"], 1),
        format_number(low, 1) if low == high else f"{format_number(low, 1)}–{format_number(high, 1)}",
        format_number(row["target_per_km2"], 1),
        format_number(row["required_count"], 0),
        format_number(row["gap_count"], 0),
        text(f"verdict.status_{row['status']}", lang),
        " · ".join(marks),
    ]
