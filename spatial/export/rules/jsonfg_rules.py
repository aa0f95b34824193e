"""JSON-FG (OGC 21-045): the members beside GeoJSON's own, and that both geometries are one place."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pyproj import CRS

from spatial.crs import Datum, parse_crs, transform_xy
from spatial.errors import UnknownCrsError
from spatial.export.rules.positions import DEPTHS, flatten, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spatial.export.rules.geojson_rules import ParsedLayer
    from spatial.export.rules.positions import Coordinates
    from spatial.export.rules.report import Findings

__all__ = ["check_jsonfg", "is_jsonfg"]

_CORE: Final = re.compile(r".*json-fg-1[/-][\w.]+[/:](?:conf/)?core\]?")
_SYSTEM: Final = re.compile(
    r"(?:https?://www\.opengis\.net/def/crs/|\[)(EPSG|OGC)[/:](?:[\d.]+[/:])?(\w+)\]?"
)
_WGS84: Final = ("OGC:CRS84", "OGC:CRS84h")
_UTC: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")
_OPEN: Final = ".."
_SLACK_DEG: Final = {True: 1.1e-7, False: 1.1e-5}
"""How far ``geometry`` may be rounded: to 7 decimals in a package, to 5 in a file from anybody."""


def is_jsonfg(document: object) -> bool:
    """Tell a GeoJSON object that carries members of JSON-FG."""
    if not isinstance(document, dict):
        return False
    features = document.get("features")
    first = features[0] if isinstance(features, list) and features else None
    inner = isinstance(first, dict) and ("place" in first or "coordRefSys" in first)
    return inner or any(
        member in document for member in ("conformsTo", "coordRefSys", "featureType", "place")
    )


def check_jsonfg(layer: ParsedLayer, *, file: str, findings: Findings, crs: str | None = None) -> None:
    """Hold a parsed file to the rules of JSON-FG.

    Parameters
    ----------
    layer : ParsedLayer
    file : str
        How faults name it.
    findings : Findings
        Takes the faults.
    crs : str or None
        The system that the package states for the file, for example ``"EPSG:4490"``.
    """
    findings.families.add("jsonfg")
    document, features = layer.document, layer.features
    stated = document.get("conformsTo")
    classes = stated if isinstance(stated, list) else []
    if not any(isinstance(word, str) and _CORE.fullmatch(word) for word in classes):
        findings.add("jsonfg.conforms_to", file, found=stated or "")
    typed = "featureType" in document or (features and all("featureType" in f for f in features))
    if not typed:
        findings.add("jsonfg.feature_type", file)
    late = [at for at, feature in enumerate(features) if not _is_time(feature.get("time"))]
    findings.add_rows(
        "jsonfg.time",
        file,
        np.array(late, dtype=np.int64),
        ids=layer.ids,
        found=[features[at]["time"] for at in late],
    )
    system = _system_of(document, features, file=file, findings=findings)
    if system is not None and crs is not None and system != crs:
        findings.add("jsonfg.crs_differs", file, found=f"{system} / {crs}")
    if system is not None and system not in _WGS84:
        _check_places(layer, system, file=file, findings=findings)


def _system_of(
    document: dict[str, Any], features: Sequence[dict[str, Any]], *, file: str, findings: Findings
) -> str | None:
    """Return the one system of a file, ``OGC:CRS84`` where none is needed; None where it cannot be told."""
    stated = [holder["coordRefSys"] for holder in (document, *features) if "coordRefSys" in holder]
    placed = any(feature.get("place") is not None for feature in features)
    if not stated:
        if placed:
            findings.add("jsonfg.coord_ref_sys", file)
        return None if placed else _WGS84[0]
    names = {_system_name(value) for value in stated}
    known = [name for name in names if name is not None]
    if len(known) != len(names) or len(known) > 1:
        findings.add("jsonfg.coord_ref_sys", file, found=stated[0])
        return None
    if known[0] in _WGS84:
        return known[0]
    try:
        system = parse_crs(known[0])
    except UnknownCrsError:
        findings.add("jsonfg.coord_ref_sys", file, found=stated[0])
        return None
    return None if isinstance(system, Datum) else known[0]


def _system_name(value: object) -> str | None:
    """Return ``EPSG:4490`` for the address or the short form of a system; None for anything else."""
    if isinstance(value, dict):
        value = value.get("href")
    found = _SYSTEM.fullmatch(value) if isinstance(value, str) else None
    return f"{found.group(1)}:{found.group(2)}" if found else None


def _check_places(layer: ParsedLayer, system: str, *, file: str, findings: Findings) -> None:
    """Hold ``place`` to ``geometry``: there, of the same type, at the same spot."""
    features = layer.features
    places = [feature.get("place") for feature in features]
    shapes = [feature.get("geometry") for feature in features]
    missing = [at for at, place in enumerate(places) if place is None and shapes[at] is not None]
    findings.add_rows("jsonfg.place_missing", file, np.array(missing, dtype=np.int64), ids=layer.ids)
    pairs = [
        at
        for at, (place, shape) in enumerate(zip(places, shapes, strict=True))
        if isinstance(shape, dict) and place is not None
    ]
    unlike = [at for at in pairs if not _is_like(places[at], shapes[at])]
    coordinates, shapeless = flatten(parts_of(places))
    broken = {*unlike, *shapeless.rows()}
    findings.add_rows("jsonfg.place_type", file, np.array(sorted(broken), dtype=np.int64), ids=layer.ids)
    _compare(layer, coordinates, system, skipped=broken, file=file, findings=findings)


def _is_like(place: object, shape: Any) -> bool:  # noqa: ANN401 - a JSON value
    """Tell a place of the same type; the solids that GeoJSON lacks cannot be compared."""
    if not isinstance(place, dict):
        return False
    kind = place.get("type")
    return kind == shape.get("type") or (
        isinstance(kind, str) and kind not in (*DEPTHS, "GeometryCollection")
    )


def _compare(
    layer: ParsedLayer,
    places: Coordinates,
    system: str,
    *,
    skipped: set[int],
    file: str,
    findings: Findings,
) -> None:
    """Compare the boxes around place and geometry, feature by feature, in degrees."""
    n_features = len(layer.features)
    shapes = _boxes(layer.coordinates.xy, layer.coordinates.row, n_features)
    xy = places.xy
    north_first = CRS(system).axis_info[0].direction == "north"
    as_stated = _boxes(_degrees(xy[:, ::-1] if north_first else xy, system), places.row, n_features)
    swapped = _boxes(_degrees(xy if north_first else xy[:, ::-1], system), places.row, n_features)
    slack = _SLACK_DEG[findings.in_package]
    known = np.isfinite(shapes).all(axis=1) & np.isin(np.arange(n_features), places.row)
    known &= ~np.isin(np.arange(n_features), list(skipped))
    with np.errstate(all="ignore"):
        apart = known & ~(np.abs(as_stated - shapes) <= slack).all(axis=1)
        turned = apart & (np.abs(swapped - shapes) <= slack).all(axis=1)
    findings.add_rows("jsonfg.axis_order", file, np.flatnonzero(turned), ids=layer.ids)
    findings.add_rows("jsonfg.place_differs", file, np.flatnonzero(apart & ~turned), ids=layer.ids)


def _degrees(xy: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Return east and north of a system as longitude and latitude; what has no place there is not finite."""
    return np.column_stack(transform_xy(xy[:, 0], xy[:, 1], source=system, target="wgs84"))


def _boxes(xy: NDArray[np.float64], row: NDArray[np.int64], n_features: int) -> NDArray[np.float64]:
    """Return west, south, east and north of each feature, shape (n, 4); NaN without positions."""
    boxes = np.full((n_features, 4), np.nan)
    for axis in (0, 1):
        np.fmin.at(boxes[:, axis], row, xy[:, axis])
        np.fmax.at(boxes[:, axis + 2], row, xy[:, axis])
    return boxes


def _is_time(value: object) -> bool:
    """Tell a ``time`` member: null, or dates, UTC times and intervals of them."""
    if value is None:
        return True
    if not isinstance(value, dict):
        return False
    interval = value.get("interval", [_OPEN, _OPEN])
    if not (isinstance(interval, list) and len(interval) == 2):  # noqa: PLR2004 - begin and end
        return False
    instants = [end for end in interval if end != _OPEN]
    instants += [value[name] for name in ("date", "timestamp") if name in value]
    return all(_is_instant(instant) for instant in instants)


def _is_instant(value: object) -> bool:
    """Tell an ISO date, or a UTC time that ends in Z."""
    if not isinstance(value, str):
        return False
    try:
        if _UTC.fullmatch(value):
            datetime.fromisoformat(value)
        else:
            date.fromisoformat(value)
    except ValueError:
        return False
    return True
