"""How coverage is measured, and what was found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from spatial.coverage.discs import CHORD_SHARE, GridScale
from spatial.coverage.raster import USUAL_CELL_M
from spatial.definition import word_key
from spatial.errors import UsageError
from spatial.text import LANGUAGES, text

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.coverage.radii import Radii, SiteClass
    from spatial.definition import Definition
    from spatial.notice import Notice

__all__ = [
    "MOST_EXACT_DISCS",
    "PATCH_COLUMNS",
    "ROW_COLUMNS",
    "CoverageMethod",
    "CoverageResult",
    "CoverageSettings",
    "MeasuredGround",
    "SiteCount",
    "Total",
]

MOST_EXACT_DISCS: Final = 50_000
"""Up to so many discs that reach a zone, none within another, their polygons are put together."""

ROW_COLUMNS: Final = (
    "zone_id",
    "name",
    "measured",
    "area_km2",
    "covered_km2",
    "covered_share",
    "covered_share_low",
    "covered_share_high",
    "land_share_low",
    "land_share_high",
    "uncovered_km2",
    "n_patches",
    "n_small_patches",
    "small_patches_m2",
    "geometry_basis",
    "synthetic",
)
PATCH_COLUMNS: Final = ("rank", "zone_id", "zone", "area_m2", "zone_share", "width_m", "lon", "lat")


class CoverageMethod(StrEnum):
    """How covered ground is put together."""

    AUTO = "auto"
    EXACT = "exact"
    RASTER = "raster"


class MeasuredGround(StrEnum):
    """What of a zone is measured."""

    OUTLINE = "outline"
    LAND = "land"


@dataclass(frozen=True, kw_only=True)
class CoverageSettings:
    """How coverage is measured.

    Parameters
    ----------
    method : CoverageMethod
        ``auto`` draws discs up to `MOST_EXACT_DISCS` and cuts cells beyond.
    cell_m : float
        Side of the finest cell; doubled where zones or discs are too many for it.
    least_patch_m2 : float
        Patches smaller than this are counted and summed, not listed.

    Raises
    ------
    UsageError
        If a size is no number above 0.
    """

    method: CoverageMethod = CoverageMethod.AUTO
    cell_m: float = USUAL_CELL_M
    least_patch_m2: float = 1000.0

    def __post_init__(self) -> None:
        for size in (self.cell_m, self.least_patch_m2):
            if not (math.isfinite(size) and size > 0.0):
                raise UsageError("coverage.bad_size", value=size)

    def method_for(self, n_discs: int) -> CoverageMethod:
        """Return ``exact`` or ``raster``; what no disc covers needs no estimate."""
        if n_discs and self.method != CoverageMethod.AUTO:
            return self.method
        return CoverageMethod.EXACT if n_discs <= MOST_EXACT_DISCS else CoverageMethod.RASTER


class SiteCount(NamedTuple):
    """How many sites of one class were selected, and how far they reach."""

    site_class: SiteClass
    radius_m: float
    n_sites: int


class Total(NamedTuple):
    """All zones together, ground that several share taken once."""

    area_km2: float
    covered_km2: float


@dataclass(frozen=True, kw_only=True)
class CoverageResult:
    """The proxy of each zone, with everything that is needed to read it.

    Attributes
    ----------
    definition, radii
        Which rows cover, and how far.
    method : CoverageMethod
        ``exact`` or ``raster``.
    cell_m : float or None
        Side of the finest cell; None where discs were drawn.
    least_patch_m2 : float
        Patches from this size on are listed.
    measured : MeasuredGround
        What every share is of.
    land_name : str
        What the polygons of the land are called; empty where there are none.
    grid, scale : str, GridScale
        EPSG code of the metric grid, and how long a metre is on it.
    rows : DataFrame
        One row per zone, in the order and on the index of the input: `ROW_COLUMNS`. A share is of the
        ground ``measured``. The discs' true share lies between ``covered_share_low`` and ``_high``.
        ``land_share_low`` and ``_high`` are for a zone whose land is known as a number alone: wherever
        its water lies, the share of its land is between them.
    patches : GeoDataFrame
        Uncovered ground in canonical degrees, largest first: `PATCH_COLUMNS`; ``lon`` and ``lat`` are
        the place inside that is farthest from the patch's edge, ``width_m`` the circle that fits there.
    covered : GeoSeries
        The covered ground of all zones, one shape in canonical degrees.
    sites : tuple of SiteCount
        The rows that the definition keeps, by class; those with radius 0 cover nothing.
    n_in, n_reported, n_left_out : int
        Rows read, those without a usable position, and those that the definition leaves out; the rest
        are those of ``sites``.
    n_discs : int
        Discs that reach a zone and lie in no other.
    total : Total
        All zones together.
    notices : tuple of Notice
        What the reader of the figures has to know; first what the proxy is not.
    """

    definition: Definition
    radii: Radii
    method: CoverageMethod
    cell_m: float | None
    least_patch_m2: float
    measured: MeasuredGround
    land_name: str
    grid: str
    scale: GridScale
    rows: pd.DataFrame
    patches: gpd.GeoDataFrame
    covered: gpd.GeoSeries
    sites: tuple[SiteCount, ...]
    n_in: int
    n_reported: int
    n_left_out: int
    n_discs: int
    total: Total
    notices: tuple[Notice, ...]

    def denominator(self, lang: str) -> str:
        """Return what every share is of."""
        return text(f"coverage.denominator_{self.measured}", lang, land=self.land_name)

    def basis(self, lang: str) -> str:
        """Return one line with which rows cover, and of what each share is.

        How rows are merged into stations has no part in it: it decides nothing about the ground.
        """
        chosen = self.definition
        words = [text(word_key(each), lang) for each in (chosen.indoor, chosen.status)]
        if chosen.as_of is not None:
            words.append(text("verdict.label_as_of", lang, date=chosen.as_of.isoformat()))
        words.append(text("coverage.each_row", lang))
        return text("coverage.basis", lang, rows=" · ".join(words), denominator=self.denominator(lang))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: figures unrounded, what is missing as None."""
        share = self.total.covered_km2 / self.total.area_km2 if self.total.area_km2 else None
        return {
            "indicator": {lang: text("coverage.indicator", lang) for lang in LANGUAGES},
            "definition": self.definition.to_dict(),
            "denominator": {lang: self.denominator(lang) for lang in LANGUAGES},
            "radius_m": self.radii.to_dict(),
            "method": {
                "name": str(self.method),
                "chord_share_of_radius": CHORD_SHARE if self.cell_m is None else None,
                "cell_m": self.cell_m,
                "grid": self.grid,
                "grid_scale": list(self.scale),
            },
            "zones": _records(self.rows, ROW_COLUMNS),
            "total": {**self.total._asdict(), "covered_share": share},
            "least_patch_m2": self.least_patch_m2,
            "patches": _records(self.patches, PATCH_COLUMNS),
            "sites": [
                {"class": str(name), "radius_m": radius, "n_sites": number}
                for name, radius, number in self.sites
            ],
            "n_in": self.n_in,
            "n_reported": self.n_reported,
            "n_left_out": self.n_left_out,
            "n_discs": self.n_discs,
            "notices": [notice.to_dict() for notice in self.notices],
        }


def _records(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[dict[str, object]]:
    table = frame.loc[:, list(columns)].itertuples(index=False, name=None)
    return [{name: _plain(value) for name, value in zip(columns, row, strict=True)} for row in table]


def _plain(value: object) -> object:
    """Return one cell as a JSON value; what is missing is None."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return value.item() if isinstance(value, np.generic) else value
