"""An opinion on the datum of longitudes and latitudes, from what is known of their place.

GCJ-02 and WGS 84 cannot be told apart by the numbers: the shift is a few hundred metres. What can
speak is the place: rows that name a known place lie near it under the right datum, and stations
stand on the land of their district. Both kinds of evidence are weak where few rows carry them or the
geometry is schematic, and then the opinion says that it cannot tell. It is never more than an opinion:
the datum is always stated by the file or the planner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from spatial.crs import Datum, transform_xy
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from spatial.importing.place.context import ImportContext, KnownPlace

    Floats = NDArray[np.float64]
    LonLat = tuple[Floats, Floats]

__all__ = ["NO_OPINION", "Opinion", "datum_opinion"]

_HYPOTHESES: Final = (Datum.WGS84, Datum.GCJ02, Datum.BD09)
_SAMPLE: Final = 20_000
_METRES_PER_DEGREE: Final = 111_320.0
_CELL_M: Final = 150.0
"""Stations of one block lie on land or in the river together; a cell of this size counts once."""
_LOOSE_M: Final = 50.0
"""How far off a station that is listed rightly may be marked."""
_TEMPER: Final = 0.5
"""Neighbouring cells are not independent either."""
_CLEAN: Final = 0.02
"""Share of rows that may lie off the land under the right datum, by bad positions or a generous list."""
_HOPELESS: Final = 0.3
_FEWEST_CELLS: Final = 5
_WORST_ANCHOR_M: Final = 400.0
_NEAR_M: Final = 200.0
"""How far from the marked point of a place a station that bears its name may stand."""
_ANYWHERE_M: Final = 3_000.0
_NAMESAKE: Final = 0.3
"""Share of rows that bear the name of a place but stand elsewhere, such as along a street of that name."""
_DOUBT: Final = 0.03
_DOUBT_SPILL: Final = 0.3
_DOUBT_ONE_ANCHOR: Final = 0.2
_DOUBT_TWO_ANCHORS: Final = 0.08
_DOUBT_CONFLICT: Final = 0.5
_AGREES: Final = 1.5
"""Log-likelihood by which one kind of evidence has to lead to speak by itself."""
_SPEAKS: Final = 0.75


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """Which datum the place of the rows speaks for.

    Attributes
    ----------
    datum : Datum or None
        The datum that is most likely, None where it cannot be told. ``wgs84`` stands for CGCS2000 too.
    confidence : float
        Of that datum, 0…1; of none, the highest that any reached.
    scores : mapping
        Each datum's confidence; equal where nothing speaks.
    why : Notice
        The evidence in one sentence.
    """

    datum: Datum | None
    confidence: float
    scores: Mapping[Datum, float]
    why: Notice


_EVEN: Final = 1.0 / len(_HYPOTHESES)
_PRINTED: Final = {Datum.WGS84: "WGS 84", Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}
"""How people write each hypothesis."""

NO_OPINION: Final = Opinion(
    datum=None,
    confidence=_EVEN,
    scores=dict.fromkeys(_HYPOTHESES, _EVEN),
    why=Notice("place.opinion_nothing_known"),
)
"""The opinion where nothing is known of the place."""


@dataclass(frozen=True, kw_only=True)
class _Evidence:
    """Log-likelihood of each hypothesis, how far to doubt it, and the figures behind it."""

    logs: Floats
    doubt: float
    counts: tuple[int, ...] = ()

    @property
    def speaks(self) -> bool:
        return bool(np.ptp(self.logs) > 0)


_SILENT: Final = _Evidence(logs=np.zeros(len(_HYPOTHESES)), doubt=_DOUBT)


def datum_opinion(lon: Floats, lat: Floats, texts: Sequence[str] | None, context: ImportContext) -> Opinion:
    """Return which datum degrees are in, as far as their place says.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Degrees as the file has them; NaN is left out.
    texts : sequence of str, length n, or None
        What each row calls itself: name and address.
    context : ImportContext
        District, water and known places.
    """
    finite = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if finite.size == 0 or (context.district is None and not context.places):
        return NO_OPINION
    rows = finite[np.unique(np.linspace(0, finite.size - 1, min(_SAMPLE, finite.size)).astype(int))]
    lon, lat = lon[rows], lat[rows]
    carried = [transform_xy(lon, lat, source=datum, target=Datum.CGCS2000) for datum in _HYPOTHESES]
    land = _land_evidence(lon, lat, carried, context)
    anchors = _SILENT if texts is None else _anchor_evidence([texts[row] for row in rows], carried, context)
    return _weigh(land, anchors, n_rows=int(rows.size))


def _weigh(land: _Evidence, anchors: _Evidence, *, n_rows: int) -> Opinion:
    """Put both kinds of evidence together."""
    logs = land.logs + anchors.logs
    doubt = _joint_doubt([kind for kind in (land, anchors) if kind.speaks], int(np.argmax(logs)))
    weights = np.exp(logs - logs.max())
    scores = (1.0 - doubt) * weights / weights.sum() + doubt * _EVEN
    best = int(np.argmax(scores))
    confidence = round(float(scores[best]), 3)
    tells = confidence >= _SPEAKS
    figures = {
        "n": n_rows,
        "off_wgs84": land.counts[0] if land.counts else 0,
        "off_gcj02": land.counts[1] if land.counts else 0,
        "off_bd09": land.counts[2] if land.counts else 0,
        "n_anchors": anchors.counts[0] if anchors.counts else 0,
        "confidence": confidence,
        "datum": _PRINTED[_HYPOTHESES[best]],
    }
    return Opinion(
        datum=_HYPOTHESES[best] if tells else None,
        confidence=confidence,
        scores={datum: round(float(score), 3) for datum, score in zip(_HYPOTHESES, scores, strict=True)},
        why=Notice("place.opinion_tells" if tells else "place.opinion_cannot_tell", figures),
    )


def _joint_doubt(kinds: list[_Evidence], joint: int) -> float:
    """Return how far to doubt the datum that all evidence together prefers.

    Only evidence that tells it from every other datum by itself lowers the doubt; evidence that clearly
    prefers another one makes a conflict.
    """
    leads = {id(kind): float(kind.logs[joint] - np.delete(kind.logs, joint).max()) for kind in kinds}
    if any(lead < -_AGREES for lead in leads.values()):
        return _DOUBT_CONFLICT
    telling = [kind.doubt for kind in kinds if leads[id(kind)] > _AGREES]
    return min(telling) if telling else max((kind.doubt for kind in kinds), default=_DOUBT)


def _land_evidence(lon: Floats, lat: Floats, carried: list[LonLat], context: ImportContext) -> _Evidence:
    """Judge by the share of rows that each datum puts off the land of the district."""
    if context.district is None or context.district.is_empty:
        return _SILENT
    scale = _scale(context)
    inside: BaseGeometry = shapely.transform(context.district, lambda xy: xy * scale).buffer(
        context.district_accuracy_m + _LOOSE_M
    )
    if context.water is not None:
        # Only water that stays water however wrong the banks are speaks against a station.
        water = shapely.transform(context.water, lambda xy: xy * scale).buffer(-context.water_accuracy_m)
        inside = shapely.difference(inside, water)
    _, first = np.unique(
        np.floor(np.column_stack([lon, lat]) * scale / _CELL_M).astype(np.int64), axis=0, return_index=True
    )
    n = int(first.size)
    if n < _FEWEST_CELLS or inside.is_empty:
        return _SILENT
    shapely.prepare(inside)
    off = [
        int((~shapely.contains_xy(inside, x[first] * scale[0], y[first] * scale[1])).sum())
        for x, y in carried
    ]
    best = min(off) / n
    if best > _HOPELESS:
        return _SILENT
    logs = np.array([_log_compatible(stray, n) for stray in off]) * _TEMPER
    doubt = _DOUBT if best <= _CLEAN else _DOUBT_SPILL
    return _Evidence(logs=logs, doubt=doubt, counts=tuple(off))


def _scale(context: ImportContext) -> Floats:
    """Return metres per degree of longitude and latitude at the district; flat is enough for it."""
    _, south, _, north = context.bounds or (0.0, 0.0, 0.0, 0.0)
    return _METRES_PER_DEGREE * np.array([math.cos(math.radians((south + north) / 2.0)), 1.0])


def _log_compatible(stray: int, n: int) -> float:
    """Return the log of how well ``stray`` of ``n`` cells off the land fit a datum that is right.

    Up to `_CLEAN` fits as well as none: a datum is never preferred for being cleaner than clean, since a
    wrong one can move a part of the district inwards. Beyond it counts the Chernoff bound on chance.
    """
    share = stray / n
    if share <= _CLEAN:
        return 0.0
    rest = (1.0 - share) * math.log((1.0 - share) / (1.0 - _CLEAN)) if share < 1.0 else 0.0
    return -n * (share * math.log(share / _CLEAN) + rest)


def _anchor_evidence(texts: Sequence[str], carried: list[LonLat], context: ImportContext) -> _Evidence:
    """Judge by the distance of rows to the known places that they name; each place counts once."""
    words = pa.array(texts, type=pa.large_string())
    logs, n_places = np.zeros(len(_HYPOTHESES)), 0
    for place in context.places:
        if place.confidence_m > _WORST_ANCHOR_M:
            continue
        named = np.zeros(len(texts), dtype=bool)
        for name in place.names:
            named |= pc.match_substring(words, name).to_numpy(zero_copy_only=False)
        if named.any():
            n_places += 1
            logs += [_log_near(x[named], y[named], place) for x, y in carried]
    if not n_places:
        return _SILENT
    doubt = {1: _DOUBT_ONE_ANCHOR, 2: _DOUBT_TWO_ANCHORS}.get(n_places, _DOUBT)
    return _Evidence(logs=logs, doubt=doubt, counts=(n_places,))


def _log_near(lon: Floats, lat: Floats, place: KnownPlace) -> float:
    """Return the log-likelihood of rows that name a place, by where their middle lies from it."""
    east = (float(np.median(lon)) - place.lon) * _METRES_PER_DEGREE * math.cos(math.radians(place.lat))
    north = (float(np.median(lat)) - place.lat) * _METRES_PER_DEGREE
    variance = place.confidence_m**2 + _NEAR_M**2
    near = math.exp(-(east**2 + north**2) / (2.0 * variance)) / (2.0 * math.pi * variance)
    anywhere = 1.0 / (math.pi * _ANYWHERE_M**2)
    return math.log((1.0 - _NAMESAKE) * near + _NAMESAKE * anywhere)
