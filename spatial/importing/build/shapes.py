"""Geometry as a file has it: text made geometry, and what cannot be used told before it is placed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial.importing.columns.values import as_text
from spatial.importing.model import Subject
from spatial.notice import Notice
from spatial.station_words import normalise_word

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from spatial.importing.build.draft import Draft
    from spatial.importing.model import SourceLayer

    Mask = NDArray[np.bool_]
    Geometries = NDArray[np.object_]

__all__ = ["find_wkt_column", "geometry_from_text", "set_unusable_aside"]

_WKT_WORDS: Final = ("wkt", "geometry", "geom", "thegeom", "几何", "几何wkt", "wktgeometry", "shape", "图形")
_GEOMETRY_FIELD: Final = "geometry"
_POINT, _LINE, _RING, _POLYGON = 0, 1, 2, 3
_MULTI_POINT, _MULTI_POLYGON, _COLLECTION = 4, 6, 7
_ALLOWED: Final = {
    Subject.BASE_STATIONS: (_POINT, _MULTI_POINT),
    Subject.LAMP_POLES: (_POINT, _MULTI_POINT),
    Subject.POINTS: (_POINT, _MULTI_POINT),
    Subject.ZONES: (_POLYGON, _MULTI_POLYGON, _COLLECTION),
    Subject.PARKS: (_POINT, _MULTI_POINT, _POLYGON, _MULTI_POLYGON, _COLLECTION),
}
_TYPE_REASON: Final = {
    Subject.ZONES: "import.reason_not_a_polygon",
    Subject.PARKS: "import.reason_not_point_or_polygon",
}


def find_wkt_column(table: pd.DataFrame) -> str | None:
    """Return the column of a table that holds geometry as text, None without one.

    A column called so counts only where its first filled cell reads like geometry.
    """
    for header in table.columns:
        if normalise_word(str(header)) in _WKT_WORDS:
            words = as_text(table[header])
            filled = words[words != ""]
            if len(filled) and str(filled.iloc[0]).lstrip()[:1].isalpha() and "(" in str(filled.iloc[0]):
                return str(header)
    return None


def geometry_from_text(layer: SourceLayer, header: str, draft: Draft) -> SourceLayer:
    """Return the layer with the geometry that one column writes out; rows that it does not are rejected."""
    words = as_text(layer.table[header])
    texts = words.to_numpy(dtype=object)
    try:
        shapes = np.asarray(shapely.from_wkt(texts, on_invalid="ignore"), dtype=object)
    except NotImplementedError:
        # One curve, which the library has no type for, would keep every row out.
        shapes = np.array([_straight(text) for text in texts], dtype=object)
    unread = np.flatnonzero(shapely.is_missing(shapes) & (words != "").to_numpy())
    draft.reject(unread, header, words.iloc[unread].tolist(), "import.reason_bad_wkt")
    return replace(layer, table=layer.table.drop(columns=header), geometry=shapes)


def _straight(text: str) -> BaseGeometry | None:
    """Return the geometry of one text, None where it has curves or is none."""
    try:
        shape: BaseGeometry | None = shapely.from_wkt(text, on_invalid="ignore")
    except NotImplementedError:
        return None
    return shape


def set_unusable_aside(geometry: Geometries, subject: Subject, draft: Draft) -> Geometries:
    """Reject the rows whose geometry cannot be used; return the others two-dimensional.

    Parameters
    ----------
    geometry : ndarray of geometry
        As the file has it; one row of the table each.
    subject : Subject
        What types of geometry it has; parks may have none at all.
    draft : Draft
        Takes the rejections.

    Returns
    -------
    ndarray of geometry
        None for rows that were rejected.
    """
    nothing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    finite = _finite(geometry)
    kinds = shapely.get_type_id(geometry)
    fitting = np.isin(kinds, _ALLOWED[subject]) if subject in _ALLOWED else np.ones(len(kinds), dtype=bool)
    several = (kinds == _MULTI_POINT) & (shapely.get_num_geometries(geometry) > 1) & (subject in _ALLOWED)
    faults = (
        (nothing & (subject != Subject.PARKS), "import.reason_no_geometry"),
        (~nothing & ~finite, "import.reason_not_finite"),
        (~nothing & finite & ~fitting, _TYPE_REASON.get(subject, "error.reason_not_a_point")),
        (~nothing & finite & several, "import.reason_several_points"),
    )
    bad = np.zeros(len(geometry), dtype=bool)
    for mask, reason in faults:
        at = np.flatnonzero(mask)
        draft.reject(at, _GEOMETRY_FIELD, [_short(geometry[position]) for position in at], reason)
        bad |= mask
    sound = geometry.copy()
    sound[bad | nothing] = None
    raised = int(shapely.has_z(sound).sum())
    if raised:
        draft.notices.append(Notice("import.heights_dropped", {"n": raised}))
    sound = np.asarray(shapely.force_2d(sound), dtype=object)
    single = (kinds == _MULTI_POINT) & ~bad
    if subject in _ALLOWED and single.any():
        sound[single] = shapely.get_geometry(sound[single], 0)
    return sound


def _finite(geometry: Geometries) -> Mask:
    """Tell the geometries all of whose positions are finite numbers."""
    xy, rows = shapely.get_coordinates(geometry, return_index=True)
    bad = rows[~np.isfinite(xy).all(axis=1)]
    finite = np.ones(len(geometry), dtype=bool)
    finite[bad] = False
    return finite


def _short(geometry: object) -> str:
    """Return the type of a geometry, for a report."""
    return "" if geometry is None else str(getattr(geometry, "geom_type", ""))
