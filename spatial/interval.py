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

from spatial.counting import weigh
from spatial.units import M_PER_KM

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from spatial.counting import Placement
    from spatial.reading import Reading

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


def bound(
    metric: Reading,
    placed: Placement,
    *,
    point_accuracy_m: NDArray[np.float64],
    zone_accuracy_m: NDArray[np.float64],
) -> Bounds:
    """Find the points that the stated accuracies could put in or out of each zone.

    Parameters
    ----------
    metric : Reading
        Points and zones in metres.
    placed : Placement
        Where the points lie as drawn.
    point_accuracy_m, zone_accuracy_m : ndarray of float
        As `stated_accuracy_m` gives them; NaN adds nothing.
    """
    inside = placed.zone_rows * placed.n_points + placed.point_rows
    near = metric.near_edge(
        point_reach=np.nan_to_num(point_accuracy_m), zone_reach=np.nan_to_num(zone_accuracy_m)
    )
    sure, possible = np.setdiff1d(inside, near), np.union1d(inside, near)
    return Bounds(metric.split(sure), metric.split(possible), placed.n_zones)


def area_bounds_km2(
    areas_km2: pd.Series, perimeters_km: pd.Series, *, zone_accuracy_m: NDArray[np.float64]
) -> tuple[pd.Series, pd.Series]:
    """Return the areas less and plus the perimeter times the boundary's accuracy, in km².

    The lower bound may be nought or less: then the outline proves no area at all.
    """
    doubt = perimeters_km * np.nan_to_num(zone_accuracy_m) / M_PER_KM
    return areas_km2 - doubt, areas_km2 + doubt


def stated_accuracy_m(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return ``position_accuracy_m`` in metres, NaN where none or no length is stated."""
    if "position_accuracy_m" not in frame:
        return np.full(len(frame), np.nan)
    stated = pd.to_numeric(frame["position_accuracy_m"], errors="coerce").to_numpy(
        dtype=float, na_value=np.nan
    )
    return np.where(np.isfinite(stated) & (stated >= 0.0), stated, np.nan)
