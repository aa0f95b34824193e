"""Which inventory is meant: a digest of what counting reads of it, whatever the file and the row order.

Two files with the same stations have one digest, a station that stands a centimetre elsewhere another.
Columns that no definition asks are left out, and so is the order of the rows.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.errors import ScenarioError
from spatial.interval import stated_accuracy_m
from spatial.reading import canonical_positions
from spatial.scenario.model import NamedInventory
from spatial.scenario.planned import planned_rows
from spatial.station_columns import StationColumns

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.scenario.model import Scenario

__all__ = ["canonical_rows", "name_inventory", "require_inventory"]

_WORDS: Final = (
    "site_id",
    "operator",
    "operators",
    "site_type",
    "status",
    "physical_site_id",
    "logical_station_id",
    "as_of",
)
_STEPS_PER_DEGREE: Final = 1e7
_BETWEEN: Final = "\x1f"


def canonical_rows(points: gpd.GeoDataFrame) -> list[str]:
    """Return one line per row, in the order of the alphabet: what counting reads of a station.

    A position stands in whole steps of 1e-7 degree, a column that is not there as an empty one.

    Raises
    ------
    MissingCrsError
        If the frame states no system.
    """
    lon, lat = canonical_positions(points)
    columns = StationColumns(points)
    accuracy = stated_accuracy_m(points)
    cells = [_steps(lon), _steps(lat), ["" if np.isnan(m) else repr(float(m)) for m in accuracy]]
    for name in _WORDS:
        words = columns.words(name)
        cells.append([str(word) for word in words.names[words.codes]])
    known = columns.shared_known if "shared" in columns else np.zeros(len(points), dtype=bool)
    shared = columns.shared if "shared" in columns else known
    cells.append([str(int(yes)) if said else "" for yes, said in zip(shared, known, strict=True)])
    plan = planned_rows(points)
    if plan.from_plan:
        cells.append([str(year or "") for year in plan.years.tolist()])
    return sorted(_BETWEEN.join(row) for row in zip(*cells, strict=True))


def name_inventory(points: gpd.GeoDataFrame, *, name: str) -> NamedInventory:
    """Return how a scenario names an inventory; errors as for `canonical_rows`."""
    rows = canonical_rows(points)
    digest = hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()
    return NamedInventory(name=_short(name), sha256=digest, rows=len(rows))


def require_inventory(scenario: Scenario, given: NamedInventory) -> None:
    """Refuse an inventory that a scenario was not made for.

    Raises
    ------
    ScenarioError
        Naming the one that is needed and the one that is there.
    """
    needed = scenario.inventory
    if needed is not None and (needed.sha256, needed.rows) != (given.sha256, given.rows):
        raise ScenarioError(
            "scenario.other_inventory",
            needed=needed.name,
            needed_rows=needed.rows,
            needed_sha256=needed.sha256,
            given=given.name,
            given_rows=given.rows,
            given_sha256=given.sha256,
        )


def _steps(degrees: np.ndarray) -> list[str]:
    return ["" if np.isnan(value) else str(round(value * _STEPS_PER_DEGREE)) for value in degrees.tolist()]


def _short(name: str) -> str:
    """Return a file name that a scenario can hold."""
    return "".join(letter for letter in name if letter.isprintable()).strip()[:200].strip()
