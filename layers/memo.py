"""Remember what was computed from a frame as long as that very frame lives.

A page run draws the same zones and stations again and again. Frames are read-only by convention
here, so the object itself is the key; nothing is kept after the frame is gone, and no session can
reach what another one holds.
"""

from __future__ import annotations

import weakref
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from geopandas import GeoDataFrame

__all__ = ["once_per_frame"]

R = TypeVar("R")


def once_per_frame(function: Callable[..., R]) -> Callable[..., R]:
    """Cache ``function(frame, *args, **kwargs)`` for the life of ``frame``."""
    known: dict[int, dict[Hashable, R]] = {}

    @wraps(function)
    def remembered(frame: GeoDataFrame, *args: Hashable, **kwargs: Hashable) -> R:
        number = id(frame)
        if number not in known:
            known[number] = {}
            weakref.finalize(frame, known.pop, number, None)
        results = known[number]
        key = (args, tuple(sorted(kwargs.items())))
        if key not in results:
            results[key] = function(frame, *args, **kwargs)
        return results[key]

    return remembered
