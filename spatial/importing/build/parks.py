"""Parks and other carriers: a point or an outline each, or no position yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import shapely

from spatial.importing.build.attributes import filled, led_by, row_numbers, text_column, with_basis
from spatial.importing.build.duplicates import outside_district, repeated_ids
from spatial.importing.build.material import Built
from spatial.importing.build.mending import mend_shapes
from spatial.importing.columns.rents import read_rents
from spatial.notice import Notice

if TYPE_CHECKING:
    from spatial.importing.build.material import Material

__all__ = ["build_parks"]

_PLACE_ID: Final = "place_id"
_SHOWN: Final = 11


def build_parks(material: Material) -> Built:
    """Return one row per park; those without a position are kept, so that they can be placed on the map."""
    draft = material.draft
    geometry = mend_shapes(material, polygons_only=True)
    kept = draft.used[material.positions]
    attributes, geometry = material.attributes[kept], geometry[kept]
    names = text_column(attributes, "name_zh")
    rows = attributes
    ids, counts = filled(text_column(rows, _PLACE_ID), {"row": lambda: row_numbers(rows)})
    draft.warnings.extend(Notice("import.ids_from_row", {"n": n}) for n in counts.values())
    attributes = led_by(attributes, {_PLACE_ID: ids})
    if "rent" in attributes:
        rents, notices = read_rents(attributes["rent"], header=material.columns["rent"])
        attributes = attributes.assign(rent_yuan_per_m2_month=rents)
        draft.warnings.extend(notices)
    attributes = with_basis(attributes)
    unplaced = shapely.is_missing(geometry)
    if unplaced.any():
        named = names[unplaced].head(_SHOWN).tolist()
        draft.warnings.append(Notice("import.parks_unplaced", {"n": int(unplaced.sum()), "names": named}))
    draft.warnings.extend(repeated_ids(ids))
    draft.warnings.extend(outside_district(geometry, material.context.district, names))
    return Built(attributes=attributes, geometry=geometry)
