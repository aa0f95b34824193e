"""Where the features of a layer with geometry lie: its system as stated, checked against its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial.errors import UnknownCrsError
from spatial.importing.model import Choice, Question, Rejection
from spatial.importing.place.datum_opinion import Opinion, datum_opinion
from spatial.importing.place.placed import Placed
from spatial.importing.place.reading_choice import (
    Understanding,
    canonical_degrees,
    reading_candidates,
    understand,
    without_system,
)
from spatial.importing.place.readings import Reading, positions
from spatial.importing.place.row_texts import texts_of
from spatial.importing.place.system_choice import StatedSystem, doubt_about, stated_system
from spatial.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from spatial.importing.model import ImportSettings, SourceLayer
    from spatial.importing.place.context import ImportContext

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Geometry = NDArray[np.object_]

__all__ = ["place_geometry"]

_MAX_LON, _MAX_LAT = 180.0, 90.0
_FIELD: Final = "geometry"


def place_geometry(layer: SourceLayer, *, settings: ImportSettings, context: ImportContext) -> Placed:
    """Place the features of a layer with geometry.

    Parameters
    ----------
    layer : SourceLayer
        A layer with ``geometry``; its numbers are in ``layer.crs`` unless the planner says otherwise.
    settings : ImportSettings
        What the planner states: reference system, reading.
    context : ImportContext
        What is known of the place.

    Returns
    -------
    Placed
        Without geometry while a question is open. Heights are left out.
    """
    shapes = np.full(len(layer.table), None, dtype=object) if layer.geometry is None else layer.geometry
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    x, y = xy[:, 0], xy[:, 1]
    opinion = _opinion_of(layer, shapes, context)
    told, unknown = StatedSystem(), None
    try:
        told = stated_system(settings, layer.crs)
    except UnknownCrsError as error:
        unknown = error
    if unknown is None and not (np.isfinite(x) & np.isfinite(y)).any():
        # Nothing has a position: there is nothing to ask, every feature says why.
        return _finish(
            layer, shapes, owner, xy, Understanding(reading=Reading("degrees"), system="wgs84"), told
        )
    found = understand(
        x, y, system=told.system, settings=settings, context=context, opinion_of=opinion, named_degrees=True
    )
    if unknown is not None:
        return _open(layer, without_system(found, unknown, settings))
    if found.reading is not None and found.reading.swapped and settings.reading is None:
        found = _ask_order(found, x, y)
    if found.questions or found.reading is None or found.system is None:
        return _open(layer, found, told)
    doubt = doubt_about(told, opinion(x, y, found.reading), found.reading)
    return _finish(layer, shapes, owner, xy, found, told, doubt)


def _open(layer: SourceLayer, found: Understanding, told: StatedSystem | None = None) -> Placed:
    """Return a layer of which nothing is placed while a question is open."""
    said = told or StatedSystem()
    return Placed(
        geometry=None,
        kept=np.zeros(len(layer.table), dtype=bool),
        decisions=found.decisions,
        questions=found.questions,
        notices=said.notices,
        warnings=said.warnings,
        candidates=found.candidates,
    )


def _ask_order(found: Understanding, x: Floats, y: Floats) -> Understanding:
    """Ask where the numbers stand in another order than every vector format has them."""
    readings = [] if found.reading is None else [found.reading, found.reading._replace(swapped=False)]
    choices = tuple(Choice(each.name, each.label) for each in readings)
    why = Notice("place.geometry_swapped")
    return Understanding(
        questions=(Question(what="reading", why=why, flag="--reading", choices=choices),),
        candidates=reading_candidates(x, y, readings),
    )


def _opinion_of(
    layer: SourceLayer, shapes: Geometry, context: ImportContext
) -> Callable[[Floats, Floats, Reading], Opinion | None]:
    """Return what gives the opinion on the datum of a layer of points; areas say too little."""
    rows = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.POINT.value)
    rows = rows[~shapely.is_empty(shapes[rows])]

    def opinion(_x: Floats, _y: Floats, reading: Reading) -> Opinion | None:
        if reading.kind == "grid" or not rows.size:
            return None
        picked = rows[np.unique(np.linspace(0, rows.size - 1, min(rows.size, 20_000)).astype(int))]
        lon, lat = positions(shapely.get_x(shapes[picked]), shapely.get_y(shapes[picked]), reading)
        return datum_opinion(lon, lat, texts_of(layer.table, picked, set()), context)

    return opinion


def _finish(
    layer: SourceLayer,
    shapes: Geometry,
    owner: NDArray[np.intp],
    xy: Floats,
    found: Understanding,
    told: StatedSystem,
    doubt: tuple[Notice, ...] = (),
) -> Placed:
    """Carry every vertex over and reject the features that have one without a position."""
    reading, system = found.reading or Reading("degrees"), found.system or ""
    lon, lat = canonical_degrees(xy[:, 0], xy[:, 1], reading, system)
    with np.errstate(invalid="ignore"):
        lost = ~((np.abs(lon) <= _MAX_LON) & (np.abs(lat) <= _MAX_LAT))
    empty: Mask = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kept = ~empty
    kept[owner[lost]] = False
    geometry = np.full(len(shapes), None, dtype=object)
    carried = np.column_stack([lon, lat])[kept[owner]]
    flat = shapely.force_2d(shapes[kept])
    geometry[kept] = shapely.set_coordinates(flat.copy(), carried) if len(flat) else flat
    n_heights = int(shapely.has_z(shapes[kept]).sum())
    heights = (Notice("place.heights_dropped", {"n": n_heights}),) if n_heights else ()
    return Placed(
        geometry=geometry,
        kept=kept,
        rejections=_rejections(layer, shapes, kept, _first_lost(owner, lost, xy), is_plane=reading.is_plane),
        decisions=(*told.decisions, *found.decisions),
        notices=(*told.notices, *heights),
        warnings=(*told.warnings, *found.warnings, *doubt),
        crs="" if told.system is None else system,
    )


def _first_lost(owner: NDArray[np.intp], lost: Mask, xy: Floats) -> dict[int, tuple[float, float]]:
    """Return feature to the first of its vertices that has no position."""
    at, first = np.unique(owner[lost], return_index=True)
    return {int(row): (float(x), float(y)) for row, (x, y) in zip(at, xy[lost][first], strict=True)}


def _rejections(
    layer: SourceLayer,
    shapes: Geometry,
    kept: Mask,
    lost: dict[int, tuple[float, float]],
    *,
    is_plane: bool,
) -> tuple[Rejection, ...]:
    """Return why each feature that is not kept has no place."""
    out = "error.reason_outside_crs" if is_plane else "error.reason_out_of_range"
    found = []
    for at in np.flatnonzero(~kept).tolist():
        row, shape = int(layer.rows[at]), shapes[at]
        kind = "null" if shape is None else shape.geom_type
        if at not in lost:
            found.append(Rejection(row, _FIELD, kind, "place.reason_no_geometry"))
            continue
        x, y = lost[at]
        finite = np.isfinite(x) and np.isfinite(y)
        reason = out if finite else "error.reason_not_finite"
        found.append(Rejection(row, _FIELD, f"{kind} ({x!r} {y!r})", reason))
    return tuple(found)
