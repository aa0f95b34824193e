"""The plans of a pack as records, loaded from its directory and checked as a whole.

A pack holds ``documents/<document_id>/{document.json, sections.csv, indicators.csv,
context.csv}`` and, beside them, ``places*.csv``, ``place_mentions*.csv``, ``aliases.csv`` and
``findings*.json``. Loading refuses an id that is used twice, a reference to a record that does
not exist and a word outside its list, and says which file and which record.
"""

from __future__ import annotations

import unicodedata
from collections import ChainMap
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from spatial.errors import PackError
from spatial.plan_checks import check_plan
from spatial.plan_records import (
    DIRECTIONS,
    FINDING_KINDS,
    LEVELS,
    OPERATORS,
    PLACE_KINDS,
    Alias,
    Bilingual,
    ContextFigure,
    Document,
    Evidence,
    Finding,
    Indicator,
    Place,
    PlaceMention,
    Section,
)
from spatial.plan_tables import read_document, read_findings, read_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "DIRECTIONS",
    "FINDING_KINDS",
    "LEVELS",
    "OPERATORS",
    "PLACE_KINDS",
    "Alias",
    "Bilingual",
    "ContextFigure",
    "Document",
    "Evidence",
    "Finding",
    "Indicator",
    "Place",
    "PlaceMention",
    "PlanRecords",
    "Section",
    "load_plan",
]

Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True)
class PlanRecords:
    """Everything that the plans of one pack say, in the order of their files."""

    documents: tuple[Document, ...]
    sections: tuple[Section, ...]
    indicators: tuple[Indicator, ...]
    context: tuple[ContextFigure, ...]
    places: tuple[Place, ...]
    mentions: tuple[PlaceMention, ...]
    aliases: tuple[Alias, ...]
    findings: tuple[Finding, ...]

    def document(self, document_id: str) -> Document:
        """Return the document of that id; PackError if there is none."""
        return _get(self._documents, document_id, what="document")

    def section(self, section_id: str) -> Section:
        """Return the section of that id; PackError if there is none."""
        return _get(self._sections, section_id, what="section")

    def indicator(self, indicator_id: str) -> Indicator:
        """Return the indicator of that id; PackError if there is none."""
        return _get(self._indicators, indicator_id, what="indicator")

    def place(self, place_id: str) -> Place:
        """Return the place of that id; PackError if there is none."""
        return _get(self._places, place_id, what="place")

    def indicators_of(self, document_id: str) -> tuple[Indicator, ...]:
        """Return the goals of one document."""
        return tuple(row for row in self.indicators if row.document_id == document_id)

    def context_of(self, document_id: str) -> tuple[ContextFigure, ...]:
        """Return the figures of one document that are no goals."""
        return tuple(row for row in self.context if row.document_id == document_id)

    def mentions_of(self, place_id: str) -> tuple[PlaceMention, ...]:
        """Return the passages that speak of a place."""
        return tuple(row for row in self.mentions if row.place_id == place_id)

    def findings_touching(self, record_id: str) -> tuple[Finding, ...]:
        """Return the findings to show beside the record of that id."""
        return tuple(row for row in self.findings if record_id in row.touches)

    def names_of(self, place_id: str) -> tuple[str, ...]:
        """Return the Chinese name of a place, then its aliases."""
        aliases = (row.alias for row in self.aliases if row.place_id == place_id)
        return (self.place(place_id).name_zh, *aliases)

    def resolve(self, name: str) -> Place | None:
        """Return the place of that id, name or alias, or None."""
        place_id = self._place_names.get(_folded(name))
        return None if place_id is None else self._places[place_id]

    def search_places(self, fragment: str) -> tuple[Place, ...]:
        """Return the places with ``fragment`` in a name or alias; none for an empty fragment."""
        part = _folded(fragment)
        if not part:
            return ()
        hits = {place_id for name, place_id in self._place_names.items() if part in name}
        hits.update(row.place_id for row in self.places if part in _folded(row.name_en))
        return tuple(row for row in self.places if row.place_id in hits)

    @cached_property
    def _documents(self) -> dict[str, Document]:
        return {row.document_id: row for row in self.documents}

    @cached_property
    def _sections(self) -> dict[str, Section]:
        return {row.section_id: row for row in self.sections}

    @cached_property
    def _indicators(self) -> dict[str, Indicator]:
        return {row.indicator_id: row for row in self.indicators}

    @cached_property
    def _places(self) -> dict[str, Place]:
        return {row.place_id: row for row in self.places}

    @cached_property
    def _place_names(self) -> ChainMap[str, str]:
        by_alias = {_folded(row.alias): row.place_id for row in self.aliases}
        by_name = {_folded(row.name_zh): row.place_id for row in self.places}
        by_id = {_folded(row.place_id): row.place_id for row in self.places}
        return ChainMap(by_id, by_name, by_alias)


def load_plan(directory: Path) -> PlanRecords:
    """Load and check the plan records of the pack in ``directory``.

    Raises
    ------
    PackError
        If a file is missing or malformed, an id or name is used twice, or a reference leads
        nowhere.
    """
    folders = sorted(path for path in (directory / "documents").glob("*") if path.is_dir())
    if not folders:
        raise PackError("plan.missing_file", path="documents/<document_id>/document.json")
    records = PlanRecords(
        documents=tuple(read_document(folder / "document.json") for folder in folders),
        sections=_all(Section, (folder / "sections.csv" for folder in folders)),
        indicators=_all(Indicator, (folder / "indicators.csv" for folder in folders)),
        context=_all(ContextFigure, (folder / "context.csv" for folder in folders)),
        places=_all(Place, sorted(directory.glob("places*.csv"))),
        mentions=_all(PlaceMention, sorted(directory.glob("place_mentions*.csv"))),
        aliases=_all(Alias, sorted(directory.glob("aliases*.csv"))),
        findings=tuple(
            finding for path in sorted(directory.glob("findings*.json")) for finding in read_findings(path)
        ),
    )
    check_plan(records)
    return records


def _folded(name: str) -> str:
    """Return ``name`` with full-width forms and case folded, as people type either."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _all(record_type: type[Record], paths: Iterable[Path]) -> tuple[Record, ...]:
    return tuple(record for path in paths for record in read_records(path, record_type))


def _get(index: Mapping[str, Record], key: str, *, what: str) -> Record:
    try:
        return index[key]
    except KeyError:
        raise PackError("plan.unknown_id", what=what, value=key) from None
