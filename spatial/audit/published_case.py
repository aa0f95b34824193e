"""What plans publish for the district, over each area that somebody states for it.

A plan that gives a number of stations and a density as its goal, but no area, leaves the verdict to the
area that one divides by. The same outline measured on a web map's projection is added as a warning: it
looks like an area and is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.area import area_km2
from spatial.check import check_count
from spatial.crs import reproject
from spatial.definition import AreaBasis, Definition, denominators_km2
from spatial.district_check import STATIONS, STATIONS_ADDED
from spatial.plan_records import Bilingual
from spatial.units import SQ_M_PER_SQ_KM
from spatial.verdict import Status

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.pack import Pack
    from spatial.pack_file import PublishedCount
    from spatial.target import Target

__all__ = ["WEB_MERCATOR", "CaseArea", "CaseFigure", "PublishedCase", "published_case"]

WEB_MERCATOR: Final = "web_mercator"
"""The area that is none: the outline measured on the projection of web maps."""

_WEB_MERCATOR_CRS: Final = "EPSG:3857"
_SOURCE_COLUMNS: Final = {
    AreaBasis.GEOMETRY: "note",
    AreaBasis.OFFICIAL: "area_official_source",
    AreaBasis.LAND: "area_land_source",
    AreaBasis.BUILT_UP: "area_built_up_source",
}


@dataclass(frozen=True, kw_only=True)
class CaseArea:
    """One area of the district.

    Parameters
    ----------
    basis : str
        A word of `AreaBasis`, or `WEB_MERCATOR`, which no verdict rests on.
    area_km2 : float
        Square kilometres.
    off_ratio : float
        By how much it is above the geodesic area of the outline.
    source : Bilingual
        Where it comes from; empty where the pack does not say.
    geometry_basis : str
        How well the outline is known; empty where the area is not measured on it.
    """

    basis: str
    area_km2: float
    off_ratio: float
    source: Bilingual
    geometry_basis: str


@dataclass(frozen=True, kw_only=True)
class CaseFigure:
    """A published number over one area.

    Parameters
    ----------
    count_id : str
        The number.
    basis : str
        The area.
    density_per_km2 : float
        Stations per square kilometre.
    required_count, margin_count : int or None
        What the target asks of that area, and how far above it the number is; None where the number is no
        stock and is held against nothing.
    status : Status or None
        The verdict; on `WEB_MERCATOR` what one would wrongly read.
    """

    count_id: str
    basis: str
    density_per_km2: float
    required_count: int | None
    margin_count: int | None
    status: Status | None


@dataclass(frozen=True, kw_only=True)
class PublishedCase:
    """All published numbers of stations over all areas of the district.

    Parameters
    ----------
    counts : tuple of PublishedCount
        Stocks, then what was added in a year.
    areas : tuple of CaseArea
        The warning last.
    figures : tuple of CaseFigure
        Each number over each area.
    """

    counts: tuple[PublishedCount, ...]
    areas: tuple[CaseArea, ...]
    figures: tuple[CaseFigure, ...]

    def figure(self, count_id: str, basis: str) -> CaseFigure:
        """Return one figure."""
        return next(each for each in self.figures if (each.count_id, each.basis) == (count_id, basis))


def published_case(
    pack: Pack, district: gpd.GeoDataFrame | None = None, *, target: Target | None = None
) -> PublishedCase | None:
    """Return what the plans publish for the district over each of its areas.

    Parameters
    ----------
    pack : Pack
        A pack.
    district : GeoDataFrame, one row, optional
        The district's outline where it is not the pack's own.
    target : Target, optional
        What stocks are held against; the pack's own unless given.

    Returns
    -------
    PublishedCase or None
        None where the pack publishes no number, or has no outline of the district.
    """
    counts = [each for subject in (STATIONS, STATIONS_ADDED) for each in pack.published_counts(subject)]
    counts = [each for each in counts if each.zone_id == pack.district_zone_id]
    if not counts or "district" not in pack.zone_layers():
        return None
    outline = pack.district() if district is None else district
    areas = _areas(outline)
    goal = pack.target if target is None else target
    return PublishedCase(
        counts=tuple(counts),
        areas=areas,
        figures=tuple(_figure(count, area, outline, goal) for area in areas for count in counts),
    )


def _areas(outline: gpd.GeoDataFrame) -> tuple[CaseArea, ...]:
    measured = float(area_km2(outline).iloc[0])
    areas = [(str(basis), float(denominators_km2(outline, basis).iloc[0])) for basis in AreaBasis]
    projected = reproject(outline, _WEB_MERCATOR_CRS).geometry
    areas.append((WEB_MERCATOR, float(projected.area.iloc[0]) / SQ_M_PER_SQ_KM))
    known = str(outline["geometry_basis"].iloc[0]) if "geometry_basis" in outline else ""
    return tuple(
        CaseArea(
            basis=basis,
            area_km2=area,
            off_ratio=area / measured - 1.0,
            source=_source(outline, basis),
            geometry_basis=known if basis in (AreaBasis.GEOMETRY, WEB_MERCATOR) else "",
        )
        for basis, area in areas
        if not np.isnan(area)
    )


def _source(outline: gpd.GeoDataFrame, basis: str) -> Bilingual:
    if basis == WEB_MERCATOR:
        return Bilingual(zh="", en="")
    column = _SOURCE_COLUMNS[AreaBasis(basis)]
    words = [outline[name].iloc[0] if name in outline else "" for name in (f"{column}_zh", f"{column}_en")]
    return Bilingual(zh=str(words[0] or ""), en=str(words[1] or ""))


def _figure(
    count: PublishedCount, area: CaseArea, outline: gpd.GeoDataFrame, target: Target | None
) -> CaseFigure:
    """Check one number over one area; what is no stock is divided and held against nothing."""
    held = target if count.subject == STATIONS else None
    zone, basis = outline, AreaBasis.OFFICIAL
    if area.basis == WEB_MERCATOR:
        zone = outline.assign(area_official_km2=area.area_km2)
    else:
        basis = AreaBasis(area.basis)
    row = check_count(zone, count.count, definition=Definition(area_basis=basis), target=held).rows.iloc[0]
    required = None if held is None or np.isnan(row["target_per_km2"]) else int(row["required_count"])
    return CaseFigure(
        count_id=count.count_id,
        basis=area.basis,
        density_per_km2=float(row["density_per_km2"]),
        required_count=required,
        margin_count=None if required is None else count.count - required,
        status=None if required is None else Status(row["status"]),
    )
