"""``cover``: which share of each zone lies within the radius of a site; geometry, never signal."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spatial.atomic_write import replace_file
from spatial.cli.inputs import limits_in_force, load_points, load_zones, merge_inventories, refuse_output
from spatial.cli.options import (
    FORMATS,
    add_definition,
    add_format,
    add_point_id,
    add_points,
    add_zones,
    check_crs,
    definition_of,
)
from spatial.cli.text_table import format_number, render_table
from spatial.coverage.cover import cover_zones
from spatial.coverage.model import CoverageMethod, CoverageSettings
from spatial.coverage.radii import radii_from_words
from spatial.coverage.result_files import patches_geojson
from spatial.definition import AreaBasis
from spatial.district_check import STATIONS
from spatial.errors import UsageError
from spatial.notice import once
from spatial.text import printable, text
from spatial.vector_files import read_zones
from spatial.zone_columns import SCHEMATIC_BASES

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.cli.inputs import PointInput, ZoneInput
    from spatial.cli.options import Parser
    from spatial.coverage.model import CoverageResult
    from spatial.vector_files import ZoneLayer

__all__ = ["add_options", "run"]

_ZONE_HEADS: Final = ("zone", "area_km2", "covered_km2", "share", "range", "patches", "marks")
_PATCH_HEADS: Final = ("rank", "zone", "area_m2", "width_m", "lon", "lat")
_SHOWN: Final = 20
_PERCENT: Final = 100.0
SQ_M_PER_HECTARE: Final = 10_000.0


@dataclass(frozen=True)
class _Inputs:
    zones: ZoneInput
    land: ZoneLayer | None
    stations: PointInput


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_zones(parser, lang)
    add_points(parser, lang)
    add_point_id(parser, lang)
    add_definition(parser, lang, refused=("--target", "--area-basis"))
    group = parser.add_argument_group(text("coverage.title", lang))
    group.add_argument(
        "--radius-m",
        metavar="[BAND|TYPE=]M",
        nargs="+",
        action="extend",
        default=[],
        help=text("coverage.option_radius", lang),
    )
    group.add_argument("--land", metavar="FILE", help=text("coverage.option_land", lang))
    group.add_argument("--land-crs", metavar="CRS", help=text("coverage.option_land_crs", lang))
    group.add_argument(
        "--method",
        choices=[*map(str, CoverageMethod)],
        default=CoverageMethod.AUTO,
        help=text("coverage.option_method", lang),
    )
    group.add_argument("-o", "--output", metavar="FILE", help=text("coverage.option_output", lang))
    add_format(parser, lang)


def run(options: argparse.Namespace, stdout: TextIO, _stderr: TextIO) -> int:
    """Measure the zones of a pack or a file; 1 where a row was rejected."""
    _refuse_idle(options)
    radii = radii_from_words(options.radius_m)
    settings = CoverageSettings(method=CoverageMethod(options.method))
    if options.output is not None:
        inputs = [options.zones, options.land, *(options.points or ())]
        refuse_output(Path(options.output), [Path(each) for each in inputs if each is not None])
    given = _read(options)
    result = cover_zones(
        given.zones.zones,
        given.stations.points,
        definition=definition_of(options),
        radii=radii,
        land=None if given.land is None else given.land.zones,
        land_name="" if options.land is None else Path(options.land).name,
        settings=settings,
        synthetic=given.stations.synthetic,
        n_in=given.stations.n_in,
        n_reported=given.stations.n_reported,
        name_column="name_en" if options.lang == "en" and given.zones.pack is not None else "name_zh",
    )
    if options.output is not None:
        content = patches_geojson(result, options.lang)
        replace_file(Path(options.output), lambda stage: stage.write_bytes(content))
    document = _document(result, given)
    if options.format == FORMATS[1]:
        json.dump(document, stdout, ensure_ascii=False, indent=2, allow_nan=False)
        stdout.write("\n")
    else:
        _write_tables(document, result, stdout, options.lang)
    n_reported = [each.n_reported for each in (given.zones, given.stations, given.land) if each is not None]
    return int(any(n_reported))


def _refuse_idle(options: argparse.Namespace) -> None:
    """Refuse what this verb would not heed: a wrong call, not one to be half understood."""
    if options.target is not None:
        raise UsageError("coverage.no_target")
    if options.area_basis != AreaBasis.GEOMETRY:
        raise UsageError("coverage.no_area_basis")
    if options.land_crs is not None and options.land is None:
        raise UsageError("coverage.land_crs_idle")
    check_crs("--land-crs", options.land_crs)


def _read(options: argparse.Namespace) -> _Inputs:
    found = load_zones(options)
    inventories = load_points(options)
    if not inventories and found.pack is not None:
        inventories = [given for given in [found.pack.inventory(STATIONS)] if given is not None]
    stations = merge_inventories(inventories, options.lang)
    if stations is None:
        raise UsageError("coverage.needs_points")
    land = None
    if options.land is not None:
        land = read_zones(Path(options.land), crs=options.land_crs, limits=limits_in_force())
    return _Inputs(found, land, stations)


def _document(result: CoverageResult, given: _Inputs) -> dict[str, Any]:
    """Return the answer as plain values."""
    document = result.to_dict()
    # Polygons of the land need no ids.
    told = given.land.notices if given.land is not None else ()
    of_land = [notice for notice in told if notice.key != "inventory.zones_without_id"]
    told = once((*result.notices, *given.zones.notices, *of_land, *given.stations.notices))
    document["rejected"] = given.stations.rejected
    document["notices"] = [notice.to_dict() for notice in told]
    return document


def _write_tables(document: dict[str, Any], result: CoverageResult, stdout: TextIO, lang: str) -> None:
    """Write the answer for a reader: what it is, the zones, the largest gaps, and what to know."""
    stdout.write(text("coverage.indicator", lang) + "\n")
    stdout.write(text("coverage.basis_line", lang, basis=printable(result.basis(lang))) + "\n")
    radii = " · ".join(f"{name} {metres:g}" for name, metres in document["radius_m"].items())
    stdout.write(text("coverage.radii_line", lang, radii=radii) + "\n\n")
    heads = [text(f"coverage.head_{head}", lang) for head in _ZONE_HEADS]
    rows = [_zone_cells(row, lang) for row in document["zones"]]
    stdout.write(render_table(heads, rows, right=range(1, 6)) + "\n")
    gaps = document["patches"]
    if gaps:
        heads = [text(f"coverage.head_{head}", lang) for head in _PATCH_HEADS]
        stdout.write(render_table(heads, [_patch_cells(row) for row in gaps[:_SHOWN]], right=(0, 2, 3, 4, 5)))
        if len(gaps) > _SHOWN:
            stdout.write(text("coverage.more_patches", lang, count=len(gaps) - _SHOWN) + "\n")
    n_small, small_m2 = result.rows["n_small_patches"].sum(), result.rows["small_patches_m2"].sum()
    if n_small:
        figures = {"n": format_number(n_small, 0), "least": format_number(result.least_patch_m2, 0)}
        area = format_number(small_m2 / SQ_M_PER_HECTARE, 2)
        stdout.write(text("coverage.small_gaps", lang, area=area, **figures) + "\n")
    figures = {name: document[name] for name in ("n_in", "n_reported", "n_left_out")}
    covering = sum(each["n_sites"] for each in document["sites"] if each["radius_m"])
    indoors = sum(each["n_sites"] for each in document["sites"]) - covering
    stdout.write(
        "\n" + text("coverage.rows_line", lang, covering=covering, without=indoors, **figures) + "\n"
    )
    stdout.writelines("- " + printable(str(notice[lang])) + "\n" for notice in document["notices"])
    stdout.writelines(
        printable(text(f"cli.rejected_{row['row_unit']}", lang, **row)) + "\n"
        for row in document["rejected"][:_SHOWN]
    )
    if len(document["rejected"]) > _SHOWN:
        stdout.write(text("cli.more_rejected", lang, n=len(document["rejected"]) - _SHOWN) + "\n")


def _zone_cells(row: dict[str, Any], lang: str) -> list[str]:
    marks = [text(f"coverage.measured_{row['measured']}", lang)]
    if row["geometry_basis"] in SCHEMATIC_BASES:
        marks.append(text("verdict.badge_schematic", lang))
    if row["synthetic"]:
        marks.append(text("verdict.badge_synthetic", lang))
    low, high = row["covered_share_low"], row["covered_share_high"]
    alike = _percent(low) == _percent(high)
    return [
        row["name"],
        format_number(row["area_km2"], 2),
        format_number(row["covered_km2"], 2),
        _percent(row["covered_share"]),
        _percent(low) if alike else f"{_percent(low)}–{_percent(high, up=True)}",
        format_number(row["n_patches"], 0),
        " · ".join(marks),
    ]


def _patch_cells(row: dict[str, Any]) -> list[str]:
    place = [format_number(row[name], 6) for name in ("lon", "lat")]
    sizes = [format_number(row[name], 0) for name in ("area_m2", "width_m")]
    return [str(row["rank"]), row["zone"], *sizes, *place]


def _percent(share: float | None, *, up: bool = False) -> str:
    """Return a share as a percentage, rounded down so that it is never all of it, or up as a bound is."""
    if share is None:
        return format_number(None, 0)
    tenths = math.ceil(share * _PERCENT * 10 - 1e-9) if up else math.floor(share * _PERCENT * 10 + 1e-9)
    return f"{tenths / 10:.1f} %"
