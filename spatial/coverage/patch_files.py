"""Uncovered patches as files: GeoJSON for a map, CSV for a spreadsheet, each saying what it is not."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import shapely

from spatial.coverage.model import PATCH_COLUMNS
from spatial.export.formula_guard import guard
from spatial.text import text

if TYPE_CHECKING:
    from spatial.coverage.model import CoverageResult

__all__ = ["patches_csv", "patches_geojson"]

_DEGREE_GRID: Final = 1e-7
_DECIMALS: Final = {"area_m2": 1, "zone_share": 6, "width_m": 1, "lon": 7, "lat": 7}
_OF_ZONE: Final = ("geometry_basis", "synthetic")


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
        for row, shape in zip(_records(found), shapely.to_geojson(rings), strict=True)
    ]
    document = {
        "type": "FeatureCollection",
        "metadata": {
            "indicator": text("coverage.indicator", lang),
            "definition": found.definition.label(lang),
            "radius_m": found.radii.to_dict(),
            "notices": [notice.message(lang) for notice in found.notices],
        },
        "features": features,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def patches_csv(found: CoverageResult, lang: str) -> bytes:
    """Return the patches as CSV that a spreadsheet opens, no cell of it a formula.

    Each row repeats what the figures are, so that none travels without it.
    """
    heads = (*PATCH_COLUMNS, *_OF_ZONE, "indicator")
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([text(f"coverage.column_{head}", lang) for head in heads])
    for row in _records(found):
        basis = row["geometry_basis"]
        words = {**row, "synthetic": text(f"coverage.synthetic_{row['synthetic']}".lower(), lang)}
        words |= {"geometry_basis": basis or "", "indicator": text("coverage.indicator", lang)}
        writer.writerow([guard(each) if isinstance(each, str) else each for each in map(words.get, heads)])
    return stream.getvalue().encode("utf-8-sig")


def _records(found: CoverageResult) -> list[dict[str, Any]]:
    """Return one plain record per patch, with what its zone's outline and the sites rest on."""
    zones = found.rows.set_index("zone_id")[list(_OF_ZONE)]
    table = found.patches.loc[:, list(PATCH_COLUMNS)].round(_DECIMALS).join(zones, on="zone_id")
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]
