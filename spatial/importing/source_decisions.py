"""How a file was opened, as decisions: which of its layers, and how its bytes became text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.importing.model import CERTAIN, Choice, Decision
from spatial.notice import Notice
from spatial.text import TextKey
from spatial.text_decoding import ENCODINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.importing.model import ImportSettings, LayerInfo, SourceLayer

__all__ = ["source_decisions"]

_ALL_LAYERS: Final = "*"
_LABEL: Final = "import.choice_as_named"
_BY_FORMAT: Final = "format"
_STATED: Final = "stated"
# A mark or a label says it; of bytes that fit, GB18030 takes nearly all, UTF-8 next to none by chance.
_CONFIDENCE: Final = {_STATED: CERTAIN, "mark": CERTAIN, "cpg": 0.95, "language_byte": 0.95}
_FITS: Final = {"utf-8": 0.99}
_FITS_OTHERWISE: Final = 0.8


def source_decisions(
    layer: SourceLayer, layers: Sequence[LayerInfo], settings: ImportSettings
) -> tuple[Decision, ...]:
    """Return which layer was read and in which encoding, as far as either could have been another.

    Parameters
    ----------
    layer : SourceLayer
        As it was read.
    layers : sequence of LayerInfo
        What the file offers.
    settings : ImportSettings
        What the planner stated.
    """
    found = []
    if len(layers) > 1:
        stated = settings.layer is not None
        # Folders that are read together have no name of their own.
        name = layer.name or settings.layer or _ALL_LAYERS
        found.append(
            Decision(
                what="layer",
                chosen=name,
                why=Notice("import.layer_stated" if stated else "import.layer_only", {"name": name}),
                confidence=CERTAIN,
                choices=tuple(_choice(each.name) for each in layers),
            )
        )
    if layer.encoding.source != _BY_FORMAT:
        name, source = layer.encoding
        others = dict.fromkeys((name, *ENCODINGS))
        found.append(
            Decision(
                what="encoding",
                chosen=name,
                why=Notice("import.encoding_why", {"why": TextKey(f"import.encoding_by_{source}")}),
                confidence=_CONFIDENCE.get(source, _FITS.get(name, _FITS_OTHERWISE)),
                choices=tuple(_choice(each) for each in others),
            )
        )
    return tuple(found)


def _choice(name: str) -> Choice:
    return Choice(name, Notice(_LABEL, {"name": name}))
