"""Which share of each zone lies within the radius of a site, and where the gaps are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely

from spatial.area import require_geometry
from spatial.coverage.discs import covered_ground, needed_discs
from spatial.coverage.measured_layer import MeasuredLayer
from spatial.coverage.model import CoverageMethod, CoverageResult, CoverageSettings, MeasuredGround
from spatial.coverage.patches import uncovered_pieces
from spatial.coverage.radii import DEFAULT_RADII, Radii
from spatial.coverage.raster import cell_size, covered_cells
from spatial.coverage.sites import covering_sites
from spatial.coverage.tables import patch_frame, zone_frame
from spatial.crs import CANONICAL_CRS, metric_crs_for, reproject
from spatial.notice import Notice, once
from spatial.overlaps import overlapping_pairs
from spatial.zone_columns import SCHEMATIC_BASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from spatial.coverage.sites import CoveringSites
    from spatial.definition import Definition

__all__ = ["cover_zones"]

_SETTINGS: Final = CoverageSettings()


def cover_zones(  # noqa: PLR0913 - each is a choice that the result names
    zones: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    *,
    definition: Definition,
    radii: Radii = DEFAULT_RADII,
    land: gpd.GeoDataFrame | None = None,
    land_name: str = "",
    settings: CoverageSettings = _SETTINGS,
    synthetic: bool = False,
    n_in: int | None = None,
    n_reported: int = 0,
    name_column: str = "name_zh",
) -> CoverageResult:
    """Measure the proxy 几何覆盖代理指标 of each zone: geometry, never signal coverage.

    Parameters
    ----------
    zones : GeoDataFrame
        Zone frame in any stated system, with ``zone_id``.
    points : GeoDataFrame
        Point frame in any stated system. Rows without a finite position are added to ``n_reported``.
    definition : Definition
        Which rows stand on the ground: state, date and indoor systems. Merging the rows of one station
        changes what is counted, not what is covered, so each row that is kept covers.
    radii : Radii
        Metres for each class of site.
    land : GeoDataFrame, optional
        Polygons of the land; without them a zone is measured by its outline, its water included.
    land_name : str
        What they are called; every figure names it.
    settings : CoverageSettings
        How it is measured, and from which size a patch is listed.
    synthetic : bool
        Whether the inventory is made up; also read from a column ``synthetic``.
    n_in, n_reported : int
        Rows that the reader met and those it reported; by default those of ``points`` and 0.
    name_column : str
        Column of the name shown; the id where it is missing.

    Raises
    ------
    InputError
        If the frames cannot be used, or the definition asks for what the data lack.
    """
    require_geometry(zones)
    crs = metric_crs_for(zones)
    layer = MeasuredLayer.of(zones, land, crs)
    sites = covering_sites(points, definition, radii, crs)
    needed = needed_discs(sites.xy_m, sites.radius_m, layer.ground, layer.scale)
    method, cell_m = settings.method_for(len(needed)), None
    if method == CoverageMethod.RASTER:
        finest_m = cell_size(layer.ground, settings.cell_m)
        found, cell_m = covered_cells(
            sites.xy_m[needed], sites.radius_m[needed], layer.ground, finest_m, layer.scale
        )
    else:
        found = covered_ground(sites.xy_m[needed], sites.radius_m[needed], layer.scale)
    pieces = uncovered_pieces(layer.ground, found.covered)
    made_up = synthetic or sites.synthetic
    rows = zone_frame(layer, found, pieces, settings.least_patch_m2, name_column=name_column).assign(
        synthetic=made_up
    )
    covered = shapely.intersection(layer.whole, found.covered)
    return CoverageResult(
        definition=definition,
        radii=radii,
        method=method,
        cell_m=cell_m,
        least_patch_m2=settings.least_patch_m2,
        measured=layer.measured,
        land_name=land_name if land is not None else "",
        grid=f"EPSG:{crs.to_epsg()}",
        scale=layer.scale,
        rows=rows,
        patches=patch_frame(layer, pieces, rows, settings.least_patch_m2),
        covered=reproject(gpd.GeoSeries([covered], crs=crs), CANONICAL_CRS),
        sites=sites.counts,
        n_in=len(points) + n_reported if n_in is None else n_in,
        n_reported=n_reported + sites.n_unplaced,
        n_left_out=sites.n_left_out,
        n_discs=len(needed),
        total=layer.total(found.covered),
        notices=once(_notices(layer, sites, rows, cell_m)),
    )


def _notices(
    layer: MeasuredLayer, sites: CoveringSites, rows: pd.DataFrame, cell_m: float | None
) -> Iterator[Notice]:
    """Yield what the figures do not show by themselves; what the proxy is not comes first."""
    yield Notice("coverage.proxy")
    if cell_m is not None:
        yield Notice("coverage.by_cells", {"cell": cell_m})
    if layer.measured == MeasuredGround.OUTLINE:
        yield Notice("coverage.by_outline")
    if rows["land_share_low"].notna().any():
        yield Notice("coverage.land_as_number")
    if rows["geometry_basis"].isin(SCHEMATIC_BASES).any():
        yield Notice("coverage.schematic", {"count": int(rows["geometry_basis"].isin(SCHEMATIC_BASES).sum())})
    if rows["covered_share"].isna().any():
        yield Notice("coverage.no_ground", {"zones": rows.loc[rows["covered_share"].isna(), "name"].tolist()})
    if len(overlapping_pairs(layer.ground)):
        yield Notice("coverage.overlaps")
    if rows["synthetic"].any():
        yield Notice("coverage.synthetic")
    yield from sites.notices
