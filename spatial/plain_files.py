"""Files that are opened by name are plain files: neither pipes nor devices nor folders."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from spatial.errors import UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["open_plain", "refuse_special"]


def refuse_special(path: Path) -> None:
    """Refuse a pipe or a device, whose bytes may never come or never end, and a directory.

    Raises
    ------
    UnreadableFileError
        If it is no plain file.
    OSError
        As the system says where there is none.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise UnreadableFileError("error.no_plain_file", name=path.name)


def open_plain(path: Path) -> tuple[BinaryIO, int]:
    """Open a plain file to be read, and return it with the bytes that it says it has.

    What calls itself plain and has no size is one of the system's own, which may make its reader wait for
    ever: of a file without bytes nothing is to be read.

    Raises
    ------
    UnreadableFileError
        If it is no plain file.
    OSError
        As the system says where there is none, or it may not be read.
    """
    refuse_special(path)  # a device may act on being opened
    # Should a pipe have taken its place by now, the system is told not to wait for it.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise UnreadableFileError("error.no_plain_file", name=path.name)
    return os.fdopen(handle, "rb"), status.st_size
