"""What the members of a zip file make it: a workbook, a zipped Shapefile, a KMZ, or something refused."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from spatial.importing.readers.foreign_binary import Foreign

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["foreign_zip", "member_suffix", "zip_kind"]

_LAYER: Final = "vector.refused_layer"
_BOOK: Final = "vector.refused_workbook"
_PAPER: Final = "vector.refused_document"
_ZIP_OF_FILES: Final = "vector.refused_zip_of_files"

_WORKBOOK: Final = "xl/workbook.xml"
_CONTENT_TYPES: Final = "[content_types].xml"
"""Member of every file of Microsoft Office; the parts of a workbook may stand where no program puts them."""
# (a member of that very name, what the file is, key of the advice)
_MEMBERS: Final = (
    ("xl/workbook.bin", "XLSB", _BOOK),
    ("word/document.xml", "DOCX", _PAPER),
    ("ppt/presentation.xml", "PPTX", _PAPER),
    ("meta-inf/manifest.mf", "JAR", "vector.refused_program"),
    ("androidmanifest.xml", "APK", "vector.refused_program"),
)
# (suffix of a member, what the file is, key of the advice)
_SUFFIXES: Final = (
    (".gdbtable", "FileGDB", _LAYER),
    (".qgs", "QGIS", "vector.refused_settings"),
    (".tab", "MapInfo TAB", _LAYER),
    (".mif", "MIF", _LAYER),
    (".gml", "GML", _LAYER),
    (".dxf", "DXF", "vector.refused_drawing"),
    (".dwg", "DWG", "vector.refused_drawing"),
    (".mdb", "Access (MDB)", "vector.refused_database"),
    (".tif", "GeoTIFF / TIFF", "vector.refused_picture"),
)
_PACKAGE_MEMBERS: Final = ("manifest.json", "package.json")


def zip_kind(members: Sequence[str]) -> str | None:
    """Return the kind that the members of a zip make it, None where it is none that is read."""
    names = {member.lower() for member in members}
    if _WORKBOOK in names:
        return "XLSX"
    suffixes = {member_suffix(member) for member in members}
    if ".shp" in suffixes:
        return "Shapefile"
    return "KMZ" if ".kml" in suffixes else None


def foreign_zip(members: Sequence[str], mimetype: str = "") -> Foreign:
    """Return what a zip that is not read holds.

    Parameters
    ----------
    members : sequence of str
        Names of its members.
    mimetype : str
        Content of its member ``mimetype``, which names an OpenDocument file.
    """
    if "opendocument" in mimetype:
        sheet = "spreadsheet" in mimetype
        return Foreign("ODS", _BOOK) if sheet else Foreign("OpenDocument", _PAPER)
    names = {member.lower() for member in members}
    if all(member in names for member in _PACKAGE_MEMBERS):
        return Foreign("ZIP", "vector.refused_package")
    for member, found, key in _MEMBERS:
        if member in names:
            return Foreign(found, key)
    if _CONTENT_TYPES in names:
        return Foreign("Open XML", _BOOK)
    suffixes = {member_suffix(member) for member in members}
    for suffix, found, key in _SUFFIXES:
        if suffix in suffixes:
            return Foreign(found, key)
    return Foreign("ZIP", _ZIP_OF_FILES)


def member_suffix(member: str) -> str:
    """Return the suffix of a member in lower case."""
    return PurePosixPath(member).suffix.lower()
