"""A good choice at once: again and again the pole that helps most for its cost and is least in the way."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from spatial.siting.deficits import ROUNDING
from spatial.siting.exchange import cheaper_by_exchange

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from spatial.siting.candidates import Choice

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["cost_bound", "greedy_choice", "holds"]


def greedy_choice(choice: Choice, prefer: Floats | None = None, *, ends: float = math.inf) -> Rows | None:
    """Return columns of a choice that holds every condition, ascending; None where none was found.

    Parameters
    ----------
    choice : Choice
        The question.
    prefer : ndarray of float, shape (n,), optional
        Poles with more are tried first, as those of a relaxation.
    ends : float
        Reading of `time.perf_counter` at which to give up.
    """
    order = None if prefer is None else np.round(prefer, 3).tolist()
    # Cheap poles first; where these stand too much in each other's way, those that rule out the fewest.
    # With a relaxation to follow, the room that they take is known already.
    for packing in (False, True) if prefer is None else (False,):
        found = _Greedy(choice, packing, order, ends).run()
        if found is not None:
            return cheaper_by_exchange(choice, found, ends=ends)
    return None


def holds(choice: Choice, selected: Rows) -> bool:
    """Tell whether a choice holds every condition."""
    chosen = np.zeros(choice.n)
    chosen[selected] = 1.0
    covered = choice.covers @ chosen > 0
    spent = choice.zones @ (chosen * choice.cost)
    return bool(
        (choice.zones @ chosen >= choice.need).all()
        and (spent <= choice.budget + ROUNDING * max(1.0, float(spent.max(initial=0.0)))).all()
        and not (choice.rivals[selected][:, selected]).nnz
        and choice.weight[covered].sum() >= choice.cover_need * (1.0 - ROUNDING)
    )


def cost_bound(choice: Choice) -> float:
    """Return a cost that no choice falls below: the cheapest poles of zones that share none."""
    found: list[tuple[float, set[int]]] = []
    for zone in np.flatnonzero(choice.need > 0):
        columns = _row(choice.zones, int(zone))
        cheapest = np.sort(choice.cost[columns])[: choice.need[zone]]
        found.append((float(cheapest.sum()), set(columns.tolist())))
    whole = max((cost for cost, _ in found), default=0.0)
    apart, taken = 0.0, set[int]()
    # Small zones first: they leave room for others, and one that holds them all is weighed above.
    for cost, members in sorted(found, key=lambda one: len(one[1])):
        if not members & taken:
            apart += cost
            taken |= members
    return max(whole, apart)


@dataclass
class _Greedy:
    """One run; every list is indexed by the columns of the choice."""

    choice: Choice
    packing: bool
    prefer: list[float] | None
    ends: float
    need: list[int] = field(init=False)
    spent: list[float] = field(init=False)
    cover_left: float = field(init=False)

    def __post_init__(self) -> None:
        choice = self.choice
        self.need = choice.need.tolist()
        self.spent = [0.0] * len(self.need)
        self.cover_left = choice.cover_need
        self.cost = choice.cost.tolist()
        self.zones, self.rivals, self.places = choice.zones_of, choice.rivals_of, choice.places_of
        self.weight = choice.weight.tolist()
        self.covered = [False] * len(self.weight)
        self.open = [True] * choice.n
        self.crowd = [len(others) for others in self.rivals]
        # One station lacking and the weight that a pole covers on average count the same.
        self.worth = sum(self.need) / choice.cover_need if self.cover_left > 0 and any(self.need) else 1.0
        self.heap = [(*self.key(one), one) for one in range(choice.n)]
        heapify(self.heap)

    def key(self, one: int) -> tuple[float, float, int]:
        """Return what the best pole has least of."""
        gain = float(sum(self.need[zone] > 0 for zone in self.zones[one]))
        if self.cover_left > 0:
            new = sum(self.weight[place] for place in self.places[one] if not self.covered[place])
            gain += self.worth * min(new, self.cover_left)
        score = gain / self.held_back(one)
        first = -self.prefer[one] if self.prefer is not None and gain > 0 else 0.0
        return first, -score, self.crowd[one]

    def held_back(self, one: int) -> float:
        """Return what the gain of a pole is weighed against."""
        held: float = 1.0 + self.crowd[one] if self.packing else self.cost[one]
        return held

    def run(self) -> Rows | None:
        """Choose until nothing is lacking; None where that cannot be reached."""
        chosen: list[int] = []
        lacks = self.lacks()
        while self.heap and lacks:
            if time.perf_counter() > self.ends:
                return None
            *known, one = heappop(self.heap)
            if not self.open[one]:
                continue
            now = self.key(one)
            if now[1] >= 0.0 or not self.affordable(one):
                self.open[one] = False
            elif now > tuple(known):
                heappush(self.heap, (*now, one))
            else:
                self.take(one)
                chosen.append(one)
                lacks = self.lacks()
        if lacks:
            return None
        kept = self.without_the_needless(chosen)
        return kept if holds(self.choice, kept) else None

    def lacks(self) -> bool:
        """Tell whether a zone or the covered share still lacks anything."""
        return self.cover_left > ROUNDING or max(self.need, default=0) > 0

    def affordable(self, one: int) -> bool:
        """Tell whether each zone of a pole can still pay for it."""
        return all(
            self.spent[zone] + self.cost[one] <= self.choice.budget + ROUNDING for zone in self.zones[one]
        )

    def take(self, one: int) -> None:
        """Choose a pole; its rivals are ruled out, and theirs stand less in the way."""
        for zone in self.zones[one]:
            self.need[zone] -= 1
            self.spent[zone] += self.cost[one]
        for place in self.places[one]:
            if not self.covered[place]:
                self.covered[place] = True
                self.cover_left -= self.weight[place]
        self.open[one] = False
        eased = set()
        for rival in self.rivals[one]:
            if self.open[rival]:
                self.open[rival] = False
                for other in self.rivals[rival]:
                    self.crowd[other] -= 1
                    eased.add(other)
        for other in sorted(eased):
            if self.open[other]:
                heappush(self.heap, (*self.key(other), other))

    def without_the_needless(self, chosen: list[int]) -> Rows:
        """Return the chosen poles without those that nothing is lacking without, the dearest first."""
        spare = [-lacking for lacking in self.need]
        times = [0] * len(self.weight)
        for one in chosen:
            for place in self.places[one]:
                times[place] += 1
        cover_spare = -self.cover_left
        kept = set(chosen)
        for one in sorted(chosen, key=lambda one: (-self.cost[one], -one)):
            lost = sum(self.weight[place] for place in self.places[one] if times[place] == 1)
            if lost <= cover_spare and all(
                spare[zone] > 0 for zone in self.zones[one] if self.choice.need[zone] > 0
            ):
                kept.remove(one)
                cover_spare -= lost
                for zone in self.zones[one]:
                    spare[zone] -= 1
                for place in self.places[one]:
                    times[place] -= 1
        return np.array(sorted(kept), dtype=np.int64)


def _row(matrix: sparse.csr_array, row: int) -> Rows:
    """Return the columns of one row."""
    return np.asarray(matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]], dtype=np.int64)
