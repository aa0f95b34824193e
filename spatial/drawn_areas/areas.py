"""The areas that one planner has drawn, and every step by which they came to be.

Nothing here is changed in place: each change returns a new value, so a step back is the value before.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from spatial.errors import LimitExceededError, UsageError
from spatial.text import printable

if TYPE_CHECKING:
    from spatial.drawn_areas.shapes import DrawnShape

__all__ = [
    "ID_PREFIX",
    "MOST_AREAS",
    "MOST_NAME_CHARACTERS",
    "MOST_STEPS",
    "AreaHistory",
    "DrawnArea",
    "DrawnAreas",
    "plain_name",
]

MOST_AREAS: Final = 50
MOST_NAME_CHARACTERS: Final = 60
MOST_STEPS: Final = 100
ID_PREFIX: Final = "drawn_"


@dataclass(frozen=True, kw_only=True)
class DrawnArea:
    """One area: what it is called and what was drawn.

    Parameters
    ----------
    area_id : str
        Its id among all that were drawn, never given twice.
    name : str
        As the planner wrote it: one line, see `DrawnAreas.renamed`.
    shape : DrawnShape
        What was drawn.
    """

    area_id: str
    name: str
    shape: DrawnShape


@dataclass(frozen=True, kw_only=True)
class DrawnAreas:
    """The areas at one moment, in the order in which they were drawn.

    Parameters
    ----------
    areas : tuple of DrawnArea
        At most `MOST_AREAS`.
    drawn : int
        How many were ever drawn, those that are gone included; it numbers the next one.
    """

    areas: tuple[DrawnArea, ...] = ()
    drawn: int = 0

    def find(self, area_id: str) -> DrawnArea:
        """Return the area of that id.

        Raises
        ------
        UsageError
            If there is none.
        """
        found = next((each for each in self.areas if each.area_id == area_id), None)
        if found is None:
            raise UsageError("drawn.unknown_area", area=area_id)
        return found

    def added(self, shape: DrawnShape, *, name: str) -> DrawnAreas:
        """Return the areas with one more, of the next id.

        Raises
        ------
        LimitExceededError
            If there are as many as may be.
        """
        if len(self.areas) >= MOST_AREAS:
            raise LimitExceededError("drawn.too_many_areas", allowed=MOST_AREAS)
        number = self.drawn + 1
        area = DrawnArea(area_id=f"{ID_PREFIX}{number}", name=plain_name(name), shape=shape)
        return DrawnAreas(areas=(*self.areas, area), drawn=number)

    def redrawn(self, area_id: str, shape: DrawnShape) -> DrawnAreas:
        """Return the areas with another shape for one of them; errors as for `find`."""
        return self._with(replace(self.find(area_id), shape=shape))

    def renamed(self, area_id: str, name: str) -> DrawnAreas:
        """Return the areas with another name for one of them, on one line and not too long.

        Raises
        ------
        UsageError
            If there is no such area, or nothing of the name is left.
        """
        return self._with(replace(self.find(area_id), name=plain_name(name)))

    def removed(self, area_id: str) -> DrawnAreas:
        """Return the areas without one of them; errors as for `find`."""
        gone = self.find(area_id)
        return replace(self, areas=tuple(each for each in self.areas if each is not gone))

    def _with(self, area: DrawnArea) -> DrawnAreas:
        areas = tuple(area if each.area_id == area.area_id else each for each in self.areas)
        return replace(self, areas=areas)


@dataclass(frozen=True, kw_only=True)
class AreaHistory:
    """The areas as they are, the steps that led there and those that were taken back.

    Parameters
    ----------
    present : DrawnAreas
        The areas as they are.
    past, future : tuple of DrawnAreas
        What was before, the latest last, at most `MOST_STEPS`; what was taken back, the next first.
    """

    present: DrawnAreas = field(default_factory=DrawnAreas)
    past: tuple[DrawnAreas, ...] = ()
    future: tuple[DrawnAreas, ...] = ()

    def step(self, areas: DrawnAreas) -> AreaHistory:
        """Return the history with one more step; a step that changes nothing is none."""
        if areas == self.present:
            return self
        return AreaHistory(present=areas, past=(*self.past, self.present)[-MOST_STEPS:])

    def back(self) -> AreaHistory:
        """Return the history one step back; as it is where there is none."""
        if not self.past:
            return self
        *before, present = self.past
        return AreaHistory(present=present, past=tuple(before), future=(self.present, *self.future))

    def again(self) -> AreaHistory:
        """Return the history with the step taken again that was taken back last."""
        if not self.future:
            return self
        present, *after = self.future
        return AreaHistory(present=present, past=(*self.past, self.present), future=tuple(after))


def plain_name(name: str) -> str:
    """Return a name on one line, without what steers a terminal or turns the reading direction."""
    whole = name.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair can be written nowhere
    kept = "".join(letter for letter in whole if unicodedata.category(letter) != "Cf")
    words = " ".join(printable(kept).split())[:MOST_NAME_CHARACTERS].strip()
    if not words:
        raise UsageError("drawn.no_name")
    return words
