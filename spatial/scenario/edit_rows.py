"""Edits out of rows that a planner copies from a spreadsheet: each row becomes one edit or is reported."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from spatial.coordinates import parse_coordinate
from spatial.crs import points_from_lonlat
from spatial.errors import AtlasError, ScenarioError
from spatial.importing.field_words import STATION_WORDS
from spatial.scenario.model import FIRST_YEAR, LAST_YEAR, MOST_EDITS, AddStation, MoveStation, RemoveStation
from spatial.station_attributes import iso_date
from spatial.station_words import SITE_TYPE_WORDS, normalise_word, pick_coordinates
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from spatial.scenario.model import Edit

__all__ = ["COLUMNS", "NEW_ID", "EditRows", "RejectedRow", "edits_of_rows", "fresh_ids", "read_place"]

NEW_ID: Final = "NEW-"
COLUMNS: Final = ("kind", "site_id", "lon", "lat", "site_type", "operator", "year")
"""In the order in which cells are read where no row of heads stands first."""
_KINDS: Final = {
    **dict.fromkeys(("", "add", "new", "新增", "增加", "新建", "加"), "add"),
    **dict.fromkeys(("move", "移动", "迁移", "移站", "迁站", "迁改"), "move"),
    **dict.fromkeys(("remove", "delete", "移除", "删除", "拆除", "减站", "退网"), "remove"),
}
_HEADS: Final = {
    "kind": ("kind", "what", "action", "操作", "动作", "类别"),
    "site_id": ("id", "siteid", *STATION_WORDS["site_id"]),
    "site_type": STATION_WORDS["site_type"],
    "operator": STATION_WORDS["operator"],
    "year": ("year", "年份", *STATION_WORDS["plan_year"]),
}


@dataclass(frozen=True, kw_only=True)
class RejectedRow:
    """A row that is no edit: its number among the rows, from 1, and why."""

    row: int
    reason: AtlasError

    def message(self, lang: str = "zh") -> str:
        """Return what is the matter, in ``lang``."""
        return text("scenario.row_rejected", lang, row=self.row, reason=self.reason.message(lang))


@dataclass(frozen=True, kw_only=True)
class EditRows:
    """The edits of the rows that could be read, and the others; together all rows that hold anything."""

    n_in: int
    edits: tuple[Edit, ...]
    rejected: tuple[RejectedRow, ...]


def edits_of_rows(words: str, *, crs: str, taken: Iterable[str] = ()) -> EditRows:
    """Return the edits that rows of a spreadsheet ask for.

    Parameters
    ----------
    words : str
        Rows of cells parted by tabs, else by commas. A first row of heads says what the columns are;
        `COLUMNS` in their order otherwise. A row that names no kind adds a station.
    crs : str
        Reference system of the positions, as for `spatial.crs.parse_crs`.
    taken : iterable of str
        Ids that a new station without one must not get.

    Raises
    ------
    ScenarioError
        If there are more rows than a scenario holds edits.
    """
    lines = [line for line in words.splitlines() if line.strip(" \t,;，")]
    mark = "\t" if any("\t" in line for line in lines) else ","
    table = [_cells(line, mark) for line in lines]
    places = _columns(table[0]) if table else None
    rows = table if places is None else table[1:]
    if len(rows) > MOST_EDITS:
        raise ScenarioError("scenario.too_many_edits", n=len(rows), most=MOST_EDITS)
    places = places or {name: at for at, name in enumerate(COLUMNS)}
    ids = fresh_ids(taken)
    edits: list[Edit] = []
    rejected = []
    for number, row in enumerate(rows, start=1):
        cells = {name: row[at] if at < len(row) else "" for name, at in places.items()}
        try:
            edits.append(_edit({name: cells.get(name, "") for name in COLUMNS}, crs=crs, ids=ids))
        except AtlasError as fault:
            rejected.append(RejectedRow(row=number, reason=fault))
    return EditRows(n_in=len(rows), edits=tuple(edits), rejected=tuple(rejected))


def fresh_ids(taken: Iterable[str]) -> Iterator[str]:
    """Return new ids, each once, none of them among those that are taken."""
    known = set(taken)
    return (name for n in count(1) if (name := f"{NEW_ID}{n}") not in known)


def _cells(line: str, mark: str) -> list[str]:
    """Return the cells of a row; a row that cannot be taken apart is one cell."""
    try:
        return [cell.strip() for row in csv.reader([line], delimiter=mark) for cell in row]
    except csv.Error:
        return [line]


def _columns(heads: list[str]) -> dict[str, int] | None:
    """Return where each column stands, None where the row is no row of heads."""
    words = [normalise_word(head) for head in heads]
    found = {
        name: next((at for at, word in enumerate(words) if word in map(normalise_word, known)), None)
        for name, known in _HEADS.items()
    }
    pair = pick_coordinates([head for head in heads if head])
    if pair is not None:
        found |= {"lon": heads.index(pair[0]), "lat": heads.index(pair[1])}
    known = {name: at for name, at in found.items() if at is not None}
    return known if pair is not None or {"kind", "site_id"} <= known.keys() else None


def _edit(cells: Mapping[str, str], *, crs: str, ids: Iterator[str]) -> Edit:
    kind = _KINDS.get(normalise_word(cells["kind"]))
    if kind is None:
        raise ScenarioError("scenario.bad_kind", value=cells["kind"])
    site_id = cells["site_id"]
    if kind == "remove":
        return RemoveStation(site_id=site_id)
    lon, lat = read_place(cells["lon"], cells["lat"], crs=crs, site_id=site_id)
    if kind == "move":
        return MoveStation(site_id=site_id, lon=lon, lat=lat)
    given = cells["site_type"]
    return AddStation(
        site_id=site_id or next(ids),
        lon=lon,
        lat=lat,
        operator=cells["operator"],
        site_type=SITE_TYPE_WORDS.get(normalise_word(given), given),
        year=_year(cells["year"]),
    )


def read_place(lon: str, lat: str, *, crs: str, site_id: str) -> tuple[float, float]:
    """Return a position as it was written, in degrees of the canonical system.

    Raises
    ------
    ScenarioError
        If it is none; ``site_id`` is named.
    """
    numbers = []
    for axis, words in (("lon", lon), ("lat", lat)):
        number, reason = parse_coordinate(words)
        if reason:
            raise ScenarioError("scenario.bad_position", site_id=site_id, axis=axis, value=words)
        numbers.append(number)
    point = points_from_lonlat(numbers[:1], numbers[1:], crs=crs).iloc[0]
    if point is None:
        raise ScenarioError("scenario.bad_position", site_id=site_id, axis="lon, lat", value=f"{lon}, {lat}")
    return point.x, point.y


def _year(words: str) -> int | None:
    if not words:
        return None
    day = iso_date(words.removesuffix(".0"))
    if day is None:
        raise ScenarioError("scenario.bad_year", value=words, first=FIRST_YEAR, last=LAST_YEAR)
    return int(day[:4])
