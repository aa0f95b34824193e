"""The verdict on a zone: what it has, what the target asks, and how sure that is.

The status is the first of `STATUS_ORDER` that holds. A zone too small to be judged, or one whose
interval straddles the target, is neither praised nor blamed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["STATUS_ORDER", "Status", "VerdictSettings", "judge", "judge_columns", "required_count"]

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

_STATUS_NAMES: Final = np.array([str(status) for status in STATUS_ORDER])
_JUDGED: Final = (
    "area_km2",
    "count",
    "target_per_km2",
    "count_low",
    "count_high",
    "area_low_km2",
    "area_high_km2",
)


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
    given = {name: rows[name].to_numpy(dtype=float, na_value=np.nan) for name in _JUDGED}
    judged = pd.DataFrame(judge_columns(given, settings=settings), index=rows.index)
    whole = dict.fromkeys(("required_count", "gap_count"), "Int64")
    return rows.assign(**{str(name): column for name, column in judged.astype(whole).items()})


def judge_columns(given: Mapping[str, Floats], *, settings: VerdictSettings) -> dict[str, NDArray[Any]]:
    """Judge plain columns of numbers, NaN where there is none; columns are those of `judge`."""
    area, target, count = given["area_km2"], given["target_per_km2"], given["count"]
    area_low = given["area_low_km2"]
    with np.errstate(divide="ignore", invalid="ignore"):
        required = np.ceil(target * area - settings.required_tolerance)
        density = count / area
        judged = {
            "density_per_km2": density,
            "density_low": given["count_low"] / given["area_high_km2"],
            "density_high": given["count_high"] / np.where(area_low > 0.0, area_low, np.nan),
            "required_count": required,
            "gap_count": np.maximum(required - count, 0.0),
            "attainment_ratio": density / target,
        }
        ratio, low, high = judged["attainment_ratio"], judged["density_low"], judged["density_high"]
        # An area that may be nought leaves the density without an upper end.
        straddles = (low < target) & (np.where(np.isnan(high), np.inf, high) >= target)
        conditions = [
            np.isnan(density),
            np.isnan(target),
            (area < settings.min_area_km2) | (required < settings.min_required_count),
            straddles,
            count >= required,
            ratio >= settings.near_ratio - _RATIO_TOLERANCE,
        ]
    first = np.argmax([*conditions, np.ones(len(area), dtype=bool)], axis=0)
    return {**judged, "status": _STATUS_NAMES[first]}
