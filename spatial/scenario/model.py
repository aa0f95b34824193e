"""A scenario: a list of edits, a year and a target, for one inventory that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from spatial.errors import ScenarioError, UsageError
from spatial.station_words import EXPORTED_SITE_TYPES
from spatial.target import Target

__all__ = [
    "EVERY_YEAR",
    "FIRST_YEAR",
    "LAST_YEAR",
    "MOST_EDITS",
    "SITE_TYPES",
    "AddStation",
    "Edit",
    "MoveStation",
    "NamedInventory",
    "RemoveStation",
    "Scenario",
]

MOST_EDITS: Final = 10_000
FIRST_YEAR, LAST_YEAR = 1990, 2100
EVERY_YEAR: Final = "all"
"""In place of a year: whatever is planned, dated or not."""
SITE_TYPES: Final = tuple(EXPORTED_SITE_TYPES)
_LONGEST_WORDS: Final = 200
_DECIMALS: Final = 7
"""Of a degree: a centimetre, so that file, address and session hold one position."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_MAX_LON, _MAX_LAT = 180.0, 90.0


@dataclass(frozen=True, kw_only=True)
class AddStation:
    """A station that is not there yet.

    Parameters
    ----------
    site_id : str
        An id that no station of the inventory has.
    lon, lat : float
        Where it is to stand: degrees of WGS 84 or CGCS2000, kept to 1e-7.
    operator : str
        Who is to run it, "" where that is open.
    site_type : str
        One of `SITE_TYPES`, "" where that is open.
    year : int, optional
        From when it stands; it counts in a scenario that looks at least so far. None for at once.

    Raises
    ------
    ScenarioError
        If a value cannot be meant.
    """

    site_id: str
    lon: float
    lat: float
    operator: str = ""
    site_type: str = ""
    year: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        _check_words("id", self.site_id, needed=True)
        _check_words("operator", self.operator)
        if self.site_type not in ("", *SITE_TYPES):
            raise ScenarioError("scenario.bad_site_type", value=self.site_type, known=", ".join(SITE_TYPES))
        _check_year(self.year)
        _settle_position(self)


@dataclass(frozen=True, kw_only=True)
class MoveStation:
    """A station put elsewhere; parameters and errors as for `AddStation`."""

    site_id: str
    lon: float
    lat: float

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        _check_words("id", self.site_id, needed=True)
        _settle_position(self)


@dataclass(frozen=True, kw_only=True)
class RemoveStation:
    """A station taken away; errors as for `AddStation`."""

    site_id: str

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        _check_words("id", self.site_id, needed=True)


Edit: TypeAlias = AddStation | MoveStation | RemoveStation


@dataclass(frozen=True, kw_only=True)
class NamedInventory:
    """Which inventory a scenario was made for.

    Parameters
    ----------
    name : str
        File name.
    sha256 : str
        Digest of its canonical rows, see `spatial.scenario.digest`.
    rows : int
        Their number.

    Raises
    ------
    ScenarioError
        If a value cannot be meant.
    """

    name: str
    sha256: str
    rows: int

    def __post_init__(self) -> None:
        """Refuse what names nothing."""
        _check_words("inventory", self.name)
        if not _SHA256.fullmatch(self.sha256):
            raise ScenarioError("scenario.bad_sha256", value=self.sha256)
        if not _is_whole(self.rows) or self.rows < 0:
            raise ScenarioError("scenario.bad_rows", value=str(self.rows))


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Edits in the order in which they are made, and what the result is held against.

    Parameters
    ----------
    name : str
        What the planner calls it.
    target_per_km2 : float, optional
        Stations per km² that every zone is held against; None for the target in force.
    planned_until : int or "all", optional
        Year up to whose end planned stations count as built; "all" for every one of them, also those
        without a year; None for none.
    inventory : NamedInventory, optional
        What the edits are made on; None where nobody says.
    edits : tuple of Edit
        At most `MOST_EDITS`.

    Raises
    ------
    ScenarioError
        If a value cannot be meant.
    """

    name: str = ""
    target_per_km2: float | None = None
    planned_until: int | Literal["all"] | None = None
    inventory: NamedInventory | None = None
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        _check_words("name", self.name)
        if self.planned_until != EVERY_YEAR:
            _check_year(self.planned_until)
        if len(self.edits) > MOST_EDITS:
            raise ScenarioError("scenario.too_many_edits", n=len(self.edits), most=MOST_EDITS)
        self.target()

    @property
    def changes_nothing(self) -> bool:
        """Whether the scenario is the inventory and the target as they are."""
        return not self.edits and self.target_per_km2 is None and self.planned_until is None

    @property
    def until_year(self) -> int | None:
        """The last year whose planned stations count as built; None where none do."""
        return LAST_YEAR if isinstance(self.planned_until, str) else self.planned_until

    def target(self, otherwise: Target | None = None) -> Target | None:
        """Return what the zones are held against: the scenario's own target, else ``otherwise``."""
        if self.target_per_km2 is None:
            return otherwise
        try:
            return Target(value_per_km2=self.target_per_km2)
        except UsageError as fault:
            raise ScenarioError("scenario.bad_target", value=str(self.target_per_km2)) from fault


def _settle_position(edit: AddStation | MoveStation) -> None:
    """Keep a position to a centimetre; refuse what is none."""
    for axis, most in (("lon", _MAX_LON), ("lat", _MAX_LAT)):
        value = getattr(edit, axis)
        if not (_is_number(value) and -most <= value <= most):
            raise ScenarioError("scenario.bad_position", site_id=edit.site_id, axis=axis, value=str(value))
        object.__setattr__(edit, axis, round(float(value), _DECIMALS) + 0.0)


def _check_words(field: str, words: str, *, needed: bool = False) -> None:
    if not words.isprintable() or len(words) > _LONGEST_WORDS or words != words.strip():
        raise ScenarioError("scenario.bad_words", field=field, value=words, most=_LONGEST_WORDS)
    if needed and not words:
        raise ScenarioError("scenario.empty_words", field=field)


def _check_year(year: int | str | None) -> None:
    meant = isinstance(year, int) and not isinstance(year, bool) and FIRST_YEAR <= year <= LAST_YEAR
    if year is not None and not meant:
        raise ScenarioError("scenario.bad_year", value=str(year), first=FIRST_YEAR, last=LAST_YEAR)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
