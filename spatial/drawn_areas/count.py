"""Drawn areas as zones: counted and judged by the one engine, and what of them lies outside a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from spatial.crs import CANONICAL_CRS, to_canonical
from spatial.reading import metric_polygons
from spatial.tally import survey
from spatial.zone_columns import DRAWN_BASIS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.drawn_areas.areas import DrawnArea
    from spatial.tally import Survey

__all__ = ["outside_shares", "survey_drawn", "zone_frame"]


def zone_frame(areas: Sequence[DrawnArea]) -> gpd.GeoDataFrame:
    """Return the areas as a zone frame in canonical degrees.

    Its accuracy is not stated: the outline is what was drawn, and where it was meant to run nobody knows.
    """
    return gpd.GeoDataFrame(
        {
            "zone_id": [each.area_id for each in areas],
            "name_zh": [each.name for each in areas],
            "geometry_basis": [DRAWN_BASIS] * len(areas),
        },
        geometry=[each.shape.outline for each in areas],
        crs=CANONICAL_CRS,
    )


def survey_drawn(areas: Sequence[DrawnArea], points: gpd.GeoDataFrame | None) -> Survey:
    """Find the points of an inventory in drawn areas; `spatial.check.check_surveyed` judges them.

    Parameters
    ----------
    areas : sequence of DrawnArea
        One at least.
    points : GeoDataFrame or None
        Point frame in any stated system.

    Raises
    ------
    InputError
        If the points cannot be used.
    """
    return survey(zone_frame(areas), points)


def outside_shares(areas: Sequence[DrawnArea], region: gpd.GeoDataFrame) -> dict[str, float]:
    """Return which share of each area lies outside ``region``, 0 to 1, by its id.

    Parameters
    ----------
    areas : sequence of DrawnArea
        Areas.
    region : GeoDataFrame
        Polygons in any stated system.
    """
    if not areas:
        return {}
    frame = zone_frame(areas)
    whole = shapely.union_all(to_canonical(region).geometry.to_numpy())
    both = gpd.GeoSeries([*frame.geometry, whole], crs=CANONICAL_CRS)
    *flat, land = metric_polygons(gpd.GeoDataFrame(geometry=both))
    return {
        each.area_id: float(min(max(1.0 - shapely.intersection(own, land).area / own.area, 0.0), 1.0))
        for each, own in zip(areas, flat, strict=True)
    }
