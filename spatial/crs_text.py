"""The text of a reference system to the system, without opening anything that the text names.

PROJ reads grids, init files and addresses that a definition names. The text comes from uploaded
files and from input fields, so only plain parameters are let through.
"""

from __future__ import annotations

import re
from typing import Final

import pyproj
from pyproj import CRS

from spatial.errors import UnknownCrsError

__all__ = ["defined_system"]

_LONGEST: Final = 20_000
_CODE: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_WKT: Final = re.compile(
    r"(PROJCS|GEOGCS|COMPD_CS|PROJCRS|PROJECTEDCRS|GEOGCRS|GEOGRAPHICCRS|GEODCRS|GEODETICCRS"
    r"|COMPOUNDCRS|BOUNDCRS)\s*[\[(]",
    re.IGNORECASE,
)
_EXTENSION: Final = re.compile(r'EXTENSION\s*[\[(]\s*"[^"]*"\s*,\s*"(?P<text>[^"]*)"', re.IGNORECASE)
_READS_FILES: Final = re.compile(
    r"parameterfile|geoidgrids|\+grids|\+file|\+init|\+catalog|://", re.IGNORECASE
)
_GRIDS: Final = re.compile(r"nadgrids\s*=\s*(?!@null(?![\w,]))", re.IGNORECASE)
_PROJ_WORD: Final = re.compile(r"\+(?P<key>[a-z_0-9]+)(=(?P<value>[-+.,@\w]*))?", re.ASCII | re.IGNORECASE)
_PROJ_KEYS: Final = frozenset(
    (
        *("proj", "zone", "south", "lat_0", "lon_0", "lat_1", "lat_2", "lat_ts", "lonc", "alpha", "gamma"),
        *("k", "k_0", "x_0", "y_0", "a", "b", "r", "rf", "f", "ellps", "datum", "pm", "towgs84", "nadgrids"),
        *("units", "to_meter", "no_defs", "type", "wktext", "over", "axis"),
    )
)


def defined_system(text: str) -> CRS | None:
    """Return the system of an ``EPSG:n``, WKT or PROJ text; None for any other text.

    Raises
    ------
    UnknownCrsError
        If the text would make PROJ open a grid, an init file or an address.
    """
    prefix, _, code = text.lower().partition(":")
    try:
        if prefix == "epsg" and _CODE.fullmatch(code):
            return CRS.from_epsg(int(code))
        if not _is_plain(text):
            return None
        if _WKT.match(text) and all(_is_proj_text(found["text"]) for found in _EXTENSION.finditer(text)):
            return CRS.from_wkt(text)
        return CRS.from_string(text) if _is_proj_text(text) else None
    except (pyproj.exceptions.CRSError, OverflowError) as error:
        raise UnknownCrsError("verdict.unknown_crs", crs=text) from error


def _is_plain(text: str) -> bool:
    """Tell a text of a sane length without control characters; refuse one that names a file."""
    if len(text) > _LONGEST or not all(letter.isprintable() or letter in "\r\n\t" for letter in text):
        return False
    named = _READS_FILES.search(text) or _GRIDS.search(text)
    if named and (_WKT.match(text) or text.startswith("+")):
        raise UnknownCrsError("place.crs_text_reads_files", crs=text)
    return True


def _is_proj_text(text: str) -> bool:
    """Tell a PROJ text of plain parameters: one projection, no pipeline, no step."""
    words = [_PROJ_WORD.fullmatch(word) for word in text.split()]
    if any(word is None or word["key"].lower() not in _PROJ_KEYS for word in words):
        return False
    kinds = [word["value"] for word in words if word is not None and word["key"].lower() == "proj"]
    return len(kinds) == 1 and kinds[0] not in {None, "", "pipeline"}
