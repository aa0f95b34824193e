"""Binary formats that are not imported, known by their first bytes, with the advice that goes with each.

A name is a claim; these bytes are not. Each format is refused by its own name, so that a planner reads
what the file is and how to bring its content.
"""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["FIRST_BYTES", "Foreign", "foreign_binary"]

FIRST_BYTES: Final = 65_536
"""Bytes of a file that are looked at to tell what it is."""


class Foreign(NamedTuple):
    """A format that is refused: its name, and the key of the sentence that says what to do instead."""

    found: str
    key: str


_BOOK: Final = "vector.refused_workbook"
_PAPER: Final = "vector.refused_document"
_PICTURE: Final = "vector.refused_picture"
_ARCHIVE: Final = "vector.refused_archive"
_LAYER: Final = "vector.refused_layer"
_DRAWING: Final = "vector.refused_drawing"
_DATABASE: Final = "vector.refused_database"
_PROGRAM: Final = "vector.refused_program"
_GRID: Final = "vector.refused_raster"

# (where the bytes stand, the bytes, what they are, key of the advice); the first that fits is named.
_SIGNATURES: Final[tuple[tuple[int, bytes, str, str], ...]] = (
    (0, b"%PDF", "PDF", _PAPER),
    (0, b"{\\rtf", "RTF", _PAPER),
    (0, b"%!PS", "PostScript", _PAPER),
    (0, b"\x1f\x8b", "gzip", _ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip", _ARCHIVE),
    (0, b"Rar!", "RAR", _ARCHIVE),
    (0, b"BZh", "bzip2", _ARCHIVE),
    (0, b"\xfd7zXZ", "xz", _ARCHIVE),
    (0, b"\x28\xb5\x2f\xfd", "zstd", _ARCHIVE),
    (0, b"MSCF", "CAB", _ARCHIVE),
    (257, b"ustar", "tar", _ARCHIVE),
    (0, b"\x89PNG", "PNG", _PICTURE),
    (0, b"\xff\xd8\xff", "JPEG", _PICTURE),
    (0, b"GIF8", "GIF", _PICTURE),
    (8, b"WEBP", "WebP", _PICTURE),
    (0, b"8BPS", "PSD", _PICTURE),
    (4, b"ftypheic", "HEIC", _PICTURE),
    (0, b"\x00\x00\x00\x0cjP", "JPEG 2000", _PICTURE),
    (0, b"II*\x00", "GeoTIFF / TIFF", _PICTURE),
    (0, b"MM\x00*", "GeoTIFF / TIFF", _PICTURE),
    (0, b"II+\x00", "GeoTIFF / TIFF", _PICTURE),
    (0, b"MM\x00+", "GeoTIFF / TIFF", _PICTURE),
    (0, b"LASF", "LAS / LAZ", _GRID),
    (0, b"CDF\x01", "NetCDF", _GRID),
    (0, b"CDF\x02", "NetCDF", _GRID),
    (0, b"\x89HDF", "HDF5", _GRID),
    (0, b"\x0e\x03\x13\x01", "HDF4", _GRID),
    (0, b"GRIB", "GRIB", _GRID),
    (0, b"SIMPLE  =", "FITS", _GRID),
    (0, b"PAR1", "Parquet / GeoParquet", "vector.refused_parquet"),
    (0, b"ARROW1", "Arrow / Feather", _LAYER),
    (0, b"FEA1", "Feather", _LAYER),
    (0, b"fgb\x03", "FlatGeobuf", _LAYER),
    (4, b"\x0a\x09OSMHeader", "OpenStreetMap PBF", _LAYER),
    (0, b"WMAP", "MapGIS", _LAYER),
    (0, b"AC10", "DWG", _DRAWING),
    (0, b"AutoCAD Binary DXF", "DXF", _DRAWING),
    (0, b"\x08\x09\xfe\x02", "DGN", _DRAWING),
    (0, b"\xc8\x09\xfe\x02", "DGN", _DRAWING),
    (4, b"Standard Jet DB", "Access (MDB)", _DATABASE),
    (4, b"Standard ACE DB", "Access (ACCDB)", _DATABASE),
    (0, b"\x93NUMPY", "NumPy", _PROGRAM),
    (0, b"MZ\x90", "EXE", _PROGRAM),
    (0, b"\x7fELF", "ELF", _PROGRAM),
)
_OLE_HEAD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS: Final = (
    ("WordDocument", "DOC", _PAPER),
    ("PowerPoint Document", "PPT", _PAPER),
    ("EncryptedPackage", "XLSX", "vector.refused_locked_workbook"),
)
_PICKLE_PROTOCOLS: Final = range(2, 6)
_SHAPE_HEAD: Final = b"\x00\x00\x27\x0a"
_SHAPE_RECORDS: Final = slice(100, 104)
_INDEX_START: Final = b"\x00\x00\x00\x32"
"""An index says where the first record begins, 50 words into the shapes; shapes begin with record 1."""
_DBF_VERSIONS: Final = (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xF5)
_DBF_DESCRIPTOR: Final = 32
_DBF_FIELD_TYPES: Final = b"BCDFGILMNOPQTVWXY@+0"


def foreign_binary(head: bytes, tail: bytes = b"") -> Foreign | None:
    """Return the binary format that is refused and that ``head`` proves, None where it is none of them.

    Parameters
    ----------
    head : bytes
        The first `FIRST_BYTES` of the file.
    tail : bytes
        Bytes of its end, where the directory of an old Office file may stand.
    """
    for at, signature, found, key in _SIGNATURES:
        if head.startswith(signature, at):
            return Foreign(found, key)
    if head.startswith(_OLE_HEAD):
        return _old_office(head + tail)
    if head[:1] == b"\x80" and head[1:2] and head[1] in _PICKLE_PROTOCOLS:
        return Foreign("Python pickle", _PROGRAM)
    if head.startswith(_SHAPE_HEAD) and head[_SHAPE_RECORDS] == _INDEX_START:
        return Foreign("Shapefile .shx", "vector.refused_sidecar")
    if _is_dbf(head):
        return Foreign("Shapefile .dbf / dBASE", "vector.refused_sidecar")
    return None


def _old_office(data: bytes) -> Foreign:
    """Name the document in a container of old Office by the streams that it lists."""
    for stream, found, key in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return Foreign(found, key)
    return Foreign("XLS", _BOOK)


def _is_dbf(head: bytes) -> bool:
    """Tell a dBASE table: a version, a date of saving, a header of whole descriptors with known types."""
    if len(head) <= 2 * _DBF_DESCRIPTOR or head[0] not in _DBF_VERSIONS:
        return False
    if not (0 <= head[2] <= 12 and 0 <= head[3] <= 31):  # noqa: PLR2004 - month and day
        return False
    header_bytes = int.from_bytes(head[8:10], "little")
    first_type = head[_DBF_DESCRIPTOR + 11]
    return header_bytes > _DBF_DESCRIPTOR and first_type in _DBF_FIELD_TYPES
