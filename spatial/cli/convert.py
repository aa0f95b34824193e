"""``convert``: carry the points of a table or GeoJSON file from one reference system to another."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spatial.atomic_write import replace_file
from spatial.cli.inputs import check_columns, limits_in_force, refuse_output
from spatial.cli.options import add_points, check_crs
from spatial.coordinates import in_area_of_use
from spatial.crs import Datum, parse_crs, transform_xy
from spatial.errors import UnsupportedFormatError, UsageError
from spatial.file_kinds import file_suffix
from spatial.geojson import property_text
from spatial.geopackage import GPKG_SUFFIX
from spatial.inventory import read_sheet, reject_misplaced
from spatial.text import printable, text
from spatial.vector_files import read_bytes

if TYPE_CHECKING:
    import argparse
    from typing import TextIO

    from spatial.cli.options import Parser
    from spatial.inventory_sheet import Sheet

__all__ = ["add_options", "run"]


def add_options(parser: Parser, lang: str) -> None:
    """Add the options of the verb."""
    add_points(parser, lang, required=True)
    parser.add_argument("--to", metavar="CRS", required=True, help=text("cli.to", lang))
    parser.add_argument("-o", "--output", metavar="FILE", help=text("cli.output", lang))


def run(options: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Write every source column and the two new coordinates as CSV; 1 where a row was rejected."""
    check_crs("--points-crs", options.points_crs)
    check_crs("--to", options.to)
    if len(options.points) != 1:
        raise UsageError("cli.one_file", n=len(options.points))
    check_columns(options)
    if options.points_layer is not None:
        raise UsageError("cli.idle_option", option="--points-layer", suffixes=GPKG_SUFFIX)
    source = Path(options.points[0])
    suffix = file_suffix(source.name)
    if suffix == GPKG_SUFFIX:
        raise UnsupportedFormatError("error.unknown_suffix", name=source.name, suffix=suffix)
    if options.output is not None:
        refuse_output(Path(options.output), [source])
    limits = limits_in_force()
    sheet = read_sheet(
        read_bytes(source, limits),
        name=source.name,
        crs=options.points_crs,
        x=options.x,
        y=options.y,
        limits=limits,
    )
    table = _converted(sheet, options.to)
    if options.output is not None:
        _write_file(Path(options.output), table)
    else:
        stdout.write(table)
    stderr.writelines(printable(notice.message(options.lang)) + "\n" for notice in sheet.notices)
    for row, field, value, key in sheet.rejected:
        words = {"row": row, "field": field, "value": value, "file": source.name}
        reason = text(key, options.lang)
        told = text(f"cli.rejected_{sheet.row_unit}", options.lang, reason=reason, **words)
        stderr.write(printable(told) + "\n")
    return int(bool(sheet.rejected))


def _converted(sheet: Sheet, target: str) -> str:
    """Return the usable rows as CSV; a row that has no place in ``target`` is set aside as well."""
    good = reject_misplaced(sheet)
    x, y = np.array(sheet.x, dtype=float), np.array(sheet.y, dtype=float)
    new_x, new_y = transform_xy(x, y, source=sheet.crs, target=target)
    system = parse_crs(target)
    there = np.isfinite(new_x) & np.isfinite(new_y)
    if not isinstance(system, Datum) and system.is_projected:
        there &= in_area_of_use(new_x, new_y, system)
    lost = good & ~there
    for at in np.flatnonzero(lost):
        value = f"{float(x[at])!r}, {float(y[at])!r}"
        sheet.rejected.append(
            (sheet.places[at], f"{sheet.x_name}, {sheet.y_name}", value, "error.reason_outside_crs")
        )
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*sheet.headers, *_coordinate_heads(sheet, target)])
    for at in np.flatnonzero(good & ~lost):
        numbers = (x[at], y[at], new_x[at], new_y[at])
        writer.writerow([*_cells(sheet, int(at)), *(repr(float(number)) for number in numbers)])
    return stream.getvalue()


def _cells(sheet: Sheet, at: int) -> list[str]:
    """Return the text of one row in the order of the headers."""
    cells: Any = sheet.cells[at]
    values = cells if isinstance(cells, tuple) else [cells.get(header) for header in sheet.headers]
    return [property_text(value) for value in values]


def _coordinate_heads(sheet: Sheet, target: str) -> list[str]:
    """Return the heads of the source's and the new coordinates, none of them used before."""
    parsed = parse_crs(target)
    flat = not isinstance(parsed, Datum) and parsed.is_projected
    mark = target.strip().lower().replace(":", "")
    heads = list(sheet.headers)
    for head in (
        sheet.x_name,
        sheet.y_name,
        *(f"{axis}_{mark}" for axis in ("xy" if flat else ("lon", "lat"))),
    ):
        free = head
        while free in heads:
            free = f"source_{free}" if head in {sheet.x_name, sheet.y_name} else f"new_{free}"
        heads.append(free)
    return heads[len(sheet.headers) :]


def _write_file(path: Path, table: str) -> None:
    """Put the table in place of a file in one step, so that the old or the new one is there in full.

    The byte order mark lets a spreadsheet program read the Chinese text.
    """
    replace_file(path, lambda beside: beside.write_bytes(table.encode("utf-8-sig")))
