"""What was found as files: GeoJSON for a map, CSV for a spreadsheet, each saying what it is not."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import shapely

from spatial.coverage.model import PATCH_COLUMNS, ROW_COLUMNS
from spatial.export.formula_guard import guard
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spatial.coverage.model import CoverageResult

__all__ = ["patches_csv", "patches_geojson", "radii_line", "zones_csv"]

_DEGREE_GRID: Final = 1e-7
_PATCH_DECIMALS: Final = {"area_m2": 1, "zone_share": 6, "width_m": 1, "lon": 7, "lat": 7}
_ROW_DECIMALS: Final = {
    "area_km2": 6,
    "covered_km2": 6,
    "covered_share": 6,
    "covered_share_low": 6,
    "covered_share_high": 6,
    "land_share_low": 6,
    "land_share_high": 6,
    "uncovered_km2": 6,
    "small_patches_m2": 1,
}
_OF_ZONE: Final = ("geometry_basis", "synthetic")
_OF_ALL: Final = ("indicator", "basis", "radii")


def radii_line(found: CoverageResult, lang: str) -> str:
    """Return the radii of the classes that rows belong to, in metres."""
    return " · ".join(
        f"{text(f'coverage.class_{each.site_class.name.lower()}', lang)} {each.radius_m:g}"
        for each in found.sites
        if each.n_sites
    )


def patches_geojson(found: CoverageResult, lang: str) -> bytes:
    """Return the patches as RFC 7946 GeoJSON, one feature each, largest first."""
    # On whole steps of the seventh decimal, a shape that is written is the one that is read.
    shapes = shapely.set_precision(found.patches.geometry.to_numpy(), _DEGREE_GRID)
    rings = shapely.orient_polygons(shapes, exterior_cw=False)
    features = [
        {
            "type": "Feature",
            "id": f"{row['zone_id']}-{row['rank']}",
            "properties": {**row, "indicator": text("coverage.indicator", lang)},
            "geometry": json.loads(shape),
        }
        for row, shape in zip(_patches(found), shapely.to_geojson(rings), strict=True)
    ]
    small = found.rows["n_small_patches"], found.rows["small_patches_m2"]
    document = {
        "type": "FeatureCollection",
        "metadata": {
            "indicator": text("coverage.indicator", lang),
            "basis": found.basis(lang),
            "radius_m": found.radii.to_dict(),
            "n_small_patches": int(small[0].sum()),
            "small_patches_m2": round(float(small[1].sum()), 1),
            "notices": [notice.message(lang) for notice in found.notices],
        },
        "features": features,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def patches_csv(found: CoverageResult, lang: str) -> bytes:
    """Return the patches as CSV that a spreadsheet opens, no cell of it a formula.

    Each row repeats what the figures are, so that none travels without it.
    """
    rows = [{**row, **_of_all(found, lang)} for row in _patches(found)]
    return _csv((*PATCH_COLUMNS, *_OF_ZONE, *_OF_ALL), rows, lang)


def zones_csv(results: Sequence[CoverageResult], lang: str) -> bytes:
    """Return the share of each zone of several results as CSV, as `patches_csv` does the patches."""
    rows = [
        {**row, **_of_all(found, lang), "measured": text(f"coverage.measured_{row['measured']}", lang)}
        for found in results
        for row in _plain(found.rows.loc[:, list(ROW_COLUMNS)].round(_ROW_DECIMALS))
    ]
    return _csv((*ROW_COLUMNS, *_OF_ALL), rows, lang)


def _patches(found: CoverageResult) -> list[dict[str, Any]]:
    """Return one plain record per patch, with what its zone's outline and the sites rest on."""
    zones = found.rows.set_index("zone_id")[list(_OF_ZONE)]
    return _plain(found.patches.loc[:, list(PATCH_COLUMNS)].round(_PATCH_DECIMALS).join(zones, on="zone_id"))


def _of_all(found: CoverageResult, lang: str) -> dict[str, str]:
    words = text("coverage.indicator", lang), found.basis(lang), radii_line(found, lang)
    return dict(zip(_OF_ALL, words, strict=True))


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]


def _csv(heads: tuple[str, ...], rows: Iterable[dict[str, Any]], lang: str) -> bytes:
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([text(f"coverage.column_{head}", lang) for head in heads])
    for row in rows:
        words = {**row, "synthetic": text(f"coverage.synthetic_{row['synthetic']}".lower(), lang)}
        cells = ["" if words[head] is None else words[head] for head in heads]
        writer.writerow([guard(each) if isinstance(each, str) else each for each in cells])
    return stream.getvalue().encode("utf-8-sig")
