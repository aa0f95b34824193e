"""RFC 7946: what a parsed GeoJSON text must be, told feature by feature."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spatial.export.fields import ID_CODE
from spatial.export.rules.path_rules import check_paths
from spatial.export.rules.position_rules import check_bbox, check_positions
from spatial.export.rules.positions import DEPTHS, Coordinates, flatten, parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatial.export.rules.report import Findings

__all__ = ["GEOMETRY_TYPES", "ParsedLayer", "check_geojson"]

GEOMETRY_TYPES: Final = (*DEPTHS, "GeometryCollection")

_CRS84_NAMES: Final = re.compile(
    r"(?:ogc:crs84|crs:84|urn:ogc:def:crs:ogc:[\d.]*:crs84|https?://www\.opengis\.net/def/crs/ogc/[\d.]+/crs84)",
    re.IGNORECASE,
)
_RESERVED: Final[Mapping[str, tuple[str, ...]]] = {
    "FeatureCollection": ("coordinates", "geometries", "geometry", "properties"),
    "Feature": ("coordinates", "geometries", "features"),
}
_RESERVED_IN_GEOMETRY: Final = ("geometry", "properties", "features")
_COLLECTION: Final = "FeatureCollection"


@dataclass(frozen=True, kw_only=True)
class ParsedLayer:
    """The features of a file.

    Attributes
    ----------
    document : dict
        The outermost object.
    features : list of dict
        Every member of ``features`` that is an object.
    ids : list of str
        How each feature is named in a report: its id, else its place in the file.
    coordinates : Coordinates
        Of the features whose arrays are sound.
    """

    document: dict[str, Any]
    features: list[dict[str, Any]]
    ids: list[str]
    coordinates: Coordinates


def check_geojson(document: object, *, file: str, findings: Findings) -> ParsedLayer | None:
    """Hold a JSON value to the rules of GeoJSON.

    Returns
    -------
    ParsedLayer or None
        What further rules work on; None where there is no feature to speak of.
    """
    findings.families.add("geojson")
    if not isinstance(document, dict):
        findings.add("geojson.not_object", file, found=type(document).__name__)
        return None
    raw = _raw_features(document, file=file, findings=findings)
    if raw is None:
        return None
    features = _objects(raw, file=file, findings=findings)
    if not features:
        findings.add("geojson.features_empty", file)
    ids = [_name(feature, at) for at, feature in enumerate(features)]
    _check_ids(features, ids, file=file, findings=findings)
    _check_members(features, ids, file=file, findings=findings)
    coordinates = check_geometries(
        [feature.get("geometry") for feature in features], ids, file=file, findings=findings
    )
    check_bbox(document, features, coordinates, ids, file=file, findings=findings)
    return ParsedLayer(document=document, features=features, ids=ids, coordinates=coordinates)


def _raw_features(document: dict[str, Any], *, file: str, findings: Findings) -> list[Any] | None:
    """Return the features of a document of whichever GeoJSON type."""
    kind = document.get("type")
    _check_crs(document, file=file, findings=findings)
    if kind == _COLLECTION:
        for member in _RESERVED[_COLLECTION]:
            if member in document:
                findings.add("geojson.reserved_member", file, found=member)
        raw = document.get("features")
        if not isinstance(raw, list):
            findings.add("geojson.features_missing", file)
            return None
        return raw
    if kind == "Feature":
        findings.add("geojson.not_collection", file, found=kind)
        return [document]
    if kind in GEOMETRY_TYPES:
        findings.add("geojson.not_collection", file, found=kind)
        return [{"type": "Feature", "id": "", "geometry": document, "properties": None}]
    findings.add("geojson.type", file, found="" if kind is None else kind)
    return None


def _check_crs(document: dict[str, Any], *, file: str, findings: Findings) -> None:
    """Tell a ``crs`` member: one that names WGS 84 is idle, any other misleads."""
    if "crs" not in document:
        return
    member = document["crs"]
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    idle = isinstance(name, str) and _CRS84_NAMES.fullmatch(name)
    findings.add(
        "geojson.crs84_member" if idle else "geojson.crs_member", file, found=name or member or "null"
    )


def _objects(raw: list[Any], *, file: str, findings: Findings) -> list[dict[str, Any]]:
    """Return the members that are objects; the others are told."""
    for at, item in enumerate(raw):
        if not isinstance(item, dict):
            findings.add("geojson.feature_type", file, feature_id=f"features[{at}]", found=item)
    return [item for item in raw if isinstance(item, dict)]


def _name(feature: dict[str, Any], at: int) -> str:
    """Return how a report names a feature."""
    given = feature.get("id")
    properties = feature.get("properties")
    if not _is_id(given) and isinstance(properties, dict):
        given = properties.get(ID_CODE)
    return str(given) if _is_id(given) and given != "" else f"features[{at}]"


def _is_id(value: object) -> bool:
    """Tell what may be an id: text or a number."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _check_ids(features: list[dict[str, Any]], ids: list[str], *, file: str, findings: Findings) -> None:
    """Tell ids that are missing, of a wrong type, repeated, or not the feature's own code."""
    given = [feature.get("id") for feature in features]
    for rule, wrong in (
        ("geojson.id_missing", [at for at, feature in enumerate(features) if "id" not in feature]),
        (
            "geojson.id_type",
            [at for at, feature in enumerate(features) if "id" in feature and not _is_id(given[at])],
        ),
        (
            "geojson.id_number",
            [at for at, value in enumerate(given) if _is_id(value) and not isinstance(value, str)],
        ),
        ("geojson.id_duplicate", _repeated(given)),
        ("geojson.id_not_bsm", [at for at, feature in enumerate(features) if _differs(feature)]),
    ):
        findings.add_rows(
            rule,
            file,
            np.array(wrong, dtype=np.int64),
            ids=ids,
            found=["" if given[at] is None else given[at] for at in wrong],
        )


def _repeated(given: Sequence[Any]) -> list[int]:
    """Return the rows whose id stands in an earlier row; 1 and "1" are two ids."""
    keys = [(isinstance(value, str), value) if _is_id(value) else None for value in given]
    often = {key for key, n in Counter(keys).items() if n > 1 and key is not None}
    if not often:
        return []
    seen: set[object] = set()
    rows = []
    for at, key in enumerate(keys):
        if key in often:
            if key in seen:
                rows.append(at)
            seen.add(key)
    return rows


def _differs(feature: dict[str, Any]) -> bool:
    """Tell a feature whose id and code are not one."""
    properties = feature.get("properties")
    code = properties.get(ID_CODE) if isinstance(properties, dict) else None
    return "id" in feature and feature["id"] != code


def _check_members(features: list[dict[str, Any]], ids: list[str], *, file: str, findings: Findings) -> None:
    """Tell features whose members are missing or of a wrong type."""
    rows: dict[str, list[int]] = {}
    for at, feature in enumerate(features):
        for rule in _wrong_members(feature):
            rows.setdefault(rule, []).append(at)
    for rule, wrong in rows.items():
        findings.add_rows(rule, file, np.array(wrong), ids=ids)


def _wrong_members(feature: dict[str, Any]) -> list[str]:
    """Return the rules that the members of one feature break."""
    told = [] if feature.get("type") == "Feature" else ["geojson.feature_type"]
    if "properties" not in feature:
        told.append("geojson.properties_missing")
    elif not isinstance(feature["properties"], dict | None):
        told.append("geojson.properties_type")
    if "geometry" not in feature:
        told.append("geojson.geometry_missing")
    elif feature["geometry"] is None:
        told.append("geojson.geometry_null")
    geometry = feature.get("geometry")
    inner = isinstance(geometry, dict) and any(name in geometry for name in _RESERVED_IN_GEOMETRY)
    if inner or any(name in feature for name in _RESERVED["Feature"]):
        told.append("geojson.reserved_member")
    return told


def check_geometries(geometries: list[Any], ids: list[str], *, file: str, findings: Findings) -> Coordinates:
    """Hold the geometries of a file to the rules, and return their coordinates.

    Parameters
    ----------
    geometries : list, length n
        A JSON value for each feature.
    ids : list of str, length n
    """
    _check_types(geometries, ids, file=file, findings=findings)
    coordinates, shapeless = flatten(parts_of(geometries))
    for rule, told in shapeless.items():
        rows, found = zip(*told, strict=True)
        findings.add_rows(rule, file, np.array(rows, dtype=np.int64), ids=ids, found=found)
    # Numbers of any size are in a stranger's file; what they overflow to is no coordinate and is told.
    with np.errstate(all="ignore"):
        check_positions(coordinates, ids, file=file, findings=findings)
        check_paths(coordinates, ids, file=file, findings=findings)
    return coordinates


def _check_types(geometries: list[Any], ids: list[str], *, file: str, findings: Findings) -> None:
    """Tell unknown types, collections, and types that differ within one file."""
    kinds = [_kind(geometry) for geometry in geometries]
    for rule, wrong in (
        ("geojson.geometry_type", [at for at, kind in enumerate(kinds) if kind == ""]),
        (
            "geojson.geometry_collection",
            [at for at, kind in enumerate(kinds) if kind == "GeometryCollection"],
        ),
    ):
        found = [
            geometries[at].get("type") if isinstance(geometries[at], dict) else geometries[at] for at in wrong
        ]
        findings.add_rows(rule, file, np.array(wrong, dtype=np.int64), ids=ids, found=found)
    known = Counter(kind for kind in kinds if kind)
    if len(known) > 1:
        findings.add(
            "geojson.geometry_mixed", file, found=", ".join(f"{kind} {n}" for kind, n in known.items())
        )


def _kind(geometry: object) -> str | None:
    """Return the type of a geometry, ``""`` where it has none that is known, None without a geometry."""
    if geometry is None:
        return None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection" and isinstance(geometry, dict):
        members = geometry.get("geometries")
        sound = isinstance(members, list) and all(_kind(member) for member in members)
        return kind if sound else ""
    return kind if isinstance(kind, str) and kind in DEPTHS else ""
