"""How two columns of numbers are read: as degrees or metres, in which order, in which grid.

Each reading is tested by range: how many positions does it put where such files lie? The district
comes first, then the country, then the Earth. A reading is chosen where it stands alone; where
another one explains the same positions, or none explains half of them, the planner is asked.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from pyproj import CRS

from spatial.crs import WEB_CRS, parse_crs, transform_xy
from spatial.errors import UnknownCrsError
from spatial.importing.model import Choice
from spatial.notice import Notice
from spatial.text import TextKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Bounds = tuple[float, float, float, float]

__all__ = [
    "CHINA",
    "EARTH",
    "Judgement",
    "Reading",
    "judge_readings",
    "parse_reading",
    "positions",
    "regions_of",
    "share_near",
    "stated_readings",
    "utm_beside",
    "zone_meridian",
]

CHINA: Final[Bounds] = (73.0, 3.0, 136.0, 54.0)
EARTH: Final[Bounds] = (-180.0, -90.0, 180.0, 90.0)
_MARGIN_DEG: Final = 0.5
"""How far beyond the district a file of it may reach, and the shifts of datum."""

_WEB_MERCATOR: Final = "EPSG:3857"
_MILLION: Final = 1_000_000
_FIRST_3_DEGREE: Final = 4534
_FIRST_3_DEGREE_NUMBERED: Final = {zone: 4513 + zone - 25 for zone in range(25, 46)}
_FIRST_6_DEGREE_NUMBERED: Final = {zone: 4491 + zone - 13 for zone in range(13, 24)}
_NUMBERED: Final = _FIRST_3_DEGREE_NUMBERED | _FIRST_6_DEGREE_NUMBERED
_FIRST_UTM: Final = 32600
_MERIDIANS: Final = range(75, 136, 3)
_SAMPLE: Final = 2_000
_ENOUGH: Final = 0.5
_OVERLAP: Final = 0.1
_NEAR_TIE: Final = 0.8
_SIXTY: Final = 60.0
_PACKED_HOUR: Final = 10_000.0
_PACKED_MINUTE: Final = 100.0


class Reading(NamedTuple):
    """One way to read two columns; ``crs`` is the plane system of a grid, else ``""``.

    ``kind`` is ``"degrees"``, ``"degrees_e6"`` (millionths of a degree), ``"packed"`` (DDDMMSS),
    ``"web_mercator"`` or ``"grid"``.
    """

    kind: str
    swapped: bool = False
    crs: str = ""

    @property
    def name(self) -> str:
        """The reading as settings and choices have it, such as ``"grid_swapped:EPSG:4547"``."""
        bare = self.kind + "_swapped" * self.swapped
        return f"{bare}:{self.crs}" if self.crs else bare

    @property
    def is_plane(self) -> bool:
        """Whether the numbers are metres of a plane."""
        return self.kind in {"grid", "web_mercator"}

    @property
    def label(self) -> Notice:
        """The reading in words."""
        key = TextKey(f"place.order_{'north' if self.swapped else 'east'}_first")
        zone = zone_meridian(self.crs)
        if zone is not None:
            return Notice("place.reading_zone", {"order": key, "crs": self.crs, "meridian": zone[0]})
        return Notice(f"place.reading_{self.kind}", {"order": key, "crs": self.crs})


class Judgement(NamedTuple):
    """The readings that explain anything, best first, and whether the first stands alone.

    ``share`` is the share of positions that the first explains.
    """

    readings: tuple[Reading, ...]
    choices: tuple[Choice, ...]
    is_clear: bool
    share: float


_NOTHING: Final = Judgement((), (), is_clear=False, share=0.0)
_KINDS: Final = ("degrees", "degrees_e6", "packed", "web_mercator", "grid")


def parse_reading(name: str) -> Reading | None:
    """Return the reading of that name, None for any other text."""
    bare, _, crs = name.partition(":")
    kind = bare.removesuffix("_swapped")
    if kind not in _KINDS or bool(crs) != (kind == "grid") or (crs and not _is_plane(crs)):
        return None
    return Reading(kind, bare != kind, crs)


def _is_plane(crs: str) -> bool:
    """Tell a known plane system."""
    try:
        system = parse_crs(crs)
    except UnknownCrsError:
        return False
    return isinstance(system, CRS) and bool(system.is_projected)


def regions_of(bounds: Bounds | None) -> tuple[Bounds, ...]:
    """Return where the positions of a file are looked for, the likeliest region first."""
    if bounds is None:
        return CHINA, EARTH
    west, south, east, north = bounds
    near = (west - _MARGIN_DEG, south - _MARGIN_DEG, east + _MARGIN_DEG, north + _MARGIN_DEG)
    return near, CHINA, EARTH


def positions(x: Floats, y: Floats, reading: Reading) -> tuple[Floats, Floats]:
    """Return the degrees, longitude first, that the numbers mean under a reading.

    Degrees stay in the datum of the numbers; a grid gives degrees of its own system carried to
    CGCS2000. What a reading cannot mean is NaN.
    """
    east, north = (y, x) if reading.swapped else (x, y)
    if reading.kind == "degrees":
        return east, north
    if reading.kind == "degrees_e6":
        return east / _MILLION, north / _MILLION
    if reading.kind == "packed":
        return _unpacked(east), _unpacked(north)
    source = _WEB_MERCATOR if reading.kind == "web_mercator" else reading.crs
    with np.errstate(invalid="ignore"):
        lon, lat = transform_xy(east, north, source=parse_crs(source), target=WEB_CRS)
        # Far from its meridian a grid folds back on itself; a position there is none.
        gone = ~np.isfinite(lon) | ~np.isfinite(lat)
        if reading.kind == "grid":
            gone |= ~_within_grid(lon, lat, reading.crs)
    return np.where(gone, np.nan, lon), np.where(gone, np.nan, lat)


def _unpacked(numbers: Floats) -> Floats:
    """Return the degrees of DDDMMSS numbers; NaN where minutes or seconds are none."""
    size = np.abs(numbers)
    degrees = np.floor(size / _PACKED_HOUR)
    minutes = np.floor((size - degrees * _PACKED_HOUR) / _PACKED_MINUTE)
    seconds = size - degrees * _PACKED_HOUR - minutes * _PACKED_MINUTE
    whole = degrees + (minutes + seconds / _SIXTY) / _SIXTY
    good = (minutes < _SIXTY) & (seconds < _SIXTY) & (degrees > 0)
    return np.where(good, np.sign(numbers) * whole, np.nan)


@cache
def zone_meridian(crs: str) -> tuple[float, float] | None:
    """Return the central meridian of a zone of CGCS2000 and its half width in degrees, else None.

    Zones with and without their number before the easting have the same meridian.
    """
    prefix, _, code = crs.partition(":")
    if prefix.upper() != "EPSG" or not code.isdigit():
        return None
    number = int(code)
    if _FIRST_3_DEGREE <= number < _FIRST_3_DEGREE + len(_MERIDIANS):
        return float(_MERIDIANS[number - _FIRST_3_DEGREE]), 1.5
    for zones, width in ((_FIRST_3_DEGREE_NUMBERED, 3), (_FIRST_6_DEGREE_NUMBERED, 6)):
        for zone, epsg in zones.items():
            if epsg == number:
                return float(zone * width - (3 if width == 6 else 0)), width / 2  # noqa: PLR2004
    return None


def utm_beside(crs: str) -> str:
    """Return the UTM grid whose numbers look like those of a plain zone of CGCS2000, ``""`` for none."""
    zone = zone_meridian(crs)
    plain = zone is not None and f"EPSG:{_FIRST_3_DEGREE + int(zone[0]) // 3 - 25}" == crs.upper()
    if zone is None or not plain or zone[0] % 6 != 3:  # noqa: PLR2004
        return ""
    return f"EPSG:{_FIRST_UTM + (int(zone[0]) + 183) // 6}"


def share_near(x: Floats, y: Floats, reading: Reading, bounds: Bounds) -> float:
    """Return the share of positions that a reading puts into the neighbourhood of a district."""
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if finite.size == 0:
        return 0.0
    rows = finite[np.unique(np.linspace(0, finite.size - 1, min(_SAMPLE, finite.size)).astype(int))]
    return float(_inside(*positions(x[rows], y[rows], reading), regions_of(bounds)[0]).mean())


def _within_grid(lon: Floats, lat: Floats, crs: str) -> Mask:
    """Tell the positions that lie no farther from a grid's meridian than files of it reach."""
    zone = zone_meridian(crs)
    if zone is None:
        area = CRS(parse_crs(crs)).area_of_use
        bounds = EARTH if area is None else (area.west, area.south, area.east, area.north)
        return _inside(lon, lat, _widened(bounds, 3.0))
    meridian, half = zone
    inside: Mask = (np.abs(lon - meridian) <= half + 2.0) & (np.abs(lat) <= 85.0)  # noqa: PLR2004
    return inside


def _widened(bounds: Bounds, margin: float) -> Bounds:
    return bounds[0] - margin, bounds[1] - margin, bounds[2] + margin, bounds[3] + margin


def _inside(lon: Floats, lat: Floats, bounds: Bounds) -> Mask:
    """Tell the positions within west, south, east and north; NaN is nowhere."""
    west, south, east, north = bounds
    inside: Mask = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def stated_readings(crs: str) -> tuple[Reading, ...]:
    """Return the readings that fit a plane system that was stated, in both axis orders."""
    return Reading("grid", swapped=False, crs=crs), Reading("grid", swapped=True, crs=crs)


def judge_readings(
    x: Floats,
    y: Floats,
    *,
    bounds: Bounds | None,
    stated: tuple[Reading, ...] = (),
    named_degrees: bool = False,
) -> Judgement:
    """Return the readings that explain two columns of numbers, best first.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        The numbers of the two columns; rows with NaN are left out.
    bounds : tuple or None
        West, south, east, north of the district in degrees; None: only the country is known.
    stated : tuple of Reading
        Readings of a plane system that somebody stated; they go before all others.
    named_degrees : bool
        Whether the headers say which column is the longitude, which is trusted beyond the country.
    """
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ~((x == 0) & (y == 0)))
    found = _NOTHING
    if finite.size == 0:
        return found
    rows = finite[np.unique(np.linspace(0, finite.size - 1, min(_SAMPLE, finite.size)).astype(int))]
    x, y = x[rows], y[rows]
    # A whole file within 180 m of the origin of a plane is one of degrees.
    if np.median(np.maximum(np.abs(x), np.abs(y))) <= EARTH[2]:
        stated = ()
    for candidates in (stated, tuple(_plausible(x, y))):
        for region in regions_of(bounds):
            far = region == EARTH
            # Beyond the country metres would fit anything; only what was stated is tried there.
            tried = [each for each in candidates if not far or each.kind == "degrees" or each in stated]
            found = _judge_in(x, y, region, tried, in_order=far and (named_degrees or candidates is stated))
            if found.share >= _ENOUGH:
                return found
    return found


def _judge_in(x: Floats, y: Floats, region: Bounds, tried: Iterable[Reading], *, in_order: bool) -> Judgement:
    """Judge the readings by the share of positions that they put into one region.

    ``in_order`` says that of two readings of the same positions the order of the columns decides.
    """
    explained = {reading: _inside(*positions(x, y, reading), region) for reading in dict.fromkeys(tried)}
    shares = {reading: float(mask.mean()) for reading, mask in explained.items() if mask.any()}
    if not shares:
        return _NOTHING
    # Of equals the simplest stays ahead: sorting is stable and they come in this order.
    ranked = sorted(shares, key=lambda reading: -shares[reading])
    total = max(1.0, sum(shares.values()))
    choices = tuple(Choice(each.name, each.label, round(shares[each] / total, 3)) for each in ranked)
    best = ranked[0]
    is_clear = shares[best] >= _ENOUGH and best.kind != "packed"
    for other in ranked[1:]:
        both = float((explained[best] & explained[other]).mean())
        apart = both <= _OVERLAP * shares[best] and shares[other] < _NEAR_TIE * shares[best]
        is_clear &= apart or (in_order and not best.swapped)
    return Judgement(tuple(ranked), choices, is_clear=bool(is_clear), share=shares[best])


def _plausible(x: Floats, y: Floats) -> list[Reading]:
    """Return the readings that the size of the numbers allows, so that few are computed."""
    found = []
    for swapped, (east, north) in enumerate(((x, y), (y, x))):
        wide, high = float(np.median(np.abs(east))), float(np.median(np.abs(north)))
        named = {zone for zone in np.unique(np.floor(east / _MILLION)).tolist() if zone in _NUMBERED}
        turned = bool(swapped)
        found.append(Reading("degrees", turned))
        if min(wide, high) > EARTH[2]:
            found += [Reading("grid", turned, f"EPSG:{_NUMBERED[zone]}") for zone in sorted(named)]
            found.append(Reading("web_mercator", turned))
            found += [Reading(kind, turned) for kind in ("degrees_e6", "packed")]
            if wide < _MILLION:
                codes = range(_FIRST_3_DEGREE, _FIRST_3_DEGREE + len(_MERIDIANS))
                found += [Reading("grid", turned, f"EPSG:{code}") for code in codes]
    return found
