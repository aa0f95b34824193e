"""Names on the sheet's map: each where it covers neither another name nor the furniture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.sheet.frame import Rect

__all__ = ["LabelRoom"]

# Sides of a point to try: right, left, above, below, then the corners.
_SIDES: Final = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
# Steps away from the wished place of an area's name, in heights of the label.
_STEPS: Final = (0.0, 1.0, -1.0, 2.0, -2.0, 3.2, -3.2)

Box = tuple[float, float, float, float]


@dataclass
class LabelRoom:
    """What of the map's window (millimetres from the page's top left) is still free."""

    rect: Rect
    taken: list[Box] = field(default_factory=list)

    def reserve(self, left: float, top: float, width: float, height: float) -> None:
        """Keep a rectangle free of names."""
        self.taken.append((left, top, left + width, top + height))

    def beside(
        self, x: float, y: float, size: tuple[float, float], *, away: float
    ) -> tuple[float, float] | None:
        """Return the upper left corner for a label beside a point, or None where there is no room."""
        width, height = size
        for across, down in _SIDES:
            left = x - width / 2 + across * (width / 2 + away)
            top = y - height / 2 + down * (height / 2 + away)
            if self._take(left, top, width, height):
                return left, top
        return None

    def around(self, x: float, y: float, size: tuple[float, float]) -> tuple[float, float] | None:
        """Return the upper left corner for a label about a point, moved as little as needed."""
        width, height = size
        for left, top in self._offers(x - width / 2, y - height / 2, height):
            if self._take(left, top, width, height):
                return left, top
        return None

    def _offers(self, left: float, top: float, height: float) -> Iterator[tuple[float, float]]:
        for down in _STEPS:
            for across in _STEPS:
                yield left + across * height * 2, top + down * height

    def _take(self, left: float, top: float, width: float, height: float) -> bool:
        right, bottom = left + width, top + height
        inside = (
            left >= self.rect.left
            and top >= self.rect.top
            and right <= self.rect.right
            and bottom <= self.rect.bottom
        )
        if not inside:
            return False
        if any(left < r and right > a and top < b and bottom > t for a, t, r, b in self.taken):
            return False
        self.taken.append((left, top, right, bottom))
        return True
