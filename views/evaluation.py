"""Verdicts of one view: the district first, then its zones and parts, under one definition.

The district's row comes from published counts, or from the inventory that the planner brought;
never from a sum of zones, and never from the demonstration inventory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from spatial.check import CheckResult, check_count, check_surveyed
from spatial.definition import AreaBasis, Definition
from spatial.stations import Stations
from spatial.tally import Survey, survey
from views.pack_frames import STATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spatial.inventory import Inventory
    from views.pack_frames import PackFrames

__all__ = ["Evaluation", "StationSurvey", "evaluate", "survey_stations"]

PUBLISHED_BASES: Final = (AreaBasis.OFFICIAL, AreaBasis.GEOMETRY)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Every verdict that a view shows, and the definition that they were made under.

    Attributes
    ----------
    names : mapping
        Language -> id of a district, zone or part -> its name.
    published : tuple of CheckResult
        The district by published counts, one result for each basis of its area.
    published_count : int or None
        The count that the plans publish for the district.
    published_as_of : str
        The day of that count.
    district : CheckResult or None
        The district by the inventory that was brought; None for the demonstration.
    zones, parts : CheckResult or None
        The zone layers by the inventory; None where the pack has no such layer.
    """

    definition: Definition
    synthetic: bool
    names: Mapping[str, Mapping[str, str]]
    published: tuple[CheckResult, ...]
    published_count: int | None
    published_as_of: str
    district: CheckResult | None
    zones: CheckResult | None
    parts: CheckResult | None


@dataclass(frozen=True, kw_only=True)
class StationSurvey:
    """Where the stations of one inventory lie, found once for every definition.

    Attributes
    ----------
    brought : bool
        Whether the planner brought the inventory, so that it also speaks for the district.
    inventory : Inventory or None
        What was surveyed.
    layers : mapping
        Zone layer -> where the stations lie in it.
    """

    brought: bool
    inventory: Inventory | None
    layers: Mapping[str, Survey]


def survey_stations(frames: PackFrames, *, brought: Inventory | None = None) -> StationSurvey:
    """Find where stations lie: those that were brought, else the pack's demonstration.

    Raises
    ------
    GeometryError
        If the frames cannot be used.
    """
    inventory = brought or frames.inventories[STATIONS]
    stations = None if inventory is None else Stations(inventory.points)
    asked = frames.layers if brought else [name for name in frames.layers if name != "district"]
    return StationSurvey(
        brought=brought is not None,
        inventory=inventory,
        layers={layer: survey(frames.layers[layer], stations) for layer in asked},
    )


def evaluate(frames: PackFrames, stations: StationSurvey, definition: Definition) -> Evaluation:
    """Check every layer of a pack under ``definition``.

    Parameters
    ----------
    frames : PackFrames
        A pack with geometry.
    stations : StationSurvey
        Where the stations lie; those of a demonstration make every verdict synthetic.
    definition : Definition
        How stations and areas are counted.

    Raises
    ------
    BasisUnavailableError, CellLevelTableError
        If the inventory cannot be counted as the definition asks.
    """
    results = {layer: _check(frames, stations, layer, definition) for layer in stations.layers}
    return Evaluation(
        definition=definition,
        synthetic=stations.inventory is not None and stations.inventory.synthetic,
        names=frames.names,
        published=tuple(_published(frames, definition)),
        published_count=None if frames.published is None else frames.published.count,
        published_as_of="" if frames.published is None else frames.published.as_of,
        district=results.get("district"),
        zones=results.get("zones"),
        parts=results.get("parts"),
    )


def _check(frames: PackFrames, stations: StationSurvey, layer: str, definition: Definition) -> CheckResult:
    inventory = stations.inventory
    return check_surveyed(
        stations.layers[layer],
        definition=definition,
        target=frames.pack.target,
        synthetic=inventory is not None and inventory.synthetic,
        n_in=None if inventory is None else inventory.n_in,
        n_reported=0 if inventory is None else inventory.n_reported,
        missing_basis="no_data",
    )


def _published(frames: PackFrames, definition: Definition) -> Iterable[CheckResult]:
    if frames.published is None:
        return
    for basis in dict.fromkeys((*PUBLISHED_BASES, definition.area_basis)):
        yield check_count(
            frames.layers["district"],
            frames.published.count,
            definition=replace(definition, area_basis=basis),
            target=frames.pack.target,
            missing_basis="no_data",
        )
