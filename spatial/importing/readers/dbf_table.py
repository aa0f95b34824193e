"""Tables in dBASE format: fields and rows by their bytes, nothing passed over.

No reading library says which rows were deleted, which numbers overflowed their field and which texts it
cut; all of them choose an encoding without saying so.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.errors import UnreadableFileError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.limits import Limits

__all__ = ["DbfField", "DbfTable", "open_table"]

_HEAD: Final = struct.Struct("<4xIHH17xB2x")
_FIELD_BYTES: Final = 32
_NAME_BYTES: Final = 11
_END_OF_FIELDS: Final = 0x0D
_DELETED: Final = 0x2A


@dataclass(frozen=True, kw_only=True)
class DbfField:
    """A column: its name as bytes, its type and where it stands in a row."""

    name: bytes
    kind: str
    start: int
    width: int
    decimals: int


@dataclass(frozen=True, kw_only=True)
class DbfTable:
    """The rows of a table as bytes.

    Attributes
    ----------
    fields : tuple of DbfField
    rows : ndarray of uint8, shape (n, width)
        The rows that are there.
    n_stated : int
        Rows that its head states.
    language : int
        Its language byte.
    """

    fields: tuple[DbfField, ...]
    rows: NDArray[np.uint8]
    n_stated: int
    language: int

    def deleted(self) -> NDArray[np.bool_]:
        """Return which rows were deleted and only not yet removed."""
        return np.asarray(self.rows[:, 0] == _DELETED)

    def cells(self, field: DbfField) -> list[bytes]:
        """Return the bytes of a column without what fills them up: blanks and zeros."""
        if not field.width:
            return [b""] * len(self.rows)
        column = np.ascontiguousarray(self.rows[:, field.start : field.start + field.width])
        words: list[bytes] = column.view(f"S{field.width}").ravel().tolist()
        return [cell.split(b"\x00", 1)[0].rstrip(b" ") for cell in words]


def open_table(data: bytes, *, name: str, n_shapes: int, limits: Limits) -> DbfTable:
    """Return the fields and rows of a ``.dbf``.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name, for messages alone.
    n_shapes : int
        Records of the shapes beside it: rows that a stale head does not count are taken where the shapes
        have them.
    limits : Limits
        Columns and rows are held to it.

    Raises
    ------
    UnreadableFileError
        If its head is none, or its fields do not fit into its rows.
    LimitExceededError
        If there are too many columns or rows.
    """
    if len(data) < _HEAD.size:
        raise UnreadableFileError("gis.dbf_damaged", name=name)
    n_stated, head, width, language = _HEAD.unpack_from(data)
    fields = _fields(data, head, width, limits)
    end = fields[-1].start + fields[-1].width if fields else 1
    if head <= _HEAD.size or end > width or (not fields and width > 1):
        raise UnreadableFileError("gis.dbf_damaged", name=name)
    n_there = max(len(data) - head, 0) // width
    n = min(max(n_stated, n_shapes), n_there)
    # Rows that are stated and not there are reported one by one.
    limits.check("features", max(n, n_stated))
    rows = np.frombuffer(data, dtype=np.uint8, count=n * width, offset=min(head, len(data)))
    return DbfTable(fields=fields, rows=rows.reshape(n, width), n_stated=n_stated, language=language)


def _fields(data: bytes, head: int, width: int, limits: Limits) -> tuple[DbfField, ...]:
    """Return the columns as the head describes them."""
    raw = []
    for at in range(_HEAD.size, min(head, len(data)) - _FIELD_BYTES + 1, _FIELD_BYTES):
        if data[at] == _END_OF_FIELDS:
            break
        raw.append(data[at : at + _FIELD_BYTES])
        limits.check("columns", len(raw))
    # Clipper writes the upper byte of a long text's width where numbers have their decimals.
    long = (
        sum(_width(one, long=False) for one in raw) + 1
        != width
        == sum(_width(one, long=True) for one in raw) + 1
    )
    found, start = [], 1
    for one in raw:
        field = DbfField(
            name=one[:_NAME_BYTES].split(b"\x00", 1)[0].rstrip(b" "),
            kind=chr(one[11]).upper(),
            start=start,
            width=_width(one, long=long),
            decimals=one[17],
        )
        start += field.width
        found.append(field)
    return tuple(found)


def _width(raw: bytes, *, long: bool) -> int:
    """Return the bytes of a column."""
    return raw[16] + (256 * raw[17] if long and raw[11:12] == b"C" else 0)
