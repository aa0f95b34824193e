"""``definition.json``: how the figures were counted, what they were held against, and where it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from spatial.export.wording import Words, both, worded
from spatial.target import TargetScope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.export.model import PackageContent

__all__ = ["definition_record", "district_result", "statements"]

_CHOICES: Final = {
    "numerator": "verdict.numerator_",
    "indoor": "verdict.indoor_",
    "shared": "verdict.shared_",
    "status": "verdict.lifecycle_",
    "area_basis": "verdict.area_",
}


def definition_record(content: PackageContent) -> dict[str, Any]:
    """Return the definition, the target and the citation of every figure as plain JSON values."""
    about = content.about
    return {
        "package_id": content.package_id,
        "data_date": content.data_date or None,
        "district": about.get("district"),
        "statements": statements(content),
        "definition": about.get("definition"),
        "choices": _choices(about.get("definition") or {}),
        "target": about.get("target"),
        "target_scope": _target_scope(about.get("target") or {}),
        "figures": list(about.get("citations") or ()),
        "documents": list(about.get("documents") or ()),
        "results": list(about.get("results") or ()),
        "notices": list(about.get("notices") or ()),
    }


def district_result(content: PackageContent) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Return the district's own row and the result that it stands in, or None."""
    district = content.about.get("district") or {}
    for result in content.about.get("results") or ():
        for row in result.get("zones") or ():
            if district.get("zone_id") is not None and row.get("zone_id") == district["zone_id"]:
                return row, result
    return None


def statements(content: PackageContent) -> list[Words]:
    """Return what has to be read before any figure: what the target binds, and what it leaves open."""
    target = content.about.get("target") or {}
    if not target:
        return [both("describe.no_target")]
    value, year = target.get("value_per_km2"), target.get("year")
    by_when = both("describe.target_value_by", value=value, year=year) if year else None
    said_of_target = [by_when or both("describe.target_value", value=value)]
    if target.get("scope") == TargetScope.DISTRICT:
        said_of_target.append(both("describe.target_of_district", value=value))
    if not (content.about.get("definition") or {}).get("numerator_stated"):
        said_of_target.append(both("describe.numerator_not_stated"))
    if any(layer.synthetic for layer in content.layers):
        said_of_target.append(both("describe.simulated_figures"))
    return said_of_target


def _choices(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return each choice of the definition with its meaning: numerator, denominator, date."""
    named: dict[str, Any] = {
        name: {"value": definition[name], "label": worded(definition[name], prefix=prefix)}
        for name, prefix in _CHOICES.items()
        if name in definition
    }
    if "numerator" in named and not definition.get("numerator_stated"):
        named["numerator"]["label"] = both("verdict.numerator_not_stated")
    if definition:
        named["as_of"] = {"value": definition.get("as_of")}
    return named


def _target_scope(target: Mapping[str, Any]) -> Words | None:
    return worded(target["scope"], prefix="describe.scope_") if target.get("scope") else None
