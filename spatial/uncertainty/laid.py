"""Points and zones laid out for the draws, in degrees and in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = ["LaidPoints", "LaidZones"]


class LaidPoints(NamedTuple):
    """Points that may be counted, in canonical degrees and on the metric grid of the zones.

    Attributes
    ----------
    lon, lat, x, y, sigma_m : ndarray of float, shape (n,)
        ``sigma_m`` is nought where no error is drawn.
    weights : ndarray of int, shape (n,)
        How often each counts.
    meridian : ndarray of float, shape (n,)
        Where north is on the grid, in radians from its y axis towards its x axis.
    """

    lon: Floats
    lat: Floats
    x: Floats
    y: Floats
    sigma_m: Floats
    weights: Rows
    meridian: Floats

    def rows(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> LaidPoints:
        """Return some of the points."""
        return LaidPoints(
            lon=self.lon[chosen],
            lat=self.lat[chosen],
            x=self.x[chosen],
            y=self.y[chosen],
            sigma_m=self.sigma_m[chosen],
            weights=self.weights[chosen],
            meridian=self.meridian[chosen],
        )


class LaidZones(NamedTuple):
    """Zones whose boundaries have one source and one accuracy, so that they move together.

    Attributes
    ----------
    canonical, metric : ndarray of geometry, shape (n_zones,)
        Their outlines in canonical degrees and on the metric grid.
    zone_ids : sequence of str
        Their ids.
    sigma_m : float
        Of their common shift along each axis; nought where none is drawn.
    offset_sigma_m : float
        Of their common offset outward; nought where none is drawn.
    """

    canonical: Geometries
    metric: Geometries
    zone_ids: Sequence[str]
    sigma_m: float
    offset_sigma_m: float
