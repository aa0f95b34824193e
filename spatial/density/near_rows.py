"""Rows merged by distance: a site is what can be walked in steps of so many metres from row to row.

Distances are chords of the ellipsoid of CGCS2000 between its surface points, which at ten kilometres are
a millimetre short of the way along it. So neither the poles nor the antimeridian are special.

Space is cut into cubes. Each row belongs to the cube that it lies in, and a copy goes to each cube that
is within the distance of it, so that all neighbours of a cube's own rows meet there. A site all of whose
rows are a cube's own is complete. The pieces of the others are joined where they share a row; what is
held of them is the rows near the cube's faces alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from spatial.density.near_points import linked
from spatial.density.row_store import BucketedRows, buckets_of, in_buckets
from spatial.density.sites import EXTENT, Sites, one_per_site, position_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spatial.density.model import PointBatch

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["near_rows", "near_sites", "surface_xyz", "whole_sites"]

_SEMI_MAJOR_M: Final = 6378137.0
_FLATTENING: Final = 1.0 / 298.257222101
_CUBE_M: Final = 1000.0
_SMALLEST_CUBE, _LARGEST_CUBE = 16.0, 4096.0
"""Sides of a cube, in distances."""

_HALF: Final = 1 << 19
_DIGITS: Final = 20

_INNER, _SHARED, _COPY = 0, 1, 2
"""A cube's own row; one of which another cube has a copy; the copy of another cube's row."""


def near_rows(batch: PointBatch, by: Sequence[pa.Array], distance_m: float) -> BucketedRows:
    """Return the rows of a batch, and the copies of those near the face of a cube, by bucket.

    Parameters
    ----------
    batch : PointBatch
        The rows.
    by : sequence of Array
        Their category values.
    distance_m : float
        Within which two rows are one site.
    """
    side = _side(distance_m)
    xyz = surface_xyz(batch.lon, batch.lat)
    cube = np.floor(xyz / side).astype(np.int64)
    into = xyz - cube * side
    # A micrometre more, for what rounding may take.
    reach = distance_m + 1e-6
    step = (into > side - reach).astype(np.int64) - (into < reach)
    rows, cubes, kinds = [np.arange(len(xyz))], [cube], [np.where(step.any(axis=1), _SHARED, _INNER)]
    for axes in range(1, 8):
        along = np.array([axes & 1, axes >> 1 & 1, axes >> 2], dtype=bool)
        near = np.flatnonzero((step[:, along] != 0).all(axis=1))
        rows.append(near)
        cubes.append(cube[near] + np.where(along, step[near], 0))
        kinds.append(np.full(len(near), _COPY))
    code = np.concatenate(cubes) + _HALF
    code = (code[:, 0] << 2 * _DIGITS) + (code[:, 1] << _DIGITS) + code[:, 2]
    table = position_table(batch.lon, batch.lat, by).take(pa.array(np.concatenate(rows)))
    table = table.append_column("cube", pa.array(code))
    table = table.append_column("kind", pa.array(np.concatenate(kinds).astype(np.int8)))
    table = _one_per_position(table)
    return in_buckets(table, buckets_of(table["cube"].to_numpy().view(np.uint64)))


def near_sites(table: pa.Table, distance_m: float) -> Sites:
    """Return the sites of the rows of whole cubes: those that are complete, and pieces of the others."""
    table = _one_per_position(table)
    kind = table["kind"].to_numpy()
    cube, code = table["cube"].to_numpy(), np.stack([table["cube"].to_numpy()] * 3, axis=1)
    digits = (code >> np.array([2 * _DIGITS, _DIGITS, 0])) & ((1 << _DIGITS) - 1)
    side = _side(distance_m)
    into = surface_xyz(table["lon"].to_numpy(), table["lat"].to_numpy()) - (digits - _HALF) * side
    site = linked(into, np.unique(cube, return_inverse=True)[1], distance_m)
    n_sites = int(site.max(initial=-1)) + 1
    own, copied = np.zeros(n_sites, dtype=bool), np.zeros(n_sites, dtype=bool)
    own[site[kind != _COPY]] = True
    copied[site[kind == _COPY]] = True
    table = table.drop_columns(["cube", "kind"])
    complete = (own & ~copied)[site]
    whole = one_per_site(table.filter(pa.array(complete)), site[complete])
    cut = (own & copied)[site]
    if not cut.any():
        return Sites(whole)
    return Sites(whole, _pieces(table.filter(pa.array(cut)), site[cut], kind[cut]))


def whole_sites(spans: Sequence[pa.Table]) -> Sites:
    """Return the sites whose pieces are given, all pieces of each."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - for this way to merge rows alone
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    sizes = [int(table["piece"].to_numpy().max()) + 1 for table in spans]
    before = np.repeat(np.cumsum(sizes) - sizes, [len(table) for table in spans])
    table = pa.concat_tables(spans)
    piece = table["piece"].to_numpy() + before
    place = _positions(table)
    n_pieces, n = sum(sizes), sum(sizes) + int(place.max()) + 1
    graph = coo_array((np.ones(len(piece), dtype=bool), (piece, place + n_pieces)), shape=(n, n))
    _, joined = connected_components(graph, directed=False)
    return Sites(one_per_site(table.drop_columns(["piece"]), joined[piece].astype(np.int64)))


def surface_xyz(lon: Floats, lat: Floats) -> Floats:
    """Return positions on the ellipsoid in metres from its centre, shape (n, 3)."""
    lon, lat = np.radians(lon), np.radians(lat)
    eccentricity2 = _FLATTENING * (2.0 - _FLATTENING)
    normal = _SEMI_MAJOR_M / np.sqrt(1.0 - eccentricity2 * np.sin(lat) ** 2)
    flat = normal * np.cos(lat)
    return np.column_stack(
        [flat * np.cos(lon), flat * np.sin(lon), normal * (1.0 - eccentricity2) * np.sin(lat)]
    )


def _side(distance_m: float) -> float:
    """Return the side of a cube in metres: few rows are near a face, and few cells are in a cube."""
    return min(max(_CUBE_M, _SMALLEST_CUBE * distance_m), _LARGEST_CUBE * distance_m)


def _positions(table: pa.Table) -> Rows:
    """Return a number for each row, the same for rows at one position."""
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    order = np.lexsort((lat, lon))
    new = (np.diff(lon[order], prepend=np.nan) != 0.0) | (np.diff(lat[order], prepend=np.nan) != 0.0)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return place


def _one_per_position(table: pa.Table) -> pa.Table:
    """Return one row for each position in each cube, so that a pile of rows takes no room."""
    place = _positions(table)
    cubes, cube = np.unique(table["cube"].to_numpy(), return_inverse=True)
    together = place * len(cubes) + cube
    distinct, site = np.unique(together, return_inverse=True)
    return table if len(distinct) == len(table) else one_per_site(table, site)


def _pieces(table: pa.Table, site: Rows, kind: NDArray[np.int8]) -> pa.Table:
    """Return what joins pieces of sites: each one's rows near a face, with how far the piece reaches."""
    _, piece = np.unique(site, return_inverse=True)
    first = one_per_site(table, piece)
    links = np.flatnonzero(kind != _INNER)
    linking = table.take(pa.array(links))
    both = pa.concat_tables([first, linking])
    number = np.concatenate([np.arange(len(first)), piece[links]])
    for name in EXTENT:
        both = both.set_column(both.column_names.index(name), name, pa.array(first[name].to_numpy()[number]))
    return both.append_column("piece", pa.array(number))
