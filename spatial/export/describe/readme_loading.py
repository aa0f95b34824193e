"""How to load a package, one line for each program that can open what the package holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatial.export.model import PackageContent

__all__ = ["loading_lines"]

_WAYS: Final = (
    # key of the line, formats of which the package holds one, formats that make the line needless
    ("describe.load_cesium", ("geojson",), ()),
    ("describe.load_supermap_geojson", ("geojson",), ()),
    ("describe.load_supermap_shapefile", ("shapefile",), ()),
    ("describe.load_arcgis_geopackage", ("geopackage",), ()),
    ("describe.load_arcgis_geojson", ("geojson",), ()),
    ("describe.load_qgis_geopackage", ("geopackage",), ()),
    (
        "describe.load_qgis_vector",
        ("geojson", "shapefile", "flatgeobuf", "geoparquet", "kml"),
        ("geopackage",),
    ),
    ("describe.load_jsonfg", ("jsonfg",), ()),
    ("describe.load_tables", ("csv", "xlsx"), ()),
)


def loading_lines(content: PackageContent, lang: str) -> Iterator[str]:
    """Return the lines for the formats of the package, in ``lang``."""
    held = set(content.formats)
    for key, formats, better in _WAYS:
        if not held.isdisjoint(formats) and held.isdisjoint(better):
            yield text(key, lang, crs=content.crs)
