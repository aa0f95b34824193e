"""KML of a hand-over package: a file per layer in WGS 84, for virtual globes.

Aliases are the display names of typed fields; a missing value has no element, an empty text an empty
one. Written and read here, because the drivers at hand add columns of styles, split texts at blanks or
drop the types.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd
import shapely

from spatial.crs import WEB_CRS
from spatial.errors import LimitExceededError, PackageError
from spatial.export.fields import ID_CODE, FieldType
from spatial.export.formats.file_frames import (
    NO_XML,
    PACKAGE_LIMITS,
    checked_file,
    finish_frame,
    layer_in,
    refuse_unstorable,
    unique_aliases,
)
from spatial.export.model import WrittenFile
from spatial.export.wording import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from spatial.export.fields import Field
    from spatial.export.model import ExportLayer, PackageContent
    from spatial.limits import Limits

__all__ = ["read", "write"]

_FORMAT: Final = "kml"
_MAGIC: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n<kml '
_NAMESPACE: Final = "http://www.opengis.net/kml/2.2"
_TAG: Final = f"{{{_NAMESPACE}}}"
_MOST_INT: Final = 2**31 - 1
# A parser turns this into a line feed unless it is written as a number.
_LINE_ENDS: Final = {"\r": "&#13;"}
_NAME_CODE: Final = "MC"
# GDAL reads "true" as nought; either spelling is allowed.
_TRUTH: Final[Mapping[str, bool]] = {"1": True, "0": False}


def write(content: PackageContent, directory: Path) -> tuple[WrittenFile, ...]:
    """Write ``kml/<layer>.kml`` for every layer.

    Raises
    ------
    ExportRefusedError
        If a text holds a character that XML cannot write, or a number is infinite.
    """
    written = []
    for layer in content.layers:
        refuse_unstorable(layer, format_name="KML", illegal=NO_XML)
        relative = _relative(layer)
        path = directory / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(_lines(content, layer))
        written.append(WrittenFile.of_layer(layer, relative, format_name=_FORMAT, crs=WEB_CRS))
    return tuple(written)


def read(
    directory: Path, layer: ExportLayer, *, content: PackageContent, limits: Limits = PACKAGE_LIMITS
) -> gpd.GeoDataFrame:
    """Read one layer back, as `ExportLayer.features` holds it.

    Raises
    ------
    PackageError
        If the file is no KML of ours, is damaged, or is not what the layer says.
    LimitExceededError
        If it passes a limit.
    """
    del content  # the layer says all
    path = checked_file(directory / _relative(layer), magic=_MAGIC, limits=limits)
    data = path.read_bytes()
    # A document type may define entities that grow without end, or name files of this machine.
    if b"<!DOCTYPE" in data:
        raise PackageError("format.damaged", file=path.name)
    codes = [field.code for field in layer.fields]
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    kinds = {field.code: field.type for field in layer.fields}
    try:
        for placemark in _placemarks(data):
            limits.check("features", len(rows) + 1)
            rows.append(_values(placemark, kinds))
            shapes.append(_geometry(placemark))
    except LimitExceededError:
        raise
    except (ET.ParseError, ValueError, LookupError, TypeError, shapely.errors.GEOSException) as fault:
        raise PackageError("format.damaged", file=path.name) from fault
    columns = pd.DataFrame({code: pd.Series([row.get(code) for row in rows], dtype=object) for code in codes})
    geometry = np.empty(len(shapes), dtype=object)
    geometry[:] = shapes
    return finish_frame(columns, layer, geometry=geometry, crs=WEB_CRS, file=path.name)


def _relative(layer: ExportLayer) -> PurePosixPath:
    """Return the path of a layer's file in the package."""
    return PurePosixPath("kml", f"{layer.name}.kml")


def _text(words: str) -> str:
    """Return a text as the content of an element."""
    return escape(words, _LINE_ENDS)


def _lines(content: PackageContent, layer: ExportLayer) -> Iterator[str]:
    """Yield the lines of a file."""
    yield f'{_MAGIC.decode()}xmlns="{_NAMESPACE}">\n<Document id={quoteattr(layer.name)}>\n'
    yield f"<name>{_text(layer.title.zh)}</name>\n"
    words = [said(layer.about, "abstract")["zh"], said(content.about, "disclaimer")["zh"]]
    yield f"<description>{_text('；'.join(filter(None, words)))}</description>\n"
    yield '<Schema name="fields" id="fields">\n'
    names = unique_aliases(layer.fields)
    for field in layer.fields:
        kind = _kind(layer.features[field.code], field)
        yield f'<SimpleField type="{kind}" name={quoteattr(field.code)}>'
        yield f"<displayName>{_text(names[field.code])}</displayName></SimpleField>\n"
    yield f"</Schema>\n<Folder>\n<name>{_text(layer.title.zh)}</name>\n"
    codes = [field.code for field in layer.fields]
    frame = layer_in(layer, WEB_CRS)
    columns = [_words(frame[field.code], field) for field in layer.fields]
    at_name = codes.index(_NAME_CODE) if _NAME_CODE in codes else codes.index(ID_CODE)
    for shape, *values in zip(frame.geometry, *columns, strict=True):
        yield f"<Placemark><name>{values[at_name] or ''}</name>\n"
        yield '<ExtendedData><SchemaData schemaUrl="#fields">'
        for code, value in zip(codes, values, strict=True):
            if value is not None:
                yield f'<SimpleData name="{code}">{value}</SimpleData>'
        yield f"</SchemaData></ExtendedData>\n{_shape(shape)}</Placemark>\n"
    yield "</Folder>\n</Document>\n</kml>\n"


def _kind(values: pd.Series, field: Field) -> str:
    """Return KML's name of a field's type; its ``int`` has 32 bits."""
    if field.type is FieldType.INTEGER:
        small = not len(values.dropna()) or int(values.abs().max()) <= _MOST_INT
        return "int" if small else "double"
    return {FieldType.REAL: "double", FieldType.BOOLEAN: "bool"}.get(field.type, "string")


def _words(values: pd.Series, field: Field) -> list[str | None]:
    """Return a column as the contents of elements, None where a value is missing."""
    if field.type is FieldType.BOOLEAN:
        return [None if pd.isna(value) else str(int(value)) for value in values]
    if field.type is FieldType.INTEGER:
        return [None if pd.isna(value) else str(int(value)) for value in values]
    if field.type is FieldType.REAL:
        return [None if pd.isna(value) else repr(float(value)) for value in values]
    return [None if value is None else _text(value) for value in values]


def _shape(shape: shapely.Geometry) -> str:
    """Return a geometry as KML."""
    if isinstance(shape, shapely.Point):
        return f"<Point><coordinates>{shape.x!r},{shape.y!r}</coordinates></Point>"
    parts = []
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        rings = [f"<outerBoundaryIs>{_ring(part.exterior)}</outerBoundaryIs>"]
        rings += [f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>" for ring in part.interiors]
        parts.append(f"<Polygon>{''.join(rings)}</Polygon>")
    return f"<MultiGeometry>{''.join(parts)}</MultiGeometry>"


def _ring(ring: shapely.LinearRing) -> str:
    """Return a ring as KML."""
    positions = " ".join(f"{x!r},{y!r}" for x, y in shapely.get_coordinates(ring).tolist())
    return f"<LinearRing><coordinates>{positions}</coordinates></LinearRing>"


def _placemarks(data: bytes) -> Iterator[ET.Element]:
    """Yield the placemarks of a file, each forgotten once it was used."""
    # The first bytes declared UTF-8, so no other encoding can hide a document type from the check.
    for _, element in ET.iterparse(BytesIO(data), events=("end",)):  # noqa: S314 - no document type, see above
        if element.tag == f"{_TAG}Placemark":
            yield element
            element.clear()


def _values(placemark: ET.Element, kinds: Mapping[str, FieldType]) -> dict[str, Any]:
    """Return the values of a placemark by code."""
    found: dict[str, Any] = {}
    for element in placemark.iter(f"{_TAG}SimpleData"):
        code, words = element.attrib["name"], element.text or ""
        kind = kinds[code]
        if kind is FieldType.BOOLEAN:
            found[code] = _TRUTH[words]
        elif kind is FieldType.INTEGER:
            found[code] = int(words)
        else:
            found[code] = float(words) if kind is FieldType.REAL else words
    return found


def _geometry(placemark: ET.Element) -> shapely.Geometry:
    """Return the geometry of a placemark."""
    point = placemark.find(f"{_TAG}Point")
    if point is not None:
        return shapely.Point(_positions(point)[0])
    polygons = []
    for polygon in placemark.iterfind(f"{_TAG}MultiGeometry/{_TAG}Polygon"):
        shells = [_positions(ring) for ring in polygon.iterfind(f"{_TAG}outerBoundaryIs")]
        holes = [_positions(ring) for ring in polygon.iterfind(f"{_TAG}innerBoundaryIs")]
        polygons.append(shapely.Polygon(shells[0], holes))
    return shapely.MultiPolygon(polygons)


def _positions(element: ET.Element) -> list[list[float]]:
    """Return the positions below an element."""
    words = element.findtext(f".//{_TAG}coordinates", default="")
    return [[float(number) for number in position.split(",")] for position in words.split()]
