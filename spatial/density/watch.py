"""How far a count has come, and whether it is still wanted."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from spatial.density.feed import CountCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spatial.density.model import PointSource

__all__ = ["Watch"]


class Watch:
    """Hears of rows from any thread, and speaks to the caller in the caller's own.

    Parameters
    ----------
    sources : sequence of PointSource
        The files.
    progress : callable, optional
        Called with the rows read so far and all rows, None where a file does not say.
    cancelled : callable, optional
        Asked whether to give up.
    """

    def __init__(
        self,
        sources: Sequence[PointSource],
        *,
        progress: Callable[[int, int | None], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        sizes = [source.n_rows for source in sources]
        self._total = None if min(sizes, default=-1) < 0 else sum(sizes)
        self._progress = progress
        self._cancelled = cancelled
        self._lock = Lock()
        self._done = 0

    def read(self, n_rows: int) -> None:
        """Hear that a thread is through with so many rows."""
        with self._lock:
            self._done += n_rows

    def look(self) -> None:
        """Tell the caller how far it is, and give up where the caller says so.

        Raises
        ------
        CountCancelledError
            If the caller wants no more.
        """
        if self._progress is not None:
            self._progress(self._done, self._total)
        if self._cancelled is not None and self._cancelled():
            raise CountCancelledError
