"""Writing and reading through GDAL without its clock and without guessing at drivers."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyogrio  # type: ignore[import-untyped]
from pyogrio.errors import DataLayerError, DataSourceError  # type: ignore[import-untyped]
from pyproj import CRS

from spatial.errors import LimitExceededError, PackageError
from spatial.export.formats.file_frames import (
    NO_C_STRING,
    arrow_table,
    frame_from_arrow,
    refuse_unstorable,
    time_stamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

    from spatial.export.model import ExportLayer
    from spatial.limits import Limits

__all__ = ["frozen_clock", "read_gdal_layer", "write_gdal_layer"]

_CLOCK: Final = "OGR_CURRENT_DATE"
_DAMAGE: Final = (DataSourceError, DataLayerError, pa.ArrowException, RuntimeError, ValueError, OSError)
_CLOCK_LOCK: Final = Lock()
"""GDAL's settings belong to the process, and a page may export for two people at once."""


@contextmanager
def frozen_clock(data_date: str) -> Iterator[None]:
    """Let GDAL take the date of the data for the present time, so that the same data give the same bytes."""
    with _CLOCK_LOCK:
        pyogrio.set_gdal_config_options({_CLOCK: time_stamp(data_date)})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({_CLOCK: None})


def write_gdal_layer(
    layer: ExportLayer,
    path: Path,
    *,
    driver: str,
    crs: str,
    append: bool = False,
    **options: str,
) -> None:
    """Write a layer with one of GDAL's drivers.

    Parameters
    ----------
    layer : ExportLayer
    path : pathlib.Path
        In a folder that exists.
    driver : str
        GDAL's name of it.
    crs : str
        System in which the file holds the geometry.
    append : bool
        Whether the file exists and gets another layer.
    **options : str
        Options of the driver.

    Raises
    ------
    ExportRefusedError
        If the format cannot hold a value.
    """
    refuse_unstorable(layer, format_name=driver, illegal=NO_C_STRING)
    pyogrio.write_arrow(
        arrow_table(layer, crs=crs),
        path,
        layer=layer.name,
        driver=driver,
        geometry_name="geometry",
        geometry_type=layer.geometry_type,
        crs=crs,
        append=append,
        **options,
    )


def read_gdal_layer(path: Path, layer: ExportLayer, *, crs: str, limits: Limits) -> gpd.GeoDataFrame:
    """Read a layer whose file has proved to be of its format.

    Parameters
    ----------
    path : pathlib.Path
        Its size and first bytes were looked at.
    layer : ExportLayer
        Its name, fields and geometry type alone.
    crs : str
        The system that the file must be in.
    limits : Limits

    Raises
    ------
    PackageError
        If the file is damaged or not what the layer says.
    LimitExceededError
        If it has more features than the limit.
    """
    try:
        with warnings.catch_warnings(record=True) as doubts:
            warnings.simplefilter("always")
            found = pyogrio.read_info(path, layer=layer.name, force_feature_count=True)
            limits.check("features", max(int(found["features"]), 0))
            meta, table = pyogrio.read_arrow(path, layer=layer.name)
        table.validate(full=True)
    except LimitExceededError:
        raise
    except _DAMAGE as fault:
        raise PackageError("format.damaged", file=path.name) from fault
    _require_crs(meta, crs, path.name)
    # GDAL mends what it can and warns; a file of a package needs no mending.
    if doubts or table.num_rows != found["features"]:
        raise PackageError("format.damaged", file=path.name)
    geometry = meta["geometry_name"] or "wkb_geometry"
    return frame_from_arrow(table, layer, geometry=geometry, crs=crs, file=path.name)


def _require_crs(meta: dict[str, Any], crs: str, file: str) -> None:
    """Refuse a layer that is in another system than its package says."""
    found = CRS(meta["crs"]) if meta["crs"] else None
    if found is None or found.to_epsg() != CRS(crs).to_epsg():
        raise PackageError("format.wrong_crs", file=file, found=str(meta["crs"]), wanted=crs)
