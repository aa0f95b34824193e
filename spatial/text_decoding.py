"""Bytes of a text file to characters, with the encoding that was used.

Order: byte order mark, strict UTF-8, UTF-16 by its pattern of zero bytes, strict GB18030 (which
holds GBK and GB 2312). Nothing is decoded with replacement characters: what cannot be read
exactly is refused.
"""

from __future__ import annotations

import codecs
import re
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa

from spatial.errors import UnreadableFileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "CONTROL_BYTES",
    "ENCODINGS",
    "DecodedText",
    "Utf8Text",
    "decode_text",
    "likely_encodings",
    "to_utf8",
]

ENCODINGS: Final = ("utf-8", "gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-16-be")
"""The encodings that may be stated."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES: Final = 4096
_CHUNK_BYTES: Final = 1 << 16
_ZERO_SHARE: Final = 0.2
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
CONTROL_BYTES: Final = bytes([*range(0x09), *range(0x0E, 0x20), 0x7F])
"""Of UTF-8: there a byte of a control character is that character and never part of another."""

# Blanks but line ends, and the bytes with which the blanks beyond ASCII begin.
_BLANK_BYTES: Final = b" \t\x0b\x0c\xc2\xe1\xe2\xe3"


class DecodedText(NamedTuple):
    """Characters of a file and the encoding they were read with."""

    characters: str
    encoding: str


class Utf8Text(NamedTuple):
    """A text as UTF-8 without byte order mark, the encoding it had, and what said so.

    ``source`` is ``"stated"``, ``"mark"`` (byte order mark) or ``"strict"`` (the first of the tried that
    fits every byte). ``has_blanks`` is False only where it holds no blank of any kind but line ends.
    """

    data: bytes
    encoding: str
    source: str
    has_blanks: bool


def decode_text(data: bytes, *, name: str, encoding: str | None = None) -> DecodedText:
    """Return the characters of ``data``.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name, for the message alone.
    encoding : str or None
        One of `ENCODINGS` where the planner states it; otherwise it is found.

    Raises
    ------
    UsageError
        If a stated encoding is not one of `ENCODINGS`.
    UnreadableFileError
        If the bytes are no text of the stated or of any known encoding.
    """
    for candidate in _wanted(data, encoding):
        try:
            characters = data.decode(candidate)
        except (UnicodeDecodeError, UnicodeError):
            continue
        if not _CONTROLS.search(characters):
            return DecodedText(characters.removeprefix("\ufeff"), candidate.removesuffix("-sig"))
    raise _no_text(name, encoding)


def to_utf8(data: bytes, *, name: str, encoding: str | None = None) -> Utf8Text:
    """Return ``data`` as UTF-8, converted piece by piece; parameters and errors as for `decode_text`.

    Bytes that are UTF-8 already are checked and returned as they are, less a byte order mark.
    """
    for candidate in _wanted(data, encoding):
        try:
            utf8 = _transcode(data, candidate)
        except UnicodeError:
            continue
        text = utf8.removeprefix(codecs.BOM_UTF8)
        has_controls, has_blanks = _controls_and_blanks(text)
        if not has_controls:
            marked = any(data.startswith(mark) for mark, _ in _MARKS)
            source = "stated" if encoding else "mark" if marked else "strict"
            return Utf8Text(text, candidate.removesuffix("-sig"), source, has_blanks)
    raise _no_text(name, encoding)


def _controls_and_blanks(utf8: bytes) -> tuple[bool, bool]:
    """Tell whether a text holds control characters, and whether it may hold blanks."""
    has_blanks = False
    for piece in _pieces(utf8):
        if len(piece.translate(None, CONTROL_BYTES + _BLANK_BYTES)) < len(piece):
            if len(piece.translate(None, CONTROL_BYTES)) < len(piece):
                return True, True
            has_blanks = True
    return False, has_blanks


def _transcode(data: bytes, encoding: str) -> bytes:
    """Return ``data`` as UTF-8, strictly; the whole text is never held as characters."""
    if encoding.startswith("utf-8"):
        _require_utf8(data)
        return data
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    converted = [decoder.decode(piece).encode() for piece in _pieces(data)]
    return b"".join([*converted, decoder.decode(b"", final=True).encode()])


def _require_utf8(data: bytes) -> None:
    """Raise UnicodeError unless all bytes are UTF-8: as strict as Python, and many times as fast."""
    ends = pa.py_buffer(struct.pack("=qq", 0, len(data)))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid as fault:
        raise UnicodeError from fault


def _pieces(data: bytes) -> Iterator[bytes]:
    for begin in range(0, len(data), _CHUNK_BYTES):
        yield data[begin : begin + _CHUNK_BYTES]


def _wanted(data: bytes, encoding: str | None) -> list[str]:
    """Return the stated encoding, or the likely ones."""
    if encoding is None or encoding == "":
        return likely_encodings(data)
    if encoding.lower() not in ENCODINGS:
        raise UsageError("error.unknown_encoding", encoding=encoding, known=", ".join(ENCODINGS))
    return [encoding.lower()]


def _no_text(name: str, encoding: str | None) -> UnreadableFileError:
    return UnreadableFileError("error.not_text", name=name, tried=encoding or "UTF-8, UTF-16, GB18030")


def likely_encodings(data: bytes) -> list[str]:
    """Return the encodings to try, the likeliest first."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return [encoding]
    sample = data[:_SAMPLE_BYTES]
    pairs = max(len(sample) // 2, 1)
    # Digits, commas and line ends have a zero byte in UTF-16 and never in the others.
    if sample[1::2].count(0) / pairs > _ZERO_SHARE:
        return ["utf-16-le"]
    if sample[0::2].count(0) / pairs > _ZERO_SHARE:
        return ["utf-16-be"]
    return ["utf-8", "gb18030"]
