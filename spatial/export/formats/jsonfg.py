"""Layers as JSON-FG 1.0 (OGC 21-045r1): CGCS2000 without loss, and still GeoJSON to who knows no more.

``place`` holds EPSG:4490 as the system defines itself, latitude first, each number in the shortest
decimals that give the same double back. ``geometry`` holds the same in WGS 84 for other readers, as
`spatial.export.formats.geojson_files` rounds it. A package is read back from these files.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import PackageError
from spatial.export.fields import ID_CODE
from spatial.export.formats.feature_columns import cells, check_columns
from spatial.export.formats.feature_frames import frame_of_chunks
from spatial.export.formats.feature_lines import CHUNK_FEATURES, read_features, write_features
from spatial.export.formats.geojson_files import head_of, rounded_layer
from spatial.export.formats.rings import shapes_of
from spatial.export.model import WrittenFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

    from spatial.export.formats.rings import Shapes
    from spatial.export.model import ExportLayer, PackageContent

__all__ = ["COORD_REF_SYS", "FORMAT", "file_path", "read", "write"]

FORMAT: Final = "jsonfg"
COORD_REF_SYS: Final = "http://www.opengis.net/def/crs/EPSG/0/4490"
_CRS: Final = "EPSG:4490"
_CONFORMS_TO: Final = (
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
)
_DATE_CODE: Final = "CJRQ"
_FULL_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def file_path(layer: ExportLayer) -> PurePosixPath:
    """Return where a package holds the layer in this format."""
    return PurePosixPath(FORMAT, f"{layer.name}.json")


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
    """
    return tuple(_write_layer(content, layer, directory) for layer in content.layers)


def read(directory: Path, layer: ExportLayer, *, content: PackageContent) -> gpd.GeoDataFrame:  # noqa: ARG001
    """Read a layer back: every attribute and every double as it was written.

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
        In EPSG:4490, longitude first, as `ExportLayer.features` holds them.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError, PackageError, LimitExceededError
        Naming the file, and the first feature that is wrong.
    """
    path = directory / file_path(layer)
    with path.open("rb") as stream:
        head, chunks = read_features(stream, name=path.name)
        if head.get("coordRefSys") != COORD_REF_SYS:
            raise PackageError("feature.other_system", name=path.name, expected=COORD_REF_SYS)
        return frame_of_chunks(chunks, layer, name=path.name, place="place")


def _write_layer(content: PackageContent, layer: ExportLayer, directory: Path) -> WrittenFile:
    """Write one layer."""
    columns = layer.features
    check_columns(columns, layer.fields)
    fallback = rounded_layer(layer).shapes
    exact = shapes_of(columns.geometry.to_numpy())
    head = {
        "type": "FeatureCollection",
        "conformsTo": list(_CONFORMS_TO),
        "featureType": layer.name,
        "geometryDimension": 2 if layer.geometry_type == "MultiPolygon" else 0,
        "coordRefSys": COORD_REF_SYS,
    } | head_of(content, layer)
    if fallback.bounds is not None:
        head["bbox"] = list(fallback.bounds)
    path = directory / file_path(layer)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        lines = _features(layer, exact.with_xy(exact.xy[:, ::-1]), fallback)
        write_features(stream, head, lines)
    return WrittenFile.of_layer(layer, file_path(layer), format_name=FORMAT, crs=_CRS)


def _features(layer: ExportLayer, exact: Shapes, fallback: Shapes) -> Iterator[dict[str, Any]]:
    """Yield the features, formatting some thousands at a time."""
    codes, kind = [field.code for field in layer.fields], layer.geometry_type
    for start in range(0, len(layer.features), CHUNK_FEATURES):
        stop = min(start + CHUNK_FEATURES, len(layer.features))
        ids = layer.features[ID_CODE].iloc[start:stop].tolist()
        rows = zip(*cells(layer.features, layer.fields, start, stop), strict=True)
        places, rest = exact.coordinates(start, stop), fallback.coordinates(start, stop)
        for own, place, geometry, row in zip(ids, places, rest, rows, strict=True):
            properties = dict(zip(codes, row, strict=True))
            yield {
                "type": "Feature",
                "id": own,
                "time": _time(properties.get(_DATE_CODE)),
                "place": {"type": kind, "coordinates": place},
                "geometry": {"type": kind, "coordinates": geometry},
                "properties": properties,
            }


def _time(said: str | None) -> dict[str, str] | None:
    """Return the ``time`` member of a date; None for a missing one or one of reduced precision."""
    if said is None or not _FULL_DATE.fullmatch(said):
        return None
    try:
        date.fromisoformat(said)
    except ValueError:
        return None
    return {"date": said}
