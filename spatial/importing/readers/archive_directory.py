"""What the directory of a ZIP says, held to the rules before anything is unpacked.

The last record is read here before `zipfile` builds its list, because a small file may hold a list
that fills the memory. What an archive of a planner never holds is refused: parts that overlap, locked
parts, a path out of the folder, a link, a name twice, an archive within the archive.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from typing import TYPE_CHECKING, BinaryIO, Final

from spatial.errors import UnreadableFileError, UnsupportedFormatError

if TYPE_CHECKING:
    from spatial.limits import Limits

__all__ = ["check_last_record", "checked_members"]

_END: Final = b"PK\x05\x06"
_END_FORMAT: Final = struct.Struct("<4s4H2LH")
_LARGE_END: Final = b"PK\x06\x07"
_LARGE_END_BYTES: Final = 20
_COMMENT_BYTES: Final = 65_535
_LOCAL_FORMAT: Final = struct.Struct("<4s5H3L2H")
_LOCAL: Final = b"PK\x03\x04"
_ENTRY_BYTES: Final = 1_024
"""More than the directory needs for one member with a long Chinese path."""
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_UTF8_NAME: Final = 0x800
_RATIO_FROM_BYTES: Final = 1_000_000
"""Small members may compress as well as they like."""
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVES: Final = re.compile(r"\.(?:zip|7z|rar|tar|tgz|gz|bz2|xz|zst|cab|iso)$", re.IGNORECASE)
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")


def check_last_record(stream: BinaryIO, *, name: str, limits: Limits) -> None:
    """Refuse an archive by its last record, before its directory is read into memory.

    Raises
    ------
    UnreadableFileError
        If the record is missing, contradicts the file, or says that the directory lies elsewhere.
    LimitExceededError
        If the archive holds too many members.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _COMMENT_BYTES - _END_FORMAT.size - _LARGE_END_BYTES))
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_FORMAT.size:
        raise UnreadableFileError("gis.archive_damaged", name=name)
    _, disk, first_disk, n_here, n_members, directory, _, comment = _END_FORMAT.unpack_from(tail, at)
    limits.check("archive_members", max(n_here, n_members))
    whole = disk == first_disk == 0 and n_here == n_members
    ends_here = size - len(tail) + at + _END_FORMAT.size + comment == size
    large = tail[:at][-_LARGE_END_BYTES:].startswith(_LARGE_END)
    small = directory <= n_members * _ENTRY_BYTES
    if not (whole and ends_here and small) or large:
        raise UnreadableFileError("gis.archive_damaged", name=name)


def checked_members(
    packed: zipfile.ZipFile, *, name: str, limits: Limits
) -> list[tuple[str, zipfile.ZipInfo]]:
    """Return the files of an archive under their decoded names, folders left out.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError
        Naming the first member that no archive of data holds.
    LimitExceededError
        If members, bytes or ratio pass a limit.
    """
    entries = packed.infolist()
    limits.check("archive_members", len(entries))
    limits.check("unpacked_bytes", sum(entry.file_size for entry in entries))
    _refuse_overlap(packed, entries, name=name)
    found: list[tuple[str, zipfile.ZipInfo]] = []
    seen: set[str] = set()
    for entry in entries:
        # Some programs part folders as Windows does; what such a name may be is held all the same.
        path = _decoded_name(entry, name=name).replace("\\", "/")
        _refuse_path(path, entry, name=name)
        if path.casefold() in seen:
            raise UnreadableFileError("gis.archive_twice", name=name, path=path)
        seen.add(path.casefold())
        if not path.endswith("/"):
            _refuse_content(path, entry, name=name, limits=limits)
            found.append((path, entry))
    return found


def _decoded_name(entry: zipfile.ZipInfo, *, name: str) -> str:
    """Return the name of a member: UTF-8 where it is or says so, else GB18030, else as zipfile reads it."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.orig_filename
    raw = entry.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    if not raw.strip():
        raise UnreadableFileError("gis.archive_damaged", name=name)
    return entry.orig_filename


def _refuse_path(path: str, entry: zipfile.ZipInfo, *, name: str) -> None:
    """Refuse a name that leads out of the folder, and a link."""
    parts = path.removesuffix("/").split("/")
    leads_out = any(part in {"", ".", ".."} for part in parts)
    if leads_out or _DRIVE.match(path) or _CONTROLS.search(path):
        raise UnreadableFileError("gis.archive_path", name=name, path=path)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFDIR if path.endswith("/") else stat.S_IFREG}:
        raise UnreadableFileError("gis.archive_link", name=name, path=path)


def _refuse_content(path: str, entry: zipfile.ZipInfo, *, name: str, limits: Limits) -> None:
    """Refuse a member that is locked, packed in another way or too well, or an archive itself."""
    if entry.flag_bits & _ENCRYPTED:
        raise UnsupportedFormatError("gis.archive_encrypted", name=name, path=path)
    if entry.compress_type not in _METHODS:
        raise UnsupportedFormatError("gis.archive_method", name=name, path=path, method=entry.compress_type)
    if _ARCHIVES.search(path):
        raise UnsupportedFormatError("gis.archive_nested", name=name, path=path)
    if entry.file_size > _RATIO_FROM_BYTES:
        limits.check("archive_ratio", entry.file_size // max(entry.compress_size, 1))


def _refuse_overlap(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo], *, name: str) -> None:
    """Refuse members that share bytes: by them a small archive unpacks to many times its size."""
    stream = packed.fp
    position = 0
    # Bytes before the first member may be another file altogether: it has to stand at the beginning.
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < position or stream is None or (position == 0 and entry.header_offset):
            raise UnreadableFileError("gis.archive_damaged", name=name)
        stream.seek(entry.header_offset)
        head = stream.read(_LOCAL_FORMAT.size)
        if len(head) < _LOCAL_FORMAT.size or not head.startswith(_LOCAL):
            raise UnreadableFileError("gis.archive_damaged", name=name)
        *_, n_name, n_extra = _LOCAL_FORMAT.unpack(head)
        position = entry.header_offset + len(head) + n_name + n_extra + entry.compress_size
    if position > packed.start_dir:
        raise UnreadableFileError("gis.archive_damaged", name=name)
