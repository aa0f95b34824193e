"""Binary geometries to shapely: each row by itself, so that one bad ring never fails a file."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely.errors import ShapelyError

from spatial.wkb_nesting import is_nested_too_deep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from spatial.limits import Limits

    OnInvalid = Literal["ignore", "fix"]

__all__ = ["CURVE_NAMES", "BuiltGeometry", "build_geometries", "wkb_type"]

CURVE_NAMES: Final = {
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
}
_TYPE_BYTES: Final = 5
_EXTENDED: Final = 0x1FFFFFFF
"""Without the three bits by which PostGIS marks heights, measures and a system."""
_THOUSAND: Final = 1000
_COLLECTION: Final = 7


@dataclass
class BuiltGeometry:
    """Geometries in two dimensions and what was wrong with the others.

    Attributes
    ----------
    geometry : ndarray of geometry
        None where a row has none or it could not be built. Invalid ones are kept as they are.
    closed : list of int
        Rows with a ring that was not closed, closed by its own first position.
    heights, measures : list of int
        Rows that lost them.
    faults : dict of int to str
        Row -> key of the reason why its geometry could not be built.
    n_positions : int
        Positions of all of them.
    """

    geometry: NDArray[np.object_]
    closed: list[int] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)
    measures: list[int] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    n_positions: int = 0


def wkb_type(blob: bytes) -> int:
    """Return the number of a geometry's type without its dimensions, 0 where there is none."""
    if len(blob) < _TYPE_BYTES:
        return 0
    order: Literal["little", "big"] = "little" if blob[0] else "big"
    return (int.from_bytes(blob[1:_TYPE_BYTES], order) & _EXTENDED) % _THOUSAND


def build_geometries(blobs: Sequence[bytes | None], *, limits: Limits, n_before: int = 0) -> BuiltGeometry:
    """Build the geometries of a batch.

    Parameters
    ----------
    blobs : sequence of bytes or None
        WKB with straight edges.
    limits : Limits
        Positions are held to it, with ``n_before`` counted in earlier batches.

    Raises
    ------
    LimitExceededError
        If there are too many positions.
    """
    cells = np.empty(len(blobs), dtype=object)
    cells[:] = [None if blob is None or is_nested_too_deep(blob) else blob for blob in blobs]
    with warnings.catch_warnings():
        # GEOS compares the ends of a ring, and not-a-number equals nothing.
        warnings.simplefilter("ignore", RuntimeWarning)
        built = BuiltGeometry(_from_wkb(cells, "ignore"))
        lost = [row for row, blob in enumerate(blobs) if blob is not None and built.geometry[row] is None]
        for row in lost:
            mended = _one(cells[row], "fix")  # of what lies too deep, there is nothing to mend
            if mended is None:
                built.faults[row] = "gis.reason_geometry"
            else:
                built.geometry[row] = mended
                built.closed.append(row)
    for row in np.flatnonzero(shapely.get_type_id(built.geometry) == _COLLECTION).tolist():
        if _holds_curves(built.geometry[row]):
            built.faults[row] = "gis.reason_shape_type"
            built.geometry[row] = None
    built.n_positions = int(shapely.get_num_coordinates(built.geometry).sum())
    limits.check("vertices", n_before + built.n_positions)
    built.heights = np.flatnonzero(shapely.has_z(built.geometry)).tolist()
    built.measures = np.flatnonzero(shapely.has_m(built.geometry)).tolist()
    built.geometry = shapely.force_2d(built.geometry)
    _drop_infinite(built)
    return built


def _from_wkb(cells: NDArray[np.object_], on_invalid: OnInvalid) -> NDArray[np.object_]:
    """Return the geometries of a batch, row by row where one of them stops the batch."""
    try:
        return np.asarray(shapely.from_wkb(cells, on_invalid=on_invalid), dtype=object)
    except (ShapelyError, NotImplementedError, TypeError):
        found = np.empty(len(cells), dtype=object)
        found[:] = [_one(cell, on_invalid) for cell in cells]
        return found


def _one(blob: bytes | None, on_invalid: OnInvalid) -> BaseGeometry | None:
    """Return one geometry, None where it cannot be built."""
    try:
        return None if blob is None else shapely.from_wkb(blob, on_invalid=on_invalid)
    except (ShapelyError, NotImplementedError, TypeError):
        return None


def _holds_curves(collection: BaseGeometry) -> bool:
    """Tell a collection with a curve at whatever depth: it is built, and every later step fails at it."""
    level: NDArray[np.object_] = np.array([collection], dtype=object)
    try:
        while len(level):
            level = shapely.get_parts(level[shapely.get_type_id(level) == _COLLECTION])
    except NotImplementedError:
        return True
    return False


def _drop_infinite(built: BuiltGeometry) -> None:
    """Take out the geometries with a coordinate that is no finite number."""
    positions, rows = shapely.get_coordinates(built.geometry, return_index=True)
    for row in np.unique(rows[~np.isfinite(positions).all(axis=1)]).tolist():
        built.faults[row] = "gis.reason_not_finite"
        built.geometry[row] = None
