"""Layers of a few fields around given geometries, for the tests of GeoJSON and JSON-FG."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial.export.fields import typed_columns
from tests.export.small_content import field, small_content, stations_layer, zones_layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.export.model import ExportLayer, PackageContent

ROWS = (
    "BSM|标识码|Identifier|text|||M|",
    "MC|名称|Name|text|||M|",
    "SL|数量|Count|integer||||",
    "ZBZ|密度|Density|real||||",
    "SFMN|是否模拟|Simulated|boolean|||M|",
    "CJRQ|采集日期|Date|text||||",
)
FIELDS = tuple(field(row) for row in ROWS)


def layer_around(geometries: Sequence[Any], **columns: Sequence[Any]) -> ExportLayer:
    """A layer of these geometries; a column that is not given says nothing, ids count from f0000."""
    n = len(geometries)
    given = {"BSM": [f"f{index:04}" for index in range(n)], "SFMN": [False] * n, **columns}
    cells = {one.code: pd.Series(given.get(one.code, [None] * n), dtype=object) for one in FIELDS}
    frame = gpd.GeoDataFrame(
        typed_columns(pd.DataFrame(cells), FIELDS), geometry=list(geometries), crs="EPSG:4490"
    )
    areal = n > 0 and "Polygon" in geometries[0].geom_type
    return replace(zones_layer() if areal else stations_layer(), fields=FIELDS, features=frame, n_in=n)


def content_of(*layers: ExportLayer) -> PackageContent:
    return small_content(layers=layers)


def attributes(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry"))


def same_attributes(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> bool:
    pd.testing.assert_frame_equal(attributes(one), attributes(other), check_exact=True)
    for column in attributes(one):
        for ours, theirs in zip(one[column], other[column], strict=True):
            missing = ours is None or ours is pd.NA or (isinstance(ours, float) and np.isnan(ours))
            # A missing text must come back as None, not as NaN; assert_frame_equal does not tell them.
            assert type(ours) is type(theirs)
            assert missing or ours == theirs
    return True
