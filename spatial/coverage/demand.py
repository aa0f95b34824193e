"""Demand points: the places that should lie near a site, and whether they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from spatial.counting import zone_index
from spatial.crs import CANONICAL_CRS, metric_crs_for, transform_xy
from spatial.errors import LimitExceededError, UsageError
from spatial.reading import metric_polygons

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["MOST_CENTRES", "DemandPoints", "coverage_rows", "demand_grid"]

MOST_CENTRES: Final = 2_000_000
"""Grid centres looked at for one layer."""

_ROUNDING: Final = 1e-9


class DemandPoints(NamedTuple):
    """Demand points of a layer, ordered by northing, then easting.

    Attributes
    ----------
    xy_m : ndarray of float, shape (n, 2)
        Easting and northing on the metric grid of the layer.
    lon, lat : ndarray of float, shape (n,)
        The same places in canonical degrees.
    metric_code : int
        EPSG code of the metric grid.
    """

    xy_m: Floats
    lon: Floats
    lat: Floats
    metric_code: int


def demand_grid(zones: gpd.GeoDataFrame, step_m: float = 100.0) -> DemandPoints:
    """Return the centres of a grid that lie in a zone.

    The lines of the grid are the whole multiples of ``step_m`` on the metric grid of ``zones``
    (EPSG:4547 where its zone holds them). A centre on an edge is in the zone, as a station would be.

    Parameters
    ----------
    zones : GeoDataFrame
        Zone frame in any stated system; zones may overlap, a centre is listed once.
    step_m : float
        Side of a cell in metres.

    Raises
    ------
    UsageError
        If the step is no positive number of metres.
    LimitExceededError
        If the cells are more than `MOST_CENTRES`.
    MissingCrsError, MissingColumnError, DuplicateIdError, GeometryError
        If the zones cannot be used.
    """
    if not (np.isfinite(step_m) and step_m > 0.0):
        raise UsageError("coverage.bad_step", value=step_m)
    polygons = metric_polygons(zones)
    crs = metric_crs_for(zones)
    xy = _centres(polygons, step_m)
    lon, lat = transform_xy(xy[:, 0], xy[:, 1], source=crs, target=CANONICAL_CRS)
    index = zone_index(zones, n_points=len(xy))
    inside = np.unique(index.place(lon, lat).point_rows)
    return DemandPoints(xy[inside], lon[inside], lat[inside], index.metric_code)


def coverage_rows(demand_xy_m: ArrayLike, site_xy_m: ArrayLike, radius_m: ArrayLike) -> NDArray[np.bool_]:
    """Tell which demand points lie within the radius of a site, shape (n_demand,).

    Parameters
    ----------
    demand_xy_m, site_xy_m : array_like, shapes (n_demand, 2) and (n_sites, 2)
        Metres on one grid. A site or a point without a finite position covers nothing and is not covered.
    radius_m : float or array_like, shape (n_sites,)
        A point at the radius itself is covered; a site of radius 0 covers nothing.
    """
    from scipy.spatial import cKDTree  # noqa: PLC0415 - for coverage alone

    demand = np.asarray(demand_xy_m, dtype=float).reshape(-1, 2)
    sites = np.asarray(site_xy_m, dtype=float).reshape(-1, 2)
    radius = np.broadcast_to(np.asarray(radius_m, dtype=float), len(sites))
    usable = np.isfinite(sites).all(axis=1) & (radius > 0.0)
    covered = np.zeros(len(demand), dtype=bool)
    for reach in np.unique(radius[usable])[::-1]:
        # The widest first: what they cover need not be asked again.
        left = np.flatnonzero(~covered & np.isfinite(demand).all(axis=1))
        tree = cKDTree(sites[usable & (radius == reach)])
        found, _ = tree.query(demand[left], distance_upper_bound=reach * (1.0 + _ROUNDING) + _ROUNDING)
        covered[left] = found <= reach
    return covered


def _centres(polygons: NDArray[np.object_], step_m: float) -> Floats:
    """Return the centres of the cells that the boxes of polygons touch, each once, in order."""
    low, high = np.split(shapely.bounds(polygons), 2, axis=1)
    first, last = np.floor(low / step_m), np.floor(high / step_m)
    n_cells = float(np.prod(last - first + 1.0, axis=1).sum())
    if n_cells > MOST_CENTRES:
        raise LimitExceededError(
            "coverage.too_many_centres", count=n_cells, allowed=MOST_CENTRES, step=step_m
        )
    boxes = [_cells(*span) for span in zip(first, last, strict=True)]
    columns_rows = np.unique(np.concatenate(boxes)[:, ::-1], axis=0)[:, ::-1]
    centres: Floats = (columns_rows + 0.5) * step_m
    return centres


def _cells(first: Floats, last: Floats) -> Floats:
    """Return column and row of each cell of a box, shape (n, 2)."""
    columns, rows = (np.arange(begin, end + 1.0) for begin, end in zip(first, last, strict=True))
    return np.column_stack([np.tile(columns, len(rows)), np.repeat(rows, len(columns))])
