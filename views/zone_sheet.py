"""What the plans say of one zone, part or place, each sentence with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from spatial.text import text
from views.citation import cite, localised
from views.figures import figure, plain
from views.html_table import Markup, fragment, join
from views.outline_words import accuracy_words, outline_basis, water_words
from views.plan_tables import finding_note
from views.verdict_table import badge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.plan import PlanRecords
    from spatial.plan_records import Place
    from views.verdict_rows import VerdictRow

__all__ = [
    "geometry_facts",
    "members_sheet",
    "mentions_sheet",
    "people_facts",
    "place_sheet",
    "zone_targets",
    "zones_of_place",
]

MEMBER_KINDS: Final = ("park", "carrier", "platform", "culture", "commerce", "wetland")


def place_sheet(plan: PlanRecords, place: Place, lang: str) -> Markup:
    """Return what a place is, its role with the source, and the findings that touch it."""
    return fragment(
        '<div class="sheet"><h2>{name} <span class="badge">{kind}</span></h2>'
        "<p>{role} {source}</p>{findings}</div>",
        name=localised(place, "name", lang),
        kind=text(f"app.kind.{place.kind}", lang),
        role=localised(place, "role", lang),
        source=cite(plan, document_id=place.document_id, section_id=place.section_id, lang=lang),
        findings=finding_note(plan, place.place_id, lang=lang),
    )


def zones_of_place(plan: PlanRecords, place: Place, names: Mapping[str, str], lang: str) -> Markup:
    """Return the zones that the plans put a place into, so that no other zone is taken for its own."""
    mentioned = [mention.zone_id for mention in plan.mentions_of(place.place_id)]
    zones = [names[zone_id] for zone_id in dict.fromkeys(mentioned) if zone_id in names]
    words = text("app.sheet.zone_not_stated", lang)
    if zones:
        words = text("app.sheet.zones_of_place", lang, zones=text("app.list_separator", lang).join(zones))
    return fragment('<p class="sheet">{words}</p>', words=words)


def members_sheet(plan: PlanRecords, place: Place, lang: str) -> Markup:
    """Return the parts of a zone, then the parks and the like that the plans put into it."""
    inside = {mention.place_id for mention in plan.mentions if mention.zone_id == place.place_id}
    lines = []
    for kind in ("part", *MEMBER_KINDS):
        names = [
            localised(each, "name", lang)
            for each in plan.places
            if each.kind == kind
            and (each.parent_id == place.place_id or each.place_id in inside)
            and each.place_id != place.place_id
        ]
        if names:
            words = text("app.list_separator", lang).join(names)
            lines.append((text(f"app.kind.{kind}", lang), words))
    if not lines:
        return Markup("")
    return fragment(
        '<div class="sheet"><h3>{heading}</h3><dl>{items}</dl></div>',
        heading=text("app.sheet.members", lang),
        items=join(fragment("<dt>{kind}</dt><dd>{names}</dd>", kind=k, names=n) for k, n in lines),
    )


def mentions_sheet(plan: PlanRecords, place: Place, lang: str) -> Markup:
    """Return the passages that speak of a place, each with its printed phrase and source."""
    passages = plan.mentions_of(place.place_id)
    if not passages:
        return Markup("")
    return fragment(
        '<div class="sheet"><h3>{heading}</h3><ul>{items}</ul></div>',
        heading=text("app.sheet.mentions", lang),
        items=join(
            fragment(
                '<li>{words} <q lang="zh">{printed}</q> {source}</li>',
                words=localised(mention, "description", lang),
                printed=mention.name_in_text,
                source=cite(plan, document_id=mention.document_id, section_id=mention.section_id, lang=lang),
            )
            for mention in passages
        ),
    )


def zone_targets(plan: PlanRecords, scope: str, lang: str) -> Markup:
    """Return the goals that the plans state for ``scope``, each with document and section."""
    goals = [indicator for indicator in plan.indicators if indicator.scope == scope]
    if not goals:
        return fragment('<p class="sheet">{words}</p>', words=text("app.sheet.no_targets", lang))
    items = join(
        fragment(
            "<li>{name}: <strong>{sign} {value}</strong> {unit} {year} {source}</li>",
            name=localised(goal, "name", lang),
            sign=text(f"app.plan.operator_{goal.operator}", lang),
            value="" if goal.value is None else plain(goal.value),
            unit=localised(goal, "unit", lang),
            year="" if goal.target_year is None else text("app.sheet.by_year", lang, year=goal.target_year),
            source=cite(plan, document_id=goal.document_id, section_id=goal.section_id, lang=lang),
        )
        for goal in goals
    )
    return fragment(
        '<div class="sheet"><h3>{heading}</h3><ul>{items}</ul></div>',
        heading=text("app.sheet.targets", lang),
        items=items,
    )


def geometry_facts(zone: Mapping[str, Any], lang: str) -> Markup:
    """Return how well a zone's outline and area are known."""
    facts = [
        (text("app.sheet.basis", lang), outline_basis(zone, lang)),
        (text("app.sheet.accuracy", lang), accuracy_words(zone, lang)),
        (text("app.sheet.area_geometry", lang), f"{figure(zone['area_geometry_km2'], 2)} km²"),
        (text("app.sheet.area_official", lang), _official(zone, lang)),
        (text("app.sheet.water", lang), water_words(zone, lang)),
    ]
    note = zone.get(f"note_{lang}")
    return fragment(
        '<div class="sheet"><h3>{heading}</h3><dl>{items}</dl>{note}</div>',
        heading=text("app.sheet.geometry", lang),
        items=join(fragment("<dt>{name}</dt><dd>{value}</dd>", name=n, value=v) for n, v in facts),
        note=fragment('<p class="aside">{note}</p>', note=note) if note else Markup(""),
    )


def people_facts(zone: Mapping[str, Any], row: VerdictRow | None, lang: str) -> Markup:
    """Return a zone's population and its stations per 10,000 people; nothing where it is unknown."""
    source = zone.get(f"population_source_{lang}")
    if row is None or row.stations_per_10k_people is None or not source:
        return Markup("")
    per_10k = text(
        "app.sheet.per_10k_of",
        lang,
        value=figure(row.stations_per_10k_people, 1),
        basis=row.basis or text("app.flips.now", lang),
        count=figure(row.count),
    )
    people = text("app.sheet.population_of", lang, people=figure(zone["population"]), source=source)
    facts = ((text("app.sheet.population", lang), people), (text("app.sheet.per_10k", lang), per_10k))
    return fragment(
        '<div class="sheet"><h3>{heading}</h3><dl>{items}</dl>{badges}</div>',
        heading=text("app.sheet.people", lang),
        items=join(fragment("<dt>{name}</dt><dd>{value}</dd>", name=n, value=v) for n, v in facts),
        badges=badge("synthetic", lang) if row.synthetic else Markup(""),
    )


def _official(zone: Mapping[str, Any], lang: str) -> Markup | str:
    area = figure(zone["area_official_km2"], 2)
    source = zone.get(f"area_official_source_{lang}")
    if not isinstance(source, str) or not source:
        return text("app.sheet.none_published", lang)
    return fragment("{area} km² ({source})", area=area, source=source)
