"""Coordinate cells to numbers, and numbers to positions that can be meant.

A coordinate is never repaired: what is no number, not finite or out of the range of its reference
system is set aside with a reason. Where most rows show the same misreading (longitude and
latitude exchanged, metres under degrees, degrees under metres, a zone number before the easting)
the file is refused with a hint, because the planner alone can say which reading is right.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.datums import Datum, named_datum
from spatial.errors import GeometryError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = [
    "in_area_of_use",
    "judge_positions",
    "parse_coordinate",
    "position_faults",
    "refuse_misreading",
    "stated_system",
]

_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_SEXAGESIMAL: Final = re.compile("[0-9] *[°º度'’′]")
_MAX_LON: Final = 180.0
_MAX_LAT: Final = 90.0
_FULL_TURN: Final = 360.0
_MISREAD_SHARE: Final = 0.5
# Longitudes and latitudes of China, for systems that are meant for nothing else.
_CHINA_LON: Final = (73.0, 136.0)
_CHINA_LAT: Final = (3.0, 54.0)
_CHINESE_EPSG: Final = 4490
_AREA_MARGIN_DEG: Final = 3.0
_MILLION: Final = 1_000_000
_THREE_DEGREE_ZONES: Final = range(25, 46)
_FIRST_THREE_DEGREE_EPSG: Final = 4513
_SIX_DEGREE_ZONES: Final = range(13, 24)
_FIRST_SIX_DEGREE_EPSG: Final = 4491


def parse_coordinate(cell: str) -> tuple[float, str]:
    """Return the number of a cell and the key of the reason why it is none (``""`` if it is).

    Full-width digits are read; a decimal comma, a degree sign or a unit is not.
    """
    words = unicodedata.normalize("NFKC", cell).strip()
    if not words:
        return np.nan, "error.reason_missing"
    if _NOT_FINITE.fullmatch(words):
        return np.nan, "error.reason_not_finite"
    # Half-width forms lose the ordinal sign that stands for degrees.
    if _SEXAGESIMAL.search(words) or _SEXAGESIMAL.search(cell):
        return np.nan, "error.reason_sexagesimal"
    if not _NUMBER.fullmatch(words):
        return np.nan, "error.reason_not_a_number"
    number = float(words)
    return (number, "") if np.isfinite(number) else (np.nan, "error.reason_not_finite")


def judge_positions(x: Floats, y: Floats, *, crs: str, x_name: str, y_name: str) -> list[str]:
    """Return for each position the key of the reason why it cannot be meant, ``""`` if it can.

    Parameters
    ----------
    x, y : numpy.ndarray
        Finite coordinates of one shape, east first.
    crs : str
        The stated reference system: a datum name or ``EPSG:n``.
    x_name, y_name : str
        Column names, for the messages.

    Raises
    ------
    GeometryError
        If more than half of the positions show one and the same misreading.
    UnknownCrsError
        If ``crs`` is not known.
    """
    system = stated_system(crs)
    if x.size == 0:
        return []
    found = _refused_or_found(x, y, system, crs=crs, names=(x_name, y_name))
    reasons = np.full(x.shape, "", dtype=object)
    for key, mask in found:
        reasons[mask] = _REASONS.get(key, key)
    return list(reasons)


def stated_system(crs: str) -> CRS | Datum:
    """Return the system that ``crs`` states; PROJ is loaded where it is no datum known by name.

    Raises
    ------
    UnknownCrsError
        As `spatial.crs.parse_crs`.
    """
    datum = named_datum(crs)
    if datum is not None:
        return datum
    from spatial.crs import parse_crs  # noqa: PLC0415 - PROJ takes half a second to load

    return parse_crs(crs)


def refuse_misreading(x: Floats, y: Floats, *, crs: str, names: tuple[str, str]) -> None:
    """Refuse positions more than half of which show one and the same misreading.

    Parameters
    ----------
    x, y : numpy.ndarray
        Finite coordinates of one shape, east first.
    crs : str
        The stated reference system.
    names : tuple of str
        The columns' names, for the message.

    Raises
    ------
    GeometryError
        Naming the misreading and the first of them.
    UnknownCrsError
        If ``crs`` is not known.
    """
    if x.size:
        _refused_or_found(x, y, stated_system(crs), crs=crs, names=names)


def position_faults(x: Floats, y: Floats, system: CRS | Datum) -> list[tuple[str, Mask]]:
    """Return the reasons why positions cannot be meant, each with its rows; a row has one at most.

    Each row is judged by itself, so that it does not matter how a file is cut into pieces.
    """
    found = _exclusive(_checks(x, y, system, whole=False))
    return [(_REASONS.get(key, key), mask) for key, mask in found if mask.any()]


def _refused_or_found(
    x: Floats, y: Floats, system: CRS | Datum, *, crs: str, names: tuple[str, str]
) -> list[tuple[str, Mask]]:
    """Return the checks with their rows, unless most positions of a file show one misreading."""
    found = _exclusive(_checks(x, y, system, whole=True))
    for key, misread in found:
        if key.startswith("error.misread") and misread.mean() > _MISREAD_SHARE:
            _refuse(key, misread, x, y, crs=crs, names=names)
    return found


def _checks(x: Floats, y: Floats, system: CRS | Datum, *, whole: bool) -> list[tuple[str, Mask]]:
    if isinstance(system, Datum) or system.is_geographic:
        return _degree_checks(x, y, in_china=_is_chinese(system))
    return _grid_checks(x, y, system, whole=whole)


def _exclusive(checks: list[tuple[str, Mask]]) -> list[tuple[str, Mask]]:
    """Leave each row to the first check that holds for it."""
    taken: Mask | None = None
    exclusive = []
    for key, mask in checks:
        exclusive.append((key, mask if taken is None else mask & ~taken))
        taken = mask if taken is None else taken | mask
    return exclusive


_REASONS: Final = {
    "error.misread_metres": "error.reason_out_of_range",
    "error.misread_degrees": "error.reason_out_of_range",
    "error.misread_swapped": "error.reason_swapped",
    "error.misread_zone_prefix": "error.reason_out_of_range",
}


def _is_chinese(crs: CRS | Datum) -> bool:
    """Tell a reference system that is meant for China alone."""
    if isinstance(crs, Datum):
        return crs is not Datum.WGS84
    return crs.to_epsg() == _CHINESE_EPSG


def _degree_checks(x: Floats, y: Floats, *, in_china: bool) -> list[tuple[str, Mask]]:
    """Return reason and rows for coordinates in degrees, in order of precedence."""
    swapped = (np.abs(x) <= _MAX_LAT) & (np.abs(y) > _MAX_LAT) & (np.abs(y) <= _MAX_LON)
    if in_china:
        swapped |= _between(x, _CHINA_LAT) & _between(y, _CHINA_LON)
    return [
        ("error.reason_zero", (x == 0) & (y == 0)),
        ("error.misread_metres", (np.abs(x) > _MAX_LON) & (np.abs(y) > _MAX_LON)),
        ("error.misread_swapped", swapped),
        ("error.reason_out_of_range", (np.abs(x) > _MAX_LON) | (np.abs(y) > _MAX_LAT)),
    ]


def _grid_checks(x: Floats, y: Floats, crs: CRS, *, whole: bool) -> list[tuple[str, Mask]]:
    """Return reason and rows for coordinates of a plane grid, in order of precedence."""
    degrees = (np.abs(x) <= _MAX_LON) & (np.abs(y) <= _MAX_LON)
    zone = np.floor(x / _MILLION)
    prefixed = np.isin(zone, [*_THREE_DEGREE_ZONES, *_SIX_DEGREE_ZONES])
    inside, inside_swapped = in_area_of_use(x, y, crs), in_area_of_use(y, x, crs)
    # A whole layer within 180 m of the origin is one of degrees, even where the grid has that place.
    degrees_alone = whole and degrees.mean() > _MISREAD_SHARE
    return [
        ("error.reason_zero", (x == 0) & (y == 0)),
        ("error.misread_degrees", degrees if degrees_alone else degrees & ~inside),
        ("error.misread_swapped", inside_swapped & ~inside),
        ("error.misread_zone_prefix", prefixed & ~inside),
        ("error.reason_outside_crs", ~inside),
    ]


def in_area_of_use(x: Floats, y: Floats, crs: CRS) -> Mask:
    """Tell the positions that fall in the area a plane system is made for, with a margin.

    Parameters
    ----------
    x, y : numpy.ndarray
        Eastings and northings in ``crs``, of one shape.
    crs : pyproj.CRS
        The plane system.

    Returns
    -------
    numpy.ndarray of bool
    """
    from spatial.crs import transform_xy  # noqa: PLC0415 - PROJ takes half a second to load

    lon, lat = transform_xy(x, y, source=crs, target=Datum.WGS84)
    found: Mask = np.isfinite(lon) & np.isfinite(lat)
    area = crs.area_of_use
    if area is None:
        return found
    margin = _AREA_MARGIN_DEG
    # Of an area across the antimeridian the western edge has the larger number.
    width = (area.east - area.west) % _FULL_TURN or _FULL_TURN
    with np.errstate(invalid="ignore"):
        eastward = (lon - area.west + margin) % _FULL_TURN
    found &= (eastward <= width + 2 * margin) | (width + 2 * margin >= _FULL_TURN)
    found &= _between(lat, (area.south - margin, area.north + margin))
    # A transformation can fold far coordinates back into the area; the way back tells them.
    back_x, back_y = transform_xy(lon, lat, source=Datum.WGS84, target=crs)
    with np.errstate(invalid="ignore"):
        found &= (np.abs(back_x - x) < 1.0) & (np.abs(back_y - y) < 1.0)
    return found


def _between(values: Floats, bounds: tuple[float, float]) -> Mask:
    """Tell the values within inclusive bounds."""
    return (values >= bounds[0]) & (values <= bounds[1])


def _refuse(key: str, mask: Mask, x: Floats, y: Floats, *, crs: str, names: tuple[str, str]) -> None:
    """Raise the error of a misreading that most rows share, with the first of them."""
    first = int(np.argmax(mask))
    raise GeometryError(
        key,
        crs=crs,
        n=int(mask.sum()),
        total=int(mask.size),
        x=float(x[first]),
        y=float(y[first]),
        x_name=names[0],
        y_name=names[1],
        suggestion=_prefixed_system(float(x[first])),
    )


def _prefixed_system(x: float) -> str:
    """Return the CGCS2000 grid whose eastings begin with the zone number of ``x``."""
    zone = int(x // _MILLION)
    if zone in _THREE_DEGREE_ZONES:
        return f"EPSG:{_FIRST_THREE_DEGREE_EPSG + zone - _THREE_DEGREE_ZONES.start}"
    if zone in _SIX_DEGREE_ZONES:
        return f"EPSG:{_FIRST_SIX_DEGREE_EPSG + zone - _SIX_DEGREE_ZONES.start}"
    return ""
