"""KML and KMZ as a source layer: placemarks with their texts, extended data and geometry in WGS 84.

All placemarks of a file are one layer with the path of their folders as a column, so that none is left
behind by a choice. The planner is asked only where folders of the outermost level differ in what they
draw (points here, areas there), or an archive holds several KML files; all together is then one answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.errors import UndecidedError, UnreadableFileError
from spatial.importing.model import Choice, LayerInfo, Question, Rejection, SourceLayer, StatedCrs
from spatial.importing.readers.archive import open_archive
from spatial.importing.readers.geometry_lists import GeometryFaultError, GeometryLists
from spatial.importing.readers.kml_text import Placemark, read_kml_text
from spatial.importing.readers.property_columns import PropertyColumns
from spatial.importing.readers.zip_content import member_suffix
from spatial.notice import Notice

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.importing.model import Encoding, ReadOptions
    from spatial.limits import Limits

__all__ = ["ALL_LAYERS", "list_layers", "read_layer"]

ALL_LAYERS: Final = "*"
"""The answer that takes every folder or file together."""

_ZIP: Final = b"PK"
_ROOT: Final = "/"
_SHOWN: Final = 10
_NAME: Final = "name"
_FOLDER: Final = "folder"
_JOIN: Final = "/"
_WGS84: Final = StatedCrs("wgs84", "format")
_DIMENSION: Final = {
    "Point": "Point",
    "MultiPoint": "Point",
    "LineString": "LineString",
    "MultiLineString": "LineString",
    "Polygon": "Polygon",
    "MultiPolygon": "Polygon",
}


@dataclass
class _Content:
    """The placemarks of a file by layer, and what stands beside them."""

    kind: str
    encoding: Encoding
    layers: dict[str, list[tuple[int, Placemark]]] = field(default_factory=dict)
    not_followed: Counter[str] = field(default_factory=Counter)
    ignored: list[str] = field(default_factory=list)
    must_choose: bool = False


def list_layers(path: Path, *, name: str, options: ReadOptions) -> tuple[LayerInfo, ...]:
    """Return the outermost folders or the KML files of an archive, where there are several.

    Raises
    ------
    UnreadableFileError, UnsupportedFormatError, LimitExceededError
        If the file is refused.
    """
    content = _read(path, name=name, options=options)
    infos = [LayerInfo(layer, len(found), _kind_of(found)) for layer, found in content.layers.items()]
    return tuple(infos) if len(infos) > 1 else (infos[0]._replace(name=""),)


def read_layer(path: Path, *, name: str, options: ReadOptions) -> SourceLayer:
    """Read placemarks; rows are counted as placemarks of the file, from 0.

    Parameters
    ----------
    path : pathlib.Path
        A private copy of the file.
    name : str
        File name, for messages alone.
    options : ReadOptions
        The layer, `ALL_LAYERS` for all together; encoding where it is stated, and limits.

    Raises
    ------
    UndecidedError
        If the file has layers that differ and none is stated.
    UnreadableFileError
        If it is no KML, declares a document type, or has no placemark.
    UnsupportedFormatError, LimitExceededError
        If the archive is refused, or a named limit is passed.
    """
    content = _read(path, name=name, options=options)
    chosen = _choose(content, options.layer, name)
    return _layer(content, chosen, options.limits)


def _read(path: Path, *, name: str, options: ReadOptions) -> _Content:
    """Return the placemarks of a KML or KMZ file by layer.

    Raises
    ------
    UnreadableFileError
        If there is none.
    """
    limits = options.limits
    limits.check("upload_bytes", path.stat().st_size)
    with path.open("rb") as file:
        packed = file.read(len(_ZIP)) == _ZIP
    texts, ignored = _unpack(path, name, limits) if packed else ({"": path.read_bytes()}, [])
    content: _Content | None = None
    n_placemarks = 0
    for member, data in texts.items():
        left = replace(limits, features=max(limits.features - n_placemarks, 0))
        found = read_kml_text(data, name=name, encoding=options.encoding, limits=left)
        content = content or _Content("KMZ" if packed else "KML", found.encoding, ignored=ignored)
        content.not_followed.update(found.not_followed)
        for placemark in found.placemarks:
            layer = member if len(texts) > 1 else _outermost(placemark)
            content.layers.setdefault(layer, []).append((n_placemarks, placemark))
            n_placemarks += 1
    if content is None:
        raise UnreadableFileError("vector.kml_without_member", name=name)
    if not n_placemarks:
        if content.not_followed:
            what = sorted(content.not_followed)
            raise UnreadableFileError("vector.kml_only_elsewhere", name=name, what=what)
        raise UnreadableFileError("vector.kml_without_placemarks", name=name)
    differ = len({_kind_of(found) for found in content.layers.values()}) > 1
    content.must_choose = len(content.layers) > 1 and (len(texts) > 1 or differ)
    return content


def _unpack(path: Path, name: str, limits: Limits) -> tuple[dict[str, bytes], list[str]]:
    """Return the KML files of an archive, and the names of its other members."""
    with open_archive(path, name, limits) as archive:
        texts = {
            member.name: archive.read(member)
            for member in archive.members
            if member_suffix(member.name) == ".kml"
        }
        return texts, [member.name for member in archive.members if member.name not in texts]


def _outermost(placemark: Placemark) -> str:
    """Return the folder of the outermost level: that of the document itself is no choice."""
    return placemark.folders[1] or _ROOT if len(placemark.folders) > 1 else _ROOT


def _kind_of(found: list[tuple[int, Placemark]]) -> str | None:
    """Return what placemarks draw, None where they draw several kinds or none."""
    kinds = {_DIMENSION.get(str(mark.geometry["type"])) for _, mark in found if mark.geometry is not None}
    return kinds.pop() if len(kinds) == 1 else None


def _choose(content: _Content, layer: str | None, name: str) -> list[tuple[int, Placemark]]:
    """Return the placemarks of the stated layer, or of all."""
    everything = [row for found in content.layers.values() for row in found]
    everything.sort(key=lambda row: row[0])
    if layer and layer != ALL_LAYERS:
        if layer not in content.layers:
            layers = [*content.layers, ALL_LAYERS]
            raise UnreadableFileError("error.unknown_layer", name=name, layer=layer, layers=layers)
        return content.layers[layer]
    if layer is None and content.must_choose:
        said = {"name": name, "layers": list(content.layers)}
        choices = [
            Choice(one, Notice("vector.kml_layer", {"layer": one, "n": len(found)}))
            for one, found in content.layers.items()
        ]
        choices.append(Choice(ALL_LAYERS, Notice("vector.kml_all", {"n": len(everything)})))
        question = Question(
            what="layer", why=Notice("vector.kml_layers", said), flag="--layer", choices=tuple(choices)
        )
        raise UndecidedError("vector.kml_layers", questions=(question,), **said)
    return everything


def _layer(content: _Content, chosen: list[tuple[int, Placemark]], limits: Limits) -> SourceLayer:
    """Return placemarks as a source layer."""
    columns, geometries = PropertyColumns(limits), GeometryLists(limits)
    places: list[int] = []
    rejected: list[Rejection] = []
    set_aside: list[dict[str, str]] = []
    for place, mark in chosen:
        properties = _with_folder(mark)
        fault = mark.fault
        try:
            if fault is None and mark.geometry is not None:
                geometries.add(len(places), mark.geometry)
        except GeometryFaultError as found:
            fault = ("coordinates", found.value, found.key)
        if fault is None:
            columns.add(properties)
            places.append(place)
        else:
            rejected.append(Rejection(place, *fault))
            set_aside.append(properties)
    table = columns.frame().fillna("")
    cells = tuple(tuple(row.get(column, "") for column in table.columns) for row in set_aside)
    return SourceLayer(
        name="",
        kind=content.kind,
        table=table,
        rows=np.array(places, dtype=np.int64),
        row_unit="feature",
        encoding=content.encoding,
        geometry=geometries.built(len(places)),
        crs=_WGS84,
        rejected=tuple(rejected),
        rejected_cells=cells,
        notices=_notices(content, geometries),
        warnings=_warnings(geometries, places),
    )


def _with_folder(mark: Placemark) -> dict[str, str]:
    """Return the texts of a placemark that say something, with the path of its folders."""
    folder = _JOIN.join(name for name in mark.folders[1:] if name)
    texts = {column: text for column, text in mark.properties.items() if text}
    own = {_NAME: texts.pop(_NAME)} if _NAME in texts else {}
    return own | ({_FOLDER: folder} if folder else {}) | texts


def _notices(content: _Content, geometries: GeometryLists) -> tuple[Notice, ...]:
    """Return what was left out."""
    notices = [
        Notice("vector.kml_not_followed", {"what": what, "n": n})
        for what, n in sorted(content.not_followed.items())
    ]
    if content.ignored:
        ignored = content.ignored[: _SHOWN + 1]
        notices.append(Notice("vector.kmz_ignored", {"n": len(content.ignored), "members": ignored}))
    if geometries.n_heights:
        notices.append(Notice("vector.heights_dropped", {"n": geometries.n_heights}))
    return tuple(notices)


def _warnings(geometries: GeometryLists, places: list[int]) -> tuple[Notice, ...]:
    """Return what was mended."""
    if not geometries.closed:
        return ()
    shown = [str(places[at]) for at in geometries.closed[: _SHOWN + 1]]
    return (Notice("vector.rings_closed", {"n": len(geometries.closed), "rows": shown}),)
