"""Which columns of a table hold the coordinates, and which datum their headers name.

A table may carry several pairs side by side, one for each datum. Then none of them is taken for
coming first: the stated datum picks one, or the planner does.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from spatial.crs import Datum
from spatial.station_words import DEGREE_WORDS, GRID_WORDS, normalise_word

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ColumnPair", "find_pairs"]


class ColumnPair(NamedTuple):
    """Headers of the east and north coordinate; the same one where a single column holds both.

    ``datum`` is what the headers say, None where they say nothing; ``sure`` tells a name that can
    mean one datum alone from one that is used loosely, such as GPS. ``north_first`` tells a single
    column whose name says that the latitude comes first.
    """

    x: str
    y: str
    datum: Datum | None = None
    sure: bool = False

    @property
    def is_single(self) -> bool:
        """Whether one column holds both coordinates."""
        return self.x == self.y

    @property
    def value(self) -> str:
        """The pair as the value of a choice, in the form of the option that states it."""
        return f"{self.x}=lon, {self.y}=lat"


_SINGLE_WORDS: Final = frozenset(
    [
        "经纬度",
        "坐标",
        "位置",
        "经纬坐标",
        "地理坐标",
        "站址坐标",
        "基站坐标",
        "中心坐标",
        "点位坐标",
        "location",
        "coordinates",
        "coordinate",
        "coord",
        "lonlat",
        "lnglat",
        "latlon",
        "latlng",
        "position",
        "point",
        "wkt",
        "geom",
        "geometry",
        "gps位置",
    ]
)
_MORE_DEGREE_WORDS: Final = (
    [
        "lon",
        "lng",
        "long",
        "longitude",
        "x经度",
        "站点经度",
        "中心经度",
        "杆体经度",
        "灯杆经度",
        "扇区经度",
        "规划经度",
        "地理经度",
        "经",
        "lond",
        "londd",
    ],
    [
        "lat",
        "latitude",
        "y纬度",
        "站点纬度",
        "中心纬度",
        "杆体纬度",
        "灯杆纬度",
        "扇区纬度",
        "规划纬度",
        "地理纬度",
        "纬",
        "latd",
        "latdd",
    ],
)
_MORE_GRID_WORDS: Final = (
    [
        "e",
        "east",
        "y东",
        "东",
        "东向",
        "东坐标",
        "横坐标",
        "x轴",
        "eastings",
        "东方向",
        "中心x",
        "centerx",
        "projx",
    ],
    [
        "n",
        "north",
        "x北",
        "北",
        "北向",
        "北坐标",
        "纵坐标",
        "y轴",
        "northings",
        "北方向",
        "中心y",
        "centery",
        "projy",
    ],
)
_DATUM_WORDS: Final[tuple[tuple[str, Datum, bool], ...]] = (
    ("wgs1984", Datum.WGS84, True),
    ("wgs84", Datum.WGS84, True),
    ("wgs", Datum.WGS84, True),
    ("84坐标系", Datum.WGS84, True),
    ("gcj02", Datum.GCJ02, True),
    ("gcj", Datum.GCJ02, True),
    ("火星", Datum.GCJ02, True),
    ("高德", Datum.GCJ02, True),
    ("腾讯", Datum.GCJ02, True),
    ("amap", Datum.GCJ02, True),
    ("bd09ll", Datum.BD09, True),
    ("bd09", Datum.BD09, True),
    ("百度", Datum.BD09, True),
    ("baidu", Datum.BD09, True),
    ("cgcs2000", Datum.CGCS2000, True),
    ("国家2000", Datum.CGCS2000, True),
    ("2000国家大地", Datum.CGCS2000, True),
    ("大地2000", Datum.CGCS2000, True),
    ("天地图", Datum.CGCS2000, True),
    ("gps", Datum.WGS84, False),
)
_SHORT_MARKS: Final = {"bd": Datum.BD09, "gd": Datum.GCJ02, "84": Datum.WGS84, "02": Datum.GCJ02}
_FILLERS: Final = re.compile(r"[\s_\-\u200b\ufeff*:/.()\[\]【】]+")


def find_pairs(headers: Iterable[str], *, grid_first: bool = False) -> tuple[ColumnPair, ...]:
    """Return every pair of coordinate columns of one family: degrees, plane, or one column for both.

    The family that is found first counts; more than one pair of it are rivals.

    Parameters
    ----------
    headers : iterable of str
        Column names as printed.
    grid_first : bool
        Whether the names of a plane grid are looked for before longitude and latitude.
    """
    headers = list(headers)
    degrees = (_words(DEGREE_WORDS[0], _MORE_DEGREE_WORDS[0]), _words(DEGREE_WORDS[1], _MORE_DEGREE_WORDS[1]))
    grid = (_words(GRID_WORDS[0], _MORE_GRID_WORDS[0]), _words(GRID_WORDS[1], _MORE_GRID_WORDS[1]))
    for east, north in (grid, degrees) if grid_first else (degrees, grid):
        pairs = _pairs(headers, east, north)
        if pairs:
            return pairs
    return tuple(_singles(headers))


def _words(*families: Iterable[str]) -> dict[str, int]:
    """Return word to rank, the best known first."""
    words = [word for family in families for word in family]
    return {word: rank for rank, word in reversed(list(enumerate(words)))}


def _pairs(headers: list[str], east: dict[str, int], north: dict[str, int]) -> tuple[ColumnPair, ...]:
    """Return the pairs of one family, one for each datum that the headers name."""
    found: dict[tuple[Datum | None, bool], tuple[list[tuple[int, str]], list[tuple[int, str]]]] = {}
    for header in headers:
        word, datum, sure = _read_header(header, {*east, *north})
        sides = found.setdefault((datum, sure), ([], []))
        for side, words in zip(sides, (east, north), strict=True):
            if word in words:
                side.append((words[word], header))
    pairs = [
        ColumnPair(x, y, datum, sure) for (datum, sure), sides in found.items() for x, y in _join(*sides)
    ]
    return tuple(pairs)


def _join(east: list[tuple[int, str]], north: list[tuple[int, str]]) -> list[tuple[str, str]]:
    """Join the columns of one datum: by the same stem where there are several, else the best known."""
    by_stem = {_stem(header): header for _, header in sorted(north, reverse=True)}
    matched = [(x, by_stem[_stem(x)]) for _, x in sorted(east) if _stem(x) in by_stem]
    if matched:
        return matched
    return [(min(east)[1], min(north)[1])] if east and north else []


def _stem(header: str) -> str:
    """Return a header without what tells east from north, so that the two of a pair are alike."""
    plain = _FILLERS.sub("", unicodedata.normalize("NFKC", header).casefold())
    for word in ("longitude", "latitude", "long", "lon", "lng", "lat", "easting", "northing"):
        if word in plain:
            return plain.replace(word, "#", 1)
    return re.sub(r"[经纬东西南北横纵xyen]", "#", plain)


def _read_header(header: str, known: set[str]) -> tuple[str, Datum | None, bool]:
    """Return the word that a header means, the datum that it names, and whether that is sure."""
    plain = normalise_word(header)
    # A header of two rows is joined by a stroke: the lower names the column, the upper its group.
    last_level = normalise_word(header.rpartition("/")[2])
    whole = _FILLERS.sub("", unicodedata.normalize("NFKC", header).casefold())
    for word, datum, sure in _DATUM_WORDS:
        if word not in whole:
            continue
        rest = whole.replace(word, "", 1)
        for bare in (
            normalise_word(rest),
            _FILLERS.sub("", plain.replace(word, "", 1)),
            rest.replace("坐标系", ""),
            last_level,
        ):
            if bare in known:
                return bare, datum, sure
        return (plain, datum, sure) if plain in known else (rest, datum, sure)
    if plain in known:
        return plain, None, False
    for mark, datum in _SHORT_MARKS.items():
        bare = whole.removeprefix(mark) if whole.startswith(mark) else whole.removesuffix(mark)
        if bare != whole and bare in known:
            return bare, datum, False
    return last_level if last_level in known else plain, None, False


def _singles(headers: list[str]) -> Iterable[ColumnPair]:
    """Yield the columns whose name says that they hold both coordinates."""
    for header in headers:
        word, datum, sure = _read_header(header, set(_SINGLE_WORDS))
        if word in _SINGLE_WORDS:
            yield ColumnPair(header, header, datum, sure)
