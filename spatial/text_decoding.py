"""Bytes of a text file to characters, with the encoding that was used.

Order: byte order mark, strict UTF-8, UTF-16 by its pattern of zero bytes, strict GB18030 (which
holds GBK and GB 2312). Nothing is decoded with replacement characters: what cannot be read
exactly is refused.
"""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from spatial.errors import UnreadableFileError, UsageError

__all__ = ["ENCODINGS", "DecodedText", "decode_text"]

ENCODINGS: Final = ("utf-8", "gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-16-be")
"""The encodings that may be stated."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES: Final = 4096
_ZERO_SHARE: Final = 0.2
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class DecodedText(NamedTuple):
    """Characters of a file and the encoding they were read with."""

    characters: str
    encoding: str


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
    if encoding is not None and encoding.lower() not in ENCODINGS:
        raise UsageError("error.unknown_encoding", encoding=encoding, known=", ".join(ENCODINGS))
    for candidate in [encoding.lower()] if encoding else _candidates(data):
        try:
            characters = data.decode(candidate)
        except (UnicodeDecodeError, UnicodeError):
            continue
        if not _CONTROLS.search(characters):
            return DecodedText(characters.removeprefix("\ufeff"), candidate.removesuffix("-sig"))
    raise UnreadableFileError("error.not_text", name=name, tried=encoding or "UTF-8, UTF-16, GB18030")


def _candidates(data: bytes) -> list[str]:
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
