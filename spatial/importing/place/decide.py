"""Where the rows of a layer lie: columns, reading and reference system decided or asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.importing.place.placed import Placed

if TYPE_CHECKING:
    from spatial.importing.model import ImportSettings, SourceLayer
    from spatial.importing.place.context import ImportContext
    from spatial.limits import Limits

__all__ = ["Placed", "place_geometry", "place_table"]


def place_table(
    layer: SourceLayer, *, settings: ImportSettings, context: ImportContext, limits: Limits
) -> Placed:
    """Place the rows of a table by its coordinate columns."""
    raise NotImplementedError


def place_geometry(layer: SourceLayer, *, settings: ImportSettings, context: ImportContext) -> Placed:
    """Place the features of a layer with geometry."""
    raise NotImplementedError
