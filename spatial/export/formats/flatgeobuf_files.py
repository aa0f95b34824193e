"""FlatGeobuf of a hand-over package: a file per layer with a spatial index, in the system of the package.

The index orders the features by place; `read` brings them back into the order of ``BSM``.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from spatial.export.formats.file_frames import PACKAGE_LIMITS, checked_file
from spatial.export.formats.gdal_writing import read_gdal_layer, write_gdal_layer
from spatial.export.model import WrittenFile

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from spatial.export.model import ExportLayer, PackageContent
    from spatial.limits import Limits

__all__ = ["read", "write"]

_FORMAT: Final = "flatgeobuf"
_MAGIC: Final = b"fgb\x03fgb"


def write(content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
    """Write ``flatgeobuf/<layer>.fgb`` for every layer.

    Raises
    ------
    ExportRefusedError
        If a text holds a character that the format would cut at, or a number is infinite.
    """
    written = []
    for layer in content.layers:
        relative = _relative(layer)
        path = directory / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        write_gdal_layer(layer, path, driver="FlatGeobuf", crs=content.crs, TITLE=layer.title.zh)
        written.append(WrittenFile.of_layer(layer, relative, format_name=_FORMAT, crs=content.crs))
    return tuple(written)


def read(
    directory: Path, layer: ExportLayer, *, content: PackageContent, limits: Limits = PACKAGE_LIMITS
) -> gpd.GeoDataFrame:
    """Read one layer back, as `ExportLayer.features` holds it.

    Raises
    ------
    PackageError
        If the file is no FlatGeobuf, is damaged, or is not what the layer says.
    LimitExceededError
        If it passes a limit.
    """
    path = checked_file(directory / _relative(layer), magic=_MAGIC, limits=limits)
    return read_gdal_layer(path, layer, crs=content.crs, limits=limits)


def _relative(layer: ExportLayer) -> PurePosixPath:
    """Return the path of a layer's file in the package."""
    return PurePosixPath("flatgeobuf", f"{layer.name}.fgb")
