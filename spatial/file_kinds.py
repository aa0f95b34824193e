"""What a file is by its first bytes, whatever its name says.

A name is a claim. Before anything is parsed the bytes are compared with the formats that planners
have on their disks, so that a workbook called ``.csv`` is refused as a workbook, with the way to
convert it, and a virtual raster or vector definition never reaches a library that would follow it.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from spatial.errors import UnreadableFileError, UnsupportedFormatError

__all__ = [
    "GEOJSON_SUFFIXES",
    "GPKG_MAGIC",
    "PARQUET_MAGIC",
    "TABLE_SUFFIXES",
    "file_suffix",
    "refuse_foreign",
]

TABLE_SUFFIXES: Final = (".csv", ".txt", ".tsv")
GEOJSON_SUFFIXES: Final = (".geojson", ".json")
GPKG_MAGIC: Final = b"SQLite format 3\x00"
PARQUET_MAGIC: Final = b"PAR1"

# (first bytes, format as the messages name it, key of the advice how to convert it)
_SIGNATURES: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"PK\x03\x04", "XLSX / ZIP", "error.foreign_zip"),
    (b"PK\x05\x06", "ZIP", "error.foreign_zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS / DOC", "error.foreign_workbook"),
    (b"\x00\x00\x27\x0a", "Shapefile", "error.foreign_shapefile"),
    (GPKG_MAGIC, "SQLite / GeoPackage", "error.foreign_gpkg"),
    (PARQUET_MAGIC, "Parquet", "error.foreign_other"),
    (b"%PDF", "PDF", "error.foreign_other"),
    (b"\x1f\x8b", "gzip", "error.foreign_archive"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip", "error.foreign_archive"),
    (b"Rar!", "RAR", "error.foreign_archive"),
    (b"BZh", "bzip2", "error.foreign_archive"),
    (b"\xfd7zXZ", "xz", "error.foreign_archive"),
    (b"\x28\xb5\x2f\xfd", "zstd", "error.foreign_archive"),
    (b"\x89PNG", "PNG", "error.foreign_other"),
    (b"\xff\xd8\xff", "JPEG", "error.foreign_other"),
    (b"II*\x00", "TIFF", "error.foreign_other"),
    (b"MM\x00*", "TIFF", "error.foreign_other"),
    (b"fgb\x03", "FlatGeobuf", "error.foreign_other"),
    (b"SIMPLE  =", "FITS", "error.foreign_other"),
    (b"\x89HDF", "HDF5", "error.foreign_other"),
    (b"AC10", "DWG", "error.foreign_other"),
)
_MARKUP: Final[tuple[tuple[bytes, str], ...]] = (
    (b"<ogrvrt", "OGR VRT"),
    (b"<vrtdataset", "GDAL VRT"),
    (b"<kml", "KML"),
    (b"<gml", "GML"),
    (b"<wfs", "WFS"),
    (b"<ogr:featurecollection", "GML"),
    (b"<gpx", "GPX"),
    (b"<html", "HTML"),
    (b"<!doctype html", "HTML"),
)
_HEAD_BYTES: Final = 2048
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def file_suffix(name: str) -> str:
    """Return the last suffix of a file name in lower case, ``""`` where it has none."""
    return PurePath(name).suffix.lower()


def refuse_foreign(data: bytes, *, name: str, allowed: tuple[bytes, ...] = ()) -> None:
    """Refuse bytes that are another format than the text formats read here.

    Parameters
    ----------
    data : bytes
        The whole file, or its beginning.
    name : str
        File name, for the message alone.
    allowed : tuple of bytes
        Signatures that are expected and therefore let through.

    Raises
    ------
    UnsupportedFormatError
        Naming the format that was found and how to convert it.
    UnreadableFileError
        If the file is empty.
    """
    head = data[:_HEAD_BYTES].removeprefix(_BYTE_ORDER_MARK)
    if not head.strip():
        raise UnreadableFileError("error.empty_file", name=name)
    for signature, kind, key in _SIGNATURES:
        if head.startswith(signature) and signature not in allowed:
            raise UnsupportedFormatError(key, name=name, found=kind)
    words = head.replace(b"\x00", b"").lstrip().lower()
    if words.startswith(b"<"):
        found = next((kind for tag, kind in _MARKUP if tag in words), "XML")
        raise UnsupportedFormatError("error.foreign_markup", name=name, found=found)
