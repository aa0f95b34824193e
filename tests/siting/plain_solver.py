"""A slow and simple way to a siting that holds: one pole after another, checked against those before."""

from __future__ import annotations

import numpy as np

from spatial.siting.model import SitingProblem, SitingSettings, SitingSolution, SitingStatus, ZoneOutcome


def covered_share(problem: SitingProblem, settings: SitingSettings, rows: list[int]) -> float | None:
    if not (len(problem.demand_xy_m) and settings.radius_m):
        return None
    sites = np.vstack([problem.existing_xy_m, problem.candidate_xy_m[rows]])
    covered = [
        bool((np.hypot(*(sites - place).T) <= settings.radius_m).any()) for place in problem.demand_xy_m
    ]
    return float(np.mean(covered))


def outcome_of(problem: SitingProblem, settings: SitingSettings, rows: list[int]) -> SitingSolution:
    """Return what a choice of rows comes to, whether or not it holds the conditions."""
    chosen = np.isin(problem.member_candidate, rows)
    gained = np.bincount(problem.member_zone[chosen], minlength=problem.n_zones)
    zones = tuple(
        ZoneOutcome(zone_id, int(needed), int(before), int(before + more))
        for zone_id, needed, before, more in zip(
            problem.zone_ids, problem.required_count, problem.before, gained, strict=True
        )
    )
    total = float(problem.cost[rows].sum())
    return SitingSolution(
        status=SitingStatus.FEASIBLE,
        selected=np.array(sorted(rows), dtype=np.int64),
        zones=zones,
        objective=total,
        bound=0.0,
        gap=1.0 if total else 0.0,
        coverage_before=covered_share(problem, settings, []),
        coverage_after=covered_share(problem, settings, rows),
    )


def solve_plainly(problem: SitingProblem, settings: SitingSettings) -> SitingSolution:
    """Take poles in their order until every zone has what it needs and enough is covered."""
    rows: list[int] = []
    zones_of = [problem.member_zone[problem.member_candidate == row] for row in range(problem.n_candidates)]
    lacking = problem.required_count - problem.before
    for need_zone in (True, False):
        for row in np.flatnonzero(problem.usable):
            share = covered_share(problem, settings, rows) if not need_zone else None
            if not need_zone and (settings.cover_share is None or (share or 0.0) >= settings.cover_share):
                break
            if int(row) in rows or (need_zone and not (lacking[zones_of[row]] > 0).any()):
                continue
            apart = np.hypot(*(problem.candidate_xy_m[rows] - problem.candidate_xy_m[row]).T)
            if (apart < settings.min_separation_m).any():
                continue
            rows.append(int(row))
            lacking[zones_of[row]] -= 1
    return outcome_of(problem, settings, rows)
