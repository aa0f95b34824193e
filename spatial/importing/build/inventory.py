"""The inventory that counting and export work with, from a confirmed import of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.inventory import Inventory

if TYPE_CHECKING:
    from spatial.importing.model import ImportResult

__all__ = ["inventory_of"]


def inventory_of(result: ImportResult) -> Inventory:
    """Return the stations, poles or points of an import as an inventory.

    Cells that became stations are one row of ``points`` and several of ``n_used``.
    """
    points = result.frame
    synthetic = "synthetic" in points and bool(points["synthetic"].fillna(value=False).any())
    return Inventory(
        name=result.name,
        points=points,
        n_in=result.n_in,
        n_used=result.n_used,
        n_reported=result.n_reported,
        rejected=result.rejected,
        notices=(*result.notices, *result.warnings),
        encoding=result.encoding.name,
        columns=result.columns,
        synthetic=synthetic,
        row_unit=result.row_unit,
        crs=result.crs,
    )
