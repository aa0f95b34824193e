"""The formats of a hand-over package by name, and which of them each profile holds.

A format's module is imported when it is first used, so that a reader of one format needs no library of
the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from spatial.errors import UnsupportedFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from spatial.export.model import ExportLayer, PackageContent, WrittenFile

__all__ = ["FORMATS", "PROFILES", "read_layer", "write_format"]

FORMATS: Final = (
    "jsonfg",
    "geojson",
    "geopackage",
    "shapefile",
    "csv",
    "xlsx",
    "flatgeobuf",
    "geoparquet",
    "kml",
)
"""Every format, in the order in which a package lists them."""

PROFILES: Final[Mapping[str, tuple[str, ...]]] = {
    "cim": ("jsonfg", "geojson", "geopackage", "shapefile", "csv", "xlsx"),
    "geojson": ("jsonfg", "geojson"),
    "desktop": ("jsonfg", "geopackage", "shapefile"),
    "spreadsheet": ("csv", "xlsx"),
}
"""Formats of each profile; a package holds the others where they are asked for by name."""

_MODULES: Final[Mapping[str, str]] = {
    "jsonfg": "jsonfg",
    "geojson": "geojson_files",
    "geopackage": "geopackage_file",
    "shapefile": "shapefile_files",
    "csv": "csv_files",
    "xlsx": "workbook",
    "flatgeobuf": "flatgeobuf_files",
    "geoparquet": "geoparquet_files",
    "kml": "kml_files",
}


class _Format(Protocol):
    """What the module of a format offers."""

    def write(self, content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
        """Write the layers of a package."""

    def read(
        self, directory: Path, layer: ExportLayer, *, content: PackageContent
    ) -> gpd.GeoDataFrame | pd.DataFrame:
        """Read one layer back."""


def write_format(name: str, content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
    """Write the layers of a package in one format.

    Parameters
    ----------
    name : str
        One of `FORMATS`.
    content : PackageContent
    directory : pathlib.Path
        Root of the package; the format makes its own folder in it.

    Returns
    -------
    tuple of WrittenFile
        The files, their paths relative to ``directory``.

    Raises
    ------
    UnsupportedFormatError
        If there is no such format.
    ExportRefusedError
        If the format cannot hold a value; the message names layer, feature and field.
    """
    return _module(name).write(content, directory)


def read_layer(
    name: str, directory: Path, layer: ExportLayer, *, content: PackageContent
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read one layer of a package back from one format.

    Parameters
    ----------
    name : str
        One of `FORMATS`.
    directory : pathlib.Path
        Root of the package.
    layer : ExportLayer
        Which layer; its ``features`` are not looked at.
    content : PackageContent
        What the package says of its layers.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame, shape (n, fields + 1) or (n, fields)
        As `ExportLayer.features` holds them, in EPSG:4490; a table of zones has no geometry.

    Raises
    ------
    UnsupportedFormatError
        If there is no such format.
    PackageError, LimitExceededError
        If the file is not what the format and the layer's fields say.
    """
    return _module(name).read(directory, layer, content=content)


def _module(name: str) -> _Format:
    """Return the module of a format."""
    if name not in _MODULES:
        raise UnsupportedFormatError("format.unknown", name=name, known=list(FORMATS))
    return cast("_Format", import_module(f"spatial.export.formats.{_MODULES[name]}"))
