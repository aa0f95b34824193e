"""Counting one inventory in one layer under many definitions: where the points lie is found once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from spatial.counting import LayerKind, Placement, layer_kind, place, zone_ids, zone_index
from spatial.definition import AreaBasis, Definition
from spatial.errors import BasisUnavailableError, CellLevelTableError
from spatial.interval import Bounds, bound, stated_accuracy_m
from spatial.layer_facts import LayerFacts
from spatial.reading import metric_reading
from spatial.stations import Stations

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from spatial.notice import Notice

    Rows = NDArray[np.int64]
    Outcome: TypeAlias = "Tally | BasisUnavailableError | CellLevelTableError"

__all__ = ["Survey", "Tally", "survey"]


@dataclass(frozen=True)
class Tally:
    """The stations of each zone under one definition.

    Parameters
    ----------
    counts : tuple of three ndarrays of int, or None
        As drawn, surely inside and possibly inside; None where there is nothing to count.
    total, outside : int
        Stations that the definition counts, and those in no zone.
    notices : tuple of Notice
        What the definition left out, merged or assumed.
    """

    counts: tuple[Rows, Rows, Rows] | None = None
    total: int = 0
    outside: int = 0
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Survey:
    """Where the usable points of an inventory lie in a layer.

    Parameters
    ----------
    zones : GeoDataFrame
        The layer.
    layer : LayerKind
        Whether its zones overlap.
    stations : Stations, optional
        The inventory; None where none was given.
    placed, bounds
        Where the points lie, as drawn and at worst; None where there are none.
    """

    zones: gpd.GeoDataFrame
    layer: LayerKind
    stations: Stations | None = None
    placed: Placement | None = None
    bounds: Bounds | None = None

    def tally(self, definition: Definition) -> Tally:
        """Count the stations that ``definition`` selects.

        Raises
        ------
        BasisUnavailableError, CellLevelTableError
            If the inventory cannot answer the definition.
        """
        # The area that stations are divided by decides nothing about which they are.
        asked = replace(definition, area_basis=AreaBasis.GEOMETRY)
        if asked not in self._tallies:
            self._tallies[asked] = self._tally_or_refusal(asked)
        tally = self._tallies[asked]
        if isinstance(tally, Tally):
            return tally
        raise type(tally)(tally.key, **tally.params)

    def _tally_or_refusal(self, definition: Definition) -> Outcome:
        try:
            return self._tally(definition)
        except (BasisUnavailableError, CellLevelTableError) as error:
            return error.with_traceback(None)

    def _tally(self, definition: Definition) -> Tally:
        if self.stations is None or self.placed is None or self.bounds is None:
            return Tally()
        selected = self.stations.select(definition)
        weights = selected.weights_of_rows
        return Tally(
            (self.placed.counts(weights), *self.bounds.counts(weights)),
            selected.n_counted,
            self.placed.outside(weights),
            selected.notices,
        )

    @cached_property
    def _tallies(self) -> dict[Definition, Outcome]:
        return {}

    @property
    def points(self) -> gpd.GeoDataFrame | None:
        """The points that have a position; None where no inventory was given."""
        return None if self.stations is None else self.stations.points

    @property
    def n_unplaced(self) -> int:
        """Rows without a finite position."""
        return 0 if self.stations is None else self.stations.n_unplaced

    @cached_property
    def facts(self) -> LayerFacts:
        """What a verdict takes from the layer."""
        return LayerFacts(self.zones)

    @property
    def measured(self) -> pd.DataFrame:
        """``area_km2`` and ``perimeter_km`` of the outlines."""
        return self.facts.measured

    @property
    def n_points(self) -> int:
        """The number of rows given, with a position or without."""
        return self.n_unplaced + (0 if self.points is None else len(self.points))

    @cached_property
    def synthetic(self) -> bool:
        """Whether a row of the inventory says that it is made up."""
        if self.points is None or "synthetic" not in self.points:
            return False
        words = self.points["synthetic"].astype("string").str.strip().str.lower()
        return bool(words.isin(["true", "1"]).any())

    @cached_property
    def n_without_accuracy(self) -> tuple[int, int]:
        """The numbers of zones and of points that state no position accuracy."""
        zones = int(np.isnan(stated_accuracy_m(self.zones)).sum())
        if self.points is None:
            return zones, 0
        return zones, int(np.isnan(stated_accuracy_m(self.points)).sum())


def survey(zones: gpd.GeoDataFrame, points: gpd.GeoDataFrame | Stations | None) -> Survey:
    """Find where the points lie; without a usable one there is nothing to count.

    Parameters
    ----------
    zones : GeoDataFrame
        The layer.
    points : GeoDataFrame, Stations or None
        The inventory; as `Stations` where several layers are asked about it.

    Raises
    ------
    MissingCrsError, MissingColumnError, DuplicateIdError, GeometryError
        If the frames cannot be used.
    """
    if points is None:
        zone_ids(zones)
        return Survey(zones, layer_kind(zones))
    stations = points if isinstance(points, Stations) else Stations(points)
    usable = stations.points
    index = zone_index(zones, n_points=len(usable))
    if usable.empty:
        return Survey(zones, index.kind, stations)
    placed = place(usable, index)
    bounds = bound(
        metric_reading(usable, zones),
        placed,
        point_accuracy_m=stated_accuracy_m(usable),
        zone_accuracy_m=stated_accuracy_m(zones),
    )
    return Survey(zones, index.kind, stations, placed, bounds)
