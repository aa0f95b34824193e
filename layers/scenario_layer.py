"""What a scenario changes, drawn over the stations; and the click that the map is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

__all__ = ["ScenarioMark", "ScenarioOverlay", "scenario_layer"]

STEPS_PER_DEGREE: Final = 10_000_000


@dataclass(frozen=True, kw_only=True)
class ScenarioMark:
    """One station that was added, moved or removed.

    Attributes
    ----------
    kind : {"add", "move", "remove"}
    lon, lat : float
        Where it stands now, or stood.
    origin : tuple of float, optional
        Longitude and latitude that it was moved from.
    """

    kind: Literal["add", "move", "remove"]
    lon: float
    lat: float
    origin: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class ScenarioOverlay:
    """What stands over one of two maps that show before and after.

    Attributes
    ----------
    twins : str
        Maps of one such name on a page move together.
    title : str
        Which of the two it is, shown on the map.
    marks : tuple of ScenarioMark
        What the scenario changes.
    asks : {"", "spot", "station"}
        What the next click is to be: nothing of ours, a place, or a station.
    words, nothing_here : str
        What is asked for, and what is said where no station is near the click.
    """

    twins: str
    title: str
    marks: tuple[ScenarioMark, ...] = ()
    asks: Literal["", "spot", "station"] = ""
    words: str = ""
    nothing_here: str = ""


def scenario_layer(overlay: ScenarioOverlay) -> dict[str, Any]:
    """Return the overlay as the map's script reads it: positions in whole steps of 1e-7 degree."""
    return {
        "twins": overlay.twins,
        "title": overlay.title,
        "asks": overlay.asks,
        "words": overlay.words,
        "nothing_here": overlay.nothing_here,
        "marks": [
            [mark.kind, *_steps(mark.lon, mark.lat), *(() if mark.origin is None else _steps(*mark.origin))]
            for mark in overlay.marks
        ],
    }


def _steps(lon: float, lat: float) -> tuple[int, int]:
    return round(lon * STEPS_PER_DEGREE), round(lat * STEPS_PER_DEGREE)
