"""The attribute columns of a zone layer: ids and names as text, the others as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.errors import DuplicateIdError, MissingColumnError
from spatial.geojson import property_text
from spatial.notice import Notice
from spatial.station_words import normalise_word

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DRAWN_BASIS", "SCHEMATIC_BASES", "ZONE_ID", "few", "name_zones", "refuse_duplicate_ids"]

ZONE_ID: Final = "zone_id"
SCHEMATIC_BASES: Final = frozenset({"schematic", "published_area_only", "published_four_sides"})
"""Outlines that somebody drew from words or an area, not from a survey or a boundary file."""

DRAWN_BASIS: Final = "user_drawn"
"""An outline that a person drew on the map: the ground of a question, which nobody surveyed or set down."""

_ZONE_NAME: Final = "name_zh"
_NAME_WORDS: Final = ("namezh", "name", "名称", "片区名称", "分区名称", "区域名称", "mc", "zonename")
_TAKEN: Final = (ZONE_ID, _ZONE_NAME, "geometry")
_SHOWN: Final = 5


def name_zones(
    attributes: pd.DataFrame,
    feature_ids: list[str],
    *,
    zone_id: str | None,
    zone_name: str | None,
    name: str,
) -> tuple[pd.DataFrame, list[Notice]]:
    """Return the columns of a zone frame, ``zone_id`` and ``name_zh`` first.

    Parameters
    ----------
    attributes : pandas.DataFrame, shape (n, columns)
        Columns of the file.
    feature_ids : list of str, length n
        Ids outside the columns, ``""`` without one.
    zone_id, zone_name : str or None
        Columns that the caller names.
    name : str
        File name, for messages alone.

    Returns
    -------
    columns : pandas.DataFrame, shape (n, columns + 2)
        A zone without an id has its row number, a zone without a name its id. A column of the file
        whose name is needed is kept as ``source_<name>``, unless it is the one that was used.
    notices : list of Notice
        How many zones have no id.

    Raises
    ------
    MissingColumnError
        If a column that the caller names is not there.
    """
    id_column = zone_id or (ZONE_ID if ZONE_ID in attributes else None)
    name_column = zone_name or _find_name_column(attributes)
    ids = _texts(attributes, id_column, name) if id_column else list(feature_ids)
    n_missing = sum(1 for value in ids if not value)
    ids = [value or str(number) for number, value in enumerate(ids, start=1)]
    names = _texts(attributes, name_column, name) if name_column else [""] * len(ids)
    used = [column for column in _TAKEN if column in (id_column, name_column)]
    columns = attributes.drop(columns=used).rename(columns={taken: f"source_{taken}" for taken in _TAKEN})
    columns.insert(0, ZONE_ID, ids)
    columns.insert(1, _ZONE_NAME, [value or ids[at] for at, value in enumerate(names)])
    missing = {"name": name, "n": n_missing}
    return columns, [Notice("inventory.zones_without_id", missing)] if n_missing else []


def refuse_duplicate_ids(ids: pd.Series, name: str) -> None:
    """Refuse zone ids that occur more than once.

    Raises
    ------
    DuplicateIdError
        Naming the first few of them.
    """
    twice = sorted(set(ids[ids.duplicated()]))
    if twice:
        raise DuplicateIdError("error.duplicate_zone_ids", name=name, ids=few(twice))


def few(ids: list[str]) -> str:
    """Return the first few ids of a list, for a message."""
    return ", ".join(ids[:_SHOWN]) + ("…" if len(ids) > _SHOWN else "")


def _find_name_column(attributes: pd.DataFrame) -> str | None:
    """Return the first column that is called a name."""
    headers = [str(header) for header in attributes.columns]
    by_word = {normalise_word(header): header for header in reversed(headers)}
    return next((by_word[word] for word in _NAME_WORDS if word in by_word), None)


def _texts(attributes: pd.DataFrame, column: str, name: str) -> list[str]:
    """Return a column as text: ``7.0`` of a table with gaps is ``"7"``, nothing is ``""``."""
    if column not in attributes:
        columns = ", ".join(attributes.columns)
        raise MissingColumnError("error.missing_column", name=name, column=column, columns=columns)
    return [property_text(value).strip() for value in attributes[column]]
