"""The sites that cover ground under a definition: where they stand and how far they reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial.coverage.model import SiteCount
from spatial.coverage.radii import Radii, SiteClass, site_reach
from spatial.crs import reproject, require_crs
from spatial.definition import Definition, Numerator, Shared
from spatial.notice import Notice
from spatial.reading import placeable
from spatial.selection import select_from
from spatial.station_columns import StationColumns

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]

__all__ = ["CoveringSites", "covering_sites"]


@dataclass(frozen=True, kw_only=True)
class CoveringSites:
    """The rows of an inventory that a definition keeps.

    Attributes
    ----------
    xy_m : ndarray of float, shape (n, 2)
        On the metric grid; not finite where the grid has no coordinates.
    radius_m : ndarray of float, shape (n,)
        Metres.
    counts : tuple of SiteCount
        How many of each class.
    n_unplaced, n_left_out : int
        Rows without a finite position, and those that the definition leaves out.
    synthetic : bool
        Whether a row says that it is made up.
    notices : tuple of Notice
        What was left out or assumed.
    """

    xy_m: Floats
    radius_m: Floats
    counts: tuple[SiteCount, ...]
    n_unplaced: int
    n_left_out: int
    synthetic: bool
    notices: tuple[Notice, ...]


def covering_sites(
    points: gpd.GeoDataFrame, definition: Definition, radii: Radii, crs: CRS | str
) -> CoveringSites:
    """Return the sites; merging the rows of one station changes a count, not the ground they cover.

    Raises
    ------
    MissingCrsError, BasisUnavailableError
        If the frame states no system, or the definition asks for what the data lack.
    """
    require_crs(points, layer="points")
    there = placeable(points)
    usable = points[there]
    columns = StationColumns(usable)
    each_row = replace(definition, numerator=Numerator.AS_GIVEN, shared=Shared.ONCE)
    chosen = select_from(columns, each_row)
    reach = site_reach(columns, chosen.rows, radii)
    geometry = reproject(usable, crs).geometry.to_numpy()[chosen.rows]
    n_unplaced = int((~there).sum())
    notices = [*chosen.notices, *reach.notices]
    if n_unplaced:
        notices.append(Notice("verdict.rows_without_position", {"count": n_unplaced}))
    counts = np.bincount(reach.classes, minlength=len(SiteClass))
    return CoveringSites(
        # Bounds, unlike coordinates, may be asked of a point that has none on this grid.
        xy_m=shapely.bounds(geometry)[:, :2],
        radius_m=reach.radius_m,
        counts=tuple(
            SiteCount(each, radii.by_class[each], int(count))
            for each, count in zip(SiteClass, counts, strict=True)
        ),
        n_unplaced=n_unplaced,
        n_left_out=len(usable) - len(chosen.rows),
        synthetic=_made_up(columns),
        notices=tuple(notices),
    )


def _made_up(columns: StationColumns) -> bool:
    return any(str(word).lower() in {"true", "1"} for word in columns.words("synthetic").names)
