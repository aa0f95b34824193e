"""The files that a call names, opened and put together."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from spatial.cli.options import check_crs
from spatial.errors import UsageError
from spatial.file_kinds import TABLE_SUFFIXES, file_suffix
from spatial.geopackage import GPKG_SUFFIX
from spatial.limits import Limits
from spatial.pack import Pack, open_pack
from spatial.text import text
from spatial.vector_files import read_points, read_zones

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from spatial.inventory import Inventory
    from spatial.notice import Notice

__all__ = [
    "PointInput",
    "ZoneInput",
    "check_columns",
    "check_points",
    "limits_in_force",
    "load_points",
    "load_zones",
    "merge_inventories",
    "refuse_output",
]


@dataclass(frozen=True, kw_only=True)
class ZoneInput:
    """The zones of a call, and the pack they come from, if any."""

    zones: gpd.GeoDataFrame
    pack: Pack | None
    n_reported: int
    notices: tuple[Notice, ...]


@dataclass(frozen=True, kw_only=True)
class PointInput:
    """The points of all files of a call taken together.

    ``rejected`` holds one plain record per row that was not used, with the file it stands in.
    """

    points: gpd.GeoDataFrame
    n_in: int
    n_reported: int
    rejected: list[dict[str, Any]]
    synthetic: bool
    notices: tuple[Notice, ...]


def limits_in_force() -> Limits:
    """Return the limits with the settings of the environment."""
    return Limits.from_environment(os.environ)


def load_zones(options: argparse.Namespace) -> ZoneInput:
    """Open the pack or the zone file of a call.

    Raises
    ------
    UsageError
        If neither or both are named, or an option of one is given with the other.
    InputError
        If what is named cannot be used.
    """
    if (options.pack is None) == (options.zones is None):
        raise UsageError("cli.pack_or_zones")
    if options.pack is not None:
        for option in ("zone_id", "zone_name", "zones_crs"):
            if getattr(options, option) is not None:
                raise UsageError("cli.needs_zones", option="--" + option.replace("_", "-"))
        pack = open_pack(options.pack)
        return ZoneInput(
            zones=pack.zones(options.zones_layer or "zones"), pack=pack, n_reported=0, notices=()
        )
    check_crs("--zones-crs", options.zones_crs)
    _refuse_idle("--zones-layer", options.zones_layer, [options.zones], (GPKG_SUFFIX,))
    found = read_zones(
        Path(options.zones),
        layer=options.zones_layer,
        zone_id=options.zone_id,
        zone_name=options.zone_name,
        crs=options.zones_crs,
        limits=limits_in_force(),
    )
    return ZoneInput(zones=found.zones, pack=None, n_reported=found.n_reported, notices=found.notices)


def load_points(options: argparse.Namespace) -> list[Inventory]:
    """Read the point files of a call, in their order; none where none is named.

    Raises
    ------
    UsageError
        If a table comes without ``--points-crs``, or an option without the files it speaks of.
    InputError
        If a file cannot be used.
    """
    if not check_points(options):
        return []
    limits = limits_in_force()
    return [
        read_points(
            path,
            layer=options.points_layer,
            x=options.x,
            y=options.y,
            crs=options.points_crs,
            site_id=options.point_id,
            limits=limits,
        )
        for path in map(Path, options.points)
    ]


def check_points(options: argparse.Namespace, *, with_columns: tuple[str, ...] = TABLE_SUFFIXES) -> bool:
    """Tell whether the call names points; refuse an option that does not go with them.

    Of the files ``with_columns`` the options ``--x`` and ``--y`` may name the coordinates.

    Raises
    ------
    UsageError
        If a table comes without ``--points-crs``, or an option without the files it speaks of.
    """
    if not options.points:
        for option in ("points_layer", "point_id", "x", "y", "points_crs"):
            if getattr(options, option, None) is not None:
                raise UsageError("cli.needs_points", option="--" + option.replace("_", "-"))
        return False
    check_columns(options, with_columns=with_columns)
    check_crs("--points-crs", options.points_crs)
    _refuse_idle("--points-layer", options.points_layer, options.points, (GPKG_SUFFIX,))
    for name in options.points:
        if file_suffix(name) in TABLE_SUFFIXES and options.points_crs is None:
            raise UsageError("cli.table_needs_crs", name=Path(name).name)
    return True


def refuse_output(output: Path, inputs: Iterable[Path]) -> None:
    """Refuse an output that is no name of a file, or an input itself.

    Raises
    ------
    UsageError
        Naming the input.
    """
    if output.name in {"", ".."}:
        raise UsageError("cli.output_no_name", name=str(output))
    for source in inputs:
        with suppress(OSError, RuntimeError):  # a file that is not there yet, links that go round
            if output.resolve() == source.resolve() or output.samefile(source):
                raise UsageError("cli.output_is_input", name=source.name)


def check_columns(options: argparse.Namespace, *, with_columns: tuple[str, ...] = TABLE_SUFFIXES) -> None:
    """Refuse ``--x`` and ``--y`` that are not two columns of a table.

    Raises
    ------
    UsageError
        If one is given without the other, both name one column, or no file of the call is a table.
    """
    if (options.x is None) != (options.y is None):
        raise UsageError("cli.x_and_y")
    if options.x is not None and options.x == options.y:
        raise UsageError("cli.x_is_y", column=options.x)
    _refuse_idle("--x", options.x, options.points, with_columns)


def _refuse_idle(option: str, value: str | None, names: list[str], suffixes: tuple[str, ...]) -> None:
    """Refuse an option that no file of the call would heed."""
    if value is not None and not any(file_suffix(name) in suffixes for name in names):
        raise UsageError("cli.idle_option", option=option, suffixes=", ".join(suffixes))


def merge_inventories(inventories: list[Inventory], lang: str) -> PointInput | None:
    """Put inventories under one another; None where there is none."""
    if not inventories:
        return None
    frames = [inventory.points for inventory in inventories]
    points = frames[0] if len(frames) == 1 else gpd.GeoDataFrame(pd.concat(frames, ignore_index=True))
    words = [name for name in points.columns if points[name].dtype == object]
    points = points.assign(**{name: points[name].fillna("") for name in words})
    return PointInput(
        points=points,
        n_in=sum(inventory.n_in for inventory in inventories),
        n_reported=sum(inventory.n_reported for inventory in inventories),
        rejected=[row for inventory in inventories for row in rejected_rows(inventory, lang)],
        synthetic=any(inventory.synthetic for inventory in inventories),
        notices=tuple(notice for inventory in inventories for notice in inventory.notices),
    )


def rejected_rows(inventory: Inventory, lang: str) -> list[dict[str, Any]]:
    """Return the rows of an inventory that were not used as plain records, the reason in words."""
    return [
        {
            "file": inventory.name,
            "row": int(row),
            "row_unit": inventory.row_unit,
            "field": field,
            "value": value,
            "reason_key": key,
            "reason": text(key, lang),
        }
        for row, field, value, key in inventory.rejected.itertuples(index=False, name=None)
    ]
