"""What a page shows of a file before it is used: the first rows as text, and where the rows would lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial.importing.columns.values import as_text
from spatial.importing.model import Preview

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from spatial.importing.model import SourceLayer

__all__ = ["candidate_preview", "candidates_of", "preview_of", "sample_of"]

SAMPLE_ROWS: Final = 20
MOST_POSITIONS: Final = 2_000
_CELL_SHOWN: Final = 200
_MOST_LINES: Final = 400
_FEWEST_VERTICES: Final = 4


def sample_of(layer: SourceLayer) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the headers and the first rows as text, long cells cut."""
    head = layer.table.head(SAMPLE_ROWS)
    columns = [as_text(head[name]).str.slice(0, _CELL_SHOWN).tolist() for name in head.columns]
    rows = tuple(zip(*columns, strict=True)) if columns else ((),) * len(head)
    return tuple(map(str, head.columns)), rows


def preview_of(geometry: NDArray[np.object_], rows: NDArray[np.int64]) -> Preview | None:
    """Return positions or outlines thinned to `MOST_POSITIONS`, None where nothing has a position."""
    there = np.flatnonzero(~shapely.is_missing(geometry))
    if not len(there):
        return None
    if (shapely.get_dimensions(geometry[there]) == 0).all():
        chosen = there[_spread(len(there), MOST_POSITIONS)]
        xy, at = shapely.get_coordinates(geometry[chosen], return_index=True)
        kept = _spread(len(xy), MOST_POSITIONS)
        return Preview(lon=xy[kept, 0], lat=xy[kept, 1], parts=rows[chosen][at[kept]])
    return _outlines(geometry, rows, there)


def candidate_preview(
    candidates: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> Preview | None:
    """Return where the first answer to an open question would put the rows."""
    for lon, lat in candidates.values():
        kept = _spread(len(lon), MOST_POSITIONS)
        if len(kept):
            return Preview(lon=lon[kept], lat=lat[kept], parts=kept)
    return None


def candidates_of(
    candidates: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> dict[str, list[list[float]]]:
    """Return where each answer to an open question would put the rows, as plain values."""
    return {value: [lon.tolist(), lat.tolist()] for value, (lon, lat) in candidates.items() if len(lon)}


def _outlines(geometry: NDArray[np.object_], rows: NDArray[np.int64], there: NDArray[np.int64]) -> Preview:
    """Return lines and rings, each thinned by the same share; each part has a number of its own row."""
    parts, of = shapely.get_parts(geometry[there], return_index=True)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    lines = np.where(polygons, shapely.get_exterior_ring(parts), parts)
    longest = np.argsort(-shapely.length(lines), kind="stable")[:_MOST_LINES]
    chosen = np.sort(longest)
    each = max(_FEWEST_VERTICES, MOST_POSITIONS // len(chosen))
    xy, at = [], []
    for line in chosen:
        positions = shapely.get_coordinates(lines[line])
        thinned = positions[_spread(len(positions), each)]
        xy.append(thinned)
        at.append(np.full(len(thinned), rows[there[of[line]]], dtype=np.int64))
    together = np.concatenate(xy)[:MOST_POSITIONS]
    starts = np.cumsum([0, *map(len, xy[:-1])])
    return Preview(
        lon=together[:, 0],
        lat=together[:, 1],
        parts=np.concatenate(at)[:MOST_POSITIONS],
        kind="lines",
        starts=starts[starts < len(together)],
    )


def _spread(n: int, most: int) -> NDArray[np.int64]:
    """Return at most ``most`` positions spread over ``n``, the first and the last among them."""
    return (
        np.unique(np.linspace(0, max(n - 1, 0), min(n, most)).round().astype(np.int64)) if n else np.arange(0)
    )
