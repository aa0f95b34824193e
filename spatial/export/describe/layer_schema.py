"""The JSON Schema of a layer's RFC 7946 file, made from the layer's field table.

A receiver checks a file with it in any JSON Schema 2020-12 validator; nothing of the atlas is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from spatial.export.fields import FieldType, Obligation
from spatial.export.wording import both

if TYPE_CHECKING:
    from spatial.export.fields import Field
    from spatial.export.model import ExportLayer, GeometryType
    from spatial.plan_records import Bilingual

__all__ = ["CODES_OF_THE_PLATFORM", "blank_allowed", "layer_schema"]

CODES_OF_THE_PLATFORM: Final = ("YSDM", "XZQDM")
"""Fields that are mandatory and yet blank until the platform's owner, or the pack, supplies the codes."""

_TYPES: Final = {
    FieldType.TEXT: "string",
    FieldType.DATE: "string",
    FieldType.DATETIME: "string",
    FieldType.INTEGER: "integer",
    FieldType.REAL: "number",
    FieldType.BOOLEAN: "boolean",
}
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
_FORMS: Final[dict[FieldType, dict[str, Any]]] = {
    FieldType.DATE: {"format": "date", "pattern": f"^{_DAY}$"},
    FieldType.DATETIME: {"format": "date-time", "pattern": f"^{_DAY}T{_TIME}$"},
}
_LEAST_POSITIONS: Final = 4
"""Positions of a closed ring."""


def layer_schema(layer: ExportLayer) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the layer's GeoJSON file.

    Every feature has every field of the layer and no other; what is missing is null, which a
    mandatory field may not be.

    Parameters
    ----------
    layer : ExportLayer
        Its fields, geometry type and class code; the features are not looked at.

    Returns
    -------
    dict
        Plain JSON values.
    """
    comment = both("describe.schema_comment")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _lines(layer.title),
        "$comment": f"{comment['zh']} {comment['en']}",
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "bbox": {"$ref": "#/$defs/bbox"},
            "features": {"type": "array", "items": {"$ref": "#/$defs/feature"}},
            "crs": False,
        },
        "$defs": {
            "feature": _feature(layer),
            "properties": _properties(layer),
            **_positions(),
        },
    }


def blank_allowed(field: Field, layer: ExportLayer) -> bool:
    """Return whether a feature may leave the field empty.

    A field of codes may stay blank while the list that fills it is blank: no code is made up.
    """
    if field.code not in CODES_OF_THE_PLATFORM:
        return field.obligation != Obligation.MANDATORY
    return field.code != "YSDM" or not layer.class_path.code


def _feature(layer: ExportLayer) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string", "minLength": 1},
            "bbox": {"$ref": "#/$defs/bbox"},
            "geometry": _geometry(layer.geometry_type),
            "properties": {"$ref": "#/$defs/properties"},
        },
        "additionalProperties": False,
    }


def _properties(layer: ExportLayer) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [field.code for field in layer.fields],
        "properties": {field.code: _field(field, layer) for field in layer.fields},
        "additionalProperties": False,
    }


def _field(field: Field, layer: ExportLayer) -> dict[str, Any]:
    """Return the schema of one property, with its aliases as annotations."""
    blank = blank_allowed(field, layer)
    kind = _TYPES[field.type]
    schema: dict[str, Any] = {
        "title": f"{field.alias_zh} / {field.alias_en}",
        "description": f"{field.description_zh} / {field.description_en}",
        "type": [kind, "null"] if blank else kind,
        **_FORMS.get(field.type, {}),
    }
    if field.values:
        schema["enum"] = [*field.values, None] if blank else list(field.values)
    elif field.type == FieldType.TEXT and not blank:
        schema["minLength"] = 1
    if field.width is not None and field.type == FieldType.TEXT:
        # A limit in bytes: no text within it has more characters than that.
        schema["maxLength"] = field.width
    if field.unit:
        schema["x-unit"] = field.unit
    schema["x-obligation"] = str(field.obligation)
    return schema


def _geometry(geometry_type: GeometryType) -> dict[str, Any]:
    shape = {"Point": "position", "MultiPolygon": "multi_polygon"}[geometry_type]
    return {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"const": geometry_type},
            "coordinates": {"$ref": f"#/$defs/{shape}"},
            "bbox": {"$ref": "#/$defs/bbox"},
        },
        "additionalProperties": False,
    }


def _positions() -> dict[str, Any]:
    """Return the shapes of coordinates: longitude before latitude, in degrees, without heights."""
    longitude = {"type": "number", "minimum": -180, "maximum": 180}
    latitude = {"type": "number", "minimum": -90, "maximum": 90}
    return {
        "position": _tuple_of(longitude, latitude),
        "bbox": _tuple_of(longitude, latitude, longitude, latitude),
        "ring": {"type": "array", "items": {"$ref": "#/$defs/position"}, "minItems": _LEAST_POSITIONS},
        "polygon": {"type": "array", "items": {"$ref": "#/$defs/ring"}, "minItems": 1},
        "multi_polygon": {"type": "array", "items": {"$ref": "#/$defs/polygon"}, "minItems": 1},
    }


def _tuple_of(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "prefixItems": list(items), "items": False, "minItems": len(items)}


def _lines(title: Bilingual) -> str:
    return f"{title.zh} / {title.en}"
