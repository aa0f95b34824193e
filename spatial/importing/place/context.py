"""What is known of the place a file is about: the district, its water, and places with a name.

All of it comes from a plan pack, and any part of it may be missing: without a pack nothing is known
and the readings of a file are judged against the whole country.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from spatial.pack import open_pack

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from spatial.pack import Pack

__all__ = ["NO_CONTEXT", "ImportContext", "KnownPlace", "context_of_pack"]

_UNKNOWN_ACCURACY_M: Final = 100.0
_SCHEMATIC: Final = "schematic"
_WATER_KIND: Final = "river"
_SHORTEST_NAME: Final = 3
"""Names of fewer characters stand in too many addresses to say where one is."""


class KnownPlace(NamedTuple):
    """A place that a row may name: degrees of CGCS2000, and how well they are known."""

    names: tuple[str, ...]
    lon: float
    lat: float
    confidence_m: float


@dataclass(frozen=True, kw_only=True, eq=False)
class ImportContext:
    """What a pack knows of its place; every part may be missing.

    Attributes
    ----------
    district : geometry or None
        Outline of the district, EPSG:4490.
    district_accuracy_m : float
        How well the outline is known, in metres.
    water : geometry or None
        Rivers of the backdrop, EPSG:4490.
    water_accuracy_m : float
        How well the banks are known, in metres.
    places : tuple of KnownPlace
        Places with a name and a position.
    """

    district: BaseGeometry | None = None
    district_accuracy_m: float = _UNKNOWN_ACCURACY_M
    water: BaseGeometry | None = None
    water_accuracy_m: float = _UNKNOWN_ACCURACY_M
    places: tuple[KnownPlace, ...] = ()

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of the district in degrees, None where it is not known."""
        if self.district is None or self.district.is_empty:
            return None
        west, south, east, north = self.district.bounds
        return west, south, east, north


NO_CONTEXT: Final = ImportContext()
"""The context of a file that comes without a pack."""


def context_of_pack(name: str | None) -> ImportContext:
    """Return what the pack ``name`` knows of its place; `NO_CONTEXT` for None.

    Raises
    ------
    UnknownPackError, PackError
        If there is no such pack, or it cannot be opened.
    """
    if name is None:
        return NO_CONTEXT
    pack = open_pack(name)
    district = pack.district() if pack.has_geometry and pack.district_zone_id else None
    backdrop = pack.backdrop()
    water = None if backdrop is None else backdrop[backdrop["kind"] == _WATER_KIND]
    return ImportContext(
        district=None if district is None else district.geometry.iloc[0],
        district_accuracy_m=_accuracy(district),
        water=None if water is None or water.empty else shapely.union_all(water.geometry.to_numpy()),
        water_accuracy_m=_accuracy(water),
        places=_places(pack),
    )


def _accuracy(frame: gpd.GeoDataFrame | None) -> float:
    """Return the worst stated accuracy of a layer in metres; a schematic layer has a poor one."""
    if frame is None or frame.empty or "position_accuracy_m" not in frame:
        return _UNKNOWN_ACCURACY_M
    stated = frame["position_accuracy_m"].to_numpy(dtype=float)
    schematic = "geometry_basis" in frame and (frame["geometry_basis"] == _SCHEMATIC).any()
    worst = float(np.nanmax(stated)) if np.isfinite(stated).any() else _UNKNOWN_ACCURACY_M
    return max(worst, _UNKNOWN_ACCURACY_M) if schematic else worst


def _places(pack: Pack) -> tuple[KnownPlace, ...]:
    """Return the located places of a pack with every name they go by."""
    points = pack.place_points()
    located = points[points.geometry.notna()]
    found = []
    for row in located.itertuples():
        names = tuple(name for name in pack.plan.names_of(row.place_id) if len(name) >= _SHORTEST_NAME)
        if names and np.isfinite(row.confidence_m):
            found.append(KnownPlace(names, row.geometry.x, row.geometry.y, float(row.confidence_m)))
    return tuple(found)
