"""How long a count waits for a cluster before it says what is amiss."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ClusterPatience"]


@dataclass(frozen=True, kw_only=True)
class ClusterPatience:
    """How long a count waits for a cluster, in seconds.

    A task may take as long as it takes: a worker that says nothing for the ``worker-ttl`` of the scheduler
    (five minutes unless set otherwise) is given up by it, and its tasks go to another.

    Attributes
    ----------
    connect_s : float
        For the scheduler to answer at its address.
    workers_s : float
        For the first worker to register.
    without_workers_s : float
        For a worker to come back after all have gone.
    reply_s : float
        For the scheduler to answer a question while the count runs.
    ask_every_s : float
        Between two such questions.
    """

    connect_s: float = 10.0
    workers_s: float = 60.0
    without_workers_s: float = 60.0
    reply_s: float = 30.0
    ask_every_s: float = 5.0
