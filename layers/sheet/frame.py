"""The map's window on the paper: papers, round scales, and the way from the ground to the sheet.

A metre on the ground is a length on paper by the scale alone: the projection's own scale at the
middle of the window is taken out, so that a ruler on the print measures the ground.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import shapely
from pyproj import Proj
from reportlab.lib.units import mm

from spatial.crs import CANONICAL_CRS, metric_crs_for, reproject, transform_xy
from spatial.errors import GeometryError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

__all__ = ["PAPERS", "SCALE_STEPS", "MapWindow", "Paper", "PaperName", "Rect", "round_scale", "window_for"]

PaperName = Literal["A4", "A3"]
# The outline fills at most this share of the window, so that its surroundings show.
FILL_SHARE: Final = 0.94
SCALE_STEPS: Final = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)
LARGEST_SCALE: Final = 500.0
MM_PER_M: Final = 1000.0
NEATLINE_MM: Final = 4.6
"""Between the outer and the inner frame, where the degrees stand."""


@dataclass(frozen=True)
class Rect:
    """A rectangle in millimetres from the upper left corner of the page."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Return its lower edge."""
        return self.top + self.height

    def inset(self, by: float) -> Rect:
        """Return the rectangle with ``by`` mm taken off each side."""
        return Rect(self.left + by, self.top + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True)
class Paper:
    """A sheet of paper and where its parts stand, in millimetres.

    ``columns`` are those of verdict, definition, legend and sources, or one for all of them.
    """

    width: float
    height: float
    map_box: Rect
    columns: tuple[Rect, ...]
    text_size: float


PAPERS: Final[dict[PaperName, Paper]] = {
    "A4": Paper(
        width=210.0,
        height=297.0,
        map_box=Rect(12.0, 29.0, 186.0, 128.0),
        columns=(
            Rect(12.0, 159.5, 61.0, 91.5),
            Rect(78.0, 159.5, 61.0, 91.5),
            Rect(144.0, 159.5, 54.0, 91.5),
            Rect(12.0, 252.5, 186.0, 31.0),
        ),
        text_size=7.6,
    ),
    "A3": Paper(
        width=420.0,
        height=297.0,
        map_box=Rect(14.0, 29.0, 288.0, 253.0),
        columns=(Rect(309.0, 29.0, 97.0, 253.0),),
        text_size=8.8,
    ),
}


@dataclass(frozen=True)
class MapWindow:
    """What part of the ground shows where on the page.

    Attributes
    ----------
    rect : Rect
        The inner frame on the page.
    page_height : float
        Millimetres.
    crs : CRS
        The metric system that the map is drawn in.
    scale : float
        The denominator: 10,000 for 1:10,000.
    grid_scale : float
        Metres of the projection to one on the ground, at the middle.
    middle : tuple of float
        Middle of the window in metres of ``crs``.
    """

    rect: Rect
    page_height: float
    crs: CRS
    scale: float
    grid_scale: float
    middle: tuple[float, float]

    @property
    def mm_per_grid_m(self) -> float:
        """Return the millimetres on paper of a metre of the projection."""
        return MM_PER_M / self.scale / self.grid_scale

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of the window in metres of ``crs``."""
        half_x = self.rect.width / 2 / self.mm_per_grid_m
        half_y = self.rect.height / 2 / self.mm_per_grid_m
        x, y = self.middle
        return x - half_x, y - half_y, x + half_x, y + half_y

    def shapes(self, frame: GeoDataFrame) -> NDArray[np.object_]:
        """Return the geometries of ``frame`` in metres, what lies far outside cut away."""
        west, south, east, north = self.extent
        more = (east - west) * 0.05
        metric = np.asarray(reproject(frame, self.crs).geometry.array)
        cut: NDArray[np.object_] = shapely.clip_by_rect(
            metric, west - more, south - more, east + more, north + more
        )
        return cut

    def to_page(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Carry metres of ``crs`` to points from the lower left corner of the page, shape (n, 2)."""
        centre = np.array(
            [self.rect.left + self.rect.width / 2, self.page_height - self.rect.top - self.rect.height / 2]
        )
        page: NDArray[np.float64] = (
            (np.asarray(xy, dtype=float) - np.array(self.middle)) * self.mm_per_grid_m + centre
        ) * mm
        return page

    def degrees(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return longitudes and latitudes (CGCS2000) of metres of ``crs``."""
        return transform_xy(x, y, source=self.crs, target=CANONICAL_CRS)

    def metres(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return metres of ``crs`` for longitudes and latitudes (CGCS2000)."""
        return transform_xy(lon, lat, source=CANONICAL_CRS, target=self.crs)


def round_scale(least: float) -> float:
    """Return the first round denominator that is not below ``least``."""
    least = max(least, LARGEST_SCALE)
    power = 10.0 ** math.floor(math.log10(least))
    return next(
        step * power * ten
        for ten in (1.0, 10.0)
        for step in SCALE_STEPS
        if step * power * ten >= least - 1e-6
    )


def window_for(zone: GeoDataFrame, *, paper: Paper) -> MapWindow:
    """Return the window that shows ``zone`` whole, at the largest round scale that fits.

    Raises
    ------
    MissingCrsError, GeometryError
        If the zone states no system, has no outline, or no flat grid can show it.
    """
    rect = paper.map_box.inset(NEATLINE_MM)
    crs = metric_crs_for(zone)
    shape: BaseGeometry = shapely.union_all(np.asarray(reproject(zone, crs).geometry.array))
    if shape.is_empty:
        raise GeometryError("sheet.no_outline", zone=", ".join(zone["zone_id"].astype(str)))
    west, south, east, north = shape.bounds
    middle = ((west + east) / 2, (south + north) / 2)
    lon, lat = transform_xy([middle[0]], [middle[1]], source=crs, target=CANONICAL_CRS)
    grid_scale = float(Proj(crs).get_factors(float(lon[0]), float(lat[0])).meridional_scale)
    needed = max((east - west) / rect.width, (north - south) / rect.height) / grid_scale
    return MapWindow(
        rect=rect,
        page_height=paper.height,
        crs=crs,
        scale=round_scale(needed * MM_PER_M / FILL_SHARE),
        grid_scale=grid_scale,
        middle=middle,
    )
