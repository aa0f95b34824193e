"""How many files are examined at the same time: as many as there are processors; the others wait."""

from __future__ import annotations

import os
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["AT_ONCE", "turn"]

AT_ONCE: Final = max(os.cpu_count() or 1, 2)
"""Each takes a processor and up to the limit of memory; more at once would only slow one another down."""

_LOOK_EVERY_S: Final = 0.05
_PLACES: Final = BoundedSemaphore(AT_ONCE)


@contextmanager
def turn(waiting: Callable[[], object]) -> Iterator[None]:
    """Wait for a place and hold it for the block.

    Parameters
    ----------
    waiting : callable
        Called many times a second while there is none; what it raises ends the waiting.
    """
    while not _PLACES.acquire(timeout=_LOOK_EVERY_S):
        waiting()
    try:
        yield
    finally:
        _PLACES.release()
