"""A status as the page shows it: hatched swatch, symbol and word, from the map's own classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from layers.classification import CLASSIFICATION, Hatching
from views.html_table import Markup, fragment, join

if TYPE_CHECKING:
    from layers.classification import StatusClass
    from spatial.verdict import Status

__all__ = ["legend", "status_mark"]

# How each hatching of the map is drawn as a background, in the ink of its class.
STROKES: Final = {
    Hatching.PLAIN: "none",
    Hatching.DIAGONAL: "repeating-linear-gradient(45deg,{ink} 0 1px,transparent 1px 4px)",
    Hatching.CROSSED: (
        "repeating-linear-gradient(45deg,{ink} 0 1px,transparent 1px 4px),"
        "repeating-linear-gradient(-45deg,{ink} 0 1px,transparent 1px 4px)"
    ),
    Hatching.DOTTED: "radial-gradient({ink} 1px,transparent 1px) 0 0/4px 4px",
    Hatching.UPRIGHT: "repeating-linear-gradient(90deg,{ink} 0 1px,transparent 1px 4px)",
    Hatching.SPARSE: "repeating-linear-gradient(45deg,{ink} 0 1px,transparent 1px 7px)",
}


def status_mark(status: Status, lang: str) -> Markup:
    """Return swatch, symbol and word of ``status``."""
    return _mark(CLASSIFICATION[status], lang)


def legend(lang: str, *, title: str) -> Markup:
    """Return every class in the order in which the map's legend shows them."""
    return fragment(
        '<ul class="legend" aria-label="{title}">{items}</ul>',
        title=title,
        items=join(fragment("<li>{mark}</li>", mark=_mark(entry, lang)) for entry in CLASSIFICATION.classes),
    )


def _mark(entry: StatusClass, lang: str) -> Markup:
    strokes = STROKES[entry.hatching].replace("{ink}", entry.ink)
    background = f"{strokes},{entry.colour}" if strokes != "none" else entry.colour
    return fragment(
        '<span class="status-mark" style="color:{ink}"><span class="swatch" aria-hidden="true"'
        ' style="background:{background};border-color:{ink}"></span>{symbol} {word}</span>',
        ink=entry.ink,
        background=background,
        symbol=entry.symbol,
        word=entry.label(lang),
    )
