"""The inventory that counting and export work with, from a confirmed import of points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from spatial.inventory import Inventory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.importing.model import ImportResult

__all__ = ["inventories_together", "inventory_of"]

_AND: Final = "、"


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


def inventories_together(results: Sequence[ImportResult]) -> Inventory:
    """Return what several files of one subject make together, each row of each of them once.

    Rows that two files share stand twice: whoever confirms the second file is told how many there are.
    The index of ``points`` is the place of a row in its file only where there is one file.

    Parameters
    ----------
    results : sequence of ImportResult
        One or more.
    """
    each = [inventory_of(result) for result in results]
    if len(each) == 1:
        return each[0]
    points = pd.concat([one.points for one in each], ignore_index=True)
    return replace(
        each[0],
        name=_AND.join(one.name for one in each),
        points=gpd.GeoDataFrame(points, geometry=each[0].points.geometry.name, crs=each[0].points.crs),
        n_in=sum(one.n_in for one in each),
        n_used=sum(one.n_used for one in each),
        n_reported=sum(one.n_reported for one in each),
        rejected=pd.concat([one.rejected for one in each], ignore_index=True),
        notices=tuple(notice for one in each for notice in one.notices),
        encoding=_AND.join(dict.fromkeys(one.encoding for one in each)),
        columns={field: header for one in reversed(each) for field, header in one.columns.items()},
        synthetic=any(one.synthetic for one in each),
        crs=_AND.join(dict.fromkeys(one.crs for one in each)),
    )
