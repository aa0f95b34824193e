"""A text file of any size as UTF-8, block by block, each ending at the end of a line."""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from spatial.errors import UnreadableFileError
from spatial.file_kinds import refuse_foreign
from spatial.text_decoding import CONTROL_BYTES, likely_encodings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spatial.limits import Limits

__all__ = ["TextFile", "examine_text", "text_blocks"]

_FIRST_BYTES: Final = 1 << 16
"""Of the first block, in which the header stands."""
_BLOCK_BYTES: Final = 1 << 22
_LONGEST_LINE: Final = 1 << 24


class TextFile(NamedTuple):
    """The encoding of a text file, and how many bytes and line ends it holds."""

    encoding: str
    n_bytes: int
    n_line_ends: int


def examine_text(path: Path) -> TextFile:
    """Read a file once to find the encoding that fits every byte of it, as `spatial.text_decoding` does.

    Raises
    ------
    UnsupportedFormatError
        If it is another format by its first bytes.
    UnreadableFileError
        If it is empty, or no text of a known encoding.
    """
    with path.open("rb") as stream:
        n_bytes = os.fstat(stream.fileno()).st_size
        head = stream.read(_FIRST_BYTES)
    refuse_foreign(head, name=path.name)
    for candidate in likely_encodings(head):
        try:
            n_line_ends = sum(_checked(piece) for piece in _decoded(path, candidate, n_bytes))
        except UnicodeError:
            continue
        return TextFile(candidate, n_bytes, n_line_ends)
    raise UnreadableFileError("error.not_text", name=path.name, tried="UTF-8, UTF-16, GB18030")


def _checked(piece: bytes) -> int:
    """Return how many line ends a piece of text holds; control characters are of no text."""
    if len(piece.translate(None, CONTROL_BYTES)) < len(piece):
        raise UnicodeError
    return piece.count(b"\n")


def _decoded(path: Path, encoding: str, n_bytes: int) -> Iterator[bytes]:
    """Yield a file as UTF-8 in pieces, the first of them small; at its end it must have its size."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    as_it_is = encoding == "utf-8"
    size, n_read = _FIRST_BYTES, 0
    with path.open("rb") as stream:
        while piece := stream.read(size):
            n_read += len(piece)
            words = decoder.decode(piece)
            yield piece if as_it_is else words.encode()
            size = _BLOCK_BYTES
        if n_read != n_bytes:
            raise UnreadableFileError("stream.size_changed", name=path.name, before=n_bytes, now=n_read)
        yield decoder.decode(b"", final=True).encode()


def text_blocks(path: Path, found: TextFile, limits: Limits) -> Iterator[bytes]:
    """Yield a file as UTF-8 without byte order mark in blocks that end with a line end, but for the last.

    Raises
    ------
    UnicodeError
        If it is not in that encoding any more.
    UnreadableFileError
        If its size is another than when it was examined: somebody writes to it.
    LimitExceededError
        If a line is longer than any table's.
    """
    rest = b""
    for piece in _decoded(path, found.encoding, found.n_bytes):
        whole = rest + piece
        # A carriage return at the very end may be half of a line end.
        end = whole.rfind(b"\n") + 1
        if end:
            yield whole[:end]
        rest = whole[end:]
        if len(rest) > _LONGEST_LINE:
            limits.breach("cell_characters", len(rest))
    if rest:
        yield rest
