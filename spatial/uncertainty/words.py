"""Probabilities and intervals in words: no more digits than the draws give, never a made-up certainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["count_words", "density_words", "drawn_words", "probability_words"]

_LEAST, _MOST = 1, 99
_NOTHING: Final = "–"
_BETWEEN: Final = {"zh": "；", "en": "; "}


def probability_words(row: Mapping[str, Any], lang: str, *, maybe_low: bool = False) -> str:
    """Return the probability of a row of `spatial.uncertainty.probability.Uncertainty`.

    ``maybe_low`` is that of the draws. A share that draws alone make nought or one reads as below 1 % or
    above 99 %; 0 % and 100 % are for zones that no error can turn. Without a probability, the reason is
    returned.
    """
    share = row["probability_met"]
    if share is None or pd.isna(share):
        return text(row["reason"], lang)
    if row["certain"]:
        return f"{100 * round(share)} %"
    percent = round(100.0 * share)
    if percent > _MOST:
        return f"> {_MOST} %"
    words = f"< {_LEAST} %" if percent < _LEAST else f"{percent} %"
    return text("uncertainty.maybe_low", lang, probability=words) if maybe_low else words


def drawn_words(document: Mapping[str, Any], lang: str) -> str:
    """Return in a line how figures came about, from ``Uncertainty.to_dict()`` or `ErrorModel.to_dict`."""
    # Written out so that a search for a key finds where it is used.
    parts = {
        "points": "uncertainty.error_points",
        "boundaries": "uncertainty.error_boundaries",
        "offsets": "uncertainty.error_offsets",
    }
    return text(
        "uncertainty.drawn",
        lang,
        draws=document["draws"],
        seed=document["seed"],
        level=document["accuracy_level"],
        errors=_BETWEEN[lang].join(text(parts[name], lang) for name in document["errors"]),
    )


def count_words(row: Mapping[str, Any]) -> str:
    """Return the interval of the count, a dash where there is none."""
    return _interval(row["count_drawn_low"], row["count_drawn_high"], 0)


def density_words(row: Mapping[str, Any]) -> str:
    """Return the interval of the sites per km², a dash where there is none."""
    return _interval(row["density_drawn_low"], row["density_drawn_high"], 1)


def _interval(low: object, high: object, decimals: int) -> str:
    if low is None or high is None or pd.isna(low) or pd.isna(high):  # type: ignore[call-overload]
        return _NOTHING
    first, last = f"{low:,.{decimals}f}", f"{high:,.{decimals}f}"
    return first if first == last else f"{first}–{last}"
