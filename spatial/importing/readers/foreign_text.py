"""Text formats that are not imported: markup by its root, JSON by its members, others by their first line.

Only the beginning is looked at and nothing in it is followed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from spatial.geojson import GEOJSON_TYPES
from spatial.importing.readers.foreign_binary import Foreign

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KML_ROOT", "foreign_json", "foreign_lines", "foreign_markup", "markup_root"]

KML_ROOT: Final = "kml"
_PAGE_ROOT: Final = "html"

_LAYER: Final = "vector.refused_layer"
_POINTER: Final = "vector.refused_pointer"
_BOOK: Final = "vector.refused_workbook"
_PAGE: Final = "vector.refused_page"
_DRAWING: Final = "vector.refused_drawing"
_SETTINGS: Final = "vector.refused_settings"

_MISC: Final = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE: Final = re.compile(r"<!doctype\s++([^\s\[>]++)[^\[>]*+(\[.*?\]\s*+)?>", re.DOTALL | re.IGNORECASE)
_ROOT: Final = re.compile(r"<([^\s<>/]+)([^<>]*)")

# The name of the root without its prefix, in lower case.
_ROOTS: Final[dict[str, tuple[str, str]]] = {
    "ogrvrtdatasource": ("OGR VRT", _POINTER),
    "vrtdataset": ("GDAL VRT", _POINTER),
    "ogrwfsdatasource": ("WFS", _POINTER),
    "wfs_capabilities": ("WFS", _POINTER),
    "wms_capabilities": ("WMS", _POINTER),
    "gdal_wms": ("WMS", _POINTER),
    "gpx": ("GPX", _LAYER),
    "osm": ("OpenStreetMap XML", _LAYER),
    "osmchange": ("OpenStreetMap XML", _LAYER),
    "citymodel": ("CityGML", _LAYER),
    "landxml": ("LandXML", _LAYER),
    "rss": ("GeoRSS", _LAYER),
    "feed": ("GeoRSS", _LAYER),
    "workbook": ("XML Spreadsheet 2003", _BOOK),
    "html": ("HTML", _PAGE),
    "table": ("HTML", _PAGE),
    "meta": ("HTML", _PAGE),
    "svg": ("SVG", _DRAWING),
    "qgis": ("QGIS", _SETTINGS),
    "qlr": ("QGIS", _SETTINGS),
    "styledlayerdescriptor": ("SLD", _SETTINGS),
    "metadata": ("XML", _SETTINGS),
    "md_metadata": ("XML", _SETTINGS),
}
_JSON_TYPES: Final[dict[str, tuple[str, str]]] = {
    "Topology": ("TopoJSON", _LAYER),
    "gdal_streamed_alg": ("GDALG", _POINTER),
    "CityJSON": ("CityJSON", _LAYER),
    "CityJSONFeature": ("CityJSON", _LAYER),
    "Catalog": ("STAC", _POINTER),
    "Collection": ("STAC", _POINTER),
}
_JSON_MEMBERS: Final[tuple[tuple[tuple[str, ...], str, str], ...]] = (
    (("geometryType",), "Esri JSON", _LAYER),
    (("spatialReference",), "Esri JSON", _LAYER),
    (("rings",), "Esri JSON", _LAYER),
    (("paths",), "Esri JSON", _LAYER),
    (("tilejson",), "TileJSON", _POINTER),
    (("asset", "geometricError"), "3D Tiles", _POINTER),
    (("collections", "links"), "OGC API", _POINTER),
    (("cells", "nbformat"), "Jupyter", _SETTINGS),
)
_JSON_FG: Final = "json-fg"
_ANY_CASE: Final = re.IGNORECASE
_LINES: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = (
    (re.compile(r"\s*0\r?\n\s*SECTION|\s*999\r?\n", _ANY_CASE), "DXF", _DRAWING),
    (
        re.compile(r"version\s++\d++[^\S\n]*+\n\s*+(charset|delimiter|coordsys|columns|unique)", _ANY_CASE),
        "MIF",
        _LAYER,
    ),
    (re.compile(r"!table\s*\r?\n", _ANY_CASE), "MapInfo TAB", _LAYER),
    (re.compile(r"(HeadBegin|VCTBegin)\s*\r?\n", _ANY_CASE), "VCT", _LAYER),
    (
        re.compile(r"(PROJCS|GEOGCS|PROJCRS|GEOGCRS|COMPD_CS)\s*\["),
        "Shapefile .prj",
        "vector.refused_sidecar",
    ),
    (re.compile(r"EXP\s+0\s"), "ArcInfo E00", _LAYER),
    (
        re.compile(r"(#|--).*?(PostgreSQL|MySQL) (database )?dump", re.DOTALL),
        "SQL",
        "vector.refused_database",
    ),
    (re.compile(r"(CREATE TABLE|INSERT INTO)\s", _ANY_CASE), "SQL", "vector.refused_database"),
    (
        re.compile(r"ncols\s++\d++[^\S\n]*+\n\s*+nrows\s", _ANY_CASE),
        "ESRI ASCII Grid",
        "vector.refused_raster",
    ),
    (re.compile(r"#!\s*/|MIME-Version:", _ANY_CASE), "TXT", "vector.refused_program"),
)


def markup_root(characters: str) -> str | None:
    """Return the name of the root element with its prefix in lower case; None where none is in sight.

    A page is one by its document type, whatever it begins with.
    """
    at, declared = 0, None
    while found := (_MISC.match(characters, at) or _DOCTYPE.match(characters, at)):
        if found.re is _DOCTYPE:
            declared = found.group(1).lower()
        at = found.end()
    root = None if declared == _PAGE_ROOT else _ROOT.match(characters, at)
    return root.group(1).lower() if root and not root.group(1).startswith(("!", "?")) else declared


def foreign_markup(characters: str) -> Foreign | None:
    """Return the markup format that is refused; None where the root is that of KML."""
    root = markup_root(characters) or ""
    prefix, _, local = root.rpartition(":")
    if local == KML_ROOT:
        return None
    if local in _ROOTS:
        return Foreign(*_ROOTS[local])
    if prefix == "wfs" or local.startswith("wfs"):
        return Foreign("WFS", _POINTER)
    if "opengis.net/gml" in characters or prefix in {"gml", "ogr"} or local.startswith("gml"):
        return Foreign("GML", _LAYER)
    return Foreign("XML", _LAYER)


def foreign_json(document: Mapping[str, Any]) -> Foreign | None:
    """Return the JSON format that is refused and that the members of a document show, None for GeoJSON."""
    kind = document.get("type")
    if kind in GEOJSON_TYPES:
        # GeoJSON may carry members of any name, but one conformance says that positions stand elsewhere.
        form = str(document.get("conformsTo", "")).lower()
        return Foreign("JSON-FG", _LAYER) if _JSON_FG in form or "coordRefSys" in document else None
    if isinstance(kind, str) and kind in _JSON_TYPES:
        return Foreign(*_JSON_TYPES[kind])
    for members, found, key in _JSON_MEMBERS:
        if all(member in document for member in members):
            return Foreign(found, key)
    return None


def foreign_lines(characters: str) -> Foreign | None:
    """Return the line format that is refused and that the first lines show."""
    start = characters.lstrip("\ufeff")
    return next((Foreign(found, key) for form, found, key in _LINES if form.match(start)), None)
