"""What an examination came to, as files of its folder: one of JSON, one per table.

The process that opened the foreign file writes them; the process that may not open it reads them, and
takes them for no more than they are held to be. Tables are read when they are asked for: until a
planner confirms, the page has no need of the rows.
"""

from __future__ import annotations

import json
import os
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from weakref import finalize

import geopandas as gpd

from spatial import errors
from spatial.errors import AtlasError, UndecidedError, UnreadableFileError
from spatial.importing.isolation.frame_files import read_frame, write_frame
from spatial.importing.isolation.job_folder import open_left
from spatial.importing.isolation.left_document import OUTCOME_FILE, read_document
from spatial.importing.isolation.own_copy import OwnCopy
from spatial.importing.isolation.plain_values import ForeignOutcomeError, from_plain, of_kind, to_plain
from spatial.importing.model import (
    REJECTED_COLUMNS,
    Decision,
    Encoding,
    Examination,
    FieldState,
    ImportResult,
    LayerInfo,
    Preview,
    Question,
    Subject,
)
from spatial.notice import Notice
from spatial.text import catalogue

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    import pandas as pd

__all__ = ["OUTCOME_FILE", "read_outcome", "write_error", "write_outcome"]

_LARGEST_DOCUMENT: Final = 20_000_000
_MOST_VALUES: Final = 2_000_000
_TABLES: Final = ("frame", "rejected", "rejected_source")
_ENDING: Final = ".arrow"
_ERRORS: Final = {name: getattr(errors, name) for name in errors.__all__}

_PLAIN: Final[dict[str, Any]] = {
    "name": str,
    "kind": str,
    "sha256": str,
    "layers": tuple,
    "headers": tuple,
    "sample": tuple,
    "decisions": tuple,
    "questions": tuple,
    "fields": tuple,
    "preview": (Preview, type(None)),
    "details": dict,
}
_ITEMS: Final[dict[str, Any]] = {
    "layers": LayerInfo,
    "headers": str,
    "sample": tuple,
    "decisions": Decision,
    "questions": Question,
    "fields": FieldState,
    "notices": Notice,
    "warnings": Notice,
}
_RESULT: Final[dict[str, Any]] = {
    "name": str,
    "n_in": int,
    "n_used": int,
    "row_unit": str,
    "crs": str,
    "encoding": Encoding,
    "decisions": tuple,
    "columns": dict,
    "notices": tuple,
    "warnings": tuple,
    "sha256": str,
}


def write_outcome(folder: Path, examination: Examination) -> None:
    """Write an examination into ``folder``."""
    document: dict[str, Any] = {name: to_plain(getattr(examination, name)) for name in _PLAIN}
    result = examination.result
    if result is not None:
        document["result"] = {name: to_plain(getattr(result, name)) for name in _RESULT}
        document["result"]["subject"] = str(result.subject)
        document["result"]["tables"] = {
            name: write_frame(getattr(result, name), folder / (name + _ENDING)) for name in _TABLES
        }
    _write(folder, {"examination": document})


def write_error(folder: Path, error: AtlasError) -> None:
    """Write the refusal of a file into ``folder``."""
    document: dict[str, Any] = {
        "class": type(error).__name__,
        "key": error.key,
        "params": to_plain(error.params),
    }
    if isinstance(error, UndecidedError):
        document["questions"] = to_plain(error.questions)
    _write(folder, {"error": document})


def _write(folder: Path, document: dict[str, Any]) -> None:
    (folder / OUTCOME_FILE).write_text(json.dumps(document), encoding="ascii")


def read_outcome(folder: Path) -> Examination:
    """Read the examination that a process left in ``folder``, which is not needed afterwards.

    Raises
    ------
    AtlasError
        The refusal that the process wrote, of the class it was.
    ForeignOutcomeError
        If the files are not what they must be.
    """
    held = read_document(folder, largest=_LARGEST_DOCUMENT, most_values=_MOST_VALUES)
    if "error" in held:
        raise _error(of_kind(held["error"], dict))
    try:
        return _examination(of_kind(held["examination"], dict), folder)
    except (KeyError, TypeError, RuntimeError) as fault:
        raise ForeignOutcomeError("examination") from fault


def _error(document: dict[str, Any]) -> AtlasError:
    """Return the error that a document describes; only classes and texts of our own are known."""
    try:
        kind = _ERRORS[document["class"]]
        params = of_kind(from_plain(document["params"]), dict)
        if document["key"] not in catalogue():
            raise ForeignOutcomeError("key")
        if "questions" in document:
            params["questions"] = _tuple_of(from_plain(document["questions"]), Question)
        error: AtlasError = kind(document["key"], **params)
        error.message("en")
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as fault:
        raise ForeignOutcomeError("error") from fault
    return error


def _examination(document: dict[str, Any], folder: Path) -> Examination:
    held = _fields(document, _PLAIN)
    for row in held["sample"]:
        _tuple_of(row, str)
    result = document.get("result")
    return Examination(**held, result=None if result is None else _result(of_kind(result, dict), folder))


def _fields(document: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a document, each of the kind that it must be."""
    held = {}
    for name, kind in expected.items():
        value = of_kind(from_plain(document[name]), kind)
        held[name] = _tuple_of(value, _ITEMS[name]) if name in _ITEMS else value
    return held


def _tuple_of(values: object, kind: type) -> tuple[Any, ...]:
    found: tuple[Any, ...] = of_kind(values, tuple)
    for value in found:
        of_kind(value, kind)
    return found


def _result(document: dict[str, Any], folder: Path) -> ImportResult:
    held = _fields(document, _RESULT)
    for pair in held["columns"].items():
        _tuple_of(pair, str)
    try:
        held["subject"] = Subject(document["subject"])
    except ValueError as fault:
        raise ForeignOutcomeError("subject") from fault
    described = of_kind(document["tables"], dict)
    tables = {name: _HeldTable(folder, name, of_kind(described[name], dict)) for name in _TABLES}
    return _HeldResult.held(held, tables)


class _HeldTable:
    """A table that is read when it is asked for, out of a file that has lost its name by then."""

    def __init__(self, folder: Path, name: str, description: dict[str, Any]) -> None:
        self.name = name
        self.description = description
        self.n_rows: int = of_kind(description["n_rows"], int)
        self._frame: pd.DataFrame | None = None
        self._lock = Lock()
        try:
            source: BinaryIO = open_left(folder / (name + _ENDING))
        except OSError as fault:
            raise ForeignOutcomeError("table") from fault
        if os.name != "posix":  # there, an open file cannot be removed
            with source:
                source = BytesIO(source.read())
        self._source = source
        self._close = finalize(self, source.close)

    def frame(self) -> pd.DataFrame:
        """Return the table.

        Raises
        ------
        ForeignOutcomeError
            If it is not what it must be.
        """
        with self._lock:
            if self._frame is None:
                self._frame = self._read()
                self._close()
            return self._frame

    def _read(self) -> pd.DataFrame:
        copy = OwnCopy(self._source)
        frame = read_frame(copy.reader(), self.description, copy.forget_pages)
        if self.name == "frame" and not isinstance(frame, gpd.GeoDataFrame):
            raise ForeignOutcomeError("frame")
        if self.name == "rejected" and tuple(frame.columns) != REJECTED_COLUMNS:
            raise ForeignOutcomeError("rejected")
        return frame


class _HeldResult(ImportResult):
    """A result whose tables stay in their files until they are asked for."""

    _tables: dict[str, _HeldTable]

    @classmethod
    def held(cls, fields: dict[str, Any], tables: dict[str, _HeldTable]) -> _HeldResult:
        """Return the result of these fields and tables.

        Raises
        ------
        ForeignOutcomeError
            If the rows do not add up.
        """
        result = cls.__new__(cls)
        for name, value in (*fields.items(), ("_tables", tables)):
            object.__setattr__(result, name, value)
        _hold_count(result)
        return result

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - called for what is not there yet
        if name not in _TABLES:
            raise AttributeError(name)
        try:
            frame = self._tables[name].frame()
        except ForeignOutcomeError as fault:
            raise UnreadableFileError("guard.reader_stopped", name=self.name) from fault
        object.__setattr__(self, name, frame)
        return frame

    @property
    def n_reported(self) -> int:
        """Rows that are not used."""
        return self._n_rows("rejected")

    @property
    def n_features_out(self) -> int:
        """Rows of the frame."""
        return self._n_rows("frame")

    def _n_rows(self, name: str) -> int:
        return len(self.__dict__[name]) if name in self.__dict__ else self._tables[name].n_rows


def _hold_count(result: ImportResult) -> None:
    """Hold the count a second time, on this side: each row is used or reported.

    Raises
    ------
    ForeignOutcomeError
        If the rows do not add up.
    """
    if result.n_in != result.n_used + result.n_reported or result.n_features_out > result.n_used:
        raise ForeignOutcomeError("count")
