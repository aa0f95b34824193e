"""The reading of two columns and the reference system brought together, or the question between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.crs import CANONICAL_CRS, Datum, transform_xy
from spatial.importing.model import CERTAIN, Choice, Decision, Question, Subject
from spatial.importing.place.readings import (
    Judgement,
    Reading,
    judge_readings,
    parse_reading,
    positions,
    share_near,
    stated_readings,
    utm_beside,
    zone_meridian,
)
from spatial.notice import Notice
from spatial.text import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from spatial.errors import UnknownCrsError
    from spatial.importing.model import ImportSettings
    from spatial.importing.place.context import ImportContext
    from spatial.importing.place.datum_opinion import Opinion
    from spatial.importing.place.systems import System

    Floats = NDArray[np.float64]
    LonLat = tuple[Floats, Floats]
    Opinions = Callable[[Floats, Floats, Reading], Opinion | None]
    """Gives the opinion on the datum of columns that are read so."""

__all__ = [
    "Understanding",
    "canonical_degrees",
    "crs_flag",
    "crs_question",
    "reading_candidates",
    "understand",
    "without_system",
    "worded",
]

_SHOWN: Final = 500
_USUAL_GRID: Final = 0.8
"""Confidence that metres of a zone of CGCS2000 are CGCS2000: the rule since 2018, old files aside."""
_RARE_GRID: Final = 0.1
"""Confidence that they are UTM of WGS 84, which differs by a kilometre and looks the same."""
_USUAL_MERCATOR: Final = 0.7
_SYSTEM_OF_MERCATOR: Final = "EPSG:3857"
_DEGREES: Final = (Datum.WGS84, Datum.CGCS2000, Datum.GCJ02, Datum.BD09)
_UNSHIFTED: Final = frozenset((Datum.WGS84, Datum.CGCS2000))


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """How two columns of numbers are read in their system, or what must be asked first."""

    reading: Reading | None = None
    system: str | None = None
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    warnings: tuple[Notice, ...] = ()
    candidates: Mapping[str, LonLat] = field(default_factory=dict)


def crs_flag(settings: ImportSettings) -> str:
    """Return the option of the command line that states the reference system of the subject."""
    return "--zones-crs" if settings.subject == Subject.ZONES else "--points-crs"


def understand(
    x: Floats,
    y: Floats,
    *,
    system: System | None,
    settings: ImportSettings,
    context: ImportContext,
    opinion_of: Opinions,
    named_degrees: bool = False,
) -> Understanding:
    """Find the reading of two columns and bring it together with their system.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        The numbers; NaN where a cell has none.
    system : System or None
        What the planner, a header or the file states.
    settings, context
        What the planner states, and what is known of the place.
    opinion_of : callable
        Gives the opinion on the datum of longitudes and latitudes.
    named_degrees : bool
        Whether the headers say which column is the longitude.
    """
    stated = stated_readings(system.text) if system is not None and system.is_plane else ()
    judged = judge_readings(x, y, bounds=context.bounds, stated=stated, named_degrees=named_degrees)
    reading = judged.readings[0] if judged.is_clear else None
    why = Notice("place.reading_by_range", {"share": judged.share})
    confidence = judged.choices[0].confidence if judged.choices else None
    if settings.reading is not None:
        reading = _told(x, y, settings.reading)
        why, confidence = Notice("place.reading_stated"), CERTAIN
    if reading is None:
        return _ask_reading(x, y, judged, settings)
    decision = Decision(
        what="reading", chosen=reading.name, why=why, confidence=confidence or 0.0, choices=judged.choices
    )
    found = _combine(x, y, reading, decision, system, settings, opinion_of)
    return replace(found, warnings=(*found.warnings, *_other_grid(x, y, found, context)))


def _other_grid(x: Floats, y: Floats, found: Understanding, context: ImportContext) -> tuple[Notice, ...]:
    """Warn where a stated grid leads away from the district that another grid leads to."""
    if found.reading is None or found.system is None or not found.reading.is_plane or context.bounds is None:
        return ()
    if share_near(x, y, found.reading, context.bounds) > 0.0:
        return ()
    common = judge_readings(x, y, bounds=context.bounds)
    if not common.is_clear or common.readings[0] == found.reading:
        return ()
    figures = {"stated": worded(found.reading.label), "found": worded(common.readings[0].label)}
    return (Notice("place.other_grid_fits", figures),)


def _told(x: Floats, y: Floats, name: str) -> Reading | None:
    """Return the stated reading where it is one and places any row at all."""
    reading = parse_reading(name)
    if reading is None:
        return None
    sizes = np.maximum(np.abs(x), np.abs(y))
    if reading.is_plane and not (sizes[np.isfinite(sizes)] > 180.0).any():  # noqa: PLR2004
        return None
    lon, lat = positions(x, y, reading)
    with np.errstate(invalid="ignore"):
        return reading if ((np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)).any() else None  # noqa: PLR2004


def _ask_reading(x: Floats, y: Floats, judged: Judgement, settings: ImportSettings) -> Understanding:
    """Ask for the reading; say so where the stated one places no row, or none explains the numbers."""
    rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    example = (float(x[rows[0]]), float(y[rows[0]])) if rows.size else (np.nan, np.nan)
    figures = {"x": example[0], "y": example[1], "share": judged.share, "stated": settings.reading or ""}
    if settings.reading is not None:
        why = Notice("place.reading_places_nothing", figures)
    elif not judged.choices:
        why = Notice("place.reading_unknown", figures)
    else:
        why = Notice("place.reading_unclear", figures)
    question = Question(what="reading", why=why, flag="--reading", choices=judged.choices)
    return Understanding(questions=(question,), candidates=reading_candidates(x, y, judged.readings))


def reading_candidates(x: Floats, y: Floats, readings: Iterable[Reading]) -> dict[str, LonLat]:
    """Return reading to where it would put up to 500 rows, in degrees of the datum that they are in."""
    thin = _thin(x, y)
    return {reading.name: _shown(*positions(*thin, reading)) for reading in readings}


def _combine(
    x: Floats,
    y: Floats,
    reading: Reading,
    decision: Decision,
    system: System | None,
    settings: ImportSettings,
    opinion_of: Opinions,
) -> Understanding:
    """Bring a reading and a system together, or ask where they contradict each other."""
    if system is None:
        why = "place.crs_not_stated_plane" if reading.kind == "grid" else "place.crs_not_stated"
        return _ask_system(x, y, reading, decision, (why, {}), settings, opinion_of)
    text, warnings = _fitting(reading, system)
    if text is None:
        key = "place.crs_needs_degrees" if system.is_plane else "place.crs_needs_metres"
        rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        figures = {
            "crs": worded(system.label),
            "x": float(x[rows[0]]),
            "y": float(y[rows[0]]),
            "reading": worded(reading.label),
        }
        return _ask_system(x, y, reading, decision, (key, figures), settings, opinion_of)
    return Understanding(reading=reading, system=text, decisions=(decision,), warnings=warnings)


def _fitting(reading: Reading, system: System) -> tuple[str | None, tuple[Notice, ...]]:
    """Return the system in which a reading's numbers are, None where the stated one contradicts it."""
    if reading.kind == "grid":
        if system.text == reading.crs or system.datum is Datum.CGCS2000:
            return reading.crs, ()
        if zone_meridian(reading.crs) in {zone_meridian(system.text)} - {None}:
            return reading.crs, (
                Notice("place.zone_number_differs", {"stated": system.text, "found": reading.crs}),
            )
        return None, ()
    if reading.kind == "web_mercator":
        if system.text == _SYSTEM_OF_MERCATOR or system.datum in _UNSHIFTED:
            return _SYSTEM_OF_MERCATOR, ()
        return (Datum.GCJ02.value, ()) if system.datum is Datum.GCJ02 else (None, ())
    return (None, ()) if system.is_plane else (system.text, ())


def _ask_system(
    x: Floats,
    y: Floats,
    reading: Reading,
    decision: Decision,
    why: tuple[str, Mapping[str, object]],
    settings: ImportSettings,
    opinion_of: Opinions,
) -> Understanding:
    """Ask for the reference system; the choices are those that the reading allows."""
    opinion = opinion_of(x, y, reading)
    question = crs_question(reading, Notice(*why), settings, opinion)
    candidates = {
        choice.value: _shown(*canonical_degrees(*_thin(x, y), reading, choice.value))
        for choice in question.choices
    }
    return Understanding(reading=reading, decisions=(decision,), questions=(question,), candidates=candidates)


def crs_question(
    reading: Reading, why: Notice, settings: ImportSettings, opinion: Opinion | None
) -> Question:
    """Return the question for the reference system, its choices those that a reading allows."""
    if reading.kind == "grid":
        label = Notice("place.grid_of_cgcs2000", {"crs": reading.crs})
        choices = [Choice(reading.crs, label, _USUAL_GRID)]
        utm = utm_beside(reading.crs)
        if utm:
            choices.append(Choice(utm, Notice("place.grid_of_utm", {"crs": utm}), _RARE_GRID))
    elif reading.kind == "web_mercator":
        label = Notice("place.mercator_of_wgs84")
        choices = [
            Choice(_SYSTEM_OF_MERCATOR, label, _USUAL_MERCATOR),
            Choice(Datum.GCJ02.value, Notice("place.datum_gcj02"), round(1.0 - _USUAL_MERCATOR, 3)),
        ]
    else:
        # WGS 84 and CGCS2000 are one datum here, so the evidence speaks for both alike.
        silent = opinion is None or len(set(opinion.scores.values())) == 1
        scores = {} if silent or opinion is None else dict(opinion.scores)
        if Datum.WGS84 in scores:
            scores[Datum.CGCS2000] = scores[Datum.WGS84]
        choices = [
            Choice(datum.value, Notice(f"place.datum_{datum.value}"), scores.get(datum)) for datum in _DEGREES
        ]
        choices.sort(key=lambda choice: -(choice.confidence or 0.0))
        if opinion is not None:
            why = Notice("place.crs_with_opinion", {"why": worded(why), "opinion": worded(opinion.why)})
    return Question(what="crs", why=why, flag=crs_flag(settings), choices=tuple(choices))


def canonical_degrees(x: Floats, y: Floats, reading: Reading, system: str) -> LonLat:
    """Return the degrees in EPSG:4490 of two columns that are read so, in that system.

    What cannot be carried is NaN.
    """
    lon, lat = positions(x, y, reading)
    # Grids are carried by their own system; of a mercator only the datum may be left to undo.
    if reading.kind == "grid" or system == _SYSTEM_OF_MERCATOR:
        return lon, lat
    return transform_xy(lon, lat, source=system, target=CANONICAL_CRS)


def worded(notice: Notice) -> dict[str, str]:
    """Return a notice in every language, so that it can fill another one."""
    return {lang: notice.message(lang) for lang in LANGUAGES}


def without_system(found: Understanding, error: UnknownCrsError, settings: ImportSettings) -> Understanding:
    """Return an understanding without a system whose question says why the stated one is not used.

    Nothing speaks for any other system then, so its choices carry no confidence.
    """
    why = Notice(error.key, error.params)
    asked = next((each for each in found.questions if each.what == "crs"), None)
    others = tuple(each for each in found.questions if each.what != "crs")
    if asked is None:
        question = crs_question(found.reading or Reading("degrees"), why, settings, None)
    else:
        choices = tuple(choice._replace(confidence=None) for choice in asked.choices)
        question = Question(what="crs", why=why, flag=asked.flag, choices=choices)
    return replace(found, questions=(question, *others))


def _thin(x: Floats, y: Floats) -> LonLat:
    """Return up to `_SHOWN` rows that have numbers, evenly spaced."""
    rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if rows.size > _SHOWN:
        rows = rows[np.linspace(0, rows.size - 1, _SHOWN).astype(int)]
    return x[rows], y[rows]


def _shown(lon: Floats, lat: Floats) -> LonLat:
    """Return the positions that are any."""
    with np.errstate(invalid="ignore"):
        good = (np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)  # noqa: PLR2004
    return lon[good], lat[good]
