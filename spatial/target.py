"""A density target and what it is a target for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from spatial.errors import UsageError

__all__ = ["Target", "TargetScope"]


_LEAST_PER_KM2: Final = 1e-9
_MOST_PER_KM2: Final = 1e9
"""A thousand on each square metre: more than a count of stations can hold."""


class TargetScope(StrEnum):
    """Whose target a figure is."""

    DISTRICT = "district"
    ZONE = "zone"
    USER = "user"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A number of stations per km² that a plan or the user sets.

    Parameters
    ----------
    value_per_km2 : float
        Stations per square kilometre, above zero.
    scope : {"district", "zone", "user"}
        A district's target binds the district alone; for its zones it is a reference. A zone's
        target binds that zone and no other. A user's target is applied to every zone.
    scope_zone_id : str, optional
        The ``zone_id`` that the target binds.
    year : int, optional
        The year by which it is to be reached.
    indicator_id, document_id, section_id : str, optional
        Where the plan says so.

    Raises
    ------
    UsageError
        If the value is no positive number, or one that no density can be held against.
    """

    value_per_km2: float
    scope: TargetScope | str = TargetScope.USER
    scope_zone_id: str | None = None
    year: int | None = None
    indicator_id: str | None = None
    document_id: str | None = None
    section_id: str | None = None

    def __post_init__(self) -> None:
        """Refuse a value that no verdict can be measured against."""
        if not _LEAST_PER_KM2 <= self.value_per_km2 <= _MOST_PER_KM2:
            raise UsageError("verdict.target_not_positive", value=self.value_per_km2)
        object.__setattr__(self, "scope", TargetScope(self.scope))

    def scope_for(self, zone_id: str) -> str | None:
        """Return how the target stands to a zone; None where it does not apply.

        Returns
        -------
        str or None
            ``"district"``, ``"district_reference"``, ``"zone"``, ``"user"`` or None.
        """
        if self.scope == TargetScope.USER:
            return "user"
        if zone_id == self.scope_zone_id:
            return str(self.scope)
        return "district_reference" if self.scope == TargetScope.DISTRICT else None
