"""The probability that each zone meets its target, beside its status and never instead of it.

The figures are those of `spatial.check`: the same survey, the same area, the same rule for the required
count. The counts are drawn anew (`spatial.uncertainty.draws`), each time with the points' own errors and
the common shift and offset of the boundaries. An offset changes the area of the outline too, and with it
what is required; a published area is exact, and there an offset changes the count alone. A draw in which
nothing is left of an outline has no stations and misses the target, and a notice says so. A zone whose
boundary states no accuracy is given no probability.

Each probability speaks of its zone by itself: where zones share edges, an offset moves each edge out of
both or into both, and counts of one draw do not add up (`spatial.uncertainty.offsets`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from spatial.check import CheckResult, check_surveyed
from spatial.crs import CANONICAL_CRS, metric_crs_for, transform_xy
from spatial.definition import AreaBasis
from spatial.interval import stated_accuracy_m
from spatial.notice import Notice
from spatial.reading import canonical_polygons, canonical_positions, metric_polygons
from spatial.uncertainty.draws import moved_counts
from spatial.uncertainty.laid import LaidPoints, LaidZones
from spatial.uncertainty.model import ErrorModel, sigma_m
from spatial.uncertainty.offsets import offset_areas_km2
from spatial.verdict import Status, VerdictSettings
from spatial.zone_columns import SCHEMATIC_BASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from spatial.definition import Definition
    from spatial.selection import Selection
    from spatial.tally import Survey
    from spatial.target import Target

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

__all__ = ["ENDS_AT_BORDER", "PROBABILITY_COLUMNS", "Reason", "Uncertainty", "draw_surveyed"]

PROBABILITY_COLUMNS: Final = (
    "zone_id",
    "probability_met",
    "certain",
    "count_drawn_low",
    "count_drawn_high",
    "density_drawn_low",
    "density_drawn_high",
    "reason",
)
ENDS_AT_BORDER: Final = "uncertainty.none_outside"
"""Key of the notice that stations are known on one side of the border alone."""

_FEW_OUTSIDE: Final = 0.05
_STEP_DEG: Final = 1e-5
_DEFAULT: Final = ErrorModel()


class Reason:
    """Why a zone has no probability; each is a key of the text catalogue."""

    NO_DATA: Final = "uncertainty.reason_no_data"
    NO_POSITIONS: Final = "uncertainty.reason_no_positions"
    NO_TARGET: Final = "uncertainty.reason_no_target"
    TOO_SMALL: Final = "uncertainty.reason_too_small"
    BOUNDARY_UNKNOWN: Final = "uncertainty.reason_boundary_unknown"
    POINTS_UNKNOWN: Final = "uncertainty.reason_points_unknown"


@dataclass(frozen=True)
class Uncertainty:
    """What the draws say of each zone.

    Parameters
    ----------
    model : ErrorModel
        What was drawn.
    rows : DataFrame
        One row per zone on the index of the layer, with `PROBABILITY_COLUMNS`: share of draws that
        meet the target, whether no error can change count or area, the quantiles of
        ``model.interval`` of count and sites per km², and why there is no probability (a key of the
        catalogue, else None). NA where there is none; an interval may stand without a probability.
    draws : ndarray of int, shape (model.draws, n_zones)
        The counts; of zones without an interval the count as drawn on the map.
    areas_km2 : ndarray of float, shape (model.draws, n_zones)
        The areas that they are divided by.
    notices : tuple of Notice
        What the reader of the figures has to know.
    """

    model: ErrorModel
    rows: pd.DataFrame
    draws: Rows
    areas_km2: Floats
    notices: tuple[Notice, ...]

    @property
    def maybe_low(self) -> bool:
        """Whether the stations end at the border, so that an outline which moves can only lose some."""
        return any(notice.key == ENDS_AT_BORDER for notice in self.notices)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON: figures unrounded, what is missing as None."""
        return {
            **self.model.to_dict(),
            "zones": [
                {name: _plain(value) for name, value in zip(PROBABILITY_COLUMNS, row, strict=True)}
                for row in self.rows.itertuples(index=False, name=None)
            ],
            "notices": [notice.to_dict() for notice in self.notices],
        }


def draw_surveyed(
    found: Survey,
    *,
    definition: Definition,
    target: Target | None,
    model: ErrorModel = _DEFAULT,
) -> Uncertainty:
    """Draw the counts of zones whose points have been found.

    Parameters
    ----------
    found : Survey
        What `spatial.tally.survey` returned for the zones and the points.
    definition : Definition
        What is counted, over which area.
    target : Target or None
        Stations per km².
    model : ErrorModel
        What is drawn.

    Raises
    ------
    InputError
        If the points or zones cannot be used. What a definition asks and the data lack gives no data.
    """
    checked = check_surveyed(found, definition=definition, target=target, missing_basis="no_data")
    counts = checked.rows["count"].to_numpy(dtype=float, na_value=np.nan)
    known = _reasons(found, checked, model)
    drawn = np.tile(np.nan_to_num(counts).astype(np.int64), (model.draws, 1))
    offsets_m = np.zeros(drawn.shape)
    notices = list(_always(found, checked))
    if found.stations is not None and found.placed is not None and not np.isnan(counts).all():
        selected = found.stations.select(definition)
        points = _laid_points(selected, found, model)
        movable = np.zeros(len(points.lon), dtype=bool)
        for number, (rows, zones) in enumerate(_together(found, model)):
            source = _source_number(found, rows)
            shifts = np.random.default_rng([model.seed, 0, source])
            offsets = np.random.default_rng([model.seed, 2, source]).standard_normal(model.draws)
            moved = moved_counts(
                points,
                zones,
                shifts=shifts.standard_normal((model.draws, 2)),
                offsets=offsets,
                seed=(model.seed, 1, number),
            )
            drawn[:, rows] += moved.changes
            offsets_m[:, rows] = (offsets * zones.offset_sigma_m)[:, None]
            movable[moved.movable] = True
        notices += _on_points(selected, found, points, movable, model)
    areas, gone = _areas(found, checked, offsets_m, definition)
    drawn[gone] = 0
    if gone.any():
        notices.append(
            Notice("uncertainty.vanished", {"zones": int(gone.any(axis=0).sum()), "draws": int(gone.sum())})
        )
    still = (offsets_m == 0.0).all(axis=0)
    return Uncertainty(
        model, _summary(checked, drawn, areas, known, still, model), drawn, areas, tuple(notices)
    )


def _areas(
    found: Survey, checked: CheckResult, offsets_m: Floats, definition: Definition
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the area of each draw and zone, and where nothing is left of the outline."""
    areas = checked.rows["area_km2"].to_numpy(dtype=float)
    measured = found.measured
    outlined = offset_areas_km2(
        measured["area_km2"].to_numpy(dtype=float),
        measured["perimeter_km"].to_numpy(dtype=float),
        metric_polygons(found.zones),
        offsets_m,
    )
    gone = (outlined <= 0.0) & (offsets_m < 0.0)
    if definition.area_basis == AreaBasis.GEOMETRY:
        return np.where(offsets_m == 0.0, areas, outlined), gone
    return np.broadcast_to(areas, offsets_m.shape), gone


def _reasons(found: Survey, checked: CheckResult, model: ErrorModel) -> NDArray[np.object_]:
    """Return why each zone has no probability, None where it has one."""
    status = checked.rows["status"].astype(str).to_numpy()
    reasons = np.full(len(status), None, dtype=object)
    for value, reason in ((Status.NO_TARGET, Reason.NO_TARGET), (Status.TOO_SMALL, Reason.TOO_SMALL)):
        reasons[status == str(value)] = reason
    if model.boundaries or model.offsets:
        reasons[np.isnan(stated_accuracy_m(found.zones))] = Reason.BOUNDARY_UNKNOWN
    elif found.points is None or np.isnan(stated_accuracy_m(found.points)).all():
        reasons[:] = Reason.POINTS_UNKNOWN
    if found.placed is None:
        reasons[:] = Reason.NO_POSITIONS
    reasons[status == str(Status.NO_DATA)] = Reason.NO_DATA
    return reasons


def _laid_points(selected: Selection, found: Survey, model: ErrorModel) -> LaidPoints:
    """Return the selected points that have a place on the metric grid of the zones."""
    counted = selected.points
    lon, lat = canonical_positions(counted)
    x, y = transform_xy(lon, lat, source=CANONICAL_CRS, target=metric_crs_for(found.zones))
    there = np.isfinite(x) & np.isfinite(y)
    sigma = np.nan_to_num(sigma_m(stated_accuracy_m(counted), level=model.accuracy_level))
    sigma *= model.points
    # A step towards the equator never leaves the globe.
    step = np.where(lat > 0.0, -_STEP_DEG, _STEP_DEG)
    there_x, there_y = transform_xy(lon, lat + step, source=CANONICAL_CRS, target=metric_crs_for(found.zones))
    meridian = np.arctan2((there_x - x) * step, (there_y - y) * step)
    return LaidPoints(lon, lat, x, y, sigma, selected.weights, meridian).rows(there)


def _together(found: Survey, model: ErrorModel) -> Iterator[tuple[Rows, LaidZones]]:
    """Yield the rows of zones that move together, and those zones; unknown boundaries are left out."""
    zones = found.zones
    moves = model.boundaries or model.offsets
    shift, offset = model.boundary_shares
    accuracy = stated_accuracy_m(zones) if moves else np.zeros(len(zones))
    sigma = sigma_m(accuracy, level=model.accuracy_level)
    canonical, metric = canonical_polygons(zones), metric_polygons(zones)
    sources = _sources(found) if moves else np.zeros(len(zones), dtype=np.int64)
    ids = found.facts.ids.tolist()
    for source in np.unique(sources):
        for own in np.unique(sigma[(sources == source) & ~np.isnan(sigma)]):
            rows = np.flatnonzero((sources == source) & (sigma == own))
            named = [ids[row] for row in rows]
            yield rows, LaidZones(canonical[rows], metric[rows], named, own * shift, own * offset)


def _sources(found: Survey) -> Rows:
    """Return the number of each zone's boundary source."""
    words = [str(basis) for basis in found.facts.geometry_basis]
    return np.unique(words, return_inverse=True)[1].astype(np.int64)


def _source_number(found: Survey, rows: Rows) -> int:
    return int(_sources(found)[rows[0]])


def _summary(
    checked: CheckResult,
    drawn: Rows,
    areas: Floats,
    reasons: NDArray[np.object_],
    still: NDArray[np.bool_],
    model: ErrorModel,
) -> pd.DataFrame:
    """Return the rows of `Uncertainty`."""
    target = checked.rows["target_per_km2"].to_numpy(dtype=float, na_value=np.nan)
    with_interval = ~np.isin(
        reasons.astype(str),
        [Reason.NO_DATA, Reason.NO_POSITIONS, Reason.BOUNDARY_UNKNOWN, Reason.POINTS_UNKNOWN],
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        dense = np.where(areas > 0.0, drawn / areas, 0.0)
    low, high = np.quantile(drawn, model.interval, axis=0, method="inverted_cdf").astype(float)
    densities = np.quantile(dense, model.interval, axis=0, method="inverted_cdf")
    low[~with_interval] = high[~with_interval] = densities[:, ~with_interval] = np.nan
    without = np.array([reason is not None for reason in reasons], dtype=bool)
    enough = (areas > 0.0) & (drawn >= np.ceil(target * areas - VerdictSettings().required_tolerance))
    met = np.where(without, np.nan, enough.mean(axis=0))
    return pd.DataFrame(
        {
            "zone_id": checked.rows["zone_id"].to_numpy(dtype=object),
            "probability_met": met,
            "certain": with_interval & still & (drawn == drawn[0]).all(axis=0),
            "count_drawn_low": pd.array(low, dtype="Int64"),
            "count_drawn_high": pd.array(high, dtype="Int64"),
            "density_drawn_low": densities[0],
            "density_drawn_high": densities[1],
            "reason": pd.Series(reasons, index=checked.rows.index, dtype=object),
        },
        index=checked.rows.index,
    )


def _always(found: Survey, checked: CheckResult) -> Iterator[Notice]:
    """Yield what holds of any draw."""
    if np.isin(found.facts.geometry_basis, list(SCHEMATIC_BASES)).any():
        yield Notice("uncertainty.schematic")
    if any(notice.key == "verdict.synthetic" for notice in checked.notices):
        yield Notice("verdict.synthetic")


def _on_points(
    selected: Selection, found: Survey, points: LaidPoints, movable: NDArray[np.bool_], model: ErrorModel
) -> Iterator[Notice]:
    """Yield what the counted points leave open."""
    unknown = int(np.isnan(stated_accuracy_m(selected.points)).sum())
    if model.points and unknown:
        yield Notice("uncertainty.points_unknown", {"count": unknown, "n": len(selected.rows)})
    cover = shapely.union_all(metric_polygons(found.zones))
    shapely.prepare(cover)
    outside = ~shapely.covers(cover, shapely.points(points.x[movable], points.y[movable]))
    if movable.any() and outside.mean() < _FEW_OUTSIDE:
        yield Notice(ENDS_AT_BORDER, {"outside": int(outside.sum()), "near": int(movable.sum())})


def _plain(value: object) -> object:
    """Return one cell as a JSON value; what is missing is None."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return value.item() if isinstance(value, np.generic) else value
