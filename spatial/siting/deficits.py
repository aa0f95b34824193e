"""What each zone still lacks, and what the demand still lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.siting.model import SitingProblem, SitingSettings

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["ROUNDING", "covered_by", "deficits", "zone_counts_after"]

ROUNDING: Final = 1e-9
"""Metres, and relative share, that arithmetic alone may be off by."""


def deficits(problem: SitingProblem) -> Rows:
    """Return how many more stations each zone needs, 0 where it has enough."""
    lacking: Rows = np.maximum(problem.required_count - problem.before, 0)
    return lacking


def covered_by(problem: SitingProblem, settings: SitingSettings, selected: Rows) -> Flags:
    """Tell which demand lies within the radius of a station that stands or is chosen."""
    sites = np.concatenate([problem.existing_xy_m, problem.candidate_xy_m[selected]])
    if not len(sites) or not len(problem.demand_xy_m) or not settings.radius_m:
        return np.zeros(len(problem.demand_xy_m), dtype=bool)
    distance, _ = cKDTree(sites).query(problem.demand_xy_m)
    return np.asarray(distance <= settings.radius_m + ROUNDING, dtype=bool)


def zone_counts_after(problem: SitingProblem, selected: Rows) -> Rows:
    """Return the stations of each zone once the chosen poles carry one."""
    chosen = np.zeros(problem.n_candidates, dtype=bool)
    chosen[selected] = True
    gained = np.bincount(problem.member_zone[chosen[problem.member_candidate]], minlength=problem.n_zones)
    after: Rows = problem.before + gained
    return after
