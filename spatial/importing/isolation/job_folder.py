"""The private folder of one examination: gone when it ends, swept by a later one where it could not."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spatial.atomic_write import sweep, temporary_path

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["job_folder", "jobs_room"]

_PRIVATE: Final = 0o700


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
