"""A solved and re-checked siting: which poles, in which order they help most, and what it comes to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from spatial.crs import to_web
from spatial.siting.checker import recheck
from spatial.siting.model import ConflictKind, SitingStatus
from spatial.siting.solve import solve_siting
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from spatial.siting.model import Conflict, SitingSettings, SitingSolution
    from spatial.siting.problem import SitingCase

    Rows = NDArray[np.int64]

__all__ = ["Proposal", "propose"]

_DEGREE_DECIMALS: Final = 9
_TENTH: Final = 10


def propose(case: SitingCase, settings: SitingSettings) -> Proposal:
    """Solve a case and look at the answer a second time.

    Raises
    ------
    SitingCheckError
        If the second look does not confirm the answer.
    """
    solution = solve_siting(case.problem, settings)
    recheck(case, settings, solution)
    return Proposal(case=case, settings=settings, solution=solution)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A case, the conditions, and the answer that an independent second look has confirmed."""

    case: SitingCase
    settings: SitingSettings
    solution: SitingSolution

    @property
    def answered(self) -> bool:
        """Whether poles were found that hold every condition; there may be none to choose."""
        return self.solution.status in (SitingStatus.OPTIMAL, SitingStatus.FEASIBLE)

    @cached_property
    def basis_of(self) -> dict[str, str | None]:
        """How well each zone's outline is known, by its id; None where nobody said."""
        rows = self.case.check.rows
        stated = [basis if isinstance(basis, str) and basis else None for basis in rows["geometry_basis"]]
        return dict(zip(rows["zone_id"], stated, strict=True))

    @property
    def settled(self) -> bool:
        """Whether a longer search could find nothing better: the best is proved, or that there is none."""
        return self.solution.status in (SitingStatus.OPTIMAL, SitingStatus.INFEASIBLE)

    @property
    def highest_target_per_km2(self) -> float | None:
        """The target that these poles and conditions allow at most, rounded down to a tenth.

        None unless the target asks for more than some zone can have. It is what is proved of each such
        zone alone: a lower target may still ask for too much of several zones at once.
        """
        rows, problem = self.case.check.rows, self.case.problem
        areas = dict(zip(rows["zone_id"], rows["area_km2"], strict=True))
        before = dict(zip(problem.zone_ids, problem.before.tolist(), strict=True))
        reached = [
            (before[each.zone_id] + math.floor(each.available)) / areas[each.zone_id]
            for each in self.solution.infeasible_because
            if each.zone_id is not None and each.available is not None and self._in_stations(each)
        ]
        return math.floor(min(reached) * _TENTH) / _TENTH if reached else None

    def reasons(self, names: Mapping[str, str], lang: str) -> list[str]:
        """Return why no choice of poles holds every condition, with zones called by their names."""
        return [
            text(each.key, lang, **{name: _named(value, names) for name, value in each.params.items()})
            for each in self.solution.infeasible_because
        ]

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The chosen poles in the order in which each brings most for its cost.

        Returns
        -------
        DataFrame
            ``order`` from 1, ``candidate_id``, ``lon``, ``lat`` (WGS 84), ``cost``, ``zone_ids`` (list),
            ``row`` (of the case's candidates), ``closes`` (stations still lacking that it brings, over
            all zones), ``covers`` (demand points that no other before it covers), and what has come
            together: ``total_cost``, ``closed_share``, ``covered_share`` (NaN without demand).
        """
        rows, closes, covers = self._ordered()
        chosen = self.case.candidates.iloc[rows]
        here = to_web(chosen).geometry
        lacking = self._lacking.sum()
        cost = self.case.problem.cost[rows]
        n_demand = len(self.case.problem.demand_xy_m)
        before = self.solution.coverage_before
        share = np.full(len(rows), np.nan)
        if n_demand and before is not None:
            share = before + np.cumsum(covers) / n_demand
        return pd.DataFrame(
            {
                "order": np.arange(1, len(rows) + 1),
                "candidate_id": chosen["candidate_id"].to_numpy(),
                "lon": np.round(here.x.to_numpy(), _DEGREE_DECIMALS),
                "lat": np.round(here.y.to_numpy(), _DEGREE_DECIMALS),
                "cost": cost,
                "zone_ids": [self._zone_ids(row) for row in rows],
                "row": rows,
                "closes": closes,
                "covers": covers,
                "total_cost": np.cumsum(cost),
                "closed_share": np.cumsum(closes) / lacking if lacking else np.ones(len(rows)),
                "covered_share": share,
            }
        )

    def to_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Return the answer as plain values for JSON."""
        solution, steps = self.solution, self.steps
        names = dict(zip(self.case.check.rows["zone_id"], self.case.check.rows["name"], strict=True))
        told = ["candidate_id", "lon", "lat", "zone_ids", "cost", "order", "closes", "covers"]
        return {
            "status": str(solution.status),
            "objective": solution.objective,
            "bound": solution.bound,
            "gap": solution.gap,
            "selected": steps[told].to_dict(orient="records"),
            "zones": [
                {
                    **zone.to_dict(),
                    "name": str(names[zone.zone_id]),
                    "geometry_basis": self.basis_of[zone.zone_id],
                }
                for zone in solution.zones
            ],
            "coverage": {"before": solution.coverage_before, "after": solution.coverage_after},
            "infeasible_because": [
                {**each.to_dict(lang), "message": words}
                for each, words in zip(solution.infeasible_because, self.reasons(names, lang), strict=True)
            ],
            "highest_target_per_km2": self.highest_target_per_km2,
            "synthetic": self.case.synthetic,
            "elapsed_s": solution.elapsed_s,
        }

    @cached_property
    def _lacking(self) -> Rows:
        problem = self.case.problem
        lacking: Rows = np.maximum(problem.required_count - problem.before, 0)
        return lacking

    @cached_property
    def _zones_of(self) -> dict[int, list[int]]:
        """Zones of each chosen row, in the order of the problem."""
        problem = self.case.problem
        found: dict[int, list[int]] = {int(row): [] for row in self.solution.selected}
        for row, zone in zip(problem.member_candidate.tolist(), problem.member_zone.tolist(), strict=True):
            if row in found:
                found[row].append(zone)
        return {row: sorted(zones) for row, zones in found.items()}

    def _in_stations(self, conflict: Conflict) -> bool:
        """Tell whether a conflict counts stations: a budget does where every pole costs one."""
        return conflict.constraint != ConflictKind.BUDGET or self.case.terms.cost is None

    def _zone_ids(self, row: int) -> list[str]:
        return [self.case.problem.zone_ids[zone] for zone in self._zones_of[int(row)]]

    def _ordered(self) -> tuple[Rows, Rows, Rows]:
        """Return the chosen rows, each the one that brings most for its cost after those before it."""
        lacking, covered = self._lacking.copy(), self._covered_before()
        reached = self._reached_by()
        cost = self.case.problem.cost

        def gain(row: int) -> tuple[int, int]:
            zones = self._zones_of[row]
            return int((lacking[zones] > 0).sum()), int((~covered[reached[row]]).sum())

        def key(row: int) -> tuple[float, float, int]:
            closes, covers = gain(row)
            return -closes / cost[row], -covers / cost[row], row

        heap = [key(int(row)) for row in self.solution.selected]
        heapify(heap)
        order: list[tuple[int, int, int]] = []
        while heap:
            row = heap[0][2]
            now = key(row)
            # What a pole brings only shrinks as others come before it: the first that stands is the best.
            if now > heap[0]:
                heapreplace(heap, now)
                continue
            heappop(heap)
            order.append((row, *gain(row)))
            lacking[self._zones_of[row]] -= 1
            covered[reached[row]] = True
        table = np.array(order, dtype=np.int64).reshape(-1, 3)
        return table[:, 0], table[:, 1], table[:, 2]

    def _covered_before(self) -> NDArray[np.bool_]:
        from spatial.coverage.demand import coverage_rows  # noqa: PLC0415 - where there is demand alone

        problem, radius = self.case.problem, self.settings.radius_m
        if not (radius and len(problem.demand_xy_m)):
            return np.zeros(len(problem.demand_xy_m), dtype=bool)
        return coverage_rows(problem.demand_xy_m, problem.existing_xy_m, radius)

    def _reached_by(self) -> dict[int, Rows]:
        """Return the demand points within the radius of each chosen pole."""
        problem, radius = self.case.problem, self.settings.radius_m
        rows = [int(row) for row in self.solution.selected]
        if not (radius and len(problem.demand_xy_m) and rows):
            return dict.fromkeys(rows, np.zeros(0, dtype=np.int64))
        from scipy.spatial import cKDTree  # noqa: PLC0415 - where there is demand alone

        tree = cKDTree(problem.demand_xy_m)
        near = tree.query_ball_point(problem.candidate_xy_m[rows], radius)
        return {row: np.array(found, dtype=np.int64) for row, found in zip(rows, near, strict=True)}


def _named(value: object, names: Mapping[str, str]) -> object:
    """Return a zone's name for its id, alone or in a list; any other value as it is."""
    if isinstance(value, list):
        return [_named(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value
