"""Which reader a file belongs to, by its content: every other file is refused by name, with what to do.

A name is a claim. Content decides; where the name claims another known format the file is refused with
both, because one of them is wrong and only the planner knows which. The reader of a format is loaded
when a file of it comes, so that GDAL is there for Shapefile and GeoPackage alone.
"""

from __future__ import annotations

import codecs
import stat
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn, Protocol, cast

from spatial.errors import UnreadableFileError, UnsupportedFormatError
from spatial.file_kinds import GPKG_MAGIC, file_suffix
from spatial.importing.readers.database_content import foreign_database
from spatial.importing.readers.foreign_binary import FIRST_BYTES, Foreign, foreign_binary
from spatial.importing.readers.foreign_text import foreign_lines, foreign_markup
from spatial.importing.readers.zip_content import foreign_zip, zip_kind
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.system_reasons import system_reason

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.importing.model import LayerInfo, ReadOptions, SourceLayer

__all__ = ["KINDS", "list_layers", "read_layer", "recognise"]

_SHAPE_MAGIC: Final = b"\x00\x00\x27\x0a"
_ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_RECORD_SEPARATOR: Final = "\x1e"
_MIMETYPE: Final = "mimetype"
_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLANKS: Final = b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"
_PIECE_BYTES: Final = 1 << 20
_WIDEST_CHARACTER: Final = 2
"""Bytes of a blank in UTF-16: what follows must begin at a whole one."""


class _Kind(NamedTuple):
    """A format that is read: its module, and the suffixes under which its files come."""

    module: str
    suffixes: tuple[str, ...]


KINDS: Final[dict[str, _Kind]] = {
    "CSV": _Kind("delimited", (".csv", ".tsv", ".txt", ".tab", ".dat")),
    "XLSX": _Kind("workbook", (".xlsx", ".xlsm", ".xltx")),
    "GeoJSON": _Kind(
        "geojson_features",
        (".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".geojsonseq"),
    ),
    "Shapefile": _Kind("shapefile", (".shp", ".zip", ".shz")),
    "GeoPackage": _Kind("geopackage", (".gpkg",)),
    "KML": _Kind("kml", (".kml", ".ovkml")),
    "KMZ": _Kind("kml", (".kmz", ".zip", ".ovkmz")),
}
_OTHER_WORDS: Final = """
    xls xlsb ods et doc docx ppt pptx pdf html htm xml svg qgs gml gpx osm pbf vrt topojson mif mid dxf dwg
    vct e00 dbf shx prj cpg sqlite db mdb accdb sql fgb parquet gz 7z rar tar tif tiff png jpg jpeg las pkl
    pickle py
"""
_OTHER_SUFFIXES: Final = frozenset(f".{word}" for word in _OTHER_WORDS.split())
"""Suffixes of formats that are not imported: content that is imported must not come under them."""


class _Reader(Protocol):
    """What the module of every format offers."""

    def list_layers(self, path: Path, *, name: str, options: ReadOptions) -> tuple[LayerInfo, ...]: ...

    def read_layer(self, path: Path, *, name: str, options: ReadOptions) -> SourceLayer: ...


def recognise(path: Path, name: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """Return what a file is, a key of `KINDS`.

    Parameters
    ----------
    path : pathlib.Path
        The private copy of the file.
    name : str
        The planner's file name, for messages and for what its suffix claims.
    limits : Limits
        Size of the file and members of an archive are held to it.

    Raises
    ------
    UnsupportedFormatError
        If it is a format that is not imported, or its name claims another one than its content is.
    UnreadableFileError
        If it is empty, no plain file, or nothing that is known.
    LimitExceededError
        If it is larger than a named limit.
    """
    head, tail = _both_ends(path, name, limits)
    kind = _kind_of_bytes(path, head, tail, name=name, limits=limits)
    _hold_to_suffix(kind, name)
    return kind


def list_layers(path: Path, *, name: str, options: ReadOptions) -> tuple[LayerInfo, ...]:
    """Return the layers, sheets or shapefiles that a file offers; raises as `recognise` and its reader."""
    return _reader(recognise(path, name, options.limits)).list_layers(path, name=name, options=options)


def read_layer(path: Path, *, name: str, options: ReadOptions) -> SourceLayer:
    """Read one layer of a file; raises as `recognise` and its reader.

    Raises
    ------
    UndecidedError
        If the file has several layers and none is stated.
    """
    return _reader(recognise(path, name, options.limits)).read_layer(path, name=name, options=options)


def _reader(kind: str) -> _Reader:
    """Load the reader of a format."""
    return cast("_Reader", import_module(f"spatial.importing.readers.{KINDS[kind].module}"))


def _both_ends(path: Path, name: str, limits: Limits) -> tuple[bytes, bytes]:
    """Return the first and the last bytes of a plain file within its limit."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFileError("error.no_plain_file", name=name)
        limits.check("upload_bytes", status.st_size)
        with path.open("rb") as file:
            head = file.read(FIRST_BYTES)
            file.seek(max(len(head), status.st_size - FIRST_BYTES))
            return head, file.read(FIRST_BYTES)
    except OSError as fault:
        reason = system_reason(fault)
        raise UnreadableFileError("error.unreadable_file", name=name, reason=reason) from fault


def _kind_of_bytes(path: Path, head: bytes, tail: bytes, *, name: str, limits: Limits) -> str:
    """Return the kind that the bytes prove."""
    if not head.strip(_BLANKS):
        return _kind_of_sample(_first_said(path, head, name), name)
    foreign = foreign_binary(head, tail)
    if foreign is not None:
        _refuse(foreign, name)
    if head.startswith(_ZIP_MAGICS):
        return _kind_of_zip(path, name, limits)
    if head.startswith(_SHAPE_MAGIC):
        return "Shapefile"
    if head.startswith(GPKG_MAGIC):
        database = foreign_database(path, head)
        return "GeoPackage" if database is None else _refuse(database, name)
    return _kind_of_sample(head, name)


def _first_said(path: Path, head: bytes, name: str) -> bytes:
    """Return the mark of the encoding and the first bytes after the blanks at the beginning."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            if said := piece.lstrip(_BLANKS):
                at = file.tell() - len(said)
                file.seek(at - at % _WIDEST_CHARACTER)
                mark = next((mark for mark in _MARKS if head.startswith(mark)), b"")
                return mark + file.read(FIRST_BYTES)
    raise UnreadableFileError("error.empty_file", name=name)


def _kind_of_sample(head: bytes, name: str) -> str:
    """Return the kind that the first characters of a text prove."""
    characters = _sample(head)
    if characters is None:
        raise UnreadableFileError("vector.refused_unknown", name=name)
    return _kind_of_text(characters, name)


def _kind_of_zip(path: Path, name: str, limits: Limits) -> str:
    """Return the kind that the members of a zip prove."""
    from spatial.importing.readers.archive import open_archive  # noqa: PLC0415 - only where a zip comes

    with open_archive(path, name, limits) as archive:
        members = [member.name for member in archive.members]
        kind = zip_kind(members)
        if kind is not None:
            return kind
        named = [member for member in archive.members if member.name == _MIMETYPE]
        mimetype = archive.read(named[0], FIRST_BYTES) if named else b""
    if not members:
        raise UnreadableFileError("error.empty_file", name=name)
    foreign = foreign_zip(members, mimetype.decode("ascii", "replace"))
    raise UnsupportedFormatError(foreign.key, name=name, found=foreign.found, members=members)


def _kind_of_text(characters: str, name: str) -> str:
    """Return the kind that the first characters of a text prove."""
    start = characters.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        foreign = foreign_markup(start)
        return "KML" if foreign is None else _refuse(foreign, name)
    # Which JSON it is shows when it is parsed: the member that says so may stand at its end.
    if start.startswith(("{", "[", _RECORD_SEPARATOR)):
        return "GeoJSON"
    foreign = foreign_lines(characters)
    return "CSV" if foreign is None else _refuse(foreign, name)


def _sample(head: bytes) -> str | None:
    """Return the beginning of a text in whichever encoding it comes, None where it is none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    zeros = head.count(0)
    if zeros:
        # ASCII in UTF-16 has every other byte zero; other binary content has them anywhere.
        wide = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
        characters = head.decode(wide, "replace")
        return characters if zeros > len(head) // 8 and _is_plain(characters) else None
    # Every byte stands for itself here, which is enough to see markup, braces and key words.
    characters = head.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    return characters if _is_plain(characters) else None


def _is_plain(characters: str) -> bool:
    """Tell text from binary content by its control characters."""
    allowed = "\t\n\r\x0b\x0c\x1a" + _RECORD_SEPARATOR
    return not any(letter < " " and letter not in allowed for letter in set(characters))


def _hold_to_suffix(kind: str, name: str) -> None:
    """Refuse a name that claims another known format than the content is."""
    suffix = file_suffix(name)
    if suffix in KINDS[kind].suffixes:
        return
    claimed = [other for other, known in KINDS.items() if suffix in known.suffixes]
    # Every text is a table of some kind, so that a table under a suffix has to be called one.
    if not claimed and suffix not in _OTHER_SUFFIXES and (kind != "CSV" or not suffix):
        return
    said = claimed[0] if claimed else suffix
    right = KINDS[kind].suffixes[0]
    raise UnsupportedFormatError("vector.name_disagrees", name=name, said=said, found=kind, suffix=right)


def _refuse(foreign: Foreign, name: str) -> NoReturn:
    """Refuse a format by its name, with what to do instead."""
    raise UnsupportedFormatError(foreign.key, name=name, found=foreign.found)
