"""The files of a package that somebody brings, as a folder or a ``.zip``: names first, bytes on demand.

Nothing is unpacked to disk and no link is followed. A member that is not among the names of a package is
told and never opened.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from spatial.export.archive import is_package_path
from spatial.limits import setting_name
from spatial.vector_files import refuse_special

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spatial.export.rules.report import Findings
    from spatial.limits import Limits

__all__ = ["ArchiveSource", "DirectorySource", "PackageSource", "open_archive", "open_directory"]

_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVE_SUFFIXES: Final = (".zip", ".7z", ".rar", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".zst")
_BLOCK: Final = 1 << 20
_RATIO_FROM_BYTES: Final = 1_000_000
"""Small files may compress as well as they like."""
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LARGE_END: Final = b"PK\x06\x07"
_LARGE_END_BYTES: Final = 20
_COMMENT_BYTES: Final = 65_535
_HEADER_BYTES: Final = 1_024
"""More than the directory of an archive needs for one file of a package."""


class PackageSource(Protocol):
    """The files that may be opened."""

    sizes: dict[str, int]

    def blocks(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of a file."""


class DirectorySource:
    """Plain files of a folder."""

    def __init__(self, directory: Path, sizes: dict[str, int]) -> None:
        self.directory = directory
        self.sizes = sizes

    def blocks(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of a file."""
        with (self.directory / path).open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block


class ArchiveSource:
    """Sound members of an archive."""

    def __init__(self, archive: Path, sizes: dict[str, int]) -> None:
        self.archive = archive
        self.sizes = sizes

    def blocks(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of a member, never more than its head says.

        Raises
        ------
        OSError
            If the member is damaged.
        """
        try:
            with zipfile.ZipFile(self.archive) as packed, packed.open(path) as stream:
                while block := stream.read(_BLOCK):
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
            raise OSError(str(fault)) from fault


def open_directory(directory: Path, *, limits: Limits, findings: Findings) -> DirectorySource | None:
    """Return the files of a folder that a package may hold; None where they pass a limit."""
    sizes: dict[str, int] = {}
    n_members = 0
    for path in directory.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            continue
        n_members += 1
        if n_members > limits.package_members:
            break
        name = path.relative_to(directory).as_posix()
        if path.is_symlink() or not path.is_file():
            findings.add("package.symlink", name)
        elif _is_named_well(name, findings) and _fits(name, path.stat().st_size, limits, findings):
            sizes[name] = path.stat().st_size
    if not _within(n_members, sum(sizes.values()), "", limits=limits, findings=findings):
        return None
    return DirectorySource(directory, dict(sorted(sizes.items())))


def open_archive(archive: Path, *, limits: Limits, findings: Findings) -> ArchiveSource | None:
    """Return the members of an archive that a package may hold; None where it cannot be opened.

    Raises
    ------
    LimitExceededError
        If the archive itself is larger than a package may be.
    UnreadableFileError
        If it is a pipe or a device, whose bytes may never end.
    """
    refuse_special(archive)
    limits.check("package_bytes", archive.stat().st_size)
    n_stated = _stated_members(archive, limits)
    if n_stated is None:
        findings.add("package.not_zip", archive.name)
        return None
    if not _within(n_stated, 0, archive.name, limits=limits, findings=findings):
        return None
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        findings.add("package.not_zip", archive.name)
        return None
    sizes: dict[str, int] = {}
    for member in members:
        if not member.is_dir() and _is_sound(member, sizes, limits, findings):
            sizes[member.filename] = member.file_size
    total = sum(member.file_size for member in members)
    if not _within(len(members), total, archive.name, limits=limits, findings=findings):
        return None
    return ArchiveSource(archive, dict(sorted(sizes.items())))


def _stated_members(archive: Path, limits: Limits) -> int | None:
    """Return how many members the last record of an archive states, before its directory is read.

    None where there is no such record, or the directory is too large for a package, or a record for larger
    archives stands beside it, which says another number.
    """
    with archive.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _COMMENT_BYTES - _END_BYTES - _LARGE_END_BYTES))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES or tail[:at][-_LARGE_END_BYTES:].startswith(_LARGE_END):
        return None
    n_members = int.from_bytes(tail[at + 10 : at + 12], "little")
    too_long = int.from_bytes(tail[at + 12 : at + 16], "little") > limits.package_members * _HEADER_BYTES
    return None if too_long and n_members <= limits.package_members else n_members


def _within(n_members: int, n_bytes: int, name: str, *, limits: Limits, findings: Findings) -> bool:
    """Tell whether a package is small enough to be looked at; what is not, is told."""
    for rule, limit, found in (
        ("package.too_many_members", "package_members", n_members),
        ("package.too_large", "package_unpacked_bytes", n_bytes),
    ):
        allowed = getattr(limits, limit)
        if found > allowed:
            findings.add(rule, name, found=f"{found:,} / {allowed:,} ({setting_name(limit)})")
            return False
    return True


def _fits(name: str, n_bytes: int, limits: Limits, findings: Findings, *, packed: int | None = None) -> bool:
    """Tell a file that may be taken into memory, by its size and by how far it was packed."""
    bomb = packed is not None and n_bytes > _RATIO_FROM_BYTES and n_bytes > packed * limits.package_ratio
    if not bomb and n_bytes <= limits.unpacked_bytes:
        return True
    limit = "package_ratio" if bomb else "unpacked_bytes"
    found = n_bytes // max(packed or 1, 1) if bomb else n_bytes
    words = f"{found:,} / {getattr(limits, limit):,} ({setting_name(limit)})"
    findings.add("package.too_large", name, found=words)
    return False


def _is_named_well(name: str, findings: Findings) -> bool:
    """Tell a name that a package may hold; any other is told for what it is."""
    is_archive = name.lower().endswith(_ARCHIVE_SUFFIXES)
    if is_package_path(name) and not is_archive:
        return True
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0] or "\x00" in name:
        findings.add("package.unsafe_path", name)
    elif is_archive:
        findings.add("package.nested_archive", name)
    else:
        findings.add("package.name", name)
    return False


def _is_sound(member: zipfile.ZipInfo, sizes: dict[str, int], limits: Limits, findings: Findings) -> bool:
    """Tell a member that may be opened; any other is told for what it is."""
    name = member.orig_filename
    if stat.S_IFMT(member.external_attr >> 16) not in {0, stat.S_IFREG}:
        findings.add("package.symlink", name)
    elif not _is_named_well(name, findings):
        pass
    elif name.lower() in {known.lower() for known in sizes}:
        findings.add("package.duplicate_member", name)
    elif member.flag_bits & _ENCRYPTED:
        findings.add("package.encrypted", name)
    elif member.compress_type not in _METHODS:
        findings.add("package.damaged", name)
    else:
        return _fits(name, member.file_size, limits, findings, packed=member.compress_size)
    return False
