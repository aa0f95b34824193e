"""Under the holes: what the cells rest on, what they add up to, and how the smooth density came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.area import area_km2
from spatial.definition import AreaBasis
from spatial.text import text
from spatial.zone_columns import SCHEMATIC_BASES
from views.definition_fields import choice_word
from views.definition_line import show_definition_line
from views.figures import figure
from views.messages import note

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from spatial.definition import Definition
    from spatial.grid_view.cells import CellGrid
    from spatial.grid_view.surface import Surface
    from spatial.inventory import Inventory
    from spatial.tally import Survey

__all__ = ["show_basis", "show_outside", "show_sums", "sum_words"]

SAME_AREA: Final = 1e-6
"""Share by which two areas may differ that were cut along different lines."""


def show_basis(definition: Definition, inventory: Inventory | None, lang: str) -> None:
    """Show the definition, the date and the inventory that the cells are counted by."""
    show_definition_line(definition, inventory, lang)
    if definition.area_basis != AreaBasis.GEOMETRY:
        note(text("grid.by_outline", lang, basis=choice_word(definition.area_basis, lang)), tone="caution")


def show_sums(words: str, surface: Surface | None, area: GeoDataFrame, lang: str) -> None:
    """Show what the cells add up to, how they were smoothed, and what to doubt."""
    note(words)
    note(text("grid.not_buildable", lang))
    if surface is not None:
        pixel, bandwidth = surface.pixel_m, surface.bandwidth_m
        note(text("grid.smoothed", lang, bandwidth=bandwidth, pixel=pixel, total=surface.total))
    if area["geometry_basis"].isin(list(SCHEMATIC_BASES)).any():
        note(text("grid.schematic", lang), tone="caution")


def sum_words(grid: CellGrid, area: GeoDataFrame, found: Survey, definition: Definition, lang: str) -> str:
    """Say what the cells add up to beside the zones one by one; where zones overlap that is less."""
    count, covered = int(grid.cells["count"].sum()), float(grid.cells["area_km2"].sum())
    asked = found.facts.ids.isin(area["zone_id"]).to_numpy()
    of_zones = int(np.sum(found.tally(definition).counts[0][asked]))
    area_of_zones = float(area_km2(area).sum())
    same = count == of_zones and abs(covered - area_of_zones) <= SAME_AREA * area_of_zones
    return text(
        "grid.sums" if same else "grid.sums_shared",
        lang,
        cells=len(grid.cells),
        count=count,
        area=covered,
        of_zones=of_zones,
        area_of_zones=area_of_zones,
    )


def show_outside(outside_count: int, lang: str) -> None:
    """Say how many stations lie in no zone, and so in no cell."""
    if outside_count:
        note(text("grid.outside", lang, n=figure(outside_count)))
