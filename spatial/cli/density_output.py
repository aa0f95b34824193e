"""What ``density`` gives: a document, a table for a reader, and Parquet files for other programs."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from spatial.atomic_write import replace_file
from spatial.cli.text_table import display_width, format_number, render_table
from spatial.crs import METRIC_CRS
from spatial.density.by_zone import COUNT
from spatial.notice import once
from spatial.text import printable, text
from spatial.zone_columns import SCHEMATIC_BASES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from spatial.density.by_zone import ZoneDensity
    from spatial.density.model import GridCounts
    from spatial.notice import Notice

__all__ = ["PARQUET", "document_of", "grid_path", "json_text", "table_text", "write_grid", "write_zones"]

PARQUET: Final = "parquet"
PAGE_COLUMNS: Final = 120
"""How wide a table is that goes to a file or a pipe."""
METADATA_KEY: Final = b"density"
"""Where a Parquet file holds what belongs to all of its rows: totals, rejected rows and notices."""

_GEOPARQUET_VERSION: Final = "1.1.0"
_ZONE_MEMBERS: Final = (COUNT, "area_km2", "density_per_km2", "geometry_basis", "synthetic")
_TOTALS: Final = ("n_in", "n_used", "n_reported", "total_count", "outside_count")
_SHOWN_CATEGORIES: Final = 6
_LONGEST_HEAD: Final = 24
_GAP: Final = 2
_SHOWN_REJECTS: Final = 20
_NOT_PLAIN: Final = re.compile(r"[^\x20-\x7e\n]")


def document_of(found: ZoneDensity, zone_notices: Iterable[Notice], lang: str) -> dict[str, Any]:
    """Return the answer as plain values, the members of the contract first."""
    result = found.result
    rows = found.zones.loc[:, ["zone_id", *_ZONE_MEMBERS]].astype(object)
    zones = []
    for cells, categories in zip(rows.itertuples(index=False, name=None), found.categories(), strict=True):
        zone_id, count, area, density, basis, synthetic = cells
        zones.append(
            {
                "zone_id": zone_id,
                COUNT: int(count),
                "area_km2": float(area),
                "density_per_km2": float(density),
                "by": categories,
                "geometry_basis": basis,
                "synthetic": bool(synthetic),
            }
        )
    document: dict[str, Any] = {"layer": str(found.layer), "zones": zones}
    document |= {name: int(getattr(result, name)) for name in _TOTALS}
    if result.grid is not None:
        document["grid"] = _grid_member(result.grid)
    document["rejected"] = _rejected(found, lang)
    document["notices"] = [notice.to_dict() for notice in once((*zone_notices, *found.notices))]
    return document


def _grid_member(grid: GridCounts) -> dict[str, Any]:
    """Return the cells that hold a site, each by its south-west corner."""
    east, north = (grid.column * grid.size_m).tolist(), (grid.row * grid.size_m).tolist()
    return {
        "size_m": grid.size_m,
        "crs": METRIC_CRS,
        "cells": [
            {"east_m": x, "north_m": y, COUNT: n}
            for x, y, n in zip(east, north, grid.count.tolist(), strict=True)
        ],
    }


def _rejected(found: ZoneDensity, lang: str) -> list[dict[str, Any]]:
    """Return the rows that were set aside: for each reason how many, and the first of them."""
    reported = found.result.reported
    return [
        {
            "reason_key": key,
            "reason": text(key, lang),
            COUNT: count,
            "rows": [row._asdict() for row in reported.first.get(key, ())],
        }
        for key, count in reported.counts.items()
    ]


def json_text(document: dict[str, Any]) -> str:
    """Return the document as JSON; whatever would steer a terminal is escaped."""
    words = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    return _NOT_PLAIN.sub(_escaped, words) + "\n"


def _escaped(found: re.Match[str]) -> str:
    letter = found.group()
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]


def table_text(document: dict[str, Any], found: ZoneDensity, lang: str, columns: int = PAGE_COLUMNS) -> str:
    """Return the answer for a reader: the zones, then totals, notices and rows that were set aside.

    The table shows as many categories as go into ``columns``, and one of them at least.
    """
    heads = [text("cli.head_zone", lang), text("cli.head_area_km2", lang)]
    heads += [text("density.head_count", lang), text("density.head_density", lang)]
    lines = [
        [
            name,
            format_number(zone["area_km2"], 2),
            format_number(zone[COUNT], 0),
            format_number(zone["density_per_km2"], 1),
            _marks(zone, lang),
        ]
        for name, zone in zip(_names(found, lang), document["zones"], strict=True)
    ]
    heads.append(text("cli.head_marks", lang))
    if found.result.by:
        taken = max(map(display_width, render_table(heads, lines).splitlines()))
        for head, counts in _shown_categories(found, lang, columns - taken):
            heads.insert(-1, head)
            for line, cell in zip(lines, counts, strict=True):
                line.insert(-1, cell)
    parts = [render_table(heads, lines, right=range(1, len(heads) - 1)), "\n"]
    parts.append(text("density.totals", lang, **{name: document[name] for name in _TOTALS}) + "\n")
    if found.result.grid is not None:
        parts.append(_grid_line(found.result.grid, lang))
    parts += ["- " + printable(str(notice[lang])) + "\n" for notice in document["notices"]]
    parts += _rejected_lines(document, lang)
    return "".join(parts)


def _names(found: ZoneDensity, lang: str) -> list[str]:
    """Return the names shown: in the language, else in Chinese, else the ids."""
    zones = found.zones
    column = next((name for name in (f"name_{lang}", "name_zh") if name in zones), "zone_id")
    return [str(name) for name in zones[column]]


def _shown_categories(found: ZoneDensity, lang: str, room: int) -> list[tuple[str, list[str]]]:
    """Return head and cells of the categories with most sites, the others taken together."""
    ranked = sorted(found.result.by_counts.items(), key=lambda item: -int(item[1].sum()))
    empty = text("density.no_value", lang)

    def column(head: str, counts: Any) -> tuple[str, list[str]]:  # noqa: ANN401 - integers of NumPy
        return head, [format_number(n, 0) for n in counts]

    # One more than these stands there itself rather than as the only other.
    n_most = len(ranked) if len(ranked) <= _SHOWN_CATEGORIES + 1 else _SHOWN_CATEGORIES
    columns = [
        column(_shortened(" · ".join(word or empty for word in words)), counts)
        for words, counts in ranked[:n_most]
    ]
    rest = sum((counts for _, counts in ranked[n_most:]), start=np.zeros(len(found.zones), dtype=np.int64))
    for n_shown in range(n_most, 0, -1):
        shown, n_rest = columns[:n_shown], len(ranked) - n_shown
        if n_rest:
            shown.append(column(text("density.other_categories", lang, n=n_rest), rest))
        if sum(_GAP + max(map(display_width, (head, *cells))) for head, cells in shown) <= room:
            break
        rest = rest + ranked[n_shown - 1][1]
    return shown if ranked else []


def _shortened(words: str) -> str:
    """Return the head of a category, cut where it would take the room of several."""
    words = printable(words)
    if display_width(words) <= _LONGEST_HEAD:
        return words
    while display_width(words) >= _LONGEST_HEAD:
        words = words[: min(len(words) - 1, _LONGEST_HEAD)]
    return words + "…"


def _marks(zone: dict[str, Any], lang: str) -> str:
    """Return what a figure must not be read without."""
    marks = [text("verdict.badge_schematic", lang)] if zone["geometry_basis"] in SCHEMATIC_BASES else []
    marks += [text("verdict.badge_synthetic", lang)] if zone["synthetic"] else []
    return " · ".join(marks)


def _grid_line(grid: GridCounts, lang: str) -> str:
    """Return what the grid holds, in one line."""
    most = int(grid.count.max(initial=0))
    return text("density.grid_line", lang, n=len(grid.count), size_m=grid.size_m, most=most) + "\n"


def _rejected_lines(document: dict[str, Any], lang: str) -> list[str]:
    """Return the reasons with their first rows."""
    lines = []
    for reason in document["rejected"]:
        lines.append(text("density.reason_line", lang, n=reason[COUNT], reason=reason["reason"]))
        lines += [
            text("density.row_line", lang, **row)
            for row in reason["rows"][: max(_SHOWN_REJECTS // len(document["rejected"]), 1)]
        ]
    return [printable(line) + "\n" for line in lines]


def grid_path(output: Path, size_m: int) -> Path:
    """Return where the cells of a grid stand beside the zones."""
    return output.with_name(f"{output.stem}_grid_{size_m}m{output.suffix}")


def write_zones(found: ZoneDensity, document: dict[str, Any], path: Path) -> None:
    """Write GeoParquet of one row per zone, its categories as a list of their own.

    Raises
    ------
    UnwritableFileError
        If the file cannot be written; the old one is whole.
    """
    columns = {}
    if found.result.by:
        fields = [*((name, pa.string()) for name in found.result.by), (COUNT, pa.int64())]
        columns["by"] = pa.array(found.categories(), pa.list_(pa.struct(fields)))
    _write(found.zones, columns, document, path)


def write_grid(found: ZoneDensity, grid: GridCounts, document: dict[str, Any], path: Path) -> None:
    """Write GeoParquet of one row per cell that holds a site, in EPSG:4547; errors as `write_zones`."""
    west, south, side = grid.column * grid.size_m, grid.row * grid.size_m, grid.size_m
    cells = gpd.GeoDataFrame(
        {"east_m": west, "north_m": south, COUNT: grid.count, "synthetic": found.synthetic},
        geometry=shapely.box(west, south, west + side, south + side),
        crs=METRIC_CRS,
    )
    _write(cells, {}, document, path)


def _write(
    frame: gpd.GeoDataFrame, columns: dict[str, pa.Array], document: dict[str, Any], path: Path
) -> None:
    """Put a frame, its nested columns and what belongs to all of it in place of a file in one step."""
    texts = {name: "string" for name in frame.columns if frame[name].dtype == object}
    stream = BytesIO()
    frame.astype(texts).to_parquet(stream, index=False, schema_version=_GEOPARQUET_VERSION)
    table = pq.read_table(stream)
    for name, values in columns.items():
        table = table.append_column(name, values)
    whole = {name: value for name, value in document.items() if name not in {"zones", "grid"}}
    table = table.replace_schema_metadata(
        {**(table.schema.metadata or {}), METADATA_KEY: json.dumps(whole, allow_nan=False).encode()}
    )
    replace_file(
        path, lambda stage: pq.write_table(table, stage, compression="zstd"), verify=pq.read_metadata
    )
