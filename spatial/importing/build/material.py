"""What the builder of a subject is handed: the rows in use, their geometry, and what is known around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from spatial.importing.build.draft import Draft
    from spatial.importing.model import ImportSettings
    from spatial.importing.place.context import ImportContext

__all__ = ["Built", "Material"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """The rows in use before they become the frame of their subject.

    Attributes
    ----------
    attributes : pandas.DataFrame, shape (n, columns)
        Canonical columns, indexed by the row of the file.
    geometry : ndarray of geometry, shape (n,)
        EPSG:4490.
    positions : ndarray of int, shape (n,)
        Where these rows stand in the layer's table.
    draft : Draft
        Takes rejections, by position in the table, and warnings.
    settings : ImportSettings
        What the planner states.
    context : ImportContext
        What is known of the place.
    columns : mapping
        Field -> source column.
    """

    attributes: pd.DataFrame
    geometry: NDArray[np.object_]
    positions: NDArray[np.int64]
    draft: Draft
    settings: ImportSettings
    context: ImportContext
    columns: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Built:
    """The rows of the frame: indexed by the row of the file that each begins with."""

    attributes: pd.DataFrame
    geometry: NDArray[np.object_]
