"""The records that a plan pack says about itself: ``pack.json`` and the published counts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spatial.errors import PackError
from spatial.target import Target, TargetScope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spatial.plan import PlanRecords
    from spatial.plan_records import OptionalText

__all__ = ["PACK_FILE", "MapView", "PublishedCount", "pack_target", "read_pack_file"]

PACK_FILE: Final = "pack.json"
_FIELDS: Final[Mapping[str, tuple[type, ...]]] = {
    "pack_id": (str,),
    "name": (dict,),
    "district_zone_id": (str, type(None)),
    "district_name": (dict, type(None)),
    "target_indicator_id": (str, type(None)),
    "map_view": (dict, type(None)),
    "review_number": (str, type(None)),
}
_OPTIONAL_FIELDS: Final[Mapping[str, tuple[type, ...]]] = {
    "district_code": (str, type(None)),
    "contact": (dict, type(None)),
    "constraints": (dict, type(None)),
}
_CONTACT: Final = {"organisation", "email", "phone"}
_CONSTRAINTS: Final = {"security", "use"}


@dataclass(frozen=True, kw_only=True)
class MapView:
    """Where a map of the pack opens: WGS 84 degrees and a web map's zoom level."""

    lon: float
    lat: float
    zoom: float


@dataclass(frozen=True, kw_only=True)
class PublishedCount:
    """A number of stations that a document states for a zone, without their positions."""

    count_id: str
    subject: str
    zone_id: str
    count: int
    as_of: OptionalText
    basis_zh: str
    basis_en: str
    context_id: OptionalText
    document_id: str
    section_id: str


def read_pack_file(path: Path) -> dict[str, Any]:
    """Return the checked members of ``pack.json``; an optional one that it leaves out is None."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as fault:
        raise PackError("error.pack_file", path=path.name, reason="JSON") from fault
    if not isinstance(facts, dict) or set(facts) - set(_OPTIONAL_FIELDS) != set(_FIELDS):
        raise PackError("error.pack_file", path=path.name, reason="{" + ", ".join(_FIELDS) + "}")
    facts = dict.fromkeys(_OPTIONAL_FIELDS) | facts
    for member, types in {**_FIELDS, **_OPTIONAL_FIELDS}.items():
        if not isinstance(facts[member], types):
            raise PackError("error.pack_file", path=path.name, reason=member)
    contact, constraints = facts["contact"], facts["constraints"]
    if contact is not None and not _is_texts(contact, _CONTACT):
        raise PackError("error.pack_file", path=path.name, reason="contact")
    if constraints is not None and not _is_bilingual_texts(constraints):
        raise PackError("error.pack_file", path=path.name, reason="constraints")
    return facts


def _is_texts(value: object, members: set[str]) -> bool:
    """Tell an object of just these members, each a text."""
    return (
        isinstance(value, dict) and set(value) == members and all(isinstance(v, str) for v in value.values())
    )


def _is_bilingual_texts(constraints: Mapping[str, object]) -> bool:
    """Tell the constraints of a pack: each in both languages."""
    words = constraints.values()
    return set(constraints) == _CONSTRAINTS and all(_is_texts(word, {"zh", "en"}) for word in words)


def pack_target(facts: Mapping[str, Any], plan: PlanRecords) -> Target | None:
    """Return the density target that the pack names."""
    if facts["target_indicator_id"] is None:
        return None
    indicator = plan.indicator(facts["target_indicator_id"])
    if indicator.value is None:
        raise PackError("error.pack_file", path=PACK_FILE, reason="target_indicator_id")
    whole = indicator.scope == facts["district_zone_id"]
    return Target(
        value_per_km2=indicator.value,
        scope=TargetScope.DISTRICT if whole else TargetScope.ZONE,
        scope_zone_id=indicator.scope,
        year=indicator.target_year,
        indicator_id=indicator.indicator_id,
        document_id=indicator.document_id,
        section_id=indicator.section_id,
    )
