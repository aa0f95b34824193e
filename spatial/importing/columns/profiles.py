"""The fields of each subject: the library's names, the headers that mean them, and what they hold.

Operators' exports, survey tables and the hand-over packages of this library call the same thing by
many names; headers are compared after `spatial.station_words.normalise_word`. What no profile knows
is kept under its own name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from spatial.export.fields import LayerKind, fields_of
from spatial.importing.field_words import (
    CELL_WORDS,
    FEATURE_WORDS,
    PARK_WORDS,
    POLE_WORDS,
    STATION_WORDS,
    ZONE_WORDS,
)
from spatial.importing.model import Subject
from spatial.station_words import normalise_word
from spatial.text import TextKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Need = Literal["required", "preferred", "optional"]

__all__ = ["PROFILES", "Field", "Profile", "ValueKind"]


class ValueKind(StrEnum):
    """What the cells of a field hold; lengths, areas and rents are brought to one unit."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date"
    FLAG = "flag"
    SITE_TYPE = "site_type"
    STATUS = "status"
    LENGTH_M = "length_m"
    AREA_M2 = "area_m2"
    AREA_KM2 = "area_km2"
    PEOPLE = "people"
    RENT = "rent"
    BASIS = "basis"
    DATUM = "datum"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a subject.

    Attributes
    ----------
    name : str
        Column of the canonical frame, with its unit.
    kind : ValueKind
        What its cells hold.
    need : str
        ``"required"``, ``"preferred"`` (where there is none the row number stands in) or ``"optional"``.
    words : tuple of str
        Normalised headers that mean it, the library's own name first.
    """

    name: str
    kind: ValueKind
    need: Need
    words: tuple[str, ...]

    @property
    def label(self) -> TextKey:
        """The text key of what a planner calls it."""
        return TextKey(f"import.field_{self.name}")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a file of one subject may hold.

    Attributes
    ----------
    subject : Subject
        What the rows are.
    fields : tuple of Field
        In the order of the canonical frame.
    """

    subject: Subject
    fields: tuple[Field, ...]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the fields."""
        return (field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """Return the field of that name.

        Raises
        ------
        KeyError
            If the profile has no such field.
        """
        return next(iter(field for field in self.fields if field.name == name))


_KINDS: Final[Mapping[str, ValueKind]] = {
    "site_type": ValueKind.SITE_TYPE,
    "status": ValueKind.STATUS,
    "shared": ValueKind.FLAG,
    "synthetic": ValueKind.FLAG,
    "as_of": ValueKind.DATE,
    "position_accuracy_m": ValueKind.LENGTH_M,
    "height_m": ValueKind.LENGTH_M,
    "pole_height_m": ValueKind.LENGTH_M,
    "spacing_m": ValueKind.LENGTH_M,
    "azimuth_deg": ValueKind.NUMBER,
    "mechanical_downtilt_deg": ValueKind.NUMBER,
    "electrical_downtilt_deg": ValueKind.NUMBER,
    "plan_year": ValueKind.INTEGER,
    "built_year": ValueKind.INTEGER,
    "carries_5g": ValueKind.FLAG,
    "mountable": ValueKind.FLAG,
    "area_official_km2": ValueKind.AREA_KM2,
    "area_land_km2": ValueKind.AREA_KM2,
    "area_built_up_km2": ValueKind.AREA_KM2,
    "population": ValueKind.PEOPLE,
    "site_area_m2": ValueKind.AREA_M2,
    "floor_area_m2": ValueKind.AREA_M2,
    "leasable_area_m2": ValueKind.AREA_M2,
    "rent": ValueKind.RENT,
    "geometry_basis": ValueKind.BASIS,
    "datum": ValueKind.DATUM,
}
_REQUIRED: Final[Mapping[Subject, frozenset[str]]] = {
    Subject.ZONES: frozenset({"name_zh"}),
    Subject.PARKS: frozenset({"name_zh"}),
}
_NUMBERED: Final[Mapping[Subject, str]] = {
    Subject.BASE_STATIONS: "site_id",
    Subject.LAMP_POLES: "site_id",
    Subject.ZONES: "zone_id",
}
_EXPORTED_AS: Final = {
    Subject.BASE_STATIONS: LayerKind.BASE_STATIONS,
    Subject.LAMP_POLES: LayerKind.LAMP_POLES,
    Subject.ZONES: LayerKind.ZONES,
    Subject.PARKS: LayerKind.PLACES,
    Subject.POINTS: LayerKind.BASE_STATIONS,
}
_RENAMED: Final = {
    (Subject.PARKS, "basis"): "geometry_basis",
    (Subject.PARKS, "confidence_m"): "position_accuracy_m",
    (Subject.PARKS, "document_date"): "as_of",
    (Subject.PARKS, "role_zh"): "note",
    (Subject.ZONES, "note_zh"): "note",
}


def _exported_codes(subject: Subject) -> dict[str, str]:
    """Return our own field code, normalised, of each column that a hand-over package carries."""
    if subject not in _EXPORTED_AS:
        return {}
    return {
        _RENAMED.get((subject, field.source), field.source): normalise_word(field.code)
        for field in fields_of(_EXPORTED_AS[subject])
        if field.source
    }


def _need(subject: Subject, name: str) -> Need:
    """Return what becomes of rows without the field: refused, numbered, or used as they are."""
    if name in _REQUIRED.get(subject, ()):
        return "required"
    return "preferred" if _NUMBERED.get(subject) == name else "optional"


def _profile(subject: Subject, words: Mapping[str, tuple[str, ...]]) -> Profile:
    codes = _exported_codes(subject)
    fields = tuple(
        Field(
            name=name,
            kind=_KINDS.get(name, ValueKind.TEXT),
            need=_need(subject, name),
            words=tuple(
                dict.fromkeys(
                    [
                        normalise_word(name),
                        *map(normalise_word, synonyms),
                        *([codes[name]] if name in codes else []),
                    ]
                )
            ),
        )
        for name, synonyms in words.items()
    )
    return Profile(subject=subject, fields=fields)


PROFILES: Final[Mapping[Subject, Profile]] = {
    Subject.BASE_STATIONS: _profile(Subject.BASE_STATIONS, {**STATION_WORDS, **CELL_WORDS}),
    Subject.LAMP_POLES: _profile(Subject.LAMP_POLES, POLE_WORDS),
    Subject.ZONES: _profile(Subject.ZONES, ZONE_WORDS),
    Subject.PARKS: _profile(Subject.PARKS, PARK_WORDS),
    Subject.POINTS: _profile(Subject.POINTS, STATION_WORDS),
    Subject.FEATURES: _profile(Subject.FEATURES, FEATURE_WORDS),
}
"""Subject to the fields that its files may have."""
