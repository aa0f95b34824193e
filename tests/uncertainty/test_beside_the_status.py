"""The draws hold against a loop that moves outlines itself, and never contradict a settled status."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from spatial.check import check_surveyed
from spatial.definition import Definition
from spatial.tally import survey
from spatial.target import Target
from spatial.uncertainty.model import ErrorModel
from spatial.uncertainty.probability import draw_surveyed
from tests.uncertainty.layers import point_frame, zone_layer

ANY = Definition()
LOOPS = 500
SETTLED = {"met": 1.0, "near": 0.0, "short": 0.0}


def overlapping_stars(rng: np.random.Generator, n_zones: int = 3) -> list[shapely.Polygon]:
    """Star-shaped zones about one place, the first one with a hole."""
    shapes = []
    for number in range(n_zones):
        n_corners = rng.integers(5, 9)
        turn = 2 * np.pi * (np.arange(n_corners) + rng.uniform(0.1, 0.9, n_corners)) / n_corners
        reach = rng.uniform(600, 1_500) * rng.uniform(0.6, 1.0, n_corners)
        corners = np.column_stack([reach * np.cos(turn), reach * np.sin(turn)])
        shapes.append(
            shapely.Polygon(corners + rng.uniform(-600, 600, 2))
            if number
            else shapely.Polygon(corners, [0.3 * corners])
        )
    assert all(shape.is_valid for shape in shapes)
    return shapes


@pytest.mark.parametrize("switched", [{}, {"offsets": False}, {"boundaries": False}])
def test_a_loop_over_moved_outlines_finds_the_same(switched):
    rng = np.random.default_rng(7)
    shapes, xy = overlapping_stars(rng), rng.uniform(-2_200, 2_200, (400, 2))
    zone_sigma, point_sigma = 40.0, 25.0
    found = survey(zone_layer(shapes, sigma=[zone_sigma] * 3), point_frame(xy, sigma=point_sigma))
    judged = check_surveyed(found, definition=ANY, target=None).rows
    # Half a station from a whole one, so that no area is near a step of the required count.
    density = float(((judged["count"] - 0.5) / judged["area_km2"]).median())
    model = ErrorModel(draws=4_000, **switched)
    drawn = draw_surveyed(found, definition=ANY, target=Target(value_per_km2=density), model=model)
    shift, offset = model.boundary_shares
    met, counts = np.zeros((LOOPS, 3)), np.zeros((LOOPS, 3))
    for loop in range(LOOPS):
        moved = shapely.points(xy + rng.normal(0.0, point_sigma, xy.shape) * model.points)
        away, outward = rng.normal(0.0, zone_sigma, 2) * shift, rng.normal(0.0, zone_sigma) * offset
        for zone, shape in enumerate(shapes):
            outline = shapely.transform(shape.buffer(outward), lambda at: at + away)  # noqa: B023
            shapely.prepare(outline)
            counts[loop, zone] = shapely.contains(outline, moved).sum()
            met[loop, zone] = counts[loop, zone] >= np.ceil(density * outline.area / 1e6 - 1e-9)
    expected = met.mean(axis=0)
    error = np.sqrt(np.maximum(expected * (1.0 - expected), 0.01) * (1 / LOOPS + 1 / model.draws))
    assert (np.abs(drawn.rows["probability_met"].to_numpy(dtype=float) - expected) < 4.5 * error).all()
    error = counts.std(axis=0) * np.sqrt(1 / LOOPS + 1 / model.draws)
    assert (np.abs(drawn.draws.mean(axis=0) - counts.mean(axis=0)) < 4.5 * error + 0.1).all()
    assert drawn.draws.std(axis=0) == pytest.approx(counts.std(axis=0), rel=0.15)


@pytest.mark.parametrize("seed", range(4))
def test_what_the_worst_case_settles_the_draws_do_not_doubt(seed):
    rng = np.random.default_rng(seed)
    zones = zone_layer(overlapping_stars(rng), sigma=[float(rng.choice([5.0, 20.0]))] * 3)
    xy = rng.uniform(-2_600, 2_600, (int(rng.choice([300, 900])), 2))
    found = survey(zones, point_frame(xy, sigma=float(rng.choice([0.0, 15.0, 40.0]))))
    ends = check_surveyed(found, definition=ANY, target=None).rows
    goals = np.concatenate([0.999 * ends["density_low"], 1.001 * ends["density_high"]])
    statuses = set()
    for goal in goals[np.isfinite(goals) & (goals > 0.0)]:
        target = Target(value_per_km2=float(goal))
        checked = check_surveyed(found, definition=ANY, target=target).rows
        drawn = draw_surveyed(found, definition=ANY, target=target).rows
        statuses |= set(checked["status"])
        for status, share in zip(checked["status"], drawn["probability_met"], strict=True):
            assert share == pytest.approx(SETTLED.get(status, share), abs=0.05, nan_ok=True)
        inside = (drawn["density_drawn_low"] >= ends["density_low"] * 0.98) & (
            ~(drawn["density_drawn_high"] > ends["density_high"] * 1.02)
        )
        assert inside.all()
    assert statuses & set(SETTLED)
    assert "undetermined" in statuses
