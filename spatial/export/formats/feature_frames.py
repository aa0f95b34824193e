"""Frames from the features of a file, checked as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import pandas as pd

from spatial.crs import CANONICAL_CRS
from spatial.errors import PackageError
from spatial.export.formats.feature_checks import unusable
from spatial.export.formats.feature_columns import typed_values, values_by_field
from spatial.export.formats.rings import shapes_from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spatial.export.formats.rings import Shapes
    from spatial.export.model import ExportLayer

    Place = Literal["geometry", "place"]

__all__ = ["feature_ids", "frame_of_chunks", "shapes_of_features"]


def frame_of_chunks(
    chunks: Iterable[Sequence[Any]], layer: ExportLayer, *, name: str, place: Place
) -> gpd.GeoDataFrame:
    """Return the frame of all features of a file.

    Parameters
    ----------
    chunks : iterable of sequence of any JSON value
        At least one, which may be empty.
    layer : ExportLayer
        Its geometry type and fields are what the features must have.
    name : str
        File name, for messages alone.
    place : {"geometry", "place"}
        Which member holds the position; ``place`` has latitude first.

    Returns
    -------
    geopandas.GeoDataFrame, shape (n, fields + 1)
        As `ExportLayer.features` holds them, in EPSG:4490.

    Raises
    ------
    PackageError
        Naming the first feature that is wrong.
    """
    frames = [_frame(features, layer, name=name, place=place) for features in chunks]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)


def feature_ids(features: Sequence[Any], *, name: str) -> list[str]:
    """Return the ids of the features, all of them texts.

    Raises
    ------
    PackageError
        If something is no feature, or has no text as its id.
    """
    for index, feature in enumerate(features):
        if (
            type(feature) is not dict
            or feature.get("type") != "Feature"
            or type(feature.get("id")) is not str
        ):
            raise PackageError("feature.not_a_feature", name=name, index=index)
    return [feature["id"] for feature in features]


def shapes_of_features(
    features: Sequence[Any], layer: ExportLayer, *, ids: Sequence[str], name: str, place: Place
) -> Shapes:
    """Return the positions of the features, longitude first.

    Raises
    ------
    PackageError
        If a geometry is missing or of another type than its layer, holds what is no position on the
        globe, or a ring that is open or too short; naming the feature.
    """
    shapes, faulty = shapes_from_json([feature.get(place) for feature in features], layer.geometry_type)
    if place == "place":
        shapes = shapes.with_xy(shapes.xy[:, ::-1])
    faulty = faulty or unusable(shapes)
    if faulty:
        raise PackageError("feature.unusable_geometry", name=name, feature=ids[faulty[0]])
    return shapes


def _frame(features: Sequence[Any], layer: ExportLayer, *, name: str, place: Place) -> gpd.GeoDataFrame:
    """Return the frame of some features."""
    ids = feature_ids(features, name=name)
    by_field = values_by_field(
        [feature.get("properties") for feature in features], layer.fields, ids=ids, name=name
    )
    shapes = shapes_of_features(features, layer, ids=ids, name=name, place=place)
    columns = typed_values(by_field, layer.fields)
    return gpd.GeoDataFrame(columns, geometry=shapes.geometries(), crs=CANONICAL_CRS)
