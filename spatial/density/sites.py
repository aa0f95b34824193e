"""Rows that are one site: which of them stands for it, and how far it reaches.

A site stands at its westernmost row, of several at one longitude at the southernmost, of several there
at the one whose category values sort first: the same whatever the order of rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa

from spatial.density.categories import ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["EXTENT", "MERGED_ROWS_APART_DEG", "Sites", "by_columns", "one_per_site", "position_table"]

MERGED_ROWS_APART_DEG: Final = 0.0002
"""As for a table of stations, see `spatial.selection`."""

EXTENT: Final = ("west", "south", "east", "north")
_LOWER: Final = frozenset({"west", "south"})


class Sites(NamedTuple):
    """Sites with their category values, and the pieces of sites that reach into other buckets."""

    table: pa.Table
    spans: pa.Table | None = None

    @property
    def n_apart(self) -> int:
        """How many sites have rows that lie more than some 20 m apart."""
        west, south, east, north = (self.table[name].to_numpy() for name in EXTENT)
        apart = (east - west > MERGED_ROWS_APART_DEG) | (north - south > MERGED_ROWS_APART_DEG)
        return int(np.count_nonzero(apart))


def position_table(lon: Floats, lat: Floats, by: Sequence[pa.Array], **columns: pa.Array) -> pa.Table:
    """Return rows at canonical degrees, each a site of its own so far."""
    # Nought and minus nought are one position.
    lon, lat = pa.array(lon + 0.0), pa.array(lat + 0.0)
    return pa.table(
        {
            "lon": lon,
            "lat": lat,
            **dict(zip(EXTENT, (lon, lat, lon, lat), strict=True)),
            **columns,
            **{f"by{number}": column for number, column in enumerate(by)},
        }
    )


def by_columns(table: pa.Table) -> list[pa.Array]:
    """Return the category values of rows, column by column."""
    names = [name for name in table.column_names if name.startswith("by")]
    return [table[name].combine_chunks() for name in names]


def one_per_site(table: pa.Table, site: Rows) -> pa.Table:
    """Return the row that stands for each site, in the order of the sites' numbers.

    Parameters
    ----------
    table : Table
        Rows as from `position_table`.
    site : ndarray of int64, shape (n,)
        The number of each row's site.
    """
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    by = [ranks(column) for column in by_columns(table)]
    order = np.lexsort((*reversed(by), lat, lon, site))
    first = np.flatnonzero(np.diff(site[order], prepend=-1))
    if len(first) == len(table):
        return table.take(pa.array(order))
    chosen = table.take(pa.array(order[first]))
    for name in EXTENT:
        farthest = np.minimum if name in _LOWER else np.maximum
        reach = farthest.reduceat(table[name].to_numpy()[order], first)
        chosen = chosen.set_column(chosen.column_names.index(name), name, pa.array(reach))
    return chosen
