"""Names on the sheet's map: areas at their deepest place, points beside their symbol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
import shapely.affinity
from reportlab.lib.units import mm

from layers.sheet.pen import INK, PALE_INK, PT_TO_MM

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.sheet.frame import MapWindow
    from layers.sheet.labels import LabelRoom
    from layers.sheet.pen import Pen

__all__ = ["AreaName", "MapNames"]

ZONE_SIZE: Final = 8.5
AREA_SIZE: Final = 6.6
POINT_SIZE: Final = 6.2
LONGEST_MM: Final = 48.0
# A neighbour of which less than this shows, in half widths, bears no name.
LEAST_RADIUS_MM: Final = 3.5
PAPER_ALPHA: Final = 0.78


@dataclass(frozen=True)
class AreaName:
    """A name with its further lines, and the shape (metres of the map) that it belongs to."""

    shape: BaseGeometry | None
    lines: tuple[str, ...]
    bold: bool = False


@dataclass
class MapNames:
    """Names that are kept until everything else is drawn.

    Attributes
    ----------
    areas, far : list of AreaName
        Zones and parts, which come first; neighbours of the district, which come last.
    points : list
        Position of a symbol in mm from the page's top left, and its name.
    """

    areas: list[AreaName] = field(default_factory=list)
    points: list[tuple[tuple[float, float], str]] = field(default_factory=list)
    far: list[AreaName] = field(default_factory=list)

    def write(self, pen: Pen, window: MapWindow, room: LabelRoom) -> int:
        """Write the names that find room; return how many points go without one."""
        for name in sorted(self.areas, key=lambda each: not each.bold):
            _write_area(pen, window, room, name)
        unnamed = 0
        for (x, y), words in self.points:
            size = (pen.width(pen.clean(words), POINT_SIZE) + 0.6, POINT_SIZE * PT_TO_MM * 1.15)
            corner = room.beside(x, y, size, away=1.3)
            if corner is None:
                unnamed += 1
                continue
            pen.box(corner, size, fill="#ffffff", alpha=PAPER_ALPHA)
            pen.write(corner[0] + 0.3, corner[1] + size[1] - 0.55, words, size=POINT_SIZE)
        for name in self.far:
            _write_area(pen, window, room, name)
        return unnamed


def _write_area(pen: Pen, window: MapWindow, room: LabelRoom, name: AreaName) -> None:
    at = _deepest(name, window)
    if at is None:
        return
    x, y = at[0] / mm, pen.height_mm - at[1] / mm
    size = ZONE_SIZE if name.bold else AREA_SIZE
    step = size * PT_TO_MM * 1.3
    lines = [pen.lines(line, LONGEST_MM, size=size, most=1)[0] for line in name.lines]
    width = max(pen.width(line, size) for line in lines) + 1.6
    height = step * len(lines) + 0.6
    corner = room.around(x, y, (width, height))
    if corner is None:
        return
    pen.box(corner, (width, height), fill="#ffffff", alpha=PAPER_ALPHA, radius=0.6)
    ink = INK if name.bold else PALE_INK
    for number, line in enumerate(lines, start=1):
        foot = corner[1] + step * number - 0.65
        pen.write(corner[0] + width / 2, foot, line, size=size, ink=ink, bold=name.bold, at="middle")


def _deepest(name: AreaName, window: MapWindow) -> tuple[float, float] | None:
    """Return the page point deepest inside what shows of an area, None where too little shows."""
    visible = None if name.shape is None else shapely.clip_by_rect(name.shape, *window.extent)
    if visible is None or not visible.area:
        return None
    # Names are wide, so width counts double in looking for the deepest place.
    squeezed = shapely.affinity.scale(visible, 0.5, 1.0, origin=(0, 0))
    radius: Any = shapely.maximum_inscribed_circle(squeezed, tolerance=np.sqrt(squeezed.area) / 100)
    if not name.bold and radius.length * window.mm_per_grid_m < LEAST_RADIUS_MM:
        return None
    deepest = shapely.get_coordinates(radius)[:1] * np.array([2.0, 1.0])
    x, y = window.to_page(deepest)[0]
    return float(x), float(y)
