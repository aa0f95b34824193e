"""A choice made cheaper: one pole in, one dearer pole out, as long as every condition still holds."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.siting.deficits import ROUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.siting.candidates import Choice

    Rows = NDArray[np.int64]

__all__ = ["cheaper_by_exchange"]

_PASSES: Final = 6
_TRIED: Final = 4
"""Poles that one without a rival among the chosen is tried against."""


def cheaper_by_exchange(choice: Choice, selected: Rows, *, ends: float = math.inf) -> Rows:
    """Return a choice that holds every condition and costs no more; columns ascending.

    ``ends`` is a reading of `time.perf_counter` at which to stop.
    """
    if not len(selected) or np.ptp(choice.cost) <= ROUNDING:
        return selected
    desk = _Desk(choice, selected)
    order = np.argsort(choice.cost, kind="stable").tolist()
    for _ in range(_PASSES):
        if not desk.improve(order, ends):
            break
    return np.flatnonzero(desk.chosen)


class _Desk:
    """The chosen poles and what each condition has to spare."""

    def __init__(self, choice: Choice, selected: Rows) -> None:
        flags = np.zeros(choice.n)
        flags[selected] = 1.0
        self.chosen = (flags > 0).tolist()
        self.cost = choice.cost.tolist()
        self.budget = choice.budget
        self.zones, self.rivals, self.places = choice.zones_of, choice.rivals_of, choice.places_of
        self.weight = choice.weight.tolist()
        self.asked = (choice.need > 0).tolist()
        self.spare = (choice.zones @ flags - choice.need).tolist()
        self.spent = (choice.zones @ (flags * choice.cost)).tolist()
        self.times = (choice.covers @ flags).tolist()
        covered = sum(weight for weight, times in zip(self.weight, self.times, strict=True) if times > 0)
        self.cover_spare = covered - choice.cover_need

    def improve(self, order: list[int], ends: float) -> bool:
        """Go through all poles once, the cheapest first; tell whether anything was exchanged."""
        dearest = defaultdict(list)
        for one in order:
            if self.chosen[one]:
                dearest[tuple(self.zones[one])].append(one)
        exchanged = False
        for one in order:
            if self.chosen[one]:
                continue
            if time.perf_counter() > ends:
                return False
            out = [rival for rival in self.rivals[one] if self.chosen[rival]]
            if not out:
                out = self.still(dearest[tuple(self.zones[one])])
            elif len(out) > 1:
                continue
            for other in out:
                if self.cost[other] > self.cost[one] + ROUNDING and self.may(one, other):
                    self.exchange(one, other)
                    exchanged = True
                    break
        return exchanged

    def still(self, dearest: list[int]) -> list[int]:
        """Return the dearest poles of a list that are still chosen."""
        while dearest and not self.chosen[dearest[-1]]:
            dearest.pop()
        return [one for one in dearest[: -_TRIED - 1 : -1] if self.chosen[one]]

    def may(self, one: int, other: int) -> bool:
        """Tell whether every condition holds with the one instead of the other."""
        here, there = self.zones[one], self.zones[other]
        if any(self.asked[zone] and zone not in here and self.spare[zone] < 1 for zone in there):
            return False
        for zone in here:
            back = self.cost[other] if zone in there else 0.0
            if self.spent[zone] + self.cost[one] - back > self.budget + ROUNDING:
                return False
        if not (self.places[one] or self.places[other]):
            return True
        return bool(self.cover_spare + self.cover_change(one, other) >= 0.0)

    def cover_change(self, one: int, other: int) -> float:
        """Return the weight that is covered more."""
        reached = set(self.places[one])
        gained = sum(self.weight[place] for place in reached if self.times[place] == 0)
        lost = sum(
            self.weight[place]
            for place in self.places[other]
            if self.times[place] == 1 and place not in reached
        )
        return float(gained - lost)

    def exchange(self, one: int, other: int) -> None:
        """Choose the one instead of the other."""
        self.cover_spare += self.cover_change(one, other)
        for pole, sign in ((one, 1), (other, -1)):
            self.chosen[pole] = sign > 0
            for zone in self.zones[pole]:
                self.spare[zone] += sign
                self.spent[zone] += sign * self.cost[pole]
            for place in self.places[pole]:
                self.times[place] += sign
