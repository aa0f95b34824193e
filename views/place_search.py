"""Everything that the plans name, under every name it has, for a search by part of a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatial.text import text

if TYPE_CHECKING:
    from spatial.plan import PlanRecords

__all__ = ["SearchEntry", "search_entries"]


@dataclass(frozen=True, kw_only=True)
class SearchEntry:
    """One name that leads to a place; a place has as many entries as it has names."""

    place_id: str
    label: str


def search_entries(plan: PlanRecords, lang: str) -> tuple[SearchEntry, ...]:
    """Return an entry per name and alias: the Chinese name, what it is, and its proper name."""
    entries = []
    for place in plan.places:
        kind = text(f"app.kind.{place.kind}", lang)
        names = plan.names_of(place.place_id)
        for position, name in enumerate(names):
            label = text("app.search.entry", lang, name=name, kind=kind)
            if position:
                label = text("app.search.alias", lang, alias=name, name=names[0], kind=kind)
            elif lang == "en":
                label = text("app.search.entry", lang, name=f"{name} {place.name_en}", kind=kind)
            entries.append(SearchEntry(place_id=place.place_id, label=label))
    return tuple(entries)
