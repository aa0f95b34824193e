"""Points in well-known binary to coordinates, many at a time; whatever is no single point is a fault.

Plain WKB, its ISO and extended variants (heights, measures, a number of the reference system) in either
byte order, and a multipoint of one point are read. Where all records of a batch begin alike, they are one
array and no record is looked at by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from spatial.density.sources.placing import Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Offsets = NDArray[np.int64] | NDArray[np.int32]
    Mask = NDArray[np.bool_]

__all__ = ["Records", "decode_points"]

_POINT, _MULTIPOINT = 1, 4
_HEAD_BYTES: Final = 5
_POSITION_BYTES: Final = 16
_SRID_BYTES: Final = 4
_PLAIN_HEAD: Final = b"\x01\x01\x00\x00\x00"
_HEIGHT, _MEASURE, _SRID = 0x80000000, 0x40000000, 0x20000000
_KINDS: Final = (
    *("Geometry", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"),
    *("GeometryCollection", "CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve"),
    *("MultiSurface", "Curve", "Surface", "PolyhedralSurface", "TIN", "Triangle"),
)
_UNREADABLE: Final = "stream.reason_wkb"
_NOT_A_POINT: Final = "error.reason_not_a_point"


class Records(NamedTuple):
    """Binary values side by side: value i is ``data[starts[i]:ends[i]]``; ``null`` tells those not given."""

    data: Bytes
    starts: Offsets
    ends: Offsets
    null: Mask | None = None


class _Heads(NamedTuple):
    """The first bytes of records, taken apart: all arrays run along the records."""

    readable: Mask
    big: Mask
    kind: Rows
    n_ordinates: Rows
    body: Rows


def decode_points(records: Records) -> tuple[Floats, Floats, list[Fault]]:
    """Return the coordinates of records and the faults of those that are no point.

    Parameters
    ----------
    records : Records
        Well-known binary.

    Returns
    -------
    x, y : ndarray of float
        NaN where a fault says why, or where a point is empty.
    faults : list of Fault
    """
    if records.null is None:
        plain = _uniform(records)
        if plain is not None:
            return *plain, []
    return _decode_each(records)


def _uniform(records: Records) -> tuple[Floats, Floats] | None:
    """Return coordinates of records of one length without gaps that begin alike, None for others."""
    data, starts, ends, _ = records
    if not len(starts):
        return np.empty(0), np.empty(0)
    size = int(ends[0] - starts[0])
    if ends[-1] - starts[0] != size * len(starts) or not (np.diff(starts) == size).all():
        return None
    if size < _HEAD_BYTES + _POSITION_BYTES or ends[-1] > len(data):
        return None
    layout = _layout_by(data, int(starts[0]), size)
    if layout is None:
        return None
    table = data[starts[0] : ends[-1]].view(layout)
    for name in layout.names or ():
        if name.startswith("head") and (table[name] != table[name][0]).any():
            return None
    return table["x"].astype(np.float64), table["y"].astype(np.float64)


def _layout_by(data: Bytes, start: int, size: int) -> np.dtype[np.void] | None:
    """Return the layout of records of one length by the first of them, None where that is no point."""
    if size == _HEAD_BYTES + _POSITION_BYTES and data[start : start + _HEAD_BYTES].tobytes() == _PLAIN_HEAD:
        return _PLAIN_LAYOUT
    first = np.array([start], dtype=np.int64)
    heads = _heads(data, first, first + size)
    head_bytes = int(heads.body[0]) - start
    whole = head_bytes + 8 * int(heads.n_ordinates[0]) <= size
    if not heads.readable[0] or heads.kind[0] != _POINT or not whole:
        return None
    return _layout(head_bytes, size, ">" if heads.big[0] else "<")


def _layout(head_bytes: int, size: int, order: str) -> np.dtype[np.void]:
    """Return the layout of a record: its head in whole numbers to be compared, then two ordinates."""
    fields = _head_fields(head_bytes)
    return np.dtype(
        {
            "names": [*(f"head{at}" for at, _ in fields), "x", "y"],
            "formats": [*(kind for _, kind in fields), f"{order}f8", f"{order}f8"],
            "offsets": [*(at for at, _ in fields), head_bytes, head_bytes + 8],
            "itemsize": size,
        }
    )


def _head_fields(n_bytes: int) -> list[tuple[int, str]]:
    """Return the offsets and kinds of the whole numbers that a head is compared by."""
    words = n_bytes // 4 * 4
    return [(at, "<u4") for at in range(0, words, 4)] + [(at, "u1") for at in range(words, n_bytes)]


_PLAIN_LAYOUT: Final = _layout(_HEAD_BYTES, _HEAD_BYTES + _POSITION_BYTES, "<")


def _heads(data: Bytes, starts: Rows, ends: Rows) -> _Heads:
    """Take the first bytes of records apart."""
    readable = ends - starts >= _HEAD_BYTES
    at = np.where(readable, starts, 0)
    if len(data) < _HEAD_BYTES:
        readable = np.zeros(len(starts), dtype=bool)
        none = np.zeros(len(starts), dtype=np.int64)
        return _Heads(readable, readable, none, none, none)
    order = data[at]
    readable = readable & (order <= 1)
    big = order == 0
    word = _gather(data, at + 1, 4).view("<u4").ravel()
    word = np.where(big, word.byteswap(), word).astype(np.int64)
    extended = word & (_HEIGHT | _MEASURE | _SRID)
    low = word & 0xFFFF
    variant = low // 1000
    readable &= (variant <= 3) & (word == extended + low)  # noqa: PLR2004 - plain, Z, M and ZM
    with_height = (extended & _HEIGHT > 0) | (variant == 1) | (variant == 3)  # noqa: PLR2004
    with_measure = (extended & _MEASURE > 0) | (variant >= 2)  # noqa: PLR2004
    body = starts + _HEAD_BYTES + np.where(extended & _SRID > 0, _SRID_BYTES, 0)
    return _Heads(readable, big, low % 1000, 2 + with_height.astype(np.int64) + with_measure, body)


def _gather(data: Bytes, at: Rows, n_bytes: int) -> Bytes:
    """Return some bytes from each of the places; whoever calls has checked that they are there."""
    found: Bytes = data[at[:, None] + np.arange(n_bytes)]
    return np.ascontiguousarray(found)


def _decode_each(records: Records) -> tuple[Floats, Floats, list[Fault]]:
    """Decode records that differ."""
    starts, ends = records.starts.astype(np.int64), records.ends.astype(np.int64)
    records = Records(records.data, starts, ends, records.null)
    n = len(starts)
    x, y = np.full(n, np.nan), np.full(n, np.nan)
    null = np.zeros(n, dtype=bool) if records.null is None else records.null
    heads = _heads(records.data, starts, ends)
    unreadable = ~heads.readable & ~null
    readable = heads.readable & ~null
    unreadable |= readable & (heads.kind >= len(_KINDS))
    readable &= ~unreadable
    points = np.flatnonzero(readable & (heads.kind == _POINT))
    cut = _take(records, heads, points, points, (x, y))
    other = readable & (heads.kind != _POINT)
    inner, broken = _single_members(records, heads, other)
    cut = np.concatenate([cut, broken])
    if len(inner):
        starts, ends = heads.body[inner] + 4, ends[inner]
        members = _heads(records.data, starts, ends)
        single = members.readable & (members.kind == _POINT)
        cut = np.concatenate([cut, inner[~single]])
        within = Records(records.data, starts, ends)
        bad = _take(within, members, np.flatnonzero(single), inner[single], (x, y))
        cut = np.concatenate([cut, bad])
        other[inner] = False
    other[cut] = False
    unreadable[cut] = True
    return x, y, _faults(heads, null, other, unreadable)


def _take(records: Records, heads: _Heads, at: Rows, rows: Rows, into: tuple[Floats, Floats]) -> Rows:
    """Set the coordinates of some records that are points; return the rows of those that are cut off."""
    whole = heads.body[at] + 8 * heads.n_ordinates[at] <= records.ends[at]
    kept = at[whole]
    if len(kept):
        position = _gather(records.data, heads.body[kept], _POSITION_BYTES).view("<f8")
        position = np.where(heads.big[kept][:, None], position.byteswap(), position)
        into[0][rows[whole]], into[1][rows[whole]] = position[:, 0], position[:, 1]
    return rows[~whole]


def _single_members(records: Records, heads: _Heads, other: Mask) -> tuple[Rows, Rows]:
    """Return the multipoints of one point, and those that are cut off before their number."""
    several = np.flatnonzero(other & (heads.kind == _MULTIPOINT))
    whole = heads.body[several] + 4 <= records.ends[several]
    counted = several[whole]
    if not len(counted):
        return counted, several[~whole]
    word = _gather(records.data, heads.body[counted], 4).view("<u4").ravel()
    count = np.where(heads.big[counted], word.byteswap(), word)
    return counted[count == 1], several[~whole]


def _faults(heads: _Heads, null: Mask, other: Mask, unreadable: Mask) -> list[Fault]:
    """Return what is no point with the reasons."""

    def kind(row: int) -> str:
        return "null" if null[row] else _KINDS[int(heads.kind[row])]

    def words(_: int) -> str:
        return "WKB"

    faults = [
        Fault(_NOT_A_POINT, np.flatnonzero(null | other), "geometry", kind),
        Fault(_UNREADABLE, np.flatnonzero(unreadable), "geometry", words),
    ]
    return [fault for fault in faults if len(fault.at)]
