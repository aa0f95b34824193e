"""What a verdict takes from a layer under any definition, read from its frame once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatial.area import measure
from spatial.counting import zone_ids
from spatial.definition import AreaBasis, denominators_km2, on_earth
from spatial.interval import area_bounds_km2, stated_accuracy_m

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from spatial.target import Target

    Floats = NDArray[np.float64]
    Objects = NDArray[np.object_]

__all__ = ["LayerFacts"]


class LayerFacts:
    """The columns of a zone frame, read when they are first asked for.

    Parameters
    ----------
    zones : GeoDataFrame
        The layer; it must not change.
    """

    def __init__(self, zones: gpd.GeoDataFrame) -> None:
        self.zones = zones
        self._areas: dict[AreaBasis, tuple[Floats, Floats, Floats]] = {}
        self._names: dict[str, Objects] = {}
        self._targets: dict[Target | None, tuple[Floats, Objects]] = {}

    @cached_property
    def measured(self) -> pd.DataFrame:
        """``area_km2`` and ``perimeter_km`` of the outlines."""
        return measure(self.zones)

    @cached_property
    def ids(self) -> pd.Series:
        """The ids as text."""
        return zone_ids(self.zones)

    @cached_property
    def id_objects(self) -> Objects:
        """The ids as plain values."""
        return self.ids.to_numpy(dtype=object)

    @cached_property
    def accuracy_m(self) -> Floats:
        """The stated accuracy of each outline, NaN where none is."""
        return stated_accuracy_m(self.zones)

    @cached_property
    def geometry_basis(self) -> Objects:
        """What each outline rests on."""
        return self._column("geometry_basis").to_numpy(dtype=object)

    @cached_property
    def people(self) -> Floats:
        """The inhabitants of each zone, NaN where nobody states any."""
        stated = pd.to_numeric(self._column("population"), errors="coerce").astype(float)
        return np.asarray(stated.where(stated > 0.0), dtype=float)

    def names(self, column: str) -> Objects:
        """Return the names shown; the id where a zone has none."""
        if column not in self._names:
            names = self._column(column).astype("string").str.strip()
            self._names[column] = names.where(names.fillna("") != "", self.ids).to_numpy(dtype=object)
        return self._names[column]

    def areas_km2(self, basis: AreaBasis) -> tuple[Floats, Floats, Floats]:
        """Return the area that stations are divided by, the least and the most that it may be."""
        if basis not in self._areas:
            self._areas[basis] = self._read_areas(basis)
        return self._areas[basis]

    def targets(self, target: Target | None) -> tuple[Floats, Objects]:
        """Return the target of each zone, NaN where none applies, and how it stands to the zone."""
        if target not in self._targets:
            scopes = [None if target is None else target.scope_for(zone_id) for zone_id in self.ids]
            value = np.nan if target is None else target.value_per_km2
            values = np.where([scope is None for scope in scopes], np.nan, value)
            self._targets[target] = values, np.array(scopes, dtype=object)
        return self._targets[target]

    def _read_areas(self, basis: AreaBasis) -> tuple[Floats, Floats, Floats]:
        outlined = basis == AreaBasis.GEOMETRY
        areas = on_earth(self.measured["area_km2"]) if outlined else denominators_km2(self.zones, basis)
        low = high = areas
        # A published area is exact by definition; an outline is only as good as its boundary.
        if outlined:
            low, high = area_bounds_km2(areas, self.measured["perimeter_km"], zone_accuracy_m=self.accuracy_m)
        return np.asarray(areas, float), np.asarray(low, float), np.asarray(high, float)

    def _column(self, column: str) -> pd.Series:
        """Return a column, or one without values where it is missing."""
        there = column in self.zones
        return self.zones[column] if there else pd.Series(None, index=self.zones.index, dtype=object)
