"""GeoJSON as a source layer: a collection, one feature, a bare geometry, or one feature a line.

A feature that is not as it should be is set aside with its index and reason, and never fails the file;
text that is no JSON is refused with line and column. A ``crs`` that names a system is passed on, one that
points elsewhere is refused and never followed. Without one the format means WGS 84.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spatial.errors import UnreadableFileError, UnsupportedFormatError
from spatial.file_kinds import file_suffix
from spatial.geojson import GEOJSON_TYPES, GEOMETRY_TYPES, property_text
from spatial.importing.model import Encoding, LayerInfo, Rejection, SourceLayer, StatedCrs
from spatial.importing.readers.foreign_text import foreign_json
from spatial.importing.readers.geometry_lists import GeometryFaultError, GeometryLists
from spatial.importing.readers.json_text import JsonText
from spatial.importing.readers.property_columns import PropertyColumns
from spatial.limits import DEFAULT_LIMITS, Limits
from spatial.notice import Notice
from spatial.text_decoding import to_utf8

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from spatial.importing.model import ReadOptions, RowUnit

__all__ = ["list_layers", "read_layer", "system_of_member"]

KIND: Final = "GeoJSON"
_LINE_SUFFIXES: Final = (".geojsonl", ".geojsons", ".ndjson", ".jsonl", ".geojsonseq")
_RECORD_SEPARATOR: Final = b"\x1e"
_FORM_FEED: Final = "\x0c"
"""Stands for the record separator, which is no character of a text; JSON holds neither."""
_LINES_LOOKED_AT: Final = 20
_FEATURE_ID: Final = "id"
_SHOWN_ROWS: Final = 10
_WGS84: Final = StatedCrs("wgs84", "format")
_CRS84_NAME: Final = re.compile(
    r"(?:ogc:|crs:|urn:ogc:def:crs:ogc:[\d.]*:|https?://www\.opengis\.net/def/crs/ogc/[\d.]+/)?(?:crs)?84h?"
)
_CODE_NAME: Final = re.compile(
    r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?(epsg|esri)[:/](?:[\d.]*[:/])?(\d{1,6})"
)
_MOST_OF_A_NAME: Final = 4000
_SHOWN_CHARACTERS: Final = 80


@dataclass
class _Rows:
    """Features on their way from the text: sound ones in columns and geometries, the others set aside."""

    limits: Limits
    unit: RowUnit
    places: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    set_aside: list[Mapping[str, Any]] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = PropertyColumns(self.limits)
        self.geometries = GeometryLists(self.limits)

    def add(self, place: int, item: object, text: JsonText, *, alone: bool = False) -> None:
        """Take a feature, or set it aside with the first fault that keeps it out.

        A feature that is ``alone`` the document may name its system, which is the document's.
        """
        self.limits.check("features", len(self.places) + len(self.rejected) + 1)
        fault = _fault_of_form(item, text, alone=alone)
        if fault is not None:
            self.reject(place, *fault, item)
            return
        assert isinstance(item, dict)  # noqa: S101 - what has no fault of form is an object
        if item.get("type") in GEOMETRY_TYPES:
            item = {"geometry": item}
        geometry = item.get("geometry")
        try:
            if geometry is not None:
                self.geometries.add(len(self.places), geometry)
        except GeometryFaultError as found:
            self.reject(place, "geometry", found.value, found.key, item)
            return
        self.columns.add(item.get("properties") or {})
        self.ids.append(item.get(_FEATURE_ID))
        self.places.append(place)

    def reject(self, place: int, name: str, value: object, key: str, item: object = None) -> None:
        """Set a feature aside."""
        self.rejected.append(Rejection(place, _whole(name), _whole(str(value)[:_SHOWN_CHARACTERS]), key))
        properties = item.get("properties") if isinstance(item, dict) else None
        self.set_aside.append(properties if isinstance(properties, dict) else {})


def list_layers(path: Path, *, name: str, options: ReadOptions) -> tuple[LayerInfo, ...]:  # noqa: ARG001
    """Return the one layer that a GeoJSON file is; its features are not counted."""
    return (LayerInfo("", None, None),)


def read_layer(path: Path, *, name: str, options: ReadOptions) -> SourceLayer:
    """Read the features of a GeoJSON file.

    Rows are counted as features from 0; where each line is a feature, as lines from 1.

    Parameters
    ----------
    path : pathlib.Path
        A private copy of the file.
    name : str
        File name, for messages and for what its suffix says of lines.
    options : ReadOptions
        Encoding where it is stated, and limits.

    Raises
    ------
    UnreadableFileError
        If it is no text, no JSON, or holds no features.
    UnsupportedFormatError
        If it is JSON of another format, or its ``crs`` points elsewhere.
    LimitExceededError
        If a named limit is passed.
    """
    limits = options.limits
    limits.check("upload_bytes", path.stat().st_size)
    data = path.read_bytes()
    marked = data.replace(_RECORD_SEPARATOR, _FORM_FEED.encode()) if _RECORD_SEPARATOR in data else data
    text = to_utf8(marked, name=name, encoding=options.encoding)
    characters = text.data.decode()
    del data, marked
    encoding = Encoding(text.encoding, text.source)
    if options.layer:
        raise UnreadableFileError("vector.one_layer", name=name, layer=options.layer)
    crs: StatedCrs | None = _WGS84
    if _FORM_FEED in characters and not characters.partition(_FORM_FEED)[0].strip():
        rows = _read_records(characters, name=name, limits=limits)
    elif _is_lines(characters, name):
        rows = _read_lines(characters, name=name, limits=limits)
    else:
        rows, crs = _read_document(characters, name=name, limits=limits)
    if not rows.places and not rows.rejected:
        raise UnreadableFileError("error.geojson_without_features", name=name)
    return _layer(rows, crs, encoding)


def system_of_member(member: object, *, name: str) -> StatedCrs | None:
    """Return the system that a ``crs`` member names, None where it says that there is none.

    Raises
    ------
    UnsupportedFormatError
        If it points to an address or a file, which is never followed.
    """
    if member is None:
        return None
    kind = member.get("type") if isinstance(member, dict) else type(member).__name__
    properties = member.get("properties") if isinstance(member, dict) else None
    if isinstance(properties, dict) and str(kind).upper() == "EPSG":
        # The form before 2008.
        properties = {"name": f"EPSG:{property_text(properties.get('code'))}"}
    elif kind != "name" or not isinstance(properties, dict):
        raise UnsupportedFormatError("error.geojson_crs_link", name=name, kind=str(kind)[:40])
    printed = _whole(str(properties.get("name")).strip()[:_MOST_OF_A_NAME])
    words = printed.lower()
    if _CRS84_NAME.fullmatch(words):
        return StatedCrs("wgs84", "member")
    code = _CODE_NAME.fullmatch(words)
    if code:
        return StatedCrs(f"{code.group(1).upper()}:{code.group(2)}", "member")
    if "://" in printed or printed.startswith(("/", "\\", "+init", "@")):
        raise UnsupportedFormatError("error.geojson_crs_link", name=name, kind="URL")
    return StatedCrs(printed, "member")


def _fault_of_form(item: object, text: JsonText, *, alone: bool) -> tuple[str, object, str] | None:
    """Return field, value and reason of what is no feature; None for a feature or a bare geometry."""
    if not isinstance(item, dict):
        return "type", item, "vector.reason_not_feature"
    kind = item.get("type")
    if kind != "Feature" and kind not in GEOMETRY_TYPES:
        return "type", kind, "vector.reason_not_feature"
    if text.repeated is not None:
        return text.repeated, "", "vector.reason_repeated_key"
    if text.has_half_character(item):
        return "properties", "", "vector.reason_half_character"
    if item.get("crs") is not None and not alone:
        return "crs", item["crs"], "vector.reason_own_crs"
    return _fault_of_members(item) if kind == "Feature" else None


def _fault_of_members(feature: Mapping[str, Any]) -> tuple[str, object, str] | None:
    """Return field, value and reason of a feature whose properties or geometry are no objects."""
    properties, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(properties, dict | None):
        return "properties", properties, "vector.reason_properties"
    if not isinstance(geometry, dict | None):
        return "geometry", geometry, "vector.reason_geometry_type"
    return None


def _is_lines(characters: str, name: str) -> bool:
    """Tell a text in which each line is a feature of its own."""
    begins = characters[: 1 << 16].lstrip("\r\n ")
    head = [line for line in begins.split("\n")[: _LINES_LOOKED_AT + 1] if line.strip()]
    first = characters.lstrip("\r\n ").split("\n", 1)
    if len(first) > 1 and _is_feature(first[0]) and first[1].lstrip().startswith("{"):
        return True
    if file_suffix(name) not in _LINE_SUFFIXES:
        return False
    # A collection under a name of lines, printed over several of them, is still a collection.
    return not _is_object(characters) and any(_is_feature(line) for line in head)


def _is_object(characters: str) -> bool:
    """Tell text that is one JSON object as a whole."""
    try:
        return isinstance(json.loads(characters), dict)
    except (ValueError, RecursionError):
        return False


def _is_feature(line: str) -> bool:
    """Tell a line that is a whole feature or geometry."""
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(item, dict) and item.get("type") in (*GEOMETRY_TYPES, "Feature")


def _read_lines(characters: str, *, name: str, limits: Limits) -> _Rows:
    """Read a feature from each line."""
    text = JsonText(characters, name=name, limits=limits)
    rows = _Rows(limits, "line")
    for number, line in enumerate(characters.split("\n"), start=1):
        if line.strip():
            _add_text(rows, number, line.strip(), text)
    return _held_to_json(rows, name)


def _read_records(characters: str, *, name: str, limits: Limits) -> _Rows:
    """Read a feature from each record that begins with a separator, over however many lines it goes."""
    text = JsonText(characters, name=name, limits=limits)
    rows = _Rows(limits, "feature")
    records = [record.strip() for record in characters.split(_FORM_FEED)]
    for at, record in enumerate(record for record in records if record):
        _add_text(rows, at, record, text)
    return _held_to_json(rows, name)


def _held_to_json(rows: _Rows, name: str) -> _Rows:
    """Return the rows of a text; one in which nothing at all is JSON is refused."""
    if not rows.places and all(row.reason_key == "vector.reason_not_json" for row in rows.rejected):
        raise UnreadableFileError("error.not_json", name=name, line=1, column=1)
    return rows


def _add_text(rows: _Rows, place: int, record: str, text: JsonText) -> None:
    """Take the feature of a line or record."""
    try:
        item = text.read_line(record)
    except json.JSONDecodeError:
        rows.reject(place, "", record, "vector.reason_not_json")
        rows.limits.check("features", len(rows.places) + len(rows.rejected))
        return
    rows.add(place, item, text)


def _read_document(characters: str, *, name: str, limits: Limits) -> tuple[_Rows, StatedCrs | None]:
    """Read the features of a document of whichever GeoJSON type."""
    text = JsonText(characters, name=name, limits=limits)
    rows = _Rows(limits, "feature")

    def take(item: object) -> None:
        place = len(rows.places) + len(rows.rejected)
        rows.add(place, item, text)

    document = text.read_document(take)
    foreign = foreign_json(document)
    if foreign is not None:
        raise UnsupportedFormatError(foreign.key, name=name, found=foreign.found)
    kind = document.get("type")
    if kind not in GEOJSON_TYPES:
        found = str(kind)[:40] if kind is not None else "JSON"
        raise UnsupportedFormatError("vector.refused_json", name=name, found=found)
    if kind == "FeatureCollection":
        if not isinstance(document.get("features"), list) or document["features"]:
            raise UnreadableFileError("error.geojson_without_features", name=name)
    else:
        rows = _Rows(limits, "feature")
        rows.add(0, document, text, alone=True)
    crs = system_of_member(document["crs"], name=name) if "crs" in document else _WGS84
    return rows, crs


def _layer(rows: _Rows, crs: StatedCrs | None, encoding: Encoding) -> SourceLayer:
    """Return the features as a source layer."""
    table, clashes = _with_ids(rows.columns.frame(), rows.ids)
    notices = []
    if rows.geometries.n_heights:
        notices.append(Notice("vector.heights_dropped", {"n": rows.geometries.n_heights}))
    if clashes:
        notices.append(Notice("vector.feature_id_kept", {"column": clashes}))
    warnings = []
    closed = [rows.places[at] for at in rows.geometries.closed]
    if closed:
        shown = [str(place) for place in closed[: _SHOWN_ROWS + 1]]
        warnings.append(Notice("vector.rings_closed", {"n": len(closed), "rows": shown}))
    if rows.columns.n_constants:
        warnings.append(Notice("vector.constants_as_text", {"n": rows.columns.n_constants}))
    return SourceLayer(
        name="",
        kind=KIND,
        table=table,
        rows=np.array(rows.places, dtype=np.int64),
        row_unit=rows.unit,
        encoding=encoding,
        geometry=rows.geometries.built(len(rows.places)),
        crs=crs,
        rejected=tuple(rows.rejected),
        rejected_cells=_cells(rows.set_aside, list(table.columns)),
        notices=tuple(notices),
        warnings=tuple(warnings),
    )


def _with_ids(table: pd.DataFrame, ids: list[Any]) -> tuple[pd.DataFrame, str]:
    """Return the table with the features' own ids, and their column where a property has their name."""
    columns = PropertyColumns(DEFAULT_LIMITS)
    for value in ids:
        columns.add({_FEATURE_ID: value})
    if all(value is None for value in ids):
        return table, ""
    own = columns.frame()[_FEATURE_ID]
    if _FEATURE_ID not in table:
        table.insert(0, _FEATURE_ID, own)
        return table, ""
    if [property_text(value) for value in table[_FEATURE_ID]] == [property_text(value) for value in own]:
        return table, ""
    column = "feature_id"
    while column in table:
        column += "_"
    table.insert(0, column, own)
    return table, column


def _cells(set_aside: list[Mapping[str, Any]], columns: list[str]) -> tuple[tuple[str, ...], ...]:
    """Return the properties of features that were set aside, as cells of the columns."""
    return tuple(
        tuple(_printed(properties.get(column)) for column in columns) if properties else ()
        for properties in set_aside
    )


def _printed(value: object) -> str:
    """Return a value of a feature that was set aside, whatever is the matter with it."""
    return _whole(property_text(value))


def _whole(words: str) -> str:
    """Return words that can be written: half of a character becomes a question mark."""
    return words.encode("utf-8", "replace").decode()
