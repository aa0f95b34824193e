"""Zones and points from files on the command line, each format opened only as what it proves to be.

GeoJSON and tables are parsed in Python. A GeoPackage must have the header and the application id of
one, is read from a private copy with its driver fixed, and the number of rows is checked against the
database's own; a GeoParquet file is measured before it is unpacked. Nothing here serves the web
process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.coordinates import judge_positions
from spatial.crs import CANONICAL_CRS, geometry_to_canonical
from spatial.errors import GeometryError, UnreadableFileError, UnsupportedFormatError
from spatial.file_kinds import GEOJSON_SUFFIXES, TABLE_SUFFIXES, file_suffix, refuse_foreign
from spatial.geojson import property_text, read_geojson
from spatial.geopackage import GPKG_SUFFIX, read_geopackage
from spatial.geoparquet import PARQUET_SUFFIXES, read_geoparquet
from spatial.inventory import Inventory, inventory_from_frame, read_inventory
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.notice import Notice
from spatial.plain_files import open_plain, refuse_special
from spatial.polygons import clean_polygon, count_vertices, polygon_from_json
from spatial.stated_crs import override_notices
from spatial.system_reasons import system_reason
from spatial.text import TextKey
from spatial.zone_columns import ZONE_ID, few, name_zones, refuse_duplicate_ids

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

__all__ = ["VectorLayer", "ZoneLayer", "read_bytes", "read_points", "read_zones", "refuse_special"]

# A boundary may pass through the origin, where a station is a placeholder.
_ORIGIN: Final = "error.reason_zero"
_HALF_TURN: Final = 180.0
_HAIR_DEG: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class VectorLayer:
    """One layer as a file holds it.

    Attributes
    ----------
    attributes : pandas.DataFrame, shape (n, columns)
        Values as they stand.
    geometry : list
        Shapely geometries, None where a row has none.
    feature_ids : list of str
        The rows' own ids outside the columns, ``""`` without one.
    crs : str
        The reference system in which the geometry is read.
    notices : tuple of Notice
        What the reader should know.
    """

    attributes: pd.DataFrame
    geometry: list[BaseGeometry | None]
    feature_ids: list[str]
    crs: str
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ZoneLayer:
    """Zones ready to be counted in.

    Attributes
    ----------
    zones : geopandas.GeoDataFrame
        In EPSG:4490 and in file order, with ``zone_id`` and ``name_zh`` as text.
    n_in, n_reported : int
        Features of the file and those of them that are no polygon.
    notices : tuple of Notice
        What was repaired, named or left out.
    """

    zones: gpd.GeoDataFrame
    n_in: int
    n_reported: int
    notices: tuple[Notice, ...]


def read_zones(
    path: Path,
    *,
    layer: str | None = None,
    zone_id: str | None = None,
    zone_name: str | None = None,
    crs: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ZoneLayer:
    """Read zones from GeoJSON, GeoPackage or GeoParquet.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    layer : str or None
        Layer of a GeoPackage; needed where it has several.
    zone_id, zone_name : str or None
        Columns; otherwise ``zone_id`` or the features' own ids, and a column that is called a name.
    crs : str or None
        The reference system where the file states none, or states a wrong one.
    limits : Limits
        Named limits.

    Raises
    ------
    MissingColumnError, DuplicateIdError, GeometryError
        If the layer does not describe zones.
    MissingCrsError, UnknownCrsError, UnsupportedFormatError, UnreadableFileError, LimitExceededError
        If the file is refused.
    """
    found = _read_layer(path, layer=layer, crs=crs, limits=limits)
    cleaned = [clean_polygon(geometry) for geometry in found.geometry]
    kept = [at for at, polygon in enumerate(cleaned) if polygon is not None]
    if not kept:
        raise GeometryError("error.zones_without_polygon", name=path.name)
    frame, missing = name_zones(
        found.attributes, found.feature_ids, zone_id=zone_id, zone_name=zone_name, name=path.name
    )
    notices = [*found.notices, *missing]
    ids = list(frame[ZONE_ID])
    left_out = [ids[at] for at, polygon in enumerate(cleaned) if polygon is None]
    _tell(notices, "inventory.zones_left_out", path.name, left_out)
    repaired = [ids[at] for at, polygon in enumerate(cleaned) if polygon is not None and polygon.repaired]
    _tell(notices, "inventory.zones_repaired", path.name, repaired)
    if "geometry_basis" in frame:
        frame["geometry_basis"] = [property_text(basis) for basis in frame["geometry_basis"]]
    else:
        frame["geometry_basis"] = "user_supplied"
    polygons = [polygon.geometry for polygon in cleaned if polygon is not None]
    _refuse_misread(polygons, found.crs, path.name)
    zones = gpd.GeoDataFrame(frame.iloc[kept].reset_index(drop=True), geometry=polygons, crs=CANONICAL_CRS)
    refuse_duplicate_ids(zones[ZONE_ID], path.name)
    zones = geometry_to_canonical(zones, crs=found.crs)
    return ZoneLayer(zones=zones, n_in=len(ids), n_reported=len(left_out), notices=tuple(notices))


def read_points(
    path: Path,
    *,
    layer: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: str | None = None,
    site_id: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Inventory:
    """Read stations or poles from CSV, GeoJSON, GeoPackage or GeoParquet.

    Parameters and errors as for `read_zones` and `spatial.inventory.read_inventory`.
    """
    suffix = file_suffix(path.name)
    if suffix == GPKG_SUFFIX or suffix in PARQUET_SUFFIXES:
        found = _read_layer(path, layer=layer, crs=crs, limits=limits)
        inventory = inventory_from_frame(
            found.attributes, found.geometry, name=path.name, crs=found.crs, site_id=site_id
        )
        return replace(inventory, notices=(*found.notices, *inventory.notices))
    data = read_bytes(path, limits)
    return read_inventory(data, name=path.name, crs=crs, x=x, y=y, limits=limits, site_id=site_id)


def _read_layer(path: Path, *, layer: str | None, crs: str | None, limits: Limits) -> VectorLayer:
    """Read one layer of whichever format the name and the bytes agree on."""
    suffix = file_suffix(path.name)
    if suffix in TABLE_SUFFIXES or suffix not in (*GEOJSON_SUFFIXES, GPKG_SUFFIX, *PARQUET_SUFFIXES):
        raise UnsupportedFormatError("error.unknown_zone_suffix", name=path.name, suffix=suffix)
    data = read_bytes(path, limits)
    if suffix == GPKG_SUFFIX:
        frame, named = read_geopackage(
            data, name=path.name, layer=layer, crs_stated=crs is not None, limits=limits
        )
    elif suffix in PARQUET_SUFFIXES:
        frame, named = read_geoparquet(data, name=path.name, crs_stated=crs is not None, limits=limits)
    else:
        return _layer_from_geojson(data, name=path.name, crs=crs, limits=limits)
    limits.check("vertices", int(frame.geometry.count_coordinates().sum()))
    notices = override_notices(crs, named)
    stated = crs or named
    if stated is None:
        stated, notices = "wgs84", (Notice("inventory.parquet_wgs84", {"name": path.name}),)
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    geometry = [None if value is None or pd.isna(value) else value for value in frame.geometry]
    return VectorLayer(
        attributes=attributes,
        geometry=geometry,
        feature_ids=[""] * len(frame),
        crs=stated,
        notices=notices,
    )


def _layer_from_geojson(data: bytes, *, name: str, crs: str | None, limits: Limits) -> VectorLayer:
    """Read the features of a GeoJSON file as zones."""
    refuse_foreign(data, name=name)
    collection = read_geojson(data, name=name, limits=limits, crs_stated=crs is not None)
    limits.check("vertices", sum(count_vertices(feature.geometry) for feature in collection.features))
    stated = crs or collection.crs
    notices = [] if stated else [Notice("inventory.geojson_wgs84", {"name": name})]
    notices += override_notices(crs, collection.crs)
    return VectorLayer(
        attributes=pd.DataFrame([dict(feature.properties) for feature in collection.features]),
        geometry=[polygon_from_json(feature.geometry) for feature in collection.features],
        feature_ids=[feature.feature_id for feature in collection.features],
        crs=stated or "wgs84",
        notices=tuple(notices),
    )


def read_bytes(path: Path, limits: Limits) -> bytes:
    """Return the bytes of a file, once its size is known to be within the limit.

    Raises
    ------
    UnreadableFileError
        If there is no such file, or it is a folder, a pipe or a device, or cannot be opened.
    LimitExceededError
        If it is larger than the limit.
    """
    try:
        file, n_bytes = open_plain(path)
        with file:
            limits.check("upload_bytes", n_bytes)
            return file.read(n_bytes)
    except FileNotFoundError:
        raise UnreadableFileError("error.missing_file", name=path.name) from None
    except OSError as fault:
        reason = system_reason(fault)
        raise UnreadableFileError("error.unreadable_file", name=path.name, reason=reason) from fault


def _refuse_misread(polygons: list[BaseGeometry], crs: str, name: str) -> None:
    """Refuse zones whose vertices cannot be meant in their reference system."""
    vertices = shapely.get_coordinates(polygons)
    # World files end a hair beyond the antimeridian.
    vertices = np.where(
        np.abs(np.abs(vertices) - _HALF_TURN) < _HAIR_DEG, np.sign(vertices) * _HALF_TURN, vertices
    )
    reasons = judge_positions(vertices[:, 0], vertices[:, 1], crs=crs, x_name="x", y_name="y")
    wrong = [reason for reason in reasons if reason not in {"", _ORIGIN}]
    if wrong:
        raise GeometryError(
            "error.zones_misplaced", name=name, n=len(wrong), crs=crs, reason=TextKey(wrong[0])
        )


def _tell(notices: list[Notice], key: str, name: str, ids: list[str]) -> None:
    """Add a notice about zones, where there are any to name."""
    if ids:
        notices.append(Notice(key, {"name": name, "n": len(ids), "ids": few(ids)}))
