"""One row per zone: what was asked, what was found, and what the reader has to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from spatial.counting import LayerKind, zone_ids
from spatial.definition import AreaBasis, Definition, denominators_km2, on_earth, require_basis
from spatial.interval import area_bounds_km2, stated_accuracy_m
from spatial.notice import Notice
from spatial.units import PEOPLE_PER_WAN
from spatial.verdict import Status, VerdictSettings, judge

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.tally import Survey, Tally
    from spatial.target import Target

__all__ = [
    "COMPARED_COLUMNS",
    "MORE_COLUMNS",
    "MissingBasis",
    "Question",
    "notices_on",
    "zone_rows",
]

MissingBasis = Literal["error", "no_data"]

MORE_COLUMNS: Final = (
    "count_low",
    "count_high",
    "area_basis",
    "stations_per_10k_people",
)
COMPARED_COLUMNS: Final = (
    "count",
    "area_km2",
    "density_per_km2",
    "required_count",
    "gap_count",
    "status",
)
_UNJUDGED: Final = (Status.NO_DATA, Status.NO_TARGET, Status.TOO_SMALL, Status.UNDETERMINED)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a check asks, the same for every way in; see `spatial.check.check_zones`."""

    definition: Definition
    target: Target | None
    settings: VerdictSettings
    missing_basis: MissingBasis
    name_column: str


def zone_rows(found: Survey, tally: Tally, question: Question) -> pd.DataFrame:
    """Return one judged row per zone, on the index of the layer.

    Raises
    ------
    BasisUnavailableError
        If a zone has no denominator of the kind asked for, and that is to be an error.
    """
    zones, basis = found.zones, question.definition.area_basis
    ids = zone_ids(zones)
    outlined = found.measured["area_km2"]
    areas = on_earth(outlined) if basis == AreaBasis.GEOMETRY else denominators_km2(zones, basis)
    if question.missing_basis == "error":
        require_basis(areas, ids, basis=basis)
    low = high = areas
    # A published area is exact by definition; an outline is only as good as its boundary.
    if basis == AreaBasis.GEOMETRY:
        accuracy = stated_accuracy_m(zones)
        low, high = area_bounds_km2(areas, found.measured["perimeter_km"], zone_accuracy_m=accuracy)
    target = question.target
    scopes = [None if target is None else target.scope_for(zone_id) for zone_id in ids]
    rows = _counts(zones, tally).assign(
        zone_id=ids.astype(object),
        name=_named(zones, question.name_column),
        area_km2=areas,
        area_low_km2=low,
        area_high_km2=high,
        target_per_km2=_target_values(scopes, target),
        target_scope=pd.Series(scopes, index=zones.index, dtype=object),
        geometry_basis=_column(zones, "geometry_basis").astype(object),
        area_basis=str(basis),
    )
    people = pd.to_numeric(_column(zones, "population"), errors="coerce").astype(float)
    judged = judge(rows, settings=question.settings)
    return judged.assign(
        stations_per_10k_people=judged["count"].astype("Float64").astype(float)
        / people.where(people > 0.0)
        * PEOPLE_PER_WAN
    )


def notices_on(found: Survey, rows: pd.DataFrame, *, synthetic: bool) -> tuple[Notice, ...]:
    """Return what the figures in ``rows`` do not show by themselves."""
    notices = []
    if found.layer == LayerKind.OVERLAPPING:
        notices.append(Notice("verdict.layer_overlaps"))
    if found.n_unplaced:
        notices.append(Notice("verdict.rows_without_position", {"count": found.n_unplaced}))
    zones, points = found.n_without_accuracy
    if zones or points:
        notices.append(Notice("verdict.accuracy_not_stated", {"zones": zones, "points": points}))
    unbounded = (rows["area_low_km2"] <= 0.0) & rows["density_per_km2"].notna()
    if unbounded.any():
        notices.append(_naming("verdict.area_unbounded", rows[unbounded]))
    if (rows["target_scope"] == "district_reference").any():
        notices.append(Notice("verdict.target_is_reference"))
    if synthetic:
        notices.append(Notice("verdict.synthetic"))
    for status in _UNJUDGED:
        concerned = rows[rows["status"] == status]
        if len(concerned):
            notices.append(_naming(f"verdict.zones_{status}", concerned))
    return tuple(notices)


def _naming(key: str, rows: pd.DataFrame) -> Notice:
    named = {"zones": rows["name"].tolist(), "zone_ids": rows["zone_id"].tolist()}
    return Notice(key, {"count": len(rows), **named})


def _counts(zones: gpd.GeoDataFrame, tally: Tally) -> pd.DataFrame:
    """Return ``count``, ``count_low`` and ``count_high`` as Int64, NA where nothing was counted."""
    names = ("count", "count_low", "count_high")
    columns = tally.counts or (pd.array([pd.NA] * len(zones), dtype="Int64"),) * len(names)
    table = dict(zip(names, columns, strict=True))
    return pd.DataFrame(table, index=zones.index).astype("Int64")


def _target_values(scopes: list[str | None], target: Target | None) -> np.ndarray:
    """Return the target where it applies, NaN elsewhere."""
    value = np.nan if target is None else target.value_per_km2
    return np.where([scope is None for scope in scopes], np.nan, value)


def _named(zones: gpd.GeoDataFrame, column: str) -> pd.Series:
    """Return the names shown; the id where a zone has none."""
    names = _column(zones, column).astype("string").str.strip()
    return names.where(names.fillna("") != "", zone_ids(zones)).astype(object)


def _column(zones: gpd.GeoDataFrame, column: str) -> pd.Series:
    """Return a column, or one without values where it is missing."""
    return zones[column] if column in zones else pd.Series(None, index=zones.index, dtype=object)
