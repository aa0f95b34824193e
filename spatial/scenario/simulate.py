"""Before and after: the check of an inventory, and the check of the table that a scenario makes of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from spatial.check import check_zones
from spatial.definition import Definition, LifecycleStatus
from spatial.notice import Notice
from spatial.scenario.apply import Applied, apply_scenario
from spatial.scenario.model import EVERY_YEAR

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.check import MissingBasis
    from spatial.check_result import CheckResult
    from spatial.scenario.model import Scenario
    from spatial.target import Target

__all__ = ["Simulation", "apply_under", "definition_after", "scenario_notices", "simulate"]

_BOTH = ("zone_id", "name")


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What a check finds before and after a scenario.

    Parameters
    ----------
    scenario : Scenario
        What was asked.
    applied : Applied
        The edited table and what became of each edit.
    before, after : CheckResult
        As `spatial.check.check_zones` finds for the table as it is, and for the edited one.
    """

    scenario: Scenario
    applied: Applied
    before: CheckResult
    after: CheckResult

    def zones(self) -> list[dict[str, object]]:
        """Return one plain record per zone: its figures before and after, and whether its status changed."""
        counts = (result.rows["count"] for result in (self.before, self.after))
        changes = (now - was for was, now in zip(*counts, strict=True))
        rows = zip(_zone_rows(self.before), _zone_rows(self.after), changes, strict=True)
        return [
            {
                "zone_id": was["zone_id"],
                "name": was["name"],
                "before": {key: value for key, value in was.items() if key not in _BOTH},
                "after": {key: value for key, value in now.items() if key not in _BOTH},
                "count_change": None if pd.isna(change) else int(change),
                "status_changed": was["status"] != now["status"],
            }
            for was, now, change in rows
        ]


def simulate(  # noqa: PLR0913 - as check_zones
    zones: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    scenario: Scenario,
    *,
    definition: Definition,
    target: Target | None,
    synthetic: bool = False,
    n_in: int | None = None,
    n_reported: int = 0,
    missing_basis: MissingBasis = "error",
    name_column: str = "name_zh",
) -> Simulation:
    """Check an inventory before and after a scenario.

    Parameters
    ----------
    zones, points, definition, synthetic, n_in, n_reported, missing_basis, name_column
        As for `spatial.check.check_zones`; ``points`` in any stated system.
    scenario : Scenario
        What is changed.
    target : Target or None
        The target in force; the scenario's own, where it has one, holds after it.

    Raises
    ------
    InputError
        If the frames cannot be used, or the definition asks for what the data lack.
    """
    applied = apply_under(points, scenario, definition)
    before, after = (
        check_zones(
            zones,
            frame,
            definition=counted,
            target=goal,
            synthetic=synthetic,
            n_in=rows,
            n_reported=n_reported,
            missing_basis=missing_basis,
            name_column=name_column,
        )
        for frame, counted, goal, rows in (
            (points, definition, target, n_in),
            (
                applied.points,
                definition_after(definition, scenario),
                scenario.target(target),
                None if n_in is None else n_in + len(applied.points) - len(points),
            ),
        )
    )
    return Simulation(scenario=scenario, applied=applied, before=before, after=after)


def apply_under(points: gpd.GeoDataFrame, scenario: Scenario, definition: Definition) -> Applied:
    """Make the edits on a table that is counted by ``definition``; see `apply_scenario`."""
    return apply_scenario(points, scenario, as_of=definition_after(definition, scenario).as_of)


def definition_after(definition: Definition, scenario: Scenario) -> Definition:
    """Return how the edited table is counted: as before, up to the end of the scenario's year."""
    until = scenario.until_year
    if definition.as_of is None or until is None:
        return definition
    return replace(definition, as_of=max(definition.as_of, dt.date(until, 12, 31)))


def scenario_notices(scenario: Scenario, applied: Applied, definition: Definition) -> tuple[Notice, ...]:
    """Return what the reader of before and after has to know."""
    report, found = applied.report, []
    if scenario.inventory is None:
        found.append(Notice("scenario.no_inventory_named"))
    if report.became_existing:
        counts = {"n": report.became_existing, "year": scenario.until_year}
        every = scenario.planned_until == EVERY_YEAR
        found.append(
            Notice("scenario.every_became_existing" if every else "scenario.became_existing", counts)
        )
    if report.planned_later:
        found.append(Notice("scenario.planned_later", {"n": report.planned_later}))
    if report.planned_undated:
        found.append(Notice("scenario.planned_undated", {"n": report.planned_undated}))
    if report.planned_not_later and scenario.planned_until != EVERY_YEAR:
        found.append(Notice("scenario.dates_of_the_data", {"n": report.planned_not_later}))
    if definition.status != LifecycleStatus.EXISTING and not scenario.changes_nothing:
        found.append(Notice("scenario.status_in_definition"))
    if scenario.target_per_km2 is not None:
        found.append(Notice("scenario.own_target", {"target": f"{scenario.target_per_km2:g}"}))
    return tuple(found)


def _zone_rows(result: CheckResult) -> list[dict[str, object]]:
    rows = result.to_dict()["zones"]
    assert isinstance(rows, list)  # noqa: S101 - what the method makes
    return rows
