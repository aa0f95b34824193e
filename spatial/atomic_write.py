"""Files and directories that change in one step: whoever looks sees the old or the new in full.

What is new is written beside the target under a name of our own, brought to the disk, checked, and put in
the target's place. A run that is killed leaves such a file behind; the next run in that directory clears it.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import socket
import stat
import sys
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from spatial.errors import UnwritableFileError
from spatial.system_reasons import system_reason
from spatial.text import TextKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "explain_unwritable",
    "make_room",
    "replace_directory",
    "replace_file",
    "staging_directory",
    "sweep",
    "temporary_path",
]

_HOST: Final = f"{zlib.crc32(socket.gethostname().encode()):08x}"
"""Marks the temporary names of this machine: on a shared drive another's process cannot be asked for."""
_OURS: Final = re.compile(
    r"\.atlas-(?P<host>[0-9a-f]{8})-(?P<process>\d+)-[0-9a-f]{32}(?:~(?P<target>.+)|\.\w+)?"
)
_NEARLY_FULL_BYTES: Final = 4_000_000
"""With less than this left, a full disk is why a file could not be written or reads back wrong: not every
writer passes the system's own words on, and some free what they had filled."""
_WORKING_DIRECTORY: Final = -100
_EXCHANGE: Final = 2


def temporary_path(target: Path, *, suffix: str | None = None) -> Path:
    """Return a free name beside ``target`` that says which process of which machine holds it."""
    end = target.suffix if suffix is None else suffix
    end = end if re.fullmatch(r"\.\w+", end) or end.startswith("~") else ""
    return target.with_name(f".atlas-{_HOST}-{os.getpid()}-{uuid4().hex}{end}")


def replace_file(
    path: Path, writer: Callable[[Path], object], *, verify: Callable[[Path], object] | None = None
) -> None:
    """Write a file, check it, and put it in place of the old one in one step.

    Parameters
    ----------
    path : Path
        The file; its directory must be there.
    writer : callable
        Writes the file under the temporary name that it is given.
    verify : callable, optional
        Reads the temporary file, after it was brought to the disk, and raises where it is not as meant.

    Raises
    ------
    UnwritableFileError
        If the file cannot be written; the old one is whole and nothing is left beside it.
    """
    _refuse_device(path)
    make_room(path)
    beside = temporary_path(path)
    with explain_unwritable(path):
        try:
            writer(beside)
            _sync(beside)
            if verify is not None:
                verify(beside)
            beside.replace(path)
            _sync(path.parent)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)


def _refuse_device(path: Path) -> None:
    """Refuse to put a file in the place of a device or a pipe, such as ``/dev/null``.

    Raises
    ------
    UnwritableFileError
        If one stands there.
    """
    with suppress(OSError):
        kind = path.lstat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISLNK(kind)):
            reason = TextKey("error.system_device")
            raise UnwritableFileError("error.unwritable_file", name=path.name, reason=reason)


@contextmanager
def staging_directory(target: Path) -> Iterator[Path]:
    """Give an empty directory beside ``target`` that is gone afterwards, whatever happens."""
    stage = temporary_path(target, suffix="")
    stage.mkdir()
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def replace_directory(target: Path, stage: Path) -> None:
    """Put the directory ``stage`` in place of ``target`` in one step.

    What stood there stands afterwards under the name of ``stage``, which its `staging_directory` clears.
    Where the system cannot exchange two directories at once, the old one is set aside first; a run killed
    in between is mended by `sweep`.
    """
    for directory, _, names in os.walk(stage):
        for name in names:
            _sync(Path(directory, name))
        _sync(Path(directory))
    if not target.exists():
        stage.rename(target)
    elif not _exchange(stage, target):
        aside = temporary_path(target, suffix=f"~{target.name}")
        target.rename(aside)
        stage.rename(target)
        aside.rename(stage)
    _sync(target.parent)


def make_room(target: Path) -> None:
    """Clear what killed runs left beside ``target``."""
    with suppress(OSError):
        sweep(target.parent)


def sweep(directory: Path) -> None:
    """Clear a directory of what processes of this machine left that run no more.

    A directory that one of them had set aside, and whose place is empty, is put back.
    """
    for entry in list(directory.iterdir()):
        ours = _OURS.fullmatch(entry.name)
        if ours is None or ours["host"] != _HOST or _runs(int(ours["process"])):
            continue
        if ours["target"] and not (directory / ours["target"]).exists():
            entry.rename(directory / ours["target"])
        elif entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


@contextmanager
def explain_unwritable(target: Path) -> Iterator[None]:
    """Turn what the system says against writing ``target`` into one sentence.

    Raises
    ------
    UnwritableFileError
        For any `OSError`, and for any other error while the disk is as good as full.
    """
    try:
        yield
    except OSError as fault:
        reason = system_reason(fault)
        if not _is_full(target.parent):
            raise UnwritableFileError("error.unwritable_file", name=target.name, reason=reason) from fault
        raise _full(target) from fault
    except Exception as fault:
        if _is_full(target.parent):
            raise _full(target) from fault
        raise


def _full(target: Path) -> UnwritableFileError:
    """Return the error of a full disk."""
    return UnwritableFileError("error.unwritable_file", name=target.name, reason=TextKey("error.system_full"))


def _is_full(directory: Path) -> bool:
    """Return whether the disk has next to no room left."""
    with suppress(OSError):
        disk = shutil.disk_usage(directory)
        # A system's own folders have no size at all, and are not full.
        return disk.total > 0 and disk.free < _NEARLY_FULL_BYTES
    return False


def _runs(process: int) -> bool:
    """Return whether a process of this machine runs; True where that cannot be asked."""
    if os.name != "posix":  # there, signal 0 is no question but Ctrl-C
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _sync(path: Path) -> None:
    """Bring a file or the names in a directory to the disk."""
    if os.name != "posix" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two directories in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(rename(_WORKING_DIRECTORY, names[0], _WORKING_DIRECTORY, names[1], _EXCHANGE) == 0)
