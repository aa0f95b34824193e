"""``density``: count the points of each zone, however many there are, and divide by its area."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spatial.atomic_write import replace_file
from spatial.catalog import member_path
from spatial.cli.density_output import (
    PAGE_COLUMNS,
    PARQUET,
    document_of,
    grid_path,
    json_text,
    table_text,
    write_grid,
    write_zones,
)
from spatial.cli.inputs import check_points, load_zones, refuse_output
from spatial.cli.options import FORMATS, add_points, add_zones
from spatial.cli.text_table import display_width
from spatial.definition import LifecycleStatus
from spatial.density.by_zone import Reading, count_points, make_settings
from spatial.density.model import GRID_SIZES_M
from spatial.district_check import STATIONS
from spatial.errors import UsageError
from spatial.file_kinds import TABLE_SUFFIXES, file_suffix
from spatial.geoparquet import PARQUET_SUFFIXES
from spatial.text import text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from spatial.cli.inputs import ZoneInput
    from spatial.cli.options import Parser
    from spatial.density.model import DensitySettings

__all__ = ["add_options", "run"]

_FORMATS: Final = (*FORMATS, PARQUET)
_REDRAW_SECONDS: Final = 0.2


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_zones(parser, lang)
    add_points(parser, lang)
    group = parser.add_argument_group(text("density.group_count", lang))
    group.add_argument("--by", metavar="COLUMN", nargs="+", action="extend", help=_hint("by", lang))
    group.add_argument("--dedupe", metavar="WAY", default="none", help=_hint("dedupe", lang))
    group.add_argument("--grid", choices=[*map(str, GRID_SIZES_M)], help=_hint("grid", lang))
    group.add_argument(
        "--status",
        choices=[*map(str, LifecycleStatus)],
        default=str(LifecycleStatus.EXISTING),
        help=_hint("status", lang),
    )
    group.add_argument("--scheduler", metavar="ADDRESS", help=_hint("scheduler", lang))
    parser.add_argument("--format", choices=_FORMATS, default=_FORMATS[0], help=text("cli.format", lang))
    parser.add_argument("-o", "--output", metavar="FILE", help=_hint("output", lang))


def _hint(option: str, lang: str) -> str:
    return text(f"density.help_{option}", lang)


def run(options: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Count the points of each zone; 1 where a row or a zone was set aside."""
    grid_m = None if options.grid is None else int(options.grid)
    settings = make_settings(by=options.by or (), dedupe=options.dedupe, grid_m=grid_m)
    given = check_points(options, with_columns=(*TABLE_SUFFIXES, *PARQUET_SUFFIXES))
    targets = _targets(options, settings)
    found = load_zones(options)
    points, reading = _points(options) if given else _own_points(found)
    reading = replace(reading, status=LifecycleStatus(options.status))
    _refuse_inputs(targets, options, found)
    with _progress(stderr, options.lang) as tell:
        counted = count_points(
            found.zones, points, settings, reading=reading, scheduler=options.scheduler, progress=tell
        )
    document = document_of(counted, found.notices, options.lang)
    if options.format == PARQUET:
        write_zones(counted, document, targets[0])
        if counted.result.grid is not None:
            write_grid(counted, counted.result.grid, document, targets[1])
    else:
        as_json = options.format == FORMATS[1]
        columns = PAGE_COLUMNS if targets else _columns(stdout)
        words = (
            json_text(document) if as_json else table_text(document, counted, options.lang, columns=columns)
        )
        if targets:
            replace_file(targets[0], lambda stage: stage.write_text(words, encoding="utf-8"))
        else:
            stdout.write(words)
    return int(counted.result.n_reported > 0 or found.n_reported > 0)


def _columns(stdout: TextIO) -> int:
    """Return how wide the table may be: as the terminal, or as a page where it goes elsewhere."""
    try:
        columns = os.get_terminal_size(stdout.fileno()).columns if stdout.isatty() else 0
    except OSError:
        columns = 0
    # A terminal that does not know its width says 0.
    return columns or PAGE_COLUMNS


def _targets(options: argparse.Namespace, settings: DensitySettings) -> list[Path]:
    """Return the files to write: none, one, or that of the grid as well.

    Raises
    ------
    UsageError
        If Parquet has no file to go to, or one of another name.
    """
    if options.output is None:
        if options.format == PARQUET:
            raise UsageError("density.needs_output")
        return []
    output = Path(options.output)
    if options.format != PARQUET:
        return [output]
    if file_suffix(output.name) not in PARQUET_SUFFIXES:
        raise UsageError("density.parquet_suffix", name=output.name, suffixes=", ".join(PARQUET_SUFFIXES))
    return [output] if settings.grid_m is None else [output, grid_path(output, settings.grid_m)]


def _refuse_inputs(targets: list[Path], options: argparse.Namespace, found: ZoneInput) -> None:
    """Refuse an output that is a file of the call or of the pack."""
    inputs = [Path(name) for name in (*(options.points or ()), options.zones) if name is not None]
    if found.pack is not None:
        directory = found.pack.directory
        inputs += [member_path(directory, record.path) for record in found.pack.catalog]
    for target in targets:
        refuse_output(target, inputs)


def _points(options: argparse.Namespace) -> tuple[list[Path], Reading]:
    """Return the files that the call names and how they are read."""
    reading = Reading(crs=options.points_crs, x=options.x, y=options.y, layer=options.points_layer)
    return [Path(name) for name in options.points], reading


def _own_points(found: ZoneInput) -> tuple[list[Path], Reading]:
    """Return the inventory of the pack.

    Raises
    ------
    UsageError
        If there is none.
    """
    own = None if found.pack is None else found.pack.inventory_file(STATIONS)
    if own is None:
        raise UsageError("density.no_points")
    path, crs = own
    return [path], Reading(crs=crs)


@contextmanager
def _progress(stderr: TextIO, lang: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """Give what tells a terminal how far the count is; a file or pipe is told nothing."""
    if not stderr.isatty():
        yield None
        return
    drawn, width = 0.0, 0

    def tell(done: int, total: int | None) -> None:
        nonlocal drawn, width
        if time.monotonic() - drawn < _REDRAW_SECONDS:
            return
        drawn = time.monotonic()
        key = "density.progress_open" if total is None else "density.progress"
        line = text(key, lang, done=done, total=total)
        width = max(width, display_width(line))
        stderr.write("\r" + line)
        stderr.flush()

    try:
        yield tell
    finally:
        if width:
            stderr.write("\r" + " " * width + "\r")
            stderr.flush()
