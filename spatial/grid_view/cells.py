"""Square cells on the lines of EPSG:4547, clipped to an area, with the sites of that area in each.

The cells are those of `spatial.density`; a cell that the area's edge cuts has the area of what is left
of it. Only sites that the area's own zones count are counted, so that the cells add up to the zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.area import area_km2, outlines
from spatial.crs import METRIC_CRS
from spatial.density.grid_cells import CellTally, cells_of
from spatial.density.model import GRID_SIZES_M
from spatial.errors import UsageError
from spatial.reading import canonical_positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spatial.definition import Definition
    from spatial.tally import Survey

    Rows = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

__all__ = ["GRID_SIZES_M", "CellGrid", "grid_of", "sites_inside"]

MOST_CELLS: Final = 200_000
_COLUMNS: Final = ("column", "row")


@dataclass(frozen=True)
class CellGrid:
    """The cells of an area.

    Parameters
    ----------
    size_m : int
        Side of a whole cell.
    cells : GeoDataFrame
        In EPSG:4547, from south to north and west to east: ``column`` and ``row`` (a cell begins
        ``column * size_m`` east and ``row * size_m`` north), ``count``, ``area_km2`` of what the area
        leaves of the cell, ``share`` of the whole cell that this is, ``sites_per_km2`` (NaN where no
        area is left) and ``geometry``.
    """

    size_m: int
    cells: gpd.GeoDataFrame


def sites_inside(
    found: Survey, definition: Definition, zone_ids: Sequence[str] | None = None
) -> tuple[Floats, Floats]:
    """Return the places of the sites that a definition counts in some zones, each as often as it counts.

    Parameters
    ----------
    found : Survey
        Where the points of an inventory lie.
    definition : Definition
        What is counted.
    zone_ids : sequence of str, optional
        The zones; all by default. A site in several of them is given once.

    Returns
    -------
    tuple of two ndarrays of float
        Longitude and latitude in canonical degrees.

    Raises
    ------
    BasisUnavailableError, CellLevelTableError
        If the inventory cannot answer the definition.
    """
    if found.stations is None or found.placed is None:
        return np.zeros(0), np.zeros(0)
    weights = found.stations.select(definition).weights_of_rows
    wanted = np.ones(len(found.zones), dtype=bool)
    if zone_ids is not None:
        wanted = found.facts.ids.isin(list(zone_ids)).to_numpy()
    inside = np.zeros(len(weights), dtype=bool)
    inside[found.placed.point_rows[wanted[found.placed.zone_rows]]] = True
    lon, lat = canonical_positions(found.stations.points)
    rows = np.repeat(np.flatnonzero(inside), weights[inside])
    return lon[rows], lat[rows]


def grid_of(zones: gpd.GeoDataFrame, lon: Floats, lat: Floats, *, size_m: int) -> CellGrid:
    """Lay cells over an area and count sites in them.

    Parameters
    ----------
    zones : GeoDataFrame
        The area, in any stated system; what zones share is taken once.
    lon, lat : ndarray of float
        Sites of the area, as `sites_inside` gives them. Each is counted, one on the very edge too.
    size_m : int
        One of `GRID_SIZES_M`.

    Raises
    ------
    UsageError
        If the size is none of them, or the area has more than `MOST_CELLS` cells.
    MissingCrsError, GeometryError
        If the zones cannot be used.
    """
    if size_m not in GRID_SIZES_M:
        raise UsageError("grid.bad_size", value=size_m, known=", ".join(map(str, GRID_SIZES_M)))
    cover = shapely.union_all(outlines(zones, METRIC_CRS))
    laid = _clipped(cover, size_m).merge(_counted(lon, lat, size_m), on=list(_COLUMNS), how="outer")
    laid["count"] = laid["count"].fillna(0).astype(np.int64)
    geometry = gpd.GeoSeries(laid.pop("geometry"), crs=METRIC_CRS).fillna(shapely.Polygon())
    cells = gpd.GeoDataFrame(laid, geometry=geometry, crs=METRIC_CRS)
    cells = cells.sort_values(["row", "column"], ignore_index=True)
    areas = area_km2(cells).fillna(0.0).to_numpy()
    cells["area_km2"] = areas
    cells["share"] = np.minimum(shapely.area(cells.geometry.to_numpy()) / size_m**2, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = cells["count"].to_numpy() / areas
    cells["sites_per_km2"] = np.where(areas > 0.0, density, np.nan)
    return CellGrid(size_m, cells)


def _clipped(cover: shapely.Geometry, size_m: int) -> pd.DataFrame:
    """Return the cells that share ground with ``cover``, and what they share."""
    west, south, east, north = np.floor_divide(shapely.bounds(cover), size_m).astype(np.int64)
    n_cells = int((east - west + 1) * (north - south + 1))
    if n_cells > MOST_CELLS:
        raise UsageError("grid.too_many_cells", n=n_cells, most=MOST_CELLS)
    column, row = (
        side.ravel() for side in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    )
    squares = shapely.box(column * size_m, row * size_m, (column + 1) * size_m, (row + 1) * size_m)
    shapely.prepare(cover)
    touched = shapely.intersects(cover, squares)
    column, row, squares = column[touched], row[touched], squares[touched]
    shared = _polygons(shapely.intersection(squares, cover))
    kept = shapely.area(shared) > 0.0
    return pd.DataFrame({"column": column[kept], "row": row[kept], "geometry": shared[kept]})


def _polygons(shapes: Geometries) -> Geometries:
    """Return the polygons of the shapes: where a cell only touches, a line may stand beside them."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    parts = [
        shapely.multipolygons([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
        for shape in shapes[mixed]
    ]
    kept = shapes.copy()
    kept[mixed] = parts
    return kept


def _counted(lon: Floats, lat: Floats, size_m: int) -> pd.DataFrame:
    """Return the cells that hold a site, and how many."""
    tally = CellTally(size_m)
    tally.add(lon, lat)
    counts = tally.totals()["cells"]
    column, row = cells_of(counts.codes)
    return pd.DataFrame({"column": column, "row": row, "count": counts.n})
