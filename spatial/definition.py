"""What is counted, and over which area: the definition that every result carries.

The same table gives different numbers as stations, sites or rows, and the same zone different
densities over its outline, its published area or its land. So each choice is named here, travels
with the result, and is refused where the data cannot answer it.

- ``physical_site`` (物理站址): one per ``physical_site_id``.
- ``logical_station`` (逻辑基站): one per ``logical_station_id`` of an operator, since those ids
  are unique only in one operator's network; rows marked shared are one station for all operators.
- ``as_given``: one per row.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.area import area_km2
from spatial.errors import BasisUnavailableError, GeometryError
from spatial.text import TextKey, text

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

__all__ = [
    "AreaBasis",
    "Definition",
    "Indoor",
    "LifecycleStatus",
    "Numerator",
    "Shared",
    "denominators_km2",
    "on_earth",
    "require_basis",
]


class Numerator(StrEnum):
    """What one station is."""

    AS_GIVEN = "as_given"
    PHYSICAL_SITE = "physical_site"
    LOGICAL_STATION = "logical_station"


class Indoor(StrEnum):
    """Whether indoor distribution systems (室分) count."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class Shared(StrEnum):
    """Whether a station that operators share counts once, or once for each of them."""

    ONCE = "once"
    PER_OPERATOR = "per_operator"


class LifecycleStatus(StrEnum):
    """Which stations count by their state; ``planned`` are those not yet in service."""

    EXISTING = "existing"
    PLANNED = "planned"
    ALL = "all"


class AreaBasis(StrEnum):
    """Which area the stations are divided by."""

    GEOMETRY = "geometry"
    OFFICIAL = "official"
    LAND = "land"
    BUILT_UP = "built_up"


AREA_COLUMNS: Final = {
    AreaBasis.OFFICIAL: "area_official_km2",
    AreaBasis.LAND: "area_land_km2",
    AreaBasis.BUILT_UP: "area_built_up_km2",
}


_LEAST_AREA_KM2: Final = 1e-12
_EARTH_KM2: Final = 5.2e8
"""Outside these two an area is a slip of the pen: a square millimetre, and the whole globe."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One way to count stations per square kilometre.

    Parameters
    ----------
    numerator : Numerator, optional
        None where nobody stated it: rows are then counted as given, and a table that holds
        several rows for one station is refused.
    indoor, shared, status : Indoor, Shared, LifecycleStatus
        Which rows count, and how often.
    area_basis : AreaBasis
        The denominator.
    as_of : date, optional
        Only rows dated on or before this day.
    """

    numerator: Numerator | None = None
    indoor: Indoor = Indoor.INCLUDE
    shared: Shared = Shared.ONCE
    status: LifecycleStatus = LifecycleStatus.EXISTING
    area_basis: AreaBasis = AreaBasis.GEOMETRY
    as_of: dt.date | None = None

    def to_dict(self) -> dict[str, object]:
        """Return plain values; an unstated numerator reads ``as_given`` and says so."""
        plain = {name: value and str(value) for name, value in asdict(self).items()}
        stated = self.numerator is not None
        return plain | {"numerator": str(self._counted_as), "numerator_stated": stated}

    def label(self, lang: str = "zh") -> str:
        """Return one line that names every choice."""
        words = [self.numerator_key, *(word_key(choice) for choice in self._choices)]
        parts = [text(key, lang) for key in words]
        if self.as_of is not None:
            parts.append(text("verdict.label_as_of", lang, date=self.as_of.isoformat()))
        return " · ".join(parts)

    @property
    def numerator_key(self) -> TextKey:
        """The text key of the numerator, which may be unstated."""
        if self.numerator is None:
            return TextKey("verdict.numerator_not_stated")
        return word_key(self.numerator)

    @property
    def _counted_as(self) -> Numerator:
        return Numerator.AS_GIVEN if self.numerator is None else self.numerator

    @property
    def _choices(self) -> tuple[StrEnum, ...]:
        return (self.indoor, self.shared, self.status, self.area_basis)


_TOPICS: Final[dict[type[StrEnum], str]] = {
    Numerator: "numerator",
    Indoor: "indoor",
    Shared: "shared",
    LifecycleStatus: "lifecycle",
    AreaBasis: "area",
}


def word_key(choice: StrEnum) -> TextKey:
    """Return the text key of one choice, for example ``verdict.area_land``."""
    return TextKey(f"verdict.{_TOPICS[type(choice)]}_{choice}")


def denominators_km2(zones: gpd.GeoDataFrame, basis: AreaBasis) -> pd.Series:
    """Return the area that each zone's stations are divided by.

    Parameters
    ----------
    zones : GeoDataFrame
        Zone frame; the published areas are its columns ``area_official_km2``, ``area_land_km2``
        and ``area_built_up_km2``.
    basis : AreaBasis
        Which area.

    Returns
    -------
    Series
        Square kilometres on the index of ``zones``; NaN where the data state none that an area on
        Earth can have. No other basis is put in its place.
    """
    if basis == AreaBasis.GEOMETRY:
        area = area_km2(zones)
    elif AREA_COLUMNS[basis] in zones:
        area = pd.to_numeric(zones[AREA_COLUMNS[basis]], errors="coerce").astype(float)
    else:
        area = pd.Series(np.nan, index=zones.index)
    return on_earth(area).rename("area_km2")


def on_earth(areas_km2: pd.Series) -> pd.Series:
    """Return the areas, NaN for one that no ground on Earth can have."""
    return areas_km2.where(areas_km2.between(_LEAST_AREA_KM2, _EARTH_KM2))


def require_basis(areas_km2: pd.Series, zone_ids: pd.Series, *, basis: AreaBasis) -> None:
    """Raise unless every zone has its denominator.

    Raises
    ------
    BasisUnavailableError, GeometryError
        Naming the zones that have none, or whose outline encloses none.
    """
    lacking = zone_ids[areas_km2.isna().to_numpy()]
    if len(lacking) and basis == AreaBasis.GEOMETRY:
        raise GeometryError("verdict.outline_without_area", count=len(lacking), zones=lacking.tolist())
    if len(lacking):
        raise BasisUnavailableError(
            "verdict.area_basis_unavailable",
            basis=word_key(basis),
            count=len(lacking),
            zones=lacking.tolist(),
        )
