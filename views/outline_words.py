"""How well an outline is known, in words: those of the pack and those that a planner brought."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from spatial.export.content.zone_features import basis_word
from spatial.text import catalogue, text
from views.figures import NOTHING, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["accuracy_words", "outline_basis", "water_words"]


def outline_basis(zone: Mapping[str, Any], lang: str) -> str:
    """Return what the outline rests on."""
    basis = str(zone["geometry_basis"])
    key = f"app.basis.{basis}"
    return text(key, lang) if key in catalogue() else basis_word(basis, lang)


def accuracy_words(zone: Mapping[str, Any], lang: str) -> str:
    """Return the accuracy in metres, a dash where nobody stated one."""
    metres = zone["position_accuracy_m"]
    if metres is None or not math.isfinite(metres):
        return NOTHING
    return text("app.sheet.metres", lang, metres=plain(metres))


def water_words(zone: Mapping[str, Any], lang: str) -> str:
    """Return whether the outline takes in water, a dash where nobody stated that."""
    water = zone["includes_water"]
    if water is None:
        return NOTHING
    return text("app.yes" if water else "app.no", lang)
