"""A column that says in which reference system each row is: systems are never mixed.

A column that says one thing is followed, or held against what is stated, where positions are judged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from spatial.importing.columns.profiles import PROFILES
from spatial.importing.columns.values import as_text
from spatial.importing.model import Choice, Question, Subject
from spatial.notice import Notice
from spatial.station_words import normalise_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from spatial.importing.model import ImportSettings

__all__ = ["SystemColumn", "crs_flag", "read_system_column"]

_FIELD: Final = "datum"
_KNOWN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("wgs84", "wgs1984", "gcswgs1984", "gps", "epsg4326", "84坐标", "wgs84坐标系"), "wgs84"),
    **dict.fromkeys(
        (
            "cgcs2000",
            "国家2000",
            "2000国家大地坐标系",
            "国家2000坐标系",
            "国家大地2000",
            "大地2000",
            "epsg4490",
            "cgcs2000坐标系",
            "2000坐标系",
        ),
        "cgcs2000",
    ),
    **dict.fromkeys(
        (
            "gcj02",
            "gcj02坐标系",
            "火星坐标",
            "火星坐标系",
            "高德",
            "高德坐标",
            "腾讯",
            "腾讯坐标",
            "国测局坐标",
        ),
        "gcj02",
    ),
    **dict.fromkeys(("bd09", "bd09ll", "百度", "百度坐标", "百度坐标系", "bd09坐标系"), "bd09"),
}
_SHOWN: Final = 80


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemColumn:
    """What the column says, and what follows for the reading of the rows.

    Attributes
    ----------
    header : str or None
        The column; None where there is none.
    system : str or None
        What every row says, None where they say several things or nothing.
    other : ndarray of bool
        Rows that are stated to be in another system than the one that is read.
    values : pandas.Series or None
        What the column says of each row.
    questions : tuple of Question
        Which of several systems is read.
    """

    header: str | None = None
    system: str | None = None
    other: NDArray[np.bool_]
    values: pd.Series | None = None
    questions: tuple[Question, ...] = ()

    def words(self, at: NDArray[np.int64]) -> list[str]:
        """Return what the column says of these rows."""
        return [] if self.values is None else self.values.iloc[at].tolist()


def crs_flag(subject: Subject) -> str:
    """Return the option of the command line that states the reference system."""
    return "--zones-crs" if subject == Subject.ZONES else "--points-crs"


def read_system_column(table: pd.DataFrame, settings: ImportSettings) -> SystemColumn:
    """Read the column of reference systems of a table.

    Of several systems the planner says which is read; rows in the others are told in ``other``.
    """
    header = _find(table, settings)
    nothing = np.zeros(len(table), dtype=bool)
    if header is None:
        return SystemColumn(other=nothing)
    words = as_text(table[header]).str.strip()
    systems = _systems(words)
    found = systems[systems != ""].value_counts()
    same = SystemColumn(header=header, other=nothing, values=words)
    if len(found) <= 1:
        return replace(same, system=None if found.empty else str(found.index[0]))
    stated = None if settings.crs is None else _system(settings.crs)
    if stated in found.index:
        other = ((systems != "") & (systems != stated)).to_numpy()
        return replace(same, other=other)
    choices = tuple(
        Choice(str(system), Notice("import.system_rows", {"system": str(system)[:_SHOWN], "n": int(n)}))
        for system, n in found.items()
    )
    why = Notice("import.several_systems", {"column": header, "n": len(found)})
    question = Question(what="crs", why=why, flag=crs_flag(settings.subject), choices=choices)
    return replace(same, questions=(question,))


def _find(table: pd.DataFrame, settings: ImportSettings) -> str | None:
    """Return the column of systems: the stated one, else the first that is called so."""
    if _FIELD in settings.columns:
        stated = settings.columns[_FIELD]
        return stated if stated in table.columns else None
    profile = PROFILES[settings.subject]
    words = profile.field(_FIELD).words
    known = {normalise_word(str(header)): str(header) for header in reversed(table.columns)}
    return next((known[word] for word in words if word in known), None)


def _systems(words: pd.Series) -> pd.Series:
    """Return each word in the form in which systems are compared."""
    codes, distinct = pd.factorize(words)
    systems = pd.array([_system(word) for word in distinct], dtype="str")
    return pd.Series(systems.take(codes), index=words.index)


def _system(words: str) -> str:
    """Return the library's name of a system; what is not known stays as it stands."""
    plain = normalise_word(words)
    found = _KNOWN.get(plain)
    if found is None and plain.startswith("epsg") and plain[4:].isascii() and plain[4:].isdigit():
        found = f"EPSG:{plain[4:]}"
    return words.strip() if found is None else found
