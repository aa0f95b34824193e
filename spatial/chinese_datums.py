"""GCJ-02 and BD-09, the offset datums of Chinese web maps, both ways and exact.

Both are published only as reverse-engineered closed formulas over WGS 84. The way in (WGS 84 to
GCJ-02, GCJ-02 to BD-09) is the formula; the way back is found by fixed-point iteration on it until
the step is below 1e-12 degree (about 0.1 µm), so a closed loop returns the input. The formula
itself agrees with the map providers only to about a metre: see `FORMULA_ACCURACY_M`.

All functions take and return degrees as arrays of one shape, longitude first. Non-finite input
gives non-finite output. Points outside mainland China's window are not shifted, as the providers
do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Coordinates = tuple[NDArray[np.float64], NDArray[np.float64]]

__all__ = ["FORMULA_ACCURACY_M", "bd09_to_wgs84", "gcj02_to_wgs84", "wgs84_to_bd09", "wgs84_to_gcj02"]

FORMULA_ACCURACY_M: Final = 1.0
"""How well the formulas agree with the providers' own conversion, in metres (recalled)."""

# The Krasovsky ellipsoid, as the formula uses it.
_SEMI_MAJOR_M: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_BD_ANGLE: Final = np.pi * 3000.0 / 180.0
_BD_SHIFT_LON: Final = 0.0065
_BD_SHIFT_LAT: Final = 0.006
_WINDOW: Final = (72.004, 0.8293, 137.8347, 55.8271)
_STEP_TOLERANCE_DEG: Final = 1e-12
_MAX_STEPS: Final = 30


def _waves(value: NDArray[np.float64], twelve: float, thirty: float) -> NDArray[np.float64]:
    """Return the sine terms that longitude and latitude share in form."""
    angle = value * np.pi
    terms: NDArray[np.float64] = 20.0 * np.sin(angle) + 40.0 * np.sin(angle / 3.0)
    terms += twelve * np.sin(angle / 12.0) + thirty * np.sin(angle / 30.0)
    return terms * 2.0 / 3.0


def _gcj_shift(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Coordinates:
    """Return the GCJ-02 shift of WGS 84 positions, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += ripple + _waves(y, 160.0, 320.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += ripple + _waves(x, 150.0, 300.0)
    phi = np.radians(lat)
    flattening = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    root = np.sqrt(flattening)
    meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (flattening * root)
    return np.degrees(east / (_SEMI_MAJOR_M / root * np.cos(phi))), np.degrees(north / meridian)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Shift WGS 84 degrees to GCJ-02 degrees; outside China's window nothing moves."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    west, south, east, north = _WINDOW
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    # Outside the window the formula is not evaluated: it means nothing there and may overflow.
    shift_lon, shift_lat = _gcj_shift(np.where(inside, lon, np.nan), np.where(inside, lat, np.nan))
    return lon + np.where(inside, shift_lon, 0.0), lat + np.where(inside, shift_lat, 0.0)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Undo `wgs84_to_gcj02` exactly, by iteration."""
    return _invert(wgs84_to_gcj02, lon, lat)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Shift WGS 84 degrees to BD-09 degrees, by way of GCJ-02."""
    return _gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Undo `wgs84_to_bd09` exactly, by iteration."""
    return _invert(wgs84_to_gcj02, *_invert(_gcj02_to_bd09, lon, lat))


def _finite_or_nan(value: ArrayLike) -> NDArray[np.float64]:
    """Return ``value`` with infinities as NaN, which pass through arithmetic in silence."""
    given = np.asarray(value, dtype=float)
    return np.where(np.isfinite(given), given, np.nan)


def _gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Rotate and stretch GCJ-02 degrees to BD-09 degrees."""
    x, y = _finite_or_nan(lon), _finite_or_nan(lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_ANGLE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_ANGLE)
    return radius * np.cos(angle) + _BD_SHIFT_LON, radius * np.sin(angle) + _BD_SHIFT_LAT


def _invert(
    forward: Callable[[ArrayLike, ArrayLike], Coordinates], lon: ArrayLike, lat: ArrayLike
) -> Coordinates:
    """Find the positions that `forward` sends to ``lon, lat``."""
    goal_lon, goal_lat = _finite_or_nan(lon), _finite_or_nan(lat)
    found_lon, found_lat = goal_lon.copy(), goal_lat.copy()
    for _ in range(_MAX_STEPS):
        there_lon, there_lat = forward(found_lon, found_lat)
        step_lon, step_lat = goal_lon - there_lon, goal_lat - there_lat
        found_lon, found_lat = found_lon + step_lon, found_lat + step_lat
        # fmax ignores the non-finite positions, which can never settle.
        step = np.fmax.reduce(np.fmax(np.abs(step_lon), np.abs(step_lat)), axis=None, initial=0.0)
        if step < _STEP_TOLERANCE_DEG:
            break
    return found_lon, found_lat
