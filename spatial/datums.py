"""The datums that are known by name; nothing here needs PROJ."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["Datum", "named_datum"]


class Datum(StrEnum):
    """The datums that Chinese tables of longitudes and latitudes come in."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


_NAMES: Final = frozenset(datum.value for datum in Datum)


def named_datum(name: str) -> Datum | None:
    """Return the datum that ``name`` states, None where it states something else."""
    compact = name.strip().lower().replace("-", "").replace("_", "").replace(" ", "")
    return Datum(compact) if compact in _NAMES else None
