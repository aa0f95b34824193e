"""Waiting for tasks: what has come, what has failed, and whether anyone is still at work."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import AtlasError, ClusterError

if TYPE_CHECKING:
    from distributed import Client, Future

    from spatial.density.cluster.patience import ClusterPatience
    from spatial.density.watch import Watch

__all__ = ["Waiting", "explained"]

_LOOK_EVERY_S: Final = 0.02
_UNDER_WAY: Final = ("pending", "lost")
"""What was lost with a worker is made again; to a client it is lost for a moment only."""
_FINISHED: Final = "finished"
_FAILED: Final = "error"


class Waiting:
    """Looks after the tasks of one count.

    Parameters
    ----------
    client : distributed.Client
        The way to the scheduler.
    patience : ClusterPatience
        How long to wait for whom.
    watch : Watch
        Tells the caller how far the count is, and heeds it.
    """

    def __init__(self, client: Client, patience: ClusterPatience, watch: Watch) -> None:
        self._client = client
        self._patience = patience
        self._watch = watch
        self._asked = self._seen_worker = time.monotonic()

    def wait(self, result: Future, steps: dict[Future, int]) -> Any:  # noqa: ANN401 - whatever the task gives
        """Return what a task gives, once all that it waits for is there.

        Parameters
        ----------
        result : distributed.Future
            The last task.
        steps : dict of distributed.Future to int
            Tasks before it and their rows. It is emptied as they end, so that the cluster may forget
            what nobody waits for any more.

        Raises
        ------
        AtlasError
            That a worker raised, or a `ClusterError` that says what became of the cluster.
        CountCancelledError
            If the caller wants no more.
        """
        try:
            while True:
                for step in [step for step in steps if self._is_finished(step)]:
                    self._watch.read(steps.pop(step))
                if self._is_finished(result):
                    self._watch.look()
                    return self._fetched(result)
                self._look_round()
                time.sleep(_LOOK_EVERY_S)
        except BaseException:
            # A client that the caller keeps would let them run on. The last task goes first: a scheduler
            # fails over a task that is cancelled while one that nobody asked for still waits for it.
            with suppress(Exception):
                self._client.cancel([result], force=True)
                self._client.cancel(list(steps), force=True)
            raise

    def _fetched(self, result: Future) -> Any:  # noqa: ANN401
        """Return what a finished task gave; where its worker dies now, it is made again."""
        while True:
            with suppress(TimeoutError):
                return result.result(timeout=self._patience.without_workers_s)
            self._look_round()

    def _is_finished(self, task: Future) -> bool:
        """Tell whether a task has its result; raise what became of one that has ended without."""
        status = task.status  # it may be another a moment later
        if status in _UNDER_WAY:
            return False
        if status == _FINISHED:
            return True
        if status != _FAILED:
            raise ClusterError("cluster.scheduler_lost")
        raise explained(task.exception(timeout=self._patience.reply_s))

    def _look_round(self) -> None:
        """Heed the caller, and now and then ask the scheduler for its workers."""
        self._watch.look()
        now = time.monotonic()
        if now - self._asked < self._patience.ask_every_s:
            return
        self._asked = now
        if self._n_workers():
            self._seen_worker = time.monotonic()
        elif now - self._seen_worker > self._patience.without_workers_s:
            seconds = f"{self._patience.without_workers_s:g}"
            raise ClusterError("cluster.workers_lost", seconds=seconds)

    def _n_workers(self) -> int:
        """Return how many workers the scheduler has."""
        try:
            known = self._client.sync(
                self._client.scheduler.identity, n_workers=0, callback_timeout=self._patience.reply_s
            )
        except (OSError, TimeoutError, AttributeError) as error:
            # Without a connection there is no scheduler to ask.
            raise ClusterError("cluster.scheduler_lost") from error
        return int(known["n_workers"])


def explained(error: BaseException) -> BaseException:
    """Return the error of a task as one that says what to do next; what is unforeseen stays as it is."""
    from distributed import KilledWorker  # noqa: PLC0415 - Dask is imported for a count on a cluster alone
    from distributed.scheduler import NoValidWorkerError, NoWorkerError  # noqa: PLC0415

    if isinstance(error, AtlasError):
        return error
    if isinstance(error, KilledWorker):
        told = ClusterError(
            "cluster.killed", count=error.allowed_failures + 1, worker=error.last_worker.address
        )
    elif isinstance(error, NoWorkerError | NoValidWorkerError):
        told = ClusterError("cluster.workers_lost", seconds=f"{error.timeout:g}")
    elif isinstance(error, ImportError | AttributeError) or "deserializ" in str(error):
        told = ClusterError("cluster.no_product", reason=str(error.__cause__ or error))
    elif isinstance(error, MemoryError):
        told = ClusterError("cluster.no_memory")
    else:
        return error
    told.__cause__ = error
    return told
