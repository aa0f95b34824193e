"""A page to write and draw on: millimetres from the top left, text that wraps in both languages."""

from __future__ import annotations

import hashlib
import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from spatial.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportlab.pdfgen.canvas import Canvas

__all__ = ["INK", "PALE_INK", "Pen", "registered_font"]

INK: Final = "#12222f"
PALE_INK: Final = "#5a6670"
LEADING: Final = 1.42
"""Height of a line as a share of the size of its letters."""
PT_TO_MM: Final = float(1.0 / mm)

# Printed for a character that the font lacks, as typesetters do; never an empty box.
MISSING: Final = "〓"
BOLD_STROKE: Final = 0.028
_TOKENS: Final = re.compile(r"\s+|[!-~\u00a0-\u2e7f]+|.", re.DOTALL)
# Marks that may not begin a line, and those that may not end one.
_CLOSING: Final = "，。、；：！？）》」』】〉”’％…"
_OPENING: Final = "（《「『【〈“‘"


@lru_cache(maxsize=4)
def registered_font(font: bytes) -> str:
    """Make the TrueType file ``font`` known to the writer of PDFs and return its name there."""
    name = f"sheet-{hashlib.sha256(font).hexdigest()[:12]}"
    pdfmetrics.registerFont(TTFont(name, io.BytesIO(font)))
    return name


class Pen:
    """One page under way.

    Parameters
    ----------
    canvas : Canvas
        Where everything goes; its origin is the lower left corner, in points.
    font : str
        As `registered_font` names it.
    height_mm : float
        Height of the page: positions are measured from its top.
    """

    def __init__(self, canvas: Canvas, *, font: str, height_mm: float) -> None:
        self.canvas: Any = canvas
        self.font = font
        self.height_mm = height_mm
        self.missing: set[str] = set()
        self._known: Any = pdfmetrics.getFont(font).face.charToGlyph

    def y(self, from_top_mm: float) -> float:
        """Return the height above the page's foot in points."""
        return float((self.height_mm - from_top_mm) * mm)

    def clean(self, words: str) -> str:
        """Return one line of text that the font can write; what it lacks is noted and marked."""
        line = printable(" ".join(words.split()))
        lacking = {letter for letter in line if ord(letter) not in self._known}
        self.missing |= lacking
        return "".join(MISSING if letter in lacking else letter for letter in line)

    def width(self, words: str, size: float) -> float:
        """Return the width of ``words`` in millimetres at ``size`` points."""
        return float(pdfmetrics.stringWidth(words, self.font, size) * PT_TO_MM)

    def write(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float,
        ink: str = INK,
        bold: bool = False,
        at: str = "left",
    ) -> float:
        """Write one line with its foot at ``y``; return its width in millimetres."""
        line = self.clean(words)
        width = self.width(line, size)
        left = x - {"left": 0.0, "middle": width / 2, "right": width}[at]
        self.canvas.setFillColor(HexColor(ink))
        self.canvas.setFont(self.font, size)
        if bold:
            self.canvas.setStrokeColor(HexColor(ink))
            self.canvas.setLineWidth(size * BOLD_STROKE)
        self.canvas.drawString(left * mm, self.y(y), line, mode=2 if bold else 0)
        return width

    def lines(self, words: str, width: float, *, size: float, most: int | None = None) -> list[str]:
        """Break ``words`` into lines no wider than ``width`` mm; a cut text ends in an ellipsis."""
        lines: list[str] = [""]
        for piece in self._pieces(self.clean(words), width, size):
            if lines[-1] and self.width(lines[-1] + piece.rstrip(), size) > width:
                lines.append("")
            lines[-1] += piece if lines[-1] else piece.lstrip()
        if most is not None and len(lines) > most:
            last = lines[most - 1]
            while last and self.width(last + "…", size) > width:
                last = last[:-1]
            lines = [*lines[: most - 1], last + "…"]
        return [line.rstrip() for line in lines]

    def _pieces(self, words: str, width: float, size: float) -> list[str]:
        """Return what may not be broken: a Latin word, or a character with its punctuation."""
        pieces: list[str] = []
        for token in _TOKENS.findall(words):
            if pieces and (token[0] in _CLOSING or token.isspace() or pieces[-1][-1] in _OPENING):
                pieces[-1] += token
            else:
                pieces.append(token)
        broken = []
        for piece in pieces:
            broken += [piece] if self.width(piece.rstrip(), size) <= width else list(piece)
        return broken

    def paragraph(
        self,
        x: float,
        y: float,
        words: str,
        *,
        width: float,
        size: float,
        ink: str = INK,
        bold: bool = False,
        most: int | None = None,
    ) -> float:
        """Write ``words`` below ``y`` and return where the next line may begin."""
        step = size * LEADING * PT_TO_MM
        for line in self.lines(words, width, size=size, most=most):
            self.write(x, y + size * PT_TO_MM, line, size=size, ink=ink, bold=bold)
            y += step
        return y

    def box(
        self,
        corner: tuple[float, float],
        size: tuple[float, float],
        *,
        fill: str | None = None,
        stroke: str | None = None,
        weight: float = 0.4,
        alpha: float = 1.0,
        radius: float = 0.0,
    ) -> None:
        """Draw a rectangle from its upper left ``corner``."""
        canvas = self.canvas
        canvas.saveState()
        if fill:
            canvas.setFillColor(HexColor(fill))
            canvas.setFillAlpha(alpha)
        if stroke:
            canvas.setStrokeColor(HexColor(stroke))
            canvas.setLineWidth(weight)
        x, top = corner
        width, height = size
        canvas.roundRect(
            x * mm,
            self.y(top + height),
            width * mm,
            height * mm,
            radius * mm,
            stroke=int(stroke is not None),
            fill=int(fill is not None),
        )
        canvas.restoreState()

    def line(self, points: Sequence[tuple[float, float]], *, ink: str = INK, weight: float = 0.4) -> None:
        """Draw a line through ``points``, millimetres from the top left."""
        path = self.canvas.beginPath()
        for number, (x, y) in enumerate(points):
            (path.lineTo if number else path.moveTo)(x * mm, self.y(y))
        self.canvas.setStrokeColor(HexColor(ink))
        self.canvas.setLineWidth(weight)
        self.canvas.drawPath(path, stroke=1, fill=0)

    def badge(self, x: float, y: float, words: str, *, size: float, ink: str, fill: str = "#ffffff") -> float:
        """Draw a word in a frame, its right edge at ``x``; return its left edge."""
        width = self.width(self.clean(words), size) + 3.0
        height = size * PT_TO_MM + 1.8
        self.box((x - width, y), (width, height), fill=fill, stroke=ink, weight=0.7, radius=0.8)
        self.write(
            x - width / 2, y + size * PT_TO_MM + 0.45, words, size=size, ink=ink, bold=True, at="middle"
        )
        return x - width
