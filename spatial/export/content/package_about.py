"""What a package says of itself beside its features: definition, target, citations, constraints, options."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from spatial.export.content.citations import area_citations, dates_of, documents_of, plan_citations
from spatial.export.wording import both

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatial.export.content.content_options import ContentOptions
    from spatial.export.content.material import Material
    from spatial.export.content.package_layers import Found, Wish

__all__ = ["package_about"]

_CONTACT: Final = ("organisation", "email", "phone")
_LANGUAGES: Final = ("zh", "en")


def package_about(
    material: Material,
    options: ContentOptions,
    wish: Wish,
    found: Found,
    *,
    notices: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the statements of a package as plain JSON values."""
    pack = material.pack
    definition, target = wish.definition, wish.target
    label = {lang: definition.label(lang) for lang in _LANGUAGES}
    return {
        "district": _district(material),
        "definition": {**definition.to_dict(), "label": label},
        "target": None if target is None else {**asdict(target), "scope": str(target.scope)},
        "results": found.results,
        "documents": [] if pack is None else documents_of(pack),
        "citations": _citations(material, found, wish),
        "constraints": _constraints(material),
        "contact": dict((pack and pack.contact) or dict.fromkeys(_CONTACT, "")),
        "attribution": _attribution(material, found),
        "disclaimer": both("content.disclaimer"),
        "options": {
            "points": options.points,
            "grid_m": wish.grid_m,
            "synthetic": options.synthetic,
            "extent": {"kind": "all"} if options.extent is None else options.extent.to_dict(),
        },
        "notices": list(notices),
        "period": _period(material, found),
        "height_datum": both("content.height_datum"),
    }


def _district(material: Material) -> dict[str, Any] | None:
    """Return the district of the pack, or None."""
    pack = material.pack
    if pack is None or pack.district_zone_id is None or pack.district_name is None:
        return None
    name = {lang: pack.district_name.in_language(lang) for lang in _LANGUAGES}
    return {"zone_id": pack.district_zone_id, "name": name, "code": pack.district_code}


def _citations(material: Material, found: Found, wish: Wish) -> list[dict[str, Any]]:
    """Return where each figure of the package stands."""
    cited = [] if material.pack is None else plan_citations(material.pack, wish.target)
    for layer in found.layers:
        if layer.name in material.zones:
            frame = material.zones[layer.name]
            kept = frame[frame["zone_id"].isin(layer.features["BSM"])]
            cited += area_citations(kept)
    return cited


def _constraints(material: Material) -> dict[str, Any]:
    """Return who may see and use the package, and the slot of its map review number."""
    pack = material.pack
    stated = (pack and pack.constraints) or {}
    number = None if pack is None else pack.review_number
    slot = both("content.review_pending") if number is None else both("map.review_number", number=number)
    return {
        "security": dict(stated.get("security") or both("content.security")),
        "use": dict(stated.get("use") or both("content.use")),
        "review_number": number,
        "review_slot": slot,
    }


def _attribution(material: Material, found: Found) -> list[dict[str, str]]:
    """Return whom the layers are owed to, each once."""
    owed = []
    for layer in found.layers:
        texts = material.texts[layer.name]
        line = {
            lang: both(
                "content.attribution",
                source=texts.source.in_language(lang),
                licence=texts.licence.in_language(lang),
            )[lang]
            for lang in _LANGUAGES
        }
        if line not in owed:
            owed.append(line)
    return owed


def _period(material: Material, found: Found) -> dict[str, str] | None:
    """Return the first and the last date of documents and layers."""
    spans = [layer.about["period"] for layer in found.layers if layer.about["period"]]
    dates = [span[end] for span in spans for end in ("begin", "end")]
    dates += [] if material.pack is None else dates_of(material.pack)
    return {"begin": min(dates), "end": max(dates)} if dates else None
