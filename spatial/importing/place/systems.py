"""The reference system that a file or a planner names: what it is, and what is lost or unknown in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spatial.crs import Datum, carried_accuracy_m, parse_crs
from spatial.crs_text import defined_system
from spatial.errors import UnknownCrsError
from spatial.notice import Notice
from spatial.text import TextKey

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["System", "resolve_system"]

_URN_EPSG: Final = re.compile(r"urn:ogc:def:crs:EPSG:[^:]*:(?P<code>[0-9]+)", re.IGNORECASE)
_URN_CRS84: Final = re.compile(r"(urn:ogc:def:crs:)?OGC:([0-9.]*:)?CRS84h?", re.IGNORECASE)
_ENGINEERING: Final = re.compile(r"(LOCAL_CS|ENGCRS|ENGINEERINGCRS)\s*[\[(]", re.IGNORECASE)
_OLD_DATUMS: Final = ("beijing", "xian", "xi'an")
_COARSE_M: Final = 1.0
_SEMI_MAJOR_M: Final = 6_378_137.0
"""Of the ellipsoids of CGCS2000 and WGS 84."""
_CANONICAL_NAMES: Final = {4326: Datum.WGS84, 4490: Datum.CGCS2000}


@dataclass(frozen=True, kw_only=True)
class System:
    """One reference system.

    Attributes
    ----------
    text : str
        Datum name, ``EPSG:n`` or WKT; what `spatial.crs.parse_crs` reads as this system.
    crs : pyproj.CRS or Datum
        The system.
    label : Notice
        Its name, and the parameters of one that has no number.
    is_plane : bool
        Whether its coordinates are lengths on a plane.
    notices, warnings : tuple of Notice
        What is left out of it, and how well its datum is carried.
    """

    text: str
    crs: CRS | Datum
    label: Notice
    is_plane: bool
    notices: tuple[Notice, ...] = ()
    warnings: tuple[Notice, ...] = ()

    @property
    def datum(self) -> Datum | None:
        """The datum by name where the system is plain degrees of WGS 84 or a Chinese datum."""
        if isinstance(self.crs, Datum):
            return self.crs
        return None if self.is_plane or self.crs.is_bound else _CANONICAL_NAMES.get(self.crs.to_epsg() or 0)


def resolve_system(text: str) -> System:
    """Return the system of a datum name, ``EPSG:n``, WKT or PROJ text.

    Raises
    ------
    UnknownCrsError
        If it is not known, is a local system without a place on Earth, or its datum cannot be carried
        over by parameters that are published or given in the text.
    """
    plain = text.strip()
    named = _URN_EPSG.fullmatch(plain)
    if named is not None:
        plain = f"EPSG:{named['code']}"
    elif _URN_CRS84.fullmatch(plain):
        plain = Datum.WGS84.value
    if _ENGINEERING.match(plain):
        raise UnknownCrsError("place.local_system", crs=_name_of(plain))
    crs = _parsed(plain)
    if isinstance(crs, Datum):
        return System(text=crs.value, crs=crs, label=_datum_label(crs), is_plane=False)
    if _is_blank_shift(crs):
        raise UnknownCrsError("place.old_datum", crs=crs.name)
    accuracy = _accuracy(crs)
    epsg = None if crs.is_bound else crs.to_epsg()
    return System(
        text=crs.to_wkt() if epsg is None else f"EPSG:{epsg}",
        crs=crs,
        label=_label(crs, epsg),
        is_plane=bool(crs.is_projected),
        notices=_left_out(plain),
        warnings=_shift_warnings(crs, accuracy),
    )


def _parsed(plain: str) -> CRS | Datum:
    """Return the system; an old Chinese datum is refused with what to do."""
    try:
        return parse_crs(plain)
    except UnknownCrsError as error:
        name = str(error.params.get("crs", plain))
        if error.key == "verdict.datum_without_parameters" and any(
            old in name.lower() for old in _OLD_DATUMS
        ):
            raise UnknownCrsError("place.old_datum", crs=name) from error
        raise


def _is_blank_shift(crs: CRS) -> bool:
    """Tell zeros in the place of parameters: between different ellipsoids they are a placeholder."""
    if not crs.is_bound or crs.coordinate_operation is None or crs.ellipsoid is None:
        return False
    shift = crs.coordinate_operation.towgs84
    differs = abs(crs.ellipsoid.semi_major_metre - _SEMI_MAJOR_M) > _COARSE_M
    return bool(shift) and not any(shift) and differs


def _accuracy(crs: CRS) -> float | None:
    """Return how well the system is carried over; refuse one that cannot be."""
    try:
        return carried_accuracy_m(crs)
    except UnknownCrsError as error:
        raise UnknownCrsError("place.datum_not_named", crs=crs.name) from error


def _datum_label(datum: Datum) -> Notice:
    return Notice(f"place.datum_{datum.value}")


def _label(crs: CRS, epsg: int | None) -> Notice:
    """Return the name of a system, with its parameters where it has no number."""
    if epsg is not None:
        return Notice("place.system_numbered", {"name": crs.name, "code": epsg})
    operation = crs.coordinate_operation if crs.is_projected else None
    if crs.is_bound and crs.source_crs is not None:
        operation = crs.source_crs.coordinate_operation
    parameters = {} if operation is None else {each.name: float(each.value) for each in operation.params}
    meridian = parameters.get("Longitude of natural origin")
    if meridian is None:
        return Notice("place.system_named", {"name": _shown_name(crs)})
    return Notice(
        "place.system_local",
        {
            "name": _shown_name(crs),
            "meridian": meridian,
            "east": parameters.get("False easting", 0.0),
            "north": parameters.get("False northing", 0.0),
        },
    )


def _shown_name(crs: CRS) -> object:
    """Return the name of a system; a text in PROJ's words has none."""
    return TextKey("place.system_unnamed") if crs.name == "unknown" else crs.name


def _left_out(plain: str) -> tuple[Notice, ...]:
    """Say that heights are left out."""
    whole = defined_system(plain)
    plane_axes = 2
    if whole is None or len(whole.axis_info) <= plane_axes:
        return ()
    return (Notice("place.heights_of_system", {"name": whole.name}),)


def _shift_warnings(crs: CRS, accuracy: float | None) -> tuple[Notice, ...]:
    """Say how well the datum is carried over, where that is not by projection alone."""
    if crs.is_bound:
        return (Notice("place.supplied_parameters", {"name": _shown_name(crs)}),)
    if accuracy is None:
        return (Notice("place.unknown_accuracy", {"name": crs.name}),)
    if accuracy > _COARSE_M:
        return (Notice("place.known_accuracy", {"name": crs.name, "accuracy": accuracy}),)
    return ()


def _name_of(wkt: str) -> str:
    """Return the name in the first quotes of a WKT."""
    parts = wkt.split('"')
    return parts[1] if len(parts) > 1 else wkt
