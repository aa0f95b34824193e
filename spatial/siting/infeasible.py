"""Why no choice holds every condition: the condition, the place, what is needed and what is possible.

What is said is proved: a number of poles that fit, or a share that can be reached, is an upper
bound from counting, from the relaxation or from the search, never the result of one attempt.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from spatial.siting.deficits import ROUNDING, covered_by
from spatial.siting.model import Conflict, ConflictKind
from spatial.siting.program import ask, program_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from spatial.siting.candidates import Choice
    from spatial.siting.model import SitingProblem, SitingSettings
    from spatial.siting.program import Program

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["explain", "plain_conflicts"]

_WHOLE: Final = 1e-6


def plain_conflicts(problem: SitingProblem, settings: SitingSettings, choice: Choice) -> tuple[Conflict, ...]:
    """Return what counting alone rules out: too few poles, too small a budget, too few places in reach."""
    found = [
        conflict
        for zone in np.flatnonzero(choice.need > 0).tolist()
        for conflict in (_too_few(problem, choice, zone) or _too_dear(problem, choice, zone),)
        if conflict is not None
    ]
    reach = _out_of_reach(problem, settings, choice, float(choice.weight.sum()), "solver.coverage")
    return (*found, *([] if reach is None else [reach]))


def explain(
    problem: SitingProblem,
    settings: SitingSettings,
    choice: Choice,
    cliques: sparse.csr_array,
    *,
    time_limit_s: float,
    known: tuple[Conflict, ...] = (),
) -> tuple[Conflict, ...]:
    """Return every reason of the plainest kind there is; never none.

    Parameters
    ----------
    problem, settings : SitingProblem, SitingSettings
        The question, known to have no answer.
    choice, cliques
        The question reduced, and its sets of rivals.
    time_limit_s : float
        When to stop looking for plainer reasons.
    known : tuple of Conflict
        Reasons found by counting.
    """
    ends = time.perf_counter() + time_limit_s

    def left() -> float:
        return max(ends - time.perf_counter(), 0.0)

    told = {conflict.zone_id for conflict in known}
    zones = [zone for zone in np.flatnonzero(choice.need > 0).tolist() if problem.zone_ids[zone] not in told]
    stages = _stages(problem, settings, choice, cliques, zones, left)
    found = list(known) + next(stages)
    while not found:
        found = next(stages)
    return tuple(found)


def _stages(
    problem: SitingProblem,
    settings: SitingSettings,
    choice: Choice,
    cliques: sparse.csr_array,
    zones: list[int],
    left: Callable[[], float],
) -> Iterator[list[Conflict]]:
    """Yield reasons, the plainest and cheapest kind first."""
    # Separation alone, then with the budget: by the relaxation, then by the search.
    for whole in (False, True):
        for budget in (math.inf, choice.budget)[: 1 + math.isfinite(choice.budget)]:
            asked = replace(choice, budget=budget)
            kind = ConflictKind.SEPARATION if math.isinf(budget) else ConflictKind.COMBINATION
            yield [
                conflict
                for zone in zones
                if left() > 0.0
                and (conflict := _too_close(problem, asked, cliques, zone, kind, left(), whole=whole))
            ]
    yield _together(problem, choice, cliques, left()) if left() > 0.0 else []
    most = _most_covered(choice, cliques, left()) if left() > 0.0 else math.inf
    reach = _out_of_reach(problem, settings, choice, most, "solver.coverage_beside_the_rest")
    yield [] if reach is None else [reach]
    needed = float(choice.need.sum())
    yield [Conflict(ConflictKind.COMBINATION, None, needed, None, "solver.no_choice")]


def _too_few(problem: SitingProblem, choice: Choice, zone: int) -> Conflict | None:
    """Return whether a zone has fewer poles than it needs."""
    needed, free = int(choice.need[zone]), int(choice.zones[[zone]].nnz)
    if free >= needed:
        return None
    within = problem.member_candidate[problem.member_zone == zone]
    usable = int(problem.usable[np.unique(within)].sum())
    params = {
        "zone": problem.zone_ids[zone],
        "needed": needed,
        "available": free,
        "total": len(np.unique(within)),
        "usable": usable,
    }
    # Usable ones that are missing stand too near stations.
    near = usable >= needed
    kind = ConflictKind.SEPARATION if near else ConflictKind.CANDIDATES
    key = "solver.near_existing" if near else "solver.candidates"
    return Conflict(kind, problem.zone_ids[zone], needed, free, key, params)


def _too_dear(problem: SitingProblem, choice: Choice, zone: int) -> Conflict | None:
    """Return whether the cheapest poles of a zone cost more than its budget."""
    costs = np.sort(choice.cost[choice.zones[[zone]].indices])[: choice.need[zone]]
    least = math.fsum(costs.tolist())
    if least <= choice.budget + ROUNDING * max(1.0, least):
        return None
    params = {
        "zone": problem.zone_ids[zone],
        "poles": int(choice.need[zone]),
        "needed": _plain(least),
        "available": _plain(choice.budget),
    }
    return Conflict(
        ConflictKind.BUDGET, problem.zone_ids[zone], least, choice.budget, "solver.budget", params
    )


def _too_close(
    problem: SitingProblem,
    choice: Choice,
    cliques: sparse.csr_array,
    zone: int,
    kind: ConflictKind,
    time_limit_s: float,
    *,
    whole: bool,
) -> Conflict | None:
    """Return whether so far apart fewer poles fit a zone than it needs."""
    needed = int(choice.need[zone])
    here = np.zeros(choice.n, dtype=bool)
    here[choice.zones[[zone]].indices] = True
    part = cliques[:, here]
    part = part[np.diff(part.indptr) > 1]
    alone = replace(choice.only(here), need=np.zeros_like(choice.need), cover_need=0.0)
    program = replace(program_of(alone, part), cost=np.full(int(here.sum()), -1.0))
    answer = ask(program, time_limit_s=time_limit_s, whole=whole)
    most = math.floor(-answer.bound + _WHOLE) if math.isfinite(answer.bound) else needed
    if most >= needed:
        return None
    key = "solver.separation" if kind == ConflictKind.SEPARATION else "solver.separation_and_budget"
    name = problem.zone_ids[zone]
    params = {"zone": name, "needed": needed, "available": most, "candidates": int(here.sum())}
    return Conflict(kind, name, needed, most, key, params)


def _together(
    problem: SitingProblem, choice: Choice, cliques: sparse.csr_array, time_limit_s: float
) -> list[Conflict]:
    """Return whether zones that can each be helped cannot be helped at once."""
    plain = program_of(replace(choice, cover_need=0.0), cliques)
    asked = np.flatnonzero(choice.need > 0)
    slack = sparse.eye_array(plain.matrix.shape[0], len(asked), format="csr")
    program = replace(
        plain,
        cost=np.concatenate([np.zeros(choice.n), np.ones(len(asked))]),
        matrix=sparse.csr_array(sparse.hstack([plain.matrix, slack], format="csr")),
        reach=choice.need[asked].astype(float),
    )
    answer = ask(program, time_limit_s=time_limit_s)
    missing = math.ceil(answer.bound - _WHOLE) if math.isfinite(answer.bound) else 0
    if missing <= 0 or answer.values is None:
        return []
    short = asked[answer.values[choice.n :] > _WHOLE]
    needed = int(choice.need[asked].sum())
    params = {
        "zones": [problem.zone_ids[zone] for zone in short.tolist()],
        "needed": needed,
        "available": needed - missing,
        "missing": missing,
    }
    return [Conflict(ConflictKind.COMBINATION, None, needed, needed - missing, "solver.together", params)]


def _most_covered(choice: Choice, cliques: sparse.csr_array, time_limit_s: float) -> float:
    """Return the weight that can be covered at most beside every other condition."""
    if not choice.cover_need > 0:
        return math.inf
    asked = program_of(choice, cliques)
    program: Program = replace(
        asked,
        cost=np.concatenate([np.zeros(choice.n), -choice.weight]),
        # The last condition is the share itself.
        matrix=asked.matrix[:-1],
        lower=asked.lower[:-1],
        upper=asked.upper[:-1],
    )
    return -ask(program, time_limit_s=time_limit_s).bound


def _out_of_reach(
    problem: SitingProblem, settings: SitingSettings, choice: Choice, most: float, key: str
) -> Conflict | None:
    """Return whether what can be covered at most is less than the share asks."""
    if (
        settings.cover_share is None
        or most >= choice.cover_need * (1.0 - ROUNDING)
        or not math.isfinite(most)
    ):
        return None
    covered = covered_by(problem, settings, np.zeros(0, dtype=np.int64))
    total = float(problem.demand_weight.sum())
    share = (float(problem.demand_weight[covered].sum()) + max(most, 0.0)) / total
    params = {"needed": settings.cover_share, "available": share, "radius": _plain(settings.radius_m)}
    return Conflict(ConflictKind.COVERAGE, None, settings.cover_share, share, key, params)


def _plain(value: float) -> float | int:
    """Return a number as a reader writes it."""
    return int(value) if float(value).is_integer() else round(value, 4)
