"""Cells, holes and the smooth surface: they add up, and what the edge leaves is not ranked by chance."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.area import area_km2
from spatial.definition import Definition
from spatial.errors import UsageError
from spatial.grid_view.cell_file import cells_geojson
from spatial.grid_view.cells import grid_of, sites_inside
from spatial.grid_view.holes import HoleOrder, rank_of_cells, ranked_holes
from spatial.grid_view.surface import surface_of
from spatial.tally import survey
from tests.uncertainty.layers import ORIGIN, point_frame, zone_layer
from views.grid_facts import sum_words

DISC = shapely.Point(2_000.0, 1_500.0).buffer(1_300.0)
STATED = {"definition": Definition(), "target_per_km2": None, "inventory": "清单.csv"}
SQUARE = shapely.box(0.0, 0.0, 3_000.0, 3_000.0)


def places(xy):
    """Return the canonical places of points in metres, all of them in one wide zone."""
    wide = zone_layer([shapely.box(-1e5, -1e5, 1e5, 1e5)], sigma=[0.0])
    return sites_inside(survey(wide, point_frame(xy, sigma=0.0)), Definition())


def scattered(n=400, seed=1, low=300.0, high=3_600.0):
    return np.random.default_rng(seed).uniform(low, high, (n, 2))


@pytest.mark.parametrize("size_m", [1000, 500, 250])
def test_cells_add_up_to_the_zones_in_sites_and_area(size_m):
    halves = [
        shapely.intersection(DISC, shapely.box(0, 0, 2_100, 4_000)),
        DISC - shapely.box(0, 0, 2_100, 4_000),
    ]
    zones = zone_layer(halves, sigma=[0.0, 0.0])
    found = survey(zones, point_frame(scattered(), sigma=0.0))
    grid = grid_of(zones, *sites_inside(found, Definition()), size_m=size_m)
    counts = found.tally(Definition()).counts[0]
    assert grid.cells["count"].sum() == counts.sum() > 0
    assert grid.cells["area_km2"].sum() == pytest.approx(area_km2(zones).sum(), rel=1e-7)
    assert not grid.cells.duplicated(["column", "row"]).any()


@pytest.mark.parametrize("size_m", [1000, 500, 250])
def test_points_on_the_very_lines_are_counted_once_and_as_the_zones_count_them(size_m):
    corners = np.array([(x, y) for x in range(0, 2_001, 250) for y in range(0, 2_001, 250)], dtype=float)
    halves = [shapely.box(0.0, 0.0, 1_000.0, 2_000.0), shapely.box(1_000.0, 0.0, 2_000.0, 2_000.0)]
    zones = zone_layer(halves, sigma=[0.0, 0.0])
    found = survey(zones, point_frame(corners, sigma=0.0))
    for at in ([0], [1], [0, 1]):
        sites = sites_inside(found, Definition(), list(zones["zone_id"].iloc[at]))
        grid = grid_of(zones.iloc[at], *sites, size_m=size_m)
        assert grid.cells["count"].sum() == found.tally(Definition()).counts[0][at].sum() > 0


def test_what_zones_share_is_taken_once_and_the_words_say_so():
    boxes = [shapely.box(0.0, 0.0, 2_000.0, 2_000.0), shapely.box(1_000.0, 0.0, 3_000.0, 2_000.0)]
    for shapes, said in ((boxes, "片区有重叠"), (boxes[:1], "与片区合计一致")):
        zones = zone_layer(shapes, sigma=[0.0] * len(shapes))
        found = survey(zones, point_frame(scattered(low=50.0, high=1_900.0), sigma=0.0))
        grid = grid_of(zones, *sites_inside(found, Definition()), size_m=500)
        words = sum_words(grid, zones, found, Definition(), "zh")
        assert said in words
        assert f"{found.tally(Definition()).counts[0].sum():,} 座" in words


def test_cells_lie_on_the_lines_of_the_grid_and_count_by_hand():
    zones = zone_layer([shapely.box(120.0, 130.0, 1_400.0, 900.0)], sigma=[0.0])
    xy = scattered(300, low=150.0, high=1_350.0)
    xy = xy[xy[:, 1] < 880.0]
    grid = grid_of(zones, *places(xy), size_m=250)
    for cell in grid.cells.itertuples():
        west, south = cell.column * 250 - ORIGIN[0], cell.row * 250 - ORIGIN[1]
        inside = (xy >= [west, south]).all(axis=1) & (xy < [west + 250, south + 250]).all(axis=1)
        assert cell.count == 0 if not inside.any() else cell.count == inside.sum()
        width = min(west + 250, 1_400.0) - max(west, 120.0)
        height = min(south + 250, 900.0) - max(south, 130.0)
        assert cell.share == pytest.approx(width * height / 250**2, abs=1e-6)
        assert cell.sites_per_km2 == pytest.approx(cell.count / cell.area_km2)


def test_a_site_of_a_zone_is_counted_even_where_its_cell_has_no_ground():
    zones = zone_layer([shapely.box(0.0, 0.0, 1_000.0, 1_000.0)], sigma=[0.0])
    # A hundredth of a millimetre beyond the line, where the edge rule still counts it.
    found = survey(zones, point_frame([[1_000.00001, 500.0], [10.0, 10.0]], sigma=0.0))
    grid = grid_of(zones, *sites_inside(found, Definition()), size_m=500)
    assert grid.cells["count"].sum() == found.tally(Definition()).counts[0].sum() == 2
    empty = grid.cells[grid.cells["area_km2"] == 0.0]
    assert empty["sites_per_km2"].isna().all()
    holes = ranked_holes(grid, target_per_km2=50.0)
    assert holes["n_cells"].tolist() == [3, 1]


def test_sites_of_some_zones_alone():
    halves = [shapely.box(0.0, 0.0, 1_000.0, 1_000.0), shapely.box(1_000.0, 0.0, 2_000.0, 1_000.0)]
    found = survey(
        zone_layer(halves, sigma=[0.0, 0.0]), point_frame([[10.0, 10.0], [1_500.0, 9.0]], sigma=0.0)
    )
    assert len(sites_inside(found, Definition(), ["zone-1"])[0]) == 1
    assert len(sites_inside(found, Definition())[0]) == 2
    assert len(sites_inside(survey(found.zones, None), Definition())[0]) == 0


def test_holes_are_ranked_by_what_is_missing_and_remnants_never_come_first():
    # 2.02 km wide: the last column keeps twenty metres of its cells, all of them empty.
    zones = zone_layer([shapely.box(0.0, 0.0, 2_020.0, 1_000.0)], sigma=[0.0])
    xy = [[500.0, 500.0 + number] for number in range(30)] + [
        [1_500.0, 500.0 + number] for number in range(10)
    ]
    grid = grid_of(zones, *places(xy), size_m=1000)
    holes = ranked_holes(grid, target_per_km2=50.0)
    assert holes["count"].tolist() == [10, 30, 0]
    assert holes["missing"].to_numpy() == pytest.approx([40.0, 20.0, 1.0], rel=1e-2)
    assert holes["rank"].tolist() == [1, 2, 3]
    by_density = ranked_holes(grid, target_per_km2=50.0, order=HoleOrder.DENSITY)
    assert by_density["count"].tolist() == [10, 30]
    assert ranked_holes(grid, target_per_km2=5.0)["share"].max() < 0.03


def test_empty_cells_side_by_side_are_one_hole():
    zones = zone_layer([shapely.box(0.0, 0.0, 2_500.0, 2_500.0)], sigma=[0.0])
    xy = [[250.0 + 500.0 * i, 250.0 + 500.0 * j] for i in range(5) for j in range(5)]
    # A corner is no edge: (4, 4) is a hole of its own.
    block = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (1, 3), (2, 3), (3, 3)]
    empty = {*block, (4, 4)}
    filled = [place for place in xy if (int(place[0] // 500), int(place[1] // 500)) not in empty] * 5
    grid = grid_of(zones, *places(filled), size_m=500)
    for order in HoleOrder:
        holes = ranked_holes(grid, target_per_km2=10.0, order=order)
        assert holes["n_cells"].tolist() == [9, 1]
        assert holes["area_km2"].tolist() == pytest.approx([2.25, 0.25], rel=1e-3)
        assert holes["missing"].tolist() == pytest.approx([22.5, 2.5], rel=1e-3)
        assert holes.geometry.area.tolist() == pytest.approx([2.25e6, 0.25e6], rel=1e-6)
        assert holes.geometry.geom_type.tolist() == ["Polygon", "Polygon"]
    ranks = rank_of_cells(grid.cells, holes)
    assert sorted(ranks.tolist()) == [0] * 15 + [1] * 9 + [2]
    # With a few sites in each, every cell below the density is a hole of its own.
    assert len(ranked_holes(grid, target_per_km2=30.0)) == 2 + 15


@given(seed=st.integers(0, 10_000), n=st.integers(0, 60), size_m=st.sampled_from([1000, 500, 250]))
@settings(max_examples=12)
def test_holes_hold_each_cell_below_once_and_lack_what_their_cells_lack(seed, n, size_m):
    zones = zone_layer([DISC], sigma=[0.0])
    grid = grid_of(zones, *places(scattered(n, seed, 800.0, 2_700.0)), size_m=size_m)
    holes = ranked_holes(grid, target_per_km2=6.0)
    missing = 6.0 * grid.cells["area_km2"] - grid.cells["count"]
    below = np.flatnonzero(missing > 0.0)
    held = np.concatenate([np.zeros(0, dtype=np.int64), *holes["cells"]])
    assert sorted(held.tolist()) == below.tolist()
    assert holes["missing"].sum() == pytest.approx(missing.iloc[below].sum())
    assert (np.diff(holes["missing"]) <= 0.005 + 1e-9).all()
    assert holes.geometry.area.sum() == pytest.approx(grid.cells.geometry.iloc[below].area.sum(), rel=1e-6)
    # Empty cells that share an edge are in one hole, and in no other way do cells come together.
    rank = dict(
        zip(
            zip(grid.cells["column"], grid.cells["row"], strict=True),
            rank_of_cells(grid.cells, holes),
            strict=True,
        )
    )
    empty = {place for place, at in zip(rank, grid.cells["count"], strict=True) if at == 0 and rank[place]}
    for column, row in empty:
        beside = {(column + 1, row), (column, row + 1)} & empty
        assert all(rank[place] == rank[column, row] for place in beside)
    assert (holes.loc[holes["n_cells"] > 1, "count"] == 0).all()


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 60),
    seed=st.integers(0, 999),
    bandwidth=st.sampled_from([150.0, 250.0, 500.0, 2_000.0]),
)
def test_the_surface_adds_up_to_the_count(n, seed, bandwidth):
    zones = zone_layer([DISC, shapely.box(3_900.0, 0.0, 4_100.0, 100.0)], sigma=[0.0, 0.0])
    xy = scattered(n, seed=seed, low=800.0, high=2_600.0)
    surface = surface_of(zones, *places(xy), bandwidth_m=bandwidth)
    assert surface.total == pytest.approx(n, rel=1e-9)
    assert np.nanmin(surface.sites_per_km2) >= 0.0


def test_the_kernel_is_the_normal_density_of_its_bandwidth():
    zones = zone_layer([shapely.box(-10_000.0, -10_000.0, 10_000.0, 10_000.0)], sigma=[0.0])
    surface = surface_of(zones, *places([[0.0, 0.0]]), bandwidth_m=500.0)
    # Far from every edge: 1 / (2 pi sigma²) per m² on top.
    assert np.nanmax(surface.sites_per_km2) == pytest.approx(1e6 / (2.0 * np.pi * 500.0**2), rel=0.02)
    _, columns = np.nonzero(surface.sites_per_km2 > 0.1 * np.nanmax(surface.sites_per_km2))
    middle = surface.west_m + (columns.mean() + 0.5) * surface.pixel_m
    assert middle == pytest.approx(ORIGIN[0], abs=surface.pixel_m)


def test_an_even_spread_stays_even_up_to_the_edge():
    zones = zone_layer([SQUARE], sigma=[0.0])
    side = np.arange(50.0, 3_000.0, 100.0)
    xy = np.column_stack([each.ravel() for each in np.meshgrid(side, side)])
    inside = surface_of(zones, *places(xy), bandwidth_m=250.0).sites_per_km2
    # Without the scaling the corners would read 50.
    assert np.nanmin(inside) > 93.0
    assert np.nanmax(inside) < 107.0


def test_no_sites_give_a_flat_surface_and_empty_cells():
    zones = zone_layer([SQUARE], sigma=[0.0])
    nothing = np.zeros(0)
    assert surface_of(zones, nothing, nothing, bandwidth_m=500.0).total == 0.0
    assert grid_of(zones, nothing, nothing, size_m=1000).cells["count"].sum() == 0


@pytest.mark.parametrize("size_m", [0, 100, 2_000])
def test_other_sizes_are_refused(size_m):
    with pytest.raises(UsageError):
        grid_of(zone_layer([SQUARE], sigma=[0.0]), np.zeros(0), np.zeros(0), size_m=size_m)


@pytest.mark.parametrize("bandwidth", [0.0, -5.0, np.nan, np.inf, 0.5])
def test_other_bandwidths_are_refused(bandwidth):
    with pytest.raises(UsageError):
        surface_of(zone_layer([SQUARE], sigma=[0.0]), np.zeros(0), np.zeros(0), bandwidth_m=bandwidth)


def test_an_area_of_too_many_cells_is_refused():
    wide = zone_layer([shapely.box(0.0, 0.0, 200_000.0, 200_000.0)], sigma=[0.0])
    with pytest.raises(UsageError, match="641,601"):
        grid_of(wide, np.zeros(0), np.zeros(0), size_m=250)


def test_a_cell_that_is_touched_by_a_line_keeps_its_ground():
    # The zone meets the line between two cells along a part of its edge only.
    shape = shapely.Polygon([(0, 0), (900, 0), (900, 1_000), (950, 1_000), (950, 1_400), (0, 1_400)])
    zones = zone_layer([shape], sigma=[0.0])
    assert isinstance(zones, gpd.GeoDataFrame)
    grid = grid_of(zones, np.zeros(0), np.zeros(0), size_m=500)
    assert grid.cells["area_km2"].sum() == pytest.approx(area_km2(zones).sum(), rel=1e-7)


def test_cells_are_saved_with_what_they_are():
    zones = zone_layer([DISC], sigma=[0.0])
    found = survey(zones, point_frame(scattered(), sigma=0.0))
    grid = grid_of(zones, *sites_inside(found, Definition()), size_m=500)
    holes = ranked_holes(grid, target_per_km2=60.0)
    saved = json.loads(
        cells_geojson(
            grid, holes, synthetic=True, schematic=False, lang="zh", **STATED | {"target_per_km2": 60.0}
        )
    )
    assert saved["metadata"]["inventory"] == "清单.csv"
    assert (saved["metadata"]["target_per_km2"], saved["metadata"]["divided_by"]) == (60.0, "geometry")
    read = gpd.GeoDataFrame.from_features(saved["features"], crs="EPSG:4326")
    assert read["count"].sum() == grid.cells["count"].sum()
    assert area_km2(read).sum() == pytest.approx(area_km2(zones).sum(), rel=1e-5)
    assert sorted(read["rank"].dropna().unique()) == list(range(1, len(holes) + 1))
    widest = read[read["rank"] == 1]
    assert widest["missing"].sum() == pytest.approx(holes["missing"].iloc[0], abs=1e-2)
    first = saved["features"][int(widest.index[0])]["properties"]
    assert (first["synthetic"], first["schematic"], first["size_m"]) == (True, False, 500)
    assert "不是结论" in first["remark"]
    without = cells_geojson(grid, None, synthetic=False, schematic=True, lang="en", **STATED)
    assert json.loads(without)["features"][0]["properties"]["rank"] is None
