"""The extent of a package: the ground of named zones, or a window of longitudes and latitudes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.counting import OVERLAP_TOLERANCE, locate
from spatial.crs import CANONICAL_CRS
from spatial.errors import UsageError
from spatial.text import LANGUAGES, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Extent", "ExtentArea"]

_MAX_LON: Final = 180.0
_MAX_LAT: Final = 90.0


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Which ground a package covers.

    Parameters
    ----------
    zone_ids : tuple of str
        Zones of any layer of the source.
    bbox : tuple of four floats, optional
        West, south, east and north in degrees of CGCS2000.

    Raises
    ------
    UsageError
        If not exactly one of the two is given, or the window is none.
    """

    zone_ids: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse an extent that cannot be meant."""
        if bool(self.zone_ids) == (self.bbox is not None):
            raise UsageError("content.extent_one_of_two")
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (-_MAX_LON <= west < east <= _MAX_LON and -_MAX_LAT <= south < north <= _MAX_LAT):
                raise UsageError("content.extent_window", bbox=[repr(side) for side in self.bbox])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with the rule that says which features are kept."""
        rule = {lang: text("content.extent_rule", lang) for lang in LANGUAGES}
        kept: dict[str, Any] = {"kind": "bbox", "bbox": list(self.bbox)} if self.bbox else {"kind": "zones"}
        if self.zone_ids:
            kept["zone_ids"] = list(self.zone_ids)
        return {**kept, "rule": rule}

    def area(self, layers: Iterable[gpd.GeoDataFrame]) -> ExtentArea:
        """Return the ground of the extent.

        Parameters
        ----------
        layers : iterable of geopandas.GeoDataFrame
            Every zone layer of the source, in EPSG:4490 with ``zone_id``.

        Raises
        ------
        UsageError
            If a zone is not known; the message lists those that are.
        """
        if self.bbox is not None:
            window = [shapely.box(*self.bbox)]
            return ExtentArea(gpd.GeoDataFrame({"zone_id": ["bbox"]}, geometry=window, crs=CANONICAL_CRS))
        frames = [layer[["zone_id", "geometry"]] for layer in layers]
        known = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=CANONICAL_CRS)
        known = known.drop_duplicates("zone_id", ignore_index=True)
        unknown = sorted(set(self.zone_ids) - set(known["zone_id"]))
        if unknown:
            raise UsageError("content.extent_unknown_zone", zones=unknown, known=sorted(known["zone_id"]))
        return ExtentArea(known[known["zone_id"].isin(self.zone_ids)].reset_index(drop=True))


@dataclass(frozen=True)
class ExtentArea:
    """The ground of an extent.

    Parameters
    ----------
    ground : geopandas.GeoDataFrame
        Its polygons in EPSG:4490, with ``zone_id``.
    """

    ground: gpd.GeoDataFrame

    def holds_points(self, points: gpd.GeoSeries) -> NDArray[np.bool_]:
        """Tell the points that lie in the extent or on its edge, shape (n,)."""
        inside = np.zeros(len(points), dtype=bool)
        if len(points):
            inside[locate(gpd.GeoDataFrame(geometry=points), self.ground).point_rows] = True
        return inside

    def meets_polygons(self, polygons: gpd.GeoSeries) -> NDArray[np.bool_]:
        """Tell the polygons that share ground with the extent, shape (n,); a shared edge is none."""
        own, other = polygons.to_numpy(), self.ground.geometry.to_numpy()
        rows, others = shapely.STRtree(other).query(own, predicate="intersects")
        # Both areas are in square degrees of one place, so that their ratio is that of the ground.
        common = shapely.area(shapely.intersection(own[rows], other[others]))
        smaller = np.minimum(shapely.area(own[rows]), shapely.area(other[others]))
        met = np.zeros(len(own), dtype=bool)
        met[rows[common > OVERLAP_TOLERANCE * smaller]] = True
        return met
