"""Second opinions on GeoJSON: two validators of other authors, asked about what our rules passed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.export.rules.geojson_rules import ParsedLayer
    from spatial.export.rules.report import Findings

__all__ = ["MOST_FEATURES", "ask_oracles"]

MOST_FEATURES: Final = 20_000
"""They walk each position in Python; larger files are held to our own rules alone."""

_G: Final = "geojson."
_STRUCTURE: Final = tuple(
    _G + rule
    for rule in (
        *(
            "reserved_member",
            "bbox_shape",
            "bbox_order",
            "feature_type",
            "id_missing",
            "id_type",
            "id_number",
        ),
        *(
            "properties_missing",
            "properties_type",
            "geometry_missing",
            "geometry_type",
            "coordinates_nesting",
        ),
        *("coordinates_empty", "position_length", "position_number", "line_short", "ring_short", "ring_open"),
        *("position_height",),
    )
)
_SHAPELESS: Final = tuple(
    _G + rule
    for rule in (
        *("geometry_missing", "geometry_type", "coordinates_nesting", "coordinates_empty", "position_length"),
        *("position_number", "properties_type", "feature_type"),
    )
)
_CRITERIA: Final = {
    "unclosed": ("ring_open", "ring_short"),
    "less_three_unique_nodes": ("ring_short", "ring_collapsed", "ring_open"),
    "exterior_not_ccw": ("ring_clockwise", "ring_collapsed", "ring_open", "ring_short", "self_intersection"),
    "interior_not_cw": (
        "hole_counterclockwise",
        "ring_collapsed",
        "ring_open",
        "ring_short",
        "self_intersection",
    ),
    "inner_and_exterior_ring_intersect": ("hole_outside", "self_intersection", "ring_open", "ring_collapsed"),
    "self_intersection": (
        "self_intersection",
        "ring_open",
        "ring_collapsed",
        "hole_outside",
        "parts_overlap",
    ),
    "duplicate_nodes": (
        "duplicate_position",
        "self_intersection",
        "ring_open",
        "ring_collapsed",
        "ring_short",
    ),
    "3d_coordinates": ("position_height",),
    "outside_lat_lon_boundaries": ("position_range", "position_swapped", "position_metres"),
}
"""What geojson-validator calls a fault, and the rules of ours that say the same.

Left out: holes and many vertices, which are no fault; its six decimals, of which we allow seven; and its
crossing of the antimeridian, which it sees in every edge that ends on the meridian.
"""
_INVALID: Final = ("unclosed", "less_three_unique_nodes", "exterior_not_ccw", "interior_not_cw")


def ask_oracles(layer: ParsedLayer, *, file: str, findings: Findings) -> None:
    """Tell what geojson-validator and geojson-pydantic find in a file and our rules do not.

    Parameters
    ----------
    layer : ParsedLayer
        A file that our rules have been through.
    file : str
        How faults name it.
    findings : Findings
        Knows what our rules found, and takes what is new.
    """
    if len(layer.features) > MOST_FEATURES:
        return
    findings.families.add("oracle")
    # They break down on arrays that are no coordinates, so they see the features that are sound.
    unsound = findings.rows_of(_SHAPELESS, file)
    unsound.update(layer.coordinates.row[~np.isfinite(layer.coordinates.xy).all(axis=1)].tolist())
    rows = [row for row in range(len(layer.features)) if row not in unsound]
    _ask_validator(layer, rows, file=file, findings=findings)
    _ask_pydantic(layer, rows, file=file, findings=findings)


def _ask_validator(layer: ParsedLayer, rows: list[int], *, file: str, findings: Findings) -> None:
    """Ask geojson-validator about some rows."""
    import geojson_validator  # noqa: PLC0415 - half a second that few calls need

    geojson_validator.configure_logging(enabled=False)
    document = {"type": "FeatureCollection", "features": [layer.features[row] for row in rows]}
    for message, places in geojson_validator.validate_structure(document).items():
        wrong = {rows[at] for at in places["feature"]} - findings.rows_of(_STRUCTURE, file)
        _tell("oracle.structure", wrong, message, layer, file=file, findings=findings)
    chosen = [name for name in _CRITERIA if name not in _INVALID]
    answer = geojson_validator.validate_geometries(document, list(_INVALID), chosen)
    for criterion, flagged in {**answer["invalid"], **answer["problematic"]}.items():
        ours = findings.rows_of((_G + name for name in _CRITERIA[criterion]), file)
        met = {rows[at] for entry in flagged for at in (entry if isinstance(entry, dict) else [entry])}
        _tell("oracle.geometry", met - ours, criterion, layer, file=file, findings=findings)


def _ask_pydantic(layer: ParsedLayer, rows: list[int], *, file: str, findings: Findings) -> None:
    """Ask geojson-pydantic, feature by feature, so that each answer has its place."""
    from geojson_pydantic import Feature  # noqa: PLC0415 - a quarter of a second that few calls need
    from pydantic import ValidationError  # noqa: PLC0415

    known = findings.rows_of(_STRUCTURE, file)
    told: dict[str, set[int]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a box across the antimeridian is legal
        for row in rows:
            if row in known:
                continue
            try:
                Feature.model_validate(layer.features[row])
            except ValidationError as fault:
                told.setdefault(fault.errors()[0]["msg"], set()).add(row)
    for message, wrong in told.items():
        _tell("oracle.model", wrong, message, layer, file=file, findings=findings)


def _tell(
    rule: str, rows: Iterable[int], found: str, layer: ParsedLayer, *, file: str, findings: Findings
) -> None:
    """Tell the rows that only another validator found."""
    ordered = np.array(sorted(rows), dtype=np.int64)
    findings.add_rows(rule, file, ordered, ids=layer.ids, found=[found] * len(ordered))
