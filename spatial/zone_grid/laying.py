"""Laying the grid: how fine it is, which cells an edge crosses, which zones hold their centres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from spatial.zone_grid.centres import Centres, centre_sets
from spatial.zone_grid.edges import ROUNDING_CELLS, Edges, squared_distance
from spatial.zone_grid.grid import ZoneGrid, zone_codes
from spatial.zone_grid.ranges import expand, starts_of_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Labels = NDArray[np.int32]

__all__ = ["Frame", "build_grid", "entries_of", "frame_of", "in_cells"]

_MOST_CELLS: Final = 1 << 25
"""Cells of four bytes each: 128 MiB."""

_MOST_ENTRIES: Final = 1 << 23
"""Pairs of a cell and an edge, some 100 bytes each while the grid is laid."""

_FEWER: Final = 16

_MOST_EDGES: Final = 1024
"""Edges of a cell from which the exact predicate is the quicker way to settle its points."""

_ROUNDING_DEG: Final = 1e-12
_LEAST_SPAN_DEG: Final = 1e-7

# Nanoseconds on one core that each step takes; their ratios alone decide how fine the grid is.
_NS_PER_CELL: Final = 8.0
_NS_PER_ENTRY: Final = 60.0
_NS_PER_CROSSED_POINT: Final = 40.0
_NS_PER_TEST: Final = 40.0


class Frame(NamedTuple):
    """Where a grid lies and how fine it is."""

    west: float
    south: float
    per_degree: float
    n_columns: int
    n_rows: int


def build_grid(edges: Edges, widths_deg: Floats, *, n_zones: int, n_points: int) -> ZoneGrid:
    """Lay the grid over zones whose fineness costs least for ``n_points`` points.

    Parameters
    ----------
    edges : Edges
        Of valid outlines, in canonical degrees.
    widths_deg : ndarray of float, shape (n_edges,)
        Half the width of the band about each edge within which a point is left to the exact
        predicate.
    n_zones : int
        How many zones there are, with edges or without.
    n_points : int
        How many points will be settled, roughly.
    """
    while True:
        frame = frame_of(edges, widths_deg, n_points=n_points)
        # The coarsest grid is laid in any case.
        grid = _laid(edges, widths_deg, frame, n_zones=n_zones, bounded=n_points > 0)
        if grid is not None:
            return grid
        # Zones that overlap many times over are told apart by fewer cells.
        n_points //= _FEWER


def _laid(edges: Edges, widths_deg: Floats, frame: Frame, *, n_zones: int, bounded: bool) -> ZoneGrid | None:
    """Return the grid that is so fine; None where the zones form too many sets for it."""
    bands = in_cells(edges, widths_deg, frame)
    cells, crossing = entries_of(bands, frame)
    first = starts_of_runs(cells)
    codes = cells[first]
    starts = np.append(first, len(cells))
    size = (frame.n_columns, frame.n_rows)
    centres = centre_sets(bands, edges.zone, size, n_zones=n_zones, bounded=bounded)
    if centres is None:
        return None
    crossed_sets = centres.labels[codes].astype(np.int64)
    crossed_sets[_hard(bands, cells, crossing, starts, frame.n_columns)] = -1
    centres.labels[codes] = -1 - np.arange(len(codes), dtype=np.int32)
    return ZoneGrid(
        n_zones=n_zones,
        west=frame.west,
        south=frame.south,
        per_degree=frame.per_degree,
        n_columns=frame.n_columns,
        n_rows=frame.n_rows,
        labels=centres.labels,
        set_starts=centres.set_starts,
        set_zones=centres.set_zones,
        set_codes=_set_codes(centres),
        crossed_sets=crossed_sets,
        crossed_starts=starts,
        crossed_edges=crossing,
        ends=bands,
        edge_codes=zone_codes(edges.zone),
    )


def frame_of(edges: Edges, widths_deg: Floats, *, n_points: int) -> Frame:
    """Choose the grid of the least cost."""
    if not len(edges.zone):
        return Frame(0.0, 0.0, 1.0, 3, 3)
    x0, y0, x1, y1 = edges.ends.T
    margin = float(widths_deg.max()) + _ROUNDING_DEG
    west, south = float(x0.min()) - margin, float(y0.min()) - margin
    # The ends of all edges are the starts of all edges.
    span_x = max(float(x0.max()) + margin - west, _LEAST_SPAN_DEG)
    span_y = max(float(y0.max()) + margin - south, _LEAST_SPAN_DEG)
    sides = max(span_x, span_y) / 2.0 ** np.arange(0.0, 25.5, 0.5)
    reach_x, reach_y = np.abs(x1 - x0) + 2.0 * widths_deg, np.abs(y1 - y0) + 2.0 * widths_deg
    # A reach of a meets a + 1 cells of side 1 on average, and an edge those of a slanting line.
    straight, both = float((reach_x + reach_y).sum()), float(widths_deg @ (reach_x + reach_y)) * 2.0
    n_cells = (span_x / sides + 3.0) * (span_y / sides + 3.0)
    entries = len(x0) + straight / sides + both / sides**2
    crossed = np.minimum(entries / n_cells, 1.0)
    cost = (
        _NS_PER_CELL * n_cells
        + _NS_PER_ENTRY * entries
        + n_points * (_NS_PER_CROSSED_POINT * crossed + _NS_PER_TEST * entries / n_cells)
    )
    cost[(n_cells > _MOST_CELLS) | (entries > max(_MOST_ENTRIES, 3 * len(x0)))] = np.inf
    # Where every one costs too much, the coarsest does.
    side = float(sides[np.argmin(cost)])
    # One cell more on each side, which holds nothing.
    columns, rows = (int(np.ceil(span / side)) + 2 for span in (span_x, span_y))
    return Frame(west - side, south - side, 1.0 / side, columns, rows)


def in_cells(edges: Edges, widths_deg: Floats, frame: Frame) -> Floats:
    """Return the ends of the edges and half the widths of their bands, in cells."""
    bands = np.empty((len(edges.zone), 5))
    np.subtract(edges.ends, [frame.west, frame.south, frame.west, frame.south], out=bands[:, :4])
    np.add(widths_deg, _ROUNDING_DEG, out=bands[:, 4])
    bands *= frame.per_degree
    bands[:, 4] += ROUNDING_CELLS
    return bands


def entries_of(bands: Floats, frame: Frame) -> tuple[Rows, Labels]:
    """Return each pair of a cell and an edge whose band touches it, ordered by cell."""
    width = bands[:, 4]
    low_x, high_x = np.minimum(bands[:, 0], bands[:, 2]), np.maximum(bands[:, 0], bands[:, 2])
    low_y, high_y = np.minimum(bands[:, 1], bands[:, 3]), np.maximum(bands[:, 1], bands[:, 3])
    left, right = _cell(low_x - width, frame.n_columns), _cell(high_x + width, frame.n_columns)
    bottom, top = _cell(low_y - width, frame.n_rows), _cell(high_y + width, frame.n_rows)
    within = (left == right) & (bottom == top)
    wide = np.flatnonzero(~within)
    edge, row = expand(bottom[wide], top[wide] + 1)
    edge = wide[edge]
    first, last = _columns(bands[edge], row, frame.n_columns)
    pair, column = expand(first, last + 1)
    cells = np.concatenate([(bottom * frame.n_columns + left)[within], row[pair] * frame.n_columns + column])
    crossing = np.concatenate([np.flatnonzero(within), edge[pair]])
    # One number for both is sorted faster than two.
    bits = max(len(bands), 1).bit_length()
    codes = (cells << bits) | crossing
    codes.sort()
    return codes >> bits, (codes & ((1 << bits) - 1)).astype(np.int32)


def _columns(bands: Floats, row: Rows, n_columns: int) -> tuple[Rows, Rows]:
    """Return the first and last cell that the band of an edge touches in a row of cells."""
    x0, y0, x1, y1, width = bands.T
    low, high = np.minimum(y0, y1), np.maximum(y0, y1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slope = (x1 - x0) / (y1 - y0)
        at_bottom = x0 + slope * (np.clip(row - width, low, high) - y0)
        at_top = x0 + slope * (np.clip(row + 1 + width, low, high) - y0)
    # Of a level edge, or one so nearly level that its heights say nothing, all is taken.
    level = high - low <= ROUNDING_CELLS
    west, east = np.minimum(x0, x1), np.maximum(x0, x1)
    first = np.where(level, west, np.clip(np.minimum(at_bottom, at_top), west, east))
    last = np.where(level, east, np.clip(np.maximum(at_bottom, at_top), west, east))
    return _cell(first - width, n_columns), _cell(last + width, n_columns)


def _cell(place: Floats, n_cells: int) -> Rows:
    """Return the cells of places along one axis; beyond the grid, the nearest."""
    return np.clip(place, 0, n_cells - 1).astype(np.int64)


def _hard(bands: Floats, cells: Rows, edge: Labels, starts: Rows, n_columns: int) -> Rows:
    """Return the crossed cells whose centre is in a band, or that too many edges cross."""
    x = np.asarray(cells % n_columns + 0.5, dtype=float)
    y = np.asarray(cells // n_columns + 0.5, dtype=float)
    x0, y0, x1, y1, width = np.take(bands, edge, axis=0).T
    dx, dy = x1 - x0, y1 - y0
    side = dx * (y0 - y) - dy * (x0 - x)
    maybe = np.flatnonzero(np.abs(side) <= (width + ROUNDING_CELLS) * (np.abs(dx) + np.abs(dy)))
    near = squared_distance(bands[edge[maybe]], x[maybe], y[maybe]) <= (width[maybe] + ROUNDING_CELLS) ** 2
    crossed = np.searchsorted(starts, maybe[near], side="right") - 1
    return np.concatenate([crossed, np.flatnonzero(np.diff(starts) > _MOST_EDGES)])


def _set_codes(centres: Centres) -> Floats:
    """Return the sum of the codes of each set's zones."""
    n_sets = len(centres.set_starts) - 1
    owner = np.repeat(np.arange(n_sets), np.diff(centres.set_starts))
    return np.bincount(owner, weights=zone_codes(centres.set_zones), minlength=n_sets).astype(float)
