"""What a workbook says beside its sheets: their names and parts, how cells are shown, shared texts."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from openpyxl.styles.numbers import is_date_format  # type: ignore[import-untyped]

from spatial.errors import UnreadableFileError
from spatial.importing.readers.xml_push import XmlPush

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spatial.importing.readers.archive import Archive, Member
    from spatial.limits import Limits

__all__ = [
    "Parts",
    "SharedTexts",
    "Sheet",
    "Styles",
    "local_name",
    "open_parts",
    "plain_text",
    "read_part",
    "read_styles",
]

_ROOM: Final = "xl/"
_SHEETS_OF_CELLS: Final = "/worksheet"
_RELATION: Final = "/relationships}id"
_HIDDEN: Final = ("hidden", "veryHidden")
_TRUE: Final = ("1", "true")
# Formats that have a number and no code: dates and times, also those of East Asian Excel.
_BUILT_IN_DATES: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_LONGEST_CODE: Final = 255
_ZEROS: Final = re.compile(r"0{2,}")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Sheet(NamedTuple):
    """A sheet of cells: its name, its part of the archive, whether it is hidden."""

    name: str
    part: str
    hidden: bool


@dataclass
class Styles:
    """How the cells of a style are shown.

    Attributes
    ----------
    dates : set of int
        Styles that show a number as a date or a time.
    widths : dict
        Style to the number of digits to which it fills a whole number with zeros.
    """

    dates: set[int] = field(default_factory=set)
    widths: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A workbook but for the cells of its sheets.

    Attributes
    ----------
    sheets : tuple of Sheet
        In the order of their tabs.
    from_1904 : bool
        Whether days are counted from 1904.
    has_macros, has_links : bool
        Whether it holds programs, and values of other workbooks; neither is ever followed.
    """

    archive: Archive
    members: Mapping[str, Member]
    name: str
    limits: Limits
    sheets: tuple[Sheet, ...]
    from_1904: bool
    has_macros: bool
    has_links: bool

    def member(self, part: str) -> Member:
        """Return the member that is a part.

        Raises
        ------
        UnreadableFileError
            If the workbook lacks it.
        """
        if part.casefold() not in self.members:
            raise UnreadableFileError("table.part_missing", name=self.name, part=part)
        return self.members[part.casefold()]


def open_parts(archive: Archive, *, name: str, limits: Limits) -> Parts:
    """Read what an opened workbook says of its sheets.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError, LimitExceededError
        If a part is missing, damaged, declares a type, or passes a limit.
    """
    members = {member.name.casefold(): member for member in archive.members}
    found: list[tuple[str, str, bool]] = []
    targets: dict[str, str] = {}
    from_1904 = False

    def on_sheet(tag: str, attributes: dict[str, str]) -> None:
        nonlocal from_1904
        kind = local_name(tag)
        if kind == "sheet":
            key = next((value for word, value in attributes.items() if word.endswith(_RELATION)), "")
            found.append((attributes.get("name", ""), key, attributes.get("state", "") in _HIDDEN))
        elif kind == "workbookPr":
            from_1904 = attributes.get("date1904", "").lower() in _TRUE

    def on_relation(tag: str, attributes: dict[str, str]) -> None:
        inside = attributes.get("TargetMode") != "External"
        if (
            local_name(tag) == "Relationship"
            and inside
            and attributes.get("Type", "").endswith(_SHEETS_OF_CELLS)
        ):
            path = posixpath.normpath(posixpath.join("/" + _ROOM, attributes.get("Target", "")))
            targets[attributes.get("Id", "")] = path.lstrip("/")

    for part, handler in (
        (_ROOM + "workbook.xml", on_sheet),
        (_ROOM + "_rels/workbook.xml.rels", on_relation),
    ):
        if part not in members:
            raise UnreadableFileError("table.part_missing", name=name, part=part)
        read_part(archive, members[part], name=name, limits=limits, on_start=handler)
    sheets = tuple(Sheet(title, targets[key], hidden) for title, key, hidden in found if key in targets)
    if not sheets or len({sheet.name for sheet in sheets}) < len(sheets):
        raise UnreadableFileError("table.no_sheets", name=name)
    return Parts(
        archive=archive,
        members=members,
        name=name,
        limits=limits,
        sheets=sheets,
        from_1904=from_1904,
        has_macros=_ROOM + "vbaproject.bin" in members,
        has_links=any(path.startswith(_ROOM + "externallinks/") for path in members),
    )


def read_part(
    archive: Archive,
    member: Member,
    *,
    name: str,
    limits: Limits,
    on_start: Callable[[str, dict[str, str]], None],
    on_end: Callable[[str], None] = lambda _: None,
    on_text: Callable[[str], None] = lambda _: None,
) -> None:
    """Push one part through the parser; raises as `XmlPush.write` and `Archive.extract`."""
    push = XmlPush(
        name=name, part=member.name, limits=limits, on_start=on_start, on_end=on_end, on_text=on_text
    )
    for block in archive.blocks(member):
        push.write(block)
    push.close()


def read_styles(parts: Parts) -> Styles:
    """Return how the cells of each style are shown; a workbook without styles has none."""
    member = parts.members.get(_ROOM + "styles.xml")
    styles = Styles()
    codes: dict[int, str] = {}
    room = ""
    n_seen = 0

    def on_start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal room, n_seen
        kind = local_name(tag)
        if kind in ("cellXfs", "cellStyleXfs", "dxfs"):
            room = kind
        elif kind == "numFmt":
            codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:_LONGEST_CODE]
        elif kind == "xf" and room == "cellXfs":
            _note_style(styles, n_seen, _number(attributes.get("numFmtId")), codes)
            n_seen += 1

    def on_end(tag: str) -> None:
        nonlocal room
        if local_name(tag) == room:
            room = ""

    if member is not None:
        read_part(
            parts.archive, member, name=parts.name, limits=parts.limits, on_start=on_start, on_end=on_end
        )
    return styles


def _note_style(styles: Styles, style: int, number: int, codes: Mapping[int, str]) -> None:
    code = codes.get(number)
    if is_date_format(code) if code else number in _BUILT_IN_DATES:
        styles.dates.add(style)
    elif code and _ZEROS.fullmatch(code):
        styles.widths[style] = len(code)


def _number(words: str | None) -> int:
    return int(words) if words and words.isascii() and words.isdigit() else 0


class SharedTexts:
    """The texts that cells of any sheet name by their number; read when the first is asked for."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._texts: list[str] | None = None

    def at(self, number: int) -> str | None:
        """Return the text of a number, None where there is none."""
        if self._texts is None:
            self._texts = self._read()
        return self._texts[number] if number < len(self._texts) else None

    def _read(self) -> list[str]:
        reader = _TextReader(self._parts.limits)
        member = self._parts.members.get(_ROOM + "sharedstrings.xml")
        if member is not None:
            read_part(
                self._parts.archive,
                member,
                name=self._parts.name,
                limits=self._parts.limits,
                on_start=reader.on_start,
                on_end=reader.on_end,
                on_text=reader.on_text,
            )
        return reader.texts


class _TextReader:
    """Joins the runs of each shared text, without how it is spoken."""

    def __init__(self, limits: Limits) -> None:
        self.texts: list[str] = []
        self._limits = limits
        self._pieces: list[str] = []
        self._n_letters = 0
        self._collecting = self._spoken = False

    def on_start(self, tag: str, _: dict[str, str]) -> None:
        """Begin an element."""
        kind = local_name(tag)
        if kind == "si":
            self._pieces = []
            self._n_letters = 0
        elif kind == "rPh":
            self._spoken = True
        elif kind == "t":
            self._collecting = not self._spoken

    def on_end(self, tag: str) -> None:
        """End an element."""
        kind = local_name(tag)
        if kind == "si":
            self.texts.append(plain_text("".join(self._pieces)))
        elif kind == "rPh":
            self._spoken = False
        elif kind == "t":
            self._collecting = False

    def on_text(self, words: str) -> None:
        """Take character data."""
        if self._collecting:
            self._pieces.append(words)
            self._n_letters += len(words)
            self._limits.check("cell_characters", self._n_letters)


def plain_text(words: str) -> str:
    """Return a text of a cell with its escapes resolved, such as ``_x000D_``."""
    if "_x" not in words:
        return words
    # A surrogate alone is no character and stays as it is written.
    return _ESCAPED.sub(lambda found: _character(found[1]) or found[0], words)


def _character(digits: str) -> str:
    number = int(digits, 16)
    return "" if 0xD800 <= number < 0xE000 else chr(number)  # noqa: PLR2004 - the surrogates


def local_name(tag: str) -> str:
    """Return the name of an element without its namespace."""
    return tag.rpartition("}")[2]
