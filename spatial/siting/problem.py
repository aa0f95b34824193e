"""From frames to a siting problem: which poles may be chosen, what each zone lacks, what should be covered.

Counts and required counts are those of `spatial.check`; which zone counts a pole is told by the same
index. No row of the candidates is swallowed: ``n_in = n_used + n_reported``, and a used pole that may
not carry a station is counted in a notice.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.check import check_surveyed
from spatial.coordinates import parse_coordinate
from spatial.counting import locate
from spatial.coverage.demand import demand_grid
from spatial.crs import CANONICAL_CRS, metric_crs_for, reproject, to_canonical
from spatial.definition import LifecycleStatus
from spatial.errors import BasisUnavailableError, CellLevelTableError, MissingColumnError, UsageError
from spatial.inventory import REJECTED_COLUMNS, Inventory
from spatial.notice import Notice, once
from spatial.reading import placeable
from spatial.selection import select_stations
from spatial.siting.model import SitingProblem
from spatial.station_words import MOUNTABLE_WORDS, normalise_word
from spatial.zone_columns import SCHEMATIC_BASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from spatial.check_result import CheckResult
    from spatial.definition import Definition
    from spatial.tally import Survey
    from spatial.target import Target

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["MOUNTABLE", "SitingCase", "SitingTerms", "siting_case"]

MOUNTABLE: Final = "mountable"
_ID: Final = "site_id"


@dataclass(frozen=True, kw_only=True)
class SitingTerms:
    """What is counted, what is asked for, and which columns of the poles say what.

    Parameters
    ----------
    definition : Definition
        Which stations count, over which area.
    target : Target or None
        Stations per km² that every zone should reach; one without is refused.
    zone_ids : tuple of str, optional
        The zones that have to reach it; all unless given.
    mountable : str, optional
        Column that says yes or no to whether a pole can carry a station; unless given every pole can.
    cost : str, optional
        Column with the cost of a pole, above zero; unless given the fewest poles are sought.
    name_column : str, optional
        By which column of the zones the answer and its notices call them.
    """

    definition: Definition
    target: Target | None
    zone_ids: tuple[str, ...] | None = None
    mountable: str | None = None
    cost: str | None = None
    name_column: str = "name_zh"


@dataclass(frozen=True, kw_only=True)
class SitingCase:
    """A siting problem with the frames that it was made of.

    Parameters
    ----------
    problem : SitingProblem
        For the solver; its candidates are the rows of ``candidates``, its zones those of ``zones``.
    terms : SitingTerms
        What was asked.
    metric_code : int
        EPSG code of the grid on which the problem is measured.
    zones : GeoDataFrame
        The zones that have to reach the target, in EPSG:4490.
    check : CheckResult
        Every zone of the layer as it stands: the source of required counts and counts.
    existing : GeoDataFrame
        The stations that the definition counts, in EPSG:4490, with their ``weight``.
    candidates : GeoDataFrame
        The poles that were used, in EPSG:4490: ``candidate_id``, ``can_mount``, ``in_no_build``,
        ``candidate_cost`` and the columns of the source, on a range index.
    no_build, demand : GeoDataFrame or None
        Where nothing may be built, and the places that should be covered, in EPSG:4490.
    n_in, n_used, n_reported : int
        Rows of the candidates: read, used and reported.
    rejected : DataFrame
        The reported rows: ``row``, ``field``, ``value``, ``reason_key``.
    notices : tuple of Notice
        What the reader has to know: also how many stations are planned already and not counted.
    synthetic : bool
        Whether stations or poles are made up.
    """

    problem: SitingProblem
    terms: SitingTerms
    metric_code: int
    zones: gpd.GeoDataFrame
    check: CheckResult
    existing: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    no_build: gpd.GeoDataFrame | None
    demand: gpd.GeoDataFrame | None
    n_in: int
    n_used: int
    n_reported: int
    rejected: pd.DataFrame
    notices: tuple[Notice, ...]
    synthetic: bool


def siting_case(
    found: Survey,
    poles: Inventory,
    terms: SitingTerms,
    *,
    no_build: gpd.GeoDataFrame | None = None,
    demand: gpd.GeoDataFrame | float | None = None,
    synthetic: bool = False,
) -> SitingCase:
    """Make the problem of a layer, its stations and the candidate poles.

    Parameters
    ----------
    found : Survey
        Where the stations lie in the zones, as `spatial.tally.survey` gives it.
    poles : Inventory
        The candidates.
    terms : SitingTerms
        What is asked.
    no_build : GeoDataFrame, optional
        Polygons in which, and on whose edge, no pole may be chosen.
    demand : GeoDataFrame or float, optional
        Places that should be covered; a number of metres stands for the centres of a grid of that
        step in the zones. None asks for no coverage.
    synthetic : bool
        Whether the stations are made up, where their frame does not say so.

    Raises
    ------
    UsageError
        If there is no target, or no zone of that id.
    MissingColumnError
        If a column that the terms name is not there.
    InputError
        If the frames cannot be used, or the definition asks for what the data lack.
    """
    if terms.target is None:
        raise UsageError("siting.no_target")
    check = check_surveyed(
        found,
        definition=terms.definition,
        target=terms.target,
        synthetic=synthetic,
        name_column=terms.name_column,
    )
    zone_rows = _zone_rows(check, terms)
    zones = to_canonical(found.zones).iloc[zone_rows]
    kept, rejected = _judged(poles, terms)
    kept["in_no_build"] = _inside(kept, no_build)
    existing = _counted(found, terms)
    wanted = demand if demand is None or isinstance(demand, gpd.GeoDataFrame) else _grid(zones, demand)
    placed = None if wanted is None else to_canonical(wanted[placeable(wanted)])
    made_up = "synthetic" in kept and bool(kept["synthetic"].fillna(value=False).astype(bool).any())
    grid = metric_crs_for(found.zones)
    problem = _problem(found.zones, zone_rows, check, grid, existing, kept, placed)
    reported = pd.concat([poles.rejected, rejected], ignore_index=True)
    notices = (
        *check.notices,
        *poles.notices,
        *_planned_notices(found, terms, zone_rows),
        *_notices(problem, kept, check.rows.iloc[zone_rows], terms),
        *_demand_notices(wanted, placed, None if wanted is not demand else zones),
    )
    synthetic = bool(check.rows["synthetic"].any()) or poles.synthetic or made_up
    if synthetic:
        notices = (Notice("siting.synthetic"), *notices)
    return SitingCase(
        problem=problem,
        terms=terms,
        metric_code=int(grid.to_epsg() or 0),
        zones=zones,
        check=check,
        existing=existing,
        candidates=kept,
        no_build=None if no_build is None else to_canonical(no_build),
        demand=placed,
        n_in=poles.n_in,
        n_used=len(kept),
        n_reported=len(reported),
        rejected=reported,
        notices=once(notices),
        synthetic=synthetic,
    )


def _zone_rows(check: CheckResult, terms: SitingTerms) -> NDArray[np.int64]:
    """Return the rows of the zones that have to reach the target."""
    ids = [str(each) for each in check.rows["zone_id"]]
    if terms.zone_ids is None:
        return np.arange(len(ids))
    unknown = [each for each in terms.zone_ids if each not in ids]
    if unknown or not terms.zone_ids:
        raise UsageError("siting.unknown_zone", zones=unknown, known=ids)
    return np.array(sorted(ids.index(each) for each in set(terms.zone_ids)), dtype=np.int64)


def _counted(found: Survey, terms: SitingTerms) -> gpd.GeoDataFrame:
    """Return the stations that the definition counts, each with how often."""
    if found.points is None or found.points.empty:
        return gpd.GeoDataFrame({"weight": np.zeros(0, dtype=np.int64)}, geometry=[], crs=CANONICAL_CRS)
    chosen = select_stations(found.points, terms.definition)
    stations = to_canonical(chosen.points)
    return gpd.GeoDataFrame(
        {"weight": chosen.weights}, geometry=stations.geometry.to_numpy(), crs=CANONICAL_CRS
    )


def _judged(poles: Inventory, terms: SitingTerms) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the poles that can be used, and the rows that cannot, each with its first fault."""
    points = poles.points
    mountable, cost = (_column(poles, name) for name in (terms.mountable, terms.cost))
    words = {name: _words(points[name]) for name in (mountable, cost) if name is not None}
    ids = _words(points[_ID]) if _ID in points else [str(place) for place in points.index]
    flags = [MOUNTABLE_WORDS.get(normalise_word(word)) for word in words.get(mountable or "", ())]
    costs = [_cost(word) for word in words.get(cost or "", ())]
    repeated = pd.Series(ids, dtype=object).duplicated().to_numpy()
    checks = (
        ("geometry", "no_position", ~placeable(points)),
        (_ID, "id_missing", [not word for word in ids]),
        (_ID, "id_repeated", repeated),
        (mountable, "mountable", [flag is None for flag in flags]),
        (cost, "cost", [number is None for number in costs]),
    )
    faults: dict[int, tuple[str, str, str]] = {}
    for column, reason, wrong in checks:
        for at in np.flatnonzero(wrong) if column else ():
            value = ids[at] if column == _ID else words.get(str(column), {at: ""})[at]
            header = poles.columns.get(str(column), str(column))
            faults.setdefault(int(at), (header, value, f"siting.reason_{reason}"))
    good = np.array([at not in faults for at in range(len(points))], dtype=bool)
    kept = to_canonical(points[good]).assign(
        candidate_id=np.array(ids, dtype=object)[good],
        can_mount=np.array(flags, dtype=object)[good].astype(bool) if mountable else True,
        candidate_cost=np.array(costs, dtype=float)[good] if cost else 1.0,
    )
    rows = [(points.index[at], *why) for at, why in sorted(faults.items())]
    return kept.reset_index(drop=True), pd.DataFrame(rows, columns=list(REJECTED_COLUMNS))


def _cost(word: str) -> float | None:
    """Return a number above zero; None where the word is none."""
    number, reason = parse_coordinate(word)
    return number if not reason and 0.0 < number < np.inf else None


def _column(poles: Inventory, name: str | None) -> str | None:
    """Return the column of the frame that a header of the source has become.

    Raises
    ------
    MissingColumnError
        If there is none.
    """
    if name is None:
        return None
    found = next((column for column, header in poles.columns.items() if header == name), name)
    if found not in poles.points:
        known = poles.points.columns.drop("geometry", errors="ignore")
        shown = ", ".join(str(poles.columns.get(each, each)) for each in known)
        raise MissingColumnError("error.missing_column", name=poles.name, column=name, columns=shown)
    return found


def _words(cells: pd.Series) -> list[str]:
    """Return cells as trimmed text, ``""`` where there is nothing."""
    return [str(word).strip() for word in cells.astype("string").fillna("")]


def _inside(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None) -> Flags:
    """Tell which points lie in, or on the edge of, an area."""
    inside = np.zeros(len(points), dtype=bool)
    if areas is not None and len(areas) and len(points):
        numbered = areas.assign(zone_id=[f"{at:09d}" for at in range(len(areas))])
        inside[locate(points, numbered).point_rows] = True
    return inside


def _grid(zones: gpd.GeoDataFrame, step_m: float) -> gpd.GeoDataFrame:
    """Return the centres of a grid in the zones."""
    centres = demand_grid(zones, step_m)
    geometry = gpd.points_from_xy(centres.lon, centres.lat, crs=CANONICAL_CRS)
    return gpd.GeoDataFrame(geometry=geometry)


def _problem(
    layer: gpd.GeoDataFrame,
    zone_rows: NDArray[np.int64],
    check: CheckResult,
    grid: CRS,
    existing: gpd.GeoDataFrame,
    poles: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame | None,
) -> SitingProblem:
    """Return the problem in metres on the grid of the layer."""
    rows = check.rows.iloc[zone_rows]
    # Only the zones that are asked for count, but which of two neighbours has an edge is told by all.
    number = np.full(len(layer), -1, dtype=np.int64)
    number[zone_rows] = np.arange(len(zone_rows))
    placed = locate(poles, layer)
    asked = number[placed.zone_rows] >= 0
    more: Mapping[str, Floats] = {} if demand is None else {"demand_xy_m": _xy(demand, grid)}
    return SitingProblem(
        zone_ids=tuple(str(each) for each in rows["zone_id"]),
        required_count=rows["required_count"].fillna(0).to_numpy(dtype=np.int64),
        before=rows["count"].fillna(0).to_numpy(dtype=np.int64),
        candidate_ids=tuple(poles["candidate_id"]),
        candidate_xy_m=_xy(poles, grid),
        member_candidate=placed.point_rows[asked],
        member_zone=number[placed.zone_rows[asked]],
        cost=poles["candidate_cost"].to_numpy(dtype=float),
        usable=(poles["can_mount"] & ~poles["in_no_build"]).to_numpy(dtype=bool),
        existing_xy_m=_xy(existing, grid),
        **more,
    )


def _xy(points: gpd.GeoDataFrame, grid: CRS) -> Floats:
    """Return positions in metres, shape (n, 2)."""
    if points.empty:
        return np.zeros((0, 2))
    flat = reproject(points, grid).geometry
    return np.column_stack([flat.x, flat.y])


def _notices(
    problem: SitingProblem, poles: gpd.GeoDataFrame, zones: pd.DataFrame, terms: SitingTerms
) -> list[Notice]:
    """Return what the list of chosen poles does not show by itself."""
    free = np.ones(len(poles), dtype=bool)
    free[problem.member_candidate] = False
    counts = {
        "siting.not_mountable": int((~poles["can_mount"]).sum()),
        "siting.in_no_build": int(poles["in_no_build"].sum()),
        "siting.all_outside_zones" if free.all() else "siting.outside_zones": int(free.sum()),
        "siting.zones_without_count": int(zones["count"].isna().sum()),
    }
    notices = [Notice(key, {"count": count}) for key, count in counts.items() if count]
    drawn = zones[zones["geometry_basis"].isin(SCHEMATIC_BASES)]
    if len(drawn):
        named = {"zones": drawn["name"].tolist(), "zone_ids": drawn["zone_id"].tolist()}
        notices.insert(0, Notice("siting.schematic", {"count": len(drawn), **named}))
    if terms.mountable is None:
        notices.append(Notice("siting.mountable_not_stated"))
    return notices


def _planned_notices(found: Survey, terms: SitingTerms, zone_rows: NDArray[np.int64]) -> list[Notice]:
    """Return how many stations are planned already, where the definition counts those that stand alone."""
    if terms.definition.status != LifecycleStatus.EXISTING:
        return []
    counts = None
    # What the planned ones lack for the definition is no reason to refuse a siting without them.
    with suppress(BasisUnavailableError, CellLevelTableError):
        counts = found.tally(replace(terms.definition, status=LifecycleStatus.PLANNED)).counts
    count = 0 if counts is None else int(counts[0][zone_rows].sum())
    return [Notice("siting.planned_not_counted", {"count": count})] if count else []


def _demand_notices(
    wanted: gpd.GeoDataFrame | None, placed: gpd.GeoDataFrame | None, zones: gpd.GeoDataFrame | None
) -> list[Notice]:
    """Return what became of the demand points; a grid in the zones, for which none are given, is all used."""
    if wanted is None or placed is None or zones is None:
        return []
    outside = len(placed) - len(np.unique(locate(placed, zones).point_rows)) if len(placed) else 0
    counts = {
        "siting.demand_without_position": len(wanted) - len(placed),
        "siting.demand_outside_zones": outside,
    }
    return [Notice(key, {"count": count}) for key, count in counts.items() if count]
