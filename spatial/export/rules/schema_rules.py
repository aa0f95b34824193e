"""Properties held to the JSON Schema that the package publishes for the layer, column by column."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spatial.export.rules.geojson_rules import ParsedLayer
    from spatial.export.rules.report import Findings

__all__ = ["CLASS_CODE", "check_schema", "properties_of"]

CLASS_CODE: Final = "YSDM"
"""Code of the platform's class list; whether it may be blank is a rule of its own."""

_MISSING: Final = object()
_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: (
        not isinstance(value, bool)
        and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_DATES: Final[dict[str, Callable[[str], object]]] = {
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
}


def properties_of(schema: object) -> dict[str, dict[str, Any]] | None:
    """Return what a layer's schema says of each property; None where it says nothing that can be used."""
    definitions = schema.get("$defs") if isinstance(schema, dict) else None
    holder = definitions.get("properties") if isinstance(definitions, dict) else None
    listed = holder.get("properties") if isinstance(holder, dict) else None
    if not isinstance(listed, dict) or not all(isinstance(stated, dict) for stated in listed.values()):
        return None
    return listed


def check_schema(
    layer: ParsedLayer, stated: dict[str, dict[str, Any]], *, file: str, findings: Findings
) -> None:
    """Hold the properties of all features to what the schema says of each.

    Parameters
    ----------
    layer : ParsedLayer
    stated : dict
        Property to its schema, as `properties_of` returns it.
    file : str
        How faults name it.
    findings : Findings
        Takes the faults.
    """
    findings.families.add("schema")
    records = [feature.get("properties") or {} for feature in layer.features]
    records = [record if isinstance(record, dict) else {} for record in records]
    strange: dict[int, str] = {}
    for row, record in enumerate(records):
        if not record.keys() <= stated.keys():
            strange[row] = ", ".join(sorted(record.keys() - stated.keys()))
    _tell("schema.unknown_property", strange, layer, file=file, findings=findings)
    for code, schema in stated.items():
        values = [record.get(code, _MISSING) for record in records]
        _check_column(code, schema, values, layer, file=file, findings=findings)


def _check_column(
    code: str,
    schema: dict[str, Any],
    values: Sequence[Any],
    layer: ParsedLayer,
    *,
    file: str,
    findings: Findings,
) -> None:
    """Hold one property to its schema; each value breaks at most one rule."""
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    tests = [_TYPES[kind] for kind in kinds if isinstance(kind, str) and kind in _TYPES]
    optional = "null" in kinds
    told: dict[str, dict[int, str]] = {}
    for row, value in enumerate(values):
        rule = _broken(value, schema, tests, optional=optional, is_class=code == CLASS_CODE)
        if rule:
            shown = "" if value is _MISSING else f" = {value!r}"
            told.setdefault(rule, {})[row] = f"{code}{shown}"
    for rule, rows in told.items():
        _tell(rule, rows, layer, file=file, findings=findings)


def _broken(
    value: Any,  # noqa: ANN401 - a JSON value
    schema: dict[str, Any],
    tests: Sequence[Callable[[Any], bool]],
    *,
    optional: bool,
    is_class: bool,
) -> str | None:
    """Return the rule that a value breaks."""
    if value is _MISSING:
        return "schema.mandatory"
    blank = value is None or (value == "" and schema.get("minLength", 0))
    if blank:
        return None if optional or is_class else "schema.mandatory"
    if tests and not any(test(value) for test in tests):
        return "schema.type"
    listed = schema.get("enum")
    if isinstance(listed, list) and value not in listed:
        return "schema.enum"
    return _broken_text(value, schema) if isinstance(value, str) else None


def _broken_text(value: str, schema: dict[str, Any]) -> str | None:
    """Return the rule that a text breaks by its length or form."""
    width = schema.get("maxLength")
    if isinstance(width, int) and len(value.encode()) > width:
        return "schema.width"
    reader = _DATES.get(str(schema.get("format")))
    if reader is not None:
        try:
            reader(value)
        except ValueError:
            return "schema.date"
    return None


def _tell(rule: str, rows: dict[int, str], layer: ParsedLayer, *, file: str, findings: Findings) -> None:
    """Tell the rows that break a rule."""
    findings.add_rows(
        rule, file, np.array(list(rows), dtype=np.int64), ids=layer.ids, found=list(rows.values())
    )
