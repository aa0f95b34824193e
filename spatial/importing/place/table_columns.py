"""Which columns of one table give its positions, and what the table says of their datum."""

from __future__ import annotations

from itertools import islice, permutations
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from spatial.errors import MissingColumnError, UnknownCrsError
from spatial.importing.model import CERTAIN, Choice, Decision, Question
from spatial.importing.place.coordinate_cells import read_numbers, split_pairs
from spatial.importing.place.coordinate_columns import ColumnPair, find_pairs
from spatial.importing.place.readings import judge_readings
from spatial.importing.place.systems import System, resolve_system
from spatial.notice import Notice
from spatial.station_words import normalise_word
from spatial.text import TextKey

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from spatial.importing.model import ImportSettings
    from spatial.importing.place.context import ImportContext

    Floats = NDArray[np.float64]
    Reasons = NDArray[np.object_]

__all__ = ["Coordinates", "PickedColumns", "pick_columns_of", "read_coordinates", "system_column"]

_PROBE: Final = 200
_READABLE: Final = 0.5
_SAME_DEG: Final = 1e-4
"""Two pairs of columns that differ by less (about 10 m) say the same."""
_MOST_PROBED: Final = 12
_SYSTEM_WORDS: Final = frozenset(
    (
        *("坐标系", "坐标系统", "坐标系类型", "坐标类型", "坐标基准", "坐标参考系"),
        *("经纬度类型", "经纬度坐标系", "datum", "crs", "coordsys", "srs"),
    )
)


class PickedColumns(NamedTuple):
    """The pair that was picked, or the question which it is; ``named`` tells a pair found by its words."""

    pair: ColumnPair | None
    decision: Decision | None
    question: Question | None


class Coordinates(NamedTuple):
    """The numbers of the two columns, and why a cell has none."""

    x: Floats
    y: Floats
    x_reasons: Reasons
    y_reasons: Reasons


def read_coordinates(table: pd.DataFrame, pair: ColumnPair) -> Coordinates:
    """Return the numbers of a pair of columns, or of the one column that holds both."""
    first, second = split_pairs(table[pair.x]) if pair.is_single else (table[pair.x], table[pair.y])
    x, x_reasons = read_numbers(first)
    y, y_reasons = read_numbers(second)
    return Coordinates(x, y, x_reasons, y_reasons)


def pick_columns_of(
    table: pd.DataFrame, settings: ImportSettings, context: ImportContext, stated: System | None
) -> PickedColumns:
    """Return the columns of the coordinates: as stated, by their words, else asked for.

    Raises
    ------
    MissingColumnError
        If a stated column is not there.
    """
    headers = [str(header) for header in table.columns]
    told = _stated_pair(headers, settings)
    if told is not None:
        why = Notice("place.columns_stated", {"x": told.x, "y": told.y})
        return PickedColumns(told, _decision(told, why, CERTAIN, ()), None)
    found = find_pairs(headers, grid_first=stated is not None and stated.is_plane)
    pairs = tuple(pair for pair in found if not pair.is_single or _is_readable(table, pair))
    pairs = _distinct(table, _of_datum(pairs, stated))
    if len(pairs) == 1:
        pair = pairs[0]
        why = Notice("place.columns_named", {"x": pair.x, "y": pair.y})
        return PickedColumns(pair, _decision(pair, why, 0.95, _choices(found)), None)
    if pairs:
        why = Notice(
            "place.columns_rival", {"columns": [name for pair in pairs for name in {pair.x, pair.y}]}
        )
        return PickedColumns(None, None, _question(why, pairs))
    guesses = _by_value(table, headers, context)
    return PickedColumns(
        None, None, _question(Notice("place.columns_missing", {"columns": headers}), guesses)
    )


def _stated_pair(headers: list[str], settings: ImportSettings) -> ColumnPair | None:
    """Return the columns that the planner stated; refuse names that the table has not."""
    x = settings.x or settings.columns.get("lon") or settings.columns.get("x")
    y = settings.y or settings.columns.get("lat") or settings.columns.get("y")
    if not x and not y:
        return None
    missing = [name for name in (x, y) if name and name not in headers]
    if missing:
        raise MissingColumnError(
            "place.stated_column_missing", column=", ".join(missing), columns=", ".join(headers)
        )
    named = {(pair.x, pair.y): pair for pair in find_pairs(headers)}
    one, other = x or str(y), y or str(x)
    return named.get((one, other)) or ColumnPair(one, other)


def _of_datum(pairs: tuple[ColumnPair, ...], stated: System | None) -> tuple[ColumnPair, ...]:
    """Return the pairs whose headers name the stated datum, else those that name none, else all."""
    datum = None if stated is None else stated.datum
    if datum is None or len(pairs) < 2:  # noqa: PLR2004 - one pair leaves nothing to choose
        return pairs
    same = tuple(pair for pair in pairs if pair.datum is datum)
    return same or tuple(pair for pair in pairs if pair.datum is None) or pairs


def _distinct(table: pd.DataFrame, pairs: tuple[ColumnPair, ...]) -> tuple[ColumnPair, ...]:
    """Leave out the pairs that say nothing else than a pair before them, under the same datum."""
    kept: list[tuple[ColumnPair, Coordinates]] = []
    head = table.iloc[: _PROBE * 5]
    for pair in pairs if len(pairs) > 1 else ():
        numbers = read_coordinates(head, pair)
        if not (np.isfinite(numbers.x) & np.isfinite(numbers.y)).any():
            continue
        if not any(pair.datum is other.datum and _same(numbers, seen) for other, seen in kept):
            kept.append((pair, numbers))
    return tuple(pair for pair, _ in kept) or pairs[:1]


def _same(one: Coordinates, other: Coordinates) -> bool:
    """Tell two pairs of columns that hold the same positions wherever both hold any."""
    both = np.isfinite(one.x) & np.isfinite(one.y) & np.isfinite(other.x) & np.isfinite(other.y)
    near = (np.abs(one.x - other.x) < _SAME_DEG) & (np.abs(one.y - other.y) < _SAME_DEG)
    return bool(near[both].all())


def _is_readable(table: pd.DataFrame, pair: ColumnPair) -> bool:
    """Tell a column of pairs from one of addresses that has the same name."""
    numbers = read_coordinates(table.iloc[:_PROBE], pair)
    filled = (table[pair.x].iloc[:_PROBE].astype("str").str.strip() != "").to_numpy()
    good = np.isfinite(numbers.x) & np.isfinite(numbers.y)
    return bool(filled.any() and good[filled].mean() >= _READABLE)


def _by_value(table: pd.DataFrame, headers: list[str], context: ImportContext) -> tuple[ColumnPair, ...]:
    """Return the pairs of columns whose numbers could be positions, nearest neighbours first."""
    head = table.iloc[:_PROBE]
    numbers: dict[str, Floats] = {}
    for header in headers:
        values, _ = read_numbers(head[header])
        if np.isfinite(values).mean() >= _READABLE:
            numbers[header] = values
    singles = [ColumnPair(name, name) for name in headers if name not in numbers]
    found = [pair for pair in singles if _is_readable(table, pair)]
    for one, other in permutations(islice(numbers, _MOST_PROBED), 2):
        judged = judge_readings(numbers[one], numbers[other], bounds=context.bounds)
        if judged.is_clear and not judged.readings[0].swapped and judged.share >= _READABLE:
            found.append(ColumnPair(one, other))
    return tuple(found)


def _question(why: Notice, pairs: tuple[ColumnPair, ...]) -> Question:
    return Question(what="columns", why=why, flag="--map", choices=_choices(pairs))


def _choices(pairs: tuple[ColumnPair, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(pair.value, _pair_label(pair)) for pair in pairs)


def _pair_label(pair: ColumnPair) -> Notice:
    if pair.datum is None:
        return Notice("place.pair", {"x": pair.x, "y": pair.y})
    datum = TextKey(f"place.datum_{pair.datum.value}")
    return Notice("place.pair_of_datum", {"x": pair.x, "y": pair.y, "datum": datum})


def _decision(pair: ColumnPair, why: Notice, confidence: float, choices: tuple[Choice, ...]) -> Decision:
    return Decision(what="columns", chosen=pair.value, why=why, confidence=confidence, choices=choices)


def system_column(table: pd.DataFrame) -> tuple[str, System | None] | None:
    """Return the column that names the reference system of each row, and the system if it is one.

    None where the table has no such column or it is empty; the system is None where the rows name
    several, or one that is not known.
    """
    for header in table.columns:
        if normalise_word(str(header)) not in _SYSTEM_WORDS:
            continue
        words = {str(cell).strip() for cell in table[header].dropna().unique()} - {""}
        if not words:
            continue
        try:
            systems = {system.text: system for system in map(resolve_system, islice(words, _PROBE))}
        except UnknownCrsError:
            return str(header), None
        return str(header), next(iter(systems.values())) if len(systems) == 1 else None
    return None
