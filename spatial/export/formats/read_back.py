"""A written GeoJSON file read back, a chunk at a time, and held to what it was made from and to the rules.

A file of any size is checked in the memory of some thousands of features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.errors import ExportRefusedError, InputError
from spatial.export.formats.feature_checks import (
    invalid_polygons,
    misoriented_rings,
    repeated_ids,
    repeated_positions,
    rings_without_area,
    too_many_decimals,
)
from spatial.export.formats.feature_columns import cells, values_by_field
from spatial.export.formats.feature_frames import feature_ids, shapes_of_features
from spatial.export.formats.feature_lines import read_features
from spatial.export.formats.rounding import DECIMALS
from spatial.text import TextKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spatial.export.formats.feature_checks import Findings
    from spatial.export.formats.rings import Shapes
    from spatial.export.model import ExportLayer

__all__ = ["check_written"]


def check_written(path: Path, layer: ExportLayer, shapes: Shapes) -> None:
    """Refuse a file that breaks a rule or does not hold what it was made from.

    Parameters
    ----------
    path : pathlib.Path
        GeoJSON by RFC 7946.
    layer : ExportLayer
        Its ``features`` are what the attributes must be.
    shapes : Shapes
        What the positions must be, to the last bit.

    Raises
    ------
    ExportRefusedError
        Naming the rule and the first feature that breaks it.
    """
    ids: list[str] = []
    try:
        with path.open("rb") as stream:
            head, chunks = read_features(stream, name=path.name)
            for features in chunks:
                ids += _check_chunk(features, layer, shapes, start=len(ids), name=path.name)
    except InputError as fault:
        raise ExportRefusedError("feature.unreadable", name=path.name) from fault
    _check_count(len(ids), layer, name=path.name)
    _refuse_first("feature.rule_unique_ids", repeated_ids(ids), ids, name=path.name)
    if head.get("bbox") != (None if shapes.bounds is None else list(shapes.bounds)):
        raise ExportRefusedError("feature.other_bbox", name=path.name)


def _check_count(n: int, layer: ExportLayer, *, name: str) -> None:
    """Refuse another number of features than the layer has."""
    if n != len(layer.features):
        raise ExportRefusedError("feature.other_count", name=name, found=n, expected=len(layer.features))


def _check_chunk(
    features: Sequence[Any], layer: ExportLayer, shapes: Shapes, *, start: int, name: str
) -> list[str]:
    """Check some features; return their ids."""
    stop = start + len(features)
    if stop > len(layer.features):
        _check_count(stop, layer, name=name)
    ids = feature_ids(features, name=name)
    properties = [feature.get("properties") for feature in features]
    read = values_by_field(properties, layer.fields, ids=ids, name=name)
    written = cells(layer.features, layer.fields, start, stop)
    for field, ours, theirs in zip(layer.fields, written, read, strict=True):
        _refuse_other(field.code, ours, list(theirs), ids, name=name)
    found = shapes_of_features(features, layer, ids=ids, name=name, place="geometry")
    _check_shapes(found, ids, name=name)
    _refuse_other(
        "geometry", shapes.coordinates(start, stop), found.coordinates(0, len(found)), ids, name=name
    )
    return ids


def _check_shapes(found: Shapes, ids: Sequence[str], *, name: str) -> None:
    """Refuse positions and rings that break a rule."""
    _refuse_first("feature.rule_decimals", too_many_decimals(found, decimals=DECIMALS), ids, name=name)
    if found.areal:
        _refuse_first("feature.rule_repeated_position", repeated_positions(found), ids, name=name)
        _refuse_first("feature.rule_collapsed_ring", rings_without_area(found), ids, name=name)
        _refuse_first("feature.rule_ring_orientation", misoriented_rings(found), ids, name=name)
        _refuse_first("feature.rule_valid_polygon", invalid_polygons(found.geometries()), ids, name=name)


def _refuse_first(rule: str, findings: Findings, ids: Sequence[str], *, name: str) -> None:
    """Raise the error of the first feature that breaks a rule, if any."""
    if findings:
        feature = ids[findings.features[0]]
        raise ExportRefusedError("feature.rule_broken", name=name, feature=feature, rule=TextKey(rule))


def _refuse_other(member: str, ours: list[Any], theirs: list[Any], ids: Sequence[str], *, name: str) -> None:
    """Raise the error of the first feature that does not hold what was written, if any."""
    if ours != theirs:
        feature = next(own for own, mine, its in zip(ids, ours, theirs, strict=True) if mine != its)
        raise ExportRefusedError("feature.other_value", name=name, feature=feature, field=member)
