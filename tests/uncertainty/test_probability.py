"""Draws whose answer is known beforehand, and what a zone says that cannot be given a probability."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.stats import ncx2, norm

from spatial.definition import Definition, Numerator, Shared
from spatial.errors import UsageError
from spatial.pack import open_pack
from spatial.tally import survey
from spatial.target import Target
from spatial.uncertainty import draws as drawing
from spatial.uncertainty.draws import NEGLECTED, reach_in_sigmas
from spatial.uncertainty.model import ErrorModel, sigma_m
from spatial.uncertainty.probability import Uncertainty, draw_surveyed
from tests.uncertainty.layers import ORIGIN, RADIUS_OF_ONE, point_frame, zone_layer

ANY = Definition()
MANY = 6_000
SQUARE = shapely.box(0.0, 0.0, 2_000.0, 2_000.0)  # 4 km²


def drawn(zones, points, /, *, target=None, **settings) -> Uncertainty:
    """Draw without offsets, which have tests of their own, unless they are asked for."""
    settings.setdefault("offsets", False)
    asked = None if target is None else Target(value_per_km2=target)
    return draw_surveyed(survey(zones, points), definition=ANY, target=asked, model=ErrorModel(**settings))


def off(share: float, expected: float, n: int) -> float:
    """How many standard errors a share of n draws is from what is expected."""
    return abs(share - expected) / max(np.sqrt(expected * (1 - expected) / n), 1e-9)


@pytest.mark.parametrize("inside_by", [-12.0, 0.0, 3.0, 11.0])
def test_a_point_near_a_straight_edge_is_inside_with_phi_of_its_distance(inside_by):
    found = drawn(
        zone_layer([SQUARE], sigma=[0.0]), point_frame([[inside_by, 1_000.0]], sigma=7.0), draws=MANY
    )
    # The edge is straight in degrees too, which here is a few millimetres away.
    assert off(found.draws[:, 0].mean(), norm.cdf(inside_by / 7.0), MANY) < 4.5


@pytest.mark.parametrize(("from_middle", "sigma"), [(0.0, 40.0), (30.0, 25.0), (75.0, 20.0)])
def test_a_point_in_a_circle_is_inside_by_the_noncentral_chi_square(from_middle, sigma):
    circle = shapely.Point(500.0, 500.0).buffer(50.0, quad_segs=90)
    found = drawn(
        zone_layer([circle], sigma=[0.0]),
        point_frame([[500.0 + from_middle, 500.0]], sigma=sigma),
        draws=MANY,
    )
    expected = ncx2.cdf((50.0 / sigma) ** 2, 2, (from_middle / sigma) ** 2)
    assert off(found.draws[:, 0].mean(), expected, MANY) < 4.5


def test_independent_errors_spread_a_count_as_the_sum_of_its_points():
    rng = np.random.default_rng(4)
    xy, sigma = rng.uniform(-200.0, 2_200.0, (3_000, 2)), 35.0
    found = drawn(zone_layer([SQUARE], sigma=[0.0]), point_frame(xy, sigma=sigma), draws=2_000)
    sides = norm.cdf(xy / sigma) - norm.cdf((xy - 2_000.0) / sigma)
    each = sides.prod(axis=1)
    mean, variance = each.sum(), (each * (1.0 - each)).sum()
    assert abs(found.draws[:, 0].mean() - mean) < 5.0 * np.sqrt(variance / 2_000)
    assert found.draws[:, 0].var() == pytest.approx(variance, rel=0.12)


def test_a_shift_moves_all_points_of_an_edge_together():
    points = point_frame([[3.0, 100.0 + 40.0 * number] for number in range(40)], sigma=50.0)
    found = drawn(zone_layer([SQUARE], sigma=[9.0]), points, target=10.0, points=False, draws=MANY)
    assert set(found.draws[:, 0]) == {0, 40}
    # 40 stations are asked of 4 km²: the zone has all of them or none.
    assert off(found.rows["probability_met"].iloc[0], norm.cdf(3.0 / 9.0), MANY) < 4.5
    assert found.rows[["count_drawn_low", "count_drawn_high"]].iloc[0].tolist() == [0, 40]
    assert found.rows["density_drawn_high"].iloc[0] == pytest.approx(10.0, rel=2e-4)


def test_both_errors_add_as_variances_for_one_point():
    found = drawn(zone_layer([SQUARE], sigma=[8.0]), point_frame([[5.0, 900.0]], sigma=6.0), draws=MANY)
    assert off(found.draws[:, 0].mean(), norm.cdf(5.0 / 10.0), MANY) < 4.5


@pytest.mark.parametrize(("target", "met"), [(12.5, 1.0), (13.0, 0.0)])
def test_without_error_the_answer_is_that_of_the_check(target, met):
    points = point_frame([[0.5, 30.0 * number + 10.0] for number in range(50)], sigma=0.0)
    found = drawn(zone_layer([SQUARE], sigma=[0.0]), points, target=target)
    row = found.rows.iloc[0]
    assert (row["probability_met"], row["certain"]) == (met, True)
    assert (row["count_drawn_low"], row["count_drawn_high"]) == (50, 50)


def test_a_seed_gives_the_same_draws_on_any_number_of_cores(monkeypatch):
    rng = np.random.default_rng(8)
    zones = zone_layer([SQUARE], sigma=[20.0])
    points = point_frame(rng.uniform(-50.0, 2_050.0, (400, 2)), sigma=10.0)
    first = drawn(zones, points, seed=3).draws
    monkeypatch.setattr(drawing, "usable_cores", lambda: 1)
    assert (drawn(zones, points, seed=3).draws == first).all()
    assert (drawn(zones, points, seed=4).draws != first).any()
    # More draws begin with the same ones.
    assert (drawn(zones, points, seed=3, draws=1_500).draws[:1_000] == first).all()


@pytest.mark.parametrize("settings", [{"boundaries": False}, {"points": False}, {}])
def test_zones_that_tile_share_out_the_same_points(settings):
    halves = [shapely.box(0.0, 0.0, 1_000.0, 2_000.0), shapely.box(1_000.0, 0.0, 2_000.0, 2_000.0)]
    rng = np.random.default_rng(5)
    xy = np.column_stack([rng.uniform(700.0, 1_300.0, 500), rng.uniform(700.0, 1_300.0, 500)])
    found = drawn(zone_layer(halves, sigma=[15.0, 15.0]), point_frame(xy, sigma=12.0), **settings)
    assert (found.draws.sum(axis=1) == 500).all()
    assert len(np.unique(found.draws[:, 0])) > 5


def test_boundaries_of_two_sources_move_each_by_itself():
    halves = [shapely.box(0.0, 0.0, 1_000.0, 2_000.0), shapely.box(1_000.0, 0.0, 2_000.0, 2_000.0)]
    xy = [[1_000.5, 100.0 + 10.0 * number] for number in range(100)]
    points = point_frame(xy, sigma=0.0)
    together = drawn(zone_layer(halves, sigma=[9.0, 9.0]), points).draws
    apart = drawn(zone_layer(halves, sigma=[9.0, 9.0], basis=["derived", "schematic"]), points).draws
    assert (together.sum(axis=1) == 100).all()
    assert {0, 200} <= set(apart.sum(axis=1))


def test_zones_that_overlap_each_count_their_own():
    small = shapely.box(500.0, 500.0, 1_500.0, 1_500.0)
    points = point_frame([[500.0, 1_000.0], [2.0, 1_000.0]], sigma=10.0)
    found = drawn(zone_layer([SQUARE, small], sigma=[0.0, 0.0]), points, draws=MANY)
    means = found.draws.mean(axis=0)
    assert off(means[0] - 1.0, norm.cdf(0.2), MANY) < 4.5
    assert off(means[1], 0.5, MANY) < 4.5


def test_a_station_that_counts_twice_moves_as_one():
    points = point_frame([[1.0, 1_000.0]], sigma=5.0, shared=[True])
    twice = Definition(numerator=Numerator.AS_GIVEN, shared=Shared.PER_OPERATOR)
    found = draw_surveyed(survey(zone_layer([SQUARE], sigma=[0.0]), points), definition=twice, target=None)
    assert set(found.draws[:, 0]) == {0, 2}


def test_near_the_pole_nothing_is_taken_to_be_out_of_reach():
    # No bound is known there for how far degrees and metres run apart, so every point is drawn.
    zone = gpd.GeoDataFrame(
        {"zone_id": ["a"], "position_accuracy_m": [0.0]}, geometry=[shapely.box(10, 85, 20, 86)], crs=4326
    )
    points = gpd.GeoDataFrame(
        {"position_accuracy_m": [10.0 * RADIUS_OF_ONE] * 2},
        geometry=[shapely.Point(10.0, 85.5), shapely.Point(15.0, 85.5)],
        crs=4326,
    )
    found = drawn(zone, points, draws=MANY)
    assert set(found.draws[:, 0]) == {1, 2}
    assert off(found.draws[:, 0].mean() - 1.0, 0.5, MANY) < 4.5


def test_what_is_neglected_is_bounded():
    for n in (1, 10, 25_000):
        assert n * np.exp(-(reach_in_sigmas(n) ** 2) / 2.0) == pytest.approx(NEGLECTED)


def test_an_accuracy_is_the_radius_of_its_share():
    radius = np.array([30.0, 0.0, np.nan])
    assert sigma_m(radius, level=0.95)[:2] == pytest.approx([30.0 / 2.4477, 0.0], rel=1e-4)
    assert sigma_m(radius, level=0.90)[0] == pytest.approx(30.0 / 2.1460, rel=1e-4)
    assert np.isnan(sigma_m(radius, level=0.95)[2])


def test_a_zone_of_unknown_accuracy_has_no_probability():
    far = shapely.box(5_000.0, 0.0, 7_000.0, 2_000.0)
    points = point_frame([[20.0 + 10.0 * number, 900.0] for number in range(60)], sigma=5.0)
    found = drawn(zone_layer([SQUARE, far], sigma=[4.0, None]), points, target=12.0)
    assert found.rows["probability_met"].notna().tolist() == [True, False]
    assert found.rows["reason"].tolist() == [None, "uncertainty.reason_boundary_unknown"]
    assert found.rows["count_drawn_low"].isna().tolist() == [False, True]
    points_alone = drawn(zone_layer([SQUARE, far], sigma=[4.0, None]), points, target=12.0, boundaries=False)
    assert points_alone.rows["reason"].isna().all()


def test_points_of_unknown_accuracy_are_counted_and_never_given_a_probability_alone():
    zones = zone_layer([SQUARE], sigma=[4.0])
    points = point_frame([[20.0 + 10.0 * number, 900.0] for number in range(60)], sigma=None)
    both = drawn(zones, points, target=12.0)
    told = next(notice for notice in both.notices if notice.key == "uncertainty.points_unknown")
    assert told.params == {"count": 60, "n": 60}
    alone = drawn(zones, points, target=12.0, boundaries=False)
    assert alone.rows["reason"].tolist() == ["uncertainty.reason_points_unknown"]
    assert alone.rows["probability_met"].isna().all()


@pytest.mark.parametrize(
    ("target", "shape", "reason"),
    [
        (None, SQUARE, "uncertainty.reason_no_target"),
        (50.0, shapely.box(0.0, 0.0, 400.0, 400.0), "uncertainty.reason_too_small"),
    ],
)
def test_a_zone_that_is_not_judged_has_an_interval_alone(target, shape, reason):
    points = point_frame([[3.0, 50.0 + number] for number in range(60)], sigma=5.0)
    row = drawn(zone_layer([shape], sigma=[4.0]), points, target=target).rows.iloc[0]
    assert (row["reason"], np.isnan(row["probability_met"])) == (reason, True)
    assert row["count_drawn_low"] < row["count_drawn_high"]


def test_without_positions_there_is_nothing_to_draw():
    for points in (None, point_frame(np.zeros((0, 2)), sigma=1.0)):
        found = drawn(zone_layer([SQUARE], sigma=[4.0]), points, target=5.0)
        assert found.rows["probability_met"].isna().all()
        assert found.rows["reason"].iloc[0] in (
            "uncertainty.reason_no_data", "uncertainty.reason_no_positions",
        )  # fmt: skip


def test_an_inventory_that_ends_at_the_border_is_called_so():
    zones = zone_layer([SQUARE], sigma=[20.0])
    inside = [[5.0, 10.0 * number] for number in range(1, 199)]
    assert drawn(zones, point_frame(inside, sigma=5.0)).maybe_low
    both = inside + [[-5.0, y] for _, y in inside]
    assert not drawn(zones, point_frame(both, sigma=5.0)).maybe_low


@pytest.mark.parametrize(
    "settings",
    [
        {"draws": 999},
        {"draws": 100_001},
        {"seed": -1},
        {"accuracy_level": 1.0},
        {"interval": (0.9, 0.1)},
        {"points": False, "boundaries": False, "offsets": False},
    ],
)
def test_a_number_out_of_range_is_refused(settings):
    with pytest.raises(UsageError):
        ErrorModel(**settings)


def test_the_shipped_pack_with_25_000_points_takes_a_second_of_two_cores():
    zones = open_pack("haizhu").zones("zones").to_crs("EPSG:4547")
    rng = np.random.default_rng(6)
    west, south, east, north = zones.total_bounds
    xy = rng.uniform([west, south], [east, north], (60_000, 2))
    xy = xy[shapely.contains_xy(zones.union_all(), xy)][:25_000]
    points = point_frame(xy - ORIGIN, sigma=8.0)
    found = survey(zones, points)
    spent = time.process_time()
    answer = draw_surveyed(found, definition=ANY, target=Target(value_per_km2=52.0))
    assert time.process_time() - spent < 2.0
    assert answer.rows["probability_met"].notna().all()


def test_plain_values_for_json():
    points = point_frame([[3.0, 50.0 + number] for number in range(60)], sigma=5.0)
    plain = drawn(zone_layer([SQUARE], sigma=[None]), points, target=5.0, offsets=True).to_dict()
    assert plain["draws"] == 1_000
    assert plain["errors"] == ["points", "boundaries", "offsets"]
    zone = plain["zones"][0]
    assert zone == {
        "zone_id": "zone-0", "probability_met": None, "certain": False,
        "count_drawn_low": None, "count_drawn_high": None,
        "density_drawn_low": None, "density_drawn_high": None,
        "reason": "uncertainty.reason_boundary_unknown",
    }  # fmt: skip
