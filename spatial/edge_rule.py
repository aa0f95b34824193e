"""When a point counts as on the edge of a zone, and how far from the edge that may be.

Between two vertices an edge is straight in degrees, as RFC 7946 has it; for a reader of metres it is
straight in metres. A point is on the edge where either reading puts it there. How far apart the two
run is bounded here without projecting a vertex.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["EDGE_TOLERANCE_DEG", "EDGE_TOLERANCE_M", "WIDEST_DEG", "band_widths_deg", "bows_deg", "bows_m"]

EDGE_TOLERANCE_M: Final = 0.001
EDGE_TOLERANCE_DEG: Final = 1e-8

WIDEST_DEG: Final = 400.0
"""The width of a band that holds every point."""

_LARGEST_RADIUS_M: Final = 6.41e6
_SMALLEST_RADIUS_M: Final = 6.33e6
"""Of the curvature of the ellipsoid at any place, scale of the grids included."""

# The bound is that of a sphere; an ellipsoid and the way there and back differ by far less than this.
_SAFETY: Final = 1.1

_HIGHEST_LATITUDE: Final = 80.0
_FARTHEST_FROM_MERIDIAN: Final = 45.0
_HALF_TURN: Final = 180.0


def bows_m(ends: Floats, meridian: float | None) -> Floats:
    """Bound how far from each other the straight lines in degrees and in metres run.

    Parameters
    ----------
    ends : ndarray of float, shape (n, 4)
        Longitude and latitude of both ends of each edge.
    meridian : float or None
        Central meridian of the metric grid; None where it has none.

    Returns
    -------
    ndarray of float, shape (n,)
        Metres, on the side of too much; infinite where no bound is known.
    """
    if not len(ends):
        return np.zeros(0)
    lat = np.abs(ends[:, 1::2])
    highest = float(lat.max())
    if meridian is None or not highest <= _HIGHEST_LATITUDE:
        return np.full(len(ends), np.inf)
    farthest = _farthest_deg(ends[:, ::2], meridian)
    if not farthest <= _FARTHEST_FROM_MERIDIAN:
        return np.full(len(ends), np.inf)
    # The transverse Mercator grid is z = gd(w) of the isometric latitude and the longitude
    # w = psi + i * lambda, so that z' = sech(w), z'' = -tanh(w) * sech(w), and |cosh(w)|² is
    # sec²(phi) - sin²(lambda). A curve leaves its chord by an eighth of its greatest z'' at most.
    lowest = 0.0 if (ends[:, 1::2].min() < 0.0) != (ends[:, 1::2].max() < 0.0) else float(lat.min())
    secant, tangent = 1.0 / np.cos(np.radians(highest)), np.tan(np.radians(highest))
    off2 = np.sin(np.radians(farthest)) ** 2
    cosh2 = 1.0 / np.cos(np.radians(lowest)) ** 2 - off2
    along = np.sqrt(tangent**2 + off2) / cosh2
    upright = secant * tangent / np.sqrt(cosh2)
    east, north = np.radians(ends[:, 2] - ends[:, 0]), np.radians(ends[:, 3] - ends[:, 1])
    # In place: of a million edges each copy counts.
    east *= east
    north *= north
    east *= along
    north *= along * secant**2 + upright
    east += north
    east *= _SAFETY * _LARGEST_RADIUS_M / 8.0
    return east


def bows_deg(ends: Floats, meridian: float | None) -> Floats:
    """Bound the same in degrees; parameters are those of `bows_m`."""
    bows = bows_m(ends, meridian)
    bows *= _degrees_per_m(ends)
    return bows


def band_widths_deg(ends: Floats, bows: Floats) -> Floats:
    """Return how far from each edge a point may be that either reading puts on it, in degrees.

    Parameters
    ----------
    ends : ndarray of float, shape (n, 4)
        Longitude and latitude of both ends of each edge.
    bows : ndarray of float, shape (n,)
        What `bows_deg` returned. No band is wider than `WIDEST_DEG`.
    """
    widths: Floats = bows + EDGE_TOLERANCE_M * _degrees_per_m(ends)
    return np.clip(widths, EDGE_TOLERANCE_DEG, WIDEST_DEG, out=widths)


def _degrees_per_m(ends: Floats) -> float:
    """Return the greatest angle that a metre is anywhere on the edges."""
    highest = min(float(np.abs(ends[:, 1::2]).max(initial=0.0)), _HIGHEST_LATITUDE)
    return float(_SAFETY * np.degrees(1.0 / (_SMALLEST_RADIUS_M * np.cos(np.radians(highest)))))


def _farthest_deg(lon: Floats, meridian: float) -> float:
    """Return the greatest distance of longitudes from a meridian, the short way round."""
    away = lon - meridian
    if float(np.abs(away).max()) <= _HALF_TURN:
        return float(np.abs(away).max())
    return float(np.abs((away + _HALF_TURN) % (2.0 * _HALF_TURN) - _HALF_TURN).max())
