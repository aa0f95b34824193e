"""Invalid geometry made valid as GEOS judges it, with its area before and after."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon

from spatial.area import area_km2
from spatial.importing.build import repair as room
from spatial.importing.build.repair import area_km2_of, repair

SQUARE = shapely.box(113.30, 23.10, 113.31, 23.11)
BOW_TIE = Polygon([(113.3, 23.1), (113.31, 23.11), (113.31, 23.1), (113.3, 23.11)])


def mend(*shapes, polygons_only=True):
    given_shapes = np.empty(len(shapes), dtype=object)
    given_shapes[:] = shapes
    return repair(given_shapes, polygons_only=polygons_only)


def test_valid_geometry_stays_as_it_is():
    found = mend(SQUARE, None, Point(1, 2), polygons_only=False)
    assert found.geometry[0] is SQUARE
    assert found.geometry[1] is None
    assert len(found.mended) == len(found.collapsed) == len(found.stripped) == len(found.tangled) == 0


@pytest.mark.parametrize(
    ("shape", "after"),
    [
        (BOW_TIE, 0.5),
        # Ground that two rings cover stays ground.
        (MultiPolygon([SQUARE, shapely.box(113.305, 23.10, 113.315, 23.11)]), 1.5),
        # A hole beyond its shell is a second part that was written as a hole.
        (Polygon(SQUARE.exterior, [shapely.box(113.32, 23.1, 113.33, 23.11).exterior.coords]), 2.0),
        (Polygon(SQUARE.exterior, [shapely.box(113.305, 23.10, 113.315, 23.11).exterior.coords]), 0.5),
        # A spike has no area of its own.
        (
            Polygon(
                [
                    (113.3, 23.1),
                    (113.31, 23.1),
                    (113.4, 23.1),
                    (113.31, 23.1),
                    (113.31, 23.11),
                    (113.3, 23.11),
                ]
            ),
            1.0,
        ),
    ],
)
def test_each_fault_keeps_the_ground_that_is_meant(shape, after):
    found = mend(shape)
    assert found.mended.tolist() == [0]
    assert found.geometry[0].is_valid
    assert found.after_km2[0] == pytest.approx(after * area_km2_of(SQUARE), rel=1e-3)
    assert found.before_km2[0] == area_km2_of(shape)


def test_the_area_agrees_with_the_one_of_the_project():
    import geopandas as gpd

    whole = gpd.GeoSeries([SQUARE], crs="EPSG:4490")
    assert area_km2_of(SQUARE) == pytest.approx(area_km2(whole).iloc[0], rel=1e-6)


def test_nothing_with_an_area_is_told():
    flat = Polygon([(113.3, 23.1), (113.31, 23.1), (113.32, 23.1)])
    lines = GeometryCollection([LineString([(113.3, 23.1), (113.31, 23.1)])])
    found = mend(flat, lines, SQUARE)
    assert found.collapsed.tolist() == [0, 1]
    assert found.geometry[:2].tolist() == [None, None]
    assert found.geometry[2] is SQUARE


def test_polygons_of_a_collection_stand_without_its_lines():
    mixed = GeometryCollection([SQUARE, LineString([(113.3, 23.1), (113.4, 23.1)])])
    found = mend(mixed)
    assert found.stripped.tolist() == [0]
    assert found.geometry[0].equals(SQUARE)
    kept = mend(mixed, polygons_only=False)
    assert kept.geometry[0] is mixed


def test_overlapping_polygons_of_a_collection_become_one():
    found = mend(GeometryCollection([SQUARE, shapely.box(113.305, 23.10, 113.315, 23.11)]))
    assert found.geometry[0].geom_type == "Polygon"


def test_a_tangle_is_refused_before_it_takes_minutes():
    rng = np.random.default_rng(7)
    tangle = Polygon(rng.uniform(0, 1, (1000, 2)) + np.array([113, 23]))
    found = mend(tangle, GeometryCollection([tangle, Point(113, 23)]))
    assert found.tangled.tolist() == [0, 1]
    assert found.geometry.tolist() == [None, None]


def test_a_geometry_that_no_rule_can_mend_is_told(monkeypatch):
    def fail(*_args, **_options):
        raise shapely.errors.GEOSException("TopologyException")

    monkeypatch.setattr(room.shapely, "make_valid", fail)
    assert mend(BOW_TIE).collapsed.tolist() == [0]
    monkeypatch.setattr(room.shapely, "union_all", fail)
    assert mend(GeometryCollection([SQUARE, SQUARE])).collapsed.tolist() == [0]


POSITIONS = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(
    lambda xy: (113.3 + xy[0] / 100, 23.1 + xy[1] / 100)
)
RINGS = st.lists(POSITIONS, min_size=3, max_size=9)
POLYGONS = st.builds(Polygon, RINGS, st.lists(RINGS, max_size=2))
SHAPES = st.one_of(
    POLYGONS,
    st.lists(POLYGONS, max_size=3).map(MultiPolygon),
    st.lists(st.one_of(POLYGONS, RINGS.map(LineString)), max_size=3).map(GeometryCollection),
    RINGS.map(LineString),
)


@given(shape=SHAPES, polygons_only=st.booleans())
def test_what_comes_out_is_valid_or_refused(shape, polygons_only):
    found = mend(shape, polygons_only=polygons_only)
    out = found.geometry[0]
    if out is None:
        assert found.collapsed.tolist() == [0] or found.tangled.tolist() == [0]
        return
    assert out.is_valid
    assert (found.mended.tolist() == [0]) == (not shape.is_valid)
    if polygons_only and out.geom_type != "LineString":
        assert out.geom_type in {"Polygon", "MultiPolygon"} or out.is_empty
