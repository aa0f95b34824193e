"""What Python itself refuses to do once the libraries are loaded: the guard that every system has.

It sees what is done through Python, not what a library of C does of its own accord; there the guards of
the kernel and of the environment stand.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["ForbiddenError", "install", "refuses"]

_FORBIDDEN: Final = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "os.kill",
    "os.link",
    "os.symlink",
    "os.chown",
    "pty.",
    "ctypes.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "webbrowser.",
    "winreg.",
    "pickle.find_class",
    "sqlite3.enable_load_extension",
    "sqlite3.load_extension",
)
_CHANGES: Final = frozenset({"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"})
_LOOKS: Final = frozenset({"os.listdir", "os.scandir"})
_OPEN: Final = "open"
_DATABASE: Final = "sqlite3.connect"
_WRITING_FLAGS: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_IN_MEMORY: Final = ":memory:"


class ForbiddenError(RuntimeError):
    """Something that no reader of a file has any business to do."""


def install(readable: Iterable[Path], writable: Path) -> None:
    """Refuse, from now on and for good, sockets, programs, foreign code, and files outside the folders."""
    sys.addaudithook(refuses(readable, writable))


def refuses(readable: Iterable[Path], writable: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """Return the hook that raises `ForbiddenError` at what is refused."""
    own = _beneath([writable])
    read = (*own, *_beneath(readable))
    sink = os.path.normcase(os.devnull)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == _OPEN:
            path, mode, flags = arguments
            writes = any(letter in (mode or "") for letter in "wax+") or bool(flags & _WRITING_FLAGS)
            _hold(event, path, own if writes else read, sink)
        elif event.startswith(_FORBIDDEN):
            raise ForbiddenError(event)
        elif event == _DATABASE:
            _hold(event, arguments[0], own, sink)
        elif event in _LOOKS:
            _hold(event, arguments[0], read, sink)
        elif event in _CHANGES:
            for path in (value for value in arguments if isinstance(value, str | bytes | os.PathLike)):
                _hold(event, path, own, sink)

    return hook


def _beneath(folders: Iterable[Path]) -> tuple[str, ...]:
    return tuple(os.path.normcase(os.path.realpath(folder)) for folder in folders)


def _hold(event: str, path: object, folders: tuple[str, ...], sink: str) -> None:
    """Refuse a path outside the folders; a handle was held to them when it was opened."""
    if not isinstance(path, str | bytes | os.PathLike) or path == _IN_MEMORY:
        return
    real = os.path.normcase(os.path.realpath(os.fsdecode(path)))
    if real != sink and not any(real == each or real.startswith(each + os.sep) for each in folders):
        raise ForbiddenError(event)
