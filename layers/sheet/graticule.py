"""What makes a picture a map: neatline with degrees, scale bar, north."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm

from layers.sheet.frame import MM_PER_M, NEATLINE_MM
from layers.sheet.pen import INK, PALE_INK, PT_TO_MM
from spatial.text import text

if TYPE_CHECKING:
    from layers.sheet.frame import MapWindow, Rect
    from layers.sheet.labels import LabelRoom
    from layers.sheet.pen import Pen

__all__ = ["draw_neatline", "draw_north", "draw_scale_bar", "scale_words"]

LABEL_SIZE: Final = 6.0
# Arc seconds between two labelled ticks; the first that leaves them this far apart is taken.
INTERVALS: Final = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000)
LEAST_GAP_MM: Final = 32.0
CORNER_ROOM_MM: Final = 26.0
BAR_SHARE: Final = 0.3
BAR_STEPS: Final = (1.0, 2.0, 5.0)


def draw_neatline(pen: Pen, window: MapWindow) -> None:
    """Draw both frames; degrees (CGCS2000) at the corners and at round values between."""
    rect = window.rect
    outer = rect.inset(-NEATLINE_MM)
    pen.box((outer.left, outer.top), (outer.width, outer.height), stroke=INK, weight=0.9)
    pen.box((rect.left, rect.top), (rect.width, rect.height), stroke=INK, weight=0.35)
    west, south, east, north = window.extent
    lon, lat = window.degrees(np.array([west, east, west, east]), np.array([north, north, south, south]))
    foot = LABEL_SIZE * PT_TO_MM
    for number, (x, y) in enumerate(
        ((rect.left, rect.top), (rect.right, rect.top), (rect.left, rect.bottom), (rect.right, rect.bottom))
    ):
        at = "left" if number % 2 == 0 else "right"
        above = y - 1.3 if number < 2 else y + foot + 0.9  # noqa: PLR2004  (two corners on each side)
        pen.write(x, above, _dms(lon[number], "E", "W"), size=LABEL_SIZE, ink=PALE_INK, at=at)
        _upright(pen, rect, lat[number], left=number % 2 == 0, y=y, from_top=number < 2)  # noqa: PLR2004
    _ticks(pen, window)


def _upright(pen: Pen, rect: Rect, lat: float, *, left: bool, y: float, from_top: bool | None) -> None:
    """Write a latitude upright beside the frame: below ``y``, above it, or about it."""
    words = _dms(lat, "N", "S")
    width = pen.width(words, LABEL_SIZE)
    start = {True: y + width, False: y, None: y + width / 2}[from_top]
    x = rect.left - 1.3 if left else rect.right + LABEL_SIZE * PT_TO_MM + 0.9
    canvas = pen.canvas
    canvas.saveState()
    canvas.translate(x * mm, pen.y(start))
    canvas.rotate(90)
    canvas.setFillColor(HexColor(PALE_INK))
    canvas.setFont(pen.font, LABEL_SIZE)
    canvas.drawString(0, 0, words)
    canvas.restoreState()


def _ticks(pen: Pen, window: MapWindow) -> None:
    """Mark round degrees where their lines meet the frame; lines of a grid lean a little."""
    rect = window.rect
    west, south, east, north = window.extent
    middle = ((west + east) / 2, (south + north) / 2)
    lon, lat = window.degrees(
        np.array([west, east, middle[0], middle[0]]), np.array([middle[1], middle[1], south, north])
    )
    for value in _round_values(float(lon[0]), float(lon[1]), rect.width):
        for edge_lat, y, down in ((lat[3], rect.top, -1.0), (lat[2], rect.bottom, 1.0)):
            x, _ = window.metres(np.array([value]), np.array([edge_lat]))
            place = _along(float(x[0]), west, east, rect.left, rect.width)
            if place is None:
                continue
            pen.line([(place, y), (place, y + down * 1.2)], weight=0.35)
            if rect.left + CORNER_ROOM_MM < place < rect.right - CORNER_ROOM_MM:
                foot = y - 1.5 if down < 0 else y + LABEL_SIZE * PT_TO_MM + 1.1
                pen.write(place, foot, _dms(value, "E", "W"), size=LABEL_SIZE, ink=PALE_INK, at="middle")
    for value in _round_values(float(lat[2]), float(lat[3]), rect.height):
        for edge_lon, x_mm, out in ((lon[0], rect.left, -1.2), (lon[1], rect.right, 1.2)):
            _, y_m = window.metres(np.array([edge_lon]), np.array([value]))
            place = _along(-float(y_m[0]), -north, -south, rect.top, rect.height)
            if place is None:
                continue
            pen.line([(x_mm, place), (x_mm + out, place)], weight=0.35)
            if rect.top + CORNER_ROOM_MM < place < rect.bottom - CORNER_ROOM_MM:
                _upright(pen, rect, value, left=out < 0, y=place, from_top=None)


def _along(value: float, low: float, high: float, start: float, length: float) -> float | None:
    share = (value - low) / (high - low)
    return start + share * length if 0 < share < 1 else None


def _round_values(low: float, high: float, length_mm: float) -> list[float]:
    """Return the round degrees between two values, far enough apart to be labelled."""
    seconds = (high - low) * 3600
    step = next((each for each in INTERVALS if each / seconds * length_mm >= LEAST_GAP_MM), None)
    if step is None:
        return []
    first, last = math.ceil(low * 3600 / step), math.floor(high * 3600 / step)
    return [number * step / 3600 for number in range(first, last + 1)]


def _dms(degrees: float, positive: str, negative: str) -> str:
    seconds = round(abs(degrees) * 3600)
    letter = positive if degrees >= 0 else negative
    return f"{seconds // 3600}°{seconds // 60 % 60:02d}′{seconds % 60:02d}″{letter}"


def draw_scale_bar(pen: Pen, window: MapWindow, room: LabelRoom, *, lang: str) -> None:
    """Draw the scale in words and as a bar whose length on paper is the ground's by the scale."""
    rect = window.rect
    most_m = rect.width * BAR_SHARE * window.scale / MM_PER_M
    power = 10.0 ** math.floor(math.log10(most_m))
    length_m = max(step * power for step in BAR_STEPS if step * power <= most_m)
    length = length_m * MM_PER_M / window.scale
    left, top, height = rect.left + 2.5, rect.bottom - 13.5, 11.0
    width = max(length + 13.0, 38.0)
    pen.box((left, top), (width, height), fill="#ffffff", stroke="#9aa4ab", weight=0.3, alpha=0.92)
    room.reserve(left, top, width, height)
    pen.write(left + 2.5, top + 3.6, scale_words(window, lang), size=7.0, bold=True)
    _bar(pen.canvas, pen, (left + 3.5, top + 5.0), length)
    for share in (0.0, 0.5, 1.0):
        words = _metres(length_m * share, lang, unit=share == 1.0)
        pen.write(
            left + 3.5 + length * share, top + 9.6, words, size=5.8, at="left" if share == 1.0 else "middle"
        )


def _bar(canvas: Any, pen: Pen, corner: tuple[float, float], length: float) -> None:
    """Draw four fields, filled in turn, ``length`` mm in all."""
    x, top = corner
    for number in range(4):
        fill = INK if number % 2 == 0 else "#ffffff"
        canvas.saveState()
        canvas.setFillColor(HexColor(fill))
        canvas.setStrokeColor(HexColor(INK))
        canvas.setLineWidth(0.35)
        canvas.rect(
            (x + length * number / 4) * mm, pen.y(top + 1.5), length / 4 * mm, 1.5 * mm, stroke=1, fill=1
        )
        canvas.restoreState()


def _metres(value: float, lang: str, *, unit: bool) -> str:
    kilometres = value >= 1000  # noqa: PLR2004  (from a kilometre on)
    number = f"{value / 1000:g}" if kilometres else f"{value:g}"
    return f"{number} {text('map.scale_km' if kilometres else 'map.scale_m', lang)}" if unit else number


def scale_words(window: MapWindow, lang: str) -> str:
    """Return the scale as text."""
    return text("sheet.scale", lang, scale=f"{window.scale:,.0f}")


def draw_north(pen: Pen, window: MapWindow, room: LabelRoom, *, lang: str) -> None:
    """Draw the north of the grid, which is straight up."""
    rect = window.rect
    x, top = rect.right - 8.0, rect.top + 2.5
    pen.box((x - 5.5, top), (11.0, 17.5), fill="#ffffff", alpha=0.85, radius=0.8)
    room.reserve(x - 5.5, top, 11.0, 17.5)
    pen.write(x, top + 4.0, text("map.north", lang), size=8.0, bold=True, at="middle")
    for side, fill in ((-1, "#ffffff"), (1, INK)):
        canvas = pen.canvas
        path = canvas.beginPath()
        path.moveTo(x * mm, pen.y(top + 5.0))
        path.lineTo((x + side * 2.6) * mm, pen.y(top + 14.0))
        path.lineTo(x * mm, pen.y(top + 11.8))
        path.close()
        canvas.setFillColor(HexColor(fill))
        canvas.setStrokeColor(HexColor(INK))
        canvas.setLineWidth(0.5)
        canvas.drawPath(path, stroke=1, fill=1)
    pen.write(x, top + 16.8, text("sheet.grid_north", lang), size=4.6, ink=PALE_INK, at="middle")
