"""Layers of context, such as roads, rivers or planning lines: any geometry, valid, as the file has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.importing.build.attributes import text_column, with_basis
from spatial.importing.build.duplicates import outside_district
from spatial.importing.build.material import Built
from spatial.importing.build.mending import mend_shapes

if TYPE_CHECKING:
    from spatial.importing.build.material import Material

__all__ = ["build_features"]


def build_features(material: Material) -> Built:
    """Return one row per feature."""
    geometry = mend_shapes(material, polygons_only=False)
    kept = material.draft.used[material.positions]
    attributes, geometry = with_basis(material.attributes[kept]), geometry[kept]
    names = text_column(attributes, "name")
    material.draft.warnings.extend(outside_district(geometry, material.context.district, names))
    return Built(attributes=attributes, geometry=geometry)
