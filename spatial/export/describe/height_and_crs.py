"""What a package says of its reference systems, its axis orders and its heights.

The same numbers are written in other orders by other formats: EPSG:4490 is defined as latitude,
longitude, which JSON-FG follows and the desktop formats do not. So the order is stated per file.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pyproj import CRS

from spatial.crs import CANONICAL_CRS
from spatial.export.wording import both

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.export.model import WrittenFile
    from spatial.export.wording import Words

__all__ = [
    "HEIGHT_CRS",
    "axis_order",
    "crs_uri",
    "crs_urn",
    "height_record",
    "is_companion",
    "reference_systems",
]

HEIGHT_CRS: Final = "EPSG:5737"
"""1985 national height datum, to which heights would refer."""

_JSONFG: Final = "jsonfg"
_TABLES: Final = ("csv", "xlsx")


def is_companion(format_name: str, crs: str) -> bool:
    """Return whether a file holds no features of its own but belongs to another, as .dbf does to .shp."""
    return not crs and format_name not in _TABLES


def crs_urn(identifier: str) -> str:
    """Return the OGC name of a reference system, for example ``urn:ogc:def:crs:EPSG::4490``."""
    authority, code = identifier.split(":", 1)
    return f"urn:ogc:def:crs:{authority}:{'1.3' if authority == 'OGC' else ''}:{code}"


def crs_uri(identifier: str) -> str:
    """Return the OGC address of a reference system, which JSON-FG and OGC API name it by."""
    authority, code = identifier.split(":", 1)
    return f"http://www.opengis.net/def/crs/{authority}/{'1.3' if authority == 'OGC' else '0'}/{code}"


def axis_order(format_name: str, crs: str) -> Words:
    """Return in which order a file of ``format_name`` in ``crs`` holds its coordinates.

    Parameters
    ----------
    format_name : str
        One of the names of the formats.
    crs : str
        For example ``"EPSG:4547"``; empty for a table without geometry, and for a companion file.
    """
    if is_companion(format_name, crs):
        return both("describe.axis_companion")
    if not crs:
        return both("describe.axis_none")
    if format_name == _JSONFG:
        return both("describe.axis_jsonfg", crs=crs)
    if format_name in _TABLES:
        return both("describe.axis_columns" if format_name == "csv" else "describe.axis_workbook", crs=crs)
    key = "describe.axis_degrees" if _definition(crs).is_geographic else "describe.axis_metres"
    return both(key, crs=crs)


def reference_systems(files: Iterable[WrittenFile]) -> list[dict[str, Any]]:
    """Return a record of the system in which the data are kept, then of each further one of the files.

    Returns
    -------
    list of dict
        ``identifier``, ``name``, ``urn``, ``uri``, ``kind``, ``defined_axes`` (the order of the
        definition, which a file need not follow) and ``wkt2`` (WKT2:2019).
    """
    named = dict.fromkeys([CANONICAL_CRS, *sorted({file.crs for file in files if file.crs})])
    return [_record(identifier) for identifier in named]


def height_record(datum: Words) -> dict[str, Any]:
    """Return what is said of heights: the datum they would refer to, and that none are held."""
    return {
        "datum": datum,
        "identifier": HEIGHT_CRS,
        "wkt2": _definition(HEIGHT_CRS).to_wkt("WKT2_2019"),
        "heights_held": False,
        "dimensions": 2,
        "statement": both("describe.height_not_held"),
    }


def _record(identifier: str) -> dict[str, Any]:
    definition = _definition(identifier)
    return {
        "identifier": identifier,
        "name": definition.name,
        "urn": crs_urn(identifier),
        "uri": crs_uri(identifier),
        "kind": "geographic" if definition.is_geographic else "projected",
        "defined_axes": [
            f"{axis.name} ({axis.direction}, {axis.unit_name})" for axis in definition.axis_info
        ],
        "wkt2": definition.to_wkt("WKT2_2019"),
    }


@cache
def _definition(identifier: str) -> CRS:
    return CRS.from_user_input(identifier)
