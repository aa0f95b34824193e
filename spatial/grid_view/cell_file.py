"""Cells as GeoJSON: each says its size, what was counted and that it is no verdict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from spatial.crs import to_web
from spatial.definition import AreaBasis
from spatial.grid_view.holes import rank_of_cells
from spatial.text import text

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.definition import Definition
    from spatial.grid_view.cells import CellGrid

__all__ = ["cells_geojson"]

_DEGREE_GRID: Final = 1e-7


def cells_geojson(
    grid: CellGrid,
    holes: gpd.GeoDataFrame | None,
    *,
    definition: Definition,
    target_per_km2: float | None,
    inventory: str,
    synthetic: bool,
    schematic: bool,
    lang: str,
) -> bytes:
    """Return the cells that have ground as RFC 7946 GeoJSON, from south to north and west to east.

    Parameters
    ----------
    grid : CellGrid
        The cells.
    holes : GeoDataFrame or None
        As `spatial.grid_view.holes.ranked_holes` gives them: each cell carries the rank of its hole, and what
        the cell itself lacks.
    definition : Definition
        What was counted.
    target_per_km2 : float or None
        What the holes were held against.
    inventory : str
        What the counted inventory is called.
    synthetic, schematic : bool
        Whether the inventory is made up, and whether the outline is schematic; each cell repeats it.
    lang : str
        Language of the words.
    """
    cells = grid.cells
    if holes is not None and target_per_km2 is not None:
        rank = rank_of_cells(cells, holes)
        missing = target_per_km2 * cells["area_km2"] - cells["count"]
        cells = cells.assign(rank=np.where(rank > 0, rank, np.nan), missing=missing.where(rank > 0))
    cells = cells[cells["area_km2"] > 0.0]
    shapes = shapely.set_precision(to_web(cells).geometry.to_numpy(), _DEGREE_GRID)
    remark = text("grid.remark", lang)
    features = [
        {
            "type": "Feature",
            "properties": {
                "cell": f"{grid.size_m}-{cell['column']}-{cell['row']}",
                "east_m": cell["column"] * grid.size_m,
                "north_m": cell["row"] * grid.size_m,
                "size_m": grid.size_m,
                "count": cell["count"],
                "area_km2": round(cell["area_km2"], 6),
                "share": round(cell["share"], 4),
                "sites_per_km2": round(cell["sites_per_km2"], 3),
                "missing": _number(cell.get("missing"), 3),
                "rank": _number(cell.get("rank"), 0),
                "synthetic": synthetic,
                "schematic": schematic,
                "remark": remark,
            },
            "geometry": json.loads(shape),
        }
        for cell, shape in zip(
            cells.drop(columns="geometry").to_dict("records"),
            shapely.to_geojson(shapely.orient_polygons(shapes, exterior_cw=False)),
            strict=True,
        )
    ]
    document = {
        "type": "FeatureCollection",
        "metadata": {
            "definition": definition.label(lang),
            "as_of": None if definition.as_of is None else definition.as_of.isoformat(),
            "divided_by": str(AreaBasis.GEOMETRY),
            "target_per_km2": target_per_km2,
            "inventory": inventory,
            "grid": "EPSG:4547",
            "remark": remark,
        },
        "features": features,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _number(value: float | None, decimals: int) -> float | int | None:
    """Return a number of a hole; None for a cell that is none."""
    if value is None or pd.isna(value):
        return None
    return round(value, decimals) if decimals else int(value)
