"""Records of a ``.shp``: found, measured and judged by their own heads before a driver sees them.

The index ``.shx`` is followed where it is whole, because an edited file keeps old records that only the
index knows to be old. Otherwise the records are found one after another.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.errors import UnreadableFileError, UnsupportedFormatError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.limits import Limits

__all__ = [
    "HEAD_BYTES",
    "SHAPE_MAGIC",
    "ShapeRecords",
    "find_records",
    "geometry_type_name",
    "index_bytes",
    "index_count",
]

SHAPE_MAGIC: Final = b"\x00\x00\x27\x0a"
HEAD_BYTES: Final = 100
_VERSION: Final = 1000
_RECORD_HEAD: Final = 8
_INDEX_ENTRY: Final = 8
_MULTIPATCH: Final = 31
_NULL: Final = 0
_NAMES: Final = {
    0: "Null",
    1: "Point",
    3: "LineString",
    5: "Polygon",
    8: "MultiPoint",
    _MULTIPATCH: "MultiPatch",
}
_FLAT: Final = {11: 1, 13: 3, 15: 5, 18: 8, 21: 1, 23: 3, 25: 5, 28: 8}
_KNOWN: Final = (0, 1, 3, 5, 8, *_FLAT)
_POINT_BYTES: Final = 16
_LEAST_CONTENT: Final = 4
# Bytes of a record before its positions, and where it counts parts and positions.
_MULTIPOINT_HEAD, _PARTS_HEAD = 40, 44
_PARTS_AT, _POSITIONS_AT = 36, 40


@dataclass
class ShapeRecords:
    """The records of a ``.shp``, each by the bytes where it stands.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n,)
        Byte of each record's head.
    words : ndarray of int64, shape (n,)
        Its length in two-byte words, without the head.
    types : ndarray of int64, shape (n,)
        Its type of shape; 0 has no geometry.
    faults : dict of int to str
        Row -> key of the reason why its record cannot be read.
    missing_bytes : int
        Bytes by which the file is shorter than it says.
    n_found : int
        Records found one after another.
    """

    offsets: NDArray[np.int64]
    words: NDArray[np.int64]
    types: NDArray[np.int64]
    faults: dict[int, str] = field(default_factory=dict)
    missing_bytes: int = 0
    n_found: int = 0

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def readable(self) -> NDArray[np.int64]:
        """Rows whose record has a shape that can be read."""
        sound = self.types != _NULL
        sound[list(self.faults)] = False
        return np.flatnonzero(sound)


def geometry_type_name(head: bytes, *, name: str) -> str:
    """Return the type of shape that the head of a ``.shp`` states.

    Raises
    ------
    UnreadableFileError
        If it is no head of a ``.shp``.
    UnsupportedFormatError
        If the file holds surfaces in space (MultiPatch).
    """
    if len(head) < HEAD_BYTES or not head.startswith(SHAPE_MAGIC):
        raise UnreadableFileError("gis.not_shapefile", name=name)
    version, kind = struct.unpack_from("<2i", head, 28)
    if version != _VERSION or (kind not in _KNOWN and kind != _MULTIPATCH):
        raise UnreadableFileError("gis.not_shapefile", name=name)
    if kind == _MULTIPATCH:
        raise UnsupportedFormatError("gis.multipatch", name=name)
    return _NAMES[_FLAT.get(kind, kind)]


def index_count(index: bytes) -> int | None:
    """Return how many records a ``.shx`` lists, None where it is no whole index."""
    if (
        not index.startswith(SHAPE_MAGIC)
        or len(index) < HEAD_BYTES
        or (len(index) - HEAD_BYTES) % _INDEX_ENTRY
    ):
        return None
    return (len(index) - HEAD_BYTES) // _INDEX_ENTRY


def find_records(
    shape: bytes | memoryview, index: bytes | None, *, n_rows: int | None, limits: Limits
) -> ShapeRecords:
    """Find the records of a ``.shp`` and judge each.

    Parameters
    ----------
    shape : bytes or memoryview
        The whole ``.shp``, its head checked.
    index : bytes or None
        The ``.shx``.
    n_rows : int or None
        Rows of the table beside it, by which an index that is too short is told.
    limits : Limits
        Records and positions are held to it.

    Raises
    ------
    LimitExceededError
        If there are too many.
    """
    walked = _walk(shape, limits)
    offsets = walked
    n_listed = None if index is None else index_count(index)
    expected = len(walked) if n_rows is None else n_rows
    if index is not None and n_listed is not None and n_listed >= min(expected, len(walked)) > 0:
        limits.check("features", n_listed)
        offsets = 2 * np.frombuffer(index, dtype=">i4", offset=HEAD_BYTES).reshape(-1, 2)[:, 0].astype(
            np.int64
        )
    records = _judge(np.frombuffer(shape, dtype=np.uint8), offsets, limits)
    stated = 2 * int(struct.unpack_from(">i", shape, 24)[0])
    records.missing_bytes = max(stated - len(shape), 0)
    records.n_found = len(walked)
    return records


def _walk(shape: bytes | memoryview, limits: Limits) -> NDArray[np.int64]:
    """Return where each record begins, one after another; the last may be cut off."""
    at, found = HEAD_BYTES, []
    while at + _RECORD_HEAD <= len(shape):
        words = struct.unpack_from(">i", shape, at + 4)[0]
        found.append(at)
        if words < 1:
            break
        at += _RECORD_HEAD + 2 * words
        if len(found) > limits.features:
            limits.breach("features", len(found))
    return np.array(found, dtype=np.int64)


def _judge(data: NDArray[np.uint8], offsets: NDArray[np.int64], limits: Limits) -> ShapeRecords:
    """Read the heads of the records and mark those that contradict themselves."""
    size = len(data)
    inside = (offsets >= HEAD_BYTES) & (offsets + _RECORD_HEAD + 4 <= size)
    words = _integers(data, offsets + 4, ">i4", inside)
    types = _integers(data, offsets + _RECORD_HEAD, "<i4", inside)
    content = offsets + _RECORD_HEAD
    fits = inside & (2 * words >= _LEAST_CONTENT) & (content + 2 * words <= size)
    records = ShapeRecords(offsets=offsets, words=words, types=types)
    known = np.isin(types, _KNOWN)
    flat = types % 10
    many = fits & known & np.isin(flat, (3, 5))
    multi = fits & known & (flat == 8)  # noqa: PLR2004 - the type of a MultiPoint
    n_parts = _integers(data, content + _PARTS_AT, "<i4", many & (2 * words >= _PARTS_HEAD))
    n_positions = _integers(data, content + _POSITIONS_AT, "<i4", many & (2 * words >= _PARTS_HEAD))
    n_positions += _integers(data, content + _PARTS_AT, "<i4", multi & (2 * words >= _MULTIPOINT_HEAD))
    needed = np.where(many, _PARTS_HEAD + 4 * n_parts + _POINT_BYTES * n_positions, _LEAST_CONTENT)
    needed = np.where(multi, _MULTIPOINT_HEAD + _POINT_BYTES * n_positions, needed)
    needed = np.where(fits & (flat == 1), 4 + _POINT_BYTES, needed)
    sound = fits & (needed <= 2 * words) & (n_parts >= 0) & (n_positions >= 0)
    limits.check("vertices", int(n_positions[sound].sum() + (sound & (flat == 1)).sum()))
    for row in np.flatnonzero(~sound).tolist():
        records.faults[row] = "gis.reason_record"
    for row in np.flatnonzero(sound & ~known).tolist():
        records.faults[row] = "gis.reason_shape_type"
    types[sound & (n_positions == 0) & (many | multi)] = _NULL
    return records


def _integers(
    data: NDArray[np.uint8], at: NDArray[np.int64], kind: str, where: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the four-byte integers at the given bytes, 0 where there is none to read."""
    where = where & (at >= 0) & (at + 4 <= len(data))
    found = np.zeros(len(at), dtype=np.int64)
    cells = data[at[where][:, None] + np.arange(4)]
    found[where] = np.ascontiguousarray(cells).view(kind).ravel()
    return found


def index_bytes(shape_head: bytes, records: ShapeRecords) -> bytes:
    """Return a ``.shx`` that lists the readable records alone, in order."""
    rows = records.readable
    entries = np.empty((len(rows), 2), dtype=">i4")
    entries[:, 0] = records.offsets[rows] // 2
    entries[:, 1] = records.words[rows]
    length = struct.pack(">i", (HEAD_BYTES + entries.nbytes) // 2)
    return shape_head[:24] + length + shape_head[28:HEAD_BYTES] + entries.tobytes()
