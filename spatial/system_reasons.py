"""Why the operating system refused a file, in the words of the catalogue."""

from __future__ import annotations

import errno
from typing import Final

from spatial.text import TextKey

__all__ = ["system_reason"]

_SYSTEM_REASONS: Final = {
    errno.ENOENT: TextKey("error.system_missing"),
    errno.EACCES: TextKey("error.system_permission"),
    errno.EPERM: TextKey("error.system_permission"),
    errno.EROFS: TextKey("error.system_permission"),
    errno.EISDIR: TextKey("error.system_folder"),
    errno.ENOTDIR: TextKey("error.system_missing"),
    errno.ENOSPC: TextKey("error.system_full"),
    errno.EDQUOT: TextKey("error.system_full"),
    errno.ELOOP: TextKey("error.system_loop"),
    errno.ENAMETOOLONG: TextKey("error.system_long_name"),
}


def system_reason(fault: OSError) -> TextKey:
    """Return in words of ours why the operating system refused a file."""
    return _SYSTEM_REASONS.get(fault.errno or 0, TextKey("error.system_other"))
