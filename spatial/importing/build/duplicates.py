"""Rows that stand in a file twice, by id or by place, and rows outside the district: told, never dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from spatial.notice import Notice

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["has_repeats", "outside_district", "repeated_ids", "repeated_places"]

_ONE_METRE_DEG: Final = 1e-5
_SQUARES_PER_TURN: Final = 100_000_000
_SHOWN: Final = 10


def has_repeats(words: pd.Series) -> bool:
    """Tell whether any word stands twice, empty ones included; quicker than looking for which."""
    cells = pa.array(words)
    # In one piece they take half the time that many pieces take.
    together = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    return len(pc.unique(together)) < len(together)


def repeated_ids(ids: pd.Series) -> tuple[Notice, ...]:
    """Tell how many rows have an id that an earlier row has; rows without an id repeat none."""
    if not has_repeats(ids):
        return ()
    again = ids.duplicated() & (ids != "")
    named = ids[again].drop_duplicates().head(_SHOWN + 1).tolist()
    return (Notice("import.repeated_ids", {"n": int(again.sum()), "ids": named}),)


def repeated_places(geometry: NDArray[np.object_], ids: pd.Series) -> tuple[Notice, ...]:
    """Tell how many points lie where an earlier one does, exactly and within about one metre.

    Several operators on one tower do; so do rows whose position was copied.
    """
    xy = shapely.get_coordinates(geometry)
    # Positions of one square metre are hashed as one number; equal ones are always among them.
    squares = np.round(xy / _ONE_METRE_DEG).astype(np.int64) @ np.array([_SQUARES_PER_TURN, 1])
    near = pd.Series(squares).duplicated(keep=False).to_numpy()
    if not near.any():
        return ()
    again = np.zeros(len(xy), dtype=bool)
    again[near] = pd.Series(squares[near]).duplicated().to_numpy()
    exact = np.zeros(len(xy), dtype=bool)
    exact[near] = pd.DataFrame(xy[near]).duplicated().to_numpy()
    named = ids[again].head(_SHOWN + 1).tolist()
    params = {"exact": int(exact.sum()), "near": int((again & ~exact).sum()), "ids": named}
    return (Notice("import.repeated_places", params),)


def outside_district(
    geometry: NDArray[np.object_], district: BaseGeometry | None, ids: pd.Series
) -> tuple[Notice, ...]:
    """Tell how many rows lie wholly outside the district; without one nothing is told."""
    there = ~shapely.is_missing(geometry)
    if district is None or not there.any():
        return ()
    shapely.prepare(district)
    outside = there & ~shapely.intersects(district, geometry)
    n = int(outside.sum())
    if not n:
        return ()
    named = ids[outside].head(_SHOWN + 1).tolist()
    share = 100.0 * n / int(there.sum())
    return (Notice("import.outside_district", {"n": n, "share": share, "ids": named}),)
