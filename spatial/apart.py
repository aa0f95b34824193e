"""Proof that zones share no ground, from their edges alone: much cheaper than cutting each pair.

Where two zones of a tiling meet, each has the same edge the other way round. Such edges cancel, and
how many zones hold a place follows from the edges that are left, as a winding number: of a tiling
that is its outline. Where no place is in two zones, none overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.zone_grid.edges import Edges

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Mask = NDArray[np.bool_]
    Geometries = NDArray[np.object_]

__all__ = ["MATCH_DEG", "shared_ground", "unmatched"]

MATCH_DEG: Final = 1e-10
"""Vertices as near to each other as this are one."""

_FEW_EDGES: Final = 20_000
_FEW_OF_ALL: Final = 0.05
_MOST_TESTS: Final = 20_000_000


def shared_ground(edges: Edges) -> Geometries | None:
    """Return the areas, in degrees, that several zones hold; None where finding them would cost more.

    What is left out is no wider than `MATCH_DEG`, and no vertex is moved farther.
    """
    left = unmatched(edges.ends)
    if len(left) > max(_FEW_EDGES, _FEW_OF_ALL * len(edges.ends)):
        return None
    # Vertices that are one must be in one place, else the lines about an area do not close.
    ends = np.rint(edges.ends[left] / MATCH_DEG) * MATCH_DEG
    ends = ends[(ends[:, :2] != ends[:, 2:]).any(axis=1)]
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    if len(faces) * len(ends) > _MOST_TESTS:
        return None
    return np.asarray(faces[_windings(ends, shapely.get_coordinates(shapely.point_on_surface(faces))) > 1])


def unmatched(ends: Floats) -> Rows:
    """Return the edges for which there is not exactly one other, the other way round."""
    whole = np.rint(ends / MATCH_DEG).astype(np.int64).view(np.uint64)
    # Numbers that spread over all bits; a sum of two does not know their order.
    mixed = whole * np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F] * 2, dtype=np.uint64)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    vertex = mixed[:, ::2] + (mixed[:, 1::2] ^ (mixed[:, 1::2] >> np.uint64(32)))
    names = vertex[:, 0] + vertex[:, 1]
    order = np.argsort(names)
    names = names[order]
    begins = np.flatnonzero(np.append(True, names[1:] != names[:-1]))[: len(names)]
    first = begins[np.diff(np.append(begins, len(names))) == 2]  # noqa: PLR2004 - one and another
    one, other = order[first], order[first + 1]
    # The numbers may agree by chance; the vertices do not.
    apart = np.abs(ends[one] - ends[other][:, [2, 3, 0, 1]]).max(axis=1, initial=0.0)
    matched = apart <= 2.0 * MATCH_DEG
    left = np.ones(len(ends), dtype=bool)
    left[one[matched]] = left[other[matched]] = False
    return np.flatnonzero(left)


def _windings(ends: Floats, places: Floats) -> Rows:
    """Return how many zones hold each place."""
    x0, y0, x1, y1 = ends.T
    found = np.zeros(len(places), dtype=np.int64)
    for number, (x, y) in enumerate(places):
        crosses = (y0 <= y) != (y1 <= y)
        at = x0[crosses] + (y - y0[crosses]) * (x1[crosses] - x0[crosses]) / (y1[crosses] - y0[crosses])
        # Eastward a zone begins at an edge that runs south.
        found[number] = np.where(y1[crosses] < y0[crosses], 1, -1)[at < x].sum()
    return found
