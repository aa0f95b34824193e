from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.coverage import demand as room
from spatial.coverage.demand import coverage_rows, demand_grid
from spatial.errors import LimitExceededError, UsageError
from tests.spatial.strategies import zone_frame


def test_centres_lie_on_the_lines_of_the_metric_grid():
    found = demand_grid(zone_frame([shapely.box(430010.0, 2550010.0, 430290.0, 2550190.0)]))
    assert found.metric_code == 4547
    assert found.xy_m.tolist() == [
        [430050.0, 2550050.0], [430150.0, 2550050.0], [430250.0, 2550050.0],
        [430050.0, 2550150.0], [430150.0, 2550150.0], [430250.0, 2550150.0],
    ]  # fmt: skip


def test_a_centre_is_listed_once_where_zones_overlap_and_a_hole_has_none():
    ring = shapely.box(430000.0, 2550000.0, 430500.0, 2550500.0) - shapely.box(
        430200.0, 2550200.0, 430300.0, 2550300.0
    )
    found = demand_grid(zone_frame([ring, shapely.box(430000.0, 2550000.0, 430100.0, 2550200.0)]))
    assert len(found.xy_m) == 24
    assert [430250.0, 2550250.0] not in found.xy_m.tolist()
    back = np.column_stack([found.lon, found.lat])
    assert (np.abs(back - [113.32, 23.05]) < 0.05).all()


def test_a_layer_across_the_world_is_refused_before_it_is_laid(monkeypatch):
    zones = zone_frame([shapely.box(430000.0, 2550000.0, 431000.0, 2551000.0)])
    monkeypatch.setattr(room, "MOST_CENTRES", 99)
    with pytest.raises(LimitExceededError) as refused:
        demand_grid(zones)
    assert refused.value.params["count"] == 121
    monkeypatch.setattr(room, "MOST_CENTRES", 121)
    assert len(demand_grid(zones).xy_m) == 100


@pytest.mark.parametrize("step", [0.0, -1.0, float("nan"), float("inf")])
def test_a_step_must_be_a_length(step):
    with pytest.raises(UsageError):
        demand_grid(zone_frame([shapely.box(430000.0, 2550000.0, 431000.0, 2551000.0)]), step)


@given(st.integers(0, 2**32 - 1))
def test_a_point_is_covered_where_some_site_is_within_its_own_radius(seed):
    rng = np.random.default_rng(seed)
    demand = rng.integers(0, 40, (int(rng.integers(0, 60)), 2)).astype(float)
    sites = rng.integers(0, 40, (int(rng.integers(0, 20)), 2)).astype(float)
    radius = rng.choice([0.0, 3.0, 5.0, 13.0], len(sites))
    away = np.hypot(*(demand[:, None, :] - sites[None, :, :]).transpose(2, 0, 1))
    expected = ((away <= radius) & (radius > 0)).any(axis=1)
    assert coverage_rows(demand, sites, radius).tolist() == expected.tolist()


def test_one_radius_serves_all_sites_and_places_that_are_none_cover_nothing():
    demand = [[0.0, 0.0], [np.nan, 0.0], [100.0, 0.0]]
    assert coverage_rows(demand, [[0.0, 50.0], [np.inf, 0.0]], 50.0).tolist() == [True, False, False]
