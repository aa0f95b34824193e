"""Reading the tables and JSON files of a plan pack into records, strictly.

A missing or unknown column, an empty required cell, a number that is none or a word outside its
list is refused with the file, the record and the field; nothing is skipped or guessed.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from spatial.errors import PackError
from spatial.plan_records import Bilingual, Document, Evidence, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["read_document", "read_findings", "read_records"]

Record = TypeVar("Record")


_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_WHOLE_NUMBER: Final = re.compile(r"-?\d+", re.ASCII)
_NUMBER_COLUMNS: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], object], str]]] = {
    "int": (_WHOLE_NUMBER, int, "plan.not_a_whole_number"),
    "int | None": (_WHOLE_NUMBER, int, "plan.not_a_whole_number"),
    "float | None": (_NUMBER, float, "plan.not_a_number"),
}
_REQUIRED: Final = frozenset({"str", "int"})

_JSON_NAMES: Final = {str: "string", int: "number", list: "array", dict: "object", type(None): "null"}
_OPTIONAL: Final = (str, type(None))
_DOCUMENT_SHAPE: Final[Mapping[str, tuple[type, ...]]] = {
    "document_id": (str,),
    "title": _OPTIONAL,
    "short_zh": (str,),
    "short_en": (str,),
    "issuer": _OPTIONAL,
    "date": _OPTIONAL,
    "period": _OPTIONAL,
    "level": (str,),
    "sha256": (str,),
    "characters": (int,),
    "notes": (list,),
}
_FINDING_SHAPE: Final[Mapping[str, tuple[type, ...]]] = {
    "finding_id": (str,),
    "kind": (str,),
    "title": (dict,),
    "detail": (dict,),
    "evidence": (list,),
    "touches": (list,),
}
_EVIDENCE_SHAPE: Final[Mapping[str, tuple[type, ...]]] = {
    "document_id": (str,),
    "section_id": (str,),
    "text": (str,),
}
_BILINGUAL_SHAPE: Final[Mapping[str, tuple[type, ...]]] = {"zh": (str,), "en": (str,)}


def _read_text(path: Path) -> str:
    """Return the UTF-8 text of ``path`` (a byte order mark is dropped)."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise PackError("plan.missing_file", path=path.name) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = type(error).__name__
        raise PackError("plan.unreadable_file", path=path.name, reason=reason) from error


def _read_json(path: Path) -> object:
    try:
        return json.loads(_read_text(path))
    except json.JSONDecodeError as error:
        raise PackError("plan.not_json", path=path.name, row=error.lineno) from error


def read_records(path: Path, record_type: type[Record]) -> tuple[Record, ...]:
    """Return one ``record_type`` per row of the CSV file ``path``.

    The columns are the fields of ``record_type``, in any order.

    Raises
    ------
    PackError
        If the file cannot be read, or a column or cell is not as the record demands.
    """
    reader = csv.reader(io.StringIO(_read_text(path), newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise PackError("plan.unreadable_file", path=path.name, reason=str(error)) from error
    header = rows[0][1] if rows else []
    _check_header(path, header, [field.name for field in fields(record_type)])  # type: ignore[arg-type]
    return tuple(_record(path, record_type, header, *numbered) for numbered in rows[1:])


def _check_header(path: Path, header: Sequence[str], expected: Sequence[str]) -> None:
    if sorted(header) == sorted(expected):
        return
    missing = ", ".join(name for name in expected if name not in header)
    extra = ", ".join(name for i, name in enumerate(header) if name not in expected or name in header[:i])
    raise PackError("plan.wrong_columns", path=path.name, missing=missing, extra=extra)


def _record(
    path: Path, record_type: type[Record], header: Sequence[str], line: int, row: Sequence[str]
) -> Record:
    if len(row) != len(header):
        raise PackError("plan.wrong_cell_count", path=path.name, row=line)
    cells = dict(zip(header, row, strict=True))
    identity = row[0] or f"#{line}"
    values = {
        field.name: _cell(cells[field.name], str(field.type), path=path, record=identity, field=field.name)
        for field in fields(record_type)  # type: ignore[arg-type]
    }
    return record_type(**values)


def _cell(cell: str, kind: str, *, path: Path, record: str, field: str) -> object:
    """Return the value of a cell whose record field is annotated as ``kind``."""
    if kind in _REQUIRED and not cell.strip():
        raise PackError("plan.empty_cell", path=path.name, record=record, field=field)
    if kind not in _NUMBER_COLUMNS:
        return cell
    if not cell:
        return None
    pattern, convert, complaint = _NUMBER_COLUMNS[kind]
    if not pattern.fullmatch(cell):
        raise PackError(complaint, path=path.name, record=record, field=field, value=cell)
    return convert(cell)


def read_document(path: Path) -> Document:
    """Return the document that ``document.json`` describes; null stays None.

    Raises
    ------
    PackError
        If the file cannot be read or a field is missing, unknown or of the wrong type.
    """
    values = _object(_read_json(path), path=path, record=path.parent.name, shape=_DOCUMENT_SHAPE)
    notes = tuple(_bilingual(note, path=path, record=path.parent.name) for note in values["notes"])
    return Document(**{**values, "notes": notes})


def read_findings(path: Path) -> tuple[Finding, ...]:
    """Return the findings of a ``findings*.json`` file.

    Raises
    ------
    PackError
        If the file cannot be read or a field is missing, unknown or of the wrong type.
    """
    entries = _read_json(path)
    if not isinstance(entries, list):
        raise PackError("plan.not_a_list", path=path.name)
    return tuple(_finding(entry, path=path, number=i) for i, entry in enumerate(entries, start=1))


def _finding(entry: object, *, path: Path, number: int) -> Finding:
    values = _object(entry, path=path, record=f"#{number}", shape=_FINDING_SHAPE)
    record = str(values["finding_id"])
    evidence = (_object(item, path=path, record=record, shape=_EVIDENCE_SHAPE) for item in values["evidence"])
    return Finding(
        finding_id=record,
        kind=values["kind"],
        title=_bilingual(values["title"], path=path, record=record),
        detail=_bilingual(values["detail"], path=path, record=record),
        evidence=tuple(Evidence(**item) for item in evidence),
        touches=tuple(str(item) for item in values["touches"]),
    )


def _bilingual(entry: object, *, path: Path, record: str) -> Bilingual:
    return Bilingual(**_object(entry, path=path, record=record, shape=_BILINGUAL_SHAPE))


def _object(
    entry: object, *, path: Path, record: str, shape: Mapping[str, tuple[type, ...]]
) -> dict[str, Any]:
    if not isinstance(entry, dict) or set(entry) != set(shape):
        given = set(entry) if isinstance(entry, dict) else set()
        missing = ", ".join(sorted(set(shape) - given))
        extra = ", ".join(sorted(given - set(shape)))
        raise PackError("plan.wrong_fields", path=path.name, record=record, missing=missing, extra=extra)
    for field, types in shape.items():
        value = entry[field]
        if not isinstance(value, types) or isinstance(value, bool) or value == "":
            names = " | ".join(_JSON_NAMES[kind] for kind in types)
            shown = json.dumps(value, ensure_ascii=False)[:60]
            raise PackError(
                "plan.wrong_type", path=path.name, record=record, field=field, value=shown, expected=names
            )
    return entry
