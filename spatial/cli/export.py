"""``export``: hand over a checked package of zones, places and stations, or bring an old one up to date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spatial.cli.inputs import limits_in_force, load_points, load_zones
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
from spatial.errors import ExportRefusedError, PackageError, UnwritableFileError, UsageError
from spatial.export import formats as file_formats
from spatial.export.content.build import ContentOptions, build_content, build_content_from_frames
from spatial.export.content.cell_tables import telling_cells
from spatial.export.content.extent import Extent
from spatial.export.delta import apply_delta, write_delta
from spatial.export.package import REFERENCE_FORMAT, open_package, write_package
from spatial.text import printable, text

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.cli.options import Parser
    from spatial.export.model import PackageContent
    from spatial.export.package import PackageReport

__all__ = ["add_options", "run"]

_SYSTEMS: Final = ("EPSG:4490", "EPSG:4547")
_DETAILS: Final = ("exact", "grid", "totals")
_DEFAULT_PROFILE: Final = "cim"
_DEFAULT_GRID_M: Final = 100
_MOST_GRID_M: Final = 100_000
_SHOWN: Final = 20
_FIGURES: Final = range(1, 4)
_HEADS: Final = ("layer", "n_in", "n_used", "n_reported", "reasons")
_NO_LOSS: Final = tuple(
    f"content.withheld_{reason}" for reason in ("synthetic", "extent", "unlocated", "outlined")
)
"""Why a feature is left out although nothing was lost: at request, since nobody knows its position, or
since it is an outline."""
_UNCOUNTED: Final = "content.rows_unusable"
"""A cause for the exit code of a no, where no layer of the package tells of the rows."""

_OF_CONTENT: Final = (
    "pack",
    "zones",
    "points",
    "profile",
    "layers",
    "formats",
    "crs",
    "points_detail",
    "grid_m",
    "extent_zones",
    "bbox",
    "class_list",
    "since",
    "delta",
    "target",
    "numerator",
)
"""Options that say what goes into a package, of which ``--apply`` heeds none."""


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_zones(parser, lang)
    add_points(parser, lang)
    add_point_id(parser, lang)
    add_definition(parser, lang)
    group = parser.add_argument_group(text("export.group_package", lang))
    many: dict[str, Any] = {"nargs": "+", "action": "extend"}
    group.add_argument("-o", "--output", metavar="DIR_OR_ZIP", required=True, help=_help("output", lang))
    group.add_argument("--profile", choices=tuple(file_formats.PROFILES), help=_help("profile", lang))
    group.add_argument("--layers", metavar="NAME", help=_help("layers", lang), **many)
    group.add_argument("--formats", metavar="NAME", help=_help("formats", lang), **many)
    group.add_argument("--crs", choices=_SYSTEMS, help=_help("crs", lang))
    group.add_argument("--points-detail", choices=_DETAILS, help=_help("points_detail", lang))
    group.add_argument("--grid-m", metavar="N", type=float, help=_help("grid_m", lang))
    group.add_argument("--synthetic", action="store_true", help=_help("synthetic", lang))
    group.add_argument("--extent-zones", metavar="ID", help=_help("extent_zones", lang), **many)
    group.add_argument("--bbox", metavar=("W", "S", "E", "N"), nargs=4, type=float, help=_help("bbox", lang))
    group.add_argument("--class-list", metavar="FILE", help=_help("class_list", lang))
    group.add_argument("--since", metavar="OLD", help=_help("since", lang))
    group.add_argument("--delta", metavar="FILE", help=_help("delta", lang))
    group.add_argument("--apply", metavar=("DELTA", "OLD"), nargs=2, help=_help("apply", lang))
    add_format(parser, lang)


def _help(option: str, lang: str) -> str:
    """Return what the help says of an option."""
    return text(f"export.help_{option}", lang)


def run(options: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Write a package; 1 where something was rejected, or left out that nobody asked to leave out."""
    target = Path(options.output)
    if target.name in {"", ".."}:
        raise UsageError("cli.output_no_name", name=options.output)
    delta = None
    try:
        if options.apply:
            report = _apply(options, target)
        else:
            delta = _delta_path(options, target)
            content = _content(options)
            if delta is not None:
                _check_delta(Path(options.since), content, target, delta)
            report = write_package(content, target)
            if delta is not None:
                write_delta(Path(options.since), target, delta, limits=limits_in_force())
    except ExportRefusedError as fault:
        _tell_faults(fault, stderr, options.lang)
        raise
    document = _document(report, target, delta)
    if options.format == FORMATS[1]:
        json.dump(document, stdout, ensure_ascii=False, indent=2, allow_nan=False)
        stdout.write("\n")
    else:
        _write_table(document, stdout, options.lang)
    withheld = any(key not in _NO_LOSS for layer in report.layers for key in layer["reported"])
    return int(withheld or any(notice["key"] == _UNCOUNTED for notice in report.notices))


def _apply(options: argparse.Namespace, target: Path) -> PackageReport:
    """Bring an old package up to date; no other option has a meaning then."""
    idle = [name for name in _OF_CONTENT if getattr(options, name) is not None]
    if idle or options.synthetic:
        option = "--" + (idle[0] if idle else "synthetic").replace("_", "-")
        raise UsageError("export.idle_with_apply", option=option)
    delta, old = map(Path, options.apply)
    return apply_delta(delta, old, target, limits=limits_in_force())


def _delta_path(options: argparse.Namespace, target: Path) -> Path | None:
    """Return where the delta goes: beside the package, unless the call says so."""
    if options.since is None:
        if options.delta is not None:
            raise UsageError("export.delta_needs_since")
        return None
    delta = target.with_suffix(".delta.json") if options.delta is None else Path(options.delta)
    if len({path.resolve() for path in (delta, target, Path(options.since))}) < 3:  # noqa: PLR2004 - three files
        raise UsageError("export.delta_names")
    return delta


def _check_delta(old: Path, content: PackageContent, target: Path, delta: Path) -> None:
    """Refuse what can have no delta before the new package takes the place of anything."""
    if REFERENCE_FORMAT not in content.formats:
        raise PackageError("export.package_no_reference", name=target.name, format=REFERENCE_FORMAT)
    if not delta.parent.is_dir():
        raise UnwritableFileError("export.target_no_folder", name=delta.name, folder=str(delta.parent))
    open_package(old, limits=limits_in_force())


def _content(options: argparse.Namespace) -> PackageContent:
    """Return what the options ask to hand over."""
    found = load_zones(options)
    inventories = load_points(options)
    given = _content_options(options)
    points = {STATIONS: inventories} if inventories else {}
    with telling_cells(inventories):
        if found.pack is not None:
            return build_content(found.pack, options=given, inventories=points)
        return build_content_from_frames(
            found.zones,
            name=Path(options.zones).name,
            options=given,
            inventories=points,
            notices=found.notices,
        )


def _content_options(options: argparse.Namespace) -> ContentOptions:
    """Return the options of the content."""
    if options.grid_m is not None and options.points_detail != "grid":
        raise UsageError("export.grid_needs_detail")
    grid_m = _DEFAULT_GRID_M if options.grid_m is None else options.grid_m
    if not 1 <= grid_m <= _MOST_GRID_M or grid_m != int(grid_m):
        raise UsageError("export.grid_m", value=repr(grid_m), most=_MOST_GRID_M)
    return ContentOptions(
        profile=options.profile or _DEFAULT_PROFILE,
        formats=None if options.formats is None else _known(options.formats),
        crs=options.crs or _SYSTEMS[0],
        layers=None if options.layers is None else tuple(options.layers),
        points=options.points_detail or _DETAILS[0],
        grid_m=int(grid_m),
        synthetic=options.synthetic,
        extent=_extent(options),
        class_list=None if options.class_list is None else Path(options.class_list),
        definition=definition_of(options),
        target=target_of(options, None),
    )


def _known(names: list[str]) -> tuple[str, ...]:
    """Return the formats of a call in the order of packages."""
    unknown = [name for name in names if name not in file_formats.FORMATS]
    if unknown:
        raise UsageError("export.unknown_format", name=unknown[0], known=list(file_formats.FORMATS))
    return tuple(name for name in file_formats.FORMATS if name in names)


def _extent(options: argparse.Namespace) -> Extent | None:
    """Return the extent of a call; None for all."""
    if options.extent_zones is None and options.bbox is None:
        return None
    return Extent(
        zone_ids=tuple(options.extent_zones or ()), bbox=None if options.bbox is None else tuple(options.bbox)
    )


def _document(report: PackageReport, target: Path, delta: Path | None) -> dict[str, Any]:
    """Return the answer as plain values."""
    document = {
        "package": str(target),
        "package_id": report.package_id,
        "sha256": report.sha256,
        "layers": list(report.layers),
        "files": list(report.files),
        "warnings": list(report.warnings),
        "notices": list(report.notices),
    }
    return document if delta is None else {**document, "delta": str(delta)}


def _write_table(document: dict[str, Any], stdout: TextIO, lang: str) -> None:
    """Write the answer for a reader."""
    lines = [
        [
            f"{layer['title'][lang]} ({layer['name']})",
            *(format_number(layer[column], 0) for column in _HEADS[1:4]),
            " · ".join(f"{text(key, lang)} {n:,}" for key, n in layer["reported"].items()),
        ]
        for layer in document["layers"]
    ]
    stdout.write(render_table([text(f"export.head_{head}", lang) for head in _HEADS], lines, right=_FIGURES))
    n_bytes = sum(file["bytes"] for file in document["files"])
    told = {"package": printable(document["package"]), "sha256": document["sha256"]}
    stdout.write("\n" + text("export.done", lang, n=len(document["files"]), bytes=n_bytes, **told) + "\n")
    if "delta" in document:
        stdout.write(text("export.delta_done", lang, path=printable(document["delta"])) + "\n")
    _write_some([notice[lang] for notice in document["notices"]], stdout, lang)
    warned = [f"{fault['rule']} {fault['file']} {fault[f'message_{lang}']}" for fault in document["warnings"]]
    _write_some(warned, stdout, lang)


def _tell_faults(fault: ExportRefusedError, stderr: TextIO, lang: str) -> None:
    """Write what a check found, before the sentence that says so."""
    report: Any = fault.params.get("report")
    if report is not None:
        told = [f"{e.rule} {e.file} {e.feature_id or ''} {e.message(lang)}" for e in report.errors]
        _write_some(told, stderr, lang)


def _write_some(told: list[str], stream: TextIO, lang: str) -> None:
    """Write a list as far as a reader would follow it."""
    stream.writelines("- " + printable(words) + "\n" for words in told[:_SHOWN])
    if len(told) > _SHOWN:
        stream.write(text("export.more", lang, n=len(told) - _SHOWN) + "\n")
