"""Shapefiles made byte by byte, so that a test can make each fault that a writer would not."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SQUARE = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def point(x: float, y: float) -> bytes:
    return struct.pack("<i2d", 1, x, y)


def point_z(x: float, y: float, z: float) -> bytes:
    return struct.pack("<i4d", 11, x, y, z, 0.0)


def point_m(x: float, y: float, m: float) -> bytes:
    return struct.pack("<i3d", 21, x, y, m)


def multipoint(*positions: tuple[float, float]) -> bytes:
    head = struct.pack("<i4di", 8, 0, 0, 1, 1, len(positions))
    return head + b"".join(struct.pack("<2d", *one) for one in positions)


def parts(*rings: list[tuple[float, float]], kind: int = 5) -> bytes:
    starts, n = [], 0
    for ring in rings:
        starts.append(n)
        n += len(ring)
    head = struct.pack("<i4d2i", kind, 0, 0, 1, 1, len(rings), n) + struct.pack(f"<{len(rings)}i", *starts)
    return head + b"".join(struct.pack("<2d", *xy) for ring in rings for xy in ring)


def null() -> bytes:
    return struct.pack("<i", 0)


def shp(records: list[bytes], kind: int = 5) -> tuple[bytes, bytes]:
    """Return a ``.shp`` and its ``.shx``."""
    body, entries, at = b"", b"", 100
    for number, record in enumerate(records, start=1):
        entries += struct.pack(">2i", at // 2, len(record) // 2)
        body += struct.pack(">2i", number, len(record) // 2) + record
        at += 8 + len(record)
    return head(100 + len(body), kind) + body, head(100 + len(entries), kind) + entries


def head(size: int, kind: int) -> bytes:
    start = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size // 2)
    return start + struct.pack("<2i8d", 1000, kind, 0, 0, 1, 1, 0, 0, 0, 0)


def dbf(
    fields: list[tuple[bytes, str, int, int]],
    rows: list[list[bytes]],
    *,
    language: int = 0,
    deleted: tuple[int, ...] = (),
    n_stated: int | None = None,
) -> bytes:
    """Return a table; a field is name, type, width and decimals, a cell the bytes that fill it."""
    width = 1 + sum(field[2] for field in fields)
    n = len(rows) if n_stated is None else n_stated
    start = struct.pack("<4BIHH17xB2x", 3, 124, 1, 1, n, 33 + 32 * len(fields), width, language)
    for name, kind, size, decimals in fields:
        start += (
            name.ljust(11, b"\0")[:11] + kind.encode() + bytes(4) + bytes([size % 256, decimals]) + bytes(14)
        )
    body = b""
    for at, row in enumerate(rows):
        body += b"*" if at in deleted else b" "
        for (_, kind, size, _), cell in zip(fields, row, strict=True):
            body += cell.rjust(size)[:size] if kind in "NF" else cell.ljust(size)[:size]
    return start + b"\r" + body + b"\x1a"


def names(words: list[bytes], width: int = 20, **more: object) -> bytes:
    """Return a table with one column of texts."""
    return dbf([(b"name", "C", width, 0)], [[word] for word in words], **more)


def loose(folder: Path, stem: str = "upload", **by_suffix: bytes | None) -> Path:
    for suffix, data in by_suffix.items():
        if data is not None:
            (folder / f"{stem}.{suffix}").write_bytes(data)
    return folder / f"{stem}.shp"


def zipped(path: Path, members: dict[str, bytes | None]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            if data is not None:
                archive.writestr(name, data)
    return path
