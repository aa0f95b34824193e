"""The metric grid of a place: Gauss-Krüger zones of CGCS2000, UTM beyond them, UPS at the poles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial.errors import GeometryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DEFAULT_EPSG", "central_meridian", "metric_code_for", "metric_epsg"]

DEFAULT_EPSG: Final = 4547

# The 3-degree Gauss-Krüger zones of CGCS2000, central meridians 75°E to 135°E.
_GK_FIRST_EPSG: Final = 4534
_GK_FIRST_MERIDIAN: Final = 75
_GK_LAST_MERIDIAN: Final = 135
_GK_LAST_EPSG: Final = 4554
_GK_WIDTH: Final = 3
_UTM_NORTH, _UTM_SOUTH = 32600, 32700
_UPS_NORTH, _UPS_SOUTH = 32661, 32761
_UTM_WIDTH, _UTM_ZONES = 6, 60
_POLAR_LATITUDE: Final = 84.0
_DATE_LINE: Final = 180.0
_FULL_TURN: Final = 360.0
_MAX_SPAN_DEG: Final = 120.0


def metric_epsg(lon: float, lat: float) -> int:
    """Return the code of the metric system whose zone holds a position in degrees."""
    meridian = round(lon / _GK_WIDTH) * _GK_WIDTH
    if abs(lat) > _POLAR_LATITUDE:
        return _UPS_NORTH if lat > 0 else _UPS_SOUTH
    if _GK_FIRST_MERIDIAN <= meridian <= _GK_LAST_MERIDIAN:
        return _GK_FIRST_EPSG + (meridian - _GK_FIRST_MERIDIAN) // _GK_WIDTH
    zone = min(int((lon + _DATE_LINE) // _UTM_WIDTH) + 1, _UTM_ZONES)
    return (_UTM_NORTH if lat >= 0 else _UTM_SOUTH) + zone


def central_meridian(epsg: int) -> float | None:
    """Return the central meridian of a system that `metric_epsg` names; None for those of the poles."""
    if _GK_FIRST_EPSG <= epsg <= _GK_LAST_EPSG:
        return float(_GK_FIRST_MERIDIAN + (epsg - _GK_FIRST_EPSG) * _GK_WIDTH)
    if epsg in (_UPS_NORTH, _UPS_SOUTH):
        return None
    return float((epsg % 100) * _UTM_WIDTH - _DATE_LINE - _UTM_WIDTH / 2)


def metric_code_for(geometry: NDArray[np.object_]) -> int:
    """Return the code of the system in which geometry in canonical degrees is measured in metres.

    Raises
    ------
    GeometryError
        If it reaches farther round the Earth than any flat grid can show.
    """
    parts = shapely.get_parts(geometry)
    lon, lat = shapely.get_coordinates(parts).T
    # Off the globe no grid helps; whoever measures there is told so.
    if not (lon.size and np.isfinite(lat).all() and (np.abs(lon) <= _FULL_TURN).all()):
        return DEFAULT_EPSG
    # Data on both sides of the antimeridian are close together when seen from there; one part that
    # reaches round the Earth is not.
    west, _, east, _ = shapely.bounds(parts).T
    from_behind = np.where(lon < 0.0, lon + _FULL_TURN, lon)
    across = np.nanmax(east - west) <= _FULL_TURN / 2 and np.ptp(from_behind) < np.ptp(lon)
    turned = from_behind if across else lon
    if np.ptp(turned) > _MAX_SPAN_DEG:
        raise GeometryError("verdict.too_wide", span=float(np.ptp(turned)), allowed=_MAX_SPAN_DEG)
    middle = (turned.min() + turned.max()) / 2.0
    middle -= _FULL_TURN if middle > _DATE_LINE else 0.0
    return metric_epsg(float(middle), float(lat.min() + lat.max()) / 2.0)
