"""Areas and perimeters: one definition for the whole project.

An edge is straight in the metric system (`spatial.crs.metric_crs_for`). It is cut into pieces of at
most `MAX_EDGE_M`, each piece is laid on the CGCS2000 ellipsoid, and the geodesic area of the dense
ring is taken. Degrees and Web Mercator are never measured: at 23°N one square kilometre
would count as 1.187.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from spatial.crs import CANONICAL_CRS, metric_crs_for, reproject, require_crs, transform_xy
from spatial.errors import GeometryError
from spatial.units import M_PER_KM, SQ_M_PER_SQ_KM

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

__all__ = [
    "CGCS2000_ELLIPSOID",
    "MAX_EDGE_M",
    "area_km2",
    "measure",
    "outlines",
    "perimeter_km",
    "require_geometry",
    "require_polygons",
]

MAX_EDGE_M: Final = 50.0
CGCS2000_ELLIPSOID: Final = Geod(a=6378137.0, rf=298.257222101)

_POLYGON, _MULTIPOLYGON = 3, 6
_CHUNK_VERTICES: Final = 250_000
_SHOWN: Final = 5


def area_km2(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series:
    """Return the geodesic area of each zone.

    Parameters
    ----------
    gdf : GeoDataFrame or GeoSeries
        Polygons or multipolygons in any stated system; a ring's direction does not matter.

    Returns
    -------
    Series
        Square kilometres, on the input's index; NaN where there is no geometry.

    Raises
    ------
    MissingCrsError
        If no system is stated.
    GeometryError
        If a geometry is no polygon, or an invalid one.
    """
    return measure(gdf)["area_km2"]


def perimeter_km(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series:
    """Return the geodesic length of each zone's boundary, holes included, in kilometres.

    Parameters, index and errors are those of `area_km2`.
    """
    return measure(gdf)["perimeter_km"]


def require_polygons(gdf: gpd.GeoDataFrame | gpd.GeoSeries, *, layer: str) -> None:
    """Raise unless every geometry that is there is a valid polygon or multipolygon.

    Raises
    ------
    GeometryError
        With the number and the positions (counted from one) of the faulty rows.
    """
    geometry = gdf.geometry.to_numpy()
    there = ~_without_geometry(geometry)
    flat = np.isin(shapely.get_type_id(geometry), (_POLYGON, _MULTIPOLYGON))
    for bad, key in (
        (there & ~flat, "verdict.not_polygons"),
        (there & flat & ~shapely.is_valid(geometry), "verdict.invalid_polygons"),
    ):
        if bad.any():
            raise GeometryError(key, layer=layer, count=int(bad.sum()), rows=_named_rows(bad))


def require_geometry(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
    """Raise unless there are zones and each has an outline.

    Raises
    ------
    GeometryError
        With the number and the positions (counted from one) of the rows without.
    """
    missing = _without_geometry(gdf.geometry.to_numpy())
    if not len(gdf):
        raise GeometryError("verdict.no_zones")
    if missing.any():
        raise GeometryError(
            "verdict.zones_without_geometry", count=int(missing.sum()), rows=_named_rows(missing)
        )


def outlines(gdf: gpd.GeoDataFrame | gpd.GeoSeries, crs: CRS | str) -> NDArray[np.object_]:
    """Return the polygons of ``gdf`` in ``crs``; None stays where there is no geometry.

    Raises
    ------
    MissingCrsError
        If no system is stated.
    GeometryError
        If a geometry is no polygon, an invalid one, or lies where ``crs`` has no coordinates.
    """
    require_crs(gdf, layer="zones")
    require_polygons(gdf, layer="zones")
    moved: NDArray[np.object_] = reproject(gdf, crs).geometry.to_numpy()
    lost = ~np.isfinite(shapely.bounds(moved)).all(axis=1) & ~_without_geometry(moved)
    if lost.any():
        raise GeometryError("verdict.off_the_grid", count=int(lost.sum()), rows=_named_rows(lost))
    return moved


def measure(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.DataFrame:
    """Return `area_km2` and `perimeter_km` as the columns of one frame, on the index of ``gdf``."""
    crs = metric_crs_for(gdf)
    flat = outlines(gdf, crs)
    measured = np.full((len(gdf), 2), np.nan)
    there = np.flatnonzero(~_without_geometry(flat))
    for rows, found in _in_chunks(there, flat, crs):
        measured[rows] = found
    return pd.DataFrame(
        {
            "area_km2": measured[:, 0] / SQ_M_PER_SQ_KM,
            "perimeter_km": measured[:, 1] / M_PER_KM,
        },
        index=gdf.index,
    )


def _in_chunks(
    rows: NDArray[np.int64], flat: NDArray[np.object_], crs: CRS
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Yield rows with their areas and perimeters; a layer of many vertices is measured by every core.

    Dense rings may be many times as long as those given: each core holds those of one chunk at a time.
    """
    chunks = _chunks(rows, flat)
    if len(chunks) == 1:
        yield chunks[0], _on_ellipsoid(flat[chunks[0]], crs)
        return
    # Imported here: one chunk needs no threads.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from spatial.density.feed import usable_cores  # noqa: PLC0415

    with ThreadPoolExecutor(usable_cores()) as pool:
        yield from zip(chunks, pool.map(lambda own: _on_ellipsoid(flat[own], crs), chunks), strict=True)


def _chunks(rows: NDArray[np.int64], flat: NDArray[np.object_]) -> list[NDArray[np.int64]]:
    """Part rows into runs whose dense rings have about `_CHUNK_VERTICES` together, or that are one row."""
    dense = shapely.length(flat[rows]) / MAX_EDGE_M + shapely.get_num_coordinates(flat[rows])
    number = (np.cumsum(dense) / _CHUNK_VERTICES).astype(np.int64)
    return np.split(rows, np.flatnonzero(np.diff(number)) + 1)


def _without_geometry(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    nothing: NDArray[np.bool_] = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    return nothing


def _named_rows(faulty: NDArray[np.bool_]) -> list[int]:
    """Return the first faulty rows, counted from one."""
    return [int(row) + 1 for row in np.flatnonzero(faulty)[:_SHOWN]]


def _on_ellipsoid(flat: NDArray[np.object_], crs: CRS) -> NDArray[np.float64]:
    """Return area in m² and perimeter in m of polygons or multipolygons, shape (n, 2)."""
    dense = shapely.segmentize(shapely.force_2d(flat), MAX_EDGE_M)
    parts, row = shapely.get_parts(dense, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    lon, lat = transform_xy(xy[:, 0], xy[:, 1], source=crs, target=CANONICAL_CRS)
    ends = np.cumsum(np.bincount(ring, minlength=len(rings)))
    measured = np.empty((len(rings), 2))
    for at, (begin, end) in enumerate(pairwise((0, *ends.tolist()))):
        area, length = CGCS2000_ELLIPSOID.polygon_area_perimeter(lon[begin:end], lat[begin:end])
        measured[at] = abs(area), length
    # The outer ring of a part comes first; those that follow are holes.
    is_hole = np.append(False, part[1:] == part[:-1])
    areas = np.where(is_hole, -measured[:, 0], measured[:, 0])
    sums = [np.bincount(row[part], weights=each, minlength=len(flat)) for each in (areas, measured[:, 1])]
    return np.column_stack(sums)
