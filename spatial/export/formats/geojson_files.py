"""Layers as GeoJSON by RFC 7946: WGS 84, seven decimals, right-hand rings, one feature on each line.

There is no ``crs`` member: the front ends of city platforms throw on it. CGCS2000 degrees are taken as
WGS 84 degrees, as everywhere in the library (`spatial.crs`).
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from spatial.export.fields import ID_CODE
from spatial.export.formats.feature_columns import cells, check_columns
from spatial.export.formats.feature_frames import frame_of_chunks
from spatial.export.formats.feature_lines import CHUNK_FEATURES, read_features, write_features
from spatial.export.formats.read_back import check_written
from spatial.export.formats.rounding import DECIMALS, Rounded, rounded
from spatial.export.model import WrittenFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

    from spatial.export.formats.rings import Shapes
    from spatial.export.formats.rounding import Rounded
    from spatial.export.model import ExportLayer, PackageContent

__all__ = ["FORMAT", "file_path", "head_of", "read", "rounded_layer", "write"]

FORMAT: Final = "geojson"
_CRS: Final = "OGC:CRS84"


def file_path(layer: ExportLayer) -> PurePosixPath:
    """Return where a package holds the layer in this format."""
    return PurePosixPath(FORMAT, f"{layer.name}.geojson")


def write(content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
    """Write every layer of a package.

    Parameters
    ----------
    content : PackageContent
    directory : pathlib.Path
        Root of the package.

    Returns
    -------
    tuple of WrittenFile

    Raises
    ------
    ExportRefusedError
        If an id is empty or repeated, or a value is none that JSON can hold.
    GeometryError
        If a geometry cannot be written, or hardly anything is left of it after rounding.

    Notes
    -----
    Each file is read back and held to the rules before this returns, a chunk at a time.
    """
    return tuple(_write_layer(content, layer, directory) for layer in content.layers)


def read(directory: Path, layer: ExportLayer, *, content: PackageContent) -> gpd.GeoDataFrame:  # noqa: ARG001
    """Read a layer back, as strictly as it was written.

    Parameters
    ----------
    directory : pathlib.Path
        Root of the package.
    layer : ExportLayer
        Its ``features`` are not looked at.
    content : PackageContent

    Returns
    -------
    geopandas.GeoDataFrame, shape (n, fields + 1)
        In EPSG:4490, as `ExportLayer.features` holds them but for the rounding.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError, PackageError, LimitExceededError
        Naming the file, and the first feature that is wrong.
    """
    path = directory / file_path(layer)
    with path.open("rb") as stream:
        _, chunks = read_features(stream, name=path.name)
        return frame_of_chunks(chunks, layer, name=path.name, place="geometry")


def rounded_layer(layer: ExportLayer) -> Rounded:
    """Return the layer's positions as RFC 7946 files hold them."""
    features = layer.features
    return rounded(features.geometry.to_numpy(), kind=layer.geometry_type, ids=features[ID_CODE].to_numpy())


def head_of(content: PackageContent, layer: ExportLayer) -> dict[str, Any]:
    """Return what a collection says of itself before its features.

    The title, whether its positions are schematic or simulated, the sources and the disclaimer are with
    the data wherever the file goes alone.
    """
    return {
        "name": layer.name,
        "metadata": {
            "package_id": content.package_id,
            "title": {"zh": layer.title.zh, "en": layer.title.en},
            "data_date": content.data_date or None,
            "schematic": bool(layer.about.get("schematic", False)),
            "synthetic": layer.synthetic,
            "attribution": content.about.get("attribution", []),
            "disclaimer": content.about.get("disclaimer"),
        },
    }


def _write_layer(content: PackageContent, layer: ExportLayer, directory: Path) -> WrittenFile:
    """Write one layer."""
    columns = layer.features
    check_columns(columns, layer.fields)
    shapes, snapped = rounded_layer(layer)
    head = {"type": "FeatureCollection"} | head_of(content, layer)
    head["metadata"] |= {"decimals": DECIMALS, "snapped": columns[ID_CODE].iloc[snapped].tolist()}
    if shapes.bounds is not None:
        head["bbox"] = list(shapes.bounds)
    path = directory / file_path(layer)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_features(stream, head, _features(layer, shapes))
    check_written(path, layer, shapes)
    return WrittenFile.of_layer(layer, file_path(layer), format_name=FORMAT, crs=_CRS)


def _features(layer: ExportLayer, shapes: Shapes) -> Iterator[dict[str, Any]]:
    """Yield the features, formatting some thousands at a time."""
    codes = [field.code for field in layer.fields]
    for start in range(0, len(layer.features), CHUNK_FEATURES):
        stop = min(start + CHUNK_FEATURES, len(layer.features))
        ids = layer.features[ID_CODE].iloc[start:stop].tolist()
        rows = zip(*cells(layer.features, layer.fields, start, stop), strict=True)
        for own, xy, row in zip(ids, shapes.coordinates(start, stop), rows, strict=True):
            yield {
                "type": "Feature",
                "id": own,
                "geometry": {"type": layer.geometry_type, "coordinates": xy},
                "properties": dict(zip(codes, row, strict=True)),
            }
