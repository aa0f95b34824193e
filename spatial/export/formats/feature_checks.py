"""Rules that positions, rings and ids of a feature collection must keep, over all features at once.

Each check takes arrays (`spatial.export.formats.rings.Shapes`) or geometries and returns `Findings`: which
features break the rule, and where. None of them builds a geometry unless it must; none raises on what a
hostile file may hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from spatial.export.formats.rings import Shapes

    Indices = NDArray[np.intp]

__all__ = [
    "Findings",
    "invalid_polygons",
    "misoriented_rings",
    "not_finite",
    "off_the_globe",
    "open_rings",
    "repeated_ids",
    "repeated_positions",
    "rings_without_area",
    "short_rings",
    "too_many_decimals",
    "unusable",
]

_MAX_LON, _MAX_LAT = 180.0, 90.0
_LEAST_RING: Final = 4
"""Positions of the shortest ring, the first one repeated at its end."""
_MOST_DETAILED: Final = 100
"""Findings of one check that come with details; all are counted."""
_PLACE_IN_REASON: Final = "["


class Findings(NamedTuple):
    """Where a rule is broken.

    Attributes
    ----------
    features : ndarray of int
        Index of the feature of each finding, ascending; a feature may stand there more than once.
    details : tuple of mapping
        What is wrong and where, for the first findings alone, in the same order: plain values.
    """

    features: Indices
    details: tuple[Mapping[str, Any], ...]

    def __bool__(self) -> bool:
        """Tell whether the rule is broken at all."""
        return len(self.features) > 0


def not_finite(shapes: Shapes) -> Findings:
    """Positions with a coordinate that is infinite or no number."""
    return _at_positions(shapes, ~_finite(shapes))


def off_the_globe(shapes: Shapes) -> Findings:
    """Finite positions beyond ±180° east or ±90° north, such as metres or exchanged axes."""
    x, y = np.abs(shapes.xy.T)
    return _at_positions(shapes, ((x > _MAX_LON) | (y > _MAX_LAT)) & _finite(shapes))


def too_many_decimals(shapes: Shapes, *, decimals: int) -> Findings:
    """Positions with more than so many decimals."""
    per_unit = 10.0**decimals
    with np.errstate(over="ignore", invalid="ignore"):
        longer = np.rint(shapes.xy * per_unit) / per_unit != shapes.xy
    return _at_positions(shapes, (longer[:, 0] | longer[:, 1]) & _finite(shapes))


def open_rings(shapes: Shapes) -> Findings:
    """Rings whose last position is not their first."""
    if not shapes.areal:
        return _at_rings(shapes, np.zeros(len(shapes.rings) - 1, dtype=bool))
    return _at_rings(shapes, (_first(shapes) != _last(shapes)).any(axis=1))


def short_rings(shapes: Shapes) -> Findings:
    """Rings of fewer than four positions."""
    return _at_rings(shapes, (np.diff(shapes.rings) < _LEAST_RING) & shapes.areal)


def misoriented_rings(shapes: Shapes) -> Findings:
    """Outer rings that run clockwise, inner ones that run counter-clockwise."""
    areas = _signed_areas(shapes)
    outer = np.zeros(len(areas), dtype=bool)
    starts, ends = shapes.polygons[:-1], shapes.polygons[1:]
    outer[starts[ends > starts]] = True
    return _at_rings(shapes, np.where(outer, areas < 0.0, areas > 0.0))


def rings_without_area(shapes: Shapes) -> Findings:
    """Rings that enclose nothing: collapsed to a line or a point."""
    return _at_rings(shapes, (_signed_areas(shapes) == 0.0) & shapes.areal)


def repeated_positions(shapes: Shapes) -> Findings:
    """Positions that repeat the one before them in their ring."""
    same = np.zeros(len(shapes.xy), dtype=bool)
    if shapes.areal and len(shapes.xy):
        same[1:] = (shapes.xy[1:] == shapes.xy[:-1]).all(axis=1)
        starts = shapes.rings[:-1]
        same[starts[starts < len(same)]] = False
    return _at_positions(shapes, same)


def invalid_polygons(geometries: NDArray[np.object_]) -> Findings:
    """Geometries that break the simple-feature rules: crossing boundaries, holes outside, nested parts.

    Parameters
    ----------
    geometries : ndarray of object, shape (n,)

    Returns
    -------
    Findings
        With the detail ``reason``, in the words of the GEOS library such as ``Self-intersection`` or
        ``Hole lies outside shell``, and ``at``, the place it gives, if any.
    """
    wrong = np.flatnonzero(~shapely.is_valid(geometries) & ~shapely.is_missing(geometries))
    details = []
    for reason in shapely.is_valid_reason(geometries[wrong[:_MOST_DETAILED]]).tolist():
        words, _, place = reason.partition(_PLACE_IN_REASON)
        details.append({"reason": words, "at": place.removesuffix("]")})
    return Findings(wrong, tuple(details))


def repeated_ids(ids: Sequence[Any]) -> Findings:
    """Ids that an earlier feature has already; missing ones and those that are no text are left out."""
    words = pd.Series([own if type(own) is str else None for own in ids], dtype=object)
    wrong = np.flatnonzero((words.duplicated() & words.notna()).to_numpy())
    return Findings(wrong, tuple({"id": ids[index]} for index in wrong[:_MOST_DETAILED].tolist()))


def unusable(shapes: Shapes) -> list[int]:
    """Return the features that no geometry can be made of, or that lie off the globe, ascending."""
    checks: tuple[Callable[[Shapes], Findings], ...] = (not_finite, off_the_globe, open_rings, short_rings)
    found: set[int] = set()
    for check in checks:
        found.update(check(shapes).features.tolist())
    return sorted(found)


def _finite(shapes: Shapes) -> NDArray[np.bool_]:
    """Tell of each position whether both coordinates are finite, shape (p,)."""
    finite = np.isfinite(shapes.xy)
    return finite[:, 0] & finite[:, 1]


def _first(shapes: Shapes) -> NDArray[np.float64]:
    """Return the first position of each ring, shape (r, 2)."""
    return _take(shapes, shapes.rings[:-1])


def _last(shapes: Shapes) -> NDArray[np.float64]:
    """Return the last position of each ring, shape (r, 2)."""
    return _take(shapes, shapes.rings[1:] - 1)


def _take(shapes: Shapes, positions: Indices) -> NDArray[np.float64]:
    """Return some positions; a ring without any takes whichever is near."""
    return shapes.xy.take(positions, axis=0, mode="clip") if len(shapes.xy) else np.empty((len(positions), 2))


def _signed_areas(shapes: Shapes) -> NDArray[np.float64]:
    """Return the area of each ring in squared degrees, positive where it runs counter-clockwise.

    Measured from the ring's own first position: at seven decimals every product is then exact enough
    for the sign of a ring as small as the grid.
    """
    if not len(shapes.xy):
        return np.zeros(len(shapes.rings) - 1)
    of_ring = np.repeat(np.arange(len(shapes.rings) - 1), np.diff(shapes.rings))
    x, y = (shapes.xy - _first(shapes)[of_ring]).T
    with np.errstate(over="ignore", invalid="ignore"):
        crosses = np.zeros(len(shapes.xy))
        crosses[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
        # From the last position of a ring back to its first: nought, as the first is the origin.
        crosses[shapes.rings[1:] - 1] = 0.0
        return np.bincount(of_ring, weights=crosses, minlength=len(shapes.rings) - 1) / 2.0


def _at_positions(shapes: Shapes, wrong: NDArray[np.bool_]) -> Findings:
    """Return the findings of positions."""
    places = np.flatnonzero(wrong)
    if not len(places):
        return Findings(places, ())
    details = ({"x": x, "y": y} for x, y in shapes.xy[places[:_MOST_DETAILED]].tolist())
    return Findings(shapes.feature_of_position[places], tuple(details))


def _at_rings(shapes: Shapes, wrong: NDArray[np.bool_]) -> Findings:
    """Return the findings of rings; part and ring are counted from 0 within the feature and the part."""
    rings = np.flatnonzero(wrong)
    if not len(rings):
        return Findings(rings, ())
    features = shapes.feature_of_ring[rings]
    some = rings[:_MOST_DETAILED]
    polygons = np.searchsorted(shapes.polygons, some, side="right") - 1
    parts = polygons - shapes.features[features[: len(some)]]
    within = some - shapes.polygons[polygons]
    return Findings(
        features,
        tuple(
            {"part": part, "ring": ring, "x": x, "y": y}
            for part, ring, (x, y) in zip(
                parts.tolist(), within.tolist(), _first(shapes)[some].tolist(), strict=True
            )
        ),
    )
