"""What this process may take: memory, computing time, size of files. Standard library alone."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "GRACE_SECONDS",
    "bound_memory",
    "bound_process",
    "drop_privileges",
    "file_bytes",
    "open_account",
    "spare_memory",
]

GRACE_SECONDS: Final = 5
"""After its computing time is used up a process is told; so much later it is ended."""
_OPEN_FILES: Final = 256
_SPARE_BYTES: Final = 64_000_000
"""Kept back so that a process without memory can still say so."""
_DIE_WITH_PARENT: Final = 1
_NO_NEW_PRIVILEGES: Final = 38
_CAPABILITIES_VERSION: Final = 0x20080522


def file_bytes(limits: Mapping[str, int]) -> int:
    """Return how large a file may be that an examination writes: unpacked content, once rearranged."""
    return 2 * limits["unpacked_bytes"]


def bound_process(limits: Mapping[str, int]) -> dict[str, bool]:
    """Bound computing time, file size, open files and core dumps; say which of the first two hold."""
    if resource is None:
        return {"cpu": False, "file_size": False}
    _lower(resource.RLIMIT_CORE, 0, 0)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES)
    size = file_bytes(limits)
    seconds = limits["seconds"]
    return {
        "cpu": _lower(resource.RLIMIT_CPU, seconds, seconds + GRACE_SECONDS),
        "file_size": _lower(resource.RLIMIT_FSIZE, size, size),
    }


def open_account() -> int | None:
    """Return a handle on what the kernel counts of this process, for a time when no file may be opened."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return None


def bound_memory(memory_bytes: int, account: int | None) -> bool:
    """Bound the memory of this process, its libraries included; False where the system does not hold it.

    Address space that the libraries reserve and never touch is granted on top: ``account``, opened
    before, tells how much that is.
    """
    if resource is None or account is None:
        return False
    words = os.pread(account, 200, 0).split()
    reserved = (int(words[0]) - int(words[1])) * resource.getpagesize()
    allowed = memory_bytes + reserved
    return _lower(resource.RLIMIT_AS, allowed, allowed + _SPARE_BYTES)


def spare_memory() -> None:
    """Release what was kept back, so that the end can be told."""
    if resource is not None:
        with suppress(OSError, ValueError):
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def drop_privileges() -> None:
    """Give up every capability, gain none by any program, and die with the parent."""
    if not sys.platform.startswith("linux"):
        return
    system = ctypes.CDLL(None, use_errno=True)
    system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    system.capset(header, (ctypes.c_uint32 * 6)())
    system.prctl(_DIE_WITH_PARENT, int(signal.SIGKILL), 0, 0, 0)


def _lower(kind: int, soft: int, hard: int) -> bool:
    """Set a limit, never above the one that is in force."""
    _, ceiling = resource.getrlimit(kind)
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (OSError, ValueError):
        return False
    return True
