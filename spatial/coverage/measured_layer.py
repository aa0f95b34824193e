"""The zones of one question on their metric grid, and what of each is measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import Proj

from spatial.area import outlines, require_geometry, require_polygons
from spatial.coverage.discs import GridScale
from spatial.coverage.model import MeasuredGround, Total
from spatial.coverage.radii import FARTHEST_M
from spatial.crs import CANONICAL_CRS, reproject, transform_xy
from spatial.layer_facts import LayerFacts

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

__all__ = ["MeasuredLayer"]

_SCALE_LINES: Final = 33
"""So many lines each way of the lattice on which the scale of the grid is read."""

_SCALE_SAFETY: Final = 1e-6

_NEAR_DEG: Final = 1.0


@dataclass(frozen=True)
class MeasuredLayer:
    """Zones on the metric grid.

    Parameters
    ----------
    zones : GeoDataFrame
        As given.
    facts : LayerFacts
        Names and areas.
    ground : ndarray of geometry
        What is measured of each zone: its outline, or the land in it.
    km2_per_flat_m2 : ndarray of float
        Geodesic area for an area on the grid, near each zone.
    crs : CRS
        The grid.
    measured : MeasuredGround
        Whether ``ground`` is land.
    """

    zones: gpd.GeoDataFrame
    facts: LayerFacts
    ground: Geometries
    km2_per_flat_m2: Floats
    crs: CRS
    measured: MeasuredGround

    @classmethod
    def of(cls, zones: gpd.GeoDataFrame, land: gpd.GeoDataFrame | None, crs: CRS) -> MeasuredLayer:
        """Lay zones on a grid; errors as for `spatial.coverage.cover.cover_zones`."""
        facts = LayerFacts(zones)
        drawn = _valid(outlines(zones, crs))
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = facts.measured["area_km2"].to_numpy() / shapely.area(drawn)
        if land is None:
            return cls(zones, facts, drawn, scale, crs, MeasuredGround.OUTLINE)
        require_geometry(land)
        dry = shapely.union_all(_valid(outlines(_near(land, zones), crs)))
        return cls(zones, facts, shapely.intersection(drawn, dry), scale, crs, MeasuredGround.LAND)

    @property
    def flat_m2(self) -> Floats:
        """The area of the ground on the grid."""
        areas: Floats = shapely.area(self.ground)
        return areas

    @property
    def area_km2(self) -> Floats:
        """The geodesic area of the ground; that of the outline where it is measured whole."""
        return self.flat_m2 * self.km2_per_flat_m2

    @cached_property
    def scale(self) -> GridScale:
        """How far lengths on the grid differ from those on the ellipsoid where a disc can reach a zone."""
        box = shapely.total_bounds(self.ground)
        if not np.isfinite(box).all():
            return GridScale(1.0, 1.0)
        (west, south, east, north) = box + np.array([-1.0, -1.0, 1.0, 1.0]) * FARTHEST_M
        lines = np.linspace(west, east, _SCALE_LINES), np.linspace(south, north, _SCALE_LINES)
        x, y = (axis.ravel() for axis in np.meshgrid(*lines))
        lon, lat = transform_xy(x, y, source=self.crs, target=CANONICAL_CRS)
        there = np.isfinite(lon) & np.isfinite(lat)
        factors = Proj(self.crs).get_factors(lon[there], lat[there])
        # The grids are conformal: one scale in every direction.
        read = np.asarray(factors.meridional_scale)
        return GridScale(float(read.min()) - _SCALE_SAFETY, float(read.max()) + _SCALE_SAFETY)

    @cached_property
    def whole(self) -> BaseGeometry:
        """The ground of all zones as one."""
        return shapely.union_all(self.ground)

    def total(self, covered: BaseGeometry) -> Total:
        """Return all zones together, at the mean scale of the grid."""
        flat = float(self.flat_m2.sum())
        scale = float(np.nansum(self.area_km2)) / flat if flat else 0.0
        open_m2 = shapely.area(shapely.difference(self.whole, covered))
        area_m2 = shapely.area(self.whole)
        return Total(float(area_m2 * scale), float((area_m2 - open_m2) * scale))


def _near(land: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the polygons of the land near the zones; those of a continent fit on no metric grid."""
    require_polygons(land, layer="land")
    west, south, east, north = reproject(zones, CANONICAL_CRS).total_bounds
    window = shapely.box(west - _NEAR_DEG, south - _NEAR_DEG, east + _NEAR_DEG, north + _NEAR_DEG)
    shapes = reproject(land, CANONICAL_CRS).geometry
    outside = ~shapely.covered_by(shapes.to_numpy(), window)
    cut = shapely.intersection(shapes[outside].to_numpy(), window)
    # A line that is straight in degrees is not so on the grid, by metres where it is a degree long.
    shapes[outside] = shapely.segmentize(cut, _NEAR_DEG / 100.0)
    return shapes[shapely.area(shapes.to_numpy()) > 0.0]


def _valid(polygons: Geometries) -> Geometries:
    """Return polygons of which a long edge, straight in degrees, crosses no other in metres."""
    faulty = ~shapely.is_valid(polygons)
    return np.where(faulty, shapely.make_valid(polygons), polygons) if faulty.any() else polygons
