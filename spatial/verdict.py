"""The verdict on a zone: what it has, what the target asks, and how sure that is.

The status is the first of `STATUS_ORDER` that holds. A zone too small to be judged, or one whose
interval straddles the target, is neither praised nor blamed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["STATUS_ORDER", "Status", "VerdictSettings", "judge", "required_count"]

_RATIO_TOLERANCE: Final = 1e-9


class Status(StrEnum):
    """How a zone stands to its target."""

    NO_DATA = "no_data"
    NO_TARGET = "no_target"
    TOO_SMALL = "too_small"
    UNDETERMINED = "undetermined"
    MET = "met"
    NEAR = "near"
    SHORT = "short"


STATUS_ORDER: Final = tuple(Status)


@dataclass(frozen=True, kw_only=True)
class VerdictSettings:
    """The thresholds of a verdict.

    Parameters
    ----------
    near_ratio : float
        Share of the target from which a zone that misses it is near.
    min_area_km2 : float
        Below this area a density says more about the boundary than about the zone.
    min_required_count : int
        Below this number of required stations chance alone decides.
    required_tolerance : float
        Excess over a whole number that `required_count` takes for rounding.
    """

    near_ratio: float = 0.8
    min_area_km2: float = 0.5
    min_required_count: int = 10
    required_tolerance: float = 1e-9


def required_count(target_per_km2: pd.Series, area_km2: pd.Series, *, tolerance: float) -> pd.Series:
    """Return how many stations the target asks of each area: whole, rounded up, Int64 or NA."""
    whole: pd.Series = np.ceil(target_per_km2 * area_km2 - tolerance)
    return whole.astype("Int64")


def judge(rows: pd.DataFrame, *, settings: VerdictSettings) -> pd.DataFrame:
    """Return ``rows`` with the verdict's columns.

    Parameters
    ----------
    rows : DataFrame
        ``area_km2``, ``count`` (Int64), ``target_per_km2``, ``count_low``, ``count_high`` (Int64)
        and ``area_low_km2``, ``area_high_km2``; NaN or NA where there is none.
    settings : VerdictSettings
        The thresholds.

    Returns
    -------
    DataFrame
        With ``density_per_km2``, ``density_low``, ``density_high``, ``required_count``,
        ``gap_count``, ``attainment_ratio`` and ``status``. ``density_high`` is NaN where the area
        may be nought.
    """
    area, target = rows["area_km2"], rows["target_per_km2"]
    count = rows["count"].astype("Float64").astype(float)
    required = required_count(target, area, tolerance=settings.required_tolerance)
    density = count / area
    judged = rows.assign(
        density_per_km2=density,
        density_low=_float(rows["count_low"]) / rows["area_high_km2"],
        density_high=_float(rows["count_high"]) / rows["area_low_km2"].where(lambda low: low > 0.0),
        required_count=required,
        gap_count=(required - rows["count"]).clip(lower=0),
        attainment_ratio=density / target,
    )
    return judged.assign(status=_status(judged, settings=settings))


def _float(counts: pd.Series) -> pd.Series:
    return counts.astype("Float64").astype(float)


def _status(rows: pd.DataFrame, *, settings: VerdictSettings) -> NDArray[np.str_]:
    """Return the first status of `STATUS_ORDER` that holds for each row."""
    required = _float(rows["required_count"])
    target = rows["target_per_km2"]
    ratio = rows["attainment_ratio"]
    conditions = [
        rows["density_per_km2"].isna(),
        target.isna(),
        (rows["area_km2"] < settings.min_area_km2) | (required < settings.min_required_count),
        _straddles(rows),
        _float(rows["count"]) >= required,
        ratio >= settings.near_ratio - _RATIO_TOLERANCE,
    ]
    names = [str(status) for status in STATUS_ORDER]
    return np.select([c.to_numpy(dtype=bool) for c in conditions], names[:-1], names[-1])


def _straddles(rows: pd.DataFrame) -> pd.Series:
    """Tell which intervals hold densities on both sides of the target."""
    target, low, high = rows["target_per_km2"], rows["density_low"], rows["density_high"]
    # An area that may be nought leaves the density without an upper end.
    top = high.fillna(np.inf)
    return (low < target) & (top >= target)
