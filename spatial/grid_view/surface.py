"""Sites as a smooth surface: a Gaussian kernel of a stated bandwidth, kept inside the area.

A kernel near the edge would spread part of its site over ground where nothing is counted. Dividing by
the share inside, at the place that is read or at the site (Jones and Diggle), keeps an even spread
even or the number of sites whole, but not both. Here the kernel is scaled on both sides until each
pixel gives and takes one whole (a doubly stochastic kernel, found by Sinkhorn's iteration): the
surface adds up to the number of sites, and no edge looks like a hole.

The sites are counted in square pixels on the lines of EPSG:4547 and smoothed by
`scipy.ndimage.gaussian_filter`. ``scipy.stats.gaussian_kde`` visits every site for every pixel and
chooses a lopsided kernel from the data; KDEpy would be one more dependency for the same convolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.ndimage import gaussian_filter

from spatial.area import outlines
from spatial.crs import CANONICAL_CRS, METRIC_CRS, transform_xy
from spatial.errors import UsageError
from spatial.units import SQ_M_PER_SQ_KM

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["BANDWIDTHS_M", "Surface", "surface_of"]

BANDWIDTHS_M: Final = (250, 500, 1000)
"""Standard deviations of the kernel that are offered."""

_PIXELS_PER_BANDWIDTH: Final = 5
_TRUNCATE: Final = 6.0
_MOST_PIXELS: Final = 4_000_000
_MOST_ROUNDS: Final = 60
_UNEVEN: Final = 0.002


@dataclass(frozen=True)
class Surface:
    """Sites per km² on square pixels.

    Parameters
    ----------
    bandwidth_m, pixel_m : float
        Standard deviation of the kernel and side of a pixel.
    west_m, south_m : float
        Where the first pixel begins on EPSG:4547.
    sites_per_km2 : ndarray of float, shape (n_north, n_east)
        From south to north; NaN outside the area.
    """

    bandwidth_m: float
    pixel_m: float
    west_m: float
    south_m: float
    sites_per_km2: Floats

    @property
    def total(self) -> float:
        """What the surface adds up to over the area: the number of sites."""
        return float(np.nansum(self.sites_per_km2) * self.pixel_m**2 / SQ_M_PER_SQ_KM)


def surface_of(zones: gpd.GeoDataFrame, lon: Floats, lat: Floats, *, bandwidth_m: float) -> Surface:
    """Smooth the sites of an area.

    Parameters
    ----------
    zones : GeoDataFrame
        The area, in any stated system.
    lon, lat : ndarray of float
        Sites of the area in canonical degrees, as `spatial.grid_view.cells.sites_inside` gives them.
    bandwidth_m : float
        Standard deviation of the kernel along each axis, in metres.

    Raises
    ------
    UsageError
        If the bandwidth is no positive number, or so small that the area has too many pixels.
    MissingCrsError, GeometryError
        If the zones cannot be used.
    """
    if not (np.isfinite(bandwidth_m) and bandwidth_m > 0.0):
        raise UsageError("grid.bad_bandwidth", value=bandwidth_m)
    cover = shapely.union_all(outlines(zones, METRIC_CRS))
    pixel = bandwidth_m / _PIXELS_PER_BANDWIDTH
    x, y = transform_xy(lon, lat, source=CANONICAL_CRS, target=METRIC_CRS)
    low = np.minimum(shapely.bounds(cover)[:2], [x.min(initial=np.inf), y.min(initial=np.inf)])
    high = np.maximum(shapely.bounds(cover)[2:], [x.max(initial=-np.inf), y.max(initial=-np.inf)])
    first = np.floor(low / pixel)
    n_east, n_north = (np.floor(high / pixel) - first + 1).astype(int)
    if n_east * n_north > _MOST_PIXELS:
        raise UsageError("grid.too_many_cells", n=int(n_east * n_north), most=_MOST_PIXELS)
    column = np.floor(x / pixel).astype(np.int64) - int(first[0])
    row = np.floor(y / pixel).astype(np.int64) - int(first[1])
    counts = np.bincount(row * n_east + column, minlength=n_east * n_north).reshape(n_north, n_east)
    window = _inside(cover, first, pixel, counts.shape) | (counts > 0)
    spread = _kept_inside(counts.astype(float), window)
    density = np.where(window, spread * SQ_M_PER_SQ_KM / pixel**2, np.nan)
    west, south = (first * pixel).tolist()
    return Surface(float(bandwidth_m), pixel, west, south, density)


def _kept_inside(counts: Floats, window: NDArray[np.bool_]) -> Floats:
    """Smooth within the window so that the sum stays, and what is even stays even but for `_UNEVEN`."""
    scale = window.astype(float)
    given = scale * _smoothed(scale)
    for _ in range(_MOST_ROUNDS):
        if np.abs(given[window] - 1.0).max(initial=0.0) < _UNEVEN:
            break
        # Half of the correction on either side keeps the kernel symmetric.
        scale[window] /= np.sqrt(given[window])
        given = scale * _smoothed(scale)
    sent = np.divide(counts * scale, given, out=np.zeros_like(counts), where=window)
    return scale * _smoothed(sent)


def _inside(
    cover: shapely.Geometry, first: Floats, pixel: float, shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Tell which pixels have their middle in the area."""
    y, x = ((np.arange(n) + begin + 0.5) * pixel for n, begin in zip(shape, first[::-1], strict=True))
    shapely.prepare(cover)
    return np.asarray(shapely.contains_xy(cover, *np.meshgrid(x, y)))


def _smoothed(values: Floats) -> Floats:
    """Convolve with the kernel; beyond the pixels there is nothing."""
    return np.asarray(
        gaussian_filter(values, sigma=_PIXELS_PER_BANDWIDTH, mode="constant", truncate=_TRUNCATE)
    )
