"""Outlines, fills, hatchings and symbols on the sheet's map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm

from layers.classification import Hatching
from layers.geometry import LONG_DASH, SHORT_DASH, SOLID

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from reportlab.pdfgen.canvas import Canvas
    from shapely.geometry.base import BaseGeometry

    from layers.classification import StatusClass
    from layers.place_layer import PlaceSymbol
    from layers.sheet.frame import MapWindow

__all__ = ["DASHES", "draw_dots", "draw_symbol", "fill_shape", "hatch", "shape_rings", "stroke_shape"]

# Millimetres on and off, by how well an outline is known.
DASHES: Final = {SOLID: None, LONG_DASH: (3.2, 1.1), SHORT_DASH: (1.5, 0.9)}
# Vertices closer than this on paper (mm) draw the same line.
PAPER_TOLERANCE_MM: Final = 0.01
# Spacing of a hatching, millimetres.
SPACING: Final = {
    Hatching.DIAGONAL: 1.8,
    Hatching.CROSSED: 2.2,
    Hatching.UPRIGHT: 1.8,
    Hatching.DOTTED: 1.9,
    Hatching.SPARSE: 4.5,
}
MOST_DOTS: Final = 40_000


def _rings(shape: BaseGeometry, window: MapWindow) -> list[NDArray[np.float64]]:
    """Return every ring and line of ``shape`` in page points, thinned to what paper shows."""
    thin = shapely.simplify(shape, PAPER_TOLERANCE_MM / window.mm_per_grid_m)
    found = []
    for part in shapely.get_parts(thin):
        if part.geom_type == "Polygon":
            found += [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
        elif part.geom_type in {"LineString", "LinearRing"}:
            found.append(shapely.get_coordinates(part))
    return [window.to_page(xy) for xy in found if len(xy) > 1]


def _path(canvas: Any, rings: list[NDArray[np.float64]], *, close: bool) -> Any:
    path = canvas.beginPath()
    for ring in rings:
        path.moveTo(*ring[0])
        for x, y in ring[1:-1] if close else ring[1:]:
            path.lineTo(x, y)
        if close:
            path.close()
    return path


def fill_shape(
    canvas: Canvas, shape: BaseGeometry, window: MapWindow, *, fill: str, alpha: float = 1.0
) -> None:
    """Fill a polygon, its holes left open."""
    rings = _rings(shape, window)
    if not rings:
        return
    pen: Any = canvas
    pen.saveState()
    pen.setFillColor(HexColor(fill))
    pen.setFillAlpha(alpha)
    pen.drawPath(_path(pen, rings, close=True), stroke=0, fill=1, fillMode=0)
    pen.restoreState()


def stroke_shape(
    canvas: Canvas,
    shape: BaseGeometry,
    window: MapWindow,
    *,
    ink: str,
    weight: float,
    style: str = SOLID,
) -> None:
    """Draw the outline of a polygon, or a line, in the dashes of ``style``."""
    rings = _rings(shape, window)
    if not rings:
        return
    pen: Any = canvas
    pen.saveState()
    pen.setStrokeColor(HexColor(ink))
    pen.setLineWidth(weight)
    pen.setLineJoin(1)
    dash = DASHES[style]
    if dash:
        pen.setDash([length * mm for length in dash])
    closed = shape.geom_type in {"Polygon", "MultiPolygon"}
    pen.drawPath(_path(pen, rings, close=closed), stroke=1, fill=0)
    pen.restoreState()


def hatch(canvas: Canvas, rings: list[NDArray[np.float64]], *, look: StatusClass) -> None:
    """Draw the pattern of a status inside ``rings`` (page points)."""
    if look.hatching is Hatching.PLAIN or not rings:
        return
    pen: Any = canvas
    pen.saveState()
    pen.clipPath(_path(pen, rings, close=True), stroke=0, fill=0, fillMode=0)
    xy = np.vstack(rings)
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    pen.setStrokeColor(HexColor(look.ink))
    pen.setStrokeAlpha(0.45)
    pen.setLineWidth(0.35)
    gap = SPACING[look.hatching] * mm
    if look.hatching is Hatching.DOTTED:
        pen.setLineCap(1)
        pen.setLineWidth(0.9)
        pen.setDash([0, gap])
    pen.lines(_strokes(look.hatching, (west, south, east, north), gap))
    pen.restoreState()


def _strokes(
    hatching: Hatching, box: tuple[float, float, float, float], gap: float
) -> list[tuple[float, float, float, float]]:
    west, south, east, north = box
    height = north - south
    if hatching is Hatching.UPRIGHT:
        return [(x, south, x, north) for x in np.arange(west, east, gap)]
    if hatching is Hatching.DOTTED:
        return [(west, y, east, y) for y in np.arange(south, north, gap)]
    step = gap * np.sqrt(2)
    starts = np.arange(west - height, east, step)
    strokes = [(x, south, x + height, north) for x in starts]
    if hatching is Hatching.CROSSED:
        strokes += [(x, north, x + height, south) for x in starts]
    return strokes


def shape_rings(shape: BaseGeometry, window: MapWindow) -> list[NDArray[np.float64]]:
    """Return the rings of a polygon in page points, for `hatch`."""
    return _rings(shape, window)


def draw_dots(canvas: Canvas, xy: NDArray[np.float64], *, ink: str, size_mm: float) -> int:
    """Draw points (page points, shape (n, 2)) as dots; return how many places on paper they take.

    Dots that would cover one another are drawn once, so that a million points print as fast as
    paper can show them.
    """
    cell = size_mm * mm / 2
    places = np.unique(np.rint(xy / cell).astype(np.int64), axis=0)
    while len(places) > MOST_DOTS:
        cell *= 1.5
        places = np.unique(np.rint(xy / cell).astype(np.int64), axis=0)
    pen: Any = canvas
    pen.saveState()
    pen.setFillColor(HexColor(ink))
    side = size_mm * mm
    path = pen.beginPath()
    for x, y in places * cell:
        path.rect(x - side / 2, y - side / 2, side, side)
    pen.drawPath(path, stroke=0, fill=1)
    pen.restoreState()
    return len(places)


def draw_symbol(
    canvas: Canvas, at: tuple[float, float], symbol: PlaceSymbol, *, size_mm: float = 1.9
) -> None:
    """Draw the symbol of a kind of place at a position in page points."""
    pen: Any = canvas
    half = size_mm * mm / 2
    x, y = at
    hollow, shape = symbol.shape.startswith("hollow-"), symbol.shape.removeprefix("hollow-")
    pen.saveState()
    pen.setStrokeColor(HexColor(symbol.colour if hollow else "#ffffff"))
    pen.setFillColor(HexColor("#ffffff" if hollow else symbol.colour))
    pen.setLineWidth(0.9 if hollow else 0.4)
    if shape == "circle":
        pen.circle(x, y, half, stroke=1, fill=1)
    else:
        corners = {
            "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
            "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
            "triangle": ((-1.15, -0.9), (1.15, -0.9), (0, 1.2)),
            "cross": _CROSS,
        }[shape]
        ring = np.array([*corners, corners[0]], dtype=float) * half + np.array(at)
        pen.drawPath(_path(pen, [ring], close=True), stroke=1, fill=1)
    pen.restoreState()


_CROSS: Final = tuple(
    (float(x), float(y))
    for x, y in (
        (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
        (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
    )
)  # fmt: skip
