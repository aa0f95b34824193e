"""One row per zone: what was asked, what was found, and what the reader has to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd

from spatial.definition import Definition, require_basis
from spatial.notice import Notice
from spatial.overlaps import LayerKind
from spatial.units import PEOPLE_PER_WAN
from spatial.verdict import Status, VerdictSettings, judge_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from spatial.tally import Survey, Tally
    from spatial.target import Target

__all__ = [
    "COMPARED_COLUMNS",
    "MORE_COLUMNS",
    "MissingBasis",
    "Question",
    "framed",
    "notices_on",
    "stacked_columns",
    "zone_columns",
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
    "density_low",
    "density_high",
    "target_per_km2",
    "target_scope",
    "required_count",
    "gap_count",
    "status",
    "geometry_basis",
)
_COUNTS: Final = ("count", "count_low", "count_high")
_WHOLE: Final = (*_COUNTS, "required_count", "gap_count")
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
    """Return one judged row per zone, on the index of the layer; errors as for `zone_columns`."""
    return framed(zone_columns(found, tally, question), found.zones.index)


def framed(columns: Mapping[str, NDArray[Any]], index: pd.Index) -> pd.DataFrame:
    """Return the columns that `zone_columns` gives as a frame, whole numbers as Int64."""
    return pd.DataFrame({name: _series(name, column, index) for name, column in columns.items()}, index=index)


def _series(name: str, column: NDArray[Any], index: pd.Index) -> object:
    """Return a column as a frame holds it: plain values stay what they are."""
    if name in _WHOLE:
        return _whole(column)
    return pd.Series(column, index=index, dtype=object) if column.dtype == object else column


def zone_columns(found: Survey, tally: Tally, question: Question) -> dict[str, NDArray[Any]]:
    """Return the columns of one judged row per zone, in the order of the layer.

    Raises
    ------
    BasisUnavailableError
        If a zone has no denominator of the kind asked for, and that is to be an error.
    """
    return _judged(_asked_columns(found, tally, question), found, question.settings)


def stacked_columns(
    found: Survey, tallies: Sequence[Tally], questions: Sequence[Question]
) -> dict[str, NDArray[Any]]:
    """Return the columns of several questions of the same settings, one below the other."""
    parts = [
        _asked_columns(found, tally, question) for tally, question in zip(tallies, questions, strict=True)
    ]
    stacked = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return _judged(stacked, found, questions[0].settings)


def _asked_columns(found: Survey, tally: Tally, question: Question) -> dict[str, NDArray[Any]]:
    """Return what was asked and what was found, not yet judged."""
    facts, basis = found.facts, question.definition.area_basis
    areas, low, high = facts.areas_km2(basis)
    if question.missing_basis == "error" and np.isnan(areas).any():
        require_basis(pd.Series(areas, index=facts.ids.index), facts.ids, basis=basis)
    values, scopes = facts.targets(question.target)
    nothing = np.full(len(areas), np.nan)
    columns = {
        **dict(zip(_COUNTS, tally.counts or (nothing,) * len(_COUNTS), strict=True)),
        "zone_id": facts.id_objects,
        "name": facts.names(question.name_column),
        "area_km2": areas,
        "area_low_km2": low,
        "area_high_km2": high,
        "target_per_km2": values,
        "target_scope": scopes,
        "geometry_basis": facts.geometry_basis,
        "area_basis": np.full(len(areas), str(basis)),
    }
    for name in _COUNTS:
        columns[name] = columns[name].astype(float)
    return columns


def _judged(
    columns: dict[str, NDArray[Any]], found: Survey, settings: VerdictSettings
) -> dict[str, NDArray[Any]]:
    n_times = len(columns["count"]) // max(len(found.zones), 1)
    per_10k = columns["count"] / np.tile(found.facts.people, n_times) * PEOPLE_PER_WAN
    return {**columns, **judge_columns(columns, settings=settings), "stations_per_10k_people": per_10k}


def _whole(numbers: NDArray[np.float64]) -> pd.arrays.IntegerArray:
    """Return whole numbers as Int64, NA where there is none."""
    missing = np.isnan(numbers)
    return pd.arrays.IntegerArray(np.where(missing, 0.0, numbers).astype(np.int64), missing)


def notices_on(found: Survey, columns: Mapping[str, NDArray[Any]], *, synthetic: bool) -> tuple[Notice, ...]:
    """Return what the figures in the columns of `zone_columns` do not show by themselves."""
    notices = []
    if found.layer == LayerKind.OVERLAPPING:
        notices.append(Notice("verdict.layer_overlaps"))
    if found.n_unplaced:
        notices.append(Notice("verdict.rows_without_position", {"count": found.n_unplaced}))
    zones, points = found.n_without_accuracy
    if zones or points:
        whose = "" if zones and points else "_zones" if zones else "_points"
        notices.append(Notice(f"verdict.accuracy_not_stated{whose}", {"zones": zones, "points": points}))
    unbounded = (columns["area_low_km2"] <= 0.0) & ~np.isnan(columns["density_per_km2"])
    if unbounded.any():
        notices.append(_naming("verdict.area_unbounded", columns, unbounded))
    if (columns["target_scope"] == "district_reference").any():
        notices.append(Notice("verdict.target_is_reference"))
    if synthetic:
        notices.append(Notice("verdict.synthetic"))
    for status in _UNJUDGED:
        concerned = columns["status"] == str(status)
        if concerned.any():
            notices.append(_naming(f"verdict.zones_{status}", columns, concerned))
    return tuple(notices)


def _naming(key: str, columns: Mapping[str, NDArray[Any]], concerned: NDArray[np.bool_]) -> Notice:
    named = {"zones": columns["name"][concerned].tolist(), "zone_ids": columns["zone_id"][concerned].tolist()}
    return Notice(key, {"count": int(concerned.sum()), **named})
