"""Encodings of the table of a Shapefile: the names that files give them, and which of them fits the bytes."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spatial.errors import UndecidedError, UsageError
from spatial.importing.model import Choice, Encoding, Question
from spatial.notice import Notice
from spatial.text_decoding import ENCODINGS

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["CellDecoder", "FoundEncoding", "find_encoding", "named_codec", "stated_codec"]

_MULTIBYTE: Final = ("utf-8", "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp950", "cp949", "euc_kr")
_JAPANESE: Final = ("cp932", "shift_jis", "euc_jp")
_WINDOWS: Final = tuple(f"cp{n}" for n in (874, *range(1250, 1259)))
_DOS: Final = tuple(f"cp{n}" for n in (437, 737, 775, 850, 852, 855, 857, *range(860, 867), 869))
_ISO: Final = tuple(f"iso8859-{n}" for n in (*range(1, 12), 13, 14, 15, 16))
_KNOWN: Final = frozenset(
    codecs.lookup(name).name for name in (*_MULTIBYTE, *_JAPANESE, *_WINDOWS, *_DOS, *_ISO, "koi8-r")
)
_SEVERAL_BYTES: Final = frozenset(codecs.lookup(name).name for name in (*_MULTIBYTE, *_JAPANESE))
_LATIN: Final = frozenset({"cp1252", "iso8859-1", "iso8859-15", "cp437", "cp850"})
# Language driver byte of dBASE -> code page. 0x57 is "whatever this machine uses", and says nothing.
_LANGUAGE_BYTES: Final = {
    **dict.fromkeys((0x4D, 0x7A), "gbk"),
    **dict.fromkeys((0x4F, 0x78), "cp950"),
    **dict.fromkeys((0x4E, 0x79), "cp949"),
    **dict.fromkeys((0x13, 0x7B), "cp932"),
    **dict.fromkeys((0x50, 0x7C), "cp874"),
    **dict.fromkeys((0x01, 0x09, 0x0B, 0x0D, 0x0F, 0x11, 0x15, 0x18, 0x19, 0x1B), "cp437"),
    **dict.fromkeys((0x02, 0x0A, 0x0E, 0x10, 0x12, 0x14, 0x16, 0x1A, 0x1D, 0x25, 0x37), "cp850"),
    **dict.fromkeys((0x03, 0x58, 0x59), "cp1252"),
    **dict.fromkeys((0x1F, 0x22, 0x23, 0x40, 0x64, 0x87), "cp852"),
    **dict.fromkeys((0x26, 0x65), "cp866"),
    0x08: "cp865",
    0x17: "cp865",
    0x66: "cp865",
    0x1C: "cp863",
    0x6C: "cp863",
    0x24: "cp860",
    0x67: "cp861",
    0x6A: "cp737",
    0x86: "cp737",
    0x6B: "cp857",
    0x88: "cp857",
    0xC8: "cp1250",
    0xC9: "cp1251",
    0xCA: "cp1254",
    0xCB: "cp1253",
    0xCC: "cp1257",
}
_SHORTHAND: Final = {"65001": "utf-8", "88591": "iso8859-1", "885915": "iso8859-15", "8859": "iso8859-1"}
_PREFIXES: Final = re.compile(r"^(?:ansi|oem|cp|ms|windows|codepage)[ _-]*(?=\d)")
_SIDECAR_BYTES: Final = 64
_HANZI_RUNS: Final = re.compile(rb"(?:[\xb0-\xf7][\xa1-\xfe])+")
_PAIRED_RUNS: Final = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+[\x81-\xfe]?")
_HIGH_RUNS: Final = re.compile(rb"[\x80-\xff]+")
_LEAST_RUNS: Final = 3
_LEAST_LONG: Final = 2
"""Letters of three bytes from which on a text that is UTF-8 is no chance."""
_FEW_BAD: Final = 0.1
"""Share of different texts up to which the others are read, and those that cannot be are named."""
_THREE_BYTES: Final = "\u0800"
_SAMPLE: Final = 12


@dataclass(frozen=True, kw_only=True)
class FoundEncoding:
    """The encoding of a table and what the planner should know of the choice."""

    encoding: Encoding
    warnings: tuple[Notice, ...] = ()


class CellDecoder:
    r"""Bytes of cells to text, each different one once.

    A character that the end of the field cut through is left out; bytes that are none of the encoding's
    stay visible as ``\xNN``.
    """

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)
        self._encoding = encoding
        self.cut: set[bytes] = set()
        self.wrong: set[bytes] = set()
        self._known: dict[bytes, str] = {}

    def decode(self, cell: bytes) -> str:
        """Return the text of a cell, and remember what is wrong with it."""
        known = self._known.get(cell)
        if known is None:
            known = self._known[cell] = self._decode(cell)
        return known

    def _decode(self, cell: bytes) -> str:
        if cell.isascii():
            return cell.decode("ascii")
        decoder = self._decoder("strict")
        try:
            words = decoder.decode(cell)
        except UnicodeDecodeError:
            self.wrong.add(cell)
            return cell.decode(self._encoding, "backslashreplace")
        if decoder.getstate()[0]:
            self.cut.add(cell)
        return words


def named_codec(words: str) -> str | None:
    """Return Python's name of the encoding that a ``.cpg`` or a planner names, None where it is none."""
    plain = _PREFIXES.sub("", words.strip().strip("\ufeff").lower())
    plain = _SHORTHAND.get(re.sub(r"[ _-]", "", plain).removeprefix("iso"), plain)
    for name in (plain, f"cp{plain}", plain.replace(" ", "-")):
        try:
            found = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        if found in _KNOWN:
            return found
    return None


def find_encoding(
    cells: Collection[bytes], *, name: str, stated: str | None, sidecar: bytes | None, language: int
) -> FoundEncoding:
    """Choose the encoding of a table.

    Parameters
    ----------
    cells : collection of bytes
        Its different texts that are not ASCII.
    name : str
        File name, for messages alone.
    stated : str or None
        What the planner states, which is followed whatever it makes of the bytes.
    sidecar : bytes or None
        Content of the ``.cpg``.
    language : int
        The table's language byte.

    Raises
    ------
    UsageError
        If the stated encoding is not known.
    UndecidedError
        If none fits.
    """
    if stated is not None:
        return FoundEncoding(encoding=Encoding(stated_codec(stated), "stated"))
    declared, warnings = _declared(sidecar, language, name)
    if not cells:
        return FoundEncoding(encoding=(*declared, Encoding("utf-8", "strict"))[0], warnings=tuple(warnings))
    misfits = {one.name: _misfits(cells, one.name) for one in declared}
    for found in declared:
        if not misfits[found.name]:
            better = _better(cells, found.name)
            if better is None:
                return FoundEncoding(
                    encoding=found, warnings=(*warnings, *_alternative(cells, found.name, name))
                )
            warnings.append(_not_fitting("gis.encoding_doubted", found, cells, name, better))
            return FoundEncoding(encoding=Encoding(better, "strict"), warnings=tuple(warnings))
    for codec in ("utf-8", "gb18030"):
        misfits[codec] = _misfits(cells, codec)
        if not misfits[codec]:
            warnings += [_not_fitting("gis.encoding_lies", one, cells, name, codec) for one in declared]
            warnings += _alternative(cells, codec, name)
            return FoundEncoding(encoding=Encoding(codec, "strict"), warnings=tuple(warnings))
    best = min(misfits, key=lambda codec: misfits[codec])
    if misfits[best] > _FEW_BAD * len(cells):
        raise _undecided(cells, misfits, name)
    source = next((one.source for one in declared if one.name == best), "strict")
    return FoundEncoding(encoding=Encoding(best, source), warnings=tuple(warnings))


def stated_codec(stated: str) -> str:
    """Return the encoding that the planner states; raises `UsageError` for an unknown one."""
    codec = named_codec(stated)
    if codec is None:
        raise UsageError("error.unknown_encoding", encoding=stated, known=", ".join(ENCODINGS))
    return codec


def _declared(sidecar: bytes | None, language: int, name: str) -> tuple[list[Encoding], list[Notice]]:
    """Return the encodings that the files name, the ``.cpg`` first."""
    found: list[Encoding] = []
    warnings: list[Notice] = []
    if sidecar is not None:
        words = sidecar[:_SIDECAR_BYTES].decode("latin-1").replace("ï»¿", "").split("\x00")[0].strip()
        codec = named_codec(words) if len(sidecar) <= _SIDECAR_BYTES else None
        if codec is None:
            warnings.append(Notice("gis.cpg_unusable", {"name": name, "words": words[:_SIDECAR_BYTES]}))
        else:
            found.append(Encoding(codec, "cpg"))
    codec = _LANGUAGE_BYTES.get(language)
    if codec is not None and codec not in {one.name for one in found}:
        found.append(Encoding(codec, "language_byte"))
    return found, warnings


def _misfits(cells: Collection[bytes], codec: str) -> int:
    """Return how many texts are none in an encoding; one that the end of its field cut is none of them."""
    try:
        b"\n".join(cells).decode(codec)
    except UnicodeDecodeError:
        decoder = CellDecoder(codec)
        for cell in cells:
            decoder.decode(cell)
        return len(decoder.wrong)
    return 0


def _better(cells: Collection[bytes], codec: str) -> str | None:
    """Return the encoding that the bytes are beyond doubt though they fit the one that the file names.

    Every sequence of bytes is a text in encodings of single bytes, and most are one in GBK, so that fitting
    says little; hardly any text of another encoding is UTF-8.
    """
    if codec == "utf-8":
        return None
    if not _misfits(cells, "utf-8"):
        n_long = sum(letter >= _THREE_BYTES for cell in cells for letter in cell.decode("utf-8", "ignore"))
        return "utf-8" if codec not in _SEVERAL_BYTES or n_long >= _LEAST_LONG else None
    if codec in _SEVERAL_BYTES:
        return None
    runs = [run for cell in cells for run in _HIGH_RUNS.findall(cell)]
    hanzi = len(runs) >= _LEAST_RUNS and all(_HANZI_RUNS.fullmatch(run) for run in runs)
    return "gb18030" if hanzi and codec in _LATIN else None


def _alternative(cells: Collection[bytes], codec: str, name: str) -> list[Notice]:
    """Return a warning where the bytes are a text in another likely encoding as well."""
    if codec == "utf-8":
        unsure = all(max(cell.decode("utf-8", "ignore")) < _THREE_BYTES for cell in cells)
        other = "gb18030" if unsure and not _misfits(cells, "gb18030") else None
    elif codec == "gb18030":
        other = None if _is_chinese(cells) else "cp1252"
    else:
        other = None if codec in _SEVERAL_BYTES else "gb18030"
    if other is None:
        return []
    params = {"name": name, "encoding": codec, "sample": _sample(cells, codec)}
    return [Notice("gis.encoding_unsure", {**params, "other": other, "other_sample": _sample(cells, other)})]


def _is_chinese(cells: Collection[bytes]) -> bool:
    """Tell whether most letters that are not ASCII stand in pairs as those of GB 2312 do.

    Western letters stand alone, and are a pair of GB18030 with the letter behind them.
    """
    runs = [run for cell in cells for run in _HIGH_RUNS.findall(cell)]
    return 2 * sum(_PAIRED_RUNS.fullmatch(run) is not None for run in runs) >= len(runs)


def _not_fitting(key: str, declared: Encoding, cells: Collection[bytes], name: str, used: str) -> Notice:
    """Return the warning that the bytes are not in the encoding that a file names."""
    part = ".cpg" if declared.source == "cpg" else ".dbf"
    params = {"name": name, "part": part, "named": declared.name, "used": used}
    return Notice(key, {**params, "sample": _sample(cells, used)})


def _sample(cells: Collection[bytes], codec: str) -> str:
    """Return the longest of the texts as an encoding has it, shortened."""
    return max(cells, key=lambda cell: (len(cell), cell)).decode(codec, "replace")[:_SAMPLE]


def _undecided(cells: Collection[bytes], misfits: dict[str, int], name: str) -> UndecidedError:
    """Return the question which encoding is meant."""
    choices = tuple(
        Choice(
            codec,
            Notice("gis.encoding_choice", {"encoding": codec, "n": bad, "sample": _sample(cells, codec)}),
            round(1.0 - bad / len(cells), 2),
        )
        for codec, bad in sorted(misfits.items(), key=lambda item: item[1])
    )
    why = Notice("gis.encoding_unknown", {"name": name, "n": len(cells)})
    question = Question(what="encoding", why=why, flag="--encoding", choices=choices)
    return UndecidedError("gis.encoding_unknown", questions=(question,), name=name, n=len(cells))
