"""Grid cells are those of PROJ's EPSG:4547 for every site, its lines included."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from spatial.density import frame_source, grid_cells
from spatial.density.counting import count_density
from spatial.density.frame_source import FrameSource
from spatial.density.model import GRID_SIZES_M, DensitySettings
from tests.density.counting.plain_index import PlainIndex

ZONES = PlainIndex([shapely.box(113, 23, 114, 24)], ["a"])
TO_GRID = Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True)


def grid_of(lon, lat, size_m):
    return count_density(ZONES, [FrameSource(lon, lat)], DensitySettings(grid_m=size_m), threads=2)


@given(
    seed=st.integers(0, 2**32 - 1), size_m=st.sampled_from(GRID_SIZES_M), kept=st.sampled_from([3, 1 << 20])
)
def test_each_site_is_in_the_cell_that_proj_tells(seed, size_m, kept):
    rng = np.random.default_rng(seed)
    # Half of them on the lines, as well as degrees can say.
    x, y = rng.uniform(420_000, 440_000, 60), rng.uniform(2_540_000, 2_560_000, 60)
    x[:30], y[15:45] = np.round(x[:30], -3), np.round(y[15:45], -3)
    lon, lat = TO_GRID.transform(x, y, direction="INVERSE")
    easting, northing = TO_GRID.transform(lon, lat)
    expected = Counter(zip((easting // size_m).tolist(), (northing // size_m).tolist(), strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grid_cells, "_MOST_PENDING", kept)
        patch.setattr(frame_source, "_ROWS_PER_PART", 7)
        result = grid_of(lon, lat, size_m)
    grid = result.grid
    assert dict(zip(zip(grid.column, grid.row, strict=True), grid.count, strict=True)) == expected
    assert grid.count.sum() == result.total_count == 60
    assert list(zip(grid.column, grid.row, strict=True)) == sorted(zip(grid.column, grid.row, strict=True))
    assert (grid.size_m, result.notices) == (size_m, ())


def test_far_from_its_meridian_the_grid_says_so():
    lon = np.array([114.0, 112.5, 115.5, 112.4, 116.0, -66.0, 24.0, 114.0])
    lat = np.array([23.0, 23.0, -23.0, 23.0, 45.0, 0.0, 0.0, 90.0])
    result = grid_of(lon, lat, 1000)
    said = {notice.key: notice.params["count"] for notice in result.notices}
    easting, northing = TO_GRID.transform(lon, lat)
    without = int((~(np.isfinite(easting) & (np.abs(easting) < 2e7) & (np.abs(northing) < 2e7))).sum())
    assert without > 0
    assert said["density.grid_without_cell"] == without
    assert said["density.grid_beyond_area"] == 4 - without
    assert result.grid.count.sum() + without == result.total_count == len(lon)


def test_without_a_grid_none_is_given():
    assert count_density(ZONES, [FrameSource([113.5], [23.5])], DensitySettings()).grid is None
