"""How far a count and a density may be off, from the stated accuracy of points and boundary.

A point is surely inside when it lies in the zone and farther from its edge than both accuracies
together; it is possibly inside when it lies in the zone or no farther outside than that. The area
may be off by the perimeter times the boundary's accuracy. What states no accuracy adds nothing,
and is counted so that a notice can say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatial.area import perimeter_km
from spatial.counting import metric_points, metric_polygons, pairs_near_edges, weigh
from spatial.units import M_PER_KM

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from spatial.counting import Placement

    Rows = NDArray[np.int64]

__all__ = ["Bounds", "area_bounds_km2", "bound", "stated_accuracy_m"]


@dataclass(frozen=True)
class Bounds:
    """The pairs of zone and point that are sure, and those that are possible.

    Parameters
    ----------
    sure, possible : tuple of two ndarrays of int
        Zone rows and point rows.
    n_zones : int
        The number of zones.
    """

    sure: tuple[Rows, Rows]
    possible: tuple[Rows, Rows]
    n_zones: int

    def counts(self, weights: Rows) -> tuple[Rows, Rows]:
        """Return the lowest and highest summed weights of each zone, shape (n_zones,)."""
        return (
            weigh(*self.sure, weights, n_zones=self.n_zones),
            weigh(*self.possible, weights, n_zones=self.n_zones),
        )


def bound(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, placed: Placement) -> Bounds:
    """Find the points that the stated accuracies could put in or out of each zone.

    Parameters
    ----------
    points, zones : GeoDataFrame
        With ``position_accuracy_m`` where it is known.
    placed : Placement
        Where the points lie as drawn.
    """
    inside = placed.zone_rows * placed.n_points + placed.point_rows
    zone_rows, point_rows = pairs_near_edges(
        metric_points(points, zones),
        metric_polygons(zones),
        point_reach=np.nan_to_num(stated_accuracy_m(points)),
        zone_reach=np.nan_to_num(stated_accuracy_m(zones)),
    )
    near = zone_rows * placed.n_points + point_rows
    size = max(placed.n_points, 1)
    sure = np.divmod(np.setdiff1d(inside, near), size)
    return Bounds(sure, np.divmod(np.union1d(inside, near), size), placed.n_zones)


def area_bounds_km2(zones: gpd.GeoDataFrame, areas_km2: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the areas less and plus the perimeter times the boundary's accuracy, in km².

    The lower bound may be nought or less: then the outline proves no area at all.
    """
    reach_km = np.nan_to_num(stated_accuracy_m(zones)) / M_PER_KM
    doubt = perimeter_km(zones) * reach_km
    return areas_km2 - doubt, areas_km2 + doubt


def stated_accuracy_m(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return ``position_accuracy_m`` in metres, NaN where none or no length is stated."""
    if "position_accuracy_m" not in frame:
        return np.full(len(frame), np.nan)
    stated = pd.to_numeric(frame["position_accuracy_m"], errors="coerce").to_numpy(
        dtype=float, na_value=np.nan
    )
    return np.where(np.isfinite(stated) & (stated >= 0.0), stated, np.nan)
