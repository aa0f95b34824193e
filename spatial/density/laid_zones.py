"""The zones of a count, laid while the first points are read."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spatial.zone_index import ZoneIndex

    _Batch = TypeVar("_Batch")

__all__ = ["LaidZones"]

_MOST_BATCHES_EARLY: Final = 16
"""For each thread: some 25 MB."""


class LaidZones:
    """Zones that one thread lays and others wait for.

    Parameters
    ----------
    laying : callable
        Lays them.
    """

    def __init__(self, laying: Callable[[], ZoneIndex]) -> None:
        self._laying = laying
        self._found: Future[ZoneIndex] = Future()

    def lay(self) -> None:
        """Lay the zones, once; whoever waits for them gets what goes wrong too."""
        if self._found.done():
            return
        try:
            self._found.set_result(self._laying())
        except BaseException as fault:
            self._found.set_exception(fault)
            raise

    def give_up(self) -> None:
        """Let nobody wait for zones that will not be laid."""
        self._found.cancel()

    @property
    def index(self) -> ZoneIndex:
        """The zones, once they are laid."""
        return self._found.result()

    def early(self, batches: Iterator[_Batch]) -> list[_Batch]:
        """Return the batches that can be read before the zones are laid, few enough to hold."""
        read: list[_Batch] = []
        while not self._found.done() and len(read) < _MOST_BATCHES_EARLY:
            try:
                read.append(next(batches))
            except StopIteration:
                break
        return read
