"""Coordinate reference systems: the only module that reprojects.

Everything is kept in one geographic system (`CANONICAL_CRS`), measured in metres in `METRIC_CRS`
or its neighbour where the data lie, and shown in `WEB_CRS`. The axis order is always x (east,
longitude) first, whatever a system's own definition says.

WGS 84 and CGCS2000 are taken as one datum: their frames differ by about 0.8 m today, less than
any accuracy stated in planning data. Every other change of datum needs published parameters; for
Beijing 1954 and Xian 1980 there are none that hold on land, so both are refused unless the text of
the system brings parameters of its own.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely
from pyproj import CRS, Transformer

from spatial import chinese_datums
from spatial.crs_text import defined_system
from spatial.datums import Datum, named_datum
from spatial.errors import MissingCrsError, UnknownCrsError
from spatial.metric_grid import metric_code_for

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    Coordinates = tuple[NDArray[np.float64], NDArray[np.float64]]

__all__ = [
    "CANONICAL_CRS",
    "METRIC_CRS",
    "WEB_CRS",
    "Datum",
    "carried_accuracy_m",
    "geometry_to_canonical",
    "metric_crs_for",
    "parse_crs",
    "points_from_lonlat",
    "reproject",
    "require_crs",
    "to_canonical",
    "to_metric",
    "to_web",
    "transform_xy",
]

CANONICAL_CRS: Final = "EPSG:4490"
METRIC_CRS: Final = "EPSG:4547"
WEB_CRS: Final = "EPSG:4326"

_MAX_LON, _MAX_LAT = 180.0, 90.0

# Datums whose parameters EPSG lists only for oil fields at sea, or not at all.
_WITHOUT_PARAMETERS: Final = ("beijing 1954", "xian 1980", "new beijing")
_SAME_AS_CANONICAL: Final = (
    "world geodetic system 1984",
    "china 2000",
    "international terrestrial reference frame",
)


_EPSG_OF_DATUM: Final = {Datum.WGS84: WEB_CRS, Datum.CGCS2000: CANONICAL_CRS}


def parse_crs(name: str) -> CRS | Datum:
    """Return the system that ``name`` states: a `Datum` name, ``EPSG:n``, WKT or PROJ text.

    Heights are left out: of a compound or three-dimensional system the horizontal part is returned.
    A text that would make PROJ open a grid, an init file or an address is refused.

    Raises
    ------
    UnknownCrsError
        If it is none of these, or the system has no flat or geographic coordinates.
    """
    datum = named_datum(name)
    if datum is not None:
        return datum
    crs = defined_system(name.strip())
    if crs is None:
        raise UnknownCrsError("verdict.unknown_crs", crs=name)
    crs = _horizontal(crs)
    _check_datum(crs)
    return crs


def carried_accuracy_m(system: CRS | Datum) -> float | None:
    """Return how well positions in ``system`` are carried to canonical degrees, in metres.

    None where nobody states it; 0 where nothing is changed but the projection.

    Raises
    ------
    UnknownCrsError
        If there is no way to carry them.
    """
    if isinstance(system, Datum):
        shifted = system in {Datum.GCJ02, Datum.BD09}
        return chinese_datums.FORMULA_ACCURACY_M if shifted else 0.0
    transformer = _transformer(_definition(system), forward=True)
    if transformer is None or _check_datum(system).startswith(_SAME_AS_CANONICAL):
        return 0.0
    accuracy = float(transformer.accuracy)
    return accuracy if accuracy >= 0.0 else None


def _horizontal(crs: CRS) -> CRS:
    """Return the horizontal part of a compound or three-dimensional system."""
    if crs.is_compound and crs.sub_crs_list:
        crs = crs.sub_crs_list[0]
    return crs.to_2d() if len(crs.axis_info) > 2 and (crs.is_geographic or crs.is_projected) else crs  # noqa: PLR2004


def require_crs(gdf: gpd.GeoDataFrame | gpd.GeoSeries, *, layer: str) -> CRS:
    """Return the system of ``gdf``; a missing one is an error, never a guess.

    Raises
    ------
    MissingCrsError
        If the frame states no system.
    """
    if gdf.crs is None:
        raise MissingCrsError("verdict.missing_crs", layer=layer)
    return CRS(gdf.crs)


def transform_xy(
    x: ArrayLike, y: ArrayLike, *, source: str | CRS | Datum, target: str | CRS | Datum
) -> Coordinates:
    """Carry positions from one system to another, east or longitude first.

    Parameters
    ----------
    x, y : array_like, one shape
        Metres or degrees, as ``source`` has them.
    source, target : str, CRS or Datum
        ``"wgs84"``, ``"cgcs2000"``, ``"gcj02"``, ``"bd09"``, ``"EPSG:n"`` or a pyproj CRS.

    Returns
    -------
    tuple of ndarray
        Positions in ``target``; what cannot be carried is not finite.

    Raises
    ------
    UnknownCrsError
        If a system is unknown, or no parameters for the change of datum are.
    """
    lon, lat = _into_canonical(np.asarray(x, dtype=float), np.asarray(y, dtype=float), source)
    return _out_of_canonical(lon, lat, target)


def to_canonical(gdf: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``gdf`` in `CANONICAL_CRS`; all columns and the index are kept."""
    return reproject(gdf, CANONICAL_CRS)


def to_web(gdf: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``gdf`` in `WEB_CRS`, longitude first, as RFC 7946 wants it."""
    return reproject(gdf, WEB_CRS)


def to_metric(gdf: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``gdf`` in the metric system that `metric_crs_for` chooses for it."""
    return reproject(gdf, metric_crs_for(gdf))


def metric_crs_for(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Choose the system in which ``gdf`` is measured in metres.

    The zone of the middle of the data decides: the 3-degree Gauss-Krüger zones of CGCS2000 between
    73.5°E and 136.5°E (`METRIC_CRS` is the one at 114°E), UTM elsewhere, UPS at the poles.

    Raises
    ------
    GeometryError
        If the data reach farther round the Earth than any flat grid can show.
    """
    return CRS.from_epsg(metric_code_for(reproject(gdf, CANONICAL_CRS).geometry.to_numpy()))


def points_from_lonlat(lon: ArrayLike, lat: ArrayLike, *, crs: str) -> gpd.GeoSeries:
    """Make canonical points of a table's two columns.

    Parameters
    ----------
    lon, lat : array_like, shape (n,)
        Longitude and latitude, or easting and northing where ``crs`` is a flat system.
    crs : str
        As for `parse_crs`.

    Returns
    -------
    GeoSeries, shape (n,)
        In `CANONICAL_CRS`; null where a coordinate is missing, not finite or off the globe.
    """
    import geopandas as gpd  # noqa: PLC0415 - positions alone are carried without it

    x, y = transform_xy(lon, lat, source=parse_crs(crs), target=CANONICAL_CRS)
    good = np.isfinite(x) & np.isfinite(y) & (np.abs(x) <= _MAX_LON) & (np.abs(y) <= _MAX_LAT)
    geometry = np.full(x.shape, None, dtype=object)
    geometry[good] = shapely.points(x[good], y[good])
    return gpd.GeoSeries(geometry, crs=CANONICAL_CRS)


def geometry_to_canonical(gdf: gpd.GeoDataFrame, *, crs: str) -> gpd.GeoDataFrame:
    """Return ``gdf`` in `CANONICAL_CRS`, its coordinates read as ``crs`` states.

    A system that the frame itself carries is not looked at: GCJ-02 and BD-09 have no code of their
    own, so files in them carry none or a wrong one. Each vertex is carried over.
    """
    import geopandas as gpd  # noqa: PLC0415 - positions alone are carried without it

    source = parse_crs(crs)
    geometry = _carry(gdf.geometry, source, CANONICAL_CRS)
    return gdf.set_geometry(gpd.GeoSeries(geometry, index=gdf.index, crs=CANONICAL_CRS))


def reproject(gdf: gpd.GeoDataFrame, target: CRS | str) -> gpd.GeoDataFrame:
    """Return ``gdf`` in ``target``; the frame itself where it is there already.

    Raises
    ------
    MissingCrsError
        If the frame states no system.
    UnknownCrsError
        If no parameters for the change of datum are known.
    """
    import geopandas as gpd  # noqa: PLC0415 - positions alone are carried without it

    source, target = require_crs(gdf, layer="zones"), CRS(target)
    if source == target:
        return gdf
    geometry = gpd.GeoSeries(_carry(gdf.geometry, source, target), index=gdf.index, crs=target)
    return geometry if isinstance(gdf, gpd.GeoSeries) else gdf.set_geometry(geometry)


def _carry(geometry: gpd.GeoSeries, source: CRS | Datum, target: str | CRS) -> NDArray[np.object_]:
    """Carry every vertex from ``source`` to ``target``; heights are left out."""

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transform_xy(xy[:, 0], xy[:, 1], source=source, target=target))

    moved: NDArray[np.object_] = shapely.transform(geometry.to_numpy(), move)
    return moved


def _into_canonical(x: NDArray[np.float64], y: NDArray[np.float64], source: str | CRS | Datum) -> Coordinates:
    system = parse_crs(source) if isinstance(source, str) else source
    if system is Datum.GCJ02:
        return chinese_datums.gcj02_to_wgs84(x, y)
    if system is Datum.BD09:
        return chinese_datums.bd09_to_wgs84(x, y)
    return _run(_transformer(_definition(system), forward=True), x, y)


def _out_of_canonical(
    lon: NDArray[np.float64], lat: NDArray[np.float64], target: str | CRS | Datum
) -> Coordinates:
    system = parse_crs(target) if isinstance(target, str) else target
    if system is Datum.GCJ02:
        return chinese_datums.wgs84_to_gcj02(lon, lat)
    if system is Datum.BD09:
        return chinese_datums.wgs84_to_bd09(lon, lat)
    return _run(_transformer(_definition(system), forward=False), lon, lat)


def _definition(system: CRS | Datum) -> str:
    """Return a text that stands for ``system`` in the cache of transformers."""
    return _EPSG_OF_DATUM[system] if isinstance(system, Datum) else system.to_wkt()


def _run(transformer: Transformer | None, x: NDArray[np.float64], y: NDArray[np.float64]) -> Coordinates:
    if transformer is None:
        return x.copy(), y.copy()
    moved_x, moved_y = transformer.transform(x, y)
    return np.asarray(moved_x, dtype=float), np.asarray(moved_y, dtype=float)


@cache
def _transformer(definition: str, *, forward: bool) -> Transformer | None:
    """Return the way between a system and canonical degrees; None where nothing moves."""
    crs = CRS.from_user_input(definition)
    datum = _check_datum(crs)
    # PROJ finds no listed way between CGCS2000 and other datums, so the hub is WGS 84, whose
    # degrees are taken as CGCS2000 degrees; inside one datum the system's own hub is exact.
    hub = CRS(CANONICAL_CRS if datum == "china 2000" else WEB_CRS)
    if crs == hub:
        return None
    ends = (crs, hub) if forward else (hub, crs)
    with warnings.catch_warnings():
        # A finer grid that is not installed: the next best listed way is used.
        warnings.filterwarnings("ignore", message="Best transformation is not available")
        try:
            return Transformer.from_crs(
                *ends, always_xy=True, allow_ballpark=datum.startswith(_SAME_AS_CANONICAL)
            )
        except pyproj.exceptions.ProjError as error:
            raise UnknownCrsError("verdict.datum_without_parameters", crs=crs.name) from error


def _check_datum(crs: CRS) -> str:
    """Return the datum's plain name; refuse what cannot be carried to canonical degrees."""
    geographic = crs.geodetic_crs
    if not (crs.is_geographic or crs.is_projected) or geographic is None:
        raise UnknownCrsError("verdict.unknown_crs", crs=crs.name)
    datum = "" if geographic.datum is None else geographic.datum.name
    plain = datum.lower().replace("_", " ")
    # A bound system brings parameters of its own.
    if not crs.is_bound and any(name in plain for name in _WITHOUT_PARAMETERS):
        raise UnknownCrsError("verdict.datum_without_parameters", crs=crs.name)
    return plain
