"""Verdicts of one view: the district first, then its zones and parts, under one definition.

The district's row comes from published counts, or from the inventory that the planner brought;
never from a sum of zones, and never from the demonstration inventory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from spatial.check import CheckResult, check_count, check_zones
from spatial.definition import AreaBasis, Definition
from views.pack_frames import STATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spatial.inventory import Inventory
    from views.pack_frames import PackFrames

__all__ = ["Evaluation", "evaluate"]

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
    published_as_of: str
    district: CheckResult | None
    zones: CheckResult | None
    parts: CheckResult | None


def evaluate(frames: PackFrames, definition: Definition, *, brought: Inventory | None = None) -> Evaluation:
    """Check every layer of a pack under ``definition``.

    Parameters
    ----------
    frames : PackFrames
        A pack with geometry.
    definition : Definition
        How stations and areas are counted.
    brought : Inventory, optional
        The planner's own inventory; without it the pack's demonstration inventory is used and
        every verdict from it is synthetic.

    Raises
    ------
    BasisUnavailableError, CellLevelTableError
        If the inventory cannot be counted as the definition asks.
    """
    inventory = brought or frames.inventories[STATIONS]
    results = {
        layer: _check(frames, layer, inventory, definition)
        for layer in ("zones", "parts")
        if layer in frames.layers
    }
    return Evaluation(
        definition=definition,
        synthetic=inventory is not None and inventory.synthetic,
        names=frames.names,
        published=tuple(_published(frames, definition)),
        published_as_of="" if frames.published is None else frames.published.as_of,
        district=_check(frames, "district", brought, definition) if brought else None,
        zones=results.get("zones"),
        parts=results.get("parts"),
    )


def _check(
    frames: PackFrames, layer: str, inventory: Inventory | None, definition: Definition
) -> CheckResult:
    return check_zones(
        frames.layers[layer],
        None if inventory is None else inventory.points,
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
