"""The rows of one or several inventories of a layer, with what was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.crs import CANONICAL_CRS
from spatial.export.iso_dates import is_iso_date
from spatial.export.model import Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatial.inventory import Inventory

__all__ = ["PointSource", "simulated"]


@dataclass(frozen=True, kw_only=True)
class PointSource:
    """The inventories of one layer taken together.

    Attributes
    ----------
    points : geopandas.GeoDataFrame, shape (n, columns)
        In EPSG:4490, index 0 … n-1; without the simulated rows unless they are asked for.
    source : pandas.Series of str
        Where each row comes from, in the same words whatever its file is called.
    headers : Mapping
        Column of ``points`` to the header it came from, of the first inventory that has it.
    n_in : int
        Rows of all files.
    withheld : tuple of Withheld
        Rows that cannot be used, and simulated ones.
    """

    points: gpd.GeoDataFrame
    source: pd.Series
    headers: Mapping[str, str]
    n_in: int
    withheld: tuple[Withheld, ...]

    @classmethod
    def of(
        cls, inventories: Sequence[Inventory], *, source: str, names: Sequence[str], synthetic: bool
    ) -> PointSource:
        """Put inventories under one another.

        Parameters
        ----------
        inventories : sequence of Inventory
        source : str
            Where they come from, in words.
        names : sequence of str
            What each is called where a row of it is withheld.
        synthetic : bool
            Whether simulated rows are kept.
        """
        frames = [inventory.points for inventory in inventories]
        merged = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=CANONICAL_CRS)
        places = [f"{name}:{row}" for name, frame in zip(names, frames, strict=True) for row in frame.index]
        withheld = [
            Withheld(feature_id=f"{name}:{row}", reason_key=str(key))
            for name, inventory in zip(names, inventories, strict=True)
            for row, key in zip(inventory.rejected["row"], inventory.rejected["reason_key"], strict=True)
        ]
        kept = np.ones(len(merged), dtype=bool) if synthetic else ~simulated(merged).to_numpy()
        withheld += [
            Withheld(feature_id=places[row], reason_key="content.withheld_synthetic")
            for row in np.flatnonzero(~kept)
        ]
        headers: dict[str, str] = {}
        for inventory in inventories:
            headers = {**inventory.columns, **headers}
        return cls(
            points=merged[kept].reset_index(drop=True),
            source=pd.Series([source] * int(kept.sum()), dtype=object),
            headers=headers,
            n_in=sum(inventory.n_in for inventory in inventories),
            withheld=tuple(withheld),
        )

    @property
    def synthetic(self) -> bool:
        """Whether any row is simulated."""
        return bool(simulated(self.points).any())

    @property
    def latest(self) -> str:
        """The youngest date of a row, ``""`` where none is stated."""
        return max((date for date in self.points.get("as_of", ()) if is_iso_date(date)), default="")


def simulated(points: pd.DataFrame) -> pd.Series:
    """Tell the simulated rows."""
    if "synthetic" not in points:
        return pd.Series(data=False, index=points.index)
    return points["synthetic"].astype("boolean").fillna(value=False).astype(bool)
