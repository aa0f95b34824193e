"""A boundary that runs farther out or in than drawn, in cases whose answer is known beforehand."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.stats import norm

from spatial.definition import AreaBasis, Definition
from spatial.pack import open_pack
from spatial.tally import survey
from spatial.target import Target
from spatial.uncertainty import draws as drawing
from spatial.uncertainty.model import ErrorModel
from spatial.uncertainty.offsets import offset_areas_km2
from spatial.uncertainty.probability import Uncertainty, draw_surveyed
from tests.uncertainty.layers import ORIGIN, RADIUS_OF_ONE, point_frame, zone_layer

ANY = Definition()
MANY = 6_000
SQUARE = shapely.box(0.0, 0.0, 2_000.0, 2_000.0)  # 4 km², 8 km around
ALONE = {"points": False, "boundaries": False}


def drawn(zones, points, /, *, target=None, definition=ANY, **settings) -> Uncertainty:
    asked = None if target is None else Target(value_per_km2=target)
    return draw_surveyed(
        survey(zones, points), definition=definition, target=asked, model=ErrorModel(**settings)
    )


def off(share: float, expected: float, n: int) -> float:
    """How many standard errors a share of n draws is from what is expected."""
    return abs(share - expected) / max(np.sqrt(expected * (1 - expected) / n), 1e-9)


def far_inside(n: int):
    """Points that no boundary comes near."""
    return point_frame(np.random.default_rng(1).uniform(800.0, 1_200.0, (n, 2)), sigma=0.0)


@pytest.mark.parametrize("asked", [49.0, 49.9, 50.0, 50.7])
def test_points_far_inside_meet_the_target_with_phi_of_the_area_that_they_suffice_for(asked):
    found = drawn(zone_layer([SQUARE], sigma=[20.0]), far_inside(200), target=asked, draws=MANY, **ALONE)
    assert set(found.draws[:, 0]) == {200}
    # 200 stations suffice for 200 / asked km²; the area is (2 + 2δ)² but for the corners.
    area = found.rows["density_drawn_high"].iloc[0]
    assert area > 50.0
    edge_km = np.sqrt(200 / asked)
    scale = survey(zone_layer([SQUARE], sigma=[20.0]), None).measured["area_km2"].iloc[0] / 4.0
    margin_m = (edge_km / np.sqrt(scale) - 2.0) * 1_000.0 / 2.0
    assert off(found.rows["probability_met"].iloc[0], norm.cdf(margin_m / 20.0), MANY) < 4.5


def test_an_even_spread_keeps_its_density():
    rng = np.random.default_rng(2)
    points = point_frame(rng.uniform(-400.0, 2_400.0, (7_840, 2)), sigma=5.0)  # 1,000 per km²
    zones = zone_layer([SQUARE], sigma=[40.0])
    found = drawn(zones, points, target=950.0)
    counts = found.draws[:, 0]
    assert counts.std() > 100
    assert (counts / found.areas_km2[:, 0]).std() < 10.0
    assert found.rows["probability_met"].iloc[0] == 1.0
    assert drawn(zones, points, target=1_050.0).rows["probability_met"].iloc[0] == 0.0


def test_points_in_a_ring_outside_come_in_when_the_outline_reaches_them():
    distance = 15.0
    ring = SQUARE.buffer(distance, quad_segs=400).exterior
    xy = [ring.interpolate(at).coords[0] for at in np.arange(0.0, ring.length, 80.0)]
    found = drawn(
        zone_layer([SQUARE], sigma=[20.0]), point_frame(xy, sigma=0.0), target=5.0, draws=MANY, **ALONE
    )
    # All of them or none, round the corners too.
    assert set(found.draws[:, 0]) == {0, len(xy)}
    expected = norm.cdf(-distance / 20.0)
    assert off((found.draws[:, 0] > 0).mean(), expected, MANY) < 4.5
    assert off(found.rows["probability_met"].iloc[0], expected, MANY) < 4.5


@pytest.mark.parametrize("depth", [-9.0, -2.0, 0.0, 6.0])
@pytest.mark.parametrize("switched", [{}, {"boundaries": False}, {"offsets": False}])
def test_shift_and_offset_together_are_the_stated_accuracy_and_no_more(depth, switched):
    found = drawn(
        zone_layer([SQUARE], sigma=[8.0]),
        point_frame([[depth, 900.0]], sigma=6.0),
        draws=MANY,
        **switched,
    )
    assert set(found.draws[:, 0]) == {0, 1}
    assert off(found.draws[:, 0].mean(), norm.cdf(depth / 10.0), MANY) < 4.5


def test_a_point_on_a_vertex_is_as_often_in_as_out():
    # The two share each digit, so that no distance tells the way out.
    with_vertex = shapely.Polygon([(0, 0), (2_000, 0), (2_000, 2_000), (0, 2_000), (0, 1_000)])
    found = drawn(
        zone_layer([with_vertex], sigma=[9.0]).to_crs(4326),
        point_frame([[0.0, 1_000.0]], sigma=0.0).to_crs(4326),
        draws=MANY,
        points=False,
    )
    assert off(found.draws[:, 0].mean(), 0.5, MANY) < 4.5


def test_points_of_wriggling_outlines_are_counted_once_or_not_at_all():
    rng = np.random.default_rng(3)
    turn = np.linspace(0.0, 2.0 * np.pi, 120, endpoint=False)
    reach = 60.0 + 25.0 * rng.uniform(size=120)
    shapes = [
        shapely.Polygon(np.column_stack([400.0 + x + reach * np.cos(turn), 400.0 + reach * np.sin(turn)]))
        for x in (0.0, 40.0)
    ]
    for xy in rng.uniform(320.0, 480.0, (12, 2)):
        found = drawn(zone_layer(shapes, sigma=[20.0, 20.0]), point_frame([xy], sigma=9.0))
        assert set(np.unique(found.draws)) <= {0, 1}


def test_a_hole_shrinks_where_the_outline_grows():
    holed = SQUARE.difference(shapely.box(900.0, 900.0, 1_100.0, 1_100.0))
    found = drawn(
        zone_layer([holed], sigma=[10.0]), point_frame([[905.0, 1_000.0]], sigma=0.0), draws=MANY, **ALONE
    )
    assert off(found.draws[:, 0].mean(), norm.cdf(-0.5), MANY) < 4.5


def test_zones_of_one_source_grow_together_and_do_not_share_out():
    halves = [shapely.box(0.0, 0.0, 1_000.0, 2_000.0), shapely.box(1_000.0, 0.0, 2_000.0, 2_000.0)]
    found = drawn(zone_layer(halves, sigma=[9.0, 9.0]), point_frame([[1_003.0, 900.0]], sigma=0.0), **ALONE)
    assert set(found.draws.sum(axis=1)) == {0, 1, 2}
    assert np.corrcoef(found.areas_km2.T)[0, 1] == pytest.approx(1.0)
    apart = drawn(
        zone_layer(halves, sigma=[9.0, 9.0], basis=["derived", "schematic"]), far_inside(5), **ALONE
    )
    assert abs(np.corrcoef(apart.areas_km2.T)[0, 1]) < 0.2


def test_switched_off_or_without_error_nothing_changes():
    rng = np.random.default_rng(9)
    points = point_frame(rng.uniform(-80.0, 2_080.0, (500, 2)), sigma=12.0)
    zones = zone_layer([SQUARE], sigma=[25.0])
    without = drawn(zones, points, target=120.0, offsets=False, seed=5)
    assert len(np.unique(without.areas_km2)) == 1
    # These were drawn before there were offsets.
    assert without.draws[:6, 0].tolist() == [442, 443, 449, 443, 445, 441]
    exact = zone_layer([SQUARE], sigma=[0.0])
    assert (drawn(exact, points).draws == drawn(exact, points, offsets=False).draws).all()


def test_a_seed_gives_the_same_draws_on_any_number_of_cores(monkeypatch):
    rng = np.random.default_rng(8)
    zones = zone_layer([SQUARE], sigma=[20.0])
    points = point_frame(rng.uniform(-50.0, 2_050.0, (400, 2)), sigma=10.0)
    first = drawn(zones, points, seed=3)
    monkeypatch.setattr(drawing, "usable_cores", lambda: 1)
    again = drawn(zones, points, seed=3, draws=1_500)
    assert (again.draws[:1_000] == first.draws).all()
    assert (again.areas_km2[:1_000] == first.areas_km2).all()
    assert (drawn(zones, points, seed=4).areas_km2 != first.areas_km2).any()


def test_where_nothing_is_left_of_a_zone_it_misses_its_target_and_is_told_of():
    small = shapely.Point(1_000.0, 1_000.0).buffer(450.0, quad_segs=60)
    found = drawn(zone_layer([small], sigma=[300.0]), far_inside(4_000), target=20.0, draws=MANY, **ALONE)
    gone = found.areas_km2[:, 0] == 0.0
    assert off(gone.mean(), norm.cdf(-450.0 / 300.0), MANY) < 4.5
    assert (found.areas_km2 >= 0.0).all()
    assert (found.draws[gone, 0] == 0).all()
    told = next(notice for notice in found.notices if notice.key == "uncertainty.vanished")
    assert told.params == {"zones": 1, "draws": int(gone.sum())}
    assert found.rows["probability_met"].iloc[0] <= 1.0 - gone.mean()
    assert found.rows["density_drawn_low"].iloc[0] == 0.0
    assert "uncertainty.vanished" not in {
        notice.key for notice in drawn(zone_layer([SQUARE], sigma=[5.0]), far_inside(9)).notices
    }


def test_a_published_area_is_exact():
    zones = zone_layer([SQUARE], sigma=[30.0]).assign(area_official_km2=4.2)
    points = point_frame([[-5.0, 30.0 * number] for number in range(1, 60)], sigma=0.0)
    found = drawn(zones, points, definition=Definition(area_basis=AreaBasis.OFFICIAL), **ALONE)
    assert set(found.areas_km2[:, 0]) == {4.2}
    assert set(found.draws[:, 0]) == {0, 59}


def test_what_an_offset_may_change_is_never_certain():
    exact, doubtful = (
        drawn(zone_layer([SQUARE], sigma=[sigma]), far_inside(80), target=10.0, **ALONE).rows.iloc[0]
        for sigma in (0.0, 10.0)
    )
    assert (exact["probability_met"], exact["certain"]) == (1.0, True)
    assert (doubtful["probability_met"], doubtful["certain"]) == (1.0, False)


@pytest.mark.parametrize("metres", [-120.0, -15.0, 0.0, 15.0, 120.0])
@pytest.mark.parametrize(
    ("shape", "corners"),
    [
        (shapely.Point(0.0, 0.0).buffer(700.0, quad_segs=200), 0),
        (SQUARE, 4),
        (shapely.Point(0.0, 0.0).buffer(900.0, 200) - shapely.Point(0.0, 0.0).buffer(300.0, 200), 0),
        (shapely.MultiPolygon([shapely.Point(x, 0.0).buffer(400.0, 200) for x in (0.0, 5_000.0)]), 0),
    ],
)
def test_an_offset_area_is_that_of_a_buffer(shape, corners, metres):
    found = offset_areas_km2(
        np.array([shape.area / 1e6]), np.array([shape.length / 1e3]), np.array([shape]), np.array([[metres]])
    )
    # Corners drawn in stay sharp: (4 - π) δ² for four of them.
    sharp = (1.0 - np.pi / 4.0) * corners * metres**2 / 1e6 if metres < 0 else 0.0
    expected = shape.buffer(metres, quad_segs=200).area / 1e6
    assert found[0, 0] == pytest.approx(expected - sharp, rel=1e-4)


def test_an_area_does_not_come_back_once_it_is_gone():
    circle = shapely.Point(0.0, 0.0).buffer(100.0, quad_segs=100)
    metres = np.array([[-90.0], [-100.5], [-200.0], [-900.0]])
    found = offset_areas_km2(
        np.array([circle.area / 1e6]), np.array([circle.length / 1e3]), np.array([circle]), metres
    )
    assert found[0, 0] > 0.0
    assert (found[1:, 0] < 1e-6).all()
    holes = [shapely.Point(x, 0.0).buffer(10.0) for x in (-60.0, 0.0, 60.0)]
    holed = circle - shapely.union_all(holes)
    grown = offset_areas_km2(
        np.array([holed.area / 1e6]), np.array([holed.length / 1e3]), np.array([holed]), -10.0 * metres
    )
    assert (np.diff(grown[:, 0]) >= 0.0).all()


def test_the_shipped_pack_with_25_000_points_takes_a_second_of_two_cores():
    zones = open_pack("haizhu").zones("zones").to_crs("EPSG:4547")
    rng = np.random.default_rng(6)
    west, south, east, north = zones.total_bounds
    xy = rng.uniform([west, south], [east, north], (25_000, 2))
    found = survey(zones, point_frame(xy - ORIGIN, sigma=8.0))
    spent = time.process_time()
    answer = draw_surveyed(found, definition=ANY, target=Target(value_per_km2=52.0))
    assert time.process_time() - spent < 2.0
    assert answer.model.offsets
    assert answer.rows["probability_met"].notna().all()


def test_near_the_pole_the_way_outward_is_that_of_the_grid():
    # 100° east on a polar grid: north is not up there.
    zone = gpd.GeoDataFrame(
        {"zone_id": ["a"], "position_accuracy_m": [8.0 * RADIUS_OF_ONE], "geometry_basis": ["derived"]},
        geometry=[shapely.box(100, 85, 110, 86)],
        crs=4326,
    )
    lon = 100.0 + 8.0 / (111_694.0 * np.cos(np.radians(85.5)))
    points = gpd.GeoDataFrame(
        {"position_accuracy_m": [6.0 * RADIUS_OF_ONE]}, geometry=[shapely.Point(lon, 85.5)], crs=4326
    )
    assert off(drawn(zone, points, draws=MANY).draws[:, 0].mean(), norm.cdf(0.8), MANY) < 4.5
