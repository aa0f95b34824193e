"""Whether two packages say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from spatial.export.fields import ID_CODE
from spatial.export.package_file import descriptor_of

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from spatial.export.model import ExportLayer, PackageContent

__all__ = ["Difference", "first_difference"]


class Difference(NamedTuple):
    """Where two packages differ; ``layer`` and ``feature_id`` are empty where the package itself does."""

    layer: str
    feature_id: str
    member: str


def first_difference(one: PackageContent, other: PackageContent) -> Difference | None:
    """Return the first place where two packages differ, None where they say the same.

    Numbers are compared as doubles to the last bit, rings whatever their direction and first vertex.
    """
    ours, theirs = descriptor_of(one), descriptor_of(other)
    for member, value in ours.items():
        if theirs[member] != value:
            return Difference("", "", member)
    for mine, its in zip(one.layers, other.layers, strict=True):
        found = _layer_difference(mine, its)
        if found is not None:
            return found
    return None


def _layer_difference(one: ExportLayer, other: ExportLayer) -> Difference | None:
    """Return the first place where two layers of one description differ."""
    ids = one.features[ID_CODE].to_numpy()
    for field in one.fields:
        if one.features[field.code].dtype != other.features[field.code].dtype:
            return Difference(one.name, "", field.code)
        at = _first(_unequal(one.features[field.code], other.features[field.code]))
        if at is not None:
            return Difference(one.name, str(ids[at]), field.code)
    at = _first(_shape(one.features) != _shape(other.features))
    return None if at is None else Difference(one.name, str(ids[at]), "geometry")


def _unequal(ours: pd.Series, theirs: pd.Series) -> NDArray[np.bool_]:
    """Return which values differ; a missing one equals a missing one alone."""
    missing, lost = ours.isna().to_numpy(), theirs.isna().to_numpy()
    same = (ours == theirs).fillna(value=False).astype(bool).to_numpy()
    return np.asarray((missing != lost) | ~(missing | same))


def _shape(features: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return what a geometry is, to the last bit."""
    return np.asarray(shapely.to_wkb(shapely.normalize(features.geometry.to_numpy())), dtype=object)


def _first(wrong: NDArray[np.bool_]) -> int | None:
    """Return the first place that is wrong."""
    return int(np.argmax(wrong)) if len(wrong) and wrong.any() else None
