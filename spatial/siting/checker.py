"""An independent second look at a siting: outlines, positions and sums, without the solver or its index.

It shares no code with what made the answer. Zones are tested with shapely's own predicates, areas
with the geodesic of pyproj, distances pair by pair. A place within `EDGE_M` of an edge may count on
either side, because the edge rule decides it; everything else has one answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import Geod

from spatial.errors import SitingCheckError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from spatial.siting.model import SitingSettings, SitingSolution
    from spatial.siting.problem import SitingCase

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int64]

__all__ = ["EDGE_M", "recheck"]

EDGE_M: Final = 0.0015
"""A little more than the millimetre within which a place is on an edge."""

_EDGE_DEG: Final = EDGE_M / 100_000.0
_LENGTH_M: Final = 1e-6
_SUM: Final = 1e-6
_AREA: Final = 1e-5
_STEP_DEG: Final = 0.001
"""Edges are straight in degrees; so short, a geodesic is as good."""
_AT_ONCE: Final = 1_000
_ELLIPSOID: Final = Geod(ellps="GRS80")
_ANSWERED: Final = ("optimal", "feasible")


def recheck(case: SitingCase, settings: SitingSettings, solution: SitingSolution) -> None:
    """Hold a solution against the frames that it was asked for.

    Parameters
    ----------
    case : SitingCase
        Zones, stations, poles and demand.
    settings : SitingSettings
        The conditions.
    solution : SitingSolution
        What the solver answered. One that is infeasible or unknown must choose nothing.

    Raises
    ------
    SitingCheckError
        Naming the condition that does not hold, where, and by how much.
    """
    rows = np.asarray(solution.selected, dtype=np.int64)
    if str(solution.status) not in _ANSWERED:
        _hold(not len(rows), "selection", chosen=len(rows), allowed=0)
        return
    _check_selection(case, rows)
    _check_zones(case, rows, solution)
    chosen = _metres(case.candidates.iloc[rows], case)
    _check_separation(case, settings, rows, chosen)
    _check_budget(case, settings, rows)
    _check_coverage(case, settings, chosen, solution)
    _check_objective(case, rows, solution)


def _hold(holds: bool, constraint: str, **figures: object) -> None:  # noqa: FBT001 - the one question
    """Raise unless a condition holds."""
    if not holds:
        told = ", ".join(f"{name} {value}" for name, value in figures.items())
        raise SitingCheckError("siting.check_failed", constraint=constraint, figures=told)


def _check_selection(case: SitingCase, rows: Rows) -> None:
    """Each chosen row is a candidate, once, that may carry a station, outside every no-build area."""
    poles = case.candidates
    _hold(bool(((rows >= 0) & (rows < len(poles))).all()), "candidate", rows=rows.tolist()[:5])
    _hold(len(np.unique(rows)) == len(rows), "once", chosen=len(rows), different=len(np.unique(rows)))
    chosen = poles.iloc[rows]
    deaf = chosen[~chosen["can_mount"].to_numpy(dtype=bool)]
    _hold(deaf.empty, "mountable", poles=list(deaf["candidate_id"][:5]))
    if case.no_build is None:
        return
    for area in case.no_build.geometry:
        inside = shapely.intersects_xy(area, *_degrees(chosen).T)
        _hold(not inside.any(), "no_build", poles=list(chosen["candidate_id"][inside][:5]))


def _check_zones(case: SitingCase, rows: Rows, solution: SitingSolution) -> None:
    """Count in the outlines anew: before and after are as told, and each zone has what it requires."""
    stations, poles = case.existing, case.candidates.iloc[rows]
    weights = stations["weight"].to_numpy()
    ids = [str(each) for each in case.zones["zone_id"]]
    _hold([each.zone_id for each in solution.zones] == ids, "zones", told=len(solution.zones), asked=len(ids))
    required = _required(case)
    found = zip(_in_zones(stations, case), _in_zones(poles, case), strict=True)
    for at, (outcome, (there, more)) in enumerate(zip(solution.zones, found, strict=True)):
        low, high = (int(weights[inside].sum()) for inside in there)
        more_low, more_high = (len(inside) for inside in more)
        gained = outcome.after - outcome.before
        told = {"zone": outcome.zone_id}
        _hold(low <= outcome.before <= high, "before", **told, said=outcome.before, found=(low, high))
        _hold(more_low <= gained <= more_high, "after", **told, said=gained, found=(more_low, more_high))
        _hold(
            outcome.required_count == required[at],
            "required_count",
            **told,
            said=outcome.required_count,
            found=required[at],
        )
        _hold(outcome.after >= required[at], "required_count", **told, needed=required[at], has=outcome.after)


def _required(case: SitingCase) -> list[int]:
    """Return what the target asks of each zone, from areas measured anew where outlines are the basis."""
    stated = case.check.rows.set_index("zone_id").loc[list(case.zones["zone_id"])]
    areas, targets = (stated[name].to_numpy(dtype=float) for name in ("area_km2", "target_per_km2"))
    by_outline = (stated["area_basis"] == "geometry").to_numpy(dtype=bool)
    for outline, area in zip(case.zones.geometry[by_outline], areas[by_outline], strict=True):
        dense = shapely.orient_polygons(shapely.segmentize(outline, _STEP_DEG))
        measured = abs(_ELLIPSOID.geometry_area_perimeter(dense)[0]) / 1e6
        _hold(abs(measured - area) <= _AREA * measured + 1e-9, "area", said=area, found=measured)
    # A zone without a target requires nothing.
    return [int(each) for each in np.nan_to_num(np.ceil(targets * areas - 1e-9))]


def _in_zones(points: gpd.GeoDataFrame, case: SitingCase) -> Iterator[tuple[Rows, Rows]]:
    """Yield for each zone which points surely lie in it, and which may by the edge rule."""
    xy, xy_m = _degrees(points), _metres(points, case)
    outlines = case.zones.geometry
    for outline, flat in zip(outlines, _flat(outlines, case), strict=True):
        rows = np.flatnonzero(_in_box(xy, outline, _EDGE_DEG) | _in_box(xy_m, flat, EDGE_M))
        inside = np.asarray(shapely.contains_xy(outline, *xy[rows].T), dtype=bool)
        near = shapely.dwithin(shapely.boundary(outline), shapely.points(xy[rows]), _EDGE_DEG)
        places = shapely.points(xy_m[rows])
        near |= shapely.dwithin(shapely.boundary(flat), places, EDGE_M)
        # Straight in metres or straight in degrees: between the two readings of an edge it is near too.
        near |= inside != shapely.contains(flat, places)
        yield rows[inside & ~near], rows[inside | near]


def _in_box(xy: Floats, outline: BaseGeometry, margin: float) -> Flags:
    """Tell which places lie in the box around an outline, or nearer to it than a margin."""
    west, south, east, north = outline.bounds
    x, y = xy.T
    within = (x >= west - margin) & (x <= east + margin) & (y >= south - margin) & (y <= north + margin)
    return np.asarray(within, dtype=bool)


def _check_separation(case: SitingCase, settings: SitingSettings, rows: Rows, chosen: Floats) -> None:
    """No two chosen poles are nearer than the least distance, nor to a station where that is asked."""
    least = settings.min_separation_m
    if not least:
        return
    names = case.candidates["candidate_id"].to_numpy()[rows]
    for at, distance in _distances(chosen, chosen):
        distance[np.arange(len(distance)), at + np.arange(len(distance))] = np.inf
        one, other = np.unravel_index(int(distance.argmin()), distance.shape) if distance.size else (0, 0)
        nearest = float(distance.min(initial=np.inf))
        _hold(
            nearest >= least - _LENGTH_M,
            "min_separation",
            poles=(str(names[at + one]), str(names[other])),
            apart_m=nearest,
            least_m=least,
        )
    if settings.apart_from_existing:
        for _, distance in _distances(chosen, _metres(case.existing, case)):
            nearest = float(distance.min(initial=np.inf))
            _hold(nearest >= least - _LENGTH_M, "min_separation", apart_m=nearest, least_m=least)


def _check_budget(case: SitingCase, settings: SitingSettings, rows: Rows) -> None:
    """Sum what the poles that surely lie in a zone cost: it is within the budget."""
    if settings.budget_per_zone is None:
        return
    poles = case.candidates.iloc[rows]
    costs = poles["candidate_cost"].to_numpy(dtype=float)
    for zone_id, (inside, _) in zip(case.zones["zone_id"], _in_zones(poles, case), strict=True):
        spent = float(costs[inside].sum())
        within = spent <= settings.budget_per_zone + _SUM
        _hold(within, "budget_per_zone", zone=zone_id, spent=spent, budget=settings.budget_per_zone)


def _check_coverage(
    case: SitingCase, settings: SitingSettings, chosen: Floats, solution: SitingSolution
) -> None:
    """Measure the covered shares anew: they are as told, and the one after is as large as asked for."""
    if case.demand is None or case.demand.empty or not settings.radius_m:
        return
    demand, stations = _metres(case.demand, case), _metres(case.existing, case)
    shares = []
    for told, sites in (
        (solution.coverage_before, stations),
        (solution.coverage_after, np.vstack([stations, chosen])),
    ):
        nearest = [distance.min(axis=1, initial=np.inf) for _, distance in _distances(demand, sites)]
        found = np.concatenate(nearest)
        low, high = (float((found <= settings.radius_m + slack).mean()) for slack in (-_LENGTH_M, _LENGTH_M))
        said = -1.0 if told is None else told
        _hold(low - _SUM <= said <= high + _SUM, "coverage", said=told, found=(low, high))
        shares.append(high)
    if settings.cover_share is not None:
        enough = shares[1] >= settings.cover_share - _SUM
        _hold(enough, "cover_share", needed=settings.cover_share, covered=shares[1])


def _check_objective(case: SitingCase, rows: Rows, solution: SitingSolution) -> None:
    """Sum the costs: that is the objective, and no less than the bound."""
    total = float(case.candidates["candidate_cost"].to_numpy(dtype=float)[rows].sum())
    said = np.nan if solution.objective is None else solution.objective
    slack = _SUM * max(1.0, total)
    _hold(abs(said - total) <= slack, "objective", said=solution.objective, found=total)
    bound = total if solution.bound is None else solution.bound
    _hold(bound <= total + slack, "bound", bound=bound, objective=total)


def _distances(one: Floats, other: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield where a block of rows begins, and the distances of its rows to all others."""
    for begin in range(0, len(one), _AT_ONCE):
        block = one[begin : begin + _AT_ONCE]
        squares = np.zeros((len(block), len(other)))
        for axis in (0, 1):
            squares += np.subtract.outer(block[:, axis], other[:, axis]) ** 2
        yield begin, np.sqrt(squares)


def _degrees(points: gpd.GeoDataFrame) -> Floats:
    return np.asarray(shapely.get_coordinates(points.geometry.to_numpy()), dtype=float)


def _metres(points: gpd.GeoDataFrame, case: SitingCase) -> Floats:
    """Return positions on the metric grid, shape (n, 2)."""
    if points.empty:
        return np.zeros((0, 2))
    return np.asarray(shapely.get_coordinates(_flat(points.geometry, case).to_numpy()), dtype=float)


def _flat(geometry: gpd.GeoSeries, case: SitingCase) -> gpd.GeoSeries:
    """Carry geometry to the metric grid by pyproj itself."""
    return geometry.to_crs(case.metric_code)
