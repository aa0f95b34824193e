"""A file that a guarded process left, as memory that costs nothing until it is looked at.

What is mapped is a copy: of the file itself, a process that outlived its end could still take the content
away under the pages, after it was checked.
"""

from __future__ import annotations

import mmap
import shutil
import tempfile
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["OwnCopy"]

_FORGET: Final = getattr(mmap, "MADV_DONTNEED", None)
_BLOCK: Final = 1 << 20


class OwnCopy:
    """A copy without a name, on disk as long as anything made of it is in use.

    Parameters
    ----------
    source : file
        Copied from its start.
    """

    def __init__(self, source: BinaryIO) -> None:
        source.seek(0)
        self._mapped: mmap.mmap | None = None
        with tempfile.TemporaryFile() as file:
            shutil.copyfileobj(source, file, _BLOCK)
            file.flush()
            if file.tell():
                # The mapping keeps the file: the last array made of it lets both go.
                self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def reader(self) -> pa.BufferReader:
        """Return what reads the copy from its start; what is read lies in the file, not in memory."""
        return pa.BufferReader(pa.py_buffer(b"" if self._mapped is None else self._mapped))

    def forget_pages(self) -> None:
        """Give back the memory of what was looked at so far; it comes from the file again when needed."""
        if self._mapped is not None and _FORGET is not None:
            self._mapped.madvise(_FORGET)
