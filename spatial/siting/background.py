"""A siting solved in a process of its own: whoever waits may go on, look again, or call it off.

The search for a proved optimum takes all that a processor has, up to its time limit. In a process
beside the server it holds up no other session, and ends when it is called off.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import BoundedSemaphore, Lock, Thread
from typing import TYPE_CHECKING, Any, Final, Self, cast

from spatial.errors import AtlasError, UsageError

if TYPE_CHECKING:
    from spatial.siting.model import SitingProblem, SitingSettings, SitingSolution

__all__ = ["AT_ONCE", "SitingJob"]

AT_ONCE: Final = max(os.cpu_count() or 1, 2)
"""How many searches this server runs beside each other; each has a time limit."""

_ROOT: Final = Path(__file__).resolve().parents[2]
_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from spatial.siting.background import work; work()"
)
_GRACE_S: Final = 15.0
"""Beyond the time limit, for starting and for building the model."""

_PLACES: Final = BoundedSemaphore(AT_ONCE)


class SitingJob:
    """One search under way.

    Parameters
    ----------
    problem : SitingProblem
        What is asked.
    settings : SitingSettings
        The conditions, with the time limit.

    Raises
    ------
    UsageError
        If as many searches as this server takes are under way.
    """

    def __init__(self, problem: SitingProblem, settings: SitingSettings) -> None:
        if not _PLACES.acquire(blocking=False):
            raise UsageError("siting.too_many_jobs", n=AT_ONCE)
        self._place = _Place()
        self._started = time.monotonic()
        self.time_limit_s = settings.time_limit_s
        # A file, not a pipe: nobody has to read while the process works.
        self._answer = TemporaryFile()  # noqa: SIM115 - lives as long as the job
        self._outcome: SitingSolution | AtlasError | None = None
        try:
            with TemporaryFile() as question:
                pickle.dump((problem, settings), question)
                question.seek(0)
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-I", "-c", _PROGRAM, str(_ROOT)],
                    stdin=question,
                    stdout=self._answer,
                    stderr=subprocess.DEVNULL,
                )
        except BaseException:
            self._let_go()
            raise
        # Whoever asked may look at another page for hours: the place is given back all the same.
        watch = (self._process, settings.time_limit_s + _GRACE_S, self._place)
        Thread(target=_see_out, args=watch, daemon=True, name="siting").start()

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._started

    def poll(self) -> SitingSolution | None:
        """Return the answer once it is there; None while the search goes on.

        Raises
        ------
        AtlasError
            What the search itself refused, or that it broke down or ran far beyond its time.
        """
        if self._outcome is None:
            self._look()
        if isinstance(self._outcome, AtlasError):
            raise self._outcome
        return self._outcome

    def cancel(self) -> None:
        """End the search; nothing of it is left."""
        if self._process.poll() is None:
            with suppress(OSError):
                self._process.kill()
            self._process.wait()
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def __del__(self) -> None:
        # A session that is gone calls nothing off by itself.
        if getattr(self, "_process", None) is not None:
            self.cancel()

    def _look(self) -> None:
        code = self._process.poll()
        if code is None and self.elapsed_s <= self.time_limit_s + _GRACE_S:
            return
        if code == 0:
            self._answer.seek(0)
            # Written by our own program into a file of our own.
            self._outcome = cast("Any", pickle.load(self._answer))  # noqa: S301
        else:
            self._outcome = UsageError("siting.job_failed")
        self.cancel()

    def _let_go(self) -> None:
        """Close the answer and give the place to the next search."""
        self._answer.close()
        self._place.leave()


class _Place:
    """One of the places that this server has for searches, taken; it is given back once."""

    def __init__(self) -> None:
        self._places = _PLACES
        self._lock = Lock()
        self._taken = True

    def leave(self) -> None:
        """Give the place to the next search."""
        with self._lock:
            if self._taken:
                self._taken = False
                self._places.release()


def _see_out(process: subprocess.Popen[bytes], at_most_s: float, place: _Place) -> None:
    """Wait for the end of a search, bring it about when it is far too late, and give its place back."""
    try:
        process.wait(at_most_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    place.leave()


def work() -> None:
    """Solve what stands in the standard input; the answer, or the refusal, goes to the standard output."""
    from spatial.siting.solve import solve_siting  # noqa: PLC0415 - the other process needs no solver

    problem, settings = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    # Nothing that a library prints may stand in the answer.
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        answer: SitingSolution | AtlasError = solve_siting(problem, settings)
    except AtlasError as fault:
        answer = fault
    with stream:
        pickle.dump(answer, stream)
