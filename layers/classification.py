"""The one object that gives a status its colour, pattern, symbol and word.

Map, legend, table and chart all draw from `CLASSIFICATION`, so that they cannot disagree. Blue,
amber and vermilion stay apart for the common kinds of colour blindness and in grey print (their
lightness differs), and each class has a hatching and a symbol of its own, so colour never stands
alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from spatial.text import text
from spatial.verdict import Status

__all__ = ["CLASSIFICATION", "Classification", "Hatching", "StatusClass"]


class Hatching(StrEnum):
    """Patterns that the map's script knows how to draw."""

    PLAIN = "plain"
    DIAGONAL = "diagonal"
    CROSSED = "crossed"
    DOTTED = "dotted"
    UPRIGHT = "upright"
    SPARSE = "sparse"


@dataclass(frozen=True, kw_only=True)
class StatusClass:
    """How one status looks.

    Attributes
    ----------
    colour : str
        Fill of the zone, ``#rrggbb``.
    ink : str
        Colour of the pattern's strokes and of text on white; at least 4.5:1 against white.
    hatching : Hatching
        The pattern that tells the class without colour.
    symbol : str
        One character that stands before the word.
    label_key : str
        Key of the status word in the text catalogue.
    """

    status: Status
    colour: str
    ink: str
    hatching: Hatching
    symbol: str
    label_key: str

    def label(self, lang: str) -> str:
        """Return the status word in ``lang``."""
        return text(self.label_key, lang)


@dataclass(frozen=True)
class Classification:
    """The status classes in the order in which a legend shows them."""

    classes: tuple[StatusClass, ...]

    def __getitem__(self, status: Status | str) -> StatusClass:
        """Return the class of ``status``; a value that is no status is a ValueError."""
        wanted = Status(status)
        return next(entry for entry in self.classes if entry.status is wanted)


def _entry(status: Status, colour: str, ink: str, hatching: Hatching, symbol: str) -> StatusClass:
    return StatusClass(
        status=status,
        colour=colour,
        ink=ink,
        hatching=hatching,
        symbol=symbol,
        label_key=f"verdict.status_{status.value}",
    )


CLASSIFICATION: Final = Classification(
    (
        _entry(Status.MET, "#7fb2d6", "#1f5f8b", Hatching.PLAIN, "✓"),
        _entry(Status.NEAR, "#f0d48a", "#7d5a00", Hatching.DIAGONAL, "≈"),
        _entry(Status.SHORT, "#dd8e6f", "#9c3413", Hatching.CROSSED, "▼"),
        _entry(Status.UNDETERMINED, "#cfc3dc", "#5d4a78", Hatching.UPRIGHT, "?"),
        _entry(Status.TOO_SMALL, "#d9d5c9", "#625d4c", Hatching.DOTTED, "·"),
        _entry(Status.NO_TARGET, "#d5dde2", "#4d5b66", Hatching.PLAIN, "○"),
        _entry(Status.NO_DATA, "#f4f4f2", "#5f6468", Hatching.SPARSE, "–"),
    )
)
