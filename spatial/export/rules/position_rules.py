"""Rules of single positions and of the boxes around them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pyproj import CRS

from spatial.crs import CANONICAL_CRS
from spatial.export.rules.positions import PathKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spatial.export.rules.positions import Coordinates
    from spatial.export.rules.report import Findings

__all__ = ["MOST_DECIMALS", "check_bbox", "check_positions"]

MOST_DECIMALS: Final = 7
"""1e-7 degrees is a centimetre; more digits claim what no survey here holds."""

_HALF_TURN, _RIGHT_ANGLE = 180.0, 90.0
_METRES_FROM: Final = 400.0
"""No degree is that large, and no projected coordinate of use that small."""
_BOX_SLACK: Final = 1.5e-7
_LOOSE: Final = 1e-6
_BOX_LENGTHS: Final = (4, 6)


def check_positions(
    coordinates: Coordinates, ids: Sequence[str], *, file: str, findings: Findings, degrees: bool = True
) -> None:
    """Hold every position to the rules: range, order of axes, digits, height.

    Parameters
    ----------
    coordinates : Coordinates
        Longitude and latitude.
    ids : sequence of str
        Id by feature row.
    degrees : bool
        Whether the numbers are degrees at all.
    """
    xy, row = coordinates.xy, coordinates.row

    def tell(rule: str, wrong: NDArray[np.bool_]) -> None:
        findings.add_rows(rule, file, row[wrong], ids=ids, found=xy[wrong])

    tell("geojson.position_height", coordinates.n_values > len(_BOX_LENGTHS))
    if not degrees:
        return
    finite = np.isfinite(xy).all(axis=1)
    x, y = np.abs(xy).T
    outside = (x > _HALF_TURN) | (y > _RIGHT_ANGLE)
    metres = outside & ((x > _METRES_FROM) | (y > _METRES_FROM))
    swapped = outside & ~metres & (x <= _RIGHT_ANGLE) & (y <= _HALF_TURN)
    tell("geojson.position_metres", metres)
    tell("geojson.position_swapped", swapped)
    tell("geojson.position_range", outside & ~metres & ~swapped)
    rounded = np.round(xy[finite], MOST_DECIMALS)
    fine = np.zeros(len(xy), dtype=bool)
    fine[finite] = (rounded != xy[finite]).any(axis=1)
    tell("geojson.decimals", fine & ~outside)
    tell("geojson.position_zero", _lone_points(coordinates) & (xy == 0.0).all(axis=1))
    tell("geojson.extent_window", finite & ~outside & ~_in_area_of_use(xy))


def _lone_points(coordinates: Coordinates) -> NDArray[np.bool_]:
    """Tell the positions that are points of their own."""
    lone = np.ones(len(coordinates.xy), dtype=bool)
    bound = coordinates.path_kind != PathKind.POINTS
    ends = np.zeros(len(coordinates.xy) + 1, dtype=np.int64)
    np.add.at(ends, coordinates.path_start[bound], 1)
    np.add.at(ends, coordinates.path_start[bound] + coordinates.path_length[bound], -1)
    lone[np.cumsum(ends)[:-1] > 0] = False
    return lone


def _in_area_of_use(xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell the positions within the area for which the system of the plans is made."""
    area = CRS(CANONICAL_CRS).area_of_use
    if area is None:  # a register without areas: nothing to hold against
        return np.ones(len(xy), dtype=bool)
    x, y = xy.T
    within: NDArray[np.bool_] = (x >= area.west) & (x <= area.east) & (y >= area.south) & (y <= area.north)
    return within


def check_bbox(
    document: dict[str, Any],
    features: Sequence[dict[str, Any]],
    coordinates: Coordinates,
    ids: Sequence[str],
    *,
    file: str,
    findings: Findings,
) -> None:
    """Hold the ``bbox`` of a collection, its features and its geometries to their coordinates."""
    if "bbox" in document:
        _check_box(document["bbox"], coordinates.xy, None, file=file, findings=findings)
    boxed = [
        (row, box)
        for row, feature in enumerate(features)
        if feature is not document
        for box in _own_boxes(feature)
    ]
    if not boxed:
        return
    order = np.argsort(coordinates.row, kind="stable")
    rows = coordinates.row[order]
    for row, box in boxed:
        first, last = np.searchsorted(rows, [row, row + 1])
        _check_box(box, coordinates.xy[order[first:last]], ids[row], file=file, findings=findings)


def _own_boxes(feature: dict[str, Any]) -> list[Any]:
    """Return the boxes that a feature and its geometry state."""
    geometry = feature.get("geometry")
    holders = [feature, *([geometry] if isinstance(geometry, dict) else [])]
    return [holder["bbox"] for holder in holders if "bbox" in holder]


def _check_box(
    box: object, xy: NDArray[np.float64], feature_id: str | None, *, file: str, findings: Findings
) -> None:
    """Hold one box to what it should surround."""
    sides = _sides(box)
    if sides is None:
        findings.add("geojson.bbox_shape", file, feature_id=feature_id, found=box)
        return
    west, south, east, north = sides
    if south > north:
        findings.add("geojson.bbox_order", file, feature_id=feature_id, found=box)
        return
    if not len(xy) or not np.isfinite(xy).all():
        return
    stated = np.array([west, south, -east, -north], dtype=float)
    held = np.array([*xy.min(axis=0), *-xy.max(axis=0)])
    beyond = stated - held
    if west > east:  # it crosses the antimeridian: west and east cannot be compared
        beyond = beyond[[1, 3]]
    # A box is rounded by many writers, to as many digits as their coordinates.
    if (beyond > _BOX_SLACK).any():
        findings.add("geojson.bbox_values", file, feature_id=feature_id, found=box)
    elif (beyond < -_LOOSE).any():
        findings.add("geojson.bbox_loose", file, feature_id=feature_id, found=box)


def _sides(box: object) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north; None for anything but an array of 4 or 6 finite numbers."""
    if not isinstance(box, list) or len(box) not in _BOX_LENGTHS:
        return None
    if not all(
        isinstance(v, int | float) and not isinstance(v, bool) and abs(v) <= sys.float_info.max for v in box
    ):
        return None
    half = len(box) // 2
    return float(box[0]), float(box[1]), float(box[half]), float(box[half + 1])
