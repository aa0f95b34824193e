"""KML text to placemarks: parsed as a stream, document types refused, nothing in it followed.

Only what a placemark holds itself is taken: names, texts, extended data and geometry. Links, overlays,
models, tracks and styles are counted by name.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

from spatial.errors import UnreadableFileError
from spatial.importing.model import Encoding
from spatial.importing.readers.geometry_lists import GeometryFaultError
from spatial.text_decoding import to_utf8

if TYPE_CHECKING:
    from spatial.limits import Limits

__all__ = ["KmlText", "Placemark", "read_kml_text"]

_DECLARATION: Final = re.compile(r"[\s\ufeff]*<\?xml\b[^>]*?\?>")
_DECLARED_ENCODING: Final = re.compile(rb"""^\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_CHINESE: Final = {"gb2312", "gbk", "gb18030", "gb_2312-80", "cp936", "x-gbk"}
_MOST_DEPTH: Final = 64
_AXES: Final = 2
_WITH_HEIGHT: Final = 3

_FOLDERS: Final = ("Folder", "Document")
# Elements of a placemark whose text is a column, by what they stand in.
_TEXTS: Final = {
    "Placemark": ("name", "description", "address", "phoneNumber", "Snippet", "snippet"),
    "TimeStamp": ("when",),
    "TimeSpan": ("begin", "end"),
}
_SIMPLE: Final = ("Point", "LineString", "LinearRing", "Polygon")
_NOT_READ: Final = ("Model", "Track", "MultiTrack")
_NOT_FOLLOWED: Final = ("NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay", "Tour")
_OWN_COLUMNS: Final = ("id", "folder", *chain.from_iterable(_TEXTS.values()))


@dataclass
class Placemark:
    """A placemark as it stands.

    Attributes
    ----------
    folders : tuple of str
        Names of the folders around it, the outermost first.
    properties : dict
        Texts by column.
    geometry : dict or None
        As GeoJSON has it, its coordinates unchecked.
    fault : tuple or None
        Field, value and reason of what keeps it out already.
    """

    folders: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    geometry: dict[str, Any] | None = None
    fault: tuple[str, str, str] | None = None


@dataclass
class KmlText:
    """The placemarks of a KML text, what else it holds by name, and its encoding."""

    placemarks: list[Placemark]
    not_followed: Counter[str]
    encoding: Encoding


@dataclass
class _Shape:
    """A geometry that is being read: what it is, and what is in it so far."""

    kind: str
    positions: list[list[float]] = field(default_factory=list)
    rings: list[list[list[float]]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)


def read_kml_text(data: bytes, *, name: str, encoding: str | None, limits: Limits) -> KmlText:
    """Return what a KML text holds.

    Raises
    ------
    UnreadableFileError
        If it is no XML, declares a document type, or is nested too deep.
    LimitExceededError
        If it passes a named limit.
    """
    declared = _DECLARED_ENCODING.match(data)
    stated = declared.group(1).decode("ascii").lower() if declared and not encoding else None
    known = "gb18030" if stated in _CHINESE else stated if stated == "big5" else None
    text = to_utf8(data, name=name, encoding=encoding or known)
    characters = text.data.decode()
    target = _Target(name, limits)
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    try:
        # In one piece: a token that arrives in many is scanned again with each.
        parser.feed(_without_declaration(characters))
        parser.close()
    except DefusedXmlException as fault:
        raise UnreadableFileError("vector.kml_dtd", name=name) from fault
    except ParseError as fault:
        line, column = fault.position
        raise UnreadableFileError("vector.kml_not_xml", name=name, line=line, column=column + 1) from fault
    source = "format" if known else text.source
    return KmlText(target.placemarks, target.not_followed, Encoding(text.encoding, source))


def _without_declaration(characters: str) -> str:
    """Return a text without the encoding that it states, its lines still where they were."""
    found = _DECLARATION.match(characters)
    return characters if found is None else "\n" * found.group().count("\n") + characters[found.end() :]


class _Target:
    """Takes the events of the parser; holds one placemark at a time besides those that are done."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.placemarks: list[Placemark] = []
        self.not_followed: Counter[str] = Counter()
        self._name = name
        self._limits = limits
        self._path: list[str] = []
        self._folders: list[list[str]] = []
        self._placemark: Placemark | None = None
        self._shapes: list[_Shape] = []
        self._datum: str | None = None
        self._text: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        local = tag.rpartition("}")[2]
        self._path.append(local)
        if len(self._path) > _MOST_DEPTH:
            raise UnreadableFileError(
                "vector.xml_nesting", name=self._name, value=len(self._path), allowed=_MOST_DEPTH
            )
        if local in _NOT_FOLLOWED or (local in _NOT_READ and self._placemark is None):
            self.not_followed[local] += 1
        if self._placemark is None:
            self._start_around(local, attributes)
        else:
            self._start_inside(local, attributes)

    def _start_around(self, local: str, attributes: dict[str, str]) -> None:
        """Begin an element outside any placemark."""
        if local in _FOLDERS:
            self._folders.append([])
        elif local == "Placemark":
            self._limits.check("features", len(self.placemarks) + 1)
            around = (folder[0] if folder else "" for folder in self._folders)
            self._placemark = Placemark(tuple(around))
            if attributes.get("id"):
                self._placemark.properties["id"] = attributes["id"]
        elif local == "name" and self._folders and self._path[-2] in _FOLDERS:
            self._text = []

    def _start_inside(self, local: str, attributes: dict[str, str]) -> None:
        """Begin an element inside a placemark."""
        if local in _SIMPLE or local == "MultiGeometry":
            self._shapes.append(_Shape(local))
        elif local in _NOT_READ:
            self._fault("geometry", local, "vector.reason_kml_geometry")
        elif local == "Data" and self._path[-2] == "ExtendedData":
            self._datum = attributes.get("name", "")
        elif local == "SimpleData":
            self._datum, self._text = attributes.get("name", ""), []
        elif self._is_text(local) or local == "coordinates" or (local == "value" and self._datum is not None):
            self._text = []
        elif self._path[-2] == "ExtendedData" and local != "SchemaData":
            self._datum, self._text = local, []

    def data(self, characters: str) -> None:
        """Take characters."""
        if self._text is not None:
            self._text.append(characters)

    def end(self, tag: str) -> None:
        """End an element."""
        local = tag.rpartition("}")[2]
        text = None if self._text is None else "".join(self._text)
        if self._placemark is None:
            self._end_around(local, text)
        else:
            self._end_inside(self._placemark, local, text)
        self._path.pop()

    def _end_around(self, local: str, text: str | None) -> None:
        """End an element outside any placemark."""
        if local in _FOLDERS and self._folders:
            self._folders.pop()
        elif local == "name" and text is not None:
            self._folders[-1][:] = [text.strip()]
            self._text = None

    def _end_inside(self, placemark: Placemark, local: str, text: str | None) -> None:
        """End an element inside a placemark."""
        if local == "Placemark":
            self.placemarks.append(placemark)
            self._placemark, self._datum, self._text = None, None, None
            self._shapes.clear()
        elif self._shapes and local == self._shapes[-1].kind:
            self._end_shape(placemark, self._shapes.pop())
        elif text is not None and local == "coordinates":
            self._text = None
            self._take_positions(text)
        elif text is not None and self._datum is not None and local in {"value", "SimpleData", self._datum}:
            self._put(placemark, _own_name(self._datum), text.strip())
            self._datum = self._text = None
        elif text is not None and self._is_text(local):
            self._put(placemark, local, text.strip())
            self._text = None
        elif local == "Data":
            self._datum = None

    def _put(self, placemark: Placemark, column: str, text: str) -> None:
        """Add a text to a placemark; one that stands twice with another value keeps it out."""
        if placemark.properties.setdefault(column, text) != text:
            self._fault(column, text, "vector.reason_repeated_data")

    def _fault(self, name: str, value: str, key: str) -> None:
        """Note the first fault of the placemark."""
        if self._placemark is not None and self._placemark.fault is None:
            self._placemark.fault = (name, value[:80], key)

    def _is_text(self, local: str) -> bool:
        """Tell an element whose text is a column of its own."""
        return local in _TEXTS.get(self._path[-2], ())

    def _take_positions(self, text: str) -> None:
        """Take the positions of the geometry that is being read."""
        if not self._shapes:
            return
        try:
            self._shapes[-1].positions = read_positions(text)
        except GeometryFaultError as fault:
            self._fault("coordinates", fault.value, fault.key)

    def _end_shape(self, placemark: Placemark, shape: _Shape) -> None:
        """Give a finished geometry to what it is part of."""
        outer = self._shapes[-1] if self._shapes else None
        if shape.kind == "LinearRing" and outer is not None and outer.kind == "Polygon":
            # An outer boundary may stand after the inner ones.
            at = 0 if "outerBoundaryIs" in self._path else len(outer.rings)
            outer.rings.insert(at, shape.positions)
            return
        finished = _as_geojson(shape)
        if outer is not None:
            outer.members.append(finished)
        elif placemark.geometry is None:
            placemark.geometry = finished
        else:
            placemark.geometry = _joined([placemark.geometry, finished])

    def close(self) -> None:
        """End the text."""


def read_positions(text: str) -> list[list[float]]:
    """Return the positions of a ``coordinates`` element, whose numbers stand between commas and blanks.

    Raises
    ------
    GeometryFaultError
        If one is not two or three numbers.
    """
    tuples = ",".join(part.strip() for part in text.split(",")).split()
    positions = [position.split(",") for position in tuples]
    if "_" in text or any(not _AXES <= len(position) <= _WITH_HEIGHT for position in positions):
        raise GeometryFaultError("vector.reason_coordinates", text.strip())
    try:
        # A comma may end a position, but none may stand for a missing longitude or latitude.
        return [
            [float(number) for at, number in enumerate(position) if number or at < _AXES]
            for position in positions
        ]
    except ValueError:
        raise GeometryFaultError("vector.reason_coordinates", text.strip()) from None


def _own_name(datum: str) -> str:
    """Return the column of an extended datum, beside those that every placemark has."""
    return f"{datum} (ExtendedData)" if datum in _OWN_COLUMNS else datum or "Data"


def _as_geojson(shape: _Shape) -> dict[str, Any]:
    """Return a geometry as GeoJSON has it."""
    positions = [_without_zero_height(position) for position in shape.positions]
    if shape.kind == "MultiGeometry":
        return _joined(shape.members)
    if shape.kind == "Polygon":
        rings = [[_without_zero_height(position) for position in ring] for ring in shape.rings]
        return {"type": "Polygon", "coordinates": rings}
    if shape.kind == "Point":
        return {"type": "Point", "coordinates": positions[0] if len(positions) == 1 else positions}
    return {"type": "LineString", "coordinates": positions}


def _without_zero_height(position: list[float]) -> list[float]:
    """Return a position without a height of zero, which says nothing."""
    zero = len(position) == _WITH_HEIGHT and math.isclose(position[-1], 0.0)
    return position[:_AXES] if zero else position


def _joined(members: list[dict[str, Any]]) -> dict[str, Any]:
    """Return several geometries as one, of one type where they are of one."""
    kinds = {str(member["type"]) for member in members}
    if len(kinds) == 1 and (kind := kinds.pop()) in {"Point", "LineString", "Polygon"}:
        return {"type": f"Multi{kind}", "coordinates": [member["coordinates"] for member in members]}
    return {"type": "GeometryCollection", "geometries": members}
