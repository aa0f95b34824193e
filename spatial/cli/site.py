"""``site``: the fewest or cheapest poles that bring every zone to its target."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spatial.atomic_write import replace_file
from spatial.cli.inputs import (
    ZoneInput,
    limits_in_force,
    load_points,
    load_zones,
    merge_inventories,
    refuse_output,
    rejected_rows,
)
from spatial.cli.options import (
    FORMATS,
    add_definition,
    add_format,
    add_point_id,
    add_points,
    add_zones,
    check_crs,
    definition_of,
    target_of,
)
from spatial.cli.text_table import format_number, render_table
from spatial.district_check import STATIONS
from spatial.errors import UsageError
from spatial.file_kinds import TABLE_SUFFIXES, file_suffix
from spatial.siting.model import SitingSettings, SitingStatus
from spatial.siting.planned_sites import PLANNED_SUFFIXES, planned_sites_file
from spatial.siting.problem import SitingTerms, siting_case
from spatial.siting.proposal import Proposal, propose
from spatial.tally import survey
from spatial.text import printable, text
from spatial.vector_files import read_points, read_zones

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    import geopandas as gpd

    from spatial.cli.inputs import PointInput
    from spatial.cli.options import Parser
    from spatial.inventory import Inventory
    from spatial.notice import Notice
    from spatial.siting.problem import SitingCase
    from spatial.vector_files import ZoneLayer

__all__ = ["add_options", "run"]

_POLES: Final = "lamp_poles"
_GRID_STEP_M: Final = 100.0
_TIME_LIMIT_S: Final = 60.0
_SHOWN: Final = 20
_CODES: Final = {SitingStatus.INFEASIBLE: 1, SitingStatus.UNKNOWN: 3}
_NONE: Final = {"n_in": 0, "n_used": 0, "n_reported": 0}
_ZONE_HEADS: Final = ("zone", "required", "before", "after")
_POLE_HEADS: Final = ("order", "pole", "lon", "lat", "zone_ids")


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_zones(parser, lang)
    add_points(parser, lang)
    add_point_id(parser, lang)
    add_definition(parser, lang)
    group = parser.add_argument_group(text("siting.group", lang))

    def add(option: str, metavar: str, **settings: Any) -> None:  # noqa: ANN401 - argparse's own
        name = option.strip("-").replace("-", "_")
        group.add_argument(option, metavar=metavar, help=text(f"siting.help_{name}", lang), **settings)

    add("--candidates", "FILE")
    add("--candidate-id", "COLUMN")
    add("--candidates-crs", "CRS")
    add("--mountable", "COLUMN")
    add("--cost", "COLUMN")
    add("--no-build", "FILE")
    add("--min-separation-m", "D", type=float, default=0.0)
    add("--cover", "SHARE", type=float)
    add("--radius-m", "R", type=float)
    add("--demand", "FILE")
    add("--budget-per-zone", "N", type=float)
    add("--time-limit", "S", type=float, default=_TIME_LIMIT_S)
    group.add_argument("-o", "--output", metavar="FILE", help=text("siting.help_output", lang))
    add_format(parser, lang)


def run(options: argparse.Namespace, stdout: TextIO, _stderr: TextIO) -> int:
    """Choose poles; 1 where none can be chosen or a row was set aside, 3 where the time ran out."""
    settings = _settings(options)
    if options.output is not None:
        _check_output(Path(options.output), options)
    found = load_zones(options)
    stations = _stations(options, found)
    poles = _poles(options, found)
    demand = _demand(options)
    no_build = None
    if options.no_build is not None:
        no_build = read_zones(Path(options.no_build), limits=limits_in_force())
    case = _case(options, found, stations, poles, demand, no_build)
    proposal = propose(case, settings)
    if options.output is not None:
        data = planned_sites_file(proposal, options.output, source=poles.name, lang=options.lang)
        replace_file(Path(options.output), lambda beside: beside.write_bytes(data))
    reported = _Reported.of(found, stations, proposal, demand.inventory, no_build, poles, options.lang)
    document = _document(proposal, reported, options.lang)
    if options.format == FORMATS[1]:
        json.dump(document, stdout, ensure_ascii=False, indent=2, allow_nan=False)
        stdout.write("\n")
    else:
        _write_table(document, proposal, stdout, options.lang)
    return _CODES.get(proposal.solution.status, int(reported.any_row))


def _settings(options: argparse.Namespace) -> SitingSettings:
    """Return the conditions of the call, each refused by its own option where it cannot be meant."""
    checks = (
        ("--min-separation-m", options.min_separation_m, options.min_separation_m >= 0.0, "≥ 0"),
        ("--cover", options.cover, options.cover is None or 0.0 <= options.cover <= 1.0, "0…1"),
        ("--radius-m", options.radius_m, options.radius_m is None or options.radius_m > 0.0, "> 0"),
        ("--time-limit", options.time_limit, options.time_limit > 0.0, "> 0"),
        (
            "--budget-per-zone",
            options.budget_per_zone,
            options.budget_per_zone is None or options.budget_per_zone >= 0.0,
            "≥ 0",
        ),
    )
    for option, value, holds, rule in checks:
        if not holds:
            raise UsageError("siting.option_range", option=option, value=value, rule=rule)
    if options.cover is not None and options.radius_m is None:
        raise UsageError("siting.cover_needs_radius")
    if options.demand is not None and options.radius_m is None:
        raise UsageError("siting.demand_needs_radius")
    return SitingSettings(
        min_separation_m=options.min_separation_m,
        cover_share=options.cover,
        radius_m=options.radius_m or 0.0,
        budget_per_zone=options.budget_per_zone,
        time_limit_s=options.time_limit,
    )


def _check_output(output: Path, options: argparse.Namespace) -> None:
    """Refuse an output of another kind, or one that is an input."""
    inputs = [options.zones, options.candidates, options.no_build, options.demand, *(options.points or ())]
    refuse_output(output, [Path(each) for each in inputs if each is not None])
    if file_suffix(output.name) not in PLANNED_SUFFIXES:
        raise UsageError("siting.output_suffix", name=output.name, suffixes=", ".join(PLANNED_SUFFIXES))


def _stations(options: argparse.Namespace, found: ZoneInput) -> PointInput | None:
    """Return the stations of the call, else the pack's."""
    inventories = load_points(options)
    if not inventories and found.pack is not None:
        inventories = [each for each in [found.pack.inventory(STATIONS)] if each is not None]
    if not inventories:
        raise UsageError("siting.needs_points")
    return merge_inventories(inventories, options.lang)


def _poles(options: argparse.Namespace, found: ZoneInput) -> Inventory:
    """Return the candidates of the call, else the pack's lamp poles."""
    if options.candidates is None:
        for option in ("candidate_id", "candidates_crs"):
            if getattr(options, option) is not None:
                raise UsageError("siting.needs_candidates_for", option="--" + option.replace("_", "-"))
        poles = None if found.pack is None else found.pack.inventory(_POLES)
        if poles is None:
            raise UsageError("siting.needs_candidates")
        return poles
    return _read(options, "--candidates", options.candidates, site_id=options.candidate_id)


def _read(options: argparse.Namespace, option: str, name: str, *, site_id: str | None = None) -> Inventory:
    """Read a point file in the system that the call states for the candidates, else for the stations."""
    check_crs("--candidates-crs", options.candidates_crs)
    crs = options.candidates_crs or options.points_crs
    if file_suffix(name) in TABLE_SUFFIXES and crs is None:
        raise UsageError("siting.table_needs_crs", name=Path(name).name, option=option)
    stated = crs if options.candidates_crs or file_suffix(name) in TABLE_SUFFIXES else None
    return read_points(Path(name), crs=stated, site_id=site_id, limits=limits_in_force())


@dataclass(frozen=True)
class _Demand:
    """What should be covered: the frame or the step of a grid for the case, and the file's report."""

    wanted: gpd.GeoDataFrame | float | None = None
    inventory: Inventory | None = None


def _demand(options: argparse.Namespace) -> _Demand:
    if options.demand is not None:
        inventory = _read(options, "--demand", options.demand)
        return _Demand(inventory.points, inventory)
    return _Demand(None if options.radius_m is None else _GRID_STEP_M)


def _case(
    options: argparse.Namespace,
    found: ZoneInput,
    stations: PointInput | None,
    poles: Inventory,
    demand: _Demand,
    no_build: ZoneLayer | None,
) -> SitingCase:
    """Make the case of the call."""
    terms = SitingTerms(
        definition=definition_of(options),
        target=target_of(options, None if found.pack is None else found.pack.target),
        mountable=options.mountable,
        cost=options.cost,
        name_column="name_en" if options.lang == "en" and found.pack is not None else "name_zh",
    )
    return siting_case(
        survey(found.zones, None if stations is None else stations.points),
        poles,
        terms,
        no_build=None if no_build is None else no_build.zones,
        demand=demand.wanted,
        synthetic=stations is not None and stations.synthetic,
    )


@dataclass(frozen=True)
class _Reported:
    """What the call has to say beside the answer: rows that were not used, and notices."""

    rows: list[dict[str, Any]]
    notices: list[Notice]
    totals: dict[str, dict[str, int]]
    n_areas: int

    @classmethod
    def of(
        cls,
        found: ZoneInput,
        stations: PointInput | None,
        proposal: Proposal,
        demand: Inventory | None,
        no_build: ZoneLayer | None,
        poles: Inventory,
        lang: str,
    ) -> _Reported:
        """Gather the reports of every file of a call."""
        case = proposal.case
        rows = [] if stations is None else list(stations.rejected)
        rows += rejected_rows(replace(poles, rejected=case.rejected), lang)
        rows += [] if demand is None else rejected_rows(demand, lang)
        sources = (found, stations, case, demand, no_build)
        notices = [notice for each in sources if each is not None for notice in each.notices]
        totals = {"candidates": _totals(case.n_in, case.n_reported)}
        if demand is not None:
            totals["demand"] = _totals(demand.n_in, demand.n_reported)
        if no_build is not None:
            totals["no_build"] = _totals(no_build.n_in, no_build.n_reported)
        return cls(rows, notices, totals, found.n_reported + totals.get("no_build", _NONE)["n_reported"])

    @property
    def any_row(self) -> bool:
        """Whether a row or zone of the input was set aside."""
        return bool(self.rows) or self.n_areas > 0


def _totals(n_in: int, n_reported: int) -> dict[str, int]:
    return {"n_in": n_in, "n_used": n_in - n_reported, "n_reported": n_reported}


def _document(proposal: Proposal, reported: _Reported, lang: str) -> dict[str, Any]:
    """Return the answer as plain values."""
    case = proposal.case
    notices = [notice.to_dict() for notice in reported.notices]
    return {
        **proposal.to_dict(lang),
        "definition": case.terms.definition.to_dict(),
        **reported.totals["candidates"],
        **{name: totals for name, totals in reported.totals.items() if name != "candidates"},
        "rejected": reported.rows,
        "notices": [notice for at, notice in enumerate(notices) if notice not in notices[:at]],
    }


def _write_table(document: dict[str, Any], proposal: Proposal, stdout: TextIO, lang: str) -> None:
    """Write the answer for a reader: what is proved, the zones, the poles, notices."""
    told = {name: format_number(document[name], 2) for name in ("objective", "bound")}
    gap = format_number(None if document["gap"] is None else document["gap"] * 100.0, 2)
    status = text(f"siting.status_{document['status']}", lang)
    stdout.write(
        text("cli.definition_line", lang, definition=proposal.case.terms.definition.label(lang)) + "\n"
    )
    # Without an objective nothing was chosen; with one of 0 nothing had to be.
    key = "siting.summary_none" if document["objective"] is None else "siting.summary"
    stdout.write(text(key, lang, status=status, n=len(document["selected"]), gap=gap, **told))
    stdout.write("\n")
    before, after = (document["coverage"][each] for each in ("before", "after"))
    if before is not None:
        shares = [format_number(None if each is None else each * 100.0, 1) for each in (before, after)]
        stdout.write(text("siting.summary_coverage", lang, before=shares[0], after=shares[1]) + "\n")
    stdout.writelines("- " + printable(each["message"]) + "\n" for each in document["infeasible_because"])
    if document["highest_target_per_km2"] is not None:
        highest = format_number(document["highest_target_per_km2"], 1)
        stdout.write(text("siting.highest", lang, target=highest) + "\n")
    heads = [text(f"siting.head_{head}", lang) for head in _ZONE_HEADS]
    rows = [
        [each["name"], *(format_number(each[name], 0) for name in ("required_count", "before", "after"))]
        for each in document["zones"]
    ]
    stdout.write("\n" + render_table(heads, rows, right=range(1, 4)))
    poles = [
        [
            format_number(each["order"], 0),
            each["candidate_id"],
            format_number(each["lon"], 6),
            format_number(each["lat"], 6),
            " ".join(each["zone_ids"]),
        ]
        for each in document["selected"][:_SHOWN]
    ]
    if poles:
        heads = [text(f"siting.head_{head}", lang) for head in _POLE_HEADS]
        stdout.write("\n" + render_table(heads, poles, right=(0, 2, 3)))
    if len(document["selected"]) > _SHOWN:
        stdout.write(text("siting.more_poles", lang, n=len(document["selected"]) - _SHOWN) + "\n")
    totals = {name: document[name] for name in _NONE}
    stdout.write("\n" + text("siting.totals", lang, **totals) + "\n")
    stdout.writelines(
        text(f"siting.{name}_totals", lang, **document[name]) + "\n"
        for name in ("demand", "no_build")
        if name in document
    )
    stdout.writelines("- " + printable(str(notice[lang])) + "\n" for notice in document["notices"])
    stdout.writelines(
        printable(text(f"cli.rejected_{row['row_unit']}", lang, **row)) + "\n"
        for row in document["rejected"][:_SHOWN]
    )
    if len(document["rejected"]) > _SHOWN:
        stdout.write(text("cli.more_rejected", lang, n=len(document["rejected"]) - _SHOWN) + "\n")
