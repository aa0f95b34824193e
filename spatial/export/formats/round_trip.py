"""What a layer is after it went through a format: equal, but for the losses that are stated for it.

========== ==========================================================================================
format     losses
========== ==========================================================================================
jsonfg     none
geojson    positions to 6e-8 degrees along each axis; vertices that this makes one are one
geopackage none
shapefile  an empty text comes back as a missing one; blanks at the ends of a text go; reals to 1e-12
csv, xlsx  no outlines, points alone
flatgeobuf none
geoparquet none
kml        none
========== ==========================================================================================

Positions are equal to 1e-9 degrees along each axis, where nothing else is said: a plane system goes there
and back.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from spatial.export.fields import ID_CODE, FieldType
from spatial.export.formats.file_frames import TEXT_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from spatial.export.fields import Field
    from spatial.export.model import ExportLayer

__all__ = ["LOSSES", "Change", "Loss", "changes", "position_tolerance_deg"]


class Loss(StrEnum):
    """What a format is stated not to keep."""

    OUTLINES = "outlines"
    POSITIONS = "positions"
    EMPTY_TEXTS = "empty_texts"
    OUTER_BLANKS = "outer_blanks"
    LAST_DIGITS = "last_digits"


LOSSES: Final[Mapping[str, frozenset[Loss]]] = {
    "jsonfg": frozenset(),
    "geojson": frozenset({Loss.POSITIONS}),
    "geopackage": frozenset(),
    "shapefile": frozenset({Loss.EMPTY_TEXTS, Loss.OUTER_BLANKS, Loss.LAST_DIGITS}),
    "csv": frozenset({Loss.OUTLINES}),
    "xlsx": frozenset({Loss.OUTLINES}),
    "flatgeobuf": frozenset(),
    "geoparquet": frozenset(),
    "kml": frozenset(),
}
"""Losses of each format."""

_EXACT_DEG: Final = 1e-9
_ROUNDED_DEG: Final = 6e-8
_RELATIVE: Final = 1e-12
_ABSOLUTE: Final = 1e-15


class Change(NamedTuple):
    """One value that is not what it was; ``feature_id`` is empty where the layer as a whole differs."""

    feature_id: str
    member: str


def position_tolerance_deg(name: str) -> float:
    """Return by how many degrees a format may move a position along each axis."""
    return _ROUNDED_DEG if Loss.POSITIONS in LOSSES[name] else _EXACT_DEG


def changes(name: str, layer: ExportLayer, found: gpd.GeoDataFrame | pd.DataFrame) -> tuple[Change, ...]:
    """Return every value that a format gave back other than its stated losses allow.

    Parameters
    ----------
    name : str
        One of `spatial.export.formats.FORMATS`.
    layer : ExportLayer
        What was written.
    found : geopandas.GeoDataFrame or pandas.DataFrame
        What `spatial.export.formats.read_layer` gave back.

    Returns
    -------
    tuple of Change
        Empty where the round trip is good.
    """
    losses = LOSSES[name]
    ids = layer.features[ID_CODE].tolist()
    if len(found) != len(ids):
        return (Change("", "count"),)
    wrong = [
        Change(str(ids[at]), field.code)
        for field in layer.fields
        for at in np.flatnonzero(
            _changed_values(field, layer.features[field.code], found[field.code], losses=losses)
        )
    ]
    if layer.geometry_type == "Point" or Loss.OUTLINES not in losses:
        if "geometry" not in found:
            return (*wrong, Change("", "geometry"))
        every_vertex = Loss.POSITIONS not in losses
        tolerance = position_tolerance_deg(name)
        moved = _moved(layer.features, found, tolerance=tolerance, every_vertex=every_vertex)
        wrong += [Change(str(ids[at]), "geometry") for at in np.flatnonzero(moved)]
    return tuple(wrong)


def _changed_values(
    field: Field, ours: pd.Series, theirs: pd.Series, *, losses: frozenset[Loss]
) -> NDArray[np.bool_]:
    """Return which values of a column are others."""
    if ours.dtype != theirs.dtype:
        return np.ones(len(ours), dtype=bool)
    if field.type is FieldType.REAL:
        one, other = ours.to_numpy(dtype=float), theirs.to_numpy(dtype=float)
        exact = Loss.LAST_DIGITS not in losses
        relative, absolute = (0.0, 0.0) if exact else (_RELATIVE, _ABSOLUTE)
        return np.asarray(~np.isclose(other, one, rtol=relative, atol=absolute, equal_nan=True))
    if field.type in TEXT_TYPES:
        kept = [None if words is None else _kept(words, losses) for words in ours]
        pairs = zip(kept, theirs, strict=True)
        return np.array([type(mine) is not type(its) or mine != its for mine, its in pairs], dtype=bool)
    missing, gone = ours.isna().to_numpy(dtype=bool), theirs.isna().to_numpy(dtype=bool)
    other = (ours != theirs).fillna(value=False).to_numpy(dtype=bool)
    return np.asarray((missing != gone) | other)


def _kept(words: str, losses: frozenset[Loss]) -> str | None:
    """Return what a format keeps of a text."""
    kept = words.strip(" ") if Loss.OUTER_BLANKS in losses else words
    return None if not kept and Loss.EMPTY_TEXTS in losses else kept


def _moved(
    ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame, *, tolerance: float, every_vertex: bool
) -> NDArray[np.bool_]:
    """Return which geometries are others, whatever the direction and first vertex of a ring.

    The tolerance is that of each axis: a position may be off by as much along both.
    """
    one, other = (shapely.normalize(frame.geometry.to_numpy()) for frame in (ours, theirs))
    diagonal = tolerance * math.sqrt(2.0)
    paired = np.asarray(shapely.equals_exact(one, other, diagonal), dtype=bool)
    moved = ~paired
    # A hair's breadth may bring the vertices of a normalised ring into another order, or make two one.
    for at in np.flatnonzero(moved):
        apart = shapely.hausdorff_distance(one[at], other[at])
        as_many = not every_vertex or (
            shapely.get_num_coordinates(one[at]) == shapely.get_num_coordinates(other[at])
        )
        moved[at] = not (as_many and apart <= diagonal)
    xy, owner = shapely.get_coordinates(one[paired], return_index=True)
    off = np.abs(xy - shapely.get_coordinates(other[paired])).max(axis=1, initial=0.0) > tolerance
    moved[np.flatnonzero(paired)[owner[off]]] = True
    return moved
