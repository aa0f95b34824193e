"""Which zone a point lies in: deterministic, and nothing is lost.

A point on an edge that zones share goes to the zone whose ``zone_id`` sorts first. Between two
vertices an edge is straight in degrees, as RFC 7946 has it; for a reader of metres it is straight in
metres, which over ten kilometres is up to a metre away. Inside and outside are told in degrees; a
point counts as on the edge where either reading puts it there within a millimetre, so that a point
that was laid on an edge in metres is on it here too (`spatial.edge_rule`).

Zones that overlap each other (an area above `OVERLAP_TOLERANCE`) each count the points that they
share; a total is never the sum over zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatial.errors import DuplicateIdError, MissingColumnError
from spatial.overlaps import OVERLAP_TOLERANCE, LayerKind, overlapping_pairs
from spatial.reading import canonical_polygons, canonical_positions, metric_polygons, placeable
from spatial.zone_index import ZoneIndex

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

__all__ = [
    "OVERLAP_TOLERANCE",
    "LayerKind",
    "Placement",
    "assign_to_zones",
    "count_by_zone",
    "layer_kind",
    "locate",
    "outside_count",
    "overlapping_pairs",
    "place",
    "weigh",
    "zone_ids",
    "zone_index",
]


@dataclass(frozen=True)
class Placement:
    """Which of ``n_points`` points lie in which of ``n_zones`` zones.

    Parameters
    ----------
    zone_rows, point_rows : ndarray of int, shape (n_pairs,)
        One pair for each point that a zone counts, ordered by point, then by ``zone_id``.
    n_zones, n_points : int
        The lengths of the two frames.
    """

    zone_rows: Rows
    point_rows: Rows
    n_zones: int
    n_points: int

    def counts(self, weights: Rows) -> Rows:
        """Return the summed weights in each zone, shape (n_zones,)."""
        return weigh(self.zone_rows, self.point_rows, weights, n_zones=self.n_zones)

    def outside(self, weights: Rows) -> int:
        """Return the summed weights of the points that lie in no zone."""
        free = np.ones(self.n_points, dtype=bool)
        free[self.point_rows] = False
        return int(weights[free].sum())


def weigh(zone_rows: Rows, point_rows: Rows, weights: Rows, *, n_zones: int) -> Rows:
    """Sum whole weights over pairs of zone and point, shape (n_zones,)."""
    return np.bincount(zone_rows, weights=weights[point_rows], minlength=n_zones).astype(np.int64)


def zone_ids(zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the ids of ``zones`` as text, on its index.

    Raises
    ------
    MissingColumnError, DuplicateIdError
        If there is no ``zone_id``, or an id is empty or repeated.
    """
    if "zone_id" not in zones:
        raise MissingColumnError("verdict.no_zone_id")
    ids: pd.Series = zones["zone_id"].astype("string").fillna("")
    faulty = ids.duplicated(keep=False) | (ids == "")
    if faulty.any():
        named = sorted(set(ids[faulty]) - {""})
        raise DuplicateIdError("verdict.zone_ids_not_unique", count=int(faulty.sum()), ids=named)
    return ids


def layer_kind(zones: gpd.GeoDataFrame) -> LayerKind:
    """Tell whether the zones of a layer overlap by more than `OVERLAP_TOLERANCE`."""
    overlaps = overlapping_pairs(metric_polygons(zones))
    return LayerKind.OVERLAPPING if overlaps.size else LayerKind.TILING


def zone_index(zones: gpd.GeoDataFrame, *, n_points: int) -> ZoneIndex:
    """Make a layer ready for counting about ``n_points`` points.

    Raises
    ------
    MissingCrsError, MissingColumnError, DuplicateIdError, GeometryError
        If the frame cannot be used.
    """
    ids = zone_ids(zones)
    return ZoneIndex.of(canonical_polygons(zones), ids.tolist(), n_points=n_points)


def locate(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Placement:
    """Place every point: in a tiling in one zone at most, else in each zone that holds it.

    Parameters
    ----------
    points, zones : GeoDataFrame
        In any stated system. Points without a position lie in no zone.

    Raises
    ------
    MissingCrsError, MissingColumnError, DuplicateIdError, GeometryError
        If the frames cannot be used.
    """
    return place(points, zone_index(zones, n_points=len(points)))


def place(points: gpd.GeoDataFrame, index: ZoneIndex) -> Placement:
    """Place every point in zones that are ready; errors as for `locate`."""
    lon, lat = canonical_positions(points)
    point_rows, zone_rows = index.place(lon, lat)
    return Placement(zone_rows, point_rows, index.n_zones, len(points))


def assign_to_zones(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the ``zone_id`` of each point on the index of ``points``; NA outside every zone.

    In an overlapping layer it is the first by ``zone_id`` of the zones that hold the point.
    """
    placed = locate(points, zones)
    assigned = pd.array([pd.NA] * len(points), dtype="string")
    rows, first = np.unique(placed.point_rows, return_index=True)
    assigned[rows] = zone_ids(zones).to_numpy()[placed.zone_rows[first]]
    return pd.Series(assigned, index=points.index, name="zone_id")


def count_by_zone(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the number of points in each zone, on the index of ``zones``."""
    counts = locate(points, zones).counts(np.ones(len(points), dtype=np.int64))
    return pd.Series(counts, index=zones.index, name="count")


def outside_count(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> int:
    """Return how many points with a position lie in no zone (区外)."""
    return locate(points, zones).outside(placeable(points).astype(np.int64))
