"""Zones and points laid out in metres, with the accuracies that a test needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

# A place on the grid of the district; 95 % within this radius is one metre of standard deviation.
ORIGIN = np.array([440_000.0, 2_550_000.0])
RADIUS_OF_ONE = float(np.sqrt(-2.0 * np.log(0.05)))


def zone_layer(
    shapes: Sequence[BaseGeometry], *, sigma: Sequence[float | None], basis: Sequence[str] | None = None
) -> gpd.GeoDataFrame:
    """Return zones given in metres from the place, their accuracies as standard deviations."""
    return gpd.GeoDataFrame(
        {
            "zone_id": [f"zone-{number}" for number in range(len(shapes))],
            "position_accuracy_m": [None if own is None else own * RADIUS_OF_ONE for own in sigma],
            "geometry_basis": basis or ["official_supplied"] * len(shapes),
        },
        geometry=[shapely.transform(shape, lambda xy: xy + ORIGIN) for shape in shapes],
        crs="EPSG:4547",
    )


def point_frame(xy: Sequence[Sequence[float]], *, sigma: float | None, **columns: object) -> gpd.GeoDataFrame:
    """Return points given in metres from the place, all of one accuracy."""
    places = np.asarray(xy, dtype=float).reshape(-1, 2) + ORIGIN
    accuracy = None if sigma is None else sigma * RADIUS_OF_ONE
    return gpd.GeoDataFrame(
        {"position_accuracy_m": [accuracy] * len(places), **columns},
        geometry=shapely.points(places),
        crs="EPSG:4547",
    )
