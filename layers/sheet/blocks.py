"""The text of a sheet: verdict, definition, how the outline is known, legend, sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from reportlab.lib.units import mm

from layers.classification import CLASSIFICATION
from layers.place_layer import SYMBOLS
from layers.sheet.pen import INK, LEADING, PALE_INK, PT_TO_MM
from layers.sheet.picture import POLE_INK, STATION_INK, STATUS_ALPHA, WATER
from layers.sheet.shapes import DASHES, draw_dots, draw_symbol, hatch
from layers.sheet.words import (
    definition_rows,
    geometry_notes,
    geometry_rows,
    other_verdict_lines,
    verdict_rows,
)
from layers.wording import as_number, decimal
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.classification import StatusClass
    from layers.sheet.frame import Rect
    from layers.sheet.model import SheetVerdict, ZoneSheet
    from layers.sheet.pen import Pen
    from layers.sheet.picture import MapPicture

__all__ = ["Column", "definition_block", "geometry_block", "legend_block", "verdict_block"]

LABEL_SHARE: Final = 0.3
SWATCH: Final = (6.5, 3.4)


@dataclass
class Column:
    """A column of text under way; ``y`` is where the next line begins, in mm from the top."""

    pen: Pen
    rect: Rect
    size: float
    lang: str
    y: float

    def most_lines(self, *, smaller: float = 0.0) -> int:
        """Return how many more lines of the column's size, or of one smaller, it holds."""
        return max(0, int((self.rect.bottom - self.y) / ((self.size - smaller) * LEADING * PT_TO_MM)))

    def heading(self, key: str) -> None:
        """Write the title of a block with a rule under it."""
        self.y += 0.8 if self.y == self.rect.top else 2.6
        foot = self.y + (self.size + 1.0) * PT_TO_MM
        self.pen.write(self.rect.left, foot, text(key, self.lang), size=self.size + 1.0, bold=True)
        self.y = foot + 1.3
        self.pen.line([(self.rect.left, self.y), (self.rect.right, self.y)], ink="#9aa4ab", weight=0.5)
        self.y += 0.9

    def rows(self, rows: Iterable[tuple[str, str]], *, most: int = 3) -> None:
        """Write names on the left and values, wrapped, on the right."""
        left = self.rect.left + self.rect.width * LABEL_SHARE
        for name, value in rows:
            if not value or not self.most_lines():
                continue
            foot = self.y + self.size * PT_TO_MM
            self.pen.write(self.rect.left, foot, name, size=self.size, ink=PALE_INK)
            self.y = self.pen.paragraph(
                left,
                self.y,
                value,
                width=self.rect.right - left,
                size=self.size,
                most=min(most, self.most_lines()),
            )

    def words(self, words: str, *, smaller: float = 0.8, ink: str = PALE_INK, most: int = 3) -> None:
        """Write a paragraph over the whole width."""
        most = min(most, self.most_lines(smaller=smaller))
        if most:
            size, width = self.size - smaller, self.rect.width
            self.y = self.pen.paragraph(
                self.rect.left, self.y, words, width=width, size=size, ink=ink, most=most
            )

    def swatch(self, look: StatusClass, *, x: float, y: float, size: tuple[float, float] = SWATCH) -> None:
        """Draw the colour and pattern of a status with its corner at (``x``, ``y``)."""
        width, height = size
        self.pen.box((x, y), size, fill=look.colour, stroke=INK, weight=0.4, alpha=STATUS_ALPHA)
        top, foot = self.pen.y(y), self.pen.y(y + height)
        ring = np.array(
            [(x * mm, foot), ((x + width) * mm, foot), ((x + width) * mm, top), (x * mm, top), (x * mm, foot)]
        )
        hatch(self.pen.canvas, [ring], look=look)


def verdict_block(column: Column, sheet: ZoneSheet) -> None:
    """Write the verdict in use in full, then each other one in a line."""
    column.heading("sheet.verdict")
    if not sheet.verdicts:
        column.words(text("sheet.no_verdict", column.lang))
        return
    leading = sheet.verdicts[0]
    _headline(column, leading)
    column.rows(verdict_rows(leading, column.lang))
    column.words(leading.basis.in_language(column.lang), most=6)
    for words in other_verdict_lines(sheet.verdicts, column.lang):
        column.words(words, ink=INK, most=3)


def _headline(column: Column, verdict: SheetVerdict) -> None:
    look, pen = CLASSIFICATION[verdict.status], column.pen
    left, size = column.rect.left, column.size
    column.swatch(look, x=left, y=column.y + 0.4, size=(9.0, 6.0))
    foot = column.y + 5.2
    words = f"{look.symbol} {look.label(column.lang)}"
    end = left + 10.6 + pen.write(left + 10.6, foot, words, size=size + 4.6, ink=look.ink, bold=True)
    density = as_number(verdict.figures["density_per_km2"])
    if density is not None:
        value = text("map.per_km2", column.lang, value=decimal(density))
        room = column.rect.right - end - 2.0
        big = next((each for each in (size + 4.6, size + 2.5, size) if pen.width(value, each) <= room), size)
        pen.write(column.rect.right, foot, value, size=big, bold=True, at="right")
    column.y += 8.0
    _density_bar(column, verdict)


def _density_bar(column: Column, verdict: SheetVerdict) -> None:
    """Draw density, its interval and the target on one axis from nought."""
    figures, pen = verdict.figures, column.pen
    density, target = as_number(figures["density_per_km2"]), as_number(figures["target_per_km2"])
    if density is None or target is None:
        return
    low, high = as_number(figures["density_low"]), as_number(figures["density_high"])
    top = max(density, target, high or 0.0) * 1.08
    left, width, y = column.rect.left, column.rect.width, column.y
    look = CLASSIFICATION[verdict.status]
    pen.box((left, y), (width, 3.0), fill="#f1f2f2")
    pen.box((left, y), (width * density / top, 3.0), fill=look.colour, stroke=look.ink, weight=0.4)
    if low is not None:
        end = width if high is None else width * high / top
        pen.line([(left + width * low / top, y + 1.5), (left + end, y + 1.5)], ink=INK, weight=0.7)
        for x in (width * low / top, *(() if high is None else (end,))):
            pen.line([(left + x, y + 0.7), (left + x, y + 2.3)], ink=INK, weight=0.7)
    mark = left + width * target / top
    pen.line([(mark, y - 0.7), (mark, y + 3.7)], ink="#000000", weight=1.2)
    words = text("sheet.bar_target", column.lang, value=f"{target:g}")
    half = pen.width(words, column.size - 1.4) / 2
    middle = min(max(mark, left + half), left + width - half)
    foot = y + 3.9 + (column.size - 1.4) * PT_TO_MM
    pen.write(middle, foot, words, size=column.size - 1.4, at="middle")
    column.y = foot + 1.4


def definition_block(column: Column, sheet: ZoneSheet) -> None:
    """Write how the stations and the area of the verdict in use were counted."""
    column.heading("sheet.definition")
    if not sheet.verdicts:
        column.words(text("sheet.no_verdict", column.lang))
        return
    column.rows(definition_rows(sheet.verdicts[0].definition, column.lang), most=2)


def geometry_block(column: Column, sheet: ZoneSheet) -> None:
    """Write how well the outline and the areas are known."""
    column.heading("sheet.geometry")
    column.rows(geometry_rows(sheet.facts, column.lang), most=2)
    for words, most in zip(geometry_notes(sheet.facts, column.lang), (4, 9), strict=True):
        if words:
            column.words(words, most=most)


def legend_block(column: Column, sheet: ZoneSheet, picture: MapPicture) -> None:
    """Write what the map's colours, lines and symbols mean."""
    column.heading("map.legend")
    _statuses(column, picture)
    step = column.size * LEADING * PT_TO_MM + 0.5
    for style in ("solid", "long", "short"):
        if style in picture.styles:
            y = column.y + step / 2
            canvas = column.pen.canvas
            canvas.saveState()
            dash = DASHES[style]
            if dash:
                canvas.setDash([length * mm for length in dash])
            left = column.rect.left
            column.pen.line([(left, y), (left + SWATCH[0] + 3.0, y)], weight=1.2)
            canvas.restoreState()
            _entry(column, text(f"map.line_{style}", column.lang), step, room=SWATCH[0] + 4.4)
    _points(column, sheet, picture, step)
    for kind in SYMBOLS:
        if kind in picture.kinds:
            at = ((column.rect.left + 3.2) * mm, column.pen.y(column.y + step / 2))
            draw_symbol(column.pen.canvas, at, SYMBOLS[kind])
            _entry(column, text(f"map.kind_{kind}", column.lang), step)
    if picture.water:
        y = column.y + (step - SWATCH[1]) / 2
        column.pen.box((column.rect.left, y), SWATCH, fill=WATER)
        _entry(column, text("sheet.river", column.lang), step)
    if picture.unnamed:
        column.words(
            text("sheet.unnamed", column.lang, unnamed=picture.unnamed, places=picture.places), most=2
        )


def _points(column: Column, sheet: ZoneSheet, picture: MapPicture, step: float) -> None:
    for key, ink, count, synthetic in (
        ("map.layer_stations", STATION_INK, picture.stations, sheet.scene.stations_synthetic),
        ("map.layer_poles", POLE_INK, picture.poles, sheet.scene.poles_synthetic),
    ):
        if count:
            at = np.array([[(column.rect.left + 3.2) * mm, column.pen.y(column.y + step / 2)]])
            draw_dots(column.pen.canvas, at, ink=ink, size_mm=0.9)
            layer = text(key, column.lang)
            if synthetic:
                layer = text("map.simulated_title", column.lang, layer=layer)
            _entry(column, text("sheet.points_shown", column.lang, layer=layer, count=f"{count:,}"), step)


def _statuses(column: Column, picture: MapPicture) -> None:
    """Write the whole scale in two columns, with the number of zones where several are coloured."""
    step = SWATCH[1] + 0.9
    half = (len(CLASSIFICATION.classes) + 1) // 2
    start = column.y
    for number, look in enumerate(CLASSIFICATION.classes):
        x = column.rect.left + (number // half) * column.rect.width / 2
        y = start + (number % half) * step
        column.swatch(look, x=x, y=y)
        count = picture.statuses.count(look.status.value)
        words = f"{look.symbol} {look.label(column.lang)}"
        if len(picture.statuses) > 1 and count:
            words += f" {count}"
        room, wanted = column.rect.width / 2 - SWATCH[0] - 2.0, column.size - 0.4
        size = min(wanted, wanted * room / column.pen.width(words, wanted))
        column.pen.write(x + SWATCH[0] + 1.4, y + SWATCH[1] - 0.7, words, size=size)
    column.y = start + half * step + 0.4


def _entry(column: Column, words: str, step: float, *, room: float = SWATCH[0] + 1.4) -> None:
    """Write what a symbol means beside it, in two lines at most."""
    size = column.size - 0.2
    lines = column.pen.lines(words, column.rect.width - room, size=size, most=2)
    foot = column.y + step / 2 + size * PT_TO_MM * 0.36
    for number, line in enumerate(lines):
        column.pen.write(column.rect.left + room, foot + number * step * 0.85, line, size=size)
    column.y += step * (1.0 + 0.85 * (len(lines) - 1))
