"""Files that are opened by name are plain files: neither pipes nor devices nor folders."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from spatial.errors import UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["refuse_special"]


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
