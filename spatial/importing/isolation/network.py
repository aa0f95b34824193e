"""No network for this process, where the kernel lets a process leave it.

Loaded before everything else and therefore on the standard library alone: a process that has started
threads cannot enter namespaces of its own.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

__all__ = ["leave_network"]

_NEW_USER: Final = 0x10000000
_NEW_NETWORK: Final = 0x40000000


def leave_network() -> bool:
    """Enter a network namespace that holds nothing, not even a loopback that is up; False where denied."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        unshare = ctypes.CDLL(None, use_errno=True).unshare
    except (OSError, AttributeError):
        return False
    # With a user namespace no privilege is needed; without one, it takes an administrator's.
    return any(unshare(flags) == 0 for flags in (_NEW_USER | _NEW_NETWORK, _NEW_NETWORK))
