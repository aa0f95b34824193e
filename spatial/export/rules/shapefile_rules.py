"""Shapefile, by its members' bytes alone: no driver opens a stranger's file."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from spatial.export.fields import ID_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from spatial.export.rules.report import Findings

__all__ = ["SHAPEFILE_MAGIC", "ShapefileRows", "check_shapefile"]

SHAPEFILE_MAGIC: Final = b"\x00\x00\x27\x0a"
_VERSION: Final = 1000
_HEADER_BYTES: Final = 100
_INDEX_BYTES: Final = 8
_TABLE_HEADER_BYTES: Final = 32
_FIELD_BYTES: Final = 32
_END_OF_FIELDS: Final = 0x0D
_LEAST_CONFIDENCE: Final = 20
"""Esri's text of a system carries no code; below this the match is a guess."""


@dataclass(frozen=True, kw_only=True)
class ShapefileRows:
    """What a Shapefile holds."""

    n_features: int
    ids: frozenset[str]


@dataclass(frozen=True)
class _Field:
    """A column of the table."""

    name: bytes
    kind: str
    start: int
    width: int


def check_shapefile(
    members: Mapping[str, bytes], *, file: str, findings: Findings, crs: str | None = None
) -> ShapefileRows | None:
    """Hold a Shapefile to the rules.

    Parameters
    ----------
    members : mapping
        ``"shp"``, ``"shx"``, ``"dbf"``, ``"prj"`` and ``"cpg"`` to the bytes, as far as they are there.
    file : str
        How faults name it.
    findings : Findings
        Takes the faults.
    crs : str or None
        The system that the package states for the file.

    Returns
    -------
    ShapefileRows or None
        None where it cannot be read.
    """
    findings.families.add("shapefile")
    shape = members["shp"]
    if not _is_shape(shape):
        findings.add("shapefile.not_shapefile", file)
        return None
    _check_companions(members, file=file, findings=findings)
    _check_system(members.get("prj"), crs, file=file, findings=findings)
    _check_length(shape, "shp", file=file, findings=findings)
    counts: dict[str, int] = {}
    index, table = members.get("shx"), members.get("dbf")
    if index is not None:
        if not _is_shape(index) or (len(index) - _HEADER_BYTES) % _INDEX_BYTES:
            findings.add("shapefile.damaged", file, found="shx")
        else:
            counts["shx"] = (len(index) - _HEADER_BYTES) // _INDEX_BYTES
    counts["shp"] = _count_records(shape)
    ids: list[str] = []
    if table is not None:
        found = _check_table(table, members.get("cpg"), file=file, findings=findings)
        if found is not None:
            counts["dbf"], ids = found
    if len(set(counts.values())) > 1:
        words = ", ".join(f"{name} {n:,}" for name, n in counts.items())
        findings.add("shapefile.count_differs", file, found=words)
    return ShapefileRows(n_features=counts.get("dbf", counts["shp"]), ids=frozenset(ids))


def _is_shape(data: bytes) -> bool:
    """Tell the header of a .shp or .shx."""
    version = int.from_bytes(data[28:32], "little")
    return len(data) >= _HEADER_BYTES and data.startswith(SHAPEFILE_MAGIC) and version == _VERSION


def _check_companions(members: Mapping[str, bytes], *, file: str, findings: Findings) -> None:
    """Tell members that are missing."""
    for name, rule in (
        ("shx", "shapefile.member_missing"),
        ("dbf", "shapefile.member_missing"),
        ("prj", "shapefile.prj_missing"),
        ("cpg", "shapefile.cpg_missing"),
    ):
        if name not in members:
            findings.add(rule, file, found=f".{name}")


def _check_system(text: bytes | None, crs: str | None, *, file: str, findings: Findings) -> None:
    """Tell a .prj that names no system, or not the one that the package states."""
    if text is None:
        return
    words = text.decode("utf-8", "replace").strip()
    try:
        system = CRS.from_wkt(words)
    except CRSError:
        findings.add("shapefile.prj_unknown", file, found=words)
        return
    if crs is not None and f"EPSG:{system.to_epsg(_LEAST_CONFIDENCE)}" != crs:
        findings.add("shapefile.prj_unknown", file, found=f"{system.name} / {crs}")


def _check_length(shape: bytes, name: str, *, file: str, findings: Findings) -> None:
    """Tell a file that is shorter than its header says."""
    stated = 2 * int.from_bytes(shape[24:28], "big")
    if len(shape) < stated:
        findings.add("shapefile.damaged", file, found=f"{name} {len(shape):,} / {stated:,}")


def _count_records(shape: bytes) -> int:
    """Return how many records a .shp holds: each states its own length."""
    at, n_records = _HEADER_BYTES, 0
    while at + _INDEX_BYTES <= len(shape):
        at += _INDEX_BYTES + 2 * int.from_bytes(shape[at + 4 : at + 8], "big")
        n_records += at <= len(shape)
    return n_records


def _check_table(
    table: bytes, codepage: bytes | None, *, file: str, findings: Findings
) -> tuple[int, list[str]] | None:
    """Hold the .dbf to the rules; return its count and the identifiers in it."""
    n_records = int.from_bytes(table[4:8], "little")
    head, width = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    fields = _fields(table, head)
    needed = head + n_records * width
    if width < 1 or len(table) < needed or not fields or fields[-1].start + fields[-1].width > width:
        findings.add("shapefile.damaged", file, found=f"dbf {len(table):,} / {needed:,}")
        return None
    for field in fields:
        if not field.name.isascii():
            findings.add("shapefile.field_name", file, found=field.name)
    rows = np.frombuffer(table, dtype=np.uint8, count=n_records * width, offset=head).reshape(-1, width)
    encoding = _encoding(codepage)
    ids: list[str] = []
    for field in fields:
        if field.kind != "C":
            continue
        cells = np.ascontiguousarray(rows[:, field.start : field.start + field.width])
        texts = cells.view(f"S{field.width}").ravel() if field.width else np.array([], dtype="S1")
        if field.name == ID_CODE.encode():
            ids = [bytes(cell).decode(encoding or "utf-8", "replace").strip() for cell in texts]
        _check_texts(texts, field, encoding, file=file, findings=findings)
    return n_records, ids


def _fields(table: bytes, head: int) -> list[_Field]:
    """Return the columns of the table; none where its header is no header."""
    fields = []
    start = 1  # the first byte of a row tells whether it was deleted
    at = _TABLE_HEADER_BYTES
    while at + _FIELD_BYTES <= min(head, len(table)) and table[at] != _END_OF_FIELDS:
        name = table[at : at + 11].split(b"\x00", 1)[0]
        fields.append(_Field(name, chr(table[at + 11]), start, table[at + 16]))
        start += table[at + 16]
        at += _FIELD_BYTES
    return fields


def _encoding(codepage: bytes | None) -> str | None:
    """Return the encoding that a .cpg names; None where it names none that is known."""
    if codepage is None:
        return None
    words = codepage.decode("ascii", "replace").strip().lower()
    for name in (words, f"cp{words.removeprefix('ansi ').strip()}", words.replace("iso 88", "iso-88")):
        try:
            return codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
    return None


def _check_texts(
    texts: NDArray[np.bytes_], field: _Field, encoding: str | None, *, file: str, findings: Findings
) -> None:
    """Tell texts that are none in the stated encoding."""
    if encoding is None:
        return
    try:
        b"\n".join(texts).decode(encoding)
    except UnicodeDecodeError:
        wrong = [row for row, cell in enumerate(texts) if not _is_text(bytes(cell), encoding)]
        names = [f"{field.name.decode('ascii', 'replace')}[{row}]" for row in range(len(texts))]
        findings.add_rows("shapefile.text", file, np.array(wrong, dtype=np.int64), ids=names)


def _is_text(cell: bytes, encoding: str) -> bool:
    """Tell bytes that can be read in an encoding."""
    try:
        cell.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
