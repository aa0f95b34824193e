"""GeoJSON in plain Python: strict JSON, named limits, no address ever followed.

The parser accepts RFC 7946 and the named reference systems of the 2008 specification. It refuses
``NaN``, repeated keys, a ``crs`` that points elsewhere, and the formats that only look alike.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from spatial.errors import MissingCrsError, UnknownCrsError, UnreadableFileError, UnsupportedFormatError
from spatial.strict_json import check_depth, parse_json
from spatial.text_decoding import decode_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.limits import Limits

__all__ = [
    "GEOJSON_TYPES",
    "GEOMETRY_TYPES",
    "Feature",
    "FeatureCollection",
    "property_text",
    "read_geojson",
    "read_position",
]

GEOMETRY_TYPES: Final = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
GEOJSON_TYPES: Final = (*GEOMETRY_TYPES, "Feature", "FeatureCollection")
_EPSG_NAME: Final = re.compile(
    r"(?:epsg:|urn:ogc:def:crs:epsg:[\d.]*:|https?://www\.opengis\.net/def/crs/epsg/[\d.]+/)(\d{1,6})"
)
_CRS84_NAME: Final = re.compile(
    r"(?:ogc:crs84|crs:84|urn:ogc:def:crs:ogc:[\d.]*:crs84|https?://www\.opengis\.net/def/crs/ogc/[\d.]+/crs84)"
)
_MAX_POSITION: Final = 3
_WHOLE_NUMBERS: Final = 2**53


@dataclass(frozen=True)
class Feature:
    """One feature as it stands in the file.

    Attributes
    ----------
    index : int
        0-based place among the features.
    feature_id : str
        The feature's own ``id`` as text, ``""`` without one.
    properties : mapping
        JSON values by name.
    geometry : mapping or None
        The geometry object, unchecked but for its type.
    """

    index: int
    feature_id: str
    properties: Mapping[str, Any]
    geometry: Mapping[str, Any] | None


@dataclass(frozen=True)
class FeatureCollection:
    """The features of a file, its encoding and the reference system that it names.

    ``crs`` is ``None`` where the file names none, which for RFC 7946 means WGS 84.
    """

    features: tuple[Feature, ...]
    encoding: str
    crs: str | None


def read_geojson(
    data: bytes, *, name: str, limits: Limits, encoding: str | None = None, crs_stated: bool = False
) -> FeatureCollection:
    """Parse a GeoJSON file.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        File name, for messages alone.
    limits : Limits
        Size, depth, features and columns are held to it.
    encoding : str or None
        The stated encoding, if any.
    crs_stated : bool
        Whether the caller states the reference system, so that an explicit ``"crs": null`` is no
        obstacle.

    Raises
    ------
    UnreadableFileError
        If the text is not strict JSON.
    UnsupportedFormatError
        If it is JSON of another kind, or its ``crs`` points to an address.
    LimitExceededError
        If a named limit is passed.
    """
    limits.check("upload_bytes", len(data))
    decoded = decode_text(data, name=name, encoding=encoding)
    document = _parse(decoded.characters, name=name, limits=limits)
    features = _features(document, name=name, limits=limits)
    check_depth(document, limits)
    crs = _named_crs(document, name=name, crs_stated=crs_stated)
    return FeatureCollection(features, decoded.encoding, crs)


def read_position(position: object) -> tuple[float, float, bool] | None:
    """Return longitude or easting, latitude or northing and whether a height was dropped.

    None where the value is not an array of two or more finite numbers.
    """
    if not isinstance(position, list) or len(position) < 2:  # noqa: PLR2004 - a position has two axes
        return None
    for value in position:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
    try:
        x, y = float(position[0]), float(position[1])
    except OverflowError:
        return None
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    return x, y, len(position) >= _MAX_POSITION


def property_text(value: object) -> str:
    """Return a value as text: words as they are, nothing as ``""``, whole numbers without a point."""
    if isinstance(value, str):
        return value
    # Columns of GeoParquet hold arrays, which compare member by member.
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN differs from itself
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE_NUMBERS:
        return str(int(value))
    return str(value)


def _parse(characters: str, *, name: str, limits: Limits) -> dict[str, Any]:
    """Return the JSON object of the text."""
    document = parse_json(characters, name=name, limits=limits)
    if not isinstance(document, dict):
        raise UnsupportedFormatError("error.not_geojson", name=name, found="JSON")
    return document


def _features(document: dict[str, Any], *, name: str, limits: Limits) -> tuple[Feature, ...]:
    """Return the features of a document of whichever GeoJSON kind."""
    kind = document.get("type")
    if kind == "FeatureCollection":
        raw = document.get("features")
    elif kind == "Feature":
        raw = [document]
    elif kind in GEOMETRY_TYPES:
        raw = [{"type": "Feature", "geometry": document, "properties": None}]
    else:
        found = _look_alike(document)
        raise UnsupportedFormatError("error.not_geojson", name=name, found=found)
    if not isinstance(raw, list):
        raise UnreadableFileError("error.geojson_without_features", name=name)
    limits.check("features", len(raw))
    features = tuple(_feature(item, index, name=name) for index, item in enumerate(raw))
    columns = {key for feature in features for key in feature.properties}
    limits.check("columns", len(columns))
    if not features:
        raise UnreadableFileError("error.geojson_without_features", name=name)
    longest = max((len(v) for f in features for v in f.properties.values() if isinstance(v, str)), default=0)
    limits.check("cell_characters", longest)
    return features


def _feature(item: object, index: int, *, name: str) -> Feature:
    """Return one checked feature."""
    if not isinstance(item, dict) or item.get("type") != "Feature":
        raise UnreadableFileError("error.geojson_not_a_feature", name=name, index=index)
    properties, geometry = item.get("properties"), item.get("geometry")
    if not isinstance(properties, dict | None):
        raise UnreadableFileError("error.geojson_not_a_feature", name=name, index=index)
    known = isinstance(geometry, dict) and geometry.get("type") in GEOMETRY_TYPES
    return Feature(index, property_text(item.get("id")), properties or {}, geometry if known else None)


def _look_alike(document: dict[str, Any]) -> str:
    """Name the format that a JSON object without a GeoJSON type looks like."""
    kind = document.get("type")
    if kind == "Topology":
        return "TopoJSON"
    if kind == "gdal_streamed_alg":
        return "GDALG"
    if "geometryType" in document or "spatialReference" in document:
        return "Esri JSON"
    return str(kind)[:40] if kind is not None else "JSON"


def _named_crs(document: dict[str, Any], *, name: str, crs_stated: bool) -> str | None:
    """Return the reference system that the file names, as the rest of the library writes it."""
    if "crs" not in document:
        return None
    member = document["crs"]
    if member is None:
        if crs_stated:
            return None
        raise MissingCrsError("error.geojson_crs_null", name=name)
    if not isinstance(member, dict) or member.get("type") != "name":
        kind = member.get("type") if isinstance(member, dict) else type(member).__name__
        raise UnsupportedFormatError("error.geojson_crs_link", name=name, kind=str(kind)[:40])
    properties = member.get("properties")
    printed = properties.get("name") if isinstance(properties, dict) else None
    words = str(printed).strip().lower()
    if _CRS84_NAME.fullmatch(words):
        return "wgs84"
    found = _EPSG_NAME.fullmatch(words)
    if not found:
        raise UnknownCrsError("error.geojson_crs_name", name=name, crs=str(printed)[:80])
    return f"EPSG:{found.group(1)}"
