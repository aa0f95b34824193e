"""GeoParquet 1.1 of a hand-over package: a file per layer, in the system of the package."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from spatial.errors import PackageError, UnreadableFileError
from spatial.export.formats.file_frames import (
    NO_UTF_8,
    PACKAGE_LIMITS,
    TEXT_TYPES,
    checked_file,
    finish_frame,
    layer_in,
    refuse_unstorable,
)
from spatial.export.model import WrittenFile
from spatial.file_kinds import PARQUET_MAGIC
from spatial.geoparquet import read_geoparquet

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from spatial.export.model import ExportLayer, PackageContent
    from spatial.limits import Limits

__all__ = ["GEOPARQUET_VERSION", "read", "write"]

GEOPARQUET_VERSION: Final = "1.1.0"

_FORMAT: Final = "geoparquet"


def write(content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
    """Write ``geoparquet/<layer>.parquet`` for every layer.

    Raises
    ------
    ExportRefusedError
        If a text is no Unicode, or a number is infinite.
    """
    written = []
    for layer in content.layers:
        refuse_unstorable(layer, format_name="GeoParquet", illegal=NO_UTF_8)
        relative = _relative(layer)
        path = directory / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = layer_in(layer, content.crs)
        # A column that holds nothing has a type of its own in Parquet unless its type is stated.
        texts = {field.code: "string" for field in layer.fields if field.type in TEXT_TYPES}
        frame.astype(texts).to_parquet(path, index=False, schema_version=GEOPARQUET_VERSION)
        written.append(WrittenFile.of_layer(layer, relative, format_name=_FORMAT, crs=content.crs))
    return tuple(written)


def read(
    directory: Path, layer: ExportLayer, *, content: PackageContent, limits: Limits = PACKAGE_LIMITS
) -> gpd.GeoDataFrame:
    """Read one layer back, as `ExportLayer.features` holds it.

    Raises
    ------
    PackageError
        If the file is no GeoParquet, is damaged, or is not what the layer says.
    LimitExceededError
        If it passes a limit.
    """
    path = checked_file(directory / _relative(layer), magic=PARQUET_MAGIC, limits=limits)
    try:
        frame, crs = read_geoparquet(path.read_bytes(), name=path.name, crs_stated=False, limits=limits)
    except UnreadableFileError as fault:
        raise PackageError("format.damaged", file=path.name) from fault
    if crs != content.crs:
        raise PackageError("format.wrong_crs", file=path.name, found=str(crs), wanted=content.crs)
    columns = frame.drop(columns=frame.geometry.name)
    return finish_frame(columns, layer, geometry=frame.geometry.to_numpy(), crs=content.crs, file=path.name)


def _relative(layer: ExportLayer) -> PurePosixPath:
    """Return the path of a layer's file in the package."""
    return PurePosixPath("geoparquet", f"{layer.name}.parquet")
