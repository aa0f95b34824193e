"""A ZIP that somebody brings: its members listed under safe names and unpacked one by one."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from spatial.errors import UnreadableFileError
from spatial.importing.readers.archive_directory import check_last_record, checked_members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spatial.limits import Limits

__all__ = ["Archive", "Member", "open_archive"]

_BLOCK: Final = 1 << 20
_LITTER: Final = (".ds_store", "thumbs.db", "desktop.ini")


class Member(NamedTuple):
    """A file of an archive: its path there, for messages, and its size in bytes once unpacked."""

    name: str
    size: int


class Archive:
    """An opened archive whose directory has passed every check; use it as a context manager.

    Attributes
    ----------
    members : tuple of Member
        In the order of the directory, without folders and without what operating systems add.
    """

    def __init__(self, packed: zipfile.ZipFile, *, name: str, limits: Limits) -> None:
        self._packed = packed
        self._name = name
        self._entries = {
            path: entry
            for path, entry in checked_members(packed, name=name, limits=limits)
            if not _is_litter(path)
        }
        self.members = tuple(Member(path, entry.file_size) for path, entry in self._entries.items())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._packed.close()

    def extract(self, member: Member, target: Path) -> None:
        """Unpack a member into a new file ``target``, whose name is the caller's.

        Raises
        ------
        UnreadableFileError
            If it is damaged, or holds less or more than its head says.
        """
        with target.open("xb") as stream:
            stream.writelines(self.blocks(member))

    def read(self, member: Member, at_most: int | None = None) -> bytes:
        """Return the bytes of a member, or the first ``at_most`` of them; raises as `extract`."""
        return b"".join(self.blocks(member, at_most))

    def blocks(self, member: Member, at_most: int | None = None) -> Iterator[bytes]:
        """Yield a member block by block, so that it is never held whole; raises as `extract`."""
        left = member.size if at_most is None else min(at_most, member.size)
        try:
            with self._packed.open(self._entries[member.name]) as source:
                while left > 0 and (block := source.read(min(left, _BLOCK))):
                    left -= len(block)
                    yield block
                # The checksum is compared once the end is met.
                more = source.read(1) if at_most is None else b""
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as fault:
            raise UnreadableFileError("gis.archive_member", name=self._name, path=member.name) from fault
        if left or more:
            raise UnreadableFileError("gis.archive_member", name=self._name, path=member.name)


def open_archive(path: Path, name: str, limits: Limits) -> Archive:
    """Open a ZIP of which nothing is known.

    Parameters
    ----------
    path : pathlib.Path
        The private copy.
    name : str
        File name, for messages alone.
    limits : Limits
        Members, unpacked bytes and ratio are held to it.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError
        If it is damaged or crafted, locked, packed in an unusual way, or holds another archive.
    LimitExceededError
        If it passes a limit.
    """
    with ExitStack() as stack:
        stream = stack.enter_context(path.open("rb"))
        check_last_record(stream, name=name, limits=limits)
        try:
            packed = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
            raise UnreadableFileError("gis.archive_damaged", name=name) from fault
        stack.callback(packed.close)
        archive = Archive(packed, name=name, limits=limits)
        stack.pop_all()
        stream.close()
    return archive


def _is_litter(path: str) -> bool:
    """Tell what an operating system adds to an archive by itself."""
    parts = path.casefold().split("/")
    return "__macosx" in parts or parts[-1].startswith("._") or parts[-1] in _LITTER
