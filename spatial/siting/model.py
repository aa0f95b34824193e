"""What a siting is asked, and what it answers.

Given stations that stand, poles that could carry one, zones that need more stations and places
that should have one near: the cheapest poles that do it all. Every position is in metres on one
metric grid; which zones count a pole is told by pairs, as `spatial.zone_index` gives them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spatial.errors import UsageError
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "Conflict",
    "ConflictKind",
    "SitingProblem",
    "SitingSettings",
    "SitingSolution",
    "SitingStatus",
    "ZoneOutcome",
]

_NO_PLACES: Final = np.zeros((0, 2))
_PLANE: Final = 2


class SitingStatus(StrEnum):
    """How much is proved.

    ``optimal``: it is proved that no choice is cheaper. ``feasible``: the choice holds every
    condition and the bound says how much cheaper one could be at most. ``infeasible``:
    it is proved that no choice holds every condition. ``unknown``: the time ran out before a choice
    was found or ruled out.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class ConflictKind(StrEnum):
    """The condition that cannot be held."""

    CANDIDATES = "candidates"
    """The zone has fewer usable poles than it needs."""
    SEPARATION = "separation"
    """So far apart, fewer of its poles fit than it needs."""
    BUDGET = "budget"
    """Its cheapest poles cost more than the budget."""
    COVERAGE = "coverage"
    """All poles that can be used together reach a smaller share of the demand."""
    COMBINATION = "combination"
    """Each condition can be held alone, and not all together."""


@dataclass(frozen=True, kw_only=True)
class SitingProblem:
    """Stations, candidate poles, zones and demand.

    Parameters
    ----------
    zone_ids : tuple of str
        The zones, each another; they may overlap.
    required_count, before : ndarray of int64, shape (n_zones,)
        Stations that each zone's target asks for (as `spatial.check` gives it; 0 where there is no
        target) and those that it has.
    candidate_ids : tuple of str
        The poles, each another.
    candidate_xy_m : ndarray of float, shape (n_candidates, 2)
        Where they stand.
    member_candidate, member_zone : ndarray of int64, shape (n_pairs,)
        Row of the pole and row of a zone that counts it: the `Pairs` of `spatial.zone_index`.
    cost : ndarray of float, shape (n_candidates,), optional
        Cost of a pole, above zero; 1 each unless given, so that the fewest are sought.
    usable : ndarray of bool, shape (n_candidates,), optional
        False where a pole cannot carry a station or stands where none may be built.
    existing_xy_m : ndarray of float, shape (n_existing, 2), optional
        The stations that stand; they are fixed.
    demand_xy_m : ndarray of float, shape (n_demand, 2), optional
        Places that should have a station within the radius.
    demand_weight : ndarray of float, shape (n_demand,), optional
        What each place counts for in the share, 1 each unless given.

    Raises
    ------
    UsageError
        If lengths do not fit, ids repeat, a pair names no row, or a number is out of range.
    """

    zone_ids: tuple[str, ...]
    required_count: Rows
    before: Rows
    candidate_ids: tuple[str, ...]
    candidate_xy_m: Floats
    member_candidate: Rows
    member_zone: Rows
    cost: Floats = field(default_factory=lambda: np.zeros(0))
    usable: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    existing_xy_m: Floats = field(default_factory=lambda: _NO_PLACES)
    demand_xy_m: Floats = field(default_factory=lambda: _NO_PLACES)
    demand_weight: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        """Fill what was not given, then refuse what does not fit together."""
        n = len(self.candidate_ids)
        for name, kind in (("cost", np.float64), ("usable", np.bool_)):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.ones(n, dtype=kind))
        if not len(self.demand_weight):
            object.__setattr__(self, "demand_weight", np.ones(len(self.demand_xy_m)))
        for fault in self._faults():
            raise UsageError("solver.problem", what=fault)

    def _faults(self) -> list[str]:
        """Return the names of the parts that do not fit."""
        zones, poles, demand = len(self.zone_ids), len(self.candidate_ids), len(self.demand_xy_m)
        shapes: dict[str, tuple[int, ...]] = {
            "required_count": (zones,),
            "before": (zones,),
            "candidate_xy_m": (poles, _PLANE),
            "cost": (poles,),
            "usable": (poles,),
            "existing_xy_m": (len(self.existing_xy_m), _PLANE),
            "demand_xy_m": (demand, _PLANE),
            "demand_weight": (demand,),
            "member_zone": (len(self.member_candidate),),
        }
        faults = [name for name, shape in shapes.items() if np.shape(getattr(self, name)) != shape]
        if faults:
            return faults
        finite = ("candidate_xy_m", "cost", "existing_xy_m", "demand_xy_m", "demand_weight")
        counts = ("required_count", "before")
        checks = {
            **{name: getattr(self, name).dtype.kind in "iu" or not zones for name in counts},
            "zone_ids": len(set(self.zone_ids)) == zones,
            "candidate_ids": len(set(self.candidate_ids)) == poles,
            "member_candidate": _within(self.member_candidate, poles),
            "member_zone": _within(self.member_zone, zones),
            "cost > 0": bool((self.cost > 0).all()),
            "demand_weight >= 0": bool((self.demand_weight >= 0).all()),
            **{name: bool(np.isfinite(getattr(self, name)).all()) for name in finite},
        }
        return [name for name, holds in checks.items() if not holds]

    @property
    def n_zones(self) -> int:
        """How many zones there are."""
        return len(self.zone_ids)

    @property
    def n_candidates(self) -> int:
        """How many poles there are, usable or not."""
        return len(self.candidate_ids)


@dataclass(frozen=True, kw_only=True)
class SitingSettings:
    """The conditions, and how long and how exactly to search.

    Parameters
    ----------
    min_separation_m : float
        Two chosen poles are at least so far apart; 0 sets no condition.
    apart_from_existing : bool
        Whether the separation also holds against the stations that stand. Off unless asked: a small
        cell on a lamp pole often serves the street below a roof-top station, and where stations are
        57 per km² already, 100 m from each of them leaves a sixth of the ground.
    cover_share : float, optional
        The least share of the demand's weight within the radius of a station that stands or is
        chosen, 0 to 1; None sets no condition.
    radius_m : float
        That radius; a place at exactly this distance is covered.
    budget_per_zone : float, optional
        The most that the chosen poles of one zone may cost together; where no cost is given, their
        number.
    time_limit_s : float
        When the search is broken off, in seconds of the clock.
    gap : float
        Relative gap at which the search stops; 0 asks for the proof.
    seed : int
        For the solver. With the same seed, and time enough, the answer is the same.
    heuristic_only : bool
        Whether to answer at once, with a choice and a bound but no search for the optimum.

    Raises
    ------
    UsageError
        If a number is out of range.
    """

    min_separation_m: float = 0.0
    apart_from_existing: bool = False
    cover_share: float | None = None
    radius_m: float = 0.0
    budget_per_zone: float | None = None
    time_limit_s: float = 60.0
    gap: float = 0.0
    seed: int = 0
    heuristic_only: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        share, budget = self.cover_share, self.budget_per_zone
        checks = {
            "min_separation_m >= 0": 0.0 <= self.min_separation_m < np.inf,
            "cover_share 0…1": share is None or 0.0 <= share <= 1.0,
            "radius_m > 0": share is None or 0.0 < self.radius_m < np.inf,
            "budget_per_zone >= 0": budget is None or 0.0 <= budget < np.inf,
            "time_limit_s > 0": 0.0 < self.time_limit_s < np.inf,
            "gap 0…1": 0.0 <= self.gap <= 1.0,
        }
        for name, holds in checks.items():
            if not holds:
                raise UsageError("solver.settings", what=name)


@dataclass(frozen=True)
class Conflict:
    """A condition that cannot be held, with the figures that prove it.

    Parameters
    ----------
    constraint : ConflictKind
        Which one.
    zone_id : str, optional
        Where; None where it is about the whole.
    needed, available : float
        What it asks, and the most that is possible: stations that a zone still lacks and poles that
        can be had for them, a share of the demand, or what the cheapest poles cost and the budget.
        ``available`` is None where only the contradiction is proved.
    key : str
        Key of the text catalogue for the sentence; ``params`` fill it.
    """

    constraint: ConflictKind
    zone_id: str | None
    needed: float
    available: float | None
    key: str
    params: Mapping[str, object] = field(default_factory=dict)

    def message(self, lang: str = "zh") -> str:
        """Return the sentence in ``lang`` (``"zh"`` or ``"en"``)."""
        return text(self.key, lang, **self.params)

    def to_dict(self, lang: str = "zh") -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "constraint": str(self.constraint),
            "zone_id": self.zone_id,
            "needed": self.needed,
            "available": self.available,
            "message": self.message(lang),
        }


@dataclass(frozen=True)
class ZoneOutcome:
    """One zone before and after."""

    zone_id: str
    required_count: int
    before: int
    after: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class SitingSolution:
    """The chosen poles, what is proved about them, and what they change.

    Parameters
    ----------
    status : SitingStatus
        How much is proved.
    selected : ndarray of int64
        Rows of the chosen candidates, ascending; none unless optimal or feasible.
    objective, bound, gap : float, optional
        Cost of the choice, what no choice costs less than, and (objective − bound) / objective;
        None where there is none.
    zones : tuple of ZoneOutcome
        In the order of the problem.
    coverage_before, coverage_after : float, optional
        Share of the demand's weight within the radius; None without demand or radius.
    infeasible_because : tuple of Conflict
        Why, where it is infeasible.
    elapsed_s : float
        Seconds of the clock that the answer took.
    """

    status: SitingStatus
    selected: Rows
    zones: tuple[ZoneOutcome, ...]
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    coverage_before: float | None = None
    coverage_after: float | None = None
    infeasible_because: tuple[Conflict, ...] = ()
    elapsed_s: float = 0.0


def _within(rows: Rows, n: int) -> bool:
    """Tell whether every row is one of ``n``."""
    return not len(rows) or bool(rows.min() >= 0 and rows.max() < n)
