"""From a problem to its answer: a quick choice, a bound, and the search for what lies between."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.errors import UsageError
from spatial.siting.candidates import choice_of, cliques_of
from spatial.siting.deficits import covered_by, zone_counts_after
from spatial.siting.heuristic import cost_bound, greedy_choice, holds
from spatial.siting.infeasible import explain, plain_conflicts
from spatial.siting.model import SitingSolution, SitingStatus, ZoneOutcome
from spatial.siting.neighbourhood import POLES_AT_ONCE, better_by_parts
from spatial.siting.program import ask, program_of, start_of, unit_of, whole_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.siting.candidates import Choice
    from spatial.siting.model import Conflict, SitingProblem, SitingSettings
    from spatial.siting.program import Program

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["solve_siting"]

_SAME: Final = 1e-9
_LEAST_S: Final = 2.0
"""Seconds that the explanation may take where the search has used up the rest."""
_NEXT_UNIT: Final = 0.99
"""Where every cost is a multiple of one amount, nothing lies within less than that of the bound."""
_PARTS: Final = 2
_SHARE_OF_TIME: Final = 0.6
_NOBODY: Final = np.zeros(0, dtype=np.int64)


def solve_siting(problem: SitingProblem, settings: SitingSettings) -> SitingSolution:
    """Choose the cheapest poles with which every condition holds.

    Parameters
    ----------
    problem : SitingProblem
        Stations, poles, zones, demand.
    settings : SitingSettings
        The conditions, and how long and how exactly to search.

    Raises
    ------
    UsageError
        If a share of the demand is asked for and there is none.
    """
    begun = time.perf_counter()
    if settings.cover_share is not None and not problem.demand_weight.sum() > 0:
        raise UsageError("solver.no_demand")
    choice = choice_of(problem, settings)
    search = _Search(problem, settings, choice, begun, begun + settings.time_limit_s)
    conflicts = plain_conflicts(problem, settings, choice)
    if conflicts:
        cliques = cliques_of(choice.rivals, until=search.ends)
        if cliques is not None:
            limit = search.left_s()
            conflicts = explain(problem, settings, choice, cliques, time_limit_s=limit, known=conflicts)
        return search.report(SitingStatus.INFEASIBLE, because=conflicts)
    return search.run()


@dataclass
class _Search:
    """One search: the best choice so far, what is proved, and the clock."""

    problem: SitingProblem
    settings: SitingSettings
    choice: Choice
    begun: float
    ends: float
    best: Rows | None = None
    bound: float = 0.0

    def run(self) -> SitingSolution:
        """Stop as soon as enough is proved."""
        choice, settings = self.choice, self.settings
        self.offer(greedy_choice(choice, ends=self.ends))
        self.raise_bound(cost_bound(choice))
        if self.good_enough():
            return self.done()
        cliques = cliques_of(choice.rivals, until=self.ends)
        if cliques is None:
            return self.done()
        program = program_of(choice, cliques)
        relaxed = ask(program, time_limit_s=self.left_s(), seed=settings.seed, whole=False)
        if relaxed.values is not None:
            self.raise_bound(relaxed.bound)
            self.offer(greedy_choice(choice, prefer=relaxed.values[: choice.n], ends=self.ends))
        infeasible = relaxed.infeasible
        if not (infeasible or settings.heuristic_only or self.good_enough()):
            if relaxed.duals is not None:
                self.by_parts(program, relaxed.duals)
            infeasible = not self.good_enough() and self.search(program)
        if infeasible:
            limit = max(self.left_s(), _LEAST_S)
            because = explain(self.problem, settings, choice, cliques, time_limit_s=limit)
            return self.report(SitingStatus.INFEASIBLE, because=because)
        return self.done()

    def by_parts(self, program: Program, duals: Floats) -> None:
        """Make the best choice better part by part, where it is too large to be settled at once."""
        choice = self.choice
        if self.best is None or choice.n <= _PARTS * POLES_AT_ONCE:
            return
        found = better_by_parts(
            choice,
            program,
            self.problem.candidate_xy_m[choice.rows],
            self.best,
            # The last row is the share that has to be covered.
            price=max(float(duals[-1]), 0.0) if len(program.reach) else 0.0,
            enough=self.would_do,
            time_limit_s=_SHARE_OF_TIME * self.left_s(),
            seed=self.settings.seed,
        )
        self.offer(found)

    def would_do(self, columns: Rows) -> bool:
        """Tell whether with a choice enough would be proved."""
        return self.gap_of(columns) <= self.settings.gap

    def search(self, program: Program) -> bool:
        """Search for the optimum; tell whether it is proved that no choice holds."""
        start = None if self.best is None else start_of(self.choice, program, self.best)
        answer = ask(
            program,
            time_limit_s=self.left_s(),
            gap=self.settings.gap,
            seed=self.settings.seed,
            start=start,
            abs_gap=_NEXT_UNIT * unit_of(self.choice.cost),
        )
        if answer.values is not None:
            found = np.flatnonzero(answer.values[: self.choice.n] > 0.5)  # noqa: PLR2004 - nearer to 1
            self.offer(found if holds(self.choice, found) else None)
        self.raise_bound(answer.bound)
        return answer.infeasible and self.best is None

    def offer(self, found: Rows | None) -> None:
        """Keep a choice if it is the cheapest so far."""
        if found is not None and (self.best is None or self.cost_of(found) < self.cost_of(self.best)):
            self.best = found

    def raise_bound(self, bound: float) -> None:
        """Keep a bound if it is the highest so far."""
        if math.isfinite(bound):
            self.bound = max(self.bound, whole_units(bound, unit_of(self.choice.cost)))

    def cost_of(self, columns: Rows) -> float:
        """Return the cost of a choice, summed exactly."""
        return math.fsum(self.choice.cost[columns].tolist())

    def gap(self) -> float:
        """Return the relative gap between the choice and the bound."""
        return math.inf if self.best is None else self.gap_of(self.best)

    def gap_of(self, columns: Rows) -> float:
        """Return the relative gap between a choice and the bound."""
        cost = self.cost_of(columns)
        above = cost - self.bound
        return above / cost if above > _SAME * cost else 0.0

    def good_enough(self) -> bool:
        """Tell whether enough is proved."""
        return self.gap() <= self.settings.gap

    def left_s(self) -> float:
        """Return the seconds that are left."""
        return self.ends - time.perf_counter()

    def done(self) -> SitingSolution:
        """Report what was found."""
        if self.best is None:
            return self.report(SitingStatus.UNKNOWN)
        return self.report(SitingStatus.OPTIMAL if self.gap() == 0.0 else SitingStatus.FEASIBLE)

    def report(self, status: SitingStatus, because: tuple[Conflict, ...] = ()) -> SitingSolution:
        """Put an answer together."""
        found = self.best if status in (SitingStatus.OPTIMAL, SitingStatus.FEASIBLE) else None
        selected = _NOBODY if found is None else self.choice.rows[found]
        objective = None if found is None else self.cost_of(found)
        gap = None if found is None else self.gap()
        bound = objective if gap == 0.0 else self.bound
        before, after = (_share(self.problem, self.settings, rows) for rows in (_NOBODY, selected))
        return SitingSolution(
            status=status,
            selected=selected,
            zones=_outcomes(self.problem, selected),
            objective=objective,
            bound=None if status == SitingStatus.INFEASIBLE else bound,
            gap=gap,
            coverage_before=before,
            coverage_after=after,
            infeasible_because=because,
            elapsed_s=time.perf_counter() - self.begun,
        )


def _share(problem: SitingProblem, settings: SitingSettings, selected: Rows) -> float | None:
    """Return the share of the demand's weight that is covered; None where nothing asks."""
    total = float(problem.demand_weight.sum())
    if not (settings.radius_m and total > 0):
        return None
    return float(problem.demand_weight[covered_by(problem, settings, selected)].sum()) / total


def _outcomes(problem: SitingProblem, selected: Rows) -> tuple[ZoneOutcome, ...]:
    """Return each zone before and after."""
    columns = (problem.required_count, problem.before, zone_counts_after(problem, selected))
    rows = zip(problem.zone_ids, *(column.tolist() for column in columns), strict=True)
    return tuple(ZoneOutcome(*row) for row in rows)
