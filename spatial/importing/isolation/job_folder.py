"""The private folder of one examination: gone when it ends, swept by a later one where it could not."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spatial.atomic_write import sweep, temporary_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["job_folder", "jobs_room", "open_left"]

_PRIVATE: Final = 0o700
_READ_FLAGS: Final = ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
"""Where the system has them: it neither follows a link nor waits for a pipe."""


def jobs_room() -> Path | None:
    """Return the folder of this user in which the folders of examinations lie; None where it is not safe."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    room = Path(tempfile.gettempdir()) / f"atlas-import-{user}"
    with suppress(FileExistsError):
        room.mkdir(mode=_PRIVATE)
    if os.name != "posix":
        return room
    found = room.lstat()
    is_ours = found.st_uid == user and not room.is_symlink() and room.is_dir()
    return room if is_ours and found.st_mode & 0o777 == _PRIVATE else None


@contextmanager
def job_folder() -> Iterator[Path]:
    """Give an empty folder that no other user can look into, and remove it afterwards."""
    room = jobs_room()
    if room is None:
        folder = Path(tempfile.mkdtemp(prefix="atlas-import-"))
    else:
        with suppress(OSError):
            sweep(room)
        folder = temporary_path(room / "job", suffix="")
        folder.mkdir(mode=_PRIVATE)
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def open_left(path: Path) -> BinaryIO:
    """Open a file that a process left in its folder: a link is not followed, a pipe is not waited for.

    Raises
    ------
    OSError
        If it is no plain file.
    """
    handle = os.open(path, os.O_RDONLY | sum(getattr(os, flag, 0) for flag in _READ_FLAGS))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    return os.fdopen(handle, "rb")
