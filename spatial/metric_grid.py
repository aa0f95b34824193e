"""The metric grid of a place: Gauss-Krüger zones of CGCS2000, UTM beyond them, UPS at the poles."""

from __future__ import annotations

from typing import Final

__all__ = ["metric_epsg"]

# The 3-degree Gauss-Krüger zones of CGCS2000, central meridians 75°E to 135°E.
_GK_FIRST_EPSG: Final = 4534
_GK_FIRST_MERIDIAN: Final = 75
_GK_LAST_MERIDIAN: Final = 135
_GK_WIDTH: Final = 3
_UTM_NORTH, _UTM_SOUTH = 32600, 32700
_UPS_NORTH, _UPS_SOUTH = 32661, 32761
_UTM_WIDTH, _UTM_ZONES = 6, 60
_POLAR_LATITUDE: Final = 84.0
_DATE_LINE: Final = 180.0


def metric_epsg(lon: float, lat: float) -> int:
    """Return the code of the metric system whose zone holds a position in degrees."""
    meridian = round(lon / _GK_WIDTH) * _GK_WIDTH
    if abs(lat) > _POLAR_LATITUDE:
        return _UPS_NORTH if lat > 0 else _UPS_SOUTH
    if _GK_FIRST_MERIDIAN <= meridian <= _GK_LAST_MERIDIAN:
        return _GK_FIRST_EPSG + (meridian - _GK_FIRST_MERIDIAN) // _GK_WIDTH
    zone = min(int((lon + _DATE_LINE) // _UTM_WIDTH) + 1, _UTM_ZONES)
    return (_UTM_NORTH if lat >= 0 else _UTM_SOUTH) + zone
