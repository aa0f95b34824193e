"""No file for this process but those it is made of and its own folder: Landlock, where the kernel has it.

Loaded before everything else and therefore on the standard library alone: the rules hold for the thread
that sets them and the threads it starts afterwards.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PROGRAM_FOLDERS", "confine_files", "program_folders"]

PROGRAM_FOLDERS: Final = ("spatial", "geodata")
"""Folders of the product that an examination reads: its own code, and the plan packs."""

_SYSTEM: Final = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/etc/localtime",
    "/etc/ld.so.cache",
    "/dev/urandom",
)
_SINK: Final = "/dev/null"

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_NO_NEW_PRIVILEGES: Final = 38

_WRITE_FILE, _READ_FILE, _READ_FOLDER, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
_MAKE_AND_REMOVE: Final = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8
_FIRST_RIGHTS: Final = (1 << 13) - 1
_LATER_RIGHTS: Final = ((2, 1 << 13), (3, _TRUNCATE), (5, 1 << 15))
"""Version of the interface -> the right that it added."""
_TCP: Final = 0b11
_TCP_VERSION: Final = 4
_SCOPES: Final = 0b11
_SCOPES_VERSION: Final = 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def program_folders(root: Path) -> list[Path]:
    """Return what a reader's own code lies in: the product at ``root``, Python, the system's libraries."""
    python = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    named = [*(root / name for name in PROGRAM_FOLDERS), *map(Path, sorted(python)), *map(Path, _SYSTEM)]
    return [path for path in named if path != Path(path.anchor)]


def confine_files(readable: Iterable[Path], writable: Path) -> bool:
    """Deny every file but those beneath ``readable`` (to read) and ``writable`` (to read and write).

    Programs cannot be started at all. Newer kernels also deny TCP, and signals and abstract sockets to
    other processes. False where the kernel has no Landlock.
    """
    if not sys.platform.startswith("linux"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    version = system.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return False
    handled = _FIRST_RIGHTS | sum(right for since, right in _LATER_RIGHTS if version >= since)
    ruleset = _Ruleset(
        files=handled,
        network=_TCP if version >= _TCP_VERSION else 0,
        scopes=_SCOPES if version >= _SCOPES_VERSION else 0,
    )
    n_fields = 1 + (version >= _TCP_VERSION) + (version >= _SCOPES_VERSION)
    rules = system.syscall(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(8 * n_fields), 0)
    if rules < 0:
        return False
    try:
        read = _READ_FILE | _READ_FOLDER
        write = (read | _WRITE_FILE | _TRUNCATE | _MAKE_AND_REMOVE) & handled
        for path in readable:
            _allow(system, rules, path, read)
        _allow(system, rules, Path(_SINK), write)
        _allow(system, rules, writable, write)
        if system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
            return False
        return bool(system.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(system: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    """Add the rights to a file or to all beneath a folder; what is not there needs none."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= _READ_FILE | _WRITE_FILE | _TRUNCATE
        rule = _PathRule(rights=rights, folder=handle)
        system.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(handle)
