"""How a figure is written: thousands apart, a fixed number of decimals, a dash for nothing."""

from __future__ import annotations

import math
from numbers import Real
from typing import Final

__all__ = ["NOTHING", "figure", "interval", "percent", "plain"]

NOTHING: Final = "–"


def figure(value: object, decimals: int = 0) -> str:
    """Return ``value`` with thousands separators, or a dash where there is none."""
    if not isinstance(value, Real) or not math.isfinite(value):
        return NOTHING
    return f"{float(value):,.{decimals}f}"


def percent(ratio: object, decimals: int = 0) -> str:
    """Return a ratio as a percentage, rounded down so that what falls short never reads as 100 %."""
    if not isinstance(ratio, Real) or not math.isfinite(ratio):
        return NOTHING
    steps = 10**decimals
    return f"{math.floor(float(ratio) * 100 * steps + 1e-9) / steps:,.{decimals}f} %"


def interval(low: object, high: object, decimals: int = 1) -> str:
    """Return ``low`` to ``high``; one figure where both print alike."""
    first, last = figure(low, decimals), figure(high, decimals)
    return first if first == last else f"{first}–{last}"


def plain(value: object) -> str:
    """Return a figure as its source gives it: no trailing zeros, thousands apart."""
    if not isinstance(value, Real) or not math.isfinite(value):
        return NOTHING
    whole = float(value)
    return f"{whole:,.0f}" if whole.is_integer() else f"{whole:,.10f}".rstrip("0")
