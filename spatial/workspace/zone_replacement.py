"""Official outlines in place of schematic ones: which zone is which, what stands afterwards, what changes.

Names, parents, roles and targets are the plan's and stay; outline, basis and accuracy are the file's. What
was said of the former outline (its area, its land area, its notes) does not outlive it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from spatial.area import area_km2
from spatial.check import check_zones
from spatial.crs import to_canonical
from spatial.errors import GeometryError, UsageError
from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import geopandas as gpd

    from spatial.definition import Definition
    from spatial.target import Target

    ZoneSource = Literal["official_supplied", "user_supplied"]
    _Words = defaultdict[str, set[str]]

__all__ = [
    "OFFICIAL",
    "PREVIEW_COLUMNS",
    "SUPPLIED_BASES",
    "Match",
    "Pair",
    "Unclear",
    "choose_layer",
    "match_zones",
    "preview_replacement",
    "replaced_frame",
]

OFFICIAL: Final = "official_supplied"
SUPPLIED_BASES: Final = (OFFICIAL, "user_supplied")
PREVIEW_COLUMNS: Final = (
    "zone_id",
    "name",
    "replaced",
    "area_before_km2",
    "area_after_km2",
    "change",
    "count_before",
    "count_after",
    "status_before",
    "status_after",
)

_NAMES: Final = ("name_zh", "short_zh", "name_en", "short_en")
_SEPARATORS: Final = re.compile(r"[\s·•・\-_—–/()\[\]<>《》“”\"'‘’,，.。、:：]+")
_DIGITS: Final = str.maketrans("一二三四五六七八九", "123456789")
_SUFFIXES: Final = re.compile(r"(?<=.)(?:片区|分区|组团|单元|地区|区域|区|zone|area|district|part)$")
_OF_OLD_OUTLINE: Final = ("area_land_km2", "area_built_up_km2")
_GIVEN: Final = ("area_official_km2", "area_land_km2", "area_built_up_km2")
_ACCURACY: Final = "position_accuracy_m"


class Pair(NamedTuple):
    """A zone of the pack and the zone of the file that stands for it; ``by`` says what tied them."""

    zone_id: str
    imported_id: str
    by: Literal["zone_id", "name", "stated"]


class Unclear(NamedTuple):
    """A zone of the pack for which several zones of the file could stand."""

    zone_id: str
    imported_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Match:
    """Which zone of a file stands for which zone of a layer.

    Attributes
    ----------
    pairs : tuple of Pair
        In the order of the layer.
    unclear : tuple of Unclear
        To be settled by the planner; they keep their outlines until then.
    unmatched : tuple of str
        Zones of the layer for which the file has none.
    unused : tuple of str
        Zones of the file that no zone of the layer is.
    """

    pairs: tuple[Pair, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    unmatched: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def match_zones(
    pack_zones: gpd.GeoDataFrame, imported: gpd.GeoDataFrame, *, stated: Mapping[str, str] | None = None
) -> Match:
    """Find which zone of a file is which zone of a layer: by id, then by full name, then without suffix.

    Parameters
    ----------
    pack_zones, imported : geopandas.GeoDataFrame
        With ``zone_id`` and ``name_zh``.
    stated : mapping, optional
        Zone of the layer -> zone of the file, as the planner settled it; ``""`` for none.

    Raises
    ------
    UsageError
        If a zone that is stated is not there, or one zone of the file is stated twice.
    """
    ids = [str(zone_id) for zone_id in pack_zones["zone_id"]]
    theirs = [str(zone_id) for zone_id in imported["zone_id"]]
    pairs = _stated_pairs(stated or {}, ids, theirs)
    settled = set(stated or {})
    unclear: dict[str, tuple[str, ...]] = {}
    for by, word in _TIES:
        left = [zone_id for zone_id in ids if zone_id not in pairs and zone_id not in settled]
        free = set(theirs) - {pair.imported_id for pair in pairs.values()}
        ours, others = _words(pack_zones, word, set(left)), _words(imported, word, free)
        tied = _tied(ours, others)
        for zone_id, found in tied.items():
            # A zone of the file that two of ours could be is as unclear as one of ours that could be two.
            alone = all(rival == zone_id or not candidates & found for rival, candidates in tied.items())
            if len(found) == 1 and alone:
                pairs[zone_id] = Pair(zone_id, next(iter(found)), by)
            else:
                unclear.setdefault(zone_id, tuple(sorted(found)))
    used = {pair.imported_id for pair in pairs.values()}
    return Match(
        pairs=tuple(pairs[zone_id] for zone_id in ids if zone_id in pairs),
        unclear=tuple(Unclear(each, unclear[each]) for each in ids if each in unclear and each not in pairs),
        unmatched=tuple(each for each in ids if each not in pairs and each not in unclear),
        unused=tuple(each for each in theirs if each not in used),
    )


def choose_layer(layers: Mapping[str, gpd.GeoDataFrame], imported: gpd.GeoDataFrame) -> str | None:
    """Return the zone layer most of whose zones the file has; None where it has none of any."""
    found = {name: match_zones(frame, imported) for name, frame in layers.items()}
    share = {
        name: (len(match.pairs) + len(match.unclear)) / max(len(layers[name]), 1)
        for name, match in found.items()
    }
    best = max(share, key=lambda name: share[name], default=None)
    return best if best is not None and share[best] > 0 else None


def replaced_frame(
    pack_zones: gpd.GeoDataFrame,
    imported: gpd.GeoDataFrame,
    match: Match,
    *,
    basis: ZoneSource,
    source: str,
    accuracy_m: float | None = None,
) -> gpd.GeoDataFrame:
    """Return a zone layer with the outlines of a file.

    Parameters
    ----------
    pack_zones : geopandas.GeoDataFrame
        The layer as the pack has it.
    imported : geopandas.GeoDataFrame
        Zones of the file, in any stated system.
    match : Match
        Which stands for which.
    basis : {"official_supplied", "user_supplied"}
        What the planner states of the file.
    source : str
        Name of the file.
    accuracy_m : float, optional
        How well the outlines are known; else the file's own ``position_accuracy_m``, else unknown.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4490; rows and order of the layer. Zones without a partner are as they were.

    Raises
    ------
    UsageError
        If ``basis`` is none of the two, or the accuracy is no length.
    GeometryError
        If the file ties to no zone of the layer.
    """
    if basis not in SUPPLIED_BASES:
        raise UsageError("workspace.unknown_basis", basis=basis, known=list(SUPPLIED_BASES))
    if accuracy_m is not None and not (np.isfinite(accuracy_m) and accuracy_m >= 0):
        raise UsageError("workspace.bad_accuracy", value=accuracy_m)
    if not match.pairs:
        raise GeometryError("workspace.no_zone_matches", name=source)
    partner = {pair.zone_id: pair.imported_id for pair in match.pairs}
    rows = (
        to_canonical(imported).assign(zone_id=lambda each: each["zone_id"].astype(str)).set_index("zone_id")
    )
    frame = to_canonical(pack_zones).copy()
    ids = frame["zone_id"].astype(str)
    replaced = ids.isin(partner.keys()).to_numpy()
    found = rows.loc[[partner[zone_id] for zone_id in ids[replaced]]]
    shapes = frame.geometry.to_numpy().copy()
    shapes[replaced] = found.geometry.to_numpy()
    frame = frame.set_geometry(shapes, crs=frame.crs)
    stated = [accuracy_m] * len(found) if accuracy_m is not None else _numbers(found, _ACCURACY)
    _put(frame, "geometry_basis", replaced, [basis] * len(found))
    _put(frame, _ACCURACY, replaced, stated)
    _put(frame, "area_geometry_km2", replaced, area_km2(found))
    _take_areas(frame, found, replaced, source)
    _drop_old_words(frame, replaced, source)
    return frame


def preview_replacement(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame | None,
    *,
    definition: Definition,
    target: Target | None,
) -> pd.DataFrame:
    """Return what changes in area, count and verdict when ``after`` takes the place of ``before``.

    Parameters
    ----------
    before, after : geopandas.GeoDataFrame
        The same zones with other outlines.
    points : geopandas.GeoDataFrame or None
        Stations.
    definition, target
        As for `spatial.check.check_zones`.

    Returns
    -------
    pandas.DataFrame
        One row per zone, columns `PREVIEW_COLUMNS`; areas are those of the outlines in km², and ``change``
        is the relative change, -1…. Counts and verdicts are missing where the definition cannot be
        answered.

    Raises
    ------
    InputError
        If the frames cannot be used.
    """
    results = [
        check_zones(frame, points, definition=definition, target=target, missing_basis="no_data").rows
        for frame in (before, after)
    ]
    old, new = (rows.reset_index(drop=True) for rows in results)
    areas = [np.asarray(area_km2(frame), dtype=float) for frame in (before, after)]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = areas[1] / areas[0] - 1.0
    same = before.geometry.reset_index(drop=True).geom_equals(after.geometry.reset_index(drop=True))
    columns = {
        "zone_id": old["zone_id"],
        "name": old["name"],
        "replaced": ~same,
        "area_before_km2": areas[0],
        "area_after_km2": areas[1],
        "change": change,
        "count_before": old["count"],
        "count_after": new["count"],
        "status_before": old["status"],
        "status_after": new["status"],
    }
    return pd.DataFrame(columns, columns=list(PREVIEW_COLUMNS))


def _stated_pairs(stated: Mapping[str, str], ids: list[str], theirs: list[str]) -> dict[str, Pair]:
    """Return the pairs that the planner settled."""
    chosen = [imported_id for imported_id in stated.values() if imported_id]
    unknown = [each for each in stated if each not in ids] + [each for each in chosen if each not in theirs]
    if unknown or len(set(chosen)) < len(chosen):
        raise UsageError("workspace.bad_pairs", names=unknown or chosen)
    return {zone_id: Pair(zone_id, other, "stated") for zone_id, other in stated.items() if other}


def _id_words(row: pd.Series) -> Iterable[str]:
    return [str(row["zone_id"]).strip().casefold()]


def _name_words(row: pd.Series) -> Iterable[str]:
    return [_plain_name(row[column]) for column in _NAMES if column in row.index]


def _short_words(row: pd.Series) -> Iterable[str]:
    return [_SUFFIXES.sub("", word) for word in _name_words(row)]


_TIES: Final[tuple[tuple[Literal["zone_id", "name"], Callable[[pd.Series], Iterable[str]]], ...]] = (
    ("zone_id", _id_words),
    ("name", _name_words),
    ("name", _short_words),
)
"""What ties two zones, the surest first."""


def _plain_name(name: object) -> str:
    """Return a name without what writers leave to taste: width, spaces, marks, kinds of digits."""
    if not isinstance(name, str):
        return ""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return _SEPARATORS.sub("", plain).translate(_DIGITS)


def _words(zones: gpd.GeoDataFrame, word: Callable[[pd.Series], Iterable[str]], among: set[str]) -> _Words:
    """Return each word and the zones that have it."""
    found: _Words = defaultdict(set)
    columns = [name for name in ("zone_id", *_NAMES) if name in zones]
    for _, row in pd.DataFrame(zones[columns]).iterrows():
        if str(row["zone_id"]) in among:
            for each in word(row):
                if each:
                    found[each].add(str(row["zone_id"]))
    return found


def _tied(ours: _Words, others: _Words) -> dict[str, set[str]]:
    """Return, for each zone of ours, the others that share a word with it."""
    tied: dict[str, set[str]] = defaultdict(set)
    for word, zone_ids in ours.items():
        for zone_id in zone_ids:
            if word in others:
                tied[zone_id] |= others[word]
    return dict(tied)


def _numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column as numbers, unknown where there is none."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    return np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=float)


def _put(frame: pd.DataFrame, column: str, rows: np.ndarray, values: Iterable[object]) -> None:
    """Set the cells of some rows; a new column is empty elsewhere."""
    cells = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    numeric = True
    if column in frame:
        cells = frame[column].astype(object)
        numeric = is_numeric_dtype(frame[column]) and not is_bool_dtype(frame[column])
    cells[rows] = list(values)
    numeric = numeric and all(cell is None or isinstance(cell, float | int) for cell in cells)
    frame[column] = cells.astype(float) if numeric else cells


def _take_areas(frame: pd.DataFrame, found: pd.DataFrame, rows: np.ndarray, source: str) -> None:
    """Take the areas that the file states; those that were worked out from the old outline are dropped."""
    for column in _GIVEN:
        given = _numbers(found, column)
        old = _numbers(frame[rows], column)
        new = given if column in _OF_OLD_OUTLINE else np.where(np.isnan(given), old, given)
        if column in frame or not np.isnan(new).all():
            _put(frame, column, rows, new)
        for lang in ("zh", "en"):
            words = f"{column.removesuffix('_km2')}_source_{lang}"
            if words not in frame and np.isnan(given).all():
                continue
            kept = frame.loc[rows, words] if words in frame and column not in _OF_OLD_OUTLINE else None
            old_words = [None] * len(found) if kept is None else list(kept)
            sources = [
                word if np.isnan(number) else source for number, word in zip(given, old_words, strict=True)
            ]
            _put(frame, words, rows, sources)


def _drop_old_words(frame: pd.DataFrame, rows: np.ndarray, source: str) -> None:
    """Let go of what was said of the old outline; say where the new one comes from."""
    if "includes_water" in frame:
        _put(frame, "includes_water", rows, [None] * int(rows.sum()))
    for lang in ("zh", "en"):
        if f"note_{lang}" in frame:
            note = text("workspace.outline_from", lang, name=source)
            _put(frame, f"note_{lang}", rows, [note] * int(rows.sum()))
