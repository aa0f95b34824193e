"""What a check found, with everything that is needed to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from spatial.counting import LayerKind
    from spatial.definition import Definition
    from spatial.notice import Notice
    from spatial.target import Target

__all__ = ["JSON_COLUMNS", "CheckResult"]

JSON_COLUMNS: Final = (
    "zone_id",
    "name",
    "area_km2",
    "count",
    "density_per_km2",
    "target_per_km2",
    "target_scope",
    "required_count",
    "gap_count",
    "attainment_ratio",
    "density_low",
    "density_high",
    "status",
    "synthetic",
    "geometry_basis",
)


@dataclass(frozen=True)
class CheckResult:
    """What a check found, with everything that is needed to read it.

    Parameters
    ----------
    definition : Definition
        What was counted over which area.
    target : Target, optional
        What it was held against.
    layer : LayerKind
        Whether the zones overlap.
    rows : DataFrame
        One row per zone, in the order and on the index of the input: the columns of
        `JSON_COLUMNS`, then ``count_low``, ``count_high``, ``area_basis`` and
        ``stations_per_10k_people``.
    n_in, n_used, n_reported : int
        Rows of the inventory: read, with a usable position, and reported as unusable.
    total_count, outside_count : int
        Stations that the definition counts, and those of them in no zone.
    notices : tuple of Notice
        What the reader of the figures has to know.
    """

    definition: Definition
    target: Target | None
    layer: LayerKind
    rows: pd.DataFrame
    n_in: int
    n_used: int
    n_reported: int
    total_count: int
    outside_count: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON: figures unrounded, what is missing as None."""
        table = self.rows.loc[:, list(JSON_COLUMNS)]
        return {
            "definition": self.definition.to_dict(),
            "layer": str(self.layer),
            "zones": [
                {name: _plain(value) for name, value in zip(JSON_COLUMNS, row, strict=True)}
                for row in table.itertuples(index=False, name=None)
            ],
            "n_in": self.n_in,
            "n_used": self.n_used,
            "n_reported": self.n_reported,
            "total_count": self.total_count,
            "outside_count": self.outside_count,
            "notices": [notice.to_dict() for notice in self.notices],
        }


def _plain(value: object) -> object:
    """Return one cell as a JSON value: whole numbers stay whole, what is missing is None."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value
