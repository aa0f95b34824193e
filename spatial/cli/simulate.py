"""``simulate``: hold each zone against the target before and after a scenario."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spatial.cli.inputs import limits_in_force, load_points, load_zones, merge_inventories
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
from spatial.cli.text_table import format_number, render_table
from spatial.district_check import STATIONS
from spatial.errors import ScenarioError, UsageError
from spatial.notice import Notice, once
from spatial.scenario.digest import name_inventory, require_inventory
from spatial.scenario.document import read_scenario, scenario_dict
from spatial.scenario.simulate import Simulation, scenario_notices, simulate
from spatial.text import printable, text
from spatial.vector_files import read_bytes
from spatial.verdict import Status
from spatial.zone_columns import SCHEMATIC_BASES

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    import geopandas as gpd

    from spatial.check_result import CheckResult
    from spatial.cli.inputs import PointInput, ZoneInput
    from spatial.cli.options import Parser
    from spatial.scenario.model import NamedInventory, Scenario

__all__ = ["add_options", "run"]

_UNMET: Final = {str(Status.NEAR), str(Status.SHORT)}
_HEADS: Final = ("zone", "count", "density", "target", "gap", "status", "changed")
_FIGURES: Final = range(1, 5)
_DISTRICT: Final = "district"
_TOTALS: Final = ("n_in", "n_used", "n_reported", "total_count", "outside_count", "notices")


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    group = parser.add_argument_group(text("scenario.title", lang))
    group.add_argument(
        "--scenario", metavar="FILE", required=True, help=text("scenario.option_scenario", lang)
    )
    group.add_argument("--any-inventory", action="store_true", help=text("scenario.option_any", lang))
    add_zones(parser, lang)
    add_points(parser, lang)
    add_point_id(parser, lang)
    add_definition(parser, lang)
    add_format(parser, lang)


def run(options: argparse.Namespace, stdout: TextIO, _stderr: TextIO) -> int:
    """Check before and after; 1 where a zone falls short after, or an edit or a row was not used."""
    path = Path(options.scenario)
    limits = limits_in_force()
    scenario = read_scenario(read_bytes(path, limits), name=path.name, limits=limits)
    found = load_zones(options)
    inventories = load_points(options)
    if not inventories and found.pack is not None:
        inventories = [given for given in [found.pack.inventory(STATIONS)] if given is not None]
    stations = merge_inventories(inventories, options.lang)
    if stations is None:
        raise UsageError("scenario.needs_points")
    given = name_inventory(stations.points, name=", ".join(each.name for each in inventories))
    used_on_other = _compare(scenario, given, anyway=options.any_inventory)
    zones = _simulate(options, found.zones, scenario, stations, found=found)
    district = None
    if found.pack is not None and options.points and _DISTRICT in found.pack.zone_layers():
        district = _simulate(options, found.pack.district(), scenario, stations, found=found)
    document = _document(zones, district, given, stations, found)
    document["notices"] = [each.to_dict() for each in used_on_other] + document["notices"]
    if options.format == FORMATS[1]:
        json.dump(document, stdout, ensure_ascii=False, indent=2, allow_nan=False)
        stdout.write("\n")
    else:
        _write_table(document, zones, stdout, options.lang)
    return _exit_code(document, found, stations)


def _compare(scenario: Scenario, given: NamedInventory, *, anyway: bool) -> list[Notice]:
    """Refuse another inventory than the scenario's; where the call says so, tell of it."""
    try:
        require_inventory(scenario, given)
    except ScenarioError as fault:
        if not anyway:
            raise
        names = {key: fault.params[key] for key in ("needed", "needed_rows", "given", "given_rows")}
        return [Notice("scenario.used_on_other", names)]
    return []


def _simulate(
    options: argparse.Namespace,
    zones: gpd.GeoDataFrame,
    scenario: Scenario,
    stations: PointInput,
    *,
    found: ZoneInput,
) -> Simulation:
    """Check these zones as `check` does, before and after."""
    return simulate(
        zones,
        stations.points,
        scenario,
        definition=definition_of(options),
        target=target_of(options, None if found.pack is None else found.pack.target),
        synthetic=stations.synthetic,
        n_in=stations.n_in,
        n_reported=stations.n_reported,
        name_column="name_en" if options.lang == "en" and found.pack is not None else "name_zh",
    )


def _document(
    zones: Simulation,
    district: Simulation | None,
    given: NamedInventory,
    stations: PointInput,
    found: ZoneInput,
) -> dict[str, Any]:
    """Return the answer as plain values."""
    before, after = zones.before, zones.after
    report = zones.applied.report.to_dict()
    members = scenario_dict(zones.scenario)
    notices = [*found.notices, *stations.notices]
    notices += scenario_notices(zones.scenario, zones.applied, before.definition)
    return {
        "scenario": {key: members[key] for key in ("name", "target_per_km2", "planned_until", "inventory")},
        "inventory": {"name": given.name, "sha256": given.sha256, "rows": given.rows},
        **report,
        "definition_before": before.definition.to_dict(),
        "definition_after": after.definition.to_dict(),
        "layer": str(before.layer),
        "district": None if district is None else district.zones()[0],
        "zones": zones.zones(),
        "before": _totals(before),
        "after": _totals(after),
        "rejected": stations.rejected,
        "notices": [notice.to_dict() for notice in once(notices)],
    }


def _totals(result: CheckResult) -> dict[str, object]:
    plain = result.to_dict()
    return {name: plain[name] for name in _TOTALS}


def _exit_code(document: dict[str, Any], found: ZoneInput, stations: PointInput) -> int:
    rows = [*document["zones"], *([document["district"]] if document["district"] else [])]
    unmet = any(row["after"]["status"] in _UNMET for row in rows)
    left_out = document["edits"]["n_reported"] + found.n_reported + stations.n_reported
    return int(unmet or left_out > 0)


def _write_table(document: dict[str, Any], zones: Simulation, stdout: TextIO, lang: str) -> None:
    """Write the answer for a reader: the zones before and after, then stations, edits and notices."""
    definition = zones.after.definition.label(lang)
    stdout.write(text("cli.definition_line", lang, definition=definition) + "\n")
    stdout.write(printable(text("scenario.inventory_line", lang, **document["inventory"])) + "\n\n")
    rows = [*([document["district"]] if document["district"] else []), *document["zones"]]
    heads = [text(f"scenario.head_{head}", lang) for head in _HEADS]
    stdout.write(render_table(heads, [_table_row(row, lang) for row in rows], right=_FIGURES))
    edits = {key: document["edits"][key] for key in ("n_in", "n_used", "n_reported")}
    stdout.write("\n" + text("scenario.stations_line", lang, **edits, **document["stations"]) + "\n")
    stdout.writelines("- " + printable(str(each[lang])) + "\n" for each in document["edits"]["reported"])
    was, now = (document[when]["notices"] for when in ("before", "after"))
    said = [str(each[lang]) for each in (*document["notices"], *(each for each in was if each in now))]
    for when, these, others in (("before", was, now), ("after", now, was)):
        alone = [each for each in these if each not in others]
        said += [text(f"scenario.notice_{when}", lang, notice=each[lang]) for each in alone]
    stdout.writelines("- " + printable(words) + "\n" for words in said)


def _table_row(row: dict[str, Any], lang: str) -> list[str]:
    """Return the cells of one zone, each figure before and after."""
    was, now = row["before"], row["after"]
    marks = [text("verdict.badge_schematic", lang)] if now["geometry_basis"] in SCHEMATIC_BASES else []
    marks += [text("verdict.badge_synthetic", lang)] if now["synthetic"] else []
    marks += [text("verdict.badge_reference", lang)] if now["target_scope"] == "district_reference" else []
    # The plan states neither how its goal counts nor over which area.
    unstated = now["target_scope"] == "district" and now["density_per_km2"] is not None
    marks += [text("verdict.badge_unstated", lang)] if unstated else []
    figures = (("count", 0), ("density_per_km2", 1), ("target_per_km2", 1), ("gap_count", 0))
    words = [text(f"verdict.status_{each['status']}", lang) for each in (was, now)]
    changed = [text("scenario.changed", lang)] if row["status_changed"] else []
    return [
        row["name"],
        *(
            _arrow(format_number(was[name], digits), format_number(now[name], digits), lang)
            for name, digits in figures
        ),
        _arrow(words[0], words[1], lang),
        " · ".join([*changed, *marks]),
    ]


def _arrow(before: str, after: str, lang: str) -> str:
    return after if before == after else text("scenario.arrow", lang, before=before, after=after)
