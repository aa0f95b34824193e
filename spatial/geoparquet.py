"""GeoParquet on the command line: measured by its own footer before it is unpacked."""

from __future__ import annotations

import json
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj.exceptions import ProjError
from shapely.errors import ShapelyError

from spatial.errors import AtlasError, UnreadableFileError
from spatial.file_kinds import PARQUET_MAGIC
from spatial.geopackage import named_system

if TYPE_CHECKING:
    from spatial.limits import Limits

__all__ = ["PARQUET_SUFFIXES", "read_geoparquet"]

PARQUET_SUFFIXES: Final = (".parquet", ".geoparquet")
_CRS84: Final = ("OGC", "CRS84")
_DAMAGE: Final = (
    pa.ArrowException,
    ShapelyError,
    ProjError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    OSError,
)
"""What the libraries raise, each where it meets it, on a footer or column that is not as it says."""


def read_geoparquet(
    data: bytes, *, name: str, crs_stated: bool, limits: Limits
) -> tuple[gpd.GeoDataFrame, str | None]:
    """Read a GeoParquet file.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name, for messages alone.
    crs_stated : bool
        Whether the caller states the reference system.
    limits : Limits
        Rows, columns and unpacked size are held to it.

    Returns
    -------
    frame : geopandas.GeoDataFrame
        Rows as they stand, in no stated system.
    crs : str or None
        The system that the file names; None means WGS 84 by the format's rule.

    Raises
    ------
    UnreadableFileError
        If the file is no GeoParquet or is damaged.
    MissingCrsError, UnknownCrsError, LimitExceededError
        If the file is refused.
    """
    if not data.startswith(PARQUET_MAGIC):
        raise UnreadableFileError("error.not_parquet", name=name)
    try:
        footer = pq.ParquetFile(BytesIO(data)).metadata
        limits.check("features", footer.num_rows)
        limits.check("columns", footer.num_columns)
        groups = (footer.row_group(at).total_byte_size for at in range(footer.num_row_groups))
        limits.check("unpacked_bytes", sum(groups))
        column = _geometry_column(footer.metadata)
        with warnings.catch_warnings():
            # Edges are straight on the map here, whatever a file says about a sphere.
            warnings.filterwarnings("ignore", message="The geo metadata indicate")
            frame = gpd.read_parquet(BytesIO(data))
    except _DAMAGE as fault:
        if isinstance(fault, AtlasError):
            raise
        raise UnreadableFileError("error.not_parquet", name=name) from fault
    crs = frame.crs
    frame = frame.set_crs(None, allow_override=True)
    if "crs" not in column:
        return frame, None
    if crs is not None and crs.to_authority() == _CRS84:
        return frame, "wgs84"
    return named_system(frame, "" if crs is None else crs.to_wkt(), name=name, crs_stated=crs_stated)


def _geometry_column(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    """Return what the file says about its primary geometry column.

    Raises
    ------
    TypeError
        If the reference system is no description but a text, which PROJ might follow to a file.
    """
    geo = json.loads(metadata[b"geo"])
    column: dict[str, Any] = geo["columns"][geo["primary_column"]]
    if not isinstance(column.get("crs"), dict | None):
        raise TypeError
    return column
