"""How deep the collections of a binary geometry lie in one another, told before GEOS follows them.

GEOS follows each level by a call of its own and knows no limit: some hundred thousand levels, nine bytes
each, end the process.
"""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["DEEPEST_NESTING", "is_nested_too_deep"]

DEEPEST_NESTING: Final = 64
"""Levels of collections inside one another; those of JSON are held to the same number."""

_LEVEL_BYTES: Final = 9
_POINT, _POLYGON = 1, 3
_LISTS: Final = (2, 8)
_COLLECTIONS: Final = (4, 5, 6, 7, 9, 10, 11, 12)
_HEIGHT, _MEASURE, _SYSTEM = 0x80000000, 0x40000000, 0x20000000
_THOUSAND: Final = 1000


def is_nested_too_deep(blob: bytes) -> bool:
    """Return whether WKB, as ISO or PostGIS write it, passes `DEEPEST_NESTING`; False where it is damaged."""
    if len(blob) <= _LEVEL_BYTES * DEEPEST_NESTING:
        return False
    try:
        return _passes(blob)
    except struct.error:  # the end of the blob was met first
        return False


def _passes(blob: bytes) -> bool:
    """Walk through the geometry; ``left`` holds how many parts of each open collection are still to come."""
    at, left = 0, [1]
    while left:
        if left[-1] == 0:
            left.pop()
            continue
        left[-1] -= 1
        order = "<" if blob[at : at + 1] == b"\x01" else ">"
        (code,) = struct.unpack_from(order + "I", blob, at + 1)
        at += 9 if code & _SYSTEM else 5
        kind = (code & 0xFFFF) % _THOUSAND
        if kind not in _COLLECTIONS:
            at = _after(blob, at, order, code)
            continue
        left.append(*struct.unpack_from(order + "I", blob, at))
        at += 4
        if len(left) - 1 > DEEPEST_NESTING:
            return True
    return False


def _after(blob: bytes, at: int, order: str, code: int) -> int:
    """Return where a point, a line or a polygon ends; that of any other kind, GEOS reads no further."""
    kind, further = (code & 0xFFFF) % _THOUSAND, (code & 0xFFFF) // _THOUSAND
    n_axes = 2 + (bool(code & _HEIGHT) or further in {1, 3}) + (bool(code & _MEASURE) or further in {2, 3})
    if kind == _POINT:
        return at + 8 * n_axes
    if kind in _LISTS:
        return at + 4 + 8 * n_axes * _number(blob, at, order)
    if kind != _POLYGON:
        return len(blob)
    n_rings, at = _number(blob, at, order), at + 4
    for _ in range(n_rings):
        at += 4 + 8 * n_axes * _number(blob, at, order)
    return at


def _number(blob: bytes, at: int, order: str) -> int:
    found: tuple[int] = struct.unpack_from(order + "I", blob, at)
    return found[0]
