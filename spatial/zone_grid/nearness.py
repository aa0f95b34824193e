"""Points that may be near an edge: those in a cell that the edge's surroundings touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spatial.zone_grid.laying import entries_of, frame_of, in_cells
from spatial.zone_grid.ranges import expand, starts_of_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.zone_grid.edges import Edges

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["maybe_near"]


def maybe_near(edges: Edges, reaches: Floats, x: Floats, y: Floats) -> tuple[Rows, Rows]:
    """Return pairs of a zone and a point, each once, among which is every pair that is near.

    Parameters
    ----------
    edges : Edges
        In any flat unit, ordered by zone.
    reaches : ndarray of float, shape (n_edges,)
        How near a point has to be to each edge, in that unit.
    x, y : ndarray of float, shape (n,)
        The points; what is not finite is near nothing.
    """
    if not len(edges.zone):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    # A reach that is longer than the way across all there is holds everything, and no more.
    reaches = np.minimum(reaches, _way_across(edges, x, y))
    frame = frame_of(edges, reaches, n_points=len(x))
    entry_cells, crossing = entries_of(in_cells(edges, reaches, frame), frame)
    zone = edges.zone[crossing]
    # Edges of one zone follow each other, in a cell too.
    first = starts_of_runs(entry_cells * (int(edges.zone.max()) + 1) + zone)
    zone_cells, zone = entry_cells[first], zone[first]
    column, row = (x - frame.west) * frame.per_degree, (y - frame.south) * frame.per_degree
    there = (column >= 0.0) & (column < frame.n_columns) & (row >= 0.0) & (row < frame.n_rows)
    points = np.flatnonzero(there)
    cells = row[points].astype(np.int64) * frame.n_columns + column[points].astype(np.int64)
    starts, ends = (np.searchsorted(zone_cells, cells, side=side) for side in ("left", "right"))
    at, member = expand(starts, ends)
    return zone[member], points[at]


def _way_across(edges: Edges, x: Floats, y: Floats) -> float:
    """Return no less than the distance between any edge and any point that has a place."""
    across = 0.0
    for places, at in ((edges.ends[:, ::2], x), (edges.ends[:, 1::2], y)):
        both = np.concatenate([places.ravel(), at[np.isfinite(at)]])
        across += float(both.max() - both.min())
    return 1.01 * across
