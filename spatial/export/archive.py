"""A package as one ``.zip``: written the same to the byte each time, read as what a stranger brought."""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from spatial.errors import AtlasError, PackageError
from spatial.system_reasons import system_reason
from spatial.vector_files import refuse_special

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path, PurePosixPath

    from spatial.limits import Limits

__all__ = ["ARCHIVE_SUFFIX", "is_package_path", "list_directory", "unpack", "write_archive"]

ARCHIVE_SUFFIX: Final = ".zip"
_COMPRESSION_LEVEL: Final = 6
_MODE: Final = (stat.S_IFREG | 0o644) << 16
_UNIX: Final = 3
_FIRST_YEAR, _LAST_YEAR = 1980, 2107
_BLOCK: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_RATIO_FROM_BYTES: Final = 1_000_000
"""Small files may compress as well as they like."""
_PACKAGE_PATH: Final = re.compile(
    r"(?:README\.txt|manifest\.json|package\.json|definition\.json"
    r"|(?:dictionary|metadata|schemas|report|geojson|jsonfg|gpkg|shapefile|csv|xlsx|flatgeobuf|geoparquet|kml)"
    r"/[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})"
)
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LARGE_END: Final = b"PK\x06\x07"
_LARGE_END_BYTES: Final = 20
_COMMENT_BYTES: Final = 65_535
_HEADER_BYTES: Final = 1_024
"""More than the directory of an archive needs for one file of a package."""


def is_package_path(path: str) -> bool:
    """Return whether a package may hold a file of this name."""
    return _PACKAGE_PATH.fullmatch(path) is not None


def write_archive(directory: Path, paths: Iterable[PurePosixPath], archive: Path, *, date: str) -> None:
    """Pack files of a directory: sorted, dated and compressed alike each time.

    Parameters
    ----------
    directory : Path
        Where the files stand.
    paths : iterable of PurePosixPath
        The files, relative to it.
    archive : Path
        The file to write.
    date : str
        ISO date that every file carries.
    """
    day = _zip_date(date)
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(paths):
            info = zipfile.ZipInfo(str(path), date_time=(*day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = _UNIX
            info.external_attr = _MODE
            info.file_size = (directory / path).stat().st_size
            # The level of one member has no public name before Python 3.13.
            info._compresslevel = _COMPRESSION_LEVEL  # type: ignore[attr-defined]  # noqa: SLF001
            with (directory / path).open("rb") as source, packed.open(info, "w") as member:
                shutil.copyfileobj(source, member, _BLOCK)


def _zip_date(date: str) -> tuple[int, int, int]:
    """Return year, month and day of an ISO date that may end early, within what an archive can say."""
    parts = [*(int(part) for part in re.findall(r"\d+", date)[:3]), 1, 1, 1][:3]
    year, month, day = parts if len(re.findall(r"\d+", date)) else (_FIRST_YEAR, 1, 1)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return (_FIRST_YEAR if year < _FIRST_YEAR else _LAST_YEAR, 1, 1)
    return (year, month, day)


def unpack(archive: Path, directory: Path, *, limits: Limits) -> None:
    """Unpack a package that somebody brings into an empty directory.

    Raises
    ------
    PackageError
        If it is no archive, or holds what no package holds: another name, a name twice, a link, a
        locked or damaged file.
    LimitExceededError
        If it passes a limit of packages.
    """
    name = archive.name
    try:
        refuse_special(archive)
        limits.check("package_bytes", archive.stat().st_size)
        _check_end(archive, limits)
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            _check_members(members, name=name, limits=limits)
            for member in members:
                target = directory / member.filename
                target.parent.mkdir(exist_ok=True)
                with packed.open(member) as source, target.open("xb") as stream:
                    # No more comes out than the head says, and the heads were held to the limits.
                    shutil.copyfileobj(source, stream, _BLOCK)
    except AtlasError:
        raise
    except OSError as fault:
        reason = system_reason(fault)
        raise PackageError("export.package_unreadable", name=name, reason=reason) from fault
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as fault:
        raise PackageError("export.package_archive", name=name) from fault


def _check_end(archive: Path, limits: Limits) -> None:
    """Refuse an archive by its last record, before its directory is read into memory."""
    with archive.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _COMMENT_BYTES - _END_BYTES - _LARGE_END_BYTES))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES or tail[:at][-_LARGE_END_BYTES:].startswith(_LARGE_END):
        raise PackageError("export.package_archive", name=archive.name)
    limits.check("package_members", int.from_bytes(tail[at + 10 : at + 12], "little"))
    if int.from_bytes(tail[at + 12 : at + 16], "little") > limits.package_members * _HEADER_BYTES:
        raise PackageError("export.package_archive", name=archive.name)


def _check_members(members: list[zipfile.ZipInfo], *, name: str, limits: Limits) -> None:
    """Refuse an archive by what its directory says."""
    limits.check("package_members", len(members))
    seen: set[str] = set()
    for member in members:
        path = member.filename
        mode = member.external_attr >> 16
        if not is_package_path(path) or path != member.orig_filename:
            raise PackageError("export.package_name", name=name, path=member.orig_filename)
        if path.lower() in seen:
            raise PackageError("export.package_twice", name=name, path=path)
        if member.flag_bits & _ENCRYPTED:
            raise PackageError("export.package_encrypted", name=name, path=path)
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            raise PackageError("export.package_link", name=name, path=path)
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise PackageError("export.package_archive", name=name)
        seen.add(path.lower())
        limits.check("package_bytes", member.file_size)
        if member.file_size > _RATIO_FROM_BYTES:
            limits.check("package_ratio", member.file_size // max(member.compress_size, 1))
    limits.check("package_unpacked_bytes", sum(member.file_size for member in members))


def list_directory(directory: Path, *, limits: Limits) -> None:
    """Refuse a directory that somebody brings as a package, by the names and sizes in it.

    Raises
    ------
    PackageError
        If it holds what no package holds.
    LimitExceededError
        If it passes a limit of packages.
    """
    total = members = 0
    for path in sorted(directory.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        relative = path.relative_to(directory).as_posix()
        if not is_package_path(relative):
            raise PackageError("export.package_name", name=directory.name, path=relative)
        if path.is_symlink() or not path.is_file():
            raise PackageError("export.package_link", name=directory.name, path=relative)
        size = path.stat().st_size
        members, total = members + 1, total + size
        limits.check("package_members", members)
        limits.check("package_bytes", size)
        limits.check("package_unpacked_bytes", total)
