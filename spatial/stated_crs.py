"""A caller's reference system against the one that the file names."""

from __future__ import annotations

from typing import Final

from spatial.datums import Datum, named_datum
from spatial.notice import Notice

__all__ = ["override_notices"]

_LONGEST_NAME: Final = 80
"""Characters shown of a name, which may be the text of a whole system."""
_SAME: Final[dict[str, str]] = {"epsg:4326": Datum.WGS84, "epsg:4490": Datum.CGCS2000}


def override_notices(stated: str | None, named: str | None) -> tuple[Notice, ...]:
    """Return what is to be said where both speak and do not agree; the caller's word is taken.

    Parameters
    ----------
    stated : str or None
        The system that the caller states.
    named : str or None
        The system that the file names.
    """
    if stated is None or named is None or _plain(stated) == _plain(named):
        return ()
    return (Notice("inventory.crs_overrides", {"stated": stated, "named": named[:_LONGEST_NAME]}),)


def _plain(crs: str) -> str:
    datum = named_datum(crs)
    compact = crs.strip().lower()
    return str(datum if datum is not None else _SAME.get(compact, compact))
