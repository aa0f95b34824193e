"""``spatial.density.count``: frames and files, the figures of a check, and nothing loaded too early."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial import Definition, Numerator, check_zones, density
from spatial.definition import LifecycleStatus
from spatial.density.by_zone import Reading
from spatial.density.counted_rows import CountedRows
from spatial.errors import (
    GeometryError,
    MissingColumnError,
    MissingCrsError,
    UnreadableFileError,
    UsageError,
)

ROOT = Path(__file__).parents[3]
SQUARES = [shapely.box(114 + at * 0.01, 23, 114.01 + at * 0.01, 23.01) for at in range(3)]


def layer(polygons: list, **columns: object) -> gpd.GeoDataFrame:
    ids = [f"z{at}" for at in range(len(polygons))]
    return gpd.GeoDataFrame({"zone_id": ids, **columns}, geometry=polygons, crs="EPSG:4490")


def points(lon: list, lat: list, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4490")


@st.composite
def layers(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """A tiling of triangles over random points, some left out, or boxes that may overlap."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    if draw(st.booleans()):
        spots = shapely.multipoints(rng.uniform([114, 23], [114.1, 23.1], (8, 2)))
        polygons = list(shapely.get_parts(shapely.delaunay_triangles(spots)))
        return layer(polygons[: draw(st.integers(1, len(polygons)))])
    corner = rng.uniform([114, 23], [114.08, 23.08], (draw(st.integers(1, 5)), 2))
    size = rng.uniform(0.005, 0.03, corner.shape)
    return layer([shapely.box(*low, *(low + side)) for low, side in zip(corner, size, strict=True)])


@given(layers(), st.integers(0, 2**32 - 1))
def test_it_gives_what_a_check_gives_on_any_layer(zones, seed):
    rng = np.random.default_rng(seed)
    vertices = shapely.get_coordinates(zones.geometry)
    middles = (vertices[:-1] + vertices[1:]) / 2
    spread = rng.uniform([113.98, 22.98], [114.12, 23.12], (60, 2))
    xy = np.concatenate([spread, vertices, middles, [[np.nan, 23.0]]])
    sites = points(*xy.T)
    found = density.count(zones, sites)
    checked = check_zones(zones, sites, definition=Definition(numerator=Numerator.AS_GIVEN), target=None)
    for name in ("zone_id", "count", "area_km2", "density_per_km2"):
        assert found.zones[name].tolist() == checked.rows[name].tolist()
    assert found.layer == checked.layer
    result = found.result
    assert (result.total_count, result.outside_count) == (checked.total_count, checked.outside_count)
    assert (result.n_in, result.n_used, result.n_reported) == (
        checked.n_in,
        checked.n_used,
        checked.n_reported,
    )


def test_frames_and_files_may_be_mixed(tmp_path):
    frame = points([114.005, 114.015], [23.005, 23.005], operator=["a", None])
    frame.to_parquet(tmp_path / "p.parquet")
    layer(SQUARES).to_file(tmp_path / "z.geojson")
    found = density.count(tmp_path / "z.geojson", [frame, str(tmp_path / "p.parquet")], by=["operator"])
    assert found.zones["count"].tolist() == [2, 2, 0]
    assert found.by_category().to_dict("list") == {
        "zone_id": ["z0", "z1"],
        "operator": ["a", ""],
        "count": [2, 2],
    }
    assert isinstance(found.zones, gpd.GeoDataFrame)


def test_the_index_of_the_zones_is_kept_and_names_are_shown():
    zones = layer(SQUARES, name_zh=["甲", " ", None]).set_index(pd.Index([7, 8, 9]))
    found = density.count(zones, points([114.005], [23.005]))
    assert found.zones.index.tolist() == [7, 8, 9]
    assert found.zones["name_zh"].tolist() == ["甲", "z1", "z2"]
    assert found.zones["geometry_basis"].isna().all()


def test_without_categories_the_long_table_is_empty():
    found = density.count(layer(SQUARES), points([114.005], [23.005]))
    assert found.by_category().columns.tolist() == ["zone_id", "count"]
    assert len(found.by_category()) == 0


def test_overlapping_zones_are_said_to_share_their_points():
    both = layer([SQUARES[0], shapely.box(114.005, 23, 114.02, 23.01)])
    found = density.count(both, points([114.007], [23.005]))
    assert found.zones["count"].tolist() == [1, 1]
    assert found.result.total_count == 1
    assert "verdict.layer_overlaps" in {notice.key for notice in found.notices}


def test_planned_rows_of_a_frame_count_as_in_a_check():
    sites = points([114.005] * 3, [23.005] * 3, status=["existing", "planned", ""])
    zones = layer(SQUARES)
    checked = check_zones(zones, sites, definition=Definition(numerator=Numerator.AS_GIVEN), target=None)
    found = density.count(zones, sites)
    assert found.result.total_count == checked.total_count == 2
    assert found.result.n_used == checked.n_used == 3
    assert density.count(zones, sites, status="all").result.total_count == 3


def test_rows_are_left_out_alike_in_another_process(tmp_path):
    sites = points([114.005] * 3, [23.005] * 3, 状态=["现状", "规划", None])
    sites.to_parquet(tmp_path / "p.parquet")
    here = Reading().counted(tmp_path / "p.parquet", ("状态",))
    there = pickle.loads(pickle.dumps(here))  # noqa: S301 - our own
    assert isinstance(there, CountedRows)
    assert (there.name, there.path, there.n_rows) == ("p.parquet", tmp_path / "p.parquet", 3)
    assert "状态" in there.column_names
    batches = [batch for part in there.parts() for batch in there.batches(part)]
    assert [(batch.n_in, batch.n_left_out, batch.rows.tolist()) for batch in batches] == [(3, 1, [0, 2])]
    assert batches[0].columns["状态"].to_pylist() == ["现状", None]
    assert not isinstance(
        Reading(status=LifecycleStatus.ALL).counted(tmp_path / "p.parquet", ()), CountedRows
    )


def test_a_frame_that_says_it_is_made_up_marks_every_zone():
    sites = points([114.005] * 2, [23.005] * 2, synthetic=[False, True])
    assert density.count(layer(SQUARES), sites).zones["synthetic"].all()
    real = points([114.005], [23.005], synthetic=[False])
    assert not density.count(layer(SQUARES), real).zones["synthetic"].any()


@pytest.mark.parametrize(
    ("choice", "fault"),
    [
        ({"by": ["operator"]}, MissingColumnError),
        ({"by": ["a", "a"]}, UsageError),
        ({"by": "count"}, UsageError),
        ({"dedupe": "some"}, UsageError),
        ({"grid_m": 300}, UsageError),
        ({"status": "old"}, UsageError),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused(choice, fault):
    with pytest.raises(fault):
        density.count(layer(SQUARES), points([114.005], [23.005], a=["x"]), **choice)


def test_frames_without_zones_outline_or_system_are_refused():
    sites = points([114.005], [23.005])
    with pytest.raises(GeometryError):
        density.count(layer([]), sites)
    with pytest.raises(GeometryError):
        density.count(layer([*SQUARES, None]), sites)
    with pytest.raises(MissingCrsError):
        density.count(layer(SQUARES), sites.set_crs(None, allow_override=True))
    with pytest.raises(UsageError):
        density.count(layer(SQUARES), [])


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys, spatial, spatial.density;"
        "heavy = ('geopandas', 'pandas', 'pyproj', 'scipy', 'dask', 'pyarrow', 'numpy');"
        "print([name for name in heavy if name in sys.modules], sorted(dir(spatial.density)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] ['Dedupe', 'DensityResult', 'ZoneDensity', 'count']"
    with pytest.raises(AttributeError):
        density.nothing  # noqa: B018 - the look-up is what is tried


def test_a_pipe_that_nobody_fills_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "p.parquet")
    said: list[str] = []

    def ask() -> None:
        try:
            density.count(layer(SQUARES), tmp_path / "p.parquet")
        except UnreadableFileError as error:
            said.append(error.key)

    waiting = threading.Thread(target=ask, daemon=True)
    waiting.start()
    waiting.join(30)
    assert said == ["error.no_plain_file"]
