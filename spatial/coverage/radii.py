"""How far a site reaches in the proxy: by its type, and outdoors by its band.

The figures are planners' rules of thumb and are there to be changed: none is measured, and none of
them makes the proxy a statement about signal.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from spatial.coordinates import parse_coordinate
from spatial.errors import UsageError
from spatial.notice import Notice
from spatial.station_words import SITE_TYPE_WORDS, normalise_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from spatial.station_columns import StationColumns

    Rows = NDArray[np.int64]

__all__ = [
    "DEFAULT_RADII",
    "FARTHEST_M",
    "USUAL_RANGE_M",
    "Radii",
    "SiteClass",
    "SiteReach",
    "bands_of",
    "radii_from_words",
    "site_reach",
]

FARTHEST_M: Final = 5_000.0
"""The widest radius that may be stated."""


class SiteClass(StrEnum):
    """What decides a radius: the band of a macro site, the type of any other."""

    BAND_700M = "700M"
    BAND_2600M = "2.6G"
    BAND_3500M = "3.5G"
    BAND_4900M = "4.9G"
    MICRO = "micro"
    POLE = "pole"
    INDOOR = "indoor"
    UNKNOWN = "unknown"


BANDS: Final = (
    SiteClass.BAND_700M,
    SiteClass.BAND_2600M,
    SiteClass.BAND_3500M,
    SiteClass.BAND_4900M,
)

USUAL_RANGE_M: Final[Mapping[SiteClass, tuple[float, float]]] = MappingProxyType(
    {
        SiteClass.BAND_700M: (600.0, 1000.0),
        SiteClass.BAND_2600M: (200.0, 300.0),
        SiteClass.BAND_3500M: (150.0, 250.0),
        SiteClass.BAND_4900M: (100.0, 200.0),
        SiteClass.MICRO: (50.0, 100.0),
        SiteClass.POLE: (50.0, 100.0),
        SiteClass.INDOOR: (0.0, 0.0),
        SiteClass.UNKNOWN: (100.0, 300.0),
    }
)
"""What is usually assumed in a dense city: practice without a published source, but for sites in
general, whose range Science and Technology Daily (科技日报) gave on 2019-09-04."""

# MHz, the lower bound included. Nothing ends at a whole "5G", which is no band.
_BAND_RANGES: Final = (
    # A nominal 800 MHz is another operator's band.
    (690.0, 800.0, SiteClass.BAND_700M),
    (2490.0, 2700.0, SiteClass.BAND_2600M),
    (3300.0, 3800.0, SiteClass.BAND_3500M),
    (4400.0, 4990.0, SiteClass.BAND_4900M),
)
_NR_BANDS: Final = {
    "28": SiteClass.BAND_700M,
    "41": SiteClass.BAND_2600M,
    "77": SiteClass.BAND_3500M,
    "78": SiteClass.BAND_3500M,
    "79": SiteClass.BAND_4900M,
}
_NR_BAND: Final = re.compile(r"n([0-9]{1,3})(?![0-9.])")
_FREQUENCY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(g|m)?")
_MHZ_PER_GHZ: Final = 1000.0
_BARE_GHZ_BELOW: Final = 10.0
_OUTDOORS: Final = "macro"
_BY_TYPE: Final = {
    "micro": SiteClass.MICRO,
    "pole": SiteClass.POLE,
    "indoor": SiteClass.INDOOR,
}


@dataclass(frozen=True)
class Radii:
    """A radius in metres for each class of site.

    Parameters
    ----------
    by_class : mapping
        Every `SiteClass` to metres; 0 for a class that covers no ground.

    Raises
    ------
    UsageError
        If a radius is no number from 0 to `FARTHEST_M`.
    """

    by_class: Mapping[SiteClass, float]

    def __post_init__(self) -> None:
        for name, metres in self.by_class.items():
            if not (math.isfinite(metres) and 0.0 <= metres <= FARTHEST_M):
                raise UsageError("coverage.bad_radius", name=str(name), value=metres, most=FARTHEST_M)

    def changed(self, changes: Mapping[SiteClass, float]) -> Radii:
        """Return these radii with others in their place; errors as for `Radii`."""
        return Radii({**self.by_class, **changes})

    def to_dict(self) -> dict[str, float]:
        """Return plain values in the order of the classes."""
        return {str(each): float(self.by_class[each]) for each in SiteClass}


DEFAULT_RADII: Final = Radii(
    MappingProxyType(
        {
            SiteClass.BAND_700M: 800.0,
            SiteClass.BAND_2600M: 250.0,
            SiteClass.BAND_3500M: 200.0,
            SiteClass.BAND_4900M: 150.0,
            SiteClass.MICRO: 75.0,
            SiteClass.POLE: 75.0,
            SiteClass.INDOOR: 0.0,
            SiteClass.UNKNOWN: 100.0,
        }
    )
)
"""The middle of each usual range; the lower end for a site of which nothing is known."""


class SiteReach(NamedTuple):
    """How far each site reaches, and why.

    Attributes
    ----------
    classes : ndarray of int, shape (n,)
        Position in `SiteClass`.
    radius_m : ndarray of float, shape (n,)
        Metres.
    notices : tuple of Notice
        How many sites were given a radius that their row does not ask for.
    """

    classes: Rows
    radius_m: NDArray[np.float64]
    notices: tuple[Notice, ...]


def radii_from_words(words: Iterable[str], radii: Radii = DEFAULT_RADII) -> Radii:
    """Return radii as ``[BAND|TYPE=]METRES`` words change them, one after the other.

    A number alone is for every class but indoor systems, ``macro`` for every band.

    Raises
    ------
    UsageError
        Naming the word.
    """
    for word in words:
        name, equals, given = unicodedata.normalize("NFKC", word).rpartition("=")
        metres, reason = parse_coordinate(given)
        classes = _named_classes(name) if equals else tuple(set(SiteClass) - {SiteClass.INDOOR})
        if reason or not classes:
            known = [str(each) for each in (*SiteClass, _OUTDOORS)]
            raise UsageError("coverage.bad_radius_word", word=word, known=known)
        radii = radii.changed(dict.fromkeys(classes, metres))
    return radii


def bands_of(words: str) -> tuple[SiteClass, ...]:
    """Return the bands that a cell names, such as ``3.5 GHz``, ``n78``, ``2600M/700M``; none for others."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    found = {_NR_BANDS[number] for number in _NR_BAND.findall(plain) if number in _NR_BANDS}
    for digits, unit in _FREQUENCY.findall(_NR_BAND.sub(" ", plain)):
        value = float(digits)
        in_ghz = unit == "g" or (not unit and value < _BARE_GHZ_BELOW)
        mhz = value * _MHZ_PER_GHZ if in_ghz else value
        found |= {band for low, high, band in _BAND_RANGES if low <= mhz < high}
    return tuple(band for band in BANDS if band in found)


def site_reach(columns: StationColumns, rows: Rows, radii: Radii) -> SiteReach:
    """Return how far the sites in ``rows`` reach.

    An indoor, micro or pole site has the radius of its type; any other that of its band, the widest of
    several. Where the type is not one of the known it is read as macro; where the band is not, the site
    is of the class ``unknown``. Both are counted in notices.
    """
    types, bands = columns.words("site_type"), columns.words("band")
    order = list(SiteClass)
    kinds = [SITE_TYPE_WORDS.get(normalise_word(str(word)), "") for word in types.names]
    # An empty table has no words at all: the kind of the numbers must not hang on them.
    of_type = np.array([order.index(_BY_TYPE[kind]) if kind in _BY_TYPE else -1 for kind in kinds], dtype=int)
    of_band = np.array([order.index(_widest(str(word), radii)) for word in bands.names], dtype=int)
    stated_macro = np.array([kind == _OUTDOORS for kind in kinds], dtype=bool)
    by_type = of_type[types.codes[rows]]
    classes = np.where(by_type >= 0, by_type, of_band[bands.codes[rows]]).astype(np.int64)
    metres = np.array([radii.by_class[each] for each in order])
    unknown = classes == order.index(SiteClass.UNKNOWN)
    assumed = (by_type < 0) & ~stated_macro[types.codes[rows]] & ~unknown
    notices = []
    if assumed.any():
        notices.append(Notice("coverage.type_assumed", {"count": int(assumed.sum())}))
    if unknown.any():
        figures = {"count": int(unknown.sum()), "radius": radii.by_class[SiteClass.UNKNOWN]}
        notices.append(Notice("coverage.radius_assumed", figures))
    return SiteReach(classes, metres[classes], tuple(notices))


def _widest(words: str, radii: Radii) -> SiteClass:
    """Return the class of a macro site with that band."""
    return max(bands_of(words), key=lambda band: radii.by_class[band], default=SiteClass.UNKNOWN)


def _named_classes(name: str) -> tuple[SiteClass, ...]:
    """Return the classes that a word of a call names; none where it names none."""
    word = name.strip()
    kind = SITE_TYPE_WORDS.get(normalise_word(word), "")
    if word == SiteClass.UNKNOWN or kind == "other":
        return (SiteClass.UNKNOWN,)
    if kind == _OUTDOORS:
        return BANDS
    return (_BY_TYPE[kind],) if kind else bands_of(word)
