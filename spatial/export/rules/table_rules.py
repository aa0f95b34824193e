"""CSV and XLSX: heads, rows, and cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError

import numpy as np
from defusedxml import DefusedXmlException  # type: ignore[import-untyped]

from spatial.errors import UnreadableFileError
from spatial.export.formula_guard import guard
from spatial.text_decoding import decode_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatial.export.rules.report import Findings
    from spatial.limits import Limits

__all__ = ["TableIds", "check_csv", "check_workbook"]

TableIds = tuple[int, list[str]]
"""Rows of a table, and the cells of its first column."""

_MARK: Final = b"\xef\xbb\xbf"
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?")
_DASHES: Final = re.compile(r"[-–—+]+")
_SEPARATORS: Final = ",;\t"
_PARTS: Final = ("[Content_Types].xml", "xl/workbook.xml")
_ACTIVE: Final = re.compile(r"(?:.*/)?(?:vbaProject\.bin|externalLinks/.+|embeddings/.+|activeX/.+)")


def check_csv(
    data: bytes, *, file: str, limits: Limits, findings: Findings, heads: Sequence[str] | None = None
) -> TableIds | None:
    """Hold a CSV to the rules.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        How faults name it.
    limits : Limits
        Rows are held to it.
    findings : Findings
        Takes the faults.
    heads : sequence of str or None
        The heads that the data dictionary asks for.

    Returns
    -------
    tuple or None
        Rows below the head and the first cell of each; None where it is no table.
    """
    findings.families.add("table")
    try:
        characters, encoding = decode_text(data, name=file)
    except UnreadableFileError:
        findings.add("table.not_text", file)
        return None
    if encoding == "utf-8" and not data.startswith(_MARK) and not characters.isascii():
        findings.add("table.bom_missing", file)
    first = characters.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        rows: list[list[str]] = []
        for row in csv.reader(io.StringIO(characters, newline=""), delimiter=separator):
            limits.check("rows", len(rows))
            rows.append(row)
    except csv.Error as fault:
        findings.add("table.not_text", file, found=fault)
        return None
    if not rows or not any(rows[0]):
        findings.add("table.not_text", file)
        return None
    head, body = rows[0], [(line, row) for line, row in enumerate(rows[1:], start=2) if row]
    _check_heads(head, heads, rule="table.header_differs", file=file, findings=findings)
    names = [f"{line}" for line, _ in body]
    ragged = [at for at, (_, row) in enumerate(body) if len(row) != len(head)]
    findings.add_rows(
        "table.ragged",
        file,
        np.array(ragged, dtype=np.int64),
        ids=names,
        found=[f"{len(body[at][1])} / {len(head)}" for at in ragged],
    )
    risky = {at: cell for at, (_, row) in enumerate(body) for cell in reversed(row) if is_risky(cell)}
    risky_rows = np.array(list(risky), dtype=np.int64)
    findings.add_rows("table.formula", file, risky_rows, ids=names, found=list(risky.values()))
    for cell in filter(is_risky, head):
        findings.add("table.formula", file, found=cell)
    return len(body), [row[0] for _, row in body]


def is_risky(cell: str) -> bool:
    """Tell a cell that a spreadsheet might compute: numbers and dashes are none."""
    if guard(cell) == cell or cell.startswith("'"):
        return False
    return not (_NUMBER.fullmatch(cell.strip()) or _DASHES.fullmatch(cell.strip()))


def _check_heads(
    head: Sequence[Any], wanted: Sequence[str] | None, *, rule: str, file: str, findings: Findings
) -> None:
    """Tell heads that are repeated or not those of the data dictionary."""
    twice = [str(name) for name, n in Counter(head).items() if n > 1 and name]
    if twice and rule.startswith("table"):
        findings.add("table.header_duplicate", file, found=", ".join(twice))
    if wanted is not None and list(head) != list(wanted):
        strange = [str(name) for name in head if name not in wanted]
        lacking = [name for name in wanted if name not in head]
        findings.add(rule, file, found=f"+{strange} -{lacking}")


def check_workbook(
    data: bytes,
    *,
    file: str,
    limits: Limits,
    findings: Findings,
    sheets: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, TableIds]:
    """Hold an XLSX workbook to the rules.

    Parameters
    ----------
    sheets : mapping or None
        Sheet to its heads, as the data dictionary asks for them; other parameters as for `check_csv`.

    Returns
    -------
    dict
        Sheet to its rows below the head and the first cell of each.
    """
    findings.families.add("xlsx")
    if not _is_workbook(data, file=file, limits=limits, findings=findings):
        return {}
    import openpyxl  # type: ignore[import-untyped] # noqa: PLC0415 - a fifth of a second that few calls need

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        found = {
            sheet.title: _check_sheet(sheet, (sheets or {}).get(sheet.title), file, limits, findings)
            for sheet in book.worksheets
        }
    except (
        zipfile.BadZipFile,
        zlib.error,
        DefusedXmlException,
        ParseError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        EOFError,
        OSError,
        IndexError,
    ) as fault:
        if isinstance(fault, UnreadableFileError) or fault.__class__.__module__.startswith("spatial"):
            raise
        findings.add("xlsx.not_workbook", file, found=type(fault).__name__)
        return {}
    for name in sheets or ():
        if name not in found:
            findings.add("xlsx.sheet_missing", file, found=name)
    return found


def _is_workbook(data: bytes, *, file: str, limits: Limits, findings: Findings) -> bool:
    """Tell a workbook that may be opened, by the directory of its archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        findings.add("xlsx.not_workbook", file)
        return False
    limits.check("package_members", len(members))
    limits.check("unpacked_bytes", sum(member.file_size for member in members))
    names = {member.filename for member in members}
    if not names.issuperset(_PARTS):
        findings.add("xlsx.not_workbook", file)
        return False
    for name in sorted(names):
        if _ACTIVE.fullmatch(name):
            findings.add("xlsx.active_content", file, found=name)
    return True


def _check_sheet(
    sheet: Any,  # noqa: ANN401 - the library gives no types
    wanted: Sequence[str] | None,
    file: str,
    limits: Limits,
    findings: Findings,
) -> TableIds:
    """Hold one sheet to the rules."""
    first: list[str] = []
    for number, row in enumerate(sheet.iter_rows()):
        limits.check("rows", number)
        limits.check("columns", len(row))
        for cell in row:
            if cell.data_type == "f":
                findings.add(
                    "xlsx.formula", file, feature_id=f"{sheet.title}!{cell.coordinate}", found=cell.value
                )
        if number == 0:
            head = [cell.value for cell in row]
            _check_heads(head, wanted, rule="xlsx.header_differs", file=file, findings=findings)
        else:
            first.append("" if not row or row[0].value is None else str(row[0].value))
    return len(first), first
