"""Files of points as streams of batches: one way in, and a room for each format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spatial.errors import UnreadableFileError, UnsupportedFormatError
from spatial.file_kinds import GEOJSON_SUFFIXES, TABLE_SUFFIXES, file_suffix
from spatial.plain_files import refuse_special
from spatial.system_reasons import system_reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.density.model import PointSource

__all__ = ["open_source"]

_PARQUET_SUFFIXES = (".parquet", ".geoparquet")
_GPKG_SUFFIX = ".gpkg"


def open_source(
    path: Path | str,
    *,
    layer: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: str | None = None,
    columns: Sequence[str] = (),
) -> PointSource:
    """Open a file of points to be streamed.

    Parameters
    ----------
    path : pathlib.Path or str
        GeoParquet, Parquet or CSV with columns of coordinates, GeoPackage or GeoJSON.
    layer : str or None
        Layer of a GeoPackage; needed where it has several.
    x, y : str or None
        Columns of the coordinates, east first; otherwise they are found by their names.
    crs : str or None
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``; a table needs it, other formats may
        name their own.
    columns : sequence of str
        Columns that each batch brings along.

    Returns
    -------
    PointSource

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError
        If the file is none of these, or is damaged.
    MissingColumnError
        If a column is not there; it names those that are.
    MissingCrsError, UnknownCrsError
        If the reference system is not stated or not known.
    GeometryError
        If more than half of the first rows show one misreading, such as longitude and latitude exchanged.
    """
    path = Path(path)
    try:
        refuse_special(path)
        # The system's own files say that they have no size, and may make their reader wait for ever.
        if not path.stat().st_size:
            raise UnreadableFileError("error.empty_file", name=path.name)
    except FileNotFoundError:
        raise UnreadableFileError("error.missing_file", name=path.name) from None
    except OSError as fault:
        raise UnreadableFileError(
            "error.unreadable_file", name=path.name, reason=system_reason(fault)
        ) from fault
    suffix = file_suffix(path.name)
    wanted = tuple(dict.fromkeys(columns))
    # Each format is loaded where a file of it is opened: a start-up costs no other.
    if suffix in _PARQUET_SUFFIXES:
        from spatial.density.sources.parquet import open_parquet  # noqa: PLC0415

        return open_parquet(path, names=(x, y), crs=crs, columns=wanted)
    if suffix in TABLE_SUFFIXES:
        from spatial.density.sources.csv_table import open_csv  # noqa: PLC0415

        return open_csv(path, names=(x, y), crs=crs, columns=wanted)
    if suffix == _GPKG_SUFFIX:
        from spatial.density.sources.geopackage import open_geopackage  # noqa: PLC0415

        return open_geopackage(path, layer=layer, crs=crs, columns=wanted)
    if suffix in GEOJSON_SUFFIXES:
        from spatial.density.sources.geojson import open_geojson  # noqa: PLC0415

        return open_geojson(path, crs=crs, columns=wanted)
    raise UnsupportedFormatError("stream.unknown_suffix", name=path.name, suffix=suffix)
