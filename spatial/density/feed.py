"""Batches of several files handed to several threads, none more than a thread can hold."""

from __future__ import annotations

import os
from collections import deque
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spatial.density.model import PointBatch, PointSource, SourcePart

__all__ = ["CountCancelledError", "Feed", "run_threads", "usable_cores"]

_LOOK_EVERY_S: Final = 0.05


class CountCancelledError(Exception):
    """The caller wanted no more of it; nothing is left behind."""


class Feed:
    """Hands out the batches of several files, each once.

    A thread reads parts of its own as long as there are any. Of a file in one piece the next batch is
    read by one thread while the others count.

    Parameters
    ----------
    sources : sequence of PointSource
        The files.
    n_threads : int
        How many threads will ask.
    """

    def __init__(self, sources: Sequence[PointSource], *, n_threads: int) -> None:
        self._parts: deque[tuple[PointSource, SourcePart]] = deque(
            (source, part) for source in sources for part in source.parts()
        )
        self._streams = [_Stream(self._parts) for _ in range(max(min(n_threads, len(self._parts)), 1))]
        self._stopped = Event()

    def batches(self, thread: int) -> Iterator[tuple[PointSource, PointBatch]]:
        """Yield batches for one thread until all are handed out, or `stop` is called."""
        turn = thread % len(self._streams)
        for stream in self._streams[turn:] + self._streams[:turn]:
            while not self._stopped.is_set() and (found := stream.next()) is not None:
                yield found

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Hand out no more."""
        self._stopped.set()


class _Stream:
    """Part after part of what is left, one reader at a time."""

    def __init__(self, parts: deque[tuple[PointSource, SourcePart]]) -> None:
        self._parts = parts
        self._lock = Lock()
        self._source: PointSource | None = None
        self._batches: Iterator[PointBatch] = iter(())

    def next(self) -> tuple[PointSource, PointBatch] | None:
        """Return the next batch and its file; None after the last."""
        with self._lock:
            while True:
                for batch in self._batches:
                    if self._source is not None:
                        return self._source, batch
                try:
                    # From a deque each part is taken once, whoever asks.
                    self._source, part = self._parts.popleft()
                except IndexError:
                    return None
                self._batches = iter(self._source.batches(part))


def run_threads(
    work: Callable[[int], None],
    n_threads: int,
    *,
    stop: Callable[[], None],
    look: Callable[[], None] = lambda: None,
    first: Callable[[], None] = lambda: None,
) -> None:
    """Run ``work(number)`` in each of several threads, and wait for all.

    Parameters
    ----------
    work : callable
        What each thread does.
    n_threads : int
        How many.
    stop : callable
        Called once when one fails, or when ``look`` or ``first`` raises; the others should end soon then.
    look : callable
        Called in the caller's thread every so often.
    first : callable
        Called once in the caller's thread, while the others run.
    """
    # Imported here: a cluster's worker, which has one thread, needs none.
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait  # noqa: PLC0415

    with ThreadPoolExecutor(n_threads) as pool:
        running = {pool.submit(work, number) for number in range(n_threads)}
        try:
            first()
            while running:
                done, running = wait(running, timeout=_LOOK_EVERY_S, return_when=FIRST_EXCEPTION)
                for one in done:
                    one.result()
                look()
        except BaseException:
            stop()
            raise


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
