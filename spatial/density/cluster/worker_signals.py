"""Loaded by the worker processes of this machine: an interrupt is for the process that counts.

The terminal sends it to all of the group; the workers end with the count.
"""

from __future__ import annotations

import signal
from typing import Any

__all__ = ["dask_setup"]


def dask_setup(_: Any) -> None:  # noqa: ANN401 - Dask calls it with its worker
    """Pass over interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
