"""The coverage proxy on the map: a wash, numbered gaps, and words that say what it is not."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import MultiPolygon, Polygon, box

from layers.atlas_map import build_atlas
from layers.coverage_layer import MOST_NUMBERED, CoverageOverlay, coverage_layer
from layers.registry import LayerId
from layers.scene import MapScene
from tests.browser.apps.frames import sample_district, sample_zones
from tests.layers.test_atlas_map import layers_of


def overlay(*gaps, covered=None, synthetic=False):
    shapes = gaps or (box(113.3, 23.05, 113.31, 23.06),)
    middle = [shape.representative_point() for shape in shapes]
    return CoverageOverlay(
        covered=gpd.GeoDataFrame(
            geometry=[box(113.2, 23.0, 113.3, 23.1) if covered is None else covered], crs="EPSG:4490"
        ),
        gaps=gpd.GeoDataFrame(
            {
                "number": range(1, len(shapes) + 1),
                "lon": [point.x for point in middle],
                "lat": [point.y for point in middle],
            },
            geometry=list(shapes),
            crs="EPSG:4490",
        ),
        synthetic=synthetic,
    )


def test_every_part_of_the_covered_ground_and_its_holes_are_drawn():
    holed = Polygon(box(0, 0, 3, 3).exterior, [box(1, 1, 2, 2).exterior])
    data = coverage_layer(overlay(covered=MultiPolygon([holed, box(5, 5, 6, 6)])), lang="zh")
    assert [len(rings) for rings in data["covered"]] == [2, 1]
    assert coverage_layer(overlay(covered=Polygon()), lang="zh")["covered"] == []


def test_the_largest_gaps_carry_their_number_where_they_lie():
    gaps = [box(at, 0, at + 0.5, 0.5) for at in range(MOST_NUMBERED + 5)]
    data = coverage_layer(overlay(*gaps), lang="zh")
    assert len(data["gaps"]) == MOST_NUMBERED + 5
    assert data["numbers"] == [str(number) for number in range(1, MOST_NUMBERED + 1)]
    assert data["places"][2] == [0.25, 2.25]


def test_the_legend_says_that_it_is_no_signal_and_that_sites_are_made_up():
    plain = coverage_layer(overlay(), lang="zh")["legend"]
    assert plain["notes"] == ["非信号覆盖"]
    made_up = coverage_layer(overlay(synthetic=True), lang="en")["legend"]
    assert made_up["notes"][0] == "Not signal coverage"
    assert len(made_up["notes"]) == 2


def test_the_layer_lies_over_the_zones_and_brings_the_badge_of_simulated_data():
    scene = MapScene(
        district=sample_district(sample_zones()),
        zones=sample_zones(),
        layers_on=frozenset({LayerId.ZONES}),
        coverage=overlay(synthetic=True),
    )
    layers = layers_of(build_atlas(scene, lang="zh"))
    names = list(layers)
    assert names.index("coverage") > names.index("zones")
    assert "模拟" in [each["word"] for each in layers["furniture"][3]["badges"]]
    without = MapScene(district=sample_district(sample_zones()), zones=sample_zones())
    assert "coverage" not in layers_of(build_atlas(without, lang="zh"))
