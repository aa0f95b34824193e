"""Whether a worker sees the file that was meant: the same path may hold another file, or none."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from spatial.errors import ClusterError

if TYPE_CHECKING:
    from spatial.density.model import PointSource

__all__ = ["FileMark", "mark_of", "require_same"]

_LOOKED_AT: Final = 1 << 16
"""Bytes at each end; the end of a Parquet file lists the whole."""


class FileMark(NamedTuple):
    """What tells a file from another of the same path: its size, and its first and last bytes."""

    path: str
    n_bytes: int
    digest: str


def mark_of(source: PointSource) -> FileMark | None:
    """Return the mark of a source's file; None if its points are in memory.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    path = getattr(source, "path", None)
    return None if path is None else _mark(Path(path).resolve())


def require_same(mark: FileMark | None, *, worker: str) -> None:
    """Refuse a file that this process cannot open, or that is not the one meant.

    Raises
    ------
    ClusterError
        Naming the worker, the path and the reason.
    """
    if mark is None:
        return
    try:
        found = _mark(Path(mark.path))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ClusterError("cluster.no_file", worker=worker, path=mark.path, reason=reason) from error
    if found != mark:
        raise ClusterError("cluster.other_file", worker=worker, path=mark.path)


def _mark(path: Path) -> FileMark:
    """Read the mark of a file."""
    with path.open("rb") as file:
        n_bytes = file.seek(0, os.SEEK_END)
        digest = hashlib.sha256()
        for start in (0, max(n_bytes - _LOOKED_AT, 0)):
            file.seek(start)
            digest.update(file.read(_LOOKED_AT))
    return FileMark(str(path), n_bytes, digest.hexdigest())
