"""What a plan says, as records: documents, sections, goals, figures, places and findings.

Every record names the document and the section that it was read from. The fields of the
tabular records are the columns of their files in a plan pack, so that a reader of one knows the
other. Two kinds of text stand beside each other: fields ending in ``_zh`` / ``_en`` are our own
words in each language; ``name_in_text``, ``value_text`` and ``heading`` are short phrases as
the document prints them, by which a record is found again in its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
    "OptionalText",
    "Place",
    "PlaceMention",
    "Section",
]

OptionalText = str
"""A text that a record may leave empty; every other text of a record is required."""

OPERATORS: Final = ("ge", "gt", "le", "eq", "approx", "all")
"""How a goal compares: ``all`` is a goal of full coverage, which needs no number."""

DIRECTIONS: Final = ("increase", "decrease", "maintain", "reach")
"""Where a goal leads from its base; ``reach`` where the plan states no base."""

LEVELS: Final = ("district", "city")

PLACE_KINDS: Final = (
    "zone",
    "part",
    "area",
    "park",
    "carrier",
    "platform",
    "algorithm",
    "culture",
    "commerce",
    "wetland",
    "infrastructure",
    "city_axis",
    "city_core",
    "city_node",
    "city_district",
    "value_park",
    "policy_park",
)

FINDING_KINDS: Final = ("contradiction", "gap", "damage", "naming", "scope")


@dataclass(frozen=True, kw_only=True)
class Bilingual:
    """A text in both languages of the atlas."""

    zh: str
    en: str

    def in_language(self, lang: str) -> str:
        """Return the text in ``lang`` (``"zh"`` or ``"en"``)."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, kw_only=True)
class Document:
    """A plan text, identified by the SHA-256 of the file that was read.

    ``title``, ``issuer``, ``date`` and ``period`` are None where the text itself does not give
    them; nothing is filled in from elsewhere. ``date`` is ``YYYY-MM-DD`` or ``YYYY-MM``.
    """

    document_id: str
    title: str | None
    short_zh: str
    short_en: str
    issuer: str | None
    date: str | None
    period: str | None
    level: str
    sha256: str
    characters: int
    notes: tuple[Bilingual, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A stretch of a document that begins with its heading.

    ``char_start`` and ``char_end`` count characters of the decoded text, ``sha256`` is the
    digest of that stretch in UTF-8, so that a changed text cannot keep an old record.
    """

    section_id: str
    document_id: str
    heading: str
    char_start: int
    char_end: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A quantified goal: value, unit, base, year and the area that it is stated for.

    ``value`` is None for a goal of full coverage without a number (``operator == "all"``);
    ``base_value`` and ``base_year`` are None where the plan gives no base on the same measure.
    """

    indicator_id: str
    document_id: str
    section_id: str
    name_zh: str
    name_en: str
    name_in_text: str
    value: float | None
    value_text: str
    unit_zh: OptionalText
    unit_en: OptionalText
    operator: str
    direction: str
    base_value: float | None
    base_year: int | None
    base_text: OptionalText
    target_year: int | None
    scope: str
    scope_zh: str
    scope_en: str
    subject: str
    notes_zh: OptionalText
    notes_en: OptionalText


@dataclass(frozen=True, kw_only=True)
class ContextFigure:
    """A figure of a plan that is no goal and no base of one, with the reason why not."""

    context_id: str
    document_id: str
    section_id: str
    name_zh: str
    name_en: str
    name_in_text: str
    value: float | None
    value_text: str
    unit_zh: OptionalText
    unit_en: OptionalText
    year: int | None
    scope: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A zone, part, park, platform … that a plan names, under one stable id."""

    place_id: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    kind: str
    level: str
    parent_id: OptionalText
    role_zh: str
    role_en: str
    document_id: str
    section_id: str


@dataclass(frozen=True, kw_only=True)
class PlaceMention:
    """One passage that speaks of a place; ``zone_id`` only where the passage says so."""

    place_id: str
    document_id: str
    section_id: str
    box: OptionalText
    name_in_text: str
    zone_id: OptionalText
    description_zh: str
    description_en: str


@dataclass(frozen=True, kw_only=True)
class Alias:
    """Another name of a place."""

    alias: str
    place_id: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A short phrase of a document that a finding rests on."""

    document_id: str
    section_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A contradiction, gap, damage, naming or scope question inside or between the texts.

    ``touches`` holds the ids of the records beside which the finding is shown.
    """

    finding_id: str
    kind: str
    title: Bilingual
    detail: Bilingual
    evidence: tuple[Evidence, ...]
    touches: tuple[str, ...]
