"""A status as the page shows it: hatched swatch, symbol and word, from the map's own classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from layers.classification import CLASSIFICATION, Hatching
from spatial.text import text
from views.html_table import Markup, fragment

if TYPE_CHECKING:
    from spatial.verdict import Status

__all__ = ["status_background", "status_mark", "status_word"]

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


def status_word(status: Status, lang: str, *, conditional: bool = False) -> str:
    """Return the word of ``status``; a conditional one holds under the definition in use alone."""
    word = CLASSIFICATION[status].label(lang)
    return text("app.verdict.under_definition", lang, status=word) if conditional else word


def status_background(status: Status) -> tuple[str, str]:
    """Return the CSS background of ``status``, hatching over colour, and the colour of its ink."""
    entry = CLASSIFICATION[status]
    strokes = STROKES[entry.hatching].replace("{ink}", entry.ink)
    return (f"{strokes},{entry.colour}" if strokes != "none" else entry.colour), entry.ink


def status_mark(status: Status, lang: str, *, conditional: bool = False) -> Markup:
    """Return swatch, symbol and word of ``status``."""
    entry = CLASSIFICATION[status]
    background, _ = status_background(status)
    return fragment(
        '<span class="status-mark{conditional}" style="color:{ink}"><span class="swatch" aria-hidden="true"'
        ' style="background:{background};border-color:{ink}"></span>{symbol} {word}</span>',
        conditional=" conditional" if conditional else "",
        ink=entry.ink,
        background=background,
        symbol=entry.symbol,
        word=status_word(status, lang, conditional=conditional),
    )
